"""Pictures of many sizes through a reconstructor, a batch of one size at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import MaskedReconstructor, Reconstruction, Reconstructor

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


def douga_within(
    picture: NDArray[np.uint8], cel: NDArray[np.bool_], reconstructor: Reconstructor
) -> NDArray[np.uint8] | None:
    """uint8[H, W] classes that are drawn in a uint8[H, W, 3] picture with the true cel: what a mask costs.

    None where the reconstructor cannot be told the cel.
    """
    if not isinstance(reconstructor, MaskedReconstructor):
        return None
    (read,) = reconstructor.drawn_within([picture], [cel])
    return read.douga.classes


def _read_batch(
    batch: list[tuple[T, NDArray[np.uint8]]], reconstructor: Reconstructor
) -> Iterator[tuple[T, NDArray[np.uint8], Reconstruction]]:
    read = reconstructor.reconstruct([picture for _, picture in batch])
    for (truth, picture), reconstruction in zip(batch, read, strict=True):
        yield truth, picture, reconstruction
