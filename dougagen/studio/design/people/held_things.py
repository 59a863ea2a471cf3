"""What a hand holds: a phone, a book, a cup, a stick, a blade, a bag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.colors import any_paint, paint_from, rgb
from dougagen.studio.cel.strokes import Points, ellipse
from dougagen.studio.design.curves import bow, points, tube, turned
from dougagen.studio.design.guide import Easel

HeldKind = Literal["none", "phone", "book", "cup", "stick", "blade", "bag"]


@dataclass(frozen=True, slots=True)
class HeldThing:
    """One thing in one hand."""

    kind: HeldKind
    paint: Paint
    trim: Paint
    size: float


def random_held_thing(rng: np.random.Generator) -> HeldThing:
    """Three of four hands that could hold something are empty."""
    kinds: list[HeldKind] = ["none", "phone", "book", "cup", "stick", "blade", "bag"]
    kind = kinds[rng.choice(7, p=[0.7, 0.06, 0.06, 0.05, 0.04, 0.04, 0.05])]
    paint = paint_from(rng, rgb(0.6, 0.08, 0.85)) if kind == "blade" else any_paint(rng)
    return HeldThing(kind, paint, any_paint(rng), float(rng.uniform(0.8, 1.25)))


def draw_held_thing(easel: Easel, thing: HeldThing, *, palm: Points, angle: float, size: float) -> None:
    """The thing in a hand of ``size`` units at ``palm`` that points to ``angle``; fingers come over it."""
    if thing.kind == "none" or easel.detail * size < 12:
        return
    s = thing.size * size
    to = (float(palm[0]), float(palm[1]))

    def laid(*knots: tuple[float, float]) -> Points:
        return turned(points(*knots) * s, angle - np.pi / 2, to=to)

    if thing.kind == "bag":
        strap = tube(bow(palm, palm + np.array([0.05, 1.1 * s]), bend=0.25, steps=8), np.full(8, 0.05 * s))
        easel.part(strap, thing.trim)
        x, y = to
        body = points(
            (x - 0.9 * s, y + 0.9 * s), (x + 0.9 * s, y + 0.9 * s), (x + s, y + 2.1 * s), (x - s, y + 2.1 * s)
        )
        part = easel.part(body, thing.paint)
        easel.model(part, body, thing.paint, 0.25 * s)
        easel.line(body[:2] + np.array([0.0, 0.35 * s]), thing.paint, 0.8, within=part)
        return
    if thing.kind in ("stick", "blade"):
        grip = laid((-1.0, -0.09), (0.9, -0.09), (0.9, 0.09), (-1.0, 0.09))
        part = easel.part(grip, thing.trim)
        easel.model(part, grip, thing.trim, 0.05 * s)
        if thing.kind == "blade":
            edge = laid((0.9, -0.16), (5.2, -0.1), (5.6, 0.06), (0.9, 0.16))
            blade = easel.part(edge, thing.paint)
            easel.shade(blade, laid((0.9, 0.02), (5.6, 0.0), (5.6, 0.3), (0.9, 0.3)), thing.paint)
            easel.highlight(blade, laid((1.4, -0.1), (3.0, -0.08), (3.0, -0.03), (1.4, -0.03)), thing.paint)
            easel.part(laid((0.8, -0.4), (1.0, -0.4), (1.0, 0.4), (0.8, 0.4)), thing.trim)
        return
    corners = {
        "phone": ((-0.45, -0.25), (0.85, -0.25), (0.85, 0.35), (-0.45, 0.35)),
        "book": ((-0.9, -0.5), (0.9, -0.5), (0.9, 0.8), (-0.9, 0.8)),
        "cup": ((-0.5, -0.35), (0.5, -0.42), (0.5, 0.42), (-0.5, 0.35)),
    }[thing.kind]
    outline = laid(*corners)
    part = easel.part(outline, thing.paint)
    easel.model(part, outline, thing.paint, 0.14 * s)
    if thing.kind == "book":
        easel.line(laid((-0.75, -0.5), (-0.75, 0.8)), thing.paint, 0.8, within=part)
        easel.sheet.patch(part, laid((-0.4, -0.2), (0.6, -0.2), (0.6, 0.1), (-0.4, 0.1)), thing.trim.base)
    elif thing.kind == "phone":
        lens = turned(ellipse(0.62 * s, 0.2 * s, 0.09 * s, 0.09 * s, steps=14), angle - np.pi / 2, to=to)
        easel.part(lens, thing.trim, 0.7)
    else:
        easel.highlight(part, laid((-0.3, -0.28), (0.3, -0.32), (0.3, -0.2), (-0.3, -0.18)), thing.paint)
