"""Burnt-in subtitles: text that comes, goes or changes begins no drawing (dougagen/README.md#words).

A line of text is several glyphs of one height side by side, of one level with a dark rim, thin of stroke,
in the upper or lower part of the picture. A mouth is one shape, eyes are two, and neither has a level of its
own with a dark rim all around.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.differences import BLOCK, AnalysisPlane

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in px of a part of the analysis plane, all inside."""

_UPPER, _LOWER = 0.33, 0.6  # share of the lines above and below which subtitles stand
_CHANGED_BLOCK = 2.5  # levels that a block with text changes at least
_MOST_CHANGED = 0.25  # share of the blocks; text covers less
_LEAST_BLOCKS = 16  # blocks; the shortest line of text changes more
_CHANGED = 24  # levels that a pixel of text changes at least
_FILL = 14  # levels around the fill of the glyphs that belong to it
_BRIGHT = 90  # levels; subtitles are light, also while they fade in
_RIM = 40  # levels by which the rim around the glyphs is darker than they are, in the median
_TALLEST, _LOWEST = 0.09, 0.012  # share of the lines; heights of a glyph
_STROKE = 0.012  # share of the lines; half the width of a stroke is less
_GLYPHS = 4  # parts of one height in a line at least
_LENGTH = 2.5  # heights that a line of text is long at least
_SHADE = 0.05  # share of the lines that a box reaches beyond the text
_ALL_DARKER = 0.97  # share of the pixels beside the text that a box darkens
_MARGIN = 0.018  # share of the lines; rim and shadow around the glyphs


def text_blocks(
    current: AnalysisPlane, before: AnalysisPlane, levels: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """The blocks where a line of text changed: bool[rows, columns], as ``levels``, float32[rows, columns].

    ``levels`` says how much of each block nothing else explains.
    """
    text = np.zeros(levels.shape, np.bool_)
    rows = levels.shape[0]
    changed = levels > _CHANGED_BLOCK
    changed[int(_UPPER * rows) : int(_LOWER * rows)] = False
    share = float(changed.mean())
    if not 0 < share < _MOST_CHANGED:
        return text
    if np.count_nonzero(changed) < _LEAST_BLOCKS:
        return text
    # Only where something is left to explain: under a pan every pixel differs.
    around = cv2.dilate(changed.view(np.uint8), np.ones((3, 3), np.uint8))
    column, row, wide, high = cv2.boundingRect(around)
    here = np.s_[row * BLOCK : (row + high) * BLOCK, column * BLOCK : (column + wide) * BLOCK]
    now, then = current.luma[here], before.luma[here]
    size = (BLOCK * wide, BLOCK * high)
    inside = around[row : row + high, column : column + wide]
    where = cv2.resize(inside, size, interpolation=cv2.INTER_NEAREST)[: now.shape[0], : now.shape[1]]
    moved = (cv2.absdiff(now, then) >= _CHANGED) & (where > 0)
    if np.count_nonzero(moved) < _GLYPHS * BLOCK * BLOCK:
        return text
    height = current.luma.shape[0]
    for plane, other in ((now, then), (then, now)):
        lines = _lines(plane, moved, height=height)
        for left, top, right, bottom in [*lines, *_shade(plane, other, lines, height=height)]:
            rows_here = slice(row + top // BLOCK, row + bottom // BLOCK + 1)
            text[rows_here, column + left // BLOCK : column + right // BLOCK + 1] = True
    return text


def _shade(
    luma: NDArray[np.uint8], without: NDArray[np.uint8], lines: list[Box], *, height: int
) -> list[Box]:
    """The dark box behind the lines, where there is one: all that changed around them became darker."""
    if not lines:
        return []
    rows, columns = luma.shape
    around = int(_SHADE * height)
    left, top = max(min(box[0] for box in lines) - around, 0), max(min(box[1] for box in lines) - around, 0)
    right = min(max(box[2] for box in lines) + around, columns - 1)
    bottom = min(max(box[3] for box in lines) + around, rows - 1)
    now, then = (plane[top : bottom + 1, left : right + 1].astype(np.int16) for plane in (luma, without))
    beside = np.ones(now.shape, np.bool_)
    for box in lines:
        beside[box[1] - top : box[3] - top + 1, box[0] - left : box[2] - left + 1] = False
    darker, lighter = np.count_nonzero((then - now > 6) & beside), np.count_nonzero((now - then > 6) & beside)
    return [(left, top, right, bottom)] if darker > _ALL_DARKER * (darker + lighter) else []


def _lines(luma: NDArray[np.uint8], moved: NDArray[np.bool_], *, height: int) -> list[Box]:
    """Left, top, right, bottom of each line of text among the pixels that changed.

    ``luma`` is a part of a plane of ``height`` lines.
    """
    rows, columns = luma.shape
    bright = luma[moved & (luma >= _BRIGHT)]
    if not bright.size:
        return []
    counts = np.convolve(np.bincount(bright, minlength=256), np.ones(9), "same")
    fill = int(counts.argmax())
    glyphs = cv2.inRange(luma, max(fill - _FILL, 0), min(fill + _FILL, 255))
    # Where one line of text takes another's place, parts of their glyphs coincide and did not change.
    near = cv2.dilate(moved.view(np.uint8), np.ones((9, 9), np.uint8))
    glyphs = cast("NDArray[np.uint8]", cv2.bitwise_and(glyphs, near))
    x, y, wide, high = cv2.boundingRect(glyphs)
    inside = np.s_[y : y + high, x : x + wide]
    if wide < _GLYPHS or not _has_rim(luma[inside], glyphs[inside], fill):
        return []  # most new drawings end here; to tell parts apart is dear
    _, labels, stats, _ = cv2.connectedComponentsWithStats(glyphs[inside], connectivity=8)
    tall = stats[:, cv2.CC_STAT_HEIGHT]
    fits = (tall <= _TALLEST * height) & (tall >= _LOWEST * height)
    fits &= stats[:, cv2.CC_STAT_WIDTH] <= 4 * tall
    fits[0] = False  # what is no glyph at all
    if np.count_nonzero(fits) < _GLYPHS:
        return []
    kept = cast("NDArray[np.uint8]", fits[labels].astype(np.uint8))
    deepest = float(cv2.distanceTransform(kept, cv2.DIST_L2, 3).max())
    if deepest > max(_STROKE * height, 2.5):
        return []
    margin = int(np.ceil(_MARGIN * height))
    return [
        (
            max(x + left - margin, 0),
            max(y + top - margin, 0),
            min(x + right + margin, columns - 1),
            min(y + bottom + margin, rows - 1),
        )
        for left, top, right, bottom in _rows_of(stats[fits])
    ]


def _has_rim(luma: NDArray[np.uint8], glyphs: NDArray[np.uint8], fill: int) -> bool:
    """Whether what lies two pixels around the glyphs is darker than they are."""
    near, nearer = (cv2.dilate(glyphs, np.ones((size, size), np.uint8)) for size in (5, 3))
    rim = luma[(near > nearer)]
    return rim.size > 0 and float(np.median(rim)) <= fill - _RIM


def _rows_of(stats: NDArray[np.int32]) -> list[Box]:
    """The boxes of parts that stand side by side, if they are a line of text."""
    top, tall = stats[:, cv2.CC_STAT_TOP], stats[:, cv2.CC_STAT_HEIGHT]
    left, wide = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_WIDTH]
    lines = []
    free = np.ones(len(stats), np.bool_)
    for first in np.argsort(-tall):  # the tallest glyphs say where the lines are
        if not free[first]:
            continue
        middle = top + tall / 2
        beside = free & (middle >= top[first]) & (middle <= top[first] + tall[first])
        free &= ~beside
        usual = float(np.quantile(tall[beside], 0.75))
        alike = np.count_nonzero(beside & (tall >= 0.4 * usual))
        begin, end = int(left[beside].min()), int((left + wide)[beside].max())
        if alike >= _GLYPHS and end - begin >= _LENGTH * usual:
            lines.append((begin, int(top[beside].min()), end, int((top + tall)[beside].max())))
    return lines
