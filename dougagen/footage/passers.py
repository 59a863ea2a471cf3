"""What passes before the lens: it hides the picture from one side on, all of it for a while, and leaves it.

Somebody near the lens, a wagon, a wall. It begins no shot and no drawing, and neither does what comes out
from behind it. It is known by its way: what differs from the picture before it came begins at one rim, grows
frame by frame until it fills most of the picture, and goes out at the other rim, **behind which that picture
is there again**. A cut leaves another picture, a wipe too, and a cel that is redrawn does not cross it.

While something passes, only what was to be seen in a frame and in the one before it can begin a drawing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from dougagen.footage.change import Change
from dougagen.footage.change_config import ChangeConfig
from dougagen.footage.hold import FrameFacts, Step
from dougagen.footage.motion import STANDING, Move, moves_at_all
from dougagen.footage.passing import PasserConfig, Way, levels_behind
from dougagen.footage.strength import strength_of_levels


def without_passers(
    changes: Iterable[Change], *, passers: PasserConfig, config: ChangeConfig
) -> Iterator[Change]:
    """The changes without cuts and drawings that something before the lens makes by hiding them."""
    source = iter(changes)
    waiting: deque[Change] = deque()
    before: Change | None = None
    camera = _Camera(passers, config)

    def following() -> Change | None:
        return waiting.popleft() if waiting else next(source, None)

    while (change := following()) is not None:
        way = None if before is None else _entered(change, before, camera.pace, passers, config)
        if way is not None and before is not None:
            run = [change]
            while way.goes_on and (later := following()) is not None:
                run.append(later)
                way.follow(later)
            if way.has_passed:
                run = list(_seen_beside(before, run, way, passers, config))
                yield from run
                before = run[-1]
                continue
            waiting.extendleft(reversed(run[1:]))
        yield change
        before = change
        camera.follow(change)


class _Camera:
    """How the background moves on, by what is believed of the last frames; no zoom, no turn."""

    def __init__(self, passers: PasserConfig, config: ChangeConfig) -> None:
        self._fastest, self._config = passers.fastest, config
        self._last = self.pace = STANDING

    def follow(self, change: Change) -> None:
        """One more frame. Where nothing is believed of a frame that was redrawn, the pace is kept."""
        steps = change.facts.steps
        if change.cut or (not steps and change.strength < 1):
            self._last = self.pace = STANDING
        elif steps:
            shape = change.plane.luma.shape
            factor = change.frame.luma.shape[0] / shape[0]
            widest = max(steps, key=lambda step: step.share).move
            now = Move(widest.dx / factor, widest.dy / factor)
            allowed = self._config.moves.steady + self._config.moves.hurry * now.farthest(shape)
            steady = now.off(self._last, shape) <= allowed and now.farthest(shape) <= self._fastest
            self.pace = now if steady else STANDING
            self._last = now


def _entered(
    change: Change, before: Change, camera: Move, passers: PasserConfig, config: ChangeConfig
) -> Way | None:
    """The way of something that shows at one rim of ``change`` for the first time; None if nothing does."""
    now, then = change.plane, before.plane
    if passers.longest == 0 or change.strength < 1 or now.luma.shape != then.luma.shape:
        return None
    if change.blank or change.rains:  # drops come in at every rim
        return None
    differs = levels_behind(now, then, camera, config=config)[0] > passers.differs
    rims = float(np.mean(differs[:, 0])), float(np.mean(differs[:, -1]))
    side = int(np.argmax(rims))
    if rims[side] < passers.rim or rims[1 - side] >= passers.rim:
        return None
    way = Way(then, camera, from_right=side == 1, passers=passers, config=config)
    way.follow(change)
    return way if way.lead <= passers.widest_entry else None


def _seen_beside(
    before: Change, run: Sequence[Change], way: Way, passers: PasserConfig, config: ChangeConfig
) -> Iterator[Change]:
    """The changes by what was to be seen in two frames."""
    last, hidden_before, moved_before = before, np.zeros_like(way.hidden[0]), STANDING
    for change, hidden_now, moved in zip(run, way.hidden, way.moved, strict=True):
        seen = ~(hidden_now | hidden_before)
        moves = dict.fromkeys((Move(moved.dx - moved_before.dx, moved.dy - moved_before.dy), way.camera))
        left = {
            move: levels_behind(change.plane, last.plane, move, config=config)[0] * seen for move in moves
        }
        behind = min(left, key=lambda move: float(left[move].mean()))
        strength, least = strength_of_levels(left[behind], change.plane, last.plane, config)
        strength = min(strength, change.strength)
        if float(left[way.camera].mean()) * passers.better <= float(left[behind].mean()):
            behind = way.camera  # little is seen of it: it goes on as it did
        facts = _behind(change, behind, config)
        yield replace(change, strength=strength, least=least, cut=False, forgets=False, facts=facts)
        last, hidden_before, moved_before = change, hidden_now, moved


def _behind(change: Change, move: Move, config: ChangeConfig) -> FrameFacts:
    """The facts of a frame with the move of what is behind: what passes fills it, and is no camera."""
    factor = change.frame.luma.shape[0] / change.plane.luma.shape[0]
    moves = moves_at_all(move, change.plane.luma.shape, config=config.motion)
    return replace(change.facts, steps=(Step(move.enlarged(factor)),) if moves else (), guesses=())
