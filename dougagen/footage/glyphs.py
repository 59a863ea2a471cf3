"""Shapes that may be glyphs: connected strokes lighter or darker than what lies around them, and rims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class GlyphConfig:
    """What is a glyph or a part of one. Lengths are shares of the picture's lines."""

    least_length: float = 0.008  # of a glyph
    most_length: float = 0.2
    stroke: float = 0.036  # widest stroke
    # strokes end at half the height of the lightest so near: letters touch
    near: float = 0.02
    stands_out: int = 40  # levels by which a stroke is lighter or darker than what lies around it
    least_area: int = 4  # px
    least_fill: float = 0.06  # share of the box that the strokes of a glyph fill
    most: int = 900  # a bound on the pairs that are looked at; foliage has thousands of light spots


@dataclass(frozen=True, slots=True, eq=False)
class Glyphs:
    """Connected strokes, one line each."""

    box: NDArray[np.float64]
    """float64[n, 4]: left, top, width, height in px."""
    area: NDArray[np.float64]
    """float64[n]: px."""
    color: NDArray[np.float64]
    """float64[n, 3]: mean RGB."""
    spread: NDArray[np.float64]
    """float64[n]: standard deviation of the colour inside, levels, of the channel that has most."""
    stroke: NDArray[np.float64]
    """float64[n]: width of the strokes, px: twice the area over the outline."""
    contrast: NDArray[np.float64]
    """float64[n]: levels by which it stands out from what lies around it."""
    rim: NDArray[np.float64]
    """float64[n, 3]: mean RGB of what lies two pixels beside it."""
    rim_spread: NDArray[np.float64]
    """float64[n]: standard deviation of the colour there."""

    def __len__(self) -> int:
        return len(self.box)

    def where(self, kept: NDArray[Any]) -> Glyphs:
        """Some of them, by a mask or by indices."""
        return Glyphs(
            self.box[kept],
            self.area[kept],
            self.color[kept],
            self.spread[kept],
            self.stroke[kept],
            self.contrast[kept],
            self.rim[kept],
            self.rim_spread[kept],
        )

    def turned(self) -> Glyphs:
        """The same with columns as rows."""
        return Glyphs(
            self.box[:, [1, 0, 3, 2]],
            self.area,
            self.color,
            self.spread,
            self.stroke,
            self.contrast,
            self.rim,
            self.rim_spread,
        )


def glyphs_of(image: NDArray[np.uint8], *, dark: bool, config: GlyphConfig) -> Glyphs | None:
    """The shapes of uint8[H, W, 3] RGB that may be glyphs, the most even ones; None where there is none.

    ``dark``: those darker than what lies around them, by the least of the three channels; otherwise the
    lighter ones, by the greatest: letters of a colour stand out from their rim in it.
    """
    strokes, stands_out = _strokes(image, dark=dark, config=config)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    fits = _like_glyphs(stats, image.shape[0], config=config)
    if not fits.any():
        return None
    number = np.zeros(count, np.int32)
    number[fits] = np.arange(1, np.count_nonzero(fits) + 1)
    labels = number[labels]
    many = int(number.max()) + 1  # the background is number 0
    kept = (labels > 0).view(np.uint8)
    color, spread = _colors(image, labels, kept, many)
    inner = cv2.erode(kept, np.ones((3, 3), np.uint8))
    owner = labels[kept > 0]
    outline = np.bincount(owner, inner[kept > 0] == 0, many)
    contrast = np.bincount(owner, stands_out[kept > 0], many)
    spot = labels.astype(np.float32)
    nearer, near = (cv2.dilate(spot, np.ones((size, size), np.uint8)) for size in (3, 5))
    beside = ((near > 0) & (nearer == 0)).view(np.uint8)
    rim, rim_spread = _colors(image, near.astype(np.int32), beside, many)
    area = stats[fits, cv2.CC_STAT_AREA].astype(np.float64)
    every = Glyphs(
        stats[fits, :4].astype(np.float64),
        area,
        color[1:],
        spread[1:],
        2 * area / np.maximum(outline[1:], 1),
        contrast[1:] / area,
        rim[1:],
        rim_spread[1:],
    )
    if len(every) <= config.most:
        return every
    # Letters are even, and stand out: dots of a pattern are as even, and light spots in foliage are not.
    uneven = every.spread / np.maximum(every.contrast, 1)
    return every.where(np.sort(np.argsort(uneven, kind="stable")[: config.most]))


def _strokes(
    image: NDArray[np.uint8], *, dark: bool, config: GlyphConfig
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Which pixels belong to strokes, and by how many levels each stands out: uint8[H, W] both."""
    height = image.shape[0]
    red, green, blue = cv2.split(image)
    value = (
        cv2.bitwise_not(cv2.min(cv2.min(red, green), blue)) if dark else cv2.max(cv2.max(red, green), blue)
    )
    width = 2 * round(config.stroke * height / 2) + 1
    around = cv2.morphologyEx(value, cv2.MORPH_OPEN, np.ones((width, width), np.uint8))
    stands_out = _uint8(cv2.subtract(value, around))
    near = round(config.near * height) | 1
    most = _uint8(cv2.dilate(stands_out, np.ones((near, near), np.uint8)))
    strokes = stands_out > np.maximum(most // 2, config.stands_out)
    return strokes.view(np.uint8), stands_out


def _like_glyphs(stats: NDArray[np.int32], lines: int, *, config: GlyphConfig) -> NDArray[np.bool_]:
    wide, high, area = (stats[:, key] for key in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    longest = np.maximum(wide, high)
    fits = (longest >= config.least_length * lines) & (longest <= config.most_length * lines)
    fits &= (area >= config.least_fill * wide * high) & (area >= config.least_area)
    fits[0] = False  # what is no stroke at all
    return np.asarray(fits, np.bool_)


def _colors(
    image: NDArray[np.uint8], labels: NDArray[np.int32], where: NDArray[np.uint8], many: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean RGB of each label, float64[many, 3], and the deviation of its most varied channel [many]."""
    chosen = where > 0
    owner, colors = labels[chosen], image[chosen].astype(np.float64)  # [px], [px, 3]
    pixels = np.maximum(np.bincount(owner, minlength=many), 1)[:, np.newaxis]
    mean = np.stack([np.bincount(owner, colors[:, i], many) for i in range(3)], axis=1) / pixels
    square = np.stack([np.bincount(owner, colors[:, i] ** 2, many) for i in range(3)], axis=1) / pixels
    return mean, np.sqrt(np.maximum(square - mean**2, 0).max(axis=1))


def _uint8(array: Any) -> NDArray[np.uint8]:
    """What OpenCV returns, under the type that uint8 input gives it."""
    return cast("NDArray[np.uint8]", array)
