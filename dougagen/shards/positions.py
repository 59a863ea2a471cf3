"""Records of a dataset by their position: ``dataset[7]``, ``dataset[-1]``, ``dataset[10:20]``."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import TYPE_CHECKING, overload

from dougagen.domain import Record
from dougagen.errors import NoRecordError, ShardError

if TYPE_CHECKING:
    from dougagen.shards.reader import Dataset, RowGroup


@dataclass(frozen=True, slots=True)
class Positions:
    """Where each record lies. Made of footers: no picture is read for it."""

    groups: tuple[RowGroup, ...]
    ends: tuple[int, ...]
    """The position after the last record of each group."""

    @classmethod
    def of(cls, groups: Sequence[RowGroup]) -> Positions:
        return cls(tuple(groups), tuple(accumulate(group.rows for group in groups)))

    def __len__(self) -> int:
        return self.ends[-1] if self.ends else 0

    def place(self, position: int) -> tuple[RowGroup, int]:
        """The row group and the row in it; ``position`` is in [0, len)."""
        number = bisect_right(self.ends, position)
        group = self.groups[number]
        return group, position - (self.ends[number] - group.rows)


def position_of(index: int, length: int) -> int:
    """``index`` counted from the front; negative ones count from the back. Raises NoRecordError."""
    if not -length <= index < length:
        raise NoRecordError(f"there is no record {index}: there are {length}")
    return index % length


@dataclass(frozen=True, slots=True)
class Selection(Sequence[Record]):
    """A slice of a dataset: no record is read before it is asked for."""

    dataset: Dataset
    positions: range

    def __len__(self) -> int:
        return len(self.positions)

    @overload
    def __getitem__(self, index: int) -> Record: ...

    @overload
    def __getitem__(self, index: slice) -> Selection: ...

    def __getitem__(self, index: int | slice) -> Record | Selection:
        if isinstance(index, slice):
            return Selection(self.dataset, self.positions[index])
        return self.dataset[self.positions[position_of(index, len(self.positions))]]

    def __iter__(self) -> Iterator[Record]:
        if self.positions.step > 0:
            return self.dataset.records_at(self.positions)
        return (self.dataset[position] for position in self.positions)

    def __repr__(self) -> str:
        return f"{len(self)} records of {self.dataset!r}"


def records_in_order(dataset: Dataset, places: Positions, wanted: range) -> Iterator[Record]:
    """The records at rising positions; each row group is opened once, and read to the last one wanted."""
    at = 0
    while at < len(wanted):
        group, row = places.place(wanted[at])
        rows = range(row, group.rows, wanted.step)[: len(wanted) - at]
        found = 0
        for record in islice(dataset.records_of(group, rows=rows), len(rows)):
            found += 1
            yield record
        if found < len(rows):
            raise ShardError("a row group holds fewer records than its footer says", where=group.shard)
        at += len(rows)
