"""Burnt-in text changes a small part of the picture and nothing else."""

from __future__ import annotations

import numpy as np

from dougagen.studio.stand.lettering import _shorter, burn_text, text_layer

_PICTURE = np.full((270, 480, 3), (90, 120, 150), np.uint8)


def test_text_changes_some_pixels_and_leaves_most() -> None:
    shares = [
        (burn_text(np.random.default_rng(s), _PICTURE) != _PICTURE).any(axis=2).mean() for s in range(60)
    ]
    assert np.mean([share > 0.0005 for share in shares]) > 0.95
    assert max(shares) < 0.3


def test_the_given_picture_is_not_written_to() -> None:
    before = _PICTURE.copy()
    burn_text(np.random.default_rng(3), _PICTURE)
    assert np.array_equal(before, _PICTURE)


def test_the_same_seed_burns_the_same_text() -> None:
    for seed in range(10):
        one, other = (burn_text(np.random.default_rng(seed), _PICTURE) for _ in range(2))
        assert np.array_equal(one, other)


def test_subtitles_stand_mostly_at_the_bottom() -> None:
    weight = np.zeros(270)
    for seed in range(80):
        weight += (burn_text(np.random.default_rng(seed), _PICTURE) != _PICTURE).any(axis=(1, 2))
    assert weight[200:].mean() > 1.5 * weight[40:160].mean()


def test_pictures_too_small_for_a_line_still_come_back() -> None:
    for seed in range(30):
        assert burn_text(np.random.default_rng(seed), _PICTURE[:40, :60]).shape == (40, 60, 3)


def test_what_text_covers_is_what_it_hides() -> None:
    for seed in range(20):
        layer = text_layer(np.random.default_rng(seed), height=270, width=480)
        black, white = (layer.over(np.full((270, 480, 3), level, np.uint8)) for level in (0, 255))
        seen_through = white.astype(int).max(axis=-1) - black.max(axis=-1)
        assert np.array_equal(layer.covered, layer.alpha >= 128)
        assert np.abs(seen_through[layer.covered]).max(initial=0) <= 130
        assert not (layer.color > layer.alpha[..., None].astype(int) + 1).any()


def test_words_are_not_cut() -> None:
    assert _shorter("Please wait here", share=0.8) == "Please wait"
    assert _shorter("Please wait here", share=0.7) == "Please wait"
    assert _shorter("約束の時間", share=0.5) == "約束"
    assert _shorter("ab", share=0.99) == "a"
