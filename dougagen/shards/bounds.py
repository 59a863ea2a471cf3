"""How much memory a piece of a shard takes, known before it is decoded.

A footer says how large its columns are, and a stranger's footer lies. Even a true one says nothing of what a
dictionary becomes when it is written out: 4,096 rows that all name one text of a megabyte are 2 kB on the
disk and 4 GB in memory. So the header of every page is read, by whose sizes Arrow allocates, and texts stay
dictionaries until what they become has been counted. Those in lists are counted at their longest: Arrow does
not join lists of dictionaries, and those of flags and measures hold a few short words.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from dougagen.errors import ShardError

MAX_ROW_GROUP_LOADED = 1 << 30
"""Bytes of a row group, decoded, above which its rows are refused: nothing we write comes near."""
MAX_COLUMNS_LOADED = 128 << 20
"""Bytes of the columns of one shard that are read together, decoded: those without pictures of some 150,000
rows."""
MAX_TEXT_LOADED = 64 << 20
"""Bytes of the texts of one batch of rows, and of those in the lists of a row group."""
_MAX_PAGE = 256 << 20
_MOST_PAGES = 100_000  # of a column in a row group
_MAX_VALUES = 1 << 20
"""In one column of a row group whose rows become Python objects, a hundred bytes each and more."""
_WIDTHS = {"BOOLEAN": 1, "INT32": 4, "INT64": 8, "INT96": 12, "FLOAT": 4, "DOUBLE": 8, "BYTE_ARRAY": 8}
_BOOKKEEPING = 8  # bytes a value: levels, offsets, validity
_HEADER_READS = (1 << 9, 1 << 14, 16 << 20)
"""Bytes read of a page header: few hold texts as statistics; the last is Arrow's own bound."""
_DATA_PAGE, _DATA_PAGE_V2, _DICTIONARY_PAGE = 5, 8, 7  # fields of the page header, by which Arrow tells them


@dataclass(slots=True)
class Cost:
    """What reading some columns takes at most."""

    bytes: int = 0
    values: int = 0
    """Of the column that holds the most."""
    listed_text: int = 0
    """Bytes of the texts in lists, of ``bytes``."""


def text_leaves(parquet: Any) -> list[str]:
    """The columns of text that are in no list or struct."""
    leaves = map(parquet.schema.column, range(len(parquet.schema)))
    return [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY" and "." not in leaf.path]


def require_rows_fit(
    metadata: Any, file: BinaryIO, group: int, columns: Container[str], *, rows: int
) -> None:
    """Raise ShardError where a row group would not fit into memory, its rows taken ``rows`` at a time."""
    cost = _cost(metadata, file, group, columns, rows=rows)
    if cost.bytes > MAX_ROW_GROUP_LOADED:
        raise ShardError(f"row group {group} is larger than {MAX_ROW_GROUP_LOADED} bytes")
    if cost.values > _MAX_VALUES:
        raise ShardError(f"a column of row group {group} holds more than {_MAX_VALUES} values")
    if cost.listed_text > MAX_TEXT_LOADED:
        raise ShardError(f"the texts in lists of row group {group} take more than {MAX_TEXT_LOADED} bytes")


def require_columns_fit(metadata: Any, file: BinaryIO, columns: Container[str]) -> None:
    """Raise ShardError where the columns of all row groups would not fit into memory together."""
    left = MAX_COLUMNS_LOADED
    for group in range(metadata.num_row_groups):
        left -= _cost(metadata, file, group, columns).bytes
        if left < 0:
            raise ShardError(f"its columns without pictures are larger than {MAX_COLUMNS_LOADED} bytes")


def require_text_fits(table: pa.Table, limit: int) -> None:
    """Raise ShardError where the dictionaries in ``table`` take more than ``limit`` bytes written out."""
    total = 0
    for name in table.column_names:
        for chunk in table[name].chunks:
            if pa.types.is_dictionary(chunk.type):
                lengths = pc.binary_length(chunk.dictionary)
                total += pc.sum(lengths.take(chunk.indices).cast(pa.int64())).as_py() or 0
        if total > limit:
            raise ShardError(f"the texts up to column {name} take more than {limit} bytes")


def _cost(
    metadata: Any, file: BinaryIO, group: int, columns: Container[str], *, rows: int | None = None
) -> Cost:
    """Of a row group that is read ``rows`` at a time, or at once, by the headers of the pages."""
    cost, row_group = Cost(), metadata.row_group(group)
    for index in range(row_group.num_columns):
        chunk = row_group.column(index)
        path = chunk.path_in_schema
        if path.partition(".")[0] not in columns:
            continue
        pages = tuple(_pages(file, chunk))
        values = sum(page.values for page in pages)
        width = _WIDTHS.get(chunk.physical_type, 8) + _BOOKKEEPING
        cost.bytes += sum(page.bytes for page in pages) + values * width
        cost.values = max(cost.values, values)
        if chunk.physical_type == "BYTE_ARRAY" and "." in path:  # the others stay dictionaries
            longest = sum(page.bytes for page in pages if page.is_dictionary)
            is_in_list = metadata.schema.column(index).max_repetition_level > 0
            copies = values if rows is None or is_in_list else rows
            cost.bytes += copies * longest
            cost.listed_text += copies * longest if is_in_list else 0
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
            raise ShardError("a page gives an impossible size")
        if size > _MAX_PAGE:
            raise ShardError(f"a page of column {chunk.path_in_schema} is larger than {_MAX_PAGE} bytes")
        yield _Page(size, values, _DICTIONARY_PAGE in header)
        at += length + int(compressed or 0)
        left -= values
    raise ShardError(f"column {chunk.path_in_schema} has more than {_MOST_PAGES} pages")


def _page_header(file: BinaryIO, at: int) -> tuple[dict[int, Any], int]:
    """The page header at ``at``, field by number, and its length in bytes."""
    for wanted in _HEADER_READS:
        file.seek(at)
        data = file.read(wanted)
        try:
            return _CompactReader(data).header()
        except IndexError:
            if len(data) < wanted:
                break
    raise ShardError("the header of a page is cut short or too long")


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
            if count > _HEADER_READS[-1]:
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
