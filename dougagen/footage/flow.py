"""EPISODE → DRAWINGS: the steps of this room in their order, behind one door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import TracebackType
from typing import Self

from dougagen.domain import Drawing, Episode
from dougagen.footage.decode import decode
from dougagen.footage.holds import HoldConfig, find_drawings
from dougagen.streams import Counted, Prefetch, StageClock

FRAMES_AHEAD = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class FootageConfig:
    """Everything about reading an episode that changes its drawings: each step's own config."""

    holds: HoldConfig = field(default_factory=HoldConfig)


_USUAL = FootageConfig()


def read_footage(
    episode: Episode,
    *,
    config: FootageConfig = _USUAL,
    start: Fraction | None = None,
    stop: Fraction | None = None,
    clock: StageClock | None = None,
) -> Footage:
    """The drawings of the frames in ``[start, stop)``, in seconds from the first frame of the file.

    Raises EpisodeError where not a single picture decodes, or where too much of the file is damaged.
    """
    return Footage(episode, config=config, start=start, stop=stop, clock=clock or StageClock())


class Footage(Iterator[Drawing]):
    """Iterates over drawings; a context manager. The counts are right once it has ended, so far before."""

    def __init__(
        self,
        episode: Episode,
        *,
        config: FootageConfig,
        start: Fraction | None,
        stop: Fraction | None,
        clock: StageClock,
    ) -> None:
        self.drawings_found = 0
        self._decoded = decode(episode, start=start, stop=stop)
        self._ahead = Prefetch(clock.timed("decode", self._decoded), depth=FRAMES_AHEAD, name="decode")
        self._frames = Counted(clock.timed("waiting", self._ahead))
        self._found = find_drawings(episode, self._frames, config=config.holds)
        self._drawings = clock.timed("holds", self._found)

    def __next__(self) -> Drawing:
        drawing = next(self._drawings)
        self.drawings_found += 1
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
    def frames_decoded(self) -> int:
        """Frames of ``[start, stop)`` that have gone into the search for drawings."""
        return self._frames.count

    @property
    def frames_skipped(self) -> Mapping[str, int]:
        """Reason → frames that were decoded and belong to no exposure by design: a skipped chapter …"""
        return {}

    @property
    def shots_found(self) -> int:
        """Shots begun so far."""
        return self._found.shots_found

    @property
    def packets_damaged(self) -> int:
        """Packets that the decoder or demuxer could not use."""
        return self._decoded.packets_damaged

    @property
    def truncated(self) -> bool:
        """The file ended before it should."""
        return self._decoded.truncated
