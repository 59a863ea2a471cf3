"""What a format is: how it writes one record, one shot, or the members of one sample. Nothing else.

The framework owns the rest: order, filter, split, scaling, resumption, progress, and what happens at damage.
A format gets one thing at a time and a ``Place`` to write it in; what it wrote appears in the export when it
returns, whole or not at all. It may be called again for the same thing after a crash, and then has to write
the same bytes: no clock, no random names.

A new format is a class below one of ``RecordFormat``, ``LayeredFormat``, ``ShotFormat`` and ``PackedFormat``,
and a line in ``FORMATS``.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import FrameSpan, Plate, Record
from dougagen.errors import UsageError
from dougagen.exports.config import ExportConfig
from dougagen.exports.place import Place

Facts = Mapping[str, Any]
"""What a format wants to be told again at the end, for an index of all that was written: plain JSON."""


@dataclass(frozen=True, slots=True)
class ShotLine:
    """One drawing of a shot, before its pictures are read."""

    number: int
    """From 1, in the order in which the drawings of the shot first appear: the cell's number on a sheet."""
    record_id: str
    drawing_index: int
    frame_index: int
    """The frame that the picture shows."""
    exposures: tuple[FrameSpan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedShot:
    """The drawings of one shot that the filter left, in the order in which they first appear."""

    name: str
    """A plain file name without an ending, the shot's own in the export: ``0123456789abcdef_cut0007``."""
    episode_id: str
    source: str
    """Name of the video: a stranger's text, never a path."""
    shot_index: int
    frame_rate: Fraction
    """Frames a second."""
    lines: tuple[ShotLine, ...]
    """At least one."""
    read: Callable[[], Iterator[tuple[ShotLine, Record]]]
    """What ``records`` calls; the framework's."""
    read_plates: Callable[[], Iterator[Plate]] = lambda: iter(())
    """What ``plates`` calls; the framework's."""

    @property
    def span(self) -> FrameSpan:
        """From the first frame that shows one of its drawings to the last."""
        spans = [span for line in self.lines for span in line.exposures]
        return FrameSpan(min(span.start for span in spans), max(span.stop for span in spans))

    def timing(self) -> list[tuple[FrameSpan, ShotLine]]:
        """Every exposure with its drawing, in order. Frames between two of them belong to no drawing here."""
        return sorted(((span, line) for line in self.lines for span in line.exposures), key=lambda e: e[0])

    def records(self) -> Iterator[tuple[ShotLine, Record]]:
        """Each drawing with its pictures, in the order of ``lines``; one at a time is in memory.

        Reads the shards anew at every call. Raises ShardError at a damaged record: let it pass, the
        framework names it and calls the format again with the shot without that drawing.
        """
        yield from self.read()

    def plates(self) -> Iterator[Plate]:
        """The backgrounds that were put together for the shot, in the size that goes with the pictures, one
        at a time in memory; none where the dataset has none. One that is damaged is named by the framework,
        and left out. Reads the shards anew at every call."""
        yield from self.read_plates()


@runtime_checkable
class RecordFormat(Protocol):
    """Writes each record by itself: a picture, a layered file, a folder's row."""

    @abstractmethod
    def write_record(self, record: Record, name: str, place: Place) -> Facts | None:
        """Write ``record``, which has been scaled, under ``name``: plain, without an ending, its own.

        ``place`` is the folder of its split; ``place.write(f"{name}.psd", data)`` or, with folders,
        ``place.write(f"douga/{name}.png", data)``. Raise DougagenError for a record that has no such form.
        """

    def finish(self, facts: Iterator[Facts], place: Place) -> None:
        """Called once for each split, after its last record, with what the calls returned, in order."""


class LayeredFormat(RecordFormat):
    """A format of records that lays the drawing on what lies behind it."""

    @abstractmethod
    def write_layers(
        self, record: Record, behind: NDArray[np.uint8] | None, name: str, place: Place
    ) -> Facts | None:
        """As ``write_record``. ``behind`` is the part of the plate that the picture lies on, uint8[H, W, 4],
        transparent where no drawing shows it; None where there is no plate."""

    def write_record(self, record: Record, name: str, place: Place) -> Facts | None:
        """A drawing without a plate."""
        return self.write_layers(record, None, name, place)


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A record with the part of the plate behind it, for a ``LayeredFormat``."""

    record: Record
    behind: NDArray[np.uint8] | None


@runtime_checkable
class ShotFormat(Protocol):
    """Writes each shot by itself: its cels with their sheet, a clip."""

    @abstractmethod
    def write_shot(self, shot: ExportedShot, place: Place) -> Facts | None:
        """Write the shot below ``shot.name``, as ``RecordFormat.write_record`` does with a record."""

    def finish(self, facts: Iterator[Facts], place: Place) -> None:
        """As for ``RecordFormat``."""


@runtime_checkable
class PackedFormat(Protocol):
    """Gives the members of each sample; the framework packs them into tar files of bounded size."""

    @abstractmethod
    def members(self, record: Record) -> Iterable[tuple[str, bytes]]:
        """Ending (``"color.png"``) and content of each member, in the order in which they are packed."""


Format = RecordFormat | ShotFormat | PackedFormat

FORMATS: dict[str, str] = {
    "webdataset": "webdataset:WebDataset",
    "folders": "folders:Folders",
    "coco": "coco:Coco",
    "clips": "clips:Clips",
    "cels": "cels:Cels",
    "psd": "psd:Psd",
    "ora": "ora:Ora",
    "svg": "svg:Svg",
}
"""Name → ``module:Class`` in this room, made by ``Class(config)``, which raises UsageError where an extra is
missing or an option does not suit it."""


def format_of(config: ExportConfig) -> Format:
    """The format that the options name. Raises UsageError where there is none, or an extra is missing."""
    if config.to not in FORMATS:
        raise UsageError(f"there is no format {config.to!r}", remedy=f"give one of {', '.join(FORMATS)}")
    module, _, name = FORMATS[config.to].partition(":")
    made: Format = getattr(import_module(f"dougagen.exports.{module}"), name)(config)
    return made
