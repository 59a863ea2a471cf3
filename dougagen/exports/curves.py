"""Chains of pixels as smooth curves with few points, and curves as the path data of SVG."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]
"""float32[N, 2]: x and y in pixels; the middle of the first pixel is (0.5, 0.5)."""

_NEAR = 0.5  # px that a curve may leave its chain
_CORNER = np.cos(np.radians(50))  # a sharper turn stays a corner


def simplified(chain: Points, *, closed: bool) -> Points:
    """The chain without its staircase and with the fewest points that stay near it."""
    if len(chain) < 4:
        return chain
    calm = _calmed(chain, closed=closed)
    return cast(Points, cv2.approxPolyDP(calm[:, None], _NEAR, closed)[:, 0].astype(np.float32, copy=False))


def _calmed(chain: Points, *, closed: bool) -> Points:
    """Each point drawn half way to its neighbours; the ends of an open chain stay."""
    calm: NDArray[np.floating] = chain
    for _ in range(2):
        if closed:
            calm = (np.roll(calm, 1, 0) + 2 * calm + np.roll(calm, -1, 0)) / 4
        else:
            calm = np.concatenate([calm[:1], (calm[:-2] + 2 * calm[1:-1] + calm[2:]) / 4, calm[-1:]])
    return np.ascontiguousarray(calm, np.float32)


def path_data(points: Points, *, closed: bool) -> str:
    """``M… C…``: a smooth curve through the points (Catmull-Rom), straight into sharp corners."""
    if len(points) < 3:
        ends = " ".join(f"{x:.1f} {y:.1f}" for x, y in points[1:].tolist()) or "h0"
        x, y = points[0].tolist()
        return f"M{x:.1f} {y:.1f}{'L' if len(points) > 1 else ''}{ends}{'Z' if closed else ''}"
    following = np.roll(points, -1, 0) if closed else points[1:]
    leaving, arriving = _handles(points, closed=closed)
    spans = len(following)
    first = points[:spans] + leaving[:spans]
    second = following - (np.roll(arriving, -1, 0) if closed else arriving[1:])
    rows = np.concatenate([first, second, following], axis=1).tolist()
    x, y = points[0].tolist()
    steps = "".join(f"C{a:.1f} {b:.1f} {c:.1f} {d:.1f} {e:.1f} {f:.1f}" for a, b, c, d, e, f in rows)
    return f"M{x:.1f} {y:.1f}{steps}{'Z' if closed else ''}"


def _handles(points: Points, *, closed: bool) -> tuple[Points, Points]:
    """How far the handles reach from each point to the next and to the one before: a third of the way there,
    along the line through the neighbours; none at corners and ends."""
    before, after = np.roll(points, 1, 0), np.roll(points, -1, 0)
    come, go = points - before, after - points
    come_length, go_length = (np.maximum(np.linalg.norm(way, axis=1), 1e-6) for way in (come, go))
    turn = np.einsum("nc,nc->n", come, go) / (come_length * go_length)
    tangent = come / come_length[:, None] + go / go_length[:, None]
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1), 1e-6)[:, None]
    smooth = turn > _CORNER
    if not closed:
        smooth[[0, -1]] = False
    tangent *= smooth[:, None] / 3
    return tangent * go_length[:, None], tangent * come_length[:, None]
