"""What the proof is made of: a file that is committed before the first run, and its hash in every result."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from dougagen.colorization.config import ColorizerConfig, colorizer_config
from dougagen.colorization.lines import LineKind


@dataclass(frozen=True, slots=True)
class ProofPlan:
    """Lines, seeds, training, pictures, measures."""

    kinds: tuple[LineKind, ...]
    seeds: tuple[int, ...]
    training: Mapping[str, Any]
    """Options of ``ColorizerConfig`` that every run shares; the budget is in steps."""
    published: Mapping[str, LineKind]
    """Published systems that are trained and judged beside them → the lines that each learns from."""
    published_training: Mapping[str, Any]
    """What those share; the budget is in minutes."""
    scenes: int
    """Studio stills to learn from."""
    clips: tuple[str, ...]
    """And the drawings of these clips, with ``clip_seeds`` seeds each."""
    clip_seeds: int
    lines: int
    """Height of the pictures to learn from, and of those of the held-out family."""
    real: tuple[str, ...]
    """Folders of ``NN_sketch.png`` with ``NN_color.png``."""
    held_out_scenes: int
    held_out_clips: tuple[str, ...]
    bootstrap: int
    """Resamplings."""
    interval: float
    """Share of them inside an interval."""
    digest: str
    """SHA-256 over the file, 16 hex digits."""

    def config(self, kind: LineKind, seed: int) -> ColorizerConfig:
        """Of one run. Raises ConfigError."""
        return ColorizerConfig.of({**self.training, "lines": str(kind), "seed": seed})

    def published_config(self, system: str) -> ColorizerConfig:
        """Of a published system, as it is configured. Raises ConfigError."""
        return colorizer_config(system, lines=str(self.published[system]), **self.published_training)


def read_plan(content: bytes | None = None) -> ProofPlan:
    """The plan that ships, or the one in ``content`` (TOML)."""
    if content is None:
        content = resources.files("dougagen.colorization").joinpath("configs", "proof.toml").read_bytes()
    said = tomllib.loads(content.decode("utf-8"))
    pictures, judged, measures = said["pictures"], said["judged"], said["measures"]
    published = dict(said.get("published", {}))
    systems = published.pop("lines", {})
    return ProofPlan(
        kinds=tuple(LineKind(kind) for kind in said["kinds"]),
        seeds=tuple(said["seeds"]),
        training=said["training"],
        published={system: LineKind(kind) for system, kind in systems.items()},
        published_training=published,
        scenes=pictures["scenes"],
        clips=tuple(pictures["clips"]),
        clip_seeds=pictures["clip_seeds"],
        lines=pictures["lines"],
        real=tuple(judged["real"]),
        held_out_scenes=judged["held_out_scenes"],
        held_out_clips=tuple(judged["held_out_clips"]),
        bootstrap=measures["bootstrap"],
        interval=measures["interval"],
        digest=hashlib.sha256(content).hexdigest()[:16],
    )
