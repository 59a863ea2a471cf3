"""``dougagen label export|import``: drawings out to a paint program, corrected drawings back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dougagen.cli.console import complain, say
from dougagen.errors import quoted

app = typer.Typer(
    no_args_is_help=True, help="Write drawings out to be corrected, and read an artist's files."
)


@app.command("export")
def export(
    dataset: Annotated[Path, typer.Argument(help="Folder of the dataset.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the pictures.", show_default=False)],
    limit: Annotated[int, typer.Option(min=1, help="At most so many drawings.")] = 20,
) -> None:
    """Write color, douga and cel mask of the first drawings as PNG in the palette.

    Example:  dougagen label export shards/ --out to_correct/ --limit 20
    """
    from dougagen.labels import export_labels

    count = export_labels(dataset, out, limit=limit)
    say(f"{count} drawings in {quoted(out)}: correct the *_douga.png and *_cel_mask.png, then label import")


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(help="Folder of the artist's files.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the dataset.", show_default=False)],
) -> None:
    """Read an artist's douga and cel masks by the palette into shards that `train` reads.

    Example:  dougagen label import corrected/ --out labelled/
    """
    from dougagen.labels import import_into

    report = import_into(folder, out)
    for problem in report.problems:
        complain(f"{quoted(problem.stem)}: {problem.reason}")
    say(f"{report.records} drawings imported into {quoted(out)}, {len(report.problems)} not")
    raise typer.Exit(1 if report.problems else 0)
