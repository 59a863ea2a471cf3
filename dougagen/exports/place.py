"""Where a format writes: a folder of its own, moved into the export when the format is done.

Nothing that a format is told leads out of it: every part of a path has to be a plain name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from dougagen.files import folder_at


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
        if name.is_absolute() or ".." in name.parts:
            raise ValueError(f"a path inside the export is needed, got {path!r}")
        at = self._root / name
        with folder_at(at.parent, below=self._below, make=True) as folder, folder.create(at.name) as file:
            yield file
