"""Optimisers by name: ours, and the two that the thesis names (4.6, 5.5.2)."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

OPTIMIZERS = ("adamw", "adam", "rmsprop")


def optimizer_of(
    name: str, network: nn.Module, *, rate: float, weight_decay: float = 0.0, fused: bool | None = None
) -> Optimizer:
    """The optimiser called ``name`` of all parameters of ``network``; kernels decay, biases and norms do not.

    ``fused`` asks for one kernel a step on a GPU, where the optimiser has one; RMSprop has none.
    """
    groups = _decayed(network, weight_decay)
    if name == "rmsprop":
        return torch.optim.RMSprop(groups, lr=rate)
    kind = torch.optim.Adam if name == "adam" else torch.optim.AdamW
    return kind(groups, lr=rate, fused=fused)


def restore_optimizer(optimizer: Optimizer, state: dict[str, Any], *, fused: bool | None) -> None:
    """Go on from ``state``. Whether steps are fused is a matter of this machine, not of the one that wrote
    it, and says where the counts of the steps belong."""
    for group in state["param_groups"]:
        if "fused" in group:
            group["fused"] = fused
    optimizer.load_state_dict(state)


def _decayed(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    parameters = list(network.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
