"""Clips: each shot as a short video at its real timing, with its cel mask and its douga beside it.

Frame *n* of the three videos is frame ``first_frame`` + *n* of the episode. A frame that belongs to no
drawing of the export (it was rejected, filtered out or damaged) is black, without cel and without lines, and
``clip.json`` says so. The background plates of the shot lie beside the videos, transparent where no drawing
shows them, and ``clip.json`` says where the picture of each drawing lies in them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import FrameSpan, Record
from dougagen.errors import ExportError
from dougagen.exports.config import ExportConfig
from dougagen.exports.folders import json_line
from dougagen.exports.formats import ExportedShot, Facts, ShotFormat
from dougagen.exports.pictures import png_of
from dougagen.exports.place import Place
from dougagen.exports.plates import rgba_of
from dougagen.exports.video import Coding, VideoFile

_MOST_FRAMES = 1 << 18
"""Three hours of film; a shard that says more of one shot is damaged, or means harm."""
_LEAST_SIDE = 16  # pixels; below it encoders refuse
_SLOWEST, _FASTEST, _FINEST_RATE = 1, 1000, 100_000  # frames a second; denominator


@dataclass(frozen=True, slots=True)
class _Pictures:
    """What a frame shows: uint8[H, W, 3], and grey uint8[H, W] twice."""

    color: NDArray[np.uint8]
    cel_mask: NDArray[np.uint8]
    douga: NDArray[np.uint8]

    @classmethod
    def of(cls, record: Record) -> _Pictures:
        """Cut to even sides, as H.264 wants them."""
        triplet = record.triplet
        part = np.s_[: triplet.height // 2 * 2, : triplet.width // 2 * 2]
        mask = triplet.cel_mask.pixels[part].view(np.uint8) * np.uint8(255)
        return cls(triplet.color[part], mask, triplet.douga.classes[part])

    def packed(self) -> list[NDArray[np.uint8]]:
        """Coded without loss: a drawing that comes back waits so."""
        return [np.asarray(cv2.imencode(".png", picture)[1]) for picture in self.all()]

    @classmethod
    def unpacked(cls, coded: list[NDArray[np.uint8]]) -> _Pictures:
        color, mask, douga = (
            np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED), np.uint8) for data in coded
        )
        return cls(color, mask, douga)

    def all(self) -> tuple[NDArray[np.uint8], ...]:
        return (self.color, self.cel_mask, self.douga)

    def nothing(self) -> _Pictures:
        return _Pictures(*(np.zeros_like(picture) for picture in self.all()))


class Clips(ShotFormat):
    """``color.mp4``, ``cel_mask.mkv``, ``douga.mkv`` and ``clip.json`` in a folder a shot."""

    def __init__(self, config: ExportConfig) -> None:
        for option in ("pairs", "shard_megabytes"):
            config.refuse(option, because="a clip has files of its own")

    def write_shot(self, shot: ExportedShot, place: Place) -> Facts:
        """Raises ExportError for a shot that is no clip: of several sizes, tiny, or without end."""
        if len(shot.span) > _MOST_FRAMES:
            raise ExportError(f"a shot of {len(shot.span)} frames is no clip (at most {_MOST_FRAMES})")
        size = (0, 0)
        with ExitStack() as stack:
            videos: list[VideoFile] = []
            for pictures in _frames(shot):
                if not videos:
                    size = (pictures.douga.shape[0], pictures.douga.shape[1])
                    videos = _opened(shot, place, size, stack)
                if pictures.douga.shape != size:
                    raise ExportError("the drawings of this shot have several sizes, so they are no clip")
                for video, picture in zip(videos, pictures.all(), strict=True):
                    video.add(picture)
        facts = {**_facts(shot, size), "plates": list(_write_plates(shot, place))}
        place.write(f"{shot.name}/clip.json", json.dumps(facts, indent=1) + "\n")
        return facts

    def finish(self, facts: Iterator[Facts], place: Place) -> None:
        """``clips.jsonl``, a line a clip."""
        with place.new("clips.jsonl") as file:
            for line in facts:
                file.write(json_line(line))


def _write_plates(shot: ExportedShot, place: Place) -> Iterator[Facts]:
    """The whole plates, and where each drawing's picture has its upper left corner in them."""
    drawings = {line.frame_index for line in shot.lines}
    for number, plate in enumerate(shot.plates(), start=1):
        name = f"plate_{number}.png"
        place.write(f"{shot.name}/{name}", png_of(rgba_of(plate)))
        height, width = plate.known.shape
        placed = [asdict(at) for at in plate.placements if at.frame_index in drawings]
        yield {"image": name, "width": width, "height": height, "placements": placed}


def _opened(shot: ExportedShot, place: Place, size: tuple[int, int], stack: ExitStack) -> list[VideoFile]:
    if min(size) < _LEAST_SIDE:
        raise ExportError(f"pictures of {size[1]}×{size[0]} are too small for a video")
    rate = shot.frame_rate.limit_denominator(_FINEST_RATE)
    if not _SLOWEST <= rate <= _FASTEST:
        raise ExportError(f"{float(rate):.6g} frames a second are no rate of a video")
    videos = []
    for name in ("color.mp4", "cel_mask.mkv", "douga.mkv"):
        file = stack.enter_context(place.new(f"{shot.name}/{name}"))
        coding: Coding = "color" if name.endswith(".mp4") else "exact"
        videos.append(stack.enter_context(VideoFile(file, coding, size=size, rate=rate)))
    return videos


def _frames(shot: ExportedShot) -> Iterator[_Pictures]:
    """What each frame shows. A drawing is read once; one that comes back waits packed until its last time."""
    records = shot.records()
    left = {line.number: len(line.exposures) for line in shot.lines}
    waiting: dict[int, list[NDArray[np.uint8]]] = {}
    at, nothing = shot.span.start, None
    for span, line in shot.timing():
        if line.number in waiting:
            pictures = _Pictures.unpacked(waiting[line.number])
        else:
            for read, record in records:
                pictures = _Pictures.of(record)
                if left[read.number] > 1 or read.number != line.number:
                    waiting[read.number] = pictures.packed()
                if read.number == line.number:
                    break
        left[line.number] -= 1
        if not left[line.number]:
            waiting.pop(line.number, None)
        if nothing is None or nothing.douga.shape != pictures.douga.shape:
            nothing = pictures.nothing()
        for _ in range(at, span.start):
            yield nothing
        for _ in range(max(at, span.start), span.stop):
            yield pictures
        at = max(at, span.stop)


def _facts(shot: ExportedShot, size: tuple[int, int]) -> Facts:
    return {
        "clip": shot.name,
        "episode_id": shot.episode_id,
        "source": shot.source,
        "shot_index": shot.shot_index,
        "frame_rate": str(shot.frame_rate),
        "first_frame": shot.span.start,
        "frames": len(shot.span),
        "width": size[1],
        "height": size[0],
        "empty": [[span.start, span.stop] for span in _gaps(shot)],
        "drawings": [
            {
                "number": line.number,
                "record_id": line.record_id,
                "frame_index": line.frame_index,
                "exposures": [[span.start, span.stop] for span in line.exposures],
            }
            for line in shot.lines
        ],
    }


def _gaps(shot: ExportedShot) -> Iterator[FrameSpan]:
    """Frames that no drawing of the shot shows."""
    at = shot.span.start
    for span, _ in shot.timing():
        if span.start > at:
            yield FrameSpan(at, span.start)
        at = max(at, span.stop)
