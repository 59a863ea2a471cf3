"""RECORDS → SHARDS: an episode's rows go to hidden files; the commit renames them, the ledger last.

The commit: shards synced under hidden names; an intent that is the ledger to come; the shards' renames; the
intent's rename to the ledger, the one moment at which the episode is there; then the shards go that it
replaces. After the intent nothing is written any more, so that a full disk cannot stop it half way. Leaving
without a commit leaves no trace; what a killed run leaves, ``recovery`` puts right.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import pyarrow as pa

from dougagen.errors import ShardError
from dougagen.shards.durable import (
    cannot_write,
    make_folders,
    prepare_text,
    refusals_named,
    remove_if_empty,
    sync_folder,
    write_text_whole,
)
from dougagen.shards.ledger import (
    DATA,
    EPISODES,
    REDO,
    LedgerEntry,
    ShardFacts,
    ledger_path,
    require_episode_id,
    require_split,
    shard_name,
)
from dougagen.shards.locks import Lock, lock_episode
from dougagen.shards.recovery import (
    finish_commit,
    hidden_shard,
    intent_path,
    recover_episode,
    remove_replaced,
    replaced_path,
    visible_shards,
)
from dougagen.shards.rows import EncodedRecord
from dougagen.shards.schema import SCHEMA
from dougagen.shards.shard_file import ShardFile

ROW_GROUP_BYTES = 16_000_000
"""Rows are written when they reach this many bytes. A writer holds them up to three times over (rows, Arrow,
page buffers): with 64 MB the peak of ``extract`` grew by 200 MB until the first row group was full."""
MAX_ROW_GROUP_BYTES = 100_000_000
"""The limit of dougagen/README.md#dataset; readers load a row group at a time."""
SHARD_BYTES = 1_000_000_000
"""A shard that has reached this many bytes is closed and the next one begun."""
_ROW_GROUP_ROWS = 10_000


class EpisodeWriter:
    """Writes the records of one episode; a context manager, for one thread.

    ``with EpisodeWriter(out, episode_id=…) as writer: writer.write(encoded); writer.commit(entry)``

    Of ``OnExisting`` a writer has the two that write: ``on_existing="error"`` raises ShardError where the
    episode is in the dataset already, ``"redo"`` puts the new shards, named with ``digest``, in the place of
    the old ones at commit. ``lock`` is the episode's, where the caller has it already. Raises EpisodeBusy
    where another run writes the same episode, ShardError where the disk refuses and at a record of another
    episode or a repeated ``record_id``.
    """

    def __init__(
        self,
        out: Path,
        *,
        episode_id: str,
        split: str = "train",
        row_group_bytes: int = ROW_GROUP_BYTES,
        shard_bytes: int = SHARD_BYTES,
        on_existing: Literal["error", "redo"] = "error",
        digest: str = "",
        lock: Lock | None = None,
    ) -> None:
        self.out = Path(out)
        self.episode_id = require_episode_id(episode_id)
        self.split = require_split(split)
        if not 0 < row_group_bytes <= MAX_ROW_GROUP_BYTES:
            raise ShardError(f"row_group_bytes must be in [1, {MAX_ROW_GROUP_BYTES}], got {row_group_bytes}")
        self._row_group_bytes, self._shard_bytes = row_group_bytes, shard_bytes
        self._on_existing, self._digest = on_existing, digest
        self._lock, self._own_lock = lock, lock is None
        self._replaces = False
        self._rows: list[Mapping[str, Any]] = []
        self._pending_bytes = 0
        self._record_ids: set[str] = set()
        self._shards: list[ShardFile] = []
        self._facts: list[ShardFacts] = []
        self._created: tuple[Path, ...] = ()
        self._promised = False

    @property
    def _data(self) -> Path:
        return self.out / DATA

    def __enter__(self) -> EpisodeWriter:
        if self.out.exists() and not self.out.is_dir():
            raise ShardError("the output path is a file", where=self.out, remedy="give a folder as --out")
        try:
            with refusals_named(self.out):
                self._created = make_folders(self._data) + make_folders(self.out / EPISODES)
                if self._lock is None:
                    self._lock = lock_episode(self.out, self.episode_id)
                recover_episode(self.out, self.episode_id)
                self._replaces = ledger_path(self.out, self.episode_id).exists()
                if self._replaces and self._on_existing == "error":
                    raise ShardError(
                        f"episode {self.episode_id} is in the dataset already", where=self.out, remedy=REDO
                    )
                self._begin_shard()
        except BaseException:
            self._discard()
            raise
        return self

    def _begin_shard(self) -> None:
        digest = self._digest if self._replaces else ""
        name = shard_name(self.split, self.episode_id, len(self._shards), digest=digest)
        self._shards.append(ShardFile(hidden_shard(self.out, name), name))

    def write(self, encoded: EncodedRecord) -> None:
        """Take one record; it is on the disk at the latest after ``commit``."""
        if encoded.episode_id != self.episode_id:
            raise ShardError(
                f"record {encoded.record_id} is not of episode {self.episode_id}", where=self.out
            )
        if encoded.record_id in self._record_ids:
            raise ShardError(f"record {encoded.record_id} was written twice", where=self.out)
        with refusals_named(self.out):
            if self._rows and self._pending_bytes + encoded.size > self._row_group_bytes:
                self._write_row_group()
            self._record_ids.add(encoded.record_id)
            self._rows.append(encoded.row)
            self._pending_bytes += encoded.size
            if self._pending_bytes >= self._row_group_bytes or len(self._rows) >= _ROW_GROUP_ROWS:
                self._write_row_group()

    def _write_row_group(self) -> None:
        if not self._rows:
            return
        if self._shards[-1].rows and self._shards[-1].file.size + self._pending_bytes > self._shard_bytes:
            self._facts.append(self._shards[-1].finish())
            self._begin_shard()
        try:
            table = pa.Table.from_pylist(self._rows, schema=SCHEMA)
        except (pa.ArrowException, OverflowError) as error:
            raise ShardError(f"a record does not fit the columns ({error})", where=self.out) from error
        self._shards[-1].write(table)
        self._rows, self._pending_bytes = [], 0

    def commit(self, entry: LedgerEntry) -> LedgerEntry:
        """Make the episode part of the dataset: rename its shards, then write the ledger, each synced.

        Returns ``entry`` with the shards filled in. Raises ShardError where its counts do not fit the rows.
        """
        if entry.episode_id != self.episode_id:
            raise ShardError(f"the ledger is of episode {entry.episode_id}, the rows of {self.episode_id}")
        if entry.records != len(self._record_ids):
            raise ShardError(
                f"the ledger counts {entry.records} records, {len(self._record_ids)} were written",
                where=self.out,
            )
        with refusals_named(self.out):
            self._write_row_group()
            self._facts.append(self._shards[-1].finish())
            entry = replace(entry, shards=tuple(self._facts))
            self._promise(entry)
            finish_commit(self.out, entry)
            remove_replaced(self.out, self.episode_id)
        return entry

    def _promise(self, entry: LedgerEntry) -> None:
        """All that a commit needs is on the disk, last the intent; from here on it can only be finished."""
        replaced = visible_shards(self.out, self.episode_id) - {shard.name for shard in entry.shards}
        text = json.dumps(entry.to_json(), indent=1, ensure_ascii=False) + "\n"
        hidden = prepare_text(ledger_path(self.out, self.episode_id), text)
        try:
            if replaced:
                write_text_whole(replaced_path(self.out, self.episode_id), json.dumps(sorted(replaced)))
            for created in self._created:
                sync_folder(created.parent)
            sync_folder(self._data)
            hidden.replace(intent_path(self.out, self.episode_id))
            self._promised = True
            sync_folder(self.out / EPISODES)
        except BaseException:
            hidden.unlink(missing_ok=True)
            if not self._promised:
                replaced_path(self.out, self.episode_id).unlink(missing_ok=True)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._promised:
            self._discard()
            return
        for shard in self._shards:
            shard.file.release()
        self._unlock()

    def _discard(self) -> None:
        failed: OSError | None = None
        for shard in self._shards:
            try:
                shard.discard()
            except OSError as error:
                failed = error
        self._rows = []
        self._unlock()
        remove_if_empty(self._created)
        if failed is not None:
            raise cannot_write(self.out, failed) from failed

    def _unlock(self) -> None:
        if self._lock is not None and self._own_lock:
            self._lock.release()
            self._lock = None
