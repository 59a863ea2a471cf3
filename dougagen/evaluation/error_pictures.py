"""Predictions against the truth as pictures, in the colours of the thesis's figure 4.10.

Grey and white are right, red is what was found and is not there, blue is what is there and was not found.
Douga needs one colour more: amber, where there is a line or a fill indeed, but of another class.
"""

from __future__ import annotations

from enum import IntEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import LINE_CLASSES, PALETTE, CelMask, Douga, DougaClass
from dougagen.evaluation.metrics import LINE_TOLERANCE, disc, line_pixels

Picture = NDArray[np.uint8]
"""uint8[H, W, 3] RGB."""

RIGHT_BACKGROUND, RIGHT_CEL = (128, 128, 128), (255, 255, 255)
FALSE_CEL, MISSED_CEL = (225, 40, 40), (50, 80, 225)
OTHER_CLASS = (255, 176, 32)

_LINE_GAIN = 1.0
"""A line of one pixel keeps its full strength when a picture shrinks; by area alone it would turn pale."""


class Verdict(IntEnum):
    """What became of a pixel."""

    NOTHING = 0
    """Nothing is there, nothing was found; for lines: not on a line."""
    RIGHT = 1
    OTHER_CLASS = 2
    FALSE = 3
    MISSED = 4


_LINE_COLORS = np.array([RIGHT_BACKGROUND, RIGHT_CEL, OTHER_CLASS, FALSE_CEL, MISSED_CEL], dtype=np.uint8)
_FILL_COLORS = np.array(
    [RIGHT_BACKGROUND, (172, 172, 172), (178, 144, 92), (172, 100, 100), (100, 112, 172)], dtype=np.uint8
)
"""Half way to grey: fills are wide, and lines have to show on them."""


def cel_mask_picture(predicted: CelMask, truth: CelMask | None = None) -> Picture:
    """The mask in grey and white; compared with the truth also in red and blue (thesis figure 4.10)."""
    true = predicted.pixels if truth is None else truth.pixels
    colors = np.array([RIGHT_BACKGROUND, FALSE_CEL, MISSED_CEL, RIGHT_CEL], dtype=np.uint8)
    picture: Picture = colors[2 * true.astype(np.uint8) + predicted.pixels]  # [H, W] of 0..3 -> [H, W, 3]
    return picture


def line_verdicts(predicted: Douga, truth: Douga) -> NDArray[np.uint8]:
    """uint8[H, W] of ``Verdict``: the predicted lines judged within 2 px, and the true ones that were missed.

    A true line that was found is not drawn beside its finder, so that lines keep their predicted width.
    """
    found, true, kernel = predicted.classes, truth.classes, disc(LINE_TOLERANCE)
    drawn = line_pixels(found)
    near_true = _grown(line_pixels(true), kernel)
    right = np.zeros_like(drawn)
    for c in map(int, LINE_CLASSES):
        right |= (found == c) & _grown(true == c, kernel)
    verdicts = np.zeros(found.shape, dtype=np.uint8)
    verdicts[line_pixels(true) & ~_grown(drawn, kernel)] = Verdict.MISSED
    verdicts[drawn] = Verdict.FALSE
    verdicts[drawn & near_true] = Verdict.OTHER_CLASS
    verdicts[right] = Verdict.RIGHT
    return verdicts


def fill_verdicts(predicted: Douga, truth: Douga) -> NDArray[np.uint8]:
    """uint8[H, W] of ``Verdict`` for all that is no line, books included; pixels that are a line in one of
    the two are left to ``line_verdicts``."""
    found, true = predicted.classes, truth.classes
    flat = int(DougaClass.FLAT_AREA)
    verdicts = np.full(found.shape, Verdict.OTHER_CLASS, dtype=np.uint8)
    verdicts[found == true] = Verdict.RIGHT
    verdicts[(true == flat) & (found != flat)] = Verdict.FALSE
    verdicts[(true != flat) & (found == flat)] = Verdict.MISSED
    verdicts[(true == flat) & (found == flat)] = Verdict.NOTHING
    verdicts[line_pixels(found) | line_pixels(true)] = Verdict.NOTHING
    return verdicts


def douga_errors(predicted: Douga, truth: Douga, size: tuple[int, int] | None = None) -> Picture:
    """Lines in full colours over fills in half ones; scaled to ``size`` (width, height), lines kept."""
    fills = _FILL_COLORS[fill_verdicts(predicted, truth)]
    lines = line_verdicts(predicted, truth)
    layers = [(lines == v, _LINE_COLORS[v]) for v in (Verdict.RIGHT, Verdict.OTHER_CLASS)]
    layers += [(lines == v, _LINE_COLORS[v]) for v in (Verdict.MISSED, Verdict.FALSE)]
    return _inked(fills, layers, size)


def douga_picture(douga: Douga, size: tuple[int, int] | None = None) -> Picture:
    """The classes in the palette's colours, scaled to ``size`` (width, height), lines kept."""
    classes = douga.classes
    lines = line_pixels(classes)
    # Under a line stands white, the colour of paper: an average with it neither darkens nor tints the fill.
    fills = PALETTE[np.where(lines, np.uint8(DougaClass.FLAT_AREA), classes)]
    rare_last = sorted(map(int, LINE_CLASSES))
    return _inked(fills, [(classes == c, PALETTE[c]) for c in rare_last], size)


def _inked(
    ground: Picture, layers: list[tuple[NDArray[np.bool_], NDArray[np.uint8]]], size: tuple[int, int] | None
) -> Picture:
    """Layers of bool[H, W] ink laid over the ground, one after the other."""
    height, width = ground.shape[:2]
    if size is None or size == (width, height):
        picture = ground.copy()
        for ink, color in layers:
            picture[ink] = color
        return picture
    if size[0] >= width:
        return cv2.resize(_inked(ground, layers, None), size, interpolation=cv2.INTER_NEAREST).astype(
            np.uint8
        )
    gain = _LINE_GAIN * width / size[0]
    mixed = cv2.resize(ground, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    for ink, color in layers:
        cover = cv2.resize(ink.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        weight = np.minimum(1.0, gain * cover)[..., None]  # [h, w] -> [h, w, 1]
        mixed += weight * (color.astype(np.float32) - mixed)
    return np.rint(mixed).astype(np.uint8)


def _grown(pixels: NDArray[np.bool_], kernel: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return cv2.dilate(pixels.view(np.uint8), kernel).view(np.bool_)
