"""Another hand: facets stay near the outline, fill and ink agree, a share of nought changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.hand import AS_DESIGNED, Hand, another_hand
from dougagen.studio.cel.sheet import CelSheet
from dougagen.studio.cel.strokes import Ink, Points

PAINT = Paint((200, 90, 60), (150, 60, 40), (110, 40, 30), (240, 200, 180))
INK = Ink((10, 10, 10), 6.0)


def circle(count: int = 80) -> Points:
    a = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack([60 + 40 * np.cos(a), 60 + 40 * np.sin(a)], 1)


def test_the_hand_that_draws_as_designed_changes_no_point() -> None:
    assert AS_DESIGNED.outline(circle()) is not None
    for changed in (
        AS_DESIGNED.outline(circle()),
        AS_DESIGNED.path(circle()),
        AS_DESIGNED.strayed(circle(), scale=2),
    ):
        assert np.array_equal(changed, circle())
    assert AS_DESIGNED.ink(INK) is INK
    placed = np.array([[2.0, 0.5, 30.0], [-0.5, 2.0, 40.0]])
    assert np.array_equal(AS_DESIGNED.placement(placed), placed)


@pytest.mark.parametrize("facet", [0.01, 0.05, 0.1])
def test_facets_are_few_points_of_the_outline_and_stray_no_further_than_said(facet: float) -> None:
    outline = circle()
    faceted = Hand(facet=facet).outline(outline)
    assert 3 <= len(faceted) < len(outline) / 2
    assert all(np.abs(outline - point).sum(axis=1).min() < 1e-3 for point in faceted)
    reach = np.hypot(*(faceted - 60).T)
    size = np.hypot(80, 80)
    middles = (faceted + np.roll(faceted, 1, axis=0)) / 2
    assert (reach > 39.9).all()
    assert (np.hypot(*(middles - 60).T) > 40 - facet * size - 0.1).all()


def test_outlines_without_a_shape_are_left_alone() -> None:
    hand = Hand(facet=0.1)
    for points in (np.zeros((9, 2)), circle(3), np.array([[0.0, 0], [1, 0], [1, 0], [0, 0]])):
        assert len(hand.outline(points)) == len(points)


def test_a_wavering_contour_stays_within_its_reach() -> None:
    strayed = Hand(waver=3.0, wave=80.0, phase=1.0).strayed(circle(), scale=2.0)
    far = np.abs(strayed - circle()).max()
    assert 1.0 < far <= 1.5 * 3.0 * 2.0


def test_fill_and_ink_follow_the_same_facets() -> None:
    """The outline's ink covers the border of the fill: no paint shows outside of it."""
    sheet = CelSheet(height=120, width=120, lines=1080, hand=Hand(facet=0.08, waver=2.0, wave=90.0))
    sheet.part(circle(), PAINT, INK)
    cel = sheet.developed()
    painted = (cel.coverage > 250) & ~cel.ink
    free = cel.coverage == 0
    grown = np.zeros_like(free)
    for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0)):
        grown |= np.roll(free, (dy, dx), axis=(0, 1))
    assert painted.any()
    assert not (painted & grown).any()


def test_no_weight_draws_no_line_and_another_a_wider_one() -> None:
    def inked(hand: Hand) -> int:
        sheet = CelSheet(height=120, width=120, lines=1080, hand=hand)
        sheet.part(circle(), PAINT, INK)
        return int(sheet.developed().ink.sum())

    assert inked(Hand(weight=0.0)) == 0
    assert inked(Hand(weight=2.0)) > 1.6 * inked(AS_DESIGNED) > 0


def test_hands_differ_and_are_their_seeds() -> None:
    hands = [another_hand(np.random.default_rng(seed)) for seed in range(40)]
    assert hands == [another_hand(np.random.default_rng(seed)) for seed in range(40)]
    assert len(set(hands)) == len(hands)
    assert any(hand.facet for hand in hands)
    assert any(hand.weight == 0 for hand in hands)
