"""Bodies as they are drawn: what of trunk, arms and legs lies before what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from dougagen.studio.design.guide import Easel
from dougagen.studio.design.people.arms import bend, draw_arm
from dougagen.studio.design.people.body_design import BodyDesign
from dougagen.studio.design.people.clothes import draw_back, draw_collar_behind, draw_garment, draw_trunk
from dougagen.studio.design.people.head_design import HeadDesign
from dougagen.studio.design.people.legs import draw_legs, draw_skirt
from dougagen.studio.design.people.stance import Limb, Stance
from dougagen.studio.design.people.tailor import Tailor
from dougagen.studio.design.subject import Pose

_FRONT = 0.2
"""Head units: a wrist or knee nearer to the viewer than the shoulder or hip by this lies before the trunk."""


@contextmanager
def laid_on(easel: Easel, paper: NDArray[np.float64]) -> Iterator[None]:
    """The sheet as if what is drawn were first moved by ``paper`` (2×3)."""
    before = easel.sheet.placement
    linear, shift = before[:, :2] @ paper[:, :2], before[:, :2] @ paper[:, 2] + before[:, 2]
    easel.sheet.placement = np.concatenate([linear, shift[:, None]], axis=1)
    try:
        yield
    finally:
        easel.sheet.placement = before


def draw_body(easel: Easel, body: BodyDesign, head: HeadDesign, stance: Stance, pose: Pose) -> None:
    """Everything below the head that lies behind the near arm."""
    figure, outfit = body.figure, body.outfit
    with laid_on(easel, stance.trunk):
        if not stance.is_behind:
            draw_collar_behind(easel, figure, outfit, stance.turn)
    for index, limb in enumerate(stance.arms):
        if _layer(limb, stance, side=index * 2 - 1) < 0:
            draw_arm(easel, body, head, limb, index, is_behind=True)
    legs_first = not any(_is_before(leg) for leg in stance.legs)
    if legs_first:
        _draw_lower(easel, body, head, stance, pose)
    trunk: Tailor | None = None
    with laid_on(easel, stance.trunk):
        trunk = draw_trunk(easel, figure, outfit, stance.turn, is_behind=stance.is_behind)
    for index, limb in enumerate(stance.arms):
        if _layer(limb, stance, side=index * 2 - 1) == 0:
            draw_arm(easel, body, head, limb, index)
    if trunk is not None:
        with laid_on(easel, stance.trunk):
            if stance.is_behind:
                draw_back(trunk)
            else:
                draw_garment(trunk, sway=pose.sway)
    if not legs_first:
        _draw_lower(easel, body, head, stance, pose)


def draw_arms(easel: Easel, body: BodyDesign, head: HeadDesign, stance: Stance) -> None:
    """The arms in front of the torso, the farther one first."""
    order = sorted((0, 1), key=lambda i: float(stance.arms[i].depth[2]))
    for index in order:
        if _layer(stance.arms[index], stance, side=index * 2 - 1) > 0:
            draw_arm(easel, body, head, stance.arms[index], index)


def _layer(limb: Limb, stance: Stance, *, side: float) -> int:
    """−1 behind the trunk, 0 beside it under its collars, 1 in front of it."""
    reach = float(limb.depth[1:].mean() - limb.depth[0])
    if limb.depth[2] - limb.depth[0] < -_FRONT:
        return -1
    if reach > 0.5 * _FRONT or bend(limb) > 0.6:
        return 1
    is_far = side * np.sin(stance.turn) * np.sign(np.cos(stance.turn)) > 0.22
    return -1 if is_far else 0


def _is_before(leg: Limb) -> bool:
    return bool(leg.depth[1] - leg.depth[0] > 2 * _FRONT)


def _draw_lower(easel: Easel, body: BodyDesign, head: HeadDesign, stance: Stance, pose: Pose) -> None:
    figure = body.figure
    joints = np.concatenate([leg.joints for leg in stance.legs])
    low, high = joints.min(axis=0) - 0.6, joints.max(axis=0) + 0.6
    top = min(float(low[1]), figure.waist_y - 0.1)
    flare = 1.2 * figure.hips
    if not easel.sees(float(low[0]) - flare, top, float(high[0]) + flare, float(high[1])):
        return
    draw_legs(easel, figure, body.outfit, head.skin, stance)
    if body.outfit.bottom in ("skirt", "long skirt"):
        draw_skirt(easel, figure, body.outfit, stance, sway=pose.sway)
