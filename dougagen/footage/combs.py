"""Combs: rows that stand off those beside them, up and down in turn, as fields of two pictures do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.uint8]

BLOCK = 16  # px
_COMB = np.array([[1], [-3], [4], [-3], [1]], np.float32)  # how far a row stands off those beside it
_GAIN = 6  # the kernel's answer to rows that alternate by one level
_ROWS_BESIDE = np.ones((3, 1), np.uint8)
_BOTH_FIELDS = np.array([[0.25], [0.5], [0.25]], np.float32)


def moved_pixels(luma: Luma, others: Iterable[Luma], level: float) -> Luma:
    """uint8[H, W], 255 where the picture differs from one of its neighbours, or does so a row above or below,
    since often only one field moved. Drawn stripes that stand still are no combs."""
    moved = np.zeros_like(luma)
    for other in others:
        if other.shape == luma.shape:
            moved = _uint8(cv2.max(moved, cv2.absdiff(luma, other)))
    return _uint8(cv2.dilate(cv2.threshold(moved, level, 255, cv2.THRESH_BINARY)[1], _ROWS_BESIDE))


def combed_pixels(luma: Luma, moved: Luma, *, level: float, run: int) -> Luma:
    """uint8[H, W], 1 in the middle of ``run`` rows that moved and stand off the rows beside them, up and down
    in turn: what the fields of two pictures look like and no drawn line does."""
    response = cv2.filter2D(luma, cv2.CV_16S, _COMB, borderType=cv2.BORDER_REFLECT_101)
    response[1::2] *= -1
    combed = np.zeros_like(luma)
    for side in (response > _GAIN * level, response < -_GAIN * level):
        combed |= _uint8(cv2.erode(_uint8(side.view(np.uint8)) & (moved & 1), np.ones((run, 1), np.uint8)))
    return combed


def rows_that_move(
    combs: Luma, luma: Luma, others: Iterable[Luma], *, alike: float, reach: int, smeared: float, samples: int
) -> bool:
    """Whether ``combs``, uint8[H, W], are drawn rows that a camera moves by parts of a pixel.

    Lines a pixel apart are sharp where they lie on whole rows and one grey halfway between. That grey is what
    two such rows have in the mean; where two pictures were woven, a neighbour shows one or the other.
    ``alike``, ``reach``, ``smeared``, ``samples``: as in ``FieldConfig``.
    """
    y, x = np.nonzero(combs)
    step = len(y) // samples + 1
    y, x = y[::step], x[::step]
    response = cv2.filter2D(luma, cv2.CV_16S, _COMB, borderType=cv2.BORDER_REFLECT_101)
    allowed = alike * np.abs(response[y, x]) / _GAIN
    mean = _rows_joined(luma)[y, x]
    for other in (other for other in others if other.shape == luma.shape):
        there = _rows_joined(other)
        for down in range(-reach, reach + 1):
            rows = np.clip(y + down, 0, len(luma) - 1)
            if float(np.mean(np.abs(there[rows, x] - mean) <= allowed)) > smeared:
                return True
    return False


def _rows_joined(luma: Luma) -> NDArray[np.float32]:
    """float32[H, W]: each row with half of either row beside it."""
    return cast("NDArray[np.float32]", cv2.filter2D(luma, cv2.CV_32F, _BOTH_FIELDS))


def woven_pixels(luma: Luma, *, level: float, own_field: float, run: int) -> Luma:
    """uint8[H, W], 1 in the middle of ``run`` rows that could be rows of two pictures in turn, seen in one.

    Every row stands off both rows beside it by more than ``level``, up and down in turn, and is nearer to the
    rows of its own field. Lines drawn close together stand off what is beside them too, but two or three
    rows at a time: there the rows of one field differ as much as those of both.
    """
    rows = luma.astype(np.int16)
    padded = np.pad(rows, ((2, 2), (0, 0)), mode="reflect")
    above, below = rows - padded[1:-3], rows - padded[3:-1]
    off = np.minimum(np.abs(above), np.abs(below))
    own = np.maximum(np.abs(rows - padded[:-4]), np.abs(rows - padded[4:]))
    teeth = (off > level) & (own <= own_field * off)
    higher = np.where(np.arange(len(rows))[:, np.newaxis] % 2, -1, 1) * above
    combed = np.zeros_like(luma)
    same_side = (above > 0) == (below > 0)
    for side in (higher > 0, higher < 0):
        combed |= _uint8(cv2.erode((teeth & same_side & side).view(np.uint8), np.ones((run, 1), np.uint8)))
    return combed


def worst_block(combed: Luma) -> int:
    """Combed pixels in the worst 16×16 block, [0, 256]."""
    height, width = (n // BLOCK * BLOCK for n in combed.shape)
    if not height or not width or not cv2.countNonZero(combed):
        return 0
    blocks = combed[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    return int(blocks.sum(axis=(1, 3), dtype=np.int32).max())  # [rows, 16, columns, 16] -> [rows, columns]


def _uint8(array: Any) -> NDArray[np.uint8]:
    """What OpenCV returns, under the type that uint8 input gives it."""
    return cast("NDArray[np.uint8]", array)
