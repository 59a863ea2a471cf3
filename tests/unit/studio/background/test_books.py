"""Books are partial, repeatable layers with straight alpha."""

from __future__ import annotations

import numpy as np
import pytest

from dougagen.studio.background.board.board import Board, Look
from dougagen.studio.background.books import COVER, VEIL_SHARE, is_veil, paint_book
from dougagen.studio.background.foreground import FOREGROUNDS, developed
from dougagen.studio.background.veils import paint_veil
from dougagen.studio.family import HELD_OUT_FAMILY


def _book(seed: int) -> np.ndarray:
    return paint_book(np.random.default_rng(seed), height=90, width=160)


def test_a_book_covers_a_part_of_the_picture() -> None:
    for seed in range(40):
        book = _book(seed)
        assert book.shape == (90, 160, 4)
        assert book.dtype == np.uint8
        assert COVER[0] * 0.6 <= book[..., 3].mean() / 255 <= COVER[1] * 1.1  # defocus spreads a little


def test_the_same_seed_gives_the_same_book() -> None:
    assert all(np.array_equal(_book(seed), _book(seed)) for seed in range(10))


def test_a_held_out_book_is_a_part_too_and_another_one_for_every_seed() -> None:
    books = [HELD_OUT_FAMILY.book(np.random.default_rng(seed), height=90, width=160) for seed in range(16)]
    assert all(0.005 < book[..., 3].mean() / 255 < 0.6 for book in books)
    assert len({book.tobytes() for book in books}) == 16


def test_edges_are_anti_aliased() -> None:
    soft = [((b[..., 3] > 20) & (b[..., 3] < 235)).any() for b in map(_book, range(20))]
    assert np.mean(soft) > 0.8


def test_alpha_is_straight_so_that_edges_have_no_dark_fringe() -> None:
    alpha = np.full((80, 80), 255, np.uint8)
    alpha[1::2] = 100  # every other row is an edge
    color = np.full((80, 80, 3), (200, 120, 60), np.uint8)
    premultiplied = (color * (alpha / 255)[..., None]).round().astype(np.uint8)
    for seed in range(20):
        book = developed(np.random.default_rng(seed), premultiplied, alpha, outlined=False).astype(int)
        full, edge = book[0::2, :, :3].mean(axis=(0, 1)), book[1::2, :, :3].mean(axis=(0, 1))
        assert np.abs(full - edge).max() < 0.06 * full.max() + 2


@pytest.mark.parametrize("outlined", [False, True])
@pytest.mark.parametrize("painter", [p for p, _ in FOREGROUNDS], ids=lambda p: p.__name__)
def test_every_foreground_leaves_part_of_the_picture_free(painter, outlined: bool) -> None:
    shares = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        board = Board(rng, height=72, width=128, look=Look(outlined))
        painter(board, rng)
        shares.append(board.finished_cover().mean() / 255)
    assert max(shares) > 0
    assert min(shares) < 0.9


def test_a_veil_is_seen_through_and_a_tree_is_not() -> None:
    veils = [paint_veil(np.random.default_rng(seed), height=90, width=160) for seed in range(20)]
    assert all(is_veil(veil) for veil in veils if (veil[..., 3] > 8).any())
    solid = np.zeros((90, 160, 4), np.uint8)
    solid[:, :40, 3] = 255
    assert not is_veil(solid)


def test_about_one_book_in_eight_is_a_veil() -> None:
    share = np.mean([is_veil(_book(seed)) for seed in range(60)])
    assert VEIL_SHARE / 3 < share < 2.5 * VEIL_SHARE
