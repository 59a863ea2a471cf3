"""The exposure sheet as CSV, in the form that CLIP STUDIO PAINT and RETAS write and that scripts for After
Effects, spreadsheets and OpenToonz's importers read.

The first line names the cuts, the second their cel layer, and from the third on there is a line a frame,
counted from 1 in each cut: the number of a drawing where it begins, nothing while it is held, and a cross
where the cel is empty, as it is after the last frame.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import zip_longest

from dougagen.errors import EpisodeError
from dougagen.footage.timesheet import ShotSheet

FIRST_CELL = "Frame"
_LAYER = "A"
_EMPTY = "×"


def csv_text(shots: Sequence[ShotSheet]) -> str:
    """The sheet, a column a cut. Raises EpisodeError where there is no shot."""
    if not shots:
        raise EpisodeError("there is no shot to write a sheet of", remedy="probe more of the episode")
    columns = [_cells(shot) for shot in shots]
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([FIRST_CELL, *(f"c{shot.index + 1:03d}" for shot in shots)])
    writer.writerow(["", *[_LAYER] * len(shots)])
    for frame, row in enumerate(zip_longest(*columns, fillvalue=""), start=1):
        writer.writerow([frame, *row])
    return text.getvalue()


def _cells(shot: ShotSheet) -> list[str]:
    """What stands in each frame of a cut, and the cross behind the last."""
    cells: list[str] = []
    shown = ""
    for number, line in zip(shot.numbers, shot.exposures, strict=True):
        if missing := line.span.start - shot.span.start - len(cells):  # frames that belong to no drawing
            cells += [_EMPTY] + [""] * (missing - 1)
            shown = _EMPTY
        cells += ["" if str(number) == shown else str(number)] + [""] * (len(line.span) - 1)
        shown = str(number)
    return [*cells, _EMPTY]
