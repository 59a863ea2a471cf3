"""Background plates: what the view ``plate`` shows where a dataset has a table ``backgrounds``.

A plate is a background put together from the drawings of a shot. It may be larger than the frame; a placement
says where on it the picture of a frame lies.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from threading import Lock
from typing import Any

from dougagen.domain import Placement
from dougagen.shards import Dataset

_KEPT = 64_000_000  # bytes of the latest shots; those of one shot are kept whatever they take
_MOST_PLACEMENTS = 4096


@dataclass(frozen=True, slots=True, eq=False)
class CodedPlate:
    """One row of ``backgrounds``, its pictures still coded."""

    background_id: str
    """``<episode_id>/<shot_index>/<n>``."""
    image: bytes
    """PNG."""
    known: bytes
    """Grey PNG: 0 where no drawing shows the background."""
    placements: tuple[Placement, ...]
    seen_fraction: float = 1.0


class PlateShelf:
    """The plates of a dataset, those of the latest shots kept as they are coded. Safe among threads."""

    def __init__(self, dataset: Dataset) -> None:
        """Reads nothing yet."""
        self._dataset = replace(dataset, on_damage=None)  # what is wrong is raised, for the shot alone
        self._kept: OrderedDict[tuple[str, int], tuple[CodedPlate, ...]] = OrderedDict()
        self._lock = Lock()

    def has_plates(self) -> bool:
        """Whether there is any."""
        if self._dataset.ledger:
            return len(self._dataset.plates) > 0
        return bool(self._dataset.plate_shards)  # how many they hold is not asked of a plain folder

    def of_shot(self, episode_id: str, shot_index: int) -> tuple[CodedPlate, ...]:
        """The plates of a shot. Raises ShardError."""
        key = (episode_id, shot_index)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = tuple(map(_plate_of, self._dataset.plates.coded(episode_id, shot_index)))
                while len(self._kept) > 1 and sum(map(_size, self._kept.values())) > _KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]


def _size(plates: tuple[CodedPlate, ...]) -> int:
    return sum(len(plate.image) + len(plate.known) + 1024 for plate in plates)


def _plate_of(row: Mapping[str, Any]) -> CodedPlate:
    """What of a row can be shown: any cell of a stranger's may be empty, or hold what is no number."""
    placed = [
        (int(one["frame_index"]), float(one["x"]), float(one["y"]), float(one["scale"]))
        for one in (row["placements"] or ())[:_MOST_PLACEMENTS]
        if one and None not in one.values()
    ]
    seen = row["seen_fraction"] or 0.0
    return CodedPlate(
        str(row["background_id"]),
        (row["image"] or {}).get("bytes") or b"",
        (row["known"] or {}).get("bytes") or b"",
        tuple(Placement(*one) for one in placed if isfinite(sum(one)) and one[0] >= 0 and 0 < one[3] < 1e6),
        float(seen) if isfinite(seen) else 0.0,
    )


def plate_facts(plate: CodedPlate, size: tuple[int, int]) -> dict[str, Any]:
    """What the front end has to know of a plate of ``size`` (width, height)."""
    return {
        "id": plate.background_id,
        "width": size[0],
        "height": size[1],
        "seen": round(plate.seen_fraction, 4),
        "placements": [[p.frame_index, p.x, p.y, p.scale] for p in plate.placements],
    }
