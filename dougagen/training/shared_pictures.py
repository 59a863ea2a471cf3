"""The pictures of a training in memory that several processes see: only numbers travel between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dougagen.errors import ConfigError
from dougagen.processes.shared_memory import SharedMemory
from dougagen.training.sources import Example, PackedTriplet

_ROOM = 64 * 2**30
"""Bytes that the pictures of a run may take; address space alone until they are written."""
_GRAIN = 2**16  # bytes: places are multiples of it, so that one can be taken again by a like picture


@dataclass(slots=True, eq=False)
class _Place:
    picture: PackedTriplet
    row: tuple[int, int, int, int]
    """Offset, height, width, and whether there is a likelihood."""
    step: int
    """The last that lists it."""


class SharedPictures:
    """The pictures that steps draw from, copied once into shared memory; only numbers travel after that."""

    def __init__(self, *, room: int = _ROOM) -> None:
        self.memory = SharedMemory(room)
        self._places: dict[int, _Place] = {}
        self._free: dict[int, list[int]] = {}  # bytes → offsets
        self._end = 0
        self._listed: tuple[Sequence[PackedTriplet] | None, NDArray[np.int64]] = (None, _rows([]))
        self._listed_from = self._listed_to = -1  # the steps of that list

    def listed(self, pictures: Sequence[PackedTriplet], step: int) -> NDArray[np.int64]:
        """int64[n, 4]: where ``pictures`` stand. They stay there until ``forget(step)`` is called.

        Raises ConfigError where there is no room for them.
        """
        if self._listed[0] is pictures:  # a pool is the same for every step
            self._listed_to = step
            return self._listed[1]
        for place in self._places.values():
            if place.step == self._listed_from:
                place.step = self._listed_to
        rows = []
        for picture in pictures:
            if id(picture) not in self._places:
                self._places[id(picture)] = _Place(picture, self._put(picture), step)
            place = self._places[id(picture)]
            place.step = step
            rows.append(place.row)
        self._listed, self._listed_from, self._listed_to = (pictures, _rows(rows)), step, step
        return self._listed[1]

    def forget(self, step: int) -> None:
        """Steps up to ``step`` have their crops: pictures that no later one lists give up their place."""
        last = min(step, self._listed_from - 1)
        for key in [key for key, place in self._places.items() if place.step <= last]:
            place = self._places.pop(key)
            self._free.setdefault(_taken(place.picture), []).append(place.row[0])

    def _put(self, picture: PackedTriplet) -> tuple[int, int, int, int]:
        size = _taken(picture)
        if self._free.get(size):
            offset = self._free[size].pop()
        else:
            offset, self._end = self._end, self._end + size
            if self._end > self.memory.size:
                raise ConfigError(
                    f"the training pictures take more than {self.memory.size / 2**30:.3g} GB",
                    remedy="keep fewer scenes standing, or train on fewer shards",
                )
        height, width = picture.truth.shape
        row = (offset, height, width, int(picture.likelihood is not None))
        for there, here in zip(_shown(self.memory.bytes, row), _parts(picture), strict=True):
            there[...] = here
        return row


class ListedPictures:
    """A ``Sampler`` in another process: the same generator draws the same picture."""

    def __init__(self, memory: SharedMemory, rows: NDArray[np.int64]) -> None:
        self._bytes, self._rows = memory.bytes, rows

    @property
    def pictures(self) -> Sequence[PackedTriplet]:
        """All of them, without a copy."""
        return [self._picture(n) for n in range(len(self._rows))]

    def sample(self, rng: np.random.Generator) -> Example:
        """As the sampler that listed them does."""
        return self._picture(int(rng.integers(len(self._rows)))).example()

    def _picture(self, n: int) -> PackedTriplet:
        row = self._rows[n]
        return PackedTriplet(*_shown(self._bytes, (int(row[0]), int(row[1]), int(row[2]), int(row[3]))))


def _parts(picture: PackedTriplet) -> list[NDArray[np.uint8]]:
    parts = [picture.color, picture.truth]
    return parts if picture.likelihood is None else [*parts, picture.likelihood]


def _shown(memory: NDArray[np.uint8], row: tuple[int, int, int, int]) -> list[NDArray[np.uint8]]:
    """The color, truth and, if there is one, likelihood at a place."""
    offset, height, width, has_likelihood = row
    pixels = height * width
    planes = memory[offset : offset + (4 + has_likelihood) * pixels]
    return [
        planes[: 3 * pixels].reshape(height, width, 3),
        planes[3 * pixels : 4 * pixels].reshape(height, width),
        *([planes[4 * pixels :].reshape(height, width)] if has_likelihood else []),
    ]


def _taken(picture: PackedTriplet) -> int:
    size = sum(part.size for part in _parts(picture))
    return -(-size // _GRAIN) * _GRAIN


def _rows(rows: list[tuple[int, int, int, int]]) -> NDArray[np.int64]:
    return np.array(rows, np.int64).reshape(-1, 4)
