"""Machines: hard-edged panels with panel lines, windows, wheels and sharp highlights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.colors import any_paint, paint_from, rgb
from dougagen.studio.cel.strokes import Points, ellipse
from dougagen.studio.design.curves import XY, bow, curve, points, tube, turned, widths, xy
from dougagen.studio.design.guide import random_guide
from dougagen.studio.design.ranges import NATURAL, DesignRanges
from dougagen.studio.design.subject import Pose, Subject
from dougagen.studio.design.things.forms import Bench, Drawing, picked, rectangle, tilted


def random_machine(rng: np.random.Generator, *, ranges: DesignRanges = NATURAL) -> Subject:
    """A machine that fills about [−0.95, 0.95]; wheels, rotors and arms turn by ``pose.gesture``."""
    guide = random_guide(rng, ranges)
    return picked(rng, _DRAWINGS, replace(guide, taper=0.0 if rng.uniform() < 0.6 else guide.taper))


def _steel(rng: np.random.Generator) -> Paint:
    return paint_from(rng, rgb(rng.uniform(0.5, 0.75), rng.uniform(0, 0.25), rng.uniform(0.2, 0.95)))


def _rubber(rng: np.random.Generator) -> Paint:
    return paint_from(rng, rgb(rng.uniform(0.5, 0.8), rng.uniform(0, 0.2), rng.uniform(0.08, 0.2)))


def _glass(rng: np.random.Generator) -> Paint:
    return paint_from(rng, rgb(rng.uniform(0.45, 0.65), rng.uniform(0.2, 0.6), rng.uniform(0.15, 0.9)))


def _panels(b: Bench, rng: np.random.Generator, part: int, low: XY, high: XY, paint: Paint) -> None:
    """Panel lines, rivets and a hatch within a box of a part."""
    (x0, y0), (x1, y1) = low, high
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.uniform(x0, x1), rng.uniform(y0, y1)
        step = 0.15 * (y1 - y0)
        path = points((x, y0), (x, y), (x + step, y + step), (x1, y + step))
        b.crease(path if rng.uniform() < 0.5 else path[:2], paint, 0.55, within=part)
    if rng.uniform() < 0.4:
        x, y = rng.uniform(x0, 0.6 * x1 + 0.4 * x0), rng.uniform(y0, 0.6 * y1 + 0.4 * y0)
        hatch = rectangle(x, y, x + 0.25 * (x1 - x0), y + 0.25 * (y1 - y0))
        b.form(rng, hatch, paint, weight=0.6, reach=0.2, within=part)
    if rng.uniform() < 0.3:
        x = rng.uniform(x0, x1)
        stripe = points((x, y0), (x + 0.1, y0), (x + 0.02, y1), (x - 0.08, y1))
        b.mark(part, stripe, any_paint(rng).base)


def _wheel(b: Bench, at: XY, size: float, turn: float, *, look: int) -> None:
    detail = np.random.default_rng(look)  # all wheels of a car are alike
    tyre, rim = _rubber(detail), _steel(detail)
    b.form(detail, ellipse(*at, size, size, steps=40), tyre, reach=0.2, shine=0.3)
    disc = b.form(detail, ellipse(*at, 0.62 * size, 0.62 * size, steps=32), rim, reach=0.25, shine=0.5)
    for k in range(int(detail.integers(4, 9))):
        spoke = turned(
            points((0.15, -0.07), (0.55, -0.03), (0.55, 0.03), (0.15, 0.07)) * size, turn + 1.0472 * k, to=at
        )
        b.form(detail, spoke, tyre, weight=0.6, reach=0, shine=0, within=disc)
    b.form(detail, ellipse(*at, 0.14 * size, 0.14 * size, steps=20), rim, weight=0.7, shine=0.6)


def _car(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    paint, glass = any_paint(rng), _glass(rng)
    b.move = tilted(0.02 * pose.sway, shift=(0, 0.02 * pose.gesture))
    tall, nose, rear = rng.uniform(-0.55, -0.35), rng.uniform(0.2, 0.5), rng.uniform(-0.75, -0.5)
    roof = points((rear, -0.1), (rear + 0.22, tall), (nose - 0.3, tall), (nose, -0.08))
    cabin = b.form(rng, roof, paint, reach=0.1, shine=0.5)
    middle = (rear + nose) / 2
    for x0, x1, lean0, lean1 in (
        (rear + 0.09, middle - 0.04, 0.18, 0.0),
        (middle + 0.03, nose - 0.08, 0.0, -0.2),
    ):
        pane = points((x0, -0.12), (x0 + lean0, tall + 0.06), (x1 + lean1, tall + 0.06), (x1, -0.12))
        b.form(rng, pane, glass, weight=0.8, reach=0.15, shine=1.6, within=cabin)
    outline = points(
        (-0.95, 0.0), (-0.9, -0.1), (nose, -0.12), (0.85, 0.02), (0.97, 0.15), (0.95, 0.35), (-0.95, 0.35)
    )
    body = b.form(rng, outline, paint, reach=0.2, shine=0.8)
    if b.guide.levels:
        b.shade(body, b.move(points((-1, 0.2), (1, 0.22), (1, 0.4), (-1, 0.4))), paint)
    if b.guide.shine > 0:
        b.highlight(
            body, b.move(points((-0.85, -0.03), (nose, -0.05), (0.8, 0.05), (0.8, 0.07), (-0.85, 0.0))), paint
        )
    for x in (rear + 0.05, middle, nose - 0.05):
        b.crease(points((x, -0.1), (x + 0.02, 0.3)), paint, 0.7, within=body)
    b.form(rng, rectangle(middle - 0.12, 0.0, middle - 0.02, 0.035, round_by=0.015), _steel(rng), weight=0.6)
    b.form(
        rng, curve((0.85, 0.06), (0.96, 0.13), (0.93, 0.2), (0.83, 0.16), closed=True), _glass(rng), shine=1.0
    )
    b.form(rng, rectangle(-0.97, 0.04, -0.88, 0.14), paint_from(rng, (190, 30, 30)), shine=0.5)
    look = int(rng.integers(2**31))
    for x in (-0.58, 0.58):
        b.dark(b.move(ellipse(x, 0.33, 0.26, 0.26)), (14, 12, 16), within=body)
        _wheel(b, (x, 0.36), 0.21, 4 * pose.gesture, look=look)


def _bike(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    paint, steel = any_paint(rng), _steel(rng)
    look, motor = int(rng.integers(2**31)), rng.uniform() < 0.5
    b.move = tilted(0.05 * pose.sway, about=(0, 0.8))
    if motor:
        for x in (-0.6, 0.6):
            _wheel(b, (x, 0.45), 0.33, 4 * pose.gesture, look=look)
        b.form(
            rng, tube(points((0.6, 0.45), (0.45, -0.1), (0.35, -0.4)), [0.05, 0.05, 0.05]), steel, shine=0.6
        )
        b.form(rng, rectangle(-0.25, 0.1, 0.3, 0.55, round_by=0.08), steel, reach=0.25, shine=0.6)
        for y in np.linspace(0.15, 0.4, 5):
            b.crease(points((-0.2, y), (0.25, y)), steel, 0.6)
        b.form(
            rng, tube(points((-0.1, 0.55), (-0.5, 0.6), (-0.95, 0.45)), [0.05, 0.06, 0.09]), steel, shine=0.9
        )
        seat = curve((-0.9, -0.15), (-0.4, 0.0), (0.05, -0.05), (0.0, 0.15), (-0.5, 0.2), closed=True)
        b.form(rng, seat, _rubber(rng), shine=0.6)
        tank = curve((-0.1, -0.05), (0.2, -0.3), (0.5, -0.1), (0.35, 0.2), (-0.05, 0.18), closed=True)
        body = b.form(rng, tank, paint, reach=0.3, shine=1.0)
        b.mark(body, points((-0.1, 0.08), (0.5, -0.02), (0.5, 0.03), (-0.1, 0.13)), any_paint(rng).base)
        cowl = curve((0.3, -0.4), (0.62, -0.35), (0.7, -0.05), (0.42, -0.05), closed=True)
        b.form(rng, cowl, paint, reach=0.25, shine=0.8)
        b.form(rng, ellipse(0.66, -0.2, 0.08, 0.11), _glass(rng), shine=1.0)
        return
    for x in (-0.55, 0.55):
        ring = ellipse(x, 0.4, 0.38, 0.38, steps=48)
        b.cord(np.concatenate([ring, ring[:1]]), _rubber(rng).base, 7.0)
        for k in range(8):
            way = 0.37 * xy(np.cos(k * 0.785 + 3 * pose.gesture), np.sin(k * 0.785 + 3 * pose.gesture))
            b.cord(np.stack([xy(x, 0.4), xy(x, 0.4) + way]), steel.base, 0.8)
    joints = points((-0.55, 0.4), (-0.05, 0.45), (-0.2, -0.15), (0.4, -0.2), (0.55, 0.4), (-0.25, -0.28))
    for i, j in ((0, 1), (0, 2), (1, 2), (2, 3), (1, 3), (3, 4), (1, 5)):
        b.form(rng, tube(np.linspace(joints[i], joints[j], 4), np.full(4, 0.03)), paint, reach=0.3, shine=0.3)
    b.form(
        rng, curve((-0.42, -0.32), (-0.1, -0.34), (-0.12, -0.26), (-0.4, -0.24), closed=True), _rubber(rng)
    )
    bar = curve((0.4, -0.2), (0.38, -0.42), (0.52, -0.45), (0.6, -0.38))
    b.form(rng, tube(bar, np.full(len(bar), 0.025)), steel, shine=0.3)
    b.form(rng, ellipse(-0.05, 0.45, 0.09, 0.09), steel)


def _plane(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    paint, trim, glass = any_paint(rng), any_paint(rng), _glass(rng)
    b.move = tilted(float(rng.normal(-0.15, 0.25)) + 0.15 * pose.sway)
    b.form(rng, points((0.1, -0.02), (-0.3, -0.55), (-0.48, -0.55), (-0.25, -0.02)), paint, reach=0.2)
    tail = points((-0.6, -0.08), (-0.85, -0.5), (-1.0, -0.5), (-0.92, 0.0))
    b.mark(
        b.form(rng, tail, paint, reach=0.2, shine=0.4),
        points((-1.1, -0.35), (-0.6, -0.35), (-0.6, -0.22), (-1.1, -0.22)),
        trim.base,
    )
    outline = curve(
        (0.97, 0.05),
        (0.75, -0.13),
        (0.2, -0.2),
        (-0.6, -0.12),
        (-0.98, -0.02),
        (-0.6, 0.12),
        (0.4, 0.2),
        closed=True,
    )
    hull = b.form(rng, outline, paint, reach=0.3, shine=0.8)
    b.mark(hull, points((-1, 0.03), (1, 0.06), (1, 0.1), (-1, 0.07)), trim.base)
    if rng.uniform() < 0.5:
        for x in np.linspace(-0.5, 0.5, int(rng.integers(5, 9))):
            b.form(
                rng,
                rectangle(x, -0.08, x + 0.06, -0.01, round_by=0.02),
                glass,
                weight=0.6,
                shine=0.6,
                within=hull,
            )
        b.form(
            rng, points((0.7, -0.1), (0.82, -0.1), (0.9, -0.02), (0.72, -0.02)), glass, shine=0.9, within=hull
        )
    else:
        dome = curve((0.6, -0.14), (0.35, -0.32), (0.05, -0.3), (-0.05, -0.17), closed=True)
        canopy = b.form(rng, dome, glass, reach=0.25, shine=1.5)
        b.crease(points((0.3, -0.35), (0.27, -0.1)), glass, 0.8, within=canopy)
    _panels(b, rng, hull, (-0.6, -0.12), (0.6, 0.15), paint)
    wing = b.form(
        rng, points((0.25, 0.08), (-0.2, 0.75), (-0.5, 0.78), (-0.25, 0.06)), paint, reach=0.15, shine=0.4
    )
    b.mark(wing, ellipse(-0.22, 0.5, 0.11, 0.09), trim.base)
    b.crease(points((-0.1, 0.08), (-0.42, 0.72)), paint, 0.6, within=wing)
    b.form(rng, points((-0.65, 0.02), (-0.85, 0.28), (-1.0, 0.28), (-0.9, 0.02)), paint, reach=0.2)
    if rng.uniform() < 0.5:
        blade = turned(rectangle(-0.03, -0.4, 0.03, 0.4, round_by=0.03), 3 * pose.gesture, to=(0, 0)) * (
            0.3,
            1.0,
        )
        b.form(rng, blade + xy(0.98, 0.05), trim, shine=0.2)


def _robot(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    armour, trim, joint = any_paint(rng), any_paint(rng), _steel(rng)
    bulk = rng.uniform(0.8, 1.2)
    for side in (-1.0, 1.0):
        thigh = points((0.08, 0.3), (0.3, 0.3), (0.32, 0.62), (0.12, 0.62)) * (side * bulk, 1)
        b.form(rng, thigh, joint, reach=0.3)
        shin = points((0.1, 0.55), (0.36, 0.52), (0.42, 0.95), (0.08, 0.95)) * (side * bulk, 1)
        leg = b.form(rng, shin, armour, reach=0.2, shine=0.5)
        _panels(b, rng, leg, (min(0.1 * side, 0.4 * side), 0.58), (max(0.1 * side, 0.4 * side), 0.93), armour)
        swing = side * (0.25 + 0.3 * pose.gesture * side)
        b.move = tilted(-swing, about=(side * 0.5 * bulk, -0.3))
        arm = points((0.42, -0.2), (0.6, -0.2), (0.6, 0.1), (0.45, 0.1)) * (side * bulk, 1)
        b.form(rng, arm, joint, reach=0.3)
        fore = points((0.4, 0.05), (0.66, 0.02), (0.68, 0.42), (0.44, 0.42)) * (side * bulk, 1)
        b.form(rng, fore, armour, reach=0.2, shine=0.6)
        b.form(
            rng,
            rectangle(side * 0.55 * bulk - 0.1, 0.42, side * 0.55 * bulk + 0.1, 0.58, round_by=0.05),
            joint,
        )
        b.move = tilted(0.0)
        pad = points((0.32, -0.5), (0.62, -0.56), (0.74, -0.22), (0.4, -0.16)) * (side * bulk, 1)
        shoulder = b.form(rng, pad, armour, reach=0.2, shine=0.7)
        b.mark(
            shoulder,
            points((0.3, -0.32), (0.8, -0.36), (0.8, -0.28), (0.3, -0.25)) * (side * bulk, 1),
            trim.base,
        )
    b.form(rng, points((-0.2, 0.05), (0.2, 0.05), (0.28, 0.4), (-0.28, 0.4)), joint, reach=0.25)
    outline = points(
        (-0.36, -0.48), (0.36, -0.48), (0.42, -0.15), (0.24, 0.18), (-0.24, 0.18), (-0.42, -0.15)
    ) * (bulk, 1)
    chest = b.form(rng, outline, armour, reach=0.22, shine=0.6)
    _panels(b, rng, chest, (-0.35, -0.45), (0.35, 0.15), armour)
    b.form(
        rng, points((-0.15, -0.4), (0.15, -0.4), (0.08, -0.12), (-0.08, -0.12)), trim, shine=1.0, within=chest
    )
    b.move = tilted(0.12 * pose.sway, about=(0, -0.5), shift=(0.06 * pose.yaw, 0))
    head = rectangle(-0.2, -0.86, 0.2, -0.5, round_by=rng.choice([0.0, 0.08, 0.18]))
    helm = b.form(rng, head, armour, reach=0.2, shine=0.6)
    visor = points((-0.17, -0.74), (0.17, -0.74), (0.14, -0.62), (-0.14, -0.62)) + xy(0.05 * pose.yaw, 0)
    slit = b.form(rng, visor, _rubber(rng), reach=0, shine=0.5, within=helm)
    glow = paint_from(rng, rgb(rng.uniform(), 0.7, 1.0))
    for side in (-1.0, 1.0):
        eye = ellipse(side * 0.08 + 0.05 * pose.yaw, -0.68, 0.04, 0.025 + 0.02 * pose.eyes, steps=20)
        b.form(rng, eye, glow, weight=0, reach=0, shine=0, within=slit)
        horn = points((0.02, -0.84), (0.3, -1.08), (0.1, -0.8)) * (side, 1)
        b.form(rng, horn, trim, reach=0.2, shine=0.3)


def _train(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """The front of a train, bus or lorry in perspective."""
    paint, trim, glass = any_paint(rng), any_paint(rng), _glass(rng)
    side = b.form(rng, points((0.25, -0.75), (1.4, -0.45), (1.4, 0.45), (0.25, 0.75)), paint, reach=0.0)
    b.mark(side, points((0.25, 0.1), (1.4, 0.05), (1.4, 0.15), (0.25, 0.28)), trim.base)
    if b.light[0] < 0:
        b.shade(side, points((0.2, -0.8), (1.5, -0.8), (1.5, 0.8), (0.2, 0.8)), paint)
    for k in range(4):
        x0, x1 = 0.34 + 0.27 * k, 0.54 + 0.26 * k
        pane = points((x0, -0.48 + 0.06 * k), (x1, -0.44 + 0.06 * k), (x1, -0.06), (x0, -0.04))
        b.form(rng, pane, glass, weight=0.8, reach=0.2, shine=0.8, within=side)
    outline = rectangle(-0.8, -0.8, 0.28, 0.78, round_by=rng.uniform(0.02, 0.25))
    front = b.form(rng, outline, paint, reach=0.15, shine=0.4)
    b.mark(front, points((-1, 0.1), (0.3, 0.1), (0.3, 0.28), (-1, 0.28)), trim.base)
    b.form(rng, rectangle(-0.7, -0.6, 0.18, -0.05, round_by=0.06), glass, reach=0.2, shine=2.0, within=front)
    wipe = 0.4 * pose.gesture
    b.cord(
        points((-0.26, -0.05), (-0.26 + 0.4 * np.sin(wipe), -0.05 - 0.4 * np.cos(wipe))), (20, 20, 24), 2.0
    )
    for x in (-0.62, 0.1):
        b.form(rng, ellipse(x, 0.42, 0.09, 0.09), _steel(rng), shine=1.0, within=front)
    b.form(rng, rectangle(-0.72, 0.55, 0.2, 0.72, round_by=0.03), _rubber(rng), shine=0.3, within=front)
    _panels(b, rng, front, (-0.75, -0.75), (0.2, 0.5), paint)


def _ship(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """A spaceship or drone: a symmetric hull of panels with engines."""
    paint, trim, dark = any_paint(rng), any_paint(rng), _steel(rng)
    b.move = tilted(float(rng.uniform(-3, 3)) + 0.15 * pose.gesture)
    width, wing = rng.uniform(0.15, 0.3), rng.uniform(0.5, 1.0)
    for side in (-1.0, 1.0):
        sail = points((width * 0.7, -0.25), (wing, 0.35), (wing, 0.62), (width * 0.7, 0.55)) * (side, 1)
        part = b.form(rng, sail, paint, reach=0.2, shine=0.4)
        _panels(b, rng, part, (min(0, side * wing), -0.1), (max(0, side * wing), 0.6), paint)
        engine = rectangle(side * width - 0.1, 0.45, side * width + 0.1, 0.9, round_by=0.04)
        b.form(rng, engine, dark, reach=0.3, shine=0.6)
        flame = points((-0.07, 0.9), (0.07, 0.9), (0.0, 1.15 + 0.15 * pose.gesture)) + xy(side * width, 0)
        b.form(rng, flame, paint_from(rng, rgb(rng.uniform(0.5, 0.6), 0.5, 1.0)), weight=0, reach=0)
    outline = points((0, -1), (width * 0.6, -0.6), (width, 0.1), (width * 0.8, 0.75), (0, 0.82))
    hull = b.form(rng, np.concatenate([outline, outline[1:-1][::-1] * (-1, 1)]), paint, reach=0.3, shine=0.5)
    _panels(b, rng, hull, (-width, -0.7), (width, 0.7), paint)
    b.mark(hull, points((-1, 0.25), (0, 0.1), (1, 0.25), (1, 0.36), (0, 0.21), (-1, 0.36)), trim.base)
    b.form(rng, ellipse(0, -0.4, 0.45 * width, 0.22), _glass(rng), shine=1.5)


def _gadget(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """A console in close-up: screens, buttons, lamps, cables."""
    case = any_paint(rng) if rng.uniform() < 0.6 else _steel(rng)
    b.move = tilted(float(rng.normal(0, 0.12)) + 0.03 * pose.sway)
    body = b.form(rng, rectangle(-1.15, -0.8, 1.15, 0.85, round_by=0.1), case, reach=0.15, shine=0.3)
    for _ in range(int(rng.integers(0, 4))):
        x = rng.uniform(-0.9, 0.9)
        cable = bow((x, 0.75), (rng.uniform(-1, 1), 1.4), bend=rng.normal(0, 0.3), steps=14)
        b.form(rng, tube(cable, widths([0.05, 0.05], 14)), _rubber(rng), reach=0.3, shine=0.3)
    columns, rows = int(rng.integers(2, 5)), int(rng.integers(2, 4))
    for i in range(columns):
        for j in range(rows):
            x0, y0 = -1.0 + 2.0 * i / columns, -0.68 + 1.4 * j / rows
            x1, y1 = x0 + 1.7 / columns, y0 + 1.15 / rows
            _instrument(b, rng, (x0, y0, x1, y1), pose, body, case)
    _panels(b, rng, body, (-1.1, -0.75), (1.1, 0.8), case)


def _instrument(
    b: Bench,
    rng: np.random.Generator,
    at: tuple[float, float, float, float],
    pose: Pose,
    body: int,
    case: Paint,
) -> None:
    x0, y0, x1, y1 = at
    kind = rng.choice(["screen", "dial", "keys", "vent", "lamp"])
    size, middle = min(x1 - x0, y1 - y0), ((x0 + x1) / 2, (y0 + y1) / 2)
    if kind == "screen":
        frame = b.form(rng, rectangle(*at, round_by=0.03), _rubber(rng), within=body, reach=0.1)
        b.form(
            rng, rectangle(x0 + 0.05, y0 + 0.05, x1 - 0.05, y1 - 0.05), _glass(rng), shine=1.5, within=frame
        )
    elif kind == "dial":
        dial = b.form(rng, ellipse(*middle, 0.45 * size, 0.45 * size), any_paint(rng), within=body, shine=0.4)
        a = rng.uniform(0, 6) + 1.2 * pose.gesture
        tip: Points = np.array(middle) + 0.4 * size * xy(np.cos(a), np.sin(a))
        b.crease(np.stack([np.array(middle), tip]), case, 1.4, within=dial)
    elif kind == "keys":
        paint = any_paint(rng)
        for x in np.linspace(x0, x1 - 0.3 * (x1 - x0), 3):
            for y in np.linspace(y0, y1 - 0.3 * (y1 - y0), 3):
                key = rectangle(x, y, x + 0.26 * (x1 - x0), y + 0.24 * (y1 - y0), round_by=0.02)
                b.form(rng, key, paint, weight=0.8, within=body, reach=0.3, shine=0.15)
    elif kind == "vent":
        for y in np.linspace(y0, y1, 6):
            b.crease(points((x0, y), (x1, y)), case, 1.2, within=body)
    else:
        lamp = paint_from(rng, rgb(rng.uniform(), 0.8, 0.95))
        b.form(rng, ellipse(*middle, 0.3 * size, 0.3 * size), lamp, within=body, shine=2.0)


_DRAWINGS: tuple[tuple[Drawing, float], ...] = (
    (_car, 0.18),
    (_bike, 0.1),
    (_plane, 0.13),
    (_robot, 0.25),
    (_train, 0.1),
    (_ship, 0.11),
    (_gadget, 0.13),
)
