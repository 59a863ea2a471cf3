"""How an episode stands in the dataset, and so what a run has to do about it."""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path

from dougagen.choices import OnExisting
from dougagen.errors import ShardError
from dougagen.shards import LedgerEntry, files_of, read_ledger, shard_is_whole
from dougagen.shards.durable import size_of
from dougagen.shards.ledger import REPAIR


class Standing(Enum):
    """What a run finds."""

    ABSENT = auto()
    DONE = auto()
    """Nothing to do."""
    REPLACED = auto()
    """There under other options, and to be done under these."""
    DAMAGED = auto()
    """There, but a shard is missing, cut short or, where hashes are compared, altered; or the ledger is; or,
    where hashes are compared, an older version dropped drawings as repeats and kept no trace of them."""


def standing_of(
    episode_id: str, out: Path, *, source: Path, digest: str, on_existing: OnExisting, repair: bool
) -> Standing:
    """How ``source`` stands in ``out``. Shards are opened only for ``repair``, which compares their hashes.

    Raises ShardError where it is there under another digest and ``on_existing`` is ``error``.
    """
    try:
        entry = read_ledger(out, episode_id)
    except ShardError as error:
        if repair:
            return Standing.DAMAGED
        raise ShardError(error.what, where=error.where, remedy=REPAIR) from error
    if entry is None:
        return Standing.ABSENT
    same = entry.config_digest == digest
    if (same or repair) and not _is_whole(entry, out, by_hash=repair):
        return Standing.DAMAGED
    if same or on_existing == "skip":
        return Standing.DONE
    if on_existing == "redo":
        return Standing.REPLACED
    raise ShardError(
        f"already in the dataset under other options (digest {entry.config_digest[:12]}, now {digest[:12]})",
        where=source,
        remedy="--on-existing redo replaces it, --on-existing skip keeps it",
    )


def _is_whole(entry: LedgerEntry, out: Path, *, by_hash: bool) -> bool:
    # prints are made anew from the pictures when they are lost: no reason to extract again
    files = [(file.path, file.facts) for file in files_of(out, entry) if file.facts != entry.prints]
    if by_hash:
        return not entry.untraced_repeats and all(shard_is_whole(path, facts) for path, facts in files)
    return all(_size(path) == facts.bytes for path, facts in files)


def _size(path: Path) -> int:
    try:
        return size_of(path)
    except OSError:
        return -1
