"""Where the picture is cut."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dougagen.footage.differences import AnalysisPlane

_BLOCK_LEVEL = 6.0  # levels of a block that nothing explains
_BLOCK_SHARE = 0.12  # share of the blocks that nothing explains at a cut; walls and skies explain each other
_USUAL_CONTRAST = 100.0  # levels, strong contrast of an ordinary shot; darker ones change by less …
_LEAST_LEVEL = 1.5  # … down to here
_DIM = 20.0  # levels; where even the strongest edges are weaker, at the end of a fade, blocks do not say much
# Correlation of the cells from one frame to the next, measured on 20 clips: 0.47 at most at a cut; 0.69 at
# least under a shake and 0.77 where a body is redrawn. An explosion that fills the picture looks like a cut.
_SAME_SHOT = 0.55
_NOTHING_STAYED = 0.6  # share of the blocks; where so many are others, two pictures are more alike by chance …
_SAME_PICTURE = 0.68  # … than this only if they are of one shot: two rooms at night have 0.6


def is_cut(current: AnalysisPlane, before: AnalysisPlane, levels: NDArray[np.float32]) -> bool:
    """Whether a shot begins at ``current``: most of the picture is another one and no layer moved there.

    ``levels``, float32[rows, columns], is what of each block neither noise nor motion explains.
    """
    if not levels.any():
        return False
    contrast = max(current.strong_contrast, before.strong_contrast)
    level = max(_BLOCK_LEVEL * min(1.0, contrast / _USUAL_CONTRAST), _LEAST_LEVEL)
    share = float(np.mean(levels > level))
    if contrast >= _DIM and share <= _BLOCK_SHARE:
        return False
    least = _SAME_PICTURE if share > _NOTHING_STAYED else _SAME_SHOT
    return _correlation(current.cells, before.cells) < least


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    a, b = (one - one.mean()).ravel(), (other - other.mean()).ravel()
    return float(a @ b) / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-6)
