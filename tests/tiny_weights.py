"""Untrained networks of a few kilobytes, in files."""

from __future__ import annotations

from pathlib import Path

import torch

from dougagen.networks import Task, build_network, network_options, save_weights

SMALL = {
    "widths": (4, 4, 4, 4),
    "context_width": 4,
    "context_blocks": 1,
    "context_kernel": 3,
    "detail_width": 0,
}


def write_tiny_weights(folder: Path, *tasks: str, detail_width: int = 0, **facts: str) -> Path:
    """``<task>.safetensors`` in ``folder``, by default both, the same each time."""
    folder.mkdir(exist_ok=True)
    for task in map(Task, tasks or tuple(Task)):
        torch.manual_seed(3)
        options = network_options("thinline", task, {**SMALL, "detail_width": detail_width})
        module = build_network("thinline", options)
        path = folder / f"{task}.safetensors"
        save_weights(module, path, architecture="thinline", options=options, task=task, facts=facts)
    return folder
