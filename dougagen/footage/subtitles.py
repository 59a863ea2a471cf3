"""Burnt-in subtitles: text that comes, goes or changes begins no drawing (dougagen/README.md#words).

A line of text is several glyphs of one height side by side, of one level with a dark rim, thin of stroke,
in the upper or lower part of the picture. A mouth is one shape, eyes are two, and neither has a level of its
own with a dark rim all around.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.differences import BLOCK, AnalysisPlane

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in px of a part of the analysis plane, all inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtitleConfig:
    """What is a line of text. Lengths are shares of the picture's lines."""

    upper: float = 0.33  # share of the lines above and below which subtitles stand
    lower: float = 0.6
    changed_block: float = 2.5  # levels that a block with text changes at least
    most_changed: float = 0.25  # share of the blocks; text covers less
    least_blocks: int = 16  # blocks; the shortest line of text changes more
    changed: int = 24  # levels that a pixel of text changes at least
    fill: int = 14  # levels around the fill of the glyphs that belong to it
    bright: int = 90  # levels; subtitles are light, also while they fade in
    rim: int = 40  # levels by which the rim around the glyphs is darker than they are, in the median
    tallest: float = 0.09  # share of the lines; heights of a glyph
    lowest: float = 0.012
    stroke: float = 0.012  # share of the lines; half the width of a stroke is less
    glyphs: int = 4  # parts of one height in a line at least
    length: float = 2.5  # heights that a line of text is long at least
    mark_gap: float = (
        1.0  # heights between a letter and a full stop, a dash, or the dots of an ellipsis, at most
    )
    most_of_it: float = 0.5  # share of what changed in the colour of the letters that they must be
    shade: float = 0.05  # share of the lines that a box reaches beyond the text
    all_darker: float = 0.97  # share of the pixels beside the text that a box darkens
    margin: float = 0.018  # share of the lines; rim and shadow around the glyphs


def text_blocks(
    current: AnalysisPlane, before: AnalysisPlane, levels: NDArray[np.float32], *, config: SubtitleConfig
) -> NDArray[np.bool_]:
    """The blocks where a line of text changed: bool[rows, columns], as ``levels``, float32[rows, columns].

    ``levels`` says how much of each block nothing else explains.
    """
    text = np.zeros(levels.shape, np.bool_)
    rows = levels.shape[0]
    changed = levels > config.changed_block
    changed[int(config.upper * rows) : int(config.lower * rows)] = False
    share = float(changed.mean())
    if not 0 < share < config.most_changed:
        return text
    if np.count_nonzero(changed) < config.least_blocks:
        return text
    # Only where something is left to explain: under a pan every pixel differs.
    around = cv2.dilate(changed.view(np.uint8), np.ones((3, 3), np.uint8))
    column, row, wide, high = cv2.boundingRect(around)
    here = np.s_[row * BLOCK : (row + high) * BLOCK, column * BLOCK : (column + wide) * BLOCK]
    now, then = current.luma[here], before.luma[here]
    size = (BLOCK * wide, BLOCK * high)
    inside = around[row : row + high, column : column + wide]
    where = cv2.resize(inside, size, interpolation=cv2.INTER_NEAREST)[: now.shape[0], : now.shape[1]]
    moved = (cv2.absdiff(now, then) >= config.changed) & (where > 0)
    if np.count_nonzero(moved) < config.glyphs * BLOCK * BLOCK:
        return text
    height = current.luma.shape[0]
    for plane, other in ((now, then), (then, now)):
        lines = _lines(plane, moved, height=height, config=config)
        for left, top, right, bottom in [*lines, *_shade(plane, other, lines, height=height, config=config)]:
            rows_here = slice(row + top // BLOCK, row + bottom // BLOCK + 1)
            text[rows_here, column + left // BLOCK : column + right // BLOCK + 1] = True
    return text


def _shade(
    luma: NDArray[np.uint8],
    without: NDArray[np.uint8],
    lines: list[Box],
    *,
    height: int,
    config: SubtitleConfig,
) -> list[Box]:
    """The dark box behind the lines, where there is one: all that changed around them became darker."""
    if not lines:
        return []
    rows, columns = luma.shape
    around = int(config.shade * height)
    left, top = max(min(box[0] for box in lines) - around, 0), max(min(box[1] for box in lines) - around, 0)
    right = min(max(box[2] for box in lines) + around, columns - 1)
    bottom = min(max(box[3] for box in lines) + around, rows - 1)
    now, then = (plane[top : bottom + 1, left : right + 1].astype(np.int16) for plane in (luma, without))
    beside = np.ones(now.shape, np.bool_)
    for box in lines:
        beside[box[1] - top : box[3] - top + 1, box[0] - left : box[2] - left + 1] = False
    darker, lighter = np.count_nonzero((then - now > 6) & beside), np.count_nonzero((now - then > 6) & beside)
    return [(left, top, right, bottom)] if darker > config.all_darker * (darker + lighter) else []


def _lines(
    luma: NDArray[np.uint8], moved: NDArray[np.bool_], *, height: int, config: SubtitleConfig
) -> list[Box]:
    """Left, top, right, bottom of each line of text among the pixels that changed.

    ``luma`` is a part of a plane of ``height`` lines.
    """
    rows, columns = luma.shape
    bright = luma[moved & (luma >= config.bright)]
    if not bright.size:
        return []
    counts = np.convolve(np.bincount(bright, minlength=256), np.ones(9), "same")
    fill = int(counts.argmax())
    glyphs = cv2.inRange(luma, max(fill - config.fill, 0), min(fill + config.fill, 255))
    # Where one line of text takes another's place, parts of their glyphs coincide and did not change.
    near = cv2.dilate(moved.view(np.uint8), np.ones((9, 9), np.uint8))
    glyphs = cast("NDArray[np.uint8]", cv2.bitwise_and(glyphs, near))
    x, y, across, down = cv2.boundingRect(glyphs)
    inside = np.s_[y : y + down, x : x + across]
    if across < config.glyphs or not _has_rim(luma[inside], glyphs[inside], fill, config=config):
        return []  # most new drawings end here; to tell parts apart is dear
    _, labels, stats, _ = cv2.connectedComponentsWithStats(glyphs[inside], connectivity=8)
    tall, wide = stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_WIDTH]
    small = (tall <= config.tallest * height) & (wide <= np.maximum(4 * tall, config.tallest * height))
    small[0] = False  # what is no glyph at all
    fits = small & (tall >= config.lowest * height) & (wide <= 4 * tall)
    # What has the colour of the letters and no strokes lies behind them: a white shirt, a wall.
    deepest = _deepest(glyphs[inside], labels, len(stats))
    thin = deepest <= max(config.stroke * height, 2.5)
    if np.count_nonzero(fits & thin) < config.glyphs:
        return []
    if not thin[fits].all():
        its = (moved[inside] & (glyphs[inside] > 0)).ravel()
        changed = np.bincount(labels.ravel()[its], minlength=len(stats))
        if changed[fits & thin].sum() < config.most_of_it * changed.sum():
            return []
    fits, marks = fits & thin, small & thin & ~fits
    margin = int(np.ceil(config.margin * height))
    return [
        (
            max(x + left - margin, 0),
            max(y + top - margin, 0),
            min(x + right + margin, columns - 1),
            min(y + bottom + margin, rows - 1),
        )
        for left, top, right, bottom in _rows_of(stats[fits], stats[marks], config=config)
    ]


def _has_rim(
    luma: NDArray[np.uint8], glyphs: NDArray[np.uint8], fill: int, *, config: SubtitleConfig
) -> bool:
    """Whether what lies two pixels around the glyphs is darker than they are."""
    near, nearer = (cv2.dilate(glyphs, np.ones((size, size), np.uint8)) for size in (5, 3))
    rim = luma[(near > nearer)]
    return rim.size > 0 and float(np.median(rim)) <= fill - config.rim


def _deepest(glyphs: NDArray[np.uint8], labels: NDArray[np.int32], parts: int) -> NDArray[np.float32]:
    """float32[parts]: half the width of the widest stroke of each part, px."""
    deep = cv2.distanceTransform(glyphs, cv2.DIST_L2, 3)
    deepest = np.zeros(parts, np.float32)
    core = deep > 2.0  # most strokes have none of it, and it is dear to ask every pixel
    deepest[np.unique(labels[glyphs > 0])] = 2.0
    np.maximum.at(deepest, labels[core], deep[core])
    return deepest


def _rows_of(stats: NDArray[np.int32], marks: NDArray[np.int32], *, config: SubtitleConfig) -> list[Box]:
    """The boxes of parts that stand side by side, if they are a line of text, with its ``marks``.

    Marks are parts too low for a letter, which end a line: full stops, the dots of an ellipsis, dashes.
    """
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
        if alike >= config.glyphs and end - begin >= config.length * usual:
            line = (begin, int(top[beside].min()), end, int((top + tall)[beside].max()))
            lines.append(_with_marks(line, marks, reach=config.mark_gap * usual))
    return lines


def _with_marks(line: Box, marks: NDArray[np.int32], *, reach: float) -> Box:
    """``line`` with the marks that stand at its ends, each at most ``reach`` px from what is beside it."""
    begin, top, end, bottom = line
    middle = marks[:, cv2.CC_STAT_TOP] + marks[:, cv2.CC_STAT_HEIGHT] / 2
    on_it = marks[(middle >= top) & (middle <= bottom + 0.2 * (bottom - top))]
    left = on_it[:, cv2.CC_STAT_LEFT]
    right = left + on_it[:, cv2.CC_STAT_WIDTH]
    for index in np.argsort(left):
        if left[index] <= end + reach:
            end = max(end, int(right[index])) if right[index] > begin else end
    for index in np.argsort(-right):
        if right[index] >= begin - reach:
            begin = min(begin, int(left[index])) if left[index] < end else begin
    return begin, top, end, bottom
