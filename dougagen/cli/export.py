"""``dougagen export``: a dataset in the formats of other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dougagen.cli import completion, options
from dougagen.cli.console import Watch, complain, say, show_json, warn
from dougagen.cli.groups import Options, with_groups
from dougagen.cli.next_steps import read_export
from dougagen.cli.owners import Owner
from dougagen.errors import quoted

if TYPE_CHECKING:
    from dougagen.exports import ExportReport

_CONFIG = "exports.config:ExportConfig"


class ExportOptions(Options):
    """What is taken of the dataset, and how it is laid out, as ``ExportConfig`` takes it."""

    where: Annotated[
        str | None,
        typer.Option(
            help="Only drawings of which this is true: \"cel_fraction > 0.2 and not 'text' in flags\". "
            "Columns are compared, with and, or, not, in, between, like; no function is called.",
            metavar="CONDITION",
            show_default=False,
        ),
    ]
    lines: Annotated[
        int | None,
        typer.Option(
            min=16,
            help="Scale pictures of more lines to so many: color by area; no class is invented, and thin "
            "lines stay whole.",
            show_default=False,
        ),
    ]
    split: Annotated[
        str | None,
        typer.Option(
            help="Shares of train, val and test, as 90/5/5; or of train and val.",
            metavar="SHARES",
            show_default=False,
        ),
    ]
    split_by: Annotated[
        Literal["episode", "shot"] | None,
        typer.Option(help="What a split keeps together. Scenes of synth are split one by one."),
        Owner(f"{_CONFIG}.split_by"),
    ]
    pairs: Annotated[
        str | None,
        typer.Option(
            help="With --to folders: two pictures side by side in one file, A|B, as color/douga.",
            metavar="A/B",
            show_default=False,
        ),
    ]
    shard_megabytes: Annotated[
        int | None,
        typer.Option(min=1, help="With --to webdataset: size of a tar file at most, in MB."),
        Owner(f"{_CONFIG}.shard_megabytes"),
    ]


@with_groups
def export(
    dataset: options.Dataset,
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="PLACE", help="A new folder, or one to carry on in.", show_default=False
        ),
    ],
    *,
    to: Annotated[
        str,
        typer.Option(
            help="webdataset, folders, coco, clips, cels, psd, ora or svg.",
            metavar="FORMAT",
            show_default=False,
            autocompletion=completion.formats,
        ),
    ],
    taken: ExportOptions,
    json: options.Json = False,
) -> None:
    """Write a dataset in the format of another tool. Run again, it carries on where it was ended.

    A damaged drawing or shard is named and passed over; exit code 1 says that there was one.

    Example:  dougagen export shards/ --to webdataset --out tars/ --lines 540 --split 90/5/5

    Example:  dougagen export shards/ --to clips --out clips/ --where "held_frames < 48"
    """
    from dougagen.exports import export as run

    with Watch(unit="drawings") as watch:
        watch.begin(f"export to {to}", None)
        report = run(
            dataset,
            out,
            to=to,
            on_progress=lambda done, total: watch.move(done, total, ""),
            on_damage=complain,
            **taken,
        )
    _close(report, pairs="pairs" in taken)
    if json:
        show_json(report.to_json())
    raise typer.Exit(report.exit_code)


def _close(report: ExportReport, *, pairs: bool) -> None:
    """What the export came to, shown as a warning where something was passed over, and what reads it."""
    for part in report.empty_parts:
        warn(
            f"no drawing went to {part}; give it a larger share, split more episodes, or add --split-by shot"
        )
    parts = ", ".join(f"{count} in {part}" for part, count in report.drawings.items() if count)
    there = f", {report.carried_on} of them from before" if report.carried_on else ""
    line = (
        f"{sum(report.drawings.values())} drawings ({parts or 'none'}) as {report.to}{there}: "
        f"{report.files} file{'s' * (report.files != 1)}, {report.bytes / 1e6:.1f} MB in {quoted(report.out)}"
    )
    if report.damaged:
        warn(f"{line}; {len(report.damaged)} damaged, named above and passed over")
    else:
        say(line)
        if following := "" if pairs else read_export(report.to, report.out):
            say(f"next: {following}")
