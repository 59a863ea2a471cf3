"""What somebody does in a shot, by the words of a storyboard: their timesheet and the pose they begin in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dougagen.studio.clips.camera import View
from dougagen.studio.clips.exposure_sheet import (
    Change,
    Rate,
    Track,
    blinking,
    cycled,
    drawing_numbers,
    long_holds,
    movement,
    moving,
    talking,
)
from dougagen.studio.clips.shot import Actor
from dougagen.studio.design.people.character import Character, random_character
from dougagen.studio.design.subject import Pose, Subject, placement
from dougagen.studio.design.things.abstract import random_abstract
from dougagen.studio.design.things.creatures import random_creature
from dougagen.studio.design.things.machines import random_machine
from dougagen.studio.design.things.phenomena import random_phenomenon
from dougagen.studio.design.things.props import random_prop

Acting = Literal[
    "moves", "talks", "blinks", "speaks", "acts", "cycles", "walks", "runs", "rests", "bursts", "no cel"
]
"""``moves``: one drawing after the other. ``talks``, ``blinks``: only the mouth, only the lids. ``speaks``:
mouth and lids over a held body. ``acts``: body, mouth and lids each in their own time. ``cycles``: a few
drawings over and over; ``walks`` and ``runs``: those of a gait. ``rests``: long holds. ``bursts``: something
explodes over whoever stands there. ``no cel``: nobody."""
Framing = Literal["extreme close-up", "close-up", "bust", "medium", "long"]
_UNITS: dict[str, tuple[float, float]] = {
    "extreme close-up": (0.95, 1.4),
    "close-up": (0.6, 0.9),
    "bust": (0.32, 0.5),
    "medium": (0.2, 0.3),
    "long": (0.11, 0.17),
}
"""Pixels of one unit of the subject as a share of the lines; a head is about one unit high."""
_EVERY = {"ones": 1, "twos": 2, "threes": 3, "fours": 4}
_GAITS = {"walks": "walk", "runs": "run"}
SUBJECTS: dict[str, Callable[[np.random.Generator], Subject]] = {
    "character": random_character,
    "creature": random_creature,
    "machine": random_machine,
    "prop": random_prop,
    "phenomenon": random_phenomenon,
    "abstract": random_abstract,
}
_BODIES = ("fight", "turn", "lean in", "bow")
"""What a whole body may do on its feet beside standing (names of ``design.people.actions``)."""


def held_body(frames: int) -> Track:
    """One drawing for the whole shot."""
    return Track("body", (0,) * frames)


def tracks_for(rng: np.random.Generator, action: Acting, *, rate: Rate, frames: int) -> tuple[Track, ...]:
    """The timesheet of whoever acts, a track for each part that keeps its own time."""
    every = _EVERY.get(rate, 2)
    if action in ("talks", "blinks", "speaks"):
        mouth = (talking(rng, frames=frames, every=every),) if action != "blinks" else ()
        lids = (blinking(rng, frames=frames),) if action != "talks" else ()
        return (held_body(frames), *mouth, *lids)
    if action == "acts":
        return (
            moving(rng, frames=frames, rate=rate),
            talking(rng, frames=frames),
            blinking(rng, frames=frames),
        )
    if action == "cycles":
        cycle = (0, 1, 2, 1) if rng.uniform() < 0.5 else tuple(range(int(rng.integers(3, 7))))
        numbers = cycled(drawing_numbers(rng, frames=frames, rate=rate), cycle)
        return (Track("body", numbers, _swing(rng, max(cycle) + 1)),)
    if action in _GAITS:
        stride = _stride(drawings=int(rng.choice([4, 6, 8])))
        numbers = cycled(drawing_numbers(rng, frames=frames, rate=rate), range(len(stride)))
        return (Track("body", numbers, stride),)
    if action == "rests":
        numbers = long_holds(rng, frames=frames)
        return (Track("body", numbers, movement(rng, max(numbers) + 1)),)
    if action == "bursts":
        return (held_body(frames),)
    return (moving(rng, frames=frames, rate=rate),)


def _swing(rng: np.random.Generator, count: int) -> tuple[Change, ...]:
    """The drawings of a cycle: all of a swing, so that each differs well from the others."""
    turn, reach = rng.uniform(0.1, 0.35), rng.uniform(0.6, 1.0)
    return tuple(
        {
            "yaw": float(turn * np.sin(2.4 * i / max(count - 1, 1))),
            "sway": float(np.sin(2 * np.pi * i / count)),
            "gesture": float(reach * (2 * i / max(count - 1, 1) - 1)),
        }
        for i in range(count)
    )


def _stride(*, drawings: int) -> tuple[Change, ...]:
    """Two steps: from one key drawing of the gait to the other and back."""
    phases = 2 * np.pi * np.arange(drawings) / drawings
    return tuple({"gesture": float(-np.cos(p)), "sway": float(0.8 * np.sin(p + 0.5))} for p in phases)


def opening_pose(rng: np.random.Generator, action: Acting, *, heading: float) -> Pose:
    """How somebody stands at the beginning; ``heading`` −1 or 1 is where a gait goes on the screen."""
    if action in _GAITS:
        return Pose(yaw=heading * float(rng.uniform(0.55, 0.9)), action=_GAITS[action])
    faces = action in ("talks", "blinks", "speaks", "acts")
    body = str(rng.choice(_BODIES)) if not faces and rng.uniform() < 0.3 else None
    return Pose(
        yaw=float(rng.uniform(-0.45, 0.45)),
        pitch=float(rng.uniform(-0.15, 0.15)),
        gaze=float(rng.uniform(-0.5, 0.5)),
        tilt=float(np.clip(rng.normal(0, 0.08), -0.25, 0.25)),
        gesture=float(rng.uniform(-1, 1)),
        sway=float(rng.uniform(-1, 1)),
        action=body,
    )


def stood(
    rng: np.random.Generator, subject: Subject, framing: str, *, size: float | None, height: int, place: float
) -> NDArray[np.float64]:
    """Where a subject stands in the frame at rest, float64[2, 3]; ``place`` is its x in pixels.

    ``whole`` brings a character into the picture from the crown to the soles.
    """
    if framing == "whole" and isinstance(subject, Character) and size is None:
        _, middle, radius = subject.points_of_interest["whole"]
        unit = height * float(rng.uniform(0.38, 0.46)) / radius
        return placement(unit, place, height * float(rng.uniform(0.5, 0.54)) - unit * middle)
    share = size if size is not None else float(rng.uniform(*_UNITS.get(framing, _UNITS["medium"])))
    unit = share * height * float(rng.uniform(0.93, 1.07))
    return placement(unit, place, height * float(rng.uniform(0.4, 0.5)))


def burst(rng: np.random.Generator, frames: int, view: View, *, height: int, width: int) -> Actor:
    """Smoke, fire or sparks that come, move on twos and go."""
    start = int(rng.integers(2, max(frames // 3, 3)))
    stop = max(int(frames * rng.uniform(0.7, 0.95)), start + 1)
    numbers = drawing_numbers(rng, frames=stop - start, rate="twos")
    column = (None,) * start + numbers + (None,) * (frames - stop)
    at = placement(
        height * float(rng.uniform(0.4, 0.8)),
        width * float(rng.uniform(0.35, 0.65)) + view.x,
        height * float(rng.uniform(0.4, 0.65)) + view.y,
    )
    track = Track("effect", column, movement(rng, 1 + max(numbers)))
    return Actor("effect", random_phenomenon(rng), at, Pose(), (track,))
