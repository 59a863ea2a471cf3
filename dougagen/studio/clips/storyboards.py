"""The storyboards of the sample clips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dougagen.studio.clips.clip import ClipPlan
from dougagen.studio.clips.production import Pictures, PlannedClip, frame_size, shoot_clip, takes_of
from dougagen.studio.clips.shot_plan import ShotPlan, reseeded
from dougagen.studio.delivery.clips import ClipDelivery


@dataclass(frozen=True, slots=True)
class Storyboard:
    """A clip before it is drawn: 16:9, film rate."""

    name: str
    plans: tuple[ShotPlan, ...]
    delivery: ClipDelivery = field(default_factory=ClipDelivery)

    @property
    def frames(self) -> int:
        return sum(plan.frames - plan.dissolve for plan in self.plans)


STORYBOARDS: dict[str, Storyboard] = {
    board.name: board
    for board in (
        Storyboard(
            "dialogue",
            (
                ShotPlan(seed=11, frames=45, action="speaks", rate="threes", size=0.42, cast=2),
                ShotPlan(seed=12, frames=34, action="moves", rate="twos", size=0.5),
                ShotPlan(seed=13, frames=24, action="moves", rate="held", size=0.8),
                ShotPlan(seed=14, frames=36, action="blinks", rate="twos", size=0.9),
            ),
            ClipDelivery(crf=21),
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
                ShotPlan(
                    seed=31, frames=48, action="walks", rate="twos", camera="background pans", speed=7.0
                ),
                ShotPlan(seed=32, frames=48, action="talks", rate="mixed", size=0.6),
                ShotPlan(
                    seed=33, frames=30, action="moves", rate="threes", size=0.3, camera="pan", speed=5.0
                ),
            ),
        ),
    )
}


def plan_storyboard(
    board: Storyboard, *, lines: int, seed: int = 0, delivery: ClipDelivery | None = None
) -> PlannedClip:
    """The clip of ``board`` before it is shot; another ``seed`` than 0 gives another cast and places."""
    delivery = delivery or board.delivery
    height, width = frame_size(lines, delivery)
    plans = board.plans if seed == 0 else reseeded(board.plans, seed)
    takes = takes_of(plans, height=height, width=width)
    return PlannedClip(ClipPlan(board.name, seed, height, width, takes), delivery)


def shoot_storyboard(
    board: Storyboard,
    out: Path,
    *,
    lines: int,
    file_name: str | None = None,
    pictures: Pictures = "none",
    on_progress: Callable[[int], None] = lambda _: None,
) -> Path:
    """Shoot ``board`` at ``lines`` as ``shoot_clip`` does; returns the path of the clip."""
    return shoot_clip(
        plan_storyboard(board, lines=lines),
        out,
        file_name=file_name,
        pictures=pictures,
        on_progress=on_progress,
    )
