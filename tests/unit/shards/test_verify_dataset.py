"""verify finds what is damaged, names it, and says what to do."""

from __future__ import annotations

import hashlib
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dougagen.errors import ShardError
from dougagen.shards import EpisodeWriter, ledger_path, read_ledger, verify_dataset
from dougagen.shards.schema import SCHEMA

ID = "0123456789abcdef"


@pytest.fixture
def dataset(tmp_path, make_record, commit_episode):
    """Five records in two shards."""
    commit_episode(tmp_path, [make_record(i) for i in range(5)], row_group_bytes=1, shard_bytes=70_000)
    assert len(read_ledger(tmp_path, ID).shards) >= 1
    return tmp_path


def shard_of(dataset):
    return dataset / "data" / read_ledger(dataset, ID).shards[0].name


def resealed(dataset, change) -> None:
    """Change the rows of the first shard and make the ledger agree with the new bytes, as a liar would."""
    shard = shard_of(dataset)
    rows = pq.read_table(shard).to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), shard)
    path = ledger_path(dataset, ID)
    plain = json.loads(path.read_text())
    data = shard.read_bytes()
    plain["shards"][0] |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    path.write_text(json.dumps(plain))


def test_a_whole_dataset_is_ok(dataset) -> None:
    report = verify_dataset(dataset)
    assert report.ok
    assert report.damages == ()
    assert (report.episodes, report.records) == (1, 5)
    assert report.bytes == sum(path.stat().st_size for path in (dataset / "data").iterdir())
    assert report.to_json()["ok"] is True


def test_a_flipped_bit_in_a_picture_is_found_and_the_repair_named(dataset) -> None:
    shard = shard_of(dataset)
    data = bytearray(shard.read_bytes())
    at = data.index(b"IDAT") + 20
    data[at] ^= 1
    shard.write_bytes(data)
    report = verify_dataset(dataset)
    assert not report.ok
    assert {damage.where for damage in report.damages} == {f"data/{shard.name}"}
    assert any("SHA-256" in damage.what for damage in report.damages)
    assert any(f"record '{ID}/0'" in damage.what for damage in report.damages)
    assert all("--repair" in damage.remedy for damage in report.damages)
    assert all("夜 episode 01.mkv" in damage.remedy for damage in report.damages)
    assert all("\n" not in str(damage) for damage in report.damages)


def test_a_missing_shard_is_found(dataset) -> None:
    shard = shard_of(dataset)
    shard.unlink()
    damage = verify_dataset(dataset).damages[0]
    assert (damage.where, damage.what) == (f"data/{shard.name}", "is in the ledger and not in the folder")


def test_a_shard_cut_short_is_found(dataset) -> None:
    shard = shard_of(dataset)
    shard.write_bytes(shard.read_bytes()[:1000])
    whats = [damage.what for damage in verify_dataset(dataset).damages]
    assert any("holds 1000 bytes" in what for what in whats)
    assert any("damaged" in what for what in whats)


def test_a_wrong_count_in_the_ledger_is_found(dataset) -> None:
    path = ledger_path(dataset, ID)
    plain = json.loads(path.read_text())
    plain |= {"records": 6, "drawings": 7}
    plain["shards"][0]["rows"] += 2
    path.write_text(json.dumps(plain))
    whats = [damage.what for damage in verify_dataset(dataset).damages]
    assert any("counts 6 records, its shards 7" in what for what in whats)
    assert any("rows, the ledger says" in what for what in whats)


def test_a_picture_that_does_not_decode_is_found_under_a_fitting_hash(dataset) -> None:
    resealed(dataset, lambda rows: rows[0]["color"].update(bytes=b"no picture"))
    report = verify_dataset(dataset)
    assert [damage.what for damage in report.damages] == [f"record '{ID}/0': the picture is not a PNG"]


def test_pictures_of_different_shapes_are_found(dataset, make_record) -> None:
    from dougagen.shards import encode_record

    larger = encode_record(make_record(0, width=9, height=9)).row["douga"]
    resealed(dataset, lambda rows: rows[0].update(douga=dict(larger)))
    (damage,) = verify_dataset(dataset).damages
    assert "douga is 9×9, the row says 7×5" in damage.what


def test_an_id_that_is_there_twice_is_found(tmp_path, make_record, commit_episode) -> None:
    commit_episode(tmp_path, [make_record(0), make_record(1)])
    resealed(tmp_path, lambda rows: rows[1].update(rows[0]))
    (damage,) = verify_dataset(tmp_path).damages
    assert damage.what == f"record '{ID}/0' is there twice"


def test_an_id_that_is_not_its_frame_or_episode_is_found(dataset) -> None:
    resealed(dataset, lambda rows: rows[0].update(episode_id="f" * 16))
    whats = [damage.what for damage in verify_dataset(dataset).damages]
    assert whats == [f"record '{ID}/0' is of episode 'ffffffffffffffff'", f"record '{ID}/0' shows frame 0"]


def test_a_schema_of_other_types_is_found(dataset) -> None:
    shard = shard_of(dataset)
    table = pq.read_table(shard)
    at = table.column_names.index("frame_index")
    narrowed = table["frame_index"].cast(pa.int32())
    pq.write_table(table.set_column(at, "frame_index", narrowed), shard)
    assert any(
        damage.what == "column frame_index must be int64, got int32"
        for damage in verify_dataset(dataset).damages
    )


def test_a_damaged_ledger_is_found_and_its_shards_are_not_called_strays(dataset) -> None:
    path = ledger_path(dataset, ID)
    path.write_text("{")
    (damage,) = verify_dataset(dataset).damages
    assert damage.where == f"episodes/{ID}.json"


def test_a_visible_shard_without_a_ledger_is_found(dataset) -> None:
    ledger_path(dataset, ID).unlink()
    report = verify_dataset(dataset)
    assert report.episodes == 0
    assert all(damage.what == "is in the folder and in no ledger" for damage in report.damages)
    assert report.damages


def test_hidden_files_of_a_run_are_named_and_are_no_damage(dataset) -> None:
    with EpisodeWriter(dataset, episode_id="f" * 16):
        report = verify_dataset(dataset)
    assert report.ok
    assert len(report.leftovers) == 1
    assert report.leftovers[0].startswith("data/.train-ffffffffffffffff-00000.parquet.")


def test_a_folder_without_a_ledger_cannot_be_verified(tmp_path, make_record, commit_episode) -> None:
    commit_episode(tmp_path, [make_record(0)])
    with pytest.raises(ShardError, match="no ledger"):
        verify_dataset(tmp_path / "data")
    with pytest.raises(ShardError, match="no such folder"):
        verify_dataset(tmp_path / "absent")
