"""What a run writes down as it goes: rows of CSV, and the same figures as curves."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from dougagen.errors import UsageError
from dougagen.files import append_file, open_file, refused_as, remove_file, write_file
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
        self._out = out
        self.path = out / f"{task}.log.csv"
        self.scores_path = out / f"{task}.scores.csv"
        self.validation_path = out / f"{task}.validation.csv"
        self.curves_folder = out / "tensorboard" / task
        self._curves: Curves | None = None
        self._curves_wanted = True
        self._is_new_run = False

    def begin_anew(self) -> None:
        """A run that goes on from no checkpoint: what an earlier one wrote goes."""
        for path in (self.path, self.scores_path, self.validation_path):
            with _refused(path):
                remove_file(path, below=self._out)
        self._is_new_run = True

    def report(self, row: TrainingProgress) -> None:
        """A row of the log."""
        figures = [*(getattr(row, name) for name in _COLUMNS), *row.parts.values()]
        self._append(self.path, (*_COLUMNS, *row.parts), [f"{figure:.6g}" for figure in figures])
        curves = {**{name: getattr(row, name) for name in _CURVES}, **row.parts}
        self._draw({f"training/{name}": figure for name, figure in curves.items()}, row.step)

    def validated(self, loss: float, *, step: int) -> None:
        """A row of the losses on validation pictures."""
        self._append(self.validation_path, ("step", "validation_loss"), [str(step), f"{loss:.6g}"])
        self._draw({"validation/loss": loss}, step)

    def score(self, scores: Scores) -> None:
        """A row of the scores; a name that is new becomes a column, which older rows leave empty."""
        rows = read_rows(self.scores_path)
        rows.append(
            {"step": str(scores.step), "seconds": f"{scores.seconds:.6g}"}
            | {name: f"{figure:.6g}" for name, figure in scores.figures.items()}
        )
        columns = list(dict.fromkeys(name for row in rows for name in row))
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
        with _refused(self.scores_path):
            write_file(self.scores_path, text.getvalue(), below=self._out)
        self._draw({f"scores/{name}": figure for name, figure in scores.figures.items()}, scores.step)

    def close(self) -> None:
        """Nothing more is written."""
        self._curves_wanted = False
        if self._curves is not None:
            self._curves.close()
            self._curves = None

    def _draw(self, scalars: Mapping[str, float], step: int) -> None:
        if self._curves_wanted and self._curves is None:
            with _refused(self.curves_folder):
                self._curves = open_curves(self.curves_folder, is_new_run=self._is_new_run)
            self._curves_wanted = self._curves is not None  # said once that there are none
        if self._curves is not None:
            self._curves.add(scalars, step=step)

    def _append(self, path: Path, columns: Iterable[str], row: Iterable[str]) -> None:
        """A row at the end of a file that begins with its columns."""
        with _refused(path), append_file(path, below=self._out) as file:
            text = io.StringIO(newline="")
            writer = csv.writer(text)
            if not file.tell():
                writer.writerow(columns)
            writer.writerow(row)
            file.write(text.getvalue().encode())


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a log or of scores, which lie in a run's folder; none where there is no file.

    Raises UsageError where something else lies there.
    """
    with _refused(path):
        try:
            file = open_file(path, below=path.parent)
        except FileNotFoundError:
            return []
        with io.TextIOWrapper(file, encoding="utf-8", newline="") as text:
            return [dict(row) for row in csv.DictReader(text)]


def _refused(path: Path) -> AbstractContextManager[None]:
    return refused_as(UsageError, path, what="the log cannot be written", remedy="choose another --out")
