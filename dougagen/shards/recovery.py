"""After a dead run: a commit whose intent is whole is finished, anything else that it left is removed.

A commit has one moment, the rename of the intent to the ledger. What a kill leaves, and what becomes of it:

* hidden shards, no intent: the episode was being written. Removed.
* an intent ``episodes/.<id>.intent``: it *is* the ledger to come, so it names every shard with its hash. If
  all of them are there, under their hidden or final names, the renames are finished; else all go.
* prints ``episodes/<id>.prints`` and no ledger: they are written just before. Removed.
* a list ``episodes/.<id>.replaced`` of shards that a redo takes the place of: those go that the ledger, by
  now the old or the new one, does not name.

Only names that we give are touched, and only under the episode's lock.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from dougagen.errors import DomainError, ShardError
from dougagen.shards.durable import refusals_named, sync_folder
from dougagen.shards.ledger import (
    DATA,
    EPISODES,
    MAX_LEDGER_BYTES,
    LedgerEntry,
    ShardFacts,
    episode_of_shard,
    ledger_path,
    read_ledger,
    sha256_of,
)
from dougagen.shards.locks import Lock, lock_path

_HIDDEN_SHARD = re.compile(r"\.(.{1,80}\.parquet)(?:\.[0-9a-f]{8})?\.partial")
_HIDDEN_LEDGER = re.compile(r"\.([0-9a-f]{16})\.(?:intent|replaced|[a-z]{1,16}\.[0-9a-f]{8}\.partial)")
_PRINTS = re.compile(r"([0-9a-f]{16})\.prints")


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was done about one dead run's episode."""

    episode_id: str
    completed: bool
    """Its commit was finished: the episode is in the dataset now."""
    removed: int
    """Files that were removed."""


def intent_path(out: Path, episode_id: str) -> Path:
    """Where the ledger of a commit lies while its shards are renamed."""
    return out / EPISODES / f".{episode_id}.intent"


def replaced_path(out: Path, episode_id: str) -> Path:
    """Where a redo lists the shards that go when its ledger is there."""
    return out / EPISODES / f".{episode_id}.replaced"


def hidden_shard(out: Path, name: str) -> Path:
    """Where a shard lies until it is committed: a dot before, no ``.parquet`` behind for DuckDB to read."""
    return out / DATA / f".{name}.partial"


def recover(out: Path) -> tuple[Recovered, ...]:
    """Put right whatever dead runs left in ``out``; what a living run holds is left alone.

    Raises ShardError where the disk refuses.
    """
    done = []
    with refusals_named(out):
        for episode_id in _episodes_with_remains(out):
            lock = Lock.take(lock_path(out, episode_id))
            if lock is None:
                continue
            with lock:
                done.append(recover_episode(out, episode_id))
    return tuple(done)


def recover_episode(out: Path, episode_id: str) -> Recovered:
    """The same for one episode, whose lock the caller holds. Raises OSError, ShardError."""
    removed: list[Path] = []
    intent = intent_path(out, episode_id)
    completed = False
    if intent.is_file() and not intent.is_symlink():
        entry = _read_intent(intent, episode_id)
        if entry is not None and all(_is_whole(out, shard) for shard in entry.shards):
            finish_commit(out, entry)
            completed = True
        else:
            removed += _promised(out, episode_id, entry)
            removed.append(intent)
    removed += remove_replaced(out, episode_id)
    removed += [path for path in _hidden_files(out) if _episode_of(path) == episode_id]
    for path in removed:
        path.unlink(missing_ok=True)
    return Recovered(episode_id, completed, len(removed))


def finish_commit(out: Path, entry: LedgerEntry) -> None:
    """Give the shards of an intent their names and make the intent the ledger. Raises OSError."""
    for shard in entry.shards:
        hidden = hidden_shard(out, shard.name)
        if hidden.exists():
            hidden.replace(out / DATA / shard.name)
    sync_folder(out / DATA)
    intent_path(out, entry.episode_id).replace(ledger_path(out, entry.episode_id))
    sync_folder(out / EPISODES)


def remove_replaced(out: Path, episode_id: str) -> list[Path]:
    """Remove the shards that a redo replaced, and its list of them; returns what is gone. Raises OSError."""
    listing = replaced_path(out, episode_id)
    if not listing.is_file() or listing.is_symlink():
        return []
    kept = _named_by_ledger(out, episode_id)
    gone = []
    if kept is not None:  # where the ledger cannot be read nobody knows which shards are the old ones
        for name in _listed(listing):
            if episode_of_shard(name) == episode_id and name not in kept:
                gone.append(out / DATA / name)
    for path in gone:
        path.unlink(missing_ok=True)
    listing.unlink(missing_ok=True)
    return [*gone, listing]


def visible_shards(out: Path, episode_id: str) -> set[str]:
    """Names in ``data/`` that are of this episode and that a glob reads."""
    return {p.name for p in (out / DATA).glob("*.parquet") if episode_of_shard(p.name) == episode_id}


def _episodes_with_remains(out: Path) -> list[str]:
    return sorted({found for path in _hidden_files(out) if (found := _episode_of(path)) is not None})


def _hidden_files(out: Path) -> list[Path]:
    """Files that a commit has hidden, and prints whose episode never came to have its ledger."""
    folders = [folder for folder in (out / DATA, out / EPISODES) if folder.is_dir()]
    hidden = [path for folder in folders for path in folder.glob(".*") if not path.is_dir()]
    prints = (out / EPISODES).glob("*.prints") if (out / EPISODES).is_dir() else ()
    return hidden + [path for path in prints if not path.with_suffix(".json").exists()]


def _episode_of(path: Path) -> str | None:
    """The episode whose hidden file this is; None where it is not one of ours."""
    if path.parent.name == DATA:
        shard = _HIDDEN_SHARD.fullmatch(path.name)
        return episode_of_shard(shard[1]) if shard else None
    ledger = _HIDDEN_LEDGER.fullmatch(path.name) or _PRINTS.fullmatch(path.name)
    return ledger[1] if ledger else None


def _read_intent(path: Path, episode_id: str) -> LedgerEntry | None:
    """The ledger to come; None where it is damaged."""
    try:
        if path.stat().st_size > MAX_LEDGER_BYTES:
            return None
        entry = LedgerEntry.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (DomainError, ValueError, RecursionError):
        return None
    return entry if entry.episode_id == episode_id else None


def _is_whole(out: Path, shard: ShardFacts) -> bool:
    """Whether the shard lies there, hidden or named, as the intent describes it."""
    hidden = hidden_shard(out, shard.name)
    return shard_is_whole(hidden if hidden.exists() else out / DATA / shard.name, shard)


def shard_is_whole(path: Path, facts: ShardFacts) -> bool:
    """Whether a file has the size and the SHA-256 of ``facts``. Raises OSError where it cannot be read."""
    try:
        if not path.is_file() or path.stat().st_size != facts.bytes:
            return False
        return sha256_of(path) == facts.sha256
    except FileNotFoundError:
        return False


def _promised(out: Path, episode_id: str, entry: LedgerEntry | None) -> list[Path]:
    """Shards that a commit that cannot be finished has named already."""
    if entry is None:
        return []
    kept = _named_by_ledger(out, episode_id) or set()
    return [out / DATA / s.name for s in entry.shards if s.name not in kept]


def _named_by_ledger(out: Path, episode_id: str) -> set[str] | None:
    """The shards of the episode as it is in the dataset now; None where its ledger is damaged."""
    try:
        entry = read_ledger(out, episode_id)
    except ShardError:
        return None
    return set() if entry is None else {shard.name for shard in entry.shards}


def _listed(path: Path) -> list[str]:
    try:
        if path.stat().st_size > MAX_LEDGER_BYTES:
            return []
        names = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return []
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
