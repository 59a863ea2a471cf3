"""Polygons made safe for cv2: cut off behind the viewer and far out, in fixed point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""float64[N, 2]: (x, y)."""
BITS = 4
"""cv2 draws polygons on a grid of 1/16 pixel."""
FAR = 12000.0
"""Pixels: cv2 draws in 16.16 fixed point and wraps beyond ±32768."""
NEAR = 1e-3


def fixed_point(points: Points, *, closed: bool = True) -> NDArray[np.int32] | None:
    """cv2's fixed point; polygons that reach far out are cut so that nothing wraps."""
    if len(points) < 2 or not np.isfinite(points).all():
        return None
    if np.abs(points).max() > FAR:
        for axis, sign in ((0, 1.0), (0, -1.0), (1, 1.0), (1, -1.0)):
            points = _cut(points, FAR - sign * points[:, axis], closed=closed)
            if len(points) < 2:
                return None
    return np.round(points * (1 << BITS)).astype(np.int32)


def in_front(world: NDArray[np.float64], *, closed: bool) -> NDArray[np.float64]:
    return _cut(world, world[:, 2] - NEAR, closed=closed)


def _cut(points: NDArray[np.float64], inside: NDArray[np.float64], *, closed: bool) -> NDArray[np.float64]:
    """Sutherland-Hodgman against one plane; ``inside`` ≥ 0 is kept."""
    kept: list[NDArray[np.float64]] = []
    n = len(points)
    for i in range(n):
        if inside[i] >= 0:
            kept.append(points[i])
        j = i + 1
        if j == n:
            if not closed:
                break
            j = 0
        if (inside[i] >= 0) != (inside[j] >= 0):
            t = inside[i] / (inside[i] - inside[j])
            kept.append(points[i] + t * (points[j] - points[i]))
    return np.asarray(kept, np.float64).reshape(-1, points.shape[1])
