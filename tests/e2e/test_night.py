"""What cron sees: the mail, the second start, the kill, the next night. The real command and networks."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from faults import FileEvents, cli, require_whole, rows_of
from waiting import ends, is_group_alive

LINE = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d [^\x00-\x1f\x7f]+")
NASTY = "夜 [red]\n\x1b[31m\u202e.mkv"


@pytest.fixture(scope="module")
def folder(tmp_path_factory, tiny) -> Path:
    """Two good episodes and a bad one with a name to match, all written an hour ago."""
    folder = tmp_path_factory.mktemp("episodes")
    for seed in (1, 2):
        tiny.write_tiny_clip(folder / f"{seed}.mkv", seed, frames=6)
    (folder / NASTY).write_bytes(b"\x1a\x45\xdf\xa3 no video")
    for path in folder.iterdir():
        os.utime(path, (time.time() - 3600,) * 2)
    return folder


@pytest.fixture(scope="module")
def night(folder, tmp_path_factory) -> tuple[Path, Path, subprocess.CompletedProcess[str]]:
    out, log = tmp_path_factory.mktemp("night") / "out", tmp_path_factory.mktemp("log") / "night.log"
    return out, log, cli("extract", folder, "--out", out, "--log-file", log, "--json")


def test_the_mail_is_plain_dated_lines_with_one_summary_at_the_end(night) -> None:
    done = night[2]
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert all(LINE.fullmatch(line) for line in lines), lines
    assert len([line for line in lines if " error: " in line]) == 1
    assert re.search(
        r"warning: done in \d+ s: 2 extracted, 0 already there, 1 failed; \d+ new records", lines[-1]
    )
    assert len([line for line in lines if " frames, " not in line or " drawings in " in line]) == 4


def test_the_report_is_json_and_names_files_as_they_are(night, folder) -> None:
    report = json.loads(night[2].stdout)
    assert [Path(failed["path"]).name for failed in report["failed"]] == [NASTY]
    assert sorted(extracted["source"] for extracted in report["extracted"]) == ["1.mkv", "2.mkv"]
    assert report["exit_code"] == 1


def test_the_log_file_holds_every_line_and_the_quiet_mail_only_what_matters(night, folder) -> None:
    out, log, done = night
    assert log.read_text() == done.stderr
    again = cli("extract", folder / "1.mkv", folder / "2.mkv", "--out", out, "--quiet", "--log-file", log)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert "0 extracted, 2 already there, 0 failed" in log.read_text()
    bad = cli("extract", folder, "--out", out, "--quiet")
    assert bad.returncode == 1
    assert [re.split(r"[ :]+", line, maxsplit=5)[4] for line in bad.stderr.splitlines()] == [
        "error",
        "warning",
    ]


def test_a_second_start_ends_at_once_and_a_kill_costs_nothing(night, folder, tmp_path) -> None:
    out = tmp_path / "out"
    for name in ("data", "episodes"):
        (out / name).mkdir(parents=True)
    words = [sys.executable, "-m", "dougagen", "extract", *map(str, sorted(folder.glob("?.mkv"))), "--out"]
    with FileEvents(out / "data") as events:
        first = subprocess.Popen([*words, str(out)], stderr=subprocess.DEVNULL, start_new_session=True)
        assert events.until(1, seconds=600) == 1
        os.killpg(first.pid, signal.SIGSTOP)
    second = subprocess.run([*words, str(out)], capture_output=True, text=True, timeout=600, check=False)
    assert second.returncode == 0, second.stderr
    assert len(second.stderr.splitlines()) == 1
    assert "nothing to do" in second.stderr
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert ends(lambda: is_group_alive(first.pid))  # a worker holds its lock to the last
    third = subprocess.run([*words, str(out)], capture_output=True, text=True, timeout=600, check=False)
    assert third.returncode == 0, third.stderr
    assert "an interrupted run" in third.stderr
    require_whole(out, rows_of(night[0]))
