"""Faces of animals: their eyes, muzzles and ears."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.colors import any_paint, paint_from, rgb
from dougagen.studio.cel.strokes import Points, ellipse
from dougagen.studio.design.curves import XY, bow, curve, points, tube, turned, widths, xy
from dougagen.studio.design.subject import Pose
from dougagen.studio.design.things.forms import Bench, blob


def black(rng: np.random.Generator) -> Paint:
    return paint_from(rng, rgb(rng.uniform(), 0.3, 0.12))


@dataclass(frozen=True, slots=True)
class Eyes:
    """A pair of eyes: dots, beads with a light, or irises."""

    style: str
    iris: Paint
    white: Paint
    size: float


def random_eyes(rng: np.random.Generator, size: float) -> Eyes:
    style = rng.choice(["dots", "beads", "irises", "lines"], p=[0.2, 0.35, 0.38, 0.07])
    return Eyes(str(style), any_paint(rng), paint_from(rng, (250, 250, 248)), size * rng.uniform(0.7, 1.25))


def draw_eye(b: Bench, rng: np.random.Generator, eyes: Eyes, at: Points, pose: Pose, fur: Paint) -> None:
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
        bead = b.form(rng, ellipse(x, y, 0.8 * r, tall), black(rng), reach=0.0, shine=0.0)
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


def face(
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
    eyes = random_eyes(rng, 0.24 * size)
    for side in (-1.0, 1.0):
        draw_eye(b, rng, eyes, xy(x + side * 0.42 * size, y - 0.05 * size) + look, pose, fur)
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
    b.form(rng, ellipse(nose[0], nose[1], 0.11 * size, 0.08 * size), black(rng), reach=0, shine=0.8)
    if rng.uniform() < 0.5:
        for side in (-1.0, 1.0):
            for k in (-0.1, 0.06):
                start = nose + xy(side * 0.45 * size, (0.08 + k) * size)
                b.crease(np.stack([start, start + xy(side * 0.6 * size, 1.6 * k * size)]), fur, 0.5)
