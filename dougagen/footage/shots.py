"""Where the picture is cut."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dougagen.footage.differences import AnalysisPlane, block_levels

_BLOCK_LEVEL = 6.0  # levels of a block that nothing explains
_USUAL_CONTRAST = 100.0  # levels, strong contrast of an ordinary shot; darker ones change by less …
_LEAST_LEVEL = 1.5  # … down to here
_BLOCK_SHARE = 0.3  # share of the blocks that nothing explains at a cut; walls and skies explain each other
_TEXTURED = 7.5  # quarter levels of contrast, mean over a block that shows more than a wall
# Of the blocks that show something in both pictures 0.96 or more are others at a cut (on five clips).
# Where an explosion, a passer-by or a body fills the picture the background goes on beside it: 0.6 at most.
_OTHERS = 0.8
_BANDS = 8  # across the picture; two of them hold a subtitle of two lines
_LEAST_STAYING = 0.002  # share of the blocks that a background which goes on has outside two bands
_FEWEST = 5  # blocks; where fewer show anything in both pictures …
_OTHERS_UNTEXTURED = 0.75  # … so many of all blocks are others at a cut
_UNLIKE = 0.2  # correlation; so unlike each other, two soft pictures need no more than _BLOCK_SHARE
# Correlation of the cells from one frame to the next, measured on 20 clips: 0.47 at most at a cut; 0.69 at
# least under a shake and 0.77 where a body is redrawn. An explosion that fills the picture looks like a cut.
_SAME_SHOT = 0.55
_NOTHING_STAYED = 0.85  # share of the blocks; where so many are others, two shots are more alike by chance …
_SAME_PICTURE = 0.68  # … than this only if they are of one shot: two rooms at night have 0.6


def is_cut(current: AnalysisPlane, before: AnalysisPlane, levels: NDArray[np.float32]) -> bool:
    """Whether a shot begins at ``current``: the picture is another one, and no background goes on in it.

    ``levels``, float32[rows, columns], is what of each block neither noise nor motion explains.
    """
    if not levels.any():
        return False
    contrast = max(current.strong_contrast, before.strong_contrast)
    others = levels > max(_BLOCK_LEVEL * min(1.0, contrast / _USUAL_CONTRAST), _LEAST_LEVEL)
    share = float(np.mean(others))
    if share <= _BLOCK_SHARE:
        return False
    alike = _correlation(current.cells, before.cells)
    if alike >= (_SAME_PICTURE if share > _NOTHING_STAYED else _SAME_SHOT):
        return False
    if share > _NOTHING_STAYED:
        return True
    shown = (block_levels(current.contrast) > _TEXTURED) & (block_levels(before.contrast) > _TEXTURED)
    if np.count_nonzero(shown) < _FEWEST:
        return share > _OTHERS_UNTEXTURED or alike < _UNLIKE
    shown &= ~_most_staying_bands(shown & ~others)
    stays = shown & ~others
    goes_on = float(np.mean(stays)) >= _LEAST_STAYING and float(np.mean(others[shown])) <= _OTHERS
    return not goes_on


def _most_staying_bands(stays: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """bool[rows, 1]: the two neighbouring bands of the picture in which most of the blocks ``stays`` lie.

    A subtitle stays where it is over a cut and fills no more; a background goes on in other bands too.
    """
    band = np.arange(len(stays)) * _BANDS // len(stays)  # [rows]
    counts = np.bincount(band, weights=stays.sum(axis=1), minlength=_BANDS)
    first = int(np.argmax(counts[:-1] + counts[1:]))
    return np.asarray((band == first) | (band == first + 1))[:, np.newaxis]


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    a, b = (one - one.mean()).ravel(), (other - other.mean()).ravel()
    return float(a @ b) / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-6)
