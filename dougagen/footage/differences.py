"""How two pictures differ, block by block, beyond what coding noise can explain.

Coding noise sits at edges, where a quantised transform rings; a line that was drawn, moved or taken away
changes pixels that had no edge in one of the two pictures. So each pixel's difference is reduced by a part
of the local contrast that both pictures share there. What remains of a held frame is at most
9 levels in its worst block (crf 28, or a key frame at crf 26), mostly below 2; a mouth of low contrast leaves
5 to 10, a redrawn body 60: the two overlap, so the dividing line is sought shot by shot (``holds``).
"""

from __future__ import annotations

from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

BLOCK = 4  # px of the analysis plane; a small mouth fills one, and more than one is diluted with 8
ANALYSIS_LINES = 480  # px; planes are reduced by the whole factor that leaves at least so many lines
CELL = 16  # px of the analysis plane; wide enough that a moving texture keeps its mean
SCALE = 4  # residuals are kept as 4 × level in uint8: quarter levels up to 63, all that a decision needs

_NEIGHBOURS = np.ones((3, 3), np.uint8)


class AnalysisPlane:
    """A frame as it is compared: its luma at reduced size, and what is measured in it when asked for.

    Most frames of a hold are all but the same as the one before, so that nobody asks.
    """

    __slots__ = ("_cells", "_contrast", "_small", "_stands_off", "_strong", "luma")

    def __init__(self, luma: NDArray[np.uint8]) -> None:
        self.luma = luma
        """uint8[h, w], 8-bit levels."""
        self._contrast: NDArray[np.uint8] | None = None
        self._small: AnalysisPlane | None = None
        self._cells: NDArray[np.float32] | None = None
        self._strong: float | None = None
        self._stands_off: dict[int, NDArray[np.float32]] = {}

    @property
    def contrast(self) -> NDArray[np.uint8]:
        """uint8[h, w]: greatest minus least level among a pixel and its eight neighbours."""
        if self._contrast is None:
            self._contrast = _uint8(cv2.morphologyEx(self.luma, cv2.MORPH_GRADIENT, _NEIGHBOURS))
        return self._contrast

    @property
    def small(self) -> AnalysisPlane:
        """The same at half the size: where motion is looked for."""
        if self._small is None:
            self._small = AnalysisPlane(halved(self.luma))
        return self._small

    @property
    def cells(self) -> NDArray[np.float32]:
        """float32[rows, columns]: means of 16×16 cells, which have little noise and few edges."""
        if self._cells is None:
            small, half = self.small.luma, CELL // 2
            rows, columns = (max(1, length // half) for length in small.shape)
            whole = small[: rows * half, : columns * half].astype(np.float32)  # whole cells reduce fast
            cells = cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA)
            self._cells = cells.astype(np.float32, copy=False)
        return self._cells

    @property
    def strong_contrast(self) -> float:
        """The contrast of the strongest hundredth of the pixels, in levels."""
        if self._strong is None:
            sample = np.ascontiguousarray(self.contrast[::3, ::3])  # every ninth pixel says as much
            counts = cv2.calcHist([sample], [0], None, [256], [0, 256]).ravel()
            self._strong = float(np.searchsorted(np.cumsum(counts), 0.99 * sample.size))
        return self._strong

    def stands_off(self, axis: int) -> NDArray[np.float32]:
        """float32[rows, columns]: levels, mean of a block, by which pixels are lighter or darker than both
        beside them, across (``axis`` 1) or above and below (0). Every move of a frame asks for it."""
        if axis not in self._stands_off:
            beside = np.array([1, 0, 1], np.uint8).reshape((3, 1) if axis == 0 else (1, 3))
            lighter = cv2.subtract(self.luma, cv2.dilate(self.luma, beside))
            darker = cv2.subtract(cv2.erode(self.luma, beside), self.luma)
            self._stands_off[axis] = block_levels(_uint8(cv2.max(lighter, darker)))
        return self._stands_off[axis]


def analysis_plane(luma: NDArray[np.uint8], *, lines: int = ANALYSIS_LINES) -> AnalysisPlane:
    """Reduce a frame's luma [H, W] to [H/f, W/f]: 1080 lines become 540, 480 stay."""
    factor = max(1, luma.shape[0] // lines)
    height, width = luma.shape
    if factor > 1 and width >= factor:
        size = (width // factor, height // factor)
        whole = luma[: size[1] * factor, : size[0] * factor]
        return AnalysisPlane(_uint8(cv2.resize(whole, size, interpolation=cv2.INTER_AREA)))
    return AnalysisPlane(np.ascontiguousarray(luma))


def halved(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Means of 2×2 pixels, [h, w] -> [h/2, w/2]; a plane of a single row or column stays."""
    height, width = plane.shape
    if min(height, width) < 2:
        return plane
    size = (width // 2, height // 2)
    # Whole 2×2 means are ten times as fast as any other reduction.
    return _uint8(cv2.resize(plane[: 2 * size[1], : 2 * size[0]], size, interpolation=cv2.INTER_AREA))


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
    return cast("NDArray[np.float32]", halved(halved(scaled)) * np.float32(1 / SCALE))


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
