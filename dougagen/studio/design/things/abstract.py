"""Arrangements for pure variety: shapes, cloth, hair, ribbons without a figure, parts in extreme close-up.

Extreme close-ups of parts and objects are where the thesis's networks failed (thesis 4.5).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.colors import any_paint, paint_from, rgb, skin_paint
from dougagen.studio.cel.strokes import Points, ellipse, smooth
from dougagen.studio.design.curves import bow, leaf, sides, tube, turned, widths, xy
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
)

_PATTERN_SHARE = 0.03
_BARE_SHARE = 0.07
"""Parts without an outline: they end in a color edge."""


def random_abstract(rng: np.random.Generator, *, ranges: DesignRanges = NATURAL) -> Subject:
    """An arrangement that fills about [−1, 1], some of them more."""
    guide = random_guide(rng, ranges)
    if rng.uniform() < 0.06:
        guide = replace(guide, ink_mode="none")
    return picked(rng, _DRAWINGS, guide)


def _weight(rng: np.random.Generator) -> float:
    return 0.0 if rng.uniform() < _BARE_SHARE else float(rng.uniform(0.7, 1.25))


def _dark_paint(rng: np.random.Generator) -> Paint:
    """Black hair and coats: the fills that networks lose to the background."""
    return paint_from(rng, rgb(rng.uniform(), rng.uniform(0, 0.5), rng.uniform(0.03, 0.25)))


def _shape(rng: np.random.Generator, size: float) -> Points:
    kind = rng.choice(["blob", "polygon", "leaf", "star", "petal", "slab", "puff", "vessel"])
    if kind == "blob":
        return blob(rng, rx=size, ry=size * rng.uniform(0.5, 1.0), knots=int(rng.integers(4, 10)))
    if kind == "polygon":
        count = int(rng.integers(3, 8))
        angle = np.sort(rng.uniform(0, 1, count) + np.arange(count)) * 2 * np.pi / (count + 1)
        return np.stack([np.cos(angle), np.sin(angle)], axis=1) * size * rng.uniform(0.7, 1.1, (count, 1))
    if kind == "leaf":
        return leaf(
            bow((-size, 0), (size, 0), bend=rng.uniform(-0.4, 0.4), steps=16), size * rng.uniform(0.15, 0.5)
        )
    if kind == "star":
        return star(int(rng.integers(4, 9)), size, size * rng.uniform(0.3, 0.7), turn=rng.uniform(0, 6))
    if kind == "petal":
        return lathe([(0.0, -size), (0.6 * size, -0.3 * size), (0.4 * size, 0.5 * size), (0.0, size)])
    if kind == "slab":
        return rectangle(
            -size, -size * rng.uniform(0.2, 0.8), size, size * 0.6, round_by=size * rng.choice([0, 0.2])
        )
    if kind == "puff":
        return clouds(rng, x=0, y=0, rx=size, ry=size * 0.7, puffs=int(rng.integers(5, 10)))
    return lathe(
        [(0.3 * size, -size), (0.25 * size, -0.5 * size), (0.7 * size, 0.2 * size), (0.4 * size, size)]
    )


def _heap(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """Overlapping shapes of every kind."""
    b.move = blown(rng, pose)
    largest = rng.uniform(0.3, 0.9)
    palette = [any_paint(rng) for _ in range(4)]
    for _ in range(int(rng.integers(3, 13))):
        at = rng.normal(0, 0.5, 2)
        size = largest * rng.uniform(0.25, 1.0)
        drift = 0.15 * pose.gesture * rng.normal(0, 1, 2)
        outline = turned(_shape(rng, size), rng.uniform(0, 6.3) + 0.2 * pose.sway, to=tuple(at + drift))
        paint = palette[int(rng.integers(4))]
        part = b.form(rng, outline, paint, weight=_weight(rng))
        if rng.uniform() < 2 * _PATTERN_SHARE:
            b.pattern(rng, part, outline, any_paint(rng).base)
        for _ in range(int(rng.integers(0, 3))):
            start, end = at + rng.normal(0, 0.5 * size, (2, 2))
            b.crease(bow(start, end, bend=rng.normal(0, 0.3), steps=14), paint, within=part)


def _drapery(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """Cloth that hangs in folds; large enough to fill a frame."""
    b.move = blown(rng, pose, strength=0.14)
    for layer in range(int(rng.integers(1, 4))):
        paint = _dark_paint(rng) if rng.uniform() < 0.25 else any_paint(rng)
        x, y = rng.normal(0, 0.35 * (layer > 0), 2)
        wide, tall = rng.uniform(0.7, 1.35, 2) * (1.0, 0.7)[layer > 0]
        waves = int(rng.integers(3, 8))
        hem_x = np.linspace(wide, -wide, 2 * waves + 1)
        hem = np.stack([hem_x, tall * (1 + 0.08 * rng.normal(0, 1, 2 * waves + 1))], axis=1)
        hem[1::2, 1] += 0.1 * tall
        top = bow((-0.8 * wide, -tall), (0.8 * wide, -tall), bend=rng.normal(0, 0.1), steps=8)
        outline = np.concatenate([top, smooth(hem, closed=False, steps=6)]) + xy(x, y)
        part = b.form(rng, outline, paint, weight=_weight(rng), reach=0.1, shine=0.1)
        if rng.uniform() < 3 * _PATTERN_SHARE:
            b.pattern(rng, part, outline, any_paint(rng).base)
        knot = (x + rng.uniform(-0.9, 0.9) * wide, y - tall * rng.uniform(0.9, 1.3))
        gathered = rng.uniform(0.0, 0.9)
        for at in hem[1::2]:
            start = np.array([at[0] * 0.8 + x, y - tall]) * (1 - gathered) + np.array(knot) * gathered
            first, last = np.sort(rng.uniform(0, 1.1, 2))
            way = at + xy(x, y) - start
            fold = (tuple(start + way * max(last, 0.35)), tuple(start + way * min(first, 0.3)))
            b.fold(rng, part, fold[0], fold[1], paint, width=wide * rng.uniform(0.02, 0.1))


def _hair(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """Locks with highlight bands: a crown seen from behind, or a curtain of hair that fills the frame."""
    paint = _dark_paint(rng) if rng.uniform() < 0.4 else any_paint(rng)
    b.move = blown(rng, pose, strength=0.1)
    is_curtain = rng.uniform() < 0.5
    wide, length = (1.5, 2.6) if is_curtain else (rng.uniform(0.3, 0.7), rng.uniform(1.6, 2.2))
    spread = rng.uniform(0.1, 0.5) if is_curtain else rng.uniform(0.0, 0.45)
    top = np.array([rng.uniform(-0.3, 0.3), -1.3 if is_curtain else -0.9])
    curl, band, gloss = rng.normal(0, 0.12), rng.uniform(0.25, 0.5), rng.uniform()
    back = blob(rng, x=top[0], y=top[1] + 0.4 * length, rx=0.7 * wide + 0.2, ry=0.35 * length, rough=0.08)
    under = b.form(rng, back, paint, reach=0.0, shine=0.0)
    b.shade(under, b.move(back), paint)
    locks = int(rng.integers(8, 20))
    for i in rng.permutation(locks):
        t = i / (locks - 1) * 2 - 1  # −1 at the left, 1 at the right
        root = top + xy(wide * t, 0.15 * t * t)
        angle = np.pi / 2 - t * spread + rng.normal(0, 0.08)
        tip = (
            root + length * rng.uniform(0.5, 1.0) * xy(np.cos(angle), np.sin(angle)) + xy(0.2 * pose.sway, 0)
        )
        path = bow(root, tip, bend=0.22 * t + curl + rng.normal(0, 0.06), steps=20)
        half = rng.uniform(0.5, 1.2) * (2 * wide / locks + 0.06)
        lock = leaf(path, half, belly=rng.uniform(0.35, 0.7), start=0.25)
        part = b.form(rng, lock, paint, reach=0.15, shine=0.0)
        if rng.uniform() < 0.8 * b.guide.shine and gloss < 0.75:
            low = max(2, int(20 * (band + 0.04 * rng.normal())))
            piece = path[low - 2 : low + 1 + int(rng.integers(0, 2))]
            jag = rng.uniform(0.2, 0.9, len(piece))
            is_ring = gloss < 0.5  # across every lock, or a drop on each
            gleam = tube(piece, 1.3 * half * jag) if is_ring else leaf(piece, half * 0.5, belly=0.5)
            b.highlight(part, b.move(gleam), paint)
        if rng.uniform() < 0.5 and b.guide.levels:
            b.shade(
                part, b.move(leaf(path[int(rng.integers(6, 12)) :] + xy(0.3 * half, 0), 0.6 * half)), paint
            )
        for _ in range(int(rng.integers(0, 3))):
            side = path + rng.normal(0, 0.35 * half, 2)
            b.crease(side[int(rng.integers(2, 9)) : 19], paint, rng.uniform(0.5, 0.9), within=part)


def _ribbons(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """Bands that turn over: front, back, front."""
    for _ in range(int(rng.integers(1, 4))):
        b.move = blown(rng, pose, strength=0.18)
        paint = any_paint(rng)
        back = replace(paint, base=paint.deep_shade)
        count = int(rng.integers(4, 7))
        knots = np.stack([np.linspace(-1.1, 1.1, count), rng.normal(0, 0.4, count)], axis=1)
        path = smooth(turned(knots, rng.uniform(0, 3.1)), closed=False, steps=12)
        half = rng.uniform(0.06, 0.22) * np.cos(np.linspace(0, rng.uniform(2, 9), len(path)) + pose.gesture)
        left, right = sides(path, half)
        turns = [0, *(np.flatnonzero(np.diff(np.sign(half))) + 1), len(path)]
        edged = rng.uniform() < 0.4
        for face, (i, j) in enumerate(pairwise(turns)):
            i = max(i - 1, 0)
            if j - i < 2:
                continue
            outline = np.concatenate([left[i:j], right[i:j][::-1]])
            part = b.form(rng, outline, back if face % 2 else paint, reach=0.1, shine=0.25)
            if edged and face % 2 == 0:
                stripe = np.concatenate(
                    [sides(path, half * 0.35)[0][i:j], sides(path, half * 0.1)[0][i:j][::-1]]
                )
                b.mark(part, stripe, paint.highlight)


def _flower(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """Petals in rings around an eye, over leaves."""
    b.move = blown(rng, pose)
    paint, green = any_paint(rng), paint_from(rng, rgb(rng.uniform(0.2, 0.45), 0.5, rng.uniform(0.25, 0.7)))
    petal_knots = [(0.0, -1.0), (rng.uniform(0.2, 0.5), -0.7), (rng.uniform(0.15, 0.4), -0.3), (0.05, 0.0)]
    for _ in range(int(rng.integers(0, 4))):
        angle, size = rng.uniform(0, 6.3), rng.uniform(0.7, 1.2)
        blade = bow((0, 0), (size * np.cos(angle), size * np.sin(angle)), bend=rng.normal(0, 0.15), steps=14)
        part = b.form(rng, leaf(blade, 0.2), green)
        b.crease(blade, green, within=part)
    weight = _weight(rng)
    count = int(rng.integers(4, 10))
    for ring in range(int(rng.integers(1, 4))):
        size = rng.uniform(0.75, 0.95) * 0.72**ring
        for k in range(count):
            turn = 2 * np.pi * (k + 0.5 * ring) / count + 0.15 * pose.gesture
            outline = turned(lathe(petal_knots), turn, scale=size)
            part = b.form(rng, outline, paint, weight=weight, shine=0.12)
            if rng.uniform() < 0.5:
                b.crease(turned(np.array([(0.0, -0.1), (0.02, -0.6)]), turn, scale=size), paint, within=part)
    b.form(rng, ellipse(0, 0, 0.14, 0.13), any_paint(rng))


def _spiral(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """A coil: snail, horn, rope, whirl."""
    b.move = blown(rng, pose)
    paint = any_paint(rng)
    t = np.linspace(0, 1, 90)
    angle = t * rng.uniform(2, 3.4) * 2 * np.pi + pose.gesture
    radius = 0.06 + 0.84 * t
    path = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    thick = rng.uniform(0.06, 0.14) * (0.25 + 0.75 * t) * np.clip((1 - t) * 8, 0.02, 1)
    if rng.uniform() < 0.5:
        disc = b.form(rng, ellipse(0, 0, 0.95, 0.9), paint)
        b.crease(path, paint, 1.2, within=disc)
        return
    left, right = sides(path, thick)
    for i in range(0, 84, 6):  # pieces without lines between them: one outline would cover its own coils
        piece = np.concatenate([left[i : i + 7], right[i : i + 7][::-1]])
        part = b.form(rng, piece, paint, weight=0.0, reach=0.0, shine=0.0)
        b.shade(part, b.move(np.concatenate([path[i : i + 7], right[i : i + 7][::-1]])), paint)
    b.crease(np.concatenate([left, right[::-1]]), paint, 1.0)


def _wing(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """Rows of feathers, scales or leaves, the lower ones under the upper."""
    b.move = blown(rng, pose)
    paint = any_paint(rng)
    other = any_paint(rng) if rng.uniform() < 0.3 else paint
    root = np.array([-0.9, -0.4])
    for row in range(int(rng.integers(2, 5))):
        count = int(rng.integers(5, 11))
        size = (1.25 - 0.28 * row) * rng.uniform(0.85, 1.0)
        for k in range(count):
            angle = 0.1 + 1.35 * k / count + 0.15 * pose.gesture
            start = root + np.array([0.5, 0.12]) * k / count
            tip = start + size * np.array([np.cos(angle), np.sin(angle)]) * (1.3 - 0.5 * k / count)
            path = bow(start, tip, bend=-0.08, steps=14)
            paint_here = other if row == 0 else paint
            part = b.form(rng, leaf(path, 0.1, belly=0.7, start=0.3), paint_here, shine=0.1)
            if rng.uniform() < 0.4:
                b.crease(path[3:12], paint_here, 0.6, within=part)


def _limbs(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """Bare arms, knees and fingers that cross the frame."""
    paint = skin_paint(rng)
    b.move = blown(rng, pose, strength=0.06)
    for _ in range(int(rng.integers(1, 4))):
        angle, off = rng.uniform(0, np.pi), rng.normal(0, 0.3)
        way, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        bend = 0.3 * rng.normal() + 0.1 * pose.gesture
        path = bow(across * off - 2.4 * way, across * off + 2.2 * way, bend=0.25 * bend, steps=20)
        thick = widths(rng.uniform(0.16, 0.36, 4).tolist(), 20)
        part = b.form(rng, tube(path, thick), paint, reach=0.3, shine=0.15)
        if rng.uniform() < 0.6:  # a sleeve, a sock, a bandage
            cloth = _dark_paint(rng) if rng.uniform() < 0.3 else any_paint(rng)
            stop = int(rng.integers(6, 14))
            sleeve = tube(path[:stop], thick[:stop] * 1.18)
            cover = b.form(rng, sleeve, cloth, reach=0.2, shine=0.1)
            for i in rng.integers(1, stop, 3):
                left, right = sides(path, thick * 1.1)
                b.fold(
                    rng,
                    cover,
                    tuple(left[i]),
                    tuple(right[i - 1] * 0.6 + left[i - 1] * 0.4),
                    cloth,
                    width=0.04,
                )
            b.crease(np.stack([sides(path, thick)[k][stop - 2] for k in (0, 1)]), cloth, 0.6, within=cover)
        else:
            b.crease(bow(path[9] + across * 0.1, path[11], bend=0.3, steps=10), paint, 0.8, within=part)
    if rng.uniform() < 0.5:
        _fingers(b, rng, paint)


def _fingers(b: Bench, rng: np.random.Generator, paint: Paint) -> None:
    nail = paint_from(rng, paint.highlight) if rng.uniform() < 0.6 else any_paint(rng)
    turn, at = rng.uniform(-3, 3), rng.normal(0, 0.3, 2)
    for k in range(4):
        start, end = np.array(
            [[0.1, 0.2 * k - 0.3], [rng.uniform(0.7, 0.95), 0.16 * k - 0.22 + rng.normal(0, 0.04)]]
        )
        path = turned(bow(start, end, bend=0.08, steps=12), turn, to=tuple(at))
        b.form(rng, tube(path, widths([0.1, 0.1, 0.085, 0.045], 12)), paint, reach=0.3, shine=0.05)
        tip, way = path[-2], path[-1] - path[-3]
        b.form(
            rng, ellipse(tip[0], tip[1], 0.06, 0.04, turn=float(np.arctan2(way[1], way[0]))), nail, weight=0.6
        )
        b.crease(path[5:7] + (path[6:7] - path[5:6])[:, ::-1] * (0.6, -0.6), paint, 0.6)


def _garment(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """A piece of a jacket or skirt that fills the frame: seams, buttons, pocket, belt, lapel."""
    b.move = blown(rng, pose, strength=0.05)
    paint = _dark_paint(rng) if rng.uniform() < 0.35 else any_paint(rng)
    trim = any_paint(rng)
    edge = rng.uniform(1.0, 2.0, 2)
    outline = blob(rng, rx=edge[0], ry=edge[1] * 1.3, knots=5, rough=0.12)
    body = b.form(rng, outline, paint, reach=0.25, shine=0.05)
    if rng.uniform() < 3 * _PATTERN_SHARE:
        b.pattern(rng, body, outline, trim.base)
    for _ in range(int(rng.integers(3, 11))):
        start, way = rng.uniform(-1.0, 1.0, 2), rng.normal(0, 0.5, 2)
        b.fold(rng, body, tuple(start), tuple(start + way), paint, width=rng.uniform(0.02, 0.09))
    lean = rng.normal(0, 0.15)
    seam = bow((lean, -1.5), (-lean, 1.5), bend=rng.normal(0, 0.08), steps=24)
    if rng.uniform() < 0.5:
        placket = b.form(
            rng, tube(seam, np.full(24, 0.07)), trim if rng.uniform() < 0.4 else paint, within=body
        )
        b.crease(seam + xy(0.05, 0), paint, 0.5, within=placket)
    else:
        b.crease(seam, paint, 1.0, within=body)
    metal = any_paint(rng)
    for k in range(int(rng.integers(0, 5))):
        x, y = seam[4 + 4 * k]
        button = b.form(rng, ellipse(x, y, 0.055, 0.055), metal, within=body, shine=0.7)
        b.crease(ellipse(x, y, 0.035, 0.035, steps=20), metal, 0.5, within=button)
    if rng.uniform() < 0.5:
        pocket = rectangle(0.25, 0.15, 0.7, 0.65, round_by=0.05)
        b.form(rng, pocket, paint, reach=0.12, within=body)
        b.form(rng, rectangle(0.23, 0.12, 0.72, 0.26, round_by=0.03), paint, reach=0.2, within=body)
    if rng.uniform() < 0.5:
        y = rng.uniform(-0.1, 0.9)
        belt = b.form(rng, rectangle(-1.5, y, 1.5, y + 0.18), trim, within=body)
        b.crease(np.array([(-1.5, y + 0.03), (1.5, y + 0.03)]), trim, 0.5, within=belt)
    if rng.uniform() < 0.5:
        for side in (-1.0, 1.0):
            lapel = np.array([(0.04, -0.1), (0.6, -0.75), (0.42, -0.85), (0.5, -1.3), (0.2, -1.3)]) * (
                side,
                1,
            )
            b.form(rng, lapel, trim if rng.uniform() < 0.4 else paint, within=body, reach=0.1)


_DRAWINGS: tuple[tuple[Drawing, float], ...] = (
    (_heap, 0.18),
    (_drapery, 0.16),
    (_hair, 0.17),
    (_ribbons, 0.07),
    (_flower, 0.07),
    (_spiral, 0.04),
    (_wing, 0.07),
    (_limbs, 0.12),
    (_garment, 0.12),
)
