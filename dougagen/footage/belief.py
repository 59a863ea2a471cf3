"""Which of the moves that points follow are believed: those that frames nearby bear out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.change import Change
from dougagen.footage.change_config import ChangeConfig
from dougagen.footage.correlation import correlated_shifts
from dougagen.footage.following import Candidate
from dougagen.footage.layer_votes import voted_shifts
from dougagen.footage.motion import STANDING, Move, moves_at_all
from dougagen.footage.pairs import Pair
from dougagen.footage.seen import Seen


def moves_known(seen: Seen, after: Pair | None, *, config: ChangeConfig) -> tuple[list[Move], float]:
    """The moves of frames nearby, and the share of the points that one which goes on from them must have.

    Over frames that repeat a move is remembered only where the next frame cannot say: a cel that is redrawn
    on twos repeats its frames too, but no cel has so many points.
    """
    following = [one.move for one in after.candidates] if after is not None else []
    if not seen.repeats:
        return [*seen.moves, *following], 0.0
    return (following, 0.0) if following else ([*seen.moves, *seen.followed], config.moves.background)


def over_repeats(following: Sequence[Pair | Change]) -> Pair | None:
    """The next frame that is another than the one before it, behind one or two that only repeat it."""
    for number, later in enumerate(following):
        if not isinstance(later, Pair):
            return None
        if not later.repeats:
            return later if number else None
    return None


def even_pace(pair: Pair, seen: Seen, beyond: Pair, config: ChangeConfig) -> list[Move]:
    """Moves that go on as evenly as no limb does over frames that repeat, from the last move to the next one.

    A background that a re-encode doubled moves in every second frame. What is redrawn there has another pace.
    """
    shape = pair.current.luma.shape
    earlier = seen.last.candidates if seen.last is not None else ()
    sides = [side for side in (earlier, beyond.candidates) if side]
    if _any_followed(pair.candidates):  # across a cut no point is found again, and tiles say nothing
        sides = [side for side in sides if _any_followed(side)]
    nearby = [[other.move for other in side] for side in sides]
    # Where a shot begins or ends, one of the two says nothing; what so many points follow then is no limb.
    # Where little stirs it is a cel that moves, or a background of few edges, which has most of the points.
    sure = len(nearby) > 1 and not pair.stirs_little()
    least = config.moves.layer if sure else config.moves.background
    # From one picture to the next it is as many frames as each is shown, and the pace changes as much more.
    apart, hurry = config.moves.evenly * (1 + seen.repeats), config.moves.hurry
    return [
        one.move
        for one in pair.candidates
        if (one.share >= least or one.of_changed == 1.0)
        and moves_at_all(one.move, shape, config=config.motion)
        and nearby
        and all(
            any(one.move.off(other, shape) <= apart + hurry * one.move.farthest(shape) for other in moves)
            for moves in nearby
        )
    ]


def carried_on(pair: Pair, seen: Seen, beyond: Pair, config: ChangeConfig) -> list[Move]:
    """A shift that explains nearly all that changed, and goes on over frames that repeat.

    A small cel that slides has few points, in some frames too few to be followed: then it is asked whether it
    goes on as it went. A limb is redrawn while it swings, and leaves more.
    """
    shape = pair.current.luma.shape
    followed = (*seen.followed, *(one.move for one in beyond.candidates))
    asked = [
        move
        for move in pair.shifts
        if any(move.off(other, shape) <= config.moves.evenly * (1 + seen.repeats) for other in followed)
    ]
    asked += [] if asked else [move for move in seen.moves if move != STANDING and move.is_shift]
    changed = pair.still > config.changed_level
    nearly_all = config.moves.nearly_all * float(pair.still[changed].sum())
    return [move for move in asked if float(pair.left_after(move)[changed].sum()) <= nearly_all]


def at_voted_pace(pair: Pair, seen: Seen, config: ChangeConfig) -> list[Move]:
    """Moves that go on as a layer has gone in half of the last frames, however few points it has.

    A cel that stands before slow, soft layers has most of the points. No limb swings at one pace for so long.
    """
    paces = voted_shifts(seen.votes, known=(), steady=True, config=config.votes)
    shape = pair.current.luma.shape
    return [
        one.move
        for one in pair.candidates
        if moves_at_all(one.move, shape, config=config.motion)
        and any(one.move.off(pace, shape) <= config.votes.same for pace in paces)
    ]


def _any_followed(candidates: Sequence[Candidate]) -> bool:
    """Whether points were found again, and not tiles alone."""
    return any(one.share > 0 for one in candidates)


def lasting(
    pair: Pair,
    known: Sequence[Move],
    *,
    least: float = 0.0,
    alone: float = 0.0,
    config: ChangeConfig,
) -> list[Move]:
    """The moves of ``pair`` that most points follow, and those that go on in a frame nearby.

    Between two drawings of a cel some points follow a move too; those are few, and it does not go on. A
    camera that shakes never goes on, but takes the whole picture along, its soft parts too. An arm that
    swings on ones goes on, yet it is a small part of what changed; a cel that is pulled past a standing
    background is most of it.
    ``least``: share of the points that must follow a move that goes on. ``alone``: share of the points that
    changed which it must have by itself, unless it goes on as evenly as no limb does.
    """
    candidates, shape = pair.candidates, pair.current.luma.shape
    if not candidates:
        return []
    stands = max(candidates, key=lambda one: one.share)
    needed = 0.0
    if not moves_at_all(stands.move, shape, config=config.motion):
        needed = config.moves.pulled * (1 - stands.of_changed)
    shares = {one.move: one.share for one in candidates}
    going_on = _going_on(list(shares), known, shape, shares=shares, config=config)
    moving = [
        one
        for one in candidates
        if moves_at_all(one.move, shape, config=config.motion) and one.move in going_on
    ]
    # Layers share what changed among them; arms do too, but each is a small part of the picture.
    together = sum(one.of_changed for one in moving if one.share >= config.moves.layer)
    return [
        one.move
        for one in candidates
        if moves_at_all(one.move, shape, config=config.motion)
        and (
            (one.share >= config.moves.whole_picture and pair.takes_all_along(one.move))
            or (
                one in moving
                and one.share >= least
                and (one.of_changed >= alone or _goes_on_evenly(one.move, known, shape, config=config))
                and (one.of_changed >= needed or (one.share >= config.moves.layer and together >= needed))
            )
        )
    ]


def _goes_on_evenly(
    move: Move, known: Sequence[Move], shape: tuple[int, int], *, config: ChangeConfig
) -> bool:
    return any(move.off(other, shape) <= config.moves.evenly for other in known)


def _going_on(
    moves: Sequence[Move],
    known: Sequence[Move],
    shape: tuple[int, int],
    *,
    shares: Mapping[Move, float] | None = None,
    config: ChangeConfig,
) -> set[Move]:
    """The moves that continue one of a frame nearby.

    Only the nearest does: a head that nods before a standing or panning background does not go on because the
    background does. But the few points at the rim of a layer, which go half-way with it, are no reason that
    the layer itself, whose pace is rounded to whole pixels, should not: ``shares`` says how many follow each.
    """

    def off_by(move: Move, other: Move) -> float:
        return move.off(other, shape) / (config.moves.steady + config.moves.hurry * move.farthest(shape))

    found = set()
    for other in known:
        nearest = min(moves, key=lambda move: move.off(other, shape))
        if off_by(nearest, other) > 1.0:
            continue
        found.add(nearest)
        if shares is not None:
            near = [
                move
                for move in moves
                if off_by(move, other) <= 1.0 and moves_at_all(move, shape, config=config.motion)
            ]
            more = max(near, key=lambda move: shares[move], default=nearest)
            if shares[nearest] < config.moves.few <= shares[more]:
                found.add(more)
    return found


def left_over(
    pair: Pair, after: Pair | None, levels: NDArray[np.float32], seen: Seen, *, config: ChangeConfig
) -> list[Move]:
    """Shifts of a layer without points to follow, such as a book out of focus, in what other layers leave.

    One is believed if it goes on in a frame nearby and explains most of what is left: an arm does not.
    """
    left = levels > config.moves.unexplained
    if float(np.mean(left)) < config.moves.left_share:
        return []
    shape = pair.current.luma.shape
    found = [
        m
        for m in correlated_shifts(pair.current, pair.before, left, config=config.following.correlation)
        if moves_at_all(m, shape, config=config.motion)
    ]
    known = list(seen.left_over_before)
    if after is not None and after.stirred is not None:
        near = cv2.dilate(left.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(np.bool_)
        known += correlated_shifts(
            after.current, after.before, near & after.stirred, config=config.following.correlation
        )
    seen.left_over = tuple(found)
    chosen = []
    for move in _going_on(found, known, shape, config=config) if found and known else ():
        moved = pair.left_after(move)
        if float(np.mean(moved[left] <= 0.5 * levels[left])) >= config.moves.most_of_it:
            chosen.append(move)
    return sorted(chosen, key=lambda move: (move.dx, move.dy))
