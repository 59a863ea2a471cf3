"""A shard while it is written: a hidden Parquet file that knows its own hash."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from dougagen.shards.ledger import ShardFacts
from dougagen.shards.schema import SCHEMA, is_image_leaf, leaf_paths


class HashedFile:
    """An append-only file that knows the SHA-256 of what went into it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: BinaryIO = path.open("xb")
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
        self.path.unlink(missing_ok=True)
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
        assert self._parquet is not None
        self._parquet.close()
        self._parquet = None
        return ShardFacts(self.name, self.file.seal(), self.file.size, self.rows)

    def discard(self) -> None:
        self.file.abandon()
        if self._parquet is not None:
            with suppress(pa.ArrowException, OSError):
                self._parquet.close()
            self._parquet.is_open = False  # else Arrow closes again when collected and prints a traceback
            self._parquet = None
