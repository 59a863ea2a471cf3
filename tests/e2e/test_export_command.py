"""``dougagen export`` as people type it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from exported import FIRST, make_dataset, tree

ROOT = Path(__file__).resolve().parents[2]


def dougagen(*words: str | Path, check: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "dougagen", *map(str, words)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == check, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_dataset(tmp_path_factory.mktemp("export") / "shards")


def test_an_export_says_what_it_wrote_in_words_and_as_json(dataset: Path, tmp_path: Path) -> None:
    words = ("export", dataset, "--to", "webdataset", "--out", tmp_path / "out", "--lines", "32")
    done = dougagen(*words, "--split", "90/10", "--where", f"episode_id = '{FIRST}'", "--json")
    report = json.loads(done.stdout)
    assert report["drawings"] == {"train": 5, "val": 0}
    assert report["empty_parts"] == ["val"]
    assert report["bytes"] == (tmp_path / "out/train-000000.tar").stat().st_size
    assert "no drawing went to val" in done.stderr
    assert "5 drawings (5 in train) as webdataset: 1 file, " in done.stderr


def test_a_damaged_record_is_named_and_the_exit_code_is_one(tmp_path: Path) -> None:
    dataset = make_dataset(tmp_path / "shards")
    (shard,) = dataset.glob(f"data/train-{FIRST}-*.parquet")
    data = bytearray(shard.read_bytes())
    data[data.index(b"\x89PNG") + 60] ^= 255
    shard.write_bytes(data)
    done = dougagen("export", dataset, "--to", "folders", "--out", tmp_path / "out", check=1)
    (line,) = (line for line in done.stderr.splitlines() if "error: " in line)
    assert f"record '{FIRST}/0'" in line
    assert "7 drawings" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to", "folders", "--where", "cel_fraction > 7"], "no drawing matches"),
        (["--to", "folders", "--where", "glob('*') = 1"], "functions cannot be called"),
        (["--to", "painting"], "there is no format 'painting'"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_code_two(
    dataset: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    done = dougagen("export", dataset, *words, "--out", tmp_path / "out", check=2)
    (line,) = done.stderr.splitlines()
    assert said in line
    assert tree(tmp_path) == {}


@pytest.mark.parametrize(
    ("to", "files"),
    [("psd", 8), ("ora", 8), ("svg", 8), ("cels", 8 + 4 + 4)],  # a picture, a sheet, a README
)
def test_layered_formats_are_written_by_the_command(
    dataset: Path, tmp_path: Path, to: str, files: int
) -> None:
    done = dougagen("export", dataset, "--to", to, "--out", tmp_path / "out", "--json")
    report = json.loads(done.stdout)
    assert report["files"] == files
    written = [name for name in tree(tmp_path / "out") if not name.startswith(".")]
    assert len(written) == files


def test_psd_without_its_library_says_what_to_install(dataset: Path, tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['psd_tools'] = None\n"
        "from dougagen.cli import main\n"
        "sys.argv[0] = 'dougagen'; main()"
    )
    words = ["export", str(dataset), "--to", "psd", "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    (line,) = done.stderr.splitlines()
    assert (done.returncode, "pip install 'dougagen[export]'" in line) == (2, True)
    assert tree(tmp_path) == {}
