"""A record: a triplet with its provenance; one row of the dataset (dougagen/README.md#dataset)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dougagen.domain.measures import Measure, require_measures
from dougagen.domain.pictures import Triplet
from dougagen.domain.shots import LayerMove
from dougagen.domain.timing import FrameSpan, require_disjoint
from dougagen.errors import DomainError


class Origin(StrEnum):
    """Where a record comes from: the same type for all three."""

    EPISODE = "episode"
    STUDIO = "studio"
    ARTIST = "artist"


@dataclass(frozen=True, slots=True)
class PictureArea:
    """Where the picture lies in the decoded frame, in upright pixels; smaller than it where bars were cut.

    It has the size of the record's pictures, unless their pixels were squared, or they are stored at fewer
    lines: then the size before that. Where they were squared, the two shapes differ by the sample aspect
    ratio.
    """

    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if min(self.x, self.y) < 0 or min(self.width, self.height) < 1:
            raise DomainError(f"PictureArea must lie in the frame and hold a pixel, got {self}")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Everything about a record that is not its pictures."""

    episode_id: str
    """16 hex digits; for studio and artist records the digest of what made them."""
    source: str
    """Name of the file, without its folder."""
    shot_index: int
    drawing_index: int
    frame_index: int
    """The frame that the picture shows."""
    time: float
    """Seconds."""
    exposures: tuple[FrameSpan, ...]
    picture_area: PictureArea
    origin: Origin
    models: str
    """Names and hashes of the weights; empty where no network spoke."""
    dougagen_version: str
    config_digest: str
    """SHA-256 in hex over every option that changes rows."""
    cel_confidence: float = 1.0
    douga_confidence: float = 1.0
    flags: tuple[str, ...] = ()
    pixel_format: str = ""
    color_matrix: str = ""
    color_range: str = ""
    sample_aspect_ratio: str = ""
    """``"1:1"``; empty where the file does not say."""
    measures: tuple[Measure, ...] = ()
    """The figures behind the flags, by name; empty where nothing was measured."""
    fingerprint: int = 0
    """64 bits by which it is recognised in another episode; 0 where it is too flat, or none was made."""
    repeats: str = ""
    """``record_id`` of the record of another episode that shows the same drawing; empty where none does."""
    layer_moves: tuple[LayerMove, ...] = ()
    """Where the layers of its shot lie in it; empty where no move is known."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "layer_moves", tuple(self.layer_moves))
        object.__setattr__(self, "exposures", require_disjoint("Provenance.exposures", self.exposures))
        object.__setattr__(self, "measures", require_measures("Provenance.measures", self.measures))
        if not 0 <= self.fingerprint < 2**64:
            raise DomainError(f"Provenance.fingerprint must have 64 bits, got {self.fingerprint}")
        for name in ("cel_confidence", "douga_confidence"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise DomainError(f"Provenance.{name} must be in [0, 1], got {getattr(self, name)}")

    @property
    def held_frames(self) -> int:
        """How many frames show the drawing."""
        return sum(len(span) for span in self.exposures)


@dataclass(frozen=True, slots=True)
class Record:
    """One row: ``record_id`` is ``<episode_id>/<frame_index>``."""

    record_id: str
    triplet: Triplet
    provenance: Provenance

    @classmethod
    def of(cls, triplet: Triplet, provenance: Provenance) -> Record:
        """The record of a triplet under the identity that its provenance gives it."""
        return cls(f"{provenance.episode_id}/{provenance.frame_index}", triplet, provenance)

    def __repr__(self) -> str:
        size = f"{self.triplet.width}×{self.triplet.height}"
        where = f"shot {self.provenance.shot_index}, {self.provenance.held_frames} frames"
        return f"Record({self.record_id!r}, {size}, {where})"

    def _repr_png_(self) -> bytes:
        return self.triplet._repr_png_()
