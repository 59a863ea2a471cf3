"""Runs over episodes that show the same drawings: exactly one of equal ones stays."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from faults import Silent, rows_of

from dougagen.config import ExtractConfig
from dougagen.runs import Plan, RunReport, extract_all
from dougagen.shards import lock_episode, verify_dataset
from dougagen.shards.ledger import committed_ids


@pytest.fixture(scope="module")
def copies(tmp_path_factory, tiny) -> list[Path]:
    """Eight files of one content for the eye, each another for the hash."""
    folder = tmp_path_factory.mktemp("copies")
    clip = tiny.write_tiny_clip(folder / "0.mkv", 1, frames=8)
    paths = [clip]
    for number in range(1, 8):
        paths.append(Path(shutil.copy(clip, folder / f"{number}.mkv")))
        paths[-1].write_bytes(clip.read_bytes() + bytes([number]))
    return paths


def run(paths: list[Path], out: Path, tiny, repeats: str, *, jobs: int = 1, **rules) -> RunReport:
    config = ExtractConfig(repeats=repeats, max_drawings=4)
    return extract_all(paths, Plan(out, config, **rules), load=tiny.Load(), events=Silent(), jobs=jobs)


def files(out: Path) -> dict[str, bytes]:
    """All but ledgers, which say how long it took, and what is hidden."""
    found = (p for p in out.rglob("*") if p.is_file() and p.suffix in (".parquet", ".prints", ".dropped"))
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in found}


def test_a_redo_side_by_side_under_drop_keeps_one_of_equal_drawings(copies, tmp_path, tiny) -> None:
    kept = run(copies, tmp_path / "out", tiny, "keep")
    assert sum(report.records for report in kept.extracted) == 32
    report = run(copies, tmp_path / "out", tiny, "drop", jobs=2, on_existing="redo")
    assert report.exit_code == 0
    assert rows_of(tmp_path / "out").num_rows == sum(r.records for r in report.extracted) == 4
    assert verify_dataset(tmp_path / "out").damages == ()


def test_jobs_and_runs_one_after_another_give_the_bytes_of_one_run(copies, tmp_path, tiny) -> None:
    few = copies[:4]
    run(few, tmp_path / "one", tiny, "drop")
    run(few, tmp_path / "jobs", tiny, "drop", jobs=3)
    for path in reversed(few):
        run([path], tmp_path / "runs", tiny, "drop")
    assert rows_of(tmp_path / "one").num_rows == 4
    assert files(tmp_path / "one") == files(tmp_path / "jobs")
    assert sorted(files(tmp_path / "one").values()) == sorted(files(tmp_path / "runs").values())


def test_marks_of_a_run_side_by_side_point_at_one_episode(copies, tmp_path, tiny) -> None:
    run(copies[:4], tmp_path / "out", tiny, "mark", jobs=2)
    rows = rows_of(tmp_path / "out")
    marked = [mark for mark in rows["repeats"].to_pylist() if mark]
    assert (rows.num_rows, len(marked)) == (16, 12)
    assert {mark.partition("/")[0] for mark in marked} == {committed_ids(tmp_path / "out")[0]}


def test_a_run_that_finds_its_work_done_settles_what_another_left(copies, tmp_path, tiny) -> None:
    out = tmp_path / "out"
    run(copies[:2], out, tiny, "drop")
    first, second = committed_ids(out)
    aside = next((out / "episodes").glob(f"{second}*.dropped")).name
    (out / "episodes" / f"{first}.json").unlink()  # as somebody removes an episode by hand
    next((out / "data").glob(f"*{first}*")).unlink()
    done = [path for path in copies[:2] if second in told_by(path)]
    report = run(done, out, tiny, "drop")
    assert (len(report.already_there), report.repeats.taken_back) == (1, 4)
    assert rows_of(out).num_rows == 4
    assert not (out / "episodes" / aside).exists()
    assert verify_dataset(out).damages == ()


def told_by(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_rows_set_aside_that_are_gone_are_extracted_again(copies, tmp_path, tiny) -> None:
    out = tmp_path / "out"
    run(copies[:2], out, tiny, "drop")
    wanted = files(out)
    next((out / "episodes").glob("*.dropped")).unlink()
    report = run(copies[:2], out, tiny, "drop")
    assert len(report.extracted) == 1
    assert files(out) == wanted
    assert verify_dataset(out).damages == ()


def test_what_a_pass_cannot_settle_is_said_and_the_run_does_not_end_well(copies, tmp_path, tiny) -> None:
    out = tmp_path / "out"
    run(copies[:2], out, tiny, "keep")
    second = committed_ids(out)[1]
    plain = (out / "episodes" / f"{second}.json").read_text()
    (out / "episodes" / f"{second}.json").write_text(
        plain.replace('"on_repeat": "keep"', '"on_repeat": "mark"')
    )
    (shard,) = (out / "data").glob(f"*{second}*")
    data = bytearray(shard.read_bytes())
    data[data.index(b"IDAT") + 9] ^= 1
    shard.write_bytes(data)
    report = run(copies[:2], out, tiny, "keep")
    assert report.exit_code == 1
    assert "--repair" in str(report.unsettled[0])


def test_an_episode_that_another_run_has_is_left_for_it_to_settle(copies, tmp_path, tiny) -> None:
    out = tmp_path / "out"
    run(copies[:2], out, tiny, "keep")
    first, _ = committed_ids(out)
    with lock_episode(out, first):
        report = run(copies[:2], out, tiny, "drop", on_existing="redo")
    assert len(report.elsewhere) == 1
    assert (report.exit_code, report.unsettled) == (0, ())
    assert rows_of(out).num_rows == 4
    run(copies[:2], out, tiny, "drop", on_existing="redo")
    assert {i.partition("/")[0] for i in rows_of(out)["record_id"].to_pylist()} == {first}
