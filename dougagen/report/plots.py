"""Figures as bar charts in SVG: plain text that a browser draws, without a script or a font of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT = 460, 200  # px of the drawing; the page scales it
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 8, 10, 42
_ROW = 24  # px; of a bar that lies
_LABELS_AT_MOST = 12


def columns(bins: Mapping[str, float], *, unit: str) -> str:
    """Standing bars for an ordered scale: lengths, shares. ``unit`` names the scale below the axis."""
    if not any(bins.values()):
        return _nothing()
    top = max(bins.values())
    inner_w, inner_h = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    step = inner_w / len(bins)
    every = math.ceil(len(bins) / _LABELS_AT_MOST)
    parts = [*_grid(top, inner_w, inner_h)]
    for i, (name, value) in enumerate(bins.items()):
        height = inner_h * value / top
        x, y = _LEFT + i * step, _TOP + inner_h - height
        parts.append(
            f'<rect class="bar" x="{x + 0.12 * step:.1f}" y="{y:.1f}" width="{0.76 * step:.1f}" '
            f'height="{height:.1f}"><title>{escape(name)}: {_figure(value)}</title></rect>'
        )
        if i % every == 0:
            parts.append(_text(x + step / 2, _HEIGHT - _BOTTOM + 15, name, anchor="middle"))
    parts.append(_text(_LEFT + inner_w / 2, _HEIGHT - 6, unit, anchor="middle", kind="unit"))
    return _svg(parts, _HEIGHT)


def rows(
    values: Mapping[str, float],
    *,
    texts: Sequence[str],
    colors: Sequence[str] = (),
    logarithmic: bool = False,
) -> str:
    """Lying bars for names: classes, flags. ``texts`` stand behind the bars, one each.

    ``logarithmic`` shows shares between 0.001 % and all by their magnitude, as rare classes need.
    """
    if not values:
        return _nothing()
    left, right = 130, 96
    inner = _WIDTH - left - right
    top = max(max(values.values()), 1e-12)
    parts = []
    for i, ((name, value), text) in enumerate(zip(values.items(), texts, strict=True)):
        share = _magnitude(value) if logarithmic else value / top
        y = 4 + i * _ROW
        fill = f' style="fill:{colors[i]}"' if colors else ""
        parts += [
            _text(left - 8, y + 16, name, anchor="end"),
            f'<rect class="bar" x="{left}" y="{y + 4}" width="{max(inner * share, 0.5):.1f}" '
            f'height="{_ROW - 8}"{fill}><title>{escape(name)}: {escape(text)}</title></rect>',
            _text(left + inner * share + 6, y + 16, text, kind="figure"),
        ]
    return _svg(parts, 8 + _ROW * len(values))


def _magnitude(share: float) -> float:
    """0.001 % → 0, all → 1, on a scale of powers of ten."""
    return max(0.0, 1 + math.log10(share) / 5) if share > 0 else 0.0


def _grid(top: float, inner_w: float, inner_h: float) -> list[str]:
    parts = []
    for value in _ticks(top):
        y = _TOP + inner_h * (1 - value / top)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_LEFT + inner_w}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(_text(_LEFT - 6, y + 4, _figure(value), anchor="end"))
    return parts


def _ticks(top: float) -> list[float]:
    """0 and up to four round values below ``top``."""
    step = 10 ** math.floor(math.log10(top))
    while top / step < 2:
        step /= 2
    while top / step > 5:
        step *= 2
    return [step * i for i in range(int(top / step) + 1)]


def _figure(value: float) -> str:
    """``12,345``, ``1.2 M``, ``0.5``."""
    if value >= 1e6:
        return f"{value / 1e6:.1f} M"
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"


def _text(x: float, y: float, text: str, *, anchor: str = "start", kind: str = "") -> str:
    classes = f' class="{kind}"' if kind else ""
    return f'<text{classes} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(parts: Sequence[str], height: float) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {height:g}" role="img">{"".join(parts)}</svg>'


def _nothing() -> str:
    return '<p class="nothing">nothing to show</p>'
