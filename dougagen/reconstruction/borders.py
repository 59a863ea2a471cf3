"""Where a figure ends, to the pixel: along the border of its mask a drawing is held against the plate.

What equals the plate is background, what differs from it clearly is cel. Three things are neither: what the
plate does not know; places around which the background itself differs from the plate (a shadow that wanders,
a layer with a speed of its own, light); and differences no larger than noise. There the mask stays as it was.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.reconstruction.shot_config import BorderConfig

_SQUARE, _WIDE = np.ones((3, 3), np.uint8), np.ones((5, 5), np.uint8)
_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)
_NEIGHBOURS = tuple((y, x) for y in range(-2, 3) for x in range(-2, 3) if (y, x) != (0, 0))

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]


def along_the_plate(
    picture: NDArray[np.uint8], plate: NDArray[np.uint8], known: Bools, cel: Bools, config: BorderConfig
) -> Bools:
    """The mask, bool[H, W], with its border where picture and plate part.

    Args:
        picture: uint8[H, W, 3].
        plate: uint8[H, W, 3], what the plate shows of it, where ``known``, bool[H, W].
        cel: bool[H, W], the mask as it was read.
    """
    rows, columns = _window_of(cel, config)
    if rows.start == rows.stop:
        return cel
    mended = cel.copy()
    some = (rows, columns)
    mended[some] = _mended(picture[some], plate[some], known[some], cel[some], cel.shape[0], config)
    return mended


def _mended(
    picture: NDArray[np.uint8],
    plate: NDArray[np.uint8],
    known: Bools,
    cel: Bools,
    lines: int,
    config: BorderConfig,
) -> Bools:
    rim = config.rim_of(lines)
    square = np.ones((2 * rim + 1, 2 * rim + 1), np.uint8)
    as_bytes = cel.view(np.uint8)
    widened = cv2.dilate(as_bytes, square)
    near = (widened != cv2.erode(as_bytes, square)) & known
    background = known & (widened == 0)
    if not near.any() or np.count_nonzero(background) < config.fewest:
        return cel
    apart, allowed = _apart(picture, plate, background, config)
    strange = _times_allowed(apart, allowed, config)
    strange[~known] = 0
    near &= _as_the_plate(strange, background, round(lines * config.around), config.strange)
    equal = known & (strange <= 1)
    mixed = _mixed(
        near & ~equal & (cv2.dilate(equal.view(np.uint8), _SQUARE) > 0), apart, allowed, strange, config
    )
    clear = cv2.dilate(strange, _WIDE) >= config.clearly
    outside = _grown(~cel, near & ((equal & clear) | mixed), rim)
    inside = _grown(~outside, near & (strange >= config.differs) & ~mixed, rim)
    smooth = cv2.medianBlur(inside.view(np.uint8), 3) > 0
    return np.where(near, smooth, inside)


def _apart(
    picture: NDArray[np.uint8], plate: NDArray[np.uint8], background: Bools, config: BorderConfig
) -> tuple[Floats, Floats]:
    """Picture minus plate, float32[H, W, 3] of Y, Cr, Cb, and what its luma may be for one paint, [H, W]."""
    here, there = (cv2.cvtColor(one, cv2.COLOR_RGB2YCrCb) for one in (picture, plate))
    apart = cv2.subtract(here, there, dtype=cv2.CV_32F)
    luma = np.ascontiguousarray(there[..., 0])
    contrast = cv2.subtract(cv2.dilate(luma, _SQUARE), cv2.erode(luma, _SQUARE))
    allowed = np.float32(config.contrast) * contrast.astype(np.float32)
    some = (slice(None, None, 2), slice(None, None, 2))
    left = (np.abs(apart[..., 0]) - allowed)[some][background[some]]
    noise = float(np.percentile(left, config.noise)) if left.size else 0.0
    return apart.astype(np.float32, copy=False), allowed + np.float32(max(config.levels, noise))


def _times_allowed(apart: Floats, allowed: Floats, config: BorderConfig) -> Floats:
    """How often noise goes into the difference, float32[H, W]."""
    size = np.abs(apart)
    color = np.maximum(size[..., 1], size[..., 2])
    return np.maximum(size[..., 0] / allowed, color / (config.color * allowed + config.color_more))


def _as_the_plate(strange: Floats, background: Bools, around: int, most: float) -> Bools:
    """Where the background around is that of the plate, bool[H, W]."""
    box = (2 * (around // 2) + 1,) * 2
    theirs = background.astype(np.float32)
    other = cv2.boxFilter(theirs * (strange > 1), -1, box)
    return other < most * np.maximum(cv2.boxFilter(theirs, -1, box), np.float32(1e-3))


def _mixed(asked: Bools, apart: Floats, allowed: Floats, strange: Floats, config: BorderConfig) -> Bools:
    """Which of the pixels asked for are the background with less than half of a neighbour's paint in it."""
    rows, columns = np.nonzero(asked)
    mine, may = apart[rows, columns], allowed[rows, columns]
    may_color = config.color * may + config.color_more
    explained = np.zeros(len(rows), np.bool_)
    padded = cv2.copyMakeBorder(apart, 2, 2, 2, 2, cv2.BORDER_CONSTANT)
    sure = cv2.copyMakeBorder(strange, 2, 2, 2, 2, cv2.BORDER_CONSTANT) >= config.surely
    for y, x in _NEIGHBOURS:
        theirs = padded[rows + 2 + y, columns + 2 + x]
        share = (mine * theirs).sum(axis=1) / ((theirs * theirs).sum(axis=1) + np.float32(1e-3))
        left = np.abs(mine - share[:, None] * theirs)
        explained |= (
            sure[rows + 2 + y, columns + 2 + x]
            & (share >= 0)
            & (share < config.half)
            & (left[:, 0] <= may)
            & (left[:, 1:].max(axis=1) <= may_color)
        )
    mixed = np.zeros_like(asked)
    mixed[rows, columns] = explained
    return mixed


def _grown(start: Bools, into: Bools, steps: int) -> Bools:
    """``start`` and what of ``into`` hangs together with it, a pixel further with each step."""
    grown = start
    for _ in range(steps):
        grown = grown | ((cv2.dilate(grown.view(np.uint8), _CROSS) > 0) & into)
    return grown


def _window_of(cel: Bools, config: BorderConfig) -> tuple[slice, slice]:
    """Rows and columns of the cel with what must be seen around it; empty where there is no cel."""
    x, y, width, height = cv2.boundingRect(cel.view(np.uint8))
    if not width:
        return slice(0, 0), slice(0, 0)
    margin = round(cel.shape[0] * config.around) + 2 * config.rim_of(cel.shape[0])
    return (
        slice(max(0, y - margin), min(cel.shape[0], y + height + margin)),
        slice(max(0, x - margin), min(cel.shape[1], x + width + margin)),
    )
