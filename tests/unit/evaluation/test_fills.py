"""Fills are judged area by area, outlines along the border of the mask."""

from __future__ import annotations

import numpy as np
import pytest

from dougagen.domain import CelMask, Douga, Reconstruction, Triplet
from dougagen.evaluation.fills import FillConfusion, outline_recall

BASE, LINE, SHADE, HIGHLIGHT = 0, 1, 6, 8


def drawn(classes: np.ndarray, cel: np.ndarray) -> Triplet:
    return Triplet(np.zeros((*classes.shape, 3), np.uint8), CelMask(cel), Douga(classes))


def read(classes: np.ndarray, cel: np.ndarray) -> Reconstruction:
    return Reconstruction(CelMask(cel), Douga(classes), 1.0, 1.0)


@pytest.fixture
def figure() -> tuple[np.ndarray, np.ndarray]:
    """A large base and, beyond an inked line, a small shade; 40 × 60, all of it cel but the rim."""
    cel = np.zeros((40, 60), bool)
    cel[4:36, 4:56] = True
    classes = np.zeros((40, 60), np.uint8)
    classes[4:36, 40:43] = LINE
    classes[4:36, 43:56] = SHADE
    return classes, cel


def test_a_picture_that_is_read_right_has_every_area_right(figure):
    classes, cel = figure
    score = FillConfusion.of(drawn(classes, cel), read(classes, cel))
    assert score.areas == 2
    assert score.accuracy == 1.0


def test_a_small_area_counts_as_much_as_a_large_one(figure):
    classes, cel = figure
    all_base = np.where(classes == SHADE, BASE, classes).astype(np.uint8)
    score = FillConfusion.of(drawn(classes, cel), read(all_base, cel))
    assert score.accuracy == 0.5
    assert score.recall() == {"base": 1.0, "shade": 0.0, "highlight": None, "color": None}


def test_most_of_an_areas_pixels_decide(figure):
    classes, cel = figure
    mixed = classes.copy()
    mixed[4:16, 43:56] = HIGHLIGHT  # 12 of 32 rows
    assert FillConfusion.of(drawn(classes, cel), read(mixed, cel)).accuracy == 1.0
    mixed[4:28, 43:56] = HIGHLIGHT
    assert FillConfusion.of(drawn(classes, cel), read(mixed, cel)).recall()["shade"] == 0.0


def test_an_area_that_the_mask_lost_is_told_from_one_that_was_read_wrong(figure):
    classes, cel = figure
    lost = cel.copy()
    lost[:, 43:] = False
    said = FillConfusion.of(drawn(classes, cel), read(np.where(lost, classes, 0).astype(np.uint8), lost))
    assert said.to_json()["confusion"]["shade"]["background"] == 1


def test_counts_of_several_pictures_add_up(figure):
    classes, cel = figure
    one = FillConfusion.of(drawn(classes, cel), read(classes, cel))
    assert (one + one + FillConfusion.empty()).areas == 4


def test_an_empty_picture_has_no_accuracy():
    nothing = np.zeros((20, 20), np.uint8)
    assert FillConfusion.of(drawn(nothing, nothing > 0), read(nothing, nothing > 0)).accuracy is None


def test_outlines_that_the_mask_cut_away_are_missed_and_inner_lines_do_not_count():
    cel = np.zeros((40, 60), bool)
    cel[8:32, 8:52] = True
    classes = np.zeros((40, 60), np.uint8)
    classes[8, 8:52] = classes[31, 8:52] = LINE
    classes[8:32, 8] = classes[8:32, 51] = LINE
    classes[18:20, 20:40] = LINE  # inside: no outline
    truth = drawn(classes, cel)
    assert outline_recall(truth, read(classes, cel)).recall == 1.0
    without_inner = classes.copy()
    without_inner[18:20, 20:40] = 0
    assert outline_recall(truth, read(without_inner, cel)).recall == 1.0
    eaten = classes.copy()
    eaten[8, 8:52] = 0
    assert 0.6 < outline_recall(truth, read(eaten, cel)).recall < 0.75
