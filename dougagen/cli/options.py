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


class OnRepeat(StrEnum):
    """What to do with a drawing that another episode of the dataset shows."""

    KEEP = "keep"
    MARK = "mark"
    DROP = "drop"


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
Backend = Annotated[
    str,
    typer.Option(
        help="What runs the networks: torch; compiled, which takes a while at first and is for long runs on "
        "a GPU; or openvino, for a CPU with bf16 (pip install 'dougagen\\[openvino]').",
        metavar="BACKEND",
        rich_help_panel="Machine",
    ),
]
Refine = Annotated[
    bool,
    typer.Option(
        "--refine/--raw",
        help="Make strokes and even fills of what the douga network says (thesis 5.7), or leave it as it is.",
    ),
]
ColorCut = Annotated[
    bool,
    typer.Option(
        "--color-cut/--no-color-cut",
        help="Cut the cel mask along the colours of its picture, or take what the cel network says.",
    ),
]
Models = Annotated[
    Path | None,
    typer.Option(help="A folder with cel.safetensors and douga.safetensors; default: the weights that ship."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON on standard output.")]
Start = Annotated[str | None, typer.Option(help="Begin here: seconds or h:mm:ss.", metavar="TIME")]
Stop = Annotated[str | None, typer.Option(help="End before here: seconds or h:mm:ss.", metavar="TIME")]
SquarePixels = Annotated[
    bool,
    typer.Option(
        "--square-pixels", help="Resample pictures whose pixels are not square.", rich_help_panel="Picture"
    ),
]
KeepBars = Annotated[
    bool,
    typer.Option(
        "--keep-bars", help="Keep letterbox and pillarbox in the pictures.", rich_help_panel="Picture"
    ),
]
SkipChapters = Annotated[
    str,
    typer.Option(
        help="Skip chapters whose title matches, in any case: 'opening|ending'.",
        metavar="REGEX",
        show_default=False,
        rich_help_panel="Picture",
    ),
]
Decode = Annotated[
    str,
    typer.Option(
        help="auto, cpu or cuda: where video is decoded; changes no row.",
        metavar="WHERE",
        rich_help_panel="Machine",
    ),
]
Jobs = Annotated[
    int,
    typer.Option(
        min=0, max=64, help="Episodes at once; 0: one for each GPU, or one.", rich_help_panel="Machine"
    ),
]
Stall = Annotated[
    float,
    typer.Option(
        min=1,
        help="Give a file up when its decoder brings nothing for so many seconds.",
        metavar="SECONDS",
        rich_help_panel="Machine",
    ),
]
DecoderMemory = Annotated[
    float,
    typer.Option(
        min=0.25,
        help="Give a file up when its decoder takes more than so many GB.",
        metavar="GB",
        rich_help_panel="Machine",
    ),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Warnings and errors only.", rich_help_panel="Reports")
]
LogFile = Annotated[
    Path | None,
    typer.Option(
        help="Also write every line, with its time, to the end of this file.", rich_help_panel="Reports"
    ),
]
Repair = Annotated[
    bool,
    typer.Option(
        "--repair", help="Compare the shards of episodes that are there with their hashes; redo damaged ones."
    ),
]
Repeats = Annotated[
    OnRepeat,
    typer.Option(
        help="Drawings that another episode of the dataset shows, as openings do: keep them, mark them with "
        "what they repeat, or drop them.",
        rich_help_panel="Picture",
    ),
]
Reject = Annotated[
    list[str] | None,
    typer.Option(
        help="Leave out drawings with this flag; may be repeated: dark, bright, blurry, combed, text, blank, "
        "motion_blur, fade, no_cel. By default all are kept and marked.",
        metavar="FLAG",
        show_default=False,
        rich_help_panel="Picture",
    ),
]
