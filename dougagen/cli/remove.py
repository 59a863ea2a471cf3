"""``dougagen remove``: episodes out of a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dougagen.cli import options
from dougagen.cli.console import Watch, complain, counted, journal, say, show_json
from dougagen.errors import quoted

if TYPE_CHECKING:
    from dougagen.shards import Leaving, Removal


def remove(
    dataset: Annotated[Path, typer.Argument(help="Folder of the dataset.", show_default=False)],
    episodes: Annotated[
        list[str],
        typer.Argument(
            help="Ids of episodes, their first digits (four or more), or names of source files.",
            show_default=False,
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Say what would go, and change nothing.")
    ] = False,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> None:
    """Take episodes out: the ledger first, then shards and all that lies beside it. Asks nothing.

    Drawings of other episodes that repeat a removed one stand for themselves again. A word that means no
    episode, or several, is an error, and then nothing is removed; a whole id that is gone already is none,
    so that the same command can be run again.

    Example:  dougagen remove shards/ 0123456789abcdef "episode 07.mkv"
    """
    from dougagen.shards import remove_episodes

    journal.open(quiet=quiet, log_file=None)
    with Watch(unit="episodes") as watch:
        watch.doing("" if dry_run else "removing episodes")
        found = remove_episodes(dataset, episodes, dry_run=dry_run)
    for one in found.removed:
        _tell(one, dry_run=dry_run)
    for episode_id in found.absent:
        say(f"{episode_id}: is not in the dataset")
    for trouble in found.troubles:
        complain(trouble)
    _close(found, dataset)
    if json:
        show_json(_to_json(found, dataset))
    raise typer.Exit(1 if found.troubles else 0)


def _tell(one: Leaving, *, dry_run: bool) -> None:
    name = f" {quoted(one.source)}" if one.source else " (its ledger is damaged)"
    repeated = f"; repeated by {counted(one.repeated_by, 'record')} of others" if one.repeated_by else ""
    say(
        f"{'would remove' if dry_run else 'removed'} {one.episode_id}{name}: "
        f"{counted(one.records, 'record')}, {one.bytes / 1e6:.1f} MB{repeated}"
    )


def _close(found: Removal, dataset: Path) -> None:
    episodes = counted(len(found.removed), "episode")
    if found.dry_run:
        say(f"dry run: nothing was changed in {quoted(dataset)}; {episodes} would go")
        return
    settled = found.repeats
    if settled.episodes:
        say(
            f"repeats: {counted(settled.taken_back, 'drawing')} of {counted(settled.episodes, 'episode')} "
            f"repeat nothing any more, {settled.found:,} repeat another one now"
        )
    say(f"{episodes} removed from {quoted(dataset)}")


def _to_json(found: Removal, dataset: Path) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "dataset": str(dataset),
        "dry_run": found.dry_run,
        "removed": [asdict(one) for one in found.removed],
        "absent": list(found.absent),
        "failed": [str(error) for error in found.troubles],
        "repeats": {
            "episodes_written_anew": found.repeats.episodes,
            "found": found.repeats.found,
            "taken_back": found.repeats.taken_back,
        },
    }
