"""``dougagen bench``: which stage limits this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dougagen.cli import options
from dougagen.cli.console import say, show_json, show_tables
from dougagen.cli.groups import with_groups
from dougagen.errors import quoted

if TYPE_CHECKING:
    from dougagen.domain import Table
    from dougagen.runs.bench import BenchReport


@with_groups
def bench(
    episode: Annotated[
        Path, typer.Argument(help="A video file; a minute of it is enough.", show_default=False)
    ],
    *,
    machine: options.BackendOptions,
    models: options.Models = None,
    part: options.PartOptions,
    json: options.Json = False,
) -> None:
    """Time decode, holds, networks, image coding and writing, each alone and all together.

    Example:  dougagen bench episode.mkv --stop 60
    """
    from dougagen.reconstruction import NetworkReconstructor, ReconstructionConfig
    from dougagen.runs import ExtractOptions
    from dougagen.runs.bench import bench_episode

    config = ExtractOptions.of(part).config()
    reconstructor = NetworkReconstructor.load(models, ReconstructionConfig.of(machine))
    report = bench_episode(episode, reconstructor=reconstructor, config=config, device=reconstructor.device)
    if json:
        show_json(report.to_json())
        return
    show_tables([_table(report)])
    say(
        f"{report.limit} limits this machine ({quoted(report.device)}): {report.limit_seconds:.2f} s alone; "
        f"{report.in_words}"
    )


def _table(report: BenchReport) -> Table:
    from dougagen.domain import Table

    total = sum(report.stage_seconds.values())
    rows = [
        (
            stage,
            f"{seconds:.2f}",
            f"{1000 * seconds / max(report.frames, 1):.1f}",
            f"{1000 * seconds / max(report.drawings, 1):.1f}",
            f"{report.frames / seconds:.1f}" if seconds else "–",
            f"{seconds / total:.0%}",
        )
        for stage, seconds in report.stage_seconds.items()
    ]
    together = report.together_seconds
    rows.append(
        (
            "all together",
            f"{together:.2f}",
            f"{1000 * together / max(report.frames, 1):.1f}",
            f"{1000 * together / max(report.drawings, 1):.1f}",
            f"{report.frames / together:.1f}",
            "",
        )
    )
    return Table(
        f"{report.source}: {report.frames} frames, {report.drawings} drawings, "
        f"{report.width}×{report.height}",
        ("stage alone", "seconds", "ms a frame", "ms a drawing", "frames/s", "share"),
        tuple(rows),
    )
