"""``dougagen probe`` as one calls it: facts, shots, sheets, JSON, XDTS."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


def probe(*words: str | Path, check: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "dougagen", "probe", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env=os.environ | {"COLUMNS": "100"},
    )
    assert done.returncode == check, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def shown(first_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Path]:
    xdts = tmp_path_factory.mktemp("probe") / "sheet.xdts"
    done = probe(first_sample, "--stop", "2.5", "--xdts", xdts)
    assert "sheet.xdts" in done.stderr
    return done.stdout.splitlines(), xdts


def test_a_clip_is_shown_with_its_facts_its_shots_and_its_sheet(shown: tuple[list[str], Path]) -> None:
    lines, _ = shown
    text = "\n".join(lines)
    assert lines[0].startswith("01_dialogue_480p.mkv")
    assert "854×480" in text
    assert "threes" in text
    assert re.search(r"1–\d+ ×3", text)
    (head,) = [i for i, line in enumerate(lines) if line.startswith("cut  ") and "time" not in line]
    assert [line.split()[0] for line in lines[head + 2 : head + 26]] == [str(n) for n in range(1, 25)]
    assert all(len(line) <= 100 for line in lines)


def test_the_xdts_file_holds_the_shots_that_were_shown(shown: tuple[list[str], Path]) -> None:
    _, xdts = shown
    first, _, rest = xdts.read_text().partition("\n")
    assert first == "exchangeDigitalTimeSheet Save Data"
    tables = json.loads(rest)["timeTables"]
    assert [table["duration"] for table in tables] == [45, 15]
    frames = tables[0]["fields"][0]["tracks"][0]["frames"]
    assert [frame["frame"] for frame in frames] == list(range(0, 46, 3))


def test_a_timesheet_that_is_there_is_refused_before_anything_is_decoded(
    shown: tuple[list[str], Path], first_sample: Path
) -> None:
    _, xdts = shown
    before = xdts.read_bytes()
    done = probe(first_sample, "--xdts", xdts, check=2)
    assert "--overwrite" in done.stderr
    assert xdts.read_bytes() == before
    assert probe(first_sample, "--xdts", first_sample, "--overwrite", check=2).stdout == ""


def test_json_has_everything(first_sample: Path) -> None:
    report = json.loads(probe(first_sample, "--json").stdout)
    truth = json.loads(first_sample.with_suffix(".json").read_text())
    assert report["frames"] == truth["frames"]
    assert report["picture_area"] == {"x": 0, "y": 0, "width": 854, "height": 480}
    assert report["chapters"] == []
    shots = report["timesheet"]["shots"]
    assert [shot["start"] for shot in shots] == truth["shots"]
    assert shots[0]["rhythm"] == "threes"
    numbers = [line["number"] for line in shots[0]["exposures"]]
    assert sorted(set(numbers), key=numbers.index) == list(range(1, max(numbers) + 1)), (
        "in order of appearance"
    )
