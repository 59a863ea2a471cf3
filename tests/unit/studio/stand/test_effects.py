"""Effects change colours and leave every edge where it is."""

from __future__ import annotations

import numpy as np
import pytest

from dougagen.studio.stand import effects
from dougagen.studio.stand.effects import apply_effects


def _step() -> tuple[np.ndarray, np.ndarray]:
    """A picture dark left of column 80 and light from there, and a cel over the light half."""
    picture = np.full((120, 160, 3), 60, np.uint8)
    picture[:, 80:] = 190
    alpha = np.zeros((120, 160), np.float32)
    alpha[:, 80:] = 1
    return picture, alpha


@pytest.mark.parametrize("effect", effects.EFFECTS, ids=lambda e: e.__name__)
def test_no_effect_moves_an_edge(effect: effects.Effect) -> None:
    picture, alpha = _step()
    for seed in range(8):
        changed = effect(np.random.default_rng(seed), picture.copy(), alpha)
        assert changed.shape == picture.shape
        slope = np.abs(np.median(np.diff(changed.astype(int).mean(axis=2), axis=1), axis=0))
        if slope.max() > 6:  # a backlit cel may come down to its background
            assert abs(int(slope.argmax()) - 79) <= 1


def test_effects_are_repeatable_and_do_not_write_to_the_picture() -> None:
    picture, alpha = _step()
    before = picture.copy()
    for seed in range(20):
        one = apply_effects(np.random.default_rng(seed), picture, cel_alpha=alpha)
        other = apply_effects(np.random.default_rng(seed), picture, cel_alpha=alpha)
        assert np.array_equal(one, other)
        assert one is not picture
    assert np.array_equal(before, picture)


def test_some_pictures_get_none_and_some_get_dark() -> None:
    picture, alpha = _step()
    changed = [apply_effects(np.random.default_rng(s), picture, cel_alpha=alpha) for s in range(120)]
    assert 0.15 < np.mean([np.array_equal(c, picture) for c in changed]) < 0.45
    assert np.mean([c.mean() < 0.6 * picture.mean() for c in changed]) > 0.05


def test_a_drawing_is_never_lost_in_black_or_white() -> None:
    rng = np.random.default_rng(0)
    picture = np.repeat(rng.integers(0, 256, (120, 160, 1), np.uint8), 3, axis=2)
    alpha = np.ones((120, 160), np.float32)
    for seed in range(150):
        assert apply_effects(np.random.default_rng(seed), picture, cel_alpha=alpha).std() > 7
