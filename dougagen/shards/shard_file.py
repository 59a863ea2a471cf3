"""A shard while it is written: a hidden Parquet file that knows its own hash."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from dougagen.shards.durable import create, remove
from dougagen.shards.ledger import ShardFacts
from dougagen.shards.rows import EncodedRecord
from dougagen.shards.schema import SCHEMA, is_image_leaf, leaf_paths
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

    def __init__(self, hidden: Path, name: str) -> None:
        """``hidden`` is where it is written, ``name`` what it will be called."""
        self.name = name
        self.rows = 0
        self.file = HashedFile(hidden)
        leaves = leaf_paths()
        small = [leaf for leaf in leaves if not is_image_leaf(leaf)]
        self._parquet: pq.ParquetWriter | None = pq.ParquetWriter(
            self.file,
            SCHEMA,
            compression={leaf: "NONE" if is_image_leaf(leaf) else "ZSTD" for leaf in leaves},
            use_dictionary=small,
            write_statistics=small,
            write_page_index=True,
            write_batch_size=1,  # a page is closed by bytes after each batch: one picture a page, not 1024
        )

    def write(self, table: pa.Table) -> None:
        assert self._parquet is not None
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


class RowBuffer:
    """Rows until there are enough of them to be written at once."""

    def __init__(self, write: Callable[[list[Mapping[str, Any]], int], None], limit: int) -> None:
        """``write`` takes the rows and their bytes; ``limit`` is how many bytes are enough."""
        self._write, self._limit = write, limit
        self._rows: list[Mapping[str, Any]] = []
        self._size = 0
        self.taken = 0
        """Rows so far, the written ones included."""

    def add(self, encoded: EncodedRecord) -> None:
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
