"""What processes of one run say to each other: plain frozen values, and nothing that does anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from dougagen.domain import Drawing, Episode, ExtractReport, FootageCounts, PictureArea
from dougagen.errors import DougagenError


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """What tells a file from its earlier self without reading it."""

    size: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> FileIdentity:
        """Raises OSError."""
        seen = path.stat()
        return cls(seen.st_size, seen.st_mtime_ns, seen.st_ino)


@dataclass(frozen=True, slots=True)
class Opened:
    """Decoder → worker: the file is a video, and this is what it says of itself."""

    episode: Episode
    identity: FileIdentity


@dataclass(frozen=True, slots=True)
class Tick:
    """Decoder → worker: how far it is. The same ``moved`` for too long means that it hangs."""

    moved: int
    """Bytes hashed plus frames found so far; grows with every sign of life."""
    counts: FootageCounts = field(default_factory=FootageCounts)
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Stage → busy seconds in the decoder."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Decoder → worker: the footage is open; drawings follow."""

    first: Tick
    picture_area: PictureArea


@dataclass(frozen=True, slots=True)
class Seam:
    """Decoder → worker: at this frame, the first of its shot, another decoder may take over."""

    index: int
    time: Fraction
    """Seconds from the first frame of the file."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Decoder → worker: that was the last drawing."""

    last: Tick
    seam: Seam | None = None
    """The frame at which another decoder has to go on; None: there is no more."""


@dataclass(frozen=True, slots=True)
class Borders:
    """Decoder → worker: frames at which the episode is likely cut, and their seconds."""

    of_parts: tuple[Seam, ...]
    """In their order; that they are seams is yet to be seen."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Child → parent: it came to nothing."""

    error: DougagenError
    fatal: bool = False
    """The next episode would fail in the same way: the output folder refuses."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Worker → run: the weights are loaded."""

    digest: str
    devices: int
    """How many devices of the kind in use this machine has."""


@dataclass(frozen=True, slots=True)
class Job:
    """Run → worker: do this episode."""

    path: Path
    decoders: int = 1
    """Processes that may read its footage."""


@dataclass(frozen=True, slots=True)
class Hashed:
    """Worker → run: what a file's content is, for the cache."""

    path: Path
    identity: FileIdentity
    episode_id: str


@dataclass(frozen=True, slots=True)
class Began:
    """Worker → run: the episode is ours, and it is being extracted."""

    episode: Episode


@dataclass(frozen=True, slots=True, eq=False)
class Unpictured:
    """Decoder → worker: a drawing whose picture nobody asked for."""

    drawing: Drawing
    """Its image is a pixel …"""
    size: tuple[int, int]
    """… and would have been so high and wide."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """Worker → run: something a person should know of this episode."""

    what: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Worker → run: so far."""

    frames: int
    """Frames whose drawings are written, or left out."""
    frames_expected: int | None
    records: int
    stage: str = ""
    """What is worked on, in a word."""
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Extracted:
    """Worker → run: the episode is committed."""

    report: ExtractReport


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """Worker → run: nothing to do."""


@dataclass(frozen=True, slots=True)
class Busy:
    """Worker → run: another run has it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Node of a cluster → run: no worker can be here, and why."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Unseen:
    """Node of a cluster → run: the file is not there on this machine."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Node of a cluster → run: the worker's process died."""

    how: str


Outcome = Extracted | AlreadyThere | Busy | Failed
