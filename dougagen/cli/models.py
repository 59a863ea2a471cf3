"""``dougagen models``: which weights are there, what they are, and whether they are whole."""

from __future__ import annotations

from pathlib import Path

import typer

from dougagen.cli import options
from dougagen.cli.console import complain, show_json, show_tables
from dougagen.errors import WeightsError


def models(models: options.Models = None, json: options.Json = False) -> None:
    """List the weights, load each to check it, and show what it was trained on.

    Example:  dougagen models
    """
    from dougagen.domain import Table
    from dougagen.networks import Task, find_weights, load_weights

    found: list[dict[str, str]] = []
    damaged = False
    for task in Task:
        path: Path | None = None
        try:
            path = find_weights(models, task)
            loaded = load_weights(path)
        except WeightsError as error:
            damaged = True
            complain(error)
            continue
        facts = {
            key: loaded.facts.get(key, "") for key in ("steps", "minutes", "pictures", "dougagen_version")
        }
        found.append(
            {
                "task": str(task),
                "file": str(path),
                "architecture": loaded.architecture,
                "megabytes": f"{path.stat().st_size / 1e6:.2f}",
                "sha256": loaded.sha256[:12],
            }
            | facts
        )
    if json:
        show_json(found)
    elif found:
        rows = tuple(tuple(entry.values()) for entry in found)
        show_tables([Table("Weights", tuple(key.replace("_", " ") for key in found[0]), rows)])
    raise typer.Exit(1 if damaged else 0)
