"""A planned clip on its way to the file: takes → film → delivery, and the truth beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Triplet
from dougagen.errors import UsageError
from dougagen.files import refused_as, write_file
from dougagen.studio.clips.clip import ClipPlan, Take, film
from dougagen.studio.clips.shot import Shot
from dougagen.studio.clips.shot_plan import ShotPlan
from dougagen.studio.clips.truth import TruthNotes
from dougagen.studio.delivery.clips import ClipDelivery, deliver_clip


def takes_of(plans: Sequence[ShotPlan], *, height: int, width: int) -> tuple[Take, ...]:
    """Storyboard lines as takes: nothing is drawn before the camera comes to it."""

    def maker(plan: ShotPlan) -> Take:
        return Take(plan.frames, lambda: plan.make(height=height, width=width), plan.dissolve)

    return tuple(maker(plan) for plan in plans)


Pictures = Literal["none", "drawings", "frames"]
"""Whether true cel masks and douga are written beside a clip, and for which frames."""


def frame_size(lines: int, delivery: ClipDelivery) -> tuple[int, int]:
    """Height and width of a 16:9 frame of about ``lines`` that the delivery can code."""
    height = lines - lines % (2 if delivery.scan == "progressive" else 4)
    return height, 2 * round(height * 8 / 9)


@dataclass(frozen=True, slots=True)
class PlannedClip:
    """A clip that can be shot: nothing of it is drawn yet."""

    plan: ClipPlan
    delivery: ClipDelivery
    times: tuple[Fraction, ...] | None = None
    """Presentation times of the frames in seconds, where they are uneven."""


def shoot_clip(
    planned: PlannedClip,
    out: Path,
    *,
    file_name: str | None = None,
    pictures: Pictures = "none",
    on_progress: Callable[[int], None] = lambda _: None,
) -> Path:
    """Film and deliver to ``out/file_name.mkv``; returns the path. The truth lies beside it (``TruthNotes``).

    ``pictures`` adds ``file_name.truth/`` with grey PNGs ``NNNNNN_cel_mask.png`` (0, 255) and
    ``NNNNNN_douga.png`` (class ids), moved with the camera as ``plates`` says, for every frame at which a
    drawing begins or for all; of an interlaced frame its first field. ``on_progress`` is told how many
    pictures were filmed. Raises UsageError where ``file_name`` is more than a name, or the system refuses.
    """
    if file_name is not None and (Path(file_name).name != file_name or not file_name):
        raise UsageError(f"--name must be a plain file name, got {file_name!r}")
    plan, delivery = planned.plan, planned.delivery
    file_name = file_name or plan.name.replace(" ", "_")
    with refused_as(UsageError, out, what="cannot be the clip's folder", remedy="choose another --out"):
        out.mkdir(parents=True, exist_ok=True)
    path, folder = out / f"{file_name}.mkv", out / f"{file_name}.truth"
    notes = TruthNotes(plan, delivery)

    def colors() -> Iterator[NDArray[np.uint8]]:
        last = -1
        for filmed, frame in enumerate(film(plan), 1):
            at = notes.note(frame.facts)
            if at != last and (
                pictures == "frames" or (pictures == "drawings" and frame.facts.begins_drawing)
            ):
                _save_truth(frame.triplet, folder, at, out)
            last = at
            on_progress(filmed)
            yield frame.color

    deliver_clip(path, colors(), delivery, frame_rate=plan.frame_rate, times=planned.times)
    notes.write(out / f"{file_name}.json")
    return path


def backgrounds_of(planned: PlannedClip) -> Iterator[NDArray[np.uint8]]:
    """uint8[H, W, 3]: every filmed picture of a clip without its actors, its grain and its subtitles.

    Camera, gate weave and light are the clip's. The layers are painted anew.
    """
    takes = tuple(replace(take, make=_empty_stage(take)) for take in planned.plan.takes)
    for frame in film(replace(planned.plan, takes=takes, grain=0.0, subtitles=())):
        yield frame.color


def _empty_stage(take: Take) -> Callable[[], Shot]:
    return lambda: replace(take.make(), actors=())


def _save_truth(triplet: Triplet, folder: Path, index: int, out: Path) -> None:
    """Grey PNGs: the cel mask as 0 and 255, the douga as its class ids."""
    mask = triplet.cel_mask.pixels.astype(np.uint8) * 255
    for what, plane in (("cel_mask", mask), ("douga", triplet.douga.classes)):
        path = folder / f"{index:06d}_{what}.png"
        png = cv2.imencode(".png", plane)[1].tobytes()
        with refused_as(UsageError, path, what="the truth cannot be written"):
            write_file(path, png, below=out, survives="crash")
