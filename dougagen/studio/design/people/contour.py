"""The contour of a face at every turn, from front to profile."""

from __future__ import annotations

import numpy as np

from dougagen.studio.cel.strokes import Points, smooth
from dougagen.studio.design.curves import between, points
from dougagen.studio.design.people.head_design import HeadDesign
from dougagen.studio.design.people.turning import Turn

_FAR_Y = np.array([-0.2, -0.02, 0.07, 0.17, 0.235, 0.275, 0.305, 0.335, 0.37, 0.41, 0.46, 0.492, 0.506])
_PROFILE_X = np.array([0.285, 0.29, 0.262, 0.3, 0.345, 0.29, 0.297, 0.278, 0.288, 0.258, 0.262, 0.23, 0.19])


def face_contour(design: HeadDesign, turn: Turn) -> tuple[Points, Points]:
    """The far side from temple to chin and the near side from chin to temple, in the facing frame."""
    w, c = design.half_width / 0.36, design.cheek
    jaw = design.jaw
    front = points(
        (0.352 * w, -0.2), (0.36 * w, -0.02), (0.352 * w, 0.1), ((0.318 + 0.03 * c) * w, 0.225),
        ((0.24 + 0.045 * jaw + 0.02 * c) * w, 0.36), ((0.13 + 0.07 * jaw) * w, 0.452),
        (0.06 + 0.045 * jaw, 0.492), (0.0, 0.507),
    )  # fmt: skip
    quarter = points(
        (0.322 * w, -0.2), (0.325 * w, -0.05), (0.298 * w, 0.07), (0.312 * w, 0.19 + 0.02 * c),
        ((0.24 + 0.03 * c + 0.02 * jaw) * w, 0.345), (0.2 + 0.03 * jaw, 0.445),
        (0.165 + 0.02 * jaw, 0.492), (0.115, 0.507),
    )  # fmt: skip
    t = between(0.0, 0.58, turn.yaw)
    far_front, far_quarter = _at(smooth(front, closed=False)), _at(smooth(quarter, closed=False))
    x = mixed_points(far_front, far_quarter, t)
    x = mixed_points(x, _PROFILE_X, between(0.66, 0.95, turn.yaw))
    far = smooth(np.stack([x, _FAR_Y], axis=1), closed=False, steps=5)
    return turn.nodded(far), turn.nodded(smooth(_near_jaw(front, jaw, turn, w), closed=False, steps=6))


def _near_jaw(front: Points, jaw: float, turn: Turn, w: float) -> Points:
    quarter = points(
        (0.115, 0.507), (0.065 - 0.03 * jaw, 0.499), (-0.035 - 0.05 * jaw, 0.458),
        ((-0.165 - 0.04 * jaw) * w, 0.37),
        (-0.262 * w, 0.238), (-0.305 * w, 0.12), (-0.335 * w, -0.02), (-0.36 * w, -0.2),
    )  # fmt: skip
    profile = points(
        (0.19, 0.506), (0.14, 0.503), (0.05, 0.468), (-0.05 - 0.02 * jaw, 0.385 + 0.02 * jaw),
        (-0.11, 0.26), (-0.125, 0.13), (-0.16, 0.0), (-0.2, -0.2),
    )  # fmt: skip
    mirrored = front[::-1] * (-1, 1)
    near = mirrored + (quarter - mirrored) * between(0.0, 0.58, turn.yaw)
    blended: Points = near + (profile - near) * between(0.55, 1.0, turn.yaw)
    return blended


def _at(path: Points) -> Points:
    order = np.argsort(path[:, 1])
    x: Points = np.interp(_FAR_Y, path[order, 1], path[order, 0])
    return x


def mixed_points(a: Points, b: Points, t: float) -> Points:
    """``a`` at t = 0, ``b`` at t = 1."""
    return a + (b - a) * t
