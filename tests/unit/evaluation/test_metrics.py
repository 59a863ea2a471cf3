"""The measures, on pictures one can draw by hand."""

import numpy as np
import pytest

from dougagen.domain import CLASS_COUNT, LINE_CLASSES
from dougagen.errors import DomainError
from dougagen.evaluation.metrics import (
    CelConfusion,
    Confusion,
    LineScore,
    PrecisionRecall,
    disc,
    line_pixels,
    line_score,
    timing_score,
)


def picture(*rows):
    return np.array([[int(c) for c in row] for row in rows], dtype=np.uint8)


def column(at, *, width=12, height=6, value=1):
    classes = np.zeros((height, width), np.uint8)
    classes[:, at] = value
    return classes


# ---- timing -------------------------------------------------------------------------------------------
def test_timing_is_exact_and_leaves_frame_0_out():
    score = timing_score([0, 3, 7, 9], [0, 3, 6, 9, 12])
    assert (score.precision, score.recall) == (2 / 3, 2 / 4)
    assert score.f1 == pytest.approx(2 * (2 / 3) * 0.5 / (2 / 3 + 0.5))


def test_frame_0_is_worth_nothing_when_it_is_all_that_was_found():
    assert timing_score([0], [0, 5]).f1 == 0.0


def test_a_start_named_twice_counts_once():
    assert timing_score([4, 4, 4], [4]).precision == 1.0


def test_nothing_to_find_and_nothing_found_is_perfect():
    score = timing_score([0], [0])
    assert (score.precision, score.recall, score.f1) == (1.0, 1.0, 1.0)


def test_something_found_where_nothing_is_scores_zero():
    score = timing_score([4], [])
    assert (score.precision, score.recall, score.f1) == (0.0, 0.0, 0.0)


def test_more_matches_than_things_cannot_be_constructed():
    with pytest.raises(DomainError, match="more matches than things"):
        PrecisionRecall(found=1, found_true=2, truth=1, truth_found=1)


# ---- lines --------------------------------------------------------------------------------------------
def test_the_disc_of_radius_2_has_13_pixels():
    assert disc(2).tolist() == [
        [0, 0, 1, 0, 0],
        [0, 1, 1, 1, 0],
        [1, 1, 1, 1, 1],
        [0, 1, 1, 1, 0],
        [0, 0, 1, 0, 0],
    ]


@pytest.mark.parametrize(("shift", "f1"), [(0, 1.0), (1, 1.0), (2, 1.0), (3, 0.0)])
def test_a_line_two_pixels_off_is_right_and_three_off_is_wrong(shift, f1):
    assert line_score(column(4) > 0, column(4 + shift) > 0).f1 == f1


def test_a_corner_of_the_square_around_a_pixel_is_out_of_reach():
    truth = np.zeros((9, 9), bool)
    truth[4, 4] = True
    for y, x, reached in [(6, 6, 0), (6, 5, 0), (5, 5, 1), (6, 4, 1)]:
        found = np.zeros((9, 9), bool)
        found[y, x] = True
        assert line_score(found, truth).found_true == reached


def test_lines_at_the_border_find_no_partner_on_the_other_side():
    assert line_score(column(0) > 0, column(11) > 0).f1 == 0.0


def test_a_line_in_the_background_costs_precision():
    found = column(2) + column(9)
    score = LineScore.of(found, column(2)).merged
    assert (score.precision, score.recall) == (0.5, 1.0)


def test_a_line_of_the_wrong_class_counts_merged_and_not_in_its_class():
    score = LineScore.of(column(4, value=2), column(4, value=3))
    assert score.merged.f1 == 1.0
    assert [pr.f1 for pr in score.per_class] == [1.0, 0.0, 0.0, 1.0]  # 1 and 4: nothing there, nothing found


def test_book_lines_and_fills_are_no_lines():
    for other in (0, 5, 6, 7, 8, 9):
        assert LineScore.of(column(4, value=other), column(4, value=0)).merged.found == 0


def test_frames_are_summed_as_counts_and_not_averaged():
    empty = np.zeros((6, 12), np.uint8)
    good, bad = LineScore.of(column(4), column(4)), LineScore.of(column(1) + column(9), empty)
    total = LineScore.empty() + good + bad
    assert total.merged == PrecisionRecall(found=18, found_true=6, truth=6, truth_found=6)
    assert total.merged.precision == pytest.approx(1 / 3)


def test_line_counts_agree_with_the_definition_pixel_by_pixel():
    rng = np.random.default_rng(3)
    found, truth = rng.uniform(size=(2, 23, 31)) < 0.06

    def near(one, other):
        at = np.argwhere(other)
        return sum(bool((((at - p) ** 2).sum(axis=1) <= 4).any()) for p in np.argwhere(one))

    expected = PrecisionRecall(found.sum(), near(found, truth), truth.sum(), near(truth, found))
    assert line_score(found, truth) == expected


# ---- classes ------------------------------------------------------------------------------------------
def test_confusion_counts_rows_of_truth_and_columns_of_prediction():
    counts = Confusion.of(picture("0126"), picture("0116")).counts
    assert counts[0, 0] == counts[1, 1] == counts[6, 6] == 1
    assert counts[1, 2] == 1
    assert counts.sum() == 4
    assert counts.dtype == np.int64


def test_confusion_figures_of_a_picture_drawn_by_hand():
    confusion = Confusion.of(picture("0011", "0011"), picture("0111", "0011"))
    assert confusion.accuracy == 7 / 8
    assert confusion.recall()[:2].tolist() == [1.0, 4 / 5]
    assert confusion.precision()[:2].tolist() == [3 / 4, 1.0]
    assert confusion.iou()[:2].tolist() == [3 / 4, 4 / 5]


def test_mean_iou_leaves_out_books_and_classes_that_occur_nowhere():
    truth, found = picture("0011", "9955"), picture("0011", "0000")
    confusion = Confusion.of(found, truth)
    assert np.isnan(confusion.iou()[2])
    assert confusion.mean_iou == pytest.approx((2 / 6 + 1.0) / 2)


def test_mean_iou_counts_a_class_that_was_only_imagined():
    confusion = Confusion.of(picture("0088"), picture("0000"))
    assert confusion.mean_iou == pytest.approx((2 / 4 + 0.0) / 2)


def test_confusion_of_two_pictures_is_the_sum_of_theirs():
    rng = np.random.default_rng(0)
    found, truth = rng.integers(0, CLASS_COUNT, (2, 8, 9), dtype=np.uint8)
    halves = Confusion.of(found[:3], truth[:3]) + Confusion.of(found[3:], truth[3:])
    assert (halves.counts == Confusion.of(found, truth).counts).all()


def test_confusion_agrees_with_counting_one_by_one():
    rng = np.random.default_rng(1)
    found, truth = rng.integers(0, CLASS_COUNT, (2, 40, 30), dtype=np.uint8)
    expected = np.zeros((CLASS_COUNT, CLASS_COUNT), np.int64)
    np.add.at(expected, (truth.ravel(), found.ravel()), 1)
    assert (Confusion.of(found, truth).counts == expected).all()


def test_edges_and_areas_put_book_lines_with_the_lines():
    confusion = Confusion.of(picture("125968"), picture("550968"))
    assert confusion.edges_and_areas().counts.tolist() == [[2, 0], [1, 3]]


def test_a_class_beyond_the_ten_is_refused():
    with pytest.raises(DomainError, match=r"\[0, 9\]"):
        Confusion.of(picture("10"), np.array([[10, 0]], np.uint8))


def test_pictures_of_different_sizes_are_refused_with_both_shapes():
    with pytest.raises(DomainError, match=r"uint8\[2, 3\], got uint8\[2, 4\]"):
        Confusion.of(picture("0000", "0000"), picture("000", "000"))


# ---- cel ----------------------------------------------------------------------------------------------
def test_cel_counts_background_first_and_truth_in_rows():
    found, truth = picture("0110"), picture("0011")
    score = CelConfusion.of(found > 0, truth > 0)
    assert score.counts.tolist() == [[1, 1], [1, 1]]
    assert (score.accuracy, score.iou) == (0.5, 1 / 3)


def test_cel_iou_is_over_all_pixels_of_all_frames_and_no_mean():
    full, none = np.ones((2, 2), bool), np.zeros((2, 2), bool)
    total = CelConfusion.empty() + CelConfusion.of(full, full) + CelConfusion.of(full, none)
    assert total.iou == 4 / 8
    assert total.cel.precision == 0.5


def test_no_cel_anywhere_and_none_found_is_perfect():
    none = np.zeros((2, 2), bool)
    assert CelConfusion.of(none, none).iou == 1.0


# ---- figures --------------------------------------------------------------------------------------------
def test_figures_name_classes_in_words_and_give_none_where_there_is_nothing():
    figures = Confusion.of(picture("01"), picture("01")).to_json()
    assert figures["iou"]["visible line"] == 1.0
    assert figures["iou"]["shading line"] is None


def test_scores_do_not_change_when_their_arrays_would():
    confusion = Confusion.empty()
    with pytest.raises(ValueError, match="read-only"):
        confusion.counts[0, 0] = 1


def test_line_pixels_are_those_of_the_four_line_classes():
    assert np.flatnonzero(line_pixels(picture("0123456789"))[0]).tolist() == list(LINE_CLASSES)
