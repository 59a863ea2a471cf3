"""What trips people up, by the real command line: addresses, trials, files of one name, next steps."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from equal_drawings import everything, put, shown
from terminals import drives_terminal, on_terminal
from tiny_weights import write_tiny_weights

from dougagen.shards import settle_repeats, write_card

ROOT = Path(__file__).resolve().parents[2]
A, B, C = ("a" * 16, "b" * 16, "c" * 16)


def dougagen(*words: str | Path, code: int = 0, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "dougagen", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def the_error(done: subprocess.CompletedProcess[str]) -> str:
    """The only line that is one."""
    (line,) = (line for line in done.stderr.splitlines() if "error:" in line)
    return line


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, tiny: Any) -> Path:
    return tiny.write_tiny_clip(tmp_path_factory.mktemp("clip") / "clip.mkv", 1, frames=24)


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    """Two episodes of one name, one of which repeats a drawing of the other."""
    out = tmp_path / "shards"
    put(out, A, [0, 1], "mark", source="01.mkv")
    put(out, B, [0, 2], "mark", source="01.mkv")
    put(out, C, [3], "mark", source="02.mkv")
    settle_repeats(out)
    write_card(out)
    return out


@pytest.mark.parametrize(
    "words",
    [
        ("extract", "clip.mkv", "--out", "ftp://bucket/shards"),
        ("extract", "ftp://bucket/clip.mkv", "--out", "shards"),
        ("extract", "clip.mkv", "--out=https://bucket/shards"),
        ("export", "shards", "--to", "folders", "--out", "s3://bucket/out"),
        ("verify", "hf://datasets/x"),
        ("stats", "shards", "--html", "s3://bucket/page.html"),
        ("label", "import", "labels", "-o", "S3://bucket"),
    ],
)
def test_an_address_is_refused_in_a_line_and_makes_no_folder(words: tuple[str, ...], tmp_path: Path) -> None:
    assert "addresses cannot be read or written yet" in the_error(dougagen(*words, code=2, cwd=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_trial_is_no_trap_and_its_options_stand_in_the_ledger(clip: Path, tmp_path: Path) -> None:
    weights, out = write_tiny_weights(tmp_path / "weights"), tmp_path / "shards"
    usual = ("extract", clip, "--out", out, "--models", weights, "--device", "cpu")
    code, written = on_terminal(*usual, "--max-drawings", "2", "--reject", "damaged", "--jobs", "2")
    assert (code, drives_terminal(written)) == (0, [])
    assert b"loading the networks" in written, "there is always a word for what is done"
    *_, part, following, _ = written.decode().split("\r\n")
    assert "--max-drawings 2: only a part of the video was read" in part
    assert re.match(r"next: dougagen \w+ ", following)
    (ledger,) = (out / "episodes").glob("*.json")
    options = json.loads(ledger.read_text())["options"]
    assert (options["max_drawings"], options["reject"], options["start"]) == ("2", "damaged", "–")
    assert str(tmp_path) not in ledger.read_text(), "no path"
    before = everything(out)
    whole = the_error(dougagen(*usual, "--reject", "damaged", code=1))
    assert "only a part of it is in the dataset, as a trial leaves it (--max-drawings was 2" in whole
    assert "--on-existing redo" in whole
    assert "digest" not in whole
    after = everything(out)
    for known in (before, after):
        known.pop(".dougagen/hashes.json", None)  # noted once a file has lain still for a while
    assert after == before


def test_a_part_without_a_frame_is_a_failure_and_nothing_is_committed(clip: Path, tmp_path: Path) -> None:
    weights, out = write_tiny_weights(tmp_path / "weights"), tmp_path / "shards"
    done = dougagen(
        "extract", clip, "--out", out, "--models", weights, "--device", "cpu", "--start", "100", code=1
    )
    assert "has no frame from 1:40.00 on; it is 0:01.00 long" in the_error(done)
    assert not out.exists()
    assert "has no frame from 0:00.05 to 0:00.06" in the_error(
        dougagen("probe", clip, "--start", "0.05", "--stop", "0.06", code=1)
    )


def test_two_episodes_of_one_file_name_stay_apart_in_report_and_figures(shards: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    dougagen("stats", shards, "--html", page)
    text = page.read_text().replace("\\u00b7", "·")
    for label in ("01.mkv · aaaaaaaa", "01.mkv · bbbbbbbb", "02.mkv"):
        assert label in text
    labels = json.loads(dougagen("stats", shards, "--json").stdout)["episode_labels"]
    assert labels == {A: "01.mkv · aaaaaaaa", B: "01.mkv · bbbbbbbb", C: "02.mkv"}


def test_stats_explains_the_thesis_and_says_where_to_look_next(shards: Path) -> None:
    done = dougagen("stats", shards)
    assert "200 douga drawn by hand (Kugler, TU Wien 2020)" in " ".join(done.stdout.split())
    assert re.search(r"next: dougagen \w+ .*shards", done.stderr.splitlines()[-1])


def test_stats_fits_a_screen_and_full_has_every_table(shards: Path) -> None:
    short, full = (dougagen("stats", shards, *words) for words in ([], ["--full"]))
    assert len(short.stdout.splitlines()) + len(short.stderr.splitlines()) < 40
    for word in ("holds", "twos", "resolutions", "cel coverage", "confidence", "3 shots", "shading fill"):
        assert word in short.stdout, word
    assert "--full shows all figures" in short.stderr.splitlines()[-1]
    for title in ("Hold lengths", "Cel coverage", "Douga classes", "Confidence", "Size"):
        assert title in full.stdout, title
    assert "--full" not in full.stderr


def test_repeats_are_left_out_by_their_own_option(clip: Path, tmp_path: Path) -> None:
    done = dougagen("extract", clip, "--out", tmp_path / "out", "--reject", "repeat", code=2)
    assert "--repeats drop" in the_error(done)


def test_weights_that_ship_are_named_by_a_word_and_others_are_refused(tmp_path: Path) -> None:
    from dougagen.networks import Task, default_models_folder, start_weights

    assert start_weights("shipped", Task.DOUGA) == default_models_folder() / "douga.safetensors"
    assert start_weights("cel", Task.DOUGA) == default_models_folder() / "cel.safetensors"
    assert start_weights("own/douga", Task.DOUGA) == Path("own/douga")
    done = dougagen(
        "train", "cel", "--steps", "1", "--studio", "--first-scenes", "1", "--workers", "1",
        "--from", "shiped", "--out", tmp_path, code=1,
    )  # fmt: skip
    assert "shipped, cel, douga" in the_error(done)


def test_pandas_reads_the_folder_of_shards_as_the_guide_says(shards: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="needs pandas: pip install '.[readers]'")
    assert len(pandas.read_parquet(shards / "data", columns=["record_id"])) == 5


def test_remove_says_what_would_go_removes_it_and_mends_the_others(shards: Path) -> None:
    before = everything(shards)
    assert "means 2 episodes" in the_error(dougagen("remove", shards, "02.mkv", "01.mkv", code=2))
    assert "no episode has the id or the name" in the_error(dougagen("remove", shards, "03.mkv", code=2))
    dry = json.loads(dougagen("remove", shards, "aaaa", "--dry-run", "--json").stdout)
    assert [(one["episode_id"], one["repeated_by"]) for one in dry["removed"]] == [(A, 1)]
    assert everything(shards) == before
    done = dougagen("remove", shards, "aaaa", "02.mkv", "--json")
    assert {one["episode_id"] for one in json.loads(done.stdout)["removed"]} == {A, C}
    assert shown(shards) == {f"{B}/0": "", f"{B}/10": ""}
    assert "0 problems" in dougagen("verify", shards).stderr


def test_merge_joins_names_what_differs_and_carries_on(shards: Path, tmp_path: Path) -> None:
    other, out = tmp_path / "other", tmp_path / "all"
    put(other, A, [0, 1], "mark", source="01.mkv")
    put(other, C, [3, 4], "mark", source="02.mkv")
    put(other, "d" * 16, [0], "mark", source="03.mkv")
    done = dougagen("merge", shards, other, "--out", out, "--json", code=1)
    report = json.loads(done.stdout)
    assert (report["taken"], report["already_there"]) == ([A, B, C, "d" * 16], [A])
    assert "is in the dataset under other options" in the_error(done)
    assert shown(out)[f"{'d' * 16}/0"] == f"{A}/0"
    redone = dougagen("merge", shards, other, "--out", out, "--on-existing", "redo", "--hard-links")
    assert "1 replaced, 4 already there" in redone.stderr
    assert "0 problems" in dougagen("verify", out).stderr
    assert "no ledgers" in the_error(dougagen("merge", shards / "data", "--out", out, code=2))


def write_ntsc(path: Path) -> Path:
    """A second and a bit of 29.97 frames a second."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=Fraction(30000, 1001))
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for index in range(33):
            picture = np.full((64, 64, 3), 40 + 150 * (index // 11 % 2), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def test_probe_writes_what_other_programs_read(tmp_path: Path) -> None:
    episode = write_ntsc(tmp_path / "ntsc.mkv")
    places = {kind: tmp_path / f"out.{kind}" for kind in ("otio", "edl", "frames", "timecodes")}
    words = [word for kind, place in places.items() for word in (f"--{kind}", place)]
    done = dougagen("probe", episode, *words, "--csv", f"{tmp_path}/sheets/", "--json")
    shots = json.loads(done.stdout)["timesheet"]["shots"]
    starts = [exposure["start"] for shot in shots for exposure in shot["exposures"]]
    assert places["frames"].read_text().split() == [str(start) for start in starts]
    times = places["timecodes"].read_text().splitlines()[1:]
    assert [round(float(time) * 30 / 1001) for time in times] == starts
    edl = places["edl"].read_text()
    assert "FCM: DROP FRAME" in edl
    assert "00:00:01;03" in edl
    assert json.loads(places["otio"].read_text())["OTIO_SCHEMA"].startswith("Timeline")
    assert len(list((tmp_path / "sheets").glob("cut_*.csv"))) == len(shots)
    again = dougagen("probe", episode, "--edl", places["edl"], code=2)
    assert "--overwrite" in the_error(again)
    assert again.stdout == "", "before anything is decoded"
