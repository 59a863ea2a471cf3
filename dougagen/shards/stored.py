"""The commit of an episode in a store, where nothing can be renamed: its files first, the ledger last.

An episode is written on this machine, then put into the store, each file under a name that no other attempt
gives. The ledger is put last, on the condition that it is what it was when the episode was taken: that is the
one moment at which the episode is there, and of two runs that believe that it is theirs, one fails. Then the
files go that the ledger does not name any more.

What a dead run leaves are files that no ledger names; no reader looks at them. They go with the next commit
of the episode, which makes it impossible for their owner to name them; else at the start of a run, where
nobody holds the episode and their owner is known to be dead, or they are an hour old.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from dougagen.errors import ShardError
from dougagen.files import ABSENT, TRIALS, ConditionalStore, StorePath, conditional, own_folder
from dougagen.shards.durable import refusals_named
from dougagen.shards.leases import Lease
from dougagen.shards.ledger import (
    BACKGROUNDS,
    DATA,
    EPISODES,
    HIDDEN,
    REDO,
    LedgerEntry,
    ShardFacts,
    committed_ids,
    episode_of_shard,
    ledger_path,
    read_ledger,
    shard_name,
    split_of,
)
from dougagen.shards.locks import Lock, lock_episode, lock_path
from dougagen.shards.recovery import Recovered, files_of
from dougagen.shards.side_files import SideFacts, episode_of_side_file, side_name
from dougagen.shards.writer import EpisodeWriter

_OLD_SECONDS = 3600.0
"""After which nobody can be about to name a file in a ledger: a store takes no request that was signed a
quarter of an hour ago, and a lease ends after two minutes."""
_AGAIN = "run the same command again"


class StoredEpisodeWriter(EpisodeWriter):
    """An ``EpisodeWriter`` whose dataset is in a store; its rows lie on this machine until the commit."""

    def __init__(
        self,
        out: StorePath,
        *,
        on_existing: Literal["error", "redo"] = "error",
        lock: Lock | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(Path(), **settings)  # the folder on this machine is made when it is entered
        self._place, self._wanted = out, on_existing
        self._lease, self._owns_lease = lock, lock is None
        self._here = ExitStack()
        self._tag = ABSENT

    def __enter__(self) -> Self:
        try:
            if self._lease is None:
                self._lease = lock_episode(self._place, self.episode_id)
            with refusals_named(self._place):
                self._tag = conditional(self._place).tag_of(_ledger(self._place, self.episode_id))
                if self._tag != ABSENT and self._wanted == "error":
                    raise ShardError(
                        f"episode {self.episode_id} is in the dataset already", where=self._place, remedy=REDO
                    )
                self.out = self._here.enter_context(own_folder()) / "shards"
            super().__enter__()
        except BaseException:
            self._let_go()
            raise
        return self

    def commit(self, entry: LedgerEntry, *, prints: NDArray[np.void] | None = None) -> LedgerEntry:
        here = super().commit(replace(entry, backgrounds=()), prints=prints)
        assert self._lease is not None
        commit = _Commit(self._place, self.episode_id, self._lease, self._tag)
        with refusals_named(self._place):
            there = commit.named(here, self.out)
            if not here.backgrounds:
                there = replace(there, backgrounds=entry.backgrounds)
            commit.carry_out(there)
        return there

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            super().__exit__(kind, error, trace)
        finally:
            self._let_go()

    def _let_go(self) -> None:
        self._here.close()
        if self._lease is not None and self._owns_lease:
            self._lease.release()
            self._lease = None


def writer_of(out: Path, **settings: Any) -> EpisodeWriter:
    """The writer of an episode of the dataset ``out``, in a store or on a disk."""
    return (
        StoredEpisodeWriter(out, **settings) if isinstance(out, StorePath) else EpisodeWriter(out, **settings)
    )


def commit_beside_in_store(
    out: StorePath, entry: LedgerEntry, lock: Lock, *, prints: NDArray[np.void] | None = None
) -> LedgerEntry:
    """As ``commit_beside``, in a store."""
    with refusals_named(out), own_folder() as folder:
        tag = conditional(out).tag_of(_ledger(out, entry.episode_id))
        commit = _Commit(out, entry.episode_id, lock, tag)
        if prints is not None:
            file = folder / "prints"
            file.write_bytes(prints.tobytes())
            entry = replace(entry, prints=commit.side(file, "prints", rows=len(prints)))
        commit.carry_out(entry)
    return entry


class _Commit:
    """One attempt to put an episode into the store."""

    def __init__(self, out: StorePath, episode_id: str, lock: Lock, tag: str) -> None:
        """``tag`` is that of the ledger that it takes the place of."""
        self._store: ConditionalStore = conditional(out)
        self._out, self._episode_id, self._lock, self._tag = out, episode_id, lock, tag
        self._attempt = secrets.token_hex(4)
        self._files: list[tuple[Path, StorePath]] = []

    def named(self, here: LedgerEntry, folder: Path) -> LedgerEntry:
        """The entry of a dataset on this machine with the names that its files get in the store."""
        return replace(
            here,
            shards=tuple(self._shard(folder, DATA, one) for one in here.shards),
            backgrounds=tuple(self._shard(folder, BACKGROUNDS, one) for one in here.backgrounds),
            prints=self._side(folder, "prints", here.prints),
            dropped=self._side(folder, "dropped", here.dropped),
        )

    def side(self, file: Path, kind: Literal["prints", "dropped"], *, rows: int) -> SideFacts:
        """A file of this machine as one beside the ledger."""
        from hashlib import sha256

        name = side_name(self._episode_id, kind, self._attempt)
        self._files.append((file, self._out / EPISODES / name))
        data = file.read_bytes()
        return SideFacts(name, sha256(data).hexdigest(), len(data), rows)

    def _shard(self, folder: Path, table: str, facts: ShardFacts) -> ShardFacts:
        number = int(facts.name.removesuffix(".parquet").rpartition("-")[2])
        name = shard_name(split_of(facts.name), self._episode_id, number, digest=self._attempt)
        self._files.append((folder / table / facts.name, self._out / table / name))
        return replace(facts, name=name)

    def _side(
        self, folder: Path, kind: Literal["prints", "dropped"], facts: SideFacts | None
    ) -> SideFacts | None:
        file = folder / EPISODES / facts.name if facts is not None else None
        if facts is None or file is None or not file.is_file():
            return facts  # it is in the store already
        name = side_name(self._episode_id, kind, self._attempt)
        self._files.append((file, self._out / EPISODES / name))
        return replace(facts, name=name)

    def carry_out(self, entry: LedgerEntry) -> None:
        """Files, ledger, and away with what it replaces. Raises OSError, ShardError."""
        text = (json.dumps(entry.to_json(), indent=1, ensure_ascii=False) + "\n").encode()
        may_be_named = False
        try:
            for source, path in self._files:
                self._store.put_file(path, source)
            if isinstance(self._lock, Lease):
                self._lock.require_held()
            may_be_named = True
            path = _ledger(self._out, self._episode_id)
            if self._store.put_unless_changed(path, text, over=self._tag) == ABSENT:  # the one moment
                may_be_named = False
                raise ShardError(
                    f"another run has committed episode {self._episode_id} meanwhile",
                    where=self._out,
                    remedy=_AGAIN,
                )
        except BaseException:
            if not may_be_named:
                with suppress(OSError):  # else the next run removes them
                    for _, path in self._files:
                        self._store.remove(path)
            raise
        self._remove_replaced(entry)

    def _remove_replaced(self, entry: LedgerEntry) -> None:
        """What is of this episode and in no ledger: whoever still wants to name it cannot any more."""
        named = {file.path for file in files_of(self._out, entry)}
        splits = {split_of(shard.name) for shard in (*entry.shards, *entry.backgrounds)}
        begins = [(folder, f"{s}-{self._episode_id}-") for folder in (DATA, BACKGROUNDS) for s in splits]
        begins.append((EPISODES, f"{self._episode_id}-"))
        there: set[StorePath] = set()
        for folder, begin in begins:
            there |= {path for path, _ in self._store.ages_below(self._out / folder, begin)}
        lost = sorted(path.name for _, path in self._files if path not in there)
        if lost:
            raise ShardError("its files were removed by something else", where=self._out, remedy=_AGAIN)
        for path in there - named:
            self._store.remove(path)


def recover_in_store(out: StorePath) -> tuple[Recovered, ...]:
    """Remove what dead runs left in a store. Raises ShardError."""
    with refusals_named(out):
        store = conditional(out)
        found = {
            path: age
            for folder in (DATA, BACKGROUNDS, EPISODES)
            for path, age in store.ages_below(out / folder)
        }
        strays = set(found) - _named(out, committed_ids(out))
        done = []
        for episode_id in sorted({owner for path in strays if (owner := _owner(path)) is not None}):
            mine = {path: found[path] for path in strays if _owner(path) == episode_id}
            done += _removed(out, episode_id, mine)
        for path, age in store.ages_below(out / TRIALS):
            if age > _OLD_SECONDS:
                store.remove(path)
        for path, _ in store.ages_below(out / HIDDEN / "locks"):
            if (lease := Lease.take_at(path)) is not None:
                lease.release()
    return tuple(done)


def _named(out: StorePath, episode_ids: Iterable[str]) -> set[StorePath]:
    """The files that ledgers name; of one that cannot be read, all that are of its episode."""
    named: set[Path] = set()
    for episode_id in episode_ids:
        entry = read_ledger(out, episode_id)
        if entry is not None:
            named |= {file.path for file in files_of(out, entry)}
    return named  # type: ignore[return-value]


def _owner(path: StorePath) -> str | None:
    return episode_of_shard(path.name) if path.suffix == ".parquet" else episode_of_side_file(path.name)


def _removed(out: StorePath, episode_id: str, strays: dict[StorePath, float]) -> list[Recovered]:
    """Of one episode; nothing where a living run has it, or may come back to it."""
    path: StorePath = lock_path(out, episode_id)  # type: ignore[assignment]
    is_dead = Lease.is_of_the_dead(path)
    lease = Lease.take_at(path)
    if lease is None:
        return []
    with lease:
        named = _named(out, [episode_id])
        gone = [one for one, age in strays.items() if one not in named and (is_dead or age > _OLD_SECONDS)]
        store = conditional(out)
        for one in gone:
            store.remove(one)
    return [Recovered(episode_id, completed=False, removed=len(gone))] if gone else []


def _ledger(out: StorePath, episode_id: str) -> StorePath:
    path = ledger_path(out, episode_id)
    assert isinstance(path, StorePath)
    return path
