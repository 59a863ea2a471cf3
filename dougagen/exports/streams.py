"""Units into pieces: loose files, a piece for each unit; or tar files of bounded size, a piece for many."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from dougagen.domain import Record
from dougagen.exports.formats import (
    ExportedShot,
    Laid,
    LayeredFormat,
    PackedFormat,
    RecordFormat,
    ShotFormat,
)
from dougagen.exports.journal import PartJournal, Piece, staging
from dougagen.exports.place import Place, clear_folder, move_all

_BLOCK = tarfile.BLOCKSIZE
Unwritten = Record | Laid | ExportedShot


class LooseStream:
    """A format's files, moved into the folder of the part as soon as a unit is done."""

    def __init__(self, form: RecordFormat | ShotFormat, journal: PartJournal) -> None:
        self._form, self._journal = form, journal
        self._staged = staging(journal.out, journal.part)

    def put(self, name: str, what: Unwritten, drawings: int, damaged: list[str]) -> None:
        """Write a unit. Raises what its format does; then nothing of it is in the export."""
        clear_folder(self._staged, below=self._journal.out)
        place = Place(self._staged, self._journal.out)
        facts: Mapping[str, Any] | None
        if isinstance(what, Record):
            facts = self._form.write_record(what, name, place)  # type: ignore[union-attr]
        elif isinstance(what, Laid):
            assert isinstance(self._form, LayeredFormat)
            facts = self._form.write_layers(what.record, what.behind, name, place)
        else:
            facts = self._form.write_shot(what, place)  # type: ignore[union-attr]
        files = move_all(self._staged, self._journal.folder, below=self._journal.out)
        self._journal.add(Piece(1, drawings, tuple(files), (facts,) if facts else (), tuple(damaged)))

    def pass_over(self, damaged: tuple[str, ...]) -> None:
        """A unit that is not in the export, and why."""
        self._journal.add(Piece(1, 0, damaged=damaged))

    def end(self) -> None:
        """All units are behind us: the format writes its index."""
        clear_folder(self._staged, below=self._journal.out)
        self._form.finish(self._journal.facts(), Place(self._staged, self._journal.out))
        move_all(self._staged, self._journal.folder, below=self._journal.out)

    def close(self) -> None:
        """Nothing is open between units."""


class TarStream:
    """Samples into ``train-000000.tar`` and so on, each moved into place when the next one does not fit."""

    def __init__(self, form: PackedFormat, journal: PartJournal, most: int) -> None:
        self._form, self._journal, self._most = form, journal, most
        self._staged = staging(journal.out, journal.part)
        self._open = ExitStack()
        self._tar: tarfile.TarFile | None = None
        self._file: BinaryIO | None = None
        self._units = self._drawings = self._size = 0
        self._damaged: list[str] = []

    def put(self, name: str, what: Unwritten, drawings: int, damaged: list[str]) -> None:
        """Pack a record. Raises what its format does; then nothing of it is in the export."""
        assert isinstance(what, Record)
        members = [(f"{name}.{ending}", content) for ending, content in self._form.members(what)]
        size = sum(_BLOCK + -(-len(content) // _BLOCK) * _BLOCK for _, content in members)
        if self._tar is not None and self._size + size + tarfile.RECORDSIZE > self._most:
            self._finish_tar()
        tar = self._tar or self._new_tar()
        for member, content in members:
            tar.addfile(_header(member, len(content)), io.BytesIO(content))
        self._size += size
        self._units += 1
        self._drawings += drawings
        self._damaged += damaged

    def pass_over(self, damaged: tuple[str, ...]) -> None:
        """It counts with those before it."""
        self._units += 1
        self._damaged += damaged

    def _new_tar(self) -> tarfile.TarFile:
        clear_folder(self._staged, below=self._journal.out)
        place = Place(self._staged, self._journal.out)
        self._file = self._open.enter_context(
            place.new(f"{self._journal.part}-{self._journal.pieces:06d}.tar")
        )
        self._tar = tarfile.TarFile(fileobj=self._file, mode="w", format=tarfile.USTAR_FORMAT)
        self._size = 0
        return self._tar

    def _finish_tar(self) -> None:
        files: list[tuple[str, int]] = []
        if self._tar is not None and self._file is not None:
            self._tar.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._open.close()
            files = move_all(self._staged, self._journal.folder, below=self._journal.out)
        self._tar = self._file = None
        self._journal.add(Piece(self._units, self._drawings, tuple(files), damaged=tuple(self._damaged)))
        self._units = self._drawings = 0
        self._damaged = []

    def end(self) -> None:
        """All units are behind us: the last file is moved into place."""
        if self._units:
            self._finish_tar()

    def close(self) -> None:
        """Let go of a file that was not ended."""
        self._open.close()


def _header(name: str, size: int) -> tarfile.TarInfo:
    """Nothing in it depends on who packs it, or when."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o644
    return info


def folder_of_part(out: Path, part: str, *, packed: bool) -> Path:
    """Tar files lie side by side, other files in a folder for each part."""
    return out if packed else out / part
