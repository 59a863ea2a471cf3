"""Patterned walls and boards joined of two: opaque pictures of their seed, with more than one paint."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.studio.background import joined
from dougagen.studio.background.joined import paint_joined, paint_pattern_wall

Painter = Callable[..., NDArray[np.uint8]]


@pytest.mark.parametrize("paint", [paint_pattern_wall, paint_joined])
def test_the_same_seed_paints_the_same_wall(paint: Painter) -> None:
    seen = set()
    for seed in range(10):
        one, same = (paint(np.random.default_rng(seed), height=90, width=160) for _ in "ab")
        assert one.shape == (90, 160, 3)
        assert one.dtype == np.uint8
        assert one.tobytes() == same.tobytes()
        seen.add(one.tobytes())
    assert len(seen) == 10


def test_a_lattice_is_cells_and_not_one_tone() -> None:
    """Edges run through every third of the wall in most of them."""
    crossed = 0
    for seed in range(12):
        wall = paint_pattern_wall(np.random.default_rng(seed), height=120, width=210).astype(int)
        steps = np.abs(np.diff(wall, axis=1)).max(axis=-1) > 6
        crossed += all(third.any() for third in np.array_split(steps, 3, axis=1))
    assert crossed >= 8


def test_a_joined_board_shows_both_boards(monkeypatch: pytest.MonkeyPatch) -> None:
    """One is seen through an opening that leaves something of the other."""
    colors = iter([(200, 0, 0), (0, 0, 200)] * 12)

    def flat(_rng: np.random.Generator, *, height: int, width: int) -> NDArray[np.uint8]:
        return np.full((height, width, 3), next(colors), np.uint8)

    monkeypatch.setattr(joined, "paint_background", flat)
    monkeypatch.setattr(joined, "paint_pattern_wall", flat)
    for seed in range(12):
        picture = paint_joined(np.random.default_rng(seed), height=90, width=160)
        shares = [(picture == color).all(axis=-1).mean() for color in ((200, 0, 0), (0, 0, 200))]
        assert min(shares) > 0.005
        assert sum(shares) > 0.5
