"""Measures of painted drawings on pictures whose answer is known, and intervals that hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from painted import COAT, face

from dougagen.colorization.lines import on_paper
from dougagen.colorization.metrics import ColorFlicker, FeatureMeasures, frechet, psnr, ssim
from dougagen.colorization.proof.report import paired_interval
from dougagen.errors import DomainError


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    return on_paper(*face()[:2])


@pytest.fixture(scope="module")
def features() -> FeatureMeasures:
    return FeatureMeasures()


def test_an_even_error_of_five_levels_is_34_decibels(truth: np.ndarray) -> None:
    off = np.where(truth > 100, truth - 5, truth + 5).astype(np.uint8)
    assert psnr(off, truth) == pytest.approx(34.15, abs=0.01)
    assert psnr(truth, truth) == 96
    assert ssim(truth, truth) == pytest.approx(1)
    assert ssim(np.flipud(truth), truth) < 0.8


def test_features_know_a_wrong_paint_from_a_right_one(truth: np.ndarray, features: FeatureMeasures) -> None:
    nearly = np.where((truth == COAT).all(axis=2, keepdims=True), np.uint8(70), truth).astype(np.uint8)
    noise = np.random.default_rng(0).integers(0, 255, truth.shape).astype(np.uint8)
    same, near, far = (features.distance(one, truth) for one in (truth, nearly, noise))
    assert same == pytest.approx(0, abs=1e-6)
    assert same < near < far


def test_the_frechet_distance_of_shifted_clouds_is_their_shift_squared() -> None:
    cloud = np.random.default_rng(0).normal(0, 1, (4000, 5)).astype(np.float32)
    assert frechet(cloud, cloud) == pytest.approx(0, abs=1e-4)
    assert frechet(cloud, cloud + np.float32(2)) == pytest.approx(5 * 4, rel=1e-3)
    assert frechet(cloud, 3 * cloud) == pytest.approx(5 * 4, rel=0.1)  # (3 − 1)² in each of five directions


def test_flicker_counts_what_shows_the_same_paint_and_nothing_else() -> None:
    one, other = face(), face(shift=1)
    truths = on_paper(*one[:2]), on_paper(*other[:2])
    inside = tuple(cel & (classes == 0) for _, cel, classes in (one, other))
    still = ColorFlicker.of(truths, truths, inside)
    assert still.pixels > 1000
    assert still.levels == 0
    darker = (truths[0], (truths[1] // 2).astype(np.uint8))
    assert ColorFlicker.of(darker, truths, inside).levels > 30
    assert ColorFlicker().levels is None
    assert (still + still).pixels == 2 * still.pixels


def test_pictures_of_two_sizes_are_not_compared(truth: np.ndarray) -> None:
    with pytest.raises(DomainError, match="two pictures of one size"):
        psnr(truth, truth[1:])


def test_an_interval_holds_the_mean_and_leaves_zero_out_where_all_agree() -> None:
    rng = np.random.default_rng(3)
    mean, low, high = paired_interval(rng.normal(0.5, 0.3, 40), count=1000, share=0.95)
    assert low < mean < high
    assert low > 0.3
    assert paired_interval(np.array([-1.0, 1.0] * 10), count=1000, share=0.95)[1] < 0
