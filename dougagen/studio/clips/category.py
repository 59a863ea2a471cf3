"""What a category of clips is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from dougagen.studio.clips.shot_plan import ShotPlan
from dougagen.studio.delivery.clips import FILM_RATE, ClipDelivery

Planner = Callable[[np.random.Generator], list[ShotPlan]]


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of clip."""

    name: str
    plan: Planner
    delivery: ClipDelivery = field(default_factory=ClipDelivery)
    frame_rate: Fraction = FILM_RATE
    """Of what is filmed: fields a second for native 60i video."""
    grain: tuple[float, float] = (0.0, 0.0)
    """σ in 8-bit levels, from … to."""
    weave: float = 0.0
    """σ in pixels at 1080 lines."""
    subtitles: bool = False
    variable_rate: bool = False


def some_frames(rng: np.random.Generator, least: int = 42, most: int = 64) -> int:
    """How long a shot is."""
    return int(rng.integers(least, most + 1))
