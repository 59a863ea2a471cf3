"""A line of text that comes or goes is taken off whole, and nothing else is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.footage.differences import AnalysisPlane, block_levels, residual
from dougagen.footage.subtitles import SubtitleConfig, text_blocks

Luma = NDArray[np.uint8]
FILL, RIM = 235.0, 16.0


def room(*, shirt: bool = False) -> Luma:
    """A grey wall, and before it, if wanted, a shirt as white as subtitles are."""
    soft = np.random.default_rng(1).integers(80, 160, (8, 14), np.uint8)
    picture = np.asarray(cv2.resize(soft, (854, 480), interpolation=cv2.INTER_CUBIC), np.uint8)
    if shirt:
        cv2.rectangle(picture, (330, 330), (560, 480), FILL, -1)
        cv2.line(picture, (445, 330), (445, 480), 60.0, 2)
    return picture


def lettered(picture: Luma, words: str, *, left: int = 180, end: str = "") -> Luma:
    """``picture`` with a line of words at its lower edge; ``end``: dots or a dash behind them."""
    cover = np.zeros_like(picture)
    cv2.putText(cover, words, (left, 440), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 255.0, 3, cv2.LINE_AA)
    (wide, _), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, 1.1, 3)
    for place in range(3 if end == "dots" else 0):
        cv2.circle(cover, (left + wide + 9 + 15 * place, 438), 2, 255.0, -1)
    if end == "dash":
        cv2.line(cover, (left + wide + 10, 426), (left + wide + 36, 426), 255.0, 3)
    wide_cover = cv2.dilate(cover, np.ones((7, 7), np.uint8))
    letters, around = (plane.astype(np.float32) / 255 for plane in (cover, wide_cover))
    burnt = picture * (1 - around) + around * (RIM * (1 - letters) + FILL * letters)
    return np.round(burnt).astype(np.uint8)


def left_of(current: Luma, before: Luma) -> float:
    """The greatest level of a block that no text explains."""
    planes = AnalysisPlane(current), AnalysisPlane(before)
    levels = block_levels(residual(*planes, tolerance=0.35))
    text = text_blocks(*planes, levels, config=SubtitleConfig())
    return float(np.where(text, 0, levels).max())


@pytest.mark.parametrize("end", ["", "dots", "dash"])
def test_a_line_goes_with_the_full_stops_and_dashes_that_end_it(end: str) -> None:
    assert left_of(lettered(room(), "Father come home", end=end), room()) < 2.5
    assert left_of(room(), lettered(room(), "Father come home", end=end)) < 2.5


def test_a_line_over_a_shirt_of_its_colour_is_told_from_it() -> None:
    first, second = (
        lettered(room(shirt=True), words) for words in ("Going to the sea", "Brothers right now")
    )
    assert left_of(second, first) < 2.5


def test_another_line_in_its_place_explains_no_drawing_beside_it() -> None:
    first, second = (lettered(room(), words) for words in ("Going to the sea", "Brothers right now"))
    cv2.ellipse(second, (400, 150), (30, 18), 0, 0, 360, 40.0, -1)
    assert left_of(second, first) > 30


def test_a_shirt_that_comes_is_no_text() -> None:
    assert left_of(room(shirt=True), room()) > 30
