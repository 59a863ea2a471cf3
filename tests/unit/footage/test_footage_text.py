"""On-screen text: found where somebody wrote, not where something was drawn."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.footage import FlagConfig
from dougagen.footage.text import TextConfig, glyphs_in_rows

Picture = NDArray[np.uint8]
ENOUGH = FlagConfig().text
TEXT = TextConfig()


@pytest.fixture
def scene(painted: Callable[..., Picture], drawn: Callable[..., Picture]) -> Picture:
    return drawn(painted(854, 480), "a")


def subtitled(picture: Picture, *, fill: tuple[int, int, int], edge: tuple[int, int, int] | None) -> Picture:
    written = picture.copy()
    for text, y in (("I never thought that", 60), ("you would come back here.", 92)):
        letters = np.zeros(picture.shape[:2], np.uint8)
        cv2.putText(letters, text, (230, y), cv2.FONT_HERSHEY_DUPLEX, 0.9, 255, 2, cv2.LINE_AA)
        around = np.asarray(cv2.dilate(letters, np.ones((5, 5), np.uint8)), np.uint8)
        for color, mask in ((edge, around), (fill, letters)):
            if color is not None:
                share = mask[..., np.newaxis] / 255
                written = np.round(written * (1 - share) + np.array(color) * share).astype(np.uint8)
    return written


@pytest.mark.parametrize(
    ("fill", "edge"),
    [
        ((255, 255, 255), (0, 0, 0)),
        ((255, 240, 60), (0, 0, 0)),
        ((255, 255, 255), None),
        ((250, 250, 250), (160, 30, 60)),
    ],
)
def test_subtitles_are_found_in_any_colour_with_or_without_an_edge(scene, fill, edge) -> None:
    assert glyphs_in_rows(subtitled(scene, fill=fill, edge=edge), config=TEXT) >= ENOUGH


def test_a_subtitle_survives_coding_and_larger_pictures(scene: Picture) -> None:
    written = subtitled(scene, fill=(255, 255, 255), edge=(0, 0, 0))
    _, coded = cv2.imencode(".jpg", written, [cv2.IMWRITE_JPEG_QUALITY, 60])
    assert glyphs_in_rows(np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8), config=TEXT) >= ENOUGH
    large = cv2.resize(written, (1920, 1080), interpolation=cv2.INTER_CUBIC)
    assert glyphs_in_rows(np.asarray(large, np.uint8), config=TEXT) >= ENOUGH


def test_a_drawing_is_no_text(scene: Picture) -> None:
    assert glyphs_in_rows(scene, config=TEXT) < ENOUGH


def bricks(width: int, height: int) -> Picture:
    wall = np.full((height, width, 3), 60, np.uint8)
    for row, y in enumerate(range(4, height, 20)):
        for x in range(4 - 18 * (row % 2), width, 36):
            cv2.rectangle(wall, (x, y), (x + 30, y + 14), (210, 160, 140), -1)
    return wall


def fence(width: int, height: int) -> Picture:
    picture = np.full((height, width, 3), 40, np.uint8)
    for x in range(8, width, 22):
        cv2.rectangle(picture, (x, 200), (x + 8, 240), (230, 230, 230), -1)
    return picture


def windows(width: int, height: int) -> Picture:
    picture = np.full((height, width, 3), 50, np.uint8)
    for y in range(20, height - 30, 50):
        for x in range(20, width - 30, 40):
            cv2.rectangle(picture, (x, y), (x + 18, y + 26), (240, 230, 160), -1)
    return picture


@pytest.mark.parametrize("pattern", [bricks, fence, windows])
def test_what_repeats_is_no_text_however_well_it_stands_in_rows(pattern) -> None:
    assert glyphs_in_rows(pattern(854, 480), config=TEXT) < ENOUGH


def test_noise_costs_bounded_time() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (720, 1280, 3), dtype=np.uint8)
    assert (
        glyphs_in_rows(noise, config=TEXT) >= 0
    )  # 100,000 specks; a pair of each with each other would take minutes
