"""Timesheets for animation software: the exchange digital time sheet (XDTS, Celsys and Toei Animation, 2018).

CLIP STUDIO PAINT and OpenToonz read it. One line that names the format, then JSON: every shot is a timetable
with one layer, ``A``, whose cell numbers stand at the frames where they change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from dougagen.errors import EpisodeError, UsageError
from dougagen.files import open_file, refused_as, write_file
from dougagen.footage.timesheet import ShotSheet, Timesheet

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


def require_xdts_place(path: Path, *, replace: bool) -> None:
    """Raise UsageError unless a timesheet may be written at ``path``; writes nothing.

    A folder takes one file for each shot. With ``replace`` an older timesheet gives way, and nothing else:
    a slip of the hand must not cost an episode.
    """
    folder = path if path.is_dir() else path.parent
    if not folder.is_dir():
        raise UsageError("there is no such folder", where=folder, remedy="make it, or name another place")
    older = sorted(folder.glob("cut_*.xdts")) if path.is_dir() else [path] if path.exists() else []
    for file in older:
        if not replace:
            remedy = "name another place, or add --overwrite"
            raise UsageError("a timesheet would overwrite this file", where=file, remedy=remedy)
        if not _is_xdts(file):
            raise UsageError(
                "is not a timesheet, so it is not overwritten", where=file, remedy="name another file"
            )


def _is_xdts(path: Path) -> bool:
    try:
        with open_file(path) as file:
            return file.read(len(IDENTIFIER)) == IDENTIFIER.encode()
    except OSError:
        return False


def write_xdts(path: Path, timesheet: Timesheet, *, replace: bool = False) -> tuple[Path, ...]:
    """Write all shots into the file ``path``, or each into a file of its own where it is a folder.

    Every file appears whole or not at all. Returns the files. Raises UsageError as ``require_xdts_place``,
    EpisodeError where there are no shots or the system refuses.
    """
    require_xdts_place(path, replace=replace)
    shots = timesheet.shots
    if path.is_dir():
        documents = {path / f"cut_{shot.index + 1:04d}.xdts": xdts_text([shot]) for shot in shots}
    else:
        documents = {path: xdts_text(shots)}
    for file, text in documents.items():
        _write_whole(file, text)
    return tuple(documents)


def _write_whole(path: Path, text: str) -> None:
    with refused_as(EpisodeError, path, what="cannot write the timesheet"):
        write_file(path, text)
