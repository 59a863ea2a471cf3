"""THE BUCKET: what somebody means who puts dots of colour on a line drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.colorization.areas import areas_of, flooded, trapped
from dougagen.colorization.hints import Hints, no_hints
from dougagen.colorization.lines import LineArt

_LARGE = 60
"""Pixels of a dot that counts although its middle lies on a line."""
_ONE_PAINT = 24
"""8-bit levels of a channel within which two dots are of one paint."""
_WIDE = 24.0
"""Radius of the largest ball that parts an area of several paints (``areas.trapped``)."""


@dataclass(frozen=True, slots=True)
class _Dot:
    area: int
    color: tuple[int, int, int]
    where: NDArray[np.intp]
    """Flat places of its pixels in its area."""


def poured(art: LineArt, hints: Hints | None) -> Hints:
    """The hints, poured as with a paint bucket: an area with a dot on it is known, and has the dot's paint.

    A dot means the area under its middle, whatever else it touches. An area with dots of several paints was
    left open somewhere: they meet in the opening.
    """
    if hints is None or not hints.known.any():
        return no_hints(*art.classes.shape)
    areas, count = areas_of(art)
    paints = np.zeros((count, 3), np.uint8)
    is_known = np.zeros(count, np.bool_)
    of_area: dict[int, list[_Dot]] = {}
    for dot in _dots(hints, areas):
        paints[dot.area], is_known[dot.area] = dot.color, True
        of_area.setdefault(dot.area, []).append(dot)
    colors = paints[areas]
    shared = [dot for dots in of_area.values() if _differ(dots) for dot in dots]
    if shared:
        _part(colors, areas, shared)
    return Hints.at(colors, is_known[areas])


def _dots(hints: Hints, areas: NDArray[np.int32]) -> Iterator[_Dot]:
    count, labels, facts, centers = cv2.connectedComponentsWithStats(
        hints.known.astype(np.uint8), connectivity=8
    )
    flat = areas.ravel()
    for number in range(1, count):
        left, top, width, height, size = facts[number].tolist()
        window = np.s_[top : top + height, left : left + width]
        inside = labels[window] == number
        x, y = np.rint(centers[number]).astype(int)
        if not hints.known[y, x]:  # a ring, or a hook
            y, x = (int(v) for v in np.argwhere(inside)[0] + (top, left))
        area = int(areas[y, x])
        if not area and size >= _LARGE:
            area = int(np.bincount(areas[window][inside]).argmax())
        if area:
            rows, columns = np.nonzero(inside)
            where = (rows + top) * areas.shape[1] + columns + left
            red, green, blue = hints.colors[y, x].tolist()
            yield _Dot(area, (red, green, blue), where[flat[where] == area])


def _differ(dots: Sequence[_Dot]) -> bool:
    colors = np.array([dot.color for dot in dots], np.int16)
    return bool((np.ptp(colors, axis=0) > _ONE_PAINT).any())


def _part(colors: NDArray[np.uint8], areas: NDArray[np.int32], shared: Sequence[_Dot]) -> None:
    """Areas of several paints: first what larger balls part has the paint of its dot, then each place that of
    what is nearest on foot."""
    is_shared = np.zeros(int(areas.max()) + 1, np.bool_)
    is_shared[[dot.area for dot in shared]] = True
    inside = is_shared[areas]
    pieces = trapped(inside, ball=_WIDE)
    said = np.zeros(int(pieces.max()) + 1, np.int32)  # 0: no dot, -1: several paints
    for number, dot in enumerate(shared, 1):
        for piece in np.unique(pieces.ravel()[dot.where]):
            known = said[piece] > 0 and _differ([shared[said[piece] - 1], dot])
            said[piece] = -1 if known or said[piece] < 0 else number
    markers = np.maximum(said, 0)[pieces]
    for number, dot in enumerate(shared, 1):
        markers.ravel()[dot.where] = number
    of = flooded(markers, inside)
    owners = np.array([0, *(dot.area for dot in shared)])
    paints = np.array([(0, 0, 0), *(dot.color for dot in shared)], np.uint8)
    taken = inside & (owners[of] == areas)
    colors[taken] = paints[of[taken]]
