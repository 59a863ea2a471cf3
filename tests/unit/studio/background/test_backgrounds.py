"""Backgrounds are full, repeatable, varied, and often drawn like cels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from dougagen.studio.background import painting
from dougagen.studio.background.board.board import Board, Look
from dougagen.studio.background.board.finish import harmonised
from dougagen.studio.background.board.shapes import oval
from dougagen.studio.background.board.surface import front
from dougagen.studio.background.painting import OUTLINED_SHARE, paint_background
from dougagen.studio.background.places.roadside import OUTDOORS
from dougagen.studio.background.places.seats import PIECES
from dougagen.studio.background.places.small_things import SMALL
from dougagen.studio.family import HELD_OUT_FAMILY, TRAINING_FAMILY, Family
from dougagen.studio.held_out import backgrounds as heldout
from dougagen.studio.held_out.canvas import Canvas, Pen, any_palette

BOTH_FAMILIES = pytest.mark.parametrize(
    "family", [TRAINING_FAMILY, HELD_OUT_FAMILY], ids=["training", "held out"]
)


def _small(seed: int, family: Family = TRAINING_FAMILY) -> np.ndarray:
    return family.background(np.random.default_rng(seed), height=90, width=160)


@BOTH_FAMILIES
def test_the_same_seed_gives_the_same_bytes(family: Family) -> None:
    assert all(np.array_equal(_small(seed, family), _small(seed, family)) for seed in range(5))


def test_every_seed_gives_another_picture() -> None:
    pictures = [_small(seed).tobytes() for seed in range(12)]
    assert len(set(pictures)) >= 11  # black and white paper may come twice


@BOTH_FAMILIES
@pytest.mark.parametrize(("height", "width"), [(64, 64), (89, 161), (100, 500), (400, 120)])
def test_a_background_has_the_size_that_was_asked_for(height: int, width: int, family: Family) -> None:
    for seed in range(3):
        picture = family.background(np.random.default_rng(seed), height=height, width=width)
        assert picture.shape == (height, width, 3)
        assert picture.dtype == np.uint8
        assert picture.flags.c_contiguous


def test_a_background_for_a_pan_is_as_wide_as_the_pan() -> None:
    assert paint_background(np.random.default_rng(1), height=90, width=400).shape == (90, 400, 3)


@pytest.mark.parametrize("outlined", [False, True])
@pytest.mark.parametrize("painter", [p for p, _, _ in painting._PAINTERS], ids=lambda p: p.__name__)
def test_every_painter_covers_the_whole_board_in_both_looks(
    painter: painting.Painter, outlined: bool
) -> None:
    for seed in range(2):
        rng = np.random.default_rng(seed)
        board = Board(rng, height=72, width=128, look=Look(outlined))
        painter(board, rng)
        assert board.finished_cover().min() == 255


def test_a_third_of_the_backgrounds_is_outlined_and_flat_like_cels() -> None:
    assert OUTLINED_SHARE >= 1 / 3
    crisp = 0
    for seed in range(24):
        picture = paint_background(np.random.default_rng(seed), height=180, width=320)
        strong = cv2.Canny(picture, 150, 300).mean() / 255 > 0.01
        flat = (cv2.Laplacian(picture, cv2.CV_16S).max(axis=2) == 0).mean() > 0.4
        crisp += bool(strong and flat)
    assert crisp >= 24 * 0.12  # flat to the last level *and* busy; softer ones come on top


def test_dark_and_light_pictures_both_come() -> None:
    means = np.array([_small(seed).mean() for seed in range(24)])
    assert (means < 60).mean() > 0.08
    assert (means > 150).mean() > 0.08


# ---- the board -----------------------------------------------------------------------------------------
def test_what_lies_behind_the_viewer_is_cut_off() -> None:
    board = Board(np.random.default_rng(0), height=40, width=40, look=Look(False))
    plane = front(board)
    plane.matrix[2] = (0, 2.0, -1.0)  # the upper half of the plane is behind the camera
    plane.fill([[0, 0], [1, 0], [1, 0.4], [0, 0.4]], (255, 255, 255))
    assert not board.pixels.any()


def test_a_shape_has_an_outline_only_in_the_outlined_look() -> None:
    def middle_row(look: Look) -> np.ndarray:
        board = Board(np.random.default_rng(0), height=120, width=120, look=look)
        board.pixels[:] = 200
        front(board).rect(0.25, 0.25, 0.5, 0.5, (200, 200, 200))
        return board.finished()[60, :, 0]

    assert (middle_row(Look(True, ink=(0, 0, 0), width=18)) < 60).sum() >= 4
    assert (middle_row(Look(False)) == 200).all()


@pytest.mark.parametrize("outlined", [False, True])
def test_a_body_is_darker_on_the_side_away_from_the_light(outlined: bool) -> None:
    board = Board(np.random.default_rng(0), height=100, width=100, look=Look(outlined))
    board.light = (-0.7, -0.7)  # from the upper left
    front(board).body(oval(0.5, 0.5, 0.4, 0.4), (200, 200, 200), bulk=0.3)
    picture = board.finished()[..., 0]
    assert picture[32, 32] == 200
    assert picture[70, 70] < 160


def test_the_shade_of_a_body_is_one_flat_tone_in_the_outlined_look() -> None:
    board = Board(np.random.default_rng(0), height=100, width=100, look=Look(True, ink=(0, 0, 0)))
    front(board).body(oval(0.5, 0.5, 0.4, 0.4), (200, 200, 200), bulk=0.3, shade=0.5)
    tones = set(np.unique(board.pixels))
    assert len(tones) == 3  # ink and empty board are both 0; base; shade
    assert tones == {0, 200, max(tones - {0, 200})}


@pytest.mark.parametrize("outlined", [False, True])
def test_every_thing_stands_on_its_foot_and_keeps_its_colour_inside_its_cover(outlined: bool) -> None:
    drawers = [lambda s, r, t=t: t(s, r, 0.5, 0.8, 0.3) for t in SMALL]
    drawers += [lambda s, r, p=p: p(s, r, 0.2, 0.8) for p, _ in (*PIECES, *OUTDOORS)]
    for number, draw in enumerate(drawers):
        rng = np.random.default_rng(number)
        board = Board(rng, height=120, width=160, look=Look(outlined, width=1.0))
        width = draw(front(board), rng)
        cover = board.cover > 0
        assert width > 0
        assert cover.any()
        assert cover[: int(0.78 * board.tall)].any()  # it rises from its foot
        stray = (board.pixels.max(axis=2) > 0) & ~cover
        lamp_light = cv2.dilate(stray.view(np.uint8), np.ones((1, 1), np.uint8)).mean() > 0.02
        assert lamp_light or not stray.any()


def test_harmony_keeps_greys_of_equal_light_apart_from_their_tint() -> None:
    grey = np.full((4, 4, 3), 120, np.uint8)
    for seed in range(12):
        tinted = harmonised(np.random.default_rng(seed), grey)
        assert (tinted == tinted[0, 0]).all()
        assert 60 <= tinted.mean() <= 165


# ---- the held-out family -------------------------------------------------------------------------------
@pytest.mark.parametrize("painter", [p for p, _ in heldout.PAINTERS], ids=lambda p: p.__name__)
def test_every_held_out_painter_leaves_finite_colours(painter: heldout.Painter) -> None:
    for seed, pen in enumerate((Pen(0.0, 0.5, flat=False), Pen(0.004, 0.9, flat=True))):
        rng = np.random.default_rng(seed)
        canvas = Canvas(rng, height=64, width=112, pen=pen)
        painter(canvas, rng, any_palette(rng))
        assert np.isfinite(canvas.pixels).all()
        assert canvas.finished().shape == (64, 112, 3)
