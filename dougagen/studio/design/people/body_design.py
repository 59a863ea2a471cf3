"""What a body is like before it is drawn: its build, its clothes, what it does and holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dougagen.studio.design.curves import XY, mixed
from dougagen.studio.design.people.actions import Action, random_action
from dougagen.studio.design.people.figure import Figure
from dougagen.studio.design.people.held_things import HeldThing, random_held_thing
from dougagen.studio.design.people.stance import stance_of
from dougagen.studio.design.people.wardrobe import Outfit, random_outfit
from dougagen.studio.design.ranges import DesignRanges


@dataclass(frozen=True, slots=True)
class BodyDesign:
    """Proportions, clothes, and what the body does when a pose asks for nothing else."""

    figure: Figure
    outfit: Outfit
    action: Action
    held: tuple[HeldThing, HeldThing]
    """In the right hand, then the left one; drawn only in a fist."""
    view: float
    """Radians: the camera looks down on the figure > 0, or up."""

    def hand_at(self) -> XY:
        """Where the picture's left hand is in the middle of its gesture."""
        stance = stance_of(
            self.figure, self.action, yaw=0.0, gesture=0.0, facing=1.0, view=self.view, is_behind=False
        )
        wrist = stance.arms[0].joints[2] + 0.1 * stance.arms[0].end
        return float(wrist[0]), float(wrist[1])


def random_body(rng: np.random.Generator, *, boyish: bool, cute: float, ranges: DesignRanges) -> BodyDesign:
    """A body, its clothes and its habit."""
    small = float(rng.choice([0.0, rng.uniform(0.3, 1.0)], p=[0.86, 0.14]))
    k = mixed(1.0, 0.42, small)
    wide = (
        (0.58 if boyish else 0.46) * rng.uniform(0.92, 1.18) * mixed(1.12, 0.95, cute) * mixed(1, 0.72, small)
    )
    figure = Figure(
        shoulder_y=mixed(0.82, 0.66, small),
        shoulders=wide,
        torso=1.75 * k * rng.uniform(0.95, 1.08),
        waist=wide * (0.8 if boyish else 0.66),
        hips=wide * (0.82 if boyish else 0.9),
        legs=2.75 * k * rng.uniform(0.92, 1.2),
        arm=1.0 * mixed(1, 0.5, small) * rng.uniform(0.94, 1.06),
        limb=(0.135 if boyish else 0.1) * mixed(1, 0.9, small),
        neck=(0.155 if boyish else 0.118) * rng.uniform(0.92, 1.12) * mixed(1, 0.8, small),
        bust=0.0 if boyish else rng.uniform(0.0, 1.0),
        hand=mixed(0.53, 0.36, max(small, 0.4 * cute)),
        stance=float(rng.choice([0.0, rng.uniform(0.05, 0.35)])),
    )
    return BodyDesign(
        figure,
        random_outfit(rng, boyish=boyish, ranges=ranges),
        random_action(rng, share=ranges.action),
        (random_held_thing(rng), random_held_thing(rng)),
        float(rng.choice([rng.normal(0.05, 0.1), rng.uniform(-0.5, 0.75)], p=[0.72, 0.28])),
    )
