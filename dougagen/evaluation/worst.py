"""The worst pictures of an evaluation as rows of a sheet: never more than it holds, however many pass."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dougagen.domain import Reconstruction, Triplet
from dougagen.evaluation.error_pictures import Picture
from dougagen.evaluation.metrics import CelConfusion, PrecisionRecall
from dougagen.evaluation.picture_sheet import picture_sheet, sheet_row
from dougagen.evaluation.triplets import TripletScore


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    badness: float
    name: str
    row: Picture


class WorstPictures:
    """A watcher of ``score_triplets``: keeps the worst by cel IoU and the worst by line F1."""

    def __init__(self, rows: int = 8, *, cell_width: int = 480) -> None:
        """``rows``: pictures on the sheet, half of them for each measure."""
        self._rows, self._cel_rows, self._cell_width = rows, -(-rows // 2), cell_width
        self._by_cel: list[_Kept] = []
        self._by_lines: list[_Kept] = []

    def __call__(self, name: str, truth: Triplet, read: Reconstruction, score: TripletScore) -> None:
        """Look at one picture; it is drawn only where it is among the worst so far."""
        row: Picture | None = None
        for kept, most, badness in (
            (self._by_cel, self._cel_rows, 1 - cel_merit(score.cel)),
            (self._by_lines, self._rows, 1 - line_merit(score.lines.merged, truth.height)),
        ):
            if len(kept) == most and badness <= kept[-1].badness:
                continue
            if row is None:
                row = sheet_row(truth, read, _label(name, truth, read, score), cell_width=self._cell_width)
            insort(kept, _Kept(badness, name, row), key=lambda one: -one.badness)
            del kept[most:]

    def sheet(self) -> Picture:
        """uint8[H, W, 3]: the worst cel masks, then the worst lines among the other pictures.

        Raises UsageError where no picture came by.
        """
        cel = self._by_cel
        named = {one.name for one in cel}
        lines = [one for one in self._by_lines if one.name not in named][: self._rows - len(cel)]
        return picture_sheet(
            [
                ("The worst cel masks, by IoU", [one.row for one in cel]),
                ("The worst lines, by F1 within 2 px", [one.row for one in lines]),
            ],
            cell_width=self._cell_width,
        )


def cel_merit(cel: CelConfusion) -> float:
    """Cel IoU; where there is no cel to find, accuracy: a few false pixels in an empty frame are little."""
    return cel.iou if cel.cel.truth else cel.accuracy


def line_merit(lines: PrecisionRecall, height: int) -> float:
    """Line F1; where there is no line to find, what a hundred rows' length of false ones would leave of 1."""
    return lines.f1 if lines.truth else max(0.0, 1 - lines.found / (100 * height))


def _label(name: str, truth: Triplet, read: Reconstruction, score: TripletScore) -> str:
    return "    ".join(_words(name, truth, read, score))


def _words(name: str, truth: Triplet, read: Reconstruction, score: TripletScore) -> Iterator[str]:
    yield f"{name} ({truth.width} x {truth.height})"
    yield f"cel IoU {score.cel.iou:.2f}" if score.cel.cel.truth else "no cel there"
    yield f"boundary F {score.boundary.f1:.2f}"
    yield f"line F1 {score.lines.merged.f1:.2f}" if score.lines.merged.truth else "no line there"
    if score.douga.pixels:  # an animator's own drawing has no classes to be right about
        iou = score.douga.iou()
        yield f"mean IoU {score.douga.mean_iou:.2f} of {np.count_nonzero(~np.isnan(iou))} classes"
    yield f"confidence: cel {read.cel_confidence:.2f}, douga {read.douga_confidence:.2f}"
