"""Whose move does a place follow where background and figures part: the background's or the figures'?

A place is held against other drawings twice, once moved as the background and once as the figures. That tells
something only where paint meets other paint: inside of a flat area both moves leave the same. So whole areas
are asked as well (``area_votes``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.reconstruction.alignment import STANDING, Similarity, moved_by
from dougagen.reconstruction.area_votes import Rims, words_of_areas
from dougagen.reconstruction.places import largest_channel
from dougagen.reconstruction.shot_config import MoveVoteConfig, ShotConfig
from dougagen.reconstruction.shot_looks import Look


def said_by_moves(
    looks: Sequence[Look], config: ShotConfig
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Log odds by the moves alone, over 0 where the figures' is followed: of places and of whole areas,
    float32[K, h, w] each. A place whose area has a word has none of its own."""
    shape = (len(looks), *looks[0].odds.shape)
    said, opinions = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    rims = Rims.of(shape)
    smooth = [_without_grain(look.small) for look in looks]
    compared = np.zeros(len(looks), np.float32)
    for k in range(1, len(looks)):
        for j, by_background, by_figures in _compared_with(looks, k, config.moves):
            rims.farthest = max(rims.farthest, moved_by(by_background, by_figures, shape[1:])[0])
            for here, there, turn in ((k, j, 1), (j, k, -1)):
                moves = [np.linalg.matrix_power(move, turn) for move in (by_background, by_figures)]
                left = [_left_of(smooth[here], smooth[there], move) for move in moves]
                # Nothing that looks like background goes with the figure which hides it in the other drawing.
                hidden = _hidden(looks[here].odds, looks[there].odds, moves[0], config.follow.believed)
                better = _better(left, hidden, config)
                rims.add(here, better, config.moves.areas)
                better = cv2.blur(better, (5, 5))
                said[here] += better
                opinions[here] += np.abs(better) > config.moves.goes_with
                compared[here] += 1
    fewest = np.clip(compared, 1, 2)[:, None, None]
    mean = (said / np.maximum(opinions, fewest)).astype(np.float32)
    words = words_of_areas(looks, rims, config.moves)
    if not _are_figures(mean, looks, config.moves):
        return np.zeros_like(said), words
    loud = np.clip(opinions / 2, 1, config.moves.loudest)
    by_places = config.moving * loud * np.clip(config.moves.steep * mean, -1, 1)
    return np.where(words != 0, 0, by_places).astype(np.float32), words


def _better(
    left: Sequence[NDArray[np.float32]], hidden: NDArray[np.bool_], config: ShotConfig
) -> NDArray[np.float32]:
    """By how much the figures' move explains a place better than the background's, −1 to 1 [h, w].

    Args:
        left: what the background's move leaves, and what the figures' does.
        hidden: background here which a figure hides in the other drawing.
    """
    better = np.clip((left[0] - left[1]) / config.moving_levels, -1, 1)
    better = np.where(np.isfinite(better), better, 0).astype(np.float32)
    # Much is hidden in one of the two, or drawn anew: what neither move explains says nothing.
    around = [cv2.blur(np.nan_to_num(one, nan=255.0), (5, 5)) for one in left]
    better[np.minimum(*around) > config.moves.explained] = 0
    better[hidden] = np.minimum(better[hidden], 0)
    return better


def _compared_with(
    looks: Sequence[Look], k: int, config: MoveVoteConfig
) -> Iterator[tuple[int, Similarity, Similarity]]:
    """The drawing before ``k``, and those from which background and figures lie so far apart that the inside
    of something flat shows whose move it follows; with the moves of both from there to ``k``."""
    by_background, by_figures, far = STANDING, STANDING, list(config.far)
    for j in range(k - 1, -1, -1):
        step = looks[j + 1].figures
        if step is None:
            return
        by_background, by_figures = by_background @ looks[j + 1].move, by_figures @ step
        apart = moved_by(by_background, by_figures, looks[k].small.shape)[0]
        if j == k - 1 or (far and apart >= far[0]):
            yield j, by_background, by_figures
        while far and apart >= far[0]:
            far.pop(0)
        if not far:
            return


def _are_figures(with_figures: NDArray[np.float32], looks: Sequence[Look], config: MoveVoteConfig) -> bool:
    """Whether the networks believe in cel where places go with the figures: else these are one more layer of
    the background, in front or behind."""
    odds = np.stack([look.odds for look in looks])
    theirs = with_figures > config.goes_with
    return not theirs.any() or bool((odds[theirs] > 0).mean() >= config.believed_share)


def _without_grain(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return cv2.GaussianBlur(picture, (0, 0), 0.8).astype(np.uint8, copy=False)


def _hidden(
    here: NDArray[np.float32], there: NDArray[np.float32], move: Similarity, believed: float
) -> NDArray[np.bool_]:
    """bool[h, w]: background by the odds ``here``, where those ``there``, moved, say cel."""
    covered = cv2.warpAffine(there, move[:2], here.shape[::-1], borderValue=-believed)
    return (covered > believed) & (here < -believed)


def _left_of(here: NDArray[np.uint8], there: NDArray[np.uint8], move: Similarity) -> NDArray[np.float32]:
    """Levels [h, w] that ``there``, moved, leaves of ``here``; NaN where it does not reach."""
    size = (here.shape[1], here.shape[0])
    moved = cv2.warpAffine(there, move[:2], size, flags=cv2.INTER_LINEAR)
    left = largest_channel(cv2.absdiff(moved, here).astype(np.uint8, copy=False)).astype(np.float32)
    reaches = cv2.warpAffine(np.full(there.shape[:2], 255, np.uint8), move[:2], size, flags=cv2.INTER_LINEAR)
    left[reaches < 255] = np.nan
    return left
