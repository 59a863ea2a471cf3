"""How a file of a dataset gets onto the disk whole: under a hidden name, synced, renamed, its folder synced.

A path here is that of a file of a dataset, ``out/FOLDER/NAME``: from ``out`` down no link is followed.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO

from dougagen.errors import ShardError
from dougagen.files import (
    FileRefused,
    Folder,
    Refusal,
    StorePath,
    StoreRefused,
    folder_at,
    hidden_name,
    is_file,
    read_file,
    remove_file,
    stat_of,
    write_file,
)

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

_ATTEMPTS = 3


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


def stops_everything(error: ShardError) -> bool:
    """Whether the system would refuse the next episode, too: a full disk, a link for a folder; not one file
    that lies in one episode's way. Arrow's errors have no number."""
    cause = error.__cause__
    return isinstance(cause, OSError) and cause.errno is not None and not isinstance(cause, FileRefused)


def store_refuses(error: ShardError) -> bool:
    """Whether it is a store that would say the same of the next file: it is no damage of this one."""
    return isinstance(error.__cause__, StoreRefused) and error.__cause__.is_of_the_store


def sync_folder(folder: Path) -> None:
    """Make renames in ``folder``, the dataset's own or one above it included, survive a loss of power."""
    with folder_at(folder) as opened:
        opened.sync()


def folder_of(path: Path) -> AbstractContextManager[Folder]:
    """The open folder that a file of a dataset lies in, ``out/FOLDER/NAME``."""
    return folder_at(path.parent, below=path.parent.parent)


def create(path: Path) -> BinaryIO:
    """A new file of a dataset, open for writing. Raises OSError, FileRefused where anything lies there.

    Its folder is made where it is gone: an episode beside this one that failed takes away the empty folders
    that it had made.
    """
    for attempt in range(_ATTEMPTS):
        try:
            with folder_at(path.parent, below=path.parent.parent, make=True) as folder:
                return folder.create(path.name)
        except FileNotFoundError:  # gone again between the two
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("it is made or refused")


def prepare_text(path: Path, text: str) -> Path:
    """Write ``text`` on the disk beside ``path`` under a hidden name, ready to be moved. Raises OSError."""
    hidden = path.with_name(hidden_name(path.name))
    file = create(hidden)
    try:
        with file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        remove(hidden)
        raise
    return hidden


def write_text_whole(path: Path, text: str) -> None:
    """Put ``text`` at ``path`` in one step. Raises OSError, Refusal."""
    write_file(path, text, below=path.parent.parent)


def read_text(path: Path, *, most: int) -> str:
    """A text of at most so many bytes. Raises OSError, Refusal, UnicodeDecodeError."""
    return read_file(path, most=most, below=path.parent.parent).decode("utf-8")


def move(old: Path, new: Path) -> None:
    """Rename in one step, within a folder. Raises OSError, FileRefused where a folder lies at ``new``."""
    with folder_of(new) as folder:
        folder.rename(old.name, new.name)


def remove(path: Path) -> None:
    """The file, or the link itself. Raises OSError, FileRefused at a folder."""
    remove_file(path, below=path.parent.parent)


def is_there(path: Path) -> bool:
    """Whether a regular file lies there. Raises OSError, FolderRefused."""
    return is_file(path, below=path.parent.parent)


def size_of(path: Path) -> int:
    """Bytes of a regular file; -1 where none lies there. Raises OSError, FolderRefused."""
    found = stat_of(path, below=path.parent.parent)
    return found.st_size if found is not None and stat.S_ISREG(found.st_mode) else -1


def files_in(folder: Path) -> list[Path]:
    """All that lies in a folder of a dataset but for folders, sorted; nothing where it is not there.

    Raises OSError, FolderRefused.
    """
    try:
        with folder_at(folder, below=folder.parent) as opened:
            names = [name for name in opened.names() if not opened.has_folder(name)]
    except FileNotFoundError:
        return []
    return [folder / name for name in names]


def make_folders(folder: Path, *, below: Path | None = None) -> tuple[Path, ...]:
    """Create ``folder`` and what is missing above it; returns what was created, outermost first.

    From ``below`` down no link may lie on the way. Raises OSError, FolderRefused.
    """
    if isinstance(folder, StorePath):
        return ()  # a store has none
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
