"""``dougagen stats``: what is in a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dougagen.cli import options
from dougagen.cli.console import complain, say, show_facts, show_json, show_tables
from dougagen.cli.next_steps import all_figures, look_at
from dougagen.errors import printable, quoted


def stats(
    dataset: options.Dataset,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            help="Also write a page to send around: drawings on a light table, and the figures with plots.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="All tables: lengths, coverage, sizes, stages.", show_default=False)
    ] = False,
    json: options.Json = False,
) -> None:
    """Count episodes, drawings, holds, shots, coverage, classes, confidence. Opens no image but for --html.

    A summary that fits a screen, or with --full every table. A damaged shard is named, left out of the
    figures, and stops nothing. To look at a dataset on this machine, use dougagen view.

    Example:  dougagen stats shards/ --html report.html
    """
    from dougagen.report import dataset_stats

    if html is None:
        found = dataset_stats(dataset)
    else:
        from dougagen.report.page import write_report

        found = write_report(dataset, html)
    for line in found.damaged:
        complain(line)
    if html is not None:
        say(f"{quoted(html)}: the report page, {html.stat().st_size / 1e6:.1f} MB")
    if json:
        show_json(found.to_json())
    else:
        if full:
            show_tables(found.tables())
        else:
            show_facts(printable(f"{dataset}"), found.summary())
            show_tables(found.summary_tables())
        if html is None:
            more = "" if full else f"; {all_figures(dataset)} shows all figures"
            say(f"next: {look_at(dataset)} shows the drawings{more}")
