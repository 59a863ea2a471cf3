"""Which family a seed belongs to, and who draws for it: the one place that asks.

Two families go over the same stand. All that networks learn from is of the training family; the held-out one
is kept for evaluation, and other code draws it (``held_out``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dougagen.errors import UsageError
from dougagen.studio.background.books import paint_book
from dougagen.studio.background.joined import paint_joined, paint_pattern_wall
from dougagen.studio.background.painting import paint_background
from dougagen.studio.delivery.stills import Codecs, any_codec
from dougagen.studio.design.cast import random_thing
from dougagen.studio.design.people.character import random_character
from dougagen.studio.design.ranges import DesignRanges
from dougagen.studio.design.subject import Subject
from dougagen.studio.held_out.backgrounds import paint_held_out, paint_held_out_book
from dougagen.studio.held_out.codecs import held_out_codec
from dougagen.studio.held_out.people import random_held_out_person
from dougagen.studio.held_out.things import random_held_out_thing
from dougagen.studio.profiles import HELD_OUT, TRAINING, Profile, profile_named

HELD_OUT_SEEDS = range(1_000_000, 2_000_000)
"""Seeds kept for evaluation: training and ``synth`` without ``--held-out`` stay below them."""


class Designer(Protocol):
    """Somebody or something that can be drawn."""

    def __call__(self, rng: np.random.Generator, *, ranges: DesignRanges) -> Subject: ...


class Painter(Protocol):
    """A painted layer: uint8[height, width, 3] RGB, or 4 channels of a book."""

    def __call__(self, rng: np.random.Generator, *, height: int, width: int) -> NDArray[np.uint8]: ...


@dataclass(frozen=True, slots=True)
class Family:
    """Those who draw the scenes of some seeds."""

    person: Designer
    thing: Designer
    background: Painter
    pattern_wall: Painter
    """A background that is one pattern of cells; profiles ask for it, as for the next."""
    joined: Painter
    """One background seen through, above or beside another."""
    book: Painter
    codecs: Codecs


TRAINING_FAMILY = Family(
    person=random_character,
    thing=random_thing,
    background=paint_background,
    pattern_wall=paint_pattern_wall,
    joined=paint_joined,
    book=paint_book,
    codecs=any_codec,
)
HELD_OUT_FAMILY = Family(
    person=random_held_out_person,
    thing=random_held_out_thing,
    background=paint_held_out,
    pattern_wall=paint_held_out,  # its profile asks for neither
    joined=paint_held_out,
    book=paint_held_out_book,
    codecs=held_out_codec,
)


def family_of(profile: Profile) -> Family:
    """Those who draw for ``profile``."""
    return HELD_OUT_FAMILY if profile.is_held_out else TRAINING_FAMILY


def is_held_out(seed: int) -> bool:
    """Whether ``seed`` is kept for evaluation."""
    return seed in HELD_OUT_SEEDS


def profile_of(seed: int, profile: Profile | str | None = None) -> Profile:
    """The family goes by the seed: ``HELD_OUT`` for held-out seeds, else ``profile`` or ``TRAINING``.

    A name is one of ``PROFILES`` and leaves held-out seeds as they are. Raises UsageError where a profile of
    one family is asked for a seed of the other, ConfigError for a name that no profile has.
    """
    if isinstance(profile, str):
        profile = None if is_held_out(seed) else profile_named(profile)
    if profile is None:
        return HELD_OUT if is_held_out(seed) else TRAINING
    if profile.is_held_out != is_held_out(seed):
        raise UsageError(
            f"seed {seed} does not belong to profile {profile.name!r}",
            remedy=f"held-out seeds, and only they, lie in {HELD_OUT_SEEDS.start} to {HELD_OUT_SEEDS.stop}",
        )
    return profile


def require_one_family(seeds: range) -> None:
    """Raises UsageError for no seeds at all, and for a range that reaches from one family into the other."""
    if not seeds:
        raise UsageError("no scenes were asked for", remedy="--scenes must be at least 1")
    if is_held_out(seeds[0]) != is_held_out(seeds[-1]):
        raise UsageError(
            f"seeds {seeds.start} to {seeds.stop} mix training and held-out scenes",
            remedy=f"held-out seeds begin at {HELD_OUT_SEEDS.start}",
        )
