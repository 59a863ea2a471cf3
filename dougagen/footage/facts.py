"""What a frame shows beside its drawing: how camera and layers moved, and whether its light changed."""

from __future__ import annotations

from dougagen.footage.change_config import ChangeConfig
from dougagen.footage.differences import AnalysisPlane
from dougagen.footage.hold import Camera, FrameFacts, Step
from dougagen.footage.layers import Explained
from dougagen.footage.motion import STANDING, Move, moves_at_all
from dougagen.footage.pairs import Pair


def facts_of(pair: Pair, explained: Explained, *, config: ChangeConfig) -> FrameFacts:
    """What goes on in the frame of ``pair``, whose moves are those of ``explained``."""
    moves = explained.moves
    camera: Camera = "still"
    if len(moves) > 1 or explained.borders.any():
        camera = "layers"
    elif moves:
        camera = "pan" if moves[0].is_shift else "zoom"
    shape = pair.plane.luma.shape
    factor = pair.frame.luma.shape[0] / shape[0]
    motion = max((move.farthest(shape) for move in moves), default=0.0) * factor
    steps = _steps(pair, explained, factor, config=config)
    return FrameFacts(
        camera,
        motion,
        pair.relit,
        steps=steps,
        guesses=() if steps else _guesses(pair, factor, config=config),
    )


def _steps(pair: Pair, explained: Explained, factor: float, *, config: ChangeConfig) -> tuple[Step, ...]:
    """The moves that were believed, each with how far it spreads; moves that hardly differ are one."""
    if not explained.shares:
        return tuple(Step(pair.told(move).enlarged(factor)) for move in explained.moves[:1])
    shape = pair.plane.luma.shape
    shares: dict[Move, float] = {}
    told = (pair.told(move) for move in explained.moves)
    for move, share in zip((STANDING, *told), explained.shares, strict=True):
        same = next((known for known in shares if known.off(move, shape) < config.moves.one_layer), None)
        if same is not None and shares[same] < share:
            shares[move] = shares.pop(same) + share
        elif share > 0:
            shares[same or move] = shares.get(same or move, 0.0) + share
    return tuple(Step(move.enlarged(factor), min(share, 1.0)) for move, share in shares.items())


def _guesses(pair: Pair, factor: float, *, config: ChangeConfig) -> tuple[Step, ...]:
    """What points followed where no move was believed; nobody looks for points anew."""
    shape = pair.plane.luma.shape
    if not any(moves_at_all(move, shape, config=config.motion) for move in pair.followed):
        return ()
    return tuple(Step(one.told.enlarged(factor), one.share) for one in pair.candidates)


def blank_facts(plane: AnalysisPlane, *, config: ChangeConfig) -> FrameFacts:
    """The facts of a picture of one colour: a flash, or the end of a fade."""
    bright = float(plane.small.luma.mean()) > config.dark
    return FrameFacts(relit=True, in_flash=bright)
