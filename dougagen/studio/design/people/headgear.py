"""What sits on a head: caps, berets, hats, headphones, ears of animals, horns, crowns, flowers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.colors import any_paint, paint_from, rgb
from dougagen.studio.cel.strokes import Points, ellipse, smooth
from dougagen.studio.design.curves import bow, curve, leaf, tube, xy
from dougagen.studio.design.guide import Easel
from dougagen.studio.design.people.turning import Turn

GearKind = Literal["none", "beret", "cap", "hat", "headphones", "animal ears", "horns", "crown", "flower"]


@dataclass(frozen=True, slots=True)
class Headgear:
    """One piece of headgear."""

    kind: GearKind
    paint: Paint
    trim: Paint
    size: float
    volume: float
    """Of the hair that it sits on."""


def random_headgear(rng: np.random.Generator, *, hair: Paint, volume: float) -> Headgear:
    """Three of four heads are bare."""
    kinds: list[GearKind] = [
        "none",
        "beret",
        "cap",
        "hat",
        "headphones",
        "animal ears",
        "horns",
        "crown",
        "flower",
    ]
    kind = kinds[rng.choice(9, p=[0.76, 0.03, 0.04, 0.03, 0.03, 0.04, 0.025, 0.015, 0.03])]
    paint = hair if kind == "animal ears" and rng.uniform() < 0.8 else any_paint(rng)
    if kind == "crown":
        paint = paint_from(rng, rgb(0.13, 0.6, 0.9))
    return Headgear(kind, paint, any_paint(rng), rng.uniform(0.8, 1.2), volume)


def draw_headgear(easel: Easel, gear: Headgear, turn: Turn) -> None:
    """Draw it over the hair."""
    if gear.kind == "headphones":
        _draw_headphones(easel, gear, turn)
    elif gear.kind in ("animal ears", "horns"):
        _draw_pair(easel, gear, turn)
    elif gear.kind == "flower":
        if turn.is_behind:
            return
        _draw_flower(easel, gear, turn)
    elif gear.kind == "crown":
        _draw_crown(easel, gear, turn)
    elif gear.kind != "none":
        _draw_hat(easel, gear, turn)


def _ring(turn: Turn, gear: Headgear, y: float, *, out: float = 0.02, steps: int = 16) -> Points:
    """The visible half of a ring around the skull at height ``y``, from the far to the near side."""
    lon = np.linspace(turn.far_edge, turn.far_edge - np.pi, steps)
    return turn.on_skull(lon, np.full(steps, y), volume=gear.volume + out)


def _draw_hat(easel: Easel, gear: Headgear, turn: Turn) -> None:
    brow = _ring(turn, gear, -0.3)
    far, near = brow[0], brow[-1]
    middle, lift = (far + near) / 2, 0.34 * gear.size
    if gear.kind == "beret":
        lean = -0.12
        crown = curve(
            tuple(near + xy(-0.08, -0.08)),
            tuple(near + xy(0.0 + lean, -0.3)),
            tuple(middle + xy(lean, -lift - 0.1)),
            tuple(far + xy(0.05, -0.28)),
            tuple(far + xy(0.05, -0.04)),
        )
    elif gear.kind == "cap":
        crown = curve(
            tuple(near),
            tuple(near + xy(0.05, -0.22)),
            tuple(middle + xy(0.0, -lift)),
            tuple(far + xy(-0.05, -0.22)),
            tuple(far),
        )
    else:
        crown = curve(
            tuple(near + xy(0.04, 0)),
            tuple(near + xy(0.12, -0.3)),
            tuple(middle + xy(-0.12, -2.1 * lift)),
            tuple(far + xy(-0.12, -0.3)),
            tuple(far + xy(-0.04, 0)),
        )
    outline = np.concatenate([crown, brow[1:-1]])
    part = easel.part(outline, gear.paint)
    easel.model(part, outline, gear.paint, 0.1)
    band = np.concatenate([brow, (brow + xy(0, -0.07))[::-1]])
    easel.part(band, gear.trim, 0.8, within=part)
    if gear.kind == "cap" and not turn.is_behind:
        front = turn.on_skull(
            np.array([0.85, 0.0, -0.85]), np.array([-0.28, -0.24, -0.28]), volume=gear.volume
        )
        peak = turn.project([0.25, -0.25], [-0.2, -0.2], [0.66, 0.66])
        visor = smooth(np.array([front[0], peak[0], peak[1], front[2], front[1]]), closed=True, steps=5)
        brim = easel.part(visor, gear.trim)
        easel.model(brim, visor, gear.trim, 0.04)
        for lon in (-0.5, 0.5):
            seam = turn.on_skull(np.full(6, lon), np.linspace(-0.36, -0.52, 6), volume=gear.volume + 0.02)
            easel.line(seam, gear.paint, 0.8, within=part)
    elif gear.kind == "hat":
        edge = smooth(
            np.array([far + xy(0.28, 0.0), middle + xy(0, 0.16), near + xy(-0.28, 0.0), near, brow[8], far]),
            closed=True,
            steps=5,
        )
        brim = easel.part(edge, gear.paint)
        easel.shade(brim, edge + xy(0.0, 0.07), gear.paint)


def _draw_headphones(easel: Easel, gear: Headgear, turn: Turn) -> None:
    dome = turn.dome(gear.volume + 0.035, start=-np.pi + 0.1, stop=-0.1, steps=20)
    squeeze = 1 - 0.75 * turn.yaw
    arch = dome - dome.mean(axis=0) * (1, 0)
    arch = arch * (max(squeeze, 0.2), 1) + xy(float(dome[:, 0].mean()), 0)
    easel.part(tube(arch, np.full(20, 0.032)), gear.paint)
    for lon in (1.5, -1.5):
        if lon > 0 and turn.yaw > 0.25:
            continue
        at = turn.on_skull([lon], [0.08], volume=gear.volume)[0]
        cup = ellipse(float(at[0]), float(at[1]), 0.06 + 0.1 * turn.yaw, 0.16)
        part = easel.part(cup, gear.trim)
        easel.model(part, cup, gear.trim, 0.05)


def _draw_pair(easel: Easel, gear: Headgear, turn: Turn) -> None:
    for lon in (0.75, -0.75):
        root = turn.on_skull([lon - 0.28, lon + 0.28], [-0.42, -0.42], volume=gear.volume)
        middle = turn.on_skull([lon], [-0.46], volume=gear.volume)[0]
        away = np.sign(lon) * np.cos(turn.yaw * 1.2)
        if gear.kind == "horns":
            tip = middle + xy(0.2 * away, -0.3 * gear.size)
            horn = leaf(
                bow(middle + xy(0, 0.05), tip, bend=0.25 * away, steps=12), 0.07, belly=0.15, start=0.8
            )
            part = easel.part(horn, gear.paint)
            easel.model(part, horn, gear.paint, 0.04)
            continue
        tip = middle + xy(0.1 * away, -0.3 * gear.size)
        shape = np.concatenate(
            [bow(root[0] + xy(0, 0.06), tip, bend=0.1), bow(tip, root[1] + xy(0, 0.06), bend=0.1)]
        )
        ear = easel.sheet.part(shape, gear.paint, None)
        easel.line(shape, gear.paint)
        inner = (shape - middle) * 0.6 + middle + xy(0.0, -0.02)
        easel.part(inner, gear.trim, 0.6, within=ear)


def _draw_crown(easel: Easel, gear: Headgear, turn: Turn) -> None:
    low = _ring(turn, gear, -0.4)
    high = low + xy(0, -0.1)
    high[1::3] += (0, -0.11)
    outline = np.concatenate([low, high[::-1]])
    part = easel.part(outline, gear.paint)
    easel.model(part, outline, gear.paint, 0.05)
    for i in (4, 7, 10):
        at = low[i] + xy(0, -0.06)
        gem = easel.part(ellipse(float(at[0]), float(at[1]), 0.025, 0.03, steps=14), gear.trim, 0.7)
        easel.highlight(
            gem, ellipse(float(at[0]) - 0.008, float(at[1]) - 0.01, 0.009, 0.01, steps=8), gear.trim
        )


def _draw_flower(easel: Easel, gear: Headgear, turn: Turn) -> None:
    at = turn.on_skull([-0.8], [-0.26], volume=gear.volume + 0.02)[0]
    size = 0.09 * gear.size
    for a in np.linspace(0, 2 * np.pi, 5, endpoint=False):
        x, y = float(at[0]) + size * np.cos(a), float(at[1]) + size * np.sin(a)
        petal = ellipse(x, y, 0.75 * size, 0.55 * size, turn=float(a), steps=20)
        part = easel.part(petal, gear.paint, 0.8)
        easel.shade(part, petal + xy(0.3 * size, 0.4 * size), gear.paint)
    easel.part(ellipse(float(at[0]), float(at[1]), 0.4 * size, 0.4 * size, steps=16), gear.trim, 0.8)
