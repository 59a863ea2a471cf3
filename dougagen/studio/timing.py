"""The animator's timing: which drawing of a layer is on screen at which frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from dougagen.studio.design.subject import Pose

Rate = Literal["ones", "twos", "threes", "fours", "mixed", "held"]
_HOLDS: dict[str, tuple[int, ...]] = {
    "ones": (1,),
    "twos": (2,),
    "threes": (3,),
    "fours": (4,),
    "mixed": (1, 2, 2, 3, 3, 4, 6, 12),
}


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


def moving_poses(rng: np.random.Generator, start: Pose, count: int) -> tuple[Pose, ...]:
    """``count`` drawings of one movement: the whole figure turns, sways and gestures, every drawing other."""
    phase, speed = rng.uniform(0, 2 * np.pi), rng.uniform(0.25, 0.8)
    turn, reach = rng.uniform(0.1, 0.5), rng.uniform(0.3, 0.9)
    return tuple(
        replace(
            start,
            yaw=float(np.clip(start.yaw + turn * np.sin(phase + 0.37 * speed * i), -1, 1)),
            sway=float(np.sin(phase + speed * i)),
            gesture=float(np.clip(reach * np.sin(1.3 + 0.8 * speed * i), -1, 1)),
        )
        for i in range(count)
    )


def talking_poses(rng: np.random.Generator, start: Pose, count: int) -> tuple[Pose, ...]:
    """``count`` drawings in which only the mouth moves: closed, half, open, never twice the same in a row."""
    shapes = (0.0, 0.45, 1.0)
    current, poses = 0, []
    for _ in range(count):
        current = (current + int(rng.integers(1, 3))) % 3
        poses.append(replace(start, mouth=shapes[current]))
    return tuple(poses)


def blinking_poses(start: Pose, numbers: Sequence[int]) -> tuple[Pose, ...]:
    """Open, half closed, closed, half closed, open …: one blink of four drawings, then open for good."""
    lids = (1.0, 0.5, 0.0, 0.5)
    return tuple(replace(start, eyes=lids[n] if n < len(lids) else 1.0) for n in range(max(numbers) + 1))
