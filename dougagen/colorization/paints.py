"""PAINTS: an animator fills areas, each with one pot of paint; a colour model is the pots of a design."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.colorization.hints import Hints
from dougagen.colorization.lines import LineArt
from dougagen.domain import DougaClass

MODEL_PAINTS = 8
"""Paints by which a colour model is told to a network."""
_STEP = 32
"""8-bit levels of a channel that count as one paint when paints are counted."""
_PAPER = 246
_SAME_POT = 28.0
"""Euclidean 8-bit levels within which two areas of neighbouring drawings were filled from one pot."""
_LIKE_POT = 56.0
"""The same for the colours of a picture that was named as the model: a network only comes near them."""
_TWO_PAINTS = 36.0
"""Euclidean levels by which paint must differ to be another one within an area: a line was left open, or a
shade has none."""
_SPLITS = 5
"""Times that a paint may be taken out of an area: where lines are missing a figure is one area."""
_SMALLEST = 12
"""Pixels of an area that is worth a paint of its own."""
_INKED = 160
_WHITE = np.uint8(255)
_FILLS = (
    DougaClass.FLAT_AREA, DougaClass.SHADING_FILL, DougaClass.COLOR_FILL, DougaClass.HIGHLIGHT_FILL,
)  # fmt: skip


def paints_of(picture: NDArray[np.uint8], *, count: int = MODEL_PAINTS) -> NDArray[np.float32]:
    """float32[count, 4]: the paints that cover most of uint8[H, W, 3], RGB in [0, 1] and their share of what
    is no paper; zeros where there are fewer."""
    pixels = picture.reshape(-1, 3)  # [H, W, 3] -> [H·W, 3]
    pixels = pixels[pixels.min(axis=1) < _PAPER]
    model = np.zeros((count, 4), np.float32)
    if not len(pixels):
        return model
    key = (pixels // _STEP).astype(np.int64) @ np.array([64, 8, 1])
    sizes = np.bincount(key, minlength=512)
    most = np.argsort(-sizes, kind="stable")[:count]
    for row, bin_ in enumerate(most[sizes[most] > 0]):
        model[row, :3] = np.median(pixels[key == bin_], axis=0) / 255.0
        model[row, 3] = sizes[bin_] / len(pixels)
    return model


@dataclass(slots=True)
class Pots:
    """The paints in use in a shot: a drawing takes from them before it opens a new one."""

    model: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    """float32[M, 3], 8-bit levels: those of a picture that was named as the colour model."""
    opened: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    """float32[K, 3]: those of the drawings before."""

    def matched(self, paints: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32[N, 3] paints, each taken from the nearest pot where one is near enough."""
        taken = _nearest(paints, self.model, within=_LIKE_POT)
        return _nearest(taken, self.opened, within=_SAME_POT)

    def open(self, paints: NDArray[np.float32], sizes: NDArray[np.int64], *, most: int = 96) -> None:
        """The paints of a drawing, by the area they cover, are in use from now on."""
        order = np.argsort(-sizes, kind="stable")
        together = np.concatenate([self.opened, paints[order]])
        _, first = np.unique(np.rint(together), axis=0, return_index=True)
        self.opened = together[np.sort(first)][:most]


def _nearest(paints: NDArray[np.float32], pots: NDArray[np.float32], *, within: float) -> NDArray[np.float32]:
    if not len(pots) or not len(paints):
        return paints
    distances = np.linalg.norm(paints[:, None] - pots[None], axis=2)  # [N, K]
    nearest = distances.argmin(axis=1)
    is_near = distances[np.arange(len(paints)), nearest] <= within
    return np.where(is_near[:, None], pots[nearest], paints).astype(np.float32)


def flat_paint(
    draft: NDArray[np.uint8], art: LineArt, pots: Pots, *, cel: NDArray[np.bool_] | None = None
) -> NDArray[np.uint8]:
    """uint8[H, W, 3]: the draft as cel paint: one paint an area, ink over it; white paper off the cel, where
    somebody knows the cel.

    An area whose draft plainly has several colours keeps them: somebody left a line open, or plain lines do
    not show where a shade ends. ``pots`` gives the paints of the shot, and learns those that are new.
    """
    labels, count = areas_of(art, cel)
    for _ in range(_SPLITS):
        before = count
        labels, count = _split(labels, count, draft)
        if count == before:
            break
    paints, sizes = _medians(labels, count, draft)
    paints = pots.matched(paints)
    pots.open(paints[1:], sizes[1:])
    filled = paints[_grown(labels)]  # [areas, 3] -> [H, W, 3]
    inked = _inked(filled, draft, art)
    return inked if cel is None else np.where(cel[..., None], inked, _WHITE).astype(np.uint8, copy=False)


def hinted_areas(painted: NDArray[np.uint8], art: LineArt, hints: Hints) -> NDArray[np.uint8]:
    """uint8[H, W, 3] with the paint of every hinted area replaced: whoever puts a dot on an area means this
    paint for it, whatever the network makes of it. In an area of two paints it is the one under the dot.
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


def areas_of(art: LineArt, cel: NDArray[np.bool_] | None = None) -> tuple[NDArray[np.int32], int]:
    """int32[H, W], 0 on lines and in areas of a few pixels, and how many labels there are, 0 included.

    Pixels of two classes are never of one area.
    """
    labels, total = np.zeros(art.classes.shape, np.int32), 1
    drawn = art.lines & (art.strength >= _INKED // 2)
    for fill in _FILLS:
        inside = (art.classes == fill) & ~drawn if fill else ~drawn & ~np.isin(art.classes, _FILLS[1:])
        inside = inside if cel is None else inside & cel
        if not inside.any():
            continue
        count, found, stats, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=4)
        keeps = stats[:, cv2.CC_STAT_AREA] >= _SMALLEST
        keeps[0] = False
        numbers = np.zeros(count, np.int32)
        numbers[keeps] = np.arange(total, total + int(keeps.sum()), dtype=np.int32)
        labels += numbers[found]
        total += int(keeps.sum())
    return labels, total


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


def _split(labels: NDArray[np.int32], count: int, draft: NDArray[np.uint8]) -> tuple[NDArray[np.int32], int]:
    """What lies far from the commonest colour of its area becomes another area, where it is more than a few
    pixels."""
    smooth = cv2.medianBlur(draft, 5)
    modes, sizes = _modes(labels, count, smooth)
    far = (labels > 0) & (np.linalg.norm(smooth - modes[labels], axis=2) >= _TWO_PAINTS)
    pixels = np.bincount(labels[far], minlength=count)
    splits = pixels >= np.maximum(4 * _SMALLEST, 0.002 * sizes)
    numbers = np.zeros(count, np.int32)
    numbers[splits] = np.arange(count, count + int(splits.sum()), dtype=np.int32)
    moved = far & splits[labels]
    return np.where(moved, numbers[labels], labels), count + int(splits.sum())


def _modes(
    labels: NDArray[np.int32], count: int, picture: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """float32[count, 3], the commonest colour of every label, and int64[count], its pixels. A median of two
    paints may be a third; this is always one of them."""
    bins = (picture // _STEP).astype(np.int64) @ np.array([64, 8, 1])
    counts = np.bincount((labels.astype(np.int64) * 512 + bins).ravel(), minlength=512 * count)
    counts = counts.reshape(count, 512)
    common = bins == counts.argmax(axis=1)[labels]
    of, weight = labels[common], np.maximum(np.bincount(labels[common], minlength=count), 1)
    sums = [np.bincount(of, weights=picture[..., c][common], minlength=count) for c in range(3)]
    modes: NDArray[np.float32] = (np.stack(sums, axis=1) / weight[:, None]).astype(np.float32)
    return modes, counts.sum(axis=1)


def _grown(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Every pixel under a line in the nearest area: lines that are not inked leave no seam."""
    if not labels.any():
        return labels
    _, near = cv2.distanceTransformWithLabels(
        (labels == 0).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    of = np.zeros(int(near.max()) + 1, np.int32)
    inside = labels > 0
    of[near[inside]] = labels[inside]
    return np.asarray(of[near])


def _inked(filled: NDArray[np.float32], draft: NDArray[np.uint8], art: LineArt) -> NDArray[np.uint8]:
    """Visible lines over the paint, in the ink that the draft shows where a stroke is full."""
    visible = art.classes == DougaClass.VISIBLE_LINE
    full = visible & (art.strength >= _INKED)
    if not full.any():
        return np.rint(filled).astype(np.uint8)
    ink = np.median(draft[full], axis=0)
    cover = np.where(visible, art.strength, np.uint8(0)).astype(np.float32)[..., None] / 255.0
    return np.rint(filled + cover * (ink - filled)).astype(np.uint8)
