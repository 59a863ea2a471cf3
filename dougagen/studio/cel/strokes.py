"""Pen strokes: smooth curves through points, and tapered strips of ink along them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""float64[N, 2]: (x, y)."""


@dataclass(frozen=True, slots=True)
class Ink:
    """How a line is drawn."""

    color: tuple[int, int, int]
    width: float
    """Pixels at 1080 lines, at the thickest place."""
    taper: float = 0.0
    """0 = even width, 1 = both ends run out to nothing."""
    gaps: tuple[tuple[float, float], ...] = ()
    """Parts of the path, as (from, to) in [0, 1], where the pen was lifted."""

    def thinner(self, factor: float) -> Ink:
        """The same pen pressed less."""
        return replace(self, width=self.width * factor)


def smooth(points: Points, *, closed: bool, steps: int = 10) -> Points:
    """A centripetal-free Catmull-Rom curve through ``points``: float64[M, 2], M ≈ N × steps."""
    pts = np.asarray(points, np.float64)
    if len(pts) < 3:
        return pts
    if closed:
        p0, p1, p2, p3 = np.roll(pts, 1, 0), pts, np.roll(pts, -1, 0), np.roll(pts, -2, 0)
    else:
        padded = np.concatenate([2 * pts[:1] - pts[1:2], pts, 2 * pts[-1:] - pts[-2:-1]])
        p0, p1, p2, p3 = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = np.linspace(0.0, 1.0, steps, endpoint=False)[None, :, None]
    a = 2 * p1
    b = p2 - p0
    c = 2 * p0 - 5 * p1 + 4 * p2 - p3
    d = 3 * (p1 - p2) + p3 - p0
    curve = 0.5 * (a[:, None] + b[:, None] * t + c[:, None] * t**2 + d[:, None] * t**3)  # [N, steps, 2]
    flat: Points = curve.reshape(-1, 2)
    return flat if closed else np.concatenate([flat, pts[-1:]])


def ellipse(cx: float, cy: float, rx: float, ry: float, *, turn: float = 0.0, steps: int = 48) -> Points:
    """A closed ellipse turned by ``turn`` radians."""
    a = np.linspace(0, 2 * np.pi, steps, endpoint=False)
    x, y = rx * np.cos(a), ry * np.sin(a)
    c, s = np.cos(turn), np.sin(turn)
    return np.stack([cx + c * x - s * y, cy + s * x + c * y], axis=1)


def tapered_strip(path: Points, ink: Ink, *, width: float) -> Iterator[Points]:
    """Closed polygons of ``ink`` along ``path``, at most ``width`` wide, in the units of ``path``.

    A strip is split at gaps, at sharp corners (which get a round joint) and into short runs: a long
    self-crossing polygon would leave holes, since cv2 fills by the even-odd rule.
    """
    path = _sampled(_without_repeats(path), ink)
    if len(path) < 2:
        return
    step = np.diff(path, axis=0)
    lengths = np.hypot(step[:, 0], step[:, 1])
    along = np.concatenate([[0.0], np.cumsum(lengths)]) / lengths.sum()
    half = np.full(len(path), width / 2)
    if ink.taper > 0:
        half *= 1 - ink.taper + ink.taper * np.sqrt(np.clip(4 * along * (1 - along), 0, 1))
    unit = step / lengths[:, None]
    closed = bool(np.allclose(path[0], path[-1], atol=1e-6))
    before, after = _tangents(unit, closed=closed)
    sharp = (unit[:-1] * unit[1:]).sum(axis=1) < _SHARP
    near, far = _across(path[:-1], after[:-1], half[:-1]), _across(path[1:], before[1:], half[1:])
    middle = (along[:-1] + along[1:]) / 2
    inked = np.ones(len(step), np.bool_)
    for start, stop in ink.gaps:
        inked &= ~((middle >= start) & (middle < stop))
    yield from _runs(near, far, inked, sharp)
    corners = [*np.flatnonzero(sharp & inked[:-1] & inked[1:]) + 1]
    if closed and inked[0] and inked[-1] and unit[-1] @ unit[0] < _SHARP:
        corners.append(np.intp(0))
    for i in corners:
        yield ellipse(float(path[i, 0]), float(path[i, 1]), float(half[i]), float(half[i]), steps=12)


_SHARP = 0.85
"""Cosine of the turn, 32°, from which a corner is a corner and not a coarsely sampled curve."""
_RUN = 6
"""Segments a polygon: short enough not to cross itself, long enough to be few."""
_TAPER_STEPS = np.array(
    [0.0, 0.01, 0.03, 0.07, 0.13, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.87, 0.93, 0.97, 0.99, 1.0]
)


def _sampled(path: Points, ink: Ink) -> Points:
    """``path`` with points where a gap begins or ends, and enough of them for a taper to be seen."""
    wanted = [at for gap in ink.gaps for at in gap if 0 < at < 1]
    if len(path) < 2 or (not wanted and (ink.taper == 0 or len(path) > 40)):
        return path
    step = np.diff(path, axis=0)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(step[:, 0], step[:, 1]))])
    along /= along[-1]
    extra = _TAPER_STEPS if ink.taper > 0 else np.empty(0)
    at = np.unique(np.concatenate([along, wanted, extra]))
    at = at[np.concatenate([[True], np.diff(at) > 1e-9])]
    sampled: Points = np.stack([np.interp(at, along, path[:, 0]), np.interp(at, along, path[:, 1])], axis=1)
    return sampled


def _tangents(unit: Points, *, closed: bool) -> tuple[Points, Points]:
    """Directions in which the strip arrives at and leaves each point: the same but at sharp corners."""
    before = np.concatenate([unit[-1:] if closed else unit[:1], unit])
    after = np.concatenate([unit, unit[:1] if closed else unit[-1:]])
    mean = before + after
    mean /= np.maximum(np.hypot(mean[:, 0], mean[:, 1]), 1e-9)[:, None]
    is_sharp = ((before * after).sum(axis=1) < _SHARP)[:, None]
    return np.where(is_sharp, before, mean), np.where(is_sharp, after, mean)


def _across(points: Points, tangent: Points, half: Points) -> tuple[Points, Points]:
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1) * half[:, None]
    return points + normal, points - normal


def _runs(
    near: tuple[Points, Points],
    far: tuple[Points, Points],
    inked: NDArray[np.bool_],
    sharp: NDArray[np.bool_],
) -> Iterator[Points]:
    """Polygons of up to ``_RUN`` inked segments, none of them across a sharp corner."""
    count, i = len(inked), 0
    while i < count:
        if not inked[i]:
            i += 1
            continue
        j = i + 1
        while j < count and j - i < _RUN and inked[j] and not sharp[j - 1]:
            j += 1
        yield np.concatenate([near[0][i:j], far[0][j - 1 : j], far[1][j - 1 : j], near[1][i:j][::-1]])
        i = j


def _without_repeats(path: Points) -> Points:
    path = np.asarray(path, np.float64)
    step = np.diff(path, axis=0)
    moved = np.concatenate([[True], np.hypot(step[:, 0], step[:, 1]) > 1e-6])
    kept: Points = path[moved]
    return kept
