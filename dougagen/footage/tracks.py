"""Where camera and layers lie in every frame of a shot: the moves from frame to frame, joined to tracks.

A move is found between two frames (``changes``). Here it is given to a layer: 0 is the background, which
fills the rim of the picture more than any other; a further layer is one that moves apart from it, at a pace
of its own, in most of the next frames. A frame in which a large drawing begins, or two shots are mixed, may
show no move: its neighbours say what it was.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dougagen.domain import TurnedMove
from dougagen.footage.change import Change
from dougagen.footage.hold import Step
from dougagen.footage.motion import STANDING, Move


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackConfig:
    """What is a layer, and which move is its."""

    ahead: int = 12  # frames that are looked at before a layer is told from another
    bridged: int = 3  # frames in a row without a move that their neighbours may give one
    drawn: float = 1.0  # strength of a frame that is likely to begin a drawing
    steady: float = (
        1.1 / 480
    )  # of the picture's height by which a layer's move may change from one frame to the next …
    hurry: float = 0.15  # … and share of it
    # share of the frames ahead in which something moves that a new layer must be seen in …
    seen_in: float = 0.6
    least_seen: int = 5  # … and how many at least
    least_share: float = 0.02  # of the picture that a layer fills
    apart: float = 0.6 / 480  # of the picture's height by which two layers move against each other
    lost_after: int = 3  # frames in which a layer is not found, after which it is given up
    most_layers: int = 6  # of a shot
    missed: int = 1  # frames whose moves nobody can tell, as when an explosion hides a camera that shakes …
    # … and share of the frames in which something moves, after which a shot has no track
    missed_share: float = 0.1


@dataclass(slots=True)
class _Layer:
    """A layer and where it lies: ``now = factor·then + shift``, complex, px from the picture's middle."""

    number: int
    factor: complex = 1 + 0j
    shift: complex = 0j
    pace: Move = STANDING
    """The last move that it was found with."""
    lost: int = 0
    """Frames since then in which others were found and it was not."""

    def follow(self, move: Move) -> None:
        turn = complex(move.a, move.b)
        self.factor, self.shift = turn * self.factor, turn * self.shift + complex(move.dx, move.dy)
        self.pace = move

    def placed(self, frame_index: int, shape: tuple[int, int]) -> TurnedMove:
        corner = -complex(shape[1] - 1, shape[0] - 1) / 2
        off = self.factor * corner + self.shift - corner
        scale, turn = abs(self.factor), float(np.angle(self.factor))
        return TurnedMove(self.number, frame_index, off.real, off.imag, scale, turn)


class _Shot:
    """The layers of the shot that is running."""

    def __init__(self, shape: tuple[int, int], config: TrackConfig) -> None:
        self._shape, self._config = shape, config
        self._layers = [_Layer(0)]
        self._begun = 1
        self._moving = False
        self._moved = self._missed = 0  # frames

    def advance(self, change: Change, ahead: Sequence[Change]) -> tuple[TurnedMove, ...]:
        """Where the layers lie in the frame of ``change``; nothing as long as nothing has moved."""
        steps = self._steps_of(change, ahead)
        if len(steps) > 1 and len(self._layers) == 1:
            self._find_background(steps, ahead)
        before = replace(self._layers[0])
        left = self._follow(steps)
        for step in left:
            if self._begun < self._config.most_layers and self._is_layer(step, ahead):
                self._layers.append(replace(before, number=self._begun, lost=0))
                self._layers[-1].follow(step.move)
                self._begun += 1
        self._moving = bool(steps)
        self._moved += self._moving
        if not self._moved or self._missed > self._config.missed + self._config.missed_share * self._moved:
            return ()  # no track is better than a wrong one
        return tuple(layer.placed(change.frame.index, self._shape) for layer in self._layers)

    def _steps_of(self, change: Change, ahead: Sequence[Change]) -> Sequence[Step]:
        """How the layers moved, where the frame itself does not say by the frames around it."""
        facts = change.facts
        if facts.in_flash or change.blank:
            return ()  # the picture that comes back is compared with the one that was covered
        if facts.steps or not (facts.guesses or facts.in_dissolve or change.strength > self._config.drawn):
            return facts.steps
        following = next(
            (other.facts.steps for other in ahead[: self._config.bridged] if other.facts.steps), ()
        )
        steps = []
        for layer in self._layers if self._moving else ():
            guess = self._nearest(facts.guesses, layer.pace)
            if guess is not None:
                steps.append(guess)
            elif self._nearest(following, layer.pace) is not None:
                steps.append(Step(layer.pace))
        if not self._moving:
            most = max(facts.guesses, key=lambda step: step.share, default=None)
            steps = [most] if most is not None and self._nearest(following, most.move) is not None else []
        if any(step.move != STANDING for step in steps):
            return steps
        self._missed += self._moving and bool(following)
        return ()

    def _find_background(self, steps: Sequence[Step], ahead: Sequence[Change]) -> None:
        """The picture parts: its first layer is the one that spreads farthest over it."""
        background = max(steps, key=lambda step: self._spread(step, ahead))
        self._layers[0].pace = background.move

    def _follow(self, steps: Sequence[Step]) -> list[Step]:
        """Give each layer the move that goes on from its last one; what is left belongs to none."""
        left = list(steps)
        for layer in self._layers if steps else ():
            step = self._nearest(steps, layer.pace)
            if step is None and layer.number == 0:  # it stops or starts, and something of it is always seen
                step = max(left or steps, key=lambda other: other.share)
            layer.lost = 0 if step is not None else layer.lost + 1
            layer.follow(layer.pace if step is None else step.move)
            if step in left:
                left.remove(step)
        self._layers = [layer for layer in self._layers if layer.lost <= self._config.lost_after]
        return left

    def _nearest(self, steps: Iterable[Step], pace: Move) -> Step | None:
        """The step that goes on from ``pace``."""
        near = min(steps, key=lambda step: step.move.off(pace, self._shape), default=None)
        if near is None:
            return None
        allowed = self._config.steady * self._shape[0] + self._config.hurry * pace.farthest(self._shape)
        return near if near.move.off(pace, self._shape) <= allowed else None

    def _spread(self, step: Step, ahead: Sequence[Change]) -> float:
        """How far a move spreads over the picture, in this frame and those in which it goes on."""
        spread, pace = step.share, step.move
        for change in ahead:
            following = self._nearest(change.facts.steps, pace)
            if following is not None:
                spread, pace = spread + following.share, following.move
        return spread

    def _is_layer(self, step: Step, ahead: Sequence[Change]) -> bool:
        """Whether a move goes on beside those of the layers that are known."""
        paces = [layer.pace for layer in self._layers]
        if step.share < self._config.least_share or any(
            step.move.off(p, self._shape) < self._apart for p in paces
        ):
            return False
        moving = [change.facts.steps for change in ahead if change.facts.steps]
        pace, seen = step.move, 0
        for steps in moving:
            left = list(steps)
            for number, known in enumerate(paces):
                taken = self._nearest(left, known)
                if taken is not None:
                    paces[number] = taken.move
                    left.remove(taken)
            following = self._nearest(
                (other for other in left if other.share >= self._config.least_share), pace
            )
            if following is not None:
                pace, seen = following.move, seen + 1
        return seen >= max(self._config.least_seen, self._config.seen_in * len(moving))

    @property
    def _apart(self) -> float:
        return self._config.apart * self._shape[0]


def with_tracks(changes: Iterable[Change], *, config: TrackConfig) -> Iterator[Change]:
    """The changes, each with where its layers lie, ``ahead`` frames late."""
    shot: _Shot | None = None
    window: deque[Change] = deque()

    def passed() -> Change:
        nonlocal shot
        change = window.popleft()
        if shot is None or change.cut:
            shape: tuple[int, int] = (change.frame.luma.shape[0], change.frame.luma.shape[1])
            shot = _Shot(shape, config)
            return change
        cut = next((i for i, other in enumerate(window) if other.cut), len(window))
        moves = shot.advance(change, [window[i] for i in range(cut)])
        return replace(change, facts=replace(change.facts, layer_moves=moves)) if moves else change

    for change in changes:
        window.append(change)
        if len(window) > config.ahead:
            yield passed()
    while window:
        yield passed()
