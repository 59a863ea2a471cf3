"""``dougagen verify``: is a dataset whole?"""

from __future__ import annotations

import typer

from dougagen.cli import options
from dougagen.cli.console import complain, say, show_json


def verify(
    dataset: options.Dataset,
    json: options.Json = False,
) -> None:
    """Check hashes, schema, images, ids and counts against the ledgers; exit code 1 names what is damaged.

    Example:  dougagen verify shards/
    """
    from dougagen.shards import verify_dataset

    report = verify_dataset(dataset)
    if json:
        show_json(report.to_json())
    else:
        for damage in report.damages:
            complain(str(damage))
        plates = f", {_some(report.plates, 'background')}" if report.plates else ""
        counts = f"{_some(report.episodes, 'episode')}, {_some(report.records, 'record')}{plates} checked"
        say(f"{counts}: {len(report.damages)} problems")
    raise typer.Exit(1 if report.damages else 0)


def _some(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
