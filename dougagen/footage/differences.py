"""How two pictures differ, block by block, beyond what coding noise can explain.

Coding noise sits at edges, where a quantised transform rings; a line that was drawn, moved or taken away
changes pixels that had no edge in one of the two pictures. So each pixel's difference is reduced by a part
of the local contrast that both pictures share there. What remains of a held frame is at most
9 levels in its worst block (crf 28, or a key frame at crf 26), mostly below 2; a mouth of low contrast leaves
5 to 10, a redrawn body 60: the two overlap, so the dividing line is sought shot by shot (``holds``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

BLOCK = 4  # px of the analysis plane; a small mouth fills one, and more than one is diluted with 8
ANALYSIS_LINES = 480  # px; planes are reduced by the whole factor that leaves at least so many lines
SCALE = 4  # residuals are kept as 4 × level in uint8: quarter levels up to 63, all that a decision needs

_NEIGHBOURS = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class AnalysisPlane:
    """A frame as it is compared: its luma at reduced size, and where it has edges."""

    luma: NDArray[np.uint8]
    """uint8[h, w], 8-bit levels."""
    contrast: NDArray[np.uint8]
    """uint8[h, w]: greatest minus least level among a pixel and its eight neighbours."""

    @classmethod
    def of(cls, luma: NDArray[np.uint8]) -> AnalysisPlane:
        """Measure the contrast of a plane that has its size already."""
        return cls(luma, _uint8(cv2.morphologyEx(luma, cv2.MORPH_GRADIENT, _NEIGHBOURS)))


def analysis_plane(luma: NDArray[np.uint8]) -> AnalysisPlane:
    """Reduce a frame's luma [H, W] to [H/f, W/f]: 1080 lines become 540, 480 stay."""
    factor = max(1, luma.shape[0] // ANALYSIS_LINES)
    height, width = luma.shape
    if factor > 1 and width >= factor:
        size = (width // factor, height // factor)
        whole = luma[: size[1] * factor, : size[0] * factor]
        return AnalysisPlane.of(_uint8(cv2.resize(whole, size, interpolation=cv2.INTER_AREA)))
    return AnalysisPlane.of(np.ascontiguousarray(luma))


def residual(current: AnalysisPlane, before: AnalysisPlane, *, tolerance: float) -> NDArray[np.uint8]:
    """What ``before`` does not explain of ``current``: uint8[h, w] in ``SCALE`` × levels, saturating.

    ``tolerance`` is the share of the contrast common to both pictures that noise may take up.
    """
    difference = cv2.absdiff(current.luma, before.luma)
    shared = cv2.min(current.contrast, before.contrast)
    return _uint8(cv2.addWeighted(difference, SCALE, shared, -SCALE * tolerance, 0))


def block_levels(scaled: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The mean of every block in levels, [0, 63]: [h, w] -> [⌈h/4⌉, ⌈w/4⌉]."""
    height, width = scaled.shape
    down, right = -height % BLOCK, -width % BLOCK
    if down or right:
        scaled = _uint8(cv2.copyMakeBorder(scaled, 0, down, 0, right, cv2.BORDER_REPLICATE))
    size = (scaled.shape[1] // BLOCK, scaled.shape[0] // BLOCK)
    means = cv2.resize(scaled, size, interpolation=cv2.INTER_AREA)
    return cast("NDArray[np.float32]", means.astype(np.float32) / SCALE)


def beyond_neighbourhood(current: AnalysisPlane, before: AnalysisPlane, *, radius: int) -> NDArray[np.uint8]:
    """How far each pixel lies outside the levels found within ``radius`` px in the other picture.

    The larger of both directions, so that a thin line counts when it comes and when it goes.
    uint8[h, w] in ``SCALE`` × levels, saturating.
    """
    window = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    outside = np.zeros_like(current.luma)
    for one, other in ((current.luma, before.luma), (before.luma, current.luma)):
        above = cv2.subtract(one, cv2.dilate(other, window))
        below = cv2.subtract(cv2.erode(other, window), one)
        outside = _uint8(cv2.max(outside, cv2.max(above, below)))
    return _uint8(cv2.convertScaleAbs(outside, alpha=SCALE))


def _uint8(array: Any) -> NDArray[np.uint8]:
    """What OpenCV returns, under the type that uint8 input gives it."""
    return cast("NDArray[np.uint8]", array)
