"""An open folder: what is done in it is done there, whatever is put at its path meanwhile.

Whoever may write into an output folder can lay a link, a pipe or a folder where a file of ours is looked for.
So nothing below the folder that the user named is looked up by its whole path: each folder is opened below
the handle of the one above it (``openat``), no link on the way is followed, a new file is never one that was
there, and only what turns out to be a regular file once it is open is read.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

_CALLS = (os.open, os.mkdir, os.rename, os.unlink, os.rmdir, os.stat)
CAN_OPEN_BELOW = {*_CALLS} <= os.supports_dir_fd and all(
    hasattr(os, flag) for flag in ("O_NOFOLLOW", "O_DIRECTORY", "O_NONBLOCK")
)
"""Whether this system opens files below a handle: Linux, macOS and the BSDs do. Where it does not, ``Folder``
refuses: there is no second, less careful way."""
_NO_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND
_COPY_INSTEAD = "no link inside an output folder is followed: put what it leads to there instead"


class Refusal(OSError):  # noqa: N818 - what lies there, not a fault
    """What lies at a path is not what belongs there; ``strerror`` says what it is, ``path`` where."""

    def __init__(self, number: int, what: str, path: Path, *, remedy: str) -> None:
        super().__init__(number, what)
        self.path, self.remedy = path, remedy


class FolderRefused(Refusal):
    """A link or a file lies where a folder is needed: nothing below it can be reached."""


class FileRefused(Refusal):
    """A link, a folder, a pipe or a device lies where a file is needed: this one file is out of reach."""


def words_for(mode: int) -> str:
    """What a file of this ``st_mode`` is, for people."""
    if stat.S_ISLNK(mode):
        return "a link"
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISREG(mode):
        return "a file"
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


class Folder:
    """A handle on a folder; a context manager. Names given to its methods are plain names, never paths."""

    def __init__(self, handle: int, path: Path) -> None:
        self._handle = handle
        self.path = path
        """As it was named: for messages."""

    @classmethod
    def named(cls, path: Path) -> Folder:
        """The folder at ``path``, through whatever links: who named it meant where they lead.

        Raises OSError.
        """
        if not CAN_OPEN_BELOW:
            raise FolderRefused(
                errno.ENOSYS,
                "this system opens no file below a folder",
                path,
                remedy="use a POSIX system",
            )
        return cls(os.open(path, _FOLDER), path)

    def below(self, name: str, *, make: bool = False) -> Folder:
        """The folder ``name`` in this one, made if it is missing and ``make``. Raises OSError, FolderRefused
        where a link or anything else lies there."""
        plain(name)
        if make:
            with suppress(FileExistsError):
                os.mkdir(name, dir_fd=self._handle)
        try:
            handle = os.open(name, _FOLDER | _NO_LINK, dir_fd=self._handle)
        except OSError as error:
            found = self.stat(name) if error.errno in (errno.ENOTDIR, errno.ELOOP, errno.EMLINK) else None
            if found is None or stat.S_ISDIR(found.st_mode):
                raise
            is_link = stat.S_ISLNK(found.st_mode)
            raise FolderRefused(
                errno.ELOOP if is_link else errno.ENOTDIR,
                f"{words_for(found.st_mode)} lies where a folder is needed",
                self.path / name,
                remedy=_COPY_INSTEAD if is_link else "move it away",
            ) from error
        return Folder(handle, self.path / name)

    def stat(self, name: str) -> os.stat_result | None:
        """Of what lies at ``name``, of a link itself; None where there is nothing."""
        try:
            return os.stat(plain(name), dir_fd=self._handle, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def has_file(self, name: str) -> bool:
        """Whether a regular file lies there."""
        found = self.stat(name)
        return found is not None and stat.S_ISREG(found.st_mode)

    def has_folder(self, name: str) -> bool:
        """Whether a folder lies there, no link to one."""
        found = self.stat(name)
        return found is not None and stat.S_ISDIR(found.st_mode)

    def names(self) -> list[str]:
        """Of all that lies here, sorted."""
        return sorted(os.listdir(self._handle))  # noqa: PTH208 - of a handle

    def read(self, name: str) -> BufferedReader:
        """The regular file ``name``, open for reading; never waits. Raises OSError, FileRefused."""
        return os.fdopen(self.open(name, os.O_RDONLY), "rb")

    def append(self, name: str) -> BinaryIO:
        """The regular file ``name``, made where it is missing, open for writing at its end."""
        return os.fdopen(self.open(name, _APPEND), "ab")

    def create(self, name: str) -> BinaryIO:
        """A new file, open for reading and writing. Raises OSError, FileRefused where anything lies there."""
        try:
            handle = os.open(plain(name), _NEW | _NO_LINK | _NO_WAIT, 0o666, dir_fd=self._handle)
        except FileExistsError as error:
            found = self.stat(name)
            what = f"{words_for(found.st_mode) if found else 'a file'} lies where a new file is to be made"
            raise FileRefused(errno.EEXIST, what, self.path / name, remedy="move it away") from error
        return os.fdopen(handle, "w+b")

    def open(self, name: str, flags: int) -> int:
        """A descriptor of the regular file ``name``. Raises OSError, FileRefused."""
        try:
            handle = os.open(plain(name), flags | _NO_LINK | _NO_WAIT, 0o666, dir_fd=self._handle)
        except OSError as error:
            found = self.stat(name)
            if found is None or stat.S_ISREG(found.st_mode):
                raise
            raise not_a_file(found.st_mode, self.path / name) from error
        return require_regular(handle, self.path / name)

    def rename(self, old: str, new: str) -> None:
        """In one step; a link at ``new`` gives way, what it leads to stays. Raises OSError, FileRefused where
        a folder lies at ``new``."""
        try:
            os.rename(plain(old), plain(new), src_dir_fd=self._handle, dst_dir_fd=self._handle)
        except OSError as error:
            found = self.stat(new)
            if found is None or not stat.S_ISDIR(found.st_mode):
                raise
            raise not_a_file(found.st_mode, self.path / new) from error

    def move(self, name: str, into: Folder) -> None:
        """The file ``name`` of this folder into another of the same disk, as ``rename`` does it."""
        try:
            os.rename(plain(name), name, src_dir_fd=self._handle, dst_dir_fd=into._handle)
        except OSError as error:
            found = into.stat(name)
            if found is None or not stat.S_ISDIR(found.st_mode):
                raise
            raise not_a_file(found.st_mode, into.path / name) from error

    def clear(self) -> None:
        """Remove all that lies here, folders with what is in them; a link goes, what it leads to stays.

        Raises OSError.
        """
        for name in self.names():
            if self.has_folder(name):
                with self.below(name) as inner:
                    inner.clear()
                self.remove_folder(name)
            else:
                self.remove(name)

    def remove(self, name: str) -> None:
        """The file, or the link itself; nothing where there is nothing. Raises OSError, FileRefused at a
        folder."""
        try:
            os.unlink(plain(name), dir_fd=self._handle)
        except FileNotFoundError:
            return
        except OSError as error:
            found = self.stat(name)
            if found is None or not stat.S_ISDIR(found.st_mode):
                raise
            raise not_a_file(found.st_mode, self.path / name) from error

    def remove_folder(self, name: str) -> None:
        """An empty folder. Raises OSError."""
        os.rmdir(plain(name), dir_fd=self._handle)

    def sync(self) -> None:
        """Make renames in here survive a loss of power."""
        os.fsync(self._handle)

    def close(self) -> None:
        """Let go of the handle."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def plain(name: str) -> str:
    """The name, if it is one and no path; ValueError otherwise."""
    if not name or name in (".", "..") or "/" in name or "\0" in name:
        raise ValueError(f"a plain file name is needed, got {name!r}")
    return name


def not_a_file(mode: int, path: Path) -> FileRefused:
    """The refusal of what has this ``st_mode`` and is no regular file."""
    if stat.S_ISLNK(mode):
        return FileRefused(errno.ELOOP, "a link lies where a file is needed", path, remedy=_COPY_INSTEAD)
    number = errno.EISDIR if stat.S_ISDIR(mode) else errno.ENXIO
    return FileRefused(number, f"{words_for(mode)} lies where a file is needed", path, remedy="move it away")


def require_regular(handle: int, path: Path) -> int:
    """The descriptor, if it is of a regular file; else it is closed. Raises FileRefused."""
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode):
        return handle
    os.close(handle)
    raise not_a_file(mode, path)
