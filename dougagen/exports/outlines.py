"""Areas of one colour as outlines with their holes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.exports.curves import Points, simplified
from dougagen.exports.unmixing import Mask

MOST_PAINTS = 256
"""Of a layer that become outlines, those that cover most first."""
MOST_POINTS = 300_000
"""Of the outlines of a layer before they are simplified, the largest areas first."""
_LEAST = 3  # px an outline goes round; less is a speck


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """An area: its rim and the rims of its holes, through the middles of the outermost pixels."""

    color: tuple[int, int, int]
    rims: tuple[Points, ...]


def outlines_of(pixels: NDArray[np.uint8]) -> tuple[list[Outline], int]:
    """The areas of uint8[H, W, 4], where it is at least half opaque, and how many specks and areas too many
    were left out."""
    found: list[tuple[int, Outline]] = []
    left_out = 0
    for color, of_paint in _paints(pixels):
        for size, rims in _rims(of_paint):
            if size < _LEAST:
                left_out += 1
            else:
                found.append((size, Outline(color, rims)))
    found.sort(key=lambda sized: -sized[0])
    points = np.cumsum([sum(map(len, outline.rims)) for _, outline in found])
    kept = int((points <= MOST_POINTS).sum())
    outlines = [
        Outline(outline.color, tuple(simplified(rim, closed=True) for rim in outline.rims))
        for _, outline in found[:kept]
    ]
    return outlines, left_out + len(found) - kept


def _paints(pixels: NDArray[np.uint8]) -> Iterator[tuple[tuple[int, int, int], Mask]]:
    """Each paint and where it lies."""
    opaque = pixels[..., 3] >= 128
    numbers = pixels[..., :3].astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], np.int32)
    known, counts = np.unique(numbers[opaque], return_counts=True)
    for number in known[np.argsort(-counts, kind="stable")][:MOST_PAINTS].tolist():
        yield (number >> 16, number >> 8 & 255, number & 255), opaque & (numbers == number)


def _rims(area: Mask) -> Iterator[tuple[int, tuple[Points, ...]]]:
    """The connected parts of an area: pixels of the rim, and the rim with those of its holes."""
    contours, tree = cv2.findContours(area.view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    holes: dict[int, list[Points]] = {}
    for contour, (_, _, _, parent) in zip(contours, tree[0] if tree is not None else (), strict=True):
        if parent >= 0:
            holes.setdefault(int(parent), []).append(contour[:, 0].astype(np.float32) + 0.5)
    for number, contour in enumerate(contours):
        if tree[0][number][3] < 0:
            rim = contour[:, 0].astype(np.float32) + 0.5
            yield len(rim), (rim, *holes.get(number, ()))
