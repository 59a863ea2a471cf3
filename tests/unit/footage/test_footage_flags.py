"""Flags after the thesis: each picture is made worse on purpose, and only its own flag comes up."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.domain import Drawing, FrameSpan, Measure
from dougagen.footage import FLAGS, FlagConfig
from dougagen.footage.flags import flagged
from dougagen.footage.picture_measures import MeasureConfig, picture_measures

Picture = NDArray[np.uint8]


@pytest.fixture
def scene(painted: Callable[..., Picture], drawn: Callable[..., Picture]) -> Picture:
    return drawn(painted(640, 480), "a")


def flags(image: Picture, *measures: tuple[str, float], config: FlagConfig | None = None) -> set[str]:
    known = tuple(Measure(name, value) for name, value in measures)
    one = Drawing("0" * 16, 0, (FrameSpan(0, 3),), image, flags=("truncated",), measures=known)
    marked = flagged(one, config=config) if config else flagged(one)
    assert marked.flags[0] == "truncated", "what was known stays"
    assert marked.measures[: len(known)] == known
    assert marked.image is not None
    return set(marked.flags[1:])


def woven(one: Picture, other: Picture) -> Picture:
    both = one.copy()
    both[1::2] = other[1::2]
    return both


def streaked(picture: Picture, length: int) -> Picture:
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    return np.asarray(cv2.filter2D(picture, -1, kernel), np.uint8)


WORSE: dict[str, Callable[[Picture], Picture]] = {
    "dark": lambda p: (p * 0.15).astype(np.uint8),
    "bright": lambda p: (255 - (255 - p.astype(np.float32)) * 0.2).astype(np.uint8),
    "blurry": lambda p: np.asarray(cv2.GaussianBlur(p, (0, 0), 3.0), np.uint8),
    "combed": lambda p: woven(p, np.roll(p, 14, axis=1)),
    "blank": lambda p: np.full_like(p, 90),
}


def test_an_ordinary_picture_has_no_flag(scene: Picture) -> None:
    assert flags(scene) == set()


@pytest.mark.parametrize("flag", WORSE)
def test_a_picture_made_worse_gets_its_flag_and_no_other(flag: str, scene: Picture) -> None:
    assert flags(WORSE[flag](scene)) == {flag}


def test_a_picture_in_motion_is_told_from_one_that_is_out_of_focus(scene: Picture) -> None:
    discs = np.full_like(scene, 200)
    for x, y in np.random.default_rng(3).integers(20, 460, (40, 2)).tolist():
        cv2.circle(discs, (x, y), 14, (40, 60, 90), 3, cv2.LINE_AA)
    assert flags(discs) == set()
    assert "motion_blur" in flags(streaked(discs, 41))
    assert "motion_blur" not in flags(WORSE["blurry"](discs))


@pytest.mark.parametrize("degrees", [0, 45, 90, 135])
def test_a_picture_dragged_in_any_direction_is_in_motion_whatever_it_shows(
    degrees: int, scene: Picture
) -> None:
    length = 31
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1
    turn = cv2.getRotationMatrix2D((length // 2, length // 2), degrees, 1.0)
    kernel = cv2.warpAffine(kernel, turn, (length, length))
    dragged = np.asarray(cv2.filter2D(scene, -1, kernel / kernel.sum()), np.uint8)
    assert "motion_blur" in flags(dragged)


def test_a_picture_of_half_the_lines_is_in_no_motion(scene: Picture) -> None:
    half = cv2.resize(scene, (640, 240), interpolation=cv2.INTER_AREA)
    assert "motion_blur" not in flags(np.asarray(cv2.resize(half, (640, 480)), np.uint8))


def test_black_is_dark_and_blank_and_white_bright_and_blank(scene: Picture) -> None:
    assert flags(np.zeros_like(scene)) == {"dark", "blank"}
    assert flags(np.full_like(scene, 255)) == {"bright", "blank"}


def test_a_flat_colour_of_equal_luma_is_a_drawing(scene: Picture) -> None:
    halves = np.zeros_like(scene)
    halves[:, :320] = (220, 40, 40)
    halves[:, 320:] = (20, 110, 220)
    assert "blank" not in flags(halves)


def test_a_fade_or_a_dissolve_that_the_holds_saw_is_flagged(scene: Picture) -> None:
    assert flags(scene, ("in_fade", 1.0)) == {"fade"}
    assert flags(scene, ("in_dissolve", 1.0)) == {"fade"}
    assert flags(scene, ("in_flash", 1.0)) == set()


def test_the_lines_can_be_drawn_elsewhere(scene: Picture) -> None:
    assert flags(scene, config=FlagConfig(dark=256.0)) == {"dark"}


def test_every_measure_is_finite_and_named_once_whatever_the_picture() -> None:
    rng = np.random.default_rng(0)
    for height, width in ((1, 1), (3, 40), (17, 16), (64, 64)):
        for image in (
            np.zeros((height, width, 3), np.uint8),
            rng.integers(0, 256, (height, width, 3), dtype=np.uint8),
        ):
            measures = picture_measures(image, config=MeasureConfig())
            assert len({measure.name for measure in measures}) == len(measures)
            assert all(np.isfinite(measure.value) for measure in measures)


def test_every_flag_says_what_it_means() -> None:
    assert all(FLAGS.values())
    assert set(WORSE) < set(FLAGS)


@pytest.mark.parametrize(("rows", "is_combed"), [(9, False), (16, True)])
def test_outlines_a_pixel_apart_are_no_comb_and_a_small_part_of_two_pictures_is(
    scene: Picture, rows: int, is_combed: bool
) -> None:
    """Up and down over nine rows is drawn: a double outline and its ringing. More is woven."""
    scene[200 : 200 + rows : 2, 300:380] = 20
    scene[201 : 201 + rows - 1 : 2, 300:380] = 220
    assert ("combed" in flags(scene)) is is_combed
