"""Whole areas and whose move they follow: a wall, a figure, and networks that are wrong about a piece."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.errors import ConfigError
from dougagen.reconstruction.move_votes import said_by_moves
from dougagen.reconstruction.shot_config import AreaVoteConfig, MoveVoteConfig, ShotConfig
from dougagen.reconstruction.shot_evidence import evidence_of
from dougagen.reconstruction.shot_looks import Look

HEIGHT, WIDTH = 100, 180
ARM, POSTER = (slice(44, 84), slice(28, 44)), (slice(12, 36), slice(120, 160))
"""A flat piece of the figure, from its left edge, and a flat piece of the wall."""
PAN = 2


def looks_at(
    steps: Sequence[int], *, arm: float, poster: float, first_poster: float | None = None
) -> tuple[list[Look], list[int]]:
    """A wall that pans by 2 px while a figure goes by ``steps`` to the right of it; the odds of arm and
    poster, of the poster in the first drawing, and where the figure's left edge lies."""
    rng = np.random.default_rng(5)
    rough = rng.integers(112, 130, (HEIGHT // 20, 15, 3)).astype(np.uint8)
    wall = cv2.resize(rough, (300, HEIGHT), interpolation=cv2.INTER_CUBIC)
    wall[POSTER] = (60, 140, 70)
    body = np.zeros((50, 28, 3), np.uint8) + np.uint8(200)
    body[::16], body[:, ::13] = (40, 30, 30), (90, 60, 60)
    looks: list[Look] = []
    left, lefts = 10, []
    for k, step in enumerate((0, *steps)):
        left += step
        picture = np.ascontiguousarray(wall[:, PAN * k : PAN * k + WIDTH])
        odds = np.full((HEIGHT, WIDTH), -3.0, np.float32)
        of_poster = poster if first_poster is None or k else first_poster
        odds[POSTER[0], POSTER[1].start - PAN * k : POSTER[1].stop - PAN * k] = of_poster
        picture[40:90, left : left + 28], odds[40:90, left : left + 28] = body, 3.0
        there = (ARM[0], slice(ARM[1].start + left, ARM[1].stop + left))
        picture[there], odds[there] = (225, 190, 60), arm
        look = Look.at(picture, odds, in_plain_light=True, config=ShotConfig())
        if k:
            look.move, look.figures = np.eye(3), np.eye(3)
            look.move[0, 2], look.figures[0, 2] = -PAN, step
            look.place[0, 2] = PAN * k
        looks.append(look)
        lefts.append(left)
    return looks, lefts


def inside(values: NDArray[np.float32], where: tuple[slice, slice], by: int) -> NDArray[np.float32]:
    rows, columns = where
    return values[rows.start + 4 : rows.stop - 4, columns.start + 4 + by : columns.stop - 4 + by]


def test_an_arm_whose_outline_goes_with_the_figure_is_cel_although_the_network_misses_it() -> None:
    looks, lefts = looks_at([6] * 5, arm=-2.0, poster=-3.0)
    _, words = said_by_moves(looks, ShotConfig())
    for k, left in enumerate(lefts):
        assert inside(words[k], ARM, left).min() > 2.0
    changes = evidence_of(looks, ShotConfig()).changes
    for look, change, left in zip(looks, changes, lefts, strict=True):
        assert np.mean(inside(look.odds + change, ARM, left) > 0) > 0.95


def test_a_poster_goes_with_its_wall_and_the_wall_around_a_figure_is_no_cel() -> None:
    looks, lefts = looks_at([6] * 5, arm=3.0, poster=2.0)
    _, words = said_by_moves(looks, ShotConfig())
    for k, left in enumerate(lefts):
        assert inside(words[k], POSTER, -PAN * k).max() < -2.0
        assert words[k][:, left + 48 :].max() <= 0.0
    changes = evidence_of(looks, ShotConfig()).changes
    for k, (look, change) in enumerate(zip(looks, changes, strict=True)):
        assert np.mean(inside(look.odds + change, POSTER, -PAN * k) < 0) > 0.95


def test_drawings_that_agree_on_a_mistake_do_not_turn_over_one_that_was_right() -> None:
    looks, _ = looks_at([6] * 5, arm=3.0, poster=6.0, first_poster=-3.0)
    change = evidence_of(looks, ShotConfig()).changes[0]
    assert inside(looks[0].odds + change, POSTER, 0).max() < 0


def test_a_figure_that_stands_on_the_ground_stays_cel_while_another_walks() -> None:
    looks, _ = looks_at([6] * 5, arm=3.0, poster=5.0)  # by its move it may as well be a figure
    for k, (look, change) in enumerate(zip(looks, evidence_of(looks, ShotConfig()).changes, strict=True)):
        assert inside(look.odds + change, POSTER, -PAN * k).min() > 0


def test_a_figure_that_sways_in_its_place_says_nothing_of_areas() -> None:
    looks, _ = looks_at([2, -6, 2, -6, 2], arm=3.0, poster=2.0)
    at_once = ShotConfig(moves=MoveVoteConfig(areas=AreaVoteConfig(parted=1.0)))
    assert said_by_moves(looks, at_once)[1].any()
    assert not said_by_moves(looks, ShotConfig())[1].any()


def test_figures_that_were_followed_in_one_step_only_say_nothing_of_areas() -> None:
    looks, _ = looks_at([20, 1, 1, 1], arm=-2.0, poster=2.0)
    assert said_by_moves(looks, ShotConfig())[1].any()
    for look in looks[2:]:
        look.figures = None
    assert not said_by_moves(looks, ShotConfig())[1].any()


def test_a_move_that_next_to_no_believed_cel_follows_is_not_the_figures() -> None:
    looks, lefts = looks_at([6] * 5, arm=-3.0, poster=3.0)
    for look, left in zip(looks, lefts, strict=True):
        look.odds[40:90, left : left + 28] = -3.0
    assert not said_by_moves(looks, ShotConfig())[1].any()


def test_ends_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ConfigError, match="figures_rim"):
        ShotConfig(moves=MoveVoteConfig(areas=AreaVoteConfig(figures_rim=(0.5, 0.3))))
