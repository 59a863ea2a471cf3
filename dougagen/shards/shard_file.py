"""A shard while it is written: a hidden Parquet file that knows its own hash."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from dougagen.errors import ShardError
from dougagen.shards.durable import create, remove
from dougagen.shards.ledger import ShardFacts
from dougagen.shards.schema import RECORD_TABLE, TableSchema, leaf_paths
from dougagen.shards.side_files import SideFacts

_ROW_GROUP_ROWS = 10_000


class HashedFile:
    """An append-only file that knows the SHA-256 of what went into it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: BinaryIO = create(path)
        self._sha256 = hashlib.sha256()
        self.size = 0
        self.closed = self._abandoned = False

    def write(self, data: Any) -> int:
        if self._abandoned:
            return len(data)
        written = self._file.write(data)
        self._sha256.update(data)
        self.size += written
        return written

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        if not self._abandoned:
            self._file.flush()

    def close(self) -> None:
        """Arrow's wish only: ``seal`` still has to sync."""

    def seal(self) -> str:
        """Everything on the disk; returns the SHA-256 in hex."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._sha256.hexdigest()

    def release(self) -> None:
        self.closed = True
        self._file.close()

    def abandon(self) -> None:
        """Remove the file; what Arrow still writes while it closes goes nowhere."""
        self._abandoned = True
        remove(self.path)
        with suppress(OSError):  # what is in the buffer meets the full disk once more
            self._file.close()


class ShardFile:
    """One shard under its hidden name."""

    def __init__(self, hidden: Path, name: str, table: TableSchema = RECORD_TABLE) -> None:
        """``hidden`` is where it is written, ``name`` what it will be called."""
        self.name = name
        self.rows = 0
        self.file = HashedFile(hidden)
        self._schema = table.schema
        leaves = leaf_paths(table.schema)
        small = [leaf for leaf in leaves if not table.is_image_leaf(leaf)]
        self._parquet: pq.ParquetWriter | None = pq.ParquetWriter(
            self.file,
            table.schema,
            compression={leaf: "NONE" if table.is_image_leaf(leaf) else "ZSTD" for leaf in leaves},
            use_dictionary=small,
            write_statistics=small,
            write_page_index=True,
            write_batch_size=1,  # a page is closed by bytes after each batch: one picture a page, not 1024
        )

    def write(self, rows: list[Mapping[str, Any]]) -> None:
        """Add a row group. Raises ShardError at a row that the columns cannot hold, OSError."""
        assert self._parquet is not None
        try:
            table = pa.Table.from_pylist(rows, schema=self._schema)
        except (pa.ArrowException, OverflowError) as error:
            out = self.file.path.parent.parent
            raise ShardError(f"a row does not fit the columns ({error})", where=out) from error
        self._parquet.write_table(table, row_group_size=max(1, table.num_rows))
        self.rows += table.num_rows

    def finish(self) -> ShardFacts:
        """Write the footer and sync; the file keeps its hidden name."""
        return ShardFacts(self.name, self._sealed(), self.file.size, self.rows)

    def finish_aside(self) -> SideFacts:
        """``finish`` for a file beside the ledger."""
        return SideFacts(self.name, self._sealed(), self.file.size, self.rows)

    def _sealed(self) -> str:
        assert self._parquet is not None
        self._parquet.close()
        self._parquet = None
        return self.file.seal()

    def discard(self) -> None:
        self.file.abandon()
        if self._parquet is not None:
            with suppress(pa.ArrowException, OSError):
                self._parquet.close()
            self._parquet.is_open = False  # else Arrow closes again when collected and prints a traceback
            self._parquet = None


class Encoded(Protocol):
    """A row ready to be written."""

    @property
    def row(self) -> Mapping[str, Any]: ...

    @property
    def size(self) -> int:
        """Bytes that it takes, nearly."""
        ...


class RowBuffer:
    """Rows until there are enough of them to be written at once."""

    def __init__(self, write: Callable[[list[Mapping[str, Any]], int], None], limit: int) -> None:
        """``write`` takes the rows and their bytes; ``limit`` is how many bytes are enough."""
        self._write, self._limit = write, limit
        self._rows: list[Mapping[str, Any]] = []
        self._size = 0
        self.taken = 0
        """Rows so far, the written ones included."""

    def add(self, encoded: Encoded) -> None:
        if self._rows and self._size + encoded.size > self._limit:
            self.flush()
        self._rows.append(encoded.row)
        self._size += encoded.size
        self.taken += 1
        if self._size >= self._limit or len(self._rows) >= _ROW_GROUP_ROWS:
            self.flush()

    def flush(self) -> None:
        if self._rows:
            self._write(self._rows, self._size)
            self.forget()

    def forget(self) -> None:
        self._rows, self._size = [], 0


class ShardSeries:
    """The shards of one table of an episode: the next is begun when one is full."""

    def __init__(self, begin: Callable[[int], ShardFile], *, row_group_bytes: int, shard_bytes: int) -> None:
        """``begin`` opens the shard of a number, counted from 0."""
        self._begin, self._shard_bytes = begin, shard_bytes
        self._rows = RowBuffer(self._write_row_group, row_group_bytes)
        self._facts: list[ShardFacts] = []
        self.shards: list[ShardFile] = []
        """Those that are finished, and last the one that is being written."""

    @property
    def taken(self) -> int:
        """Rows so far."""
        return self._rows.taken

    def open(self) -> None:
        """Begin the next shard; without, the first is begun when there are rows for it. Raises OSError."""
        self.shards.append(self._begin(len(self.shards)))

    def add(self, encoded: Encoded) -> None:
        """Raises OSError, ShardError."""
        self._rows.add(encoded)

    def _write_row_group(self, rows: list[Mapping[str, Any]], size: int) -> None:
        if not self.shards:
            self.open()
        elif self.shards[-1].rows and self.shards[-1].file.size + size > self._shard_bytes:
            self._facts.append(self.shards[-1].finish())
            self.open()
        self.shards[-1].write(rows)

    def finish(self) -> tuple[ShardFacts, ...]:
        """Write what is left and sync; every shard keeps its hidden name. Raises OSError, ShardError."""
        self._rows.flush()
        if len(self._facts) < len(self.shards):
            self._facts.append(self.shards[-1].finish())
        return tuple(self._facts)

    def forget(self) -> None:
        """Let go of rows that were not written."""
        self._rows.forget()
