"""The timesheet of one layer: which of its drawings is on screen at which frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

Rate = Literal["ones", "twos", "threes", "fours", "mixed", "held"]
_MOVING_PARTS = ((1, 1, 1), (1, 1, 0), (0, 1, 0), (0, 1, 1))
"""Head, hair and cloth, arms: 1 where it moves."""
Change = dict[str, Any]
"""Fields of ``Pose`` and their values: what one drawing of a track sets."""
_HOLDS: dict[str, tuple[int, ...]] = {
    "ones": (1,),
    "twos": (2,),
    "threes": (3,),
    "fours": (4,),
    "mixed": (1, 2, 2, 3, 3, 4, 6, 12),
}


@dataclass(frozen=True, slots=True)
class Track:
    """One column of the sheet: a body, a mouth, the lids. Each keeps its own time."""

    name: str
    numbers: tuple[int | None, ...]
    """Drawing on screen at each frame, None where the column is empty and nothing of the layer shows."""
    drawings: tuple[Change, ...] = field(default=({},))
    """What each drawing sets in the pose of whoever acts."""

    def exposures(self) -> list[tuple[int, int, int]]:
        """``(start, stop, drawing)`` for every hold, half-open."""
        return exposures(self.numbers)


def exposures(numbers: Sequence[int | None]) -> list[tuple[int, int, int]]:
    """``(start, stop, number)`` of every run in ``numbers``: A A B B A → (0, 2, A) (2, 4, B) (4, 5, A)."""
    runs: list[tuple[int, int, int]] = []
    start = 0
    for i in range(1, len(numbers) + 1):
        if i == len(numbers) or numbers[i] != numbers[start]:
            number = numbers[start]
            if number is not None:
                runs.append((start, i, number))
            start = i
    return runs


def drawing_numbers(rng: np.random.Generator, *, frames: int, rate: Rate) -> tuple[int, ...]:
    """The number of the drawing at each frame, 0-based: ``twos`` → 0 0 1 1 2 2 …"""
    if rate == "held":
        return (0,) * frames
    numbers: list[int] = []
    drawing = 0
    while len(numbers) < frames:
        numbers += [drawing] * int(rng.choice(_HOLDS[rate]))
        drawing += 1
    return tuple(numbers[:frames])


def cycled(numbers: Sequence[int], cycle: Sequence[int]) -> tuple[int, ...]:
    """The drawings of ``cycle`` over and over in the time of ``numbers``: cycle 0 1 2 1 → A B C B A B C B."""
    return tuple(cycle[n % len(cycle)] for n in numbers)


def long_holds(rng: np.random.Generator, *, frames: int, shortest: int = 16) -> tuple[int, ...]:
    """A few drawings, each held for ``shortest`` frames and more, now and then a short move between two."""
    numbers: list[int] = []
    drawing = 0
    while len(numbers) < frames:
        numbers += [drawing] * int(rng.integers(shortest, 2 * shortest))
        drawing += 1
        for _ in range(int(rng.choice([0, 2, 3]))):
            numbers += [drawing] * 2
            drawing += 1
    return tuple(numbers[:frames])


def talking(rng: np.random.Generator, *, frames: int, every: int = 2) -> Track:
    """A mouth: closed, half, open at random, with pauses in which it stays shut."""
    numbers: list[int] = []
    current = 0
    while len(numbers) < frames:
        if rng.uniform() < 0.12:
            current = 0
            numbers += [0] * int(rng.integers(6, 14))
            continue
        current = (current + int(rng.integers(1, 3))) % 3
        numbers += [current] * every
    return Track("mouth", tuple(numbers[:frames]), ({"mouth": 0.0}, {"mouth": 0.45}, {"mouth": 1.0}))


def blinking(
    rng: np.random.Generator, *, frames: int, every: int = 2, pause: tuple[int, int] = (14, 36)
) -> Track:
    """Lids: open for a while, half, closed, half, open; drawing 1 comes back in every blink."""
    numbers: list[int] = []
    while len(numbers) < frames:
        numbers += [0] * int(rng.integers(*pause))
        for lid in (1, 2, 1):
            numbers += [lid] * every
    return Track("eyes", tuple(numbers[:frames]), ({"eyes": 1.0}, {"eyes": 0.45}, {"eyes": 0.0}))


def moving(rng: np.random.Generator, *, frames: int, rate: Rate) -> Track:
    """A body that turns, sways and gestures: every drawing another one."""
    numbers = drawing_numbers(rng, frames=frames, rate=rate)
    pace = 0.6 if rate == "ones" else 1.0  # what moves on ones is smooth
    return Track("body", numbers, movement(rng, max(numbers) + 1, pace=pace))


def movement(rng: np.random.Generator, count: int, *, pace: float = 1.0) -> tuple[Change, ...]:
    """``count`` drawings of one movement, each so far from the last that an animator would draw it.

    As in limited animation often only a part moves: the head, the hair and cloth in the wind, or an arm. A
    swing after a sine would creep at its turning points: there drawings differ by less than a pixel, and
    nobody draws those. ``pace`` stretches the steps.
    """
    head, wind, arm = _MOVING_PARTS[rng.choice(len(_MOVING_PARTS), p=[0.46, 0.2, 0.14, 0.2])]
    turn, reach, nod = rng.uniform(0.15, 0.4), rng.uniform(0.5, 0.95), rng.uniform(0.0, 0.25)
    middle = rng.uniform(-0.35, 0.35)
    yaw, pitch, sway, gesture = (_swings(rng, count, pace=pace) for _ in range(4))
    return tuple(
        {
            "yaw": float(np.clip(middle + head * turn * yaw[i], -1, 1)),
            "pitch": float(head * nod * pitch[i]),
            "sway": float(sway[i * wind]),
            "gesture": float(reach * gesture[i * arm]),
        }
        for i in range(count)
    )


def _swings(rng: np.random.Generator, count: int, *, pace: float) -> list[float]:
    """To and fro in [−1, 1]: every step between a third and two thirds of the half way, times ``pace``."""
    place, side, places = float(rng.uniform(-1, 1)), float(rng.choice([-1, 1])), []
    for _ in range(count):
        places.append(place)
        step = pace * float(rng.uniform(0.35, 0.7))
        if abs(place + side * step) > 1:
            side = -side
        place += side * step
    return places
