"""Every option of a training run; a default is written here and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from dougagen.errors import ConfigError
from dougagen.networks import Task, Wiring, network_options

_CROP = {Task.CEL: 224, Task.DOUGA: 320}
_WORKING_LINES = {Task.CEL: 360, Task.DOUGA: 0}
_WIRING = {Task.CEL: Wiring.COLOR, Task.DOUGA: Wiring.GUIDED}
_MASKS = ("predicted", "perturbed", "true")
_BATCH = {Task.CEL: 10, Task.DOUGA: 6}
_OF_TASK: dict[Task, dict[str, object]] = {
    # The cel network reads small pictures, so its crops have the scale that ``working_lines`` gives to the
    # studio's frames. At the pictures' own size, with strong changes of colour, erasure and pasting, it had
    # learned nothing after 1,600 steps (loss 0.98); so, with all of that changed, 1,600 steps gave 0.71.
    Task.CEL: {
        "scale_range": (0.25, 0.8),
        "learning_rate": 8e-4,
        "color_probability": 0.2,
        "rotate_probability": 0.1,
        "erase_probability": 0.0,
        "paste_probability": 0.0,
    },
    Task.DOUGA: {},
}
"""What ``of`` takes where a task asks for other values than the fields' own."""


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """How one network is trained. ``of`` makes it from a mapping (TOML, options) and refuses unknown keys."""

    task: Task
    architecture: str = "thinline"
    network: Mapping[str, object] = field(default_factory=dict)
    """Options of the architecture that differ from its defaults for the task."""
    wiring: str = ""
    """What the network reads (``Wiring``); empty: the picture for cels, guided by the mask for douga."""
    masks: str = "predicted"
    """Which masks a douga network is given: those of the cel network wherever the source has them, else
    perturbed ones; perturbed ones always; or the true ones (the thesis's Manual Cel Model, 5.6)."""
    minutes: float | None = None
    """Wall time of the whole run, resumed parts included; the schedule follows it. Or ``steps``."""
    steps: int | None = None
    seed: int = 0
    crop: int = 0
    """Side of a training crop in pixels; 0: 224 for cels, of a reduced picture, 320 for douga."""
    batch_size: int = 0
    """Crops a step; 0: 10 for cels, 6 for douga."""
    learning_rate: float = 1.5e-3
    """At the end of the warm-up; falls along a cosine to ``final_rate`` of it."""
    final_rate: float = 0.01
    warmup: float = 0.03
    """Share of the run."""
    weight_decay: float = 1e-3
    largest_gradient: float = 5.0
    """L2 norm at which gradients are clipped."""
    average_decay: float = 0.999
    """Of the moving average of the weights, which is what is saved."""
    class_weight_power: float = 0.4
    """Douga: weight = (1 / frequency) ** power. 1 fattens the lines and costs 4 points (thesis 5.8)."""
    largest_class_weight: float = 8.0
    """Over the weight of the flat area."""
    focal_gamma: float = 0.0
    overlap_weight: float = 0.5
    """Of the soft IoU (cel) or soft Dice (douga) beside the cross entropy."""
    boundary_weight: float = 0.5
    """Cel: added to the weight of pixels within two of the mask's border."""
    scale_range: tuple[float, float] = (0.7, 1.6)
    """Thesis 4.2: 0.5 to 2; narrower here because the studio's frames already differ in height, and because
    lines of one pixel break below 0.7."""
    working_lines: int = -1
    """At how many lines the network will read a picture, a fact saved with the weights; 0: the picture's own
    size; −1: 360 for cels, which need the whole figure, 0 for douga, which needs every pixel."""
    color_probability: float = 1.0
    """Of a change of brightness, contrast, tint and hue."""
    rotate_probability: float = 0.3
    color_change: float = 0.4
    """Strength of the changes of colour; 1 turns hues as far as the thesis (4.2). The studio's colours are
    random already: after 240 small steps the cross entropy of a cel network was 0.61 at 1 and 0.54 at 0."""
    erase_probability: float = 0.1
    paste_probability: float = 0.1
    """The cel of one picture over another picture: the thesis's background replacement (4.2)."""
    device: str = "auto"
    precision: str = "auto"
    """fp32 or bf16; auto is bf16 on a GPU."""
    threads: int = 0
    """Of torch on the CPU; 0 leaves torch's choice."""
    loaders: int = 1
    """Threads that make crops while the network learns, where no processes do."""
    crop_processes: int = -1
    """Processes that make crops; 0: the threads do; −1: threads for a network on the CPU, for one on a GPU
    processes on three quarters of the cores."""
    compile: str = "auto"
    """on, off, or auto: torch.compile on a GPU."""
    checkpoint_minutes: float = 5.0
    evaluate_minutes: float = 0.0
    """Between evaluations, if there is anything to evaluate with; 0: none."""
    best_by: str = ""
    """Which score chooses the weights that are kept as the best; empty: cel_iou for cels, mean_iou for douga,
    on the held-out family."""
    log_steps: int = 20

    def __post_init__(self) -> None:
        if (self.minutes is None) == (self.steps is None):
            raise ConfigError("a training run needs a budget: either minutes or steps")
        if not 0 < (self.minutes or self.steps or 0) < math.inf:
            raise ConfigError("the budget of a training run must be positive and finite")
        _require("crop", self.crop == 0 or 32 <= self.crop <= 4096, "0 or in [32, 4096]", self.crop)
        _require("batch_size", 0 <= self.batch_size <= 4096, "in [0, 4096]", self.batch_size)
        _require("learning_rate", 0 < self.learning_rate < 1, "in (0, 1)", self.learning_rate)
        _require("average_decay", 0 <= self.average_decay < 1, "in [0, 1)", self.average_decay)
        _require("loaders", 1 <= self.loaders <= 64, "in [1, 64]", self.loaders)
        _require("crop_processes", -1 <= self.crop_processes <= 256, "in [-1, 256]", self.crop_processes)
        _require("compile", self.compile in ("auto", "on", "off"), "auto, on or off", self.compile)
        _require("threads", 0 <= self.threads <= 1024, "in [0, 1024]", self.threads)
        _require("seed", 0 <= self.seed < 2**63, "in [0, 2⁶³)", self.seed)
        for name in ("checkpoint_minutes", "largest_gradient"):
            _require(name, 0 < getattr(self, name) < math.inf, "positive and finite", getattr(self, name))
        for name in ("evaluate_minutes", "weight_decay", "focal_gamma", "overlap_weight", "boundary_weight"):
            _require(name, 0 <= getattr(self, name) < math.inf, "at least 0, finite", getattr(self, name))
        _require(
            "largest_class_weight",
            1 <= self.largest_class_weight < math.inf,
            "at least 1, finite",
            self.largest_class_weight,
        )
        _require("working_lines", -1 <= self.working_lines <= 8192, "in [-1, 8192]", self.working_lines)
        _require("log_steps", self.log_steps >= 1, "at least 1", self.log_steps)
        _require(
            "precision", self.precision in ("auto", "fp32", "bf16"), "auto, fp32 or bf16", self.precision
        )
        _require("color_change", 0 <= self.color_change <= 2, "in [0, 2]", self.color_change)
        low, high = self.scale_range
        _require("scale_range", 0.1 <= low <= high <= 10, "ordered and in [0.1, 10]", self.scale_range)
        for name in (
            "color_probability",
            "rotate_probability",
            "erase_probability",
            "paste_probability",
            "warmup",
            "final_rate",
            "class_weight_power",
        ):
            _require(name, 0 <= getattr(self, name) <= 1, "in [0, 1]", getattr(self, name))
        _require("masks", self.masks in _MASKS, f"one of {', '.join(_MASKS)}", self.masks)
        _require("wiring", self.wiring in ["", *Wiring], f"one of {', '.join(Wiring)}", self.wiring)
        if self.task is Task.CEL and self.chosen_wiring.reads_mask:
            raise ConfigError("a cel network reads the picture alone", remedy="leave wiring out")
        network_options(self.architecture, self.task, self.network)

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> TrainingConfig:
        """From a mapping; the task's own defaults stand where it says nothing.

        Raises ConfigError for a key that is not an option, or a value of another type.
        """
        known = {item.name for item in fields(cls)}
        unknown = sorted(set(options) - known)
        if unknown:
            raise ConfigError(
                f"unknown training option {unknown[0]!r}", remedy=f"known: {', '.join(sorted(known))}"
            )
        if "task" not in options:
            raise ConfigError("a training run needs a task: cel or douga")
        if options["task"] not in list(Task):
            raise ConfigError(f"{options['task']!r} is not a task of training", remedy="cel or douga")
        task = Task(options["task"])
        kinds = {item.name: str(item.type) for item in fields(cls)}
        values = {name: typed(name, kinds[name], value) for name, value in options.items() if name != "task"}
        return cls(**{**_OF_TASK[task], **values, "task": task})

    @property
    def crop_pixels(self) -> int:
        """Side of a crop with the default of the task filled in."""
        return self.crop or _CROP[self.task]

    @property
    def chosen_wiring(self) -> Wiring:
        """``wiring`` with the default of the task filled in."""
        return Wiring(self.wiring) if self.wiring else _WIRING[self.task]

    @property
    def lines_read(self) -> int:
        """``working_lines`` with the default of the task filled in."""
        return _WORKING_LINES[self.task] if self.working_lines < 0 else self.working_lines

    @property
    def crops_a_step(self) -> int:
        """Batch size with the default of the task filled in."""
        return self.batch_size or _BATCH[self.task]

    def as_mapping(self) -> dict[str, object]:
        """Everything, JSON-ready, for the facts beside the weights."""
        return asdict(self)


def typed(name: str, wanted: str, value: Any) -> Any:
    """``value`` as an annotation of a config wants it: TOML has lists for tuples, and 3 where 3.0 is meant.

    Raises ConfigError for any other type.
    """
    kinds = wanted.split(" | ")
    if value is None and "None" in kinds:
        return None
    if "float" in kinds and type(value) in (int, float):
        return float(value)
    if any(type(value) is kind for kind in (int, str, bool) if kind.__name__ in kinds):
        return value
    if wanted.startswith("Mapping") and isinstance(value, Mapping):
        return dict(value)
    if wanted.startswith("tuple[float, float]") and isinstance(value, list | tuple) and len(value) == 2:
        return tuple(typed(name, "float", item) for item in value)
    raise ConfigError(f"training option {name!r} has the wrong type: it must be {wanted}, got {value!r}")


def _require(name: str, holds: bool, wanted: str, got: object) -> None:
    if not holds:
        raise ConfigError(f"training option {name} must be {wanted}, got {got!r}")
