"""The figures of a picture by which it is flagged: light, contrast, sharpness, combs, glyphs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Measure
from dougagen.footage.combs import worst_block, woven_pixels
from dougagen.footage.text import TextConfig, glyphs_in_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureConfig:
    """How pictures are measured."""

    cell: int = 16  # px; parts of the picture, and the blocks in which edges are looked for
    least_edge: int = 32  # levels from the darkest to the lightest pixel of a block that holds an edge …
    strong_edge: float = 0.5  # … and share of the strongest edges of the picture
    directions: int = 12  # over half a turn
    direction_lines: int = 540  # px; directions are compared at reduced size
    few: float = 0.01  # share of the pixels whose gradient measures the sharpness in a direction
    least_range: int = 24  # levels within a row of a block that holds an edge across it
    fewest_edges: int = 4  # blocks; fewer say nothing about a direction
    comb_columns: int = 4  # one of so many columns is looked at
    # levels by which rows of one field stand off those of the other, as in ``fields``
    comb_level: float = 6.0
    # share of what rows stand off those of the other field by which those of one field differ at most
    comb_own: float = 0.75
    comb_run: int = 9  # rows; two outlines a pixel apart go up and down over nine at most, woven pictures on
    text: TextConfig = field(default_factory=TextConfig)


def picture_measures(image: NDArray[np.uint8], *, config: MeasureConfig) -> tuple[Measure, ...]:
    """The figures of uint8[H, W, 3] RGB. 30 to 55 ms of one core at 1080p, most of it for the text.

    ``luma_low``, ``luma_high``: levels below which 5 % and 95 % of the pixels lie. ``contrast``: levels
    between the darkest and the lightest part, in the channel of most difference. ``edge_width``: px that the
    sharper quarter of the strong edges are wide at most, 0 where there is no edge. ``one_way``: sharpness in
    the softest direction over that in the sharpest, [0, 1], 0 where there is no edge. ``combing``: combed
    pixels of the 256 in the worst block. ``text``: shapes that stand in
    rows which read like text.
    """
    luma = _uint8(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    width = edge_width(luma, config=config)
    dragged, dragged_width = drag(luma, config=config)
    columns = np.ascontiguousarray(
        luma[:, :: config.comb_columns]
    )  # fields differ over more than a few of them
    combs = woven_pixels(columns, level=config.comb_level, own_field=config.comb_own, run=config.comb_run)
    return (
        Measure("luma_low", luma_quantile(luma, 0.05)),
        Measure("luma_high", luma_quantile(luma, 0.95)),
        Measure("contrast", contrast(image, config=config)),
        Measure("edge_width", width),
        Measure("one_way", one_way(luma, config=config) if width else 0.0),
        Measure("drag", dragged),
        Measure("drag_width", dragged_width),
        Measure("combing", float(worst_block(combs))),
        Measure("text", float(glyphs_in_rows(image, config=config.text))),
    )


def luma_quantile(luma: NDArray[np.uint8], share: float) -> float:
    """The level below which ``share`` of the pixels of uint8[H, W] lie."""
    counts = cv2.calcHist([luma], [0], None, [256], [0, 256]).ravel()
    return float(np.searchsorted(np.cumsum(counts), share * luma.size))


def contrast(image: NDArray[np.uint8], *, config: MeasureConfig) -> float:
    """Levels from the darkest to the lightest 16×16 part of uint8[H, W, 3], whichever channel has most."""
    thinned = np.ascontiguousarray(
        image[:: config.cell // 4, :: config.cell // 4]
    )  # 16 of the 256 pixels of a part
    size = (max(1, thinned.shape[1] // 4), max(1, thinned.shape[0] // 4))
    cells = cv2.resize(thinned, size, interpolation=cv2.INTER_AREA).reshape(-1, 3).astype(np.int16)
    return float((cells.max(axis=0) - cells.min(axis=0)).max())


def edge_width(luma: NDArray[np.uint8], *, config: MeasureConfig) -> float:
    """How many pixels the sharper quarter of the strong edges of uint8[H, W] are wide; 0 without an edge.

    In each block: the whole contrast over the greatest step between two neighbours.
    """
    if min(luma.shape) <= config.cell:
        return 0.0
    steps = (cv2.absdiff(luma[:, 1:], luma[:, :-1]), cv2.absdiff(luma[1:], luma[:-1]))
    across, down = (_most(_uint8(step), config=config) for step in steps)
    rows, columns = min(across.shape[0], down.shape[0]), min(across.shape[1], down.shape[1])
    steepest = np.maximum(across[:rows, :columns], down[:rows, :columns]).astype(np.float32)
    lightest, darkest = (
        _most(luma, config=config).astype(np.float32),
        255.0 - _most(_uint8(255 - luma), config=config),
    )
    range_ = (lightest - darkest)[:rows, :columns]
    edged = range_ >= max(config.least_edge, config.strong_edge * float(np.quantile(range_, 0.98)))
    if not edged.any():
        return 0.0
    return float(np.quantile(range_[edged] / np.maximum(steepest[edged], 1), 0.25))


def one_way(luma: NDArray[np.uint8], *, config: MeasureConfig) -> float:
    """The sharpness of uint8[H, W] in its softest direction over that in its sharpest, [0, 1]."""
    luma = _at_direction_lines(luma, config=config)
    x, y = (cv2.Sobel(luma, cv2.CV_16S, dx, 1 - dx) for dx in (1, 0))
    steepness = cv2.max(_uint8(cv2.convertScaleAbs(x)), _uint8(cv2.convertScaleAbs(y)))
    strong = np.asarray(steepness >= max(luma_quantile(_uint8(steepness), 1 - 10 * config.few), 1))
    xs, ys = x[strong].astype(np.float32), y[strong].astype(np.float32)
    rank = min(max(1, int(config.few * luma.size)), xs.size)
    sharpness = []
    for angle in np.arange(config.directions) * np.pi / config.directions:
        along = np.abs(xs * np.float32(np.cos(angle)) + ys * np.float32(np.sin(angle)))
        sharpness.append(float(np.partition(along, along.size - rank)[along.size - rank]))
    return min(sharpness) / max(*sharpness, 1e-6)


def drag(luma: NDArray[np.uint8], *, config: MeasureConfig) -> tuple[float, float]:
    """How many times as wide the edges of uint8[H, W] are in one direction as across it, and their width, px.

    Every block's contrast along a row over its steepest step there: not what is shown matters, only how sharp
    it is. Rows and columns are compared, and both diagonals; (1, 0) where too few edges say anything.
    """
    luma = _at_direction_lines(luma, config=config)
    height, width = luma.shape
    side = int(min(height, width) / np.sqrt(2))
    middle = (width / 2, height / 2)
    turn = cv2.getRotationMatrix2D(middle, 45.0, 1.0)
    turn[:, 2] += side / 2 - np.array(middle)
    turned = _uint8(cv2.warpAffine(luma, turn, (side, side), flags=cv2.INTER_LINEAR))
    most = (1.0, 0.0)
    for plane in (luma, turned):
        across, down = (_width_along_rows(np.ascontiguousarray(p), config=config) for p in (plane, plane.T))
        if across and down:
            most = max(most, (max(across, down) / min(across, down), max(across, down)))
    return most


def _width_along_rows(luma: NDArray[np.uint8], *, config: MeasureConfig) -> float:
    """How many pixels the sharper quarter of the edges is wide along the rows; 0 where there are too few."""
    rows, columns = luma.shape[0] // config.cell, luma.shape[1] // config.cell
    if min(rows, columns) < 1:
        return 0.0
    cells = luma[: rows * config.cell, : columns * config.cell].reshape(
        rows * config.cell, columns, config.cell
    )
    whole = (cells.max(axis=2) - cells.min(axis=2)).reshape(rows, config.cell, columns).max(axis=1)
    steps = _uint8(cv2.absdiff(cells[..., 1:], cells[..., :-1]))
    steepest = steps.max(axis=2).reshape(rows, config.cell, columns).max(axis=1)
    edged = whole >= config.least_range
    if np.count_nonzero(edged) < config.fewest_edges:
        return 0.0
    return float(np.quantile(whole[edged] / np.maximum(steepest[edged], 1).astype(np.float32), 0.25))


def _at_direction_lines(luma: NDArray[np.uint8], *, config: MeasureConfig) -> NDArray[np.uint8]:
    factor = max(1, luma.shape[0] // config.direction_lines)
    if factor == 1:
        return luma
    size = (luma.shape[1] // factor, luma.shape[0] // factor)
    return _uint8(cv2.resize(luma, size, interpolation=cv2.INTER_AREA))


def _most(plane: NDArray[np.uint8], *, config: MeasureConfig) -> NDArray[np.uint8]:
    """The greatest value of every whole block: [h, w] -> [⌊h/16⌋, ⌊w/16⌋]."""
    rows, columns = plane.shape[0] // config.cell, plane.shape[1] // config.cell
    blocks = plane[: rows * config.cell, : columns * config.cell].reshape(
        rows, config.cell, columns, config.cell
    )
    return cast("NDArray[np.uint8]", blocks.max(axis=1, initial=0).max(axis=2, initial=0))


def _uint8(array: Any) -> NDArray[np.uint8]:
    """What OpenCV returns, under the type that uint8 input gives it."""
    return cast("NDArray[np.uint8]", array)
