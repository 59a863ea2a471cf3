"""Every option of a training run; a default is written here and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from dougagen.errors import ConfigError
from dougagen.networks import PRETRAINED, Task, Wiring, network_options
from dougagen.settings import require, require_known, typed
from dougagen.training.adversarial import AdversarialConfig
from dougagen.training.optimizers import OPTIMIZERS

ENCODERS = {"lite0": 0, "lite1": 1, "lite2": 2}
"""What ``encoder`` can be: sizes of EfficientNet-Lite."""
_CROP = {Task.CEL: 224, Task.DOUGA: 320}
_WORKING_LINES = {Task.CEL: 360, Task.DOUGA: 0}
_WIRING = {Task.CEL: Wiring.COLOR, Task.DOUGA: Wiring.GUIDED}
_MASKS = ("predicted", "perturbed", "true")
_SCHEDULES = ("cosine", "linear")
_FILLS = ("random", "black")
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
_SHARES = (
    "color_probability", "rotate_probability", "erase_probability", "paste_probability",
    "texture_probability", "perturbed_share", "focus", "degradation", "warmup", "final_rate",
    "class_weight_power",
)  # fmt: skip
_NOT_NEGATIVE = (
    "evaluate_minutes", "weight_decay", "focal_gamma", "overlap_weight", "boundary_weight",
    "brightness_deviation", "contrast_deviation", "hue_deviation",
)  # fmt: skip
_ONE_OF = {
    "masks": _MASKS,
    "optimizer": OPTIMIZERS,
    "schedule": _SCHEDULES,
    "erase_fill": _FILLS,
    "precision": ("auto", "fp32", "bf16"),
    "compile": ("auto", "on", "off"),
}


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """How one network is trained. ``of`` makes it from a mapping (TOML, options) and refuses unknown keys."""

    task: Task
    architecture: str = "thinline"
    network: Mapping[str, object] = field(default_factory=dict)
    """Options of the architecture that differ from its defaults for the task."""
    encoder: str = ""
    """lite0, lite1 or lite2: the size of the encoder of architecture lite; empty: what ``network`` says."""
    pretrained: bool = False
    """Whether the encoder begins with ImageNet weights (thesis 4.4); they come with ``dougagen[train]``."""
    wiring: str = ""
    """What the network reads (``Wiring``); empty: the picture for cels, guided by the mask for douga."""
    masks: str = "predicted"
    """Which masks a douga network is given: those of the cel network wherever the source has them, else
    perturbed ones; perturbed ones always; or the true ones (the thesis's Manual Cel Model, 5.6)."""
    whole_truth: bool = False
    """Synthetic cel: whether even what the mask hides is asked for, as by the thesis (5.8)."""
    minutes: float | None = None
    """Wall time of the whole run, resumed parts included; the schedule follows it. Or ``steps``."""
    steps: int | None = None
    seed: int = 0
    crop: int = 0
    """Side of a training crop in pixels; 0: 224 for cels, of a reduced picture, 320 for douga."""
    crop_width: int = 0
    """Where crops are no squares, ``crop`` being their height; the thesis has 1080 × 1920 (4.2)."""
    pads: bool = False
    """Whether a picture smaller than the crop stands in black (thesis 4.2) and is not enlarged to fill it."""
    focus: float = 1.0
    """How often a crop is sought on the cel, and on its rare classes: 1 three times in four, 0 never."""
    batch_size: int = 0
    """Crops a step; 0: 10 for cels, 6 for douga."""
    optimizer: str = "adamw"
    """adamw; adam, the thesis's (4.6); or rmsprop."""
    learning_rate: float = 1.5e-3
    """At the end of the warm-up; falls along ``schedule`` to ``final_rate`` of it."""
    schedule: str = "cosine"
    """cosine; or linear, the thesis's (4.6)."""
    final_rate: float = 0.01
    warmup: float = 0.03
    """Share of the run."""
    weight_decay: float = 1e-3
    largest_gradient: float = 5.0
    """L2 norm at which gradients are clipped."""
    average_decay: float = 0.999
    """Of the moving average of the weights, which is what is saved; 0: the weights as they are."""
    patience: int = 0
    """Epochs without a lower loss on validation pictures after which the run ends: 100 in the thesis (4.6);
    0: it ends with its budget."""
    epoch_steps: int = 108
    """Steps that count as an epoch; 108 in the thesis (4.6)."""
    class_weight_power: float = 0.4
    """Douga: weight = (1 / frequency) ** power. 1 fattens the lines and costs 4 points (thesis 5.8)."""
    largest_class_weight: float = 8.0
    """Over the weight of the flat area."""
    focal_gamma: float = 0.0
    overlap_weight: float = 0.5
    """Of the soft IoU (cel) or soft Dice (douga) beside the cross entropy."""
    boundary_weight: float = 0.5
    """Cel: added to the weight of pixels within two of the mask's border."""
    adversarial: Mapping[str, object] = field(default_factory=dict)
    """Douga: options of a discriminator (``AdversarialConfig``, thesis 5.5.2); empty: there is none."""
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
    brightness_deviation: float = 0.0
    """Of a factor with the mean 1 (thesis 4.2: 0.25), and so for the contrast (0.5)."""
    contrast_deviation: float = 0.0
    hue_deviation: float = 0.0
    """Degrees (thesis 4.2: 45)."""
    degradation: float = 1.0
    """Factor on the chances of a little blur, grain and blocks; 0: the picture as it was delivered."""
    erase_probability: float = 0.1
    erase_fill: str = "random"
    """What stands in an erased rectangle: a random colour, or black as in the thesis (4.2)."""
    paste_probability: float = 0.1
    """The cel of one picture over another picture, which keeps its own cel."""
    backgrounds: int = 0
    """Painted by the studio, to stand in for those behind the cel; each of them is as likely as each training
    picture's own (thesis 4.2). 0: none is replaced."""
    texture_probability: float = 0.0
    """Of paper, wood, concrete, dirt or metal over the cel, and so over what is behind it (thesis 4.2)."""
    perturbed_share: float = 0.3
    """Of perturbed masks among predicted ones: a later cel network errs elsewhere than today's."""
    device: str = "auto"
    precision: str = "auto"
    """fp32 or bf16; auto is bf16 on a GPU and on a CPU that has instructions for it."""
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
        for name in ("crop", "crop_width"):
            side = getattr(self, name)
            require(name, side == 0 or 32 <= side <= 4096, "0 or in [32, 4096]", side)
        require("batch_size", 0 <= self.batch_size <= 4096, "in [0, 4096]", self.batch_size)
        require("learning_rate", 0 < self.learning_rate < 1, "in (0, 1)", self.learning_rate)
        require("average_decay", 0 <= self.average_decay < 1, "in [0, 1)", self.average_decay)
        require("loaders", 1 <= self.loaders <= 64, "in [1, 64]", self.loaders)
        require("crop_processes", -1 <= self.crop_processes <= 256, "in [-1, 256]", self.crop_processes)
        require("threads", 0 <= self.threads <= 1024, "in [0, 1024]", self.threads)
        require("seed", 0 <= self.seed < 2**63, "in [0, 2⁶³)", self.seed)
        for name in ("checkpoint_minutes", "largest_gradient"):
            require(name, 0 < getattr(self, name) < math.inf, "positive and finite", getattr(self, name))
        for name in _NOT_NEGATIVE:
            require(name, 0 <= getattr(self, name) < math.inf, "at least 0, finite", getattr(self, name))
        require(
            "largest_class_weight",
            1 <= self.largest_class_weight < math.inf,
            "at least 1, finite",
            self.largest_class_weight,
        )
        require("working_lines", -1 <= self.working_lines <= 8192, "in [-1, 8192]", self.working_lines)
        for name in ("log_steps", "epoch_steps"):
            require(name, getattr(self, name) >= 1, "at least 1", getattr(self, name))
        require("patience", 0 <= self.patience <= 10**6, "in [0, 10⁶]", self.patience)
        require("backgrounds", 0 <= self.backgrounds <= 10**6, "in [0, 10⁶]", self.backgrounds)
        for name, known in _ONE_OF.items():
            require(name, getattr(self, name) in known, f"one of {', '.join(known)}", getattr(self, name))
        require("color_change", 0 <= self.color_change <= 2, "in [0, 2]", self.color_change)
        low, high = self.scale_range
        require("scale_range", 0.1 <= low <= high <= 10, "ordered and in [0.1, 10]", self.scale_range)
        for name in _SHARES:
            require(name, 0 <= getattr(self, name) <= 1, "in [0, 1]", getattr(self, name))
        require("wiring", self.wiring in ["", *Wiring], f"one of {', '.join(Wiring)}", self.wiring)
        if self.task is Task.CEL and self.chosen_wiring.reads_mask:
            raise ConfigError("a cel network reads the picture alone", remedy="leave wiring out")
        if self.task is Task.CEL and self.adversarial:
            raise ConfigError("a discriminator judges douga, not cels", remedy="leave adversarial out")
        AdversarialConfig.of(self.adversarial)
        require("encoder", self.encoder in ("", *ENCODERS), f"one of {', '.join(ENCODERS)}", self.encoder)
        if self.encoder and self.architecture != "lite":
            raise ConfigError(
                f"architecture {self.architecture!r} has no encoder {self.encoder!r}",
                remedy="leave one of the two out",
            )
        network_options(self.architecture, self.task, self.network_said)
        if self.pretrained and self.architecture not in PRETRAINED:
            raise ConfigError(
                f"there are no ImageNet weights for architecture {self.architecture!r}",
                remedy=f"take one of {', '.join(PRETRAINED)}, or leave pretrained out",
            )

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> TrainingConfig:
        """From a mapping; the task's own defaults stand where it says nothing. An encoder asks for the
        architecture that has one.

        Raises ConfigError for a key that is not an option, or a value of another type.
        """
        kinds = {item.name: str(item.type) for item in fields(cls)}
        require_known("training option", options, kinds)
        if "task" not in options:
            raise ConfigError("a training run needs a task: cel or douga")
        if options["task"] not in list(Task):
            raise ConfigError(f"{options['task']!r} is not a training task", remedy="cel or douga")
        task = Task(options["task"])
        values = {name: typed(name, kinds[name], value) for name, value in options.items() if name != "task"}
        built_on = {"architecture": "lite"} if values.get("encoder") else {}
        return cls(**{**_OF_TASK[task], **built_on, **values, "task": task})

    @property
    def network_said(self) -> Mapping[str, object]:
        """``network`` with the size that ``encoder`` names."""
        return {**self.network, "encoder": ENCODERS[self.encoder]} if self.encoder else self.network

    @property
    def crop_pixels(self) -> int:
        """Height of a crop, and width where nothing else is said, with the default of the task filled in."""
        return self.crop or _CROP[self.task]

    @property
    def crop_shape(self) -> tuple[int, int]:
        """Height and width of a crop in pixels."""
        return self.crop_pixels, self.crop_width or self.crop_pixels

    @property
    def discriminator(self) -> AdversarialConfig | None:
        """``adversarial``, checked; None where there is no discriminator."""
        return AdversarialConfig.of(self.adversarial) if self.adversarial else None

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
