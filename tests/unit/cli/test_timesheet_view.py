"""The timesheet on a terminal: words and columns that an animator reads at a glance."""

from __future__ import annotations

import io
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from rich.console import Console

from dougagen.cli import timesheet_view as view
from dougagen.domain import Drawing, FrameSpan, Measure, TurnedMove
from dougagen.footage import Timesheet


def drawing(shot: int, index: int, *spans: tuple[int, int], moving: float = 0.0) -> Drawing:
    return Drawing(
        "0" * 16,
        shot,
        tuple(FrameSpan(*span) for span in spans),
        np.zeros((2, 2, 3), np.uint8),
        index,
        time=Fraction(spans[0][0], 24),
        measures=(Measure("moving", moving),),
    )


SHEET = Timesheet.of(
    [
        drawing(0, 0, (0, 2), (4, 6)),
        drawing(0, 1, (2, 4)),
        drawing(0, 2, (6, 30)),
        drawing(1, 3, (30, 33), moving=1.0),
        drawing(1, 4, (33, 36), moving=1.0),
        drawing(1, 5, (36, 39), moving=1.0),
    ],
    frame_rate=Fraction(24),
)


def printed(*parts: object, width: int = 100) -> list[str]:
    console = Console(width=width, record=True, file=None, quiet=False, highlight=False)
    with console.capture() as captured:
        for part in parts:
            console.print(part, soft_wrap=True)
    return [line.rstrip() for line in captured.get().splitlines()]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0:00.00"), (Fraction(125, 2), "1:02.50"), (3599.999, "1:00:00.00"), (None, "–")],
)
def test_a_time_is_minutes_and_seconds(seconds, words) -> None:
    assert view.clock(seconds) == words


def test_a_length_is_seconds_and_frames_as_on_a_sheet() -> None:
    assert view.length(45, second=24) == "1+21"
    assert view.frames_a_second(Fraction(24000, 1001)) == 24
    assert view.frames_a_second(Fraction(1, 1000)) == 24


def test_a_line_says_what_a_shot_is_on_and_which_drawings_follow() -> None:
    head, first, second = printed(view.shot_table(SHEET.shots, second=24, whole=True))
    assert head.split()[:5] == ["cut", "time", "frame", "length", "drawings"]
    assert first.split() == [
        "1",
        "0:00.00",
        "0",
        "1+06",
        "3",
        "twos",
        "still",
        "1–2",
        "×2,",
        "1",
        "×2,",
        "3",
        "×24",
    ]
    assert second.split() == ["2", "0:01.25", "30", "0+09", "3", "threes", "moves", "1–3", "×3"]


def test_a_long_list_of_exposures_is_cut_at_the_margin_when_there_are_many_shots() -> None:
    mixed = Timesheet.of(drawing(0, i, (i * (i + 1), (i + 1) * (i + 2))) for i in range(60))
    lines = printed(view.shot_table(mixed.shots, second=24, whole=False), width=100)
    assert len(lines) == 2
    whole = printed(view.shot_table(mixed.shots, second=24, whole=True), width=100)
    assert len(whole) > 5
    assert "60 ×120" in whole[-1]


def test_the_sheet_has_a_row_a_frame_and_a_column_a_second() -> None:
    lines = printed(*view.sheet(SHEET.shots, second=24, width=100))
    assert lines[0].split() == ["cut", "1", "2"]
    assert lines[1].split() == ["0″", "1″", "0″"]
    rows = [line.split() for line in lines[2:26]]
    assert [row[0] for row in rows] == [str(n) for n in range(1, 25)]
    assert [row[1] for row in rows] == ["1", "│", "2", "│", "1", "│", "3", *["│"] * 17]
    assert [row[2] for row in rows[:7]] == ["│"] * 6 + ["━━"]
    assert [row[3] for row in rows[:6]] == ["1", "│", "│", "2", "│", "│"]


def test_a_sheet_that_is_too_wide_goes_on_below() -> None:
    long = Timesheet.of([drawing(0, 0, (0, 240))])
    lines = printed(*view.sheet(long.shots, second=24, width=35))
    assert all(len(line) <= 35 for line in lines)
    assert len([line for line in lines if line.startswith("cut")]) == 2


def test_a_line_says_what_the_camera_does_where_it_moves():
    moves = tuple(TurnedMove(0, frame, -3.0 * (frame - 30), 0.0, 1.0) for frame in range(30, 39))
    still, panned = (drawing(0, 0, (0, 30)), replace(drawing(1, 1, (30, 39)), layer_moves=moves))
    console = Console(width=80, file=io.StringIO())
    console.print(view.moves_table(Timesheet.of([still, panned]).shots))
    assert console.file.getvalue().split("\n")[1].strip() == "2  camera pans 24 px right"
    assert len(console.file.getvalue().strip().split("\n")) == 2
