"""What a frame shows once the rain is taken off, be it under a camera that moves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dougagen.footage.change import Change
from dougagen.footage.change_config import ChangeConfig
from dougagen.footage.following import Candidate
from dougagen.footage.layers import Explained
from dougagen.footage.motion import STANDING, Move
from dougagen.footage.pairs import Pair
from dougagen.footage.seen import Seen
from dougagen.footage.weather import without_weather, without_weather_under


def in_weather(
    pair: Pair, seen: Seen, following: Pair | Change | None, config: ChangeConfig, *, stands: bool
) -> Explained | None:
    """What rain does not explain of the levels; None where none falls. ``stands``: no camera moved."""
    # At the ends of a shot the frame on the other side stands for the one that is missing.
    later = None if following is None else following.plane
    earlier, later = seen.earlier or later, later or seen.earlier
    if earlier is None or later is None or pair.relit or pair.stirred is None:
        return None
    if not earlier.luma.shape == later.luma.shape == pair.plane.luma.shape == pair.before.luma.shape:
        return None
    planes = (earlier, pair.before, pair.plane, later)
    goes_on = seen.rains
    shape = pair.plane.luma.shape
    moving: list[Candidate] = []
    if not stands:  # points between drops are found again beside where they were
        moving = [one for one in pair.candidates if not _stands(one, shape, config)]
    moved = max((one.share for one in moving), default=0.0) > config.moves.moves_in_rain
    standing = None
    if goes_on or not moved or _falls(pair, config):
        standing = without_weather(
            planes, pair.still, tolerance=config.tolerance, goes_on=goes_on, config=config.weather
        )
    if standing is None and stands:
        return None
    found: list[tuple[NDArray[np.float32], tuple[Move, ...]]] = []
    if standing is not None:
        found.append((standing, ()))
    earlier_moves = seen.followed or ((STANDING,) if seen.last is not None else ())
    later_moves = _moves_of(following) if moved else ()
    for one in moving[: config.moves.most_cameras] if moved else ():
        move = Move(one.move.dx, one.move.dy)
        if one.share < config.moves.layer or one.move.off(move, shape) >= config.moves.stands_in_rain:
            continue
        earlier_move = _nearby(move, earlier_moves, shape, config)
        later_move = _nearby(move, later_moves, shape, config)
        if earlier_move is None or later_move is None:
            continue  # a camera that sets off or stops leaves strips between its layers, and no drops
        camera = (earlier_move, move, later_move)
        fair = without_weather_under(
            camera,
            planes,
            tolerance=config.tolerance,
            motion=config.motion,
            goes_on=goes_on,
            config=config.weather,
        )
        if fair is not None:
            found.append((fair, (move,)))
    if not found:
        return None
    levels, moves = min(found, key=lambda one: float(one[0].mean()))
    return Explained(levels, moves, np.zeros(levels.shape, np.bool_), levels)


def _falls(pair: Pair, config: ChangeConfig) -> bool:
    """Whether what moves most may be drops, though many points go along as with a camera.

    Drops that fall evenly do so, but more of the picture stands, and they fall by more than a drop is wide.
    """
    shape = pair.plane.luma.shape
    stand = max((one.share for one in pair.candidates if _stands(one, shape, config)), default=0.0)
    moving = [one for one in pair.candidates if not _stands(one, shape, config)]
    most = max(moving, key=lambda one: one.share)
    return most.share < stand and most.move.farthest(shape) > config.weather.drop


def _stands(one: Candidate, shape: tuple[int, int], config: ChangeConfig) -> bool:
    return one.move.farthest(shape) < config.moves.stands_in_rain


def _moves_of(following: Pair | Change | None) -> Sequence[Move]:
    """What points follow in the next frame; nothing where there is none."""
    if not isinstance(following, Pair):
        return ()
    return (STANDING,) if following.repeats else [one.move for one in following.candidates]


def _nearby(move: Move, known: Sequence[Move], shape: tuple[int, int], config: ChangeConfig) -> Move | None:
    """The one of ``known`` that ``move`` goes on from, itself if none is known; None where all are others."""
    nearest = min(known, key=lambda other: other.off(move, shape), default=move)
    allowed = config.moves.steady + config.moves.hurry * move.farthest(shape)
    if nearest.off(move, shape) > allowed:
        return None
    return nearest if nearest.is_shift else move
