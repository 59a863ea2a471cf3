"""Animals and mascots."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.colors import any_paint, paint_from, rgb
from dougagen.studio.cel.strokes import Points, ellipse
from dougagen.studio.design.curves import XY, bow, curve, leaf, points, tube, turned, widths, xy
from dougagen.studio.design.guide import random_guide
from dougagen.studio.design.ranges import NATURAL, DesignRanges
from dougagen.studio.design.subject import Pose, Subject
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


def _black(rng: np.random.Generator) -> Paint:
    return paint_from(rng, rgb(rng.uniform(), 0.3, 0.12))


@dataclass(frozen=True, slots=True)
class _Eyes:
    """A pair of eyes: dots, beads with a light, or irises."""

    style: str
    iris: Paint
    white: Paint
    size: float


def _random_eyes(rng: np.random.Generator, size: float) -> _Eyes:
    style = rng.choice(["dots", "beads", "irises", "lines"], p=[0.2, 0.35, 0.38, 0.07])
    return _Eyes(str(style), any_paint(rng), paint_from(rng, (250, 250, 248)), size * rng.uniform(0.7, 1.25))


def _draw_eye(b: Bench, rng: np.random.Generator, eyes: _Eyes, at: Points, pose: Pose, fur: Paint) -> None:
    x, y, r = float(at[0]), float(at[1]), eyes.size
    if pose.eyes < 0.15 or eyes.style == "lines":
        b.crease(curve((x - r, y), (x, y + 0.6 * r * (1 if pose.mouth < 0.5 else -1)), (x + r, y)), fur, 1.2)
        return
    tall = r * (0.25 + 0.75 * pose.eyes)
    look = 0.35 * r * pose.gaze
    if eyes.style == "dots":
        b.dark(ellipse(x + look, y, 0.5 * r, 0.6 * tall, steps=20), (20, 16, 18))
        return
    if eyes.style == "beads":
        bead = b.form(rng, ellipse(x, y, 0.8 * r, tall), _black(rng), reach=0.0, shine=0.0)
        b.highlight(bead, b.move(ellipse(x - 0.25 * r, y - 0.35 * tall, 0.25 * r, 0.22 * r)), eyes.white)
        return
    white = b.form(rng, ellipse(x, y, r, tall), eyes.white, reach=0.0, shine=0.0)
    if b.guide.levels:
        b.shade(white, b.move(ellipse(x, y - 1.2 * tall, 1.3 * r, 0.7 * tall)), eyes.white)
    iris = b.form(
        rng, ellipse(x + look, y, 0.68 * r, 0.8 * r), eyes.iris, weight=0.8, reach=0, shine=0, within=white
    )
    b.shade(iris, b.move(ellipse(x + look, y - 0.5 * r, 0.9 * r, 0.5 * r)), eyes.iris)
    b.dark(ellipse(x + look, y, 0.2 * r, 0.5 * r, steps=20), (12, 10, 14), within=iris)
    b.highlight(iris, b.move(ellipse(x + look - 0.25 * r, y - 0.3 * r, 0.2 * r, 0.2 * r)), eyes.white)


def _face(
    b: Bench, rng: np.random.Generator, pose: Pose, fur: Paint, belly: Paint, at: XY, size: float
) -> None:
    """The head of a cat, dog, fox, rabbit or bear, turned by the pose."""
    ears = rng.choice(["cat", "dog", "rabbit", "bear", "fox"])
    x, y = at
    look = xy(0.28 * size * pose.yaw, -0.15 * size * pose.pitch)
    inner = paint_from(rng, rgb(0.97, 0.35, 0.9))
    twitch = 0.15 * pose.sway
    for side in (-1.0, 1.0):
        base = xy(x + side * 0.55 * size - 0.3 * look[0], y - 0.62 * size)
        tall = size * (0.35 if ears == "bear" else 0.75 if ears != "rabbit" else 1.3)
        if ears in ("cat", "fox"):
            ear = points((-0.36, 0.3), (0.12 * side, -1), (0.4, 0.35)) * (size, tall) + base
        elif ears == "bear":
            ear = ellipse(base[0], base[1], 0.32 * size, tall)
        else:
            droop = 2.5 if ears == "dog" else 0.3
            path = bow((0, 0), (0, -tall), bend=0.1 * side, steps=12)
            path = turned(path, side * (droop + 0.2 * twitch) + 0.3 * pose.sway, to=(base[0], base[1]))
            ear = tube(path, size * widths([0.12, 0.24, 0.2, 0.05], 12))
        part = b.form(rng, ear, fur, reach=0.25, shine=0.1)
        if ears in ("cat", "fox", "bear", "rabbit"):
            middle = ear.mean(axis=0)
            b.mark(part, (ear - middle) * (0.5, 0.62) + middle + xy(0, 0.05 * size), inner.base)
    cheeks = rng.uniform(0.95, 1.2)
    head = b.form(
        rng,
        curve(
            *((x, y - 0.8 * size), (x + 0.75 * size, y - 0.5 * size), (x + cheeks * size, y + 0.2 * size)),
            *((x + 0.4 * size, y + 0.78 * size), (x - 0.4 * size, y + 0.78 * size)),
            *((x - cheeks * size, y + 0.2 * size), (x - 0.75 * size, y - 0.5 * size)),
            closed=True,
        ),
        fur,
        reach=0.22,
        shine=0.15,
    )
    nose = xy(x, y + 0.22 * size) + look
    if rng.uniform() < 0.6:
        muzzle = ellipse(nose[0], nose[1] + 0.14 * size, 0.42 * size, 0.32 * size)
        if rng.uniform() < 0.5:
            b.mark(head, muzzle, belly.base)
        else:
            b.form(rng, muzzle, belly, weight=rng.choice([0.0, 0.7]), within=head, reach=0.2, shine=0)
    if rng.uniform() < 0.3:
        b.mark(head, blob(rng, x=x + 0.4 * size, y=y - 0.5 * size, rx=0.35 * size, ry=0.4 * size), belly.base)
    eyes = _random_eyes(rng, 0.24 * size)
    for side in (-1.0, 1.0):
        _draw_eye(b, rng, eyes, xy(x + side * 0.42 * size, y - 0.05 * size) + look, pose, fur)
    if pose.mouth > 0.1:
        mouth = ellipse(nose[0], nose[1] + 0.25 * size, 0.2 * size, 0.25 * size * pose.mouth)
        hole = b.form(rng, mouth, paint_from(rng, (120, 30, 40)), reach=0, shine=0, within=head)
        b.form(rng, mouth + xy(0, 0.2 * size * pose.mouth), inner, weight=0.6, reach=0, shine=0, within=hole)
    else:
        for side in (-1.0, 1.0):
            lip = bow(
                nose + xy(0, 0.14 * size), nose + xy(side * 0.26 * size, 0.16 * size), bend=-0.35 * side
            )
            b.crease(lip, fur, 0.9)
    b.form(rng, ellipse(nose[0], nose[1], 0.11 * size, 0.08 * size), _black(rng), reach=0, shine=0.8)
    if rng.uniform() < 0.5:
        for side in (-1.0, 1.0):
            for k in (-0.1, 0.06):
                start = nose + xy(side * 0.45 * size, (0.08 + k) * size)
                b.crease(np.stack([start, start + xy(side * 0.6 * size, 1.6 * k * size)]), fur, 0.5)


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
    _face(b, rng, pose, fur, belly, (0.0, -0.35), rng.uniform(0.38, 0.52))


def _close(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """The face alone, over its chest."""
    fur, belly = _fur(rng), _fur(rng)
    b.form(rng, blob(rng, y=1.1, rx=0.8, ry=0.6, rough=0.08), fur)
    b.move = tilted(0.12 * pose.sway, about=(0, 0.7))
    _face(b, rng, pose, fur, belly, (0.0, 0.1), 0.75)


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
    _draw_eye(b, rng, _random_eyes(rng, 0.085), xy(0.44, -0.55), pose, feather)


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
    _draw_eye(b, rng, replace(_random_eyes(rng, 0.1), style="irises"), xy(0.6, -0.08), pose, scale)


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
    eyes = _random_eyes(rng, 0.14)
    for side in (-1.0, 1.0):
        _draw_eye(b, rng, eyes, xy(side * 0.28 + 0.15 * pose.yaw, 0.15), pose, jelly)
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
    eyes = _random_eyes(rng, rng.uniform(0.11, 0.19))
    for side in (-1.0, 1.0):
        _draw_eye(b, rng, eyes, xy(side * 0.26 + 0.2 * pose.yaw, -0.05 - 0.1 * pose.pitch), pose, skin)
        b.form(
            rng, ellipse(side * 0.62, 0.25 - 0.2 * pose.gesture, 0.15, 0.1, turn=0.5 * side), skin, reach=0.2
        )
    if pose.mouth > 0.15:
        mouth = ellipse(0.2 * pose.yaw, 0.2, 0.12, 0.13 * pose.mouth)
        b.form(rng, mouth, paint_from(rng, (150, 40, 50)), reach=0, shine=0, within=body)
    if rng.uniform() < 0.3:
        b.mark(body, turned(star(5, 0.14, 0.06), 0.2, to=(0.0, -0.4)), trim.base)


def _butterfly(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    wing, spot, body = any_paint(rng), any_paint(rng), _black(rng)
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
    _draw_eye(b, rng, replace(_random_eyes(rng, 0.08), style="irises"), head + xy(-0.05, -0.06), pose, scale)


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
