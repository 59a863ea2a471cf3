"""Strokes: smooth curves and tapered strips."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from dougagen.studio.cel.sheet import CelSheet
from dougagen.studio.cel.strokes import Ink, ellipse, smooth, tapered_strip

BLACK = (0, 0, 0)
LINE = np.array([(10.0, 50.0), (190.0, 50.0)])


def inked(path: np.ndarray, ink: Ink, *, height: int = 100, width: int = 200) -> np.ndarray:
    sheet = CelSheet(height=height, width=width, lines=1080)
    sheet.stroke(path, ink)
    return sheet.developed().ink


def area(polygon: np.ndarray) -> float:
    return float(cv2.contourArea(polygon.astype(np.float32)))


def test_a_smooth_curve_passes_through_its_points() -> None:
    knots = np.array([(0.0, 0.0), (1.0, 2.0), (3.0, 1.0), (4.0, 4.0)])
    for closed in (False, True):
        curve = smooth(knots, closed=closed, steps=8)
        for knot in knots:
            assert np.abs(curve - knot).sum(axis=1).min() < 1e-12


def test_an_open_curve_ends_at_its_ends_and_a_closed_one_comes_round() -> None:
    knots = np.array([(0.0, 0.0), (2.0, 1.0), (3.0, -1.0)])
    curve = smooth(knots, closed=False)
    assert np.array_equal(curve[0], knots[0])
    assert np.array_equal(curve[-1], knots[-1])
    ring = smooth(ellipse(0, 0, 1, 1, steps=12), closed=True)
    assert np.abs(np.linalg.norm(ring, axis=1) - 1).max() < 0.01
    assert np.linalg.norm(ring[0] - ring[-1]) < 0.1


def test_an_ellipse_has_its_axes_and_its_turn() -> None:
    shape = ellipse(3, 4, 2, 1, turn=np.pi / 2)
    assert np.ptp(shape, axis=0) == pytest.approx([2, 4], abs=0.02)
    assert shape.mean(axis=0) == pytest.approx([3, 4])


def test_a_strip_has_the_area_of_its_line() -> None:
    path = np.array([(0.0, 0.0), (30.0, 0.0), (70.0, 20.0), (100.0, 20.0)])
    length = np.linalg.norm(np.diff(path, axis=0), axis=1).sum()
    total = sum(area(strip) for strip in tapered_strip(path, Ink(BLACK, 4), width=4.0))
    assert total == pytest.approx(4.0 * length, rel=0.02)


def test_a_taper_is_thick_in_the_middle_and_runs_out_at_the_ends() -> None:
    columns = inked(LINE, Ink(BLACK, 6, taper=1.0)).sum(axis=0)
    assert columns[100] == pytest.approx(6, abs=1)
    assert columns[12] <= 3
    assert columns[100] > columns[30] > columns[12]
    assert (inked(LINE, Ink(BLACK, 6)).sum(axis=0)[15:185] >= 5).all()


def test_gaps_are_where_the_pen_was_lifted() -> None:
    columns = inked(LINE, Ink(BLACK, 4, gaps=((0.25, 0.5),))).any(axis=0)
    assert columns[12:53].all()
    assert not columns[57:98].any()
    assert columns[102:188].all()


def test_a_stroke_that_crosses_itself_has_no_holes() -> None:
    t = np.linspace(0, 2 * np.pi, 160)
    eight = np.stack([100 + 70 * np.sin(t), 50 + 35 * np.sin(2 * t)], axis=1)
    mask = inked(eight, Ink(BLACK, 6))
    assert mask[47:54, 97:104].all()


@pytest.mark.parametrize("angle", [0.3, 1.0, 1.5708, 2.6])
def test_a_sharp_corner_is_filled(angle: float) -> None:
    corner = np.array([100.0, 50.0])
    path = np.stack([corner - (60, 0), corner, corner - 40 * np.array([np.cos(angle), np.sin(angle)])])
    mask = inked(path, Ink(BLACK, 6))
    ys, xs = np.mgrid[0:100, 0:200]
    near = (xs + 0.5 - 100) ** 2 + (ys + 0.5 - 50) ** 2 < 2.0**2
    assert mask[near].all()


def test_both_arms_of_a_sharp_corner_keep_their_width() -> None:
    mask = inked(np.array([(20.0, 80.0), (100.0, 80.0), (100.0, 60.0)]), Ink(BLACK, 6))
    assert mask[:, 40].sum() == pytest.approx(6, abs=1)
    assert mask[68, :].sum() == pytest.approx(6, abs=1)


def test_a_closed_outline_has_no_seam() -> None:
    ring = ellipse(100, 50, 60, 40, steps=64)
    mask = inked(np.concatenate([ring, ring[:1]]), Ink(BLACK, 3))
    contours, holes = cv2.findContours(mask.view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    assert len(contours) == 2
    assert (holes[0, :, 3] >= 0).sum() == 1


def test_a_point_is_no_line() -> None:
    assert not inked(np.array([(50.0, 50.0), (50.0, 50.0)]), Ink(BLACK, 4)).any()


def test_a_pen_pressed_less_keeps_its_ink() -> None:
    pen = Ink((10, 20, 30), 4.0, 0.5, ((0.1, 0.2),))
    assert pen.thinner(0.5) == Ink((10, 20, 30), 2.0, 0.5, ((0.1, 0.2),))
