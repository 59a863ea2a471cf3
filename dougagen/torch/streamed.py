"""Records as a stream: row group by row group, shared out among ranks and workers, resumable."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from typing import Any, Unpack

import numpy as np
from torch.utils.data import IterableDataset, get_worker_info

from dougagen.errors import ConfigError, ShardError, UsageError
from dougagen.torch.errors import RecordError
from dougagen.torch.samples import Crop, DType
from dougagen.torch.shares import Rank, Share, shares_of_rank
from dougagen.torch.triplets import Options, Triplets

Coded = dict[str, Any] | ShardError
_HELD_BYTES = 256 << 20
"""Of coded pictures that are shuffled together: ours take a quarter, and a stranger's may take more."""


class IterableTripletDataset(Triplets, IterableDataset[Any]):
    """An iterable dataset over a folder of shards, of the same samples as ``TripletDataset``.

    Each row group is read once, by one worker of one rank: no record comes twice and none is left out. Row
    groups come in an order that follows from ``seed`` and epoch (``set_epoch`` before each), and records are
    shuffled within ``mix`` row groups at a time, which wait coded in memory: 64 MB a worker by default. With
    ``shuffle=False`` they come in the order of the dataset.

    ``rank`` and ``world_size`` are asked of torch.distributed or torchrun where they are not given. Ranks get
    numbers of records that differ by less than a row group; ``even=True`` leaves out a few, others in each
    epoch, so that all have the same. Where there are fewer row groups than workers, some have nothing to do.

    ``state_dict`` says how far it has come, and after ``load_state_dict`` the next iteration carries on
    there: in the same process, in torchdata's ``StatefulDataLoader``, and with workers in ``TripletLoader``.
    Seed, filter, ranks and workers have to be the same. Raises as ``TripletDataset`` does.
    """

    def __init__(
        self,
        dir: str | PathLike[str],
        crop: Crop | None = None,
        dtype: DType = "uint8",
        *,
        shuffle: bool = True,
        mix: int = 4,
        rank: int | None = None,
        world_size: int | None = None,
        even: bool = False,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(dir, crop, dtype, dict(options))
        if mix < 1:
            raise ConfigError(f"mix must be at least 1 row group, got {mix}")
        self.shuffle, self.mix, self.even = shuffle, mix if shuffle else 1, even
        self.rank = Rank.found(rank, world_size)
        self._at: dict[int, int] = {}
        self._workers = 1
        self._carry_on = False

    def __len__(self) -> int:
        """The records of this rank in this epoch."""
        return sum(share.records for share in self.shares(1))

    def shares(self, workers: int) -> list[Share]:
        """What each of so many workers of this rank reads in this epoch."""
        order = np.arange(len(self.records.groups))
        if self.shuffle:
            np.random.default_rng((self.seed, self.epoch)).shuffle(order)
        return shares_of_rank(self.records.sizes(), order, self.rank, workers, even=self.even)

    def set_epoch(self, epoch: int) -> None:
        if epoch != self.epoch:
            self._carry_on = False
        super().set_epoch(epoch)

    def __iter__(self) -> Iterator[Any]:
        info = get_worker_info()
        worker, workers = (0, 1) if info is None else (info.id, info.num_workers)
        if self._carry_on and workers != self._workers:
            raise UsageError(
                f"the state is of {self._workers} workers, and now there are {workers}",
                remedy=f"carry on with num_workers={self._workers}",
            )
        start = self._at.get(worker, 0) if self._carry_on else 0
        self._at, self._workers, self._carry_on = {worker: start}, workers, False
        return self._samples(worker, self.shares(workers)[worker], start)

    def _samples(self, worker: int, share: Share, start: int) -> Iterator[Any]:
        """The samples of a share from its ``start``-th record on; ``_at`` is right at each of them."""
        for at, (number, coded) in enumerate(self._coded(share, start), start):
            if at >= share.records:
                return
            self._at[worker] = at + 1
            try:
                record = self.records.decoded(number, coded)
            except RecordError as error:
                self._passed_over(number, error)
                continue
            yield self._sample(number, record)

    def _coded(self, share: Share, start: int) -> Iterator[tuple[int, Coded]]:
        """Numbers and coded rows in the order of the share, without the first ``start``; row groups that lie
        before are not opened."""
        sizes, at = self.records.sizes(), 0
        for first in range(0, len(share.groups), self.mix):
            window = share.groups[first : first + self.mix]
            rows = int(sizes[window].sum())
            if at + rows > start:
                for number, coded in self._in_window(window.tolist()):
                    if at >= start:
                        yield number, coded
                    at += 1
            else:
                at += rows

    def _in_window(self, groups: list[int]) -> Iterator[tuple[int, Coded]]:
        rows = ((number, coded) for group in groups for number, coded in self.records.coded(group))
        if not self.shuffle:
            yield from rows
            return
        rng = np.random.default_rng((self.seed, self.epoch, groups[0]))
        for held in _by_bytes(rows):
            for place in rng.permutation(len(held)):
                yield held[place]
                held[place] = (-1, {})  # its pictures are let go

    @property
    def carries_on(self) -> bool:
        """Whether the next iteration begins where a state says."""
        return self._carry_on

    def positions(self) -> dict[int, int]:
        """Worker → how many of its records are behind it."""
        return dict(self._at)

    def position(self, worker: int) -> int:
        """How many records of a worker are behind it."""
        return self._at.get(worker, 0)

    def begun(self) -> None:
        """Workers have taken their copies: the iteration after this one begins at the beginning."""
        self._carry_on = False

    def state_dict(self) -> dict[str, Any]:
        """How far this process has come; plain values that any format stores."""
        return {**self._facts(), "epoch": self.epoch, "workers": self._workers, "positions": dict(self._at)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Carry on from a state. Raises UsageError where it is of another dataset or other options."""
        for name, wanted in self._facts().items():
            if state.get(name) != wanted:
                what = f"the state has {name.replace('_', ' ')} {state.get(name)}, this dataset {wanted}"
                raise UsageError(what, remedy="open it as it was opened then, or begin anew")
        self.set_epoch(int(state["epoch"]))
        self._workers = int(state["workers"])
        self._at = {int(worker): int(at) for worker, at in state["positions"].items()}  # JSON has text keys
        self._carry_on = True

    def _facts(self) -> dict[str, Any]:
        """What has to be the same for the order to be the same."""
        return {
            "seed": self.seed,
            "records": len(self.records),
            "row_groups": len(self.records.groups),
            "shuffle": self.shuffle,
            "mix": self.mix,
            "even": self.even,
            "rank": self.rank.index,
            "world_size": self.rank.of,
        }


def _by_bytes(rows: Iterator[tuple[int, Coded]]) -> Iterator[list[tuple[int, Coded]]]:
    """The rows in lists of about ``_HELD_BYTES`` at most."""
    held: list[tuple[int, Coded]] = []
    size = 0
    for number, coded in rows:
        held.append((number, coded))
        size += 0 if isinstance(coded, ShardError) else _bytes(coded)
        if size >= _HELD_BYTES:
            yield held
            held, size = [], 0
    if held:
        yield held


def _bytes(row: dict[str, Any]) -> int:
    pictures = (row.get(name) for name in ("color", "cel_mask", "douga"))
    return sum(len(picture["bytes"] or b"") for picture in pictures if picture)
