"""The columns are a promise to every tool: names, types, order and what Hugging Face is told."""

from __future__ import annotations

import json

import pyarrow.parquet as pq

from dougagen.shards import encode_record
from dougagen.shards.schema import IMAGE_COLUMNS, PLATE_TABLE, RECORD_TABLE, ROW_COLUMNS, SCHEMA, leaf_paths

IMAGE = "struct<bytes: binary, path: string>"
COLUMNS = [
    ("record_id", "string"),
    ("episode_id", "string"),
    ("source", "string"),
    ("shot_index", "int32"),
    ("drawing_index", "int32"),
    ("frame_index", "int64"),
    ("time", "double"),
    ("exposures", "list<item: struct<start: int64, stop: int64>>"),
    ("held_frames", "int32"),
    ("width", "int32"),
    ("height", "int32"),
    ("picture_area", "struct<x: int32, y: int32, width: int32, height: int32>"),
    ("color", IMAGE),
    ("cel_mask", IMAGE),
    ("douga", IMAGE),
    ("cel_fraction", "float"),
    ("class_fractions", "list<item: float>"),
    ("cel_confidence", "float"),
    ("douga_confidence", "float"),
    ("flags", "list<item: string>"),
    ("origin", "string"),
    ("models", "string"),
    ("dougagen_version", "string"),
    ("config_digest", "string"),
    ("pixel_format", "string"),
    ("color_matrix", "string"),
    ("color_range", "string"),
    ("sample_aspect_ratio", "string"),
    ("measures", "list<item: struct<name: string, value: double>>"),
    ("fingerprint", "uint64"),
    ("repeats", "string"),
    (
        "layer_moves",
        "list<item: struct<layer: int32, frame_index: int64, x: float, y: float, scale: float>>",
    ),
]
PLATE_COLUMNS = [
    ("background_id", "string"),
    ("episode_id", "string"),
    ("shot_index", "int32"),
    ("image", IMAGE),
    ("known", IMAGE),
    ("seen_fraction", "float"),
    ("placements", "list<item: struct<frame_index: int64, x: float, y: float, scale: float>>"),
]


def test_every_column_has_its_name_type_and_place() -> None:
    assert [(field.name, str(field.type)) for field in SCHEMA] == COLUMNS
    assert [(field.name, str(field.type)) for field in PLATE_TABLE.schema] == PLATE_COLUMNS


def test_every_column_is_nullable_since_hugging_face_decodes_images_only_then() -> None:
    assert all(field.nullable for table in (RECORD_TABLE, PLATE_TABLE) for field in table.schema)


def test_the_pictures_are_the_only_columns_that_statistics_leave_out() -> None:
    assert set(ROW_COLUMNS) | set(IMAGE_COLUMNS) == {name for name, _ in COLUMNS}
    assert not set(ROW_COLUMNS) & set(IMAGE_COLUMNS)


def test_a_shard_tells_hugging_face_what_its_columns_are(tmp_path, make_record, commit_episode) -> None:
    entry = commit_episode(tmp_path, [make_record(0)])
    metadata = pq.read_schema(tmp_path / "data" / entry.shards[0].name).metadata
    features = json.loads(metadata[b"huggingface"])["info"]["features"]
    assert list(features) == [name for name, _ in COLUMNS]
    for name in IMAGE_COLUMNS:
        assert features[name] == {"_type": "Image"}
    assert features["frame_index"] == {"dtype": "int64", "_type": "Value"}
    assert features["time"] == {"dtype": "float64", "_type": "Value"}
    assert features["cel_fraction"] == {"dtype": "float32", "_type": "Value"}
    assert features["flags"] == {"feature": {"dtype": "string", "_type": "Value"}, "_type": "Sequence"}
    assert features["exposures"] == [
        {"start": {"dtype": "int64", "_type": "Value"}, "stop": {"dtype": "int64", "_type": "Value"}}
    ]
    assert features["picture_area"]["x"] == {"dtype": "int32", "_type": "Value"}
    assert metadata[b"dougagen_schema_version"] == b"3"


def test_a_shard_has_the_schema_as_it_stands_here(tmp_path, make_record, commit_episode) -> None:
    entry = commit_episode(tmp_path, [make_record(0)])
    found = pq.read_schema(tmp_path / "data" / entry.shards[0].name)
    assert found.equals(SCHEMA)
    assert found.metadata == SCHEMA.metadata


def test_leaf_paths_are_those_of_the_parquet_file(tmp_path, make_record, commit_episode) -> None:
    entry = commit_episode(tmp_path, [make_record(0)])
    group = pq.ParquetFile(tmp_path / "data" / entry.shards[0].name).metadata.row_group(0)
    assert tuple(group.column(i).path_in_schema for i in range(group.num_columns)) == leaf_paths()


def first_page_bytes(data: bytes, at: int) -> int:
    """``uncompressed_page_size``, the second field of the page header (Thrift compact protocol)."""

    def number(at: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            value |= (data[at] & 0x7F) << shift
            shift += 7
            at += 1
            if not data[at - 1] & 0x80:
                return (value >> 1) ^ -(value & 1), at

    assert data[at] == 0x15  # field 1, int32: the page's type
    _, at = number(at + 1)
    assert data[at] == 0x15
    return number(at + 1)[0]


def test_a_large_picture_has_a_page_of_its_own_so_that_one_can_be_fetched_alone(
    tmp_path, make_record, commit_episode
) -> None:
    records = [make_record(i, width=700, height=600) for i in range(3)]  # 1.2 MB of noise each
    entry = commit_episode(tmp_path, records)
    shard = tmp_path / "data" / entry.shards[0].name
    group = pq.ParquetFile(shard).metadata.row_group(0)
    (color,) = (c for i in range(group.num_columns) if (c := group.column(i)).path_in_schema == "color.bytes")
    picture = len(encode_record(records[0]).row["color"]["bytes"])
    assert picture <= first_page_bytes(shard.read_bytes(), color.data_page_offset) < picture + 100


def test_pictures_lie_uncompressed_and_every_column_has_a_page_index(
    tmp_path, make_record, commit_episode
) -> None:
    entry = commit_episode(tmp_path, [make_record(i) for i in range(3)])
    group = pq.ParquetFile(tmp_path / "data" / entry.shards[0].name).metadata.row_group(0)
    chunks = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
    for path, chunk in chunks.items():
        assert chunk.compression == ("UNCOMPRESSED" if path.endswith(".bytes") else "ZSTD"), path
        assert chunk.has_offset_index, path
    assert chunks["frame_index"].has_column_index
    assert "RLE_DICTIONARY" not in chunks["color.bytes"].encodings
