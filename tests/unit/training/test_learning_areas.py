"""What an area is can be learned from what it borders, and depends on the seed and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_weights import write_tiny_weights

from dougagen.cli.train import train
from dougagen.errors import ConfigError, UsageError
from dougagen.networks import AreaGraph, AreaNetworkConfig, load_weights
from dougagen.networks.area_network import FILL_AREAS, FILL_COUNT
from dougagen.training.areas import AreaExample, AreaTrainingConfig, learn_areas

_LIGHTER = 12
"""Of a pair's numbers: how much lighter the neighbour is."""
SMALL = AreaTrainingConfig(network=AreaNetworkConfig(16, 2), epochs=30, learning_rate=1e-2)


def shaded(seed: int, count: int = 12) -> AreaExample:
    """Areas two by two, of which the darker is a shade; the douga network calls everything base."""
    rng = np.random.default_rng(seed)
    light = rng.random(count)
    here = np.arange(0, count, 2)
    pairs = np.concatenate([np.stack([here, here + 1]), np.stack([here + 1, here])], axis=1)
    of_pairs = np.zeros((pairs.shape[1], FILL_AREAS.neighbours), np.float32)
    of_pairs[:, _LIGHTER] = light[pairs[1]] - light[pairs[0]]
    areas, votes = np.zeros((count, FILL_AREAS.areas), np.float32), np.zeros((count, FILL_COUNT), np.float32)
    votes[:, 0] = 1
    truth = np.zeros((count, FILL_COUNT), np.int64)
    is_shade = light < light[np.arange(count) ^ 1]
    truth[np.arange(count), is_shade.astype(int)] = 100
    graph = AreaGraph(
        *(torch.from_numpy(each) for each in (areas, votes, pairs, of_pairs)),
        torch.zeros((2, 0), dtype=torch.int64),
        torch.zeros((0, FILL_AREAS.alike)),
    )
    return AreaExample(graph, np.full(count, 100.0), truth)


def test_a_shade_is_learned_as_what_is_darker_than_its_neighbour() -> None:
    told: list[float] = []
    learned = learn_areas(
        (shaded(seed) for seed in range(40)), SMALL, FILL_AREAS, lambda done, loss: told.append(done)
    )
    unseen = [shaded(seed) for seed in range(100, 120)]
    with torch.inference_mode():
        right = [
            (learned.network(each.graph).argmax(dim=1).numpy() == each.truth.argmax(axis=1)).mean()
            for each in unseen
        ]
    assert np.mean(right) > 0.9  # saying base everywhere is right in half
    assert told[-1] == 1
    assert (learned.pictures, learned.areas) == (40, 480)


def test_the_same_seed_learns_the_same() -> None:
    short = AreaTrainingConfig(network=AreaNetworkConfig(8, 1), epochs=2)
    first, second = (
        learn_areas([shaded(1), shaded(2)], short, FILL_AREAS).network.state_dict() for _ in range(2)
    )
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_pictures_without_areas_teach_nothing() -> None:
    with pytest.raises(ConfigError, match="no picture with two areas to learn from; read more scenes"):
        learn_areas([], SMALL, FILL_AREAS)


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"batch": 0}, {"learning_rate": 0}, {"silenced": 1}])
def test_options_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        AreaTrainingConfig(**wrong)  # type: ignore[arg-type]


def test_a_rate_that_is_too_high_is_a_line() -> None:
    with pytest.raises(ConfigError, match="not finite; use a lower learning rate"):
        learn_areas([shaded(1)], AreaTrainingConfig(epochs=20, learning_rate=1e38), FILL_AREAS)


def test_train_areas_leaves_the_network_as_it_was_and_adds_what_decides(tmp_path: Path) -> None:
    models = write_tiny_weights(tmp_path / "models", unsure="yes", scores="{}")
    douga, cel = models / "douga.safetensors", models / "cel.safetensors"
    train("areas", studio=True, first=2, start=str(douga), cel=cel, out=tmp_path / "out")
    before, after = load_weights(douga), load_weights(tmp_path / "out" / "douga.safetensors")
    assert before.areas is None
    assert after.areas is not None
    kept = after.module.state_dict()
    assert all(torch.equal(tensor, kept[name]) for name, tensor in before.module.state_dict().items())
    assert after.facts["unsure"] == "yes"
    assert "scores" not in after.facts  # they were measured without it
    assert "in 2 pictures" in after.facts["areas_data"]


def test_train_cel_areas_leaves_the_cel_network_and_adds_what_decides(tmp_path: Path) -> None:
    cel = write_tiny_weights(tmp_path / "models") / "cel.safetensors"
    train("cel-areas", studio=True, first=2, start=str(cel), out=tmp_path / "out")
    before, after = load_weights(cel), load_weights(tmp_path / "out" / "cel.safetensors")
    assert before.areas is None
    assert after.areas is not None
    kept = after.module.state_dict()
    assert all(torch.equal(tensor, kept[name]) for name, tensor in before.module.state_dict().items())
    assert "in 2 pictures" in after.facts["areas_data"]


def test_cel_areas_need_no_masks(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--cel is for cel and douga"):
        train("cel-areas", studio=True, cel=tmp_path / "cel.safetensors", out=tmp_path)


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({}, "from pictures with truth; add --studio, or --shards DIR"),
        ({"studio": True, "steps": 5}, "--steps is for cel and douga"),
        ({"studio": True, "stop_after": 5.0}, "--stop-after is for cel and douga"),
        ({"studio": True, "crops_a_scene": 5.0}, "--crops-a-scene is for cel and douga"),
        ({"studio": True, "profile": "held-out"}, "held-out"),
    ],
)
def test_what_areas_have_no_use_for_is_a_line(tmp_path: Path, said: dict[str, object], what: str) -> None:
    with pytest.raises((UsageError, ConfigError), match=what):
        train("areas", out=tmp_path, **said)  # type: ignore[arg-type]
