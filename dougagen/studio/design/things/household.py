"""Props of a household: crockery, food, boxes, a chair, a clock, a lantern, plants, plush."""

from __future__ import annotations

import numpy as np

from dougagen.studio.cel.colors import any_paint, paint_from, rgb
from dougagen.studio.cel.strokes import Points, ellipse
from dougagen.studio.design.curves import bow, curve, leaf, points, tube, turned, widths, xy
from dougagen.studio.design.subject import Pose
from dougagen.studio.design.things import materials
from dougagen.studio.design.things.forms import (
    Bench,
    blob,
    blown,
    clouds,
    lathe,
    rectangle,
    tilted,
)


def cup(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(materials.tilt(rng, pose, 0.2))
    paint, drink = any_paint(rng), any_paint(rng)
    wide, flat, narrow = rng.uniform(0.5, 0.7), rng.uniform(0.08, 0.22), rng.uniform(0.6, 1.0)
    handle = curve((wide * 0.9, -0.3), (wide + 0.35, -0.3), (wide + 0.3, 0.25), (wide * 0.8, 0.35), steps=6)
    b.form(rng, tube(handle, np.full(len(handle), 0.08)), paint)
    half = ellipse(0, 0, 1, 1, steps=40)[:21]  # the lower half: y goes down
    bottom = half * (wide * narrow, flat) + xy(0, 0.6)
    outline = np.concatenate([[(wide, -0.5)], bottom, [(-wide, -0.5)]])
    body = b.form(rng, outline, paint, reach=0.3, shine=0.5)
    if rng.uniform() < 0.5:
        band = np.concatenate([half * (1.1, flat) + xy(0, -0.15), (half * (1.1, flat) + xy(0, 0.05))[::-1]])
        b.mark(body, band, any_paint(rng).base)
    b.form(rng, ellipse(0, -0.5, wide, flat), paint, reach=0.0, shine=0)
    b.form(rng, ellipse(0, -0.47, wide * 0.88, flat * 0.75), drink, weight=0.7, reach=0.2)


def bowl(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(0.1 * pose.gesture)
    paint, rice = any_paint(rng), materials.paper(rng)
    if rng.uniform() < 0.5:
        b.form(rng, clouds(rng, x=0, y=-0.25, rx=0.6, ry=0.35, puffs=9), rice, reach=0.3)
    else:
        broth = b.form(rng, ellipse(0, -0.1, 0.78, 0.24), any_paint(rng))
        for _ in range(int(rng.integers(3, 8))):
            x, y = rng.uniform(-0.5, 0.5), rng.uniform(-0.22, 0.05)
            b.form(
                rng, blob(rng, x=x, y=y, rx=0.16, ry=0.08, knots=6), any_paint(rng), within=broth, shine=0.5
            )
    half = ellipse(0, 0, 1, 1, steps=48)[:25]
    outline = np.concatenate([half * (0.8, 0.8) + xy(0, -0.1), (half * (0.78, 0.22) + xy(0, -0.1))[::-1]])
    body = b.form(rng, outline, paint, reach=0.3, shine=0.6)
    band = np.concatenate([half * (0.9, 0.26), (half * (0.9, 0.26) + xy(0, 0.1))[::-1]])
    b.mark(body, band, any_paint(rng).base)
    b.form(rng, rectangle(-0.3, 0.62, 0.3, 0.76), paint)
    for k in (0.0, 0.09):
        stick = points((-0.9 + k, -0.75), (0.5 + k, -0.45))
        b.form(
            rng,
            tube(np.linspace(stick[0], stick[1], 5), widths([0.03, 0.018], 5)),
            materials.wood(rng),
            shine=0.1,
        )


def box(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """A box, crate or present in three faces: the top lightest."""
    b.move = tilted(materials.tilt(rng, pose, 0.15))
    paint = materials.wood(rng) if rng.uniform() < 0.4 else any_paint(rng)
    x, up = rng.uniform(-0.4, 0.4), rng.uniform(0.15, 0.4)
    left, middle, right = (-0.8, -0.2), (x, 0.0), (0.8, -0.25)
    back, tall = (left[0] + right[0] - x, -0.45 - up), rng.uniform(0.5, 0.9)
    down = (0.0, tall)
    for one, other, is_lit in ((left, middle, b.light[0] < 0), (middle, right, b.light[0] >= 0)):
        face = np.array([one, other, np.add(other, down), np.add(one, down)])
        side = b.form(rng, face, paint, reach=0.0, shine=0.2)
        if not is_lit:
            b.shade(side, b.move(face), paint)
    lid = b.form(rng, points(left, middle, right, back), paint, reach=0.0, shine=0.4)
    b.highlight(
        lid, b.move(points(middle, right, (right[0], right[1] - 0.05), (middle[0], middle[1] - 0.06))), paint
    )
    tape = any_paint(rng)
    t = np.linspace(0.42, 0.58, 2)[:, None]
    ends = [np.array(left) * (1 - t) + np.array(middle) * t, np.array(back) * (1 - t) + np.array(right) * t]
    b.form(rng, np.concatenate([ends[0], ends[1][::-1]]), tape, weight=0.7, reach=0)
    b.form(
        rng, np.concatenate([ends[0], ends[0][::-1] + xy(0, tall * rng.choice([0.3, 1.0]))]), tape, weight=0.7
    )


def bottle(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(materials.tilt(rng, pose, 0.2))
    glass, label, cap = materials.glass(rng), any_paint(rng), materials.metal(rng)
    wide, neck = rng.uniform(0.25, 0.45), rng.uniform(0.08, 0.14)
    side = [(neck, -0.85), (neck, -0.5), (wide, -0.15), (wide, 0.75), (wide * 0.9, 0.85), (0.0, 0.87)]
    outline = lathe(side)
    body = b.form(rng, outline, glass, reach=0.3, shine=materials.GLASS_SHINE)
    level = rng.uniform(-0.3, 0.3) + 0.03 * pose.sway
    drink = points((-1, level + 0.05 * pose.sway), (1, level - 0.05 * pose.sway), (1, 1), (-1, 1))
    if rng.uniform() < 0.5:
        b.form(rng, drink, any_paint(rng), weight=0.5, reach=0.25, within=body)
    tag = b.form(rng, rectangle(-0.6, 0.1, 0.6, 0.55), label, weight=0.6, reach=0.3, shine=0.1, within=body)
    b.mark(tag, ellipse(0, 0.32, 0.14, 0.12), any_paint(rng).base)
    b.form(rng, rectangle(-neck * 1.2, -0.98, neck * 1.2, -0.8, round_by=0.02), cap, shine=0.5)


def food(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """A slice of cake, a rice ball, dumplings on a stick, a fruit."""
    b.move = tilted(materials.tilt(rng, pose, 0.2))
    kind = rng.choice(["cake", "rice", "stick", "fruit"])
    if kind == "cake":
        cream, sponge = materials.paper(rng), any_paint(rng)
        b.form(rng, ellipse(0, 0.62, 0.95, 0.2), materials.paper(rng), reach=0.15)
        side = b.form(rng, points((-0.7, -0.2), (0.75, -0.05), (0.75, 0.55), (-0.7, 0.6)), sponge, reach=0.15)
        layer = points((-0.7, 0.15), (0.75, 0.2), (0.75, 0.32), (-0.7, 0.29))
        b.form(rng, layer, cream, weight=0.5, reach=0, within=side)
        b.form(rng, points((-0.7, -0.2), (0.75, -0.05), (0.3, -0.45)), cream, reach=0.1)
        b.form(rng, clouds(rng, x=0.2, y=-0.35, rx=0.2, ry=0.1, puffs=6), cream, reach=0.3)
        berry = paint_from(rng, rgb(rng.uniform(0.93, 1.02), 0.85, 0.85))
        b.form(rng, lathe([(0.05, -0.7), (0.17, -0.62), (0.0, -0.36)]) + xy(0.2, 0), berry, shine=1.0)
    elif kind == "rice":
        seaweed = paint_from(rng, rgb(0.4, 0.4, 0.15))
        outline = curve((0, -0.75), (0.75, 0.5), (0.3, 0.68), (-0.3, 0.68), (-0.75, 0.5), closed=True)
        ball = b.form(rng, outline, materials.paper(rng), reach=0.25, shine=0.1)
        b.form(rng, rectangle(-0.28, 0.15, 0.28, 1.0), seaweed, within=ball, shine=0.5)
    elif kind == "stick":
        b.form(rng, rectangle(-0.03, -0.9, 0.03, 1.0), materials.wood(rng), shine=0)
        for k in range(3):
            b.form(rng, ellipse(0, -0.65 + 0.5 * k, 0.3, 0.27), any_paint(rng), reach=0.3, shine=0.8)
    else:
        paint = paint_from(rng, rgb(rng.uniform(-0.05, 0.35), 0.8, rng.uniform(0.6, 0.95)))
        stem = bow((0, -0.4), (0.1, -0.85), bend=0.2)
        outline = curve(
            (0, -0.4), (0.5, -0.55), (0.72, 0.1), (0.3, 0.7), (-0.3, 0.7), (-0.72, 0.1), (-0.5, -0.55)
        )
        b.form(rng, outline, paint, reach=0.3, shine=1.0)
        b.form(rng, tube(stem, np.full(len(stem), 0.03)), materials.wood(rng))
        b.form(rng, leaf(bow((0.05, -0.6), (0.6, -0.8), bend=0.2), 0.12), paint_from(rng, rgb(0.3, 0.7, 0.5)))


def chair(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(0.12 * pose.gesture, about=(0, 0.9))
    frame, seat = (materials.wood(rng) if rng.uniform() < 0.6 else materials.metal(rng)), any_paint(rng)
    for x, y in ((-0.35, 0.75), (0.55, 0.7)):
        b.form(rng, points((x, 0), (x + 0.08, 0), (x + 0.06, y), (x + 0.01, y)), frame, reach=0.3)
    for x in (-0.5, 0.3):
        b.form(rng, rectangle(x, -0.95, x + 0.1, 0.1), frame, reach=0.3)
    for y in (-0.85, -0.5) if rng.uniform() < 0.5 else (-0.85, -0.65, -0.45, -0.25):
        b.form(rng, rectangle(-0.42, y, 0.34, y + 0.14), frame, reach=0.2)
    top = points((-0.55, 0.02), (0.35, 0.02), (0.65, 0.2), (-0.4, 0.22))
    b.form(rng, top + xy(0, 0.07), frame, reach=0.2)
    b.form(rng, top, seat, reach=0.2, shine=0.5)
    for x in (-0.4, 0.56):
        b.form(rng, points((x, 0.27), (x + 0.09, 0.27), (x + 0.07, 1.0), (x + 0.02, 1.0)), frame, reach=0.3)


def plush(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """A soft toy with seams and button eyes."""
    b.move = blown(rng, pose, strength=0.06)
    paint, patch = any_paint(rng), any_paint(rng)
    for side in (-1.0, 1.0):
        b.form(rng, ellipse(side * 0.5, 0.75, 0.24, 0.2), paint)
        b.form(rng, ellipse(side * 0.55, 0.15, 0.18, 0.3, turn=-0.6 * side + 0.3 * pose.gesture), paint)
        ear = b.form(rng, ellipse(side * 0.38, -0.75, 0.2, rng.uniform(0.2, 0.35)), paint)
        b.mark(ear, ellipse(side * 0.38, -0.74, 0.11, 0.13), patch.base)
    body = b.form(rng, ellipse(0, 0.42, 0.5, 0.48), paint, reach=0.3, shine=0.1)
    b.mark(body, ellipse(0, 0.45, 0.28, 0.3), patch.base)
    head = b.form(rng, ellipse(0, -0.32, 0.58, 0.46), paint, reach=0.25, shine=0.1)
    b.mark(head, ellipse(0, -0.18, 0.22, 0.17), patch.base)
    for side in (-1.0, 1.0):
        b.form(rng, ellipse(side * 0.25, -0.38, 0.07, 0.08), paint_from(rng, (25, 20, 20)), shine=1.0)
    b.dark(ellipse(0, -0.24, 0.06, 0.045), (40, 25, 25))
    b.crease(curve((-0.12, -0.1), (0, -0.18), (0.12, -0.1)), paint, 0.9)
    b.crease(points((0, 0.0), (0, 0.88)), paint, 0.5, within=body)


def clock(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    rim, face = materials.metal(rng), materials.paper(rng)
    b.form(rng, ellipse(0, 0, 0.85, 0.85, steps=64), rim, reach=0.25, shine=materials.METAL_SHINE)
    dial = b.form(rng, ellipse(0, 0, 0.7, 0.7, steps=64), face, reach=0.2, shine=0.4)
    for k in range(12):
        a = k * np.pi / 6
        way = xy(np.cos(a), np.sin(a))
        b.crease(np.stack([0.6 * way, 0.67 * way]), rim, 1.2, within=dial)
    for size, rate in ((0.4, 1.0), (0.58, 5.0)):
        hand = turned(
            lathe([(0.02, 0.06), (0.035, -0.2 * size), (0.0, -size)]), rng.uniform(0, 6) + rate * pose.gesture
        )
        b.dark(hand, (30, 28, 35))


def lantern(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(0.3 * pose.sway, about=(0, -1.0))
    paper, frame = any_paint(rng), paint_from(rng, rgb(rng.uniform(), 0.3, 0.15))
    b.cord(points((0, -1.1), (0, -0.7)), frame.base, 2.5)
    outline = lathe([(0.3, -0.62), (0.62, -0.3), (0.66, 0.1), (0.6, 0.4), (0.3, 0.66)])
    body = b.form(rng, outline, paper, reach=0.25, shine=0.3)
    for y in np.linspace(-0.45, 0.5, 6):
        b.crease(bow((-0.7, y), (0.7, y), bend=-0.05), paper, 0.6, within=body)
    b.mark(body, blob(rng, rx=0.2, ry=0.26, knots=5), any_paint(rng).base)
    for y in (-0.7, 0.62):
        b.form(rng, rectangle(-0.34, y, 0.34, y + 0.12, round_by=0.03), frame, shine=0.4)


def leafy(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """A pot plant."""
    b.move = blown(rng, pose, strength=0.08)
    green = paint_from(rng, rgb(rng.uniform(0.2, 0.45), rng.uniform(0.4, 0.8), rng.uniform(0.2, 0.8)))
    for k in range(int(rng.integers(5, 13))):
        angle = -np.pi / 2 + rng.normal(0, 0.7)
        tip: Points = xy(0, 0.2) + rng.uniform(0.6, 1.1) * xy(np.cos(angle), np.sin(angle))
        spine = bow((0, 0.3), tip, bend=rng.normal(0, 0.15), steps=14)
        blade = b.form(rng, leaf(spine, rng.uniform(0.06, 0.16), belly=0.55), green, shine=0.2)
        if k % 2:
            b.crease(spine[3:], green, 0.6, within=blade)
    pot = any_paint(rng)
    b.form(rng, points((-0.42, 0.35), (0.42, 0.35), (0.3, 0.95), (-0.3, 0.95)), pot, reach=0.3, shine=0.4)
    b.form(rng, rectangle(-0.5, 0.22, 0.5, 0.4, round_by=0.03), pot, reach=0.25)
