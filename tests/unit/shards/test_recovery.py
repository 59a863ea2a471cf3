"""Whatever moment a run dies at, the next start leaves the episode whole or not there at all."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from equal_drawings import put
from records import plate_of

from dougagen.errors import ShardError
from dougagen.files import Folder
from dougagen.shards import EpisodeWriter, encode_record, read_ledger, read_plates, read_records
from dougagen.shards.ledger import shard_name
from dougagen.shards.locks import EpisodeBusy, Lock, lock_episode
from dougagen.shards.recovery import recover, shard_is_whole

ID = "0123456789abcdef"


@pytest.fixture
def moments(tmp_path, monkeypatch):
    """Copies of the folder before each rename and each removal: what a kill at that moment leaves."""
    copies: list[Path] = []

    def record(out: Path) -> list[Path]:
        def watching(real):
            def watched(self: Folder, *args, **options):
                if out in (self.path, *self.path.parents):
                    copies.append(tmp_path / f"moment{len(copies)}")
                    shutil.copytree(out, copies[-1])
                return real(self, *args, **options)

            return watched

        for name in ("rename", "remove"):
            monkeypatch.setattr(Folder, name, watching(getattr(Folder, name)))
        return copies

    return record


def drawings(out: Path) -> list[int]:
    if read_ledger(out, ID) is None:
        return []
    return [record.provenance.drawing_index for record in read_records(out)]


def seen_by_a_glob(out: Path) -> int:
    """Rows as DuckDB counts them: dot files included, all under the folder."""
    shards = [str(p) for p in out.rglob("*.parquet")]
    if not shards:
        return 0
    ((count,),) = duckdb.sql(f"select count(*) from read_parquet('{out}/**/*.parquet')").fetchall()
    return int(count)


def test_a_commit_killed_at_any_moment_is_whole_or_absent_after_the_next_start(
    tmp_path, make_record, commit_episode, moments, monkeypatch
) -> None:
    out = tmp_path / "out"
    copies = moments(out)
    commit_episode(out, [make_record(i) for i in range(3)], row_group_bytes=1, shard_bytes=1)
    monkeypatch.undo()
    assert len(copies) >= 6
    ends = []
    for copy in copies:
        recover(copy)
        ends.append(drawings(copy))
        assert seen_by_a_glob(copy) == len(ends[-1])
        assert not [p for p in copy.rglob(".*") if p.is_file() and p.suffix != ".lock"]
        if not ends[-1]:
            commit_episode(copy, [make_record(i) for i in range(3)])
        assert drawings(copy) == [0, 1, 2]
    assert ends[0] == []
    assert ends[-1] == [0, 1, 2]


def test_a_redo_killed_at_any_moment_leaves_the_old_rows_or_the_new_ones(
    tmp_path, make_record, commit_episode, moments, monkeypatch
) -> None:
    out = tmp_path / "out"
    commit_episode(out, [make_record(i) for i in range(3)], row_group_bytes=1, shard_bytes=1)
    copies = moments(out)
    commit_episode(out, [make_record(7)], on_existing="redo", digest="d1" * 32)
    monkeypatch.undo()
    ends = []
    for copy in copies:
        recover(copy)
        ends.append(drawings(copy))
        assert seen_by_a_glob(copy) == len(ends[-1])
        assert recover(copy) == ()
    assert [0, 1, 2] in ends
    assert [7] in ends
    assert all(end in ([0, 1, 2], [7]) for end in ends)


def test_plates_and_rows_come_and_go_together_whatever_moment_a_run_dies_at(
    tmp_path, make_record, commit_episode, moments, monkeypatch
) -> None:
    out = tmp_path / "out"
    copies = moments(out)
    commit_episode(out, [make_record(0)], plates=[plate_of(0), plate_of(1)], row_group_bytes=1, shard_bytes=1)
    commit_episode(out, [make_record(7)], plates=[plate_of(5)], on_existing="redo", digest="d1" * 32)
    commit_episode(out, [make_record(8)], on_existing="redo", digest="d2" * 32)
    monkeypatch.undo()
    ends = []
    for copy in copies:
        recover(copy)
        plates = [plate.shot_index for plate in read_plates(copy)] if drawings(copy) else []
        ends.append((drawings(copy), plates))
        in_folder = list((copy / "backgrounds").glob("*")) if (copy / "backgrounds").exists() else []
        assert len(in_folder) == len(plates)
    whole = [([], []), ([0], [0, 1]), ([7], [5]), ([8], [])]
    assert sorted(set(map(str, ends))) == sorted(map(str, whole))


def test_an_intent_whose_shard_is_damaged_is_taken_back(
    tmp_path, make_record, commit_episode, moments, monkeypatch, files_in
) -> None:
    out = tmp_path / "out"
    copies = moments(out)
    commit_episode(out, [make_record(i) for i in range(2)], row_group_bytes=1, shard_bytes=1)
    monkeypatch.undo()
    between = next(c for c in copies if len(list((c / "data").glob("t*.parquet"))) == 1)
    hidden = next((between / "data").glob(".*.partial"))
    data = bytearray(hidden.read_bytes())
    data[len(data) // 2] ^= 1
    hidden.write_bytes(data)
    (done,) = recover(between)
    assert not done.completed
    assert [f for f in files_in(between) if not f.endswith(".lock")] == []


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "\x00" * 100, "[" * 5000])
def test_a_damaged_intent_or_list_is_removed_and_nothing_else(
    tmp_path, make_record, commit_episode, files_in, text: str
) -> None:
    commit_episode(tmp_path, [make_record(0)])
    before = files_in(tmp_path)
    for name in (f".{ID}.intent", f".{ID}.replaced", ".ffffffffffffffff.intent"):
        (tmp_path / "episodes" / name).write_text(text)
    recover(tmp_path)
    assert files_in(tmp_path) == before


def test_files_that_are_not_ours_stay(tmp_path, make_record, commit_episode, files_in) -> None:
    commit_episode(tmp_path, [make_record(0)])
    foreign = ["data/.DS_Store", "data/.notes.partial", "data/.mine.parquet.partial", "episodes/.x.intent"]
    foreign += ["data/.nfs000001", f"episodes/.{ID}.txt", "README.md", "data/mine.parquet.bak"]
    for name in foreign:
        (tmp_path / name).write_text("mine")
    before = files_in(tmp_path)
    assert recover(tmp_path) == ()
    with EpisodeWriter(tmp_path, episode_id="f" * 16):
        pass
    assert files_in(tmp_path) == before


def test_a_list_of_replaced_shards_cannot_name_files_outside_or_of_other_episodes(
    tmp_path, make_record, commit_episode
) -> None:
    out = tmp_path / "out"
    commit_episode(out, [make_record(0)])
    other = "e" * 16
    commit_episode(out, [make_record(0, episode_id=other)], episode_id=other)
    (tmp_path / "precious.parquet").write_text("mine")
    (out / "episodes" / f".{ID}.replaced").write_text(
        f'["../../precious.parquet", "{shard_name("train", other, 0)}", "{shard_name("train", ID, 0)}", 7]'
    )
    recover(out)
    assert (tmp_path / "precious.parquet").exists()
    assert len(list(read_records(out))) == 2


def test_what_a_living_run_writes_is_left_alone(tmp_path, make_record, make_entry) -> None:
    with EpisodeWriter(tmp_path, episode_id=ID, row_group_bytes=1) as writer:
        writer.write(encode_record(make_record(0)))
        assert recover(tmp_path) == ()
        writer.commit(make_entry(1))
    assert drawings(tmp_path) == [0]


@contextmanager
def held_by_another(out: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that has the lock of the episode."""
    program = (
        "import sys, time; from pathlib import Path; from dougagen.shards.locks import lock_episode\n"
        f"lock = lock_episode(Path(sys.argv[1]), '{ID}'); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(out)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        try:
            yield holder
        finally:
            holder.kill()


def test_shards_that_a_killed_redo_replaced_go_though_the_system_still_holds_its_lock(
    tmp_path, make_record, commit_episode, monkeypatch
) -> None:
    """A killed process keeps its locks until it is taken apart, and the next run can be quicker than that."""
    out = tmp_path / "out"
    commit_episode(out, [make_record(0)])
    monkeypatch.setattr("dougagen.shards.commits.remove_replaced", lambda *_: [])  # killed before it
    commit_episode(out, [make_record(7)], on_existing="redo", digest="d1" * 32)
    monkeypatch.undo()
    assert len(list((out / "data").glob("*.parquet"))) == 2
    with held_by_another(out) as dying:
        death = threading.Timer(0.2, dying.kill)
        death.start()
        recover(out)
        death.join()
    assert drawings(out) == [7]
    assert len(list((out / "data").glob("*.parquet"))) == 1


def test_a_lock_is_one_process_s_and_goes_with_it(tmp_path) -> None:
    with held_by_another(tmp_path) as holder:
        with pytest.raises(EpisodeBusy, match="another run is writing"):
            lock_episode(tmp_path, ID)
        holder.kill()
        holder.wait()
        with lock_episode(tmp_path, ID):
            pass
    assert list(tmp_path.iterdir()) == []


def test_a_lock_whose_file_was_tidied_away_meanwhile_is_taken_anew(tmp_path, monkeypatch) -> None:
    path = tmp_path / "a" / "b.lock"
    flock, raced = fcntl.flock, []

    def race(handle: int, how: int) -> None:
        if not raced:
            raced.append(path.unlink())
        flock(handle, how)

    monkeypatch.setattr(fcntl, "flock", race)
    with Lock.take(path) as lock:  # type: ignore[union-attr]
        assert lock is not None
        assert Lock.take(path) is None


def test_a_share_without_locks_is_refused_with_the_remedy(tmp_path, monkeypatch) -> None:
    def no_locks(handle: int, how: int) -> None:
        raise OSError(37, os.strerror(37))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(ShardError, match=r"does not support locks.*--out on a disk with locks"):
        lock_episode(tmp_path, ID)


def test_a_lock_never_follows_a_link_out_of_the_folder(tmp_path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    locks = tmp_path / "out" / ".dougagen" / "locks"
    locks.mkdir(parents=True)
    (locks / f"{ID}.lock").symlink_to(victim)
    with pytest.raises(ShardError):
        lock_episode(tmp_path / "out", ID)
    assert victim.read_text() == "mine"


def test_prints_without_a_ledger_are_removed_and_those_with_one_stay(tmp_path) -> None:
    episodes = tmp_path / "episodes"
    episodes.mkdir()
    for name in ("1" * 16 + ".prints", "2" * 16 + ".prints", "2" * 16 + ".json", "notes.prints"):
        (episodes / name).write_bytes(b"")
    recover(tmp_path)
    assert sorted(p.name for p in episodes.iterdir()) == [
        "2" * 16 + ".json",
        "2" * 16 + ".prints",
        "notes.prints",
    ]


@pytest.mark.parametrize(
    "name", [f"episodes/..{ID}.replaced.01234567.partial", f"episodes/.{ID}-01234567.prints.partial",
             f"episodes/.{ID}-01234567.dropped.partial", f"episodes/.{ID}.prints.01234567.partial"]
)  # fmt: skip
def test_what_a_kill_leaves_beside_the_ledger_is_removed(
    tmp_path, make_record, commit_episode, files_in, name: str
) -> None:
    commit_episode(tmp_path, [make_record(0)])
    before = files_in(tmp_path)
    (tmp_path / name).write_bytes(b"half")
    recover(tmp_path)
    assert files_in(tmp_path) == before


def test_locks_of_dead_runs_are_removed_and_those_of_living_ones_and_strangers_stay(tmp_path) -> None:
    (tmp_path / "episodes").mkdir()
    locks = tmp_path / ".dougagen" / "locks"
    locks.mkdir(parents=True)
    for name in ("run-0123456789abcdef", ID, "card", "repeats", "mine"):
        (locks / f"{name}.lock").write_bytes(b"")
    with lock_episode(tmp_path, "f" * 16):
        recover(tmp_path)
        assert sorted(p.stem for p in locks.iterdir()) == ["f" * 16, "mine"]


def test_an_interrupted_redo_has_the_old_prints_with_the_old_ledger_and_the_new_with_the_new(
    tmp_path, moments, monkeypatch
) -> None:
    out = tmp_path / "out"
    put(out, ID, [0, 1])
    old = read_ledger(out, ID)
    copies = moments(out)
    put(out, ID, [2])
    monkeypatch.undo()
    new = read_ledger(out, ID)
    assert old is not None
    assert new is not None
    seen = set()
    for copy in copies:
        for _ in range(2):  # as the kill left it, and after the next start
            entry = read_ledger(copy, ID)
            assert entry in (old, new)
            assert entry is not None
            assert shard_is_whole(copy / "episodes" / entry.prints.name, entry.prints)
            seen.add(entry.prints)
            recover(copy)
        assert len(list((copy / "episodes").glob("*.prints"))) == 1
    assert seen == {old.prints, new.prints}
