"""Heads as they are drawn: ears, face, nose, mouth, blush, at every turn."""

from __future__ import annotations

import numpy as np

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.colors import hsv, rgb
from dougagen.studio.cel.strokes import Ink, Points, ellipse, smooth
from dougagen.studio.design.curves import between, bow, curve, mixed, points, xy
from dougagen.studio.design.guide import Easel
from dougagen.studio.design.people.contour import face_contour
from dougagen.studio.design.people.eyes import draw_eye
from dougagen.studio.design.people.face_details import draw_age, draw_beard, draw_glasses
from dougagen.studio.design.people.head_design import HeadDesign
from dougagen.studio.design.people.neck import draw_underside
from dougagen.studio.design.people.turning import Turn
from dougagen.studio.design.subject import Pose


def draw_head(easel: Easel, design: HeadDesign, turn: Turn, pose: Pose, *, fringe: Points | None) -> None:
    """Ears, face and features; ``fringe`` casts its shade on the face."""
    sheet, skin = easel.sheet, design.skin
    _draw_ear(easel, design, turn, near=False)
    far, near = face_contour(design, turn)
    if turn.pitch > 0.5:
        draw_underside(easel, design, turn, far, near)
    dome = turn.dome(-0.02, start=-np.pi + 0.2, stop=-0.25, steps=16)
    if fringe is None:  # a bald skull runs into the temples without a step
        dome = smooth(np.concatenate([near[-1:], dome[3:-3:2], far[:1]]), closed=False, steps=6)[1:-1]
    face = sheet.part(np.concatenate([far, near, dome]), skin, None)
    _shade_face(easel, design, turn, face, fringe)
    _draw_blush(easel, design, turn, face)
    _draw_ear(easel, design, turn, near=True)
    ink = easel.ink(skin)
    if ink is not None:
        sheet.stroke(np.concatenate([far, near[:-8]]), ink)
        if fringe is None:
            sheet.stroke(np.concatenate([near[-9:], dome, far[:1]]), ink)
    if easel.detail > 28:
        if design.beard is not None:
            draw_beard(easel, design.beard, turn, face, far, near)
        if design.aged:
            draw_age(easel, design, turn, face)
        _draw_nose(easel, design, turn, face)
        _draw_mouth(easel, design, turn, pose, face)
    _draw_eyes(easel, design, turn, pose, face)
    if design.glasses != "none" and easel.detail > 60:
        draw_glasses(easel, design, turn)


def _shade_face(easel: Easel, design: HeadDesign, turn: Turn, face: int, fringe: Points | None) -> None:
    skin = design.skin
    if fringe is not None:
        fall = 0.05 * easel.guide.depth
        easel.shade(face, fringe + xy(-0.25 * fall * easel.light[0], fall), skin)
    if design.far_shade:
        lx = easel.light[0]
        side = -np.sign(lx) if lx else 1.0
        edge = 0.17 + 0.06 * (1 - easel.guide.depth)
        contour = curve(
            (edge + 0.16, -0.5),
            (edge + 0.1, -0.05),
            (edge + 0.03, 0.12),
            (edge + 0.07, 0.2),
            (edge - 0.02, 0.34),
            (edge - 0.16, 0.52),
        )
        line = turn.on_face(np.clip(contour * (side, 1), (-0.41, -1), (0.41, 1)))
        beyond = points((side * 0.9, 0.6), (side * 0.9, -0.6))
        easel.shade(face, np.concatenate([line, beyond]), skin)


def _draw_blush(easel: Easel, design: HeadDesign, turn: Turn, face: int) -> None:
    if design.blush == "none" or easel.detail < 60:
        return
    y = design.eye_y + 0.5 * design.eyes.height + 0.065
    for side in (-1, 1):
        if side > 0 and turn.yaw > 0.6:
            continue
        x = side * (design.eye_x + 0.02)
        if design.blush in ("patch", "both"):
            easel.sheet.patch(face, turn.on_face(ellipse(x, y, 0.075, 0.034)), design.blush_color)
        if design.blush in ("hatch", "both") and easel.detail > 140:
            h, s, v = hsv(design.blush_color)
            pen = Ink(rgb(h, s + 0.25, v * 0.85), easel.guide.width * 0.7 * easel.pen, taper=0.8)
            for k in (-1.0, 0.0, 1.0):
                a, b = (x + 0.03 * k + 0.012, y - 0.02), (x + 0.03 * k - 0.012, y + 0.02)
                easel.sheet.stroke(turn.on_face(points(a, b)), pen, within=face)


def _draw_ear(easel: Easel, design: HeadDesign, turn: Turn, *, near: bool) -> None:
    side = -1 if near else 1
    if not near and turn.yaw > 0.3:
        return
    root = turn.project([side * design.half_width], [0.1], [-0.03])[0]
    spread = (1 if near else -1) * -0.065 * np.cos(turn.yaw * 1.3) - 0.055 * np.sin(turn.yaw * 1.3)
    tip = design.ear_tip
    shape = curve(
        (0.015, 0.11), (0.5 * spread, 0.115), (spread, 0.02),
        (spread * (1.1 + 2.2 * tip), -0.09 - 0.09 * tip), (0.6 * spread, -0.11), (0.015, -0.06),
    )  # fmt: skip
    ear = easel.part(shape + root, design.skin)
    if easel.detail > 120:
        inner = curve(
            (0.5 * spread, -0.07), (0.8 * spread, -0.03), (0.6 * spread, 0.04), (0.3 * spread, 0.06)
        )
        easel.line(inner + root, design.skin, 0.7, within=ear)
        easel.shade(ear, inner + root + xy(0.012, 0.0), design.skin)
    if design.earring and easel.detail > 90:
        easel.part(ellipse(root[0] + 0.5 * spread, root[1] + 0.14, 0.018, 0.024), design.glasses_paint, 0.7)


def _draw_nose(easel: Easel, design: HeadDesign, turn: Turn, face: int) -> None:
    if turn.yaw > 0.82 or design.nose == "none" or easel.detail < 50:
        return
    tip_y = 0.245
    tip = turn.project([0.0], [tip_y], [0.275])[0]
    base = turn.project([-0.012], [tip_y + 0.025], [0.24])[0]
    bridge = turn.project([0.0], [tip_y - design.nose_length], [0.24])[0]
    skin = design.skin
    if easel.guide.shine > 0.7 and easel.detail > 110:
        easel.highlight(face, ellipse(tip[0] - 0.012, tip[1] - 0.022, 0.011, 0.016, steps=14), skin)
    if design.nose == "shade":
        tri = np.array([tip, base + xy(-0.03, 0.004), bridge + xy(0.004, 0.0)])
        easel.shade(face, smooth(tri, closed=True, steps=4), skin)
    elif design.nose == "dot":
        ink = easel.ink(skin)
        if ink is not None:
            easel.sheet.solid(ellipse(tip[0], tip[1], 0.007, 0.009, steps=12), ink.color)
    elif design.nose == "wedge":
        easel.line(
            curve(tuple(tip + xy(-0.022, 0.012)), tuple(tip + xy(0.0, 0.02)), tuple(base + xy(0.03, -0.002))),
            skin,
            0.8,
        )
    else:
        easel.line(smooth(np.array([bridge, tip, base]), closed=False), skin, 0.8)


def _draw_mouth(easel: Easel, design: HeadDesign, turn: Turn, pose: Pose, face: int) -> None:
    half = design.mouth_width * mixed(1.0, 1.25, pose.mouth)
    y, mood = design.mouth_y, design.mood
    lift = -0.022 * mood
    upper = curve((-half, y + lift), (-0.4 * half, y + 0.006), (0.4 * half, y + 0.006), (half, y + lift))
    push = 0.03 * between(0.5, 1.0, turn.yaw)
    ink = easel.ink(design.skin)
    if pose.mouth < 0.08:
        line = upper if abs(mood) > 0.15 else upper * (0.8, 1.0)
        path = turn.on_face(line) + xy(push, 0)
        if ink is not None:
            easel.sheet.stroke(path, Ink(ink.color, ink.width * 0.9, taper=0.7), within=face)
    else:
        drop = 0.03 + 0.11 * pose.mouth
        lower = curve(
            (half, y + lift),
            (0.72 * half, y + 0.7 * drop),
            (0.0, y + drop),
            (-0.72 * half, y + 0.7 * drop),
            (-half, y + lift),
        )
        _open_mouth(easel, design, turn, face, upper, lower, drop, push)
    if design.lip and easel.detail > 140:
        lip_y = y + 0.035 + (0.13 * pose.mouth)
        lip = turn.on_face(bow((-0.3 * half, lip_y), (0.3 * half, lip_y), bend=-0.12)) + xy(push, 0)
        easel.line(lip, design.skin, 0.6, within=face)


def _open_mouth(
    easel: Easel,
    design: HeadDesign,
    turn: Turn,
    face: int,
    upper: Points,
    lower: Points,
    drop: float,
    push: float,
) -> None:
    cavity = Paint((128, 40, 44), (96, 26, 34), (70, 18, 26), (160, 70, 70))
    tongue = Paint((214, 110, 108), (180, 80, 84), (150, 60, 64), (235, 150, 150))
    tooth = Paint((250, 250, 250), (215, 215, 228), (190, 190, 205), (255, 255, 255))
    outline = turn.on_face(np.concatenate([upper, lower])) + xy(push, 0)
    mouth = easel.part(outline, cavity, 0.0, within=face)
    y = design.mouth_y
    if easel.detail > 90:
        tip = ellipse(0.0, y + drop, 0.62 * design.mouth_width, 0.5 * drop)
        easel.part(turn.on_face(tip) + xy(push, 0), tongue, 0.5 if design.lip else 0.0, within=mouth)
        if design.teeth:
            band = np.concatenate([upper + xy(0, -0.05), upper[::-1] + xy(0, 0.18 * drop + 0.008)])
            easel.part(turn.on_face(band) + xy(push, 0), tooth, 0.0, within=mouth)
    ink = easel.ink(design.skin)
    if ink is not None:
        easel.sheet.stroke(np.concatenate([outline, outline[:1]]), Ink(ink.color, ink.width * 0.85))


def _draw_eyes(easel: Easel, design: HeadDesign, turn: Turn, pose: Pose, face: int) -> None:
    gaze = pose.gaze * easel.facing
    for side in (1, -1):  # the far eye first
        if side > 0 and turn.yaw > 0.74:
            continue

        def to(shape: Points, side: int = side) -> Points:
            flat = np.stack([side * (design.eye_x + shape[:, 0]), design.eye_y + shape[:, 1]], axis=1)
            return turn.on_face(np.clip(flat, (-0.415, -2), (0.415, 2)))

        draw_eye(easel, design.eyes, design.skin, to, face=face, opened=pose.eyes, gaze=side * gaze)
