"""Framing: how large the subjects are in the frame, and where (the shot sizes of a storyboard)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dougagen.studio.design.abstract import random_abstract
from dougagen.studio.design.character import random_character
from dougagen.studio.design.creatures import random_creature
from dougagen.studio.design.machines import random_machine
from dougagen.studio.design.phenomena import random_phenomenon
from dougagen.studio.design.props import random_prop
from dougagen.studio.design.subject import Pose, Subject


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A subject, where it stands in the picture, and its pose there."""

    subject: Subject
    placement: NDArray[np.float64]
    """float64[2, 3]: from the subject's coordinates to pixels."""
    pose: Pose


_THINGS: tuple[tuple[Callable[[np.random.Generator], Subject], float], ...] = (
    (random_abstract, 0.34),
    (random_prop, 0.24),
    (random_creature, 0.16),
    (random_machine, 0.16),
    (random_phenomenon, 0.10),
)
_CHARACTER_SIZES = (
    # name, share, pixels of one unit as a share of the frame's lines (a head is about one unit high)
    ("extreme close-up", 0.12, (1.1, 2.6)),
    ("close-up", 0.26, (0.55, 1.0)),
    ("bust", 0.28, (0.28, 0.5)),
    ("medium", 0.18, (0.15, 0.27)),
    ("long", 0.16, (0.06, 0.14)),
)


def random_pose(rng: np.random.Generator) -> Pose:
    """Any pose: mostly facing the camera's side, mostly eyes open, mouth often closed."""
    return Pose(
        yaw=float(np.clip(rng.normal(0, 0.45), -1, 1)),
        pitch=float(np.clip(rng.normal(0, 0.35), -1, 1)),
        mouth=float(rng.choice([0.0, rng.uniform(0.1, 1.0)])),
        eyes=float(rng.choice([1.0, rng.uniform(0.0, 1.0), 0.0], p=[0.72, 0.18, 0.1])),
        gaze=float(rng.uniform(-1, 1)),
        sway=float(rng.uniform(-1, 1)),
        gesture=float(rng.uniform(-1, 1)),
    )


def placement(
    scale: float, x: float, y: float, *, turn: float = 0.0, mirrored: bool = False
) -> NDArray[np.float64]:
    """Scale and turn (radians) about the subject's origin, which comes to (x, y) pixels."""
    c, s = scale * np.cos(turn), scale * np.sin(turn)
    flip = -1.0 if mirrored else 1.0
    return np.array([[flip * c, -s, x], [flip * s, c, y]])


def frame_subjects(rng: np.random.Generator, *, lines: int, height: int, width: int) -> tuple[Placed, ...]:
    """Who is in a window of ``height`` × ``width`` pixels of a frame of ``lines``, from back to front.

    About 7 % of the pictures are empty and 4 % a crowd; two thirds of the subjects are characters.
    """
    cast = rng.choice(["nobody", "one", "two", "several", "crowd"], p=[0.07, 0.49, 0.27, 0.13, 0.04])
    if cast == "nobody":
        return ()
    if cast == "crowd":
        return _crowd(rng, lines=lines, height=height, width=width)
    count = {"one": 1, "two": 2, "several": int(rng.integers(3, 6))}[str(cast)]
    placed = [_one(rng, lines=lines, height=height, width=width) for _ in range(count)]
    return tuple(sorted(placed, key=lambda p: abs(float(p.placement[1, 1]))))


def _one(rng: np.random.Generator, *, lines: int, height: int, width: int) -> Placed:
    turn = float(rng.normal(0, 0.12))
    mirrored = bool(rng.uniform() < 0.5)
    x, y = width * rng.uniform(0.08, 0.92), height * rng.uniform(0.15, 0.85)
    if rng.uniform() < 0.66:
        sizes = [share for _, share, _ in _CHARACTER_SIZES]
        _, _, (low, high) = _CHARACTER_SIZES[rng.choice(len(_CHARACTER_SIZES), p=sizes)]
        scale = lines * float(np.exp(rng.uniform(np.log(low), np.log(high))))
        y -= scale * float(rng.choice([0.0, rng.uniform(0.0, 2.2)]))  # below the head: chest, hands, cloth
        return Placed(
            random_character(rng), placement(scale, x, y, turn=turn, mirrored=mirrored), random_pose(rng)
        )
    shares = [share for _, share in _THINGS]
    subject = _THINGS[rng.choice(len(_THINGS), p=shares)][0](rng)
    scale = lines * float(np.exp(rng.uniform(np.log(0.06), np.log(0.75))))
    return Placed(subject, placement(scale, x, y, turn=2 * turn, mirrored=mirrored), random_pose(rng))


def _crowd(rng: np.random.Generator, *, lines: int, height: int, width: int) -> tuple[Placed, ...]:
    designs = [random_character(rng) for _ in range(int(rng.integers(3, 6)))]
    unit = lines * float(rng.uniform(0.05, 0.13))
    rows = []
    for depth in np.linspace(0.75, 1.2, int(rng.integers(2, 4))):
        y = height * rng.uniform(0.1, 0.6)
        for x in np.arange(-unit, width + unit, unit * rng.uniform(1.3, 2.4)):
            subject = designs[rng.integers(len(designs))]
            at = placement(unit * depth, x + rng.normal(0, 0.2 * unit), y + rng.normal(0, 0.2 * unit),
                           mirrored=bool(rng.uniform() < 0.5))  # fmt: skip
            rows.append(Placed(subject, at, random_pose(rng)))
    return tuple(rows[:28])
