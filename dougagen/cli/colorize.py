"""``dougagen colorize``: line drawings in, painted drawings out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dougagen.cli import completion, options
from dougagen.cli.console import Watch, complain, counted, say, show_json
from dougagen.cli.groups import given
from dougagen.errors import quoted

if TYPE_CHECKING:
    from dougagen.colorization.painting import Colored

_MACHINE = "Machine"


def colorize(
    lines: Annotated[
        list[Path],
        typer.Argument(
            help="Folders of drawings, drawings, videos of line tests, shards.", show_default=False
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder of the painted drawings.", show_default=False)
    ],
    *,
    hints: Annotated[
        Path | None,
        typer.Option(help="A PNG with dots of colour, of the size of the first drawing.", metavar="FILE"),
    ] = None,
    like: Annotated[
        Path | None, typer.Option(help="A picture whose paints are to be used.", metavar="PICTURE")
    ] = None,
    models: Annotated[
        Path | None,
        typer.Option(help="A folder with colorizer.safetensors, or the file; default: dougagen's own."),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(
            help="auto, cpu, cuda or cuda:N; default: auto.",
            metavar="DEVICE",
            autocompletion=completion.devices,
            rich_help_panel=_MACHINE,
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Paint line drawings, or douga, with one paint an area; the drawings of a shot keep their paints.

    A drawing of a folder keeps its name; those of a video or of shards become EPISODE/FRAME.png.

    Example:  dougagen colorize drawings/ --out painted/ --models trained/ --hints dots.png
    """
    from dougagen.colorization.colorizer import Colorizer
    from dougagen.colorization.painting import colorize as paint

    colorizer = Colorizer.load(models, **given(device=device))
    with Watch(unit="drawings") as watch:
        watch.begin("colorize", None)
        done = paint(
            lines,
            out,
            colorizer,
            hints=hints,
            like=like,
            on_drawing=lambda name, count: watch.move(count, None, name),
            on_problem=complain,
        )
    _say(done, out, json=json)


def _say(done: Colored, out: Path, *, json: bool) -> None:
    say(f"{counted(done.drawings, 'drawing')} of {counted(done.shots, 'shot')} in {quoted(out)}")
    if done.drawings == 1:
        say("one drawing alone: there was none before it to keep to")
    if json:
        show_json({"out": str(out), "drawings": done.drawings, "shots": done.shots, "failed": done.failed})
    if done.failed:
        raise typer.Exit(1)
