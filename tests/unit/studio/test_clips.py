"""Clips: the truth is what the layers do, exact to the frame."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dougagen.studio.clip import ShotPlan, shoot
from dougagen.studio.storyboards import STORYBOARDS, Storyboard, shoot_storyboard
from dougagen.studio.timing import drawing_numbers

SIZE = {"height": 96, "width": 170}


def starts(*plans: ShotPlan) -> list[int]:
    return [i for i, frame in enumerate(shoot(plans, **SIZE)) if frame.begins_drawing]


@pytest.mark.parametrize(
    ("rate", "numbers"),
    [
        ("ones", (0, 1, 2, 3, 4, 5)),
        ("twos", (0, 0, 1, 1, 2, 2)),
        ("threes", (0, 0, 0, 1, 1, 1)),
        ("held", (0,) * 6),
    ],
)
def test_a_rate_says_how_long_each_drawing_is_held(rate: str, numbers: tuple[int, ...]) -> None:
    assert drawing_numbers(np.random.default_rng(0), frames=6, rate=rate) == numbers  # type: ignore[arg-type]


def test_a_movement_on_threes_begins_a_drawing_every_third_frame() -> None:
    assert starts(ShotPlan(seed=1, frames=9, rate="threes")) == [0, 3, 6]


def test_a_held_shot_is_one_drawing() -> None:
    assert starts(ShotPlan(seed=1, frames=7, rate="held")) == [0]


def test_a_panning_background_begins_no_drawing_but_changes_every_frame() -> None:
    plan = ShotPlan(seed=2, frames=6, rate="threes", camera="background pans", speed=40.0)
    frames = list(shoot([plan], **SIZE))
    assert [f.begins_drawing for f in frames] == [True, False, False, True, False, False]
    assert not np.array_equal(frames[0].triplet.color, frames[1].triplet.color)
    assert np.array_equal(frames[0].triplet.douga.classes, frames[1].triplet.douga.classes)


def test_a_sliding_cel_begins_no_drawing_and_its_truth_slides_with_it() -> None:
    plan = ShotPlan(seed=2, frames=4, rate="held", camera="cel slides", speed=45.0, size=0.3)
    frames = list(shoot([plan], **SIZE))
    assert [f.begins_drawing for f in frames] == [True, False, False, False]
    first, second = (f.triplet.cel_mask.pixels for f in frames[:2])
    assert np.array_equal(first[:, 4:], second[:, :-4])


def test_a_shot_without_a_cel_is_one_drawing_of_an_empty_mask() -> None:
    frames = list(shoot([ShotPlan(seed=3, frames=4, action="no cel", camera="pan", speed=30.0)], **SIZE))
    assert [f.begins_drawing for f in frames] == [True, False, False, False]
    assert not any(f.triplet.cel_mask.pixels.any() for f in frames)


def test_a_cut_begins_a_shot_and_a_drawing() -> None:
    plan = ShotPlan(seed=4, frames=3, rate="held")
    frames = list(shoot([plan, replace(plan, seed=5)], **SIZE))
    assert [f.begins_shot for f in frames] == [True, False, False] * 2
    assert [f.begins_drawing for f in frames] == [True, False, False] * 2


@pytest.mark.parametrize("action", ["moves", "talks", "blinks"])
def test_the_truth_of_timing_is_the_comparison_of_uncompressed_pictures(action: str) -> None:
    plan = ShotPlan(seed=6, frames=12, action=action, rate="twos", size=0.6)  # type: ignore[arg-type]
    frames = list(shoot([plan], **SIZE))
    for before, after in itertools.pairwise(frames):
        changed = not np.array_equal(before.triplet.color, after.triplet.color)
        assert changed == after.begins_drawing


def test_only_the_mouth_moves_when_somebody_talks() -> None:
    plan = ShotPlan(seed=7, frames=8, action="talks", rate="twos", size=0.5)
    frames = list(shoot([plan], **SIZE))
    changed = np.any([f.triplet.color != frames[0].triplet.color for f in frames], axis=0).any(axis=-1)
    assert 0 < changed.mean() < 0.03


def test_a_storyboard_leaves_a_clip_with_its_truth_beside_it(tmp_path: Path) -> None:
    board = Storyboard(
        "short", (ShotPlan(seed=1, frames=4, rate="twos"), ShotPlan(seed=2, frames=3, rate="held"))
    )
    path = shoot_storyboard(board, tmp_path, lines=96, with_pictures=True)
    assert json.loads((tmp_path / "short.json").read_text()) == {
        "frames": 7,
        "starts": [0, 2, 4],
        "shots": [0, 4],
    }
    assert path.stat().st_size > 0
    assert len(list((tmp_path / "short.truth").glob("*_douga.png"))) == 3


def test_the_samples_are_planned_as_the_readme_says() -> None:
    assert STORYBOARDS["dialogue"].frames / (24000 / 1001) <= 6
