"""Where training pictures come from: anything that can be asked for a triplet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import CLASS_COUNT, CelMask, Douga, Triplet
from dougagen.errors import ConfigError
from dougagen.shards import read_records

_CEL_BIT = 0x80  # classes are 0 to 9: the mask travels in the top bit of the same byte


class TripletSource(Protocol):
    """Gives training pictures. ``sample`` is called from several threads at once."""

    def sample(self, rng: np.random.Generator) -> Triplet:
        """One triplet, chosen by ``rng`` alone: the same state gives the same triplet."""
        ...

    def facts(self) -> Mapping[str, str]:
        """What the model card should say of the data."""
        ...

    def class_frequencies(self) -> NDArray[np.float64]:
        """float64[10]: share of each douga class over all pixels; sums to 1."""
        ...


class TripletPool:
    """Triplets held in memory as bytes: 4 a pixel (RGB, and the class with the mask in its top bit)."""

    def __init__(self, triplets: Iterable[Triplet], *, name: str = "", megabytes: int = 8000) -> None:
        """Takes triplets until ``megabytes`` are full; raises ConfigError where there is none."""
        self._name = name
        self._pictures: list[tuple[NDArray[np.uint8], NDArray[np.uint8]]] = []
        counts = np.zeros(CLASS_COUNT, np.int64)
        room = megabytes * 10**6
        self.left_out = 0
        for triplet in triplets:
            room -= 4 * triplet.width * triplet.height
            if room < 0 and self._pictures:
                self.left_out += 1
                break
            classes = triplet.douga.classes
            counts += np.bincount(classes.ravel(), minlength=CLASS_COUNT)
            packed = classes | np.where(triplet.cel_mask.pixels, np.uint8(_CEL_BIT), np.uint8(0))
            self._pictures.append((triplet.color, packed))
        if not self._pictures:
            raise ConfigError("there is nothing to train on", remedy="make shards with `dougagen synth`")
        self._frequencies: NDArray[np.float64] = counts / counts.sum()

    @classmethod
    def read(cls, *folders: Path, megabytes: int = 8000) -> TripletPool:
        """The triplets of every record under folders of shards. Raises ShardError, ConfigError."""
        triplets = (record.triplet for folder in folders for record in read_records(folder))
        return cls(triplets, name=", ".join(folder.name for folder in folders), megabytes=megabytes)

    def __len__(self) -> int:
        return len(self._pictures)

    def sample(self, rng: np.random.Generator) -> Triplet:
        """A picture of the pool, each as likely as any other."""
        color, packed = self._pictures[int(rng.integers(len(self._pictures)))]
        return Triplet(color, CelMask(packed >= _CEL_BIT), Douga(packed & np.uint8(_CEL_BIT - 1)))

    def facts(self) -> Mapping[str, str]:
        """Number of pictures and the folder they came from."""
        return {"data": self._name, "pictures": str(len(self._pictures))}

    def class_frequencies(self) -> NDArray[np.float64]:
        """float64[10] over all pixels of the pool."""
        return self._frequencies
