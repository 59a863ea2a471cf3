"""Closed outlines of things: rounded boxes, turned vessels, blobs, in the units of their arguments."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dougagen.studio.background.board.clipping import Points
from dougagen.studio.cel.strokes import smooth


def rounded(u: float, v: float, w: float, h: float, r: float, *, steps: int = 5) -> Points:
    """A box with its upper left corner at (u, v) and corners of radius ``r``."""
    r = min(r, w / 2, h / 2)
    a = np.linspace(0, np.pi / 2, steps)
    corners = []
    for cx, cy, turn in (
        (u + w - r, v + h - r, 0.0), (u + r, v + h - r, np.pi / 2),
        (u + r, v + r, np.pi), (u + w - r, v + r, 1.5 * np.pi),
    ):  # fmt: skip
        corners.append(np.stack([cx + r * np.cos(a + turn), cy + r * np.sin(a + turn)], 1))
    return np.concatenate(corners)


def oval(u: float, v: float, rx: float, ry: float, *, steps: int = 28) -> Points:
    """An ellipse around (u, v)."""
    a = np.linspace(0, 2 * np.pi, steps, endpoint=False)
    return np.stack([u + rx * np.cos(a), v + ry * np.sin(a)], 1)


def turned(u: float, v: float, h: float, profile: Sequence[tuple[float, float]], *, steps: int = 4) -> Points:
    """What a potter's wheel makes: ``profile`` holds (height from the foot, half width), both times ``h``.

    The foot stands at (u, v); v grows downwards.
    """
    side = np.array([(half, -up) for up, half in profile]) * h
    right = smooth(side, closed=False, steps=steps) if len(side) > 2 else side
    return moved(np.concatenate([right, right[::-1] * (-1, 1)]), u, v)


def blob(
    rng: np.random.Generator,
    u: float,
    v: float,
    rx: float,
    ry: float,
    *,
    uneven: float = 0.12,
    knots: int = 9,
) -> Points:
    """A soft irregular shape around (u, v)."""
    a = np.linspace(0, 2 * np.pi, knots, endpoint=False) + rng.uniform(0, 6.28)
    r = 1 + uneven * rng.uniform(-1, 1, knots)
    return smooth(np.stack([u + rx * r * np.cos(a), v + ry * r * np.sin(a)], 1), closed=True, steps=5)


def curve(points: Sequence[Sequence[float]] | Points, *, closed: bool = True, steps: int = 6) -> Points:
    """A smooth outline through ``points``."""
    return smooth(np.asarray(points, np.float64), closed=closed, steps=steps)


def moved(points: Sequence[Sequence[float]] | Points, u: float, v: float, size: float = 1.0) -> Points:
    """``points`` times ``size``, then at (u, v)."""
    return np.asarray(points, np.float64) * size + (u, v)


def frond(u: float, v: float, length: float, width: float, angle: float, *, bend: float = 0.0) -> Points:
    """A long leaf from (u, v) that points to ``angle`` and bends by ``bend`` radians to its tip."""
    t = np.linspace(0, 1, 9)
    a = angle + bend * t
    middle = np.stack([np.cumsum(np.cos(a)), np.cumsum(np.sin(a))], 1) * length / 9
    half = (width / 2 * np.sin(np.pi * np.clip(0.08 + 0.92 * t, 0, 1)) ** 0.8)[:, None]
    across = np.stack([-np.sin(a), np.cos(a)], 1) * half
    return moved(np.concatenate([middle + across, (middle - across)[::-1]]), u, v)
