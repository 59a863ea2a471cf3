"""A file of a store, brought onto this machine for as long as it is needed.

A video decoder reads here and there, and often from the end: over a network that is slow, and a connection
that breaks would be a broken video. So the file is fetched as a whole, of one version, before it is opened.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dougagen.files.addresses import StorePath
from dougagen.files.stores.store import Found, Store, store_of
from dougagen.files.stores.words import StoreRefused

_PIECE = 4 << 20
_LEFT_FREE = 1 << 30
"""Bytes of the disk that staging leaves to others."""
_NAME, _LOCK = "dougagen-staged-", ".lock"


@contextmanager
def staged(path: StorePath, *, moved: Callable[[int], object] = lambda _: None) -> Iterator[Path]:
    """The file on this machine, under its own name in a folder of its own that goes when the block ends.

    It lies where ``TMPDIR`` says. ``moved`` hears how many bytes have come. Raises FileNotFoundError,
    StoreRefused, also where it does not fit on the disk or changes while it is read; OSError.
    """
    store = store_of(path)
    found = store.find(path)
    with own_folder() as folder:
        _require_room(folder, path, found)
        here = folder / path.name
        with here.open("xb") as file:
            for start in range(0, found.size, _PIECE):
                file.write(_piece(store, path, start, found))
                moved(min(start + _PIECE, found.size))
        if store.find(path) != found:
            raise _changed(path)
        yield here


@contextmanager
def own_folder() -> Iterator[Path]:
    """A new folder, locked for as long as we live; those of killed runs go first."""
    above = Path(tempfile.gettempdir())
    for other in above.glob(f"{_NAME}*"):
        _remove_if_dead(other)
    with tempfile.TemporaryDirectory(prefix=_NAME, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with (folder / f"{_LOCK}.new").open("xb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            (folder / f"{_LOCK}.new").rename(folder / _LOCK)  # one that is there is held
            yield folder


def _remove_if_dead(folder: Path) -> None:
    with suppress(OSError):
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            return
        with (folder / _LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)


def _piece(store: Store, path: StorePath, start: int, found: Found) -> bytes:
    try:
        return store.read(path, start, min(start + _PIECE, found.size), found)
    except FileNotFoundError as error:
        raise _changed(path) from error
    except StoreRefused as error:
        if error.errno == errno.ESTALE:
            raise _changed(path) from error
        raise


def _changed(path: StorePath) -> StoreRefused:
    return StoreRefused(
        errno.ESTALE,
        "changed while it was being read",
        path,
        remedy="run again when nothing writes to it any more",
    )


def _require_room(folder: Path, path: StorePath, found: Found) -> None:
    free = shutil.disk_usage(folder).free
    if found.size + _LEFT_FREE > free:
        raise StoreRefused(
            errno.ENOSPC,
            f"its {found.size / 1e9:.1f} GB do not fit on this machine, {free / 1e9:.1f} GB are free",
            path,
            remedy="set TMPDIR to a larger disk",
        )
