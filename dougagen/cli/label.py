"""``dougagen label select|export|import``: frames worth drawing, out to a paint program, and back."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dougagen.cli import options
from dougagen.cli.console import Watch, complain, say, show_json, show_tables, warn
from dougagen.cli.extract import LoadNetworks
from dougagen.errors import UsageError, quoted

if TYPE_CHECKING:
    from dougagen.labels import DatasetPool, ExportReport
    from dougagen.labels.episodes import EpisodePool

app = typer.Typer(
    no_args_is_help=True, help="Choose frames worth drawing, write them out, and read an artist's files."
)

Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace labels that are there already, corrected or not.")
]


class By(StrEnum):
    """What makes a frame worth drawing."""

    VARIETY = "variety"
    UNCERTAINTY = "uncertainty"
    BOTH = "both"


@app.command("select")
def select(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Datasets (folders of shards), or episodes: files, folders, globs.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Write them to this folder as label export does; else they are listed.",
            show_default=False,
        ),
    ] = None,
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many frames to choose.")] = 20,
    by: Annotated[
        By | None,
        typer.Option(
            help="variety: k-means on edge images; uncertainty: half hard for the networks, half easy; both. "
            "Default: both from shards, variety from episodes, where the networks have yet to look.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=2**31 - 1, help="The same seed chooses the same frames.")
    ] = 0,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            help="Do not leave out drawings with this flag: dark, blurry, text … May be repeated.",
            metavar="FLAG",
            show_default=False,
        ),
    ] = None,
    look_at: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=50_000,
            help="Compare the edges of so many pictures at most, drawn by lot; default: some thousand.",
            metavar="N",
            show_default=False,
        ),
    ] = None,
    overwrite: Overwrite = False,
    start: options.Start = None,
    stop: options.Stop = None,
    models: options.Models = None,
    device: options.Device = "auto",
    batch_size: options.BatchSize = 0,
    precision: options.Precision = "auto",
    json: options.Json = False,
) -> None:
    """Choose frames worth an artist's day: different from each other, and hard and easy for the networks.

    Drawings in a fade, blank, blurred, with text and the like are left out, also those without a cel and
    repeats.

    Example:  dougagen label select shards/ --count 20 --out to_correct/
    """
    from dougagen.labels import DatasetPool, export_selection
    from dougagen.labels import select as choose
    from dougagen.labels.pools import LOOKED_AT

    chosen_by: Literal["variety", "uncertainty", "both"]
    pool: DatasetPool | EpisodePool
    networks = LoadNetworks(models, device, batch_size, precision, refine=True)
    with Watch(unit="pictures") as watch:
        if datasets := _datasets(sources):
            chosen_by = by.value if by else "both"
            moves = _Moves(watch, "looking through the drawings")
            pool = DatasetPool(
                datasets,
                seed=seed,
                by=chosen_by,
                allowed=allow or (),
                looked_at=look_at or LOOKED_AT,
                progress=moves,
            )
        else:
            from dougagen.labels.episodes import EpisodePool, Span
            from dougagen.runs.inputs import find_episodes

            chosen_by = by.value if by else "variety"
            moves = _Moves(watch, "looking through the episodes")
            span = Span(options.seconds(start, option="--start"), options.seconds(stop, option="--stop"))
            pool = EpisodePool(
                find_episodes(sources),
                networks=lambda: networks(1, 1),
                seed=seed,
                by=chosen_by,
                allowed=allow or (),
                looked_at=look_at or LOOKED_AT,
                span=span,
                progress=moves,
            )
        selection = choose(pool, count=count, by=chosen_by, seed=seed)
        problems = [] if isinstance(pool, DatasetPool) else pool.problems
        for problem in problems:
            complain(problem)
        report = None
        if out is not None:
            report = export_selection(pool, selection, out, on_existing="replace" if overwrite else "keep")
    if json:
        show_json(selection.to_json() | {"by": chosen_by, "seed": seed})
    elif out is None:
        show_tables([selection.to_table()])
    left = ", ".join(f"{number} {reason}" for reason, number in selection.skipped.items())
    say(
        f"{len(selection.chosen)} of {selection.candidates} drawings chosen by {chosen_by}"
        + (f"; left out: {left}" if left else "")
    )
    if report is not None and out is not None:
        _tell(report, out)
    raise typer.Exit(1 if problems else 0)


def _datasets(sources: list[str]) -> list[Path]:
    """The sources as datasets; empty where they are episodes. Raises UsageError where they are both."""
    from dougagen.labels import is_dataset

    datasets = [Path(source) for source in sources if is_dataset(Path(source))]
    if datasets and len(datasets) < len(sources):
        raise UsageError("frames are chosen from datasets or from episodes", remedy="name one kind of both")
    return datasets


class _Moves:
    """A pool's progress as a bar or as lines."""

    def __init__(self, watch: Watch, name: str) -> None:
        self._watch, self._name, self._total = watch, name, -1

    def __call__(self, done: int, total: int | None, note: str) -> None:
        if self._total == -1:
            self._watch.begin(self._name, total)
            self._total = 0
        self._watch.move(done, total, note)


@app.command("export")
def export(
    dataset: Annotated[Path, typer.Argument(help="Folder of the dataset.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the pictures.", show_default=False)],
    limit: Annotated[int, typer.Option(min=1, help="At most so many drawings.")] = 20,
    overwrite: Overwrite = False,
) -> None:
    """Write color, predicted douga and cel mask of the first drawings as PNG in the palette, to correct.

    Example:  dougagen label export shards/ --out to_correct/ --limit 20
    """
    from dougagen.labels import export_labels

    _tell(export_labels(dataset, out, limit=limit, on_existing="replace" if overwrite else "keep"), out)


@app.command("import")
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
