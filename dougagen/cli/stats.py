"""``dougagen stats``: what is in a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dougagen.cli import options
from dougagen.cli.console import show_json, show_tables


def stats(
    dataset: Annotated[Path, typer.Argument(help="Folder of the dataset.", show_default=False)],
    json: options.Json = False,
) -> None:
    """Count episodes, drawings, holds, resolutions, coverage, classes, confidence. Opens no image.

    Example:  dougagen stats shards/
    """
    from dougagen.report import dataset_stats

    found = dataset_stats(dataset)
    if json:
        show_json(found.to_json())
    else:
        show_tables(found.tables())
