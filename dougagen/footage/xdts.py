"""Timesheets for animation software: the exchange digital time sheet (XDTS, Celsys and Toei Animation, 2018).

CLIP STUDIO PAINT and OpenToonz read it. One line that names the format, then JSON: every shot is a timetable
with one layer, ``A``, whose cell numbers stand at the frames where they change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from dougagen.errors import EpisodeError
from dougagen.footage.timesheet import ShotSheet

IDENTIFIER = "exchangeDigitalTimeSheet Save Data"
_VERSION = 5
_CELLS = 0  # the field of cell numbers; 3 is dialogue, 5 camerawork
_EMPTY = "SYMBOL_NULL_CELL"
_LAYER = "A"  # the lowest cel layer of a sheet: the drawings of a shot are found as one layer
_MOST_CUTS = 9999  # the header's numbers have one to four digits


def xdts_text(shots: Sequence[ShotSheet]) -> str:
    """The shots as one XDTS document. Raises EpisodeError where there is none: a sheet must hold a table.

    OpenToonz reads the first timetable of a document only, so one document for each shot suits it best.
    """
    if not shots:
        raise EpisodeError("there is no shot to write a timesheet of", remedy="probe more of the episode")
    document: dict[str, Any] = {"timeTables": [_timetable(shot) for shot in shots], "version": _VERSION}
    cut = shots[0].index + 1
    if cut <= _MOST_CUTS:
        document = {"header": {"cut": str(cut), "scene": "1"}} | document
    return f"{IDENTIFIER}\n{json.dumps(document, separators=(',', ':'))}\n"


def _timetable(shot: ShotSheet) -> dict[str, Any]:
    return {
        "name": f"c{shot.index + 1:03d}",
        "duration": len(shot.span),
        "timeTableHeaders": [{"fieldId": _CELLS, "names": [_LAYER]}],
        "fields": [{"fieldId": _CELLS, "tracks": [{"trackNo": 0, "frames": list(_changes(shot))}]}],
    }


def _changes(shot: ShotSheet) -> Iterator[dict[str, Any]]:
    """Frame from 0 in the shot and cell, wherever the cell changes; closed after the last frame."""
    start, shown, stop = shot.span.start, "", shot.span.start
    for number, line in zip(shot.numbers, shot.exposures, strict=True):
        if line.span.start > stop:  # frames between that belong to no drawing
            yield _cell(stop - start, _EMPTY)
            shown = _EMPTY
        if str(number) != shown:
            shown = str(number)
            yield _cell(line.span.start - start, shown)
        stop = line.span.stop
    yield _cell(stop - start, _EMPTY)


def _cell(frame: int, value: str) -> dict[str, Any]:
    return {"frame": frame, "data": [{"id": 0, "values": [value]}]}
