"""Timesheets for animation software: the exchange digital time sheet (XDTS, Celsys and Toei Animation, 2018).

CLIP STUDIO PAINT and OpenToonz read it. One line that names the format, then JSON: every shot is a timetable
with one layer, ``A``, whose cell numbers stand at the frames where they change. Where something moves the
field of camerawork has a column for each layer that does: the instruction in words at the frame where a move
begins, then a hyphen for every frame in which it goes on. The cells stand first: OpenToonz passes over all
other fields (xdtsio.cpp), and a reader that knows but one field takes the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dougagen.domain import FrameSpan
from dougagen.errors import EpisodeError
from dougagen.footage.timesheet import ShotSheet

IDENTIFIER = "exchangeDigitalTimeSheet Save Data"
_VERSION = 5
_CELLS, _CAMERAWORK = 0, 5  # fields; 3 is dialogue
_EMPTY = "SYMBOL_NULL_CELL"
_GOES_ON = "SYMBOL_HYPHEN"
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
    return _document(shots[0].index, [_with_camerawork(shot) for shot in shots])


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


def _with_camerawork(shot: ShotSheet) -> dict[str, Any]:
    """The timetable of a shot, with what camera and layers do where something moves."""
    table, told = _timetable(shot.index, shot.span, [_cels_of(shot)]), shot.instructions
    if told:
        table["timeTableHeaders"].append({"fieldId": _CAMERAWORK, "names": list(told)})
        tracks = [
            {"trackNo": number, "frames": list(_orders(parts, shot.span))}
            for number, parts in enumerate(told.values())
        ]
        table["fields"].append({"fieldId": _CAMERAWORK, "tracks": tracks})
    return table


def _orders(parts: Sequence[tuple[FrameSpan, str]], shot: FrameSpan) -> Iterator[dict[str, Any]]:
    for span, words in parts:
        yield _cell(span.start - shot.start, words)
        yield from (_cell(frame - shot.start, _GOES_ON) for frame in range(span.start + 1, span.stop))


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
