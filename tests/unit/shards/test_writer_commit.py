"""A shard is there whole or not at all, and the ledger is the moment it is there."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from dougagen.domain import Record
from dougagen.errors import DomainError, ShardError
from dougagen.files import Folder
from dougagen.shards import EpisodeWriter, LedgerEntry, encode_record, open_dataset, read_ledger, read_records
from dougagen.shards.durable import hidden_name
from dougagen.shards.recovery import recover
from dougagen.shards.repeats import print_of, table_of

ID = "0123456789abcdef"
SHARD = f"data/train-{ID}-00000.parquet"
LEDGER = f"episodes/{ID}.json"


def write_one(out: Path, record: Record, entry: LedgerEntry) -> None:
    with EpisodeWriter(out, episode_id=ID) as writer:
        writer.write(encode_record(record))
        writer.commit(entry)


def test_a_committed_episode_is_one_shard_and_one_ledger(
    tmp_path, make_record, commit_episode, files_in
) -> None:
    commit_episode(tmp_path / "new" / "shards", [make_record(0), make_record(1)])
    assert files_in(tmp_path / "new" / "shards") == [SHARD, LEDGER]


def test_the_ledger_knows_size_and_hash_of_every_shard(tmp_path, make_record, commit_episode) -> None:
    entry = commit_episode(tmp_path, [make_record(i, width=64, height=64) for i in range(5)])
    assert read_ledger(tmp_path, ID) == entry
    data = (tmp_path / SHARD).read_bytes()
    (facts,) = entry.shards
    assert (facts.bytes, facts.rows) == (len(data), 5)
    assert facts.sha256 == hashlib.sha256(data).hexdigest()


def test_an_episode_without_drawings_is_committed_and_readable(tmp_path, commit_episode) -> None:
    entry = commit_episode(tmp_path, [])
    assert [shard.rows for shard in entry.shards] == [0]
    assert list(read_records(tmp_path)) == []
    assert duckdb.sql(f"select count(*) from '{tmp_path}/data/*.parquet'").fetchall() == [(0,)]


def test_an_episode_is_committed_whose_folders_another_one_made_that_failed(
    tmp_path, make_record, make_entry
) -> None:
    """Two jobs on a new folder: the first takes its empty folders away while the second reads its video."""
    failing = EpisodeWriter(tmp_path, episode_id="f" * 16)
    failing.__enter__()
    with EpisodeWriter(tmp_path, episode_id=ID) as writer:
        writer.write(encode_record(make_record(0)))
        failing.__exit__(None, None, None)
        assert not (tmp_path / "episodes").exists()
        prints = table_of([(0, print_of(make_record(0).triplet.color))])
        writer.commit(make_entry(1), prints=prints)
    assert [record.record_id for record in read_records(tmp_path)] == [f"{ID}/0"]


def test_leaving_without_a_commit_leaves_no_trace(tmp_path, make_record) -> None:
    out = tmp_path / "deep" / "shards"
    with EpisodeWriter(out, episode_id=ID) as writer:
        writer.write(encode_record(make_record(0)))
    assert list(tmp_path.iterdir()) == []


def test_an_exception_in_the_middle_leaves_no_trace(tmp_path, make_record) -> None:
    def interrupted() -> None:
        with EpisodeWriter(tmp_path / "shards", episode_id=ID, row_group_bytes=1) as writer:
            for index in range(4):
                writer.write(encode_record(make_record(index)))
            assert any(tmp_path.rglob("*.partial"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_an_aborted_episode_leaves_the_others_alone(tmp_path, make_record, commit_episode, files_in) -> None:
    commit_episode(tmp_path, [make_record(0)])
    before = files_in(tmp_path)
    with EpisodeWriter(tmp_path, episode_id="f" * 16):
        assert files_in(tmp_path) != before
    assert files_in(tmp_path) == before


def test_before_the_commit_nothing_is_seen_by_a_glob(tmp_path, make_record, commit_episode) -> None:
    commit_episode(tmp_path, [make_record(0)])
    glob = f"select count(*) from '{tmp_path}/data/*.parquet'"
    with EpisodeWriter(tmp_path, episode_id="f" * 16, row_group_bytes=1) as writer:
        writer.write(encode_record(make_record(0, episode_id="f" * 16)))
        assert duckdb.sql(glob).fetchall() == [(1,)]
        assert len(open_dataset(tmp_path)) == 1


def test_a_temporary_name_is_hidden_and_no_parquet() -> None:
    name = hidden_name("train-0123456789abcdef-00000.parquet")
    assert name.startswith(".")
    assert not name.endswith(".parquet")


def test_the_ledger_is_written_after_the_shards_have_their_names(
    tmp_path, make_record, make_entry, monkeypatch
) -> None:
    renames: list[str] = []
    rename = Folder.rename

    def watched(self: Folder, old: str, new: str) -> None:
        renames.append((self.path / new).relative_to(tmp_path).as_posix())
        assert self.has_file(old)
        rename(self, old, new)

    monkeypatch.setattr(Folder, "rename", watched)
    with EpisodeWriter(tmp_path, episode_id=ID, row_group_bytes=1, shard_bytes=1) as writer:
        for index in range(3):
            writer.write(encode_record(make_record(index)))
        writer.commit(make_entry(3))
    shards = [f"data/train-{ID}-0000{n}.parquet" for n in range(3)]
    assert renames == [f"episodes/.{ID}.intent", *shards, LEDGER]


def test_a_commit_that_the_disk_stops_between_renames_is_finished_by_the_next_start(
    tmp_path, make_record, make_entry, monkeypatch, files_in
) -> None:
    rename = Folder.rename

    def refuses_ledgers(self: Folder, old: str, new: str) -> None:
        if new.endswith(".json"):
            raise OSError(28, "No space left on device")
        rename(self, old, new)

    with monkeypatch.context() as full:
        full.setattr(Folder, "rename", refuses_ledgers)
        with pytest.raises(ShardError, match=r"no space left.*free space"):
            write_one(tmp_path, make_record(0), make_entry(1))
    assert read_ledger(tmp_path, ID) is None
    assert [done.completed for done in recover(tmp_path)] == [True]
    assert files_in(tmp_path) == [SHARD, LEDGER]


def test_an_intent_that_the_disk_does_not_take_leaves_no_trace(
    tmp_path, make_record, make_entry, monkeypatch
) -> None:
    def refuses(self: Folder, old: str, new: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Folder, "rename", refuses)
    with pytest.raises(ShardError, match=r"no space left.*free space"):
        write_one(tmp_path / "shards", make_record(0), make_entry(1))
    assert list(tmp_path.iterdir()) == []


def test_a_full_row_group_is_written_and_a_full_shard_followed_by_the_next(
    tmp_path, make_record, commit_episode
) -> None:
    records = [make_record(i, width=100, height=100) for i in range(7)]  # 30 kB of noise each
    size = encode_record(records[0]).size
    entry = commit_episode(tmp_path, records, row_group_bytes=2 * size + 500, shard_bytes=4 * size + 5000)
    assert [shard.rows for shard in entry.shards] == [4, 3]
    assert [shard.name[-13:] for shard in entry.shards] == ["00000.parquet", "00001.parquet"]
    groups = [(group.shard.name[-13:-8], group.rows) for group in open_dataset(tmp_path).row_groups()]
    assert groups == [("00000", 2), ("00000", 2), ("00001", 2), ("00001", 1)]
    assert [r.provenance.drawing_index for r in read_records(tmp_path)] == list(range(7))


def test_row_groups_stay_under_the_limit_and_the_limit_under_100_megabytes(
    tmp_path, make_record, commit_episode
) -> None:
    records = [make_record(i, width=200, height=200) for i in range(6)]  # 120 kB of noise each
    entry = commit_episode(tmp_path, records, row_group_bytes=300_000)
    metadata = pq.ParquetFile(tmp_path / "data" / entry.shards[0].name).metadata
    assert [metadata.row_group(i).total_byte_size <= 300_000 for i in range(3)] == [True] * 3
    with pytest.raises(ShardError, match="row_group_bytes"):
        EpisodeWriter(tmp_path, episode_id=ID, row_group_bytes=100_000_001)


def test_an_episode_that_is_there_is_refused_with_the_remedy(tmp_path, make_record, commit_episode) -> None:
    commit_episode(tmp_path, [make_record(0)])
    with pytest.raises(ShardError, match=r"in the dataset already.*--on-existing redo"):
        commit_episode(tmp_path, [make_record(0)])


def test_redo_puts_new_shards_named_with_its_digest_in_the_place_of_all_old_ones(
    tmp_path, make_record, commit_episode, files_in
) -> None:
    commit_episode(tmp_path, [make_record(i) for i in range(3)], row_group_bytes=1, shard_bytes=1)
    assert len(files_in(tmp_path / "data")) == 3
    entry = commit_episode(tmp_path, [make_record(7)], on_existing="redo", digest="d1" * 32)
    assert files_in(tmp_path) == [f"data/train-{ID}-d1d1d1d1-00000.parquet", LEDGER]
    assert read_ledger(tmp_path, ID) == entry
    assert [r.provenance.drawing_index for r in read_records(tmp_path)] == [7]


def test_a_redo_that_is_not_committed_leaves_the_old_episode(tmp_path, make_record, commit_episode) -> None:
    entry = commit_episode(tmp_path, [make_record(0)])
    with EpisodeWriter(tmp_path, episode_id=ID, on_existing="redo") as writer:
        writer.write(encode_record(make_record(7)))
    assert read_ledger(tmp_path, ID) == entry
    assert [r.provenance.drawing_index for r in read_records(tmp_path)] == [0]


def test_a_second_writer_of_the_same_episode_is_refused(tmp_path, make_record) -> None:
    with (
        EpisodeWriter(tmp_path, episode_id=ID),
        pytest.raises(ShardError, match="another run is writing"),
        EpisodeWriter(tmp_path, episode_id=ID),
    ):
        pass


def test_a_record_of_another_episode_or_twice_the_same_is_refused(tmp_path, make_record) -> None:
    with EpisodeWriter(tmp_path, episode_id=ID) as writer:
        writer.write(encode_record(make_record(0)))
        with pytest.raises(ShardError, match="written twice"):
            writer.write(encode_record(make_record(0)))
        with pytest.raises(ShardError, match="not of episode"):
            writer.write(encode_record(make_record(1, episode_id="f" * 16)))


def test_a_ledger_that_counts_other_than_was_written_is_refused(tmp_path, make_record, make_entry) -> None:
    with pytest.raises(ShardError, match="counts 2 records, 1 were written"):
        write_one(tmp_path, make_record(0), make_entry(2))
    assert list(tmp_path.iterdir()) == []


def test_a_value_too_large_for_its_column_is_one_line(tmp_path, make_record, make_entry) -> None:
    with pytest.raises(ShardError, match="does not fit the columns"):
        write_one(tmp_path, make_record(0, drawing_index=1 << 40), make_entry(1))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("episode_id", ["", "../../x", "0123456789ABCDEF", "0123456789abcdef0"])
def test_an_episode_id_that_is_no_digest_is_refused(tmp_path, episode_id: str) -> None:
    with pytest.raises(DomainError, match="16 hex digits"):
        EpisodeWriter(tmp_path, episode_id=episode_id)


def test_an_output_path_that_is_a_file_is_refused(tmp_path) -> None:
    path = tmp_path / "file"
    path.write_text("mine")
    for out in (path, path / "below"):
        with pytest.raises(ShardError) as caught, EpisodeWriter(out, episode_id=ID):
            pass
        assert "--out" in str(caught.value) or "folder" in str(caught.value)
    assert path.read_text() == "mine"


def test_a_folder_that_may_not_be_written_is_refused_with_the_remedy() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        as_root = os.geteuid() == 0
        if as_root:
            os.seteuid(65534)
        try:
            with (
                pytest.raises(ShardError, match=r"permission denied.*writable"),
                EpisodeWriter(folder / "shards", episode_id=ID),
            ):
                pass
        finally:
            if as_root:
                os.seteuid(0)
            folder.chmod(0o755)
        assert list(folder.iterdir()) == []


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    tests = Path(__file__).parents[2]
    code = f"""
import resource, os, signal, sys
from pathlib import Path
import numpy as np
sys.path.append({str(tests)!r})
from records import EPISODE_ID, entry_of, noise, record_of
def drawing(index, side=8):
    nothing = np.zeros((side, side), np.uint8)
    return record_of(noise(index, side, side), nothing > 0, nothing, [(2 * index, 2 * index + 2)])
from dougagen.errors import ShardError
from dougagen.shards import EpisodeWriter, encode_record
out = Path(sys.argv[1])
""" + textwrap.dedent(script)
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_disk_that_takes_no_more_is_one_line_and_no_trace(tmp_path) -> None:
    out = tmp_path / "shards"
    ended = run(
        """
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # stands for a full disk
        try:
            with EpisodeWriter(out, episode_id=EPISODE_ID, row_group_bytes=50_000) as writer:
                for i in range(20):
                    writer.write(encode_record(drawing(i, side=100)))
                writer.commit(entry_of(20))
        except ShardError as error:
            print(error)
        """,
        out,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    assert "cannot write (file too large)" in ended.stdout
    assert len(ended.stdout.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_killed_run_leaves_hidden_files_only_and_the_next_run_removes_them(
    tmp_path, make_record, commit_episode, files_in
) -> None:
    ended = run(
        """
        with EpisodeWriter(out, episode_id=EPISODE_ID, row_group_bytes=1, shard_bytes=1) as writer:
            for i in range(3):
                writer.write(encode_record(drawing(i)))
            os.kill(os.getpid(), signal.SIGKILL)
        """,
        tmp_path,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    left = files_in(tmp_path / "data")
    assert len(left) == 3
    assert all(Path(name).name.startswith(".") and name.endswith(".partial") for name in left)
    commit_episode(tmp_path, [make_record(0)])
    assert files_in(tmp_path) == [SHARD, LEDGER]
