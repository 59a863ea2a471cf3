"""What a character promises to the scenes: exact, repeatable, in every pose and framing."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from dougagen.domain import DougaClass
from dougagen.studio.cel.cel import DEEP, Cel
from dougagen.studio.cel.douga_truth import douga_of
from dougagen.studio.cel.sheet import CelSheet
from dougagen.studio.design.people.character import Character, random_character
from dougagen.studio.design.subject import Pose

HEIGHT, WIDTH = 180, 240


def character(seed: int) -> Character:
    design = random_character(np.random.default_rng(seed))
    assert isinstance(design, Character)
    return design


def drawn(design: Character, pose: Pose, *, scale: float = 80.0, x: float = 0.0, y: float = 0.3) -> Cel:
    """The design at ``scale`` pixels a head with its point (x, y) in the middle of the sheet."""
    sheet = CelSheet(height=HEIGHT, width=WIDTH)
    sheet.placement = np.array([[scale, 0.0, WIDTH / 2 - scale * x], [0.0, scale, HEIGHT / 2 - scale * y]])
    design.draw(sheet, pose)
    return sheet.developed()


def same(one: Cel, other: Cel) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("color", "coverage", "ink", "part", "kind")
    )


def test_the_same_seed_and_pose_give_the_same_drawing() -> None:
    pose = Pose(yaw=-0.4, pitch=0.2, mouth=0.6, sway=0.3, gesture=-0.5)
    assert same(drawn(character(3), pose), drawn(character(3), pose))


def test_a_drawing_leaves_no_trace_in_the_design() -> None:
    design = character(4)
    before = drawn(design, Pose())
    drawn(design, Pose(yaw=0.8, mouth=1.0, eyes=0.0))
    assert same(before, drawn(design, Pose()))
    with pytest.raises(FrozenInstanceError):
        design.head = character(5).head  # type: ignore[misc]


def test_different_seeds_are_different_people() -> None:
    assert not same(drawn(character(1), Pose()), drawn(character(2), Pose()))


def test_the_placement_is_given_back_as_it_was() -> None:
    sheet = CelSheet(height=20, width=20)
    sheet.placement = np.array([[10.0, 0.0, 10.0], [0.0, 10.0, 10.0]])
    before = sheet.placement.copy()
    character(1).draw(sheet, Pose(yaw=-1.0))
    assert np.array_equal(sheet.placement, before)


@pytest.mark.parametrize(
    "change", [{"yaw": 0.6}, {"pitch": 0.6}, {"mouth": 1.0}, {"eyes": 0.0}, {"gesture": 0.8}]
)
def test_every_pose_shows_in_the_drawing(change: dict[str, float]) -> None:
    pose = Pose(gesture=-0.8)
    seen = [
        not same(drawn(character(seed), pose, y=0.6), drawn(character(seed), replace(pose, **change), y=0.6))
        for seed in range(4)
    ]
    assert sum(seen) >= 3  # hair over the eyes or a scarf over the mouth may hide a change


def test_a_mouth_that_opens_changes_the_mouth_alone() -> None:
    design = character(7)
    shut, wide = drawn(design, Pose(), y=0.0), drawn(design, Pose(mouth=1.0), y=0.0)
    rows, _ = np.nonzero((shut.color != wide.color).any(axis=-1))
    top, bottom = rows.min() - HEIGHT / 2, rows.max() - HEIGHT / 2
    assert top > 0.15 * 80
    assert bottom < 0.62 * 80


def test_a_turn_to_the_left_mirrors_the_silhouette_of_a_turn_to_the_right() -> None:
    """The head itself has no left and right side but for its hair and light."""
    design = character(11)
    right, left = (drawn(design, Pose(yaw=yaw), y=0.3, scale=120).coverage for yaw in (0.9, -0.9))
    face = slice(70, 110)  # forehead to chin
    overlap = (right[face] >= 128) & (left[face, ::-1] >= 128)
    union = (right[face] >= 128) | (left[face, ::-1] >= 128)
    assert overlap.sum() / union.sum() > 0.85


@pytest.mark.parametrize("seed", range(20))
def test_any_pose_of_anybody_can_be_drawn_at_any_size(seed: int) -> None:
    rng = np.random.default_rng([seed, 1])
    design = character(100 + seed)
    pose = Pose(*(float(v) for v in rng.uniform(-1, 1, 2)), *(float(v) for v in rng.uniform(0, 1, 2)),
                *(float(v) for v in rng.uniform(-1, 1, 3)))  # fmt: skip
    cel = drawn(design, pose, scale=float(np.exp(rng.uniform(np.log(12), np.log(700)))))
    assert (cel.coverage >= 128).mean() > 0.005
    assert set(np.unique(cel.kind % DEEP)) <= {
        DougaClass.FLAT_AREA, DougaClass.SHADING_FILL, DougaClass.COLOR_FILL, DougaClass.HIGHLIGHT_FILL,
    }  # fmt: skip


def test_points_of_interest_lie_on_the_figure() -> None:
    for seed in range(6):
        design = character(seed)
        for name in ("eye", "face", "bust", "chest", "hand", "whole"):
            x, y, radius = design.points_of_interest[name]
            cel = drawn(design, Pose(), scale=0.5 * HEIGHT / radius, x=x, y=y)
            assert (cel.coverage >= 128).mean() > 0.03, (seed, name)


def test_every_class_of_the_cel_is_drawn_by_a_cast() -> None:
    classes = np.zeros(10, np.int64)
    for seed in range(12):
        douga = douga_of(drawn(character(seed), Pose(mouth=0.7)))
        classes += np.bincount(douga.ravel(), minlength=10)
    assert (classes[[1, 2, 3, 4, 6, 7, 8]] > 0).all()


def test_a_long_shot_draws_less_than_a_close_up() -> None:
    """Details under a pixel would melt into grey lines."""
    far = drawn(character(9), Pose(), scale=14.0, y=2.5)
    assert 0 < far.ink.sum() < 0.55 * (far.coverage >= 128).sum()
