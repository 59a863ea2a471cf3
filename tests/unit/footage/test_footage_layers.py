"""Layers that move against each other: what begins a drawing there, and what only comes into sight."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.domain import Frame
from dougagen.footage import HoldConfig, changes
from dougagen.footage.differences import AnalysisPlane, block_levels, residual
from dougagen.footage.following import FollowingConfig, moves_between
from dougagen.footage.holds import collapse_holds
from dougagen.footage.layers import BorderMemory, LayersConfig, explain
from dougagen.footage.motion import MotionConfig, Move, displaced, residual_after

Picture = NDArray[np.uint8]
MOTION = MotionConfig()


def starts(pictures: Iterable[Picture]) -> list[int]:
    """The first frames of the exposures among RGB pictures that no codec touched."""
    frames = (
        Frame(index, index / 24, cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))  # type: ignore[arg-type]
        for index, picture in enumerate(pictures)
    )
    return [hold.span.start for hold in collapse_holds(frames, config=HoldConfig())]


@pytest.mark.parametrize("speed", [1, 2])
def test_a_mouth_that_opens_before_a_sliding_background_is_a_new_drawing(speed, drawn, painted):
    wide, mouths = painted(480, 240), "ccccccooocccooo"
    scenes = (
        drawn(wide[:, speed * t : speed * t + 320], "A", mouth="open" if mouth == "o" else "closed")
        for t, mouth in enumerate(mouths)
    )
    pictures = (cv2.resize(scene, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC) for scene in scenes)
    assert starts(pictures) == [0, 6, 9, 12]


def test_a_bar_that_comes_out_from_behind_a_smooth_cel_begins_no_drawing(drawn):
    """Nothing shows the edge of the layers there before the bar does."""

    def pictures() -> Iterator[Picture]:
        for t in range(16):
            scene = np.full((240, 320, 3), 190, np.uint8)
            for bar in range(-2, 6):
                cv2.rectangle(scene, (90 * bar + 4 * t, 0), (90 * bar + 22 + 4 * t, 240), (90, 90, 90), -1)
            yield drawn(scene, "A")

    assert starts(pictures()) == [0]


def turning(picture: Picture, degrees: Iterable[float]) -> Iterator[Picture]:
    """A box with grooves and buttons that turns about its middle before ``picture``, which stands."""
    panel = np.full((240, 320, 3), 150, np.uint8)
    for row in range(70, 170, 11):
        cv2.line(panel, (90, row), (230, row), (90, 80, 90), 1, cv2.LINE_AA)
    for column in range(100, 230, 21):
        cv2.circle(panel, (column, 75 + column % 80), 5, (60, 60, 200), -1, cv2.LINE_AA)
    mask = np.zeros((240, 320), np.uint8)
    cv2.rectangle(mask, (85, 65), (235, 175), 255.0, -1)
    for angle in degrees:
        turned = cv2.getRotationMatrix2D((160, 120), angle, 1.0)
        shown = cv2.warpAffine(mask, turned, (320, 240))[..., np.newaxis] / 255
        filmed = picture * (1 - shown) + cv2.warpAffine(panel, turned, (320, 240)) * shown
        yield cv2.GaussianBlur(np.rint(filmed).astype(np.uint8), (0, 0), 0.6)


def test_a_stiff_thing_that_turns_by_a_pixel_is_redrawn_and_no_layers_that_part(painted):
    sways = [1.4 * abs(6 - t % 12) for t in range(24)]
    assert starts(turning(painted(320, 240), sways)) == list(range(24))


def test_a_pan_by_parts_of_a_pixel_begins_no_drawing(drawn, painted):
    """At 1080 lines a pan by odd whole pixels is one by halves on the plane that is compared."""
    big = cv2.resize(drawn(painted(420, 240), "A"), None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    pictures = (
        np.ascontiguousarray(
            cv2.resize(big[:, 10 * t : 10 * t + 1280], (320, 240), interpolation=cv2.INTER_AREA)
        )
        for t in range(12)
    )
    assert starts(pictures) == [0]


def test_a_plane_displaced_by_parts_of_a_pixel_keeps_its_thin_lines(drawn, painted):
    fine = cv2.resize(cv2.cvtColor(drawn(painted(), "A"), cv2.COLOR_RGB2GRAY), None, fx=2, fy=2)
    before, current = (AnalysisPlane(fine[x % 2 :: 2, x:][::, ::2][:236, :300].copy()) for x in (0, 5))
    left = residual_after(current, before, Move(-2.5, -0.5), tolerance=0.35, config=MOTION)
    assert left.max() < 5 < block_levels(residual(current, before, tolerance=0.35)).max()


def test_whole_pixels_displace_exactly():
    plane = np.random.default_rng(0).integers(0, 256, (40, 60), np.uint8)
    moved = displaced(plane, Move(3.0, -2.0), config=MOTION)
    assert np.array_equal(moved[:38, 3:], plane[2:, :57])
    assert displaced(plane, Move(1e6, -1e6), config=MOTION).shape == plane.shape


def test_a_shift_is_found_to_a_tenth_of_a_pixel(drawn, painted):
    grey = cv2.cvtColor(drawn(painted(640, 480), "A"), cv2.COLOR_RGB2GRAY)
    before, current = AnalysisPlane(grey), AnalysisPlane(displaced(grey, Move(-13.0, 4.0), config=MOTION))
    (found, *_) = moves_between(current, before, np.ones((120, 160), np.bool_), config=FollowingConfig())
    assert found.move.is_shift
    assert np.allclose((found.move.dx, found.move.dy), (-13.0, 4.0), atol=0.1)
    assert found.share > 0.5


def test_a_zoom_with_a_turn_is_found_to_a_third_of_a_pixel_at_the_rim(drawn, painted):
    grey = cv2.cvtColor(drawn(painted(640, 480), "A"), cv2.COLOR_RGB2GRAY)
    true = Move(2.0, -1.0, 1.02 * np.cos(0.01), 1.02 * np.sin(0.01))
    before, current = AnalysisPlane(grey), AnalysisPlane(displaced(grey, true, config=MOTION))
    (found, *_) = moves_between(current, before, np.ones((120, 160), np.bool_), config=FollowingConfig())
    assert found.move.off(true, grey.shape) < 0.35


@pytest.mark.parametrize("gain", [1.0, 0.2])
def test_a_turn_is_found_by_points_near_each_other_and_in_the_dark(gain, painted):
    """A board of pictures in the middle of a bare wall."""
    board = painted(100, 100)[..., 0]
    wall = np.full((480, 640), 150, np.uint8)
    wall[190:290, 270:370] = np.clip(
        board.astype(np.int16) + 20 * (np.indices((100, 100)).sum(0) // 10 % 2), 0, 255
    )
    true = Move(0.6, -0.4, float(np.cos(0.009)), float(np.sin(0.009)))
    before, current = (
        AnalysisPlane(
            np.asarray(cv2.convertScaleAbs(cv2.GaussianBlur(plane, (0, 0), 1), alpha=gain), np.uint8)
        )
        for plane in (wall, displaced(wall, true, config=MOTION))
    )
    (found, *_) = moves_between(current, before, np.ones((120, 160), np.bool_), config=FollowingConfig())
    assert found.move.off(true, wall.shape) < 1 < Move(0.6, -0.4).off(true, wall.shape)


def test_lines_a_pixel_apart_that_move_by_half_a_pixel_leave_nothing_and_a_drawn_line_does():
    def wall(down: float) -> Picture:
        # Painted twice as fine as it is filmed: halfway between two rows is one grey.
        rows = np.where(np.arange(960) // 2 % 2, 60.0, 180.0)
        rows[: 2 * 100] = rows[2 * 140 :] = 120.0
        at = np.round(2 * (np.arange(480) - down)).astype(int)
        lines = (rows[at % 960] + rows[(at + 1) % 960]) / 2
        return np.repeat(lines[:, np.newaxis], 640, axis=1).astype(np.uint8)

    before, sharp = (AnalysisPlane(wall(down)) for down in (0.5, 1.0))
    drawn = wall(1.0)
    drawn[300:301, 200:260] = 40
    left, with_line = (
        residual_after(current, before, Move(0.0, 0.5), tolerance=0.35, config=MOTION)
        for current in (sharp, AnalysisPlane(drawn))
    )
    assert left[20:40].max() < 2.5 < 8 < with_line[74:77].max()


def test_a_camera_that_creeps_in_the_dark_is_still_a_move(painted):
    """What it takes off a block is less than a level there."""
    wide = cv2.resize(cv2.cvtColor(painted(400, 240), cv2.COLOR_RGB2GRAY), None, fx=2, fy=2)
    dark = np.asarray(cv2.convertScaleAbs(cv2.GaussianBlur(wide, (0, 0), 1.2), alpha=0.1), np.uint8)
    before, current = (AnalysisPlane(dark[:, x : x + 640].copy()) for x in (4, 3))
    still = block_levels(residual(current, before, tolerance=0.35))
    memory = BorderMemory(LayersConfig())
    explained = explain(
        current,
        before,
        still,
        [Move(1.0, 0.0)],
        tolerance=0.35,
        memory=memory,
        config=LayersConfig(),
        motion=MOTION,
    )
    assert explained.moves == (Move(1.0, 0.0),)
    assert explained.levels.max() < still.max() / 2


def test_a_border_seen_in_one_frame_only_is_none_and_one_of_long_standing_stays():
    memory, silhouette = BorderMemory(LayersConfig()), np.zeros((20, 20), np.bool_)
    silhouette[2] = True
    mouth = silhouette.copy()
    mouth[12, 8:12] = True
    assert all(np.array_equal(memory.settled(silhouette), silhouette) for _ in range(4))
    assert np.array_equal(memory.settled(mouth), silhouette)
    assert np.array_equal(memory.settled(np.zeros_like(silhouette)), silhouette)


def test_layers_met_in_most_of_the_last_frames_or_they_did_not():
    memory, silhouette = BorderMemory(LayersConfig()), np.eye(20, dtype=np.bool_)
    assert not memory.parted
    for _ in range(4):
        memory.settled(silhouette)
    assert memory.parted
    for _ in range(4):
        memory.settled(np.zeros_like(silhouette))
    assert not memory.parted


def sliding(drawn, painted, frames: int) -> list[Picture]:
    """A cel that stands before a background which is pulled past."""
    wide = painted(480, 240)
    scenes = (drawn(wide[:, 2 * t : 2 * t + 320], "A") for t in range(frames))
    return [cv2.resize(scene, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC) for scene in scenes]


def test_what_surely_stands_is_the_inside_of_the_cel(drawn, painted):
    before, current = (
        AnalysisPlane(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY)) for one in sliding(drawn, painted, 2)
    )
    still = block_levels(residual(current, before, tolerance=0.35))
    explained = explain(
        current,
        before,
        still,
        [Move(-4.0, 0.0)],
        tolerance=0.35,
        memory=BorderMemory(LayersConfig()),
        config=LayersConfig(),
        motion=MOTION,
    )
    paper = np.full((240, 320, 3), (0, 255, 0), np.uint8)
    cel = np.any(drawn(paper, "A") != paper, axis=2).astype(np.uint8)
    inside = cv2.resize(cel, (160, 120), interpolation=cv2.INTER_AREA) > 0
    assert explained.stands is not None
    assert np.count_nonzero(explained.stands) > 200
    assert np.mean(inside[explained.stands]) > 0.9


@pytest.mark.parametrize(
    ("strengths", "expected"),
    [((2.0, 0.1, 0.1), [0, 3, 6, 9]), ((2.0, 2.0, 2.0), [0]), ((0.1, 0.2, 0.1), [0])],
)
def test_what_stands_is_redrawn_where_it_differs_by_more_than_in_the_frame_before(
    strengths, expected, drawn, painted, monkeypatch
):
    asked = itertools.count(1)
    monkeypatch.setattr(changes, "strength_of_what_stands", lambda *_: (strengths[next(asked) % 3], 0.0))
    assert starts(sliding(drawn, painted, 12)) == expected


@pytest.mark.parametrize("coded_anew", [False, True])
def test_a_pan_of_which_every_frame_was_doubled_begins_no_drawing_behind_one_who_talks(
    coded_anew, drawn, painted
):
    wide = painted(480, 240)
    scenes = []
    for t in range(16):  # talks on fours of the doubled frames, the background moves in every second frame
        step, mouth = t // 2, "open" if t // 4 % 2 else "closed"
        scenes.append(drawn(wide[:, 3 * step : 3 * step + 320], "A", mouth=mouth))
    pictures = [cv2.resize(scene, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC) for scene in scenes]
    if coded_anew:  # the second one of two is the same but for what a coder makes of it
        ripple = np.zeros_like(pictures[0])
        ripple[200:300, 240:380] = 3  # too much to be the same picture, too little to be seen
        ripple[:, ::4] = 0
        pictures = [cv2.add(one, ripple) if t % 2 else one for t, one in enumerate(pictures)]
    # The first and the last step of a shot have no other to go on from, or to.
    assert [start for start in starts(pictures) if 2 < start < 14] == [4, 8, 12]
