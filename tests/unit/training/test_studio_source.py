"""The studio as a source: fresh scenes in the order of their seeds, whatever the number of workers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from dougagen.domain import Triplet
from dougagen.errors import ConfigError
from dougagen.studio.profiles import HELD_OUT, Profile
from dougagen.studio.scene import shoot_scene
from dougagen.training import StudioSource, StudioSupply, TrainingConfig, train

SMALL = Profile("small", largest=64)
NETWORK = {"widths": [8, 8, 8, 8], "context_width": 8, "context_blocks": 1}


def supply(**options: object) -> StudioSupply:
    return StudioSupply(**{"profile": SMALL, "crops_a_scene": 2.0, "scenes": 4, "first": 3, **options})


def seen(source: StudioSource, steps: range) -> list[bytes]:
    """What a sampler with one and the same generator draws at each step."""
    return [source.at(step).sample(np.random.default_rng(step)).triplet.color.tobytes() for step in steps]


@pytest.fixture(scope="module")
def by_one_worker() -> Iterator[tuple[StudioSource, list[bytes]]]:
    with StudioSource(supply(is_exact=True), crops_a_step=2) as source:
        yield source, seen(source, range(6))


def test_what_a_step_sees_does_not_depend_on_the_number_of_workers(
    by_one_worker: tuple[StudioSource, list[bytes]],
) -> None:
    _, alone = by_one_worker
    with StudioSource(supply(is_exact=True, workers=2), crops_a_step=2) as source:
        assert seen(source, range(6)) == alone
    assert len(set(alone)) > 2


def test_scenes_are_those_of_the_seeds_and_old_ones_go(
    by_one_worker: tuple[StudioSource, list[bytes]],
) -> None:
    source, _ = by_one_worker
    assert source.due_at(5) == 3 + 5
    standing = [picture.color.tobytes() for picture in source.at(5).pictures]
    made = (shoot_scene(source.seed_of(n), profile=SMALL) for n in range(8))
    assert standing == [one.triplet.color.tobytes() for one in made if not one.flags][-4:]


def test_a_network_learns_from_it_without_waiting_and_says_so(tmp_path) -> None:
    config = TrainingConfig.of(
        {"task": "cel", "crop": 32, "batch_size": 2, "network": NETWORK, "steps": 3, "device": "cpu"}
    )
    with StudioSource(supply(), crops_a_step=config.crops_a_step) as source:
        assert source.class_frequencies().sum() == pytest.approx(1)
        result = train(config, source, out=tmp_path)
        assert result.steps == 3
        assert source.facts()["data"] == "studio, profile small, drawn while training"
        standing = source.at(100_000)  # far beyond what can have been drawn
        assert 1 <= len(standing.pictures) <= 4
        assert isinstance(standing.sample(np.random.default_rng(0)).triplet, Triplet)


def test_the_held_out_family_is_refused() -> None:
    with pytest.raises(ConfigError, match="for evaluation alone"):
        StudioSupply(HELD_OUT)
    with pytest.raises(ConfigError, match="scenes ≥ first"):
        StudioSupply(first=9, scenes=3)
