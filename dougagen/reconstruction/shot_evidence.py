"""What the drawings of a shot say of each other's cel masks, on small pictures.

Two things are asked. Where background and figures move differently, whose move does a place follow? And what
else stands at the same place of the background in other drawings (``places``)? The answer is what a drawing's
log odds change by. What only one drawing shows stays as the networks read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.reconstruction.alignment import (
    STANDING,
    Similarity,
    inverse,
    moved_by,
)
from dougagen.reconstruction.places import Paints, largest_channel, told_apart, with_one_background
from dougagen.reconstruction.shot_config import MoveVoteConfig, ShotConfig
from dougagen.reconstruction.shot_looks import Look


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the drawings of a window say of each other."""

    changes: list[NDArray[np.float32]]
    """By how much the log odds of each drawing change, float32[h, w] each; zeros where nothing is known."""
    usable: list[int]
    """The drawings in plain light."""
    paints: Paints | None
    """What they show at each place of the screen; None where fewer than two are."""


def evidence_of(looks: Sequence[Look], config: ShotConfig) -> Evidence:
    """Compare the drawings, in their order."""
    changes = [np.zeros_like(look.odds) for look in looks]
    usable = [i for i, look in enumerate(looks) if look.in_plain_light]
    if len(usable) < 2:
        return Evidence(changes, [], None)
    paints: Paints | None = None
    stretches = [list(part) for _, part in groupby(usable, key=lambda i: looks[i].stretch)]
    for stretch in stretches:
        if len(stretch) < 2:
            continue
        chosen = [looks[i] for i in stretch]
        changed, paints = _changes(chosen, config)
        core = config.core + 2 * _moves(chosen, config)
        for i, change in zip(stretch, changed, strict=True):
            changes[i] = of_some_width(looks[i].odds, change, core)
    if len(stretches) > 1 or paints is None:
        paints = _on_screen([looks[i] for i in usable], config)
    return Evidence(changes, usable, paints)


def _on_screen(looks: Sequence[Look], config: ShotConfig) -> Paints:
    """What the drawings show at each place of the screen, wherever their background lies."""
    smooth = np.stack([look.smooth for look in looks])
    everywhere = np.ones(smooth.shape[:3], np.bool_)
    return told_apart(
        smooth,
        everywhere,
        tolerance=config.tolerance,
        contrast=config.moving_contrast,
        most=config.places.paints,
    )


def _moves(looks: Sequence[Look], config: ShotConfig) -> bool:
    first = looks[0]
    return any(moved_by(look.place, first.place, look.small.shape)[1] > config.follow.moved for look in looks)


def _changes(looks: Sequence[Look], config: ShotConfig) -> tuple[list[NDArray[np.float32]], Paints]:
    odds = np.stack([look.odds for look in looks])
    smooth = np.stack([look.smooth for look in looks])
    everywhere = np.ones(odds.shape, np.bool_)
    if not _moves(looks, config):
        paints = told_apart(
            smooth,
            everywhere,
            tolerance=config.tolerance,
            contrast=config.still_contrast,
            most=config.places.paints,
        )
        return list(_with_one_background(paints, odds, config) - odds), paints
    by_moves = _by_moves(looks, config)
    read = odds + by_moves
    settled = _on_the_background(looks, smooth, read, config)
    # What many pairs of drawings say of a place is not outvoted by what others show where it lies.
    settled = np.where(by_moves > config.moves.loud, np.maximum(settled, read), settled)
    settled = np.where(by_moves < -config.moves.loud, np.minimum(settled, read), settled)
    # What stands on the screen while the background passes shares its votes as well.
    paints = told_apart(
        smooth,
        everywhere,
        tolerance=config.tolerance,
        contrast=config.moving_contrast,
        most=config.places.paints,
    )
    return list(paints.shared(settled) - odds), paints


def _by_moves(looks: Sequence[Look], config: ShotConfig) -> NDArray[np.float32]:
    """Log odds by the moves alone, float32[K, h, w]: over 0 where a place goes with the figures."""
    height, width = looks[0].odds.shape
    said, opinions = (np.zeros((len(looks), height, width), np.float32) for _ in range(2))
    smooth = [_without_grain(look.small) for look in looks]
    compared = np.zeros(len(looks), np.float32)
    for k in range(1, len(looks)):
        for j, by_background, by_figures in _compared_with(looks, k, config.moves):
            for here, there, turn in ((k, j, 1), (j, k, -1)):
                moves = [np.linalg.matrix_power(move, turn) for move in (by_background, by_figures)]
                left = [_left_of(smooth[here], smooth[there], move) for move in moves]
                better = np.clip((left[0] - left[1]) / config.moving_levels, -1, 1)
                better = np.where(np.isfinite(better), better, 0).astype(np.float32)
                # Much is hidden in one of the two, or drawn anew: what neither move explains says nothing …
                around = [cv2.blur(np.nan_to_num(one, nan=255.0), (5, 5)) for one in left]
                better[np.minimum(*around) > config.moves.explained] = 0
                # … and nothing that looks like background goes with the figure which hides it there.
                hidden = _hidden(looks[here].odds, looks[there].odds, moves[0], config.follow.believed)
                better[hidden] = np.minimum(better[hidden], 0)
                better = cv2.blur(better, (5, 5))
                said[here] += better
                opinions[here] += np.abs(better) > config.moves.goes_with
                compared[here] += 1
    fewest = np.clip(compared, 1, 2)[:, None, None]
    mean = (said / np.maximum(opinions, fewest)).astype(np.float32)
    if not _are_figures(mean, looks, config.moves):
        return np.zeros_like(said)
    loud = np.clip(opinions / 2, 1, config.moves.loudest)
    return (config.moving * loud * np.clip(config.moves.steep * mean, -1, 1)).astype(np.float32)


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


def _on_the_background(
    looks: Sequence[Look], smooth: NDArray[np.uint8], odds: NDArray[np.float32], config: ShotConfig
) -> NDArray[np.float32]:
    """The odds once the drawings have spoken for each other where the background lies, float32[K, h, w]."""
    height, width = looks[0].odds.shape
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], np.float64).T
    back_from = inverse(looks[len(looks) // 2].place)
    places = [back_from @ look.place for look in looks]
    reach = np.hstack([(place @ corners)[:2] for place in places])
    left, top = np.floor(reach.min(axis=1))
    right, bottom = np.ceil(reach.max(axis=1))
    if (right - left) * (bottom - top) > config.places.largest * height * width:
        if len(looks) < 4:
            return odds
        middle = len(looks) // 2
        return np.concatenate(
            [
                _on_the_background(looks[part], smooth[part], odds[part], config)
                for part in (slice(None, middle), slice(middle, None))
            ]
        )
    size = (int(right - left), int(bottom - top))
    shift = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1.0]])
    maps = [(shift @ place)[:2] for place in places]
    laid, said = _laid(smooth, maps, size), _laid(odds, maps, size)
    inside = np.ones((height, width), np.uint8)
    valid = np.stack([cv2.warpAffine(inside, m, size, flags=cv2.INTER_NEAREST) > 0 for m in maps])
    paints = told_apart(
        laid, valid, tolerance=config.tolerance, contrast=config.moving_contrast, most=config.places.paints
    )
    settled = _with_one_background(paints, said, config)
    back = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.stack(
        [cv2.warpAffine(s, m, (width, height), flags=back) for s, m in zip(settled, maps, strict=True)]
    )


def _with_one_background(
    paints: Paints, odds: NDArray[np.float32], config: ShotConfig
) -> NDArray[np.float32]:
    """``with_one_background``, with a weaker penalty the more places show two backgrounds: several layers of
    it, each with a speed of its own, lie over each other there, and none of them is cel for that."""
    mean, count = paints.means(odds)
    backgrounds = ((mean < -config.places.surely) & (count >= 2)).sum(axis=0)
    crowded = float((backgrounds >= 2).sum() / max(1, (backgrounds >= 1).sum()))
    few, many = config.layered
    penalty = config.penalty * float(np.clip((many - crowded) / (many - few), 0, 1))
    return with_one_background(paints, odds, penalty=penalty, power=config.power, sure=config.places.sure)


def _laid(pictures: NDArray, maps: Sequence[NDArray[np.float64]], size: tuple[int, int]) -> NDArray:
    """[K, h, w, …] → the same where ``maps`` bring it, on planes of ``size`` (columns, rows)."""
    return np.stack([cv2.warpAffine(one, at, size) for one, at in zip(pictures, maps, strict=True)])


def of_some_width(odds: NDArray, change: NDArray[np.float32], core: int) -> NDArray[np.float32]:
    """The change [h, w] of log odds, but for what it would turn over in strips narrower than ``core``."""
    turned = ((odds > 0) != (odds + change > 0)).view(np.uint8)
    if not turned.any():
        return change
    count, pieces = cv2.connectedComponents(turned, connectivity=4)
    wide = np.zeros(count, np.bool_)
    wide[np.unique(pieces[cv2.erode(turned, np.ones((core, core), np.uint8)) > 0])] = True
    wide[0] = True
    return np.where(wide[pieces], change, np.float32(0))
