"""Weights on disk: what was saved comes back, and a file that is not right is one clear line."""

import json
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from dougagen.errors import WeightsError
from dougagen.networks import (
    Task,
    build_network,
    find_weights,
    load_weights,
    locations,
    read_weights_facts,
    save_weights,
)

OPTIONS = {"classes": 2, "widths": [8, 8, 8, 8], "context_width": 8, "context_blocks": 1, "detail_width": 0}


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    torch.manual_seed(1)
    path = tmp_path / "cel.safetensors"
    network = build_network("thinline", OPTIONS)
    save(network, path, steps="7", seed="1")
    return path


def save(network: torch.nn.Module, path: Path, **facts: str) -> None:
    save_weights(network, path, architecture="thinline", options=OPTIONS, task=Task.CEL, facts=facts)


def rewrite(path: Path, *, tensors=None, **metadata: str) -> None:
    """The same file with some tensors or header strings replaced."""
    old = read_header(path)["__metadata__"]
    save_file({**load_file(path), **(tensors or {})}, path, metadata={**old, **metadata})


def read_header(path: Path) -> dict:
    content = path.read_bytes()
    return json.loads(content[8 : 8 + struct.unpack("<Q", content[:8])[0]])


def test_what_was_saved_comes_back_in_half_precision(weights):
    torch.manual_seed(1)
    network, loaded = build_network("thinline", OPTIONS), load_weights(weights)
    for (name, saved), kept in zip(
        loaded.module.state_dict().items(), network.state_dict().values(), strict=True
    ):
        assert saved.dtype == kept.dtype, name
        wanted = kept.half().float() if kept.is_floating_point() else kept
        assert torch.equal(saved, wanted), name
    assert not loaded.module.training
    assert loaded.module(torch.rand(1, 3, 40, 40)).shape == (1, 2, 40, 40)


def test_the_header_tells_what_the_network_is(weights):
    facts, loaded = read_weights_facts(weights), load_weights(weights)
    assert (facts.name, facts.task, facts.architecture) == ("cel", Task.CEL, "thinline")
    assert dict(facts.facts) == dict(loaded.facts) == {"steps": "7", "seed": "1"}
    assert facts.options["widths"] == [8, 8, 8, 8]
    assert (loaded.classes, loaded.wiring, len(loaded.sha256)) == (2, "synthetic cel", 64)


def test_the_facts_are_read_without_the_tensors(weights):
    content = weights.read_bytes()
    weights.write_bytes(content[: 8 + struct.unpack("<Q", content[:8])[0]])
    assert read_weights_facts(weights).task is Task.CEL


@pytest.mark.parametrize("kept", [0, 5, 8, 200, -1, -1000])
def test_a_truncated_file_is_one_line(weights, kept):
    content = weights.read_bytes()
    weights.write_bytes(content[:kept])
    with pytest.raises(WeightsError, match=r"cel\.safetensors': .*damaged") as caught:
        load_weights(weights)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "junk", [b"not weights at all, only text", b"\xff" * 4000, b"PK\x03\x04" + b"\0" * 4000]
)
def test_a_file_of_another_kind_is_one_line(weights, junk):
    weights.write_bytes(junk)
    with pytest.raises(WeightsError, match="damaged"):
        load_weights(weights)


def test_safetensors_of_somebody_else_are_refused(tmp_path):
    path = tmp_path / "other.safetensors"
    save_file({"a": torch.zeros(2)}, path)
    with pytest.raises(WeightsError, match="not dougagen weights"):
        load_weights(path)
    save_file({"a": torch.zeros(2)}, path, metadata={"format": "pt"})
    with pytest.raises(WeightsError, match="not dougagen weights"):
        load_weights(path)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"format_version": "2"}, "format version '2', this program reads '1'"),
        ({"architecture": "unet"}, "unknown architecture 'unet'"),
        ({"architecture": "gcn"}, "unknown option"),
        ({"task": "sky"}, "damaged"),
        ({"options": "{"}, "damaged"),
        ({"options": "[]"}, "damaged"),
        ({"options": json.dumps({**OPTIONS, "power": 9000})}, "unknown option 'power'"),
        ({"options": json.dumps({**OPTIONS, "widths": [8, 8, 8, 10**9]})}, r"in \[1, 1024\]"),
        ({"options": json.dumps({**OPTIONS, "widths": [1024] * 4})}, "has shape"),
        ({"options": json.dumps({**OPTIONS, "context_blocks": 2})}, "is missing"),
        ({"options": json.dumps({**OPTIONS, "context_blocks": 1000})}, "at most 64 context_blocks, got 1000"),
        ({"options": json.dumps({**OPTIONS, "classes": 10**900})}, r"0 …; use weights made by"),
        ({"task": "douga"}, "2 classes where douga has 10"),
        ({"wiring": "handwriting"}, "unknown wiring 'handwriting'"),
        ({"wiring": "guided"}, "3 channels in and 0 mask logits, its wiring guided 7 and 1"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(weights, metadata, message):
    rewrite(weights, **metadata)
    with pytest.raises(WeightsError, match=message) as refused:
        load_weights(weights)
    assert len(str(refused.value)) < 600
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"stranger": torch.zeros(1)}, "'stranger' belongs to no layer"),
        ({"head.classify.bias": torch.zeros(9)}, r"'head.classify.bias' has shape \(9,\), not \(8,\)"),
        ({"head.classify.bias": torch.full((8,), float("nan"))}, "not finite"),
        ({"stem.1.running_var": torch.full((8,), -1.0)}, "'stem.1.running_var' holds negative variances"),
        ({"head.classify.bias": torch.zeros(8, dtype=torch.int32)}, "'head.classify.bias'"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(weights, tensors, message):
    rewrite(weights, tensors=tensors)
    with pytest.raises(WeightsError, match=message):
        load_weights(weights)


def test_a_file_over_the_bound_is_refused_unread(weights, monkeypatch):
    monkeypatch.setattr("dougagen.networks.weights.LARGEST_FILE", 1000)
    with pytest.raises(WeightsError, match="larger than"):
        load_weights(weights)


def test_weights_that_half_precision_cannot_hold_are_not_saved(tmp_path):
    network = build_network("thinline", OPTIONS)
    torch.nn.init.constant_(network.head.classify.bias, 1e6)
    path = tmp_path / "cel.safetensors"
    with pytest.raises(WeightsError, match="not finite in half precision"):
        save(network, path)
    assert list(tmp_path.iterdir()) == []


def test_a_fact_cannot_take_the_place_of_the_header(tmp_path):
    network = build_network("thinline", OPTIONS)
    path = tmp_path / "cel.safetensors"
    with pytest.raises(WeightsError, match="reserved"):
        save(network, path, task="x")


def test_missing_weights_name_the_remedy(tmp_path):
    with pytest.raises(
        WeightsError, match=r"no weights for the douga network; train it with `dougagen train douga`"
    ):
        find_weights(tmp_path, Task.DOUGA)
    with pytest.raises(WeightsError, match="nowhere"):
        find_weights(tmp_path / "nowhere", Task.CEL)


def test_weights_are_found_in_a_folder_or_given_as_a_file(weights):
    assert find_weights(weights.parent, Task.CEL) == weights
    assert find_weights(weights, Task.CEL) == weights


def test_the_default_weights_lie_in_the_checkout_or_inside_the_package(tmp_path, monkeypatch):
    package = tmp_path / "dougagen"
    (package / "models").mkdir(parents=True)
    monkeypatch.setattr(locations, "_PACKAGE", package)
    assert locations.default_models_folder() == package / "models"
    (tmp_path / "models").mkdir()
    (tmp_path / "pyproject.toml").touch()
    assert locations.default_models_folder() == tmp_path / "models"


def test_an_option_without_end_is_a_line(weights):
    options = {**OPTIONS, "widths": [8, 8, 8, 10**400]}
    rewrite(weights, options=json.dumps(options))
    with pytest.raises(WeightsError, match="ThinLineNet needs") as caught:
        load_weights(weights)
    assert "\n" not in str(caught.value)
    gcn = {"depth": 34, "classes": 2, "dropout": 10**400}
    rewrite(weights, options=json.dumps(gcn), architecture="gcn")
    with pytest.raises(WeightsError, match="too large a number"):
        load_weights(weights)


def test_what_a_header_says_of_its_tensors_is_quoted_printably(tmp_path):
    metadata = {"format_version": "1", "architecture": "thinline", "options": "{}", "task": "cel"}
    tensor = {"dtype": "\x1b]0;owned\x07\n\u202e", "shape": [1], "data_offsets": [0, 2]}
    header = json.dumps({"__metadata__": {**metadata, "wiring": "color"}, "a": tensor}).encode()
    path = tmp_path / "cel.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(2))
    with pytest.raises(WeightsError, match="owned") as caught:
        load_weights(path)
    assert str(caught.value).isprintable()
    assert caught.value.what.isprintable()
