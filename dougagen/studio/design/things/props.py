"""Things that are drawn as cels because somebody holds, throws or uses them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.colors import any_paint, paint_from, rgb
from dougagen.studio.cel.strokes import Points, ellipse
from dougagen.studio.design.curves import bow, curve, leaf, points, tube, turned, widths, xy
from dougagen.studio.design.guide import random_guide
from dougagen.studio.design.ranges import NATURAL, DesignRanges
from dougagen.studio.design.subject import Pose, Subject
from dougagen.studio.design.things.forms import (
    Bench,
    Drawing,
    blob,
    blown,
    clouds,
    lathe,
    picked,
    rectangle,
    star,
    tilted,
)

_METAL_SHINE, _GLASS_SHINE, _CLOTH_SHINE = 0.9, 1.0, 0.1


def random_prop(rng: np.random.Generator, *, ranges: DesignRanges = NATURAL) -> Subject:
    """A thing that fills about [−0.9, 0.9]; ``pose.gesture`` turns it, ``pose.sway`` moves what hangs."""
    return picked(rng, _DRAWINGS, random_guide(rng, ranges))


def _tilt(rng: np.random.Generator, pose: Pose, most: float = 0.5) -> float:
    return float(rng.normal(0, most) + 0.25 * pose.gesture)


def _metal(rng: np.random.Generator) -> Paint:
    return paint_from(rng, rgb(rng.choice([0.6, 0.12]), rng.uniform(0, 0.35), rng.uniform(0.35, 0.95)))


def _wood(rng: np.random.Generator) -> Paint:
    return paint_from(rng, rgb(rng.uniform(0.04, 0.1), rng.uniform(0.3, 0.75), rng.uniform(0.25, 0.85)))


def _paper(rng: np.random.Generator) -> Paint:
    return paint_from(rng, rgb(rng.uniform(0.08, 0.2), rng.uniform(0, 0.12), rng.uniform(0.88, 1.0)))


def _glass(rng: np.random.Generator) -> Paint:
    return paint_from(rng, rgb(rng.uniform(0.25, 0.7), rng.uniform(0.1, 0.6), rng.uniform(0.3, 0.95)))


def _cup(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(_tilt(rng, pose, 0.2))
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


def _bowl(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(0.1 * pose.gesture)
    paint, rice = any_paint(rng), _paper(rng)
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
        b.form(rng, tube(np.linspace(stick[0], stick[1], 5), widths([0.03, 0.018], 5)), _wood(rng), shine=0.1)


def _book(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(_tilt(rng, pose))
    cover, paper = any_paint(rng), _paper(rng)
    if rng.uniform() < 0.5:  # open, its pages bowed
        lift = 0.14 + 0.06 * pose.gesture
        for side in (-1.0, 1.0):
            b.form(
                rng, points((0, -0.4), (0.95, -0.48), (0.95, 0.55), (0, 0.62)) * (side, 1), cover, reach=0.1
            )
            top = curve((0, -0.45), (0.4, -0.45 - lift), (0.9, -0.5))
            low = curve((0.9, 0.5), (0.4, 0.55 - lift), (0, 0.58))
            page = b.form(rng, np.concatenate([top, low]) * (side, 1), paper, reach=0.25, shine=0)
            for y in np.linspace(-0.35, 0.35, int(rng.integers(4, 9))):
                row = points((0.12, y), (0.4, y - 0.8 * lift), (0.8, y - 0.05)) * (side, 1)
                b.crease(curve(*map(tuple, row)), paper, 0.4, within=page)
        return
    lean = rng.uniform(0.1, 0.25)
    b.form(rng, points((-0.55, 0.8), (0.55, 0.8), (0.55 + lean, 0.68), (-0.5 + lean, 0.68)), paper, reach=0.0)
    b.form(rng, points((0.55, -0.8), (0.55, 0.8), (0.55 + lean, 0.68), (0.55 + lean, -0.9)), paper, reach=0.2)
    front = b.form(rng, rectangle(-0.55, -0.8, 0.55, 0.8), cover, reach=0.2, shine=0.3)
    b.form(rng, rectangle(-0.55, -0.8, -0.42, 0.8), replace(cover, base=cover.shade), reach=0, within=front)
    b.form(rng, rectangle(-0.25, -0.55, 0.4, -0.2), any_paint(rng), weight=0.5, within=front)
    if rng.uniform() < 0.5:
        b.mark(front, turned(star(5, 0.25, 0.12), 0.3, to=(0.08, 0.3)), any_paint(rng).base)


def _phone(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(_tilt(rng, pose, 0.6))
    shell, screen = any_paint(rng), any_paint(rng)
    b.form(rng, rectangle(-0.36, -0.84, 0.5, 0.86, round_by=0.12), shell, reach=0.1)
    face = b.form(rng, rectangle(-0.45, -0.86, 0.4, 0.84, round_by=0.12), shell, reach=0.15)
    if rng.uniform() < 0.6:
        glass = b.form(
            rng, rectangle(-0.39, -0.7, 0.34, 0.68), screen, weight=0.7, reach=0, shine=1.0, within=face
        )
        for k in range(int(rng.integers(0, 6))):
            row = rectangle(-0.3, -0.6 + 0.2 * k, rng.uniform(-0.1, 0.25), -0.48 + 0.2 * k, round_by=0.05)
            b.form(rng, row, any_paint(rng), weight=0, reach=0, shine=0, within=glass)
    else:
        b.form(rng, rectangle(-0.35, -0.76, -0.05, -0.42, round_by=0.08), shell, weight=0.8, within=face)
        for y in (-0.67, -0.51):
            b.form(rng, ellipse(-0.2, y, 0.06, 0.06), paint_from(rng, (24, 24, 30)), shine=1.0, within=face)
        if rng.uniform() < 0.5:
            charm = bow((0.36, 0.8), (0.62 + 0.15 * pose.sway, 1.15), bend=-0.2)
            b.cord(charm, any_paint(rng).shade, 2.5)
            b.form(
                rng, turned(star(5, 0.16, 0.08), pose.sway, to=tuple(charm[-1])), any_paint(rng), shine=0.7
            )


def _bag(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = blown(rng, pose, strength=0.06)
    paint, metal = any_paint(rng), _metal(rng)
    strap = curve((-0.6, -0.3), (-0.4, -0.95), (0.4, -0.95), (0.6, -0.3))
    b.form(rng, tube(strap, np.full(len(strap), 0.06)), paint, reach=0.3)
    outline = curve(
        (-0.7, -0.35), (0, -0.42), (0.7, -0.35), (0.82, 0.6), (0, 0.72), (-0.82, 0.6), closed=True
    )
    body = b.form(rng, outline, paint, reach=0.25, shine=0.3)
    for x in (-0.5, 0.45):
        b.fold(rng, body, (x, 0.65), (x * 0.8, 0.1), paint, width=0.06)
    if rng.uniform() < 0.5:
        flap = np.concatenate(
            [[(-0.74, -0.36)], curve((0.74, -0.36), (0.6, 0.15), (-0.6, 0.15), (-0.74, -0.36))]
        )
        b.form(rng, flap, paint if rng.uniform() < 0.6 else any_paint(rng), reach=0.2, shine=0.3)
        b.form(rng, rectangle(-0.1, 0.05, 0.1, 0.26, round_by=0.03), metal, shine=_METAL_SHINE)
    else:
        b.form(rng, rectangle(-0.45, 0.1, 0.45, 0.6, round_by=0.1), paint, reach=0.2)
        b.crease(points((-0.4, 0.2), (0.4, 0.2)), paint, 0.8)
    if rng.uniform() < 0.15:
        b.pattern(rng, body, outline, any_paint(rng).base)


def _box(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """A box, crate or present in three faces: the top lightest."""
    b.move = tilted(_tilt(rng, pose, 0.15))
    paint = _wood(rng) if rng.uniform() < 0.4 else any_paint(rng)
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


def _ball(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    roll = float(rng.uniform(0, 6.3) + 2 * pose.gesture)
    paint, mark = any_paint(rng), any_paint(rng)
    globe = b.form(rng, ellipse(0, 0, 0.8, 0.8, steps=64), paint, reach=0.32, shine=0.9)
    style = rng.choice(["seams", "spots", "half", "plain"])
    if style == "half":
        b.mark(
            globe, turned(curve((-1, 0), (0, 0.25), (1, 0), (1, 1), (-1, 1), closed=True), roll), mark.base
        )
    elif style == "spots":
        for k in range(5):
            a = roll + k * 1.2566
            b.sheet.patch(
                globe, turned(star(5, 0.2, 0.17), a, to=(0.6 * np.cos(a), 0.6 * np.sin(a))), mark.base
            )
        b.sheet.patch(globe, turned(star(5, 0.24, 0.2), roll), mark.base)
    elif style == "seams":
        for bend in (-0.45, 0.0, 0.45):
            ends = turned(points((-0.8, 0), (0.8, 0)), roll)
            b.line(bow(ends[0], ends[1], bend=bend, steps=20), paint, 1.0, within=globe)


def _sword(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(_tilt(rng, pose, 1.2), about=(0.0, 0.5))
    steel, grip, guard = _metal(rng), any_paint(rng), _metal(rng)
    half, curl = rng.uniform(0.05, 0.14), rng.choice([0.0, 0.06])
    spine = bow((0, 0.5), (0, -1.2), bend=curl, steps=20)
    edge = np.concatenate([spine[:-2] + xy(half, 0), spine[-1:], spine[:-2][::-1] - xy(half, 0)])
    blade = b.form(rng, edge, steel, reach=0.0, shine=0.2)
    b.shade(blade, b.move(np.concatenate([spine, spine[::-1] + xy(2 * half, 0)])), steel)
    if b.guide.shine > 0:
        gleam = rng.uniform(-0.8, 0.2)
        bar = points((-1, gleam), (1, gleam - 0.2), (1, gleam - 0.32), (-1, gleam - 0.1))
        b.highlight(blade, b.move(bar), steel)
    b.crease(spine[1:-3], steel, 0.7, within=blade)
    hilt = rectangle(-0.06, 0.5, 0.06, 1.0, round_by=0.03)
    handle = b.form(rng, hilt, grip, reach=0.3)
    for y in np.arange(0.55, 1.0, 0.09):
        b.crease(points((-0.06, y), (0.06, y + 0.06)), grip, 0.7, within=handle)
    wide = rng.uniform(0.16, 0.36)
    b.form(
        rng, lathe([(0.02, 0.42), (wide, 0.46), (wide * 0.9, 0.54), (0.05, 0.56)]), guard, shine=_METAL_SHINE
    )
    b.form(rng, ellipse(0, 1.02, 0.09, 0.07), guard, shine=_METAL_SHINE)


def _umbrella(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(_tilt(rng, pose, 0.25), about=(0, 0.6))
    paint, stick = any_paint(rng), _metal(rng)
    b.form(rng, tube(points((0, -0.9), (0, 0.2), (0, 0.75)), np.full(3, 0.025)), stick, shine=0)
    hook = curve((0, 0.7), (0.0, 0.95), (0.12, 1.0), (0.2, 0.85))
    b.form(rng, tube(hook, np.full(len(hook), 0.035)), _wood(rng))
    count = int(rng.integers(4, 8))
    rim = np.stack([-np.cos(np.linspace(0, np.pi, count + 1)), np.full(count + 1, 0.0)], axis=1)
    rim[1:-1, 1] += 0.08
    other = any_paint(rng) if rng.uniform() < 0.3 else paint
    for i in (*range(count // 2), *range(count - 1, count // 2 - 1, -1)):
        left = bow((0, -0.85), rim[i], bend=-0.25 * rim[i, 0] / max(abs(rim[i, 0]), 0.01) * -1, steps=12)
        right = bow((0, -0.85), rim[i + 1], bend=0.25 * np.sign(rim[i + 1, 0] + 1e-6), steps=12)
        scallop = bow(rim[i], rim[i + 1], bend=0.2, steps=10)
        panel = b.form(
            rng, np.concatenate([left, scallop, right[::-1]]), other if i % 2 else paint, reach=0.18
        )
        if rim[i, 0] * b.light[0] < -0.2:
            b.shade(
                panel, b.move(np.concatenate([left, scallop * 0.98, right[::-1]])), other if i % 2 else paint
            )


def _bottle(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(_tilt(rng, pose, 0.2))
    glass, label, cap = _glass(rng), any_paint(rng), _metal(rng)
    wide, neck = rng.uniform(0.25, 0.45), rng.uniform(0.08, 0.14)
    side = [(neck, -0.85), (neck, -0.5), (wide, -0.15), (wide, 0.75), (wide * 0.9, 0.85), (0.0, 0.87)]
    outline = lathe(side)
    body = b.form(rng, outline, glass, reach=0.3, shine=_GLASS_SHINE)
    level = rng.uniform(-0.3, 0.3) + 0.03 * pose.sway
    drink = points((-1, level + 0.05 * pose.sway), (1, level - 0.05 * pose.sway), (1, 1), (-1, 1))
    if rng.uniform() < 0.5:
        b.form(rng, drink, any_paint(rng), weight=0.5, reach=0.25, within=body)
    tag = b.form(rng, rectangle(-0.6, 0.1, 0.6, 0.55), label, weight=0.6, reach=0.3, shine=0.1, within=body)
    b.mark(tag, ellipse(0, 0.32, 0.14, 0.12), any_paint(rng).base)
    b.form(rng, rectangle(-neck * 1.2, -0.98, neck * 1.2, -0.8, round_by=0.02), cap, shine=0.5)


def _guitar(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(_tilt(rng, pose, 0.9))
    wood, neck, dark = any_paint(rng), _wood(rng), paint_from(rng, rgb(0.08, 0.4, 0.15))
    outline = lathe([(0.05, -0.15), (0.3, -0.1), (0.24, 0.18), (0.45, 0.5), (0.3, 0.85), (0.0, 0.9)])
    side = b.form(rng, outline + xy(0.06, 0.04), dark, reach=0)
    b.shade(side, b.move(outline + xy(0.1, 0.1)), dark)
    body = b.form(rng, outline, wood, reach=0.2, shine=0.8)
    b.form(rng, ellipse(0, 0.35, 0.14, 0.14), dark, weight=0.8, reach=0, shine=0, within=body)
    if rng.uniform() < 0.6:
        guard = curve((0.1, 0.4), (0.3, 0.35), (0.25, 0.65), (0.1, 0.6), closed=True)
        b.form(rng, guard, any_paint(rng), weight=0.5, within=body)
    b.form(rng, rectangle(-0.055, -0.85, 0.055, 0.3), neck, reach=0.25)
    for y in np.linspace(-0.8, 0.0, 8):
        b.crease(points((-0.055, y), (0.055, y)), neck, 0.5)
    b.form(rng, points((-0.06, -0.82), (0.06, -0.82), (0.1, -1.1), (-0.1, -1.1)), dark, shine=0.3)
    b.form(rng, rectangle(-0.15, 0.62, 0.15, 0.68), dark)
    for x in np.linspace(-0.035, 0.035, 4):
        b.cord(points((x, -1.0), (x, 0.64)), (225, 220, 205), 0.8)


def _food(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """A slice of cake, a rice ball, dumplings on a stick, a fruit."""
    b.move = tilted(_tilt(rng, pose, 0.2))
    kind = rng.choice(["cake", "rice", "stick", "fruit"])
    if kind == "cake":
        cream, sponge = _paper(rng), any_paint(rng)
        b.form(rng, ellipse(0, 0.62, 0.95, 0.2), _paper(rng), reach=0.15)
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
        ball = b.form(rng, outline, _paper(rng), reach=0.25, shine=0.1)
        b.form(rng, rectangle(-0.28, 0.15, 0.28, 1.0), seaweed, within=ball, shine=0.5)
    elif kind == "stick":
        b.form(rng, rectangle(-0.03, -0.9, 0.03, 1.0), _wood(rng), shine=0)
        for k in range(3):
            b.form(rng, ellipse(0, -0.65 + 0.5 * k, 0.3, 0.27), any_paint(rng), reach=0.3, shine=0.8)
    else:
        paint = paint_from(rng, rgb(rng.uniform(-0.05, 0.35), 0.8, rng.uniform(0.6, 0.95)))
        stem = bow((0, -0.4), (0.1, -0.85), bend=0.2)
        outline = curve(
            (0, -0.4), (0.5, -0.55), (0.72, 0.1), (0.3, 0.7), (-0.3, 0.7), (-0.72, 0.1), (-0.5, -0.55)
        )
        b.form(rng, outline, paint, reach=0.3, shine=1.0)
        b.form(rng, tube(stem, np.full(len(stem), 0.03)), _wood(rng))
        b.form(rng, leaf(bow((0.05, -0.6), (0.6, -0.8), bend=0.2), 0.12), paint_from(rng, rgb(0.3, 0.7, 0.5)))


def _letter(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(_tilt(rng, pose, 0.4))
    paper, ink = _paper(rng), any_paint(rng)
    if rng.uniform() < 0.5:
        back = b.form(rng, rectangle(-0.9, -0.55, 0.9, 0.55), paper, reach=0.15)
        b.crease(points((-0.9, 0.55), (0, -0.1), (0.9, 0.55)), paper, 0.8, within=back)
        flap = b.form(rng, points((-0.9, -0.55), (0, 0.15), (0.9, -0.55)), paper, reach=0)
        b.shade(flap, b.move(points((-0.9, -0.55), (0, 0.15), (0, 0.05))), paper)
        b.form(rng, ellipse(0, 0.1, 0.13, 0.13), any_paint(rng), shine=0.8)
        return
    curl = 0.12 * pose.sway
    sheet = curve((-0.6, -0.85), (0, -0.85 + curl), (0.6, -0.85))
    low = curve((0.65, 0.85), (0, 0.85 - curl), (-0.55, 0.85))
    page = b.form(rng, np.concatenate([sheet, low]), paper, reach=0.2, shine=0)
    for y in np.linspace(-0.65, 0.6, int(rng.integers(6, 12))):
        stop = rng.uniform(0.1, 0.5)
        b.crease(curve((-0.45, y), (0, y + curl * 0.6), (stop, y)), ink, 0.5, within=page)


def _chair(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(0.12 * pose.gesture, about=(0, 0.9))
    frame, seat = (_wood(rng) if rng.uniform() < 0.6 else _metal(rng)), any_paint(rng)
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


def _plush(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
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


def _clock(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    rim, face = _metal(rng), _paper(rng)
    b.form(rng, ellipse(0, 0, 0.85, 0.85, steps=64), rim, reach=0.25, shine=_METAL_SHINE)
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


def _hat(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(_tilt(rng, pose, 0.3))
    paint, band = any_paint(rng), any_paint(rng)
    b.form(rng, ellipse(0, 0.35, 1.0, 0.28), paint, reach=0.2)
    tall = rng.uniform(0.6, 1.2)
    crown = lathe(
        [(0.0, 0.4 - tall), (rng.uniform(0.05, 0.4), 0.42 - tall), (0.55, 0.2), (0.56, 0.4), (0.0, 0.5)]
    )
    top = b.form(rng, crown, paint, reach=0.3, shine=0.3)
    ring = np.concatenate(
        [bow((-0.7, 0.15), (0.7, 0.15), bend=-0.12), bow((0.7, 0.36), (-0.7, 0.36), bend=0.12)]
    )
    b.form(rng, ring, band, weight=0.8, within=top)
    b.fold(rng, top, (0.2, 0.3 - 0.7 * tall), (-0.1, 0.1), paint, width=0.05)


def _lantern(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
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


def _gun(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """Pistol or ray gun: dark metal with panel lines."""
    b.move = tilted(_tilt(rng, pose, 0.3), about=(-0.4, 0.4))
    steel = paint_from(rng, rgb(rng.uniform(0.5, 0.8), rng.uniform(0, 0.3), rng.uniform(0.1, 0.6)))
    grip = any_paint(rng)
    b.form(rng, points((-0.75, -0.1), (-0.35, -0.1), (-0.45, 0.75), (-0.9, 0.7)), grip, reach=0.25)
    ring = ellipse(-0.12, 0.2, 0.25, 0.2)
    b.form(rng, tube(np.concatenate([ring, ring[:2]]), np.full(len(ring) + 2, 0.035)), steel, shine=0)
    b.form(rng, rectangle(-0.7, -0.25, 0.6, 0.05), steel, reach=0.25, shine=0.4)
    slide = b.form(
        rng, rectangle(-0.8, -0.5, 0.95, -0.18, round_by=0.05), steel, reach=0.3, shine=_METAL_SHINE
    )
    for x in np.arange(-0.7, -0.4, 0.06):
        b.crease(points((x, -0.46), (x + 0.03, -0.24)), steel, 0.6, within=slide)
    b.crease(points((-0.3, -0.35), (0.9, -0.35)), steel, 0.6, within=slide)
    b.dark(ellipse(0.93, -0.38, 0.025, 0.06), (10, 10, 14))


def _leafy(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
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


_DRAWINGS: tuple[tuple[Drawing, float], ...] = tuple(
    (drawing, 1.0)
    for drawing in (
        *(_cup, _bowl, _book, _phone, _bag, _box, _ball, _sword, _umbrella, _bottle, _guitar, _food),
        *(_letter, _chair, _plush, _clock, _hat, _lantern, _gun, _leafy),
    )
)
