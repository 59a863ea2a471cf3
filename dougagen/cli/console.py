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
from dataclasses import dataclass
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


def show_facts(title: str, lines: Iterable[tuple[str, str]], *, beside: str = "") -> None:
    """A heading on standard output, and lines of a name and what is to be said of it."""
    grid = RichTable(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, words in lines:
        grid.add_row(name, Text(printable(words)))
    out.print(Text(title, style="bold"), *([Text(beside, style="dim")] if beside else []))
    out.print(grid)
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


class _Words(ProgressColumn):
    """A word of a job that ``Watch`` keeps: its rate, its stage, its note, the time that is left."""

    def __init__(self, field: str, style: str = "") -> None:
        super().__init__()
        self._field, self._style = field, style

    def render(self, task: Task) -> Text:
        return Text(str(task.fields.get(self._field, "")), style=self._style, no_wrap=True)


class _Count(MofNCompleteColumn):
    """``45/139``; nothing for what has no length."""

    def render(self, task: Task) -> Text:
        return Text("") if task.fields.get("endless") else super().render(task)


class _Left(ProgressColumn):
    """The time left, counted down between two words on it; where nobody knows it, the time so far."""

    def render(self, task: Task) -> Text:
        seconds = task.fields.get("left")
        if task.fields.get("endless"):
            return Text(_minutes(task.elapsed or 0.0), style="dim")
        if seconds is None:
            return Text(f"{_minutes(task.elapsed or 0.0)} so far", style="dim")
        gone = time.monotonic() - task.fields.get("said", time.monotonic())
        return Text(f"{_minutes(max(0.0, seconds - gone))} left", style="cyan")


def _minutes(seconds: float) -> str:
    """``1:05``, ``1:02:03`` from an hour on."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


_ROOM_FOR_ALL, _ROOM_FOR_A_BAR, _ROOM_FOR_A_STAGE = 110, 70, 50  # columns of a terminal
_LONGEST_NAME = 40
_STAGE_WIDTH = 13  # "networks 41 %"
_STATE = "\0"  # the name of what is done beside the jobs: no file has it


def _bar_width() -> int:
    """Of a bar on a narrow terminal; 0: there is no room for one."""
    return max(6, err.width - 62) if err.width >= _ROOM_FOR_A_BAR else 0


def _room_for_a_name() -> int:
    """Characters; as many as the other columns leave."""
    others = 43 + _bar_width() if err.width >= _ROOM_FOR_A_STAGE else 32
    return max(6, err.width - others)


def _columns() -> list[ProgressColumn]:
    """What there is room for; what says how far it is comes first."""
    width = err.width
    if width >= _ROOM_FOR_ALL:
        return [
            SpinnerColumn(),
            _Words("name"),
            BarColumn(bar_width=24),
            _Count(),
            _Words("stage"),
            _Words("rate", "cyan"),
            _Left(),
            _Words("note", "dim"),
        ]
    middle: list[ProgressColumn] = [BarColumn(bar_width=_bar_width())] if _bar_width() else []
    if width >= _ROOM_FOR_A_STAGE:
        return [SpinnerColumn(), _Words("name"), *middle, _Count(), _Words("stage"), _Left()]
    return [SpinnerColumn(), _Words("name"), _Count(), _Left()]


@dataclass(slots=True)
class _Job:
    """A bar and when it began."""

    task: TaskID
    began: float


class Watch:
    """Progress of jobs: a bar each with time left on a terminal, a line now and then without one."""

    def __init__(self, *, unit: str) -> None:
        self._unit = unit
        self._bar = Progress(
            *_columns(),
            console=err,
            transient=True,
            disable=not err.is_terminal or journal.shown_from > Level.NEWS,
        )
        self._jobs: dict[str, _Job] = {}
        self._name = self._doing = ""
        self._spoke, self._pause = time.monotonic(), FIRST_LOG_LINE_SECONDS

    def __enter__(self) -> Watch:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def doing(self, what: str) -> None:
        """What is done beside the jobs, which has no length; empty: nothing."""
        if what == self._doing:
            return
        self.end(_STATE)
        self._doing = what
        if what:
            self._jobs[_STATE] = self._added(_STATE, None, shown=what)

    def begin(self, name: str, total: int | None) -> None:
        """A new job of ``total`` units (None: unknown); it stands beside those that have not ended."""
        self.end(name)
        self._name = name
        self._jobs[name] = self._added(name, total)

    def _added(self, name: str, total: int | None, *, shown: str = "") -> _Job:
        shown = printable(shown or name)
        room = _LONGEST_NAME if err.width >= _ROOM_FOR_ALL else _room_for_a_name()
        shown = shown if len(shown) <= room else f"{shown[: room - 1]}…"
        task = self._bar.add_task("", total=total, name=shown, endless=name == _STATE)
        return _Job(task, time.monotonic())

    def end(self, name: str) -> None:
        """Take the bar of a job away."""
        if name in self._jobs:
            self._bar.remove_task(self._jobs.pop(name).task)

    def move(
        self,
        done: int,
        total: int | None,
        note: str,
        *,
        name: str | None = None,
        stage: str = "",
        left: float | None = None,
    ) -> None:
        """``done`` units of the job, or of the latest one, are behind us.

        ``stage`` is what it is at, in a word. ``left`` is how many seconds it still takes; a job without
        stages goes on as fast as it did.
        """
        name = self._name if name is None else name
        if name not in self._jobs:
            return
        job, now = self._jobs[name], time.monotonic()
        rate = done / max(now - job.began, 1e-9)
        if left is None and not stage and total and rate:
            left = (total - done) / rate
        speed = f"{rate:.1f} {self._unit}/s"
        self._bar.update(
            job.task,
            completed=done,
            total=total,
            note=printable(note),
            stage=f"{stage:<{_STAGE_WIDTH}}" if stage else "",
            rate=speed if done else "",
            left=left,
            said=now,
        )
        if not err.is_terminal and now - self._spoke >= self._pause:
            self._spoke, self._pause = now, min(2 * self._pause, LAST_LOG_LINE_SECONDS)
            of = f" of {total}" if total else ""
            words = [f"{done}{of} {self._unit}", stage, speed]
            words += [f"{left:.0f} s left" if left is not None else "", printable(note)]
            say(f"{name}: {', '.join(filter(None, words))}")


def counted(count: int, noun: str) -> str:
    """``1 record``, ``2,000 records``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def name_of(path: Path) -> str:
    """A file name as it can be shown."""
    return printable(path.name)
