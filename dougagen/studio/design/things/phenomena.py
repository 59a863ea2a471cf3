"""Smoke, water, fire, sparks and explosions as they are drawn on cels: flat bands, often without ink."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dougagen.studio.cel.cel import Paint, Rgb
from dougagen.studio.cel.colors import any_paint, paint_from, rgb
from dougagen.studio.cel.strokes import Points, ellipse, smooth
from dougagen.studio.design.curves import XY, bow, leaf, points, tube, turned, widths, xy
from dougagen.studio.design.guide import random_guide
from dougagen.studio.design.ranges import NATURAL, DesignRanges
from dougagen.studio.design.subject import Pose, Subject
from dougagen.studio.design.things.forms import Bench, Drawing, blob, clouds, picked, star


def random_phenomenon(rng: np.random.Generator, *, ranges: DesignRanges = NATURAL) -> Subject:
    """An effect that fills about [−1, 1]; ``pose.gesture`` is its phase, ``pose.sway`` the wind."""
    guide = random_guide(rng, ranges)
    mode = rng.choice(["none", "coloured", "bright", guide.ink_mode], p=[0.45, 0.25, 0.1, 0.2])
    return picked(rng, _DRAWINGS, replace(guide, ink_mode=str(mode)))  # type: ignore[arg-type]


def _bands(b: Bench, rng: np.random.Generator, outlines: list[Points], colors: list[Rgb]) -> None:
    """Shapes within shapes, each in its colour: the first is inked as the guide has it, the rest bare."""
    last = b.part(outlines[0], paint_from(rng, colors[0]))
    for outline, color in zip(outlines[1:], colors[1:], strict=True):
        last = b.part(outline, paint_from(rng, color), 0.0, within=last)


def _fire_colors(rng: np.random.Generator) -> list[Rgb]:
    hue = rng.choice([rng.uniform(0.0, 0.06), rng.uniform(0.5, 0.85)], p=[0.75, 0.25])
    return [
        rgb(hue, rng.uniform(0.75, 1.0), rng.uniform(0.65, 0.95)),
        rgb(hue + 0.06, rng.uniform(0.65, 0.9), 1.0),
        rgb(hue + 0.11, rng.uniform(0.3, 0.6), 1.0),
        rgb(hue + 0.14, 0.08, 1.0),
    ]


def _tongues(
    rng: np.random.Generator, *, count: int, wide: float, tall: float, phase: float, wind: float
) -> Points:
    """The outline of a flame: tongues of different height that lean with the wind."""
    x = np.linspace(-wide, wide, 2 * count + 1)
    arch = tall * (1 - (x / wide) ** 2 * 0.75)
    wobble = rng.uniform(0.65, 1.0, 2 * count + 1) + 0.15 * np.sin(
        rng.uniform(0, 6.3, 2 * count + 1) + 3 * phase
    )
    tips = np.arange(2 * count + 1) % 2 == 1
    y = 0.85 - arch * np.where(tips, wobble, 0.38 * wobble)
    lean = wind * 0.25 * (0.85 - y) + 0.05 * np.sin(2 * y + 3 * phase)
    path = [np.array([[-wide, 0.85]])]
    knots = np.stack([x + lean, y], axis=1)
    for i in range(1, 2 * count, 2):
        path.append(bow(knots[i - 1], knots[i], bend=-0.16 + 0.1 * wind, steps=8)[:-1])
        path.append(bow(knots[i], knots[i + 1], bend=0.2, steps=8)[:-1])
    base = smooth(points((wide, 0.85), (0.5 * wide, 1.0), (-0.5 * wide, 1.0)), closed=False, steps=6)
    return np.concatenate([*path, base])


def _fire(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    colors = _fire_colors(rng)[: int(rng.integers(2, 5))]
    count, wide = int(rng.integers(2, 6)), rng.uniform(0.4, 0.95)
    outlines = [
        _tongues(rng, count=count, wide=wide * k, tall=1.75 * k**1.2, phase=pose.gesture, wind=pose.sway)
        for k in np.linspace(1.0, 0.4, len(colors))
    ]
    _bands(b, rng, outlines, colors)
    for _ in range(int(rng.integers(0, 6))):  # flakes that tear off
        at = rng.uniform((-0.7, -1.0), (0.7, -0.3)) + xy(0.2 * pose.sway, -0.2 * pose.gesture)
        flake = leaf(bow((0, 0.1), (0.05, -0.12), bend=0.2, steps=8), 0.05)
        b.part(
            turned(flake, rng.normal(0, 0.4), to=(float(at[0]), float(at[1]))),
            paint_from(rng, colors[0]),
            0.7,
        )


def _cloud_paint(rng: np.random.Generator) -> Paint:
    hue, value = rng.uniform(), rng.choice([rng.uniform(0.8, 1.0), rng.uniform(0.15, 0.75)])
    return paint_from(rng, rgb(hue, rng.uniform(0.0, 0.15), value))


def _puff(b: Bench, rng: np.random.Generator, paint: Paint, at: XY, size: float, weight: float) -> None:
    """One cloud: its shade is a smaller cloud away from the light, the deep shade smaller still."""
    puffs = int(rng.integers(6, 12))
    outline = clouds(rng, x=at[0], y=at[1], rx=size, ry=size * rng.uniform(0.65, 1.0), puffs=puffs)
    part = b.part(outline, paint, weight)
    away = -np.array(b.light)
    for level, (shift, shrink) in enumerate(((0.35, 0.9), (0.6, 0.7))):
        x, y = np.array(at) + away * shift * size
        shape = clouds(rng, x=x, y=y, rx=size * shrink, ry=size * shrink * 0.8, puffs=puffs)
        b.shade(part, shape, paint, deep=level > 0)
    if rng.uniform() < 0.5 and b.guide.ink_mode != "none":
        angle = rng.uniform(0, 6.3)
        curl = bow((0, 0), (0.5 * size, 0), bend=0.35, steps=10)
        b.line(turned(curl, angle, to=at), paint, 0.8, within=part)


def _smoke(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """A column or bank of smoke that rises and drifts."""
    paint = _cloud_paint(rng)
    weight = float(rng.choice([0.0, 1.0]))
    count = int(rng.integers(4, 12))
    lean = rng.normal(0, 0.4)
    rise = 0.12 * pose.gesture
    for k in range(count):
        t = 1 - k / count
        x = lean * (t - 0.5) + rng.normal(0, 0.28) + 0.25 * pose.sway * t
        y = 0.75 - 1.5 * t + rng.normal(0, 0.12) - rise
        _puff(b, rng, paint, (x, y), rng.uniform(0.25, 0.5) * (1 + 0.1 * pose.gesture), weight)


def _dust(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """Small clouds along the ground that open with the phase."""
    paint = _cloud_paint(rng)
    spread = 0.8 + 0.25 * pose.gesture
    for _ in range(int(rng.integers(4, 11))):
        x = rng.uniform(-1, 1) * spread
        size = rng.uniform(0.12, 0.34) * (1.1 - 0.3 * abs(x))
        _puff(b, rng, paint, (x, 0.5 - 0.6 * size - 0.1 * spread * rng.uniform()), size, 1.0)


def _water_paint(rng: np.random.Generator) -> Paint:
    paint = paint_from(rng, rgb(rng.uniform(0.48, 0.62), rng.uniform(0.15, 0.7), rng.uniform(0.55, 1.0)))
    return replace(paint, highlight=(245, 252, 255))


def _splash(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """A crown of water with drops, over its ring on the surface."""
    paint = _water_paint(rng)
    count, rise = int(rng.integers(4, 9)), 0.9 + 0.35 * pose.gesture
    wide = rng.uniform(0.5, 0.85)
    if rng.uniform() < 0.7:
        pool = b.part(ellipse(0, 0.85, 1.3 * wide * rise, 0.2, steps=40), paint)
        b.shade(pool, ellipse(0.1, 0.92, 1.1 * wide * rise, 0.16, steps=40), paint)
        b.highlight(pool, leaf(bow((-wide, 0.8), (-0.2, 0.98), bend=-0.12, steps=12), 0.025), paint)
    outline = _tongues(
        rng, count=count, wide=wide, tall=1.25 * rise, phase=pose.gesture, wind=0.3 * pose.sway
    )
    outline = outline * np.stack([0.6 + 0.75 * (0.85 - outline[:, 1]), np.ones(len(outline))], axis=1)
    tips = [p for p in outline if p[1] < 0.5 and np.abs(outline[:, 0] - p[0]).argmin() % 4 == 0]
    for x, y in tips[:: max(1, len(tips) // 5)]:
        b.part(ellipse(float(x), float(y), 0.06, 0.06, steps=20), paint, 0.8)
    crown = b.part(outline, paint)
    middle = outline.mean(axis=0)
    b.shade(crown, (outline - middle) * (0.75, 0.7) + middle + xy(0.08, 0.25), paint)
    for _ in range(int(rng.integers(2, 7))):
        x = rng.uniform(-0.5, 0.5)
        streak = bow(
            (x, 0.7), (2.0 * x, 0.7 - rise * rng.uniform(0.4, 0.9)), bend=rng.normal(0, 0.08), steps=12
        )
        b.highlight(crown, leaf(streak, rng.uniform(0.02, 0.05)), paint)
    for _ in range(int(rng.integers(4, 16))):
        angle, far = rng.uniform(-2.9, -0.25), rng.uniform(0.5, 1.1) * rise
        x, y = far * np.cos(angle), 0.7 + 1.5 * far * np.sin(angle)
        size = rng.uniform(0.02, 0.07)
        drop = b.part(turned(_drop(), angle + np.pi / 2, scale=size, to=(x, y)), paint, 0.8)
        b.highlight(drop, ellipse(x - 0.3 * size, y - 0.3 * size, 0.4 * size, 0.3 * size, steps=12), paint)


def _drop() -> Points:
    return smooth(
        points((0, -1.4), (0.5, 0), (0.55, 0.6), (0, 1), (-0.55, 0.6), (-0.5, 0)), closed=True, steps=5
    )


def _wave(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """Bands of water one before another, with foam."""
    paint, foam = _water_paint(rng), paint_from(rng, (244, 250, 255))
    for row in range(int(rng.integers(2, 5))):
        x = np.linspace(-1.5, 1.5, 11)
        phase = rng.uniform(0, 6.3) + 1.5 * pose.gesture
        y = -0.35 + 0.38 * row + 0.12 * np.sin(2.6 * x + phase) + rng.normal(0, 0.02, 11)
        crest = smooth(np.stack([x, y], axis=1), closed=False, steps=6)
        sea = np.concatenate([crest, [(1.5, 1.3), (-1.5, 1.3)]])
        body = b.part(sea, paint)
        b.shade(body, sea + xy(0.0, 0.2), paint)
        if rng.uniform() < 0.6:
            edge = np.concatenate(
                [crest, (crest + np.abs(rng.normal(0.05, 0.02, (len(crest), 1))) * xy(0, 1))[::-1]]
            )
            b.part(edge, foam, 0.7, within=body)
        for _ in range(int(rng.integers(2, 8))):
            i = int(rng.integers(5, len(crest) - 12))
            glint = crest[i : i + 6] + xy(0, rng.uniform(0.06, 0.3))
            b.highlight(body, leaf(glint, 0.012), paint)


def _sparks(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """Stars and streaks that fly from a point."""
    colors = _fire_colors(rng)
    open_by = 0.65 + 0.35 * pose.gesture
    for _ in range(int(rng.integers(8, 28))):
        angle, far = rng.uniform(0, 6.3), rng.uniform(0.15, 1.1) * open_by
        at = far * xy(np.cos(angle), np.sin(angle))
        if rng.uniform() < 0.5:
            streak = np.linspace(at, at * rng.uniform(1.2, 1.6), 8)
            b.part(
                leaf(streak, rng.uniform(0.012, 0.035)), paint_from(rng, colors[int(rng.integers(4))]), 0.7
            )
        else:
            size = rng.uniform(0.05, 0.16) * (1 + 0.3 * pose.sway)
            shape = star(int(rng.choice([4, 4, 5, 6])), size, size * 0.25, turn=rng.uniform(0, 1))
            _bands(b, rng, [shape + at, shape * 0.55 + at], [colors[1], colors[3]])
    if rng.uniform() < 0.6:
        flash = star(int(rng.integers(6, 12)), 0.45, 0.15, turn=pose.gesture)
        _bands(b, rng, [flash, flash * 0.6, flash * 0.3], colors[1:])


def _explosion(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """A burst: smoke around, jagged fire within, white in the middle."""
    colors = _fire_colors(rng)
    grow = 0.8 + 0.25 * pose.gesture
    if rng.uniform() < 0.7:
        paint = _cloud_paint(rng)
        for k in range(int(rng.integers(5, 10))):
            angle = 2.4 * k + rng.normal(0, 0.2)
            at = 0.55 * grow * xy(np.cos(angle), np.sin(angle))
            _puff(b, rng, paint, (float(at[0]), float(at[1])), rng.uniform(0.25, 0.45) * grow, 1.0)
    if rng.uniform() < 0.5:
        spikes = star(int(rng.integers(8, 16)), 0.75, 0.42, turn=rng.uniform(0, 1)) * rng.uniform(
            0.7, 1.15, (1, 1)
        )
        spikes *= grow * (1 + 0.15 * rng.normal(0, 1, (len(spikes), 1)))
        outlines = [spikes * k for k in (1.0, 0.75, 0.5, 0.28)]
    else:
        outlines = [
            clouds(rng, x=0, y=0, rx=0.65 * k * grow, ry=0.6 * k * grow, puffs=9)
            for k in (1.0, 0.75, 0.52, 0.3)
        ]
    _bands(b, rng, outlines, colors)


def _lightning(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """Bolts with branches: a bright core in a coloured band."""
    hue = rng.uniform(0.1, 0.8)
    band, core = rgb(hue, rng.uniform(0.3, 0.8), 1.0), rgb(hue, 0.06, 1.0)
    shape = np.random.default_rng(int(rng.integers(2**31)) + round(8 * pose.gesture))  # it never holds still
    for _ in range(int(rng.integers(1, 4))):
        count = int(rng.integers(6, 11))
        path = np.stack([shape.normal(0, 0.18, count), np.linspace(-1.1, 1.0, count)], axis=1)
        path = turned(path + xy(float(shape.normal(0, 0.3)), 0), float(shape.normal(0, 0.4)))
        thick = widths([0.09, 0.06, 0.01], count) * rng.uniform(0.5, 1.2)
        _bands(b, rng, [tube(path, thick), tube(path, 0.5 * thick)], [band, core])
        for i in (2, 4):
            branch = path[i] + np.cumsum(
                np.abs(shape.normal(0.12, 0.06, (4, 2))) * (shape.choice([-1, 1]), 1), axis=0
            )
            b.part(
                tube(np.concatenate([path[i : i + 1], branch]), widths([0.03, 0.005], 5)),
                paint_from(rng, core),
                0.7,
            )


def _slash(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """The arc of a blow, an aura or a beam: crescents within each other."""
    paint = any_paint(rng)
    for _ in range(int(rng.integers(1, 4))):
        turn = rng.uniform(0, 6.3) + 0.4 * pose.gesture
        span, far = rng.uniform(0.7, 1.8), rng.uniform(0.6, 1.0)
        angle = np.linspace(-span, span, 28)
        arc = np.stack([far * np.cos(angle) - 0.4, far * np.sin(angle)], axis=1)
        arc = turned(arc, turn)
        size = rng.uniform(0.06, 0.22)
        belly = rng.uniform(0.4, 0.8)
        outlines = [leaf(arc, size * k, belly=belly) for k in (1.0, 0.6, 0.25)]
        _bands(b, rng, outlines, [paint.base, paint.highlight, (252, 252, 255)])


def _steam(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """Wisps that curl upwards."""
    paint = _cloud_paint(rng)
    for _ in range(int(rng.integers(2, 6))):
        x = rng.normal(0, 0.35)
        y = np.linspace(0.9, -0.9, 24)
        wiggle = rng.uniform(0.08, 0.2) * np.sin(
            y * rng.uniform(2.5, 4.5) + 2.5 * pose.gesture + rng.uniform(0, 6)
        )
        path = np.stack([x + wiggle + 0.2 * pose.sway * (0.9 - y), y], axis=1)
        part = b.part(leaf(path, rng.uniform(0.06, 0.18), belly=rng.uniform(0.3, 0.7)), paint)
        b.shade(part, leaf(path + xy(0.05, 0.02), 0.08), paint)


def _bubbles(b: Bench, rng: np.random.Generator, pose: Pose) -> None:
    """Bubbles, flakes or petals that drift."""
    paint = any_paint(rng) if rng.uniform() < 0.5 else _water_paint(rng)
    kind = rng.choice(["bubble", "petal", "flake"])
    for _ in range(int(rng.integers(5, 26))):
        x, y = rng.uniform(-1.1, 1.1, 2) + xy(0.3 * pose.sway, -0.25 * pose.gesture) * rng.uniform(0.4, 1.0)
        size = float(rng.uniform(0.03, 0.16))
        if kind == "bubble":
            part = b.part(ellipse(x, y, size, size, steps=32), paint, 0.8)
            inner = ellipse(
                x - 0.12 * size * b.light[0], y - 0.12 * size * b.light[1], 0.9 * size, 0.9 * size, steps=32
            )
            b.part(inner, replace(paint, base=paint.shade), 0.0, within=part)
            b.sheet.highlight(
                part, ellipse(x + 0.4 * size, y - 0.4 * size, 0.2 * size, 0.14 * size), paint.highlight
            )
        elif kind == "petal":
            turn = rng.uniform(0, 6.3) + pose.gesture
            petal = leaf(bow((-size, 0), (size, 0), bend=0.2, steps=12), 0.5 * size, belly=0.65)
            part = b.part(turned(petal, turn, to=(x, y)), paint, 0.8)
            b.shade(part, turned(petal * (1.0, 0.5) + xy(0, 0.3 * size), turn, to=(x, y)), paint)
        else:
            b.part(blob(rng, x=x, y=y, rx=size, ry=0.8 * size, knots=6), paint, 0.8)


_DRAWINGS: tuple[tuple[Drawing, float], ...] = (
    (_fire, 0.16),
    (_smoke, 0.17),
    (_dust, 0.08),
    (_splash, 0.12),
    (_wave, 0.08),
    (_sparks, 0.07),
    (_explosion, 0.11),
    (_lightning, 0.06),
    (_slash, 0.06),
    (_steam, 0.04),
    (_bubbles, 0.05),
)
