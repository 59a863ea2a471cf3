"""Weights of a few kilobytes."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from dougagen.networks import Task, build_network, network_options, save_weights

SMALL = {
    "widths": (4, 4, 4, 4),
    "context_width": 4,
    "context_blocks": 1,
    "context_kernel": 3,
    "detail_width": 0,
}


def write_tiny_weights(folder: Path, *tasks: str, **facts: str) -> Path:
    """Untrained networks, the same each time, as ``<task>.safetensors`` in ``folder``."""
    folder.mkdir(exist_ok=True)
    for task in map(Task, tasks or ("cel", "douga")):
        torch.manual_seed(3)
        options = network_options("thinline", task, SMALL)
        module = build_network("thinline", options)
        path = folder / f"{task}.safetensors"
        save_weights(module, path, architecture="thinline", options=options, task=task, facts=facts)
    return folder


@pytest.fixture(scope="session")
def write_weights() -> Callable[..., Path]:
    """``write_tiny_weights``, for every test that wants a file of weights."""
    return write_tiny_weights
