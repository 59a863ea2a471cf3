"""Props that somebody carries, plays, throws or wields."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dougagen.studio.cel.colors import any_paint, paint_from, rgb
from dougagen.studio.cel.strokes import ellipse
from dougagen.studio.design.curves import bow, curve, points, tube, turned, xy
from dougagen.studio.design.subject import Pose
from dougagen.studio.design.things import materials
from dougagen.studio.design.things.forms import (
    Bench,
    blown,
    lathe,
    rectangle,
    star,
    tilted,
)


def book(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(materials.tilt(rng, pose))
    cover, paper = any_paint(rng), materials.paper(rng)
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


def phone(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(materials.tilt(rng, pose, 0.6))
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


def bag(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = blown(rng, pose, strength=0.06)
    paint, metal = any_paint(rng), materials.metal(rng)
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
        b.form(rng, rectangle(-0.1, 0.05, 0.1, 0.26, round_by=0.03), metal, shine=materials.METAL_SHINE)
    else:
        b.form(rng, rectangle(-0.45, 0.1, 0.45, 0.6, round_by=0.1), paint, reach=0.2)
        b.crease(points((-0.4, 0.2), (0.4, 0.2)), paint, 0.8)
    if rng.uniform() < 0.15:
        b.pattern(rng, body, outline, any_paint(rng).base)


def ball(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
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


def sword(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(materials.tilt(rng, pose, 1.2), about=(0.0, 0.5))
    steel, grip, guard = materials.metal(rng), any_paint(rng), materials.metal(rng)
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
        rng,
        lathe([(0.02, 0.42), (wide, 0.46), (wide * 0.9, 0.54), (0.05, 0.56)]),
        guard,
        shine=materials.METAL_SHINE,
    )
    b.form(rng, ellipse(0, 1.02, 0.09, 0.07), guard, shine=materials.METAL_SHINE)


def umbrella(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(materials.tilt(rng, pose, 0.25), about=(0, 0.6))
    paint, stick = any_paint(rng), materials.metal(rng)
    b.form(rng, tube(points((0, -0.9), (0, 0.2), (0, 0.75)), np.full(3, 0.025)), stick, shine=0)
    hook = curve((0, 0.7), (0.0, 0.95), (0.12, 1.0), (0.2, 0.85))
    b.form(rng, tube(hook, np.full(len(hook), 0.035)), materials.wood(rng))
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


def guitar(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(materials.tilt(rng, pose, 0.9))
    wood, neck, dark = any_paint(rng), materials.wood(rng), paint_from(rng, rgb(0.08, 0.4, 0.15))
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


def letter(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(materials.tilt(rng, pose, 0.4))
    paper, ink = materials.paper(rng), any_paint(rng)
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


def hat(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    b.move = tilted(materials.tilt(rng, pose, 0.3))
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


def gun(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """Pistol or ray gun: dark metal with panel lines."""
    b.move = tilted(materials.tilt(rng, pose, 0.3), about=(-0.4, 0.4))
    steel = paint_from(rng, rgb(rng.uniform(0.5, 0.8), rng.uniform(0, 0.3), rng.uniform(0.1, 0.6)))
    grip = any_paint(rng)
    b.form(rng, points((-0.75, -0.1), (-0.35, -0.1), (-0.45, 0.75), (-0.9, 0.7)), grip, reach=0.25)
    ring = ellipse(-0.12, 0.2, 0.25, 0.2)
    b.form(rng, tube(np.concatenate([ring, ring[:2]]), np.full(len(ring) + 2, 0.035)), steel, shine=0)
    b.form(rng, rectangle(-0.7, -0.25, 0.6, 0.05), steel, reach=0.25, shine=0.4)
    slide = b.form(
        rng, rectangle(-0.8, -0.5, 0.95, -0.18, round_by=0.05), steel, reach=0.3, shine=materials.METAL_SHINE
    )
    for x in np.arange(-0.7, -0.4, 0.06):
        b.crease(points((x, -0.46), (x + 0.03, -0.24)), steel, 0.6, within=slide)
    b.crease(points((-0.3, -0.35), (0.9, -0.35)), steel, 0.6, within=slide)
    b.dark(ellipse(0.93, -0.38, 0.025, 0.06), (10, 10, 14))
