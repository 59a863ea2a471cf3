"""Text burnt into the picture: subtitles, credits, logos, captions. Text is never cel."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.cel.cel import Rgb
from dougagen.studio.cel.colors import rgb
from dougagen.studio.stand.typesetting import Mask, Script, sentence, typeset

_SEEN = 128
"""Coverage from which a pixel is text: half, as for the cel."""


@dataclass(frozen=True, slots=True, eq=False)
class TextLayer:
    """Text on its own, laid over everything else at the end."""

    color: NDArray[np.uint8]
    """uint8[H, W, 3] RGB, premultiplied by ``alpha``."""
    alpha: NDArray[np.uint8]
    """uint8[H, W]."""

    @property
    def covered(self) -> NDArray[np.bool_]:
        """bool[H, W]: where the viewer sees text instead of what lies below."""
        return self.alpha >= _SEEN

    def over(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """``picture`` (uint8[H, W, 3]) with the text on it; the input is not changed."""
        rows = np.flatnonzero(self.alpha.any(axis=1))
        burnt = picture.copy()
        if rows.size:
            at = slice(int(rows[0]), int(rows[-1]) + 1)
            left = cv2.cvtColor(cv2.bitwise_not(self.alpha[at]), cv2.COLOR_GRAY2RGB)
            burnt[at] = cv2.add(self.color[at], cv2.multiply(picture[at], left, scale=1 / 255))
        return burnt


@dataclass(frozen=True, slots=True)
class Style:
    """How letters look."""

    fill: Rgb
    edge: Rgb | None
    edge_width: float
    """Share of the letter's height."""
    weight: float
    """Thickness of strokes, share of the letter's height."""
    slant: float
    shadow: float
    """Offset, share of the letter's height; 0 = none."""
    opacity: float
    soft_edge: bool = False
    """The edge as a glow, as television titles have it."""


def text_layer(rng: np.random.Generator, *, height: int, width: int, logo_alone: bool = True) -> TextLayer:
    """Text as it stands on television, of one kind, at times a station's logo beside it.

    ``logo_alone``: a logo, which need not have letters, may be all there is.
    """
    layer = TextLayer(np.zeros((height, width, 3), np.uint8), np.zeros((height, width), np.uint8))
    shares = np.array([0.56, 0.15, 0.12 if logo_alone else 0.0, 0.1, 0.07])
    kind = str(rng.choice(["subtitle", "credits", "logo", "caption", "vertical"], p=shares / shares.sum()))
    _KINDS[kind](rng, layer)
    if kind in ("subtitle", "credits") and rng.uniform() < 0.12:
        _logo(rng, layer)
    return layer


def burn_text(
    rng: np.random.Generator, picture: NDArray[np.uint8], *, logo_alone: bool = True
) -> NDArray[np.uint8]:
    """``picture`` (uint8[H, W, 3]) with text over it as of ``text_layer``; the input is not changed."""
    height, width = picture.shape[:2]
    return text_layer(rng, height=height, width=width, logo_alone=logo_alone).over(picture)


# ---- kinds -------------------------------------------------------------------------------------------
def _subtitle(rng: np.random.Generator, layer: TextLayer) -> None:
    height, width = layer.alpha.shape
    size = height * rng.uniform(0.04, 0.08)
    style, script = _style(rng), _script(rng)
    rows = int(rng.integers(1, 3))
    y = height * rng.uniform(0.9, 0.96) if rng.uniform() < 0.9 else height * 0.06 + rows * 1.35 * size
    lines = [_line(rng, script, size, style, longest=0.9 * width) for _ in range(rows)]
    if rng.uniform() < 0.06:  # a box behind
        wide = max(line.shape[1] for line in lines) + size
        box = np.full((max(int((rows * 1.35 + 0.2) * size), 1), int(wide)), 255, np.uint8)
        _blend(layer, box, (0, 0, 0), rng.uniform(0.4, 0.9), (width - wide) / 2, y - rows * 1.35 * size)
    for row, mask in enumerate(lines):
        base = y - (rows - 1 - row) * 1.35 * size
        # a line stands on its base 70 % down the strip that it was typeset on
        _lay(layer, mask, style, size, x=width / 2 - mask.shape[1] / 2, y=base - 0.75 * mask.shape[0])


def _credits(rng: np.random.Generator, layer: TextLayer) -> None:
    height, width = layer.alpha.shape
    size, style, script = height * rng.uniform(0.025, 0.06), _style(rng, plain=True), _script(rng)
    rows, x = int(rng.integers(1, 8)), width * rng.uniform(0.04, 0.6)
    y = height * rng.uniform(0.08, 0.5)
    middle = rng.uniform() < 0.5
    for _ in range(rows):
        mask = _line(rng, script, size * rng.choice([1.0, 0.7]), style, longest=0.4 * width)
        _lay(layer, mask, style, size, x=x + 0.15 * width - mask.shape[1] / 2 if middle else x, y=y)
        y += size * 1.8
    if rng.uniform() < 0.2:
        rule = np.full((max(height // 360, 1), int(0.3 * width)), 255, np.uint8)
        _blend(layer, rule, style.fill, style.opacity, x, y)


def _logo(rng: np.random.Generator, layer: TextLayer) -> None:
    height, width = layer.alpha.shape
    size = height * rng.uniform(0.03, 0.07)
    style = _style(rng, plain=True, opacity=float(rng.uniform(0.25, 0.95)))
    if rng.uniform() < 0.4:
        mask = _emblem(rng, size)
    else:
        mask = _line(rng, _script(rng), size, style, longest=0.18 * width, short=True)
    x = width * 0.03 if rng.uniform() < 0.4 else width * 0.97 - mask.shape[1]
    y = height * 0.04 if rng.uniform() < 0.75 else height * 0.95 - mask.shape[0]
    _lay(layer, mask, style, size, x=x, y=y)


def _emblem(rng: np.random.Generator, size: float) -> Mask:
    """A disc or ring with a bar through it, as stations have."""
    fine = 3
    r = max(int(size * fine * 0.7), 4)
    disc = np.zeros((2 * r + 4, 2 * r + 4), np.uint8)
    cv2.circle(disc, (r + 2, r + 2), r, (255,), -1 if rng.uniform() < 0.5 else max(r // 5, 1), cv2.LINE_AA)
    if rng.uniform() < 0.6:
        a = rng.uniform(0, np.pi)
        end = np.array([np.cos(a), np.sin(a)]) * r
        low, high = (np.array([r + 2, r + 2]) - end).astype(int), (np.array([r + 2, r + 2]) + end).astype(int)
        cv2.line(
            disc, (int(low[0]), int(low[1])), (int(high[0]), int(high[1])), (0,), max(r // 3, 1), cv2.LINE_AA
        )
    side = max((2 * r + 4) // fine, 2)
    return np.asarray(cv2.resize(disc, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def _caption(rng: np.random.Generator, layer: TextLayer) -> None:
    """A large title or the translation of a sign, anywhere, at any size."""
    height, width = layer.alpha.shape
    size, style, script = height * rng.uniform(0.05, 0.2), _style(rng), _script(rng)
    mask = _line(rng, script, size, style, longest=0.7 * width, short=True)
    x, y = rng.uniform(0, max(width - mask.shape[1], 1)), rng.uniform(0.02, 0.8) * height
    _lay(layer, mask, style, size, x=x, y=y)


def _vertical(rng: np.random.Generator, layer: TextLayer) -> None:
    """A column of glyphs."""
    height, width = layer.alpha.shape
    size, style = height * rng.uniform(0.04, 0.1), _style(rng)
    x, y = width * rng.uniform(0.03, 0.92), height * rng.uniform(0.04, 0.3)
    for glyph in sentence(rng, "japanese", int(rng.integers(3, 9))):
        mask = typeset(rng, glyph, "japanese", size=size, weight=style.weight)
        _lay(layer, mask, style, size, x=x + (size - mask.shape[1]) / 2, y=y - 0.45 * size)
        y += size * 1.1


_KINDS = {
    "subtitle": _subtitle,
    "credits": _credits,
    "logo": _logo,
    "caption": _caption,
    "vertical": _vertical,
}


# ---- letters -----------------------------------------------------------------------------------------
def _style(rng: np.random.Generator, *, plain: bool = False, opacity: float = 1.0) -> Style:
    fill = [
        (255, 255, 255),
        (255, 240, 60),
        (235, 235, 235),
        rgb(rng.uniform(), rng.uniform(0.2, 1), rng.uniform(0.5, 1)),
        (10, 10, 10),
    ]
    color = fill[rng.choice(5, p=[0.6, 0.13, 0.1, 0.12, 0.05])]
    edge: Rgb | None = (0, 0, 0) if rng.uniform() < 0.8 else rgb(rng.uniform(), 0.8, rng.uniform(0.1, 0.6))
    if sum(color) < 100:
        edge = (255, 255, 255)
    if plain and rng.uniform() < 0.6:
        edge = None
    return Style(
        fill=color,
        edge=edge,
        edge_width=float(rng.uniform(0.03, 0.11)),
        weight=float(rng.uniform(0.06, 0.15)),
        slant=float(rng.choice([0.0, 0.22], p=[0.85, 0.15])),
        shadow=float(rng.choice([0.0, rng.uniform(0.03, 0.1)], p=[0.6, 0.4])),
        opacity=opacity,
        soft_edge=bool(rng.uniform() < 0.12),
    )


def _script(rng: np.random.Generator) -> Script:
    return "latin" if rng.uniform() < 0.6 else "japanese"


def _line(
    rng: np.random.Generator,
    script: Script,
    size: float,
    style: Style,
    *,
    longest: float,
    short: bool = False,
) -> Mask:
    """Coverage of one line of text, ``size`` pixels high, at most ``longest`` wide: uint8[h, w]."""
    if script == "japanese":
        letters, each = (int(rng.integers(2, 6)) if short else int(rng.integers(4, 22))), 1.0
    else:
        letters, each = (int(rng.integers(4, 12)) if short else int(rng.integers(6, 46))), 0.5
    text = sentence(rng, script, int(np.clip(letters, 1, max(longest / (each * size), 1))))
    while True:
        mask = typeset(rng, text, script, size=size, weight=style.weight, slant=style.slant)
        if mask.shape[1] <= longest or len(text) == 1:
            return mask[:, : max(int(longest), 1)]
        text = _shorter(text, share=longest / mask.shape[1])


def _shorter(text: str, *, share: float) -> str:
    """The first ``share`` of ``text``, without the word that would be cut; at least one letter less."""
    kept = text[: max(min(int(len(text) * share), len(text) - 1), 1)]
    words = kept.rpartition(" ")[0] if text[len(kept)] != " " else kept
    return words.rstrip() or kept


def _lay(layer: TextLayer, mask: Mask, style: Style, size: float, *, x: float, y: float) -> None:
    """Shadow, edge and fill of ``mask`` with its corner at (x, y); what falls outside is cut."""
    edge = max(round(style.edge_width * size), 1)
    pad = 2 * edge + 2 + int(style.shadow * size)
    mask = np.asarray(cv2.copyMakeBorder(mask, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(0,)), np.uint8)
    x, y = x - pad, y - pad
    if style.shadow:
        off = style.shadow * size
        moved = cv2.warpAffine(mask, np.array([[1, 0, off], [0, 1, off]]), mask.shape[::-1])
        soft = cv2.GaussianBlur(moved, (0, 0), max(0.3 * off, 0.4))
        _blend(layer, np.asarray(soft, np.uint8), (0, 0, 0), 0.75 * style.opacity, x, y)
    if style.edge is not None:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * edge + 1, 2 * edge + 1))
        around = cv2.dilate(mask, kernel)
        if style.soft_edge:
            around = cv2.GaussianBlur(around, (0, 0), max(0.7 * edge, 0.5))
        _blend(layer, np.asarray(around, np.uint8), style.edge, style.opacity, x, y)
    _blend(layer, mask, style.fill, style.opacity, x, y)


def _blend(layer: TextLayer, mask: Mask, color: Rgb, opacity: float, x: float, y: float) -> None:
    """Lay ``color`` over the layer by ``mask`` (uint8[h, w]) × ``opacity``, its corner at (x, y)."""
    left, top = round(x), round(y)
    height, width = layer.alpha.shape
    a, b = max(-left, 0), max(-top, 0)
    right, bottom = min(width - left, mask.shape[1]), min(height - top, mask.shape[0])
    if right <= a or bottom <= b:
        return
    share = mask[b:bottom, a:right].astype(np.float32) * np.float32(opacity / 255)
    at = (slice(top + b, top + bottom), slice(left + a, left + right))
    below, alpha = layer.color[at], layer.alpha[at]
    below[:] = np.rint(below + (np.asarray(color, np.float32) - below) * share[..., None])
    alpha[:] = np.rint(alpha + (255 - alpha) * share)
