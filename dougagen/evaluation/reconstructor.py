"""Pictures of many sizes through a reconstructor, a batch of one size at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Reconstruction, Reconstructor

T = TypeVar("T")


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
