"""Every option of a colouriser's training; a default is written here and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from importlib import resources
from pathlib import Path
from typing import Any

from dougagen.choices import COLORIZERS, LINE_KINDS
from dougagen.errors import ConfigError
from dougagen.settings import read_toml, require, require_known, typed

HINT_KINDS = ("mixed", "patches", "pixels", "none")
_SCHEDULES = ("cosine", "linear")
_PRECISIONS = ("auto", "fp32", "bf16")
_SHARES = (
    "hint_share", "previous_share", "plate_share", "model_share", "plain_share", "pencil_share",
    "grey_share", "warmup", "final_rate", "paper_weight",
)  # fmt: skip
_WEIGHTS = (
    "pixel_weight",
    "pot_weight",
    "content_weight",
    "style_weight",
    "adversarial_weight",
    "line_weight",
    "weight_decay",
)


@dataclass(frozen=True, slots=True)
class ColorizerConfig:
    """How one colouriser is trained. ``of`` makes it from a mapping (TOML, options); refuses unknown keys."""

    system: str = "ours"
    """ours, artist-guided or two-stage."""
    network: Mapping[str, object] = field(default_factory=dict)
    """Options of the system's network that differ from its defaults."""
    lines: str = "douga"
    """canny, xdog, douga or exact (``LineKind``)."""
    minutes: float | None = None
    """Wall time of the whole run, resumed parts included; the schedule follows it. Or ``steps``."""
    steps: int | None = None
    seed: int = 0
    crop: int = 256
    """Side of a training crop in pixels."""
    batch_size: int = 6
    scale_range: tuple[float, float] = (0.7, 1.3)
    hints: str = "mixed"
    """patches (1 % of 4×4 patches), pixels (0 to 128), mixed, or none."""
    hint_share: float = 0.6
    """Of the drawings that come with hints."""
    previous_share: float = 0.5
    """Of the drawings that come with the drawing before: the one of their shot where there is one, else
    themselves, warped."""
    plate_share: float = 0.3
    """Of the drawings that come with what is behind them."""
    model_share: float = 0.3
    """Of the drawings that come with a colour model."""
    plain_share: float = 0.4
    """Of the drawings of whose douga only the visible lines are shown, as pencils draw them."""
    pencil_share: float = 0.5
    """Of the drawings whose lines are drawn with a pencil."""
    grey_share: float = 0.0
    """Two-stage: of the drawings that are shown as grey pictures in place of lines."""
    pixel_weight: float = 1.0
    """Of the mean absolute difference of colours."""
    paper_weight: float = 0.5
    """Of a pixel off the cel, against one on it."""
    pot_weight: float = 0.1
    """Ours: of the cross entropy of the pots, where a colour model is told."""
    content_weight: float = 0.0
    """Of the difference of features of EfficientNet-Lite0, whose weights come with ``dougagen[train]``."""
    style_weight: float = 0.0
    """Of the difference of their Gram matrices."""
    adversarial_weight: float = 0.0
    """Of a discriminator of 70×70 patches with spectral norms."""
    line_weight: float = 0.0
    """Two-stage: of the lines that the line detection model finds in the draft and in the truth."""
    learning_rate: float = 1e-3
    """At the end of the warm-up; falls along ``schedule`` to ``final_rate`` of it."""
    schedule: str = "cosine"
    final_rate: float = 0.02
    warmup: float = 0.02
    """Share of the run."""
    weight_decay: float = 1e-4
    largest_gradient: float = 5.0
    """L2 norm at which gradients are clipped."""
    average_decay: float = 0.998
    """Of the moving average of the weights, which is what is saved."""
    device: str = "auto"
    precision: str = "auto"
    """fp32 or bf16; auto is bf16 on a GPU and on a CPU that has instructions for it."""
    threads: int = 0
    """Of torch on the CPU; 0 leaves torch's choice."""
    loaders: int = 1
    """Threads that make crops while the network learns."""
    checkpoint_minutes: float = 5.0
    log_steps: int = 20

    def __post_init__(self) -> None:
        if (self.minutes is None) == (self.steps is None):
            raise ConfigError("a training needs a budget", remedy="give --minutes or --steps, not both")
        if not 0 < (self.minutes or self.steps or 0) < math.inf:
            raise ConfigError("the budget of a training run must be positive and finite")
        for name, known in (
            ("system", COLORIZERS), ("lines", LINE_KINDS), ("hints", HINT_KINDS),
            ("schedule", _SCHEDULES), ("precision", _PRECISIONS),
        ):  # fmt: skip
            require(name, getattr(self, name) in known, f"one of {', '.join(known)}", getattr(self, name))
        require("crop", 64 <= self.crop <= 1024, "in [64, 1024]", self.crop)
        require("batch_size", 1 <= self.batch_size <= 256, "in [1, 256]", self.batch_size)
        require("seed", 0 <= self.seed < 2**63, "in [0, 2⁶³)", self.seed)
        require("learning_rate", 0 < self.learning_rate < 1, "in (0, 1)", self.learning_rate)
        require("average_decay", 0 <= self.average_decay < 1, "in [0, 1)", self.average_decay)
        require("threads", 0 <= self.threads <= 1024, "in [0, 1024]", self.threads)
        require("loaders", 1 <= self.loaders <= 64, "in [1, 64]", self.loaders)
        require("log_steps", self.log_steps >= 1, "at least 1", self.log_steps)
        for name in ("checkpoint_minutes", "largest_gradient"):
            require(name, 0 < getattr(self, name) < math.inf, "positive and finite", getattr(self, name))
        for name in _SHARES:
            require(name, 0 <= getattr(self, name) <= 1, "in [0, 1]", getattr(self, name))
        for name in _WEIGHTS:
            require(name, 0 <= getattr(self, name) < math.inf, "at least 0, finite", getattr(self, name))
        low, high = self.scale_range
        require("scale_range", 0.1 <= low <= high <= 4, "ordered and in [0.1, 4]", self.scale_range)

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> ColorizerConfig:
        """From a mapping. Raises ConfigError for a key that is no option, or a value of another type."""
        kinds = {item.name: str(item.type) for item in fields(cls)}
        require_known("training option", options, kinds)
        return cls(**{name: typed(name, kinds[name], value) for name, value in options.items()})

    def as_mapping(self) -> dict[str, Any]:
        """Everything, JSON-ready, for the facts beside the weights."""
        return asdict(self)


def colorizer_config(wanted: str, **said: Any) -> ColorizerConfig:
    """The configuration called ``wanted``, or of the TOML file of that path, with what was said over it.

    Raises ConfigError.
    """
    below = _read(wanted)
    below.pop("description", None)
    for mine, other in (("minutes", "steps"), ("steps", "minutes")):
        if mine in said:
            below.pop(other, None)
    return ColorizerConfig.of({**below, **said})


def colorizer_descriptions() -> dict[str, str]:
    """Every configuration that ships, with its line of description."""
    return {name: str(_read(name).get("description", "")) for name in COLORIZERS}


def _read(wanted: str) -> dict[str, Any]:
    path = Path(wanted)
    if path.suffix == ".toml" or len(path.parts) != 1:
        return read_toml(path)
    if wanted not in COLORIZERS:
        raise ConfigError(
            f"there is no configuration of a colouriser called {wanted!r}",
            remedy=f"one of {', '.join(COLORIZERS)}, or a .toml",
        )
    file = resources.files("dougagen.colorization").joinpath("configs", f"{wanted}.toml")
    with resources.as_file(file) as shipped:
        return read_toml(shipped)
