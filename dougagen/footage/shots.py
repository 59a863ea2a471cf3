"""Where the picture is cut."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.differences import AnalysisPlane

_CELL = 16  # px of the analysis plane; wide enough that a moving texture keeps its mean
_CELL_CHANGE = 10.0  # levels by which the mean of a cell changes from shot to shot
_CELL_SHARE = 0.5  # share of the cells that change at a cut; a redrawn cel seldom fills half the picture
_BLOCK_LEVEL = 6.0  # levels of a block that nothing explains
_BLOCK_SHARE = 0.3  # share of the blocks that nothing explains at a cut; a fast pan leaves less


def is_cut(current: AnalysisPlane, before: AnalysisPlane, levels: NDArray[np.float32]) -> bool:
    """Whether a shot begins at ``current``: most of the picture is another one and no layer moved there.

    ``levels``, float32[rows, columns], is what of each block neither noise nor motion explains.
    """
    if float(np.mean(levels > _BLOCK_LEVEL)) <= _BLOCK_SHARE:
        return False
    height, width = current.luma.shape
    size = (max(1, width // _CELL), max(1, height // _CELL))
    now, then = (
        cv2.resize(plane.luma, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        for plane in (current, before)
    )
    return float(np.mean(np.abs(now - then) > _CELL_CHANGE)) > _CELL_SHARE
