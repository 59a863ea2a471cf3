"""What a frame shows beside the one before it, in figures: what speaks for a new drawing, what against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.change_config import ChangeConfig, EvidenceConfig
from dougagen.footage.differences import BLOCK, SCALE, AnalysisPlane, block_levels
from dougagen.footage.following import Candidate
from dougagen.footage.layers import Explained
from dougagen.footage.motion import Move, displaced, moves_at_all, pixels_after
from dougagen.footage.pairs import Pair
from dougagen.footage.strength import ranked
from dougagen.footage.traits import BARE, LEVELS, TRAITS

Evidence = NDArray[np.float32]
"""float32[traits]: how a frame looks beside the one before it, in the order of ``TRAITS``."""


@dataclass(slots=True)
class Residue:
    """Where the last two frames left something unexplained, float32[rows, columns] each."""

    last: NDArray[np.float32] | None = None
    earlier: NDArray[np.float32] | None = None
    drawn: NDArray[np.float32] | None = None
    """The same of the last frame that did not only repeat the one before."""

    def then(self, levels: NDArray[np.float32], *, repeats: bool) -> None:
        """One more frame."""
        self.last, self.earlier = levels, self.last
        if not repeats:
            self.drawn = levels


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What the frames beside a pair have shown."""

    before: Sequence[Move]
    """What points followed in the frame before."""
    after: Pair | None
    """The next frame, unless it only repeats this one."""
    next_repeats: bool
    residue: Residue


def evidence_of(
    pair: Pair,
    explained: Explained,
    verdict: tuple[float, float],
    around: Surroundings,
    *,
    rains: bool,
    text: NDArray[np.bool_],
    config: ChangeConfig,
) -> Evidence:
    """The traits of the frame of ``pair``. ``verdict``: its strength, and the one that its noise reaches."""
    known = config.evidence
    contrast = max(pair.current.strong_contrast, pair.before.strong_contrast) / config.usual_contrast
    usual = float(np.clip(contrast, known.faintest, 1.0))
    level = config.changed_level * usual
    left, whole = explained.levels, float(pair.still.sum())
    residue = around.residue
    stands = explained.stands
    as_left = [*_by_rank(left, usual, known), float(np.mean(left > level))]
    pieces = _pieces(left, level, usual)
    tried = _once_tried(pair, left, _worth_trying(pair, explained.moves, around, config), level, usual)
    return scaled(
        np.array(
            [
                *verdict,
                *_of_still(pair, level, usual, known),
                *as_left,
                *_at_borders(explained, usual, known),
                *_of_moves(pair, explained.moves, around, config),
                *(tried or (*as_left, 1.0, 1.0, pieces[0])),
                *_bare(pair, explained.moves, usual),
                float(left.sum()) / whole if whole > 0 else 1.0,
                *(pair.known_to_repeat, pair.relit, pair.glows, rains, bool(text.any())),
                *pieces,
                *(_overlap(left, other, level) for other in (residue.last, residue.earlier, residue.drawn)),
                0.0 if stands is None else float(np.mean(stands)),
                *(usual, around.next_repeats, len(pair.found)),
            ],
            np.float32,
        ),
        config=known,
    )


def scaled(raw: NDArray[np.float32], *, config: EvidenceConfig) -> Evidence:
    """Traits as they are compared: levels by their logarithm, none beyond reason; below 0 is not known."""
    known = np.minimum(raw, np.float32(config.largest))
    levels = known[..., LEVELS]
    told = np.log(np.maximum(levels, 0) + config.least)
    known[..., LEVELS] = np.where(levels < 0, np.float32(config.unknown), told)
    return known


NO_EVIDENCE: Evidence = scaled(np.full(len(TRAITS), -1, np.float32), config=EvidenceConfig())
"""Of a frame that was compared with none, such as the first."""


def _of_still(pair: Pair, level: float, usual: float, known: EvidenceConfig) -> list[float]:
    """What standing still leaves: levels by rank, share of the blocks; how much of the picture stirs."""
    return [
        *_by_rank(pair.still, usual, known),
        float(np.mean(pair.still > level)),
        0.0 if pair.stirred is None else float(np.mean(pair.stirred)),
    ]


def _at_borders(explained: Explained, usual: float, known: EvidenceConfig) -> list[float]:
    """What is wide of what is left; how much of the picture borders are, and what is left and wide there."""
    left, wide, border = explained.levels, explained.wide, explained.borders
    widest = float(wide.max()) / usual
    at_border = left[border]
    if not at_border.size:
        return [widest, 0.0, 0.0, widest, 0.0]
    rank = min(int(known.few * left.size), at_border.size - 1)
    return [
        widest,
        at_border.size / left.size,
        ranked(at_border, rank) / usual,
        float(np.where(border, 0, wide).max()) / usual,
        float(wide[border].max()) / usual,
    ]


def _of_moves(pair: Pair, moves: Sequence[Move], around: Surroundings, config: ChangeConfig) -> list[float]:
    """The moves that were believed, and how many points follow them, none, or others that were refused."""
    shape, known = pair.current.luma.shape, config.evidence
    moving = [one for one in pair.found if moves_at_all(one.move, shape, config=config.motion)]
    standing = [one for one in pair.found if one not in moving]
    believed = [one for one in moving if one.move in moves]
    refused = [one for one in moving if one not in believed]
    told = [
        float(len(moves)),
        max((move.farthest(shape) for move in moves), default=0.0),
        max((one.off(other, shape) for one in moves for other in moves), default=0.0),
        max((one.share for one in pair.found), default=0.0),
        *(part for group in (standing, believed, refused) for part in _together(group)),
    ]
    if not refused:
        return [*told, 0.0, known.far, known.far]
    most = max(refused, key=lambda one: one.share).move
    later = () if around.after is None else tuple(one.move for one in around.after.candidates)
    return [
        *told,
        most.farthest(shape),
        *(
            min([known.far, *(most.off(other, shape) for other in others)])
            for others in (around.before, later)
        ),
    ]


def _together(group: Sequence[Candidate]) -> tuple[float, float]:
    return sum(one.share for one in group), sum(one.of_changed for one in group)


def _worth_trying(
    pair: Pair, moves: Sequence[Move], around: Surroundings, config: ChangeConfig
) -> list[Move]:
    """Moves that nobody believed, of this frame and then of those beside it, that differ from ``moves``."""
    shape, known = pair.current.luma.shape, config.evidence
    asked = [one.move for one in sorted(pair.found, key=lambda one: -one.share)]
    asked += [*around.before, *((one.move for one in around.after.candidates) if around.after else ())]
    chosen: list[Move] = []
    for move in asked:
        if not moves_at_all(move, shape, config=config.motion) or move.farthest(shape) > known.fastest:
            continue
        if all(move.off(other, shape) >= known.another for other in (*moves, *chosen)):
            chosen.append(move)
    return chosen[: known.most_tried]


def _once_tried(
    pair: Pair, left: NDArray[np.float32], moves: Sequence[Move], level: float, usual: float
) -> list[float]:
    """What is left once moves that nobody believed are believed; empty where there is none to try.

    Levels by rank, share of the blocks; share of what was left by all of them and by the best one alone; and
    the largest piece.
    """
    known = pair.config.evidence
    if not moves or np.count_nonzero(left > level) < known.least_blocks:
        return []
    whole, best, least = float(left.sum()), 1.0, left
    for move in moves:
        levels = pair.left_by[move] if move in pair.left_by else _left_around(pair, left, move, level)
        best = min(best, float(np.minimum(levels, left).sum()) / whole)
        least = np.minimum(least, levels)
    return [
        *_by_rank(least, usual, known),
        float(np.mean(least > level)),
        float(least.sum()) / whole,
        best,
        _pieces(least, level, usual)[0],
    ]


def _left_around(pair: Pair, left: NDArray[np.float32], move: Move, level: float) -> NDArray[np.float32]:
    """What ``move`` leaves of each block, asked only around those in which something is left."""
    tolerance, motion = pair.config.tolerance, pair.config.motion
    height, width = pair.current.luma.shape
    x, y, w, h = (BLOCK * side for side in cv2.boundingRect((left > level).astype(np.uint8)))
    reach = BLOCK * (int(move.farthest((height, width))) // BLOCK + 2)
    top, bottom = max(y - reach, 0), min(y + h + reach, height)
    start, stop = max(x - reach, 0), min(x + w + reach, width)
    if not move.is_shift or 2 * (bottom - top) * (stop - start) > height * width:
        pixels = pixels_after(pair.current, pair.before, move, tolerance=tolerance, config=motion)
        return block_levels(pixels)
    now, then = (
        AnalysisPlane(np.ascontiguousarray(plane.luma[top:bottom, start:stop]))
        for plane in (pair.current, pair.before)
    )
    around = block_levels(pixels_after(now, then, move, tolerance=tolerance, config=motion))
    levels = left.copy()
    rows, columns = slice(y // BLOCK, (y + h) // BLOCK), slice(x // BLOCK, (x + w) // BLOCK)
    from_top, from_start = (y - top) // BLOCK, (x - start) // BLOCK
    inside = around[from_top : from_top + h // BLOCK, from_start : from_start + w // BLOCK]
    levels[rows, columns] = inside
    return levels


def _bare(pair: Pair, moves: Sequence[Move], usual: float) -> list[float]:
    """The plain difference that is left, edges and all, by rank, where each block goes with what fits it.

    A line that is redrawn by a part of a pixel hides in what sampling may do to an edge; it shows beside what
    sampling does in the frames around, in which the same edges moved as far.
    """
    known = pair.config.evidence
    if pair.bare is None:
        return [0.0] * len(BARE)
    least = pair.bare
    for move in moves:
        moved = displaced(pair.before.luma, move, config=pair.config.motion)
        levels = block_levels(cv2.convertScaleAbs(cv2.absdiff(pair.current.luma, moved), alpha=SCALE))
        least = np.minimum(least, levels)
    rim = int(np.ceil(max((move.farthest(pair.current.luma.shape) for move in moves), default=0.0) / BLOCK))
    inside = least[rim : least.shape[0] - rim, rim : least.shape[1] - rim]
    shares = (0.0, known.very_few, known.few, known.some, known.half)
    return _exceeded(inside, shares, usual) if inside.size else [0.0] * len(BARE)


def _by_rank(levels: NDArray[np.float32], usual: float, known: EvidenceConfig) -> list[float]:
    """The worst block, and those that ``few`` and ``some`` of all blocks exceed."""
    return _exceeded(levels, (0.0, known.few, known.some), usual)


def _exceeded(levels: NDArray[np.float32], shares: Sequence[float], usual: float) -> list[float]:
    """The levels that so large shares of the blocks exceed."""
    over = levels[levels > 0]  # few blocks of a held frame are
    ranks = [int(share * levels.size) for share in shares]
    places = [over.size - 1 - rank for rank in ranks if rank < over.size]
    part = np.partition(over, places) if places else over
    return [float(part[over.size - 1 - rank]) / usual if rank < over.size else 0.0 for rank in ranks]


def _pieces(left: NDArray[np.float32], level: float, usual: float) -> list[float]:
    """The largest piece of what is left: its share of the picture, level, how it fills its box; how many."""
    mask = (left > level).astype(np.uint8)
    if not cv2.countNonZero(mask):
        return [0.0, 0.0, 0.0, 0.0]
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    largest = int(stats[1:, cv2.CC_STAT_AREA].argmax()) + 1
    x, y, w, h, area = stats[largest]
    inside = left[y : y + h, x : x + w][labels[y : y + h, x : x + w] == largest]
    return [area / left.size, float(inside.mean()) / usual, area / (w * h), float(np.log(count))]


def _overlap(left: NDArray[np.float32], other: NDArray[np.float32] | None, level: float) -> float:
    """Share of what is left that lies where something was left before; −1 where nothing is known of it."""
    if other is None or other.shape != left.shape:
        return -1.0
    mask = left > level
    weight = float(left[mask].sum())
    if weight <= 0:
        return -1.0
    near = cv2.dilate((other > level).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return float(left[mask & near].sum()) / weight
