"""A file of a store, open for reading: fetched in blocks as it is asked for, and blocks are kept a while."""

from __future__ import annotations

import io
import os
import threading
import time
from collections import OrderedDict
from io import BufferedReader
from typing import NamedTuple

from dougagen.files.addresses import StorePath
from dougagen.files.stores.store import Found, Store, store_of

BLOCK = 1 << 20
"""Bytes. Parquet is read in pieces of a page and of a row group; a request takes as long as some 500 kB."""
_MOST_AT_ONCE = 4
"""Blocks of one request where a file is read from one end to the other."""
_MOST_KEPT = 64
"""Blocks in memory for all files of this process."""


class _Name(NamedTuple):
    path: str
    tag: str
    number: int


class _Blocks:
    """The blocks read last; several threads may ask."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Name, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: _Name) -> bytes | None:
        with self._lock:
            block = self._kept.get(name)
            if block is not None:
                self._kept.move_to_end(name)
            return block

    def put(self, name: _Name, block: bytes) -> None:
        with self._lock:
            self._kept[name] = block
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)

    def forget(self) -> None:
        """In a forked process: the lock may be held by a thread that did not come along."""
        self._kept, self._lock = OrderedDict(), threading.Lock()


_BLOCKS = _Blocks()
os.register_at_fork(after_in_child=_BLOCKS.forget)


class RangeFile(io.RawIOBase):
    """One object as it was when it was opened. Raises StoreRefused where it is another by now."""

    def __init__(self, store: Store, path: StorePath, found: Found) -> None:
        self._store, self._path, self._found = store, path, found
        self._at = 0
        self._last = -2
        """The block that was asked for last."""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._found.size}[whence]
        if base + offset < 0:
            raise ValueError(f"a position must not be negative, got {base + offset}")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        wanted = min(len(view), self._found.size - self._at)
        if wanted <= 0:
            return 0
        number, offset = divmod(self._at, BLOCK)
        part = self._block(number, until=(self._at + wanted - 1) // BLOCK)[offset : offset + wanted]
        view[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _block(self, number: int, *, until: int) -> bytes:
        """A block; those up to ``until`` come along, and more where blocks are asked for in a row."""
        path, tag = str(self._path), self._found.tag
        in_a_row = number == self._last + 1
        self._last = number
        block = _BLOCKS.get(_Name(path, tag, number))
        if block is not None:
            return block
        last = max(until, number + _MOST_AT_ONCE - 1 if in_a_row else number)
        last = min(last, number + _MOST_AT_ONCE - 1, (self._found.size - 1) // BLOCK)
        stop = min((last + 1) * BLOCK, self._found.size)
        data = self._store.read(self._path, number * BLOCK, stop, self._found)
        for place, at in enumerate(range(0, len(data), BLOCK)):
            _BLOCKS.put(_Name(path, tag, number + place), data[at : at + BLOCK])
        return data[:BLOCK]


_FOUND_SECONDS = 5.0
_MOST_FOUND = 1024
_found: dict[str, tuple[float, Found]] = {}
"""Path → when it was looked up and what was found: a shard is opened several times in a row."""


def open_in_store(path: StorePath, *, fresh: bool = False) -> BufferedReader:
    """``fresh`` looks it up anew: for what is written again under its name.

    Raises FileNotFoundError, StoreRefused.
    """
    store, name, now = store_of(path), str(path), time.monotonic()
    when, found = _found.get(name, (-_FOUND_SECONDS, None))
    if fresh or found is None or now - when >= _FOUND_SECONDS:
        found = store.find(path)
        if len(_found) >= _MOST_FOUND:
            _found.clear()
        _found[name] = now, found
    return BufferedReader(RangeFile(store, path, found), buffer_size=1 << 16)
