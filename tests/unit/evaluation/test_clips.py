"""The timing of clips against the truth beside them, on a clip that is coded here."""

import json
from fractions import Fraction

import numpy as np
import pytest

from dougagen.errors import DougagenError, EpisodeError, UsageError
from dougagen.evaluation.clips import ClipScore, clips_with_truth, score_clip
from dougagen.evaluation.tables import timing_table
from dougagen.studio.delivery.clips import write_clip

SHEET = "AABBBCAAAADD"
STARTS = [0, 2, 5, 6, 10]


def frames(sheet):
    """A bright box on a dark ground, at another place for each letter."""
    for letter in sheet:
        picture = np.full((96, 160, 3), 40, np.uint8)
        left = 16 + 32 * (ord(letter) - ord("A"))
        picture[32:64, left : left + 24] = 220
        yield picture


def clip_at(folder, sheet=SHEET, *, count=None, starts=STARTS):
    path = folder / "clip.mkv"
    write_clip(path, frames(sheet), frame_rate=Fraction(24))
    path.with_suffix(".json").write_text(json.dumps({"frames": count or len(sheet), "starts": starts}))
    return path


def test_a_clip_whose_drawings_jump_is_timed_without_fault(tmp_path):
    score = score_clip(clip_at(tmp_path))
    assert (score.name, score.frames, score.timing.f1) == ("clip.mkv", 12, 1.0)
    assert score.missed == score.false == ()


def test_what_was_missed_and_what_is_false_is_named_by_frame(tmp_path):
    score = score_clip(clip_at(tmp_path, starts=[0, 2, 4, 6, 10]))
    assert (score.missed, score.false) == ((4,), (5,))
    assert score.timing.f1 == 0.75


def test_a_truth_of_another_clip_is_refused(tmp_path):
    with pytest.raises(EpisodeError, match="12 frames, its truth 13"):
        score_clip(clip_at(tmp_path, count=13))


def test_a_clip_without_its_truth_is_an_error_in_one_line(tmp_path):
    path = clip_at(tmp_path)
    path.with_suffix(".json").unlink()
    with pytest.raises(DougagenError, match="truth"):
        score_clip(path)


def test_only_clips_with_a_truth_are_listed(tmp_path):
    path = clip_at(tmp_path)
    (tmp_path / "other.mkv").write_bytes(b"")
    assert clips_with_truth(tmp_path) == [path]
    path.with_suffix(".json").unlink()
    with pytest.raises(UsageError, match="no clip with its truth"):
        clips_with_truth(tmp_path)


def test_timing_has_a_row_a_clip():
    table = timing_table([ClipScore.of("one.mkv", 9, [0, 3], [0, 3, 6])])
    assert table.rows == (("one.mkv", "9", "2", "1", "100.0 %", "50.0 %", "0.667"),)
