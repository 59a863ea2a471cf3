"""EPISODE → DRAWINGS: the steps of this room in their order, behind one door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from types import TracebackType
from typing import Self

from dougagen.domain import Drawing, Episode, FootageCounts, PictureArea
from dougagen.footage.best_picture import BestPicture, PictureConfig
from dougagen.footage.decode import DecodeConfig, decode
from dougagen.footage.flags import FlagConfig, flagged
from dougagen.footage.gaps import DrawingsOverGaps
from dougagen.footage.hardware import DecodeOn
from dougagen.footage.holds import HoldConfig, find_drawings
from dougagen.footage.seams import Seams
from dougagen.processes.streams import Counted, Prefetch, StageClock

FRAMES_AHEAD = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class FootageConfig:
    """Everything about reading an episode that changes its drawings: each step's own config."""

    decoding: DecodeConfig = field(default_factory=DecodeConfig)
    holds: HoldConfig = field(default_factory=HoldConfig)
    pictures: PictureConfig = field(default_factory=PictureConfig)
    flags: FlagConfig | None = field(default_factory=FlagConfig)
    """None measures no picture: a timesheet needs none, and it costs 30 to 55 ms a drawing at 1080p."""

    def for_timing(self) -> FootageConfig:
        """The same drawings, without what their pictures cost: for whoever wants the timesheet alone."""
        return replace(self, pictures=replace(self.pictures, most_frames=1), flags=None)


_USUAL = FootageConfig()


def read_footage(
    episode: Episode,
    *,
    config: FootageConfig = _USUAL,
    start: Fraction | None = None,
    stop: Fraction | None = None,
    decode_on: DecodeOn = "auto",
    clock: StageClock | None = None,
    until: int | None = None,
) -> Footage:
    """The drawings of the frames in ``[start, stop)``, in seconds from the first frame of the file.

    ``decode_on`` says where video is decoded and changes no drawing. ``until`` ends them before the first
    seam (``seams``) from that frame on, so that another search can go on from it.

    Raises EpisodeError where not a single picture decodes, or where too much of the file is damaged.
    """
    return Footage(
        episode,
        config=config,
        start=start,
        stop=stop,
        decode_on=decode_on,
        clock=clock or StageClock(),
        until=until,
    )


class Footage(Iterator[Drawing]):
    """Iterates over drawings; a context manager. The counts are right once it has ended, so far before."""

    def __init__(
        self,
        episode: Episode,
        *,
        config: FootageConfig,
        start: Fraction | None,
        stop: Fraction | None,
        decode_on: DecodeOn,
        clock: StageClock,
        until: int | None = None,
    ) -> None:
        self._drawings_found = 0
        self._decoded = decode(episode, config=config.decoding, start=start, stop=stop, decode_on=decode_on)
        self.seams = Seams(clean=lambda: not self._decoded.depends_on_the_past, until=until)
        """Where another search may take over."""
        self.picture_area: PictureArea = self._decoded.picture_area
        """Where the pictures lie in the decoded frame, in its upright pixels."""
        self._ahead = Prefetch(clock.timed("decode", self._decoded), depth=FRAMES_AHEAD, name="decode")
        self._frames = Counted(clock.timed("waiting", self._ahead))
        self._found = DrawingsOverGaps(
            self._frames,
            lambda run: find_drawings(
                episode,
                run,
                config=config.holds,
                picture=lambda: BestPicture(config.pictures),
                seams=self.seams,
            ),
            ended=lambda: self.seams.ended_at is not None,
        )
        self._drawings = clock.timed("holds", self._found)
        if config.flags is not None:
            mark = clock.timing("flags", partial(flagged, config=config.flags))
            self._drawings = map(mark, self._drawings)

    def __next__(self) -> Drawing:
        drawing = next(self._drawings)
        self._drawings_found += 1
        return drawing

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; drawings handed out stay valid."""
        self._ahead.close()
        self._decoded.close()

    @property
    def counts(self) -> FootageCounts:
        """What has been read by now; of the frames those that have gone into the search for drawings."""
        return replace(
            self._decoded.counts,
            frames_decoded=self._frames.count,
            shots_found=self._found.shots_found,
            drawings_found=self._drawings_found,
        )
