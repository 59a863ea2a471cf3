"""``dougagen evaluate --colorizers``: which lines teach a colouriser best."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dougagen.cli.console import Watch, say, show_json, show_tables
from dougagen.errors import UsageError, quoted

if TYPE_CHECKING:
    from dougagen.colorization import ColorProgress

_REPORTS = "Reports"

Colorizers = Annotated[
    Path | None,
    typer.Option(
        help="Instead: train colourisers on four kinds of lines in this folder, twice each, and judge them "
        "on the drawings of --real; hours, in steps that are done once.",
        metavar="DIR",
        rich_help_panel=_REPORTS,
    ),
]
StopAfter = Annotated[
    float | None,
    typer.Option(
        help="With --colorizers: leave after so many minutes; the same command carries on.",
        metavar="MINUTES",
        rich_help_panel=_REPORTS,
    ),
]
AsTheyAre = Annotated[
    bool,
    typer.Option(
        "--as-they-are",
        help="With --colorizers: train nothing; judge those that are there as far as they have learned.",
        rich_help_panel=_REPORTS,
    ),
]


def prove_colorizers(
    out: Path, real: Path | None, stop_after: float | None, *, trains: bool, json: bool
) -> None:
    """All of it, or as much as there is time for."""
    stop_at = None if stop_after is None else time.monotonic() + 60 * stop_after
    if real is None:
        raise UsageError(
            "--colorizers judges on drawings of animators", remedy="give --real, folders of NN_sketch.png"
        )
    from dougagen.colorization.proof import Proof, prove, read_plan
    from dougagen.reconstruction import NetworkReconstructor

    with Watch(unit="steps") as watch:

        def moved(name: str, progress: ColorProgress) -> None:
            if progress.step <= 20:
                watch.begin(name, None)
            total = round(progress.step / max(progress.fraction, 1e-9))
            watch.move(progress.step, total, f"loss {progress.loss:.4f}", name=name)

        proof = Proof(
            read_plan(),
            out,
            real,
            NetworkReconstructor.load,
            on_stage=say,
            on_step=moved,
            stop_at=stop_at,
            trains=trains,
        )
        report = prove(proof)
    if report is None:
        say("stopped before the end of the proof: the same command carries on")
        return
    if json:
        show_json(report.to_json())
    else:
        show_tables(report.tables())
    say(f"the proof's tables and its sheet are in {quoted(out)}")
