"""How a file of a dataset gets onto the disk whole: under a hidden name, synced, renamed, its folder synced.

``below`` is the dataset's folder wherever a path is given: from it down no link is followed.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dougagen.errors import ShardError
from dougagen.files import Refusal, folder_at, hidden_name, move_file, stat_of, write_file

_REMEDIES = {
    errno.ENOSPC: "free space on this disk or choose another --out",
    errno.EDQUOT: "free space in your quota or choose another --out",
    errno.EFBIG: "this disk or shell limits the size of files: lower the shard size or raise the limit",
    errno.EACCES: "make the folder writable or choose another --out",
    errno.EPERM: "make the folder writable or choose another --out",
    errno.EROFS: "this disk is read-only: choose another --out",
    errno.ENOTDIR: "a file lies where a folder is needed: choose another --out",
    errno.EEXIST: "a file lies where a folder is needed: choose another --out",
}


def cannot_write(path: Path, error: OSError) -> ShardError:
    """The one line for a write that the system refused, or for what lies where we would write."""
    if isinstance(error, Refusal):
        return ShardError(f"cannot write ({error.strerror})", where=error.path, remedy=error.remedy)
    reason = os.strerror(error.errno).lower() if error.errno else str(error)
    return ShardError(f"cannot write ({reason})", where=path, remedy=_REMEDIES.get(error.errno or 0, ""))


@contextmanager
def refusals_named(path: Path) -> Iterator[None]:
    """Whatever the system refuses inside becomes ShardError with the remedy."""
    try:
        yield
    except OSError as error:
        raise cannot_write(path, error) from error


def sync_folder(folder: Path, *, below: Path | None = None) -> None:
    """Make renames in ``folder`` survive a loss of power."""
    with folder_at(folder, below=below) as opened:
        opened.sync()


def prepare_text(path: Path, text: str, *, below: Path | None = None) -> Path:
    """Write ``text`` on the disk beside ``path`` under a hidden name, ready to be renamed. Raises OSError."""
    return prepare_bytes(path, text.encode("utf-8"), below=below)


def prepare_bytes(path: Path, data: bytes, *, below: Path | None = None) -> Path:
    """``prepare_text`` for a file that is no text."""
    hidden = path.with_name(hidden_name(path.name))
    with folder_at(path.parent, below=below) as folder:
        file = folder.create(hidden.name)
        try:
            with file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            folder.remove(hidden.name)
            raise
    return hidden


def put_in_place(hidden: Path, path: Path, *, below: Path | None = None) -> None:
    """Rename in one step: readers see the old file or the new one, also after a loss of power."""
    move_file(hidden, path, below=below)


def write_text_whole(path: Path, text: str, *, below: Path | None = None) -> None:
    """Put ``text`` at ``path`` in one step. Raises OSError."""
    write_file(path, text, below=below)


def write_bytes_whole(path: Path, data: bytes, *, below: Path | None = None) -> None:
    """Put ``data`` at ``path`` in one step. Raises OSError."""
    write_file(path, data, below=below)


def make_folders(folder: Path, *, below: Path | None = None) -> tuple[Path, ...]:
    """Create ``folder`` and what is missing above it; returns what was created, outermost first.

    From ``below`` down no link may lie on the way. Raises OSError, FolderRefused.
    """
    root = folder if below is None else below
    created: list[Path] = []
    at = root
    while not at.exists() and at != at.parent:
        created.insert(0, at)
        at = at.parent
    root.mkdir(parents=True, exist_ok=True)
    for depth in range(len(folder.relative_to(root).parts), 0, -1):
        at = folder if depth == 1 else folder.parents[depth - 2]
        if stat_of(at, below=root) is None:
            created.append(at)
        with folder_at(at, below=root, make=True):
            pass
    return tuple(created)


def remove_if_empty(folders: tuple[Path, ...]) -> None:
    """Undo ``make_folders`` as far as nobody has put anything there since."""
    for folder in reversed(folders):
        try:
            folder.rmdir()
        except OSError:
            return
