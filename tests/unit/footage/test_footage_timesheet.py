"""The timesheet and the truth files."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dougagen.domain import Drawing, FrameSpan
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
    assert known["shots"][1]["exposures"] == [{"drawing": 1, "start": 2, "stop": 5, "rate": "threes"}]


@pytest.mark.parametrize("truth", [Truth(5, (0, 2)), Truth(9, (0, 3, 6), (0, 6))])
def test_a_truth_is_read_as_it_was_written(truth, tmp_path):
    path = tmp_path / "clip.json"
    path.write_text(json.dumps(truth.to_dict() | {"camera": "still"}))
    assert read_truth(path) == truth


@pytest.mark.parametrize(
    "text",
    ["no json", "[]", '{"frames": 5}', '{"frames": 5, "starts": [0, 9]}', '{"frames": 5, "starts": [2, 0]}'],
)
def test_a_truth_that_cannot_be_is_refused_in_one_line(text, tmp_path):
    path = tmp_path / "clip.json"
    path.write_text(text)
    with pytest.raises(EpisodeError) as caught:
        read_truth(path)
    assert "\n" not in str(caught.value)
    assert caught.value.remedy
