"""What not every face has: lines of age, beards, glasses."""

from __future__ import annotations

import numpy as np

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.strokes import Ink, Points, ellipse
from dougagen.studio.design.curves import bow, curve, points, xy
from dougagen.studio.design.guide import Easel
from dougagen.studio.design.people.head_design import HeadDesign
from dougagen.studio.design.people.turning import Turn


def draw_age(easel: Easel, design: HeadDesign, turn: Turn, face: int) -> None:
    if easel.detail < 80:
        return
    y = design.eye_y + 0.5 * design.eyes.height + 0.03
    for side in (1, -1):
        if side > 0 and turn.yaw > 0.6:
            continue
        fold = bow((side * 0.07, 0.25), (side * 0.12, 0.36), bend=-0.12 * side)
        bag = bow((side * (design.eye_x - 0.05), y), (side * (design.eye_x + 0.04), y), bend=-0.12)
        for path in (fold, bag):
            easel.line(turn.on_face(path), design.skin, 0.75, within=face)


def draw_beard(easel: Easel, paint: Paint, turn: Turn, face: int, far: Points, near: Points) -> None:
    """A full beard along the jaw, or only a moustache: the colour's parity decides, once for all drawings."""
    if sum(paint.base) % 2:
        moustache = curve((-0.11, 0.335), (-0.05, 0.29), (0.0, 0.3), (0.05, 0.29), (0.11, 0.335), (0.0, 0.32))
        easel.part(turn.on_face(moustache), paint, 0.9, within=face)
        return
    jaw = np.concatenate([far[len(far) // 2 :], near[: len(near) // 2]])
    inner = turn.on_face(
        curve((-0.33, 0.2), (-0.2, 0.3), (-0.12, 0.29), (0.0, 0.285), (0.12, 0.29), (0.2, 0.3), (0.33, 0.2))
    )
    chin = (jaw - jaw.mean(axis=0)) * 1.04 + jaw.mean(axis=0)
    beard = easel.part(np.concatenate([inner, chin]), paint)
    easel.shade(beard, chin + xy(0.0, 0.13), paint)


def draw_glasses(easel: Easel, design: HeadDesign, turn: Turn) -> None:
    ink = Ink(design.glasses_paint.base, max(easel.guide.width * 1.5 * easel.pen, 1.5))
    w, h = design.eyes.half_width * 1.35, max(0.5 * design.eyes.height + 0.035, 0.075)
    y = design.eye_y + 0.015
    for side in (1, -1):
        if side > 0 and turn.yaw > 0.74:
            continue
        x = side * design.eye_x
        if design.glasses == "round":
            rim = ellipse(x, y, w, max(h, 0.8 * w))
        else:
            rim = curve(
                (x - w, y - h),
                (x + w, y - h),
                (x + 0.9 * w, y + h),
                (x - 0.9 * w, y + h),
                closed=True,
                steps=5,
            )
        path = turn.on_face(np.clip(rim, (-0.415, -2), (0.415, 2))) + xy(0.03 * turn.yaw, 0)
        easel.sheet.stroke(np.concatenate([path, path[:1]]), ink)
    bridge = bow((-design.eye_x + w, y - 0.02), (design.eye_x - w, y - 0.02), bend=0.15)
    easel.sheet.stroke(turn.on_face(bridge) + xy(0.03 * turn.yaw, 0), ink)
    temple = turn.on_face(points((-design.eye_x - w, y - 0.02), (-0.4, y - 0.03)))
    easel.sheet.stroke(np.concatenate([temple, turn.project([-0.37], [0.02], [-0.03])]), ink.thinner(0.9))
