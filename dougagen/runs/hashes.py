"""Which content a file has, remembered: a nightly run does not read a terabyte only to skip it.

The memory only ever says that a file is in the dataset already. Before anything is extracted the file is
hashed anew. It is a file of its own in ``.dougagen``, bounded, with a check sum over it; one that is damaged
is forgotten, and then files are read once more.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from dougagen.errors import DomainError, ShardError
from dougagen.files import names_in, read_file, remove_file, write_file
from dougagen.runs.words import FileIdentity
from dougagen.shards import Lock
from dougagen.shards.ledger import EPISODES, HIDDEN, require_episode_id
from dougagen.shards.locks import lock_path

_VERSION = 1
MOST_FILES = 100_000
MOST_BYTES = 64 << 20
_SETTLED_NS = 2_000_000_000
"""A file that was written less than this ago can change again within one tick of its clock."""


class HashCache:
    """File → content, keyed by path, size, modification time and inode."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._path = out / HIDDEN / "hashes.json"
        self._known = _read(self._path, out)
        self._fresh: dict[str, tuple[FileIdentity, str]] = {}

    def episode_id(self, path: Path) -> str | None:
        """What the file held when it was last hashed; None where it is unknown or has been touched since."""
        known = self._known.get(str(path.absolute()))
        if known is None:
            return None
        try:
            return known[1] if FileIdentity.of(path) == known[0] else None
        except OSError:
            return None

    def remember(self, path: Path, identity: FileIdentity, episode_id: str) -> None:
        """Note what a file was found to hold."""
        if time.time_ns() - identity.mtime_ns < _SETTLED_NS:
            return
        name = str(path.absolute())
        self._known[name] = self._fresh[name] = (identity, episode_id)

    def save(self) -> None:
        """Write what is new, beside what other runs have written since. A cache that cannot be written is
        no reason to fail."""
        if not self._fresh:
            return
        with suppress(OSError, ShardError):
            if not (self._out / EPISODES).is_dir():
                return
            lock = Lock.take(lock_path(self._out, "hashes"))
            if lock is None:
                return
            with lock:
                merged = {**_read(self._path, self._out), **self._fresh}
                newest = dict(list(merged.items())[-MOST_FILES:])
                for name in names_in(self._path.parent, below=self._out):
                    if name.startswith(f".{self._path.name}.") and name.endswith(".partial"):
                        remove_file(self._path.with_name(name), below=self._out)
                write_file(self._path, _as_text(newest), below=self._out)
            self._fresh.clear()


def _as_text(known: Mapping[str, tuple[FileIdentity, str]]) -> str:
    # escaped to ASCII: a path may hold bytes that are no text
    files = {name: [i.size, i.mtime_ns, i.inode, id_] for name, (i, id_) in known.items()}
    body = json.dumps(files)
    return json.dumps({"version": _VERSION, "sha256": _sum(body), "files": files}, separators=(",", ":"))


def _sum(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def _read(path: Path, out: Path) -> dict[str, tuple[FileIdentity, str]]:
    """Nothing where the file is missing, too large, damaged, of another version, a link or a pipe."""
    try:
        plain: Any = json.loads(read_file(path, most=MOST_BYTES, below=out).decode("ascii"))
        files = plain["files"]
        if plain["version"] != _VERSION or plain["sha256"] != _sum(json.dumps(files)):
            return {}
        return {
            name: (FileIdentity(int(size), int(mtime), int(inode)), require_episode_id(episode_id))
            for name, (size, mtime, inode, episode_id) in files.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, DomainError):
        return {}
