"""A run: a learner with its clock, its log and its files."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from dougagen import __version__
from dougagen.errors import ConfigError, UsageError, WeightsError
from dougagen.files import copy_file, names_in, refused_as, remove_file, require_file_or_nothing
from dougagen.networks import WORKING_LINES, LoadedNetwork, reuse_freed_memory, save_weights
from dougagen.processes.pools import spare_cores
from dougagen.training.checkpoint import read_checkpoint, write_checkpoint
from dougagen.training.config import TrainingConfig
from dougagen.training.crop_processes import batches, on_device
from dougagen.training.learner import Learner
from dougagen.training.log import Scores, TrainingLog, TrainingProgress
from dougagen.training.schedule import learning_rate_at, share_spent
from dougagen.training.scoring import Scoring
from dougagen.training.signals import WholeSteps
from dougagen.training.sources import TripletSource
from dougagen.training.validation import Validation

_CORES_FOR_SCORES = 4
"""From so many on a scoring process runs beside the training; with fewer the training waits for it."""


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """What a run left behind."""

    weights: Path
    log: Path
    steps: int
    seconds: float
    loss: float
    is_finished: bool
    """False where ``stop_after`` ended it: a checkpoint is there, the same call goes on."""
    best: Path | None
    """The weights with the best score; None where nothing was scored."""


class Run:
    """A learner with its clock, its log and its files."""

    def __init__(
        self,
        config: TrainingConfig,
        source: TripletSource,
        out: Path,
        facts: dict[str, str],
        start: LoadedNetwork | None,
        signals: WholeSteps,
    ) -> None:
        reuse_freed_memory()
        if config.threads:
            torch.set_num_threads(config.threads)
        self.config, self.source, self.facts, self.signals = config, source, facts, signals
        self.weights_path = out / f"{config.task}.safetensors"
        self.checkpoint_path = out / f"{config.task}.checkpoint"
        self.log = TrainingLog(out, config.task)
        self.learner = Learner(config, source.class_frequencies(), start=start)
        self.scoring: Scoring | None = None
        self.validation: Validation | None = None
        self.best_path = out / f"{config.task}.best.safetensors"
        self.is_new = True
        self.step, self.seconds, self.loss = 0, 0.0, float("nan")
        self.reported = (0, 0.0)
        self.is_whole = True

    # ---- learning ------------------------------------------------------------------------------------
    def learn(
        self,
        progress: Callable[[TrainingProgress], None] | None,
        scored: Callable[[Scores], None] | None,
        stop_at: float,
    ) -> None:
        """Until the budget is spent or ``stop_at``, by the monotonic clock."""
        config, device = self.config, self.learner.device
        losses: list[Tensor] = []
        saved = asked = self.seconds
        self.reported = (self.step, self.seconds)
        self.validate()  # where a run was stopped between the end of an epoch and the look at it
        with closing(batches(config, self.source, first_step=self.step, device=device)) as made:
            stream = on_device(made, device)
            before = math.inf  # of the first step; the clock does not run while the processes begin
            while not self.is_over and time.monotonic() < stop_at:
                batch = next(stream)
                before = min(before, time.monotonic())
                with self.signals.whole():
                    self.is_whole = False
                    rate = learning_rate_at(self.fraction, config)
                    loss, logits, targets = self.learner.learn_from(batch, step=self.step, rate=rate)
                    if self.is_new:  # now it is known that the run can learn: what an earlier one wrote goes
                        self.log.begin_anew()
                        self.is_new = False
                    self.step += 1
                    now = time.monotonic()
                    self.seconds, before = self.seconds + now - before, now
                    self.is_whole = True
                    losses.append(loss)
                    if self.step % config.log_steps == 0 or self.fraction >= 1.0:
                        self.report(progress, losses, mean_iou(logits, targets))
                        losses = []
                    if self.seconds - saved >= 60 * config.checkpoint_minutes:
                        self.checkpoint()
                        self.export()
                        saved = self.seconds
                if self.validate():
                    before = time.monotonic()
                is_due = self.seconds - asked >= 60 * config.evaluate_minutes
                if self.scoring is not None and self.score(scored, is_due=is_due):
                    asked, before = self.seconds, time.monotonic()
            if losses:  # of a run that was told to stop
                self.report(progress, losses, mean_iou(logits, targets))
        if self.scoring is not None and self.is_over:
            self.score_last(scored)

    def validate(self) -> bool:
        """Look at the validation pictures if an epoch has ended; the best weights stay. True if it looked."""
        validation = self.validation
        if validation is None or not validation.is_due(self.step):
            return False
        loss = validation.loss_of(self.learner)
        with self.signals.whole():
            is_best = validation.note(loss, step=self.step)
            self.log.validated(loss, step=self.step)
            if is_best and self.scoring is None:
                self.export()
                with refused_as(WeightsError, self.best_path, what="the best weights cannot be kept"):
                    copy_file(self.weights_path, self.best_path, below=self.best_path.parent)
        return True

    def score(self, scored: Callable[[Scores], None] | None, *, is_due: bool) -> bool:
        """Take scores that are there; ask for new ones if they are due. True if they were asked for."""
        assert self.scoring is not None
        self._tell(scored, wait=False)
        if not is_due or self.scoring.is_busy:
            return False
        self.export()
        self.scoring.ask(self.weights_path, step=self.step, seconds=self.seconds)
        if self.learner.device.type != "cuda" and spare_cores() < _CORES_FOR_SCORES:
            self._tell(scored, wait=True)
        return True

    def score_last(self, scored: Callable[[Scores], None] | None) -> None:
        """The scores that are on their way, then those of the last step."""
        assert self.scoring is not None
        self._tell(scored, wait=True)
        if self.scoring.newest_step != self.step:
            self.export()
            self.scoring.ask(self.weights_path, step=self.step, seconds=self.seconds)
            self._tell(scored, wait=True)

    def _tell(self, scored: Callable[[Scores], None] | None, *, wait: bool) -> None:
        assert self.scoring is not None
        scores = self.scoring.answer(wait=wait)
        if scores is not None and scored is not None:
            scored(scores)

    def report(
        self,
        progress: Callable[[TrainingProgress], None] | None,
        losses: list[Tensor],
        iou: float,
    ) -> None:
        """A row of the log, the only place where the CPU waits for a GPU."""
        speed = (self.step - self.reported[0]) / max(self.seconds - self.reported[1], 1e-9)
        self.reported = (self.step, self.seconds)
        self.loss = float(torch.stack(losses).mean())
        if not math.isfinite(self.loss):
            raise ConfigError(
                f"the loss is not finite at step {self.step}: weights and checkpoint stay as they were",
                remedy="use a lower learning rate",
            )
        rate = learning_rate_at(self.fraction, self.config)
        parts = {name: float(value) for name, value in self.learner.parts.items()}
        row = TrainingProgress(
            self.step, self.seconds, self.fraction, self.loss, iou, rate, speed, parts=parts
        )
        self.log.report(row)
        if progress is not None:
            progress(row)

    @property
    def fraction(self) -> float:
        """Share of the budget that is spent."""
        return share_spent(self.config, step=self.step, seconds=self.seconds)

    @property
    def is_over(self) -> bool:
        """Whether the budget is spent, or patience."""
        return self.fraction >= 1.0 or (self.validation is not None and self.validation.has_lost_patience)

    # ---- files ---------------------------------------------------------------------------------------
    def require_places(self) -> None:
        """Raise UsageError where a link, a folder or a pipe lies where the run will write: before the work,
        not after it."""
        log = self.log
        files = (self.weights_path, self.checkpoint_path, log.path, log.scores_path, log.validation_path)
        for path in (*files, self.best_path):
            with refused_as(UsageError, path, what="cannot be written"):
                require_file_or_nothing(path, below=path.parent)
        with refused_as(UsageError, log.curves_folder, what="cannot be written"):
            names_in(log.curves_folder, below=self.weights_path.parent)  # no link on the way there

    def identity(self) -> str:
        """What two runs must share for one to go on from the other; the budget may grow."""
        options = _kept(self.config.as_mapping())
        return json.dumps({**options, "started_from": self.learner.started_from}, sort_keys=True)

    def checkpoint(self) -> None:
        """The whole state, for any machine. Raises ConfigError where weights are lost, and writes nothing."""
        if not self.learner.is_finite():
            raise ConfigError(
                f"the weights are not finite at step {self.step}: the last checkpoint stays as it was",
                remedy="use a lower learning rate",
            )
        state: dict[str, Any] = {"identity": self.identity(), "step": self.step, "seconds": self.seconds}
        if self.validation is not None:
            state["validation"] = self.validation.state()
        write_checkpoint(self.checkpoint_path, {**state, **self.learner.state()})

    def resume(self) -> None:
        """Go on from the checkpoint if there is one, else begin anew."""
        defaults = TrainingConfig(self.config.task, steps=1).as_mapping()
        state: dict[str, Any] | None = read_checkpoint(
            self.checkpoint_path, identity=self.identity(), defaults=_kept(defaults)
        )
        if state is None:
            return
        self.is_new = False
        self.step, self.seconds = int(state["step"]), float(state["seconds"])
        self.learner.restore(state)
        if self.validation is not None and "validation" in state:
            self.validation.restore(state["validation"])

    def export(self) -> None:
        """The average as weights, with the facts of the run so far."""
        config, learner = self.config, self.learner
        noted = {
            **self.source.facts(),
            **self.facts,
            "steps": str(self.step),
            "minutes": f"{self.seconds / 60:.1f}",
            "crops_seen": str(self.step * config.crops_a_step),
            "loss": f"{self.loss:.4f}",
            "training": json.dumps(config.as_mapping()),
            WORKING_LINES: str(config.lines_read),
            "dougagen_version": __version__,
        }
        if learner.started_from:
            noted["started_from"] = learner.started_from
        if self.validation is not None:
            noted["validation_loss"] = f"{self.validation.loss:.4f}"
        save_weights(
            learner.kept(),
            self.weights_path,
            architecture=config.architecture,
            options=learner.options,
            task=config.task,
            facts=noted,
            wiring=config.chosen_wiring,
        )

    def result(self) -> TrainingResult:
        """Export; a run that is finished needs no checkpoint any more, another one gets one."""
        is_finished = self.is_over
        with self.signals.whole():
            self.export()
            if is_finished:
                remove_file(self.checkpoint_path, below=self.checkpoint_path.parent)
            else:
                self.checkpoint()
        best = self.best_path if self.scoring is not None or self.validation is not None else None
        return TrainingResult(
            self.weights_path,
            self.log.path,
            self.step,
            self.seconds,
            self.loss,
            is_finished,
            best if best is not None and best.is_file() else None,
        )


_FREE_TO_CHANGE = frozenset(
    {
        "minutes", "steps", "device", "precision", "threads", "loaders", "crop_processes", "compile",
        "checkpoint_minutes", "evaluate_minutes", "best_by", "log_steps", "patience",
    }
)  # fmt: skip


def _kept(options: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in options.items() if name not in _FREE_TO_CHANGE}


def mean_iou(logits: Tensor, targets: Tensor) -> float:
    """Intersection over union, averaged over the classes that the targets hold."""
    classes = logits.shape[1]
    pairs = torch.bincount((targets * classes + logits.argmax(1)).reshape(-1), minlength=classes**2)
    confusion = pairs.reshape(classes, classes).double()
    both, true, predicted = confusion.diagonal(), confusion.sum(1), confusion.sum(0)
    present = true > 0
    return float((both[present] / (true + predicted - both)[present]).mean())
