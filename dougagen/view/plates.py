"""Background plates: what the view ``plate`` shows where a dataset has a table ``backgrounds``.

A plate is a background put together from the drawings of a shot. It may be larger than the frame; a placement
says where on it the picture of a frame lies.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from threading import Lock
from typing import Any, Protocol

from dougagen.shards import Dataset

_SHOTS_KEPT = 8
_MOST_PLACEMENTS = 4096


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
        """No."""
        return False

    def of_shot(self, episode_id: str, shot_index: int) -> Sequence[Plate]:  # noqa: ARG002
        """None."""
        return ()


class DatasetPlates:
    """The plates of a dataset, those of the latest shots kept as they are coded. Safe among threads."""

    def __init__(self, plates: Any) -> None:
        """``plates`` is ``Dataset.plates``."""
        self._plates = plates
        self._kept: OrderedDict[tuple[str, int], tuple[Plate, ...]] = OrderedDict()
        self._lock = Lock()

    def has_plates(self) -> bool:
        """Whether there is any."""
        return len(self._plates) > 0

    def of_shot(self, episode_id: str, shot_index: int) -> tuple[Plate, ...]:
        """The plates of a shot. Raises ShardError."""
        key = (episode_id, shot_index)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = tuple(map(_plate_of, self._plates.coded(episode_id, shot_index)))
                while len(self._kept) > _SHOTS_KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]


def shelf_of(dataset: Dataset) -> PlateShelf:
    """Where the plates of a dataset stand; an empty shelf where it has none."""
    plates = getattr(replace(dataset, on_damage=None), "plates", None)
    return NoPlates() if plates is None else DatasetPlates(plates)


def _plate_of(row: Mapping[str, Any]) -> Plate:
    placed = (
        Placement(int(one["frame_index"]), float(one["x"]), float(one["y"]), float(one["scale"]))
        for one in (row["placements"] or ())[:_MOST_PLACEMENTS]
    )
    return Plate(
        str(row["background_id"]),
        (row["image"] or {}).get("bytes") or b"",
        (row["known"] or {}).get("bytes") or b"",
        tuple(one for one in placed if isfinite(one.x + one.y + one.scale) and one.scale > 0),
        float(row["seen_fraction"]) if isfinite(row["seen_fraction"]) else 0.0,
    )


def plate_facts(plate: Plate, size: tuple[int, int]) -> dict[str, Any]:
    """What the front end has to know of a plate of ``size`` (width, height)."""
    return {
        "id": plate.background_id,
        "width": size[0],
        "height": size[1],
        "seen": round(plate.seen_fraction, 4),
        "placements": [[p.frame_index, p.x, p.y, p.scale] for p in plate.placements],
    }
