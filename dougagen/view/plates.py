"""Background plates: what the view ``plate`` shows where a dataset has a table ``backgrounds``.

A plate is a background put together from the drawings of a shot. It may be larger than the frame; a placement
says where on it the picture of a frame lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a frame's picture lies on the plate."""

    frame_index: int
    x: float
    """Plate pixels from the left to the picture's upper left corner."""
    y: float
    scale: float
    """Plate pixels a pixel of the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """One row of ``backgrounds``, its pictures still coded."""

    background_id: str
    """``<episode_id>/<shot_index>/<n>``."""
    image: bytes
    """PNG."""
    known: bytes
    """Grey PNG: 0 where no drawing shows the background."""
    placements: tuple[Placement, ...]
    seen_fraction: float = 1.0


class PlateShelf(Protocol):
    """Where plates come from."""

    def has_plates(self) -> bool:
        """Whether there is any."""
        ...

    def of_shot(self, episode_id: str, shot_index: int) -> Sequence[Plate]:
        """The plates of a shot, in the order of their numbers. Raises ShardError."""
        ...


class NoPlates:
    """A dataset without the table, as older versions wrote it."""

    def has_plates(self) -> bool:
        return False

    def of_shot(self, episode_id: str, shot_index: int) -> Sequence[Plate]:  # noqa: ARG002
        return ()


def plate_facts(plate: Plate, size: tuple[int, int]) -> dict[str, Any]:
    """What the front end has to know of a plate of ``size`` (width, height)."""
    return {
        "id": plate.background_id,
        "width": size[0],
        "height": size[1],
        "seen": round(plate.seen_fraction, 4),
        "placements": [[p.frame_index, p.x, p.y, p.scale] for p in plate.placements],
    }
