"""Shapes that every part of a figure is built from: arcs, tubes, crescents, tapered leaves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from dougagen.studio.cel.strokes import Points, smooth

XY = tuple[float, float]


def xy(x: float, y: float) -> Points:
    """float64[2]: a place or a shift."""
    return np.array((x, y), np.float64)


def points(*xy: XY) -> Points:
    """float64[N, 2] of the given points."""
    return np.array(xy, np.float64)


def curve(*xy: XY, closed: bool = False, steps: int = 8) -> Points:
    """A smooth curve through the given points."""
    return smooth(points(*xy), closed=closed, steps=steps)


def bow(start: ArrayLike, end: ArrayLike, *, bend: float, steps: int = 8) -> Points:
    """A quadratic arc from ``start`` to ``end``; ``bend`` is its height over the length, left of the way."""
    a, b = np.asarray(start, np.float64), np.asarray(end, np.float64)
    way = b - a
    middle = (a + b) / 2 + 2 * bend * np.array([way[1], -way[0]])
    first, second, third = _bernstein(steps)
    arc: Points = first * a + second * middle + third * b
    return arc


@cache
def _bernstein(steps: int) -> tuple[Points, Points, Points]:
    t = np.linspace(0.0, 1.0, steps)[:, None]
    return (1 - t) ** 2, 2 * t * (1 - t), t**2


def zigzag(
    peaks: Points, valleys: Points, *, bend: ArrayLike = 0.12, back: ArrayLike | None = None, steps: int = 6
) -> Points:
    """Pointed teeth: valley 0 → peak 0 → valley 1 → …; needs one valley more than peaks.

    ``bend`` curves the way to a peak, ``back`` the way from it (one number or one for each peak): equal
    they make petals, of opposite sign blades that lean to one side.
    """
    there = np.broadcast_to(np.asarray(bend, np.float64), len(peaks))
    again = there if back is None else np.broadcast_to(np.asarray(back, np.float64), len(peaks))
    path = []
    for i, peak in enumerate(peaks):
        path.append(bow(valleys[i], peak, bend=float(there[i]), steps=steps)[:-1])
        path.append(bow(peak, valleys[i + 1], bend=float(again[i]), steps=steps)[:-1])
    return np.concatenate([*path, valleys[-1:]])


def sides(path: Points, radii: ArrayLike) -> tuple[Points, Points]:
    """The left and right edge of a band along ``path`` with a half-width at each of its points."""
    tangent = np.gradient(path, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1) * np.asarray(radii, np.float64)[:, None]
    return path + normal, path - normal


def tube(path: Points, radii: ArrayLike) -> Points:
    """The closed outline of a limb along ``path``."""
    left, right = sides(path, radii)
    return np.concatenate([left, right[::-1]])


def widths(knots: Sequence[float], count: int) -> NDArray[np.float64]:
    """``count`` half-widths interpolated through ``knots`` spread evenly."""
    return np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(knots)), knots)


def leaf(path: Points, half_width: float, *, belly: float = 0.4, start: float = 0.0) -> Points:
    """A strand of hair, lash or brow: a band that runs out to a point, widest at ``belly`` of its length."""
    t = np.linspace(0, 1, len(path))
    rise = np.clip(t / max(belly, 1e-6), 0, 1)
    fall = np.clip((1 - t) / max(1 - belly, 1e-6), 0, 1)
    return tube(path, half_width * np.sqrt(np.maximum(start, rise) * fall + 1e-9))


def outside(outline: Points, *, direction: XY, margin: float) -> Points:
    """Everything within ``margin`` of ``outline`` but not in it, as one polygon.

    The polygon has a hole by the even-odd rule; the seam to the hole runs towards ``direction``, where
    it lies in the filled side.
    """
    low, high = outline.min(axis=0) - margin, outline.max(axis=0) + margin
    d = np.asarray(direction, np.float64)
    first = int(np.argmax(outline @ d))
    hole = np.roll(outline, -first, axis=0)
    far = np.clip(hole[0] + d * float(np.ptp(high - low) + np.sum(high - low)), low, high)
    corners = np.array([[low[0], low[1]], [high[0], low[1]], [high[0], high[1]], [low[0], high[1]]])
    centre = (low + high) / 2
    angle = np.arctan2(*(corners - centre).T[::-1])
    start = np.arctan2(*(far - centre)[::-1])
    box = corners[np.argsort((angle - start) % (2 * np.pi))]
    return np.concatenate([hole, hole[:1], far[None], box, far[None]])


def turned(
    shape: Points, angle: float, *, scale: float = 1.0, to: XY = (0.0, 0.0), flip: float = 1.0
) -> Points:
    """``shape`` with y flipped by ``flip``, scaled, turned by ``angle`` radians and moved ``to`` a point."""
    c, s = np.cos(angle) * scale, np.sin(angle) * scale
    x, y = shape[:, 0], shape[:, 1] * flip
    return np.stack([c * x - s * y + to[0], s * x + c * y + to[1]], axis=1)


def between(low: float, high: float, t: float) -> float:
    """0 below ``low``, 1 above ``high``, smooth in between."""
    x = min(max((t - low) / (high - low), 0.0), 1.0)
    return x * x * (3 - 2 * x)


def mixed(a: float, b: float, t: float) -> float:
    """``a`` at t = 0, ``b`` at t = 1."""
    return a + (b - a) * t


def hull(circles: Sequence[tuple[Points, float]], *, steps: int = 14) -> Points:
    """The closed convex outline around circles (centre, radius): capsules, feet, cloth over knees."""
    angle = np.linspace(0, 2 * np.pi, steps, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    cloud = np.concatenate([np.asarray(centre) + radius * ring for centre, radius in circles])
    found: Points = cv2.convexHull(cloud.astype(np.float32)).reshape(-1, 2).astype(np.float64)
    return found
