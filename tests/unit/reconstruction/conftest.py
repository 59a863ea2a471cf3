"""Networks of a few channels with random weights, in files."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from dougagen.networks import Task, build_network, network_options, save_weights


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    torch.manual_seed(3)
    small = {"widths": [8, 8, 8, 8], "context_width": 8, "context_blocks": 1}
    for task in Task:
        options = network_options("thinline", task, small)
        path = folder / f"{task}.safetensors"
        network = build_network("thinline", options)
        save_weights(network, path, architecture="thinline", options=options, task=task, facts={})
    return folder
