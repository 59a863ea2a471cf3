"""What a run writes down as it goes: rows of CSV, and the same figures as curves."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dougagen.training.tensorboard import Curves, open_curves

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
    parts: Mapping[str, float] = field(default_factory=dict)
    """What the loss of the last step was made of, where there is a discriminator; further columns."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What an evaluation said of the weights of a step."""

    step: int
    seconds: float
    figures: Mapping[str, float]
    is_best: bool
    """Better than every evaluation of the run before, in the score that chooses."""


class TrainingLog:
    """``<task>.log.csv``, ``.scores.csv``, ``.validation.csv`` in a run's folder, and with tensorboardX
    ``tensorboard/<task>/``."""

    def __init__(self, out: Path, task: str) -> None:
        self.path = out / f"{task}.log.csv"
        self.scores_path = out / f"{task}.scores.csv"
        self.validation_path = out / f"{task}.validation.csv"
        self._curves_folder = out / "tensorboard" / task
        self._curves: Curves | None = None
        self._curves_wanted = True
        self._is_new_run = False

    def begin_anew(self) -> None:
        """A run that goes on from no checkpoint: what an earlier one wrote goes."""
        for path in (self.path, self.scores_path, self.validation_path):
            path.unlink(missing_ok=True)
        self._is_new_run = True

    def report(self, row: TrainingProgress) -> None:
        """A row of the log."""
        is_new = not self.path.exists()
        with self.path.open("a", newline="") as file:
            writer = csv.writer(file)
            if is_new:
                writer.writerow((*_COLUMNS, *row.parts))
            figures = [*(getattr(row, name) for name in _COLUMNS), *row.parts.values()]
            writer.writerow(f"{figure:.6g}" for figure in figures)
        curves = {**{name: getattr(row, name) for name in _CURVES}, **row.parts}
        self._draw({f"training/{name}": figure for name, figure in curves.items()}, row.step)

    def validated(self, loss: float, *, step: int) -> None:
        """A row of the losses on validation pictures."""
        is_new = not self.validation_path.exists()
        with self.validation_path.open("a", newline="") as file:
            writer = csv.writer(file)
            if is_new:
                writer.writerow(("step", "validation_loss"))
            writer.writerow((step, f"{loss:.6g}"))
        self._draw({"validation/loss": loss}, step)

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
        self._draw({f"scores/{name}": figure for name, figure in scores.figures.items()}, scores.step)

    def close(self) -> None:
        """Nothing more is written."""
        self._curves_wanted = False
        if self._curves is not None:
            self._curves.close()
            self._curves = None

    def _draw(self, scalars: Mapping[str, float], step: int) -> None:
        if self._curves_wanted and self._curves is None:
            self._curves = open_curves(self._curves_folder, is_new_run=self._is_new_run)
            self._curves_wanted = self._curves is not None  # said once that there are none
        if self._curves is not None:
            self._curves.add(scalars, step=step)


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a log or of scores; none where there is no file."""
    if not path.is_file():
        return []
    with path.open(newline="") as file:
        return [dict(row) for row in csv.DictReader(file)]
