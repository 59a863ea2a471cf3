"""What stands at one place in the drawings of a shot: paints seen again, and which of them is the background.

At every place of the shot the drawings show a few paints. The same paint at the same place is the same thing,
so that its drawings share what the networks say of it; and where one paint is the background, the others are
most likely cel: there is one background at a place.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_LOST = -2
_OUTSIDE = -1
_SQUARE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Paints:
    """Which paint each drawing shows at each place."""

    of: NDArray[np.int8]
    """int8[K, h, w]: number of the paint, −1 outside of the drawing, −2 where it was seen too seldom."""
    most: int
    """Paints that are told apart at a place, their numbers below it."""

    def means(self, values: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Mean of ``values``, float32[K, h, w], over the drawings of each paint, and how many these are:
        float32[paints, h, w] each."""
        shape = (self.most, *values.shape[1:])
        total, count = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        for paint in range(self.most):
            shown = self.of == paint
            total[paint] = np.where(shown, values, 0).sum(axis=0)
            count[paint] = shown.sum(axis=0)
        return (total / np.maximum(count, 1)).astype(np.float32), count

    def shared(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Each value, float32[K, h, w], as the mean over the drawings that show its paint there."""
        return self.handed_back(self.means(values)[0], values)

    def handed_back(self, per_paint: NDArray[np.float32], values: NDArray[np.float32]) -> NDArray[np.float32]:
        """A figure of each paint, float32[paints, h, w], for each drawing; ``values`` where it shows none."""
        picked = np.take_along_axis(per_paint, np.maximum(self.of, 0), axis=0)
        return np.where(self.of >= 0, picked, values)


def told_apart(
    pictures: NDArray[np.uint8], valid: NDArray[np.bool_], *, tolerance: float, contrast: float, most: int
) -> Paints:
    """The paints at every place, in the order of the drawings.

    Args:
        pictures: uint8[K, h, w, 3], smoothed, laid over each other.
        valid: bool[K, h, w]: where a drawing reaches.
        tolerance: levels by which a paint may differ, and ``contrast``, share of the local contrast.
        most: paints that are told apart at a place; the one seen least gives way to another.
    """
    allowed = np.stack([tolerance + contrast * contrast_of(picture) for picture in pictures])
    of = np.where(valid, np.int8(0), np.int8(_OUTSIDE))
    highest = np.where(valid[..., None], pictures, 0).max(axis=0).astype(np.int16)
    lowest = np.where(valid[..., None], pictures, 255).min(axis=0).astype(np.int16)
    busy = ((highest - lowest).max(axis=-1) > allowed.min(axis=0)) & (valid.sum(axis=0) > 1)
    if busy.any():
        of[:, busy] = _told_apart(
            pictures[:, busy].astype(np.float32), valid[:, busy], allowed[:, busy], most
        )
    return Paints(of, most)


def contrast_of(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Levels between a place's lightest and darkest neighbour, the largest of the three channels."""
    steps = cv2.subtract(cv2.dilate(picture, _SQUARE), cv2.erode(picture, _SQUARE))
    return largest_channel(steps.astype(np.uint8, copy=False)).astype(np.float32)


def largest_channel(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8[h, w, 3] → uint8[h, w]; ``max`` over the last axis takes ten times as long."""
    red, green, blue = cv2.split(picture)
    return cv2.max(cv2.max(red, green), blue).astype(np.uint8, copy=False)


def _told_apart(
    colors: NDArray[np.float32], valid: NDArray[np.bool_], allowed: NDArray[np.float32], most: int
) -> NDArray[np.int8]:
    """For a list of places: colors [K, P, 3] → int8[K, P]."""
    count, places = colors.shape[:2]
    known = np.full((most, places, 3), -1e4, np.float32)
    seen, last = np.zeros((most, places), np.float32), np.zeros((most, places), np.float32)
    of = np.full((count, places), _OUTSIDE, np.int8)
    at = np.arange(places)
    for k in range(count):
        apart = np.abs(known - colors[k]).max(axis=-1)  # [paints, P]
        nearest = apart.argmin(axis=0)
        again = valid[k] & (apart[nearest, at] <= allowed[k])
        weakest = (seen + 1e-3 * last).argmin(axis=0)
        fresh = valid[k] & ~again
        gone = fresh & (seen[weakest, at] > 0)
        if gone.any():
            where = np.flatnonzero(gone)
            earlier = of[:k, where]
            earlier[earlier == weakest[where]] = _LOST
            of[:k, where] = earlier
        paint = np.where(again, nearest, weakest).astype(np.int8)
        where = np.flatnonzero(again)
        which, number = paint[where], seen[paint[where], where] + 1
        known[which, where] += (colors[k, where] - known[which, where]) / number[:, None]
        seen[which, where], last[which, where] = number, k
        where = np.flatnonzero(fresh)
        which = paint[where]
        known[which, where], seen[which, where], last[which, where] = colors[k, where], 1, k
        of[k] = np.where(valid[k], paint, np.int8(_OUTSIDE))
    return of


def with_one_background(
    paints: Paints, odds: NDArray[np.float32], *, penalty: float, power: float, sure: float
) -> NDArray[np.float32]:
    """Log odds of cel, float32[K, h, w], once the drawings have spoken for each other.

    Every way to call the paints of a place cel or background is weighed: what the networks say of each, and
    ``penalty`` for each background beyond the first. A shadow that moves, or a layer with a speed of its own,
    makes two backgrounds of a place, so that it is a matter of odds and not of logic. No votes go beyond
    ``sure``.
    """
    mean, count = paints.means(odds)
    loud = np.power(count, power)
    cel, background = -loud * np.logaddexp(0, -mean), -loud * np.logaddexp(0, mean)
    shown = count > 0
    total = np.full(odds.shape[1:], -np.inf, np.float32)
    some, of_paint = total.copy(), np.full_like(mean, -np.inf)
    highest = int(np.flatnonzero(shown.any(axis=(1, 2))).max(initial=-1)) + 1
    for chosen in itertools.product((False, True), repeat=highest):
        score = np.zeros_like(total)
        for paint, is_background in enumerate(chosen):
            score = score + (background if is_background else cel)[paint]
        which = [paint for paint, is_background in enumerate(chosen) if is_background]
        if which:
            score = np.where(shown[which].all(axis=0), score - penalty * (len(which) - 1), -np.inf)
        total = np.logaddexp(total, score)
        for paint in which:
            of_paint[paint] = np.logaddexp(of_paint[paint], score)
        if which:
            some = np.logaddexp(some, score)
    share = np.exp(np.minimum(of_paint - total, 0))
    settled = np.log1p(-np.minimum(share, 1 - 1e-6)) - np.log(np.maximum(share, 1e-6))
    strange = odds + penalty * np.exp(np.minimum(some - total, 0))
    lost = paints.of == _LOST
    return np.clip(paints.handed_back(settled.astype(np.float32), np.where(lost, strange, odds)), -sure, sure)
