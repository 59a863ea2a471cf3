"""Which rows of a dataset a filter takes, from their columns alone; and those rows with their pictures."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from dougagen.domain import Origin, Record
from dougagen.errors import ShardError
from dougagen.shards.filters import Filter
from dougagen.shards.ledger import REPAIR
from dougagen.shards.reader import Dataset, RowGroup
from dougagen.shards.rows import decode_row
from dougagen.shards.splits import split_key

_READ = (
    "record_id",
    "episode_id",
    "source",
    "shot_index",
    "drawing_index",
    "frame_index",
    "height",
    "time",
    "exposures",
    "origin",
)


@dataclass(frozen=True, slots=True)
class SelectedRow:
    """A row that was chosen, before its pictures are read."""

    group: RowGroup
    row: int
    """In the row group."""
    record_id: str
    episode_id: str
    source: str
    shot_index: int
    drawing_index: int
    frame_index: int
    height: int
    """Lines of its pictures, as the column says."""
    time: float
    """Seconds."""
    exposures: tuple[tuple[int, int], ...]
    """Start and stop of each, as they stand there: nothing has been checked yet."""
    origin: str

    @property
    def is_scene(self) -> bool:
        """Whether it is a still of the studio: its episode is a batch of them, which have nothing to do with
        each other."""
        return self.origin == Origin.STUDIO

    def split_key(self, by: str) -> str:
        """What must stay together in a split ``by``: each scene of the studio stands alone."""
        scene = self.frame_index if self.is_scene else None
        return split_key(self.episode_id, self.shot_index, by, scene=scene)


def select_rows(dataset: Dataset, where: Filter | None = None) -> Iterator[SelectedRow]:
    """The rows for which ``where`` is true, or all, in the order of the dataset; no picture is read.

    One shard's columns are in memory. A shard that cannot be read is told to ``dataset.on_damage``.
    """
    columns = tuple(dict.fromkeys((*_READ, *(where.columns if where else ()))))
    groups: dict[Path, list[RowGroup]] = {}
    for group in dataset.row_groups():
        groups.setdefault(group.shard, []).append(group)
    for shard, table in dataset.tables(columns):
        taken = table.select(list(_READ))
        positions = range(len(table)) if where is None else where.rows(table)
        if where is not None:
            taken = taken.take(pa.array(positions, pa.int64()))
        yield from _placed(groups.get(shard, []), positions, taken)


def _placed(groups: list[RowGroup], positions: Sequence[int], table: pa.Table) -> Iterator[SelectedRow]:
    """The rows of ``table``, which stand at ``positions`` of a shard that has ``groups``."""
    ends = list(itertools.accumulate(group.rows for group in groups))
    for position, values in zip(positions, table.to_pylist(), strict=True):
        number = bisect_right(ends, position)
        if number == len(ends):  # the footer was damaged, or has changed since
            return
        group = groups[number]
        spans = tuple((span["start"], span["stop"]) for span in values.pop("exposures"))
        yield SelectedRow(group, position - (ends[number] - group.rows), exposures=spans, **values)


def read_selected(
    dataset: Dataset, rows: Iterable[SelectedRow]
) -> Iterator[tuple[SelectedRow, Record | ShardError]]:
    """Each row with its record, in the given order, or with what is wrong with it; one at a time in memory.

    Rows that follow each other in a row group are read in one pass.
    """
    for _, together in itertools.groupby(_numbered(rows), key=lambda pair: pair[0]):
        yield from _read_together(dataset, [row for _, row in together])


def _numbered(rows: Iterable[SelectedRow]) -> Iterator[tuple[int, SelectedRow]]:
    """Each row with the number of the pass that reads it: a pass goes forward in one row group."""
    number, last = 0, None
    for row in rows:
        if last is not None and (row.group != last.group or row.row <= last.row):
            number += 1
        last = row
        yield number, row


def _read_together(
    dataset: Dataset, rows: list[SelectedRow]
) -> Iterator[tuple[SelectedRow, Record | ShardError]]:
    left = iter(rows)
    group = rows[0].group
    problem = ShardError(
        "a row group holds fewer records than its footer says", where=group.shard, remedy=REPAIR
    )
    try:
        wanted = {row.row for row in rows}
        coded = dataset.coded_rows_of(group, rows=wanted)
        for values, row in zip(itertools.islice(coded, len(rows)), left, strict=False):
            try:
                yield row, decode_row(values)
            except ShardError as error:
                yield row, ShardError(error.what, where=group.shard, remedy=REPAIR)
    except ShardError as error:  # a page that cannot be read takes those behind it along
        problem = error
    for row in left:
        yield row, problem
