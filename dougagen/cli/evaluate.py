"""``dougagen evaluate``: how good the weights are, in the measures of the thesis and of the field."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dougagen.cli import options
from dougagen.cli.console import out, say, show_json, show_tables
from dougagen.errors import UsageError, WeightsError, quoted
from dougagen.files import refused_as, write_file

if TYPE_CHECKING:
    from dougagen.evaluation.suite import EvaluationPlan, EvaluationReport
    from dougagen.evaluation.thesis_tables import ThesisReport

_STANDARD_OUTPUT = Path("-")


def evaluate(
    scenes: Annotated[int, typer.Option(min=0, help="Held-out studio scenes to measure on.")] = 24,
    lines: Annotated[
        list[int] | None,
        typer.Option(
            min=120,
            max=2160,
            help="Height of those scenes, 720 by default; may be repeated: --lines 720 --lines 1080.",
            show_default=False,
        ),
    ] = None,
    shards: Annotated[Path | None, typer.Option(help="A dataset whose records are the truth.")] = None,
    real: Annotated[Path | None, typer.Option(help="Folders of NN_cut.png with NN_sketch.png.")] = None,
    clips: Annotated[
        list[Path] | None,
        typer.Option(help="A folder of clips with their truth (CLIP.json beside CLIP.mkv)."),
    ] = None,
    models: options.Models = None,
    device: options.Device = "auto",
    batch_size: options.BatchSize = 0,
    precision: options.Precision = "auto",
    color_cut: options.ColorCut = True,
    refine: options.Refine = True,
    sheet: Annotated[
        Path | None,
        typer.Option(
            help="Write the worst pictures as a sheet (PNG): grey and white are right, red and blue wrong.",
            metavar="FILE",
            rich_help_panel="Reports",
        ),
    ] = None,
    worst: Annotated[
        int,
        typer.Option(
            min=1,
            max=64,
            help="Pictures on the sheet: half by cel IoU, half by line F1.",
            rich_help_panel="Reports",
        ),
    ] = 8,
    markdown: Annotated[
        Path | None,
        typer.Option(
            help="Write the tables as Markdown; - is standard output.",
            metavar="FILE|-",
            rich_help_panel="Reports",
        ),
    ] = None,
    json: options.Json = False,
    tables: Annotated[
        bool,
        typer.Option(
            "--tables",
            help="Instead: the thesis's tables 4.1, 5.1, 5.2, 5.5 and refinement, with classical extractors.",
            rich_help_panel="Reports",
        ),
    ] = False,
    weighted: Annotated[
        Path | None,
        typer.Option(
            help="For table 5.2: a folder of weights trained with weighted cross entropy.",
            metavar="DIR",
            rich_help_panel="Reports",
        ),
    ] = None,
    features: Annotated[
        Path | None,
        typer.Option(
            help="Instead: picture what the second-to-last layers respond to (thesis 4.8), as a sheet (PNG): "
            "dreams, and the places in 12 scenes that excite a feature most.",
            metavar="FILE",
            rich_help_panel="Reports",
        ),
    ] = None,
    layer: Annotated[
        str,
        typer.Option(
            help="For --features: another layer, by the name of its module: up_quarter, eighth …",
            metavar="NAME",
            show_default=False,
            rich_help_panel="Reports",
        ),
    ] = "",
    seed: Annotated[
        int,
        typer.Option(min=0, max=2**63 - 1, help="Of the dreams of --features.", rich_help_panel="Reports"),
    ] = 0,
    note_scores: Annotated[
        bool,
        typer.Option(
            "--note-scores",
            help="Note the scores in the headers of the weights, for `dougagen models`; their hashes change.",
            rich_help_panel="Reports",
        ),
    ] = False,
) -> None:
    """Measure cel masks, douga, lines and timing against exact truth, beside the thesis's figures.

    Example:  dougagen evaluate --scenes 24 --lines 720 --lines 1080 --sheet worst.png
    """
    from dougagen.evaluation.picture_sheet import write_png
    from dougagen.evaluation.suite import LINES, EvaluationPlan
    from dougagen.evaluation.suite import evaluate as measure
    from dougagen.evaluation.thesis_tables import thesis_report
    from dougagen.evaluation.triplets import unwatched
    from dougagen.evaluation.worst import WorstPictures
    from dougagen.reconstruction import (
        ColorCutConfig,
        NetworkReconstructor,
        ReconstructionConfig,
        RefinementConfig,
    )

    if (tables or features is not None) and not scenes and shards is None:
        what = "the thesis's tables" if tables else "features"
        raise UsageError(f"{what} need pictures", remedy="name --scenes or --shards")
    heights = tuple(lines) if lines else LINES
    plan = EvaluationPlan(scenes=scenes, lines=heights, shards=shards, real=real, clips=tuple(clips or ()))
    _check(plan, sheet, markdown, json=json, note_scores=note_scores)
    _check_tables(plan, tables=tables, weighted=weighted, sheet=sheet, note_scores=note_scores)
    if features is None and layer:
        raise UsageError("--layer is for --features", remedy="add --features FILE")
    if features is not None:
        others = {
            "--tables": tables,
            "--sheet": sheet is not None,
            "--markdown": markdown is not None,
            "--note-scores": note_scores,
        }
        _check_features(plan, features, others)
        _picture_features(plan, features, models, layer=layer, seed=seed, device=device, json=json)
        return
    reading = ReconstructionConfig(
        device=device,
        batch_size=batch_size,
        precision=precision,
        color_cut=ColorCutConfig() if color_cut else None,
        refinement=RefinementConfig() if refine and not tables else None,  # tables show both
    )
    reconstructor = None
    if plan.needs_networks:
        reconstructor = NetworkReconstructor.load(models, reading)
    if tables and reconstructor is not None:
        other = None if weighted is None else NetworkReconstructor.load(weighted, reading)
        _show(
            thesis_report(plan, reconstructor, models=reconstructor.models, weighted=other),
            markdown,
            json=json,
        )
        return
    pictures = None if sheet is None else WorstPictures(worst)
    report = measure(
        plan,
        reconstructor,
        models=reconstructor.models if reconstructor else "",
        on_stage=say,
        watch=pictures or unwatched,
    )
    _show(report, markdown, json=json)
    if sheet is not None and pictures is not None:
        write_png(pictures.sheet(), sheet)
        say(f"picture sheet in {quoted(sheet)}")
    if note_scores:
        _note(report, models)


def _check(
    plan: EvaluationPlan, sheet: Path | None, markdown: Path | None, *, json: bool, note_scores: bool
) -> None:
    """Wrong usage is said before an hour of work, not after it."""
    if sheet is not None and not plan.needs_networks:
        raise UsageError("a sheet shows scenes, records, drawings", remedy="name --scenes, --shards, --real")
    if note_scores and not plan.scenes:
        raise UsageError("--note-scores notes held-out scenes", remedy="name --scenes")
    if json and markdown == _STANDARD_OUTPUT:
        raise UsageError("--json and --markdown - both want standard output", remedy="give --markdown FILE")
    for path in (sheet, markdown):
        if path is not None and path != _STANDARD_OUTPUT:
            _check_writable(path)


def _check_writable(path: Path) -> None:
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(
            "cannot be written there", where=path, remedy="name a file in a folder that is there"
        )


def _check_tables(
    plan: EvaluationPlan, *, tables: bool, weighted: Path | None, sheet: Path | None, note_scores: bool
) -> None:
    if tables and (plan.real is not None or plan.clips or sheet is not None or note_scores):
        raise UsageError(
            "--tables is a report of its own on scenes and shards",
            remedy="leave out --real, --clips, --sheet and --note-scores",
        )
    if weighted is not None and not tables:
        raise UsageError("--weighted is for table 5.2", remedy="add --tables")


def _check_features(plan: EvaluationPlan, features: Path, others: Mapping[str, bool]) -> None:
    if named := [name for name, given in others.items() if given]:
        raise UsageError("--features is a report of its own", remedy=f"leave out {' and '.join(named)}")
    if plan.real is not None or plan.clips:
        raise UsageError("features are pictured on scenes and records", remedy="name --scenes or --shards")
    _check_writable(features)


def _picture_features(
    plan: EvaluationPlan,
    features: Path,
    models: Path | None,
    *,
    layer: str,
    seed: int,
    device: str,
    json: bool,
) -> None:
    from dougagen.evaluation.features import feature_sheet, pictures_of, portrait
    from dougagen.evaluation.picture_sheet import write_png
    from dougagen.reconstruction.responses import feature_layers

    layers = feature_layers(models, layer, device=device)
    say("drawing the pictures to look at")
    pictures = pictures_of(plan)
    portraits = []
    for one in layers:
        say(f"{one.network.task}: {one.channels} features of the layer {one.name}")
        portraits.append(portrait(one, pictures, seed=seed))
    write_png(feature_sheet(portraits), features)
    say(f"features in {quoted(features)}")
    if json:
        show_json({"features": [one.to_json() for one in portraits]})


def _show(report: EvaluationReport | ThesisReport, markdown: Path | None, *, json: bool) -> None:
    if json:
        show_json(report.to_json())
    elif markdown == _STANDARD_OUTPUT:
        out.out(report.to_markdown(), highlight=False, end="")
    else:
        show_tables(report.tables())
    if markdown is not None and markdown != _STANDARD_OUTPUT:
        with refused_as(UsageError, markdown, what="cannot be written"):
            write_file(markdown, report.to_markdown())
        say(f"tables in {quoted(markdown)}")


def _note(report: EvaluationReport, models: Path | None) -> None:
    from dougagen.evaluation.noted_scores import file_digest, note_scores, scores_of, tensors_digest
    from dougagen.networks import Task, find_weights

    paths = {task: find_weights(models, task) for task in Task}
    for path in paths.values():  # a training may have put better ones there meanwhile
        if f"@{file_digest(path)[:8]}" not in report.models:
            raise WeightsError(
                "the weights changed while they were measured", where=path, remedy="measure again"
            )
    digests = {task: tensors_digest(path) for task, path in paths.items()}
    for task, path in paths.items():
        (partner,) = (digest for other, digest in digests.items() if other is not task)
        note_scores(path, scores_of(report, partner=partner))
        say(f"scores noted in {quoted(path)}")
