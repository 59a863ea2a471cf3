"""How the workers of a run get their networks, each on a GPU of its own where there are several."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dougagen.reconstruction import NetworkReconstructor

_SHARED = ("auto", "cuda")
"""Devices that mean any GPU: the workers go round them."""


@dataclass(frozen=True, slots=True)
class LoadNetworks:
    """Pickled to the workers: torch is imported there and nowhere else."""

    models: Path | None = None
    """Folder with the weights of both networks; None: those of dougagen."""
    reading: Mapping[str, Any] = field(default_factory=dict)
    """What was said of ``ReconstructionConfig``, as its ``of`` takes it."""

    def __call__(self, number: int, jobs: int) -> NetworkReconstructor:
        """The networks of worker ``number``, one of ``jobs`` on this machine.

        Several workers share the GPUs in turn, and then the cores in equal parts. Where the networks run on
        the cores each worker has them all: convolutions round by how many they are, and rows must not depend
        on ``jobs``.
        Raises WeightsError, DeviceError, ConfigError.
        """
        if jobs > 1:  # threads that wait leave the cores to the others; read when torch is loaded
            os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        from dougagen.reconstruction import NetworkReconstructor, ReconstructionConfig

        gpus, said = self.devices(), dict(self.reading)
        if gpus > 1:
            said["device"] = f"cuda:{number % gpus}"
            if jobs > 1:
                said["threads"] = max(1, (os.cpu_count() or 1) // jobs)
        return NetworkReconstructor.load(self.models, ReconstructionConfig.of(said))

    def devices(self) -> int:
        """How many workers have a device each; asks torch."""
        from dougagen.networks.devices import usable_gpus
        from dougagen.reconstruction import ReconstructionConfig

        wanted = ReconstructionConfig.of(self.reading)
        on_gpus = wanted.device in _SHARED and wanted.backend != "openvino"
        return max(1, usable_gpus()) if on_gpus else 1
