"""Of equal drawings one stays, whatever came first, whatever died, and nothing is lost on the way."""

from __future__ import annotations

import json
import os
import shutil
from itertools import permutations
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from equal_drawings import everything, put, shown

from dougagen.errors import ShardError
from dougagen.files import Folder
from dougagen.shards import (
    ledger_path,
    lock_episode,
    read_ledger,
    read_rows,
    recover,
    settle_repeats,
    verify_dataset,
)

A, B, C, D = ("a" * 16, "b" * 16, "c" * 16, "d" * 16)


def age(out: Path, episode_id: str, **changes: Any) -> None:
    """Turn an episode into one of 0.4.0: its prints lie under the plain name and no ledger knows of them."""
    path = ledger_path(out, episode_id)
    plain = json.loads(path.read_text())
    prints = out / "episodes" / plain["prints"]["name"]
    prints.replace(out / "episodes" / f"{episode_id}.prints")
    for name in ("prints", "dropped", "repeats", "on_repeat"):
        del plain[name]
    path.write_text(json.dumps(plain | changes))


def test_one_of_equal_drawings_stays_whatever_the_order_of_the_commits(tmp_path) -> None:
    episodes = {A: [0, 1, 2], B: [1, 3], C: [0, 1, 4], D: [4, 5]}
    seen = []
    for number, order in enumerate(permutations(episodes)):
        out = tmp_path / f"{number}"
        for n, episode_id in enumerate(order):
            put(out, episode_id, episodes[episode_id])
            if n % 2 == number % 2:
                settle_repeats(out)
        settle_repeats(out)
        assert set(shown(out)) == {f"{A}/0", f"{A}/10", f"{A}/20", f"{B}/10", f"{C}/20", f"{D}/10"}
        assert verify_dataset(out).damages == ()
        seen.append(everything(out))
    assert all(files == seen[0] for files in seen)


def test_marks_point_at_the_one_original_whatever_the_order_of_the_commits(tmp_path) -> None:
    wanted = {f"{A}/0": "", f"{B}/0": f"{A}/0", f"{C}/0": f"{A}/0", f"{C}/10": ""}
    seen = []
    for number, order in enumerate(permutations((A, B, C))):
        out = tmp_path / f"{number}"
        for episode_id in order:
            put(out, episode_id, [0, 1] if episode_id == C else [0], "mark")
            settle_repeats(out)
        assert shown(out) == wanted
        assert verify_dataset(out).damages == ()
        seen.append(everything(out))
    assert all(files == seen[0] for files in seen)


def test_an_episode_that_shares_nothing_stays_byte_for_byte(tmp_path) -> None:
    put(tmp_path, A, [0, 1])
    before = everything(tmp_path)
    put(tmp_path, B, [2], "mark")
    assert settle_repeats(tmp_path).episodes == 0
    after = everything(tmp_path)
    assert {name: after[name] for name in before} == before


def test_a_second_pass_changes_nothing(tmp_path) -> None:
    for episode_id, mode in ((A, "mark"), (B, "mark"), (C, "drop"), (D, "keep")):
        put(tmp_path, episode_id, [0, 1], mode)
    done = settle_repeats(tmp_path)
    assert (done.episodes, done.found) == (3, 6)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert settle_repeats(tmp_path).episodes == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before


def test_the_ledger_counts_what_is_dropped_and_its_rows_are_kept_aside(tmp_path) -> None:
    put(tmp_path, A, [0])
    put(tmp_path, B, [1, 0])
    settle_repeats(tmp_path)
    entry = read_ledger(tmp_path, B)
    assert entry is not None
    assert (entry.drawings, entry.records, entry.drawings_rejected) == (2, 1, {"repeat": 1})
    assert (entry.rejected, entry.repeats) == ({"repeat": (1,)}, {10: f"{A}/0"})
    assert entry.dropped is not None
    aside = pq.read_table(tmp_path / "episodes" / entry.dropped.name)
    assert aside["record_id"].to_pylist() == [f"{B}/10"]


def test_a_dropped_drawing_comes_back_when_its_original_is_gone(tmp_path) -> None:
    put(tmp_path, A, [0, 1])
    put(tmp_path, B, [0, 1, 2])
    put(tmp_path, C, [1])
    alone = tmp_path / "alone"
    put(alone, B, [0, 1, 2])
    settle_repeats(tmp_path)
    assert set(shown(tmp_path)) == {f"{A}/0", f"{A}/10", f"{B}/20"}
    put(tmp_path, A, [0])  # a redo with fewer drawings
    assert any("which is not there" in damage.what for damage in verify_dataset(tmp_path).damages)
    assert settle_repeats(tmp_path).taken_back == 1
    assert set(shown(tmp_path)) == {f"{A}/0", f"{B}/10", f"{B}/20"}
    assert verify_dataset(tmp_path).damages == ()
    ledger_path(tmp_path, A).unlink()
    for shard in (tmp_path / "data").glob(f"*{A}*"):
        shard.unlink()
    recover(tmp_path)
    settle_repeats(tmp_path)
    assert [p for p in tmp_path.rglob(f"*{A}*") if p.is_file()] == []
    mine, theirs = (
        [row for table in read_rows(out) for row in table.to_pylist() if row["episode_id"] == B]
        for out in (tmp_path, alone)
    )
    assert mine == theirs


def test_a_mark_never_points_at_what_a_redo_took_away_nor_at_a_repeat(tmp_path) -> None:
    for episode_id in (A, B, C):
        put(tmp_path, episode_id, [0, 1], "mark")
    settle_repeats(tmp_path)
    put(tmp_path, A, [1], "mark")
    whats = [damage.what for damage in verify_dataset(tmp_path).damages]
    assert f"record '{B}/10' repeats '{A}/10', which is not there" in whats
    settle_repeats(tmp_path)
    assert shown(tmp_path) == {
        f"{A}/0": "",
        f"{B}/0": "",
        f"{B}/10": f"{A}/0",
        f"{C}/0": f"{B}/0",
        f"{C}/10": f"{A}/0",
    }


def test_a_pass_killed_at_any_moment_has_lost_nothing_and_the_next_one_ends_it(tmp_path, monkeypatch) -> None:
    out, copies = tmp_path / "out", []
    put(out, B, [0, 1])
    put(out, C, [0, 1, 2], "mark")
    put(out, D, [1, 2, 3])
    settle_repeats(out)
    put(out, C, [2, 4], "mark")  # 0 and 1 are to come back, 2 is dropped already
    put(out, A, [3, 0])

    def watching(real):
        def watched(self: Folder, *args, **options):
            if out in self.path.parents and ".dougagen" not in self.path.parts:
                copies.append(Path(shutil.copytree(out, tmp_path / f"moment{len(copies)}")))
            return real(self, *args, **options)

        return watched

    for name in ("rename", "remove"):
        monkeypatch.setattr(Folder, name, watching(getattr(Folder, name)))
    settle_repeats(out)
    monkeypatch.undo()
    wanted = everything(out)
    assert len(copies) > 10
    for copy in copies:
        recover(copy)
        visible = set(shown(copy))
        assert {number for number, holders in HOLDERS.items() if not visible & holders} <= {0, 1}
        settle_repeats(copy)
        assert everything(copy) == wanted
        assert verify_dataset(copy).damages == ()
    assert set(shown(out)) == {f"{C}/0", f"{C}/10", f"{A}/0", f"{A}/10", f"{B}/10"}


HOLDERS = {
    0: {f"{A}/10", f"{B}/0"},
    1: {f"{B}/10", f"{D}/0"},
    2: {f"{C}/0", f"{D}/10"},
    3: {f"{A}/0", f"{D}/20"},
    4: {f"{C}/10"},
}
"""Drawing → the records that show it, after the redo in the test above; 0 and 1 had gone with it."""


def test_what_another_run_is_writing_is_left_and_nothing_is_dropped_for_what_is_not_there(tmp_path) -> None:
    put(tmp_path, C, [0], "keep")
    put(tmp_path, A, [0])
    settle_repeats(tmp_path)
    assert set(shown(tmp_path)) == {f"{C}/0"}
    put(tmp_path, C, [0], "drop")  # now A comes first, but its row lies aside
    with lock_episode(tmp_path, A):
        done = settle_repeats(tmp_path)
        assert (done.left, done.troubles) == ((A,), ())
        assert set(shown(tmp_path)) == {f"{C}/0"}
    settle_repeats(tmp_path)
    assert set(shown(tmp_path)) == {f"{A}/0"}


def test_rows_that_are_damaged_are_named_and_not_written_anew_under_a_fitting_hash(tmp_path) -> None:
    put(tmp_path, A, [0])
    put(tmp_path, B, [0, 1])
    (shard,) = (tmp_path / "data").glob(f"*{B}*")
    data = bytearray(shard.read_bytes())
    data[data.index(b"IDAT") + 9] ^= 1
    shard.write_bytes(data)
    (trouble,) = settle_repeats(tmp_path).troubles
    assert "--repair" in str(trouble)
    assert shard.read_bytes() == data
    assert any("SHA-256" in damage.what for damage in verify_dataset(tmp_path).damages)


@pytest.mark.parametrize("how", ["missing", "damaged", "another's"])
def test_prints_that_are_not_as_committed_are_named_and_made_anew_from_the_pictures(
    tmp_path, how: str
) -> None:
    put(tmp_path, A, [0, 1])
    put(tmp_path, B, [0, 1, 2])
    settle_repeats(tmp_path)
    wanted = everything(tmp_path)
    prints = next((tmp_path / "episodes").glob(f"{B}-*.prints"))
    if how == "missing":
        prints.unlink()
    else:
        prints.write_bytes(b"nonsense" if how == "damaged" else prints.read_bytes()[::-1])
    (damage,) = verify_dataset(tmp_path).damages
    assert "prints" in damage.what
    assert "--repair" in damage.remedy
    assert settle_repeats(tmp_path).prints_made == 1
    assert everything(tmp_path) == wanted
    assert verify_dataset(tmp_path).damages == ()


def test_a_folder_of_an_older_version_is_read_and_stays_as_it_is(tmp_path) -> None:
    put(tmp_path, B, [0, 1], "mark")
    age(tmp_path, B)
    before = everything(tmp_path)
    assert verify_dataset(tmp_path).damages == ()
    assert settle_repeats(tmp_path).episodes == 0
    assert everything(tmp_path) == before
    put(tmp_path, A, [1, 2], "drop")
    settle_repeats(tmp_path)
    assert set(shown(tmp_path)) == {f"{B}/0", f"{B}/10", f"{A}/10"}
    after = everything(tmp_path)
    assert {name: after[name] for name in before} == before


def test_marks_of_an_older_version_that_point_at_nothing_are_found_and_mended(tmp_path) -> None:
    put(tmp_path, A, [0], "mark")
    put(tmp_path, B, [0, 1], "mark")
    settle_repeats(tmp_path)
    put(tmp_path, A, [], "mark")
    age(tmp_path, B)
    (damage,) = verify_dataset(tmp_path).damages
    assert damage.what == f"record '{B}/0' repeats '{A}/0', which is not there"
    settle_repeats(tmp_path)
    assert set(shown(tmp_path).values()) == {""}
    assert verify_dataset(tmp_path).damages == ()
    assert not (tmp_path / "episodes" / f"{B}.prints").exists()


def test_prints_of_an_older_version_that_an_interrupted_redo_left_are_found_and_made_anew(tmp_path) -> None:
    put(tmp_path, A, [0, 1], "mark")
    put(tmp_path / "redone", A, [3, 4, 5], "mark")
    age(tmp_path, A)
    theirs = next((tmp_path / "redone" / "episodes").glob("*.prints"))
    shutil.copy(theirs, tmp_path / "episodes" / f"{A}.prints")
    (damage,) = verify_dataset(tmp_path).damages
    assert damage.what == "the prints are not those of the rows"
    put(tmp_path, B, [1, 3], "drop")
    assert settle_repeats(tmp_path).prints_made == 1
    assert set(shown(tmp_path)) == {f"{A}/0", f"{A}/10", f"{B}/10"}


def test_repair_gives_prints_to_episodes_of_an_older_version_that_have_none(tmp_path) -> None:
    put(tmp_path, A, [0, 1], "mark")
    put(tmp_path, B, [1, 2], "drop")
    age(tmp_path, A)
    (tmp_path / "episodes" / f"{A}.prints").unlink()
    assert settle_repeats(tmp_path) == type(settle_repeats(tmp_path))()
    done = settle_repeats(tmp_path, repair=True)
    assert (done.prints_made, done.found) == (1, 1)
    assert set(shown(tmp_path)) == {f"{A}/0", f"{A}/10", f"{B}/10"}


def test_drawings_that_an_older_version_dropped_without_a_trace_are_named(tmp_path) -> None:
    put(tmp_path, A, [0])
    age(tmp_path, A, drawings=5, drawings_rejected={"repeat": 4})
    (damage,) = verify_dataset(tmp_path).damages
    assert damage.what == "an older version dropped 4 drawings as repeats and kept no trace of them"
    assert "--repair" in damage.remedy


def test_verify_finds_equal_drawings_that_nobody_has_settled_yet(tmp_path) -> None:
    put(tmp_path, A, [0])
    put(tmp_path, B, [0])
    (damage,) = verify_dataset(tmp_path).damages
    assert (damage.where, damage.what) == (f"episodes/{B}.json", "its repeats are not settled (1 drawings)")


def test_verify_finds_rows_set_aside_that_are_gone(tmp_path) -> None:
    put(tmp_path, A, [0])
    put(tmp_path, B, [0])
    settle_repeats(tmp_path)
    next((tmp_path / "episodes").glob("*.dropped")).unlink()
    assert [damage.what for damage in verify_dataset(tmp_path).damages] == [
        "is in the ledger and not in the folder"
    ]


def test_a_damaged_ledger_is_named_and_the_others_are_settled_without_it(tmp_path) -> None:
    for episode_id in (A, B, C):
        put(tmp_path, episode_id, [0])
    settle_repeats(tmp_path)
    ledger_path(tmp_path, A).write_text("{")
    (trouble,) = settle_repeats(tmp_path).troubles
    assert "the ledger is damaged" in str(trouble)
    assert read_ledger(tmp_path, B).repeats == {}  # type: ignore[union-attr]
    assert read_ledger(tmp_path, C).repeats == {0: f"{B}/0"}  # type: ignore[union-attr]


def test_a_disk_that_refuses_ends_the_pass_with_the_remedy_and_nothing_changed(tmp_path, monkeypatch) -> None:
    put(tmp_path, A, [0])
    put(tmp_path, B, [0])
    before = everything(tmp_path)

    def full(handle: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ShardError, match=r"no space left on device.*free space"):
        settle_repeats(tmp_path)
    monkeypatch.undo()
    assert everything(tmp_path) == before
    settle_repeats(tmp_path)
    assert set(shown(tmp_path)) == {f"{A}/0"}


def test_a_pass_that_writes_rows_anew_leaves_the_plates_where_they_are(tmp_path) -> None:
    put(tmp_path, A, [0, 1], plate=True)
    put(tmp_path, B, [1, 2], plate=True)
    before = {path: path.read_bytes() for path in (tmp_path / "backgrounds").iterdir()}
    kept = read_ledger(tmp_path, B).backgrounds
    assert settle_repeats(tmp_path).found == 1
    assert {path: path.read_bytes() for path in (tmp_path / "backgrounds").iterdir()} == before
    assert read_ledger(tmp_path, B).backgrounds == kept
    assert verify_dataset(tmp_path).damages == ()
    put(tmp_path, B, [1, 2])  # a redo that finds no background
    assert [path.name for path in (tmp_path / "backgrounds").iterdir() if B in path.name] == []
