"""One writer an episode: a lock that the system takes back when its process dies, however it dies.

``flock`` on a file of its own in ``.dougagen/locks``. Linux carries it over NFS since 2.6.12 (as a lock on
the server, so between machines too); a share that knows no locks says so, and then nothing is written.
"""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from dougagen.errors import ShardError
from dougagen.files import FileRefused, Folder, StorePath, folder_at
from dougagen.shards.durable import refusals_named
from dougagen.shards.ledger import HIDDEN, require_episode_id

_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})
_ATTEMPTS = 100


class EpisodeBusy(ShardError):  # noqa: N818 - a state of the episode, not a fault
    """Another process is writing this episode right now."""


class Lock:
    """A file that one process holds at a time; a context manager that lets go and tidies away."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path, self._handle = path, handle

    @classmethod
    def take(cls, path: Path) -> Lock | None:
        """The lock, or None where another process has it. Never waits. Raises ShardError."""
        if isinstance(path, StorePath):
            from dougagen.shards.leases import Lease

            return Lease.take_at(path)
        with refusals_named(path.parent.parent):
            for _ in range(_ATTEMPTS):
                taken = cls._try(path)
                if taken is not False:
                    return taken
        raise ShardError("cannot be locked: others keep taking and dropping the lock", where=path)

    @classmethod
    def _try(cls, path: Path) -> Lock | Literal[False] | None:
        """False: somebody tidied the file or its folder away while we opened and locked it; try again."""
        out = path.parents[2]
        try:
            out.mkdir(parents=True, exist_ok=True)
            with folder_at(path.parent, below=out, make=True) as folder:
                handle = _opened(folder, path)
                try:
                    if cls._is_taken(handle, path) and _is_at(folder, path.name, handle):
                        taken, handle = cls(path, handle), -1
                        return taken
                    return False
                except BlockingIOError:
                    return None
                finally:
                    if handle >= 0:
                        os.close(handle)
        except FileNotFoundError:
            return False

    @staticmethod
    def _is_taken(handle: int, path: Path) -> bool:
        """True. Raises BlockingIOError where another process has it, ShardError where there are no locks."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _NO_LOCKS:
                raise ShardError(
                    f"the file system does not support locks ({os.strerror(error.errno).lower()})",
                    where=path.parent.parent,
                    remedy="two runs could write one episode: put --out on a disk with locks",
                ) from error
            raise
        return True

    def release(self) -> None:
        """Let go. The file goes first: whoever opened it meanwhile sees that it is another one by now."""
        if self._handle < 0:
            return
        hidden, locks = self._path.parents[1], self._path.parents[0]
        out = hidden.parent
        with suppress(OSError), folder_at(locks, below=out) as folder:
            if _is_at(folder, self._path.name, self._handle):
                folder.remove(self._path.name)
        os.close(self._handle)
        self._handle = -1
        with suppress(OSError):  # only where they are empty: others may hold locks beside ours
            with folder_at(hidden, below=out) as folder:
                folder.remove_folder(locks.name)
            with folder_at(out) as folder:
                folder.remove_folder(hidden.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _opened(folder: Folder, path: Path) -> int:
    """The lock's file, made where it is missing. Raises OSError, FileRefused where it is no file of ours."""
    try:
        return folder.open(path.name, os.O_RDWR | os.O_CREAT)
    except PermissionError as error:
        if not folder.has_file(path.name):
            raise
        remedy = "remove it, as its owner, while no run is going on"
        raise FileRefused(errno.EACCES, "it is another user's lock", path, remedy=remedy) from error


def _is_at(folder: Folder, name: str, handle: int) -> bool:
    """Whether what lies at ``name`` is what ``handle`` has open."""
    there, held = folder.stat(name), os.fstat(handle)
    return there is not None and (there.st_ino, there.st_dev) == (held.st_ino, held.st_dev)


def lock_path(out: Path, name: str) -> Path:
    """Where the lock called ``name`` of the dataset ``out`` lies."""
    return out / HIDDEN / "locks" / f"{name}.lock"


def lock_episode(out: Path, episode_id: str) -> Lock:
    """The right to write an episode. Raises EpisodeBusy where another process has it, ShardError."""
    lock = Lock.take(lock_path(out, require_episode_id(episode_id)))
    if lock is None:
        raise EpisodeBusy(
            f"another run is writing episode {episode_id}", where=out, remedy="wait for it to end"
        )
    return lock
