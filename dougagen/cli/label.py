"""``dougagen label select|export|import``: frames worth drawing, out to a paint program, and back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dougagen.choices import ChosenBy, OnExisting
from dougagen.cli import completion, options
from dougagen.cli.console import Watch, complain, say, show_json, show_tables, warn
from dougagen.cli.groups import given, with_groups
from dougagen.cli.owners import Command, Owner
from dougagen.errors import quoted

if TYPE_CHECKING:
    from dougagen.labels import ExportReport, Pool, Selection
    from dougagen.runs import LoadNetworks

app = typer.Typer(
    no_args_is_help=True, help="Choose frames worth drawing, write them out, and read an artist's files."
)

Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace labels that are there already, corrected or not.")
]


Count = Annotated[
    int | None,
    typer.Option("--count", "-n", min=1, help="How many frames to choose."),
    Owner("labels.pools:select.count"),
]
By = Annotated[
    ChosenBy | None,
    typer.Option(
        help="variety: k-means on edge images; uncertainty: half hard for the networks, half easy; both. "
        "Default: both from shards, variety from episodes, where the networks have yet to look.",
        show_default=False,
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(min=0, max=2**31 - 1, help="The same seed chooses the same frames."),
    Owner("labels.selection:SEED"),
]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        help="Do not leave out drawings with this flag: dark, blurry, text … May be repeated.",
        metavar="FLAG",
        autocompletion=completion.flags,
        show_default=False,
    ),
]
LookAt = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=50_000,
        help="Compare the edges of so many pictures at most; of more, so many are drawn by lot.",
        metavar="N",
    ),
    Owner("labels.pools:LOOKED_AT"),
]


@app.command("select", cls=Command)
@with_groups
def select(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Datasets (folders of shards), or episodes: files, folders, globs.", show_default=False
        ),
    ],
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Write them to this folder as label export does; else they are listed.",
            show_default=False,
        ),
    ] = None,
    count: Count = None,
    by: By = None,
    seed: Seed = None,
    allow: Allow = None,
    look_at: LookAt = None,
    overwrite: Overwrite = False,
    span: options.SpanOptions,
    models: options.Models = None,
    machine: options.MachineOptions,
    json: options.Json = False,
) -> None:
    """Choose frames worth an artist's day: different from each other, and hard and easy for the networks.

    Drawings in a fade, blank, blurred, with text and the like are left out, also those without a cel and
    repeats.

    Example:  dougagen label select shards/ --count 20 --out to_correct/
    """
    from dougagen.labels import export_selection
    from dougagen.labels import select as choose
    from dougagen.runs import LoadNetworks

    asked = given(by=by, seed=seed, allowed=allow, looked_at=look_at)
    with Watch(unit="pictures") as watch:
        pool = _pool(sources, asked, span, LoadNetworks(models, machine), watch)
        selection = choose(pool, **given(count=count))
        for problem in pool.problems:
            complain(problem)
        report = None
        if out is not None:
            report = export_selection(pool, selection, out, on_existing="redo" if overwrite else "skip")
    if json:
        show_json(selection.to_json() | {"by": pool.by, "seed": pool.seed})
    elif out is None:
        show_tables([selection.to_table()])
    _tell_choice(selection, pool)
    if report is not None and out is not None:
        _tell(report, out)
    raise typer.Exit(1 if pool.problems else 0)


def _pool(
    sources: list[str],
    asked: Mapping[str, Any],
    span: options.SpanOptions,
    networks: LoadNetworks,
    watch: Watch,
) -> Pool:
    """Where the frames are looked for: in datasets, or in episodes."""
    from dougagen.labels import DatasetPool, datasets_among

    if datasets := datasets_among(sources):
        return DatasetPool(datasets, progress=_Moves(watch, "looking through the drawings"), **asked)
    from dougagen.labels.episodes import EpisodePool, Span
    from dougagen.runs import ExtractOptions, find_episodes

    part = ExtractOptions.of(span)
    return EpisodePool(
        find_episodes(sources),
        networks=lambda: networks(0, 1),
        span=Span(part.start, part.stop),
        progress=_Moves(watch, "looking through the episodes"),
        **asked,
    )


def _tell_choice(selection: Selection, pool: Pool) -> None:
    left = ", ".join(f"{number} {reason}" for reason, number in selection.skipped.items())
    say(
        f"{len(selection.chosen)} of {selection.candidates} drawings chosen by {pool.by}"
        + (f"; left out: {left}" if left else "")
    )


class _Moves:
    """A pool's progress as a bar or as lines."""

    def __init__(self, watch: Watch, name: str) -> None:
        self._watch, self._name, self._total = watch, name, -1

    def __call__(self, done: int, total: int | None, note: str) -> None:
        if self._total == -1:
            self._watch.begin(self._name, total)
            self._total = 0
        self._watch.move(done, total, note)


@app.command("export", cls=Command)
def export(
    dataset: Annotated[Path, typer.Argument(help="Folder of the dataset.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the pictures.", show_default=False)],
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="At most so many drawings."),
        Owner("labels.dataset:export_labels.limit"),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Write color, predicted douga and cel mask of the first drawings as PNG in the palette, to correct.

    Example:  dougagen label export shards/ --out to_correct/ --limit 20
    """
    from dougagen.labels import export_labels

    on_existing: OnExisting = "redo" if overwrite else "skip"
    _tell(export_labels(dataset, out, on_existing=on_existing, **given(limit=limit)), out)


@app.command("import", cls=Command)
def import_(
    folder: Annotated[Path, typer.Argument(help="Folder of the artist's files.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the dataset.", show_default=False)],
    json: options.Json = False,
) -> None:
    """Read an artist's douga and cel masks by the palette into shards that `train` reads.

    A corrected label replaces the first one of the same picture. What is wrong with a label is said in a
    line; the good ones are imported, and the exit code is 1.

    Example:  dougagen label import corrected/ --out labelled/
    """
    from dataclasses import asdict

    from dougagen.labels import import_into

    report = import_into(folder, out)
    for note in report.notes:
        warn(f"{quoted(note.stem)}: {note.reason}")
    for problem in report.problems:
        complain(f"{quoted(problem.stem)}: {problem.reason}")
    parts = [f"{report.written} new"]
    parts += [
        f"{count} {word}"
        for word, count in (("replaced", report.replaced), ("unchanged", report.unchanged))
        if count
    ]
    say(
        f"{report.records} drawings imported into {quoted(out)} ({', '.join(parts)}), "
        f"{len(report.problems)} not"
    )
    if json:
        show_json(asdict(report))
    raise typer.Exit(1 if report.problems else 0)


def _tell(report: ExportReport, out: Path) -> None:
    kept = f", {report.kept} were there and are as they were" if report.kept else ""
    say(
        f"{report.written} drawings in {quoted(out)}{kept}: correct the *_douga.png and *_cel_mask.png "
        "(README.txt says how), then dougagen label import"
    )
