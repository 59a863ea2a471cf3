"""SHARDS → PLATES: the backgrounds of a dataset, one in memory at a time, each checked as records are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from dougagen.domain import Plate, Record
from dougagen.errors import ShardError
from dougagen.shards.ledger import REPAIR, episode_of_shard
from dougagen.shards.plate_rows import decode_plate
from dougagen.shards.reader import open_dataset, raw_rows_at, whole_table
from dougagen.shards.schema import PLATE_TABLE

if TYPE_CHECKING:
    from dougagen.shards.reader import Dataset

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plates:
    """The plates of a dataset, in the order of its episodes and their shots; none is read until asked for.

    ``for plate in dataset.plates``, ``dataset.plates.of_shot(episode_id, 3)``, ``dataset.plates.of(record)``.
    """

    dataset: Dataset

    def __len__(self) -> int:
        """How many there are: from the ledgers, or from the shards where there are none."""
        if self.dataset.ledger:
            return sum(entry.plates for entry in self.dataset.ledger)
        return sum(table.num_rows for _, table in self.tables(("shot_index",)))

    def __iter__(self) -> Iterator[Plate]:
        """Every plate. Raises ShardError naming the shard that is damaged."""
        return self.where()

    def of_shot(self, episode_id: str, shot_index: int) -> tuple[Plate, ...]:
        """The plates of one shot; no other is decoded. Raises ShardError."""
        return tuple(self.where(episode_id, shot_index))

    def of(self, record: Record) -> Plate | None:
        """The plate that the picture of a record was laid on; None where there is none. Raises ShardError.

        Where it lies there: the placement of its ``frame_index``.
        """
        shown = record.provenance
        for plate in self.where(shown.episode_id, shown.shot_index):
            if any(placement.frame_index == shown.frame_index for placement in plate.placements):
                return plate
        return None

    def where(self, episode_id: str | None = None, shot_index: int | None = None) -> Iterator[Plate]:
        """The plates of an episode, of the shots with a number, or both; no other is decoded.

        Raises ShardError naming the shard that is damaged.
        """
        return self._read(_decoded, episode_id, shot_index)

    def coded(self, episode_id: str, shot_index: int) -> Iterator[dict[str, Any]]:
        """The rows of a shot as plain dicts, pictures still PNG: for those who only pass them on.

        Nothing in them is checked but their types. Raises ShardError.
        """
        return self._read(lambda rows, _: rows, episode_id, shot_index)

    def tables(self, columns: Sequence[str] = PLATE_TABLE.without_images) -> Iterator[tuple[Path, Any]]:
        """Each shard with the named columns as an Arrow table, no cell empty; by default all but pictures.

        Raises ShardError at a column that there is not.
        """
        unknown = [name for name in columns if name not in PLATE_TABLE.columns]
        if unknown:
            known = ", ".join(PLATE_TABLE.columns)
            raise ShardError(f"there is no column {unknown[0]!r}; the columns are {known}")
        for shard in self.dataset.plate_shards:
            with self.dataset._damage_told():
                yield shard, whole_table(shard, columns, PLATE_TABLE)

    def _read(
        self,
        made_of: Callable[[Iterator[dict[str, Any]], Path], Iterator[T]],
        episode_id: str | None,
        shot_index: int | None,
    ) -> Iterator[T]:
        """What is made of the rows that are meant, chosen by their ids before any picture is read."""
        for shard in self.dataset.plate_shards:
            if episode_id is not None and episode_of_shard(shard.name) not in (None, episode_id):
                continue
            with self.dataset._damage_told():
                ids = whole_table(shard, ("episode_id", "shot_index"), PLATE_TABLE)
                said = zip(*(column.to_pylist() for column in ids.columns), strict=True)
                found = {
                    position
                    for position, (episode, shot) in enumerate(said)
                    if episode_id in (None, episode) and shot_index in (None, shot)
                }
                yield from made_of(raw_rows_at(shard, found, PLATE_TABLE), shard)

    def __repr__(self) -> str:
        count = len(self)
        return f"{count} plate{'s' * (count != 1)} of {self.dataset!r}"


def _decoded(rows: Iterator[dict[str, Any]], shard: Path) -> Iterator[Plate]:
    for row in rows:
        try:
            plate = decode_plate(row)
        except ShardError as error:
            raise ShardError(error.what, where=shard, remedy=REPAIR) from error
        yield plate


def read_plates(
    folder: Path | str,
    episode_id: str | None = None,
    shot_index: int | None = None,
    *,
    on_damage: Callable[[ShardError], object] | None = None,
) -> Iterator[Plate]:
    """Every background plate of the dataset in ``folder``, or those of an episode or a shot; one at a time.

    Nothing where the dataset has none. With ``on_damage`` a shard that cannot be read is told there and
    passed over. Raises ShardError where there is no dataset, and naming the shard that is damaged.
    """
    yield from open_dataset(folder, on_damage=on_damage).plates.where(episode_id, shot_index)
