"""Drawings that come back in their shot: mouths, blinks, walk cycles are one drawing with several exposures.

An exposure is compared with the drawings of its shot that are still kept, first by the means of its cells,
which cost nothing, then block by block like any frame. A wrong match would lose a drawing, a missed one only
shows it twice, so that a match must be as good as a held frame usually is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from dougagen.domain import FrameSpan, TurnedMove
from dougagen.footage.change import Change
from dougagen.footage.change_config import ChangeConfig
from dougagen.footage.changes import compare
from dougagen.footage.differences import AnalysisPlane, analysis_plane
from dougagen.footage.hold import Hold


@dataclass(slots=True, eq=False)
class Returning:
    """A drawing with all its exposures so far."""

    hold: Hold
    """The first of them, whose picture stands for the drawing."""
    plane: AnalysisPlane
    exposures: list[FrameSpan] = field(default_factory=list)
    layer_moves: list[TurnedMove] = field(default_factory=list)
    """Those of all its exposures, in order."""


def with_returns(
    holds: Iterable[Hold], *, same: float, kept: int, cells_alike: float, config: ChangeConfig
) -> Iterator[Returning]:
    """Drawings in the order in which they first appear, once their shot ended or ``kept`` later ones wait.

    ``same`` is the strength (``changes``) up to which two exposures show one drawing; 0 finds none.
    """
    waiting: list[Returning] = []
    last: Returning | None = None
    for hold in holds:
        if waiting and waiting[0].hold.shot_index != hold.shot_index:
            yield from waiting
            waiting, last = [], None
        plane = analysis_plane(hold.frame.luma, lines=config.analysis_lines)
        known = (other for other in reversed(waiting) if other is not last)
        match = next(
            (o for o in known if _same(hold, plane, o, same=same, cells_alike=cells_alike, config=config)),
            None,
        )
        if match is None:
            match = Returning(hold, plane)
            waiting.append(match)
            if len(waiting) > kept:
                yield waiting.pop(0)
        match.exposures.append(hold.span)
        match.layer_moves += hold.layer_moves
        last = match
    yield from waiting


def _same(
    hold: Hold,
    plane: AnalysisPlane,
    known: Returning,
    *,
    same: float,
    cells_alike: float,
    config: ChangeConfig,
) -> bool:
    if plane.cells.shape != known.plane.cells.shape:
        return False
    if float(np.abs(plane.cells - known.plane.cells).max()) > cells_alike:
        return False
    now = Change(hold.frame, plane, 0.0, 0.0, cut=False)
    change = compare(now, known.plane, config=config)
    return change.strength <= same and not change.cut
