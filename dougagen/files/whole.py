"""Files read and written by their paths: whole or not at all, and only where they are meant to lie.

``below`` is the folder that the user named, an output folder. From it down no link is followed. Without it
the path itself is what the user named, and links in it are the user's; what is written there still takes the
place of a link and is not written through it.

A path in a store (``StorePath``) is read in the same words; there are no links there, and names cannot be
redirected.
"""

from __future__ import annotations

import errno
import io
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Literal

from dougagen.errors import DougagenError
from dougagen.files.addresses import StorePath
from dougagen.files.folder import FileRefused, Folder, Refusal, not_a_file, require_regular
from dougagen.files.stores import open_in_store, store_of, writable

Survives = Literal["power loss", "crash"]
_LONGEST_NAME = 200  # bytes of a name that a hidden one repeats: with its dots and digits it stays under 255


@contextmanager
def refused_as(kind: type[DougagenError], path: Path, *, what: str, remedy: str = "") -> Iterator[None]:
    """Whatever the system refuses inside becomes ``kind`` in one line: ``path: what (reason); remedy``."""
    try:
        yield
    except Refusal as error:
        raise kind(f"{what} ({error.strerror})", where=error.path, remedy=error.remedy) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise kind(f"{what} ({reason})", where=path, remedy=remedy) from error


def hidden_name(name: str) -> str:
    """A temporary name that nobody foresees: begins with a dot and does not end in ``.parquet``, since DuckDB
    and Polars read dot files too."""
    return f".{os.fsdecode(os.fsencode(name)[:_LONGEST_NAME])}.{secrets.token_hex(4)}.partial"


@contextmanager
def folder_at(path: Path, *, below: Path | None = None, make: bool = False) -> Iterator[Folder]:
    """The folder ``path``, open; ``make`` makes what is missing from ``below`` (which must be there) to it.

    Raises OSError, FolderRefused where a link lies between the two.
    """
    root = path if below is None else below
    folder = Folder.named(root)
    try:
        for name in path.relative_to(root).parts:
            inner = folder.below(name, make=make)
            folder.close()
            folder = inner
        yield folder
    finally:
        folder.close()


def open_file(path: Path, *, below: Path | None = None) -> BufferedReader:
    """A regular file, open for reading; a pipe or a device is refused at once and never waited for.

    Raises OSError, FileRefused.
    """
    if isinstance(path, StorePath):
        return open_in_store(path)
    if below is not None:
        with folder_at(path.parent, below=below) as folder:
            return folder.read(path.name)
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    return os.fdopen(require_regular(handle, path), "rb")


def read_file(path: Path, *, most: int, below: Path | None = None) -> bytes:
    """The bytes of a regular file. Raises OSError, FileRefused where there are more than ``most``."""
    file = open_in_store(path, fresh=True) if isinstance(path, StorePath) else open_file(path, below=below)
    with file:
        data = file.read(most + 1)
    if len(data) > most:
        raise FileRefused(errno.EFBIG, f"more than {most} bytes", path, remedy="move it away")
    return data


def stat_of(path: Path, *, below: Path | None = None) -> os.stat_result | None:
    """Of what lies at ``path``, of a link itself where ``below`` is given; None where there is nothing.

    Raises OSError, FolderRefused.
    """
    try:
        if below is None or isinstance(path, StorePath):
            return path.stat()
        with folder_at(path.parent, below=below) as folder:
            return folder.stat(path.name)
    except FileNotFoundError:
        return None


def is_file(path: Path, *, below: Path | None = None) -> bool:
    """Whether a regular file lies there, no link on the way from ``below``. Raises OSError, FolderRefused."""
    found = stat_of(path, below=below)
    return found is not None and stat.S_ISREG(found.st_mode)


def require_file_or_nothing(path: Path, *, below: Path) -> None:
    """Raises OSError, FileRefused where anything but a regular file lies at ``path``, FolderRefused."""
    found = stat_of(path, below=below)
    if found is not None and not stat.S_ISREG(found.st_mode):
        raise not_a_file(found.st_mode, path)


def names_in(folder: Path, *, below: Path | None = None) -> list[str]:
    """Of all that lies in ``folder``, sorted; nothing where there is no such folder.

    Raises OSError, FolderRefused where a link lies there.
    """
    if isinstance(folder, StorePath):
        return store_of(folder).names_in(folder)
    try:
        with folder_at(folder, below=below) as opened:
            return opened.names()
    except FileNotFoundError:
        return []


@contextmanager
def new_file(
    path: Path, *, below: Path | None = None, survives: Survives = "power loss"
) -> Iterator[BinaryIO]:
    """A file to write that appears at ``path`` in one step when the block ends; if that raises, nothing is
    there that was not there before.

    It takes the place of a file, whose permissions it keeps, or of a link; a folder, a pipe or a device there
    is refused. The folders between ``below`` and it are made. ``survives="power loss"`` waits for the disk,
    ``"crash"`` does not: for pictures by the thousand that can be made again. Raises OSError, Refusal.
    """
    if isinstance(path, StorePath):
        content = io.BytesIO()
        yield content
        writable(path).put(path, content.getvalue())
        return
    with folder_at(path.parent, below=below, make=below is not None) as folder:
        mode = _mode_to_keep(folder, path)
        hidden = hidden_name(path.name)
        file = folder.create(hidden)
        try:
            with file:
                if mode is not None:
                    os.fchmod(file.fileno(), mode)
                yield file
                file.flush()
                if survives == "power loss":
                    os.fsync(file.fileno())
            folder.rename(hidden, path.name)
            if survives == "power loss":
                folder.sync()
        except BaseException:
            with suppress(OSError):
                folder.remove(hidden)
            raise


def _mode_to_keep(folder: Folder, path: Path) -> int | None:
    """Permissions of the file that is replaced; None where there is none. Raises FileRefused."""
    found = folder.stat(path.name)
    if found is None or stat.S_ISLNK(found.st_mode):
        return None
    if not stat.S_ISREG(found.st_mode):
        raise not_a_file(found.st_mode, path)
    return stat.S_IMODE(found.st_mode) & 0o777


def write_file(
    path: Path, content: bytes | str, *, below: Path | None = None, survives: Survives = "power loss"
) -> None:
    """Put ``content`` (text as UTF-8) at ``path`` as ``new_file`` does. Raises what it raises."""
    with new_file(path, below=below, survives=survives) as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)


def copy_file(source: Path, path: Path, *, below: Path | None = None) -> None:
    """The bytes of ``source``, both below ``below``, at ``path`` as ``new_file`` puts them there."""
    with open_file(source, below=below) as file, new_file(path, below=below) as copy:
        shutil.copyfileobj(file, copy, 1 << 20)


def append_file(path: Path, *, below: Path | None = None) -> BinaryIO:
    """The file at ``path``, open for writing at its end, made where it is missing.

    Without ``below`` a terminal or ``/dev/null`` may be named, too; a pipe is refused, for it would be waited
    on. Raises OSError, FileRefused.
    """
    if below is not None:
        with folder_at(path.parent, below=below, make=True) as folder:
            return folder.append(path.name)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    try:
        handle = os.open(path, flags, 0o666)
    except OSError as error:
        if error.errno not in (errno.ENXIO, errno.EISDIR):  # a pipe that nobody reads, a folder
            raise
        raise not_a_file(path.stat().st_mode, path) from error
    if not stat.S_ISCHR(os.fstat(handle).st_mode):
        require_regular(handle, path)
    os.set_blocking(handle, True)
    return os.fdopen(handle, "ab")


def remove_file(path: Path, *, below: Path | None = None) -> None:
    """Remove the file or the link at ``path``; nothing where there is nothing. Raises OSError, Refusal."""
    if isinstance(path, StorePath):
        writable(path).remove(path)
        return
    with suppress(FileNotFoundError), folder_at(path.parent, below=below) as folder:
        folder.remove(path.name)
