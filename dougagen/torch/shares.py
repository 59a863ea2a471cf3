"""WHO READS WHAT: row groups dealt out to ranks and their workers, so that each record is read exactly once.

All of it follows from seed and epoch: every process works it out by itself and comes to the same.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from heapq import heapify, heapreplace

import numpy as np
import torch
from numpy.typing import NDArray

from dougagen.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Rank:
    """One process of a training that runs in several."""

    index: int = 0
    of: int = 1

    @classmethod
    def found(cls, index: int | None, of: int | None) -> Rank:
        """As given, or as torch.distributed or torchrun say. Raises ConfigError."""
        if index is None and of is None:
            if torch.distributed.is_available() and torch.distributed.is_initialized():
                return cls(torch.distributed.get_rank(), torch.distributed.get_world_size())
            # workers of a DataLoader inherit what torchrun set, and know nothing of the process group
            index, of = (_number(name) for name in ("RANK", "WORLD_SIZE"))
            if index is None or of is None:
                return cls()
        if index is None or of is None or not 0 <= index < of:
            raise ConfigError(f"rank must be in [0, world_size), got {index} of {of}")
        return cls(index, of)


def _number(name: str) -> int | None:
    text = os.environ.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 9 else None


@dataclass(frozen=True, slots=True, eq=False)
class Share:
    """What one worker of one rank reads in an epoch."""

    groups: NDArray[np.int64]
    """int64[K]: row groups, in the order in which they are read."""
    records: int
    """How many of their records it hands out: all, unless ranks are kept even."""


def shares_of_rank(
    sizes: NDArray[np.int64], order: NDArray[np.int64], rank: Rank, workers: int, *, even: bool
) -> list[Share]:
    """The share of each worker of a rank. ``sizes`` int64[groups] are records, ``order`` is of groups.

    With ``even`` every rank hands out as many records as the one that has the fewest.
    """
    ranks = _dealt(sizes, order, rank.of)
    hands = _dealt(sizes, ranks[rank.index], workers)
    counts = [int(sizes[hand].sum()) for hand in hands]
    if even:
        too_many = sum(counts) - min(int(sizes[one].sum()) for one in ranks)
        for _ in range(too_many):
            counts[int(np.argmax(counts))] -= 1
    return [Share(hand, count) for hand, count in zip(hands, counts, strict=True)]


def _dealt(sizes: NDArray[np.int64], order: NDArray[np.int64], hands: int) -> list[NDArray[np.int64]]:
    """``order`` in so many parts: each group goes to the hand with the fewest records so far."""
    held: list[list[int]] = [[] for _ in range(hands)]
    fewest = [(0, hand) for hand in range(hands)]
    heapify(fewest)
    for group in order.tolist():
        records, hand = fewest[0]
        held[hand].append(group)
        heapreplace(fewest, (records + int(sizes[group]), hand))
    return [np.array(hand, np.int64) for hand in held]
