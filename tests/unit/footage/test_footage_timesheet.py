"""The timesheet and the truth files."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from dougagen.domain import Drawing, FrameSpan, TurnedMove
from dougagen.errors import EpisodeError
from dougagen.footage import Timesheet, Truth, read_truth


def drawing(shot: int, index: int, *spans: tuple[int, int]) -> Drawing:
    image = np.zeros((2, 2, 3), np.uint8)
    return Drawing("0" * 16, shot, tuple(FrameSpan(*span) for span in spans), image, index)


def test_a_timesheet_lists_exposures_in_order_with_their_rate():
    sheet = Timesheet.of([drawing(0, 0, (0, 2), (5, 6)), drawing(0, 1, (2, 5)), drawing(1, 2, (6, 30))])
    assert sheet.starts == (0, 2, 5, 6)
    assert sheet.shot_starts == (0, 6)
    assert [line.rate for line in sheet.exposures] == ["twos", "threes", "ones", "longer"]
    assert sheet.rates() == {"ones": 1, "twos": 1, "threes": 1, "longer": 1}


def test_a_timesheet_goes_to_json_by_shot():
    sheet = Timesheet.of([drawing(0, 0, (0, 2)), drawing(1, 1, (2, 5))])
    known = json.loads(json.dumps(sheet.to_dict()))
    assert [(shot["start"], shot["stop"]) for shot in known["shots"]] == [(0, 2), (2, 5)]
    assert known["shots"][1]["exposures"] == [
        {"drawing": 1, "number": 1, "start": 2, "stop": 5, "rate": "threes"}
    ]


def test_a_shot_numbers_its_drawings_from_one_and_says_its_exposures_in_short():
    sheet = Timesheet.of(
        [
            drawing(0, 0, (0, 9)),
            drawing(1, 1, (9, 11), (15, 17)),
            drawing(1, 2, (11, 13), (17, 19)),
            drawing(1, 3, (13, 15)),
            drawing(1, 4, (19, 40)),
        ]
    )
    held, talking = sheet.shots
    assert (held.numbers, held.drawings, held.rhythm) == ((1,), 1, "held")
    assert talking.numbers == (1, 2, 3, 1, 2, 4)
    assert talking.drawings == 4
    assert talking.rhythm == "twos"
    assert [(run.first, run.last, run.held) for run in talking.runs()] == [(1, 3, 2), (1, 2, 2), (4, 4, 21)]
    assert talking.span == FrameSpan(9, 40)


@pytest.mark.parametrize(
    ("lengths", "rhythm"),
    [
        ([3, 3, 3, 1], "threes"),
        ([1] * 9 + [2], "ones"),
        ([2, 2, 2, 3, 3, 2], "twos + threes"),
        ([2] * 8 + [12] + [2], "twos"),
        ([12, 4, 30, 1], "holds + fours"),
        ([1, 2, 3, 1, 2, 3, 1], "mixed"),
    ],
)
def test_the_rhythm_of_a_shot_is_what_its_exposures_are_mostly_on(lengths, rhythm):
    edges = np.cumsum([0, *lengths]).tolist()
    sheet = Timesheet.of(drawing(0, i, span) for i, span in enumerate(itertools.pairwise(edges)))
    assert sheet.shots[0].rhythm == rhythm


def test_a_shot_begins_at_the_time_of_its_first_frame_whichever_frame_stands_for_the_drawing():
    first = drawing(0, 0, (0, 24))
    later = Drawing("0" * 16, 1, (FrameSpan(24, 30),), first.image, 1, frame_index=27, time=Fraction(27, 24))
    sheet = Timesheet.of([first, later], frame_rate=Fraction(24))
    assert [shot.time for shot in sheet.shots] == [0, 1]


@pytest.mark.parametrize("truth", [Truth(5, (0, 2)), Truth(9, (0, 3, 6), (0, 6))])
def test_a_truth_is_read_as_it_was_written(truth, tmp_path):
    path = tmp_path / "clip.json"
    path.write_text(json.dumps(truth.to_dict() | {"camera": "still"}))
    assert read_truth(path) == truth


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        '{"frames": 5}',
        '{"frames": 5, "starts": [0, 9]}',
        '{"frames": 5, "starts": [2, 0]}',
        '{"frames": 1e999, "starts": [0]}',
        "[" * 100_000,
    ],
)
def test_a_truth_that_cannot_be_is_refused_in_one_line(text, tmp_path):
    path = tmp_path / "clip.json"
    path.write_text(text)
    with pytest.raises(EpisodeError) as caught:
        read_truth(path)
    assert "\n" not in str(caught.value)
    assert caught.value.remedy


def test_a_timesheet_shows_itself_in_a_line_and_as_a_table():
    sheet = Timesheet.of([drawing(0, 0, (0, 2), (5, 6)), drawing(0, 1, (2, 5)), drawing(1, 2, (6, 30))])
    assert repr(sheet) == "Timesheet(2 shots, 3 drawings, 4 exposures)"
    assert sheet.to_table().rows == (
        ("1", "–", "0", "6", "2", "twos + threes", "1 ×2, 2 ×3, 1 ×1"),
        ("2", "–", "6", "24", "1", "held", "1 ×24"),
    )
    assert "<td>1 ×2, 2 ×3, 1 ×1</td>" in sheet._repr_html_()


@pytest.mark.parametrize(("missing", "told"), [((), True), ((4, 5), False)])
def test_a_background_that_was_lost_for_some_frames_has_no_track(missing, told):
    # An effect hid the picture: the moves after it are counted from where nobody knows.
    moves = tuple(TurnedMove(0, frame, -4.0 * frame, 0.0, 1.0) for frame in range(12) if frame not in missing)
    sheet = Timesheet.of([replace(drawing(0, 0, (0, 12)), layer_moves=moves)])
    assert bool(sheet.layer_moves) == told
