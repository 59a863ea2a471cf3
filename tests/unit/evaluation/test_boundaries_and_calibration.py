"""Where masks end, and what confidences are worth."""

import math

import numpy as np
import pytest

from dougagen.errors import DomainError
from dougagen.evaluation.boundaries import boundary_of, boundary_score, boundary_tolerance
from dougagen.evaluation.calibration import BINS, Reliability


def square(*, at=20, side=40, size=(120, 120)):
    mask = np.zeros(size, bool)
    mask[at : at + side, at : at + side] = True
    return mask


# ---- boundaries ---------------------------------------------------------------------------------------
def test_a_boundary_is_the_mask_s_own_rim():
    rim = boundary_of(square(side=5))
    assert rim.sum() == 16
    assert not (rim & ~square(side=5)).any()


def test_the_edge_of_the_picture_is_no_boundary():
    mask = np.zeros((9, 9), bool)
    mask[:, :4] = True
    assert np.argwhere(boundary_of(mask))[:, 1].tolist() == [3] * 9
    assert not boundary_of(np.ones((9, 9), bool)).any()


def test_the_tolerance_is_the_width_of_a_line_at_that_height():
    assert [boundary_tolerance(lines) for lines in (360, 480, 720, 1080, 2160)] == [1, 1, 2, 3, 6]


def test_a_mask_that_is_too_fat_by_less_than_a_line_loses_nothing():
    size = (720, 80)
    truth = square(size=size)
    assert boundary_score(square(at=19, side=42, size=size), truth).f1 == 1.0
    assert boundary_score(square(at=16, side=48, size=size), truth).f1 == 0.0


def test_iou_hardly_sees_what_the_boundary_shows():
    truth, fat = square(at=10, side=100), square(at=8, side=104)
    assert (truth & fat).sum() / (truth | fat).sum() > 0.9
    assert boundary_score(fat, truth).f1 == 0.0


def test_no_cel_and_none_found_has_a_perfect_boundary():
    none = np.zeros((20, 20), bool)
    assert boundary_score(none, none).f1 == 1.0
    assert boundary_score(square(size=(80, 80)), np.zeros((80, 80), bool)).f1 == 0.0


# ---- calibration --------------------------------------------------------------------------------------
def test_confidences_that_come_true_have_no_error():
    confidence = np.repeat([0.25, 0.75], 4)
    outcome = np.array([1, 0, 0, 0, 1, 1, 1, 0])
    assert Reliability.of_many(confidence, outcome).error == pytest.approx(0)


def test_the_error_is_weighted_by_how_many_lie_in_a_bin():
    three = Reliability.of_many(np.array([0.9, 0.9, 0.9]), np.array([1, 1, 1]))
    one = Reliability.of(0.5, 0.0)
    assert (three + one).error == pytest.approx((3 * 0.1 + 0.5) / 4)


def test_over_and_under_confidence_in_different_bins_do_not_cancel():
    total = Reliability.of(0.9, 0.6) + Reliability.of(0.3, 0.6)
    assert total.mean_confidence == pytest.approx(total.mean_outcome)
    assert total.error == pytest.approx(0.3)


def test_full_confidence_lies_in_the_last_bin():
    (only,) = Reliability.of(1.0, 0.5).bins()
    assert (only.low, only.high, only.count, only.outcome) == ((BINS - 1) / BINS, 1.0, 1, 0.5)


def test_correlation_tells_whether_doubt_points_to_bad_pictures():
    confidence = np.array([0.2, 0.4, 0.6])
    assert Reliability.of_many(confidence, confidence / 2).correlation == pytest.approx(1)
    assert Reliability.of_many(confidence, 1 - confidence).correlation == pytest.approx(-1)
    assert math.isnan(Reliability.of_many(np.full(3, 0.3), confidence).correlation)


def test_sums_are_the_same_in_any_pieces():
    rng = np.random.default_rng(4)
    x, y = rng.uniform(size=(2, 500))
    whole = Reliability.of_many(x, y)
    pieces = sum(
        (Reliability.of_many(x[i : i + 50], y[i : i + 50]) for i in range(0, 500, 50)), Reliability.empty()
    )
    assert pieces.error == pytest.approx(whole.error)
    assert pieces.correlation == pytest.approx(np.corrcoef(x, y)[0, 1])
    assert pieces.counts.nbytes == whole.counts.nbytes  # what is kept does not grow


def test_nothing_counted_is_no_figure():
    empty = Reliability.empty()
    assert math.isnan(empty.error)
    assert empty.to_json()["expected_calibration_error"] is None
    assert empty.to_json()["bins"] == []


def test_a_confidence_beyond_one_is_refused():
    with pytest.raises(DomainError, match=r"in \[0, 1\]"):
        Reliability.of(1.01, 0.5)
