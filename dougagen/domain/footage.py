"""What flows before the networks: episodes, frames, shots, drawings (dougagen/README.md#words)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dougagen.domain.arrays import described, require_array
from dougagen.domain.display import shown
from dougagen.domain.measures import Measure, require_measures
from dougagen.domain.shots import TurnedMove
from dougagen.domain.timing import FrameSpan, require_disjoint
from dougagen.errors import DomainError


@dataclass(frozen=True, slots=True)
class Chapter:
    """A named stretch of an episode, by the word of its container; chapters may overlap."""

    title: str
    """As the file has it, cut to a bounded length; may be empty."""
    start: Fraction
    """Seconds from the first frame of the file."""
    stop: Fraction
    """Seconds; the moment after the last."""

    def __post_init__(self) -> None:
        if self.stop <= self.start:
            raise DomainError(f"Chapter must have start < stop, got [{self.start}, {self.stop}) s")


@dataclass(frozen=True, slots=True)
class Episode:
    """One video file and what it says of itself."""

    episode_id: str
    """16 hex digits: the beginning of the SHA-256 of the file's content."""
    path: Path
    width: int
    """Pixels of a decoded frame, upright, bars included, before any resampling."""
    height: int
    frame_rate: Fraction
    """Frames a second, as announced; exact times come from each frame."""
    pixel_format: str = ""
    """FFmpeg's name, ``yuv420p10le``; empty where there is no video stream behind the record."""
    color_matrix: str = ""
    """FFmpeg's name of the matrix that was used, ``bt709``; ``bt709 (assumed)`` where untagged."""
    color_range: str = ""
    """``limited`` or ``full``."""
    sample_aspect_ratio: Fraction | None = None
    """Width of a pixel over its height; None where the file does not say."""
    announced_frames: int | None = None
    """How many frames the container claims to hold; for progress only, never trusted."""
    chapters: tuple[Chapter, ...] = ()
    """In the order of the file."""
    rotation: int = 0
    """Degrees clockwise that the stored picture is turned to stand upright: 0, 90, 180 or 270. Width, height
    and sample aspect ratio are those of the upright picture."""
    mirrored: bool = False
    """The stored picture is mirrored left to right before it is turned."""

    @property
    def sample_aspect_words(self) -> str:
        """``"1:1"``; empty where the file does not say."""
        ratio = self.sample_aspect_ratio
        return "" if ratio is None else f"{ratio.numerator}:{ratio.denominator}"

    def __post_init__(self) -> None:
        if len(self.episode_id) != 16 or set(self.episode_id) - set("0123456789abcdef"):
            raise DomainError(f"Episode.episode_id must be 16 hex digits, got {self.episode_id!r}")
        if self.width < 1 or self.height < 1:
            raise DomainError(f"Episode must be at least 1×1 pixels, got {self.width}×{self.height}")
        if self.frame_rate <= 0:
            raise DomainError(f"Episode.frame_rate must be positive, got {self.frame_rate}")
        if self.rotation not in (0, 90, 180, 270):
            raise DomainError(f"Episode.rotation must be 0, 90, 180 or 270 degrees, got {self.rotation}")


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One decoded picture of an episode. The luma is free; colour is converted only when asked for."""

    index: int
    """0-based, in presentation order, absolute in the file."""
    time: Fraction
    """Seconds from the first frame of the file."""
    luma: NDArray[np.uint8]
    """uint8[H, W]: the Y plane at 8 bits, in the range that the file uses."""
    to_rgb: Callable[[], NDArray[np.uint8]] | None = field(default=None, repr=False)
    """Converts the frame behind the luma; called by ``rgb``."""
    damaged: bool = False
    """The decoder had to make up a part of the picture."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "luma", require_array("Frame.luma", self.luma, np.uint8, ("H", "W")))

    def rgb(self) -> NDArray[np.uint8]:
        """The picture as uint8[H, W, 3] in full-range RGB. Costs a conversion at each call."""
        if self.to_rgb is None:
            raise DomainError(f"Frame {self.index} was made from luma alone and has no colour")
        return self.to_rgb()

    def __repr__(self) -> str:
        return f"Frame(index={self.index}, time={self.time}, luma={described(self.luma)})"


@dataclass(frozen=True, slots=True)
class Shot:
    """The frames between two edits."""

    index: int
    span: FrameSpan


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """One distinct picture of the cel layers and when it was on screen."""

    episode_id: str
    shot_index: int
    """0-based, counted over the episode."""
    exposures: tuple[FrameSpan, ...]
    """Where the drawing is shown, in order; more than one where it comes back in its shot."""
    image: NDArray[np.uint8]
    """uint8[H, W, 3]: RGB of the frame that stands for the drawing."""
    drawing_index: int = 0
    """0-based, counted over the episode."""
    frame_index: int = -1
    """The frame that ``image`` shows; −1 at construction means the first frame of the first exposure."""
    time: Fraction = Fraction(0)
    """Presentation time of ``frame_index`` in seconds from the first frame of the file."""
    flags: tuple[str, ...] = ()
    """What a reader should know: ``truncated``, ``dark`` …"""
    measures: tuple[Measure, ...] = ()
    """The figures behind the flags, by name."""
    fingerprint: int = 0
    """64 bits by which it is recognised in another episode; 0 where it is too flat, or none was made."""
    repeats: str = ""
    """``record_id`` of the record of another episode that shows the same drawing; empty where none does."""
    layer_moves: tuple[TurnedMove, ...] = ()
    """Where camera and layers lie in each of its frames, against the first frame of the shot, by frame and
    layer; nothing for frames before anything moved."""

    def __post_init__(self) -> None:
        image = require_array("Drawing.image", self.image, np.uint8, ("H", "W", 3))
        exposures = require_disjoint("Drawing.exposures", self.exposures)
        object.__setattr__(self, "image", image)
        object.__setattr__(self, "exposures", exposures)
        object.__setattr__(self, "measures", require_measures("Drawing.measures", self.measures))
        if self.frame_index == -1:
            object.__setattr__(self, "frame_index", exposures[0].start)
        if not any(self.frame_index in span for span in exposures):
            raise DomainError(
                f"Drawing.frame_index {self.frame_index} is in none of its exposures {exposures}"
            )

    @property
    def held_frames(self) -> int:
        """How many frames show this drawing."""
        return sum(len(span) for span in self.exposures)

    def __repr__(self) -> str:
        spans = ", ".join(f"[{s.start}, {s.stop})" for s in self.exposures)
        return f"Drawing(shot={self.shot_index}, exposures={spans}, image={described(self.image)})"

    def _repr_png_(self) -> bytes:
        return shown(self.image)


@dataclass(frozen=True, slots=True, kw_only=True)
class FootageCounts:
    """What has been read of an episode by now; final once its last drawing has come."""

    frames_decoded: int = 0
    """Frames of the wanted stretch that were handed on; skipped ones are not among them."""
    frames_skipped: Mapping[str, int] = field(default_factory=dict)
    """Reason → frames that were decoded and belong to no exposure by design: a skipped chapter."""
    frames_woven: int = 0
    """Frames that were put together from fields of several: telecined film, fields out of step."""
    frames_deinterlaced: int = 0
    """Frames made of one field and what its neighbours say of the other."""
    shots_found: int = 0
    """Shots begun."""
    drawings_found: int = 0
    packets_read: int = 0
    """Packets that the decoder was given; grows also while frames before the start are dropped."""
    packets_damaged: int = 0
    """Packets that demuxer or decoder could not use, and pictures that the decoder had to patch up."""
    truncated: bool = False
    """The file ended before it should: known once the last frame was handed out."""

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "frames_skipped", dict(self.frames_skipped)
        )  # a copy; a proxy does not pickle
