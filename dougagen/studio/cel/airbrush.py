"""Soft paint on a finished cel: faded shade edges, air-brushed gradients. Colours change, truth never."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.cel.cel import Cel
from dougagen.studio.cel.strokes import Points

Area = tuple[slice, slice]
"""Rows and columns of the picture in which a part lies."""


@dataclass(frozen=True, slots=True, eq=False)
class BrushStroke:
    """One stroke of the air brush, in pixels of the sheet."""

    part: int
    start: Points
    """float64[2]: (x, y) up to which nothing is sprayed."""
    end: Points
    """float64[2]: from here on in full strength."""
    color: tuple[int, int, int]
    strength: float
    """0 … 1."""


def fade(cel: Cel, part: int, at: Area, *, width: float, ink_touched: NDArray[np.bool_]) -> None:
    """Blur the paint of one part within the part, ``width`` pixels wide; ink and border stay as they are."""
    if width < 1.5:
        return
    inside = (cel.part[at] == part) & ~ink_touched[at] & (cel.coverage[at] == 255)
    kinds = cel.kind[at][inside]
    if not kinds.size or not (kinds != kinds[0]).any():
        return
    weight = inside.astype(np.float32)
    paint = cel.paint[at] * weight[..., None]
    size = (2 * round(width / 3) + 1,) * 2
    for _ in range(2):
        paint, weight = cv2.boxFilter(paint, -1, size), cv2.boxFilter(weight, -1, size)
    cel.color[at][inside] = np.rint(paint[inside] / weight[inside][:, None]).astype(np.uint8)


def air_brush(cel: Cel, stroke: BrushStroke, at: Area) -> None:
    """Mix the stroke's colour into the part's pixels, its ink included, as a spray over the cel does."""
    inside = cel.part[at] == stroke.part
    rows, columns = np.nonzero(inside)
    if len(rows) == 0:
        return
    way = stroke.end - stroke.start
    length = max(float(way @ way), 1e-9)
    x, y = columns + at[1].start - stroke.start[0], rows + at[0].start - stroke.start[1]
    along = (x * way[0] + y * way[1]) / length
    share = (np.clip(along, 0.0, 1.0) * stroke.strength).astype(np.float32)[:, None]
    color = cel.color[at][inside].astype(np.float32)
    goal = np.array(stroke.color, np.float32) * (cel.coverage[at][inside].astype(np.float32) / 255)[:, None]
    cel.color[at][inside] = np.rint(color + (goal - color) * share).astype(np.uint8)
