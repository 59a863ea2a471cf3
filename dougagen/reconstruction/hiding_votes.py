"""What hides the background is in front of it: where a camera stands, areas are held against the board.

Two paints at one place may be a figure before a wall, or a wall under a shadow. A shadow darkens what is
painted on the wall, a light brightens it; a figure hides it. So an area is asked for the edges of the
background that lie under it: are they seen through it?

Where the camera moves nobody asks: layers of the background that pass each other hide each other as well, and
two parallaxes lost .06 and .54 of their IoU by it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.reconstruction.area_votes import areas_of
from dougagen.reconstruction.places import contrast_of, largest_channel
from dougagen.reconstruction.shot_config import ShotConfig


def words_of_hiding(
    pictures: NDArray[np.uint8], odds: NDArray[np.float32], config: ShotConfig
) -> NDArray[np.float32]:
    """Log odds of cel for whole areas that hide edges of the background, float32[K, h, w]; 0 elsewhere.

    At each place the background is what that drawing shows which is surest of it.

    Args:
        pictures: uint8[K, h, w, 3] with one background, laid over each other.
        odds: float32[K, h, w] of cel; 0 outside of the drawings.
    """
    words = np.zeros_like(odds)
    lowest = odds.min(axis=0)
    board = np.take_along_axis(pictures, odds.argmin(axis=0)[None, ..., None], axis=0)[0]
    edges = _edges(board)
    strength = np.square(edges).sum(axis=0)
    hides = (lowest < -config.places.surely) & (strength > config.hiding.edge**2)
    if not hides.any():
        return words
    allowed = config.tolerance + config.still_contrast * contrast_of(board)
    smooth = cv2.blur(board, (3, 3))
    for k, picture in enumerate(pictures):
        apart = largest_channel(cv2.absdiff(cv2.blur(picture, (3, 3)), smooth).astype(np.uint8, copy=False))
        differs = hides & (apart > allowed) & (lowest < odds[k] - config.hiding.surer)
        if np.count_nonzero(differs) >= config.hiding.fewest:
            through = (_edges(picture) * edges).sum(axis=0) < config.hiding.seen * strength
            words[k] = _word(picture, differs, through, config)
    return words


def _word(
    small: NDArray[np.uint8], asked: NDArray[np.bool_], hidden: NDArray[np.bool_], config: ShotConfig
) -> NDArray[np.float32]:
    """Of a drawing uint8[h, w, 3], the areas whose edges of the background, ``asked``, are ``hidden``."""
    number, rim = areas_of(small, config.moves.areas)
    inside, count = asked & ~rim, int(number.max()) + 1
    edges = np.bincount(number[inside], minlength=count)
    gone = np.bincount(number[inside & hidden], minlength=count)
    says = (edges >= config.hiding.fewest) & (gone >= config.hiding.hidden * edges)
    says[0] = False
    return np.where(says, config.hiding.for_cel, 0)[number].astype(np.float32)


def _edges(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """By how much the luma of uint8[h, w, 3] rises to the right and down, float32[2, h, w] in levels."""
    luma = cv2.cvtColor(cv2.blur(picture, (3, 3)), cv2.COLOR_RGB2GRAY)
    across, down = (cv2.Sobel(luma, cv2.CV_32F, *order, ksize=3, scale=1 / 8) for order in ((1, 0), (0, 1)))
    return np.stack([across, down]).astype(np.float32, copy=False)
