"""Stores that put objects under a condition: that is what a commit and a lock are made of."""

from __future__ import annotations

import errno
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TypeVar

from dougagen.errors import UsageError
from dougagen.files.addresses import StorePath
from dougagen.files.stores.store import PATIENCE_SECONDS, Store, store_of
from dougagen.files.stores.words import StoreRefused

T = TypeVar("T")
_ATTEMPTS = 3
"""At what no answer came to, beside those of the library."""
PART = 8 << 20
"""Bytes of a part of a large object: few enough to cross a slow line within one answer's time."""
TRIALS = Path(".dougagen/trials")
"""Where it is tried whether a store knows conditions; what a killed run left there is swept by age."""
ABSENT = ""
"""The tag of what is not there."""


class ConditionalStore(Store):
    """A store whose objects have tags: another one for each content that is put."""

    no_tag: str
    """One that no object has."""

    def small(self, path: StorePath) -> tuple[bytes, str, float]:
        """The bytes of a small object, its tag, and its age in seconds by the store's own clock."""
        raise NotImplementedError

    def tag_of(self, path: StorePath) -> str:
        """Of the object that is there; ``ABSENT`` where there is none."""
        raise NotImplementedError

    def put(self, path: StorePath, data: bytes, *, over: str | None = None) -> str:
        """Put a whole object in one step and return its tag.

        ``over`` is the tag of what it may take the place of, ``ABSENT`` for nothing, None for whatever is
        there. Raises StoreRefused: ESTALE where something else is there; ``outcome_unknown`` where no answer
        came, and it may be there all the same.
        """
        raise NotImplementedError

    def remove(self, path: StorePath) -> None:
        """The object; nothing where there is none."""
        raise NotImplementedError

    def ages_below(self, folder: StorePath, begin: str = "") -> list[tuple[StorePath, float]]:
        """The objects in a folder whose names begin so, each with its age in seconds by the store's clock."""
        raise NotImplementedError

    def _put_in_parts(self, path: StorePath, file: BinaryIO, size: int) -> None:
        raise NotImplementedError

    def put_unless_changed(self, path: StorePath, data: bytes, *, over: str) -> str:
        """As ``put``, and a lost answer is looked for: the new tag, or ``ABSENT`` where the object was not
        what it was. ``data`` is what nobody else puts there. Raises StoreRefused, where no answer comes at
        all with ``outcome_unknown``."""
        until = time.monotonic() + PATIENCE_SECONDS
        for left in range(_ATTEMPTS - 1, -1, -1):
            try:
                return self.put(path, data, over=over)
            except StoreRefused as error:
                is_stale = error.errno == errno.ESTALE
                may_come = error.outcome_unknown and left and time.monotonic() < until
                if not is_stale and not may_come:
                    raise
            try:
                there, tag, _ = self.small(path)
            except FileNotFoundError:
                there, tag = b"", ABSENT
            if there == data or is_stale:
                return tag if there == data else ABSENT
        raise AssertionError

    def put_file(self, path: StorePath, source: Path) -> None:
        """Put the bytes of a file of this machine, a large one in parts."""
        size = source.stat().st_size
        with source.open("rb") as file:
            if size <= PART:
                data = file.read()
                again(lambda: self.put(path, data))
            else:
                self._put_in_parts(path, file, size)


def again(call: Callable[[], T]) -> T:
    """Once more where no answer came; for what may be done twice."""
    for left in range(_ATTEMPTS - 1, -1, -1):
        try:
            return call()
        except StoreRefused as error:
            if not left or error.errno not in (errno.ECONNRESET, errno.EAGAIN):
                raise
    raise AssertionError


def writable(path: StorePath) -> ConditionalStore:
    """The store of ``path``, if it is of a kind that is written. Raises UsageError."""
    store = store_of(path)
    if not isinstance(store, ConditionalStore):
        raise UsageError(
            f"{path.scheme}:// addresses cannot be written yet",
            where=path,
            remedy="extract to a folder, and copy it there",
        )
    return store


_tried: set[tuple[int, str]] = set()
"""Stores and buckets that do."""


def conditional(path: StorePath) -> ConditionalStore:
    """The store of ``path``, if it puts objects under a condition. Raises UsageError, StoreRefused."""
    store, bucket = writable(path), path.parts[1]
    if (id(store), bucket) not in _tried:
        _require_conditions(store, path)
        _tried.add((id(store), bucket))
    return store


def _require_conditions(store: ConditionalStore, path: StorePath) -> None:
    """Try it: a store that does not know the condition would let two runs commit over each other."""
    store.has_below(path)  # raises where there is no bucket: some stores would make one of a put
    trial = path / TRIALS / secrets.token_hex(8)
    try:
        tag = store.put_unless_changed(trial, b"1", over=ABSENT)
        kept = [_is_refused(store, trial, over) for over in (ABSENT, store.no_tag)]
        if not all(kept) or store.put_unless_changed(trial, b"2", over=tag) in (tag, ABSENT):
            raise UsageError(
                "this store does not put objects under a condition, so two runs could overwrite each other",
                where=path,
                remedy="extract to a folder, and copy it there",
            )
    finally:
        with suppress(OSError):  # why it cannot is said by the put
            store.remove(trial)


def _is_refused(store: ConditionalStore, trial: StorePath, over: str) -> bool:
    try:
        store.put(trial, b"3", over=over)
    except StoreRefused as error:
        if error.errno != errno.ESTALE:
            raise
        return True
    return False
