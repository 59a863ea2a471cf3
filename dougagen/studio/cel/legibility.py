"""What no human could decide: a cel whose border nobody sees, a picture with next to nothing in it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

UNDECIDABLE = "undecidable"
"""Flag of a record whose truth cannot be read off its picture."""

SEEN = 10
"""8-bit levels in any channel by which the two sides of a border, or its line, must differ to be seen."""
_LOST_BORDER = 0.6
"""Share of the border of the cel that may be unseen before the cel cannot be cut out by eye."""
_SAMPLES = 2000
"""Places along a border that are looked at: all of them cost 10 times as much at 1080 lines."""
_EMPTY_RANGE = 24
"""8-bit levels of luma between the darkest and the brightest percent: below it there is no picture."""


def is_undecidable(color: NDArray[np.uint8], mask: NDArray[np.bool_], *, lines: int) -> bool:
    """Whether a human could not draw ``mask`` (bool[H, W]) from ``color`` (uint8[H, W, 3]) with any care.

    True for a picture without contrast, and for a cel that most of its border does not set off: within two
    pixels (at 1080 lines) of the border all channels stay within ``SEEN``. A line along the border counts
    as contrast. ``lines`` is the height of the whole frame.
    """
    every = max(lines // 270, 1)
    luma = cv2.cvtColor(np.ascontiguousarray(color[::every, ::every]), cv2.COLOR_RGB2GRAY)
    low, high = np.percentile(luma, (1, 99))
    if high - low < _EMPTY_RANGE:
        return True
    return lost_border(color, mask, lines=lines) > _LOST_BORDER


def lost_border(color: NDArray[np.uint8], mask: NDArray[np.bool_], *, lines: int) -> float:
    """Share of the border of ``mask`` within the picture that nobody sees; 0 where there is none."""
    reach = max(round(2 * lines / 1080), 1) + 1
    small = np.ones((3, 3), np.uint8)
    border = cv2.morphologyEx(mask.view(np.uint8), cv2.MORPH_GRADIENT, small, borderType=cv2.BORDER_REPLICATE)
    places = np.flatnonzero(np.asarray(border).view(np.bool_))
    if not places.size:
        return 0.0
    height, width = mask.shape
    rows, columns = np.divmod(places[:: max(places.size // _SAMPLES, 1), None], width)
    dy, dx = (shift.ravel() for shift in np.mgrid[-reach : reach + 1, -reach : reach + 1])
    around = color[(rows + dy).clip(0, height - 1), (columns + dx).clip(0, width - 1)]  # [N, side², 3]
    contrast = (around.max(axis=1) - around.min(axis=1)).max(axis=-1)
    return float((contrast < SEEN).mean())
