"""The loop: batches → steps → a moving average of the weights, saved as it goes."""

from __future__ import annotations

import csv
import json
import math
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from dougagen import __version__
from dougagen.errors import ConfigError
from dougagen.networks import (
    WORKING_LINES,
    LoadedNetwork,
    build_network,
    grown_state,
    network_options,
    reuse_freed_memory,
    save_weights,
)
from dougagen.training.batches import Batch, batches
from dougagen.training.checkpoint import read_checkpoint, write_checkpoint
from dougagen.training.config import TrainingConfig
from dougagen.training.devices import training_device
from dougagen.training.losses import loss_for
from dougagen.training.sources import TripletSource

_COLUMNS = ("step", "seconds", "fraction", "loss", "mean_iou", "learning_rate", "steps_per_second")


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """Where a run stands; given to the callback and written as a row of the log."""

    step: int
    seconds: float
    """Spent learning, resumed parts included."""
    fraction: float
    """Of the budget, [0, 1]."""
    loss: float
    """Mean since the last report."""
    mean_iou: float
    """Over the classes in the last batch, before the step; augmented pictures."""
    learning_rate: float
    steps_per_second: float


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """What a run left behind."""

    weights: Path
    log: Path
    steps: int
    seconds: float
    loss: float


def train(
    config: TrainingConfig,
    source: TripletSource,
    *,
    out: Path,
    start: LoadedNetwork | None = None,
    progress: Callable[[TrainingProgress], None] | None = None,
    facts: Mapping[str, str] | None = None,
) -> TrainingResult:
    """Train until the budget is spent; leaves ``<task>.safetensors``, ``<task>.log.csv`` and, while running,
    ``<task>.checkpoint`` in ``out``. A run that finds its own checkpoint there goes on from it; a new one
    begins with the weights of ``start``, which must be of the same architecture, or with random ones.

    The weights are exported at every checkpoint too, so that a running training can be looked at.
    Raises ConfigError, DeviceError, WeightsError (a checkpoint of another configuration).
    """
    out.mkdir(parents=True, exist_ok=True)
    run = _Run(config, source, out, dict(facts or {}), start)
    run.resume()
    try:
        run.learn(progress)
    except KeyboardInterrupt:
        run.checkpoint()
        raise
    run.export()
    run.checkpoint_path.unlink(missing_ok=True)
    return TrainingResult(run.weights_path, run.log_path, run.step, run.seconds, run.loss)


class _Run:
    """The state that a checkpoint holds: network, average, optimiser, step, seconds."""

    def __init__(
        self,
        config: TrainingConfig,
        source: TripletSource,
        out: Path,
        facts: dict[str, str],
        start: LoadedNetwork | None,
    ) -> None:
        reuse_freed_memory()
        if config.threads:
            torch.set_num_threads(config.threads)
        self.config, self.source, self.facts = config, source, facts
        self.weights_path = out / f"{config.task}.safetensors"
        self.log_path = out / f"{config.task}.log.csv"
        self.checkpoint_path = out / f"{config.task}.checkpoint"
        self.device = training_device(config.device)
        torch.manual_seed(config.seed)
        wiring = config.chosen_wiring
        self.options = network_options(config.architecture, config.task, config.network, wiring=wiring)
        network = build_network(config.architecture, self.options)
        self.started_from = ""
        if start is not None:
            _require_same_kind(start, config)
            network.load_state_dict(grown_state(start, network))
            self.started_from = f"{start.name}@{start.sha256[:8]}"
        # channels_last always: the backward pass of a (25, 1) convolution in NCHW corrupts the heap on CPU.
        self.network = network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = deepcopy(self.network).eval().requires_grad_(False)
        self.optimizer = torch.optim.AdamW(_decayed(self.network, config), lr=config.learning_rate)
        self.criterion = loss_for(config, source.class_frequencies()).to(self.device)
        self.step, self.seconds, self.loss = 0, 0.0, float("nan")

    def learn(self, progress: Callable[[TrainingProgress], None] | None) -> None:
        config = self.config
        begun, before = time.monotonic(), self.seconds
        saved, reported, losses = begun, (self.step, begun), []
        self.network.train()
        with closing(batches(config, self.source, first_step=self.step)) as stream:
            while self.fraction < 1.0:
                loss, logits, targets = self.learn_from(next(stream))
                losses.append(loss)
                now = time.monotonic()
                self.seconds = before + now - begun
                if self.step % config.log_steps == 0 or self.fraction >= 1.0:
                    self.loss = float(torch.stack(losses).mean())
                    if not math.isfinite(self.loss):
                        raise ConfigError(
                            f"the loss is not finite at step {self.step}", remedy="use a lower learning rate"
                        )
                    speed = (self.step - reported[0]) / max(now - reported[1], 1e-9)
                    self.report(progress, mean_iou(logits, targets), speed)
                    reported, losses = (self.step, now), []
                if now - saved >= 60 * config.checkpoint_minutes:
                    self.checkpoint()
                    self.export()
                    saved = now

    def learn_from(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """One step; returns loss, logits and targets, detached."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate
        inputs, targets = batch.inputs(self.device), batch.targets.to(self.device).long()
        cels = batch.cels.to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            logits = self.network(inputs)
        loss: Tensor = self.criterion(logits, targets, cels)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), self.config.largest_gradient)
        self.optimizer.step()
        self.step += 1
        self.follow()
        return loss.detach(), logits.detach()[:, : self.config.task.classes], targets

    @torch.no_grad()
    def follow(self) -> None:
        """Move the average towards the network; quickly at the beginning, when there is nothing to keep."""
        decay = min(self.config.average_decay, (1 + self.step) / (10 + self.step))
        for kept, new in zip(
            self.average.state_dict().values(), self.network.state_dict().values(), strict=True
        ):
            if kept.is_floating_point():
                kept.lerp_(new, 1.0 - decay)
            else:
                kept.copy_(new)

    @property
    def half(self) -> bool:
        wanted = self.config.precision
        return wanted == "bf16" or (wanted == "auto" and self.device.type == "cuda")

    @property
    def fraction(self) -> float:
        """Share of the budget that is spent."""
        if self.config.steps is not None:
            return min(1.0, self.step / self.config.steps)
        assert self.config.minutes is not None
        return min(1.0, self.seconds / (60 * self.config.minutes))

    @property
    def learning_rate(self) -> float:
        """A linear warm-up, then a cosine down to the final rate."""
        config, done = self.config, self.fraction
        if done < config.warmup:
            return config.learning_rate * max(done / config.warmup, 0.01)
        fall = (done - config.warmup) / max(1.0 - config.warmup, 1e-9)
        share = config.final_rate + (1 - config.final_rate) * 0.5 * (1 + math.cos(math.pi * fall))
        return config.learning_rate * share

    def report(self, progress: Callable[[TrainingProgress], None] | None, iou: float, speed: float) -> None:
        row = TrainingProgress(
            self.step, self.seconds, self.fraction, self.loss, iou, self.learning_rate, speed
        )
        is_new = not self.log_path.exists()
        with self.log_path.open("a", newline="") as file:
            writer = csv.writer(file)
            if is_new:
                writer.writerow(_COLUMNS)
            writer.writerow(f"{getattr(row, name):.6g}" for name in _COLUMNS)
        if progress is not None:
            progress(row)

    def identity(self) -> str:
        """What two runs must share for one to go on from the other; the budget may grow."""
        kept = {k: v for k, v in self.config.as_mapping().items() if k not in _FREE_TO_CHANGE}
        return json.dumps({**kept, "started_from": self.started_from}, sort_keys=True)

    def checkpoint(self) -> None:
        write_checkpoint(
            self.checkpoint_path,
            {
                "identity": self.identity(),
                "step": self.step,
                "seconds": self.seconds,
                "network": self.network.state_dict(),
                "average": self.average.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "random": torch.get_rng_state(),
            },
        )

    def resume(self) -> None:
        state: dict[str, Any] | None = read_checkpoint(self.checkpoint_path, identity=self.identity())
        if state is None:
            self.log_path.unlink(missing_ok=True)
            return
        self.step, self.seconds = int(state["step"]), float(state["seconds"])
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"])

    def export(self) -> None:
        noted = {
            **self.source.facts(),
            **self.facts,
            "steps": str(self.step),
            "minutes": f"{self.seconds / 60:.1f}",
            "crops_seen": str(self.step * self.config.crops_a_step),
            "loss": f"{self.loss:.4f}",
            "training": json.dumps(self.config.as_mapping()),
            WORKING_LINES: str(self.config.lines_read),
            "dougagen_version": __version__,
        }
        if self.started_from:
            noted["started_from"] = self.started_from
        save_weights(
            self.average,
            self.weights_path,
            architecture=self.config.architecture,
            options=self.options,
            task=self.config.task,
            facts=noted,
            wiring=self.config.chosen_wiring,
        )


_FREE_TO_CHANGE = frozenset(
    {"minutes", "steps", "device", "precision", "threads", "loaders", "checkpoint_minutes", "log_steps"}
)


def _require_same_kind(start: LoadedNetwork, config: TrainingConfig) -> None:
    if (start.task, start.architecture) != (config.task, config.architecture):
        raise ConfigError(
            f"cannot start from {start.name}: it is a {start.task} network of architecture "
            f"{start.architecture!r}, this run trains {config.task}, {config.architecture!r}",
            remedy="start from weights of the same task and architecture, or from random ones",
        )


def mean_iou(logits: Tensor, targets: Tensor) -> float:
    """Intersection over union, averaged over the classes that the targets hold."""
    classes = logits.shape[1]
    pairs = torch.bincount((targets * classes + logits.argmax(1)).reshape(-1), minlength=classes**2)
    confusion = pairs.reshape(classes, classes).double()
    both, true, predicted = confusion.diagonal(), confusion.sum(1), confusion.sum(0)
    present = true > 0
    return float((both[present] / (true + predicted - both)[present]).mean())


def _decayed(network: nn.Module, config: TrainingConfig) -> list[dict[str, Any]]:
    """Weight decay for the kernels, none for biases and norms."""
    parameters = list(network.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": config.weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
