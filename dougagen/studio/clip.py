"""Shots in motion: layers on a timesheet, a camera over them, and truth exact to the frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import CelMask, Douga, Triplet
from dougagen.studio.background import paint_wide_background
from dougagen.studio.celsheet import Cel, CelSheet, stacked
from dougagen.studio.composite import composited
from dougagen.studio.design.character import random_character
from dougagen.studio.design.subject import Pose, Subject
from dougagen.studio.douga_truth import cel_mask_of, douga_of
from dougagen.studio.framing import placement
from dougagen.studio.timing import (
    Rate,
    blinking_poses,
    drawing_numbers,
    moving_poses,
    talking_poses,
)

Camera = Literal["still", "background pans", "pan", "cel slides"]
Action = Literal["moves", "talks", "blinks", "no cel"]


@dataclass(frozen=True, slots=True)
class ShotPlan:
    """One line of the storyboard."""

    seed: int
    frames: int
    action: Action = "moves"
    rate: Rate = "threes"
    camera: Camera = "still"
    speed: float = 0.0
    """Pixels a frame at 1080 lines that the camera, background or cel moves."""
    size: float = 0.4
    """Pixels of one unit of the subject as a share of the lines; a head is about one unit high."""
    cast: int = 1
    """How many characters; only the last one acts, the others hold."""


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A planned shot with its drawings made: what is on screen at every frame."""

    background: NDArray[np.uint8]
    """uint8[H, W', 3], wider than the frame by what the camera crosses."""
    held: Cel | None
    """The characters that do not act."""
    drawings: tuple[Cel, ...]
    """The acting layer's drawings; empty in a shot without a cel."""
    numbers: tuple[int, ...]
    """Which of them each frame shows."""
    background_offsets: tuple[float, ...]
    """Pixels that the background lies to the left at each frame."""
    cel_offsets: tuple[float, ...]
    """Pixels that the cels lie to the left at each frame."""


@dataclass(frozen=True, slots=True, eq=False)
class ClipFrame:
    """One frame of a clip before delivery, with its truth."""

    triplet: Triplet
    begins_drawing: bool
    begins_shot: bool


def plan_cast(rng: np.random.Generator, plan: ShotPlan) -> list[tuple[Subject, Pose]]:
    """The characters of a shot and the pose in which each begins."""
    return [
        (
            random_character(rng),
            Pose(
                yaw=float(rng.uniform(-0.5, 0.5)),
                pitch=float(rng.uniform(-0.2, 0.2)),
                gaze=float(rng.uniform(-0.5, 0.5)),
            ),
        )
        for _ in range(plan.cast)
    ]


def make_shot(plan: ShotPlan, *, height: int, width: int) -> Shot:
    """Draw everything that a shot needs; the same plan and size give the same bytes."""
    rng = np.random.default_rng([plan.seed, 0xC11B])
    speed = plan.speed * height / 1080
    travel = speed * plan.frames if plan.camera in ("pan", "background pans") else 0.0
    background = paint_wide_background(rng, height=height, width=width + int(np.ceil(abs(travel))) + 2)
    moves = tuple(speed * i if travel or plan.camera == "cel slides" else 0.0 for i in range(plan.frames))
    still = (0.0,) * plan.frames
    numbers = drawing_numbers(rng, frames=plan.frames, rate=plan.rate)
    held: Cel | None = None
    drawings: tuple[Cel, ...] = ()
    if plan.action != "no cel":
        cast = plan_cast(rng, plan)
        places = [
            placement(
                plan.size * height * rng.uniform(0.9, 1.1), width * (i + 1) / (len(cast) + 1), height * 0.45
            )
            for i in range(len(cast))
        ]
        poses = _poses(rng, plan, cast[-1][1], numbers)
        drawings = tuple(_drawn(cast[-1][0], pose, places[-1], height, width) for pose in poses)
        if len(cast) > 1:
            held = stacked(
                [_drawn(s, p, at, height, width) for (s, p), at in zip(cast[:-1], places[:-1], strict=True)]
            )
    return Shot(
        background=background,
        held=held,
        drawings=drawings,
        numbers=numbers,
        background_offsets=still if plan.camera in ("still", "cel slides") else moves,
        cel_offsets=moves if plan.camera in ("pan", "cel slides") else still,
    )


def shoot(plans: Sequence[ShotPlan], *, height: int, width: int) -> Iterator[ClipFrame]:
    """The frames of a clip, shot after shot; one shot is in memory at a time.

    Truth by DESIGN section 1: a drawing begins at a cut and where the acting layer shows other pixels than
    before. Camera, background and a sliding cel begin none.
    """
    for plan in plans:
        shot = make_shot(plan, height=height, width=width)
        stacks = _stacks(shot)
        before: int | None = None
        for i in range(plan.frames):
            current = _same_as(stacks, shot.numbers[i]) if stacks else 0
            yield ClipFrame(
                _exposed(shot, stacks, i, width), begins_drawing=current != before, begins_shot=i == 0
            )
            before = current


def _poses(rng: np.random.Generator, plan: ShotPlan, start: Pose, numbers: Sequence[int]) -> tuple[Pose, ...]:
    count = max(numbers) + 1
    if plan.action == "talks":
        return talking_poses(rng, start, count)
    if plan.action == "blinks":
        return blinking_poses(start, numbers)
    return moving_poses(rng, start, count)


def _drawn(subject: Subject, pose: Pose, at: NDArray[np.float64], height: int, width: int) -> Cel:
    sheet = CelSheet(height=height, width=width)
    sheet.placement = at
    subject.draw(sheet, pose)
    return sheet.developed()


def _stacks(shot: Shot) -> tuple[Cel, ...]:
    if shot.held is None:
        return shot.drawings
    return tuple(stacked([shot.held, drawing]) for drawing in shot.drawings)


def _same_as(stacks: Sequence[Cel], number: int) -> int:
    """The first drawing of the shot with exactly the pixels of ``number``."""
    wanted = stacks[number]
    for i in range(number):
        if np.array_equal(stacks[i].color, wanted.color) and np.array_equal(
            stacks[i].coverage, wanted.coverage
        ):
            return i
    return number


def _exposed(shot: Shot, stacks: Sequence[Cel], frame: int, width: int) -> Triplet:
    height = shot.background.shape[0]
    background = _slid(shot.background, shot.background_offsets[frame])[:, :width]
    if not stacks:
        nothing = np.zeros((height, width), np.uint8)
        return Triplet(np.ascontiguousarray(background), CelMask(nothing.view(np.bool_)), Douga(nothing))
    cel = _slid_cel(stacks[shot.numbers[frame]], round(shot.cel_offsets[frame]))
    picture = composited(cel, np.ascontiguousarray(background))
    return Triplet(picture, CelMask(cel_mask_of(cel)), Douga(douga_of(cel)))


def _slid(picture: NDArray[np.uint8], left: float) -> NDArray[np.uint8]:
    if left == 0:
        return picture
    move = np.array([[1.0, 0.0, -left], [0.0, 1.0, 0.0]])
    size = (picture.shape[1], picture.shape[0])
    slid: NDArray[np.uint8] = cv2.warpAffine(
        picture, move, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return slid


def _slid_cel(cel: Cel, left: int) -> Cel:
    """A cel moved by whole pixels, so that its truth moves with it exactly."""
    if left == 0:
        return cel

    def slid(plane: NDArray) -> NDArray:
        moved = np.zeros_like(plane)
        if left > 0:
            moved[:, :-left] = plane[:, left:]
        else:
            moved[:, -left:] = plane[:, :left]
        return moved

    return Cel(*(slid(getattr(cel, f)) for f in ("color", "coverage", "ink", "part", "kind", "paint")))
