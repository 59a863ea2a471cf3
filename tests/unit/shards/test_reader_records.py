"""A record comes back as it went in, and a damaged or hostile shard is named in one line."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dougagen.domain import FrameSpan, Origin, Record
from dougagen.errors import ShardError
from dougagen.shards import count_records, open_dataset, read_records, read_rows
from dougagen.shards.reader import split_shards
from dougagen.shards.schema import ROW_COLUMNS, SCHEMA

ID = "0123456789abcdef"


def assert_same(a: Record, b: Record) -> None:
    assert a.record_id == b.record_id
    assert np.array_equal(a.triplet.color, b.triplet.color)
    assert np.array_equal(a.triplet.cel_mask.pixels, b.triplet.cel_mask.pixels)
    assert np.array_equal(a.triplet.douga.classes, b.triplet.douga.classes)
    assert a.provenance == b.provenance


def rewritten(path: Path, change) -> None:
    """Write the shard at ``path`` again with its rows changed."""
    rows = pq.read_table(path).to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), path)


def test_records_come_back_to_the_bit(tmp_path, make_record, commit_episode) -> None:
    records = [
        make_record(0),
        make_record(1, origin=Origin.STUDIO, models=""),
        make_record(2, exposures=(FrameSpan(4, 7), FrameSpan(9, 10), FrameSpan(2**40, 2**40 + 3))),
        make_record(3, width=1, height=1, flags=("dark", "truncated"), time=0.1 + 0.2),
        make_record(4, width=301, height=203, sample_aspect_ratio=""),
    ]
    commit_episode(tmp_path, records)
    back = list(read_records(tmp_path))
    assert len(back) == len(records)
    for a, b in zip(records, back, strict=True):
        assert_same(a, b)


def test_confidences_come_back_to_single_precision(tmp_path, make_record, commit_episode) -> None:
    commit_episode(tmp_path, [make_record(0, cel_confidence=0.1)])
    (back,) = read_records(tmp_path)
    assert back.provenance.cel_confidence == np.float32(0.1)


def test_the_columns_derived_from_pictures_are_right(tmp_path, make_record, commit_episode) -> None:
    commit_episode(
        tmp_path, [make_record(3, width=5, height=4, exposures=(FrameSpan(6, 9), FrameSpan(20, 21)))]
    )
    (row,) = next(read_rows(tmp_path)).to_pylist()
    assert (row["width"], row["height"], row["held_frames"]) == (5, 4, 4)
    assert row["cel_fraction"] == np.float32(2 / 5)
    assert row["class_fractions"] == [np.float32(0.1)] * 10  # 20 pixels count through the ten classes twice
    assert row["picture_area"] == {"x": 1, "y": 2, "width": 5, "height": 4}
    assert row["exposures"] == [{"start": 6, "stop": 9}, {"start": 20, "stop": 21}]
    assert row["record_id"] == f"{ID}/6"


def test_rows_are_read_without_pictures_even_where_those_are_garbage(
    tmp_path, make_record, commit_episode
) -> None:
    entry = commit_episode(tmp_path, [make_record(i) for i in range(3)])

    def spoil(rows):
        for row in rows:
            row["color"] = {"bytes": b"garbage", "path": None}
            row["douga"] = None

    rewritten(tmp_path / "data" / entry.shards[0].name, spoil)
    (table,) = read_rows(tmp_path)
    assert table.column_names == list(ROW_COLUMNS)
    assert table["drawing_index"].to_pylist() == [0, 1, 2]
    (table,) = read_rows(tmp_path, ["flags", "time"])
    assert table.column_names == ["flags", "time"]


def test_a_column_that_does_not_exist_is_named(tmp_path, make_record, commit_episode) -> None:
    commit_episode(tmp_path, [make_record(0)])
    with pytest.raises(ShardError, match="no column 'colour'"):
        next(read_rows(tmp_path, ["colour"]))


def test_only_shards_of_a_ledger_count(tmp_path, make_record, commit_episode) -> None:
    entry = commit_episode(tmp_path, [make_record(0)])
    shard = tmp_path / "data" / entry.shards[0].name
    shutil.copy(shard, shard.with_name("train-ffffffffffffffff-00000.parquet"))
    shutil.copy(shard, shard.with_name(".hidden.parquet"))
    assert count_records(tmp_path) == 1
    assert len(list(read_records(tmp_path))) == 1


def test_a_plain_folder_and_a_single_file_read_without_a_ledger(
    tmp_path, make_record, commit_episode
) -> None:
    entry = commit_episode(tmp_path / "made", [make_record(i) for i in range(3)], row_group_bytes=1)
    shard = tmp_path / "made" / "data" / entry.shards[0].name
    plain = tmp_path / "copied"
    plain.mkdir()
    shutil.copy(shard, plain / "anything.parquet")
    shutil.copy(shard, plain / ".hidden.parquet")
    for path in (plain, plain / "anything.parquet", tmp_path / "made" / "data"):
        assert count_records(path) == 3
        assert [r.provenance.drawing_index for r in read_records(path)] == [0, 1, 2]


def test_row_groups_can_be_read_in_any_order(tmp_path, make_record, commit_episode) -> None:
    commit_episode(tmp_path, [make_record(i) for i in range(4)], row_group_bytes=1)
    dataset = open_dataset(tmp_path)
    groups = dataset.row_groups()
    assert [group.rows for group in groups] == [1, 1, 1, 1]
    order = [r.provenance.drawing_index for g in reversed(groups) for r in dataset.records_of(g)]
    assert order == [3, 2, 1, 0]


def test_splits_are_told_apart_by_the_names_of_shards(tmp_path, make_record, commit_episode) -> None:
    commit_episode(tmp_path, [make_record(0)])
    other = "f" * 16
    commit_episode(tmp_path, [make_record(1, episode_id=other)], episode_id=other, split="validation")
    dataset = open_dataset(tmp_path)
    assert len(dataset) == 2
    assert [r.record_id for r in split_shards(dataset, "validation").records()] == [f"{other}/2"]
    assert [r.record_id for r in split_shards(dataset, "train").records()] == [f"{ID}/0"]


@pytest.mark.parametrize("name", ["absent", "empty", "file.txt", "empty_episodes"])
def test_a_path_without_a_dataset_is_one_line_with_the_remedy(tmp_path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty_episodes" / "episodes").mkdir(parents=True)
    (tmp_path / "file.txt").write_text("no Parquet at all")
    with pytest.raises(ShardError) as caught:
        list(read_records(tmp_path / name))
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.remedy


def test_a_shard_of_the_ledger_that_is_missing_is_named(tmp_path, make_record, commit_episode) -> None:
    entry = commit_episode(tmp_path, [make_record(0)])
    (tmp_path / "data" / entry.shards[0].name).unlink()
    with pytest.raises(ShardError, match=rf"{entry.shards[0].name}.*in the ledger.*--repair"):
        open_dataset(tmp_path)


def test_a_pipe_in_the_place_of_a_shard_does_not_hang(tmp_path) -> None:
    os.mkfifo(tmp_path / "train-0123456789abcdef-00000.parquet")
    with pytest.raises(ShardError):
        list(read_records(tmp_path))


def test_a_shard_cut_or_changed_anywhere_is_named_or_whole(tmp_path, make_record, commit_episode) -> None:
    entry = commit_episode(tmp_path, [make_record(i) for i in range(3)])
    shard = tmp_path / "data" / entry.shards[0].name
    data = shard.read_bytes()
    random = np.random.default_rng(0)
    lines = []
    for _ in range(60):
        at = int(random.integers(len(data)))
        broken = bytearray(data)
        broken[at] ^= 1 << int(random.integers(8))
        shard.write_bytes(broken if random.random() < 0.7 else data[:at])
        try:
            list(read_records(shard))
        except ShardError as error:
            lines.append(str(error))
    assert len(lines) > 20
    assert all(shard.name in line and "\n" not in line for line in lines)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("color", None, "empty or malformed"),
        ("color", {"bytes": None, "path": "x"}, "empty or malformed"),
        ("color", {"bytes": b"", "path": None}, "not a PNG"),
        ("exposures", [], "at least one FrameSpan"),
        ("exposures", None, "malformed"),
        ("exposures", [{"start": 4, "stop": 3}], "start < stop"),
        ("exposures", [{"start": None, "stop": 3}], "malformed"),
        ("held_frames", 9, "held_frames is 9"),
        ("width", 8, "the row says 8×5"),
        ("class_fractions", [1.0], "class_fractions must hold 10"),
        ("origin", "dream", "'dream' is not a valid Origin"),
        ("cel_confidence", 1.5, r"must be in \[0, 1\]"),
        ("cel_confidence", float("nan"), r"must be in \[0, 1\]"),
        ("source", None, "column source is empty"),
        ("picture_area", None, "malformed"),
        ("flags", None, "malformed"),
    ],
)
def test_a_row_that_does_not_fit_is_named_with_its_shard(
    tmp_path, make_record, commit_episode, column, value, message
) -> None:
    entry = commit_episode(tmp_path, [make_record(0), make_record(1)])
    shard = tmp_path / "data" / entry.shards[0].name
    rewritten(shard, lambda rows: rows[1].update({column: value}))
    with pytest.raises(ShardError, match=message) as caught:
        list(read_records(tmp_path))
    assert f"{ID}/2" in str(caught.value)
    assert shard.name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_parquet_file_of_something_else_is_refused(tmp_path) -> None:
    pl.DataFrame({"a": [1, 2]}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(ShardError, match="not a dougagen shard: column record_id is missing"):
        list(read_records(tmp_path))


def test_a_column_of_another_type_is_refused(tmp_path, make_record, commit_episode) -> None:
    entry = commit_episode(tmp_path, [make_record(0)])
    shard = tmp_path / "data" / entry.shards[0].name
    table = pq.read_table(shard)
    at = table.column_names.index("exposures")
    pq.write_table(table.set_column(at, "exposures", pa.array(["two frames"])), shard)
    with pytest.raises(ShardError, match=shard.name):
        list(read_records(tmp_path))


def test_shards_written_again_by_another_tool_still_read(tmp_path, make_record, commit_episode) -> None:
    records = [make_record(i) for i in range(3)]
    commit_episode(tmp_path / "made", records)
    copied = tmp_path / "copied.parquet"
    pl.read_parquet(tmp_path / "made" / "data" / "*.parquet").write_parquet(
        copied
    )  # large_string and the like
    for a, b in zip(records, read_records(copied), strict=True):
        assert_same(a, b)


def test_a_shard_of_the_first_schema_version_is_read_without_measures(
    tmp_path, make_record, commit_episode
) -> None:
    entry = commit_episode(tmp_path, [make_record(0), make_record(1)])
    shard = tmp_path / "data" / entry.shards[0].name
    table = pq.read_table(shard).drop_columns(["measures", "fingerprint", "repeats"])
    older = dict(table.schema.metadata) | {b"dougagen_schema_version": b"1"}
    pq.write_table(table.replace_schema_metadata(older), shard)
    assert [record.provenance.measures for record in read_records(shard)] == [(), ()]
    assert [rows.column("measures").to_pylist() for rows in read_rows(shard)] == [[[], []]]
    assert [rows.column("fingerprint").to_pylist() for rows in read_rows(shard)] == [[0, 0]]
    assert [rows.column("repeats").to_pylist() for rows in read_rows(shard)] == [["", ""]]
    pq.write_table(table, shard)  # says that it is of this version, and lacks a column of it
    with pytest.raises(ShardError, match="column measures is missing"):
        list(read_records(shard))
