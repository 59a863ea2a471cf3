"""``dougagen bench``: which stage limits this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dougagen.cli import options
from dougagen.cli.console import say, show_json, show_tables
from dougagen.cli.groups import with_groups
from dougagen.errors import quoted


@with_groups
def bench(
    episode: Annotated[
        Path, typer.Argument(help="A video file; a minute of it is enough.", show_default=False)
    ],
    *,
    machine: options.BackendOptions,
    models: options.Models = None,
    part: options.PartOptions,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            help="Also write a page with the figures as bars, to send around.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Time decode, holds, networks, image coding and writing, each alone and all together.

    Example:  dougagen bench episode.mkv --stop 60 --html speed.html
    """
    from dougagen.reconstruction import NetworkReconstructor, ReconstructionConfig
    from dougagen.runs import ExtractOptions
    from dougagen.runs.bench import bench_episode

    config = ExtractOptions.of(part).config()
    reconstructor = NetworkReconstructor.load(models, ReconstructionConfig.of(machine))
    report = bench_episode(episode, reconstructor=reconstructor, config=config, device=reconstructor.device)
    if html is not None:
        from dougagen.report.speed_page import write_speed_page

        write_speed_page(
            html,
            report.to_table(),
            report.sentence,
            stages=report.stages_taken_apart(),
            together=report.together_seconds,
            note=report.machine,
        )
        say(f"{quoted(html)}: the page with these figures")
    if json:
        show_json(report.to_json())
        return
    show_tables([report.to_table()])
    say(report.sentence)
