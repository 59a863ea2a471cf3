"""Who and what can be in a shot: one door to every design, by family."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from dougagen.studio.design.abstract import random_abstract
from dougagen.studio.design.character import random_character
from dougagen.studio.design.creatures import random_creature
from dougagen.studio.design.heldout_people import random_held_out_person
from dougagen.studio.design.heldout_things import random_held_out_thing
from dougagen.studio.design.machines import random_machine
from dougagen.studio.design.phenomena import random_phenomenon
from dougagen.studio.design.props import random_prop
from dougagen.studio.design.ranges import NATURAL, DesignRanges
from dougagen.studio.design.subject import Subject

Family = Literal["studio", "held out"]
"""``held out``: the subjects of the evaluation set alone, drawn by other code (``heldout.py``)."""

_THINGS: tuple[tuple[Callable[..., Subject], float], ...] = (
    (random_abstract, 0.34),
    (random_prop, 0.24),
    (random_creature, 0.16),
    (random_machine, 0.16),
    (random_phenomenon, 0.10),
)


def random_subject(
    rng: np.random.Generator, *, family: Family = "studio", ranges: DesignRanges = NATURAL
) -> Subject:
    """Somebody or something; ``ranges.characters`` of them are characters."""
    if rng.uniform() < ranges.characters:
        return random_person(rng, family=family, ranges=ranges)
    return random_thing(rng, family=family, ranges=ranges)


def random_person(
    rng: np.random.Generator, *, family: Family = "studio", ranges: DesignRanges = NATURAL
) -> Subject:
    """A character: the head's centre at (0, 0), about one unit high."""
    if family == "held out":
        return random_held_out_person(rng, ranges=ranges)
    return random_character(rng, ranges=ranges)


def random_thing(
    rng: np.random.Generator, *, family: Family = "studio", ranges: DesignRanges = NATURAL
) -> Subject:
    """No character: it fills about [−1, 1]."""
    if family == "held out":
        return random_held_out_thing(rng, ranges=ranges)
    shares = [share for _, share in _THINGS]
    return _THINGS[rng.choice(len(_THINGS), p=shares)][0](rng, ranges=ranges)
