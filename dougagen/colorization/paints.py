"""PAINTS: an animator fills areas, each with one pot of paint."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.colorization.areas import SMALLEST, areas_of, grown
from dougagen.colorization.hints import Hints
from dougagen.colorization.lines import LineArt
from dougagen.colorization.pots import WHITE_PAPER, Pots, mixed_once
from dougagen.domain import DougaClass

_TWO_PAINTS = 36.0
"""Euclidean levels by which paint must differ to be another one within an area: a line was left open, or a
shade has none."""
_STEEP = 0.5
"""Of the difference of two paints, what must be gained within a few pixels: paints end, doubts fade."""
_SPLITS = 5
"""Times that a paint may be taken out of an area: where lines are missing a figure is one area."""
_INKED = 160
_BINS = 32
"""8-bit levels of a channel that count as one colour where the commonest is sought."""
_WHITE = np.uint8(255)
_AROUND = np.ones((7, 7), np.uint8)


def flat_paint(
    draft: NDArray[np.uint8], art: LineArt, pots: Pots, *, cel: NDArray[np.bool_] | None = None
) -> NDArray[np.uint8]:
    """uint8[H, W, 3]: the draft as cel paint: one paint an area, ink over it; white paper off the cel, where
    somebody knows the cel.

    An area in which the draft plainly goes from one colour to another keeps both: plain lines do not show
    where a shade ends. ``pots`` gives the paints of the shot, and learns those that are new.
    """
    labels, count = areas_of(art, cel)
    smooth = cv2.medianBlur(draft, 5)
    steps = _steps(smooth)
    for _ in range(_SPLITS):
        before = count
        labels, count = _split(labels, count, smooth, steps)
        if count == before:
            break
    paints, sizes = _paints(labels, count, draft)
    paints = mixed_once(pots.matched(paints), sizes)
    pots.open(paints[1:], sizes[1:])
    filled = paints[grown(labels)]  # [areas, 3] -> [H, W, 3]
    inked = _inked(filled, draft, art)
    return inked if cel is None else np.where(cel[..., None], inked, _WHITE).astype(np.uint8, copy=False)


def hinted_areas(painted: NDArray[np.uint8], art: LineArt, hints: Hints) -> NDArray[np.uint8]:
    """uint8[H, W, 3] with the paint of every hinted area replaced: whoever puts a dot on an area means this
    paint for it, whatever the network makes of it. Where an area has two paints it is the one under the dot,
    and where it has two dots each pixel that is of a dotted paint takes the nearest dot's.
    """
    labels, _ = areas_of(art)
    result = painted.copy()
    inside = hints.known & (labels > 0)
    for label in np.unique(labels[inside]):
        area = labels == label
        dot = area & hints.known
        told = np.median(hints.colors[dot], axis=0)
        before = np.median(painted[dot], axis=0)
        same = np.abs(painted.astype(np.int16) - before).max(axis=2) <= 2
        result[area & same] = np.rint(told).astype(np.uint8)
    return result


def _paints(
    labels: NDArray[np.int32], count: int, draft: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """float32[count, 3], the median of what is near the commonest colour of every label, and int64[count],
    its pixels."""
    modes, _ = _modes(labels, count, draft)
    near = np.linalg.norm(draft - modes[labels], axis=2) < _TWO_PAINTS
    medians, _ = _medians(np.where(near, labels, 0).astype(np.int32), count, draft)
    return medians, np.bincount(labels.ravel(), minlength=count)


def _medians(
    labels: NDArray[np.int32], count: int, draft: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """float32[count, 3], the median of every label, and int64[count], its pixels."""
    order = np.argsort(labels, axis=None, kind="stable")
    sizes = np.bincount(labels.ravel(), minlength=count)
    ends = np.cumsum(sizes)
    pixels = draft.reshape(-1, 3)[order]
    paints = np.zeros((count, 3), np.float32)
    for label in np.flatnonzero(sizes):
        paints[label] = np.median(pixels[ends[label] - sizes[label] : ends[label]], axis=0)
    return paints, sizes


def _steps(smooth: NDArray[np.uint8]) -> NDArray[np.float32]:
    """float32[H, W]: by how many levels uint8[H, W, 3] changes within a few pixels."""
    span = cv2.dilate(smooth, _AROUND).astype(np.float32) - cv2.erode(smooth, _AROUND)
    return np.asarray(np.linalg.norm(span, axis=2), np.float32)


def _split(
    labels: NDArray[np.int32], count: int, smooth: NDArray[np.uint8], steps: NDArray[np.float32]
) -> tuple[NDArray[np.int32], int]:
    """What lies far from the commonest colour of its area becomes another area, where it is more than a few
    pixels and begins in a step. Paper is never parted: what a network pours over it has run out of a figure.
    """
    modes, sizes = _modes(labels, count, smooth)
    away = np.linalg.norm(smooth - modes[labels], axis=2)
    far = (labels > 0) & (away >= _TWO_PAINTS)
    pixels = np.bincount(labels[far], minlength=count)
    splits = pixels >= np.maximum(4 * SMALLEST, 0.002 * sizes)
    differs = np.bincount(labels[far], away[far], minlength=count) / np.maximum(pixels, 1)
    rim = far & (cv2.dilate(((labels > 0) & ~far).astype(np.uint8), _AROUND[:3, :3]) > 0)
    splits &= modes.min(axis=1) < WHITE_PAPER
    along = np.maximum(np.bincount(labels[rim], minlength=count), 1)
    splits &= np.bincount(labels[rim], steps[rim], minlength=count) / along >= _STEEP * differs
    numbers = np.zeros(count, np.int32)
    numbers[splits] = np.arange(count, count + int(splits.sum()), dtype=np.int32)
    moved = far & splits[labels]
    return np.where(moved, numbers[labels], labels), count + int(splits.sum())


def _modes(
    labels: NDArray[np.int32], count: int, picture: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """float32[count, 3], the commonest colour of every label, and int64[count], its pixels. A median of two
    paints may be a third; this is always one of them."""
    bins = (picture // _BINS).astype(np.int64) @ np.array([64, 8, 1])
    counts = np.bincount((labels.astype(np.int64) * 512 + bins).ravel(), minlength=512 * count)
    counts = counts.reshape(count, 512)
    common = bins == counts.argmax(axis=1)[labels]
    of, weight = labels[common], np.maximum(np.bincount(labels[common], minlength=count), 1)
    sums = [np.bincount(of, weights=picture[..., c][common], minlength=count) for c in range(3)]
    modes: NDArray[np.float32] = (np.stack(sums, axis=1) / weight[:, None]).astype(np.float32)
    return modes, counts.sum(axis=1)


def _inked(filled: NDArray[np.float32], draft: NDArray[np.uint8], art: LineArt) -> NDArray[np.uint8]:
    """Visible lines over the paint, in the ink that the draft shows where a stroke is full."""
    visible = art.classes == DougaClass.VISIBLE_LINE
    full = visible & (art.strength >= _INKED)
    if not full.any():
        return np.rint(filled).astype(np.uint8)
    ink = np.median(draft[full], axis=0)
    cover = np.where(visible, art.strength, np.uint8(0)).astype(np.float32)[..., None] / 255.0
    return np.rint(filled + cover * (ink - filled)).astype(np.uint8)
