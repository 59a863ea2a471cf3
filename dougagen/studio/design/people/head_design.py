"""What a head is like before it is drawn: its proportions, its features, its skin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from dougagen.studio.cel.cel import Paint, Rgb
from dougagen.studio.cel.colors import hsv, paint_from, rgb
from dougagen.studio.design.curves import mixed
from dougagen.studio.design.people.eyes import EyeDesign
from dougagen.studio.design.ranges import DesignRanges

Nose = Literal["dot", "line", "wedge", "shade", "none"]


@dataclass(frozen=True, slots=True)
class HeadDesign:
    """A head without its hair."""

    skin: Paint
    jaw: float
    """0 pointed … 1 square."""
    cheek: float
    half_width: float
    eye_y: float
    eye_x: float
    eyes: EyeDesign
    nose: Nose
    nose_length: float
    mouth_y: float
    mouth_width: float
    mood: float
    """−1 frown … 1 smile."""
    teeth: bool
    lip: bool
    blush: Literal["none", "patch", "hatch", "both"]
    blush_color: Rgb
    glasses: Literal["none", "round", "square"]
    glasses_paint: Paint
    ear_tip: float
    """0 human … 1 elf."""
    ears_shown: bool
    far_shade: bool
    """The face has a hard shade on the side away from the light."""
    earring: bool
    aged: bool
    """Lines from the nose to the mouth and under the eyes."""
    beard: Paint | None


def random_head(
    rng: np.random.Generator,
    *,
    skin: Paint,
    eyes: EyeDesign,
    cute: float,
    beard: Paint | None,
    ranges: DesignRanges,
) -> HeadDesign:
    """A head from real (``cute`` 0) to doll-like (1); a ``beard`` only grows on the aged."""
    aged = bool(cute < 0.3 and rng.uniform() < 0.35)
    h, s, v = hsv(skin.base)
    blushing = ranges.chance(0.26, ranges.patches)
    return HeadDesign(
        skin=skin,
        jaw=float(np.clip(rng.normal(0.5 - 0.35 * cute, 0.2), 0, 1)),
        cheek=float(np.clip(rng.normal(0.25 + 0.5 * cute, 0.2), 0, 1)),
        half_width=mixed(0.335, 0.385, cute) * rng.uniform(0.97, 1.03),
        eye_y=mixed(0.05, 0.14, cute) + rng.normal(0, 0.012),
        eye_x=mixed(0.155, 0.178, cute),
        eyes=eyes,
        nose=rng.choice(["dot", "line", "wedge", "shade", "none"], p=[0.2, 0.38, 0.2, 0.14, 0.08]),
        nose_length=mixed(0.13, 0.03, cute) * rng.uniform(0.7, 1.2),
        mouth_y=mixed(0.345, 0.355, cute),
        mouth_width=mixed(0.11, 0.075, cute) * rng.uniform(0.7, 1.3),
        mood=float(np.clip(rng.normal(0.2, 0.5), -1, 1)),
        teeth=bool(rng.uniform() < 0.5),
        lip=bool(rng.uniform() < 0.5),
        blush=rng.choice(
            ["none", "patch", "hatch", "both"],
            p=[1 - blushing, 0.42 * blushing, 0.36 * blushing, 0.22 * blushing],
        ),
        blush_color=rgb(h - 0.04, s + 0.2, v * 0.98),
        glasses=rng.choice(["none", "round", "square"], p=[0.88, 0.05, 0.07]),
        glasses_paint=paint_from(rng, rgb(rng.uniform(), rng.uniform(0, 0.7), rng.choice([0.1, 0.3, 0.7]))),
        ear_tip=float(rng.choice([0.0, rng.uniform(0.5, 1.0)], p=[0.9, 0.1])),
        ears_shown=bool(rng.uniform() < 0.55),
        far_shade=bool(rng.uniform() < 0.2),
        earring=bool(rng.uniform() < 0.12),
        aged=aged,
        beard=beard if aged and rng.uniform() < 0.5 else None,
    )
