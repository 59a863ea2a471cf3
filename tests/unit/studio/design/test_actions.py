"""Bodies that sit, run and turn their back: drawable, different, exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dougagen.errors import ConfigError
from dougagen.studio.cel.cel import Cel
from dougagen.studio.cel.sheet import CelSheet
from dougagen.studio.design.people.actions import ACTIONS, directions
from dougagen.studio.design.people.character import Character, random_character
from dougagen.studio.design.subject import Pose

HEIGHT, WIDTH = 150, 120


def character(seed: int) -> Character:
    design = random_character(np.random.default_rng(seed))
    assert isinstance(design, Character)
    return design


def drawn(design: Character, pose: Pose, *, scale: float = 18.0) -> Cel:
    sheet = CelSheet(height=HEIGHT, width=WIDTH)
    sheet.placement = np.array([[scale, 0.0, WIDTH / 2], [0.0, scale, 1.2 * scale]])
    design.draw(sheet, pose)
    return sheet.developed()


def silhouette(design: Character, pose: Pose) -> np.ndarray:
    return drawn(design, pose).coverage >= 128


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_every_action_is_drawn_from_the_front_and_from_behind(name: str) -> None:
    design = character(17)
    front = silhouette(design, Pose(action=name, yaw=0.3))
    behind = silhouette(design, Pose(action=name, yaw=0.3, is_behind=True))
    assert front.mean() > 0.02
    assert behind.mean() > 0.02
    assert (front != behind).any()


def test_actions_are_told_apart_by_their_silhouettes() -> None:
    design = character(3)
    shapes = [silhouette(design, Pose(action=name)) for name in ("stand", "sit", "run", "jump", "crouch")]
    for i, one in enumerate(shapes):
        for other in shapes[i + 1 :]:
            assert (one & other).sum() / (one | other).sum() < 0.9


def test_a_pose_without_an_action_has_the_habit_of_the_design() -> None:
    design = character(5)
    run = replace(design, body=replace(design.body, action=ACTIONS["run"]))
    assert np.array_equal(drawn(run, Pose()).color, drawn(design, Pose(action="run")).color)


def test_an_unknown_action_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"unknown action 'fly'.*sit"):
        character(1).draw(CelSheet(height=10, width=10), Pose(action="fly"))


def test_a_face_does_not_show_from_behind() -> None:
    design = character(7)
    pose = Pose(is_behind=True, yaw=0.2)
    grimace = replace(pose, mouth=1.0, eyes=0.0, gaze=1.0)
    assert np.array_equal(drawn(design, pose).color, drawn(design, grimace).color)


def test_a_head_that_leans_moves_and_its_body_does_not() -> None:
    design = character(9)
    straight, leaning = (drawn(design, Pose(action="stand", tilt=tilt)) for tilt in (0.0, 0.3))
    head, legs = slice(0, 30), slice(70, 150)
    assert (straight.coverage[head] != leaning.coverage[head]).any()
    assert np.array_equal(straight.coverage[legs], leaning.coverage[legs])


def test_a_limb_hangs_at_zero_degrees_and_points_forwards_at_ninety() -> None:
    hanging, forwards = (directions(((a, 0, a, 0),) * 2, 0.0, side=1.0) for a in (0, 90))
    assert np.allclose(hanging, [[0, 1, 0], [0, 1, 0]])
    assert np.allclose(forwards, [[0, 0, 1], [0, 0, 1]])
    outwards = directions(((0, 90, 0, 90),) * 2, 0.0, side=-1.0)
    assert np.allclose(outwards, [[-1, 0, 0], [-1, 0, 0]])
