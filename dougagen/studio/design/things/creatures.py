"""Animals and mascots."""

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
from dougagen.studio.design.things.animal_faces import black, draw_eye, face, random_eyes
from dougagen.studio.design.things.forms import Bench, Drawing, blob, blown, picked, star, tilted


def random_creature(rng: np.random.Generator, *, ranges: DesignRanges = NATURAL) -> Subject:
    """An animal that fills about [−0.9, 0.9]; it looks, blinks, opens its mouth and wags by the pose."""
    return picked(rng, _DRAWINGS, random_guide(rng, ranges))


def _fur(rng: np.random.Generator) -> Paint:
    """Black, white, grey, brown or ginger, now and then any colour."""
    if rng.uniform() < 0.25:
        return any_paint(rng)
    kind = rng.choice(["black", "white", "grey", "brown", "ginger"])
    hue, value = rng.uniform(0.03, 0.11), rng.uniform(0, 1)
    color = {
        "black": rgb(rng.uniform(), 0.25, 0.08 + 0.12 * value),
        "white": rgb(hue, 0.05, 0.92 + 0.08 * value),
        "grey": rgb(rng.uniform(), 0.08, 0.35 + 0.4 * value),
        "brown": rgb(hue, 0.5, 0.3 + 0.35 * value),
        "ginger": rgb(hue, 0.6, 0.8 + 0.15 * value),
    }
    return paint_from(rng, color[str(kind)])


def _beast(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """A cat, dog, fox, rabbit or bear that sits."""
    fur, belly = _fur(rng), _fur(rng)
    wag = 0.5 * pose.gesture
    tail = turned(bow((0, 0), (0.75, -0.5), bend=rng.uniform(-0.4, 0.1), steps=14), wag, to=(0.3, 0.7))
    thick = rng.uniform(0.06, 0.2)
    plume = b.form(rng, tube(tail, widths([thick, thick * 1.2, thick, 0.02], 14)), fur)
    if rng.uniform() < 0.4:
        b.mark(plume, ellipse(tail[-1, 0], tail[-1, 1], 0.25, 0.2), belly.base)
    for x in (-0.42, 0.42):
        b.form(rng, ellipse(x, 0.72, 0.3, 0.26), fur, reach=0.25, shine=0)
    outline = curve(
        (0, -0.05), (0.4, 0.1), (0.52, 0.7), (0.3, 0.95), (-0.3, 0.95), (-0.52, 0.7), (-0.4, 0.1), closed=True
    )
    body = b.form(rng, outline, fur, reach=0.25, shine=0.1)
    if rng.uniform() < 0.5:
        b.mark(body, ellipse(0, 0.5, 0.26, 0.42), belly.base)
    for x in (-0.18, 0.18):
        leg = b.form(
            rng, tube(points((x, 0.35), (x, 0.6), (x, 0.9)), [0.11, 0.12, 0.14]), fur, reach=0.2, shine=0
        )
        for k in (-0.04, 0.04):
            b.crease(points((x + k, 0.9), (x + k, 0.99)), fur, 0.7, within=leg)
    if rng.uniform() < 0.35:
        collar = any_paint(rng)
        b.form(rng, tube(bow((-0.36, 0.08), (0.36, 0.08), bend=-0.25, steps=14), np.full(14, 0.055)), collar)
        b.form(rng, ellipse(0, 0.3, 0.08, 0.08), paint_from(rng, (230, 190, 60)), shine=1.0)
    b.move = tilted(0.15 * pose.sway, about=(0, 0))
    face(b, rng, pose, fur, belly, (0.0, -0.35), rng.uniform(0.38, 0.52))


def _close(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """The face alone, over its chest."""
    fur, belly = _fur(rng), _fur(rng)
    b.form(rng, blob(rng, y=1.1, rx=0.8, ry=0.6, rough=0.08), fur)
    b.move = tilted(0.12 * pose.sway, about=(0, 0.7))
    face(b, rng, pose, fur, belly, (0.0, 0.1), 0.75)


def _bird(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    feather, breast, beak = any_paint(rng), any_paint(rng), paint_from(rng, rgb(0.1, 0.8, 0.9))
    b.move = tilted(0.15 * pose.sway)
    for k in range(3):
        tail = leaf(
            bow((-0.3, 0.3), (-1.0, 0.55 + 0.12 * k), bend=0.05, steps=10), 0.09, belly=0.7, start=0.4
        )
        b.form(rng, tail, feather)
    for x in (-0.02, 0.14):
        b.cord(points((x, 0.6), (x + 0.03, 0.95)), beak.shade, 3.0)
    outline = curve(
        (0.3, -0.55), (0.6, -0.1), (0.3, 0.6), (-0.3, 0.5), (-0.45, 0.2), (-0.1, -0.2), closed=True
    )
    body = b.form(rng, outline, feather, reach=0.25)
    b.mark(body, ellipse(0.35, 0.3, 0.25, 0.4), breast.base)
    wing_turn = 0.3 + 0.9 * pose.gesture
    for k in range(4):
        path = bow((0, 0), (-0.85 + 0.1 * k, 0.12 * k), bend=-0.12, steps=12)
        plume = turned(leaf(path, 0.13, belly=0.6, start=0.3), wing_turn, to=(0.15, 0.0))
        b.form(rng, plume, feather if k % 2 else breast, reach=0.25, shine=0.05)
    head = b.form(rng, ellipse(0.35, -0.5, 0.3, 0.28), feather, reach=0.25)
    b.mark(head, ellipse(0.45, -0.38, 0.12, 0.1), breast.base)
    gap = 0.12 * pose.mouth
    b.form(rng, points((0.6, -0.48), (0.92, -0.42 + gap), (0.6, -0.36)), beak, reach=0.2)
    b.form(rng, points((0.6, -0.58), (0.97, -0.45 - gap), (0.6, -0.44)), beak, shine=0.4)
    draw_eye(b, rng, random_eyes(rng, 0.085), xy(0.44, -0.55), pose, feather)


def _fish(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    scale, fin = any_paint(rng), any_paint(rng)
    b.move = blown(rng, pose, strength=0.08)
    flap = 0.25 * pose.gesture
    tail = curve((-0.55, 0), (-0.95, -0.45 + flap), (-0.8, 0.0 + flap), (-0.95, 0.5 + flap), closed=True)
    b.form(rng, tail, fin, reach=0.25)
    b.form(rng, curve((-0.3, -0.3), (0.1, -0.65), (0.3, -0.3), closed=True), fin, reach=0.25)
    tall = rng.uniform(0.28, 0.55)
    body = b.form(rng, _fish_outline(tall), scale, reach=0.25, shine=0.7)
    if rng.uniform() < 0.5:
        for x in np.linspace(-0.4, 0.3, int(rng.integers(2, 5))):
            b.mark(body, tube(bow((x, -1), (x, 1), bend=0.1, steps=8), np.full(8, 0.05)), fin.base)
    else:
        for x in np.linspace(-0.45, 0.25, 6):
            for y in np.linspace(-0.25, 0.2, 4):
                b.crease(bow((x, y - 0.06), (x, y + 0.06), bend=-0.5, steps=6), scale, 0.5, within=body)
    b.crease(bow((0.4, -tall), (0.42, tall), bend=0.25, steps=12), scale, 0.8, within=body)
    b.form(rng, leaf(bow((0.15, 0.08), (-0.25, 0.3 + flap), bend=0.1, steps=10), 0.12, belly=0.7), fin)
    draw_eye(b, rng, replace(random_eyes(rng, 0.1), style="irises"), xy(0.6, -0.08), pose, scale)


def _fish_outline(tall: float) -> Points:
    """The outline of a fish that swims to the right."""
    return curve(
        (0.92, 0.05),
        (0.45, -tall),
        (-0.2, -0.75 * tall),
        (-0.65, 0),
        (-0.2, 0.8 * tall),
        (0.45, tall),
        closed=True,
    )


def _slime(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    jelly = any_paint(rng)
    squash = 1 + 0.18 * pose.gesture
    tip = rng.uniform(-1.0, -0.5)
    outline = curve(
        *(
            (0.12 * pose.sway, tip),
            (0.45, -0.2),
            (0.85, 0.4),
            (0.6, 0.75),
            (-0.6, 0.75),
            (-0.85, 0.4),
            (-0.45, -0.2),
        ),
        closed=True,
    ) * (squash, 1 / squash)
    body = b.form(rng, outline, jelly, reach=0.3, shine=1.0)
    if rng.uniform() < 0.4:
        b.mark(body, ellipse(0, 0.25, 0.3, 0.25), any_paint(rng).base)
    eyes = random_eyes(rng, 0.14)
    for side in (-1.0, 1.0):
        draw_eye(b, rng, eyes, xy(side * 0.28 + 0.15 * pose.yaw, 0.15), pose, jelly)
        b.mark(body, ellipse(side * 0.48 + 0.15 * pose.yaw, 0.34, 0.1, 0.05), rgb(0.98, 0.5, 0.95))
    smile = curve((-0.14, 0.35), (0, 0.42 + 0.1 * pose.mouth), (0.14, 0.35)) + xy(0.15 * pose.yaw, 0)
    b.crease(smile, jelly, 1.0)


def _mascot(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """A small round companion with wings, horns or an aerial."""
    skin, trim = any_paint(rng), any_paint(rng)
    bob = 0.08 * pose.gesture
    b.move = tilted(0.15 * pose.sway, shift=(0.0, bob))
    top = rng.choice(["wings", "horns", "aerial", "leaf"])
    for side in (-1.0, 1.0):
        if top == "wings":
            for k in range(3):
                path = bow(
                    (side * 0.4, 0),
                    (side * 1.05, -0.5 + 0.28 * k + 0.3 * pose.gesture),
                    bend=-0.2 * side,
                    steps=12,
                )
                b.form(rng, leaf(path, 0.13, belly=0.7), trim, shine=0.1)
        elif top == "horns":
            horn = leaf(
                bow((side * 0.3, -0.4), (side * 0.62, -0.98), bend=0.25 * side, steps=12)[::-1],
                0.13,
                belly=0.95,
            )
            b.form(rng, horn, trim, shine=0.5)
        b.form(rng, ellipse(side * 0.3, 0.72, 0.2, 0.13), trim, reach=0.25)
    if top == "aerial":
        b.cord(bow((0, -0.5), (0.1, -0.9), bend=0.2 * pose.sway, steps=10), trim.shade, 3.0)
        b.form(rng, ellipse(0.1, -0.95, 0.1, 0.1), trim, shine=1.0)
    elif top == "leaf":
        b.form(rng, leaf(bow((0, -0.5), (0.5, -0.95), bend=0.2, steps=12), 0.17), trim)
    body = b.form(rng, blob(rng, y=0.08, rx=0.66, ry=0.62, rough=0.05), skin, reach=0.25, shine=0.5)
    b.mark(body, ellipse(0.2 * pose.yaw, 0.35, 0.36, 0.26), trim.highlight)
    eyes = random_eyes(rng, rng.uniform(0.11, 0.19))
    for side in (-1.0, 1.0):
        draw_eye(b, rng, eyes, xy(side * 0.26 + 0.2 * pose.yaw, -0.05 - 0.1 * pose.pitch), pose, skin)
        b.form(
            rng, ellipse(side * 0.62, 0.25 - 0.2 * pose.gesture, 0.15, 0.1, turn=0.5 * side), skin, reach=0.2
        )
    if pose.mouth > 0.15:
        mouth = ellipse(0.2 * pose.yaw, 0.2, 0.12, 0.13 * pose.mouth)
        b.form(rng, mouth, paint_from(rng, (150, 40, 50)), reach=0, shine=0, within=body)
    if rng.uniform() < 0.3:
        b.mark(body, turned(star(5, 0.14, 0.06), 0.2, to=(0.0, -0.4)), trim.base)


def _butterfly(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    wing, spot, body = any_paint(rng), any_paint(rng), black(rng)
    open_by = 0.55 + 0.4 * pose.gesture
    b.move = tilted(float(rng.normal(0, 0.5)) + 0.2 * pose.sway)
    for side in (-1.0, 1.0):
        shape = (side * open_by, 1.0)
        lower = b.form(rng, curve((0, 0.1), (0.75, 0.3), (0.6, 0.85), (0.2, 0.75), closed=True) * shape, wing)
        b.mark(lower, ellipse(0.5 * shape[0], 0.55, 0.13 * open_by, 0.15), spot.base)
        upper = b.form(
            rng, curve((0, -0.05), (0.6, -0.85), (1.05, -0.75), (0.85, 0.1), closed=True) * shape, wing
        )
        for tip in ((0.6, -0.7), (0.9, -0.6), (0.85, -0.1)):
            b.crease(points((0.05, -0.05), tip) * shape, wing, 0.8, within=upper)
        b.mark(upper, ellipse(0.75 * shape[0], -0.5, 0.15 * open_by, 0.17), spot.base)
        b.cord(bow((0, -0.4), (0.22 * side, -0.85), bend=0.2 * side, steps=8), body.base, 2.0)
    b.form(rng, ellipse(0, 0.05, 0.07, 0.5), body, shine=0.3)


def _dragon(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """A long body in coils with a crest: snake or dragon."""
    scale, belly = any_paint(rng), any_paint(rng)
    t = np.linspace(0, 1, 44)
    way = np.stack(
        [0.95 - 1.75 * t, 0.45 * np.sin(t * rng.uniform(5, 8) + 0.8 * pose.gesture) * (1 - 0.5 * t)], axis=1
    )
    thick = 0.2 * np.clip(t * 3, 0.05, 1)
    crest = any_paint(rng)
    for i in range(4, 40, 3):
        spike = (
            points((-0.09, 0.05), (0.05 + 0.05 * pose.sway, -0.2), (0.09, 0.05)) + way[i] - xy(0, thick[i])
        )
        b.form(rng, spike, crest, shine=0)
    body = b.form(rng, tube(way, thick), scale, reach=0.3, shine=0.3)
    b.mark(body, tube(way + xy(0, 0.15), 0.5 * thick), belly.base)
    for i in range(6, 42, 3):
        b.crease(
            np.stack([way[i] + xy(0.02, thick[i]), way[i] + xy(-0.02, 0.15 * thick[i])]),
            scale,
            0.6,
            within=body,
        )
    head = way[-1]
    jaw = curve(
        (0.15, 0.1),
        (-0.35, 0.12 + 0.25 * pose.mouth),
        (-0.3, 0.22 + 0.25 * pose.mouth),
        (0.1, 0.25),
        closed=True,
    )
    b.form(rng, jaw + head, scale)
    skull = curve((0.25, -0.15), (0.0, -0.28), (-0.45, -0.02), (-0.42, 0.12), (0.2, 0.2), closed=True)
    b.form(rng, skull + head, scale, reach=0.25, shine=0.3)
    for k in (0.0, 0.12):
        b.form(
            rng,
            leaf(
                bow(head + xy(0.1 + k, -0.18), head + xy(0.6 + k, -0.55), bend=-0.2)[::-1], 0.07, belly=0.95
            ),
            crest,
        )
    draw_eye(b, rng, replace(random_eyes(rng, 0.08), style="irises"), head + xy(-0.05, -0.06), pose, scale)


_DRAWINGS: tuple[tuple[Drawing, float], ...] = (
    (_beast, 0.24),
    (_close, 0.24),
    (_bird, 0.11),
    (_fish, 0.09),
    (_slime, 0.07),
    (_mascot, 0.14),
    (_butterfly, 0.05),
    (_dragon, 0.06),
)
