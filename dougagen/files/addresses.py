"""Paths that are addresses: ``s3://bucket/shards`` is a place in a store, and never a folder called ``s3:``.

``place`` makes a path of what was typed. One in a store is a ``StorePath``: it is joined and taken apart like
any path, and ``dougagen.files`` reads and writes what lies there. The system's own calls refuse it, so that
whoever does not know stores says so in a line and opens nothing else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from os import PathLike, fspath
from pathlib import Path, PosixPath
from typing import TYPE_CHECKING, NoReturn

from dougagen.errors import UsageError, printable

STORES = frozenset({"s3", "gs", "memory"})
"""Schemes below which a dataset may lie; ``memory`` is this process alone, for tests."""
READ_ONLY = frozenset({"http", "https"})
"""Schemes from which a video may be read."""
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://(.*)", re.DOTALL)
_FLAT = re.compile(r"([a-z0-9]+):/(?!/)")
_AUTHORITY = re.compile(r"(?<=://)[^/@]*@")


class StorePath(PosixPath):
    """A path below a store. Raises StoreRefused, an OSError, where the store is asked and refuses."""

    __slots__ = ()

    def __str__(self) -> str:
        return _FLAT.sub(r"\1://", super().__str__(), count=1)

    def __fspath__(self) -> NoReturn:
        raise UsageError(
            "an address cannot be used here", where=str(self), remedy="name a file or folder of this machine"
        )

    @property
    def scheme(self) -> str:
        """``s3``, ``gs``, …"""
        return self.parts[0].removesuffix(":")

    @property
    def key(self) -> str:
        """What stands behind ``scheme://``: the bucket and the name in it."""
        return "/".join(self.parts[1:])

    if TYPE_CHECKING:  # pathlib keeps the kind in all of these

        def __truediv__(self, key: str | PathLike[str]) -> StorePath: ...

        @property
        def parents(self) -> Sequence[StorePath]: ...

    def absolute(self) -> StorePath:
        return self

    def resolve(self, strict: bool = False) -> StorePath:  # noqa: ARG002
        return self

    def as_uri(self) -> str:
        return str(self)

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:  # noqa: ARG002
        """Raises FileNotFoundError, StoreRefused."""
        from dougagen.files.stores import store_of

        return store_of(self).find(self).as_stat()

    def is_file(self) -> bool:
        try:
            self.stat()
        except FileNotFoundError:
            return False
        return True

    def is_dir(self) -> bool:
        """Whether anything lies below it."""
        from dougagen.files.stores import store_of

        return store_of(self).has_below(self)

    def exists(self) -> bool:
        return self.is_file() or self.is_dir()

    def glob(self, pattern: str) -> Iterator[StorePath]:  # type: ignore[override]
        """What lies right in this folder and fits ``pattern``, ``*.parquet`` for instance."""
        from dougagen.files.stores import store_of

        return (self / name for name in store_of(self).names_in(self) if Path(name).match(pattern))


def place(path: str | PathLike[str], *, also: frozenset[str] = frozenset()) -> Path:
    """The path that was typed: of this machine, or a ``StorePath``; ``file://`` is taken off.

    ``also`` names schemes beside ``STORES`` that are taken. Raises UsageError at any other, and at an address
    that holds a password or a name that is no path.
    """
    if isinstance(path, StorePath):
        return path
    typed = fspath(path)
    found = _ADDRESS.match(typed)
    if found is None:
        return Path(path)
    scheme, rest = found[1].lower(), found[2]
    if scheme == "file":
        return _of_this_machine(typed, rest)
    if scheme not in STORES | also:
        raise _refused(found[1], typed)
    _require_plain(typed, scheme, rest)
    return StorePath(f"{scheme}:/{rest}")


def is_address(path: str | PathLike[str]) -> bool:
    """Whether ``scheme://…`` was typed, or it is the path of a store."""
    return isinstance(path, StorePath) or _ADDRESS.match(fspath(path)) is not None


def require_local(path: str | PathLike[str]) -> None:
    """Raise UsageError for ``scheme://…``. Takes the path as it was typed: ``pathlib`` turns two slashes into
    one, and then nothing tells an address from a folder whose name ends in a colon."""
    typed = str(path) if isinstance(path, StorePath) else fspath(path)
    found = _ADDRESS.match(typed)
    if found is None:
        return
    if found[1].lower() == "file":
        raise UsageError("a plain path is needed", where=path, remedy=f"leave out {found[1]}://")
    raise _refused(found[1], typed)


def without_password(address: str) -> str:
    """The address as it may be shown."""
    return _AUTHORITY.sub("…@", address)


def _refused(scheme: str, typed: str) -> UsageError:
    return UsageError(
        f"{scheme}:// addresses cannot be read or written yet",
        where=without_password(typed),
        remedy="name a file or folder of this machine, for instance where the store is mounted",
    )


def _of_this_machine(typed: str, rest: str) -> Path:
    path = rest.removeprefix("localhost")
    if not path.startswith("/"):
        raise UsageError("names no file of this machine", where=typed, remedy="write file:///folder/file")
    return Path(path)


def _require_plain(typed: str, scheme: str, rest: str) -> None:
    """Raise UsageError unless the address is one that a path can hold and a message may show."""
    where = without_password(typed)
    if "@" in rest.partition("/")[0]:
        raise UsageError(
            "an address must not hold a password",
            where=where,
            remedy="leave it out: credentials come from the store's own settings, such as AWS_PROFILE",
        )
    if scheme in READ_ONLY and set("?#") & set(rest):
        head = typed.partition("?")[0].partition("#")[0]
        raise UsageError(
            "an address must not hold a query, which may be a key to it",
            where=f"{head}?…",
            remedy="download the file and name that",
        )
    parts = rest.removesuffix("/").split("/")
    if not parts[0]:
        raise UsageError("names no bucket", where=where, remedy=f"write {scheme}://BUCKET/FOLDER")
    if any(part in ("", ".", "..") for part in parts) or printable(rest) != rest:
        raise UsageError(
            "a name in it is empty, '.', '..' or not printable",
            where=where,
            remedy="check it",
        )
