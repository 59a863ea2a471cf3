"""``dougagen evaluate``: how good the weights are, in the measures of the thesis and of the field."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dougagen.cli import options
from dougagen.cli.console import out, say, show_json, show_tables
from dougagen.errors import quoted


def evaluate(
    scenes: Annotated[int, typer.Option(min=0, help="Held-out studio scenes to measure on.")] = 24,
    lines: Annotated[int, typer.Option(min=120, max=2160, help="Height of those scenes.")] = 720,
    shards: Annotated[Path | None, typer.Option(help="A dataset whose records are the truth.")] = None,
    real: Annotated[Path | None, typer.Option(help="Folders of NN_cut.png with NN_sketch.png.")] = None,
    clips: Annotated[
        list[Path] | None,
        typer.Option(help="A folder of clips with their truth (CLIP.json beside CLIP.mkv)."),
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option(help="Write a picture sheet of held-out scenes (PNG).")
    ] = None,
    models: options.Models = None,
    device: options.Device = "auto",
    batch_size: options.BatchSize = 0,
    precision: options.Precision = "auto",
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the tables as Markdown.")] = False,
    json: options.Json = False,
) -> None:
    """Measure cel masks, douga, lines and timing against exact truth, beside the thesis's figures.

    Example:  dougagen evaluate --scenes 24 --clips sample_videos/
    """
    from dougagen.evaluation.picture_sheet import write_png
    from dougagen.evaluation.suite import EvaluationPlan, sheet_of
    from dougagen.evaluation.suite import evaluate as measure
    from dougagen.reconstruction import NetworkReconstructor, ReconstructionConfig

    plan = EvaluationPlan(scenes=scenes, lines=lines, shards=shards, real=real, clips=tuple(clips or ()))
    reconstructor = None
    if scenes or shards or real or sheet:
        reconstructor = NetworkReconstructor.load(
            models, ReconstructionConfig(device=device, batch_size=batch_size, precision=precision)
        )
    report = measure(plan, reconstructor, models=reconstructor.models if reconstructor else "", on_stage=say)
    if json:
        show_json(report.to_json())
    elif markdown:
        for table in report.tables():
            out.out(table.to_markdown() + "\n", highlight=False)
    else:
        show_tables(report.tables())
    if sheet is not None and reconstructor is not None:
        write_png(sheet_of(min(scenes or 8, 12), reconstructor, lines=lines), sheet)
        say(f"picture sheet in {quoted(sheet)}")
