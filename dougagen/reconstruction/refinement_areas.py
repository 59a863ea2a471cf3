"""Areas of one paint, the fill that each of them takes, and the lines where two of them meet (thesis 5.7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import DougaClass
from dougagen.reconstruction.refinement_config import RefinementAt
from dougagen.reconstruction.refinement_paints import where_two_paints_meet

Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]

_SQUARE = np.ones((3, 3), np.uint8)
FILLS = (0, int(DougaClass.SHADING_FILL), int(DougaClass.COLOR_FILL), int(DougaClass.HIGHLIGHT_FILL))
"""In the order of votes and odds."""
IS_FILL = np.isin(np.arange(256), FILLS)
_SHORTEST_BORDER = 8
"""Pixels: what touches over less is no neighbour."""
_SPECKS_OF_A_PAINT = 4
"""A second paint is asked for where more than so many specks vote for it."""
_EVERY = 2
"""Probabilities vote at every second pixel of every second row."""


@dataclass(frozen=True, slots=True, eq=False)
class Areas:
    """Every pixel's area and fill."""

    owner: NDArray[np.int32]
    """int32[H, W]: the area that a pixel belongs to or lies nearest to; 0 where there is none at all."""
    fills: Bytes
    """uint8[H, W]: classes 0 and 6 to 8."""


def paint_steps(color: Bytes) -> Bytes:
    """uint8[H, W, 3] -> uint8[H, W]: by how many levels the paint changes within a pixel's neighbours.

    Behind a median of 3 × 3, which takes grain and keeps edges; the largest of the three channels.
    """
    calm = cv2.medianBlur(color, 3)
    steps = cv2.subtract(cv2.dilate(calm, _SQUARE), cv2.erode(calm, _SQUARE))
    return cv2.max(cv2.max(steps[..., 0], steps[..., 1]), steps[..., 2]).astype(np.uint8, copy=False)


def areas_of(
    classes: Bytes,
    area: Bools,
    color: Bytes | None,
    steps: Bytes | None,
    probabilities: NDArray[np.float16] | Bytes | None,
    at: RefinementAt,
) -> Areas:
    """Divide ``area``, the cel without lines and books, and let every part vote for its fill.

    With the picture a part ends where its paint does; pixels on that edge and in specks belong to the
    nearest part. A part that votes for no fill by ``mixed_share`` is divided again where its paint hardly
    changes: a dark shade on dark hair is fainter than the light in a face, and at 1080 lines an edge that is
    soft spreads over more pixels. Where the edge has gaps even so, the two paints themselves divide it
    (``refinement_paints``). Where a ``wide`` part is undecided still, brightness decides
    (``_by_brightness``).

    Areas of one paint voting together lost 0.4 points of accuracy: one colour is a base here and a shade
    there.
    """
    flat = area if steps is None else area & (steps < at.edge_contrast)
    parts = _divided(classes, flat, probabilities, speck=at.speck)
    undecided = parts.mixed(at.mixed_share)[parts.owner] & area
    if color is None or steps is None:
        return Areas(parts.owner, np.where(undecided & IS_FILL[classes], classes, parts.fills[parts.owner]))
    if undecided.any():
        flat &= ~undecided | (steps < at.faint_contrast)
        parts = _divided(classes, flat, probabilities, speck=at.speck)
    if at.two_paints and (two := parts.with_a_second(at.second_share, least=_SPECKS_OF_A_PAINT * at.speck)):
        meeting = where_two_paints_meet(parts.owner, area, color, classes, two, apart=at.two_paints)
        if meeting.any():
            parts = _divided(classes, flat & ~meeting, probabilities, speck=at.speck)
    undecided_parts = parts.mixed(at.mixed_share) & (parts.sizes >= at.wide)
    fills = _by_brightness(parts, undecided_parts, color, area, hint_share=at.hint_share)
    return Areas(parts.owner, fills[parts.owner])


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """The connected parts of an area, and how they voted."""

    owner: NDArray[np.int32]
    """As in ``Areas``."""
    votes: NDArray[np.float64]
    """float64[parts, 4], by ``FILLS``."""
    counted: Bools
    """bool[parts]: those that own pixels; specks do not."""

    @property
    def fills(self) -> Bytes:
        """uint8[parts]: what most voted for."""
        return np.array(FILLS, np.uint8)[self.votes.argmax(axis=1)]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """int64[parts]: pixels that each owns, its edges included."""
        return np.bincount(self.owner.ravel(), minlength=len(self.counted))

    def with_a_second(self, share: float, *, least: float) -> dict[int, tuple[int, int]]:
        """Those that vote for a second fill, by ``share`` and ``least`` pixels; with both fills."""
        two = np.argsort(self.votes, axis=1)[:, :-3:-1]  # [parts, 2], the first one first
        second = self.votes[np.arange(len(two)), two[:, 1]]
        wanted = self.counted & (second >= share * self.votes.sum(axis=1)) & (second >= max(1.0, least))
        return {part: (FILLS[two[part, 0]], FILLS[two[part, 1]]) for part in np.flatnonzero(wanted).tolist()}

    def mixed(self, share: float) -> Bools:
        """bool[parts]: those that vote for no fill by ``share``."""
        return self.counted & (self.votes.max(axis=1) < share * self.votes.sum(axis=1))


def _divided(
    classes: Bytes, flat: Bools, probabilities: NDArray[np.float16] | Bytes | None, *, speck: float
) -> _Parts:
    """The connected parts of ``flat``."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(flat.view(np.uint8), connectivity=4)
    labels = labels.astype(np.int32, copy=False)
    size = stats[:, cv2.CC_STAT_AREA].astype(np.int64)
    if probabilities is None:
        votes = _votes_of_classes(labels, classes, count)
    else:
        votes = _votes_of_probabilities(labels, flat, probabilities, count)
    counted = (size >= speck) & (votes.sum(axis=1) > 0)
    counted[0] = False
    if not counted.any():
        counted = size > 0
        counted[0] = False
    return _Parts(_nearest(labels, counted), votes, counted)


def _by_brightness(parts: _Parts, undecided: Bools, color: Bytes, area: Bools, *, hint_share: float) -> Bytes:
    """uint8[parts]: the fills; what is undecided and darker than the part that it meets is a shade.

    A network sees a shade by its edge. In the middle of a large one, hundreds of pixels from there, it sees
    flat paint and says so: a majority of pixels that never saw the edge is none. A part is compared with the
    one that it meets along its longest border without a visible line; what has less than ``hint_share`` of
    its votes for a shade (or a highlight) stays what most voted for.

    At 1080 lines accuracy is 96.6 % with it, 94.3 % without, 94.0 % as read (eight held-out scenes); on
    scenes like those that the networks learned from it changes nothing.
    """
    fills = parts.fills
    if not undecided.any():
        return fills
    share = parts.votes / np.maximum(parts.votes.sum(axis=1, keepdims=True), 1e-9)  # [parts, 4]
    grey, owner = cv2.cvtColor(color, cv2.COLOR_RGB2GRAY).ravel(), parts.owner.ravel()
    light = np.bincount(owner, weights=grey, minlength=len(fills)) / np.maximum(parts.sizes, 1)
    for part, neighbour in _longest_borders(parts.owner, area, undecided):
        darker = light[part] < light[neighbour]
        kind = FILLS.index(int(DougaClass.SHADING_FILL if darker else DougaClass.HIGHLIGHT_FILL))
        if share[part, kind] >= hint_share:
            fills[part] = FILLS[kind]
        elif share[part, 0] >= hint_share:
            fills[part] = 0
    return fills


def _longest_borders(owner: NDArray[np.int32], area: Bools, wanted: Bools) -> Iterator[tuple[int, int]]:
    """Each wanted part with the one that it shares the longest border inside ``area`` with."""
    flat, open_, width = owner.ravel().astype(np.int64), area.ravel(), owner.shape[1]
    borders = []
    for apart in (1, width):
        at = np.flatnonzero((flat[:-apart] != flat[apart:]) & open_[:-apart] & open_[apart:])
        if apart == 1:
            at = at[at % width != width - 1]
        one, other = flat[at], flat[at + apart]
        borders += [np.stack([one, other]), np.stack([other, one])]
    both = np.concatenate(borders, axis=1)  # [2, N]
    both = both[:, wanted[both[0]] & (both[1] > 0)]
    pairs, lengths = np.unique(both, axis=1, return_counts=True)
    longest: dict[int, tuple[int, int]] = {}
    for part, neighbour, length in zip(*pairs.tolist(), lengths.tolist(), strict=True):
        if length > longest.get(part, (_SHORTEST_BORDER, 0))[0]:
            longest[part] = (length, neighbour)
    for part, (_, neighbour) in longest.items():
        yield part, neighbour


def meeting_lines(areas: Areas, hints: Bytes, free: Bools, *, reach: int) -> Bytes:
    """Where two areas meet: uint8[H, W], one pixel wide, the class of the line that belongs there, else 0.

    Two fills always need a line, and the pair says which. Two areas of one fill have one only
    where a stroke was predicted within ``reach`` pixels: that stroke's class.

    Args:
        hints: uint8[H, W] classes 2 to 4 of strokes, on their skeletons.
        free: bool[H, W]: the cel without visible lines and books; only there lines are drawn.
    """
    box = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    hinted = cv2.dilate(hints, box) if hints.any() else hints
    lines = np.zeros(free.size, np.uint8)  # [H·W]: flat indices are found ten times faster than pairs
    owner, fills, open_ = areas.owner.ravel(), areas.fills.ravel(), free.ravel()
    width = free.shape[1]
    for apart in (1, width):
        at = np.flatnonzero((owner[:-apart] != owner[apart:]) & open_[:-apart] & open_[apart:])
        if apart == 1:
            at = at[at % width != width - 1]  # the end of a row is no neighbour of the next one's begin
        one, other = fills[at], fills[at + apart]
        line = np.where(one != other, _line_between(one, other), hinted.ravel()[at + apart])
        lines[at + apart] = np.maximum(lines[at + apart], line)
    return lines.reshape(free.shape)


def _line_between(one: Bytes, other: Bytes) -> Bytes:
    """uint8[N]: the class of the line between two different fills."""
    kinds = (DougaClass.HIGHLIGHT_LINE, DougaClass.COLOR_EDGE)
    high = np.maximum(one, other)
    conditions = [high == DougaClass.HIGHLIGHT_FILL, high == DougaClass.COLOR_FILL]
    return np.select(conditions, list(map(int, kinds)), int(DougaClass.SHADING_LINE)).astype(np.uint8)


def _votes_of_classes(labels: NDArray[np.int32], found: Bytes, count: int) -> NDArray[np.float64]:
    """float64[count, 4]: how many pixels of each area were predicted as each fill."""
    key = labels * np.int32(16) + found  # [H, W]
    table = np.bincount(key.ravel(), minlength=count * 16).reshape(count, 16)
    return table[:, FILLS].astype(np.float64)


def _votes_of_probabilities(
    labels: NDArray[np.int32], flat: Bools, probabilities: NDArray[np.float16] | Bytes, count: int
) -> NDArray[np.float64]:
    """float64[count, 4]: the summed probabilities, as the thesis averages them; each pixel's add up to 1."""
    grid = np.s_[::_EVERY, ::_EVERY]
    at = np.nonzero(flat[grid])
    label = labels[grid][at]
    planes = [probabilities[c][grid][at].astype(np.float32) for c in FILLS]  # 4 × [N]
    total = np.maximum(np.sum(planes, axis=0), 1e-6)
    return np.stack([np.bincount(label, weights=plane / total, minlength=count) for plane in planes], axis=1)


def _nearest(labels: NDArray[np.int32], counted: Bools) -> NDArray[np.int32]:
    """int32[H, W]: labels, with pixels that do not count given to the nearest that does."""
    kept = counted[labels]
    if kept.all() or not kept.any():
        return labels
    lost = (~kept).view(np.uint8)
    _, pixel = cv2.distanceTransformWithLabels(lost, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)
    rim = np.flatnonzero(cv2.dilate(lost, _SQUARE).view(np.bool_) & kept)  # whatever is nearest lies on it
    flat_pixel, owner = pixel.ravel(), labels.ravel().copy()
    of_pixel = np.zeros(int(pixel.max()) + 1, np.int32)
    of_pixel[flat_pixel[rim]] = owner[rim]
    at = np.flatnonzero(~kept)
    owner[at] = of_pixel[flat_pixel[at]]
    return owner.reshape(labels.shape)
