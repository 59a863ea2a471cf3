"""Where training pictures come from: anything that can be asked for a triplet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import CLASS_COUNT, CelMask, Douga, Triplet
from dougagen.errors import ConfigError
from dougagen.shards import read_records
from dougagen.studio import UNDECIDABLE

_CEL_BIT = 0x80  # classes are 0 to 9: the mask travels in the top bit of the same byte


MaskReader = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
"""uint8[H, W, 3] RGB → uint8[H, W]: how likely a cel network calls each pixel cel, 255 for certain."""


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A triplet, and what a cel network says of it."""

    triplet: Triplet
    likelihood: NDArray[np.uint8] | None
    """uint8[H, W], 255 for certainly cel; None where no network was asked."""


class Sampler(Protocol):
    """Training pictures that stand ready. ``sample`` is called from several threads at once."""

    @property
    def pictures(self) -> Sequence[PackedTriplet]:
        """All of them; ``sample`` takes ``pictures[rng.integers(len(pictures))]``, here or in a process."""
        ...

    def sample(self, rng: np.random.Generator) -> Example:
        """One picture, chosen by ``rng`` alone: the same state gives the same one."""
        ...


class TripletSource(Protocol):
    """Where the triplets of a run come from: a folder of shards, or the studio while the network learns."""

    def at(self, step: int) -> Sampler:
        """The pictures that ``step`` may draw from; called once a step, in their order, and does not wait."""
        ...

    def facts(self) -> Mapping[str, str]:
        """What the model card should say of the data."""
        ...

    def class_frequencies(self) -> NDArray[np.float64]:
        """float64[10]: share of each douga class over all pixels; sums to 1."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class PackedTriplet:
    """A triplet as 4 bytes a pixel, 5 with what a cel network says of it."""

    color: NDArray[np.uint8]
    """uint8[H, W, 3]."""
    truth: NDArray[np.uint8]
    """uint8[H, W]: the class, with the mask in its top bit."""
    likelihood: NDArray[np.uint8] | None = None
    """As in ``Example``."""

    @classmethod
    def of(cls, triplet: Triplet, *, reader: MaskReader | None = None) -> PackedTriplet:
        """The same triplet, smaller; ``reader`` says what a cel network makes of it."""
        mask = np.where(triplet.cel_mask.pixels, np.uint8(_CEL_BIT), np.uint8(0))
        likelihood = None if reader is None else reader(triplet.color)
        return cls(triplet.color, triplet.douga.classes | mask, likelihood)

    def example(self) -> Example:
        """What a step learns from."""
        return Example(self.unpacked(), self.likelihood)

    def unpacked(self) -> Triplet:
        """The triplet that went in."""
        classes = self.truth & np.uint8(_CEL_BIT - 1)
        return Triplet(self.color, CelMask(self.truth >= _CEL_BIT), Douga(classes))

    def class_counts(self) -> NDArray[np.int64]:
        """int64[10]: pixels of each class."""
        return np.bincount((self.truth & np.uint8(_CEL_BIT - 1)).ravel(), minlength=CLASS_COUNT)


class TripletPool:
    """Triplets held in memory, 4 or 5 bytes a pixel; the same ones for every step."""

    def __init__(
        self,
        triplets: Iterable[Triplet],
        *,
        name: str = "",
        megabytes: int = 8000,
        reader: MaskReader | None = None,
    ) -> None:
        """Takes triplets until ``megabytes`` are full; raises ConfigError where there is none."""
        self._name = name
        self._pictures: list[PackedTriplet] = []
        counts = np.zeros(CLASS_COUNT, np.int64)
        room = megabytes * 10**6
        self.left_out = 0
        for triplet in triplets:
            room -= (4 if reader is None else 5) * triplet.width * triplet.height
            if room < 0 and self._pictures:
                self.left_out += 1
                break
            packed = PackedTriplet.of(triplet, reader=reader)
            counts += packed.class_counts()
            self._pictures.append(packed)
        if not self._pictures:
            raise ConfigError("there is nothing to train on", remedy="make shards with `dougagen synth`")
        self._frequencies: NDArray[np.float64] = counts / counts.sum()

    @classmethod
    def read(cls, *folders: Path, megabytes: int = 8000, reader: MaskReader | None = None) -> TripletPool:
        """The triplets of every record under folders of shards, without those that are flagged undecidable.

        Raises ShardError, ConfigError.
        """
        records = (record for folder in folders for record in read_records(folder))
        triplets = (record.triplet for record in records if UNDECIDABLE not in record.provenance.flags)
        name = ", ".join(folder.name for folder in folders)
        return cls(triplets, name=name, megabytes=megabytes, reader=reader)

    def __len__(self) -> int:
        return len(self._pictures)

    @property
    def pictures(self) -> Sequence[PackedTriplet]:
        """All of them, in their order."""
        return self._pictures

    def at(self, step: int) -> TripletPool:  # noqa: ARG002
        """The pool itself: it never changes."""
        return self

    def sample(self, rng: np.random.Generator) -> Example:
        """A picture of the pool, each as likely as any other."""
        return self._pictures[int(rng.integers(len(self._pictures)))].example()

    def facts(self) -> Mapping[str, str]:
        """Number of pictures and the folder they came from."""
        return {"data": self._name, "pictures": str(len(self._pictures))}

    def class_frequencies(self) -> NDArray[np.float64]:
        """float64[10] over all pixels of the pool."""
        return self._frequencies
