"""What the drawings of a shot say of each other's cel masks, on small pictures.

Two things are asked. Where background and figures move differently, whose move does a place follow? And what
else stands at the same place of the background in other drawings (``places``)? The answer is what a drawing's
log odds change by. What only one drawing shows stays as the networks read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.reconstruction.alignment import inverse, moved_by
from dougagen.reconstruction.hiding_votes import words_of_hiding
from dougagen.reconstruction.move_votes import said_by_moves
from dougagen.reconstruction.places import Paints, told_apart, with_one_background
from dougagen.reconstruction.shot_config import AreaVoteConfig, ShotConfig
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
        change = _with_one_background(paints, _read_beside_the_board(looks, paints, config), config) - odds
        sliding = said_by_moves(looks, config)[1]  # what slides over the background is cel
        if sliding.any():
            change += _of_all_drawings(paints, sliding, config.moves.areas)
        return list(change - _doubt(paints, odds, config)), paints
    by_moves, own = said_by_moves(looks, config)
    words = own.copy()
    read = odds + by_moves
    settled = _on_the_background(looks, smooth, read, words, config)
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
    shared = paints.shared(settled)
    shared = _not_against(own, words, odds, shared, config.moves.areas)
    if _wandered(looks) < config.wandered:
        shared = np.where(words != 0, shared, odds)
    return list(shared - odds), paints


def _wandered(looks: Sequence[Look]) -> float:
    """px by which the background passes the middle of the frame: few where a camera shakes or zooms."""
    height, width = looks[0].odds.shape
    middle = np.array([width / 2, height / 2, 1.0])
    at = np.array([(look.place @ middle)[:2] for look in looks])
    return float(np.hypot(*np.ptp(at, axis=0)))


def _doubt(paints: Paints, odds: NDArray[np.float32], config: ShotConfig) -> NDArray[np.float32]:
    """Log odds, float32[K, h, w], that count against cel where drawings disagree about a paint, the
    camera standing."""
    cel, _ = paints.means((odds > 0).astype(np.float32))
    disputed = ((cel > 0) & (cel < 1)).astype(np.float32)
    return config.doubt * paints.handed_back(disputed, np.zeros_like(odds))


def _read_beside_the_board(looks: Sequence[Look], paints: Paints, config: ShotConfig) -> NDArray[np.float32]:
    """The odds, float32[K, h, w], once areas that hide the background are known, the camera standing."""
    odds = np.stack([look.odds for look in looks])
    hiding = words_of_hiding(np.stack([look.small for look in looks]), odds, config)
    return odds + _of_all_drawings(paints, hiding, config.moves.areas) if hiding.any() else odds


def _not_against(
    own: NDArray[np.float32],
    words: NDArray[np.float32],
    odds: NDArray[np.float32],
    settled: NDArray[np.float32],
    config: AreaVoteConfig,
) -> NDArray[np.float32]:
    """What is ``settled``, but where it turns over a drawing's ``odds`` against its ``own`` area's word, or
    makes cel of what was surely background without one: ``words`` are those of all drawings."""
    if not (words < 0).any():
        return settled
    kept = (words < config.against) & (odds < -config.sure)
    settled = np.where(kept, np.minimum(settled, odds), settled)
    return np.where((own > config.against) & (odds > 0), np.maximum(settled, odds), settled)


def _on_the_background(
    looks: Sequence[Look],
    smooth: NDArray[np.uint8],
    odds: NDArray[np.float32],
    of_areas: NDArray[np.float32],
    config: ShotConfig,
) -> NDArray[np.float32]:
    """The odds once the drawings have spoken for each other where the background lies, float32[K, h, w];
    ``of_areas``, words of the same shape, become those of all drawings."""
    height, width = looks[0].odds.shape
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], np.float64).T
    back_from = inverse(looks[len(looks) // 2].place)
    places = [back_from @ look.place for look in looks]
    reach = np.hstack([(place @ corners)[:2] for place in places])
    left, top = np.floor(reach.min(axis=1))
    right, bottom = np.ceil(reach.max(axis=1))
    if (right - left) * (bottom - top) > config.places.largest * height * width:
        if len(looks) < 4:
            return odds + of_areas
        middle = len(looks) // 2
        return np.concatenate(
            [
                _on_the_background(looks[part], smooth[part], odds[part], of_areas[part], config)
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
    back = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    if of_areas.any():
        of_all = _of_all_drawings(paints, _laid(of_areas, maps, size), config.moves.areas)
        said += of_all
        for word, one, at in zip(of_areas, of_all, maps, strict=True):
            word[...] = cv2.warpAffine(one, at, (width, height), flags=back)
    settled = _with_one_background(paints, said, config)
    return np.stack(
        [cv2.warpAffine(s, m, (width, height), flags=back) for s, m in zip(settled, maps, strict=True)]
    )


def _of_all_drawings(
    paints: Paints, words: NDArray[np.float32], config: AreaVoteConfig
) -> NDArray[np.float32]:
    """Words of areas, for all drawings that show the same paint at the same place: the mean of those that say
    something. It is one fact that they tell, and does not add up."""
    mean, _ = paints.means(words)
    having, _ = paints.means((words != 0).astype(np.float32))
    return paints.handed_back((mean / np.maximum(having, config.shared)).astype(np.float32), words)


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
