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
        with refusals_named(path.parent.parent):
            for _ in range(_ATTEMPTS):
                taken = cls._try(path)
                if taken is not False:
                    return taken
        raise ShardError("cannot be locked: others take and drop it all the time", where=path)

    @classmethod
    def _try(cls, path: Path) -> Lock | Literal[False] | None:
        """False: somebody tidied the file away between our opening and our locking it; try again."""
        try:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except FileExistsError:  # somebody tidied the folder away meanwhile, unless a file lies there
                if path.parent.exists() and not path.parent.is_dir():
                    raise
                return False
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(handle).st_ino == path.stat().st_ino:
                return cls(path, handle)
        except BlockingIOError:
            os.close(handle)
            return None
        except FileNotFoundError:
            pass
        except OSError as error:
            os.close(handle)
            if error.errno in _NO_LOCKS:
                raise ShardError(
                    f"the file system takes no locks ({os.strerror(error.errno).lower()})",
                    where=path.parent.parent,
                    remedy="two runs could write one episode: put --out on a disk with locks",
                ) from error
            raise
        os.close(handle)
        return False

    def release(self) -> None:
        """Let go. The file goes first: whoever opened it meanwhile sees that it is another one by now."""
        if self._handle < 0:
            return
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        os.close(self._handle)
        self._handle = -1
        for folder in (self._path.parent, self._path.parent.parent):
            try:
                folder.rmdir()  # only where empty: others may hold locks beside ours
            except OSError:
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


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
