"""Where the picture is cut."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dougagen.footage.differences import AnalysisPlane

_CELL_CHANGE = 10.0  # levels by which the mean of a cell changes from shot to shot
_CELL_SHARE = 0.5  # share of the cells that change at a cut; a redrawn cel seldom fills half the picture
_BLOCK_LEVEL = 6.0  # levels of a block that nothing explains
_BLOCK_SHARE = 0.3  # share of the blocks that nothing explains at a cut; a fast pan leaves less
_DIM = (
    20.0  # levels; where even the strongest edges are weaker, as at the end of a fade, no level says much …
)
_SAME_PICTURE = 0.5  # … but the correlation of the cells does


def is_cut(current: AnalysisPlane, before: AnalysisPlane, levels: NDArray[np.float32]) -> bool:
    """Whether a shot begins at ``current``: most of the picture is another one and no layer moved there.

    ``levels``, float32[rows, columns], is what of each block neither noise nor motion explains.
    """
    if not levels.any():
        return False
    if max(current.strong_contrast(), before.strong_contrast()) < _DIM:
        return _correlation(current.cells, before.cells) < _SAME_PICTURE
    if float(np.mean(levels > _BLOCK_LEVEL)) <= _BLOCK_SHARE:
        return False
    return float(np.mean(np.abs(current.cells - before.cells) > _CELL_CHANGE)) > _CELL_SHARE


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    a, b = (one - one.mean()).ravel(), (other - other.mean()).ravel()
    return float(a @ b) / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-6)
