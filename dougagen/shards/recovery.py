"""After a dead run: a commit whose intent is whole is finished, anything else that it left is removed.

A commit has one moment, the rename of the intent to the ledger. What a kill leaves, and what becomes of it:

* hidden shards, no intent: the episode was being written. Removed.
* an intent ``episodes/.<id>.intent``: it *is* the ledger to come, so it names every shard and every file
  beside the ledger with its hash. If all of them are there, under their hidden or final names, the renames
  are finished; else all go.
* prints or rows set aside, and no ledger. Removed.
* a list ``episodes/.<id>.replaced`` of files that a new commit takes the place of: those go that the ledger,
  by now the old or the new one, does not name.
* a lock that nobody holds. Removed.

Only names that we give are touched, and only under the episode's lock.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dougagen.errors import DomainError, ShardError
from dougagen.files import FileRefused, StorePath, is_file, names_in, require_file_or_nothing
from dougagen.shards.durable import (
    files_in,
    is_there,
    move,
    read_text,
    refusals_named,
    remove,
    size_of,
    stops_everything,
    sync_folder,
)
from dougagen.shards.ledger import (
    BACKGROUNDS,
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
from dougagen.shards.side_files import SideFacts, episode_of_side_file

_HIDDEN_SHARD = re.compile(r"\.(.{1,80}\.parquet)(?:\.[0-9a-f]{8})?\.partial")
_HIDDEN_LEDGER = re.compile(
    r"\.{1,2}([0-9a-f]{16})"
    r"(?:\.(?:intent|replaced|[a-z]{1,16}\.[0-9a-f]{8}\.partial)|-[0-9a-f]{8}\.(?:prints|dropped)\.partial)"
)
_SECONDS_A_KILLED_RUN_TAKES_TO_GO = 5.0
_SECONDS_BETWEEN_LOOKS = 0.02
_LOCK = re.compile(r"(?:run-)?[0-9a-f]{16}|card|repeats")


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was done about one dead run's episode."""

    episode_id: str
    completed: bool
    """Its commit was finished: the episode is in the dataset now."""
    removed: int
    """Files that were removed."""
    trouble: str = ""
    """Why nothing could be done: something lies in the episode's way. The others are not held up by it."""


def intent_path(out: Path, episode_id: str) -> Path:
    """Where the ledger of a commit lies while its shards are renamed."""
    return out / EPISODES / f".{episode_id}.intent"


def replaced_path(out: Path, episode_id: str) -> Path:
    """Where a redo lists the shards that go when its ledger is there."""
    return out / EPISODES / f".{episode_id}.replaced"


def hidden_shard(out: Path, name: str, folder: str = DATA) -> Path:
    """Where a shard lies until it is committed: a dot before, no ``.parquet`` behind for DuckDB to read."""
    return out / folder / f".{name}.partial"


def hidden_side(out: Path, name: str) -> Path:
    """Where a file beside the ledger lies until it is committed."""
    return out / EPISODES / f".{name}.partial"


def recover(out: Path) -> tuple[Recovered, ...]:
    """Put right whatever dead runs left in ``out``; what a living run holds is left alone.

    Raises ShardError where the disk refuses.
    """
    if isinstance(out, StorePath):
        from dougagen.shards.stored import recover_in_store

        return recover_in_store(out)
    done = []
    patience_ends = time.monotonic() + _SECONDS_A_KILLED_RUN_TAKES_TO_GO
    with refusals_named(out):
        for episode_id in _episodes_with_remains(out):
            try:
                done += _recovered(out, episode_id, until=patience_ends)
            except ShardError as error:
                if stops_everything(error):
                    raise
                done.append(Recovered(episode_id, completed=False, removed=0, trouble=str(error)))
        _remove_dead_locks(out)
    return tuple(done)


def _recovered(out: Path, episode_id: str, *, until: float) -> list[Recovered]:
    """Nothing where a living run has the episode. Raises ShardError.

    A commit that is going on under a lock is over in a moment where its run lives. Where the run was killed,
    the system gives back its lock only when it has taken the process apart: until then it looks alive, and
    who went by it would find the new ledger and leave the shards that it replaced in ``data/`` for good.
    """
    lock = Lock.take(lock_path(out, episode_id))
    while lock is None and _is_committing(out, episode_id) and time.monotonic() < until:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
        lock = Lock.take(lock_path(out, episode_id))
    if lock is None:
        return []
    with lock, refusals_named(out):
        return [recover_episode(out, episode_id)]


def _is_committing(out: Path, episode_id: str) -> bool:
    return is_there(intent_path(out, episode_id)) or is_there(replaced_path(out, episode_id))


def _remove_dead_locks(out: Path) -> None:
    """A killed run holds no lock any more, but the file of it stays."""
    locks = lock_path(out, "any").parent
    for name in names_in(locks, below=out):
        if _LOCK.fullmatch(name.removesuffix(".lock")) and is_file(locks / name, below=out):
            with suppress(ShardError):  # of another user: it is his to remove
                lock = Lock.take(locks / name)
                if lock is not None:
                    lock.release()


def recover_episode(out: Path, episode_id: str) -> Recovered:
    """The same for one episode, whose lock the caller holds. Raises OSError, ShardError."""
    if isinstance(out, StorePath):
        return Recovered(episode_id, completed=False, removed=0)  # what is left there is in nobody's way
    removed: list[Path] = []
    intent = intent_path(out, episode_id)
    completed = False
    if is_there(intent):
        entry = _read_intent(intent, episode_id)
        if entry is not None and all(map(_is_whole, files_of(out, entry))):
            finish_commit(out, entry)
            completed = True
        else:
            removed += _promised(out, episode_id, entry)
            removed.append(intent)
    removed += remove_replaced(out, episode_id)
    removed += [path for path in _hidden_files(out) if _episode_of(path) == episode_id]
    for path in removed:
        _remove_if_ours(path)
    return Recovered(episode_id, completed, len(removed))


def require_places(out: Path, entry: LedgerEntry) -> None:
    """Raise FileRefused where something lies at a name that a commit gives and cannot give way to it: before
    the commit is promised."""
    names = [file.path for file in files_of(out, entry)]
    names += [place(out, entry.episode_id) for place in (ledger_path, intent_path, replaced_path)]
    for path in names:
        require_file_or_nothing(path, below=out)


def finish_commit(out: Path, entry: LedgerEntry) -> None:
    """Give the files of an intent their names and make the intent the ledger. Raises OSError."""
    for file in files_of(out, entry):
        if is_there(file.hidden):
            move(file.hidden, file.path)
    sync_folders(out, entry)
    move(intent_path(out, entry.episode_id), ledger_path(out, entry.episode_id))
    sync_folder(out / EPISODES)


def sync_folders(out: Path, entry: LedgerEntry) -> None:
    """Make the names of an episode's files survive a loss of power. Raises OSError."""
    for folder in (DATA, *([BACKGROUNDS] if entry.backgrounds else []), EPISODES):
        sync_folder(out / folder)


def _remove_if_ours(path: Path) -> None:
    """A folder is none of ours, whatever it is called. Raises OSError."""
    with suppress(FileRefused):
        remove(path)


def remove_replaced(out: Path, episode_id: str) -> list[Path]:
    """Remove the files that a commit replaced, and its list of them; returns what is gone. Raises OSError."""
    listing = replaced_path(out, episode_id)
    if not is_there(listing):
        return []
    kept = _named_by_ledger(out, episode_id)
    gone = []
    if kept is not None:  # where the ledger cannot be read nobody knows which files are the old ones
        for name in _listed(listing):
            path = _place_of(out, name, episode_id)
            if path is not None and name not in kept:
                gone.append(path)
    for path in gone:
        _remove_if_ours(path)
    remove(listing)
    return [*gone, listing]


def _place_of(out: Path, name: str, episode_id: str) -> Path | None:
    """Where a file of this episode lies that ``committed_files`` names; None where we give no such name."""
    folder, _, plain = name.rpartition("/")
    if episode_of_shard(plain) == episode_id and folder in ("", BACKGROUNDS):
        return out / (folder or DATA) / plain
    return out / EPISODES / name if episode_of_side_file(name) == episode_id else None


def committed_files(out: Path, episode_id: str) -> set[str]:
    """The files that are of this episode and of no commit that is going on: their names in ``data/`` and
    ``episodes/``, those in ``backgrounds/`` with the folder before."""
    shards = {p.name for p in files_in(out / DATA) if episode_of_shard(p.name) == episode_id}
    plates = {
        _of_plates(p.name) for p in files_in(out / BACKGROUNDS) if episode_of_shard(p.name) == episode_id
    }
    beside = {p.name for p in files_in(out / EPISODES) if episode_of_side_file(p.name) == episode_id}
    return shards | plates | beside


def names_of(entry: LedgerEntry) -> set[str]:
    """The files of an entry as ``committed_files`` names them."""
    return {file.name for file in files_of(Path(), entry)}


def _of_plates(name: str) -> str:
    return f"{BACKGROUNDS}/{name}"


@dataclass(frozen=True, slots=True)
class CommittedFile:
    """One file of a commit."""

    name: str
    """As ``committed_files`` has it."""
    hidden: Path
    path: Path
    facts: ShardFacts | SideFacts


def files_of(out: Path, entry: LedgerEntry) -> Iterator[CommittedFile]:
    """Every file of an episode beside its ledger: where it lies, and hidden while it is being committed."""
    for shard in entry.shards:
        yield CommittedFile(shard.name, hidden_shard(out, shard.name), out / DATA / shard.name, shard)
    for shard in entry.backgrounds:
        hidden, path = hidden_shard(out, shard.name, BACKGROUNDS), out / BACKGROUNDS / shard.name
        yield CommittedFile(_of_plates(shard.name), hidden, path, shard)
    for side in (entry.prints, entry.dropped):
        if side is not None:
            yield CommittedFile(side.name, hidden_side(out, side.name), out / EPISODES / side.name, side)


def _episodes_with_remains(out: Path) -> list[str]:
    return sorted({found for path in _hidden_files(out) if (found := _episode_of(path)) is not None})


def _hidden_files(out: Path) -> list[Path]:
    """Files that a commit has hidden, and those beside a ledger that never came to be."""
    beside = files_in(out / EPISODES)
    shards = (*files_in(out / DATA), *files_in(out / BACKGROUNDS))
    hidden = [path for path in (*shards, *beside) if path.name.startswith(".")]
    owners = [(path, episode_of_side_file(path.name)) for path in beside]
    ledgers = {path.name for path in beside}
    return hidden + [path for path, owner in owners if owner and f"{owner}.json" not in ledgers]


def _episode_of(path: Path) -> str | None:
    """The episode whose hidden file this is; None where it is not one of ours."""
    if path.parent.name in (DATA, BACKGROUNDS):
        shard = _HIDDEN_SHARD.fullmatch(path.name)
        return episode_of_shard(shard[1]) if shard else None
    ledger = _HIDDEN_LEDGER.fullmatch(path.name)
    return ledger[1] if ledger else episode_of_side_file(path.name)


def _read_intent(path: Path, episode_id: str) -> LedgerEntry | None:
    """The ledger to come; None where it is damaged."""
    try:
        entry = LedgerEntry.from_json(json.loads(read_text(path, most=MAX_LEDGER_BYTES)))
    except (DomainError, ValueError, RecursionError, FileRefused):
        return None
    return entry if entry.episode_id == episode_id else None


def _is_whole(file: CommittedFile) -> bool:
    """Whether it lies there, hidden or named, as the intent describes it."""
    return shard_is_whole(file.hidden if is_there(file.hidden) else file.path, file.facts)


def shard_is_whole(path: Path, facts: ShardFacts | SideFacts) -> bool:
    """Whether a file has the size and the SHA-256 of ``facts``. Raises OSError where it cannot be read."""
    try:
        return size_of(path) == facts.bytes and sha256_of(path) == facts.sha256
    except (FileNotFoundError, FileRefused):
        return False


def _promised(out: Path, episode_id: str, entry: LedgerEntry | None) -> list[Path]:
    """Files that a commit that cannot be finished has named already."""
    if entry is None:
        return []
    kept = _named_by_ledger(out, episode_id) or set()
    return [file.path for file in files_of(out, entry) if file.name not in kept]


def _named_by_ledger(out: Path, episode_id: str) -> set[str] | None:
    """The files of the episode as it is in the dataset now; None where its ledger is damaged."""
    try:
        entry = read_ledger(out, episode_id)
    except ShardError:
        return None
    if entry is None:
        return set()
    names = names_of(entry)
    return names if entry.prints else names | {f"{episode_id}.prints"}  # of an older version, in no ledger


def _listed(path: Path) -> list[str]:
    try:
        names = json.loads(read_text(path, most=MAX_LEDGER_BYTES))
    except (ValueError, RecursionError, FileRefused):
        return []
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
