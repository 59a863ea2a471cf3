"""HINTS: colours that somebody put on the lines, as published systems take them and as people draw them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain.arrays import require_array
from dougagen.errors import UsageError
from dougagen.labels import read_rgb

PATCH = 4
"""Pixels a side of a patch of Thasarathan and Ebrahimi (2019)."""
PATCH_SHARE = 0.01
"""Of the patches of a picture that are hints there."""
MOST_PIXELS = 128
"""Of Lee and Lee (2020), who give 0 to 128 pixels at random."""
_WHITE = 250
_BRUSH = 5
"""Pixels that a dot is wide at least; what is thinner is a line."""
_DOT = 2
"""Pixels by which a hinted pixel grows: one pixel alone drowns in a network's first convolution."""


@dataclass(frozen=True, slots=True, eq=False)
class Hints:
    """Which pixels somebody has coloured, and how."""

    colors: NDArray[np.uint8]
    """uint8[H, W, 3]; black where nothing is hinted."""
    known: NDArray[np.bool_]
    """bool[H, W]."""

    def __post_init__(self) -> None:
        colors = require_array("Hints.colors", self.colors, np.uint8, ("H", "W", 3))
        object.__setattr__(
            self, "known", require_array("Hints.known", self.known, np.bool_, colors.shape[:2])
        )
        object.__setattr__(self, "colors", colors)

    @classmethod
    def at(cls, picture: NDArray[np.uint8], known: NDArray[np.bool_]) -> Hints:
        """The colours of uint8[H, W, 3] where ``known`` is True."""
        return cls(np.where(known[..., None], picture, np.uint8(0)).astype(np.uint8, copy=False), known)


def no_hints(height: int, width: int) -> Hints:
    """Nobody has said anything."""
    return Hints(np.zeros((height, width, 3), np.uint8), np.zeros((height, width), np.bool_))


def patch_hints(picture: NDArray[np.uint8], rng: np.random.Generator, *, share: float = PATCH_SHARE) -> Hints:
    """``share`` of the 4×4 patches of uint8[H, W, 3] with their mean colour."""
    height, width = picture.shape[:2]
    rows, columns = max(1, height // PATCH), max(1, width // PATCH)
    chosen = (rng.random((rows, columns)) < share).astype(np.uint8)
    means = cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA)
    known = cv2.resize(chosen, (width, height), interpolation=cv2.INTER_NEAREST) > 0
    grown = cv2.resize(means, (width, height), interpolation=cv2.INTER_NEAREST)
    return Hints.at(grown.astype(np.uint8, copy=False), known)


def pixel_hints(picture: NDArray[np.uint8], rng: np.random.Generator, *, most: int = MOST_PIXELS) -> Hints:
    """0 to ``most`` pixels of uint8[H, W, 3], wherever they fall, each a dot of 5×5 pixels."""
    height, width = picture.shape[:2]
    count = int(rng.integers(0, most + 1))
    places = np.column_stack([rng.integers(0, height, count), rng.integers(0, width, count)])
    return dots(picture, places)


def region_hints(picture: NDArray[np.uint8], *, rows: slice, columns: slice) -> Hints:
    """28 pixels at fixed places of the part of uint8[H, W, 3] that the figure fills, as C-FID is measured
    (Lee and Lee 2020).

    One in each corner a quarter of the part wide, two in each of the four wings between corners, and 16 in
    the body between them, evenly spread.
    """
    top, bottom, _ = rows.indices(picture.shape[0])
    left, right, _ = columns.indices(picture.shape[1])
    places = [(top + round(y * (bottom - top - 1)), left + round(x * (right - left - 1))) for y, x in _PLACES]
    return dots(picture, np.array(places))


_EIGHTHS = (1 / 8, 3 / 8, 5 / 8, 7 / 8)
_QUARTER = tuple(0.25 + (step + 0.5) / 8 for step in range(4))
_PLACES = (
    *((y, x) for y in _EIGHTHS for x in _EIGHTHS if y in (1 / 8, 7 / 8) or x in (1 / 8, 7 / 8)),
    *((y, x) for y in _QUARTER for x in _QUARTER),
)


def dots(picture: NDArray[np.uint8], places: NDArray[np.int64]) -> Hints:
    """Hints at int[N, 2] (row, column) with the colours that uint8[H, W, 3] has there, grown to 5×5 dots."""
    height, width = picture.shape[:2]
    colors, known = np.zeros((height, width, 3), np.uint8), np.zeros((height, width), np.bool_)
    for y, x in places:
        rows, columns = slice(max(0, y - _DOT), y + _DOT + 1), slice(max(0, x - _DOT), x + _DOT + 1)
        colors[rows, columns], known[rows, columns] = picture[y, x], True
    return Hints(colors, known)


def read_hints(path: Path, *, height: int, width: int) -> Hints:
    """Dots of colour that somebody painted: on nothing, on white, or over the lines themselves.

    A hint is a spot that holds a square of 5×5 pixels and is neither transparent nor, in a picture without
    transparency, white; thinner things are lines. Raises LabelError where the file cannot be read, UsageError
    where it holds no dot, or one that lies off the picture.
    """
    painted = read_rgb(path, kinds=("png",))
    spots = painted[..., 3] >= 128 if painted.shape[2] == 4 else painted.min(axis=2) < _WHITE
    spots = _thick(spots)
    if not spots.any():
        raise UsageError("holds no dot of colour", where=path, remedy="paint dots at least 5 pixels wide")
    off = np.argwhere(spots[height:] if spots[height:].any() else spots[:, width:])
    if off.size:
        down, right = (height, 0) if spots[height:].any() else (0, width)
        y, x = off[0] + (down, right)
        raise UsageError(
            f"has a hint at x {x}, y {y}, which lies off the picture of {width}×{height}",
            where=path,
            remedy="paint the dots on a picture of the drawing's size",
        )
    known = np.zeros((height, width), np.bool_)
    colors = np.zeros((height, width, 3), np.uint8)
    rows, columns = min(height, painted.shape[0]), min(width, painted.shape[1])
    known[:rows, :columns], colors[:rows, :columns] = spots[:rows, :columns], painted[:rows, :columns, :3]
    return Hints.at(_even(colors, known), known)


def _thick(spots: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The spots as wide as a brush, without the lines that hang on them."""
    return cv2.morphologyEx(spots.astype(np.uint8), cv2.MORPH_OPEN, np.ones((_BRUSH, _BRUSH), np.uint8)) > 0


def _even(colors: NDArray[np.uint8], known: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Every dot in the mean of its colours: brushes have soft edges."""
    count, labels = cv2.connectedComponents(known.astype(np.uint8), connectivity=8)
    sizes = np.maximum(np.bincount(labels.ravel(), minlength=count), 1)
    means = [
        np.bincount(labels.ravel(), weights=colors[..., c].ravel(), minlength=count) / sizes for c in range(3)
    ]
    return np.rint(np.stack(means, axis=1)).astype(np.uint8)[labels]  # [dots, 3] -> [H, W, 3]
