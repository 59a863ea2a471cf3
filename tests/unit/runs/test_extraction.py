"""Many episodes in one folder: done once, skipped, replaced, shared, and never lost to one that fails."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dougagen.config import ExtractConfig
from dougagen.errors import WeightsError
from dougagen.runs import Plan, RunReport, extract_all
from dougagen.runs.crew import LocalCrew
from dougagen.shards import lock_episode, read_ledger, verify_dataset
from dougagen.shards.ledger import committed_ids

NASTY = "夜 [bold]\n\x1b[31m\u202e.mkv"
UNDECODABLE = os.fsdecode(b"caf\xe9.mkv")


@pytest.fixture(scope="module")
def clips(tmp_path_factory, tiny) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    for seed in range(3):
        tiny.write_tiny_clip(folder / f"{seed}.mkv", seed)
    for seed, name in enumerate((NASTY, UNDECODABLE), start=10):
        shutil.move(tiny.write_tiny_clip(folder / "plain.mkv", seed), folder / name)
    (folder / "bad.mkv").write_bytes(b"\x1a\x45\xdf\xa3 no video at all")
    for path in folder.iterdir():
        os.utime(path, (time.time() - 3600,) * 2)  # a file that was just written is not remembered
    return folder


@pytest.fixture(scope="module")
def whole(clips, tmp_path_factory, tiny) -> tuple[Path, RunReport]:
    out = tmp_path_factory.mktemp("whole") / "shards"
    return out, run(clips, out, load=tiny.Load(), jobs=1)


def run(source, out: Path, *, load, listener=None, jobs: int = 1, command: str = "", **rules) -> RunReport:
    from unittest.mock import MagicMock

    paths = sorted(source.iterdir()) if isinstance(source, Path) else source
    return extract_all(
        paths, Plan(out, **rules), load=load, events=listener or MagicMock(), jobs=jobs, command=command
    )


def rows(out: Path) -> pa.Table:
    table = pa.concat_tables(pq.read_table(p) for p in (out / "data").glob("*.parquet"))
    return table.sort_by("record_id")


def copy_of(whole: tuple[Path, RunReport], to: Path) -> Path:
    return Path(shutil.copytree(whole[0], to))


def test_every_good_episode_is_there_and_every_bad_one_is_named(whole) -> None:
    out, report = whole
    assert len(report.extracted) == len(committed_ids(out)) == 5
    assert [failure.path.name for failure in report.failed] == ["bad.mkv"]
    assert report.exit_code == 1
    assert verify_dataset(out).damages == ()
    visible = [p for p in out.rglob("*") if p.is_file() and not p.name.startswith(".")]
    assert len([p for p in visible if p.suffix == ".parquet"]) == 5
    assert {p.parent.name for p in visible} == {"shards", "data", "episodes", ".dougagen"}


def test_names_are_stored_as_they_are_but_for_bytes_that_are_no_text(whole) -> None:
    sources = set(rows(whole[0])["source"].to_pylist())
    assert sources == {"0.mkv", "1.mkv", "2.mkv", NASTY, "caf\\xe9.mkv"}


def test_two_workers_give_the_rows_of_one_and_take_each_content_once(
    whole, clips, tmp_path, tiny, listener
) -> None:
    shutil.copy(clips / "0.mkv", tmp_path / "twin.mkv")
    paths = [*sorted(clips.iterdir()), tmp_path / "twin.mkv"]
    report = run(paths, tmp_path / "out", load=tiny.Load(), listener=listener, jobs=2)
    assert len(report.extracted) == 5
    assert len(report.already_there) == 1
    mine, theirs = (t.drop_columns(["source"]) for t in (rows(tmp_path / "out"), rows(whole[0])))
    assert mine.equals(theirs)


def test_the_same_content_twice_waits_for_the_worker_that_has_it(clips, tmp_path, tiny, listener) -> None:
    shutil.copy(clips / "0.mkv", tmp_path / "twin.mkv")
    paths = [clips / "0.mkv", tmp_path / "twin.mkv"]
    report = run(paths, tmp_path / "out", load=tiny.Load(seconds=0.5), listener=listener, jobs=2)
    assert [r.source for r in report.extracted] == ["0.mkv"]
    assert [p.name for p in report.already_there] == ["twin.mkv"]
    assert report.elsewhere == ()


def test_a_run_that_finds_everything_done_opens_no_video_and_changes_nothing(
    whole, clips, tmp_path, tiny, listener, monkeypatch
) -> None:
    monkeypatch.delattr(LocalCrew, "give")
    out = copy_of(whole, tmp_path / "out")
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in out.rglob("*") if p.is_file()}
    good = [p for p in sorted(clips.iterdir()) if p.name != "bad.mkv"]
    report = run(good, out, load=tiny.Load(), listener=listener)
    assert report.exit_code == 0
    assert len(report.already_there) == 5
    assert {what for what, _ in listener.said} == {"skipped"}
    assert {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in out.rglob("*") if p.is_file()} == before


def test_other_options_are_an_error_a_skip_or_a_redo(whole, clips, tmp_path, tiny) -> None:
    out = copy_of(whole, tmp_path / "out")
    other, first = tiny.Load(fact="two"), [clips / "0.mkv"]
    refused = run(first, out, load=other)
    assert "--on-existing redo" in str(refused.failed[0].error)
    assert len(run(first, out, load=other, on_existing="skip").already_there) == 1
    (redone,) = run(first, out, load=other, on_existing="redo").extracted
    entry = read_ledger(out, redone.episode_id)
    assert entry is not None
    assert [s.name for s in entry.shards] == [
        f"train-{redone.episode_id}-{entry.config_digest[:8]}-00000.parquet"
    ]
    assert len(list((out / "data").glob(f"*{redone.episode_id}*"))) == 1
    assert len(run(first, out, load=other, on_existing="redo").already_there) == 1
    assert verify_dataset(out).damages == ()


def test_a_shard_cut_short_is_noticed_and_one_altered_by_repair(
    whole, clips, tmp_path, tiny, listener
) -> None:
    out = copy_of(whole, tmp_path / "out")
    ids = {r.source: r.episode_id for r in whole[1].extracted}
    short, altered, ledger = (
        next((out / folder).glob(f"*{ids[f'{n}.mkv']}*{suffix}"))
        for n, (folder, suffix) in enumerate([("data", ""), ("data", ""), ("episodes", ".json")])
    )
    short.write_bytes(short.read_bytes()[:-9])
    data = bytearray(altered.read_bytes())
    data[len(data) // 2] ^= 1
    altered.write_bytes(data)
    ledger.write_text("{")
    paths = [clips / f"{n}.mkv" for n in range(3)]
    report = run(paths, out, load=tiny.Load(), listener=listener)
    assert [r.source for r in report.extracted] == ["0.mkv"]
    assert any(what == "warned" and "damaged" in name for what, name in listener.said)
    assert [p.name for p in report.already_there] == ["1.mkv"]
    assert "--repair" in str(report.failed[0].error)
    repaired = run(paths, out, load=tiny.Load(), repair=True)
    assert repaired.failed == ()
    assert [r.source for r in repaired.extracted] == ["1.mkv", "2.mkv"]
    assert verify_dataset(out).damages == ()
    assert rows(out).equals(rows(whole[0]))


@pytest.mark.parametrize("most", [1, 3])
def test_the_counts_of_a_run_that_wants_a_few_drawings_do_not_depend_on_the_clock(
    clips, tmp_path, tiny, most
) -> None:
    counts = set()
    for at in ("a", "b"):
        config = ExtractConfig(max_drawings=most)
        (report,) = run([clips / "0.mkv"], tmp_path / at, load=tiny.Load(), config=config).extracted
        assert report.records == most
        counts.add((report.frames_decoded, report.frames_in_exposures))
    ((decoded, held),) = counts
    assert decoded >= held >= most


def test_a_worker_that_dies_takes_one_episode_with_it(clips, tmp_path, tiny) -> None:
    deadly = tiny.write_tiny_clip(tmp_path / "deadly.mkv", 5, width=tiny.DEADLY_WIDTH)
    report = run([clips / "0.mkv", deadly, clips / "1.mkv"], tmp_path / "out", load=tiny.Load())
    assert [r.source for r in report.extracted] == ["0.mkv", "1.mkv"]
    (failure,) = report.failed
    assert failure.path == deadly
    assert "killed by SIGKILL" in str(failure.error)
    assert verify_dataset(tmp_path / "out").damages == ()


def test_weights_that_do_not_load_stop_the_run_with_their_own_error(clips, tmp_path, tiny) -> None:
    with pytest.raises(WeightsError, match="these weights are damaged"):
        run([clips / "0.mkv"], tmp_path / "out", load=tiny.Load(broken=True), command="x")
    assert list(tmp_path.iterdir()) == []


def test_an_episode_that_another_run_has_is_left_to_it(clips, whole, tmp_path, tiny, listener) -> None:
    out = tmp_path / "out"
    ids = {r.source: r.episode_id for r in whole[1].extracted}
    with lock_episode(out, ids["0.mkv"]):
        report = run([clips / "0.mkv", clips / "1.mkv"], out, load=tiny.Load(), listener=listener)
    assert [p.name for p in report.elsewhere] == ["0.mkv"]
    assert [r.source for r in report.extracted] == ["1.mkv"]
    assert report.exit_code == 0


def test_the_same_command_ends_at_once_while_the_first_is_at_work(clips, tmp_path, tiny) -> None:
    out = tmp_path / "out"

    class Nested:
        """Gives the same command again in the middle of the first run."""

        def __init__(self) -> None:
            self.second: RunReport | None = None

        def __getattr__(self, name: str):
            return lambda *_: None

        def episode_began(self, *_) -> None:
            self.second = run([clips / "1.mkv"], out, load=None, command="same")

    nested = Nested()
    first = run([clips / "0.mkv"], out, load=tiny.Load(), listener=nested, command="same")
    assert nested.second == RunReport(same_run=True)
    assert nested.second.exit_code == 0
    assert len(first.extracted) == 1


def test_a_run_that_fails_altogether_leaves_no_folder_behind(clips, tmp_path, tiny) -> None:
    report = run([clips / "bad.mkv"], tmp_path / "a" / "out", load=tiny.Load(), command="x")
    assert report.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_duckdb_counts_the_same_rows_in_every_file_of_the_folder(whole) -> None:
    out, report = whole
    ((count,),) = duckdb.sql(f"select count(*) from read_parquet('{out}/**/*.parquet')").fetchall()
    assert count == sum(r.records for r in report.extracted)


def test_a_damaged_memory_of_hashes_is_forgotten(whole, clips, tmp_path, tiny, listener) -> None:
    out = copy_of(whole, tmp_path / "out")
    memory = out / ".dougagen" / "hashes.json"
    known = json.loads(memory.read_text())
    wrong = next(iter(known["files"].values()))
    wrong[3] = "0" * 16
    memory.write_text(json.dumps(known))
    report = run([clips / "0.mkv"], out, load=tiny.Load(), listener=listener)
    assert len(report.already_there) == 1
