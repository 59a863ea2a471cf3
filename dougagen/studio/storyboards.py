"""The storyboards of the sample clips, and the files that a shot storyboard leaves: clip and exact truth."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Triplet
from dougagen.studio.clip import ClipFrame, ShotPlan, shoot
from dougagen.studio.delivery import write_clip

FRAME_RATE = Fraction(24000, 1001)


@dataclass(frozen=True, slots=True)
class Storyboard:
    """A clip before it is drawn."""

    name: str
    plans: tuple[ShotPlan, ...]
    crf: int = 20
    """x264's constant rate factor."""

    @property
    def frames(self) -> int:
        return sum(plan.frames for plan in self.plans)


STORYBOARDS: dict[str, Storyboard] = {
    board.name: board
    for board in (
        Storyboard(
            "dialogue",
            (
                ShotPlan(seed=11, frames=45, action="talks", rate="threes", size=0.42, cast=2),
                ShotPlan(seed=12, frames=34, action="moves", rate="twos", size=0.5),
                ShotPlan(seed=13, frames=24, action="moves", rate="held", size=0.8),
                ShotPlan(seed=14, frames=36, action="blinks", rate="twos", size=0.9),
            ),
            crf=21,
        ),
        Storyboard(
            "action",
            (
                ShotPlan(seed=21, frames=18, action="moves", rate="ones", size=0.35),
                ShotPlan(
                    seed=22,
                    frames=60,
                    action="moves",
                    rate="threes",
                    camera="background pans",
                    speed=9.0,
                    size=0.3,
                ),
                ShotPlan(seed=23, frames=40, action="moves", rate="mixed", size=0.55),
                ShotPlan(
                    seed=24, frames=30, action="moves", rate="held", camera="cel slides", speed=5.0, size=0.25
                ),
                ShotPlan(seed=25, frames=24, action="no cel", camera="pan", speed=6.0),
            ),
        ),
        Storyboard(
            "walk",
            (
                ShotPlan(seed=31, frames=48, action="moves", rate="twos", size=0.22, cast=2),
                ShotPlan(seed=32, frames=48, action="talks", rate="mixed", size=0.6),
                ShotPlan(
                    seed=33, frames=30, action="moves", rate="threes", size=0.3, camera="pan", speed=5.0
                ),
            ),
        ),
    )
}


def shoot_storyboard(
    board: Storyboard,
    out: Path,
    *,
    lines: int,
    file_name: str | None = None,
    with_pictures: bool = False,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Path:
    """Draw and code ``board`` as 16:9 H.264 in Matroska of ``lines``; returns the path of the clip.

    Beside it ``<name>.json``: ``frames``, ``starts`` (frames at which a drawing begins) and ``shots`` (frames
    at which a shot begins). ``with_pictures`` adds ``<name>.truth/`` with grey PNGs ``NNNNNN_cel_mask.png``
    (0, 255) and ``NNNNNN_douga.png`` (class ids) for every frame at which a drawing begins.
    """
    name = file_name or board.name
    out.mkdir(parents=True, exist_ok=True)
    path, pictures = out / f"{name}.mkv", out / f"{name}.truth"
    starts: list[int] = []
    shots: list[int] = []
    width = 2 * round(lines * 8 / 9)

    def frames() -> Iterator[NDArray[np.uint8]]:
        for index, frame in enumerate(shoot(board.plans, height=lines, width=width)):
            _note(frame, index, starts, shots)
            if with_pictures and frame.begins_drawing:
                _save_truth(frame.triplet, pictures, index)
            yield frame.triplet.color
            on_progress(index + 1)

    write_clip(path, frames(), frame_rate=FRAME_RATE, crf=board.crf)
    truth = {"frames": board.frames, "starts": starts, "shots": shots}
    (out / f"{name}.json").write_text(json.dumps(truth) + "\n", encoding="utf-8")
    return path


def _note(frame: ClipFrame, index: int, starts: list[int], shots: list[int]) -> None:
    if frame.begins_drawing:
        starts.append(index)
    if frame.begins_shot:
        shots.append(index)


def _save_truth(triplet: Triplet, folder: Path, index: int) -> None:
    """Grey PNGs: the cel mask as 0 and 255, the douga as its class ids."""
    folder.mkdir(parents=True, exist_ok=True)
    mask = triplet.cel_mask.pixels.astype(np.uint8) * 255
    for what, plane in (("cel_mask", mask), ("douga", triplet.douga.classes)):
        cv2.imwrite(str(folder / f"{index:06d}_{what}.png"), plane)
