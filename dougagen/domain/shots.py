"""What is known of a shot as a whole: where its layers lie in each drawing, and its background plate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dougagen.domain.arrays import described, require_array
from dougagen.domain.display import shown
from dougagen.errors import DomainError


@dataclass(frozen=True, slots=True)
class LayerMove:
    """Where a layer lies in one frame, against where it lay at the beginning of its shot."""

    layer: int
    """0 is the background."""
    frame_index: int
    x: float
    """Pixels of the picture, to the right: where the layer's point at the picture's upper left corner in the
    first drawing lies now."""
    y: float
    """Pixels, down."""
    scale: float
    """Size against the first drawing, over 0."""

    def __post_init__(self) -> None:
        if self.layer < 0 or self.frame_index < 0:
            raise DomainError(f"LayerMove must have layer and frame of at least 0, got {self}")
        if not (np.isfinite([self.x, self.y]).all() and 0 < self.scale < 1e6):
            raise DomainError(f"LayerMove must be finite with a scale over 0, got {self}")


@dataclass(frozen=True, slots=True)
class TurnedMove(LayerMove):
    """The same of a layer that may turn, as footage finds it; a row of a dataset does not hold the turn."""

    turn: float = 0.0
    """Radians, clockwise on the screen, about the same point."""

    def __post_init__(self) -> None:
        LayerMove.__post_init__(self)
        if not np.isfinite(self.turn):
            raise DomainError(f"TurnedMove.turn must be finite, got {self.turn}")


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the picture of one frame lies in a plate."""

    frame_index: int
    x: float
    """Pixels of the plate: the picture's upper left corner."""
    y: float
    scale: float
    """Pixels of the plate for a pixel of the picture."""

    def __post_init__(self) -> None:
        if self.frame_index < 0:
            raise DomainError(f"Placement.frame_index must be at least 0, got {self.frame_index}")
        if not (np.isfinite([self.x, self.y]).all() and 0 < self.scale < 1e6):
            raise DomainError(f"Placement must be finite with a scale over 0, got {self}")


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """The background of a shot, put together from what its drawings show of it."""

    episode_id: str
    shot_index: int
    number: int
    """0-based within its shot: a shot whose background changes has several plates."""
    image: NDArray[np.uint8]
    """uint8[H, W, 3]: RGB; may be larger than the frame. Black where nothing is known."""
    known: NDArray[np.bool_]
    """bool[H, W]: where some drawing shows it. Nothing is invented elsewhere."""
    placements: tuple[Placement, ...]
    """For every drawing that was laid on it, in order of frames."""

    def __post_init__(self) -> None:
        image = require_array("Plate.image", self.image, np.uint8, ("H", "W", 3))
        known = require_array("Plate.known", self.known, np.bool_, image.shape[:2])
        object.__setattr__(self, "image", image)
        object.__setattr__(self, "known", known)
        if self.shot_index < 0 or self.number < 0:
            raise DomainError(f"Plate needs a shot and a number of at least 0, got {self!r}")
        frames = [placement.frame_index for placement in self.placements]
        if frames != sorted(set(frames)):
            raise DomainError(f"Plate.placements must be in order of frames, each once, got {frames}")

    @property
    def background_id(self) -> str:
        """``<episode_id>/<shot_index>/<number>``."""
        return f"{self.episode_id}/{self.shot_index}/{self.number}"

    @property
    def seen_fraction(self) -> float:
        """Share of the plate that is known, [0, 1]."""
        return float(self.known.mean())

    def __repr__(self) -> str:
        return f"Plate({self.background_id}, {described(self.image)}, {len(self.placements)} placements)"

    def _repr_png_(self) -> bytes:
        return shown(self.image)
