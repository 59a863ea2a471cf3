"""Clips of the held-out family: timesheets and cameras of the others, drawn by those kept for measuring."""

from __future__ import annotations

import numpy as np

from dougagen.errors import UsageError
from dougagen.studio.clips.artists import Artists
from dougagen.studio.clips.categories import CATEGORIES, plan_category
from dougagen.studio.clips.production import PlannedClip
from dougagen.studio.design.subject import Subject
from dougagen.studio.family import HELD_OUT_FAMILY, is_held_out
from dougagen.studio.profiles import HELD_OUT

_MEASURED = 25
CLIP_CATEGORIES = tuple(CATEGORIES)[:_MEASURED]
"""The names of the categories, in an order and number that do not change: held-out seeds go by both. Those
that came later are for timing."""


def _held_out_subject(kind: str, rng: np.random.Generator) -> Subject:
    designer = HELD_OUT_FAMILY.person if kind == "character" else HELD_OUT_FAMILY.thing
    return designer(rng, ranges=HELD_OUT.ranges)


HELD_OUT_ARTISTS = Artists(_held_out_subject, HELD_OUT_FAMILY.background, HELD_OUT_FAMILY.book)


def plan_held_out_clip(category: str, *, seed: int, lines: int = 480) -> PlannedClip:
    """A clip of a category whose people, things and boards no network has learned from.

    Raises UsageError for a category that is not in the catalogue, and for a seed of the training family.
    """
    if not is_held_out(seed):
        raise UsageError(f"{seed} is no held-out seed", remedy="they lie from 1000000 to 1999999")
    return plan_category(category, seed=seed, lines=lines, artists=HELD_OUT_ARTISTS)
