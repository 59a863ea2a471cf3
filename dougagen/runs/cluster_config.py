"""What was said of a Ray cluster, checked; nothing of Ray is imported for it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dougagen.errors import ConfigError

_ADDRESS = re.compile(r"auto|[A-Za-z0-9.-]{1,253}:\d{1,5}|\[[0-9a-fA-F:]{2,45}\]:\d{1,5}")
_CARD = re.compile(r"cuda:\d+")


@dataclass(frozen=True, slots=True)
class ClusterConfig:
    """Which cluster works on the episodes, and how much of it each worker takes."""

    address: str | None = None
    """``HOST:PORT`` of its head, or ``auto``: the one that this machine belongs to; None: a cluster of this
    machine alone, which is there for as long as the run."""
    gpus: float | None = None
    """Of a worker: 0.25 lets four share one. None: one, where the cluster has any."""
    cpus: float | None = None
    """Of a worker. None: 1 beside a GPU, else at most 4 and half of what the smallest node has."""
    device: str = "auto"
    """On which the networks run."""

    def __post_init__(self) -> None:
        if self.address is not None and self.address.startswith("ray://"):
            raise ConfigError(
                "--ray-address must be of the cluster itself, not of Ray Client",
                remedy="run the command on a node of the cluster, with HOST:PORT or auto",
            )
        if self.address is not None and not _ADDRESS.fullmatch(self.address):
            raise ConfigError(f"--ray-address must be HOST:PORT or auto, got {self.address!r}")
        for name, value, low in (("gpus", self.gpus, 0.0), ("cpus", self.cpus, 0.01)):
            if value is not None and not low <= value <= 1024:
                raise ConfigError(f"--ray-{name} must be in [{low:g}, 1024], got {value:g}")
            if value is not None and value > 1 and value != int(value):
                raise ConfigError(f"--ray-{name} above 1 must be a whole number, got {value:g}")
        if _CARD.fullmatch(self.device):
            raise ConfigError(
                f"--device {self.device} does not go with --ray, which gives each worker its GPU",
                remedy="--device cuda",
            )
        if self.gpus and self.device == "cpu":
            raise ConfigError("--ray-gpus does not go with --device cpu", remedy="leave one of them out")
