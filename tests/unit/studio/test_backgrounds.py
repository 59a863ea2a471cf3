"""Backgrounds are full, repeatable, varied, and often drawn like cels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from dougagen.studio import background
from dougagen.studio.background import OUTLINED_SHARE, paint_background, paint_wide_background
from dougagen.studio.background.board import Board, Look, front


def _small(seed: int) -> np.ndarray:
    return paint_background(np.random.default_rng(seed), height=90, width=160)


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert all(np.array_equal(_small(seed), _small(seed)) for seed in range(8))


def test_every_seed_gives_another_picture() -> None:
    pictures = [_small(seed).tobytes() for seed in range(25)]
    assert len(set(pictures)) >= 23  # black and white paper may come twice


@pytest.mark.parametrize(("height", "width"), [(64, 64), (89, 161), (270, 480), (256, 700), (400, 120)])
def test_a_background_has_the_size_that_was_asked_for(height: int, width: int) -> None:
    for seed in range(6):
        picture = paint_background(np.random.default_rng(seed), height=height, width=width)
        assert picture.shape == (height, width, 3)
        assert picture.dtype == np.uint8
        assert picture.flags.c_contiguous


def test_a_wide_background_is_as_wide_as_the_pan() -> None:
    assert paint_wide_background(np.random.default_rng(1), height=90, width=400).shape == (90, 400, 3)


@pytest.mark.parametrize("outlined", [False, True])
@pytest.mark.parametrize("painter", [p for p, _, _ in background._PAINTERS], ids=lambda p: p.__name__)
def test_every_painter_covers_the_whole_board_in_both_looks(
    painter: background.Painter, outlined: bool
) -> None:
    for seed in range(3):
        rng = np.random.default_rng(seed)
        board = Board(rng, height=72, width=128, look=Look(outlined))
        painter(board, rng)
        assert board.finished_cover().min() == 255


def test_a_third_of_the_backgrounds_is_outlined_and_flat_like_cels() -> None:
    assert OUTLINED_SHARE >= 1 / 3
    crisp = 0
    for seed in range(40):
        picture = paint_background(np.random.default_rng(seed), height=180, width=320)
        strong = cv2.Canny(picture, 150, 300).mean() / 255 > 0.01
        flat = (cv2.Laplacian(picture, cv2.CV_16S).max(axis=2) == 0).mean() > 0.4
        crisp += bool(strong and flat)
    assert crisp >= 40 * 0.15  # flat to the last level *and* busy; softer ones come on top


def test_dark_and_light_pictures_both_come() -> None:
    means = np.array([_small(seed).mean() for seed in range(40)])
    assert (means < 60).mean() > 0.08
    assert (means > 150).mean() > 0.08


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
