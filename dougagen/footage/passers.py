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
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.change import Change
from dougagen.footage.change_config import ChangeConfig
from dougagen.footage.differences import AnalysisPlane, block_levels, residual
from dougagen.footage.strength import strength_of_levels


@dataclass(frozen=True, slots=True, kw_only=True)
class PasserConfig:
    """What counts as something that passes before the lens. Widths are shares of the picture's width."""

    longest: int = 40  # frames within which it must have left; 0 looks for none
    rim: float = 0.15  # share of the lines of the outermost blocks that change when it enters
    covered: float = 0.6  # share of the lines of a column that differ where something hides it
    touched: float = 0.3  # … and where it begins to
    widest_entry: float = 0.45  # width that it covers in its first frame at most; a cut covers all
    widest: float = 0.5  # width that it covers at least once
    exit: float = 0.55  # from here on it goes out at the other rim
    restored: float = 0.35  # share of the blocks behind it that a cel may have redrawn meanwhile
    leaving: int = 2  # frames in which corners of it are still in the picture
    differs: float = 2.5  # levels of a block that is not as it was
    edge: int = 5  # blocks; the window within which something belongs to its edge


def without_passers(
    changes: Iterable[Change], *, passers: PasserConfig, config: ChangeConfig
) -> Iterator[Change]:
    """The changes without cuts and drawings that something before the lens makes by hiding them."""
    source = iter(changes)
    waiting: deque[Change] = deque()
    before: Change | None = None

    def following() -> Change | None:
        return waiting.popleft() if waiting else next(source, None)

    while (change := following()) is not None:
        way = None if before is None else _entered(change, before, passers, config)
        if way is not None and before is not None:
            run = [change]
            while way.goes_on and (later := following()) is not None:
                run.append(later)
                way.follow(later)
            if way.has_passed:
                run = list(_seen_beside(before, run, way.hidden, config))
                yield from run
                before = run[-1]
                continue
            waiting.extendleft(reversed(run[1:]))
        yield change
        before = change


def _entered(change: Change, before: Change, passers: PasserConfig, config: ChangeConfig) -> _Way | None:
    """The way of something that shows at one rim of ``change`` for the first time; None if nothing does."""
    now, then = change.plane, before.plane
    if passers.longest == 0 or change.strength < 1 or now.luma.shape != then.luma.shape:
        return None
    if change.blank or change.rains:  # drops come in at every rim
        return None
    differs = block_levels(residual(now, then, tolerance=config.tolerance)) > passers.differs
    rims = float(np.mean(differs[:, 0])), float(np.mean(differs[:, -1]))
    side = int(np.argmax(rims))
    if rims[side] < passers.rim or rims[1 - side] >= passers.rim:
        return None
    way = _Way(then, from_right=side == 1, passers=passers, config=config)
    way.follow(change)
    return way if way.lead <= passers.widest_entry else None


class _Way:
    """Which blocks are hidden, frame by frame. Columns count from the rim at which it came in."""

    goes_on: bool
    """Nothing speaks against it yet, and it has not passed."""
    has_passed: bool
    hidden: list[NDArray[np.bool_]]
    """bool[rows, columns] a frame."""
    lead: float
    """How far its front has come, as a share of the width."""

    def __init__(
        self, picture: AnalysisPlane, *, from_right: bool, passers: PasserConfig, config: ChangeConfig
    ) -> None:
        self._picture, self._from_right = picture, from_right
        self._passers, self._config = passers, config
        self.goes_on, self.has_passed, self.hidden, self.lead = True, False, [], 0.0
        self._widest = self._trail = 0.0
        self._leaving = 0

    def follow(self, change: Change) -> None:
        """One more frame of it."""
        known = self._passers
        if change.plane.luma.shape != self._picture.luma.shape:
            self.goes_on = False
            return
        levels = block_levels(residual(change.plane, self._picture, tolerance=self._config.tolerance))
        differs = levels > known.differs
        differs = differs[:, ::-1] if self._from_right else differs
        profile = differs.mean(axis=0)
        covered = np.flatnonzero(profile >= known.covered)
        columns = len(profile)
        hidden = np.zeros(differs.shape, np.bool_)
        if covered.size and not self._leaving:
            first, last = int(covered[0]), int(covered[-1])
            self._advance((first / columns, (last + 1) / columns), profile, first)
            hidden[:, first : last + 1] = True
        elif self._widest >= known.widest:
            self._leaving += 1
            self.has_passed = self._leaving > known.leaving
            hidden[:, -1] = True
            if self._trail < known.exit:
                self.goes_on = self.has_passed = False
        elif self.hidden:  # it entered, and is gone before it hid much
            self.goes_on = False
        else:
            hidden[:, 0] = True
        hidden = _with_its_edge(hidden, differs, edge=known.edge)
        self.hidden.append(hidden[:, ::-1] if self._from_right else hidden)
        self.goes_on &= not self.has_passed and len(self.hidden) < known.longest

    def _advance(self, span: tuple[float, float], profile: NDArray[np.float64], first: int) -> None:
        trail, lead = span
        arrived = self._widest >= self._passers.widest
        if not arrived and (lead < self.lead or (self.lead > 0 and lead == self.lead)):
            self.goes_on = False  # its front stands or goes back
        behind = profile[: max(first - 6, 0)]
        if behind.size and float(behind.mean()) > self._passers.restored:
            self.goes_on = False  # another picture comes out behind it
        self.lead, self._trail = lead, trail
        self._widest = max(self._widest, lead - trail)


def _with_its_edge(core: NDArray[np.bool_], differs: NDArray[np.bool_], *, edge: int) -> NDArray[np.bool_]:
    """``core`` with what is connected to it of the blocks that differ, and a margin."""
    _, labels = cv2.connectedComponents((core | differs).astype(np.uint8), connectivity=4)
    its = np.unique(labels[core])
    hidden = np.isin(labels, its[its > 0]).astype(np.uint8)
    return np.asarray(cv2.dilate(hidden, np.ones((edge, edge), np.uint8))).astype(np.bool_)


def _seen_beside(
    before: Change, run: Sequence[Change], hidden: Sequence[NDArray[np.bool_]], config: ChangeConfig
) -> Iterator[Change]:
    """The changes by what was to be seen in two frames."""
    last, hidden_before = before, np.zeros_like(hidden[0])
    for change, hidden_now in zip(run, hidden, strict=True):
        levels = block_levels(residual(change.plane, last.plane, tolerance=config.tolerance))
        levels[hidden_now | hidden_before] = 0
        strength, least = strength_of_levels(levels, change.plane, last.plane, config)
        yield replace(change, strength=strength, least=least, cut=False, forgets=False)
        last, hidden_before = change, hidden_now
