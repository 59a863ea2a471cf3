"""Books are partial, repeatable layers with straight alpha."""

from __future__ import annotations

import numpy as np

from dougagen.studio import books
from dougagen.studio.books import COVER, paint_book


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


def test_edges_are_anti_aliased() -> None:
    soft = [((b[..., 3] > 20) & (b[..., 3] < 235)).any() for b in map(_book, range(20))]
    assert np.mean(soft) > 0.8


def test_alpha_is_straight_so_that_edges_have_no_dark_fringe() -> None:
    alpha = np.full((80, 80), 255, np.uint8)
    alpha[1::2] = 100  # every other row is an edge
    color = np.full((80, 80, 3), (200, 120, 60), np.uint8)
    premultiplied = (color * (alpha / 255)[..., None]).round().astype(np.uint8)
    for seed in range(20):
        book = books._developed(np.random.default_rng(seed), premultiplied, alpha, outlined=False).astype(int)
        full, edge = book[0::2, :, :3].mean(axis=(0, 1)), book[1::2, :, :3].mean(axis=(0, 1))
        assert np.abs(full - edge).max() < 0.06 * full.max() + 2
