"""Everything dougagen raises on purpose: one line that says what, where and the remedy.

The command line prints ``str(error)`` and exits with ``error.exit_code``; a traceback is shown only
with ``--debug``. Messages quote what strangers wrote (names of files, headers, cells of a shard), and
``printable`` makes it harmless: here for whoever logs an error, and once more where the command line writes.
"""

from __future__ import annotations

import signal
import unicodedata
from os import PathLike
from types import FrameType
from typing import NoReturn

_LONGEST_WHAT = 2000
"""Characters: a library that quotes a stranger's header may quote megabytes of it."""


def printable(text: str) -> str:
    """``text`` on one line that a terminal only shows: whatever could move its cursor, change its title, end
    the line or turn the order of letters around is escaped as in a Python string (``\\x1b``, ``\\u202e``).

    Escaped are control and format characters (C0, C1, bidirectional overrides, zero-width ones), line and
    paragraph separators, and bytes of a file name that are no text. What is printable stays as it is, so
    that to do it twice changes nothing.
    """
    return text if text.isprintable() else "".join(map(_harmless, text))


def _harmless(character: str) -> str:
    # the wide space of Japanese titles is not printable to Python, and harmless
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode("ascii")


def quoted(name: str | PathLike[str]) -> str:
    """A file name as it can be printed: control characters and line ends escaped, in single quotes."""
    return f"'{printable(str(name))}'"


class DougagenError(Exception):
    """The root of the tree: ``what``, ``where`` and ``remedy`` joined into one printable line."""

    exit_code = 1

    def __init__(self, what: str, *, where: str | PathLike[str] | None = None, remedy: str = "") -> None:
        self.what = printable(what if len(what) <= _LONGEST_WHAT else f"{what[:_LONGEST_WHAT]} …")
        self.where, self.remedy = where, printable(remedy)
        place = f"{quoted(where)}: " if where is not None else ""
        advice = f"; {self.remedy}" if remedy else ""
        super().__init__(f"{place}{self.what}{advice}")


class UsageError(DougagenError):
    """The call itself cannot be carried out as given (exit code 2)."""

    exit_code = 2


class DomainError(DougagenError, ValueError):
    """A value does not keep the promise of its type: wrong shape, dtype, range."""


class EpisodeError(DougagenError):
    """A video file cannot be opened, holds no picture, or broke while it was read."""


class WeightsError(DougagenError):
    """A weights file is missing, damaged, or made for another architecture or format version."""


class DeviceError(UsageError):
    """The device asked for is not on this machine."""


class ShardError(DougagenError):
    """A shard, ledger or output folder is damaged or cannot be written."""


class NoRecordError(ShardError, IndexError):
    """A position outside a dataset."""


class ExportError(DougagenError):
    """An export cannot be written, or a drawing has no form in its format."""


class LabelError(DougagenError):
    """An artist's label image cannot be read as douga."""


class ConfigError(UsageError):
    """An option or a configuration file holds a value that is not allowed."""


class Stopped(BaseException):
    """SIGINT or SIGTERM came: unwind, so that nothing half written stays, and leave with 128 + the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def unwind(number: int, _: FrameType | None) -> NoReturn:
    """A signal handler: raises Stopped, once. A second Ctrl-C must not tear what the first one tidies."""
    signal.signal(number, signal.SIG_IGN)
    raise Stopped(number)
