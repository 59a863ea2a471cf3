"""What but people can be in a shot: one door to every such design."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dougagen.studio.design.ranges import NATURAL, DesignRanges
from dougagen.studio.design.subject import Subject
from dougagen.studio.design.things.abstract import random_abstract
from dougagen.studio.design.things.creatures import random_creature
from dougagen.studio.design.things.machines import random_machine
from dougagen.studio.design.things.phenomena import random_phenomenon
from dougagen.studio.design.things.props import random_prop

_THINGS: tuple[tuple[Callable[..., Subject], float], ...] = (
    (random_abstract, 0.34),
    (random_prop, 0.24),
    (random_creature, 0.16),
    (random_machine, 0.16),
    (random_phenomenon, 0.10),
)


def random_thing(rng: np.random.Generator, *, ranges: DesignRanges = NATURAL) -> Subject:
    """A thing, an animal, a machine, anything but a character: it fills about [−1, 1]."""
    shares = [share for _, share in _THINGS]
    return _THINGS[rng.choice(len(_THINGS), p=shares)][0](rng, ranges=ranges)
