"""Classical extractors, and where the thesis lays their threshold (5.8)."""

import numpy as np
import pytest

from dougagen.domain import DougaClass
from dougagen.errors import DomainError
from dougagen.evaluation.extractors import EXTRACTORS, LEVELS, EdgeLevels, Extractor, xdog


def drawing():
    """A dark line of 3 columns on light paper, and its true classes."""
    color, douga = np.full((60, 80, 3), 210, np.uint8), np.zeros((60, 80), np.uint8)
    color[:, 40:43], douga[:, 40:43] = 20, DougaClass.VISIBLE_LINE
    return color, douga


def levels(areas: dict[int, int], edges: dict[int, int], *, binary: bool = False) -> EdgeLevels:
    counts = np.zeros((2, LEVELS), np.int64)
    for row, given in zip(counts, (areas, edges), strict=True):
        for level, count in given.items():
            row[level] = count
    return EdgeLevels(counts, binary)


def test_every_method_of_the_thesis_is_there_plain_and_after_equalisation():
    plain = [name for name in EXTRACTORS if not name.endswith(", equalised")]
    assert plain == [
        "Canny 100/200", "Sobel", "Laplacian", "difference of Gaussians",
        "XDoG σ 0.3", "XDoG σ 0.4", "XDoG σ 0.5", "dilate-abs-sub 4", "dilate-abs-sub 5",
    ]  # fmt: skip
    assert {f"{name}, equalised" for name in plain} == set(EXTRACTORS) - set(plain)


@pytest.mark.parametrize("name", EXTRACTORS)
def test_every_method_answers_stronger_at_a_line_than_on_bare_paper(name):
    color, _ = drawing()
    answer = EXTRACTORS[name].levels(color[..., 0])
    near, far = answer[:, 38:46], answer[:, 5:30]
    assert answer.dtype == np.uint16
    assert answer.max() < LEVELS
    assert near.max() > far.max()


@pytest.mark.parametrize("name", ["XDoG σ 0.3", "XDoG σ 0.5"])
def test_xdog_finds_a_thin_dark_line_exactly(name):
    color, douga = drawing()
    found = EdgeLevels.of(EXTRACTORS[name], color, douga).confusion()
    assert found.recall().tolist() == [1.0, 1.0]


def test_xdog_tells_dark_lines_from_light_ones():
    light = np.full((30, 30), 20, np.uint8)
    light[:, 14:16] = 210
    answer = xdog(light, sigma=0.4)
    assert answer[15, 14] < answer[15, 2]


def test_the_threshold_is_where_there_are_as_many_edges_as_in_the_truth():
    counted = levels({10: 90, 500: 5}, {10: 2, 500: 3, 900: 5})
    assert counted.confusion().counts[:, 0].sum() in (
        5,
        13,
    )  # the truth has 10: 5 and 13 are what levels allow
    assert counted.threshold <= 500
    assert levels({10: 95}, {700: 5}).confusion().counts.tolist() == [[5, 0], [0, 95]]


def test_a_method_that_says_yes_or_no_has_no_threshold_laid():
    yes = LEVELS - 1
    counted = levels({0: 60, yes: 30}, {0: 2, yes: 8}, binary=True)
    assert counted.confusion().counts.tolist() == [[8, 2], [30, 60]]


def test_without_an_edge_in_the_truth_none_is_found():
    assert levels({10: 50, 600: 50}, {}).confusion().counts.tolist() == [[0, 0], [0, 100]]


def test_counts_of_two_pictures_are_those_of_both_together():
    color, douga = drawing()
    method = EXTRACTORS["Sobel"]
    both = EdgeLevels.of(method, np.vstack([color, color]), np.vstack([douga, douga]))
    summed = EdgeLevels.of(method, color, douga) + EdgeLevels.of(method, color, douga)
    assert summed.counts.sum() == both.counts.sum() == 2 * douga.size
    assert (summed.counts == both.counts).all()


def test_book_lines_are_edges_and_fills_are_areas():
    douga = np.array([[1, 2, 3, 4, 5, 0, 6, 7, 8, 9]], np.uint8)
    nothing = Extractor(lambda grey: np.zeros(grey.shape, np.float32), 0, 1)
    counted = EdgeLevels.of(nothing, np.zeros((1, 10, 3), np.uint8), douga)
    assert counted.counts.sum(axis=1).tolist() == [5, 5]


def test_counts_of_another_shape_are_refused():
    with pytest.raises(DomainError, match="EdgeLevels"):
        EdgeLevels(np.zeros((2, 3), np.int64))
