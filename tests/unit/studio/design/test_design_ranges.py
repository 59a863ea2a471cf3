"""The knobs of a profile do what their names say, and the held-out family is another one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dougagen.domain import DougaClass as D
from dougagen.errors import ConfigError
from dougagen.studio.cel.douga_truth import douga_of
from dougagen.studio.cel.sheet import CelSheet
from dougagen.studio.design.people.character import random_character
from dougagen.studio.design.ranges import NATURAL, DesignRanges
from dougagen.studio.design.subject import Pose, Subject
from dougagen.studio.family import HELD_OUT_FAMILY, TRAINING_FAMILY, Designer
from dougagen.studio.framing import frame_subjects, random_pose


def classes_of(subject: Subject, pose: Pose, *, scale: float = 60.0) -> np.ndarray:
    sheet = CelSheet(height=100, width=120)
    sheet.placement = np.array([[scale, 0.0, 60.0], [0.0, scale, 40.0]])
    subject.draw(sheet, pose)
    return douga_of(sheet.developed())


def counts(ranges: DesignRanges, *, cast: int = 6) -> np.ndarray:
    """int64[10]: pixels of each class over a cast of characters."""
    found = np.zeros(10, np.int64)
    for seed in range(cast):
        person = random_character(np.random.default_rng(seed), ranges=ranges)
        found += np.bincount(classes_of(person, Pose(action="stand")).ravel(), minlength=10)
    return found


def test_without_shades_only_the_layers_of_eyes_are_shaded() -> None:
    flat, shaded = (counts(DesignRanges(unshaded=share)) for share in (1.0, 0.0))
    assert flat[D.SHADING_FILL] < 0.1 * shaded[D.SHADING_FILL]


def test_more_highlights_and_patches_are_more_of_their_classes() -> None:
    few, many = counts(DesignRanges(highlights=0, patches=0)), counts(DesignRanges(highlights=3, patches=3))
    assert many[D.HIGHLIGHT_FILL] > 2 * few[D.HIGHLIGHT_FILL]
    assert many[D.COLOR_FILL] > 2 * few[D.COLOR_FILL]


def test_without_lines_the_borders_are_color_edges() -> None:
    bare, inked = counts(replace(NATURAL, unlined=1.0)), counts(replace(NATURAL, unlined=0.0))
    assert bare[D.COLOR_EDGE] > 3 * inked[D.COLOR_EDGE]
    assert bare[D.VISIBLE_LINE] < 0.35 * inked[D.VISIBLE_LINE]


@pytest.mark.parametrize("wrong", [{"behind": 1.2}, {"patches": -0.1}, {"empty": float("nan")}])
def test_a_share_outside_its_range_is_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        DesignRanges(**wrong)


def test_the_shares_of_poses_are_kept() -> None:
    rng = np.random.default_rng(0)
    poses = [random_pose(rng, DesignRanges(behind=0.5, extreme=0.25)) for _ in range(400)]
    assert 0.4 < np.mean([pose.is_behind for pose in poses]) < 0.6
    assert 0.17 < np.mean([abs(pose.pitch) > 1 for pose in poses]) < 0.33


def test_a_frame_is_empty_or_a_crowd_as_often_as_asked() -> None:
    rng = np.random.default_rng(1)
    size = {"lines": 200, "height": 200, "width": 300}
    assert not frame_subjects(rng, **size, ranges=DesignRanges(empty=1.0, crowd=0.0))
    assert len(frame_subjects(rng, **size, ranges=DesignRanges(empty=0.0, crowd=1.0))) >= 6


@pytest.mark.parametrize("designer", ["person", "thing"])
def test_the_held_out_family_shares_no_drawing_code_with_the_studios(designer: str) -> None:
    for seed in range(8):
        ours, held_out = (
            getattr(getattr(family, designer)(np.random.default_rng(seed), ranges=NATURAL), "drawing", None)
            for family in (TRAINING_FAMILY, HELD_OUT_FAMILY)
        )
        assert held_out.__module__.startswith("dougagen.studio.held_out.")
        assert "held_out" not in getattr(ours, "__module__", "")


@pytest.mark.parametrize("designer", [HELD_OUT_FAMILY.person, HELD_OUT_FAMILY.thing], ids=["person", "thing"])
@pytest.mark.parametrize("seed", range(8))
def test_a_held_out_subject_is_repeatable_in_any_pose_and_size(seed: int, designer: Designer) -> None:
    rng = np.random.default_rng([seed, 3])
    pose, scale = random_pose(rng), float(np.exp(rng.uniform(np.log(10), np.log(400))))
    one, other = (
        classes_of(designer(np.random.default_rng(seed), ranges=NATURAL), pose, scale=scale) for _ in "ab"
    )
    assert one.any()
    assert np.array_equal(one, other)
