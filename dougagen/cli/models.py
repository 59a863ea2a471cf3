"""``dougagen models``: which weights are there, what they are, how good, and whether they are whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dougagen.cli import options
from dougagen.cli.console import complain, show_json, show_tables, warn
from dougagen.errors import quoted


def models(
    models: Annotated[
        Path | None,
        typer.Option(help="A folder of weights, or one file; default: the weights that ship."),
    ] = None,
    json: options.Json = False,
) -> None:
    """List every weights file of a folder, load each to check that it is whole, and show how good it is.

    Scores are there once `dougagen evaluate --note-scores` has measured them. A damaged file is named, the
    others are listed, and the exit code is 1.

    Example:  dougagen models --models trained/
    """
    from dougagen.inventory import DamagedModel, ModelEntry, missing_of_pair, model_tables, take_inventory
    from dougagen.networks import default_models_folder

    folder = default_models_folder() if models is None else models
    found = list(take_inventory(folder))
    damaged = [one for one in found if isinstance(one, DamagedModel)]
    if json:
        show_json([one.to_json() for one in found])
    else:
        show_tables(model_tables([one for one in found if isinstance(one, ModelEntry)]))
    for one in damaged:
        complain(one.problem)
    if missing := missing_of_pair(folder):
        warn(f"{quoted(folder)}: holds no {' and '.join(missing)}; extract --models needs the pair")
    raise typer.Exit(1 if damaged else 0)
