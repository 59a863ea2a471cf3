"""``dougagen bench``, with real networks: what its table, its page and its JSON say is one and the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tiny_weights import write_tiny_weights

from dougagen.report.speed_page import speed_page
from dougagen.runs.bench import BenchReport

ROOT = Path(__file__).resolve().parents[2]
PARTS = ["cel network", "color cut", "douga network", "refinement", "shot and plate"]


def test_the_seconds_of_the_networks_are_taken_apart_on_the_page_and_in_json(
    tmp_path: Path, tiny: Any
) -> None:
    clip = tiny.write_tiny_clip(tmp_path / "clip.mkv", 3, frames=12)
    words = ["bench", clip, "--models", write_tiny_weights(tmp_path / "weights"), "--device", "cpu", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "dougagen", *map(str, words), "--html", str(tmp_path / "speed.html")],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert list(report["network_parts"]) == PARTS
    whole = report["stages"]["networks"]["seconds"]
    assert sum(report["network_parts"].values()) == pytest.approx(whole)
    page = (tmp_path / "speed.html").read_text()
    assert all(f"<td>– {part}</td>" in page for part in PARTS)
    assert f"{report['together']['seconds']:.2f} s" in page
    assert "<script" not in page
    assert "speed.html': the page with these figures" in done.stderr


def test_a_name_of_a_file_is_no_markup_on_the_page() -> None:
    stages = {"decode": 1.0, "networks": 3.0}
    report = BenchReport("<b>x</b>.mkv", 96, 64, 24, 12, stages, 3.5, "cpu")
    page = speed_page(report.to_table(), report.sentence, stages=stages, together=3.5, note=report.machine)
    assert "<b>" not in page
    assert "&lt;b&gt;x&lt;/b&gt;.mkv: 24 frames, 12 drawings" in page
    assert "Networks limits this machine" in page
