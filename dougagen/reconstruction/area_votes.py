"""Whose move a whole area of one paint follows: its rim tells what its inside cannot.

The border between two areas goes with the one in front. So an area is the background's where much of its rim
goes with the background, and the figures' only where next to nothing of it does: the sky beside a figure has
the figure's outline, too. That an area goes with the background is one fact, however many drawings show it,
and no proof: a figure that stands on the ground does the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.reconstruction.alignment import moved_by
from dougagen.reconstruction.places import largest_channel
from dougagen.reconstruction.shot_config import AreaVoteConfig, MoveVoteConfig
from dougagen.reconstruction.shot_looks import Look

_SQUARE = np.ones((3, 3), np.uint8)


@dataclass(slots=True, eq=False)
class Rims:
    """What pairs of drawings have said of each place, float32[K, h, w] each."""

    figures: NDArray[np.float32]
    """Sum of what goes with the figures, 0 to 1 each …"""
    background: NDArray[np.float32]
    """… and of what goes with the background."""
    heard: NDArray[np.float32]
    """How many pairs said something."""
    farthest: float = 0.0
    """px by which background and figures have parted at most between two drawings that were compared."""

    @classmethod
    def of(cls, shape: tuple[int, ...]) -> Rims:
        """Of [K, h, w]: nothing has been said."""
        return cls(np.zeros(shape, np.float32), np.zeros(shape, np.float32), np.zeros(shape, np.float32))

    def add(self, drawing: int, better: NDArray[np.float32], config: AreaVoteConfig) -> None:
        """By how much the figures' move explains a place of a drawing better, −1 to 1 [h, w]."""
        near = cv2.blur(better, (3, 3))
        self.figures[drawing] += np.maximum(near, 0)
        self.background[drawing] += np.maximum(-near, 0)
        self.heard[drawing] += np.abs(near) > config.heard


def words_of_areas(looks: Sequence[Look], rims: Rims, config: MoveVoteConfig) -> NDArray[np.float32]:
    """Log odds by the move of whole areas, float32[K, h, w]; 0 where an area does not say.

    Nothing is said where the figures were followed seldom, or sway in their place and never part from the
    background for good.
    """
    odds = np.stack([look.odds for look in looks])
    words = np.zeros_like(odds)
    followed = np.mean([look.figures is not None for look in looks[1:]] or [False])
    if rims.farthest < config.areas.parted or followed < config.areas.followed:
        return words
    times = np.maximum(rims.heard, 1)
    for k, look in enumerate(looks):
        words[k] = _words(look.small, rims.figures[k] / times[k], rims.background[k] / times[k], config.areas)
    theirs = words > 0
    if theirs.any() and float((odds[theirs] > 0).mean()) < config.believed_share:
        words = np.minimum(words, 0)  # one more layer of the background
    wandered = max(moved_by(look.place, looks[0].place, odds.shape[1:])[0] for look in looks)
    if wandered < config.areas.wandered:
        return np.maximum(words, 0)  # a held figure stands as the background does
    for word, believed in zip(words, odds > 0, strict=True):
        with_figures, with_background = (word > config.areas.strong), (word < -config.areas.strong)
        up, down = (int(np.count_nonzero(one & believed)) for one in (with_figures, with_background))
        if up < config.areas.figures * (up + down):  # another move was taken for theirs
            word[...] = 0
    return words


def _words(
    small: NDArray[np.uint8],
    figures: NDArray[np.float32],
    background: NDArray[np.float32],
    config: AreaVoteConfig,
) -> NDArray[np.float32]:
    """Of a drawing uint8[h, w, 3], where [h, w] goes with figures or background, 0 to 1 each."""
    number, rim = areas_of(small, config)
    count = int(number.max()) + 1
    of_rim = number[rim]
    along = np.maximum(np.bincount(of_rim, minlength=count), 1)
    theirs, behind = (np.bincount(of_rim, one[rim], minlength=count) / along for one in (figures, background))
    lead = (theirs - behind) / (theirs + behind + 1e-6)
    cel = _rising(theirs, config.figures_rim) * _rising(lead, config.figures_lead)
    no_cel = _rising(behind, config.background_rim) * _rising(-lead, config.background_lead)
    word = config.for_cel * cel - config.for_background * no_cel
    word[np.bincount(number.ravel(), minlength=count) < config.smallest] = 0
    word[0] = 0
    return word[number].astype(np.float32)


def _rising(values: NDArray[np.float64], ends: tuple[float, float]) -> NDArray[np.float64]:
    """0 up to the first end, 1 from the second."""
    return np.clip((values - ends[0]) / (ends[1] - ends[0]), 0, 1)


def areas_of(small: NDArray[np.uint8], config: AreaVoteConfig) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """The number of each pixel's area, 0 for none, and whether it lies along its rim, [h, w] each.

    What lies beside a flat place belongs to it, as far as ``AreaVoteConfig.beside``. Where the frame ends an
    area has a rim, too, of which nothing is known.
    """
    steps = cv2.subtract(cv2.dilate(small, _SQUARE), cv2.erode(small, _SQUARE))
    mixed = (largest_channel(steps.astype(np.uint8, copy=False)) >= config.flat).view(np.uint8)
    away, nearest = cv2.distanceTransformWithLabels(mixed, cv2.DIST_L1, 3, labelType=cv2.DIST_LABEL_CCOMP)
    number = np.where(away <= config.beside, nearest, 0).astype(np.int32)
    border = np.zeros(number.shape, np.uint8)
    border[[0, -1]], border[:, [0, -1]] = 1, 1
    across, down = number[:, 1:] != number[:, :-1], number[1:] != number[:-1]
    for side in (border[:, 1:], border[:, :-1]):
        side[across] = 1
    for side in (border[1:], border[:-1]):
        side[down] = 1
    return number, cv2.dilate(border, np.ones((5, 5), np.uint8)) > 0
