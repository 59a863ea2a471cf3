"""THE RECORDS OF A FOLDER, numbered: which are taken, where each lies, and reading them."""

from __future__ import annotations

import logging
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Record
from dougagen.errors import ConfigError, ShardError
from dougagen.shards import (
    Dataset,
    RowGroup,
    decode_row,
    open_dataset,
    parse_filter,
    part_of,
    select_rows,
    shares_of,
)
from dougagen.shards.ledger import REPAIR
from dougagen.torch.errors import RecordError

OnDamage = Literal["raise", "skip"]
SplitBy = Literal["episode", "shot"]
LOG = logging.getLogger("dougagen.torch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which records are taken. Raises ConfigError for values that cannot be."""

    where: str = ""
    """A condition on columns, as ``dougagen export --where`` takes it."""
    split: str = ""
    """Shares of train, val and test, as ``90/5/5``."""
    part: str = "train"
    split_by: SplitBy = "episode"

    def __post_init__(self) -> None:
        if self.split_by not in get_args(SplitBy):
            raise ConfigError(f"a dataset is split by episode or by shot, got {self.split_by!r}")
        shares = shares_of(self.split)
        if self.part not in shares:
            remedy = f"one of {', '.join(shares)}" if self.split else 'say how to split: split="90/5/5"'
            raise ConfigError(f"the split has no part {self.part!r}", remedy=remedy)
        if self.where:
            parse_filter(self.where)

    @property
    def is_all(self) -> bool:
        """Whether no record is left out."""
        return not self.where and not self.split


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Records by their number, in the order of the dataset. Opens a shard to read it and keeps none open, so
    it can be pickled and handed to any process."""

    root: Path
    groups: tuple[RowGroup, ...]
    """Those of which a record is taken."""
    ends: NDArray[np.int64]
    """int64[groups]: the number after the last record of each."""
    rows: NDArray[np.int32]
    """int32[N]: the row of each record in its group."""

    @classmethod
    def of(cls, folder: str | PathLike[str], choice: Choice, *, on_damage: OnDamage) -> Records:
        """Find them: footers are read, and columns where ``choice`` asks for them; no picture.

        Raises ShardError where there is no dataset or, unless ``on_damage`` is ``"skip"``, it is damaged;
        ConfigError where nothing is taken.
        """
        told: list[ShardError] = []
        dataset = open_dataset(folder, on_damage=told.append if on_damage == "skip" else None)
        groups: list[RowGroup] = []
        counts, rows = array("q"), array("i")
        for group, row in _taken(dataset, choice):
            if not groups or groups[-1] != group:
                groups.append(group)
                counts.append(0)
            counts[-1] += 1
            rows.append(row)
        for error in told:
            LOG.warning("passed over: %s", error)
        if not rows:
            raise _nothing(folder, choice, told)
        ends = np.cumsum(np.frombuffer(counts, np.int64))
        return cls(dataset.root, tuple(groups), ends, np.array(rows, np.int32))

    def __len__(self) -> int:
        return len(self.rows)

    def sizes(self) -> NDArray[np.int64]:
        """int64[groups]: the records of each group."""
        return np.diff(self.ends, prepend=0)

    def numbers(self, group: int) -> range:
        """The numbers of the records of a group."""
        return range(int(self.ends[group - 1]) if group else 0, int(self.ends[group]))

    def read(self, number: int) -> Record:
        """A record. Raises RecordError, which names it."""
        group = self.groups[int(np.searchsorted(self.ends, number, side="right"))]
        row = int(self.rows[number])
        try:
            for coded in self._coded(group, {row}):
                return decode_row(coded)
        except ShardError as error:
            raise _named(error, group) from None
        raise _named(ShardError(_FEWER), group)

    def coded(self, group: int) -> Iterator[tuple[int, dict[str, Any] | ShardError]]:
        """Number and row of each record of a group, its pictures still coded; what is damaged as the error
        that says so."""
        numbers = self.numbers(group)
        wanted = set(self.rows[numbers.start : numbers.stop].tolist())
        at, problem = numbers.start, ShardError(_FEWER)
        try:
            for row in self._coded(self.groups[group], wanted):
                yield at, row
                at += 1
                if at == numbers.stop:
                    return
        except ShardError as error:  # a page that cannot be read takes those behind it along
            problem = error
        for number in range(at, numbers.stop):
            yield number, problem

    def decoded(self, number: int, coded: dict[str, Any] | ShardError) -> Record:
        """The record of what ``coded`` yielded. Raises RecordError."""
        group = self.groups[int(np.searchsorted(self.ends, number, side="right"))]
        try:
            if isinstance(coded, ShardError):
                raise coded
            return decode_row(coded)
        except ShardError as error:
            raise _named(error, group) from None

    def _coded(self, group: RowGroup, rows: set[int]) -> Iterator[dict[str, Any]]:
        return Dataset(self.root, ()).coded_rows_of(group, rows=rows)


_FEWER = "a row group holds fewer records than its footer says"


def _taken(dataset: Dataset, choice: Choice) -> Iterator[tuple[RowGroup, int]]:
    if choice.is_all:
        for group in dataset.row_groups():
            for row in range(group.rows):
                yield group, row
        return
    shares = shares_of(choice.split)
    for one in select_rows(dataset, parse_filter(choice.where) if choice.where else None):
        if part_of(one.split_key(choice.split_by), shares) == choice.part:
            yield one.group, one.row


def _nothing(folder: str | PathLike[str], choice: Choice, told: list[ShardError]) -> ConfigError:
    if choice.is_all:
        what = "no record can be read" if told else "this dataset holds no record"
        return ConfigError(what, where=folder, remedy=told[0].remedy if told else "")
    which = f" in the part {choice.part!r} of the split {choice.split}" if choice.split else ""
    what = f"no record{which}{' fits the filter' if choice.where else ''}"
    return ConfigError(what, where=folder, remedy="ask for less, or split by shot")


def _named(error: ShardError, group: RowGroup) -> RecordError:
    return RecordError(error.what, where=error.where or group.shard, remedy=error.remedy or REPAIR)
