"""What strangers wrote is shown, and drives no terminal."""

from __future__ import annotations

import io
import json
import logging
import pickle
import re
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from rich.panel import Panel
from rich.text import Text
from terminals import HOSTILE, HOSTILE_TEXT, drives_terminal

from dougagen.cli import console
from dougagen.cli.console import GuardedConsole, JournalHandler, Level, show_json, show_tables
from dougagen.domain import CelMask, Douga, Table, Triplet
from dougagen.domain.png import png_chunk
from dougagen.errors import DougagenError, EpisodeError, ShardError, WeightsError, printable, quoted
from dougagen.labels.export import export_label

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def shown(monkeypatch) -> io.StringIO:
    """What a terminal is sent."""
    written = io.StringIO()
    for name in ("out", "err"):
        monkeypatch.setattr(console, name, GuardedConsole(file=written, force_terminal=True, width=100))
    return written


def sent(written: io.StringIO) -> bytes:
    return written.getvalue().encode("utf-8", "surrogateescape")


@pytest.mark.parametrize("words", [HOSTILE, HOSTILE_TEXT, "\udcff\ud800", "\u200b\ufeff\u00ad", "\x00\x9f"])
def test_what_is_printable_stays_and_the_rest_is_escaped_once(words: str) -> None:
    once = printable(words)
    assert once.isprintable()
    assert printable(once) == once
    assert once.encode("ascii", "replace").decode().count("\\") >= len(
        {c for c in words if not c.isprintable()}
    )


def test_titles_of_the_world_stay_as_they_are() -> None:
    for title in ("夜\u3000第一話.mkv", "Ünïcødé — ½", "עברית", "👩 é"):
        assert printable(title) == title


@pytest.mark.parametrize("kind", [DougagenError, EpisodeError, ShardError, WeightsError])
def test_an_error_is_one_printable_line_for_whoever_logs_it(kind, tmp_path: Path) -> None:
    error = kind(HOSTILE_TEXT, where=tmp_path / HOSTILE, remedy=HOSTILE_TEXT)
    for said in (str(error), error.what, error.remedy):
        assert said.isprintable()
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert again.what == error.what


def test_an_error_quotes_no_megabytes() -> None:
    assert len(str(ShardError("x" * 10**7))) < 3000


def test_the_log_holds_a_line_a_message(shown, tmp_path: Path, monkeypatch) -> None:
    journal = console.Journal()
    monkeypatch.setattr(console, "journal", journal)
    journal.open(quiet=False, log_file=tmp_path / "log")
    journal.write(HOSTILE_TEXT, Level.WARNING)
    record = logging.LogRecord("dougagen", logging.ERROR, "", 0, "of %s", (HOSTILE_TEXT,), None)
    JournalHandler().emit(record)
    lines = (tmp_path / "log").read_text("utf-8").split("\n")
    assert len(lines) == 3
    assert all(line.isprintable() for line in lines)
    assert drives_terminal(sent(shown)) == []


def test_tables_show_the_words_of_strangers_and_stay_tables(shown) -> None:
    show_tables([Table(HOSTILE, ("flag", HOSTILE), ((HOSTILE_TEXT, "1"), ("[red]dark", "2")))])
    assert drives_terminal(sent(shown)) == []
    assert "\\x1b]0;owned\\x07" in shown.getvalue()
    assert "[red]dark" in shown.getvalue()


def test_whatever_is_printed_goes_through_the_guard(shown) -> None:
    console.out.print(Text(HOSTILE), Panel(HOSTILE_TEXT), HOSTILE)
    with console.Watch(unit="frames") as watch:
        watch.begin(HOSTILE_TEXT, 3)
        watch.move(1, 3, HOSTILE_TEXT)
    assert drives_terminal(sent(shown)) == []


def test_colours_of_our_own_pass_the_guard(shown) -> None:
    console.out.print(Text("error", style="bold red"))
    assert "\x1b[1;31merror" in shown.getvalue()


@pytest.mark.parametrize("words", [HOSTILE_TEXT, "夜", "\U000e0001tag", "\udcff", "\U0010ffff"])
def test_a_report_as_json_reads_back_as_it_was(words: str, capsys) -> None:
    show_json({words: [words]})
    written = capsys.readouterr().out
    assert json.loads(written) == {words: [words]}
    assert drives_terminal(written.encode("utf-8")) == []
    assert ("夜" in written) == ("夜" in words)


def test_a_traceback_is_shown_without_what_would_drive_the_terminal(capsys) -> None:
    try:
        raise ValueError(HOSTILE_TEXT)
    except ValueError:
        console.show_traceback()
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "owned" in said
    assert drives_terminal(said.encode("utf-8")) == []


def test_names_are_quoted_on_one_line() -> None:
    assert quoted(HOSTILE) == f"'{printable(HOSTILE)}'"


def test_without_a_terminal_a_line_says_what_is_worked_on_and_what_is_left(capsys, monkeypatch) -> None:
    monkeypatch.setattr(console, "FIRST_LOG_LINE_SECONDS", 0.0)
    with console.Watch(unit="frames") as watch:
        watch.begin("a.mkv", 139)
        watch.move(45, 139, "14 drawings", stage="networks", left=12.4)
    line = capsys.readouterr().err
    assert re.search(r"a\.mkv: 45 of 139 frames, networks, [\d.]+ frames/s, 12 s left, 14 drawings\n", line)
    with console.Watch(unit="frames") as watch:
        watch.begin("a.mkv", None)
        watch.move(0, None, "0 drawings", stage="decoding")
    assert "a.mkv: 0 frames, decoding, 0.0 frames/s, 0 drawings" in capsys.readouterr().err


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_bar_keeps_to_the_width_of_its_terminal(width: int, monkeypatch) -> None:
    written = io.StringIO()
    terminal = console.GuardedConsole(file=written, force_terminal=True, width=width, color_system=None)
    monkeypatch.setattr(console, "err", terminal)
    with console.Watch(unit="frames") as watch:
        watch.doing("loading the networks")
        watch.begin("[1/2] a long name of an episode - 07 [1080p].mkv", 34_000)
        watch.move(4_500, 34_000, "140 drawings", stage="networks", left=3_723.0)
        watch.begin("[2/2] b.mkv", 139)
        watch.move(45, 139, "14 drawings", stage="committing", left=0.0)
    lines = re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "\n", written.getvalue()))
    assert max(map(len, lines)) <= width
    shown = "\n".join(lines)
    assert "4500/34000" in shown
    assert ("networks " in shown) == (width >= 50)
    assert "1:02:0" in shown


def test_libraries_in_c_do_not_speak_on_standard_error(tmp_path: Path) -> None:
    """libpng says "IDAT: Too much image data" there, past Python and past the log."""
    corners = np.full((16, 16, 3), 255, np.uint8)
    (tmp_path / "in").mkdir()
    triplet = Triplet(corners, CelMask(corners[..., 0] > 0), Douga(np.zeros((16, 16), np.uint8)))
    export_label(triplet, tmp_path / "in", "s")
    path = tmp_path / "in" / "s_color.png"
    head, lines = path.read_bytes()[:33], zlib.compress(bytes(2 * 16 * (1 + 3 * 16)))
    path.write_bytes(head + png_chunk(b"IDAT", lines) + png_chunk(b"IEND", b""))
    words = ["label", "import", str(tmp_path / "in"), "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-m", "dougagen", *words], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.stderr.splitlines()
    assert all(line.startswith("20") for line in done.stderr.splitlines()), done.stderr
