"""Where the picture is cut."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.differences import AnalysisPlane, block_levels


@dataclass(frozen=True, slots=True, kw_only=True)
class CutConfig:
    """Two pictures of one shot, or of two."""

    block_level: float = 6.0  # levels of a block that nothing explains
    usual_contrast: float = 100.0  # levels, strong contrast of an ordinary shot; darker ones change by less …
    least_level: float = 1.5  # … down to here
    block_share: float = 0.3
    # share of the blocks that nothing explains at a cut; walls and skies explain each other
    textured: float = 7.5  # quarter levels of contrast, mean over a block that shows more than a wall
    others: float = 0.8
    # Of the blocks that show something in both pictures 0.96 or more are others at a cut (on five clips).
    # Where an explosion, a passer-by or a body fills the picture the background goes on beside it: 0.6.
    bands: int = 8  # across the picture; two of them hold a subtitle of two lines
    least_staying: float = 0.002  # share of the blocks that a background which goes on has outside two bands
    fewest: int = 5  # blocks; where fewer show anything in both pictures …
    others_untextured: float = 0.75  # … so many of all blocks are others at a cut
    unlike: float = 0.2  # correlation; so unlike each other, two soft pictures need no more than block_share
    same_shot: float = 0.55
    # Correlation of the cells from one frame to the next, measured on 20 clips: 0.47 at most at a cut; 0.69
    # at least under a shake and 0.77 where a body is redrawn. An explosion over all looks like a cut.
    nothing_stayed: float = 0.85
    # share of the blocks; where so many are others, two shots are more alike by chance …
    same_picture: float = 0.68  # … than this only if they are of one shot: two rooms at night have 0.6
    fine: int = 4  # px; what is finer than so much six times over is no light and no wall …
    other_fine: float = 0.2  # … and correlates by less in two shots: 0.14 at most, 0.22 at least in one
    other_edges: float = 0.12
    # correlation of the contrast of blocks; so unlike, no background goes on, be there dark in both pictures
    same_edges: float = 0.5
    # so alike, it is one shot where the cells are somewhat alike: a shake has 0.6, such a cut 0.45 at most


_USUAL = CutConfig()


def is_cut(
    current: AnalysisPlane,
    before: AnalysisPlane,
    levels: NDArray[np.float32],
    *,
    config: CutConfig = _USUAL,
) -> bool:
    """Whether a shot begins at ``current``: the picture is another one, and no background goes on in it.

    ``levels``, float32[rows, columns], is what of each block neither noise nor motion explains.
    """
    if not levels.any():
        return False
    contrast = max(current.strong_contrast, before.strong_contrast)
    others = levels > max(config.block_level * min(1.0, contrast / config.usual_contrast), config.least_level)
    share = float(np.mean(others))
    if share <= config.block_share:
        return False
    alike = correlation(current.cells, before.cells)
    if alike >= config.same_picture:
        return False
    if share > config.nothing_stayed:
        return True
    fine = correlation(*(fine_structure(plane, config=config) for plane in (current, before)))
    edges, edges_before = block_levels(current.contrast), block_levels(before.contrast)
    same_edges = correlation(_blurred(edges), _blurred(edges_before))
    if alike >= config.same_shot:
        return fine < config.other_fine and same_edges < config.same_edges
    if fine < config.other_fine and same_edges < config.other_edges:
        return True
    shown = (edges > config.textured) & (edges_before > config.textured)
    if np.count_nonzero(shown) < config.fewest:
        return share > config.others_untextured or alike < config.unlike
    shown &= ~_most_staying_bands(shown & ~others, config)
    stays = shown & ~others
    goes_on = float(np.mean(stays)) >= config.least_staying and float(np.mean(others[shown])) <= config.others
    return not goes_on


def _most_staying_bands(stays: NDArray[np.bool_], config: CutConfig) -> NDArray[np.bool_]:
    """bool[rows, 1]: the two neighbouring bands of the picture in which most of the blocks ``stays`` lie.

    A subtitle stays where it is over a cut and fills no more; a background goes on in other bands too.
    """
    band = np.arange(len(stays)) * config.bands // len(stays)  # [rows]
    counts = np.bincount(band, weights=stays.sum(axis=1), minlength=config.bands)
    first = int(np.argmax(counts[:-1] + counts[1:]))
    return np.asarray((band == first) | (band == first + 1))[:, np.newaxis]


def fine_structure(plane: AnalysisPlane, *, config: CutConfig) -> NDArray[np.float32]:
    """What a picture shows beside light and shade, at a quarter of its size: float32[h/4, w/4]."""
    size = tuple(max(1, length // config.fine) for length in plane.luma.shape[::-1])
    small = cv2.resize(plane.luma, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray(small - cv2.GaussianBlur(small, (0, 0), 1.5 * config.fine), np.float32)


def _blurred(blocks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Blocks with those beside them: what is redrawn or shaken stays near its place."""
    return np.asarray(cv2.GaussianBlur(blocks, (0, 0), 2.0), np.float32)


def correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Of two arrays of one shape, −1 to 1; 0 where one of them is flat."""
    a, b = (one - one.mean()).ravel(), (other - other.mean()).ravel()
    return float(a @ b) / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-6)
