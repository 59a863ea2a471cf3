"""What a person sees: errors in a line, tables, and progress (a bar on a terminal, log lines without one).

All that leaves the command line leaves through here, and nothing of it drives a terminal but what Rich writes
itself: what strangers wrote in names, headers, shards and labels is escaped on its way out.
"""

from __future__ import annotations

import logging
import re
import sys
import time
import traceback
from collections.abc import Iterable
from contextlib import suppress
from enum import IntEnum
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.segment import Segment
from rich.table import Table as RichTable
from rich.text import Text

from dougagen.errors import DougagenError, UsageError, printable
from dougagen.files import append_file, refused_as

if TYPE_CHECKING:
    from dougagen.domain import Table  # with numpy behind it: never at start-up

FIRST_LOG_LINE_SECONDS = 30.0
LAST_LOG_LINE_SECONDS = 600.0
"""A line of progress after the first, then at twice the distance each, up to the last: a night of cron is a
mail that can be read."""

_UNPRINTABLE = re.compile(r"[^\n\x20-\x7e]")


class GuardedConsole(Console):
    """A console whose text is text: what Rich writes to drive the terminal passes, what came with the words
    does not. Rich itself takes out five of the sixty-five control characters, and ESC is none of them."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """As Rich's own, for whatever is printed, tables, bars and their cells included."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                lines = "\n".join(map(printable, segment.text.split("\n")))
                yield Segment(lines, segment.style)


out = GuardedConsole(highlight=False, emoji=False)
err = GuardedConsole(stderr=True, highlight=False, emoji=False)


class Level(IntEnum):
    """How much a line matters."""

    NEWS = 0
    WARNING = 1
    ERROR = 2


_COLORS = {Level.WARNING: "bold yellow", Level.ERROR: "bold red"}


class Journal:
    """Where lines go: standard error from a level on, and all of them to a file if there is one."""

    def __init__(self) -> None:
        self.shown_from = Level.NEWS
        self._file: TextIO | None = None

    def open(self, *, quiet: bool, log_file: Path | None) -> None:
        """``quiet`` shows warnings and errors alone. Raises UsageError where the file cannot be opened."""
        self.shown_from = Level.WARNING if quiet else Level.NEWS
        if log_file is not None:
            what, remedy = "the log file cannot be written", "name another"
            with refused_as(UsageError, log_file, what=what, remedy=remedy):
                file = append_file(log_file)
            self._file = TextIOWrapper(file, "utf-8", "backslashreplace", line_buffering=True)

    def write(self, line: str, level: Level) -> None:
        """One line, with the time where nobody watches."""
        line = printable(line)
        label = f"{level.name.lower()}: " if level else ""
        stamped = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {label}{line}"
        if self._file is not None:
            with suppress(OSError):  # a full disk under the log is no reason to lose the episode
                self._file.write(stamped + "\n")
        if level < self.shown_from:
            return
        if err.is_terminal:
            err.print(Text(label, style=_COLORS.get(level, "")) + Text(line), soft_wrap=True)
        else:
            print(stamped, file=sys.stderr, flush=True)  # noqa: T201


journal = Journal()


class JournalHandler(logging.Handler):
    """What the library logs, from warnings on, as lines of the journal."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        journal.write(record.getMessage(), Level.ERROR if record.levelno >= logging.ERROR else Level.WARNING)


def say(line: str) -> None:
    """One line of news on standard error."""
    journal.write(line, Level.NEWS)


def warn(line: str) -> None:
    """One line of what a person should know."""
    journal.write(line, Level.WARNING)


def complain(error: DougagenError | str) -> None:
    """One line that says what, where and the remedy."""
    journal.write(str(error), Level.ERROR)


def show_tables(tables: Iterable[Table]) -> None:
    """Tables on standard output; the first column to the left, figures to the right."""
    for words in tables:
        table = RichTable(
            title=_cell(words.title), title_justify="left", title_style="bold", header_style="dim"
        )
        for i, column in enumerate(words.columns):
            table.add_column(_cell(column), justify="left" if i == 0 else "right", overflow="fold")
        for row in words.rows:
            table.add_row(*map(_cell, row))
        out.print(table)
        out.print()


def _cell(text: str) -> str:
    """What stands in a table as itself, its lines kept; escaped before Rich counts its columns."""
    return escape("\n".join(map(printable, text.split("\n"))))


def show_json(value: object) -> None:
    """A report as JSON on standard output. What is not printable in its strings is escaped as JSON does, and
    so reads back as it was."""
    import json

    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    text = _UNPRINTABLE.sub(_in_json, text)
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:  # a terminal without the alphabet of a name
        text = json.dumps(value, indent=2, default=str)
    print(text)  # noqa: T201


def _in_json(found: re.Match[str]) -> str:
    character = found[0]
    if printable(character) == character:
        return character
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def show_traceback() -> None:
    """The traceback of the error at hand, for ``--debug``: messages of errors are a stranger's words, too."""
    for line in traceback.format_exc().splitlines():
        print(printable(line), file=sys.stderr)  # noqa: T201


class RateColumn(ProgressColumn):
    """Frames a second."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f} {self._unit}/s" if speed else f"– {self._unit}/s", style="cyan")


class Watch:
    """Progress of jobs: a bar each with rate and time left on a terminal, a line now and then without one."""

    def __init__(self, *, unit: str) -> None:
        self._unit = unit
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            RateColumn(unit),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", style="dim"),
            console=err,
            transient=True,
            disable=not err.is_terminal or journal.shown_from > Level.NEWS,
        )
        self._jobs: dict[str, tuple[TaskID, float]] = {}
        self._name = ""
        self._spoke, self._pause = time.monotonic(), FIRST_LOG_LINE_SECONDS

    def __enter__(self) -> Watch:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def begin(self, name: str, total: int | None) -> None:
        """A new job of ``total`` units (None: unknown); it stands beside those that have not ended."""
        self.end(name)
        self._name = name
        self._jobs[name] = (self._bar.add_task(printable(name), total=total, note=""), time.monotonic())

    def end(self, name: str) -> None:
        """Take the bar of a job away."""
        if name in self._jobs:
            self._bar.remove_task(self._jobs.pop(name)[0])

    def move(self, done: int, total: int | None, note: str, *, name: str | None = None) -> None:
        """``done`` units of the job, or of the latest one, are behind us."""
        name = self._name if name is None else name
        note = printable(note)
        if name not in self._jobs:
            return
        task, began = self._jobs[name]
        self._bar.update(task, completed=done, total=total, note=note)
        now = time.monotonic()
        if not err.is_terminal and now - self._spoke >= self._pause:
            self._spoke, self._pause = now, min(2 * self._pause, LAST_LOG_LINE_SECONDS)
            rate = done / max(now - began, 1e-9)
            left = f", {(total - done) / rate:.0f} s left" if total and rate else ""
            of = f" of {total}" if total else ""
            say(f"{name}: {done}{of} {self._unit}, {rate:.1f} {self._unit}/s{left}, {note}")


def name_of(path: Path) -> str:
    """A file name as it can be shown."""
    return printable(path.name)
