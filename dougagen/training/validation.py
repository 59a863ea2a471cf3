"""The loss on pictures that nothing is learned from, once an epoch: it ends a run (thesis 4.6)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from dougagen.studio import HELD_OUT_SEEDS, make_scene
from dougagen.training.batches import Batch, make_batch
from dougagen.training.config import TrainingConfig
from dougagen.training.learner import Learner
from dougagen.training.sources import Example, MaskReader, PackedTriplet, TripletPool

_SEED = 0x0F0F  # of the crops: the same whatever the run's own


def held_out_pictures(count: int, *, reader: MaskReader | None = None) -> TripletPool:
    """The first scenes of the held-out family, whole frames of 400 to 1080 lines, 1 s each on one core."""
    return TripletPool(map(make_scene, HELD_OUT_SEEDS[:count]), name="held-out family", reader=reader)


class Validation:
    """What the average of a run's weights costs on the same crops each time, one of each picture."""

    def __init__(self, config: TrainingConfig, pictures: TripletPool) -> None:
        """Cuts the crops anywhere in their picture, unturned, at a fixed one of the scales of the training;
        they stay in memory."""
        plain = _plain(config)
        crops = [
            make_batch(plain, _Only(picture), 0, numbers=[n]) for n, picture in enumerate(pictures.pictures)
        ]
        size = config.crops_a_step
        self._batches = [_together(crops[begin : begin + size]) for begin in range(0, len(crops), size)]
        self._config = config
        self.loss = math.nan
        """Of the newest validation."""
        self._best, self._best_step, self._step = math.inf, 0, 0

    def is_due(self, step: int) -> bool:
        """Whether an epoch ended with ``step``, and nobody has looked yet."""
        return step > self._step and step % self._config.epoch_steps == 0

    def loss_of(self, learner: Learner) -> float:
        """The mean over the pictures."""
        return learner.loss_on(self._batches)

    def note(self, loss: float, *, step: int) -> bool:
        """The loss after ``step``. True where no epoch before was as good."""
        self.loss, self._step = loss, step
        is_best = loss < self._best
        if is_best:
            self._best, self._best_step = loss, step
        return is_best

    @property
    def has_lost_patience(self) -> bool:
        """Whether the best epoch lies too far back."""
        return self._step - self._best_step >= self._config.patience * self._config.epoch_steps

    def state(self) -> dict[str, float]:
        """Plain numbers for the checkpoint."""
        return {"loss": self.loss, "best": self._best, "best_step": self._best_step, "step": self._step}

    def restore(self, state: dict[str, float]) -> None:
        """Go on from ``state``."""
        self.loss, self._best = float(state["loss"]), float(state["best"])
        self._best_step, self._step = int(state["best_step"]), int(state["step"])


@dataclass(frozen=True, slots=True, eq=False)
class _Only:
    """A sampler with one picture."""

    picture: PackedTriplet

    @property
    def pictures(self) -> Sequence[PackedTriplet]:
        return (self.picture,)

    def sample(self, rng: np.random.Generator) -> Example:  # noqa: ARG002
        return self.picture.example()


def _plain(config: TrainingConfig) -> TrainingConfig:
    """The same crops and wiring, and pictures as they are but for the scale that the network learns at."""
    middle = math.sqrt(config.scale_range[0] * config.scale_range[1])  # 1 for the thesis's 0.5 to 2
    return replace(
        config,
        seed=_SEED,
        focus=0.0,
        scale_range=(middle, middle),
        rotate_probability=0.0,
        color_probability=0.0,
        brightness_deviation=0.0,
        contrast_deviation=0.0,
        hue_deviation=0.0,
        degradation=0.0,
        erase_probability=0.0,
        paste_probability=0.0,
        backgrounds=0,
        texture_probability=0.0,
        perturbed_share=0.0,
    )


def _together(crops: Sequence[Batch]) -> Batch:
    parts = [crop.tensors() for crop in crops]
    return crops[0].holding({name: torch.cat([part[name] for part in parts]) for name in parts[0]})
