"""The network of areas travels in the douga network's file, and a file that lies about it is one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from dougagen.errors import WeightsError
from dougagen.networks import (
    AreaGraph,
    AreaNetwork,
    AreaNetworkConfig,
    Task,
    build_network,
    joined,
    load_weights,
    network_options,
    save_weights,
)
from dougagen.networks.area_network import CEL_AREAS, FILL_AREAS, FILL_COUNT, AreaShape

SMALL = {"widths": (4, 4, 4, 4), "context_width": 4, "context_blocks": 1, "context_kernel": 3}


def graph_of(count: int, *, seed: int = 0, shape: AreaShape = FILL_AREAS) -> AreaGraph:
    """A row of areas, each beside the next."""
    generator = torch.Generator().manual_seed(seed)
    here = torch.arange(count - 1)
    pairs = torch.cat([torch.stack([here, here + 1]), torch.stack([here + 1, here])], dim=1)
    return AreaGraph(
        torch.rand((count, shape.areas), generator=generator),
        torch.rand((count, shape.outputs), generator=generator),
        pairs,
        torch.rand((pairs.shape[1], shape.neighbours), generator=generator),
        torch.zeros((2, 0), dtype=torch.int64),
        torch.zeros((0, shape.alike)),
    )


def saved(path: Path, areas: AreaNetwork | None, task: Task = Task.DOUGA) -> Path:
    torch.manual_seed(3)
    options = network_options("thinline", task, SMALL)
    module = build_network("thinline", options)
    save_weights(
        module, path, architecture="thinline", options=options, task=task, facts={"seed": "3"}, areas=areas
    )
    return path


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(5)
    return saved(
        tmp_path_factory.mktemp("areas") / "douga.safetensors",
        AreaNetwork(AreaNetworkConfig(8, 2), FILL_AREAS),
    )


def rewritten(weights: Path, target: Path, *, tensors: dict | None = None, **metadata: str) -> Path:
    """A copy with other tensors or header strings; an empty string takes one out."""
    with safe_open(weights, "pt") as file:
        before = file.metadata()
    kept = {name: text for name, text in {**before, **metadata}.items() if text}
    save_file({**load_file(weights), **(tensors or {})}, target, metadata=kept)
    return target


def test_it_comes_back_with_the_network_whose_word_it_weighs(weights: Path) -> None:
    loaded = load_weights(weights)
    assert loaded.areas is not None
    assert loaded.areas.config == AreaNetworkConfig(8, 2)
    assert not loaded.areas.training
    torch.manual_seed(5)
    wanted = AreaNetwork(AreaNetworkConfig(8, 2), FILL_AREAS).half().float()
    with torch.inference_mode():
        assert torch.equal(loaded.areas(graph_of(5)), wanted(graph_of(5)))


def test_a_douga_network_needs_none(tmp_path: Path) -> None:
    assert load_weights(saved(tmp_path / "douga.safetensors", None)).areas is None


def test_pictures_that_are_read_together_are_read_as_alone() -> None:
    torch.manual_seed(1)
    network, few, more = AreaNetwork(AreaNetworkConfig(), FILL_AREAS), graph_of(3), graph_of(7, seed=1)
    with torch.inference_mode():
        together = network(joined([few, more]))
        torch.testing.assert_close(together[:3], network(few))
        torch.testing.assert_close(together[3:], network(more))


def test_an_area_hears_from_its_neighbours_as_far_as_there_are_rounds() -> None:
    torch.manual_seed(1)
    network, graph = AreaNetwork(AreaNetworkConfig(width=16, rounds=2), FILL_AREAS), graph_of(6)
    other = AreaGraph(
        torch.cat([graph.areas[:1] + 1, graph.areas[1:]]),
        graph.votes, graph.pairs, graph.of_pairs, graph.alike, graph.of_alike,
    )  # fmt: skip
    with torch.inference_mode():
        differ = (network(graph) - network(other)).abs().amax(dim=1) > 0
    assert differ.tolist() == [True, True, True, False, False, False]


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ('{"width": 8, "rounds": 9}', "rounds of an area network must be in"),
        ('{"width": 8192, "rounds": 2}', "width of an area network must be in"),
        ('{"width": true, "rounds": 2}', "width of an area network must be in"),
        ('{"wide": 8}', "unknown option 'wide'"),
        ('{"width": 16, "rounds": 2}', "has shape"),
        ('{"width": 8, "rounds": 3}', "is missing"),
        ('{"width": 8, "rounds": 1}', "belongs to no layer"),
        ("[1]", "are no table"),
        ("{", "damaged"),
        ("[" * 100_000, "damaged"),
        ("", "damaged"),
    ],
)
def test_a_header_that_lies_is_a_line(weights: Path, tmp_path: Path, options: str, what: str) -> None:
    path = rewritten(weights, tmp_path / "douga.safetensors", areas=options)
    with pytest.raises(WeightsError, match=what) as caught:
        load_weights(path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


def test_numbers_that_are_none_are_refused(weights: Path, tmp_path: Path) -> None:
    broken = {"areas.classify.bias": torch.full((FILL_COUNT,), float("nan"), dtype=torch.float16)}
    with pytest.raises(WeightsError, match=r"'classify\.bias' holds values that are not finite"):
        load_weights(rewritten(weights, tmp_path / "douga.safetensors", tensors=broken))


def test_a_cel_network_brings_one_that_tells_cel_from_background(tmp_path: Path) -> None:
    path = saved(tmp_path / "cel.safetensors", AreaNetwork(AreaNetworkConfig(8, 2), CEL_AREAS), Task.CEL)
    areas = load_weights(path).areas
    assert areas is not None
    with torch.inference_mode():
        assert areas(graph_of(5, shape=CEL_AREAS)).shape == (5, 2)


def test_areas_of_the_other_task_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "cel.safetensors", AreaNetwork(AreaNetworkConfig(8, 2), FILL_AREAS), Task.CEL)
    with pytest.raises(WeightsError, match="has shape"):
        load_weights(path)


def test_the_options_stand_in_the_header_as_json(weights: Path) -> None:
    with safe_open(weights, "pt") as file:
        assert json.loads(file.metadata()["areas"]) == {"width": 8, "rounds": 2}
