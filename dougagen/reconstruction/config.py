"""How drawings are read: device, batch, precision. Nothing here is about which weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dougagen.errors import ConfigError
from dougagen.reconstruction.color_cut import ColorCutConfig
from dougagen.reconstruction.refinement_config import RefinementConfig
from dougagen.reconstruction.shot_config import ShotConfig

PRECISIONS = ("auto", "fp32", "bf16", "fp16")
BACKENDS = ("torch", "compiled", "openvino")


@dataclass(frozen=True, slots=True)
class ReconstructionConfig:
    """Options of reconstruction; the defaults are written here and nowhere else."""

    device: str = "auto"
    """auto (a GPU if there is one), cpu, cuda, cuda:N."""
    batch_size: int = 0
    """Drawings a batch; 0: on the CPU two for each that is read side by side, 8 on a GPU."""
    precision: str = "auto"
    """fp32, bf16, fp16; auto is fp16 on a GPU and fp32 on a CPU, where the douga network takes bf16 if there
    are matrix units for it. The cel network decides by a hair, and says the same on every CPU."""
    backend: str = "torch"
    """What runs the networks: torch as it is, torch.compile (slow at first, for long runs on a GPU), or
    OpenVINO on the CPU. Never chosen by what is installed: rows would then depend on it."""
    threads: int = 0
    """Of torch or OpenVINO on the CPU; 0 leaves torch's choice."""
    color_cut: ColorCutConfig | None = field(default_factory=ColorCutConfig)
    """How the cel mask is cut along the picture's colours; None takes what the cel network says."""
    book_odds: float = -2.6
    """Added to the logits of the two book classes: log(0.015 / 0.2), the share of pictures with a book in an
    episode (profile ``natural``) over that in the scenes from which the network learned."""
    refinement: RefinementConfig | None = field(default_factory=RefinementConfig)
    """How line art is made of what the douga network says; None leaves it as it is."""
    shot: ShotConfig | None = field(default_factory=ShotConfig)
    """How the drawings of a shot speak for each other; None reads each alone."""
    largest_picture: int = 64_000_000
    """Pixels; a bound against files that claim to be enormous."""

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise ConfigError(f"precision must be one of {', '.join(PRECISIONS)}, got {self.precision!r}")
        if self.backend not in BACKENDS:
            raise ConfigError(f"backend must be one of {', '.join(BACKENDS)}, got {self.backend!r}")
        if not -20 <= self.book_odds <= 20:
            raise ConfigError(f"reconstruction option book_odds must be in [-20, 20], got {self.book_odds}")
        for name, low, high in (("batch_size", 0, 1024), ("threads", 0, 1024), ("largest_picture", 1, 2**31)):
            value = getattr(self, name)
            if not low <= value <= high:
                raise ConfigError(f"reconstruction option {name} must be in [{low}, {high}], got {value}")

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> ReconstructionConfig:
        """From what a person says: fields by their names; ``color_cut``, ``refine``, ``together``: yes or no.

        What is left unsaid has its default. Raises ConfigError.
        """
        values = {
            name: value for name, value in said.items() if name not in ("color_cut", "refine", "together")
        }
        if said.get("color_cut") is False:
            values["color_cut"] = None
        if said.get("refine") is False:
            values["refinement"] = None
        if said.get("together") is False:
            values["shot"] = None
        return cls(**values)
