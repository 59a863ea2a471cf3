"""What a person sees: errors in a line, tables, and progress (a bar on a terminal, log lines without one)."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table as RichTable
from rich.text import Text

from dougagen.errors import DougagenError

if TYPE_CHECKING:
    from dougagen.domain import Table  # with numpy behind it: never at start-up

SECONDS_BETWEEN_LOG_LINES = 30.0

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def say(line: str) -> None:
    """One line of news on standard error, with the time where nobody watches."""
    if err.is_terminal:
        err.print(escape(line), soft_wrap=True)
    else:
        print(time.strftime("%Y-%m-%d %H:%M:%S"), line, file=sys.stderr, flush=True)  # noqa: T201


def complain(error: DougagenError | str) -> None:
    """One line that says what, where and the remedy."""
    if err.is_terminal:
        err.print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True)
    else:
        say(f"error: {error}")


def show_tables(tables: Iterable[Table]) -> None:
    """Tables on standard output; the first column to the left, figures to the right."""
    for words in tables:
        table = RichTable(
            title=escape(words.title), title_justify="left", title_style="bold", header_style="dim"
        )
        for i, column in enumerate(words.columns):
            table.add_column(escape(column), justify="left" if i == 0 else "right", overflow="fold")
        for row in words.rows:
            table.add_row(*map(escape, row))
        out.print(table)
        out.print()


def show_json(value: object) -> None:
    """A report as JSON on standard output."""
    import json

    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))  # noqa: T201


class RateColumn(ProgressColumn):
    """Frames a second."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f} {self._unit}/s" if speed else f"– {self._unit}/s", style="cyan")


class Watch:
    """Progress of one job: a bar with rate and remaining time on a terminal, a line now and then without."""

    def __init__(self, *, unit: str) -> None:
        self._unit = unit
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            RateColumn(unit),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", style="dim"),
            console=err,
            transient=True,
            disable=not err.is_terminal,
        )
        self._task = self._bar.add_task("", total=None, note="")
        self._name, self._began, self._spoke = "", time.monotonic(), time.monotonic()

    def __enter__(self) -> Watch:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def begin(self, name: str, total: int | None) -> None:
        """A new job of ``total`` units (None: unknown)."""
        self._name, self._began, self._spoke = name, time.monotonic(), time.monotonic()
        self._bar.reset(self._task, description=escape(name), total=total, note="")

    def move(self, done: int, total: int | None, note: str) -> None:
        """``done`` units of the job are behind us."""
        self._bar.update(self._task, completed=done, total=total, note=note)
        now = time.monotonic()
        if self._bar.disable and now - self._spoke >= SECONDS_BETWEEN_LOG_LINES:
            self._spoke = now
            rate = done / max(now - self._began, 1e-9)
            left = f", {(total - done) / rate:.0f} s left" if total and rate else ""
            of = f" of {total}" if total else ""
            say(f"{self._name}: {done}{of} {self._unit}, {rate:.1f} {self._unit}/s{left}, {note}")


def name_of(path: Path) -> str:
    """A file name without control characters."""
    return "".join(c if c.isprintable() else "�" for c in path.name)
