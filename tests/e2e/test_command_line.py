"""The real command line on the real samples with the real weights."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest
from waiting import comes

DRAWINGS = 6


def dougagen(*words: str | Path, check: int | None = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "dougagen", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    if check is not None:
        assert done.returncode == check, done.stderr
    assert "Traceback" not in done.stderr
    return done


def files_in(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory, first_sample: Path) -> Path:
    out = tmp_path_factory.mktemp("e2e") / "shards"
    dougagen("extract", first_sample, "--out", out, "--max-drawings", DRAWINGS, "--device", "cpu")
    return out


def test_extract_leaves_a_card_a_ledger_and_a_shard(dataset: Path) -> None:
    seen = (name for name in files_in(dataset) if not name.startswith("."))
    card, plates, shard, ledger = (name for name in seen if name.endswith((".md", ".parquet", ".json")))
    assert card == "README.md"
    assert plates.replace("backgrounds/", "data/") == shard
    assert shard.startswith("data/train-")
    assert shard.endswith("-00000.parquet")
    assert ledger.startswith("episodes/")
    assert ledger.endswith(".json")


def test_rows_hold_the_pictures_and_where_they_come_from(dataset: Path, first_sample: Path) -> None:
    (shard,) = (dataset / "data").glob("*.parquet")
    rows = pq.read_table(shard).to_pylist()
    assert len(rows) == DRAWINGS
    for number, row in enumerate(rows):
        color, mask, douga = (
            cv2.imdecode(np.frombuffer(row[name]["bytes"], np.uint8), cv2.IMREAD_UNCHANGED)
            for name in ("color", "cel_mask", "douga")
        )
        assert color.shape == (row["height"], row["width"], 3)
        assert mask.shape == (row["height"], row["width"])
        assert set(np.unique(mask)) <= {0, 255}
        assert douga.shape[:2] == mask.shape
        assert row["drawing_index"] == number
        assert row["source"] == first_sample.name
        assert row["origin"] == "episode"
        assert row["record_id"] == f"{row['episode_id']}/{row['frame_index']}"
        assert row["cel_fraction"] == pytest.approx((mask > 0).mean(), abs=1e-6)
        assert row["models"]
    assert any(0.02 < row["cel_fraction"] < 0.98 for row in rows)


def test_exposures_follow_each_other_without_gap_or_overlap(dataset: Path) -> None:
    (shard,) = (dataset / "data").glob("*.parquet")
    spans = sorted(
        (e["start"], e["stop"])
        for row in pq.read_table(shard, columns=["exposures"]).to_pylist()
        for e in row["exposures"]
    )
    assert spans[0][0] == 0
    assert all(before[1] == after[0] for before, after in itertools.pairwise(spans))


def test_the_ledger_adds_up(dataset: Path) -> None:
    (path,) = (dataset / "episodes").glob("*.json")
    ledger = json.loads(path.read_text())
    assert ledger["frames_decoded"] == ledger["frames_in_exposures"] + sum(ledger["frames_skipped"].values())
    assert ledger["drawings"] == ledger["records"] + sum(ledger["drawings_rejected"].values()) == DRAWINGS


def test_the_same_command_again_skips_what_is_there(dataset: Path, first_sample: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in dataset.rglob("*") if p.is_file()}
    done = dougagen("extract", first_sample, "--out", dataset, "--max-drawings", DRAWINGS, "--device", "cpu")
    assert "already in the dataset" in done.stderr
    assert {p: p.stat().st_mtime_ns for p in dataset.rglob("*") if p.is_file()} == before


def test_other_options_are_an_error_that_names_the_remedy(dataset: Path, first_sample: Path) -> None:
    before = files_in(dataset)
    done = dougagen(
        "extract", first_sample, "--out", dataset, "--max-drawings", 2, "--device", "cpu", check=1
    )
    assert "--on-existing redo" in done.stderr
    assert files_in(dataset) == before


def test_a_file_of_options_says_what_the_line_leaves_out(
    dataset: Path, first_sample: Path, tmp_path: Path
) -> None:
    """The same digest: the episode is there already, and with one drawing less it would be an error."""
    config = tmp_path / "night.toml"
    config.write_text(f'device = "cpu"\nmax_drawings = {DRAWINGS}\n')
    done = dougagen("extract", first_sample, "--out", dataset, "--config", config)
    assert "already in the dataset" in done.stderr
    less = DRAWINGS - 1
    dougagen("extract", first_sample, "--out", dataset, "--config", config, "--max-drawings", less, check=1)


def test_redo_replaces_an_episode(first_sample: Path, tmp_path: Path) -> None:
    out = tmp_path / "shards"
    dougagen("extract", first_sample, "--out", out, "--max-drawings", 2, "--device", "cpu")
    dougagen(
        "extract", first_sample, "--out", out, "--max-drawings", 1, "--device", "cpu", "--on-existing", "redo"
    )
    assert sum(pq.read_metadata(p).num_rows for p in (out / "data").glob("*.parquet")) == 1
    dougagen("verify", out)


def test_two_runs_give_the_same_rows(dataset: Path, first_sample: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    dougagen("extract", first_sample, "--out", again, "--max-drawings", DRAWINGS, "--device", "cpu")
    (one,), (other,) = (dataset / "data").glob("*.parquet"), (again / "data").glob("*.parquet")
    assert pq.read_table(one).equals(pq.read_table(other))


def test_stats_reports_as_tables_and_as_json(dataset: Path) -> None:
    assert "twos" in dougagen("stats", dataset).stdout
    report = json.loads(dougagen("stats", dataset, "--json").stdout)
    assert report["records"] == DRAWINGS


def test_verify_finds_a_whole_dataset_whole(dataset: Path) -> None:
    assert "0 problems" in dougagen("verify", dataset).stderr


def test_start_and_stop_keep_absolute_indices(first_sample: Path, tmp_path: Path) -> None:
    out = tmp_path / "shards"
    dougagen("extract", first_sample, "--out", out, "--start", "1", "--stop", "1.5", "--device", "cpu")
    (shard,) = (out / "data").glob("*.parquet")
    rows = pq.read_table(shard, columns=["exposures", "time", "frame_index"]).to_pylist()
    assert (
        rows[0]["exposures"][0]["start"] == 24
    )  # at 24000/1001 frames a second frame 24 is the first at 1 s
    assert rows[-1]["exposures"][-1]["stop"] == 36
    assert all(1.0 <= row["time"] < 1.5 for row in rows)


def test_probe_prints_the_timesheet_as_json(first_sample: Path) -> None:
    report = json.loads(dougagen("probe", first_sample, "--json").stdout)
    truth = json.loads(first_sample.with_suffix(".json").read_text())
    assert report["frames"] == truth["frames"]


BAD_CALLS: list[tuple[str, Sequence[str], int]] = [
    ("a missing file", ("extract", "{tmp}/gone.mkv", "--out", "{tmp}/out"), 1),
    ("a folder without videos", ("extract", "{tmp}/empty", "--out", "{tmp}/out"), 2),
    ("a file that is no video", ("extract", "{tmp}/text.mkv", "--out", "{tmp}/out"), 1),
    ("an empty file", ("extract", "{tmp}/nothing.mkv", "--out", "{tmp}/out"), 1),
    ("a playlist in disguise", ("extract", "{tmp}/playlist.mkv", "--out", "{tmp}/out"), 1),
    ("an output path that is a file", ("extract", "{sample}", "--out", "{tmp}/text.mkv"), 2),
    ("a damaged weights file", ("extract", "{sample}", "--out", "{tmp}/out", "--models", "{tmp}/weights"), 1),
    ("a folder without weights", ("extract", "{sample}", "--out", "{tmp}/out", "--models", "{tmp}/empty"), 1),
    ("cuda where there is none", ("extract", "{sample}", "--out", "{tmp}/out", "--device", "cuda:7"), 2),
    (
        "an option that a file misspells",
        ("extract", "{sample}", "--out", "{tmp}/out", "--config", "{tmp}/misspelt.toml"),
        2,
    ),
    ("an unknown device", ("extract", "{sample}", "--out", "{tmp}/out", "--device", "quantum"), 2),
    (
        "a stop before the start",
        ("extract", "{sample}", "--out", "{tmp}/out", "--start", "3", "--stop", "1"),
        2,
    ),
    ("a time that is none", ("extract", "{sample}", "--out", "{tmp}/out", "--start", "soon"), 2),
    ("an unknown command", ("conjure",), 2),
    ("stats without a dataset", ("stats", "{tmp}/empty"), 1),
    ("stats of nothing", ("stats", "{tmp}/gone"), 1),
]


@pytest.mark.parametrize(("what", "words", "code"), BAD_CALLS, ids=[what for what, _, _ in BAD_CALLS])
def test_bad_input_is_one_clear_line_and_writes_nothing(
    what: str, words: Sequence[str], code: int, tmp_path: Path, first_sample: Path
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "weights").mkdir()
    (tmp_path / "text.mkv").write_text("this is no video\n" * 50)
    (tmp_path / "nothing.mkv").write_bytes(b"")
    (tmp_path / "misspelt.toml").write_text("max_drawing = 1\n")
    (tmp_path / "playlist.mkv").write_text(f"#EXTM3U\n#EXTINF:6,\n{first_sample}\n#EXT-X-ENDLIST\n")
    for name in ("cel", "douga"):
        (tmp_path / "weights" / f"{name}.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0 not weights at all")
    before = files_in(tmp_path)
    filled = [word.format(tmp=tmp_path, sample=first_sample) for word in words]
    if "cuda:7" in words and os.environ.get("CUDA_VISIBLE_DEVICES"):
        pytest.skip("there may be a GPU here")
    done = dougagen(*filled, check=code)
    errors = [line for line in done.stderr.splitlines() if "error" in line.lower()]
    assert errors, done.stderr
    assert files_in(tmp_path) == before


def test_one_bad_episode_does_not_take_the_others_with_it(first_sample: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.mkv").write_text("no video")
    out = tmp_path / "shards"
    done = dougagen(
        "extract",
        tmp_path / "bad.mkv",
        first_sample,
        "--out",
        out,
        "--max-drawings",
        1,
        "--device",
        "cpu",
        check=1,
    )
    assert "bad.mkv" in done.stderr
    assert len(list((out / "episodes").glob("*.json"))) == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_nothing_half_written(
    number: signal.Signals, code: int, first_sample: Path, tmp_path: Path
) -> None:
    out = tmp_path / "shards"
    run = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "dougagen",
            "extract",
            str(first_sample),
            "--out",
            str(out),
            "--device",
            "cpu",
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert comes(lambda: (out / "data").exists() or run.poll() is not None, seconds=600)
    run.send_signal(number)
    _, errors = run.communicate(timeout=600)
    assert run.returncode == code, errors
    assert "Traceback" not in errors
    assert not out.exists() or [f for f in files_in(out) if not Path(f).name.startswith(".")] == []


def test_studio_to_shards_to_weights_to_extraction(first_sample: Path, tmp_path: Path) -> None:
    studio, trained, out = tmp_path / "studio", tmp_path / "trained", tmp_path / "shards"
    dougagen("synth", "--out", studio, "--scenes", 3, "--lines", 160, "--workers", 1)
    for task in ("cel", "douga"):
        dougagen(
            "train", task, "--shards", studio, "--out", trained, "--steps", 2, "--crop", 64, "--batch-size", 2
        )
    dougagen(
        "extract", first_sample, "--out", out, "--models", trained, "--max-drawings", 1, "--device", "cpu"
    )
    assert json.loads(dougagen("models", "--models", trained, "--json").stdout)[0]["steps"] == "2"


def test_labels_go_out_to_a_paint_program_and_come_back(dataset: Path, tmp_path: Path) -> None:
    labels, labelled = tmp_path / "labels", tmp_path / "labelled"
    dougagen("label", "export", dataset, "--out", labels, "--limit", 2)
    assert len([name for name in files_in(labels) if name.endswith(".png")]) == 6
    dougagen("label", "import", labels, "--out", labelled)
    before, after = (
        {
            row["douga"]["bytes"]
            for shard in sorted((folder / "data").glob("*.parquet"))
            for row in pq.read_table(shard, columns=["douga"]).to_pylist()
        }
        for folder in (dataset, labelled)
    )
    assert len(after) == 2
    assert after <= before


@pytest.mark.slow
def test_jobs_change_no_byte_of_a_shard(sample_videos: Path, tmp_path: Path) -> None:
    clips = sorted(sample_videos.glob("*.mkv"))[:2]
    shards = []
    for jobs in ("1", "2"):
        out = tmp_path / jobs
        dougagen("extract", *clips, "--out", out, "--max-drawings", "2", "--device", "cpu", "--jobs", jobs)
        shards.append({path.name: path.read_bytes() for path in (out / "data").iterdir()})
    assert len(shards[0]) == 2
    assert shards[0] == shards[1]
