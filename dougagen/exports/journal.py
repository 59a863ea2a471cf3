"""What an export has written by now, so that one that was killed carries on and equals one in one piece.

Below ``PLACE/.dougagen/export``: ``export.json`` says what the export is of, and a file for each part of the
split has a line for each piece that was moved into place. Nothing in them depends on when they were written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from dougagen.errors import UsageError
from dougagen.files import (
    FolderRefused,
    StorePath,
    append_file,
    folder_at,
    names_in,
    open_file,
    read_file,
    stat_of,
    write_file,
)
from dougagen.shards.ledger import HIDDEN

_FOLDER = f"{HIDDEN}/export"
_HEADER = "export.json"
_LARGEST_HEADER = 1 << 20
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
"""``s3://a/b``, which pathlib makes ``s3:/a/b``."""
_ANOTHER = "name another folder for --out, or remove that one"


@dataclass(frozen=True, slots=True)
class Piece:
    """What appears in an export at once: the files of a drawing or a shot, or a tar file of many."""

    units: int
    """How many drawings or shots it stands for, those passed over included."""
    drawings: int
    """How many drawings are in it."""
    files: tuple[tuple[str, int], ...] = ()
    """Path below the folder of the part, and bytes."""
    facts: tuple[Mapping[str, Any], ...] = ()
    """What the format wants to be told at the end."""
    damaged: tuple[str, ...] = ()
    """What was passed over, and why."""

    def line(self) -> str:
        """As it stands in the journal."""
        plain = {
            "units": self.units,
            "drawings": self.drawings,
            "files": self.files,
            "facts": self.facts,
            "damaged": self.damaged,
        }
        return json.dumps({name: value for name, value in plain.items() if value}, ensure_ascii=True) + "\n"

    @classmethod
    def of_line(cls, line: bytes) -> Piece | None:
        """None where the line was cut short, or is none of ours."""
        if not line.endswith(b"\n"):
            return None
        try:
            plain = json.loads(line)
            return cls(
                int(plain["units"]),
                int(plain.get("drawings", 0)),
                tuple((str(name), int(size)) for name, size in plain.get("files", ())),
                tuple(plain.get("facts", ())),
                tuple(map(str, plain.get("damaged", ()))),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None


@dataclass(slots=True)
class PartJournal:
    """The pieces of one part of the split; a context manager that lets go of its file."""

    out: Path
    part: str
    folder: Path
    """Where the files of the part lie."""
    units: int = 0
    """Behind us."""
    drawings: int = 0
    files: int = 0
    size: int = 0
    """Bytes of the files."""
    pieces: int = 0
    damaged: list[str] = field(default_factory=list)
    _file: BinaryIO | None = None

    @property
    def path(self) -> Path:
        """Of the journal itself."""
        return self.out / _FOLDER / f"{self.part}.jsonl"

    def open(self) -> PartJournal:
        """Read what is there; from the first piece on whose files are not whole, nothing counts.

        Raises OSError, Refusal.
        """
        whole = 0
        for line, piece in self._lines():
            if not all(self._is_there(name, size) for name, size in piece.files):
                break
            whole += len(line)
            self._count(piece)
        self._file = append_file(self.path, below=self.out)
        self._file.truncate(whole)
        return self

    def add(self, piece: Piece) -> None:
        """The files of ``piece`` are in their places."""
        assert self._file is not None
        self._file.write(piece.line().encode("ascii"))
        self._file.flush()
        self._count(piece)

    def facts(self) -> Iterator[Mapping[str, Any]]:
        """All that the format wanted to be told, in order, read from the disk."""
        for _, piece in self._lines():
            yield from piece.facts

    def _lines(self) -> Iterator[tuple[bytes, Piece]]:
        try:
            file = open_file(self.path, below=self.out)
        except FileNotFoundError:
            return
        with file:
            for line in file:
                piece = Piece.of_line(line)
                if piece is None:
                    return
                yield line, piece

    def _is_there(self, name: str, size: int) -> bool:
        if name.startswith("/") or ".." in name.split("/"):
            return False
        try:
            found = stat_of(self.folder / name, below=self.out)
        except FolderRefused:
            return False
        return found is not None and found.st_size == size

    def _count(self, piece: Piece) -> None:
        self.units += piece.units
        self.drawings += piece.drawings
        self.files += len(piece.files)
        self.size += sum(size for _, size in piece.files)
        self.pieces += bool(piece.files)
        self.damaged += piece.damaged

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()


def require_place(out: Path, dataset: Path) -> None:
    """Raise UsageError unless ``out`` is a folder for an export, or can become one; writes nothing."""
    if _ADDRESS.match(str(out)):
        what = "an address is no folder: exports are written to disks"
        raise UsageError(what, where=out, remedy="write to a folder, and copy it there")
    there = next(path for path in (out, *out.absolute().parents) if path.exists())
    if not there.is_dir():
        raise UsageError("a file lies where the folder of the export is to be", where=out, remedy=_ANOTHER)
    if not isinstance(dataset, StorePath) and _lies_in(out, dataset):
        raise UsageError(
            "the export would lie inside the dataset", where=out, remedy="name a folder beside it"
        )
    names = [name for name in names_in(out) if name != HIDDEN] if out.is_dir() else []
    if names and read_header(out) is None:
        raise UsageError(
            f"this folder has other files in it ({names[0]!r})",
            where=out,
            remedy="name a new or empty folder",
        )


def _lies_in(out: Path, dataset: Path) -> bool:
    root = dataset.resolve() if dataset.is_dir() else dataset.resolve().parent
    return out.resolve().is_relative_to(root)


def read_header(out: Path) -> dict[str, Any] | None:
    """What the export in ``out`` is of; None where there is none that can be read."""
    try:
        header = json.loads(read_file(out / _FOLDER / _HEADER, most=_LARGEST_HEADER, below=out))
    except (OSError, ValueError, RecursionError):
        return None
    return header if isinstance(header, dict) else None


def begin(out: Path, header: Mapping[str, Any]) -> None:
    """Say what the export is of, or find that it was begun as the same.

    Raises UsageError where another one was begun there, OSError, Refusal.
    """
    older = read_header(out)
    if older is None:
        write_file(out / _FOLDER / _HEADER, json.dumps(header, indent=1) + "\n", below=out)
        return
    if older == header:
        return
    said = older.get("options")
    options = said if isinstance(said, dict) else {}
    differing = [
        f"{name} {options.get(name)!r}, not {value!r}"
        for name, value in header["options"].items()
        if options.get(name) != value
    ]
    if differing:
        what = f"another export was begun here ({'; '.join(differing)})"
    elif older.get("dataset") != header["dataset"]:
        what = "the dataset has changed since this export was begun"
    else:
        what = "this export was begun by another version of dougagen"
    raise UsageError(what, where=out, remedy=_ANOTHER)


def staging(out: Path, part: str) -> Path:
    """Where the pieces of a part are made before they are moved."""
    return out / _FOLDER / f"{part}.staged"


def tidy(out: Path) -> None:
    """Remove what is staged, of this run or one that was killed. Raises OSError, Refusal."""
    with folder_at(out / _FOLDER, below=out, make=True) as folder:
        for name in folder.names():
            if name.endswith(".staged") and folder.has_folder(name):
                with folder.below(name) as inner:
                    inner.clear()
                folder.remove_folder(name)
            elif name.endswith(".partial"):
                folder.remove(name)
