"""What reads pictures: the one thing that extraction, evaluation and labels ask of the networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from dougagen.domain.footage import Drawing
from dougagen.domain.pictures import Reconstruction
from dougagen.domain.shots import Plate


class Reconstructor(Protocol):
    """Reads pictures as cel masks and douga; no torch is imported for it."""

    @property
    def batch_size(self) -> int:
        """How many pictures ``reconstruct`` likes to be given."""
        ...

    @property
    def models(self) -> str:
        """Names and hashes of the weights, as they stand in every row."""
        ...

    def reconstruct(self, pictures: Sequence[NDArray[np.uint8]], /) -> list[Reconstruction]:
        """Cel mask and douga of each uint8[H, W, 3] RGB picture, in order; all of one size."""
        ...


@runtime_checkable
class MaskedReconstructor(Protocol):
    """Draws the douga of pictures whose cel somebody knows already."""

    def drawn_within(
        self, pictures: Sequence[NDArray[np.uint8]], cels: Sequence[NDArray[np.bool_]], /
    ) -> list[Reconstruction]:
        """Douga of each uint8[H, W, 3] RGB picture on its cel, bool[H, W], in order; all of one size."""
        ...


class ShotReader(Protocol):
    """Reads one shot: its drawings speak for each other."""

    def read(self, drawings: Sequence[Drawing], /) -> list[Reconstruction]:
        """What is seen in the next drawings of the shot, in order; at most a window of them."""
        ...

    def plates(self) -> tuple[Plate, ...]:
        """The background of the shot, once all of it has been read; empty where none can be told."""
        ...


@runtime_checkable
class TellsHowFar(Protocol):
    """A reader that says how far it has come while it reads: a window takes a minute without a GPU."""

    def tell(self, how_far: Callable[[float], object], /) -> None:
        """Have ``how_far`` called with the share of each ``read`` that is done, from 0 to 1."""
        ...


@runtime_checkable
class ReadsShots(Protocol):
    """A reconstructor that takes a shot as one piece, beside single pictures."""

    @property
    def reads_shots(self) -> bool:
        """Whether it is to do so."""
        ...

    def window_of(self, height: int, width: int, /) -> int:
        """How many drawings of a size one ``ShotReader.read`` takes."""
        ...

    def open_shot(self) -> ShotReader:
        """A reader for the next shot."""
        ...
