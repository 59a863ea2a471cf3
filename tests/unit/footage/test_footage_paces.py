"""Redrawn by parts of a pixel where all else is quiet: a drawing. What keeps its pace: a layer."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from dougagen.domain import Frame
from dougagen.footage.belief import carried_on, lasting
from dougagen.footage.change_config import ChangeConfig
from dougagen.footage.differences import AnalysisPlane
from dougagen.footage.following import Candidate, FollowingConfig, moves_between
from dougagen.footage.layer_votes import voted_shifts
from dougagen.footage.layers import Explained
from dougagen.footage.motion import STANDING, MotionConfig, Move, displaced
from dougagen.footage.pairs import compared
from dougagen.footage.seen import Seen
from dougagen.footage.strength import strength_at_edges, strength_of, strength_of_what_stands


@pytest.mark.parametrize(("noise", "is_drawn"), [(0.5, True), (6.0, False)])
def test_what_changes_at_edges_is_drawn_where_the_rest_is_quiet(noise: float, is_drawn: bool) -> None:
    bare = np.random.default_rng(0).uniform(0, noise, (120, 200)).astype(np.float32)
    bare[50:52, 80:83] = 17.0
    sharp = AnalysisPlane(np.tile(np.array([0, 200], np.uint8), (480, 400)))
    strength, least = strength_at_edges(bare, sharp, sharp, ChangeConfig())
    assert (strength > max(least, 1.0)) is is_drawn


@pytest.mark.parametrize(
    ("quiet", "changed", "is_drawn"), [(0.3, 90, True), (0.3, 15, False), (4.0, 90, False)]
)
def test_a_cel_that_stands_is_redrawn_where_some_of_it_changes_and_most_does_not(
    quiet: float, changed: int, is_drawn: bool
) -> None:
    bare = np.random.default_rng(0).uniform(0, quiet, (120, 200)).astype(np.float32)
    stands = np.zeros(bare.shape, np.bool_)
    stands[40:80, 80:120] = True  # 1,600 blocks
    bare[42:45, 80 : 80 + changed // 3] = 7.0
    sharp = AnalysisPlane(np.tile(np.array([0, 200], np.uint8), (480, 400)))
    told = strength_of_what_stands(bare, stands, sharp, sharp, ChangeConfig())
    assert told is not None
    assert (told[0] > max(told[1], 1.0)) is is_drawn
    stands[42:] = False
    assert strength_of_what_stands(bare, stands, sharp, sharp, ChangeConfig()) is None


def test_a_steady_pace_is_what_half_of_the_frames_agree_on() -> None:
    often = [(Move(-1.4 + 0.02 * frame, 0.0), Move(float(frame), 5.0)) for frame in range(7)]
    paces = voted_shifts(often, known=(), steady=True)
    assert [round(pace.dx, 1) for pace in paces] == [-1.3]
    assert voted_shifts(often[:4], known=(), steady=True) == []
    assert len(voted_shifts(often[:4], known=())) == 1


@pytest.mark.parametrize(("left", "is_drawn"), [(13.0, True), (6.0, False)])
def test_what_is_wider_than_the_strips_between_layers_is_drawn(left: float, is_drawn: bool) -> None:
    """A mouth at the rim of its cel, behind which the camera pans: twelve blocks, fewer than strips are."""
    levels, wide = np.zeros((2, 120, 200), np.float32)
    levels[60:63, 80:84] = 40.0
    wide[61, 81:83] = left
    borders = np.zeros(levels.shape, np.bool_)
    borders[50:75, 75:95] = True
    sharp = AnalysisPlane(np.tile(np.array([0, 200], np.uint8), (480, 400)))
    found = Explained(levels, (Move(2.0),), borders, wide)
    strength, least = strength_of(found, sharp, sharp, ChangeConfig())
    assert (strength > max(least, 1.0)) is is_drawn


def test_a_cel_that_stands_before_a_pan_stands_though_its_rim_is_pulled_along() -> None:
    """Windows of pixels at the rim hold some of either: the mean of all is a slow layer that nobody drew."""
    noise = np.random.default_rng(0).normal(0, 1, (2, 480, 648)).astype(np.float32)
    wide, cel = (np.clip(128 + 500 * cv2.GaussianBlur(n, (0, 0), 5), 0, 255).astype(np.uint8) for n in noise)
    then, now = wide[:, 2:642].copy(), wide[:, 4:644].copy()
    for picture in (then, now):
        picture[140:300, 200:340] = cel[140:300, 200:340]
    planes, changed = (AnalysisPlane(now), AnalysisPlane(then)), np.ones((120, 160), np.bool_)
    moves = [one.move for one in moves_between(*planes, changed, config=FollowingConfig())]
    assert moves[0].dx == pytest.approx(-2.0, abs=0.1)
    assert moves[1] == STANDING


@pytest.mark.parametrize(("pace", "all_along"), [(0.0, False), (1.0, True), (4.0, True)])
def test_a_soft_background_denies_a_camera_where_it_stands_and_not_where_it_goes_more_slowly(
    pace: float, all_along: bool
) -> None:
    noise = np.random.default_rng(0).normal(0, 1, (480, 640)).astype(np.float32)
    soft = np.clip(128 + 900 * cv2.GaussianBlur(noise, (0, 0), 16), 0, 255).astype(np.uint8)
    then, now = soft, displaced(soft, Move(pace), config=MotionConfig())
    for picture, left in ((then, 300), (now, 304)):
        cv2.circle(picture, (left, 240), 60, (20,), 3)
    pair = compared(Frame(1, 1 / 24, now), AnalysisPlane(now), AnalysisPlane(then), ChangeConfig())
    assert pair.takes_all_along(Move(4.0)) is all_along


@pytest.mark.parametrize(("level", "side", "repeats"), [(4, 8, True), (4, 80, False), (9, 8, False)])
def test_a_frame_repeats_though_a_mouth_is_coded_better_and_not_where_more_changed(
    level: int, side: int, repeats: bool
) -> None:
    """A texture that is coded anew hides in its own contrast; the face before it is flat."""
    noise = np.random.default_rng(0).normal(0, 1, (480, 640)).astype(np.float32)
    then = np.clip(128 + 60 * cv2.GaussianBlur(noise, (0, 0), 1), 5, 250).astype(np.uint8)
    then[100:300, 100:300] = 128
    now = then - np.uint8(2) + (np.indices(then.shape).sum(axis=0) % 2 * 4).astype(np.uint8)
    now[100:300, 100:300] = 128
    now[160 : 160 + side, 160 : 160 + side] += np.uint8(level)
    now[160 : 160 + side // 2, 160 : 160 + side] -= np.uint8(2 * level)
    pair = compared(Frame(1, 1 / 24, now), AnalysisPlane(now), AnalysisPlane(then), ChangeConfig())
    assert pair.stirred is not None
    assert pair.repeats is repeats


@pytest.mark.parametrize(("rim", "goes_on"), [(0.009, True), (0.08, False)])
def test_a_cel_that_slides_goes_on_though_a_few_points_at_its_rim_go_half_way_with_it(
    rim: float, goes_on: bool
) -> None:
    """A pace of 3⅓ px is 3, 3 and 4 in whole pixels. An arm of many points is no such rim."""
    then, now = np.full((2, 480, 640), 200, np.uint8)
    cv2.circle(then, (300, 240), 40, (20,), -1)
    cv2.circle(now, (296, 240), 40, (20,), -1)
    pair = compared(Frame(1, 1 / 24, now), AnalysisPlane(now), AnalysisPlane(then), ChangeConfig())
    slides, half_way = Move(-4.0), Move(-3.3, 0.6)
    pair._candidates = tuple(
        Candidate(move, share, changed, move)
        for move, share, changed in ((STANDING, 0.8, 0.2), (slides, 0.15, 0.6), (half_way, rim, 0.04))
    )
    moves = lasting(pair, [STANDING, Move(-3.0)], alone=0.3, config=ChangeConfig())
    assert (slides in moves) is goes_on


@pytest.mark.parametrize(("redrawn", "goes_on"), [(False, True), (True, False)])
def test_a_small_cel_that_slides_is_carried_on_over_repeats_and_a_limb_that_is_redrawn_is_not(
    redrawn: bool, goes_on: bool
) -> None:
    """Three points of a hundred follow either; the slide explains nearly all that changed."""
    noise = np.random.default_rng(0).normal(0, 1, (480, 640)).astype(np.float32)
    then = np.clip(128 + 300 * cv2.GaussianBlur(noise, (0, 0), 12), 30, 225).astype(np.uint8)
    now = then.copy()
    cv2.rectangle(then, (300, 200), (330, 260), (20,), -1)
    cv2.rectangle(now, (296, 200), (326, 260 + 40 * redrawn), (20,), -1)
    pair = compared(Frame(1, 1 / 24, now), AnalysisPlane(now), AnalysisPlane(then), ChangeConfig())
    for beside in (pair, beyond := replace(pair)):
        few = ((STANDING, 0.95), (Move(-4.0), 0.03))
        beside._candidates = tuple(Candidate(move, share, share, move) for move, share in few)
    seen = Seen(ChangeConfig())
    seen.followed, seen.repeats = (STANDING, Move(-4.1)), 1
    assert carried_on(pair, seen, beyond, ChangeConfig()) == ([Move(-4.0)] if goes_on else [])
