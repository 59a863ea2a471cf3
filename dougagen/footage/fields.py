"""FIELDS → PICTURES: interlaced and telecined video gets back the pictures that were filmed.

A video frame carries two fields, its even and its odd rows, taken a sixtieth of a second apart. Film at 24
pictures a second was laid over them as 3:2 pulldown: of every five frames two show the field of one picture
and the field of the next, combed wherever the two differ. Both fields of the newer picture are on the tape,
one in the combed frame and one in the frame after it, so weaving these two gives the picture itself (FFmpeg's
``fieldmatch``). The woven picture keeps the index of the combed frame, the first that holds one of its fields
(dougagen/README.md#words). Duplicates are left: a hold swallows them.

Where no weave is free of combs the video was shot in fields, as pans and credits laid over at 60 fields a
second are; there FFmpeg's bwdif makes a picture of one field and what its neighbours say of the other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

import cv2
import numpy as np
from av import VideoFrame
from av.filter import Graph
from numpy.typing import NDArray

from dougagen.footage.combs import BLOCK, Luma, combed_pixels, moved_pixels, rows_that_move, worst_block

Repair = Literal["none", "woven", "deinterlaced"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldConfig:
    """When a frame is taken for two fields of different pictures."""

    level: float = 6.0
    """8-bit levels by which rows of one field stand off those of the other; coding noise stays below."""
    combed: int = 16
    """Combed pixels of a 16×16 block that make a frame worth pairing. Whole pictures leave at most 10 (fine
    hatching on a 480-line disc; up to 36 where blinds move), fields of two drawings 96 to 256."""
    share: float = 0.25
    """A weave is taken if it is combed in at most this share of the pixels in which the frame is."""
    drawn: float = 0.2
    """A frame is not combed if it has less than this share of the combs that its worst pairing with a
    neighbour's field has: what it has are drawn rows that move (measured: 0.02 against 0.8 to 1)."""
    other: float = 0.4
    """Share of the pixels in which a neighbour differs that is of another shot, and …"""
    against: float = 3.0
    """… so many times the share in which the one on the other side does. Its fields say nothing: joined with
    them a frame is combed all over, beside which what it has itself would be drawn rows."""
    alike: float = 0.25
    """Share of the step between two rows of a comb by which a neighbour may miss the mean of both if they are
    drawn rows that moved by parts of a pixel; where pictures were woven it shows one of the rows: 0.5."""
    reach: int = 8
    """Rows up and down within which a neighbour is asked for that mean …"""
    smeared: float = 0.75
    """… and share of the combed pixels for which it has it, or they are a comb (measured: 0.95, 0.46)."""
    samples: int = 4000
    """Combed pixels that are asked for it at most."""
    run: int = 7
    """Rows in a comb: a line of one pixel makes the kernel swing over five, only fields swing over seven."""
    tall: int = 576
    """Lines; a picture no taller may come from a disc and is always looked at."""
    memory: int = 1500
    """Frames for which a video that is flagged progressive is looked at closely after a comb was seen."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One decoded picture on its way to a ``Frame``."""

    index: int
    time: Fraction
    video: VideoFrame
    luma: Luma
    """uint8[H, W]: the Y plane at 8 bits."""
    repair: Repair = "none"


class Progressive(Iterator[Picture]):
    """``pictures`` without combs, one picture late; the counts are right once it has ended."""

    frames_woven: int
    frames_deinterlaced: int

    def __init__(
        self, pictures: Iterable[Picture], *, config: FieldConfig, luma_of: Callable[[VideoFrame], Luma]
    ) -> None:
        self.frames_woven = self.frames_deinterlaced = 0
        self._config, self._luma_of = config, luma_of
        self._close_until = -1
        self._remembers = False
        self._deinterlacer = Deinterlacer()
        self._run = self._progressive(iter(pictures))

    def __next__(self) -> Picture:
        return next(self._run)

    @property
    def remembers(self) -> bool:
        """Whether a comb was met in a tall picture, so that later ones are looked at more closely."""
        return self._remembers

    def _progressive(self, pictures: Iterator[Picture]) -> Iterator[Picture]:
        window: deque[Picture | None] = deque([None], maxlen=3)  # before, current, after
        for picture in pictures:
            window.append(picture)
            if len(window) == 3:
                yield self._repaired(*window)
        window.append(None)
        if len(window) == 3:
            yield self._repaired(*window)

    def _repaired(self, before: Picture | None, current: Picture | None, after: Picture | None) -> Picture:
        assert current is not None, "the window's middle is filled before it is read"
        if not self._suspect(current):
            return current
        level = self._config.level
        beside = self._of_its_shot(current, [p for p in (after, before) if p is not None])
        moved = moved_pixels(current.luma, [other.luma for other in beside], level)
        combs = combed_pixels(current.luma, moved, level=level, run=self._config.run)
        if worst_block(combs) < self._config.combed:
            return current
        if rows_that_move(
            combs,
            current.luma,
            [other.luma for other in beside],
            alike=self._config.alike,
            reach=self._config.reach,
            smeared=self._config.smeared,
            samples=self._config.samples,
        ):
            return current
        joined = [j for other in beside for j in _joined(current, other)]
        left = [
            cv2.countNonZero(combed_pixels(j.luma, moved, level=level, run=self._config.run)) for j in joined
        ]
        combed = cv2.countNonZero(combs)
        if combed < self._config.drawn * max(left, default=0):
            return current
        self._close_until = current.index + self._config.memory
        self._remembers |= current.luma.shape[0] > self._config.tall
        # the newer picture first: its other field lies in the frame after this one
        for pair in (range(2), range(2, 4)):
            best = min((i for i in pair if i < len(left)), key=left.__getitem__, default=None)
            if best is None or left[best] > self._config.share * combed:
                continue
            self.frames_woven += 1
            video = woven(joined[best].top, joined[best].bottom)
            return replace(current, video=video, luma=self._luma_of(video), repair="woven")
        self.frames_deinterlaced += 1
        sides = [p.video if p is not None and p in beside else None for p in (before, after)]
        video = self._deinterlacer.picture(sides[0], current.video, sides[1])
        return replace(current, video=video, luma=self._luma_of(video), repair="deinterlaced")

    def _of_its_shot(self, current: Picture, beside: Sequence[Picture]) -> Sequence[Picture]:
        """The neighbours without one of another shot, where the frame stands right at a cut."""
        if len({picture.luma.shape for picture in (current, *beside)}) > 1:
            return beside
        # Rows of either field: a frame of the last field of one shot and the first of the next is of both.
        one, config = current.luma[::3, ::4], self._config
        differs = [float(np.mean(cv2.absdiff(one, other.luma[::3, ::4]) > config.level)) for other in beside]
        most = max(config.other, config.against * min(differs, default=0.0))
        return [other for other, share in zip(beside, differs, strict=True) if share <= most]

    def _suspect(self, picture: Picture) -> bool:
        """Whether the frame is worth a close look, by its flag, its size, and the frames before it."""
        height = picture.luma.shape[0]
        if picture.video.interlaced_frame or height <= self._config.tall or picture.index < self._close_until:
            return height >= 4 * BLOCK
        return _hints_at_fields(picture.luma, self._config.level)


def woven(top: VideoFrame, bottom: VideoFrame) -> VideoFrame:
    """A new frame of the even rows of ``top`` and the odd rows of ``bottom``, in every plane."""
    made = VideoFrame(top.width, top.height, top.format.name)
    made.colorspace, made.color_range = top.colorspace, top.color_range
    made.pts = top.pts
    if top.time_base is not None:
        made.time_base = top.time_base
    for target, *sources in zip(made.planes, top.planes, bottom.planes, strict=True):
        rows = _rows(target)
        for field, source in enumerate(sources):
            taken = _rows(source)[field::2]
            width = min(rows.shape[1], taken.shape[1])
            rows[field::2][: len(taken), :width] = taken[:, :width]
    return made


class Deinterlacer:
    """bwdif on one frame between its neighbours."""

    def __init__(self) -> None:
        self._graph: Graph | None = None
        self._shape: tuple[int, int, str] | None = None
        self._clock = 0

    def picture(self, before: VideoFrame | None, current: VideoFrame, after: VideoFrame | None) -> VideoFrame:
        """A progressive picture of ``current``.

        A neighbour that is missing is stood in for by the one on the other side, which says as well what
        moves; ``current`` itself would say that its two fields are one picture.
        """
        graph = self._graph_for(current)
        for frame in (before or after or current, current, after or before or current):
            fed = _copy_of(frame)
            fed.pts, fed.time_base = self._clock, Fraction(1, 25)
            self._clock += 1
            graph.vpush(fed)
        middle = self._clock - 2
        while True:
            made = graph.vpull()
            if made.pts is not None and round(made.pts * (made.time_base or 0) * 25) == middle:
                made.colorspace, made.color_range = current.colorspace, current.color_range
                return made

    def _graph_for(self, frame: VideoFrame) -> Graph:
        shape = (frame.width, frame.height, frame.format.name)
        if self._graph is None or shape != self._shape:
            graph = Graph()
            source = graph.add_buffer(
                width=shape[0], height=shape[1], format=frame.format, time_base=Fraction(1, 25)
            )
            bwdif = graph.add("bwdif", "mode=send_frame:deint=all")
            sink = graph.add("buffersink")
            source.link_to(bwdif)
            bwdif.link_to(sink)
            graph.configure()
            self._graph, self._shape = graph, shape
        return self._graph


@dataclass(frozen=True, slots=True, eq=False)
class _Joined:
    """A picture of two fields as it would look."""

    luma: Luma
    top: VideoFrame
    bottom: VideoFrame


def _joined(current: Picture, other: Picture) -> Iterator[_Joined]:
    """Both ways to join a field of ``current`` with one of ``other``."""
    if other.luma.shape != current.luma.shape or other.video.format.name != current.video.format.name:
        return
    for top, bottom in ((other, current), (current, other)):
        luma = np.array(top.luma)
        luma[1::2] = bottom.luma[1::2]
        yield _Joined(luma, top.video, bottom.video)


def _hints_at_fields(luma: Luma, level: float) -> bool:
    """A cheap look at every fourth column of eight rows out of 64: whether any is combed, moved or not."""
    height, width = luma.shape
    bands = luma[: height // 64 * 64].reshape(-1, 64, width)[:, :8, ::4].astype(np.int16)  # [bands, 8, W/4]
    steps = np.diff(bands, axis=1)  # [bands, 7, W/4]; in a comb they alternate in sign
    alternate = (np.minimum(np.abs(steps[:, :-1]), np.abs(steps[:, 1:])) > level) & (
        (steps[:, :-1] > 0) != (steps[:, 1:] > 0)
    )
    return bool((alternate.sum(axis=1) >= 5).any())


def _rows(plane: Any) -> NDArray[np.uint8]:
    """A plane as uint8[rows, line_size] over its own memory."""
    stored: NDArray[np.uint8] = np.frombuffer(memoryview(plane), np.uint8)
    return stored.reshape(-1, plane.line_size)


def _copy_of(frame: VideoFrame) -> VideoFrame:
    """A frame of its own over copied planes: a filter may keep or change what it is given."""
    return woven(frame, frame)
