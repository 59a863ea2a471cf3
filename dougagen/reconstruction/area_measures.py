"""What can be counted of the areas of a picture, and of the borders between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Bools = NDArray[np.bool_]
Numbers = NDArray[np.float64]
Ints = NDArray[np.int64]
Places = NDArray[np.int32]


@dataclass(slots=True, eq=False)
class AreaMeasures:
    """Sums over areas, N of them."""

    number: Places
    """int32[h, w]: the area of each pixel, from 0."""
    counted: Bools
    """bool[h, w]: pixels that count; each area has one."""
    count: int
    sizes: Numbers = field(init=False)
    """float64[N]: pixels that count."""
    _at: Ints | None = field(init=False)
    """Flat places of the pixels that count; None where all do."""
    _of: NDArray[np.intp] = field(init=False)

    def __post_init__(self) -> None:
        number = self.number.ravel().astype(np.intp)  # as bincount wants it, which would cast it each time
        self._at = None if self.counted.all() else np.flatnonzero(self.counted)
        self._of = number if self._at is None else number[self._at]
        self.sizes = np.bincount(self._of, minlength=self.count).astype(np.float64)

    def total(self, values: NDArray[np.generic]) -> Numbers:
        """float64[N]: the sum of values [h, w] over each area."""
        counted = values.ravel() if self._at is None else values.ravel()[self._at]
        if counted.dtype == np.bool_:
            return np.bincount(self._of[counted], minlength=self.count).astype(np.float64)
        return np.asarray(np.bincount(self._of, weights=counted, minlength=self.count), np.float64)

    def mean(self, values: NDArray[np.generic]) -> Numbers:
        """float64[N]: of values [h, w] over each area."""
        return self.total(values) / self.sizes

    def spread(self, values: NDArray[np.floating]) -> Numbers:
        """float64[N]: standard deviation over each area."""
        values = values.astype(np.float64)
        return np.sqrt(np.maximum(0, self.mean(np.square(values)) - self.mean(values) ** 2))

    def touching(self, where: Bools) -> Numbers:
        """float64[N]: how much of each area lies where something is, as of a border and not of a surface."""
        return np.log1p(self.total(where) / np.sqrt(self.sizes))

    def coordinates(self) -> tuple[Numbers, Numbers]:
        """Row and column of each pixel, float64[h, w] twice."""
        height, width = self.number.shape
        rows = np.arange(height, dtype=np.float64)[:, None]
        columns = np.arange(width, dtype=np.float64)[None]
        return np.broadcast_to(rows, self.number.shape), np.broadcast_to(columns, self.number.shape)

    def share_below(self, values: Numbers) -> Numbers:
        """float64[N] in [0, 1]: how much of the picture has a smaller value, with the area itself."""
        shares = np.zeros(self.count)
        order = np.argsort(values, kind="stable")
        shares[order] = np.cumsum(self.sizes[order]) / self.sizes.sum()
        return shares


def distances(one: NDArray[np.floating], other: NDArray[np.floating]) -> NDArray[np.floating]:
    """[N, M]: how far each paint of [N, 3] lies from each of [M, 3]."""
    squares = [np.square(one[:, i, None] - other[None, :, i]) for i in range(3)]
    return np.sqrt(squares[0] + squares[1] + squares[2])


def borders_between(number: Places, counted: Bools) -> tuple[Ints, Ints]:
    """Flat places of neighbouring pixels that count and are of two areas, int64[B] twice."""
    width, flat, is_counted = number.shape[1], number.ravel(), counted.ravel()
    one, other = [], []
    for apart in (1, width):
        at = np.flatnonzero((flat[:-apart] != flat[apart:]) & is_counted[:-apart] & is_counted[apart:])
        if apart == 1:
            at = at[at % width != width - 1]  # the end of a row is no neighbour of the next one's begin
        one.append(at)
        other.append(at + apart)
    return np.concatenate(one), np.concatenate(other)


def both_ways(
    here: Ints, there: Ints, along: Sequence[NDArray[np.generic]], *, count: int, shortest: int
) -> tuple[Ints, Numbers, Numbers]:
    """Areas that touch, both ways: int64[2, E], their length float64[E] in pixels, and the mean along it.

    Args:
        here: int64[B], the area on one side of each place of a border.
        there: int64[B], that on the other side.
        along: what is seen at each place, [B] each.
        shortest: what touches over less is no neighbour.
    """
    key = np.concatenate([here * count + there, there * count + here])
    kinds, of = np.unique(key, return_inverse=True)
    length = np.bincount(of, minlength=len(kinds)).astype(np.float64)
    seen = [np.bincount(of, weights=np.concatenate([one, one]), minlength=len(kinds)) for one in along]
    kept = length >= shortest
    pairs = np.stack([kinds // count, kinds % count])[:, kept]
    return pairs, length[kept], np.stack(seen, axis=1)[kept] / length[kept, None]


def tensor_of(values: NDArray[np.floating]) -> Tensor:
    """float32."""
    return torch.from_numpy(np.ascontiguousarray(values, np.float32))
