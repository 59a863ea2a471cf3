"""One colour model for a shot: which fill a paint has is decided over all drawings that show it.

A network that sees one picture calls a paint the base in one drawing and its shade in the next. Two things
speak against that: the same paint at the same place is the same fill, and so, less surely, is the same paint
anywhere in the shot: the shade of a shirt may be the base of the trousers.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.reconstruction.places import Paints, largest_channel
from dougagen.reconstruction.refinement_areas import FILLS, IS_FILL
from dougagen.reconstruction.shot_config import PaintConfig

_SQUARE = np.ones((3, 3), np.uint8)


def settled_fills(
    odds: NDArray[np.float32],
    smooth: NDArray[np.uint8],
    cel: NDArray[np.bool_],
    paints: Paints,
    *,
    paint_weight: float,
    config: PaintConfig,
) -> NDArray[np.float32]:
    """Log odds of the fills once the drawings have spoken for each other.

    Args:
        odds: float32[K, 4, h, w] in the order of ``FILLS``.
        smooth: uint8[K, h, w, 3], the pictures.
        cel: bool[K, h, w].
        paint_weight: share, [0, 1], of what the paint has elsewhere in the shot.
    """
    on_cel = Paints(np.where(cel, paints.of, np.int8(-1)), paints.most)
    shared = np.stack([on_cel.shared(odds[:, fill]) for fill in range(len(FILLS))], axis=1)
    if not paint_weight:
        return shared
    count = -(-256 // config.levels)
    bins = (smooth.astype(np.int32) + config.levels // 2).clip(0, 255) // config.levels
    number = (bins[..., 0] * count + bins[..., 1]) * count + bins[..., 2]  # [K, h, w]
    flat = cel & np.stack([_contrast(picture) < config.flat for picture in smooth])
    seen = np.bincount(number[flat], minlength=count**3)
    known = (seen >= config.fewest)[number] & cel
    for fill in range(len(FILLS)):
        total = np.bincount(number[flat], shared[:, fill][flat], minlength=count**3)
        of_paint = (total / np.maximum(seen, 1)).astype(np.float32)[number]
        shared[:, fill] += np.where(known, paint_weight * (of_paint - shared[:, fill]), 0)
    return shared


def _contrast(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    steps = cv2.subtract(cv2.dilate(picture, _SQUARE), cv2.erode(picture, _SQUARE))
    return largest_channel(steps.astype(np.uint8, copy=False))


def with_fills(
    classes: NDArray[np.uint8], cel: NDArray[np.bool_], odds: NDArray[np.float32]
) -> NDArray[np.uint8]:
    """Classes uint8[H, W] whose fills on the cel are those of ``odds``, float32[4, h, w]; lines stay."""
    best = np.array(FILLS, np.uint8)[odds.argmax(axis=0)]
    large = cv2.resize(best, classes.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return np.where(cel & IS_FILL[classes], large, classes)


def stacked_fills(odds: Sequence[NDArray[np.float16]]) -> NDArray[np.float32]:
    """float16[4, h, w] each → float32[K, 4, h, w], of each place against the mean of its four."""
    together = np.stack(odds).astype(np.float32)
    return together - together.mean(axis=1, keepdims=True)
