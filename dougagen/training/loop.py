"""The loop: batches → steps → a moving average of the weights; saved, scored and written down as it goes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from dougagen.errors import ConfigError, UsageError
from dougagen.files import refused_as
from dougagen.networks import LoadedNetwork
from dougagen.training.config import TrainingConfig
from dougagen.training.log import Scores, TrainingProgress
from dougagen.training.run import Run, TrainingResult
from dougagen.training.scoring import Evaluator, Scoring
from dougagen.training.signals import WholeSteps
from dougagen.training.sources import TripletPool, TripletSource
from dougagen.training.validation import Validation

MARGIN_SECONDS = 20.0
"""Before ``stop_after``, kept for the last step, the checkpoint, and the end of the processes."""


def train(
    config: TrainingConfig,
    source: TripletSource,
    *,
    out: Path,
    start: LoadedNetwork | None = None,
    progress: Callable[[TrainingProgress], None] | None = None,
    facts: Mapping[str, str] | None = None,
    evaluate: Evaluator | None = None,
    scored: Callable[[Scores], None] | None = None,
    stop_after: float | None = None,
    validation: TripletPool | None = None,
) -> TrainingResult:
    """Train until the budget is spent, or patience; leaves ``<task>.safetensors``, ``<task>.log.csv`` and,
    while running, ``<task>.checkpoint`` in ``out``, and curves for TensorBoard where tensorboardX is
    installed. A run that finds its own checkpoint there goes on from it, on any machine; a new one begins
    with the weights of ``start``, which must be of the same architecture, or with random ones.

    The weights are exported at every checkpoint too, so that a running training can be looked at. SIGINT and
    SIGTERM come between two steps, and a checkpoint is written before they are handled.

    Args:
        evaluate: called every ``config.evaluate_minutes`` in a process of its own with the path of weights;
            its figures go to ``<task>.scores.csv`` and ``scored``, the best weights to
            ``<task>.best.safetensors``.
        stop_after: seconds from now; the run ends ``MARGIN_SECONDS`` before, with a checkpoint.
        validation: pictures whose loss ends a run that has ``config.patience``; without ``evaluate`` it
            chooses ``<task>.best.safetensors``, too.

    Raises ConfigError, DeviceError, WeightsError (a checkpoint of another configuration), DougagenError (a
    process that makes pictures was killed).
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
        run = Run(config, source, out, dict(facts or {}), start, signals)
        run.require_places()
        if config.patience:
            run.validation = _validation(config, validation)
        run.resume()
        if evaluate is not None and config.evaluate_minutes:
            run.scoring = Scoring(
                evaluate, task=config.task, out=out, log=run.log, best_by=config.best_by, resumed=run.step > 0
            )
        try:
            run.learn(progress, scored, stop_at)
        except BaseException as error:
            is_signal = not isinstance(error, Exception)
            if is_signal and run.is_whole and run.learner.is_finite():  # errors leave the last checkpoint
                run.checkpoint()
            raise
        finally:
            if run.scoring is not None:
                run.scoring.close()
            run.log.close()
        return run.result()


def _validation(config: TrainingConfig, pictures: TripletPool | None) -> Validation:
    if pictures is None:
        raise ConfigError("a run with patience needs pictures to validate on", remedy="set patience to 0")
    return Validation(config, pictures)
