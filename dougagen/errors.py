"""Everything dougagen raises on purpose: one line that says what, where and the remedy.

The command line prints ``str(error)`` and exits with ``error.exit_code``; a traceback is shown only
with ``--debug``. Messages quote names of files from strangers: ``quoted`` makes them harmless.
"""

from __future__ import annotations

import signal
from os import PathLike
from types import FrameType
from typing import NoReturn


def quoted(name: str | PathLike[str]) -> str:
    """A file name as it can be printed: control characters and line ends escaped, in single quotes."""
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(name))
    return f"'{text}'"


class DougagenError(Exception):
    """The root of the tree: ``what``, ``where`` and ``remedy`` joined into one line."""

    exit_code = 1

    def __init__(self, what: str, *, where: str | PathLike[str] | None = None, remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        place = f"{quoted(where)}: " if where is not None else ""
        advice = f"; {remedy}" if remedy else ""
        super().__init__(f"{place}{what}{advice}")


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
