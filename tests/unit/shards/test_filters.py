"""A filter says what DuckDB's WHERE says, of columns alone; what it cannot say is one line."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from dougagen.errors import ConfigError
from dougagen.shards import open_dataset, parse_filter, read_selected, select_rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory, make_record, commit_episode) -> Path:
    out = tmp_path_factory.mktemp("filters")
    commit_episode(out, [make_record(index) for index in range(10)])
    return out


@pytest.mark.parametrize(
    "where",
    [
        "drawing_index > 6",
        "6 < drawing_index",
        "drawing_index <> 3 and drawing_index != 4 and frame_index == 10",
        "drawing_index = 1 or drawing_index = 2 and frame_index = 0",
        "(drawing_index = 1 or drawing_index = 2) and frame_index = 4",
        "not drawing_index > 6 and not (shot_index = 0)",
        "'dark' in flags",
        "'dark' not in flags",
        "not 'dark' in flags",
        "shot_index in (0, 2)",
        "shot_index not in (0, 2)",
        "frame_index between 4 and 8",
        "frame_index not between 4 and 8",
        "source like '夜%01.mkv'",
        "source not like '%.mp4'",
        "source ilike '%EPISODE%'",
        "repeats = ''",
        "repeats = 'fedcba9876543210/7'",
        "repeats = 'it''s'",
        "repeats is null",
        "repeats is not null",
        "drawing_index > 1.5",
        "drawing_index >= -1",
        "time >= 0.5e0",
        "cel_confidence = 0.5",
        "held_frames = drawing_index",
        "picture_area.width = 7 AND Picture_Area.x = 1",
        "class_fractions[10] > 0.09",
        '"width" = 7',
        "fingerprint > 18446744073709551610",
    ],
)
def test_a_filter_takes_the_rows_that_duckdb_takes(folder: Path, where: str) -> None:
    wanted = duckdb.sql(f"select drawing_index from '{folder}/data/*.parquet' where {where}").fetchall()
    taken = [row.drawing_index for row in select_rows(open_dataset(folder), parse_filter(where))]
    assert taken == sorted(index for (index,) in wanted)


def test_a_number_is_compared_as_the_column_holds_it(
    folder: Path, make_record, commit_episode, tmp_path
) -> None:
    commit_episode(tmp_path, [make_record(0, cel_confidence=0.9)])
    taken = list(select_rows(open_dataset(tmp_path), parse_filter("cel_confidence >= 0.9")))
    assert len(taken) == 1  # 0.9 is less in 32 bits than in 64


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("", "it is empty"),
        ("drawing_indx > 1", "did you mean drawing_index?"),
        ("color is null", "there is no column 'color'"),
        ("drawing_index", "a comparison is missing"),
        ("drawing_index >", "at character 16: a column or a value is missing"),
        ("drawing_index > 1 and", "a column or a value is missing"),
        ("drawing_index > 1 1", "'1' is not expected there"),
        ("drawing_index = 'one'", "drawing_index is a number, and it is compared with a text"),
        ("source = 1", "source is a text, and it is compared with a number"),
        ("1 = 1", "one side of a comparison has to be a column"),
        ("flags = 'dark'", "flags holds no single value"),
        ("1 in flags", "flags holds no number"),
        ("exposures = 1", "exposures holds no single value"),
        ("picture_area.depth = 1", "picture_area has no member 'depth'"),
        ("class_fractions[0] > 1", "counted from 1"),
        ("length(source) > 1", "at character 1: functions cannot be called"),
        ("source = read_text('/etc/passwd')", "functions cannot be called"),
        ("drawing_index in (select 1)", "there is no column 'select'"),
        ("drawing_index = 1; drop table x", "'; drop table x' cannot be understood"),
        ("drawing_index = 1 -- more", "'-' is not expected there"),
        ("source like drawing_index", "like is for a column of text"),
        ("drawing_index = 99999999999999999999999", "is no value of a column of int32"),
        ("drawing_index = 3000000000", "is no value of a column of int32"),
        ("(" * 50 + "drawing_index = 1" + ")" * 50, "more than 40 brackets"),
        ("not " * 50 + "drawing_index = 1", "more than 40 brackets"),
        ("drawing_index = 1 or " * 1000 + "drawing_index = 2", "at most 10000 characters"),
        ("source = 'open", "cannot be understood"),
    ],
)
def test_what_is_wrong_is_one_line_that_says_where(where: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_filter(where)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_damaged_picture_takes_no_other_record_along(tmp_path, make_record, commit_episode) -> None:
    commit_episode(tmp_path, [make_record(index, height=40, width=40) for index in range(6)])
    (shard,) = tmp_path.glob("data/*.parquet")
    data = bytearray(shard.read_bytes())
    third = [at for at in range(len(data)) if data[at : at + 8] == b"\x89PNG\r\n\x1a\n"][2]
    data[third + 200] ^= 255
    shard.write_bytes(data)
    dataset = open_dataset(tmp_path)
    found = [(row.drawing_index, outcome) for row, outcome in read_selected(dataset, select_rows(dataset))]
    assert [index for index, _ in found] == list(range(6))
    (error,) = (outcome for _, outcome in found if isinstance(outcome, Exception))
    assert shard.name in str(error)
