"""Evaluation while a training goes on: in a process of its own, on weights that were set aside for it."""

from __future__ import annotations

import json
import logging
import math
import shutil
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from dougagen.errors import DougagenError, WeightsError
from dougagen.files import copy_file, names_in, refused_as
from dougagen.networks import Task, load_weights, read_weights_facts, save_weights
from dougagen.training.log import Scores, TrainingLog, read_rows
from dougagen.training.processes import TrainingHelpers

Evaluator = Callable[[Path], Mapping[str, float]]
"""Weights file → figures, the higher the better. Called in another process: it must be possible to pickle."""

BEST_BY = {Task.CEL: "cel_iou", Task.DOUGA: "mean_iou"}
"""Which figure chooses the best weights. On the held-out family, not on real drawings: what chooses is
trained to, and real drawings are only measured on."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Asked:
    step: int
    seconds: float
    weights: Path
    figures: Future[Mapping[str, float]]


class Scoring:
    """Asks ``evaluate`` of the weights of a step, one evaluation at a time, and keeps the best weights."""

    def __init__(
        self, evaluate: Evaluator, *, task: Task, out: Path, log: TrainingLog, best_by: str, resumed: bool
    ) -> None:
        """A run that is ``resumed`` knows its best score from the log."""
        self._evaluate, self._log = evaluate, log
        self._best_by = best_by or BEST_BY[task]
        self._out, self._task = out, task
        self._folder: Path | None = None
        self.best_path = out / f"{task}.best.safetensors"
        self._best = best_of(log.scores_path, self._best_by) if resumed else -math.inf
        self._helpers: TrainingHelpers | None = None
        self._asked: _Asked | None = None
        self.newest_step = -1
        """Whose weights were asked about last."""

    @property
    def is_busy(self) -> bool:
        """Whether an evaluation runs."""
        return self._asked is not None

    def ask(self, weights: Path, *, step: int, seconds: float) -> None:
        """Begin an evaluation of a copy of ``weights``."""
        self.newest_step = step
        set_aside = self._set_aside(weights)
        self._helpers = self._helpers or TrainingHelpers(1, purpose="scores the weights")
        try:
            self._asked = _Asked(step, seconds, set_aside, self._helpers.submit(self._evaluate, set_aside))
        except DougagenError as error:
            self._give_up(step, error)

    def answer(self, *, wait: bool) -> Scores | None:
        """The scores that were asked for, logged, and their weights kept if they are the best of the run.

        None where none were asked for, where they are not there yet (and ``wait`` is False), and where the
        evaluation failed: that is a warning, no reason to lose a training.
        """
        asked = self._asked
        if asked is None or not (wait or asked.figures.done()):
            return None
        self._asked = None
        failure = asked.figures.exception()
        if failure is not None:
            self._give_up(asked.step, failure)
            return None
        figures = dict(asked.figures.result())
        figure = figures.get(self._best_by, math.nan)
        if self._best_by not in figures:
            _log.warning("there is no score called %r: no best weights are kept", self._best_by)
        scores = Scores(asked.step, asked.seconds, figures, is_best=figure > self._best)
        if scores.is_best:
            self._best = figure
            self._keep(scores, asked.weights)
        self._log.score(scores)
        return scores

    def close(self) -> None:
        """Drop what runs."""
        if self._helpers is not None:
            self._helpers.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _set_aside(self, weights: Path) -> Path:
        """A copy of the weights in a folder of the run's own, whose name nobody foresees."""
        with refused_as(WeightsError, self._out, what="the weights cannot be set aside to be scored"):
            if self._folder is None:
                for name in names_in(self._out):  # of runs that were killed
                    if name.startswith(f".{self._task}.scoring"):
                        shutil.rmtree(self._out / name, ignore_errors=True)
                self._folder = Path(tempfile.mkdtemp(prefix=f".{self._task}.scoring.", dir=self._out))
            copy = self._folder / f"{self._task}.safetensors"
            copy_file(weights, copy, below=self._out)
        return copy

    def _keep(self, scores: Scores, weights: Path) -> None:
        """The weights again, with their scores among the facts; half precision loses nothing twice."""
        loaded, read = load_weights(weights), read_weights_facts(weights)
        save_weights(
            loaded.module,
            self.best_path,
            architecture=read.architecture,
            options=read.options,
            task=read.task,
            facts={
                **read.facts,
                "best_by": self._best_by,
                "best_scores": json.dumps({name: round(value, 4) for name, value in scores.figures.items()}),
            },
            wiring=read.wiring,
        )

    def _give_up(self, step: int, error: BaseException) -> None:
        _log.warning("the weights of step %d could not be scored: %s", step, error)
        if self._helpers is not None and isinstance(error, BrokenProcessPool | DougagenError):
            self._helpers.close()  # the next evaluation begins with a process of its own
            self._helpers = None


def best_of(path: Path, name: str) -> float:
    """The best figure called ``name`` in a file of scores; −inf where there is none."""
    figures = (float(row.get(name) or "nan") for row in read_rows(path))
    return max((figure for figure in figures if math.isfinite(figure)), default=-math.inf)
