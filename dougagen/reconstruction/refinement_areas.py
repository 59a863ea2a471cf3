"""Areas of one paint, the fill that each of them takes, and the lines where two of them meet (thesis 5.7)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import DougaClass

Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]

_SQUARE = np.ones((3, 3), np.uint8)
_FILLS = (0, int(DougaClass.SHADING_FILL), int(DougaClass.COLOR_FILL), int(DougaClass.HIGHLIGHT_FILL))
_IS_FILL = np.isin(np.arange(256), _FILLS)
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
    steps: Bytes | None,
    probabilities: NDArray[np.float16] | Bytes | None,
    *,
    edge_contrast: int,
    speck: float,
    mixed_share: float,
) -> Areas:
    """Divide ``area``, the cel without lines and books, and let every part vote for its fill.

    With the picture a part ends where its paint does; pixels on that edge and in specks belong to the
    nearest part. Areas of one paint voting together lost 0.4 points of accuracy: one colour is a base here
    and a shade there.
    """
    flat = area if steps is None else area & (steps < edge_contrast)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(flat.view(np.uint8), connectivity=4)
    labels = labels.astype(np.int32, copy=False)
    size = stats[:, cv2.CC_STAT_AREA].astype(np.int64)
    if probabilities is None:
        votes = _votes_of_classes(labels, classes, count)
    else:
        votes = _votes_of_probabilities(labels, flat, probabilities, count)
    total = votes.sum(axis=1)
    best = votes.argmax(axis=1)
    counted = (size >= speck) & (total > 0)
    counted[0] = False
    if not counted.any():
        counted = size > 0
        counted[0] = False
    owner = _nearest(labels, counted)
    fills = np.array(_FILLS, np.uint8)[best][owner]
    if steps is None:
        mixed = counted & (votes.max(axis=1) < mixed_share * total)
        raw = mixed[owner] & area & _IS_FILL[classes]
        fills = np.where(raw, classes, fills)
    return Areas(owner, fills)


def meeting_lines(areas: Areas, hints: Bytes, free: Bools, *, reach: int) -> Bytes:
    """Where two areas meet: uint8[H, W], one pixel wide, the class of the line that belongs there, else 0.

    Two fills always need a line, and the pair says which (DESIGN 4). Two areas of one fill have one only
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
    return table[:, _FILLS].astype(np.float64)


def _votes_of_probabilities(
    labels: NDArray[np.int32], flat: Bools, probabilities: NDArray[np.float16] | Bytes, count: int
) -> NDArray[np.float64]:
    """float64[count, 4]: the summed probabilities, as the thesis averages them; each pixel's add up to 1."""
    grid = np.s_[::_EVERY, ::_EVERY]
    at = np.nonzero(flat[grid])
    label = labels[grid][at]
    planes = [probabilities[c][grid][at].astype(np.float32) for c in _FILLS]  # 4 × [N]
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
