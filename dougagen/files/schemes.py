"""Paths that are addresses: ``s3://bucket/shards`` must not become a folder called ``s3:``."""

from __future__ import annotations

import re
from os import PathLike, fspath

from dougagen.errors import UsageError

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")


def require_local(path: str | PathLike[str]) -> None:
    """Raise UsageError for ``scheme://…``. Takes the path as it was typed: ``pathlib`` turns two slashes into
    one, and then nothing tells an address from a folder whose name ends in a colon."""
    found = _SCHEME.match(fspath(path))
    if found is None:
        return
    if found[1].lower() == "file":
        raise UsageError("a plain path is needed", where=path, remedy=f"leave out {found[0]}")
    raise UsageError(
        f"{found[0]} addresses cannot be read or written yet",
        where=path,
        remedy="name a file or folder of this machine, for instance where the store is mounted",
    )
