"""SHARDS → RECORDS: streaming by row group, every file and every value checked before it is believed."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import pyarrow as pa
import pyarrow.parquet as pq

from dougagen.domain import Record, Table
from dougagen.errors import ShardError, quoted
from dougagen.files import (
    Refusal,
    StorePath,
    StoreRefused,
    names_in,
    open_file,
    place,
    refused_as,
    require_file_or_nothing,
)
from dougagen.shards.bounds import (
    MAX_COLUMNS_LOADED,
    MAX_TEXT_LOADED,
    require_columns_fit,
    require_rows_fit,
    require_text_fits,
    text_leaves,
)
from dougagen.shards.durable import is_there, store_refuses
from dougagen.shards.ledger import (
    BACKGROUNDS,
    DATA,
    EPISODES,
    REPAIR,
    SCHEMA_VERSION,
    LedgerEntry,
    committed_ids,
    read_ledger,
    split_of,
)
from dougagen.shards.positions import Positions, Selection, position_of, records_in_order
from dougagen.shards.rows import decode_row
from dougagen.shards.schema import COLUMNS, RECORD_TABLE, ROW_COLUMNS, TableSchema

if TYPE_CHECKING:
    from dougagen.shards.plates import Plates

_MAKE = "give a folder that dougagen extract --out wrote, or one with Parquet shards"
_BATCH_ROWS = 8
_EPISODES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class RowGroup:
    """A piece of a shard that is read at once."""

    shard: Path
    index: int
    rows: int


@dataclass(frozen=True, slots=True)
class Dataset:
    """Which files make up a dataset; opens none of them until asked."""

    root: Path
    shards: tuple[Path, ...]
    """In the order of episodes and shard numbers."""
    ledger: tuple[LedgerEntry, ...] = ()
    """Empty for a plain folder or file of shards."""
    on_damage: Callable[[ShardError], object] | None = None
    """Told of a shard that cannot be read, which is then passed over; without it the error is raised."""
    plate_shards: tuple[Path, ...] = ()
    """Those of the second table, in the same order; none is opened or missed before plates are asked for."""
    _places: list[Positions] = field(default_factory=list, init=False, repr=False, compare=False)
    """Where each record lies, once somebody has asked."""

    def __len__(self) -> int:
        """How many records there are: from the ledgers, or from the footers where there are none."""
        if self.ledger:
            return sum(entry.records for entry in self.ledger)
        return sum(group.rows for group in self.row_groups())

    def __iter__(self) -> Iterator[Record]:
        return self.records()

    @overload
    def __getitem__(self, index: int) -> Record: ...

    @overload
    def __getitem__(self, index: slice) -> Selection: ...

    def __getitem__(self, index: int | slice) -> Record | Selection:
        """A record by its position, from the back where it is negative; a slice reads nothing yet.

        Each call opens the shard and reads its row group up to the record: iterate to read many.
        Raises NoRecordError, which is an IndexError, and ShardError.
        """
        places = self._positions()
        if isinstance(index, slice):
            return Selection(self, range(len(places))[index])
        position = position_of(index, len(places))
        (record,) = self.records_at(range(position, position + 1))
        return record

    def records_at(self, positions: range) -> Iterator[Record]:
        """The records at rising positions, one at a time in memory."""
        return records_in_order(self, self._positions(), positions)

    def _positions(self) -> Positions:
        if not self._places:
            self._places.append(Positions.of(self.row_groups()))
        return self._places[0]

    def to_table(self) -> Table:
        """A row an episode, the first fifty."""
        rows = tuple(
            (e.source, f"{e.width}×{e.height}", str(e.shots), str(e.records), e.episode_id)
            for e in self.ledger[:_EPISODES_SHOWN]
        )
        more = len(self.ledger) - len(rows)
        title = f"{self!r}, the first {len(rows)}" if more else repr(self)
        return Table(title, ("source", "frame", "shots", "records", "episode"), rows)

    def __repr__(self) -> str:
        where = quoted(self.root)
        files = len(self.ledger or self.shards)
        if not self.ledger:
            return f"Dataset({where}, {files} shard{'s' * (files != 1)})"
        return f"Dataset({where}, {len(self)} records, {files} episode{'s' * (files != 1)})"

    def _repr_html_(self) -> str:
        return self.to_table().to_html()

    def row_groups(self) -> tuple[RowGroup, ...]:
        """Every row group, in order; shuffle these to read in another order. Reads footers only."""
        groups: list[RowGroup] = []
        for shard in self.shards:
            with self._damage_told():
                groups += _row_groups(shard)
        return tuple(groups)

    def records(self) -> Iterator[Record]:
        """Every record, its pictures decoded; one row group at a time is in memory."""
        for shard in self.shards:
            with self._damage_told():
                for group in _row_groups(shard):
                    yield from self.records_of(group)

    @contextmanager
    def _damage_told(self) -> Iterator[None]:
        """Hand a ShardError from inside to ``on_damage``, where there is one."""
        try:
            yield
        except ShardError as error:
            if self.on_damage is None or store_refuses(error):
                raise
            self.on_damage(error)

    @property
    def plates(self) -> Plates:
        """The background plates, read when they are asked for; none in a dataset without the table."""
        from dougagen.shards.plates import Plates

        return Plates(self)

    def records_of(self, group: RowGroup, *, rows: Container[int] | None = None) -> Iterator[Record]:
        """The records of one row group, or those of its ``rows`` alone: the pictures of others stay coded."""
        for row in _raw_rows_of(group, rows):
            yield _decoded(row, group.shard)

    def coded_rows_of(
        self, group: RowGroup, *, rows: Container[int] | None = None
    ) -> Iterator[dict[str, Any]]:
        """As ``records_of``, but plain dicts with nothing decoded: a damaged picture stops none of them."""
        return _raw_rows_of(group, rows)

    def rows(self, columns: Sequence[str] = ROW_COLUMNS) -> Iterator[pa.Table]:
        """The named columns, a table a shard, no cell empty; no other column is read from the disk."""
        for _, table in self.tables(columns):
            yield table

    def tables(self, columns: Sequence[str] = ROW_COLUMNS) -> Iterator[tuple[Path, pa.Table]]:
        """As ``rows``, each table with the shard that it was read from."""
        unknown = [name for name in columns if name not in COLUMNS]
        if unknown:
            raise ShardError(f"there is no column {unknown[0]!r}; the columns are {', '.join(COLUMNS)}")
        for shard in self.shards:
            with self._damage_told():
                yield shard, whole_table(shard, columns)

    def column_bytes(self) -> dict[str, int]:
        """Column → bytes on the disk, from the footers."""
        sizes = dict.fromkeys(COLUMNS, 0)
        for shard in self.shards:
            with self._damage_told(), _opened(shard) as parquet:
                for index in range(parquet.metadata.num_row_groups):
                    group = parquet.metadata.row_group(index)
                    for leaf in range(group.num_columns):
                        chunk = group.column(leaf)
                        name = chunk.path_in_schema.partition(".")[0]
                        if name in sizes:
                            sizes[name] += chunk.total_compressed_size
        return sizes


def open_dataset(
    path: str | PathLike[str], *, on_damage: Callable[[ShardError], object] | None = None
) -> Dataset:
    """Find the shards at ``path``: a dataset folder, a plain folder of Parquet files, or one such file.

    Where there is a folder ``episodes``, only shards in its ledgers count. Hidden files never do. With
    ``on_damage`` what is damaged or missing is told there and passed over, now and in all later reading.
    Raises ShardError where there is nothing to read, or a ledger is damaged or names a missing shard.
    """
    path = place(path)
    with refused_as(ShardError, path, what="cannot be read"):
        return _opened_at(path, on_damage)


def _opened_at(path: Path, on_damage: Callable[[ShardError], object] | None) -> Dataset:
    if path.is_file():
        return Dataset(path.parent, (path,), on_damage=on_damage)
    if not path.is_dir():
        raise ShardError("there is no such folder or file", where=path, remedy=_MAKE)
    if (path / EPISODES).is_dir():
        return _open_committed(path, on_damage)
    shards = sorted(
        shard
        for folder in (path, path / DATA)
        for shard in folder.glob("*.parquet")
        if shard.is_file() and not shard.name.startswith(".")
    )
    if not shards:
        raise ShardError("this folder holds no dataset", where=path, remedy=_MAKE)
    plates = sorted(p for p in (path / BACKGROUNDS).glob("*.parquet") if p.is_file() and p.name[0] != ".")
    return Dataset(path, tuple(shards), on_damage=on_damage, plate_shards=tuple(plates))


def _open_committed(root: Path, on_damage: Callable[[ShardError], object] | None) -> Dataset:
    nothing = Dataset(root, (), on_damage=on_damage)
    ledger: list[LedgerEntry] = []
    shards: list[Path] = []
    for episode_id in committed_ids(root):
        with nothing._damage_told():
            if (entry := read_ledger(root, episode_id)) is not None:
                ledger.append(entry)
    # a store is asked once for all names, not for each
    names = frozenset(names_in(root / DATA)) if isinstance(root, StorePath) else None
    for shard in (root / DATA / shard.name for entry in ledger for shard in entry.shards):
        with nothing._damage_told():
            if not (_is_in_folder(shard, root) if names is None else shard.name in names):
                raise ShardError(
                    "this shard is in the ledger and not in the folder", where=shard, remedy=REPAIR
                )
            shards.append(shard)
    if not ledger:
        raise ShardError("no episode is committed in this folder", where=root, remedy=_MAKE)
    plates = (root / BACKGROUNDS / shard.name for entry in ledger for shard in entry.backgrounds)
    return Dataset(root, tuple(shards), tuple(ledger), on_damage, tuple(plates))


def _is_in_folder(shard: Path, root: Path) -> bool:
    with refused_as(ShardError, shard, what="this shard cannot be read"):
        require_file_or_nothing(shard, below=root)
    return is_there(shard)


def split_shards(dataset: Dataset, split: str) -> Dataset:
    """The part of a dataset whose shards are named after ``split``."""
    records, plates = (
        tuple(shard for shard in shards if split_of(shard.name) == split)
        for shards in (dataset.shards, dataset.plate_shards)
    )
    return Dataset(dataset.root, records, plate_shards=plates)


def read_records(path: Path) -> Iterator[Record]:
    """Every record at ``path``, decoded and validated. Raises ShardError naming the shard that is damaged."""
    yield from open_dataset(path).records()


def read_rows(path: Path, columns: Sequence[str] = ROW_COLUMNS) -> Iterator[pa.Table]:
    """The named columns at ``path``, a table a shard; by default everything but the pictures."""
    yield from open_dataset(path).rows(columns)


def count_records(path: Path) -> int:
    """How many records are at ``path``; reads ledgers, or footers where there are none."""
    return len(open_dataset(path))


def whole_table(shard: Path, columns: Sequence[str], table: TableSchema = RECORD_TABLE) -> pa.Table:
    """The named columns of one shard, no cell empty that may not be. Raises ShardError naming the shard."""
    with _opened(shard, columns, table) as opened, _texts_apart(opened, shard) as parquet:
        with _file(shard) as file:
            require_columns_fit(parquet.metadata, file, columns)
        coded = parquet.read(columns=list(columns), use_threads=False)
        require_text_fits(coded, MAX_COLUMNS_LOADED)
        found = _in_our_types(coded, columns, table)
        found.validate(full=True)  # text is text: Arrow takes any bytes until somebody looks
        _require_filled(found, table)
        return found


@contextmanager
def _opened(
    shard: Path, columns: Sequence[str] = (), table: TableSchema = RECORD_TABLE
) -> Iterator[pq.ParquetFile]:
    """The open shard, which has the named columns of the table, or all; whatever Arrow or the disk says
    against it becomes ShardError with the shard's name."""
    try:
        with _parquet(shard) as parquet:
            _require_columns(parquet.schema_arrow, columns or table.columns, table)
            yield parquet
    except ShardError as error:
        if error.where is None:
            raise ShardError(error.what, where=shard, remedy=error.remedy) from error
        raise
    except FileNotFoundError as error:
        raise ShardError("this shard is missing or not a file", where=shard, remedy=REPAIR) from error
    except StoreRefused as error:
        what = f"this shard cannot be read ({error.strerror})"
        raise ShardError(what, where=error.path, remedy=error.remedy) from error
    except Refusal as error:
        what = f"this shard is missing or not a file ({error.strerror})"
        raise ShardError(what, where=error.path, remedy=error.remedy) from error
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ShardError(f"this shard is damaged ({reason})", where=shard, remedy=REPAIR) from error


@contextmanager
def _parquet(shard: Path, **settings: Any) -> Iterator[pq.ParquetFile]:
    with (
        _file(shard) as file,
        pq.ParquetFile(
            file,
            thrift_string_size_limit=64 << 20,
            thrift_container_size_limit=4 << 20,
            pre_buffer=False,  # else the pictures of a whole row group are loaded ahead
            buffer_size=1 << 20,
            page_checksum_verification=False,
            **settings,
        ) as parquet,
    ):
        yield parquet


def _file(shard: Path) -> BufferedReader:
    """The shard, open; in a dataset through no link. A folder of Parquet files without ledgers is somebody's
    collection (that of a download cache is made of links), and read as it is. Raises OSError, Refusal."""
    if isinstance(shard, StorePath):
        return open_file(shard)
    out = shard.parent.parent
    return open_file(shard, below=out if (out / EPISODES).is_dir() else None)


def _texts_apart(parquet: pq.ParquetFile, shard: Path) -> AbstractContextManager[pq.ParquetFile]:
    """The same shard once more, its texts left as dictionaries: what they take can be counted first."""
    return _parquet(shard, metadata=parquet.metadata, read_dictionary=text_leaves(parquet))


def _require_columns(schema: pa.Schema, columns: Sequence[str], table: TableSchema) -> None:
    version, added_in = _schema_version(schema), table.added_in
    missing = [name for name in columns if name not in schema.names and added_in.get(name, 1) <= version]
    if missing:
        raise ShardError(f"this is not a dougagen shard: column {missing[0]} is missing", remedy=_MAKE)


def _schema_version(schema: pa.Schema) -> int:
    """The version that a shard says it has; the present one where it says nothing that can be read."""
    text = (schema.metadata or {}).get(b"dougagen_schema_version", b"")
    return int(text) if text.isdigit() and len(text) < 6 else SCHEMA_VERSION


def _in_our_types(found: pa.Table, columns: Sequence[str], table: TableSchema = RECORD_TABLE) -> pa.Table:
    """``found`` in the types of the schema: other tools write large_string for string and the like.

    A column that was added after the shard was written holds nothing.
    """
    wanted = pa.schema([table.schema.field(name) for name in columns])
    for name in columns:
        if name not in found.column_names:
            column = table.schema.field(name)
            nothing = None if name in table.nullable else _nothing(column.type)
            found = found.append_column(column, pa.array([nothing] * len(found), column.type))
    return found.select(list(columns)).cast(wanted)


def _nothing(arrow_type: pa.DataType) -> object:
    if pa.types.is_list(arrow_type):
        return []
    return "" if pa.types.is_string(arrow_type) else 0


def raw_rows(shard: Path, table: TableSchema = RECORD_TABLE) -> Iterator[dict[str, Any]]:
    """The rows of one shard as plain dicts, pictures still coded. Raises ShardError naming the shard."""
    for group in _row_groups(shard, table):
        yield from _raw_rows_of(group, table=table)


def raw_rows_at(shard: Path, positions: Container[int], table: TableSchema) -> Iterator[dict[str, Any]]:
    """As ``raw_rows``, those at some positions of the shard alone; row groups without any are not read."""
    first = 0
    for group in _row_groups(shard, table):
        rows = [row for row in range(group.rows) if first + row in positions]
        first += group.rows
        if rows:
            yield from _raw_rows_of(group, rows, table)


def _raw_rows_of(
    group: RowGroup, rows: Container[int] | None = None, table: TableSchema = RECORD_TABLE
) -> Iterator[dict[str, Any]]:
    """The rows at the positions ``rows`` of the group; None: all."""
    columns = table.columns
    with _opened(group.shard, table=table) as opened, _texts_apart(opened, group.shard) as parquet:
        with _file(group.shard) as file:
            require_rows_fit(parquet.metadata, file, group.index, columns, rows=_BATCH_ROWS)
        batches = parquet.iter_batches(
            batch_size=_BATCH_ROWS, row_groups=[group.index], columns=list(columns), use_threads=False
        )
        first = 0
        for batch in batches:
            kept = [n for n in range(len(batch)) if rows is None or first + n in rows]
            first += len(batch)
            if kept:
                coded = pa.Table.from_batches([batch])
                require_text_fits(coded, MAX_TEXT_LOADED)
                found = _in_our_types(coded, columns, table)
                yield from (found if len(kept) == len(batch) else found.take(kept)).to_pylist()


def require_schema(shard: Path, table: TableSchema = RECORD_TABLE) -> None:
    """Raise ShardError unless the shard has the columns of its schema version, in exactly our types."""
    with _opened(shard, table=table) as parquet:
        for name in (name for name in table.columns if name in parquet.schema_arrow.names):
            wanted, got = table.schema.field(name).type, parquet.schema_arrow.field(name).type
            if wanted != got:
                raise ShardError(f"column {name} must be {wanted}, got {got}")


def _require_filled(found: pa.Table, table: TableSchema) -> None:
    """Raise ShardError at an empty cell or member of one; pictures are not looked into."""
    for name in found.column_names:
        chunks = [] if name in table.images else found[name].chunks
        if name in table.nullable:
            chunks = [chunk.drop_null() for chunk in chunks]
        if any(map(_has_holes, chunks)):
            raise ShardError(f"column {name} has empty cells", remedy=REPAIR)


def _has_holes(array: pa.Array) -> bool:
    if array.null_count:
        return True
    if pa.types.is_list(array.type):
        return _has_holes(array.flatten())
    return pa.types.is_struct(array.type) and any(_has_holes(member) for member in array.flatten())


def _row_groups(shard: Path, table: TableSchema = RECORD_TABLE) -> tuple[RowGroup, ...]:
    with _opened(shard, table=table) as parquet:
        metadata = parquet.metadata
        return tuple(
            RowGroup(shard, index, metadata.row_group(index).num_rows)
            for index in range(metadata.num_row_groups)
        )


def _decoded(row: dict[str, Any], shard: Path) -> Record:
    try:
        return decode_row(row)
    except ShardError as error:
        raise ShardError(error.what, where=shard, remedy=REPAIR) from error
