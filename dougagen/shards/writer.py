"""RECORDS → SHARDS: an episode's rows go to hidden files; the commit renames them, the ledger last.

The commit: shards of records and of plates, prints and rows set aside, synced under hidden names; an intent
that is the ledger to come; the renames; the intent's rename to the ledger, the one moment at which the
episode is there; then the files go that it replaces. After the intent nothing is written any more, so that a
full disk cannot stop it half way. Leaving without a commit leaves no trace; what a killed run leaves,
``recovery`` puts right.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Plate
from dougagen.errors import ShardError
from dougagen.shards.commits import PrintsFile, keep_promise, promise
from dougagen.shards.durable import (
    cannot_write,
    is_there,
    make_folders,
    refusals_named,
    remove_if_empty,
)
from dougagen.shards.ledger import (
    BACKGROUNDS,
    DATA,
    EPISODES,
    REDO,
    LedgerEntry,
    ledger_path,
    require_episode_id,
    require_split,
    shard_name,
)
from dougagen.shards.locks import Lock, lock_episode
from dougagen.shards.plate_rows import encode_plate
from dougagen.shards.recovery import (
    hidden_shard,
    hidden_side,
    intent_path,
    recover_episode,
)
from dougagen.shards.rows import EncodedRecord
from dougagen.shards.schema import PLATE_TABLE, RECORD_TABLE, TableSchema
from dougagen.shards.shard_file import RowBuffer, ShardFile, ShardSeries
from dougagen.shards.side_files import side_name

ROW_GROUP_BYTES = 16_000_000
"""Rows are written when they reach this many bytes. A writer holds them up to three times over (rows, Arrow,
page buffers): with 64 MB the peak of ``extract`` grew by 200 MB until the first row group was full."""
MAX_ROW_GROUP_BYTES = 100_000_000
"""The limit of dougagen/README.md#dataset; readers load a row group at a time."""
SHARD_BYTES = 1_000_000_000
"""A shard that has reached this many bytes is closed and the next one begun."""


class EpisodeWriter:
    """Writes the records and plates of one episode; a context manager, for one thread, or one that writes
    records and one that writes plates; what opens it commits it, once both are at their end.

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
        self._on_existing, self._digest = on_existing, digest
        self._lock, self._own_lock = lock, lock is None
        self._replaces = False
        sizes = {"row_group_bytes": row_group_bytes, "shard_bytes": shard_bytes}
        self._rows = ShardSeries(partial(self._begin_shard, DATA, RECORD_TABLE), **sizes)
        self._plates = ShardSeries(partial(self._begin_shard, BACKGROUNDS, PLATE_TABLE), **sizes)
        self._rows_aside = RowBuffer(lambda rows, _: self._aside_file().write(rows), row_group_bytes)
        self._record_ids: set[str] = set()
        self._plate_ids: set[str] = set()
        self._aside: ShardFile | None = None
        self._prints: PrintsFile | None = None
        self._created: tuple[Path, ...] = ()
        self._promised = False
        self._shared = threading.Lock()
        """Over what records and plates have in common: the folders that were made."""

    def __enter__(self) -> EpisodeWriter:
        if self.out.exists() and not self.out.is_dir():
            raise ShardError("the output path is a file", where=self.out, remedy="give a folder as --out")
        try:
            with refusals_named(self.out):
                self._make_folder(DATA)
                self._make_folder(EPISODES)
                if self._lock is None:
                    self._lock = lock_episode(self.out, self.episode_id)
                recover_episode(self.out, self.episode_id)
                self._replaces = is_there(ledger_path(self.out, self.episode_id))
                if self._replaces and self._on_existing == "error":
                    raise ShardError(
                        f"episode {self.episode_id} is in the dataset already", where=self.out, remedy=REDO
                    )
                self._rows.open()
        except BaseException:
            self._discard()
            raise
        return self

    def _make_folder(self, name: str) -> None:
        with self._shared:
            self._created += make_folders(self.out / name, below=self.out)

    def _begin_shard(self, folder: str, table: TableSchema, number: int) -> ShardFile:
        self._make_folder(folder)  # that of plates is made for the first of them
        digest = self._digest if self._replaces else ""
        name = shard_name(self.split, self.episode_id, number, digest=digest)
        return ShardFile(hidden_shard(self.out, name, folder), name, table)

    def write(self, encoded: EncodedRecord) -> None:
        """Take one record; it is on the disk at the latest after ``commit``."""
        self._take(encoded, self._rows)

    def set_aside(self, encoded: EncodedRecord) -> None:
        """Take one record that the dataset is not to show; it is kept beside the ledger."""
        self._take(encoded, self._rows_aside)

    def write_plate(self, plate: Plate) -> None:
        """Code one background plate and take it; it is in the dataset with the records, by the same commit.

        At most a row group of coded plates is in memory. Raises ShardError at a plate of another episode, a
        repeated ``background_id``, and one that is larger than readers take.
        """
        encoded = encode_plate(plate)
        self._require_new("plate", encoded.background_id, plate.episode_id, self._plate_ids)
        with refusals_named(self.out):
            self._plates.add(encoded)

    def _take(self, encoded: EncodedRecord, rows: ShardSeries | RowBuffer) -> None:
        self._require_new("record", encoded.record_id, encoded.episode_id, self._record_ids)
        with refusals_named(self.out):
            rows.add(encoded)

    def _require_new(self, kind: str, name: str, episode_id: str, known: set[str]) -> None:
        if episode_id != self.episode_id:
            raise ShardError(f"{kind} {name} is not of episode {self.episode_id}", where=self.out)
        if name in known:
            raise ShardError(f"{kind} {name} was written twice", where=self.out)
        known.add(name)

    def _aside_file(self) -> ShardFile:
        if self._aside is None:
            name = side_name(self.episode_id, "dropped", self._digest)
            self._aside = ShardFile(hidden_side(self.out, name), name)
        return self._aside

    def commit(self, entry: LedgerEntry, *, prints: NDArray[np.void] | None = None) -> LedgerEntry:
        """Make the episode part of the dataset: rename its files, then write the ledger, each synced.

        ``prints`` is how its drawings are recognised (``PRINT[N]``); None: as ``entry`` says, by a file that
        is there already or not at all. In the same way the plates that ``entry`` names stay where none was
        written; in an entry that names none they go. Returns ``entry`` with its files filled in. Raises
        ShardError where its counts do not fit the rows.
        """
        if entry.episode_id != self.episode_id:
            raise ShardError(f"the ledger is of episode {entry.episode_id}, the rows of {self.episode_id}")
        if entry.records != self._rows.taken:
            raise ShardError(
                f"the ledger counts {entry.records} records, {self._rows.taken} were written", where=self.out
            )
        with refusals_named(self.out):
            self._rows_aside.flush()
            shards, plates = self._rows.finish(), self._plates.finish()
            dropped = self._aside.finish_aside() if self._aside is not None else None
            backgrounds = plates or entry.backgrounds
            entry = replace(entry, shards=shards, backgrounds=backgrounds, dropped=dropped)
            if prints is not None:
                self._prints = PrintsFile(self.out, self.episode_id)
                entry = replace(entry, prints=self._prints.write(prints))
            promise(self.out, entry, self._created)
            self._promised = True
            keep_promise(self.out, entry)
        return entry

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._promised and not is_there(intent_path(self.out, self.episode_id)):
            self._discard()
            return
        for shard in self._all_shards:
            shard.file.release()
        if self._prints is not None:
            self._prints.release()
        self._unlock()

    @property
    def _all_shards(self) -> list[ShardFile]:
        aside = [] if self._aside is None else [self._aside]
        return [*self._rows.shards, *self._plates.shards, *aside]

    def _discard(self) -> None:
        failed: OSError | None = None
        discards: list[Callable[[], None]] = [shard.discard for shard in self._all_shards]
        if self._prints is not None:
            discards.append(self._prints.discard)
        for discard in discards:
            try:
                discard()
            except OSError as error:
                failed = error
        for rows in (self._rows, self._plates, self._rows_aside):
            rows.forget()
        self._unlock()
        remove_if_empty(self._created)
        if failed is not None:
            raise cannot_write(self.out, failed) from failed

    def _unlock(self) -> None:
        if self._lock is not None and self._own_lock:
            self._lock.release()
            self._lock = None
