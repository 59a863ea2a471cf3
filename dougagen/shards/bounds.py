"""How much memory a piece of a shard takes, known before it is decoded.

A footer says how large its columns are, and a stranger's footer lies. Even a true one says nothing of what a
dictionary becomes when it is written out: 4,096 rows that all name one text of a megabyte are 2 kB on the
disk and 4 GB in memory. So the header of every page is read, by whose sizes Arrow allocates, and texts stay
dictionaries until what they become has been counted.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from dougagen.errors import ShardError
from dougagen.shards.schema import is_image_leaf

MAX_ROW_GROUP_LOADED = 1 << 30
"""Bytes of a row group, decoded, above which its rows are refused: nothing we write comes near."""
MAX_COLUMNS_LOADED = 128 << 20
"""Bytes of the columns of one shard that are read together, decoded: those without pictures of some 150,000
rows."""
MAX_TEXT_LOADED = 64 << 20
"""Bytes of the texts of one batch of rows."""
_MAX_PAGE = 256 << 20
_MOST_PAGES = 100_000  # of a column in a row group
_MAX_VALUES = 1 << 20
"""In one column of a row group whose rows become Python objects, a hundred bytes each and more."""
_WIDTHS = {"BOOLEAN": 1, "INT32": 4, "INT64": 8, "INT96": 12, "FLOAT": 4, "DOUBLE": 8, "BYTE_ARRAY": 8}
_BOOKKEEPING = 8  # bytes a value: levels, offsets, validity
_HEADER_READ, _LARGEST_HEADER = 1 << 9, 1 << 20
_DATA_PAGE, _DATA_PAGE_V2, _DICTIONARY_PAGE = 5, 8, 7  # fields of the page header, by which Arrow tells them


@dataclass(slots=True)
class Cost:
    """What reading some columns takes at most."""

    bytes: int = 0
    values: int = 0
    """Of the column that holds the most."""


def text_leaves(parquet: Any) -> list[str]:
    """Parquet paths of the columns of text; the coded bytes of pictures are none."""
    leaves = map(parquet.schema.column, range(len(parquet.schema)))
    texts = (leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY")
    return [path for path in texts if not is_image_leaf(path)]


def require_rows_fit(
    metadata: Any, file: BinaryIO, group: int, columns: Container[str], *, rows: int
) -> None:
    """Raise ShardError where a row group would not fit into memory, its rows taken ``rows`` at a time."""
    cost = _cost(metadata, file, group, columns, rows=rows)
    if cost.bytes > MAX_ROW_GROUP_LOADED:
        raise ShardError(f"row group {group} is larger than {MAX_ROW_GROUP_LOADED} bytes")
    if cost.values > _MAX_VALUES:
        raise ShardError(f"a column of row group {group} holds more than {_MAX_VALUES} values")


def require_columns_fit(metadata: Any, file: BinaryIO, columns: Container[str]) -> None:
    """Raise ShardError where the columns of all row groups would not fit into memory together."""
    left = MAX_COLUMNS_LOADED
    for group in range(metadata.num_row_groups):
        left -= _cost(metadata, file, group, columns).bytes
        if left < 0:
            raise ShardError(f"its columns without pictures are larger than {MAX_COLUMNS_LOADED} bytes")


def require_text_fits(table: pa.Table, limit: int) -> int:
    """Bytes that the dictionaries in ``table`` take written out. Raises ShardError above ``limit``."""
    total = 0
    for name in table.column_names:
        for chunk in table[name].chunks:
            total += _text_bytes(chunk)
            if total > limit:
                raise ShardError(f"the texts up to column {name} take more than {limit} bytes")
    return total


def _text_bytes(array: pa.Array) -> int:
    kind = array.type
    if pa.types.is_dictionary(kind):
        lengths = pc.binary_length(array.dictionary)
        return pc.sum(lengths.take(array.indices).cast(pa.int64())).as_py() or 0
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return _text_bytes(array.flatten())
    if pa.types.is_struct(kind):
        return sum(map(_text_bytes, array.flatten()))
    return 0


def _cost(metadata: Any, file: BinaryIO, group: int, columns: Container[str], *, rows: int = 1) -> Cost:
    """Of a row group, by the headers of the pages that Arrow would read."""
    cost, row_group = Cost(), metadata.row_group(group)
    for index in range(row_group.num_columns):
        chunk = row_group.column(index)
        if chunk.path_in_schema.partition(".")[0] not in columns:
            continue
        width = _WIDTHS.get(chunk.physical_type, 8) + _BOOKKEEPING
        # a picture that a dictionary holds is copied for each row of a batch that shows it
        copies = rows if is_image_leaf(chunk.path_in_schema) else 1
        values = 0
        for page in _pages(file, chunk):
            values += page.values
            cost.bytes += page.bytes * (copies if page.is_dictionary else 1) + page.values * width
        cost.values = max(cost.values, values)
    return cost


@dataclass(frozen=True, slots=True)
class _Page:
    bytes: int
    """Uncompressed."""
    values: int
    """0 for a dictionary, whose values are not rows."""
    is_dictionary: bool


def _pages(file: BinaryIO, chunk: Any) -> Iterator[_Page]:
    """The pages of a column chunk as Arrow takes them: until it has as many values as the footer says."""
    at = chunk.data_page_offset
    if chunk.has_dictionary_page and 0 < (chunk.dictionary_page_offset or 0) < at:
        at = chunk.dictionary_page_offset
    end, left = at + chunk.total_compressed_size, chunk.num_values
    for _ in range(_MOST_PAGES):
        if at >= end or left <= 0:
            return
        header, length = _page_header(file, at)
        size, compressed = header.get(2), header.get(3)
        said = next((header[f] for f in (_DATA_PAGE, _DATA_PAGE_V2) if f in header), None)
        values = said.get(1, 0) if isinstance(said, dict) else 0
        sizes = (size, compressed, values)
        if not all(isinstance(n, int) and n >= 0 for n in sizes) or not isinstance(size, int):
            raise ShardError("a page says nonsense of its size")
        if size > _MAX_PAGE:
            raise ShardError(f"a page of column {chunk.path_in_schema} is larger than {_MAX_PAGE} bytes")
        yield _Page(size, values, _DICTIONARY_PAGE in header)
        at += length + int(compressed or 0)
        left -= values
    raise ShardError(f"column {chunk.path_in_schema} has more than {_MOST_PAGES} pages")


def _page_header(file: BinaryIO, at: int) -> tuple[dict[int, Any], int]:
    """The page header at ``at``, field by number, and its length in bytes."""
    wanted = _HEADER_READ
    while True:
        file.seek(at)
        data = file.read(wanted)
        try:
            return _CompactReader(data).header()
        except IndexError:  # statistics of long texts
            if wanted >= _LARGEST_HEADER or len(data) < wanted:
                raise ShardError("the header of a page is cut short or too long") from None
            wanted = _LARGEST_HEADER


class _CompactReader:
    """Thrift's compact protocol, as far as page headers need it: numbers and structs, all else passed over.

    IndexError where the data end before the header does.
    """

    _DEEPEST = 8
    _TRUE, _FALSE, _BYTE, _I64, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 6, 7, 8, 9, 10, 12

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def header(self) -> tuple[dict[int, Any], int]:
        """The struct at the beginning and its length."""
        return self._struct(self._DEEPEST), self._at

    def _struct(self, deep: int) -> dict[int, Any]:
        if not deep:
            raise ShardError("the header of a page is nested too deeply")
        fields: dict[int, Any] = {}
        number = 0
        while byte := self._byte():
            number = number + (byte >> 4) if byte >> 4 else self._zigzag()
            fields[number] = self._value(byte & 0x0F, deep - 1)
        return fields

    def _value(self, kind: int, deep: int) -> Any:
        if kind in (self._TRUE, self._FALSE):
            return kind == self._TRUE
        if kind == self._BYTE:
            return self._byte()
        if self._BYTE < kind <= self._I64:
            return self._zigzag()
        if kind == self._STRUCT:
            return self._struct(deep)
        if kind == self._DOUBLE:
            return self._pass_over(8)
        if kind == self._BINARY:
            return self._pass_over(self._varint())
        if kind in (self._LIST, self._SET):
            head = self._byte()
            count = head >> 4 if head >> 4 < 15 else self._varint()
            if count > _LARGEST_HEADER:
                raise ShardError("the header of a page is cut short or too long")
            for _ in range(count):
                # a boolean in a list takes a byte, unlike one that is a field
                self._value(self._BYTE if head & 0x0F in (self._TRUE, self._FALSE) else head & 0x0F, deep)
            return None
        raise ShardError("the header of a page is damaged")

    def _pass_over(self, size: int) -> None:
        self._at += size
        if self._at > len(self._data):
            raise IndexError

    def _byte(self) -> int:
        byte = self._data[self._at]
        self._at += 1
        return byte

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise ShardError("the header of a page is damaged")

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
