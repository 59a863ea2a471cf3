"""SHARDS → PICTURES TO LEARN FROM: painted drawings with their douga, neighbours of a shot side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dougagen.colorization.lines import LineKind, on_paper
from dougagen.colorization.pots import paints_of
from dougagen.domain import LINE_CLASSES, Origin, Record
from dougagen.errors import ConfigError
from dougagen.shards import read_records

_LEAST_CEL = 0.01
"""Of a picture: with less of a drawing on it there is nothing to colour."""
_MASK_BIT = np.uint8(0x80)


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """A drawing as it was painted, 4 bytes a pixel."""

    name: str
    """``<episode_id>/<frame_index>``."""
    color: NDArray[np.uint8]
    """uint8[H, W, 3]: the picture, background included."""
    packed: NDArray[np.uint8]
    """uint8[H, W]: douga classes, the cel in the top bit."""
    before: int
    """Position in the pool of the drawing before it in its shot; −1 where there is none."""

    @property
    def cel(self) -> NDArray[np.bool_]:
        """bool[H, W]."""
        return np.asarray(self.packed >= _MASK_BIT)

    @property
    def classes(self) -> NDArray[np.uint8]:
        """uint8[H, W]: its douga."""
        return np.asarray(self.packed & ~_MASK_BIT)

    @property
    def paper(self) -> NDArray[np.uint8]:
        """uint8[H, W, 3]: the cel on white."""
        return on_paper(self.color, self.cel)


class PaintedPool:
    """Painted drawings in memory."""

    def __init__(self, pictures: Sequence[Painted], *, name: str, left_out: Mapping[str, int]) -> None:
        self.pictures = pictures
        self.name = name
        self.left_out = left_out
        """Reason → records that are not here."""

    @cached_property
    def _models(self) -> dict[int, NDArray[np.float32]]:
        return {}

    def model_of(self, number: int) -> NDArray[np.float32]:
        """``paints_of`` a picture; looked for once."""
        if number not in self._models:
            self._models[number] = paints_of(self.pictures[number].paper)
        return self._models[number]

    def __len__(self) -> int:
        return len(self.pictures)

    @classmethod
    def read(
        cls,
        *folders: Path,
        kind: LineKind = LineKind.DOUGA,
        readings: Sequence[Path] = (),
        megabytes: int = 6000,
    ) -> PaintedPool:
        """The drawings of every record under folders of shards.

        ``readings`` are datasets of the same pictures as networks read them (``read_again``): their douga
        takes the place of the records' own, and everything else stays. Raises ShardError, and ConfigError
        where there is nothing to colour, no douga, or no truth where the kind asks for it.
        """
        records = (record for folder in folders for record in read_records(folder))
        name = ", ".join(folder.name for folder in folders)
        other = {
            record.record_id: record.triplet.douga.classes
            for folder in readings
            for record in read_records(folder)
        }
        return cls.of(records, kind=kind, name=name, other=other or None, megabytes=megabytes)

    @classmethod
    def of(
        cls,
        records: Iterable[Record],
        *,
        kind: LineKind = LineKind.DOUGA,
        name: str = "",
        other: Mapping[str, NDArray[np.uint8]] | None = None,
        megabytes: int = 6000,
    ) -> PaintedPool:
        """As ``read``, from records; ``other`` has the douga of another reading by the record's id."""
        pictures: list[Painted] = []
        places: dict[tuple[str, int, int], int] = {}
        out = {"hardly any cel": 0, "no douga": 0, "not in the other reading": 0, "no room in memory": 0}
        room = megabytes * 10**6
        for record in records:
            shown, triplet = record.provenance, record.triplet
            classes = triplet.douga.classes if other is None else other.get(record.record_id)
            if triplet.cel_mask.fraction < _LEAST_CEL:
                out["hardly any cel"] += 1
                continue
            if classes is None or classes.shape != triplet.douga.classes.shape:
                out["not in the other reading"] += 1
                continue
            if not np.isin(classes, LINE_CLASSES).any():
                out["no douga"] += 1
                continue
            if kind is LineKind.EXACT and other is None:
                _require_truth(record)
            room -= 4 * classes.size
            if room < 0:
                out["no room in memory"] += 1
                break
            before = places.get((shown.episode_id, shown.shot_index, shown.drawing_index - 1), -1)
            if before >= 0 and pictures[before].color.shape != triplet.color.shape:
                before = -1
            places[shown.episode_id, shown.shot_index, shown.drawing_index] = len(pictures)
            mask = np.where(triplet.cel_mask.pixels, _MASK_BIT, np.uint8(0))
            pictures.append(Painted(record.record_id, triplet.color, classes | mask, before))
        if not pictures:
            raise _nothing(out, name)
        return cls(pictures, name=name, left_out={reason: n for reason, n in out.items() if n})

    def facts(self) -> dict[str, str]:
        """For the header of the weights."""
        return {"data": self.name, "pictures": str(len(self.pictures))}


def _require_truth(record: Record) -> None:
    shown = record.provenance
    if shown.origin is Origin.EPISODE or shown.models:
        raise ConfigError(
            f"the douga of record {record.record_id} was read by networks, --lines exact needs the truth",
            remedy="train on shards of `dougagen synth` or `label import`, or take --lines douga",
        )


def _nothing(left_out: Mapping[str, int], name: str) -> ConfigError:
    if left_out["no douga"]:
        return ConfigError(
            f"none of the {left_out['no douga']} records in {name or 'these shards'} has a line of douga",
            remedy="extract them anew, or make shards with `dougagen synth`",
        )
    return ConfigError(
        f"there is no painted drawing to learn from in {name or 'these shards'}",
        remedy="make shards with `dougagen extract` or `dougagen synth`",
    )
