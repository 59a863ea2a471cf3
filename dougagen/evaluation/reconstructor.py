"""What is evaluated: anything that reads pictures as cel masks and douga."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Reconstruction

T = TypeVar("T")


class Reconstructor(Protocol):
    """The part of ``dougagen.reconstruction`` that the measures need; no torch is imported for it."""

    def reconstruct(self, images: list[NDArray[np.uint8]], /) -> list[Reconstruction]:
        """uint8[H, W, 3] RGB pictures of one size -> one reconstruction each, in order."""
        ...


def reconstruct_each(
    pictures: Iterable[tuple[T, NDArray[np.uint8]]], reconstructor: Reconstructor, *, batch_size: int
) -> Iterator[tuple[T, NDArray[np.uint8], Reconstruction]]:
    """Pass (truth, uint8[H, W, 3]) pairs through in batches of one size; at most ``batch_size`` are held."""
    batch: list[tuple[T, NDArray[np.uint8]]] = []
    for truth, picture in pictures:
        if batch and (len(batch) == batch_size or batch[0][1].shape != picture.shape):
            yield from _read_batch(batch, reconstructor)
            batch = []
        batch.append((truth, picture))
    if batch:
        yield from _read_batch(batch, reconstructor)


def _read_batch(
    batch: list[tuple[T, NDArray[np.uint8]]], reconstructor: Reconstructor
) -> Iterator[tuple[T, NDArray[np.uint8], Reconstruction]]:
    read = reconstructor.reconstruct([picture for _, picture in batch])
    for (truth, picture), reconstruction in zip(batch, read, strict=True):
        yield truth, picture, reconstruction
