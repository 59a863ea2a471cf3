"""On-screen text, found by what sets it apart from drawings: small hard-edged shapes of one colour in a row.

Subtitles, credits and signs are set after the picture was shot. Their glyphs share fill, stroke width and
height, stand in a line, and are cut sharply from what is behind them, most often by an edge of one colour.
Windows and fence posts do that too, but each of them is like the others; glyphs are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class TextConfig:
    """What is a glyph, and what a row of them. Lengths are shares of the picture's lines."""

    lines: int = 720  # px; larger pictures are reduced to so many: strokes keep a pixel, cost is bounded
    least_height: float = 0.014  # of a glyph, share of the picture's height
    most_height: float = 0.2
    stroke: float = 0.036  # widest stroke, share of the picture's height
    fewest_glyphs: int = 5
    most_shapes: int = 800  # a bound on the pairs that are looked at; foliage has thousands of light spots
    least_span: float = 4.0  # of a row, glyphs high
    # least deviation of the areas over their mean: bricks have 0.12, a line of text 0.20
    unlike: float = 0.16
    line_span: float = 8.0  # of a row, glyphs high; in one so long …
    line_glyphs: int = 10  # … with so many shapes they may be parts of glyphs, as in kana and kanji
    scatter: float = 0.35  # of a glyph's height, standard deviation of the middles
    scatter_of_parts: float = 0.5
    aligned: float = 0.5  # share of the glyphs
    light: int = 140  # levels of the lightest channel; letters are made to be read
    # share of the height; strokes end at half the height of the lightest so near: letters touch
    near: float = 0.02
    # levels, standard deviation inside a glyph; the anti-aliased edge of thin strokes is in it
    even: int = 60
    stands_out: int = 48  # levels by which a stroke is lighter than what lies around it


@dataclass(frozen=True, slots=True, eq=False)
class _Shapes:
    """Connected light strokes, one line each."""

    box: NDArray[np.float64]
    """float64[n, 4]: left, top, width, height in px."""
    area: NDArray[np.float64]
    """float64[n]: px."""
    color: NDArray[np.float64]
    """float64[n, 3]: mean RGB."""
    spread: NDArray[np.float64]
    """float64[n]: standard deviation of the colour inside, levels."""
    stroke: NDArray[np.float64]
    """float64[n]: width of the strokes, px: twice the area over the outline."""

    def where(self, kept: NDArray[np.bool_]) -> _Shapes:
        return _Shapes(
            self.box[kept], self.area[kept], self.color[kept], self.spread[kept], self.stroke[kept]
        )

    def __len__(self) -> int:
        return len(self.box)


def glyphs_in_rows(image: NDArray[np.uint8], *, config: TextConfig) -> int:
    """How many shapes of uint8[H, W, 3] stand in rows or columns as the glyphs of a text do."""
    factor = image.shape[0] / config.lines
    if factor > 1:
        way = cv2.INTER_AREA if factor >= 2 else cv2.INTER_LINEAR  # up to there as good, and 20 times faster
        image = _uint8(cv2.resize(image, (round(image.shape[1] / factor), config.lines), interpolation=way))
    shapes = _glyph_like(_light_strokes(image, config=config), image.shape[0], config=config)
    return max(_in_rows(shapes, config=config), _in_rows(_turned(shapes), config=config))


def _light_strokes(image: NDArray[np.uint8], *, config: TextConfig) -> _Shapes:
    height = image.shape[0]
    value = _uint8(cv2.max(cv2.max(*cv2.split(image)[:2]), cv2.split(image)[2]))
    width = 2 * round(config.stroke * height / 2) + 1
    around = _uint8(cv2.morphologyEx(value, cv2.MORPH_OPEN, np.ones((width, width), np.uint8)))
    light = _uint8(cv2.subtract(value, around))
    near = round(config.near * height) | 1
    most = _uint8(cv2.dilate(light, np.ones((near, near), np.uint8)))
    strokes = (light > np.maximum(most // 2, config.stands_out)).view(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    rows, columns = np.nonzero(strokes)
    owner = labels[rows, columns]  # [px], from 1
    colors = image[rows, columns].astype(np.float64)  # [px, 3]
    pixels = np.maximum(np.bincount(owner, minlength=count), 1)[:, np.newaxis]
    mean = np.stack([np.bincount(owner, colors[:, i], count) for i in range(3)], axis=1) / pixels
    inner = _uint8(cv2.erode(strokes, np.ones((3, 3), np.uint8)))
    outline = np.bincount(owner, 1.0 - inner[rows, columns], count)
    square = np.stack([np.bincount(owner, colors[:, i] ** 2, count) for i in range(3)], axis=1) / pixels
    spread = np.sqrt(np.maximum(square - mean**2, 0).max(axis=1))
    area = stats[:, cv2.CC_STAT_AREA].astype(np.float64)
    box = stats[:, :4].astype(np.float64)
    every = _Shapes(box, area, mean, spread, 2 * area / np.maximum(outline, 1))
    background = np.arange(count) == 0
    return every.where(~background)


def _glyph_like(shapes: _Shapes, lines: int, *, config: TextConfig) -> _Shapes:
    wide, high = shapes.box[:, 2], shapes.box[:, 3]
    longest = np.maximum(wide, high)
    return shapes.where(
        (longest >= config.least_height * lines)
        & (longest <= config.most_height * lines)
        & (shapes.area >= 0.08 * wide * high)
        & (shapes.spread < config.even)
        & (shapes.color.max(axis=1) > config.light)
    )


def _turned(shapes: _Shapes) -> _Shapes:
    """The same shapes with columns as rows."""
    return _Shapes(shapes.box[:, [1, 0, 3, 2]], shapes.area, shapes.color, shapes.spread, shapes.stroke)


def _in_rows(shapes: _Shapes, *, config: TextConfig) -> int:
    """The glyphs of every row that reads like text."""
    return sum(len(row) for row in rows_of(shapes, config=config) if _reads_like_text(row, config=config))


def rows_of(shapes: _Shapes, *, config: TextConfig) -> list[_Shapes]:
    """Shapes that follow each other from left to right, alike in height, stroke and colour."""
    if len(shapes) > config.most_shapes:
        evenest = np.argsort(shapes.spread, kind="stable")[: config.most_shapes]
        shapes = shapes.where(np.isin(np.arange(len(shapes)), evenest))
    first, second = _follow_each_other(shapes)
    parent = np.arange(len(shapes))
    while True:  # the least index of each connected group spreads along the links
        joined = parent.copy()
        np.minimum.at(joined, first, parent[second])
        np.minimum.at(joined, second, parent[first])
        joined = joined[joined]
        if np.array_equal(joined, parent):
            break
        parent = joined
    groups, members = np.unique(parent, return_counts=True)
    return [shapes.where(parent == group) for group in groups[members >= config.fewest_glyphs]]


def _follow_each_other(shapes: _Shapes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The pairs that could be glyphs beside each other on a line."""
    left, top, wide, high = shapes.box.T.astype(np.float32)
    middle, right = top + high / 2, left + wide
    size = np.maximum(high[:, np.newaxis], high)
    gap = np.maximum(left[:, np.newaxis], left) - np.minimum(right[:, np.newaxis], right)
    near = (gap < 0.7 * size) & (np.abs(middle[:, np.newaxis] - middle) < 0.5 * size)
    one, other = np.nonzero(np.triu(near, 1))
    strokes = shapes.stroke[one] / shapes.stroke[other]
    alike = (
        (np.minimum(high[one], high[other]) > 0.3 * np.maximum(high[one], high[other]))
        & (np.abs(shapes.color[one] - shapes.color[other]).max(axis=1, initial=0) < 28)
        & (strokes < 1.7)
        & (strokes > 1 / 1.7)
    )
    return one[alike], other[alike]


def _reads_like_text(row: _Shapes, *, config: TextConfig) -> bool:
    left, top, wide, high = row.box.T
    size = float(np.median(high))
    span = float((left + wide).max() - left.min())
    long_line = span > config.line_span * size and len(row) >= config.line_glyphs
    scatter = config.scatter_of_parts if long_line else config.scatter
    return (
        span > config.least_span * size
        and float(np.std(top + high / 2)) < scatter * size
        and max(_aligned(top, size), _aligned(top + high, size)) >= config.aligned
        and _variation(row.stroke) < 0.25
        and float(row.color.std(axis=0).max()) < 18
        and 0.18 < float(np.median(row.area / (wide * high))) < 0.82
        and 0.05 < float(np.median(row.stroke)) / size < 0.34
        and _variation(row.area) > config.unlike
    )


def _aligned(edges: NDArray[np.float64], size: float) -> float:
    """Share of the edges on one line: letters stand on it, and others only by chance."""
    apart = np.abs(edges[:, np.newaxis] - edges)
    return float((apart <= max(1.0, 0.1 * size)).mean(axis=1).max())


def _variation(values: NDArray[np.float64]) -> float:
    """Standard deviation over mean."""
    return float(values.std() / max(values.mean(), 1e-9))


def _uint8(array: Any) -> NDArray[np.uint8]:
    return cast("NDArray[np.uint8]", array)
