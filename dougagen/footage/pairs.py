"""A frame beside the one that it is compared with: in one light, what stirred, and what points follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Frame
from dougagen.footage.change_config import ChangeConfig
from dougagen.footage.differences import SCALE, AnalysisPlane, block_levels, residual
from dougagen.footage.following import Candidate, moves_between
from dougagen.footage.glow import glow_levels
from dougagen.footage.light import in_one_light
from dougagen.footage.motion import Move, displaced, moves_at_all, residual_after


@dataclass(slots=True, eq=False)
class Pair:
    """A frame, the one it is compared with, and what standing still leaves of it."""

    frame: Frame
    plane: AnalysisPlane
    current: AnalysisPlane
    """``plane`` in the light in which it is compared."""
    before: AnalysisPlane
    relit: bool
    still: NDArray[np.float32]
    config: ChangeConfig
    stirred: NDArray[np.bool_] | None = None
    """bool[rows, columns]: blocks that are not quite what they were; None where there is no need to ask."""
    bare: NDArray[np.float32] | None = None
    """float32[rows, columns]: levels of the plain difference, edges and all; None in another light, or where
    there is no need to ask."""
    glows: bool = False
    """It is the picture before that glows more or less; ``still`` holds what that leaves."""
    _candidates: tuple[Candidate, ...] | None = None
    _repeats: bool | None = None
    left_by: dict[Move, NDArray[np.float32]] = field(default_factory=dict)
    """What moves that were tried leave of each block (``residual_after``): several questions ask for it."""

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The moves that points follow, looked for when first asked for."""
        if self._candidates is None:
            found = (
                ()
                if self.stirred is None
                else moves_between(self.current, self.before, self.stirred, config=self.config.following)
            )
            self._candidates = tuple(found)
        return self._candidates

    @property
    def found(self) -> tuple[Candidate, ...]:
        """The candidates, if anybody has looked for them."""
        return self._candidates or ()

    @property
    def known_to_repeat(self) -> bool:
        """Whether it repeats the frame before, as far as anybody has asked."""
        return bool(self._repeats) or self.stirred is None

    @property
    def repeats(self) -> bool:
        """Whether it only shows the frame before again, be it coded anew: most points stay where they are."""
        if self._repeats is None:
            self._repeats = self.stirred is None or (self._hardly_changed() and self.most_points_stand())
        return self._repeats

    def _hardly_changed(self) -> bool:
        """Whether no block differs by more than noise, or a few do, such as a mouth that the frame before had
        drawn coarsely, by less than a drawing where every point stands."""
        config, worst = self.config, float(self.still.max())
        if worst <= config.changed_level:
            return True
        few = float(np.mean(self.still > config.changed_level)) <= config.widespread
        stand = max((one.share for one in self.candidates), default=0.0) >= config.moves.all_stand
        return worst <= config.still_level and few and stand

    def most_points_stand(self) -> bool:
        """Whether no move has more points than standing still."""
        most = max(self.candidates, key=lambda one: one.share, default=None)
        shape = self.current.luma.shape
        return most is not None and not moves_at_all(most.move, shape, config=self.config.motion)

    @property
    def followed(self) -> tuple[Move, ...]:
        """The moves of the candidates, if anybody asked for them."""
        return tuple(one.move for one in self.found)

    def told(self, move: Move) -> Move:
        """``move`` as it is told to tracks."""
        return next((one.told for one in self.found if one.move is move), move)

    @property
    def shifts(self) -> tuple[Move, ...]:
        """Those of them that points follow without scale or turn, beside standing still."""
        return self.shifts_of(0.0)

    def shifts_of(self, share: float) -> tuple[Move, ...]:
        """Those that more than a ``share`` of the points follow."""
        shape = self.current.luma.shape
        return tuple(
            one.move
            for one in self.found
            if one.share > share
            and one.move.is_shift
            and moves_at_all(one.move, shape, config=self.config.motion)
        )

    def left_after(self, move: Move) -> NDArray[np.float32]:
        """What ``move`` leaves of each block, float32[rows, columns]; measured once."""
        if move not in self.left_by:
            self.left_by[move] = residual_after(
                self.current, self.before, move, tolerance=self.config.tolerance, config=self.config.motion
            )
        return self.left_by[move]

    def layers_among(self, moves: Sequence[Move]) -> int:
        """How many of ``moves`` so many points follow that they are layers, and no arms that swing."""
        return sum(one.share >= self.config.moves.layer and one.move in moves for one in self.found)

    def takes_all_along(self, move: Move) -> bool:
        """Whether the soft parts of the picture do not deny that all of it moves by ``move``.

        A background out of focus has no points to follow, so that those of a cel before it are most of the
        picture's. But a camera would have changed it where it gets lighter or darker, and there it shows
        whether it stands. What changed there by a part of that is a layer that the camera passes more slowly.
        """
        moves = self.config.moves
        if self.stirred is None or float(np.mean(self.stirred)) > moves.most_soft:
            return True
        moved = displaced(self.before.luma, move, config=self.config.motion)
        would, stood, went = (
            block_levels(cast("NDArray[np.uint8]", cv2.convertScaleAbs(cv2.absdiff(*two), alpha=SCALE)))
            for two in (
                (moved, self.before.luma),
                (self.current.luma, self.before.luma),
                (self.current.luma, moved),
            )
        )
        shows = would > moves.soft
        denies = shows & (stood < moves.stood * would) & (stood < went)
        if np.count_nonzero(denies) <= moves.denied * np.count_nonzero(shows):
            return True
        return float(np.median(stood[denies] / would[denies])) > moves.creeps

    def stirs_widely(self) -> bool:
        """Whether so much stirred that it could be a background behind a cel that stands."""
        return self.stirred is not None and float(np.mean(self.stirred)) > self.config.moves.widely

    def stirs_little(self) -> bool:
        """Whether so little stirred that only a cel can have moved."""
        return self.stirred is not None and float(np.mean(self.stirred)) < self.config.moves.little

    def mostly_stands(self) -> bool:
        """Whether most of what has contrast did not stir, so that no camera moved."""
        if self.stirred is None:
            return True
        textured = block_levels(self.before.contrast) > self.config.moves.textured
        return float(np.mean(self.stirred[textured])) < self.config.moves.stirred if textured.any() else False


def compared(frame: Frame, plane: AnalysisPlane, before: AnalysisPlane, config: ChangeConfig) -> Pair:
    """``frame``, reduced to ``plane``, beside the picture ``before``; no move is looked for yet."""
    if cv2.norm(plane.luma, before.luma, cv2.NORM_INF) <= config.same_picture:
        rows, columns = -(-plane.luma.shape[0] // 4), -(-plane.luma.shape[1] // 4)
        return Pair(frame, plane, plane, before, False, np.zeros((rows, columns), np.float32), config)
    current, relit = plane, False
    still = block_levels(residual(current, before, tolerance=config.tolerance))
    if float(np.mean(still > config.changed_level)) > config.widespread:
        lit = in_one_light(current, before, config=config.light)
        if lit.relit:
            current, before, relit = lit.current, lit.before, True
            still = block_levels(residual(current, before, tolerance=config.tolerance))
        # In another light altogether it is that, be it under a camera that moves, which a glow would hide.
        glow = None if relit else glow_levels(plane, before, still, config=config.glow)
        weight = config.still_level / config.glow_level
        if glow is not None and weight * float(glow.max()) < float(still.max()):
            stirs = glow > config.stirred_level
            return Pair(frame, plane, plane, before, True, glow, config, stirs, glows=True)
    bare, stirred = None, None
    if float(still.max()) > config.least_level:
        # A soft background moves by less than noise is allowed to be: contrast excuses nothing here.
        bare = block_levels(residual(current, before, tolerance=0.0))
        stirred = bare > config.stirred_level
        if float(np.mean(stirred)) <= config.widespread:
            stirred = None
    return Pair(frame, plane, current, before, relit, still, config, stirred, bare=None if relit else bare)
