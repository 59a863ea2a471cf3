"""Fewer lines: nothing is invented, nothing thin is lost, and the three pictures still belong together."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from records import noise

from dougagen.domain import CelMask, Douga, DougaClass, Triplet
from dougagen.errors import ShardError
from dougagen.shards import at_lines, size_at

LINE, SHADE_LINE, BOOK_LINE = DougaClass.VISIBLE_LINE, DougaClass.SHADING_LINE, DougaClass.BOOK_LINE
SHADE, BOOK = DougaClass.SHADING_FILL, DougaClass.BOOK_FILL


def triplet_of(classes: np.ndarray, cel: np.ndarray | None = None) -> Triplet:
    height, width = classes.shape
    mask = np.ones((height, width), bool) if cel is None else cel
    return Triplet(noise(0, height, width), CelMask(mask), Douga(classes.astype(np.uint8)))


def test_a_picture_is_never_enlarged() -> None:
    small = triplet_of(np.zeros((90, 160)))
    assert at_lines(small, 90) is small
    assert at_lines(small, 1080) is small


@pytest.mark.parametrize(
    ("height", "width", "lines", "wanted"),
    [(1080, 1920, 480, (480, 853)), (1080, 1, 540, (540, 1)), (360, 640, 720, (360, 640))],
)
def test_the_shape_of_a_picture_is_kept(height: int, width: int, lines: int, wanted: tuple[int, int]) -> None:
    assert size_at(height, width, lines) == wanted


def test_too_few_lines_are_refused_in_a_line() -> None:
    with pytest.raises(ShardError, match="at least 16 lines, got 2"):
        at_lines(triplet_of(np.zeros((90, 160))), 2)


@pytest.mark.parametrize("lines", [20, 30, 37, 59])
@pytest.mark.parametrize("slope", [(0, 1), (1, 0), (1, 1), (3, 1), (2, 5)])
def test_a_line_of_one_pixel_stays_one_line_without_a_gap(lines: int, slope: tuple[int, int]) -> None:
    classes = np.zeros((60, 60), np.uint8)
    cv2.line(classes, (7, 11), (7 + 8 * slope[0], 11 + 8 * slope[1]), int(LINE), 1)
    drawn = (at_lines(triplet_of(classes), lines).douga.classes == LINE).astype(np.uint8)
    assert cv2.connectedComponents(drawn, connectivity=8)[0] == 2
    assert drawn.sum() <= 1.6 * 60 * lines / 60  # one pixel wide, a corner now and then


def test_a_wide_line_keeps_its_width_in_proportion() -> None:
    classes = np.zeros((120, 120), np.uint8)
    classes[:, 50:62] = LINE
    assert ((at_lines(triplet_of(classes), 40).douga.classes == LINE).sum(1) == 4).all()


def test_between_two_classes_no_third_appears() -> None:
    classes = np.zeros((60, 60), np.uint8)
    classes[:, 30:] = SHADE
    classes[:, 29] = SHADE_LINE
    assert set(np.unique(at_lines(triplet_of(classes), 17).douga.classes)) == {0, SHADE, SHADE_LINE}


def test_every_pixel_has_a_class_and_a_side_that_occur_together_under_it() -> None:
    rng = np.random.default_rng(5)
    classes = rng.integers(0, 10, (60, 90), dtype=np.uint8)
    cel = rng.random((60, 90)) < 0.5
    small = at_lines(triplet_of(classes, cel), 20)
    pairs = (classes + 10 * cel).reshape(20, 3, 30, 3)
    told = small.douga.classes + 10 * small.cel_mask.pixels
    assert all(told[y, x] in pairs[y, :, x] for y in range(20) for x in range(30))


def test_a_book_stays_out_of_the_cel_and_an_outline_in_it() -> None:
    """A hair of the cel over the background, and a book in front of the cel."""
    classes, cel = np.zeros((90, 90), np.uint8), np.zeros((90, 90), bool)
    cel[:, 20:80] = True
    classes[30:60, 40:70], cel[30:60, 40:70] = BOOK, False
    classes[30:60, 40] = BOOK_LINE
    classes[10, 0:20], cel[10, 0:20] = LINE, True
    small = at_lines(triplet_of(classes, cel), 30)
    drawn, mask = small.douga.classes, small.cel_mask.pixels
    assert not mask[np.isin(drawn, (BOOK, BOOK_LINE))].any()
    assert (drawn[3, 0:6] == LINE).all()
    assert mask[drawn == LINE].all()
    assert (drawn[~mask] != SHADE).all()


def test_the_colour_of_a_pixel_is_the_mean_of_its_box() -> None:
    whole = triplet_of(np.zeros((60, 60)))
    wanted = whole.color.reshape(30, 2, 30, 2, 3).mean((1, 3))
    assert np.abs(at_lines(whole, 30).color - wanted).max() <= 0.5
