"""Shards of a few kilobytes that would take gigabytes are refused, in a line, before they are decoded."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dougagen.domain import Record
from dougagen.errors import ShardError
from dougagen.shards import bounds, codec, encode_record, open_dataset
from dougagen.shards.schema import SCHEMA

MB = 1 << 20
ROOM = 700 * MB
"""Bytes that a reader may take, libraries included; the bombs are of 2 GB and more."""
_READ = """
import json, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))  # where a bomb goes off, the machine shall live
from dougagen.errors import ShardError
from dougagen.report import dataset_stats
from dougagen.shards import open_dataset
path = Path(sys.argv[2])
try:
    if sys.argv[1] == "stats":
        dataset_stats(path)
    elif sys.argv[1] == "rows":
        list(open_dataset(path).rows())
    else:
        list(open_dataset(path).records())
    said = ""
except ShardError as error:
    said = str(error)
# not ru_maxrss, which begins with the parent's
taken = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
print(json.dumps([said, 1024 * int(taken)]))
"""


def read_apart(how: str, path: Path) -> tuple[str, int]:
    """What a reader in a process of its own says against ``path``, and the bytes that it took at most."""
    done = subprocess.run(
        [sys.executable, "-c", _READ, how, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said, taken = json.loads(done.stdout)
    return said, taken


def repeated(value: str, times: int) -> pa.Array:
    """``times`` the same text, in the memory of one."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(times, np.int32)), pa.array([value]))


def listed(values: pa.Array, rows: int) -> pa.Array:
    """``rows`` lists of equal length."""
    return pa.ListArray.from_arrays(pa.array(np.linspace(0, len(values), rows + 1), pa.int32()), values)


def shard(path: Path, make_record: Callable[[int], Record], rows: int, **columns: pa.Array) -> Path:
    """A shard of one good row, ``rows`` times, some of its columns replaced."""
    table = pa.Table.from_pylist([dict(encode_record(make_record(0)).row)] * rows, schema=SCHEMA)
    for name, values in columns.items():
        table = table.set_column(table.column_names.index(name), name, values)
    pq.write_table(table, path, compression="zstd", row_group_size=rows)
    return path


@pytest.mark.parametrize(
    ("how", "column", "values", "rows", "says"),
    [
        ("stats", "models", lambda: repeated("x" * MB, 4096), 4096, "texts up to column models"),
        ("records", "models", lambda: repeated("x" * 16 * MB, 200), 200, "texts up to column models"),
        ("stats", "flags", lambda: listed(repeated("x" * MB, 2048), 2048), 2048, "without pictures are"),
        ("records", "flags", lambda: listed(repeated("x" * MB, 2048), 2048), 2048, "larger than"),
        (
            "records",
            "class_fractions",
            lambda: listed(pa.array(np.zeros(20_000_000, np.float32)), 1),
            1,
            "holds more than 1048576 values",
        ),
    ],
)  # fmt: skip
def test_a_bomb_of_a_few_kilobytes_is_a_line_and_no_gigabyte(
    how, column, values, rows, says, make_record, tmp_path
) -> None:
    path = shard(tmp_path / "bomb.parquet", make_record, rows, **{column: values()})
    assert path.stat().st_size < MB
    said, taken = read_apart(how, path)
    assert says in said
    assert "\n" not in said
    assert taken < ROOM


def lying(path: Path) -> None:
    """Make the footer say that every column is tiny: the sizes by which columns are weighed are replaced."""
    data = bytearray(path.read_bytes())
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    group = pq.read_metadata(path).row_group(0)
    sizes = {group.column(index).total_uncompressed_size for index in range(group.num_columns)}
    for size in sizes | {group.total_byte_size}:
        true = varint(2 * size)
        if len(true) > 2:  # shorter ones are found in too many places
            false = bytes([0x82, *[0x80] * (len(true) - 2), 0])  # 1, as long as the true one
            data[footer:] = data[footer:].replace(true, false)
    path.write_bytes(bytes(data))


def varint(value: int) -> bytes:
    """Thrift's."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def test_a_footer_that_lies_about_its_columns_is_not_believed(make_record, tmp_path, monkeypatch) -> None:
    path = shard(tmp_path / "liar.parquet", make_record, 1, models=pa.array(["y" * (9 * MB)]))
    lying(path)
    group = pq.read_metadata(path).row_group(0)
    column = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}["models"]
    assert column.total_uncompressed_size == 1
    list(open_dataset(path).rows())
    monkeypatch.setattr(bounds, "MAX_COLUMNS_LOADED", 8 * MB)
    with pytest.raises(ShardError, match=r"liar\.parquet': its columns without pictures are larger"):
        list(open_dataset(path).rows())


def test_a_page_of_hundreds_of_megabytes_is_not_unpacked(make_record, tmp_path, monkeypatch) -> None:
    path = shard(tmp_path / "page.parquet", make_record, 1, models=pa.array(["y" * (5 * MB)]))
    list(open_dataset(path).rows())
    monkeypatch.setattr(bounds, "_MAX_PAGE", 4 * MB)
    for reader in (open_dataset(path).rows(), open_dataset(path).records()):
        with pytest.raises(ShardError, match="a page of column models is larger than"):
            list(reader)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "none"},
        {"compression": "gzip", "data_page_version": "2.0"},
        {"use_dictionary": False, "data_page_size": 1000},
        {"use_dictionary": False, "data_page_version": "2.0", "data_page_size": 1000},
    ],
)
def test_pages_are_counted_as_arrow_counts_them(options, make_record, tmp_path) -> None:
    path = tmp_path / "shard.parquet"
    rows = [dict(encode_record(make_record(index % 200)).row) for index in range(300)]
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), path, row_group_size=170, **options)
    metadata = pq.read_metadata(path)
    with path.open("rb") as file:
        for group in range(metadata.num_row_groups):
            row_group = metadata.row_group(group)
            for chunk in map(row_group.column, range(row_group.num_columns)):
                pages = list(bounds._pages(file, chunk))
                assert sum(page.values for page in pages) == chunk.num_values
                size = sum(page.bytes for page in pages)
                headers = 9000 * len(pages)  # at most: two texts of 4 kB as statistics
                assert size <= chunk.total_uncompressed_size <= size + headers


@pytest.mark.parametrize("writer", ["duckdb", "polars"])
def test_shards_that_other_tools_wrote_are_weighed_and_read(writer, make_record, tmp_path) -> None:
    path, other = shard(tmp_path / "ours.parquet", make_record, 50), tmp_path / "theirs.parquet"
    if writer == "duckdb":
        duckdb.sql(f"copy (from read_parquet('{path}')) to '{other}' (format parquet, compression zstd)")
    else:
        polars.read_parquet(path).write_parquet(other)
    assert [r.record_id for r in open_dataset(other).records()] == [r.record_id for r in open_dataset(path)]
    assert [t.num_rows for t in open_dataset(other).rows()] == [50]


@pytest.mark.parametrize(
    "damage", [b"", b"\x15\x00\x15" + b"\xff" * 40, b"\x1c" * 60, b"\x19\xfc" + b"\xff" * 9]
)
def test_a_page_header_that_makes_no_sense_is_a_line(damage) -> None:
    with pytest.raises(ShardError, match="header of a page") as caught:
        bounds._page_header(io.BytesIO(damage), 0)
    assert "\n" not in str(caught.value)


def test_a_picture_that_announces_more_than_any_frame_holds_is_not_decoded(make_record) -> None:
    row = dict(encode_record(make_record(0)).row)
    data = bytearray(row["color"]["bytes"])
    data[16:24] = struct.pack(">II", 16_000, 8_000)
    with pytest.raises(ShardError, match="16000×8000 pixels is outside the limit"):
        codec.decode_color(bytes(data))
