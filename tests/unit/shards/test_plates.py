"""A plate comes back as it went in, committed with its records, and a hostile one is named in a line."""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from records import EPISODE_ID, plate_of

from dougagen.domain import LayerMove, Plate
from dougagen.errors import ShardError
from dougagen.shards import (
    EpisodeWriter,
    codec,
    encode_record,
    ledger_path,
    open_dataset,
    read_ledger,
    read_plates,
    read_records,
    recover,
    verify_dataset,
)
from dougagen.shards.schema import PLATE_TABLE, SCHEMA, leaf_paths

ID = EPISODE_ID
OTHER = "f" * 16
SHARD = f"backgrounds/train-{ID}-00000.parquet"


@pytest.fixture
def dataset(tmp_path, make_record, commit_episode) -> Path:
    """Eight records in two shots, a plate for each, and a second one of the second shot."""
    plates = [plate_of(0), plate_of(1, placements=()), plate_of(1, 1, height=3, placements=())]
    commit_episode(tmp_path, [make_record(i) for i in range(8)], plates=plates)
    return tmp_path


def resealed(out: Path, change) -> None:
    """Change the plates' rows and make the ledger agree with the new bytes, as a liar would."""
    rows = pq.read_table(out / SHARD).to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=PLATE_TABLE.schema), out / SHARD)
    plain = json.loads(ledger_path(out, ID).read_text())
    data = (out / SHARD).read_bytes()
    plain["backgrounds"][0] |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    ledger_path(out, ID).write_text(json.dumps(plain))


def assert_same(a: Plate, b: Plate) -> None:
    assert a.background_id == b.background_id
    assert np.array_equal(a.image, b.image)
    assert np.array_equal(a.known, b.known)
    assert a.placements == b.placements


# ---- there and back ----------------------------------------------------------------------------------


def test_plates_come_back_to_the_bit(dataset) -> None:
    back = list(read_plates(dataset))
    wanted = [plate_of(0), plate_of(1, placements=()), plate_of(1, 1, height=3, placements=())]
    assert [plate.background_id for plate in back] == [f"{ID}/0/0", f"{ID}/1/0", f"{ID}/1/1"]
    for a, b in zip(wanted, back, strict=True):
        assert_same(a, b)


def test_plates_of_a_shot_or_an_episode_are_found_alone(dataset) -> None:
    assert [plate.number for plate in read_plates(dataset, ID, 1)] == [0, 1]
    assert [plate.shot_index for plate in read_plates(dataset, shot_index=0)] == [0]
    assert list(read_plates(dataset, "../../etc/passwd")) == []
    plates = open_dataset(dataset).plates
    assert len(plates) == 3
    assert [plate.number for plate in plates.of_shot(ID, 1)] == [0, 1]
    (coded, _) = plates.coded(ID, 1)
    assert coded["image"]["bytes"].startswith(b"\x89PNG")


def test_a_record_finds_the_plate_that_it_was_laid_on(dataset) -> None:
    opened = open_dataset(dataset)
    found = [opened.plates.of(record) for record in opened]
    assert [plate and plate.background_id for plate in found] == [f"{ID}/0/0", f"{ID}/0/0", *[None] * 6]


def test_the_files_are_those_that_the_contract_names(dataset) -> None:
    entry = read_ledger(dataset, ID)
    (facts,) = entry.backgrounds
    assert (f"backgrounds/{facts.name}", facts.rows, entry.plates) == (SHARD, 3, 3)
    assert facts.sha256 == hashlib.sha256((dataset / SHARD).read_bytes()).hexdigest()
    (row, *_) = duckdb.sql(f"select * exclude (image, known) from '{dataset / SHARD}'").fetchall()
    placements = [
        {"frame_index": 0, "x": 0.0, "y": 0.5, "scale": 1.0},
        {"frame_index": 2, "x": 3.25, "y": 0.0, "scale": 1.5},
    ]
    assert row == (f"{ID}/0/0", ID, 0, pytest.approx(10 / 11), placements)


def test_pictures_of_plates_lie_as_those_of_records_do(dataset) -> None:
    shard = pq.ParquetFile(dataset / SHARD)
    group = shard.metadata.row_group(0)
    chunks = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
    assert tuple(chunks) == leaf_paths(PLATE_TABLE.schema)
    for path, chunk in chunks.items():
        assert chunk.compression == ("UNCOMPRESSED" if path.endswith(".bytes") else "ZSTD"), path
        assert chunk.has_offset_index, path
    features = json.loads(shard.schema_arrow.metadata[b"huggingface"])["info"]["features"]
    assert features["image"] == features["known"] == {"_type": "Image"}
    (image, known) = (shard.read_row_group(0).to_pylist()[0][name]["bytes"] for name in ("image", "known"))
    assert [codec.png_header(data).color_type for data in (image, known)] == [2, 0]


def test_what_is_not_known_is_stored_black(tmp_path, make_record, commit_episode) -> None:
    plate = plate_of(image=np.full((6, 11, 3), 200, np.uint8))
    commit_episode(tmp_path, [make_record(0), make_record(1)], plates=[plate])
    (back,) = read_plates(tmp_path)
    assert (back.image[back.known] == 200).all()
    assert not back.image[~back.known].any()
    assert verify_dataset(tmp_path).ok


def test_many_large_plates_go_into_several_row_groups_and_shards(
    tmp_path, make_record, commit_episode
) -> None:
    plates = [plate_of(shot, height=90, width=90, placements=()) for shot in range(5)]  # 24 kB of noise each
    entry = commit_episode(
        tmp_path, [make_record(0)], plates=plates, row_group_bytes=40_000, shard_bytes=60_000
    )
    names = [shard.name for shard in entry.backgrounds]
    assert len(names) > 1
    assert names == [f"train-{ID}-0000{n}.parquet" for n in range(len(names))]
    assert [shard.rows for shard in entry.backgrounds] == [2, 2, 1]
    assert [plate.shot_index for plate in read_plates(tmp_path)] == [0, 1, 2, 3, 4]
    assert [plate.shot_index for plate in read_plates(tmp_path, shot_index=3)] == [3]


def test_one_thread_may_write_plates_while_another_writes_records(tmp_path, make_record, make_entry) -> None:
    """As ``extract`` does: the networks make plates while this thread writes rows."""
    with EpisodeWriter(tmp_path, episode_id=ID, row_group_bytes=1, shard_bytes=1) as writer:
        with ThreadPoolExecutor(1) as pool:
            made = pool.map(lambda shot: writer.write_plate(plate_of(shot, placements=())), range(20))
            for index in range(20):
                writer.write(encode_record(make_record(index)))
            list(made)
        writer.commit(make_entry(20))
    assert [plate.shot_index for plate in read_plates(tmp_path)] == list(range(20))
    assert len(list(read_records(tmp_path))) == 20


def test_a_plate_of_another_episode_or_one_twice_or_too_large_is_refused(tmp_path) -> None:
    with EpisodeWriter(tmp_path, episode_id=ID) as writer:
        with pytest.raises(ShardError, match="not of episode"):
            writer.write_plate(plate_of(episode_id=OTHER))
        writer.write_plate(plate_of())
        with pytest.raises(ShardError, match=f"plate {ID}/0/0 was written twice"):
            writer.write_plate(plate_of())
        wide = np.broadcast_to(np.zeros((), bool), (8000, 8001))
        huge = plate_of(image=np.broadcast_to(np.zeros((), np.uint8), (8000, 8001, 3)), known=wide)
        with pytest.raises(ShardError, match="8001×8000 pixels, outside the limit"):
            writer.write_plate(huge)
    assert not (tmp_path / "backgrounds").exists()


# ---- older folders, and folders without --------------------------------------------------------------


def test_an_episode_without_plates_has_no_file_and_no_folder(tmp_path, make_record, commit_episode) -> None:
    entry = commit_episode(tmp_path, [make_record(0)])
    assert entry.backgrounds == ()
    assert not (tmp_path / "backgrounds").exists()
    assert list(read_plates(tmp_path)) == []
    assert len(open_dataset(tmp_path).plates) == 0


def test_a_folder_of_an_older_version_is_read_without_plates_and_moves(
    tmp_path, make_record, commit_episode
) -> None:
    entry = commit_episode(tmp_path, [make_record(i) for i in range(2)])
    shard = tmp_path / "data" / entry.shards[0].name
    table = pq.read_table(shard).drop_columns(["layer_moves"])
    older = dict(table.schema.metadata) | {b"dougagen_schema_version": b"2"}
    pq.write_table(table.replace_schema_metadata(older), shard)
    plain = json.loads(ledger_path(tmp_path, ID).read_text())
    del plain["backgrounds"]
    data = shard.read_bytes()
    plain["shards"][0] |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    ledger_path(tmp_path, ID).write_text(json.dumps(plain | {"schema_version": 2}))
    assert verify_dataset(tmp_path).damages == ()
    assert list(read_plates(tmp_path)) == []
    assert [record.provenance.layer_moves for record in read_records(tmp_path)] == [(), ()]
    (rows,) = open_dataset(tmp_path).rows(("layer_moves",))
    assert rows["layer_moves"].to_pylist() == [None, None]


def test_a_copied_folder_without_ledgers_still_has_its_plates(dataset, tmp_path_factory) -> None:
    copy = tmp_path_factory.mktemp("copy")
    for name in ("data", "backgrounds"):
        shutil.copytree(dataset / name, copy / name)
    assert [plate.background_id for plate in read_plates(copy)] == [f"{ID}/0/0", f"{ID}/1/0", f"{ID}/1/1"]
    assert len(open_dataset(copy).plates) == 3
    assert [plate.number for plate in read_plates(copy, ID, 1)] == [0, 1]


# ---- moves of layers ---------------------------------------------------------------------------------


def test_moves_of_layers_come_back_and_are_null_where_none_is_known(
    tmp_path, make_record, commit_episode
) -> None:
    moves = (LayerMove(0, 0, 0.0, 0.0, 1.0), LayerMove(1, 0, -3.5, 2.0, 1.25))
    commit_episode(tmp_path, [make_record(0, layer_moves=moves), make_record(1)])
    assert [record.provenance.layer_moves for record in read_records(tmp_path)] == [moves, ()]
    (rows,) = open_dataset(tmp_path).rows(("layer_moves",))
    first, second = rows["layer_moves"].to_pylist()
    assert first[1] == {"layer": 1, "frame_index": 0, "x": -3.5, "y": 2.0, "scale": 1.25}
    assert second is None


@pytest.mark.parametrize("move", [{"scale": 0.0}, {"x": float("inf")}, {"layer": -1}, {"frame_index": None}])
def test_a_move_that_cannot_be_is_named_with_its_record(tmp_path, make_record, commit_episode, move) -> None:
    entry = commit_episode(tmp_path, [make_record(0, layer_moves=(LayerMove(0, 0, 0.0, 0.0, 1.0),))])
    shard = tmp_path / "data" / entry.shards[0].name
    rows = pq.read_table(shard).to_pylist()
    rows[0]["layer_moves"][0] |= move
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), shard)
    with pytest.raises(ShardError, match=f"record '{ID}/0'"):
        list(read_records(tmp_path))


# ---- one moment for rows and plates ------------------------------------------------------------------


def test_leaving_without_a_commit_leaves_no_plate(tmp_path, make_record) -> None:
    out = tmp_path / "shards"
    with EpisodeWriter(out, episode_id=ID, row_group_bytes=1) as writer:
        writer.write_plate(plate_of())
        assert [p.name[0] for p in (out / "backgrounds").iterdir()] == ["."]
        assert verify_dataset(out).leftovers[0].startswith("backgrounds/.train-")
    assert list(tmp_path.iterdir()) == []


def test_a_redo_replaces_plates_or_takes_them_away(dataset, make_record, commit_episode) -> None:
    records = [make_record(i) for i in range(2)]
    commit_episode(dataset, records, plates=[plate_of(number=7)], on_existing="redo", digest="d1" * 32)
    assert [plate.number for plate in read_plates(dataset)] == [7]
    assert [p.name for p in (dataset / "backgrounds").iterdir()] == [f"train-{ID}-d1d1d1d1-00000.parquet"]
    commit_episode(dataset, records, plates=[plate_of(number=8)], on_existing="redo", digest="d1" * 32)
    assert [plate.number for plate in read_plates(dataset)] == [8]
    commit_episode(dataset, records, on_existing="redo", digest="d2" * 32)
    assert list(read_plates(dataset)) == []
    assert list((dataset / "backgrounds").iterdir()) == []
    assert verify_dataset(dataset).ok


def test_a_list_of_replaced_files_cannot_name_plates_of_others(dataset, make_record, commit_episode) -> None:
    other = [plate_of(episode_id=OTHER)]
    commit_episode(
        dataset, [make_record(i, episode_id=OTHER) for i in range(2)], episode_id=OTHER, plates=other
    )
    (dataset / "precious").write_text("mine")
    names = ["backgrounds/../precious", f"backgrounds/train-{OTHER}-00000.parquet", f"../{SHARD}", SHARD]
    (dataset / "episodes" / f".{ID}.replaced").write_text(json.dumps(names))
    recover(dataset)
    assert (dataset / "precious").exists()
    assert len(list(read_plates(dataset))) == 4


# ---- what verify finds -------------------------------------------------------------------------------


def test_verify_counts_plates(dataset) -> None:
    report = verify_dataset(dataset)
    assert report.ok
    assert (report.records, report.plates) == (8, 3)
    assert report.to_json()["plates"] == 3
    assert report.bytes == sum(
        p.stat().st_size for f in ("data", "backgrounds") for p in (dataset / f).iterdir()
    )


def test_a_flipped_bit_and_a_missing_shard_are_found(dataset) -> None:
    data = bytearray((dataset / SHARD).read_bytes())
    data[data.index(b"IDAT") + 20] ^= 1
    (dataset / SHARD).write_bytes(data)
    whats = [damage.what for damage in verify_dataset(dataset).damages]
    assert any("SHA-256" in what for what in whats)
    assert any(f"plate '{ID}/0/0'" in what for what in whats)
    (dataset / SHARD).unlink()
    (damage,) = verify_dataset(dataset).damages
    assert (damage.where, damage.what) == (SHARD, "is in the ledger and not in the folder")
    assert "--repair" in damage.remedy
    with pytest.raises(ShardError, match="missing"):
        list(read_plates(dataset))
    assert len(list(read_records(dataset))) == 8


def test_a_shard_of_plates_in_no_ledger_is_found(dataset) -> None:
    shutil.copy(dataset / SHARD, dataset / f"backgrounds/train-{OTHER}-00000.parquet")
    (damage,) = verify_dataset(dataset).damages
    assert (damage.where, damage.what) == (
        f"backgrounds/train-{OTHER}-00000.parquet",
        "is in the folder and in no ledger",
    )
    assert len(list(read_plates(dataset))) == 3


def test_a_data_shard_does_not_vouch_for_one_of_the_same_name_in_the_other_folder(
    tmp_path, make_record, commit_episode
) -> None:
    entry = commit_episode(tmp_path, [make_record(0)])
    (tmp_path / "backgrounds").mkdir()
    shutil.copy(tmp_path / "data" / entry.shards[0].name, tmp_path / "backgrounds")
    (damage,) = verify_dataset(tmp_path).damages
    assert damage.where == SHARD


def bomb() -> bytes:
    """A PNG that says that it has 4.2 thousand million pixels."""
    header = struct.pack(">IIBBBBB", 65_000, 65_000, 8, 2, 0, 0, 0)
    checksum = zlib.crc32(b"IHDR" + header)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", checksum)


def grey(*values: int) -> bytes:
    return codec._opencv_png(np.array([values], np.uint8))


def coded(data: bytes) -> dict[str, object]:
    return {"bytes": data, "path": None}


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("image", coded(b"no picture"), "the picture is not a PNG"),
        ("image", coded(bomb()), "a PNG of 65000×65000 pixels is outside the limit"),
        ("image", None, "empty or malformed"),
        ("image", coded(grey(0, 0)), "image is 2×1, known is 11×6"),
        ("known", coded(grey(0, 7)), "image is 11×6, known is 2×1"),
        ("seen_fraction", 0.5, r"seen_fraction is 0.5, of known 0.9"),
        ("seen_fraction", float("nan"), "seen_fraction is nan"),
        ("seen_fraction", None, "malformed"),
        ("background_id", "../../../etc/0", "which its id does not say"),
        ("background_id", f"{ID}/0/00", rf"the id must be '{ID}/0/0'"),
        ("background_id", f"{ID}/3/0", "which its id does not say"),
        ("background_id", None, "malformed"),
        ("episode_id", OTHER, f"is of episode '{OTHER}'"),
        ("shot_index", -1, "which its id does not say"),
        ("placements", None, "malformed"),
        ("placements", [{"frame_index": 0, "x": float("nan"), "y": 0, "scale": 1}], "finite"),
        ("placements", [{"frame_index": 0, "x": 0, "y": 0, "scale": 0}], "over 0"),
        (
            "placements",
            [{"frame_index": n, "x": 0, "y": 0, "scale": 1} for n in (2, 0)],
            "in order of frames",
        ),
    ],
)
def test_a_plate_that_does_not_fit_is_named_by_reader_and_verify(dataset, column, value, message) -> None:
    resealed(dataset, lambda rows: rows[0].update({column: value}))
    with pytest.raises(ShardError, match=message) as caught:
        list(read_plates(dataset))
    assert "backgrounds" in str(caught.value.where)
    assert "\n" not in str(caught.value)
    report = verify_dataset(dataset)
    assert [damage.where for damage in report.damages] == [SHARD]
    assert report.plates == 3


def test_a_frame_that_the_shot_does_not_show_is_found(dataset) -> None:
    def misplace(rows) -> None:
        rows[0]["placements"][0]["frame_index"] = 1  # held, not the frame that the picture shows
        rows[0]["placements"][1]["frame_index"] = 8  # of the next shot

    resealed(dataset, misplace)
    (damage,) = verify_dataset(dataset).damages
    assert damage.what == f"plate '{ID}/0/0' places frame 8, which its shot does not show"


def test_the_timesheet_knows_frames_of_drawings_that_became_no_record(
    tmp_path, make_record, commit_episode
) -> None:
    commit_episode(tmp_path, [make_record(0)], plates=[plate_of()], timesheet=("0:0-2 1:2-4",))
    assert verify_dataset(tmp_path).damages == ()


def test_an_id_that_is_there_twice_and_colour_where_nothing_is_known_are_found(dataset) -> None:
    def spoil(rows) -> None:
        rows[2].update(rows[1])
        rows[0]["image"] = coded(codec.encode_color(np.full((6, 11, 3), 9, np.uint8)))

    resealed(dataset, spoil)
    whats = [damage.what for damage in verify_dataset(dataset).damages]
    assert whats == [
        f"plate '{ID}/0/0' shows something where nothing is known",
        f"plate '{ID}/1/0' is there twice",
    ]


def test_a_shard_of_something_else_is_named(dataset) -> None:
    pq.write_table(pa.table({"a": [1]}), dataset / SHARD)
    with pytest.raises(ShardError, match="not a dougagen shard"):
        list(read_plates(dataset))
    assert any("not a dougagen shard" in damage.what for damage in verify_dataset(dataset).damages)


def test_a_wrong_count_in_the_ledger_is_found(dataset) -> None:
    plain = json.loads(ledger_path(dataset, ID).read_text())
    plain["backgrounds"][0]["rows"] = 5
    ledger_path(dataset, ID).write_text(json.dumps(plain))
    (damage,) = verify_dataset(dataset).damages
    assert damage.what == "holds 3 rows, the ledger says 5"


@pytest.mark.parametrize("name", ["../../x.parquet", f"train-{OTHER}-00000.parquet", "a/b.parquet"])
def test_a_ledger_cannot_name_plates_elsewhere(dataset, name: str) -> None:
    plain = json.loads(ledger_path(dataset, ID).read_text())
    plain["backgrounds"][0]["name"] = name
    ledger_path(dataset, ID).write_text(json.dumps(plain))
    with pytest.raises(ShardError, match="the ledger is damaged"):
        read_ledger(dataset, ID)


def test_a_link_in_the_place_of_the_table_is_not_followed(dataset, tmp_path_factory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "backgrounds"
    shutil.move(dataset / "backgrounds", elsewhere)
    (dataset / "backgrounds").symlink_to(elsewhere)
    with pytest.raises(ShardError):
        list(read_plates(dataset))
    assert any(damage.where == SHARD for damage in verify_dataset(dataset).damages)
