"""What a run writes down as it goes: rows of CSV, and the same figures for TensorBoard."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dougagen.training.tensorboard import EventWriter

_COLUMNS = ("step", "seconds", "fraction", "loss", "mean_iou", "learning_rate", "steps_per_second")
_CURVES = ("loss", "mean_iou", "learning_rate", "steps_per_second")


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """Where a run stands; given to the callback and written as a row of the log."""

    step: int
    seconds: float
    """Spent learning, resumed parts included; evaluations that were waited for are not."""
    fraction: float
    """Of the budget, [0, 1]."""
    loss: float
    """Mean since the last report."""
    mean_iou: float
    """Over the classes in the last batch, before the step; augmented pictures."""
    learning_rate: float
    steps_per_second: float


@dataclass(frozen=True, slots=True)
class Scores:
    """What an evaluation said of the weights of a step."""

    step: int
    seconds: float
    figures: Mapping[str, float]
    is_best: bool
    """Better than every evaluation of the run before, in the score that chooses."""


class TrainingLog:
    """``<task>.log.csv``, ``<task>.scores.csv`` and ``tensorboard/<task>/`` in the folder of a run."""

    def __init__(self, out: Path, task: str) -> None:
        self.path = out / f"{task}.log.csv"
        self.scores_path = out / f"{task}.scores.csv"
        self._events_folder = out / "tensorboard" / task
        self._events: EventWriter | None = None
        self._is_new_run = False

    def begin_anew(self) -> None:
        """A run that goes on from no checkpoint: what an earlier one wrote goes."""
        self.path.unlink(missing_ok=True)
        self.scores_path.unlink(missing_ok=True)
        self._is_new_run = True

    def report(self, row: TrainingProgress) -> None:
        """A row of the log."""
        is_new = not self.path.exists()
        with self.path.open("a", newline="") as file:
            writer = csv.writer(file)
            if is_new:
                writer.writerow(_COLUMNS)
            writer.writerow(f"{getattr(row, name):.6g}" for name in _COLUMNS)
        self._curves({f"training/{name}": getattr(row, name) for name in _CURVES}, row.step)

    def score(self, scores: Scores) -> None:
        """A row of the scores; a name that is new becomes a column, which older rows leave empty."""
        rows = read_rows(self.scores_path)
        rows.append(
            {"step": str(scores.step), "seconds": f"{scores.seconds:.6g}"}
            | {name: f"{figure:.6g}" for name, figure in scores.figures.items()}
        )
        columns = list(dict.fromkeys(name for row in rows for name in row))
        unfinished = self.scores_path.with_name(f".{self.scores_path.name}.unfinished")
        with unfinished.open("w", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
        unfinished.replace(self.scores_path)
        self._curves({f"scores/{name}": figure for name, figure in scores.figures.items()}, scores.step)

    def _curves(self, scalars: Mapping[str, float], step: int) -> None:
        if self._events is None:
            self._events = EventWriter(self._events_folder, is_new_run=self._is_new_run)
        self._events.add(scalars, step=step)


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a log or of scores; none where there is no file."""
    if not path.is_file():
        return []
    with path.open(newline="") as file:
        return [dict(row) for row in csv.DictReader(file)]
