"""RECORDS → SHARDS: an episode's rows go to hidden files; the commit renames them, the ledger last.

Leaving without a commit leaves no trace. A killed run leaves hidden files, which no reader of
``data/*.parquet`` sees and the next writer of the same episode removes.
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
    put_in_place,
    refusals_named,
    remove_if_empty,
    sync_folder,
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
from dougagen.shards.rows import EncodedRecord
from dougagen.shards.schema import SCHEMA
from dougagen.shards.shard_file import ShardFile, lock

ROW_GROUP_BYTES = 16_000_000
"""Rows are written when they reach this many bytes. A writer holds them up to three times over (rows, Arrow,
page buffers): with 64 MB the peak of ``extract`` grew by 200 MB until the first row group was full."""
MAX_ROW_GROUP_BYTES = 100_000_000
"""The limit of DESIGN section 5; readers load a row group at a time."""
SHARD_BYTES = 1_000_000_000
"""A shard that has reached this many bytes is closed and the next one begun."""
_ROW_GROUP_ROWS = 10_000
OnExisting = Literal["refuse", "redo"]


class EpisodeWriter:
    """Writes the records of one episode; a context manager, for one thread.

    ``with EpisodeWriter(out, episode_id=…) as writer: writer.write(encoded); writer.commit(entry)``

    ``on_existing="refuse"`` raises ShardError where the episode is in the dataset already, ``"redo"`` puts
    the new shards in the place of the old ones at commit. Raises ShardError where the disk refuses, where
    another run writes the same episode, and at a record of another episode or a repeated ``record_id``.
    """

    def __init__(
        self,
        out: Path,
        *,
        episode_id: str,
        split: str = "train",
        row_group_bytes: int = ROW_GROUP_BYTES,
        shard_bytes: int = SHARD_BYTES,
        on_existing: OnExisting = "refuse",
    ) -> None:
        self.out = Path(out)
        self.episode_id = require_episode_id(episode_id)
        self.split = require_split(split)
        if not 0 < row_group_bytes <= MAX_ROW_GROUP_BYTES:
            raise ShardError(f"row_group_bytes must be in [1, {MAX_ROW_GROUP_BYTES}], got {row_group_bytes}")
        self._row_group_bytes, self._shard_bytes = row_group_bytes, shard_bytes
        self._on_existing = on_existing
        self._rows: list[Mapping[str, Any]] = []
        self._pending_bytes = 0
        self._record_ids: set[str] = set()
        self._shards: list[ShardFile] = []
        self._facts: list[ShardFacts] = []
        self._created: tuple[Path, ...] = ()
        self._committed = False

    @property
    def _data(self) -> Path:
        return self.out / DATA

    def __enter__(self) -> EpisodeWriter:
        if self._on_existing == "refuse" and ledger_path(self.out, self.episode_id).exists():
            raise ShardError(
                f"episode {self.episode_id} is in the dataset already", where=self.out, remedy=REDO
            )
        if self.out.exists() and not self.out.is_dir():
            raise ShardError("the output path is a file", where=self.out, remedy="give a folder as --out")
        try:
            with refusals_named(self.out):
                self._created = make_folders(self._data) + make_folders(self.out / EPISODES)
                self._remove_stale()
                self._begin_shard()
        except BaseException:
            self._discard()
            raise
        return self

    def _require_place(self) -> None:
        if self.out.exists() and not self.out.is_dir():
            raise ShardError("the output path is a file", where=self.out, remedy="give a folder as --out")
        if self._on_existing == "refuse" and ledger_path(self.out, self.episode_id).exists():
            raise ShardError(
                f"episode {self.episode_id} is in the dataset already", where=self.out, remedy=REDO
            )

    def _remove_stale(self) -> None:
        """Remove what a killed run left of this episode; a living one still holds its lock."""
        for path in self._data.glob(f".{self.split}-{self.episode_id}-*.partial"):
            with path.open("rb") as file:
                if not lock(file):
                    raise ShardError(
                        f"another run is writing episode {self.episode_id}",
                        where=self.out,
                        remedy="wait for it to end",
                    )
                path.unlink(missing_ok=True)
        for path in (self.out / EPISODES).glob(f".{self.episode_id}.json.*.partial"):
            path.unlink(missing_ok=True)

    def _begin_shard(self) -> None:
        name = shard_name(self.split, self.episode_id, len(self._shards))
        self._shards.append(ShardFile(self._data, name))

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
            self._publish(entry)
        self._committed = True
        return entry

    def _publish(self, entry: LedgerEntry) -> None:
        """All is on the disk before anything is renamed: a full disk leaves an earlier commit whole."""
        ledger = ledger_path(self.out, self.episode_id)
        text = json.dumps(entry.to_json(), indent=1, ensure_ascii=False) + "\n"
        hidden_ledger = prepare_text(ledger, text)
        try:
            for created in self._created:
                sync_folder(created.parent)
            self._remove_committed()
            for shard in self._shards:
                shard.publish(self._data)
            sync_folder(self._data)
            put_in_place(hidden_ledger, ledger)
        except BaseException:
            hidden_ledger.unlink(missing_ok=True)
            ledger.unlink(missing_ok=True)
            raise

    def _remove_committed(self) -> None:
        """Take an earlier commit of this episode out, its ledger first: never a ledger over other shards."""
        ledger = ledger_path(self.out, self.episode_id)
        if ledger.exists():
            ledger.unlink()
            sync_folder(ledger.parent)
        for path in self._data.glob(f"*-{self.episode_id}-*.parquet"):
            path.unlink()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._committed:
            for shard in self._shards:
                shard.file.release()
        else:
            self._discard()

    def _discard(self) -> None:
        failed: OSError | None = None
        for shard in self._shards:
            try:
                shard.discard()
            except OSError as error:
                failed = error
        self._rows = []
        remove_if_empty(self._created)
        if failed is not None:
            raise cannot_write(self.out, failed) from failed
