"""``dougagen merge``: several datasets become one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dougagen.choices import OnExisting
from dougagen.cli import options
from dougagen.cli.console import Watch, complain, counted, journal, say, show_json, warn
from dougagen.cli.next_steps import look_at
from dougagen.cli.owners import Owner
from dougagen.errors import quoted

if TYPE_CHECKING:
    from dougagen.shards import Merged

_MB = 1_000_000


def merge(
    datasets: Annotated[list[Path], typer.Argument(help="Folders of datasets.", show_default=False)],
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", help="Folder of the joined dataset; it may hold one.", show_default=False
        ),
    ],
    hard_links: Annotated[
        bool,
        typer.Option(
            "--hard-links",
            help="Give files a second name instead of copying them, where the disk can: takes no space.",
        ),
    ] = False,
    on_existing: Annotated[
        OnExisting | None,
        typer.Option(
            help="What to do with an episode that was taken under other options already: error names it, "
            "skip keeps the earlier one, redo takes the later one."
        ),
        Owner("shards.merging:merge_datasets.on_existing"),
    ] = None,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> None:
    """Join datasets: every episode once, its files byte for byte, repeats settled over all of them.

    The folders stay as they are. An episode of several folders is taken from the first that has it. The same
    command carries on where a run was stopped.

    Example:  dougagen merge season1/ season2/ --out all/
    """
    from dougagen.cli.groups import given
    from dougagen.shards import merge_datasets

    journal.open(quiet=quiet, log_file=None)
    with Watch(unit="MB") as watch:
        watch.begin("merge", None)
        merged = merge_datasets(
            datasets,
            out,
            how="link" if hard_links else "copy",
            on_progress=lambda done, total: watch.move(done // _MB, total // _MB, ""),
            **given(on_existing=on_existing),
        )
    for trouble in merged.troubles:
        complain(trouble)
    _close(merged, out, hard_links=hard_links)
    if json:
        show_json(_to_json(merged, out))
    raise typer.Exit(1 if merged.troubles else 0)


def _close(merged: Merged, out: Path, *, hard_links: bool) -> None:
    repeats = merged.repeats
    if repeats.episodes:
        say(
            f"repeats: {counted(repeats.found, 'drawing')} found that another episode shows, "
            f"{repeats.taken_back:,} that none shows any more, in {counted(repeats.episodes, 'episode')}"
        )
    if len(merged.configurations) > 1:
        made = ", ".join(f"{count:,} under {digest[:8]}" for digest, count in merged.configurations.items())
        say(f"its episodes were made under different options ({made}): config_digest tells their rows apart")
    counts = {
        "new": merged.taken,
        "replaced": merged.replaced,
        "already there": merged.already_there,
        "kept as they were": merged.kept,
        "failed": merged.failed,
    }
    words = ", ".join(
        f"{len(ids):,} {word}" for word, ids in counts.items() if ids or word in ("new", "failed")
    )
    size = f"{merged.bytes / _MB:,.1f} MB {'linked' if hard_links else 'copied'}"
    (warn if merged.troubles else say)(f"merged into {quoted(out)}: {words}; {size}")
    if merged.taken or merged.already_there:
        say(f"next: {look_at(out)} shows the drawings")


def _to_json(merged: Merged, out: Path) -> dict[str, object]:
    return {
        "out": str(out),
        "taken": list(merged.taken),
        "replaced": list(merged.replaced),
        "already_there": list(merged.already_there),
        "kept": list(merged.kept),
        "failed": [str(error) for error in merged.troubles],
        "bytes": merged.bytes,
        "configurations": dict(merged.configurations),
        "repeats": {
            "episodes_written_anew": merged.repeats.episodes,
            "found": merged.repeats.found,
            "taken_back": merged.repeats.taken_back,
        },
    }
