"""The loop: batches → steps → a moving average of the weights; saved and written down as it goes."""

from __future__ import annotations

import csv
import io
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
from dougagen.colorization.config import ColorizerConfig
from dougagen.colorization.pictures import PaintedPool
from dougagen.colorization.samples import ColorBatch, batches
from dougagen.colorization.systems import build_colorizer, system_options
from dougagen.colorization.teachers import teacher_of
from dougagen.colorization.weights import TASK, save_colorizer
from dougagen.errors import ConfigError, UsageError
from dougagen.files import append_file, refused_as, remove_file, require_file_or_nothing
from dougagen.networks import reuse_freed_memory
from dougagen.networks.devices import chosen_device, trains_in_bf16
from dougagen.training.checkpoint import read_checkpoint, write_checkpoint
from dougagen.training.optimizers import optimizer_of, restore_optimizer
from dougagen.training.schedule import learning_rate_at, share_spent
from dougagen.training.signals import WholeSteps

MARGIN_SECONDS = 20.0
"""Before ``stop_after``, kept for the last step and the checkpoint."""
LOG_NAME = f"{TASK}.log.csv"
_FREE_TO_CHANGE = frozenset(
    {"minutes", "steps", "device", "precision", "threads", "loaders", "checkpoint_minutes", "log_steps"}
)


@dataclass(frozen=True, slots=True)
class ColorProgress:
    """Where a run stands; given to the callback and written as a row of the log."""

    step: int
    seconds: float
    """Spent learning, resumed parts included."""
    fraction: float
    """Of the budget, [0, 1]."""
    loss: float
    """Mean since the last report."""
    learning_rate: float
    parts: Mapping[str, float]
    """What the loss of the last step was made of."""


@dataclass(frozen=True, slots=True)
class ColorizerTrained:
    """What a run left behind."""

    weights: Path
    log: Path
    steps: int
    seconds: float
    loss: float
    is_finished: bool
    """False where ``stop_after`` ended it: a checkpoint is there, the same call goes on."""


def train_colorizer(
    config: ColorizerConfig,
    pool: PaintedPool,
    *,
    out: Path,
    progress: Callable[[ColorProgress], None] | None = None,
    facts: Mapping[str, str] | None = None,
    stop_after: float | None = None,
) -> ColorizerTrained:
    """Train until the budget is spent; leaves ``colorizer.safetensors``, ``colorizer.log.csv`` and, while
    running, ``colorizer.checkpoint`` in ``out``. A run that finds its own checkpoint there goes on from it.

    SIGINT and SIGTERM come between two steps, and a checkpoint is written before they are handled.
    ``stop_after`` is in seconds from now; the run ends ``MARGIN_SECONDS`` before, with a checkpoint.
    Raises ConfigError, DeviceError, WeightsError (a checkpoint of another configuration).
    """
    stop_at = math.inf if stop_after is None else time.monotonic() + stop_after - MARGIN_SECONDS
    if stop_at < time.monotonic():
        raise ConfigError(
            f"a run that stops after {stop_after:g} s has no time to learn",
            remedy=f"give it more than {MARGIN_SECONDS:g} s",
        )
    with refused_as(UsageError, out, what="cannot be the run's folder", remedy="choose another --out"):
        out.mkdir(parents=True, exist_ok=True)
    with WholeSteps() as signals:
        run = _Run(config, pool, out, dict(facts or {}), signals)
        run.resume()
        try:
            run.learn(progress, stop_at)
        except BaseException as error:
            if not isinstance(error, Exception) and run.is_whole and run.is_finite():  # a signal
                run.checkpoint()
            raise
        return run.result()


class _Run:
    """A network, its average, its teacher and optimiser, with clock, log and files."""

    def __init__(
        self,
        config: ColorizerConfig,
        pool: PaintedPool,
        out: Path,
        facts: dict[str, str],
        signals: WholeSteps,
    ) -> None:
        reuse_freed_memory()
        if config.threads:
            torch.set_num_threads(config.threads)
        self._config, self._pool, self._facts, self._signals = config, pool, facts, signals
        self._weights, self._log = out / f"{TASK}.safetensors", out / LOG_NAME
        self._checkpoint = out / f"{TASK}.checkpoint"
        for path in (self._weights, self._log, self._checkpoint):
            with refused_as(UsageError, path, what="cannot be written"):
                require_file_or_nothing(path, below=out)
        self._device = chosen_device(config.device)
        half = config.precision == "bf16" or (config.precision == "auto" and trains_in_bf16(self._device))
        torch.manual_seed(config.seed)
        self._options = system_options(config.system, config.network)
        network = build_colorizer(config.system, self._options)
        self._network = network.to(self._device, memory_format=torch.channels_last).train()  # type: ignore[call-overload]
        self._average = deepcopy(self._network).eval().requires_grad_(False)
        self._optimizer = optimizer_of(
            "adamw", self._network, rate=config.learning_rate, weight_decay=config.weight_decay
        )
        self._teacher = teacher_of(config, self._device, half=half)
        self.is_whole, self._is_new = True, True
        self._step, self._seconds, self._loss = 0, 0.0, float("nan")

    def learn(self, progress: Callable[[ColorProgress], None] | None, stop_at: float) -> None:
        """Until the budget is spent or ``stop_at``, by the monotonic clock."""
        losses: list[Tensor] = []
        saved = self._seconds
        with closing(batches(self._config, self._pool, first_step=self._step)) as stream:
            before = time.monotonic()
            while self._fraction < 1.0 and time.monotonic() < stop_at:
                batch = next(stream).to(self._device)
                with self._signals.whole():
                    self.is_whole = False
                    losses.append(self._learn_from(batch))
                    self._begin_log()
                    self._step += 1
                    now = time.monotonic()
                    self._seconds, before = self._seconds + now - before, now
                    self.is_whole = True
                    if self._step % self._config.log_steps == 0 or self._fraction >= 1.0:
                        self._report(progress, losses)
                        losses = []
                    if self._seconds - saved >= 60 * self._config.checkpoint_minutes:
                        self.checkpoint()
                        self._export()
                        saved = self._seconds
            if losses:  # of a run that was told to stop
                self._report(progress, losses)

    def _learn_from(self, batch: ColorBatch) -> Tensor:
        config = self._config
        rate = learning_rate_at(self._fraction, config)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        loss, painted = self._teacher.loss(self._network, batch)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._network.parameters(), config.largest_gradient)
        self._optimizer.step()
        _follow(self._average, self._network, min(config.average_decay, (2 + self._step) / (11 + self._step)))
        self._teacher.learn(batch, painted)
        return loss.detach()

    def _begin_log(self) -> None:
        """Now it is known that the run can learn: what an earlier one wrote goes."""
        if self._is_new:
            with refused_as(UsageError, self._log, what="the log cannot be written"):
                remove_file(self._log, below=self._log.parent)
            self._is_new = False

    def _report(self, progress: Callable[[ColorProgress], None] | None, losses: list[Tensor]) -> None:
        self._loss = float(torch.stack(losses).mean())
        if not math.isfinite(self._loss):
            raise ConfigError(
                f"the loss is not finite at step {self._step}: weights and checkpoint stay as they were",
                remedy="use a lower learning rate",
            )
        rate = learning_rate_at(self._fraction, self._config)
        parts = {name: float(value) for name, value in self._teacher.parts.items()}
        row = ColorProgress(self._step, self._seconds, self._fraction, self._loss, rate, parts)
        self._write(row)
        if progress is not None:
            progress(row)

    def _write(self, row: ColorProgress) -> None:
        figures = {"seconds": row.seconds, "fraction": row.fraction, "loss": row.loss}
        figures |= {"learning_rate": row.learning_rate, **row.parts}
        what = "the log cannot be written"
        with (
            refused_as(UsageError, self._log, what=what),
            append_file(self._log, below=self._log.parent) as file,
        ):
            text = io.StringIO(newline="")
            writer = csv.writer(text)
            if not file.tell():
                writer.writerow(["step", *figures])
            writer.writerow([row.step, *(f"{figure:.6g}" for figure in figures.values())])
            file.write(text.getvalue().encode())

    @property
    def _fraction(self) -> float:
        return share_spent(self._config, step=self._step, seconds=self._seconds)

    @torch.no_grad()
    def is_finite(self) -> bool:
        """Whether every weight still is a number."""
        return bool(torch.stack([one.sum() for one in self._network.parameters()]).isfinite().all())

    # ---- files ---------------------------------------------------------------------------------------
    def _identity(self) -> str:
        """What two runs must share for one to go on from the other; the budget may grow."""
        options = {k: v for k, v in self._config.as_mapping().items() if k not in _FREE_TO_CHANGE}
        return json.dumps({**options, **self._pool.facts()}, sort_keys=True)

    def checkpoint(self) -> None:
        """The whole state, for any machine. Raises ConfigError where weights are lost."""
        if not self.is_finite():
            raise ConfigError(
                f"the weights are not finite at step {self._step}: the last checkpoint stays as it was",
                remedy="use a lower learning rate",
            )
        state: dict[str, Any] = {
            "identity": self._identity(),
            "step": self._step,
            "seconds": self._seconds,
            "network": self._network.state_dict(),
            "average": self._average.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "random": torch.get_rng_state(),
            "teacher": self._teacher.state(),
        }
        write_checkpoint(self._checkpoint, state)

    def resume(self) -> None:
        """Go on from the checkpoint if there is one, else begin anew. Raises WeightsError."""
        state = read_checkpoint(self._checkpoint, identity=self._identity())
        if state is None:
            return
        self._is_new = False
        self._step, self._seconds = int(state["step"]), float(state["seconds"])
        self._network.load_state_dict(state["network"])
        self._average.load_state_dict(state["average"])
        restore_optimizer(self._optimizer, state["optimizer"], fused=None)
        self._teacher.restore(state["teacher"])
        torch.set_rng_state(state["random"])

    def _export(self) -> None:
        config = self._config
        noted = {
            **self._pool.facts(),
            **self._facts,
            "lines": config.lines,
            "steps": str(self._step),
            "minutes": f"{self._seconds / 60:.1f}",
            "loss": f"{self._loss:.4f}",
            "training": json.dumps(config.as_mapping()),
            "dougagen_version": __version__,
        }
        save_colorizer(
            self._average, self._weights, architecture=config.system, options=self._options, facts=noted
        )

    def result(self) -> ColorizerTrained:
        """Export; a run that is finished needs no checkpoint any more, another one gets one."""
        is_finished = self._fraction >= 1.0
        with self._signals.whole():
            self._export()
            if is_finished:
                with refused_as(UsageError, self._checkpoint, what="the checkpoint cannot be removed"):
                    remove_file(self._checkpoint, below=self._checkpoint.parent)
            else:
                self.checkpoint()
        return ColorizerTrained(self._weights, self._log, self._step, self._seconds, self._loss, is_finished)


@torch.no_grad()
def _follow(average: nn.Module, network: nn.Module, decay: float) -> None:
    """average ← decay · average + (1 − decay) · network; counts are copied."""
    for kept, new in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        if kept.is_floating_point():
            kept.lerp_(new, 1.0 - decay)
        else:
            kept.copy_(new)
