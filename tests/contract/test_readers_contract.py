"""One contract for every tool that opens the dataset as it lies: same rows, same bytes, no extra code.

The heavy ones: ``pip install '.[readers]'``, then ``pytest -m readers``.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow.dataset as pads
import pyarrow.parquet as pq
import pytest
from PIL import Image
from records import commit, entry_of, noise, plate_of, record_of

from dougagen.domain import PALETTE, LayerMove, Record
from dougagen.shards import EpisodeWriter, encode_record, write_card

EPISODES = ("0123456789abcdef", "fedcba9876543210")
ABANDONED = "00000000000000ff"


def drawn(episode_id: str, index: int) -> Record:
    height, width = 6, 10 + index
    classes = np.arange(height * width, dtype=np.uint8).reshape(height, width) % 10
    start = 5 * index
    return record_of(
        noise(index, height, width),
        classes > 4,
        classes,
        [(start, start + 2), (start + 3, start + 4)],
        episode_id=episode_id,
        source="劇場版.mkv",
        drawing_index=index,
        flags=("dark",) if index else (),
        layer_moves=(LayerMove(0, start, 1.5, -2.0, 1.0),) if index else (),
    )


RECORDS = [drawn(episode_id, index) for episode_id in EPISODES for index in range(3)]


PLATES = [plate_of(0, number, episode_id=episode_id) for episode_id in EPISODES for number in range(2)]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two episodes with two plates each, one without drawings, and a fourth that is still being written while
    the tests read."""
    out = tmp_path_factory.mktemp("shards")
    for episode_id in EPISODES:
        own = [record for record in RECORDS if record.provenance.episode_id == episode_id]
        entry = entry_of(3, frames=9, episode_id=episode_id, source="劇場版.mkv", height=6)
        plates = [plate for plate in PLATES if plate.episode_id == episode_id]
        commit(out, own, entry, plates=plates, row_group_bytes=1, shard_bytes=1)
    commit(out, [], entry_of(0, episode_id="aaaaaaaaaaaaaaaa", source="劇場版.mkv", height=6))
    write_card(out)
    unfinished = EpisodeWriter(out, episode_id=ABANDONED, row_group_bytes=1)
    unfinished.__enter__()
    unfinished.write(encode_record(drawn(ABANDONED, 0)))
    unfinished.write_plate(plate_of(episode_id=ABANDONED))
    yield out
    unfinished.__exit__(None, None, None)


Reader = Callable[[Path, str], list[dict[str, Any]]]


def with_pyarrow(out: Path, table: str) -> list[dict[str, Any]]:
    return pads.dataset(out / table, format="parquet").to_table().to_pylist()


def with_pyarrow_files(out: Path, table: str) -> list[dict[str, Any]]:
    return [row for path in (out / table).glob("[!.]*.parquet") for row in pq.read_table(path).to_pylist()]


def with_duckdb(out: Path, table: str) -> list[dict[str, Any]]:
    found = duckdb.sql(f"select * from '{out}/{table}/*.parquet'")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def with_duckdb_folders(out: Path, table: str) -> list[dict[str, Any]]:
    """All below a table's folder. Below that of the dataset lie two tables, which no query can mix."""
    found = duckdb.sql(f"select * from read_parquet('{out}/{table}/**/*.parquet')")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def with_polars(out: Path, table: str) -> list[dict[str, Any]]:
    return pl.read_parquet(out / table / "*.parquet").to_dicts()


def with_polars_lazily(out: Path, table: str) -> list[dict[str, Any]]:
    return pl.scan_parquet(out / table).collect().to_dicts()


def with_pandas(out: Path, table: str) -> list[dict[str, Any]]:
    import pandas

    return pandas.read_parquet(out / table).to_dict("records")


def with_daft(out: Path, table: str) -> list[dict[str, Any]]:
    import daft

    return daft.read_parquet(f"{out}/{table}/*.parquet").to_pylist()


def with_ray(out: Path, table: str) -> list[dict[str, Any]]:
    import ray

    ray.init(num_cpus=1, include_dashboard=False, ignore_reinit_error=True, log_to_driver=False)
    return ray.data.read_parquet(str(out / table)).take_all()


def with_hugging_face_pictures_left_coded(out: Path, table: str, *, streaming: bool) -> list[dict[str, Any]]:
    import datasets

    undecoded = datasets.Image(decode=False)
    config = None if table == "data" else table
    loaded = datasets.load_dataset(str(out), config, split="train", streaming=streaming)
    for name in ("color", "cel_mask", "douga") if table == "data" else ("image", "known"):
        loaded = loaded.cast_column(name, undecoded)
    return list(loaded)


def with_hugging_face(out: Path, table: str) -> list[dict[str, Any]]:
    return with_hugging_face_pictures_left_coded(out, table, streaming=False)


def with_hugging_face_streaming(out: Path, table: str) -> list[dict[str, Any]]:
    return with_hugging_face_pictures_left_coded(out, table, streaming=True)


READERS = [
    with_pyarrow,
    with_pyarrow_files,
    with_duckdb,
    with_duckdb_folders,
    with_polars,
    with_polars_lazily,
]
HEAVY = [with_pandas, with_daft, with_ray, with_hugging_face, with_hugging_face_streaming]


@pytest.fixture(scope="module", autouse=True)
def no_network_and_a_cache_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HF_HUB_OFFLINE", "1")
        patched.setenv("HF_HOME", str(tmp_path_factory.mktemp("hugging_face")))
        yield


@pytest.fixture(
    params=[*READERS, *(pytest.param(reader, marks=pytest.mark.readers) for reader in HEAVY)],
    ids=lambda reader: reader.__name__,
)
def reader(request: pytest.FixtureRequest) -> Reader:
    return request.param


@pytest.fixture
def rows(reader: Reader, dataset: Path) -> list[dict[str, Any]]:
    return sorted(reader(dataset, "data"), key=lambda row: (row["episode_id"], row["drawing_index"]))


def opened(coded: dict[str, Any]) -> Image.Image:
    return Image.open(io.BytesIO(coded["bytes"]))


def test_every_tool_sees_the_committed_rows_and_nothing_unfinished(rows) -> None:
    assert [row["record_id"] for row in rows] == [record.record_id for record in RECORDS]


def test_every_tool_sees_the_same_values(rows) -> None:
    for row, record in zip(rows, RECORDS, strict=True):
        known = record.provenance
        assert row["source"] == "劇場版.mkv"
        assert row["frame_index"] == known.frame_index
        assert row["time"] == known.time
        assert [(span["start"], span["stop"]) for span in row["exposures"]] == [
            (span.start, span.stop) for span in known.exposures
        ]
        assert (row["held_frames"], row["width"], row["height"]) == (3, record.triplet.width, 6)
        assert row["picture_area"] == {"x": 0, "y": 0, "width": record.triplet.width, "height": 6}
        assert list(row["flags"]) == list(known.flags)
        assert list(row["class_fractions"]) == [np.float32(v) for v in record.triplet.douga.class_fractions()]
        assert row["origin"] == "episode"
        moves = [] if row["layer_moves"] is None else list(row["layer_moves"])
        assert moves == [asdict(move) for move in known.layer_moves]


def test_every_tool_hands_out_pictures_that_open_to_the_bit(rows) -> None:
    for row, record in zip(rows, RECORDS, strict=True):
        color, cel_mask, douga = (opened(row[name]) for name in ("color", "cel_mask", "douga"))
        assert (color.mode, cel_mask.mode, douga.mode) == ("RGB", "L", "P")
        assert np.array_equal(np.asarray(color), record.triplet.color)
        assert np.array_equal(np.asarray(cel_mask), record.triplet.cel_mask.pixels * np.uint8(255))
        assert np.array_equal(np.asarray(douga), record.triplet.douga.classes)
        assert np.array_equal(np.asarray(douga.convert("RGB")), PALETTE[record.triplet.douga.classes])


def test_every_tool_sees_the_same_backgrounds(reader, dataset) -> None:
    plates = sorted(reader(dataset, "backgrounds"), key=lambda row: row["background_id"])
    assert [row["background_id"] for row in plates] == [plate.background_id for plate in PLATES]
    for row, plate in zip(plates, PLATES, strict=True):
        assert (row["episode_id"], row["shot_index"]) == (plate.episode_id, plate.shot_index)
        assert row["seen_fraction"] == np.float32(plate.seen_fraction)
        assert list(row["placements"]) == [asdict(placement) for placement in plate.placements]
        image, known = (opened(row[name]) for name in ("image", "known"))
        assert (image.mode, known.mode) == ("RGB", "L")
        assert np.array_equal(np.asarray(image), plate.image)
        assert np.array_equal(np.asarray(known), plate.known * np.uint8(255))


def test_a_query_over_holds_and_flags_needs_no_picture(dataset) -> None:
    query = f"""
        select episode_id, sum(held_frames), count(*) filter (len(flags) > 0), max(exposures[2].stop)
        from '{dataset}/data/*.parquet' group by all order by all
    """
    assert duckdb.sql(query).fetchall() == [(episode_id, 9, 2, 14) for episode_id in EPISODES]


@pytest.mark.readers
@pytest.mark.parametrize("streaming", [False, True], ids=["loaded", "streaming"])
def test_hugging_face_decodes_the_pictures(dataset, streaming) -> None:
    import datasets

    loaded = datasets.load_dataset(str(dataset), split="train", streaming=streaming)
    rows = sorted(loaded, key=lambda row: (row["episode_id"], row["drawing_index"]))
    assert [row["record_id"] for row in rows] == [record.record_id for record in RECORDS]
    for row, record in zip(rows, RECORDS, strict=True):
        assert [row[name].mode for name in ("color", "cel_mask", "douga")] == ["RGB", "L", "P"]
        assert np.array_equal(np.asarray(row["douga"]), record.triplet.douga.classes)
        assert row["exposures"][1]["stop"] == record.provenance.exposures[1].stop


@pytest.mark.readers
def test_hugging_face_knows_both_tables_and_decodes_the_plates(dataset) -> None:
    import datasets

    assert datasets.get_dataset_config_names(str(dataset)) == ["default", "backgrounds"]
    loaded = datasets.load_dataset(str(dataset), "backgrounds", split="train")
    for row, plate in zip(sorted(loaded, key=lambda row: row["background_id"]), PLATES, strict=True):
        assert np.array_equal(np.asarray(row["image"]), plate.image)
        assert np.array_equal(np.asarray(row["known"]), plate.known * np.uint8(255))
