"""What ``probe`` writes for other programs: which files there are, where each may lie, and how it is written.

A place is checked before anything is decoded. A slip of the hand must not cost an episode: a file that is
there gives way only when that was asked for, and only where it is a file of the same kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dougagen.domain import Episode
from dougagen.errors import EpisodeError, UsageError
from dougagen.files import open_file, refused_as, require_local, write_file
from dougagen.footage.cut_lists import edl_text, otio_text, require_opentimelineio
from dougagen.footage.frame_lists import TIMECODES_HEADER, frames_text, timecodes_text
from dougagen.footage.sheet_csv import FIRST_CELL, csv_text
from dougagen.footage.timesheet import ShotSheet, Timesheet
from dougagen.footage.xdts import IDENTIFIER, xdts_text

_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class OutputKind:
    """One kind of file."""

    name: str
    """What people call it."""
    begins: re.Pattern[bytes]
    """How such a file begins."""
    text: Callable[[Timesheet, Episode], str]
    of_shots: Callable[[list[ShotSheet]], str] | None = None
    """Its text for a single shot, where a folder may be given, which gets a file for each."""
    require: Callable[[], None] = lambda: None
    """Raises UsageError where a library is missing."""


OUTPUTS: Mapping[str, OutputKind] = {
    "xdts": OutputKind(
        "timesheet",
        re.compile(re.escape(IDENTIFIER.encode())),
        lambda timesheet, _: xdts_text(timesheet.shots),
        xdts_text,
    ),
    "csv": OutputKind(
        "exposure sheet",
        re.compile(rf'(?:\xef\xbb\xbf)?"?{FIRST_CELL}"?,'.encode("latin-1")),
        lambda timesheet, _: csv_text(timesheet.shots),
        csv_text,
    ),
    "otio": OutputKind(
        "timeline", re.compile(rb'\{\s*"OTIO_SCHEMA"'), otio_text, require=require_opentimelineio
    ),
    "edl": OutputKind("edit decision list", re.compile(rb"TITLE:"), edl_text),
    "frames": OutputKind(
        "list of frames", re.compile(rb"[0-9\r\n]*\Z"), lambda timesheet, _: frames_text(timesheet)
    ),
    "timecodes": OutputKind(
        "list of timecodes", re.compile(re.escape(TIMECODES_HEADER.encode())), timecodes_text
    ),
}
"""Option of ``probe`` → what it writes."""


def require_places(places: Mapping[str, str], *, replace: bool) -> None:
    """Raise UsageError unless each output of ``places`` (kind → path as it was typed) may be written there.

    Writes nothing. A path that ends in a slash, or at which a folder lies, is a folder.
    """
    taken: dict[Path, str] = {}
    for kind, typed in places.items():
        OUTPUTS[kind].require()
        _require_place(OUTPUTS[kind], typed, replace=replace)
        other = taken.setdefault(Path(typed).absolute(), kind)
        if other != kind and not _is_folder(typed):
            remedy = "give each a file of its own"
            raise UsageError(f"--{other} and --{kind} both want this file", where=typed, remedy=remedy)


def write_outputs(
    places: Mapping[str, str], timesheet: Timesheet, episode: Episode, *, replace: bool = False
) -> dict[str, tuple[Path, ...]]:
    """Write each output of ``places``; returns its files, each there whole or not at all.

    Raises UsageError as ``require_places``, EpisodeError where there are no shots or the system refuses.
    """
    require_places(places, replace=replace)
    written = {}
    for kind, typed in places.items():
        output, path = OUTPUTS[kind], Path(typed)
        if _is_folder(typed) and output.of_shots is not None:
            with refused_as(EpisodeError, path, what=f"the folder for the {output.name} cannot be made"):
                path.mkdir(exist_ok=True)
            names = {shot: f"cut_{shot.index + 1:04d}.{kind}" for shot in timesheet.shots}
            documents = {path / name: output.of_shots([shot]) for shot, name in names.items()}
        else:
            documents = {path: output.text(timesheet, episode)}
        for file, text in documents.items():
            with refused_as(EpisodeError, file, what=f"cannot write the {output.name}"):
                write_file(file, text)
        written[kind] = tuple(documents)
    return written


def _is_folder(typed: str) -> bool:
    return typed.endswith("/") or Path(typed).is_dir()


def _require_place(output: OutputKind, typed: str, *, replace: bool) -> None:
    require_local(typed)
    path = Path(typed)
    if _is_folder(typed):
        if output.of_shots is None:
            remedy = f"a {output.name} is one file: name one in it"
            raise UsageError("is a folder", where=typed, remedy=remedy)
        if path.exists() and not path.is_dir():
            raise UsageError("is a file, and no folder", where=typed, remedy="leave out the slash")
        if not path.exists() and not path.parent.is_dir():
            raise UsageError("there is no such folder", where=path.parent, remedy="make it, or name another")
    elif not path.parent.is_dir():
        raise UsageError("there is no such folder", where=path.parent, remedy="make it, or name another")
    for file in _older(output, path):
        if not replace:
            remedy = "name another place, or add --overwrite"
            raise UsageError(f"a {output.name} would overwrite this file", where=file, remedy=remedy)
        if not _is_of_kind(output, file):
            remedy = "name another file"
            raise UsageError(f"is no {output.name}, so it is not overwritten", where=file, remedy=remedy)


def _older(output: OutputKind, path: Path) -> list[Path]:
    """What lies where the output would."""
    if not path.is_dir():
        return [path] if path.exists() or path.is_symlink() else []
    suffix = next(kind for kind, known in OUTPUTS.items() if known is output)
    return sorted(path.glob(f"cut_*.{suffix}"))


def _is_of_kind(output: OutputKind, path: Path) -> bool:
    try:
        with open_file(path) as file:
            return output.begins.match(file.read(_HEAD_BYTES)) is not None
    except OSError:
        return False
