"""What carries a head: the neck, the nape from behind, the jaw from below."""

from __future__ import annotations

import numpy as np

from dougagen.studio.cel.strokes import Points, ellipse
from dougagen.studio.design.curves import bow, curve, points, xy
from dougagen.studio.design.guide import Easel
from dougagen.studio.design.people.contour import face_contour
from dougagen.studio.design.people.head_design import HeadDesign
from dougagen.studio.design.people.turning import Turn


def draw_neck(easel: Easel, design: HeadDesign, turn: Turn, *, width: float, base: float) -> None:
    """The neck with the shade that the chin casts; ``base`` is the height of the collar bones."""
    lean = (0.03 if turn.is_behind else -0.075) * turn.yaw
    top, foot = 0.12, lean * 0.4
    near_side = curve(
        (lean - width, top),
        (lean - width * 0.95, 0.5),
        (foot - width, base - 0.12),
        (foot - 2.3 * width, base + 0.12),
    )
    far_side = curve(
        (foot + 2.3 * width, base + 0.12),
        (foot + width, base - 0.12),
        (lean + width * 0.95, 0.5),
        (lean + width, top),
    )
    chest = points((foot - width, base + 0.75), (foot + width, base + 0.75))
    neck = easel.sheet.part(np.concatenate([near_side, chest, far_side]), design.skin, None)
    for side in (near_side, far_side):
        easel.line(side, design.skin)
    if turn.is_behind:
        easel.shade(neck, points((-0.6, 0.0), (0.6, 0.0), (0.4, 0.52), (-0.4, 0.5)), design.skin)
        return
    far, near = face_contour(design, turn)
    lx = easel.light[0]
    drop = 0.1 + 0.05 * easel.guide.depth
    cast = np.concatenate([far[12:], near[:-6]]) * (0.96, 1.0) + xy(-0.06 * lx, drop)
    easel.shade(neck, np.concatenate([cast, points((-0.6, 0.0), (0.6, 0.0))]), design.skin)
    if easel.detail > 120:
        for s in (-1, 1):
            bone = bow((foot + s * 0.05, base + 0.02), (foot + s * 0.3, base - 0.02), bend=0.1 * s)
            easel.line(bone, design.skin, 0.8, within=neck)
        if design.jaw > 0.5 or turn.yaw > 0.3:
            easel.line(
                bow((lean + 0.6 * width, 0.56), (foot + 0.06, base - 0.03), bend=-0.05), design.skin, 0.7
            )


def draw_nape(easel: Easel, design: HeadDesign, turn: Turn) -> None:
    """A head from behind without its hair: the skull above the nape, both ears, the lost profile's cheek."""
    out = 0.16 * turn.yaw
    shape = curve(
        (-0.3, -0.15),
        (-0.3 + 0.4 * out, 0.12),
        (-0.17 + out, 0.32),
        (0.02 + 1.2 * out, 0.4 + 0.05 * turn.yaw),
        (0.19 + out, 0.3),
        (0.3 + 0.45 * out, 0.1),
        (0.3, -0.15),
        (0.0, -0.45),
        closed=True,
    )
    skull = easel.part(turn.nodded(shape), design.skin)
    easel.model(skull, turn.nodded(shape), design.skin, 0.12)
    for side in (-1.0, 1.0):
        if side < 0 and turn.yaw > 0.4:
            continue
        root = turn.project([-side * design.half_width], [0.06], [-0.04])[0]
        wide = 0.05 + 0.05 * turn.yaw * (side > 0)
        ear = ellipse(float(root[0]) + side * 0.02, float(root[1]), wide, 0.1, turn=0.25 * side, steps=24)
        number = easel.part(ear, design.skin)
        easel.shade(number, ear + xy(-0.03 * side, 0.01), design.skin)


def draw_underside(easel: Easel, design: HeadDesign, turn: Turn, far: Points, near: Points) -> None:
    """What is seen of the jaw from below: skin in the head's own shade."""
    jaw = np.concatenate([far[len(far) // 2 :], near[: len(near) * 2 // 3]])
    corner, other = jaw[0], jaw[-1]
    low = curve(
        tuple(other),
        ((0.7 * other[0] + 0.1 * corner[0], max(other[1], corner[1]) + 0.2)),
        (0.5 * (corner[0] + other[0]) - 0.05 * turn.yaw, max(other[1], corner[1]) + 0.28),
        ((0.7 * corner[0] + 0.1 * other[0], max(other[1], corner[1]) + 0.18)),
        tuple(corner),
    )
    part = easel.part(np.concatenate([jaw, low]), design.skin)
    easel.shade(part, np.concatenate([jaw, low + xy(0.0, 0.3)]), design.skin)
