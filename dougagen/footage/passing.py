"""The way of something that passes before the lens: what it hides in each frame, and where its edges are.

What is behind it is known from before it came, and goes on as it went then: it stands, or pans at an even
pace that is corrected by what is seen of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.change import Change
from dougagen.footage.change_config import ChangeConfig
from dougagen.footage.differences import BLOCK, AnalysisPlane, block_levels, residual
from dougagen.footage.motion import STANDING, Move, displaced, residual_after


@dataclass(frozen=True, slots=True, kw_only=True)
class PasserConfig:
    """What counts as something that passes before the lens. Widths are shares of the picture's width."""

    longest: int = 40  # frames within which it must have left; 0 looks for none
    rim: float = 0.15  # share of the lines of the outermost blocks that change when it enters
    covered: float = 0.6  # share of the lines of a column that differ where something hides it
    touched: float = 0.3  # … and where it begins to
    widest_entry: float = 0.45  # width that it covers in its first frame at most; a cut covers all
    widest: float = 0.5  # width that it covers at least once
    dark_rim: float = 0.12  # width at the rim that may be as dark as it, so that it shows behind that only
    front: float = 0.9  # how far its front came, share of the width; a head that turns stays in the middle
    exit: float = 0.55  # from here on it goes out at the other rim
    restored: float = 0.35  # share of the blocks behind it that a cel may have redrawn meanwhile
    leaving: int = 2  # frames in which corners of it are still in the picture
    differs: float = 2.5  # levels of a block that is not as it was
    gap: int = 2  # blocks; a narrower gap does not end what is hidden
    hurry: float = 2.0  # times as fast, or as slowly, as it came in that it goes on at most
    fastest: float = 16.0  # px a frame of a camera that pans; what fills the picture and is faster passes
    strays: float = 3.0  # px by which a camera may be elsewhere than its pace says …
    better: float = 0.8  # … or anywhere, where so much is left of what differs otherwise …
    elsewhere: float = 0.05  # … in such a share of the blocks beside what passes …
    tells: float = 0.1  # … which is asked where so much of the width is to be seen
    edge: int = 5  # blocks; the window within which something belongs to its edge


class Way:
    """Which blocks are hidden, frame by frame. Columns count from the rim at which it came in."""

    goes_on: bool
    """Nothing speaks against it yet, and it has not passed."""
    has_passed: bool
    hidden: list[NDArray[np.bool_]]
    """bool[rows, columns] a frame."""
    camera: Move
    """How the picture behind it moved from frame to frame before it came."""
    lead: float
    """How far its front has come, as a share of the width."""

    moved: list[Move]
    """How the picture behind it moved since it came, a frame each; px of the analysis plane."""

    def __init__(
        self,
        picture: AnalysisPlane,
        camera: Move,
        *,
        from_right: bool,
        passers: PasserConfig,
        config: ChangeConfig,
    ) -> None:
        """``picture``: the last one before it came. ``camera``: how that moved on, from frame to frame."""
        self._picture, self.camera, self._from_right = picture, camera, from_right
        self._passers, self._config = passers, config
        self.goes_on, self.has_passed, self.lead = True, False, 0.0
        self.hidden, self.moved = [], []
        self._widest = self._trail = self._pace = 0.0
        self._leaving = 0

    def follow(self, change: Change) -> None:
        """One more frame of it."""
        known = self._passers
        if change.plane.luma.shape != self._picture.luma.shape:
            self.goes_on = False
            return
        differs = self._differs(change.plane)
        profile = differs.mean(axis=0)
        columns = len(profile)
        hidden = np.zeros(differs.shape, np.bool_)
        run = self._run(profile)
        if run is not None and not self._leaving:
            self._advance(run, profile)
            hidden[:, int(self._trail * columns) : int(np.ceil(self.lead * columns))] = True
        elif self._widest >= known.widest:
            self._leaving += 1
            self.has_passed = self._leaving > known.leaving
            hidden[:, -1] = True
            crossed = self.lead >= known.front and self._trail >= known.exit
            if not crossed or float(profile.mean()) > known.restored:
                self.goes_on = self.has_passed = False
        elif self.hidden:  # it entered, and is gone before it hid much
            self.goes_on = False
        else:
            hidden[:, 0] = True
        hidden = _with_its_edge(hidden, differs, edge=known.edge)
        self.hidden.append(hidden[:, ::-1] if self._from_right else hidden)
        self.goes_on &= not self.has_passed and len(self.hidden) < known.longest

    def _differs(self, plane: AnalysisPlane) -> NDArray[np.bool_]:
        """The blocks that are not as they were before it came, counted from the rim at which it came in."""
        last = self.moved[-1] if self.moved else STANDING
        guess = Move(last.dx + self.camera.dx, last.dy + self.camera.dy)
        levels, move = levels_behind(plane, self._picture, guess, config=self._config)
        seen = self._seen(levels.shape[1])
        left = float(np.mean(levels[:, seen] > self._passers.differs)) if seen.any() else 0.0
        if self.moved and float(seen.mean()) >= self._passers.tells and left > self._passers.elsewhere:
            for other, better in self._elsewhere(plane, guess, seen):
                others, _ = levels_behind(plane, self._picture, other, config=self._config)
                if float(others[:, seen].mean()) < better * float(levels[:, seen].mean()):
                    levels, move = others, other
        self.moved.append(move)
        differs = levels > self._passers.differs
        return differs[:, ::-1] if self._from_right else differs

    def _seen(self, columns: int) -> NDArray[np.bool_]:
        """bool[columns]: beside what was hidden last, as the picture has them."""
        seen = np.ones(columns, np.bool_)
        seen[int(self._trail * columns) : int(np.ceil(self.lead * columns))] = False
        return seen[::-1] if self._from_right else seen

    def _elsewhere(
        self, plane: AnalysisPlane, guess: Move, seen: NDArray[np.bool_]
    ) -> Iterator[tuple[Move, float]]:
        """Where the picture behind may lie instead of at ``guess``, and what share it may leave at most."""
        pace, far = float(np.hypot(self.camera.dx, self.camera.dy)), self._passers.strays
        for off in np.arange(-far, far + 0.5, 0.5) if pace else ():
            yield Move(guess.dx + off * self.camera.dx / pace, guess.dy + off * self.camera.dy / pace), 1.0
        found = self._found_again(plane, guess, seen)
        if found.off(guess, plane.luma.shape) <= far * len(self.moved):
            yield found, self._passers.better

    def _found_again(self, plane: AnalysisPlane, guess: Move, seen: NDArray[np.bool_]) -> Move:
        """Where the picture behind lies by what is seen of it: a camera may have set off meanwhile."""
        columns = np.flatnonzero(seen)
        runs = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
        run = max(runs, key=len)
        part = np.s_[:, int(run[0]) * BLOCK : (int(run[-1]) + 1) * BLOCK]
        moved = displaced(self._picture.luma, guess, config=self._config.motion)
        then, now = (np.ascontiguousarray(image[part]).astype(np.float32) for image in (moved, plane.luma))
        window = cv2.createHanningWindow((then.shape[1], then.shape[0]), cv2.CV_32F)
        (dx, dy), _ = cv2.phaseCorrelate(then, now, window)
        return Move(guess.dx + dx, guess.dy + dy)

    def _run(self, profile: NDArray[np.float64]) -> tuple[float, float] | None:
        """From where to where columns are hidden, shares of the width, that go on from those hidden before.

        A cel that is redrawn meanwhile differs too, at its own place: only what begins at the rim, and
        later what overlaps the last run and does not fall behind it, is the thing itself.
        """
        columns = len(profile)
        covered = profile >= self._passers.covered
        # A rim as dark as the thing itself shows nothing of it.
        reach = self._passers.hurry * self._pace if self._pace else self._passers.dark_rim
        first, last = int(self._trail * columns), int(np.ceil((self.lead + reach) * columns))
        here = np.flatnonzero(covered[first:last])
        if not here.size:
            return None
        begin, end = first + int(here[0]), first + int(here[-1]) + 1
        while end < columns and covered[end : end + self._passers.gap].any():
            end += 1
        if self._pace and end / columns > self.lead + self._passers.hurry * self._pace:
            end = int(np.ceil((self.lead + self._passers.hurry * self._pace) * columns))
        return begin / columns, end / columns

    def _advance(self, span: tuple[float, float], profile: NDArray[np.float64]) -> None:
        trail, lead = span
        arrived = self._widest >= self._passers.widest
        if not arrived and (lead < self.lead or (self.lead > 0 and lead == self.lead)):
            self.goes_on = False  # its front stands or goes back
        if not arrived:
            trail = 0.0  # from the rim to its front it hides all, be the rim as dark as it
        elif self._trail > 0:  # it goes on behind as it came in, be it before a cel that was redrawn
            trail = max(trail, self._trail + self._pace / self._passers.hurry)
        behind = profile[: max(int(trail * len(profile)) - 6, 0)]
        told = behind.size >= self._passers.tells * len(profile)
        if told and float(behind.mean()) > self._passers.restored:
            self.goes_on = False  # another picture comes out behind it
        if self.lead > 0 and lead < 1:
            self._pace = max(self._pace, lead - self.lead)
        self.lead, self._trail = max(lead, trail), min(trail, 1.0)
        self._widest = max(self._widest, self.lead - self._trail)


def levels_behind(
    plane: AnalysisPlane, before: AnalysisPlane, move: Move, *, config: ChangeConfig
) -> tuple[NDArray[np.float32], Move]:
    """What ``before``, moved, leaves of each block of ``plane``, and the move.

    What came in over the rim differs as much as what lies beside it.
    """
    if move == STANDING:
        return block_levels(residual(plane, before, tolerance=config.tolerance)), move
    levels = residual_after(plane, before, move, tolerance=config.tolerance, config=config.motion)
    rows, columns = levels.shape
    right, down = (int(np.ceil(abs(part) / BLOCK)) + 1 for part in (move.dx, move.dy))
    if move.dx and right < columns:
        rim, beside = (np.s_[:right], right) if move.dx > 0 else (np.s_[-right:], -right - 1)
        levels[:, rim] = levels[:, beside][:, np.newaxis]
    if move.dy and down < rows:
        rim, beside = (np.s_[:down], down) if move.dy > 0 else (np.s_[-down:], -down - 1)
        levels[rim] = levels[beside]
    return levels, move


def _with_its_edge(core: NDArray[np.bool_], differs: NDArray[np.bool_], *, edge: int) -> NDArray[np.bool_]:
    """``core`` with what is connected to it of the blocks that differ, and a margin."""
    _, labels = cv2.connectedComponents((core | differs).astype(np.uint8), connectivity=4)
    its = np.unique(labels[core])
    hidden = np.isin(labels, its[its > 0]).astype(np.uint8)
    return np.asarray(cv2.dilate(hidden, np.ones((edge, edge), np.uint8))).astype(np.bool_)
