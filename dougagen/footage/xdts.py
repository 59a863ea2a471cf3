"""Timesheets for animation software: the exchange digital time sheet (XDTS, Celsys and Toei Animation, 2018).

CLIP STUDIO PAINT and OpenToonz read it. One line that names the format, then JSON: every shot is a timetable
with one layer, ``A``, whose cell numbers stand at the frames where they change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dougagen.domain import FrameSpan
from dougagen.errors import EpisodeError, UsageError
from dougagen.files import open_file, refused_as, write_file
from dougagen.footage.timesheet import ShotSheet, Timesheet

IDENTIFIER = "exchangeDigitalTimeSheet Save Data"
_VERSION = 5
_CELLS = 0  # the field of cell numbers; 3 is dialogue, 5 camerawork
_EMPTY = "SYMBOL_NULL_CELL"
_LAYER = "A"  # the lowest cel layer of a sheet: the drawings of a shot are found as one layer
_MOST_CUTS = 9999  # the header's numbers have one to four digits


@dataclass(frozen=True, slots=True)
class SheetLayer:
    """A column of a sheet: which cell of a layer is on screen when."""

    name: str
    """Also the folder of its pictures, and what their names begin with."""
    cells: tuple[tuple[FrameSpan, int], ...]
    """Frames of the episode and the number of the cell, in order."""


def xdts_text(shots: Sequence[ShotSheet]) -> str:
    """The shots as one XDTS document. Raises EpisodeError where there is none: a sheet must hold a table.

    OpenToonz reads the first timetable of a document only, so one document for each shot suits it best.
    """
    if not shots:
        raise EpisodeError("there is no shot to write a timesheet of", remedy="probe more of the episode")
    return _document(shots[0].index, [_timetable(shot.index, shot.span, [_cels_of(shot)]) for shot in shots])


def shot_document(shot_index: int, span: FrameSpan, layers: Sequence[SheetLayer]) -> str:
    """One shot with several layers as an XDTS document, the lowest layer first."""
    return _document(shot_index, [_timetable(shot_index, span, layers)])


def _document(first: int, timetables: list[dict[str, Any]]) -> str:
    document: dict[str, Any] = {"timeTables": timetables, "version": _VERSION}
    cut = first + 1
    if 0 < cut <= _MOST_CUTS:
        document = {"header": {"cut": str(cut), "scene": "1"}} | document
    return f"{IDENTIFIER}\n{json.dumps(document, separators=(',', ':'))}\n"


def _cels_of(shot: ShotSheet) -> SheetLayer:
    spans = (line.span for line in shot.exposures)
    return SheetLayer(_LAYER, tuple(zip(spans, shot.numbers, strict=True)))


def _timetable(shot_index: int, span: FrameSpan, layers: Sequence[SheetLayer]) -> dict[str, Any]:
    tracks = [
        {"trackNo": number, "frames": list(_changes(layer, span))} for number, layer in enumerate(layers)
    ]
    return {
        "name": f"c{shot_index + 1:03d}",
        "duration": len(span),
        "timeTableHeaders": [{"fieldId": _CELLS, "names": [layer.name for layer in layers]}],
        "fields": [{"fieldId": _CELLS, "tracks": tracks}],
    }


def _changes(layer: SheetLayer, shot: FrameSpan) -> Iterator[dict[str, Any]]:
    """Frame from 0 in the shot and cell, wherever the cell changes; closed after the last frame."""
    shown, stop = "", shot.start
    for span, number in layer.cells:
        if span.start > stop:  # frames between that belong to no drawing
            yield _cell(stop - shot.start, _EMPTY)
            shown = _EMPTY
        if str(number) != shown:
            shown = str(number)
            yield _cell(span.start - shot.start, shown)
        stop = span.stop
    yield _cell(stop - shot.start, _EMPTY)


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
