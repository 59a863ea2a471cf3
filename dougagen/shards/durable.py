"""How a file gets onto the disk whole: written under a hidden name, synced, renamed, its folder synced."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dougagen.errors import ShardError

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
    """The one line for a write that the system refused."""
    reason = os.strerror(error.errno).lower() if error.errno else str(error)
    return ShardError(f"cannot write ({reason})", where=path, remedy=_REMEDIES.get(error.errno or 0, ""))


@contextmanager
def refusals_named(path: Path) -> Iterator[None]:
    """Whatever the system refuses inside becomes ShardError with the remedy."""
    try:
        yield
    except OSError as error:
        raise cannot_write(path, error) from error


def hidden_name(name: str) -> str:
    """A temporary name: begins with a dot and does not end in ``.parquet``, since DuckDB and Polars read
    dot files too."""
    return f".{name}.{secrets.token_hex(4)}.partial"


def sync_folder(folder: Path) -> None:
    """Make renames in ``folder`` survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def prepare_text(path: Path, text: str) -> Path:
    """Write ``text`` on the disk beside ``path`` under a hidden name, ready to be renamed. Raises OSError."""
    return prepare_bytes(path, text.encode("utf-8"))


def prepare_bytes(path: Path, data: bytes) -> Path:
    """``prepare_text`` for a file that is no text."""
    hidden = path.with_name(hidden_name(path.name))
    try:
        with hidden.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        hidden.unlink(missing_ok=True)
        raise
    return hidden


def put_in_place(hidden: Path, path: Path) -> None:
    """Rename in one step: readers see the old file or the new one, also after a loss of power."""
    hidden.replace(path)
    sync_folder(path.parent)


def write_text_whole(path: Path, text: str) -> None:
    """Put ``text`` at ``path`` in one step. Raises OSError."""
    write_bytes_whole(path, text.encode("utf-8"))


def write_bytes_whole(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path`` in one step. Raises OSError."""
    hidden = prepare_bytes(path, data)
    try:
        put_in_place(hidden, path)
    finally:
        hidden.unlink(missing_ok=True)


def make_folders(folder: Path) -> tuple[Path, ...]:
    """Create ``folder`` and what is missing above it; returns what was created, outermost first."""
    missing = []
    at = folder
    while not at.exists() and at != at.parent:
        missing.append(at)
        at = at.parent
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(reversed(missing))


def remove_if_empty(folders: tuple[Path, ...]) -> None:
    """Undo ``make_folders`` as far as nobody has put anything there since."""
    for folder in reversed(folders):
        try:
            folder.rmdir()
        except OSError:
            return
