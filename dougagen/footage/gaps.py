"""Frames with gaps between them, where chapters were skipped: each run of frames is searched by itself."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from itertools import count, groupby

from dougagen.domain import Drawing, Frame
from dougagen.footage.holds import DrawingStream

Find = Callable[[Iterable[Frame]], DrawingStream]


class DrawingsOverGaps(Iterator[Drawing]):
    """Iterates over the drawings of all runs; a gap in the indices is a cut, and no exposure spans one.

    Where ``ended`` says that a search has ended within its run, the frames after it are not asked for.
    """

    shots_found: int

    def __init__(
        self, frames: Iterable[Frame], find: Find, *, ended: Callable[[], bool] = lambda: False
    ) -> None:
        self.shots_found = 0
        self._drawings = self._run(frames, find, ended)

    def __next__(self) -> Drawing:
        return next(self._drawings)

    def _run(
        self, frames: Iterable[Frame], find: Find, ended: Callable[[], bool]
    ) -> Generator[Drawing, None, None]:
        drawings = shots = 0
        for run in runs_of(frames):
            found = find(run)
            for drawing in found:
                self.shots_found = shots + found.shots_found
                shot = shots + drawing.shot_index
                yield replace(drawing, shot_index=shot, drawing_index=drawings)
                drawings += 1
            if ended():
                return
            shots += found.shots_found


def runs_of(frames: Iterable[Frame]) -> Iterator[Iterator[Frame]]:
    """The frames in runs of indices that count on without a gap; each run must be used up before the next."""
    position = count()
    for _, run in groupby(frames, key=lambda frame: frame.index - next(position)):
        yield run
