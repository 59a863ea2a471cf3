"""What runs the networks: torch, torch compiled, or OpenVINO. All take and give the same tensors."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from dougagen.errors import DeviceError
from dougagen.networks import LoadedNetwork, fuse_for_inference
from dougagen.networks.devices import chosen_device
from dougagen.reconstruction.config import ReconstructionConfig

Runner = Callable[[Tensor], Tensor]
"""Float [N, C, H, W] on the device → logits [N, K, H, W], good until it is called again."""


def device_of(config: ReconstructionConfig) -> torch.device:
    """Where the networks run. Raises DeviceError where that is nowhere."""
    if config.backend != "openvino":
        return chosen_device(config.device)
    if config.device not in ("auto", "cpu"):
        raise DeviceError(
            f"OpenVINO runs networks on the CPU, --device {config.device} was asked for",
            remedy="use --device cpu or --backend torch",
        )
    return torch.device("cpu")


def runner_of(
    network: LoadedNetwork, config: ReconstructionConfig, *, device: torch.device, dtype: torch.dtype
) -> Runner:
    """The network, ready to infer and for nothing else. Raises DeviceError where the backend is not here."""
    fused = fuse_for_inference(network.module)
    if config.backend == "openvino":
        from dougagen.networks.openvino import OpenVinoNetwork

        threads = config.threads or torch.get_num_threads()
        return OpenVinoNetwork(fused, inputs=network.wiring.channels, dtype=dtype, threads=threads)
    placed = fused.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    if config.backend == "compiled":
        from dougagen.networks.compiled import CompiledNetwork, require_compiler

        require_compiler(device)
        return CompiledNetwork(placed, name=network.name)
    return placed  # type: ignore[no-any-return]
