"""What passes before the lens begins nothing, what is drawn beside it does; a cut or a wipe is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.domain import Frame
from dougagen.footage.holds import HoldConfig, collapse_holds

Picture = NDArray[np.uint8]
WIDE = 420  # px of what passes; the picture has 320


@pytest.fixture
def grey(drawn, painted) -> Callable[..., Picture]:
    def picture(name: str, *, other: bool = False) -> Picture:
        scene = 255 - painted()[:, ::-1] // 2 if other else painted()
        return cv2.cvtColor(drawn(scene, name), cv2.COLOR_RGB2GRAY)

    return picture


def passed(pictures: Sequence[Picture], *, first: int, pace: int, from_right: bool) -> list[Picture]:
    """A dark wall with posts passes from frame ``first`` on, ``pace`` px a frame."""
    wall = np.full((pictures[0].shape[0], WIDE), 40, np.uint8)
    wall[:, ::37] = 120
    seen = []
    for index, picture in enumerate(pictures):
        front = (index - first + 1) * pace
        at = np.arange(picture.shape[1])
        at = (at[::-1] if from_right else at) + WIDE - front
        covered = (at >= 0) & (at < WIDE) & (front > 0)
        shown = picture.copy()
        shown[:, covered] = wall[:, at[covered]]
        seen.append(shown)
    return seen


def starts(pictures: Iterable[Picture], config: HoldConfig | None = None) -> list[tuple[int, int]]:
    """(shot, first frame) of each exposure."""
    frames = (Frame(index, index / 24, picture) for index, picture in enumerate(pictures))  # type: ignore[arg-type]
    holds = collapse_holds(frames, config=config or HoldConfig())
    return [(hold.shot_index, hold.span.start) for hold in holds]


@pytest.mark.parametrize("from_right", [False, True])
def test_what_passes_before_a_held_drawing_begins_nothing(from_right, grey):
    pictures = passed([grey("A")] * 40, first=8, pace=60, from_right=from_right)
    assert starts(pictures) == [(0, 0)]
    usual = HoldConfig()
    without = replace(usual, passers=replace(usual.passers, longest=0))
    assert len(starts(pictures, without)) > 1, "the clip must be one that needs it"


def test_a_drawing_that_begins_before_it_is_hidden_and_one_after_it_has_passed_are_found(grey):
    shown = [grey("A")] * 9 + [grey("B")] * 21 + [grey("C")] * 10
    assert starts(passed(shown, first=8, pace=40, from_right=True)) == [(0, 0), (0, 9), (0, 30)]


def test_what_passes_before_a_camera_that_pans_begins_nothing(painted):
    scene = cv2.cvtColor(painted(440, 180), cv2.COLOR_RGB2GRAY)
    panned = [np.ascontiguousarray(scene[:, 3 * index : 3 * index + 320]) for index in range(40)]
    assert starts(passed(panned, first=14, pace=60, from_right=True)) == [(0, 0)]
    usual = HoldConfig()
    without = replace(usual, passers=replace(usual.passers, longest=0))
    assert len(starts(passed(panned, first=14, pace=60, from_right=True), without)) > 1


def test_a_drawing_that_is_redrawn_behind_what_passes_does_not_hide_that_it_has_passed(grey):
    shown = [grey("A")] * 12 + [grey("B")] * 28
    found = starts(passed(shown, first=8, pace=60, from_right=True))
    assert found[0] == (0, 0)
    assert {shot for shot, _ in found} == {0}
    assert len(found) <= 2, "B begins at most once, and nothing else does"


def test_a_wipe_to_another_shot_is_no_passer_by(grey):
    a, b = grey("A"), grey("B", other=True)
    shown = [a] * 8
    for front in range(60, 360, 60):
        wiped = a.copy()
        wiped[:, :front] = b[:, :front]
        shown.append(wiped)
    assert len(starts([*shown, *[b] * 8])) > 1


def test_a_cut_away_and_back_is_cut_twice(grey):
    a, b = grey("A"), grey("B", other=True)
    assert starts([a] * 8 + [b] * 12 + [a] * 8) == [(0, 0), (1, 8), (2, 20)]


def test_a_fault_of_the_coding_in_two_blocks_begins_no_drawing(grey):
    a = grey("A")
    broken = a.copy()
    broken[80, :8] = 255 - broken[80, :8]
    assert starts([a, a, broken, a, broken, broken, a, a]) == [(0, 0)]


@pytest.mark.parametrize(("pace", "passing"), [(0, 32), (3, 60)])
def test_what_passes_is_not_taken_for_the_camera_that_stands_or_pans_behind_it(pace, passing, painted):
    scene = cv2.cvtColor(painted(440, 180), cv2.COLOR_RGB2GRAY)
    panned = [np.ascontiguousarray(scene[:, pace * index : pace * index + 320]) for index in range(40)]
    pictures = passed(panned, first=14, pace=passing, from_right=True)
    frames = (Frame(index, index / 24, picture) for index, picture in enumerate(pictures))
    moves = [move for hold in collapse_holds(frames, config=HoldConfig()) for move in hold.layer_moves]
    if pace:
        assert {move.layer for move in moves} == {0}
    assert all(abs(move.x + pace * move.frame_index) < 4 and abs(move.y) < 6 for move in moves)
