"""Things, creatures, machines, phenomena and abstract arrangements keep the promise of a subject."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import numpy as np
import pytest

from dougagen.studio.cel.cel import Cel
from dougagen.studio.cel.colors import paint_from
from dougagen.studio.cel.douga_truth import douga_of
from dougagen.studio.cel.sheet import CelSheet
from dougagen.studio.design.guide import random_guide
from dougagen.studio.design.subject import Pose, Subject
from dougagen.studio.design.things import abstract, creatures, machines, phenomena, props
from dougagen.studio.design.things.forms import Bench, Design, rectangle, star, tilted

FAMILIES = {
    "abstract": abstract.random_abstract,
    "prop": props.random_prop,
    "creature": creatures.random_creature,
    "machine": machines.random_machine,
    "phenomenon": phenomena.random_phenomenon,
}
DRAWINGS = [
    pytest.param(drawing, id=f"{module.__name__.rsplit('.', 1)[1]} {drawing.__name__.strip('_')}")
    for module in (abstract, props, creatures, machines, phenomena)
    for drawing, _ in module._DRAWINGS
]
Family = Callable[[np.random.Generator], Subject]


def drawn(subject: Subject, pose: Pose) -> Cel:
    sheet = CelSheet(height=120, width=160, lines=480)
    sheet.placement = np.array([[55.0, 0, 80], [0, 55.0, 60]])
    subject.draw(sheet, pose)
    return sheet.developed()


def same(one: Cel, other: Cel) -> bool:
    return one.color.tobytes() == other.color.tobytes() and one.kind.tobytes() == other.kind.tobytes()


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_every_drawing_can_be_drawn_in_every_pose(drawing: Callable[..., None]) -> None:
    poses = [Pose(), Pose(-1, -1, 1, 0, -1, -1, -1), Pose(1, 1, 0.5, 0.4, 1, 1, 1)]
    for seed, pose in enumerate(poses):
        cel = drawn(Design(drawing, random_guide(np.random.default_rng(seed)), seed), pose)
        assert (cel.coverage >= 128).mean() > 0.002, "nothing was drawn"
        assert np.isin(douga_of(cel), [0, 1, 2, 3, 4, 6, 7, 8]).all()


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES.keys())
def test_the_same_seed_and_pose_give_the_same_bytes(family: Family) -> None:
    pose = Pose(sway=0.5, gesture=-0.5)
    for seed in range(3):
        one, other = (family(np.random.default_rng(seed)) for _ in range(2))
        assert one == other
        first = drawn(one, pose)
        assert same(first, drawn(one, pose))
        assert same(first, drawn(other, pose))


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES.keys())
def test_another_seed_gives_another_design(family: Family) -> None:
    pictures = {drawn(family(np.random.default_rng(seed)), Pose()).color.tobytes() for seed in range(8)}
    assert len(pictures) == 8


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES.keys())
def test_the_design_moves_with_the_pose(family: Family) -> None:
    moved = 0
    for seed in range(10):
        subject = family(np.random.default_rng(seed))
        rest = drawn(subject, Pose())
        moved += not same(rest, drawn(subject, Pose(sway=0.8, gesture=0.8)))
    assert moved >= 7  # a few boards and boxes hold still


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES.keys())
def test_a_design_travels_to_a_worker_process(family: Family) -> None:
    subject = family(np.random.default_rng(5))
    assert pickle.loads(pickle.dumps(subject)) == subject


def test_the_mix_shows_every_class_of_the_cel() -> None:
    counts = np.zeros(10)
    for seed in range(60):
        rng = np.random.default_rng(seed)
        family = list(FAMILIES.values())[seed % 5]
        counts += np.bincount(douga_of(drawn(family(rng), Pose(gesture=0.2))).ravel(), minlength=10)
    share = counts / counts.sum()
    assert share[[1, 2, 3, 4, 6, 7, 8]].min() > 0.0003, share
    assert 0.005 < share[1] < 0.08
    assert 0.02 < share[6] < 0.16


def test_a_tilted_thing_keeps_its_size() -> None:
    box = rectangle(-0.5, -0.25, 0.5, 0.25)
    turned = tilted(0.7, about=(0.3, 0.1), shift=(0.0, 0.5))(box)
    assert np.linalg.norm(np.diff(turned, axis=0), axis=1) == pytest.approx([1.0, 0.5, 1.0])
    assert tilted(0.7, about=(0.3, 0.1))(np.array([(0.3, 0.1)]))[0] == pytest.approx([0.3, 0.1])


def test_a_rounded_rectangle_stays_in_its_box() -> None:
    shape = rectangle(-1, -2, 3, 4, round_by=0.5)
    assert shape.min(axis=0) == pytest.approx([-1, -2])
    assert shape.max(axis=0) == pytest.approx([3, 4])


def test_a_form_is_shaded_on_the_side_away_from_the_light() -> None:
    checked = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        guide = random_guide(rng)
        sheet = CelSheet(height=100, width=100)
        sheet.placement = np.array([[40.0, 0, 50], [0, 40.0, 50]])
        bench = Bench(sheet, guide)
        bench.form(rng, star(24, 1, 1), paint_from(rng, (180, 90, 60)), shine=0.0)
        shade = np.argwhere(douga_of(sheet.developed(), lines=540) == 6)
        if len(shade) > 30:
            y, x = shade.mean(axis=0) - 50
            assert x * guide.light[0] + y * guide.light[1] < 0
            checked += 1
    assert checked > 20
