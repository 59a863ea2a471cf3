"""Where a format writes: a folder of its own, moved into the export when the format is done.

Nothing that a format is told leads out of it: every part of a path has to be a plain name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from dougagen.files import Folder, folder_at


class Place:
    """A folder that is filled; paths are relative, with ``/``, and their folders are made."""

    def __init__(self, root: Path, below: Path) -> None:
        self._root, self._below = root, below

    def write(self, path: str, content: bytes | str) -> None:
        """A new file with this content (text as UTF-8). Raises OSError, FileRefused where one is there."""
        with self.new(path) as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)

    @contextmanager
    def new(self, path: str) -> Iterator[BinaryIO]:
        """A new file, open for reading, writing and seeking."""
        name = PurePosixPath(path)
        if name.is_absolute() or ".." in name.parts or not name.parts:
            raise ValueError(f"a path inside the export is needed, got {path!r}")
        at = self._root / name
        with folder_at(at.parent, below=self._below, make=True) as folder, folder.create(at.name) as file:
            yield file


def clear_folder(path: Path, *, below: Path) -> None:
    """An empty folder at ``path``, whatever lay in it. Raises OSError, FolderRefused."""
    with folder_at(path, below=below, make=True) as folder:
        folder.clear()


def move_all(staged: Path, into: Path, *, below: Path) -> list[tuple[str, int]]:
    """Move every file of ``staged`` to the same place in ``into``, in place of an older one; leave no folder.

    Returns path below ``into`` and bytes of each, in order. Raises OSError, Refusal.
    """
    moved: list[tuple[str, int]] = []
    with folder_at(staged, below=below) as folder:
        _move(folder, into, below, "", moved)
    return moved


def _move(folder: Folder, into: Path, below: Path, prefix: str, moved: list[tuple[str, int]]) -> None:
    names = folder.names()
    files = [name for name in names if not folder.has_folder(name)]
    if files:
        with folder_at(into / prefix, below=below, make=True) as target:
            for name in files:
                found = folder.stat(name)
                folder.move(name, target)
                moved.append((prefix + name, found.st_size if found else 0))
    for name in names:
        if folder.has_folder(name):
            with folder.below(name) as inner:
                _move(inner, into, below, f"{prefix}{name}/", moved)
            folder.remove_folder(name)
