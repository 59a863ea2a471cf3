"""Options that several commands share, and how their words are read."""

from __future__ import annotations

import re
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from dougagen.errors import UsageError

_CLOCK = re.compile(r"(?:(?P<h>\d+):)?(?:(?P<m>[0-5]?\d):)?(?P<s>\d+(?:\.\d+)?)")


class OnExisting(StrEnum):
    """What to do with an episode that is in the dataset under other options."""

    ERROR = "error"
    SKIP = "skip"
    REDO = "redo"


def seconds(text: str | None, *, option: str) -> Fraction | None:
    """``90``, ``1:30``, ``0:01:30.5`` → exact seconds. Raises UsageError."""
    if text is None:
        return None
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise UsageError(
            f"{option} takes seconds or h:mm:ss, got {text!r}", remedy="for example 90 or 0:01:30"
        )
    hours, minutes = match["h"], match["m"]
    if hours is not None and minutes is None:  # "1:30" is minutes and seconds
        hours, minutes = None, hours
    return Fraction(match["s"]) + 60 * int(minutes or 0) + 3600 * int(hours or 0)


Device = Annotated[
    str, typer.Option(help="auto, cpu, cuda or cuda:N.", metavar="DEVICE", rich_help_panel="Machine")
]
BatchSize = Annotated[
    int,
    typer.Option(min=0, help="Pictures at once; 0: what suits the device.", rich_help_panel="Machine"),
]
Precision = Annotated[
    str, typer.Option(help="auto, fp32, bf16 or fp16.", metavar="PRECISION", rich_help_panel="Machine")
]
Models = Annotated[
    Path | None,
    typer.Option(help="A folder with cel.safetensors and douga.safetensors; default: the weights that ship."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON on standard output.")]
Start = Annotated[str | None, typer.Option(help="Begin here: seconds or h:mm:ss.", metavar="TIME")]
Stop = Annotated[str | None, typer.Option(help="End before here: seconds or h:mm:ss.", metavar="TIME")]
