"""Things that are drawn as cels because somebody holds, throws or uses them."""

from __future__ import annotations

import numpy as np

from dougagen.studio.design.guide import random_guide
from dougagen.studio.design.ranges import NATURAL, DesignRanges
from dougagen.studio.design.subject import Subject
from dougagen.studio.design.things import carried, household
from dougagen.studio.design.things.forms import (
    Drawing,
    picked,
)


def random_prop(rng: np.random.Generator, *, ranges: DesignRanges = NATURAL) -> Subject:
    """A thing that fills about [−0.9, 0.9]; ``pose.gesture`` turns it, ``pose.sway`` moves what hangs."""
    return picked(rng, _DRAWINGS, random_guide(rng, ranges))


_DRAWINGS: tuple[tuple[Drawing, float], ...] = tuple(
    (drawing, 1.0)
    for drawing in (
        household.cup, household.bowl, carried.book, carried.phone, carried.bag, household.box, carried.ball,
        carried.sword, carried.umbrella, household.bottle, carried.guitar, household.food, carried.letter,
        household.chair, household.plush, household.clock, carried.hat, household.lantern, carried.gun,
        household.leafy,
    )
)  # fmt: skip
