"""PAINTS: an animator fills areas, each with one pot of paint."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.colorization.areas import SMALLEST, areas_of, grown, spread
from dougagen.colorization.bucket import poured
from dougagen.colorization.choosing import Choice, chosen_paints
from dougagen.colorization.hints import Hints
from dougagen.colorization.lines import LineArt
from dougagen.colorization.pots import Pots, mixed_once
from dougagen.domain import DougaClass

_ONE_PAINT = 36.0
"""Euclidean 8-bit levels around the commonest colour of an area within which its draft means the same."""
_INKED = 160
_BINS = 32
"""8-bit levels of a channel that count as one colour where the commonest is sought."""
_MIXES = {
    int(DougaClass.SHADING_FILL): (0.36, (44, 30, 78)),
    int(DougaClass.HIGHLIGHT_FILL): (0.5, (255, 255, 255)),
}
"""Fill → how far its paint lies from its base's, and toward which colour."""
_WHITE = np.uint8(255)
_BESIDE = np.ones((5, 5), np.uint8)


def flat_paint(
    draft: NDArray[np.uint8],
    art: LineArt,
    pots: Pots,
    *,
    choice: Choice | None = None,
    hints: Hints | None = None,
    cel: NDArray[np.bool_] | None = None,
) -> NDArray[np.uint8]:
    """uint8[H, W, 3]: the draft as cel paint: one paint an area, ink over it; white paper off the cel, where
    somebody knows the cel.

    ``choice`` is what the network says of the pots of a colour model, for the first drawing of a shot; those
    after it go by their drafts, which know the drawing before. Whoever puts a hint on an area means this
    paint for it, whatever the network makes of it. ``pots`` gives the paints of the shot, and learns those
    that are new.
    """
    labels, count = areas_of(art, cel)
    paints, sizes = _paints(labels, count, draft)
    paints = mixed_once(pots.matched(paints), sizes)
    if choice is not None:
        paints = chosen_paints(paints, labels, sizes, choice)
    told = poured(art, hints)
    told_areas = np.unique(labels[told.known])
    paints[labels[told.known]] = told.colors[told.known]
    if pots.mixes_shades:
        paints = _with_mixed_shades(paints, told_areas, labels, art)
    filled = np.where(told.known[..., None], told.colors.astype(np.float32), paints[labels])
    sizes[told_areas] += told.known.size  # the pots of hints are kept before all others
    pots.open(paints[1:], sizes[1:])
    inked = _inked(spread(filled, labels > 0), draft, art)
    return inked if cel is None else np.where(cel[..., None], inked, _WHITE).astype(np.uint8, copy=False)


def _with_mixed_shades(
    paints: NDArray[np.float32], told: NDArray[np.int32], labels: NDArray[np.int32], art: LineArt
) -> NDArray[np.float32]:
    """float32[count, 3]: shades and highlights that nobody told, mixed from the base along most of their
    border."""
    of = np.zeros(len(paints), np.int64)
    of[labels] = art.classes  # an area is of one class
    of[told] = DougaClass.FLAT_AREA
    result, longest = paints.copy(), np.zeros(len(paints), np.int64)
    for one, other, along in _borders(labels, art.lines):
        mix = _MIXES.get(int(of[one]))
        if mix is not None and of[other] == DougaClass.FLAT_AREA and along > longest[one]:
            (share, toward), longest[one] = mix, along
            result[one] = paints[other] + share * (np.array(toward, np.float32) - paints[other])
    return result


def _borders(labels: NDArray[np.int32], lines: NDArray[np.bool_]) -> Iterator[tuple[int, int, int]]:
    """Two areas that touch, over a line or not, and along how many pixels; each pair both ways."""
    wholly = np.where((labels > 0) | lines, grown(labels), 0)
    touching = []
    for one, other in ((wholly[:, :-1], wholly[:, 1:]), (wholly[:-1], wholly[1:])):
        differ = (one != other) & (one > 0) & (other > 0)
        touching.append(np.sort(np.stack([one[differ], other[differ]]), axis=0))
    pairs, lengths = np.unique(np.concatenate(touching, axis=1), axis=1, return_counts=True)
    for (one, other), along in zip(pairs.T.tolist(), lengths.tolist(), strict=True):
        yield one, other, along
        yield other, one, along


def _paints(
    labels: NDArray[np.int32], count: int, draft: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """float32[count, 3], the commonest colour of every area, and int64[count], its pixels.

    Drafts are dark beside lines, so that the inside of an area speaks for it, where it has one.
    """
    inner = cv2.erode((labels > 0).astype(np.uint8), _BESIDE) > 0
    speaks = np.bincount(labels[inner], minlength=count) >= SMALLEST
    heard = np.where(inner | ~speaks[labels], labels, 0).astype(np.int32)
    modes = _modes(heard, count, draft)
    near = np.linalg.norm(draft - modes[heard], axis=2) < _ONE_PAINT
    medians = _medians(np.where(near, heard, 0).astype(np.int32), count, draft)
    return medians, np.bincount(labels.ravel(), minlength=count)


def _medians(labels: NDArray[np.int32], count: int, draft: NDArray[np.uint8]) -> NDArray[np.float32]:
    """float32[count, 3]: the median of every label."""
    order = np.argsort(labels, axis=None, kind="stable")
    sizes = np.bincount(labels.ravel(), minlength=count)
    ends = np.cumsum(sizes)
    pixels = draft.reshape(-1, 3)[order]
    paints = np.zeros((count, 3), np.float32)
    for label in np.flatnonzero(sizes):
        paints[label] = np.median(pixels[ends[label] - sizes[label] : ends[label]], axis=0)
    return paints


def _modes(labels: NDArray[np.int32], count: int, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """float32[count, 3]: the commonest colour of every label. A median of two paints may be a third; this is
    always one of them."""
    bins = (picture // _BINS).astype(np.int64) @ np.array([64, 8, 1])
    counts = np.bincount((labels.astype(np.int64) * 512 + bins).ravel(), minlength=512 * count)
    common = bins == counts.reshape(count, 512).argmax(axis=1)[labels]
    of, weight = labels[common], np.maximum(np.bincount(labels[common], minlength=count), 1)
    sums = [np.bincount(of, weights=picture[..., c][common], minlength=count) for c in range(3)]
    modes: NDArray[np.float32] = (np.stack(sums, axis=1) / weight[:, None]).astype(np.float32)
    return modes


def _inked(filled: NDArray[np.float32], draft: NDArray[np.uint8], art: LineArt) -> NDArray[np.uint8]:
    """Visible lines over the paint, in the ink that the draft shows where a stroke is full."""
    visible = art.classes == DougaClass.VISIBLE_LINE
    full = visible & (art.strength >= _INKED)
    if not full.any():
        return np.rint(filled).astype(np.uint8)
    ink = np.median(draft[full], axis=0)
    cover = np.where(visible, art.strength, np.uint8(0)).astype(np.float32)[..., None] / 255.0
    return np.rint(filled + cover * (ink - filled)).astype(np.uint8)
