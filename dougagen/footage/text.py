"""On-screen text, found by what sets it apart from drawings: small hard-edged shapes of one colour in a row.

Subtitles, credits and signs are set after the picture was shot. Their glyphs share fill, stroke width and
height, stand in a line, and are cut sharply from what is behind them, most often by an edge of one colour.
Windows and fence posts do some of that too, and no single trait tells them apart: how much each speaks for
text depends on the others. So rows are judged by trees that were grown on studio scenes with and without text
(``tests/bench/grow_text_trees.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.glyphs import GlyphConfig, Glyphs, glyphs_of
from dougagen.footage.trees import trees


@dataclass(frozen=True, slots=True, kw_only=True)
class TextConfig:
    """What a row of glyphs is, and when it reads like text."""

    lines: int = 720  # px; larger pictures are reduced to so many: strokes keep a pixel, cost is bounded
    glyphs: GlyphConfig = field(default_factory=GlyphConfig)
    fewest_glyphs: int = 3  # shapes of a row; letters may touch, and kana and kanji are of several
    gap: float = 0.7  # of the taller of two shapes; neighbours stand nearer
    level: float = 0.5  # of it; their middles differ by less
    shortest: float = 0.2  # of it; the shorter one is at least so tall
    one_color: float = 32.0  # levels by which their colours differ at most
    one_stroke: float = 1.8  # times that the one's strokes are as wide as the other's at most
    sure: float = 1.5  # logarithm of the odds that a row is text, as the trees see it
    trees: str = "2026-11-29"  # which trees; others judge otherwise


def glyphs_in_rows(image: NDArray[np.uint8], *, config: TextConfig) -> int:
    """How many shapes of uint8[H, W, 3] RGB stand in rows or columns that read like text."""
    return max(
        (
            sum(len(row) for row, odds in rows if odds >= config.sure)
            for rows in _readings(image, config=config)
        ),
        default=0,
    )


def traits_of_rows(image: NDArray[np.uint8], *, config: TextConfig) -> Iterator[tuple[Glyphs, bool, Traits]]:
    """Every row and column of shapes in uint8[H, W, 3] RGB: its shapes, whether it is a column, its traits.

    The boxes of a column have their sides exchanged.
    """
    image = _reduced(image, config=config)
    for dark in (False, True):
        shapes = glyphs_of(image, dark=dark, config=config.glyphs)
        for column in (False, True) if shapes is not None else ():
            assert shapes is not None
            for row in _rows_of(shapes.turned() if column else shapes, config=config):
                yield row, column, _traits(row, image.shape[0], dark=dark, column=column)


Traits = NDArray[np.float64]
"""float64[traits]: how a row looks, in the order of ``TRAITS``."""
TRAITS = (
    *(
        "shapes",
        "span",
        "color",
        "spread",
        "stroke_varies",
        "height_varies",
        "aligned",
        "level",
        "area_varies",
    ),
    *(
        "fill",
        "stroke",
        "contrast",
        "rim_varies",
        "rim_spread",
        "off_rim",
        "size",
        "width_varies",
        "gap_varies",
    ),
    *("overlaps", "dark", "column"),
)


def odds_of_text(traits: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logarithm of the odds that rows with ``traits``, float64[rows, traits], are text: float64[rows]."""
    return trees("text_trees").odds(traits)


def _readings(image: NDArray[np.uint8], *, config: TextConfig) -> Iterator[list[tuple[Glyphs, float]]]:
    """The rows with their odds, those of light and of dark strokes, of rows and of columns apart."""
    found: dict[tuple[bool, bool], list[tuple[Glyphs, Traits]]] = {}
    for row, column, traits in traits_of_rows(image, config=config):
        found.setdefault((bool(traits[TRAITS.index("dark")]), column), []).append((row, traits))
    for rows in found.values():
        odds = odds_of_text(np.stack([traits for _, traits in rows]))
        yield [(row, float(one)) for (row, _), one in zip(rows, odds, strict=True)]


def _reduced(image: NDArray[np.uint8], *, config: TextConfig) -> NDArray[np.uint8]:
    factor = image.shape[0] / config.lines
    if factor <= 1:
        return image
    way = cv2.INTER_AREA if factor >= 2 else cv2.INTER_LINEAR  # up to there as good, and 20 times faster
    size = (max(1, round(image.shape[1] / factor)), config.lines)
    return cast("NDArray[np.uint8]", cv2.resize(image, size, interpolation=way))


def _rows_of(shapes: Glyphs, *, config: TextConfig) -> list[Glyphs]:
    """Shapes that follow each other from left to right, alike in height, stroke and colour."""
    first, second = _follow_each_other(shapes, config=config)
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


def _follow_each_other(shapes: Glyphs, *, config: TextConfig) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The pairs that could be glyphs beside each other on a line."""
    left, top, wide, high = shapes.box.T.astype(np.float32)
    middle, right = top + high / 2, left + wide
    taller = np.maximum(high, 0.6 * wide)  # a dash, or the parts of a letter that lie
    size = np.maximum(taller[:, np.newaxis], taller)
    gap = np.maximum(left[:, np.newaxis], left) - np.minimum(right[:, np.newaxis], right)
    near = (gap < config.gap * size) & (np.abs(middle[:, np.newaxis] - middle) < config.level * size)
    one, other = np.nonzero(np.triu(near, 1))
    strokes = shapes.stroke[one] / shapes.stroke[other]
    alike = (
        (np.minimum(high[one], high[other]) > config.shortest * size[one, other])
        & (np.abs(shapes.color[one] - shapes.color[other]).max(axis=1, initial=0) < config.one_color)
        & (strokes < config.one_stroke)
        & (strokes > 1 / config.one_stroke)
    )
    return one[alike], other[alike]


def _traits(row: Glyphs, lines: int, *, dark: bool, column: bool) -> Traits:
    left, top, wide, high = row.box.T
    tall = float(np.quantile(high, 0.8))
    order = np.argsort(left)
    gaps = (left[order][1:] - (left + wide)[order][:-1]) / tall
    return np.array(
        [
            np.log(len(row)),
            np.log(((left + wide).max() - left.min()) / tall),
            row.color.std(axis=0).max(),
            np.median(row.spread),
            _variation(row.stroke),
            _variation(high),
            max(_aligned(top, tall), _aligned(top + high, tall)),
            np.std(top + high / 2) / tall,
            _variation(row.area),
            np.median(row.area / (wide * high)),
            np.median(row.stroke) / tall,
            np.median(row.contrast),
            row.rim.std(axis=0).max(),
            np.median(row.rim_spread),
            np.median(np.abs(row.color - row.rim).max(axis=1)),
            np.log(tall / lines),
            _variation(wide),
            np.std(gaps),
            np.mean(gaps < -0.1),
            float(dark),
            float(column),
        ],
        np.float64,
    )


def _aligned(edges: NDArray[np.float64], size: float) -> float:
    """Share of the edges on one line: letters stand on it, and others only by chance."""
    apart = np.abs(edges[:, np.newaxis] - edges)
    return float((apart <= max(1.0, 0.1 * size)).mean(axis=1).max())


def _variation(values: NDArray[Any]) -> float:
    """Standard deviation over mean."""
    return float(values.std() / max(values.mean(), 1e-9))
