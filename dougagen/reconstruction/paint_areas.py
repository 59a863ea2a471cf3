"""A picture divided into areas of one paint, wherever they are: on the cel and in the background."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Places = NDArray[np.int32]

_SQUARE = np.ones((3, 3), np.uint8)
_SMOOTHED = 0.6
_FLAT, _FLAT_FOR_ITS_NOISE = 2.5, 2.0
"""CIE L*a*b* units over three pixels up to which a place is flat; or so many times what a quiet place of the
picture has, where grain or coding is stronger."""
_QUIET = 25
"""Percentile of all places that counts as quiet."""
_SMALLEST = 6
"""Pixels: smaller flat places begin no area."""
_ROUGH = 4.0
"""Pixels from any flat place: foliage, texture and grain, which begin areas of their own …"""
_ROUGH_CELL = 12
"""… of at most so many pixels in either direction."""


def lab_of(picture: Bytes) -> Floats:
    """uint8[H, W, 3] RGB → float32[H, W, 3] CIE L*a*b*."""
    return np.asarray(cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def paint_areas(lab: Floats) -> Places:
    """int32[H, W]: the area of each pixel, counted from 0; flat paint, and what lies between grows to it.

    A watershed (Meyer 1992) from the flat places: an ink line goes, half and half, to the paints beside it.
    ``lab`` is float32[H, W, 3], a picture of a few hundred lines.
    """
    smooth = cv2.GaussianBlur(lab, (3, 3), _SMOOTHED)
    steps = np.max([cv2.morphologyEx(smooth[..., i], cv2.MORPH_GRADIENT, _SQUARE) for i in range(3)], axis=0)
    bound = max(_FLAT, _FLAT_FOR_ITS_NOISE * float(np.percentile(steps, _QUIET)))
    begun = _rough_places(_flat_places((steps < bound).view(np.uint8)))
    if not begun.any():
        return np.zeros(begun.shape, np.int32)
    levels = np.clip(smooth * (2.55, 1, 1) + (0, 128, 128), 0, 255).astype(np.uint8)
    grown = cv2.watershed(levels, begun)
    between = grown <= 0  # the ridges
    beside = cv2.dilate(np.where(between, 0, grown).astype(np.float32), _SQUARE).astype(np.int32)
    return _counted(np.where(between, beside, grown))


def _flat_places(flat: Bytes) -> Places:
    """int32[H, W]: connected flat places from 1 on, 0 where nothing is flat."""
    _, number, facts, _ = cv2.connectedComponentsWithStats(flat, connectivity=4)
    kept = facts[:, cv2.CC_STAT_AREA] >= _SMALLEST
    kept[0] = False
    return np.where(kept[number], number, 0).astype(np.int32)


def _rough_places(begun: Places) -> Places:
    """``begun`` and, far from all that is flat, cells of a grid; numbers from 1 on."""
    rough = cv2.distanceTransform((begun == 0).view(np.uint8), cv2.DIST_L1, 3) >= _ROUGH
    if not rough.any():
        return begun
    _, piece = cv2.connectedComponents(rough.view(np.uint8), connectivity=4)
    rows, columns = (np.arange(size) // _ROUGH_CELL for size in begun.shape)
    cell = rows[:, None] * (columns[-1] + 1) + columns[None]
    key = piece.astype(np.int64) * (int(cell.max()) + 1) + cell
    return np.where(rough, _counted(key) + int(begun.max()) + 1, begun).astype(np.int32)


def _counted(numbers: NDArray[np.integer]) -> Places:
    """The same numbers counted from 0 without gaps."""
    _, counted = np.unique(numbers, return_inverse=True)
    return counted.reshape(numbers.shape).astype(np.int32)
