"""``dougagen evaluate``: how good the weights are, in the measures of the thesis and of the field."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dougagen.cli import options
from dougagen.cli.colorizers import AsTheyAre, Colorizers, StopAfter, prove_colorizers
from dougagen.cli.console import out, say, show_json, show_tables
from dougagen.cli.groups import Options, given, with_groups
from dougagen.cli.owners import Owner
from dougagen.errors import UsageError, quoted
from dougagen.files import refused_as, write_file

if TYPE_CHECKING:
    from dougagen.evaluation.reports import Reports
    from dougagen.evaluation.suite import EvaluationPlan, EvaluationReport
    from dougagen.evaluation.thesis_tables import ThesisReport
    from dougagen.reconstruction import NetworkReconstructor

_REPORTS = "Reports"
_SHOTS = "Shots"


class PlanOptions(Options):
    """What to measure on, as ``Reports.plan`` takes it."""

    scenes: Annotated[
        int | None,
        typer.Option(min=0, help="Held-out studio scenes to measure on."),
        Owner("evaluation.reports:SCENES"),
    ]
    lines: Annotated[
        list[int] | None,
        typer.Option(
            min=120,
            max=2160,
            help="Height of those scenes; may be repeated: --lines 720 --lines 1080.",
        ),
        Owner("evaluation.suite:LINES"),
    ]
    shards: Annotated[Path | None, typer.Option(help="A dataset whose records are the truth.")]
    real: Annotated[Path | None, typer.Option(help="Folders of NN_cut.png with NN_sketch.png.")]
    clips: Annotated[
        list[Path] | None,
        typer.Option(help="A folder of clips with their truth (CLIP.json beside CLIP.mkv): timing."),
    ]
    clip_masks: Annotated[
        bool | None,
        typer.Option(
            "--clip-masks",
            help="Also read those clips that have CLIP.truth beside them, each drawing alone and as shots.",
            rich_help_panel=_SHOTS,
        ),
    ]
    held_out_clips: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=1000,
            help="Shoot so many held-out clips of each category; read each drawing alone and as shots.",
            metavar="N",
            rich_help_panel=_SHOTS,
        ),
        Owner("evaluation.suite:EvaluationPlan.held_out_clips"),
    ]
    clip_category: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this category of held-out clips; may be repeated.",
            metavar="NAME",
            rich_help_panel=_SHOTS,
            show_default=False,
        ),
    ]
    clip_lines: Annotated[
        int | None,
        typer.Option(min=120, max=2160, help="Height of held-out clips.", rich_help_panel=_SHOTS),
        Owner("evaluation.shot_clips:CLIP_LINES"),
    ]
    recompose: Annotated[
        list[Path] | None,
        typer.Option(
            help="Compose the frames of this episode again from plates, cels and sheet, and compare them "
            "with its own; may be repeated. Needs no truth.",
            metavar="EPISODE",
            rich_help_panel=_SHOTS,
            show_default=False,
        ),
    ]


Sheet = Annotated[
    Path | None,
    typer.Option(
        help="Write the worst pictures as a sheet (PNG): grey and white are right, red and blue wrong.",
        metavar="FILE",
        rich_help_panel=_REPORTS,
    ),
]
Worst = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=64,
        help="Pictures on the sheet: half by cel IoU, half by line F1.",
        rich_help_panel=_REPORTS,
    ),
    Owner("evaluation.worst:WorstPictures.__init__.rows"),
]
ShotSheetFile = Annotated[
    Path | None,
    typer.Option(
        "--shot-sheet",
        help="Picture up to ten shots of --recompose (PNG): plate, cels, douga, the frame composed again.",
        metavar="FILE",
        rich_help_panel=_SHOTS,
    ),
]
Markdown = Annotated[
    Path | None,
    typer.Option(
        help="Write the tables as Markdown; - is standard output.", metavar="FILE|-", rich_help_panel=_REPORTS
    ),
]
Tables = Annotated[
    bool,
    typer.Option(
        "--tables",
        help="Instead: the thesis's tables 4.1, 5.1, 5.2, 5.5 and refinement, with classical extractors.",
        rich_help_panel=_REPORTS,
    ),
]
Weighted = Annotated[
    Path | None,
    typer.Option(
        help="For table 5.2: a folder of weights trained with weighted cross entropy.",
        metavar="DIR",
        rich_help_panel=_REPORTS,
    ),
]
Features = Annotated[
    Path | None,
    typer.Option(
        help="Instead: picture what the second-to-last layers respond to (thesis 4.8), as a sheet (PNG): "
        "dreams, and the places in 12 scenes that excite a feature most.",
        metavar="FILE",
        rich_help_panel=_REPORTS,
    ),
]
Layer = Annotated[
    str | None,
    typer.Option(
        help="For --features: another layer, by the name of its module: up_quarter, eighth …",
        metavar="NAME",
        show_default=False,
        rich_help_panel=_REPORTS,
    ),
]
DreamSeed = Annotated[
    int | None,
    typer.Option(min=0, max=2**63 - 1, help="Of the dreams of --features.", rich_help_panel=_REPORTS),
    Owner("evaluation.features:portrait.seed"),
]
NoteScores = Annotated[
    bool,
    typer.Option(
        "--note-scores",
        help="Note the scores in the headers of the weights, for `dougagen models`; their hashes change.",
        rich_help_panel=_REPORTS,
    ),
]


@with_groups
def evaluate(
    *,
    on: PlanOptions,
    models: options.Models = None,
    reading: options.ReadingOptions,
    sheet: Sheet = None,
    worst: Worst = None,
    shot_sheet: ShotSheetFile = None,
    markdown: Markdown = None,
    json: options.Json = False,
    tables: Tables = False,
    weighted: Weighted = None,
    features: Features = None,
    layer: Layer = None,
    seed: DreamSeed = None,
    note_scores: NoteScores = False,
    colorizers: Colorizers = None,
    stop_after: StopAfter = None,
    as_they_are: AsTheyAre = False,
) -> None:
    """Measure cel masks, douga, lines and timing against exact truth, beside the thesis's figures.

    Example:  dougagen evaluate --scenes 24 --lines 720 --lines 1080 --sheet worst.png
    """
    if colorizers is not None:
        prove_colorizers(colorizers, on.get("real"), stop_after, trains=not as_they_are, json=json)
        return
    from dougagen.evaluation.reports import STANDARD_OUTPUT, Reports
    from dougagen.reconstruction import NetworkReconstructor, ReconstructionConfig

    reports = Reports(
        sheet=sheet,
        shot_sheet=shot_sheet,
        markdown=markdown,
        tables=tables,
        weighted=weighted,
        features=features,
        layer=layer,
        note_scores=note_scores,
    )
    plan = reports.plan(on)
    if json and markdown == STANDARD_OUTPUT:
        raise UsageError("--json and --markdown - both want standard output", remedy="give --markdown FILE")
    if features is not None:
        _picture_features(plan, features, models, layer, reading.get("device"), seed=seed, json=json)
        return
    config = ReconstructionConfig.of(reports.reading(reading))
    reconstructor = NetworkReconstructor.load(models, config) if plan.needs_networks else None
    if tables and reconstructor is not None:
        other = None if weighted is None else NetworkReconstructor.load(weighted, config)
        _show(_thesis(plan, reconstructor, other), markdown, json=json)
        return
    _measure(plan, reports, reconstructor, models, given(rows=worst), json=json)


def _thesis(
    plan: EvaluationPlan, reconstructor: NetworkReconstructor, weighted: NetworkReconstructor | None
) -> ThesisReport:
    from dougagen.evaluation.thesis_tables import thesis_report

    return thesis_report(plan, reconstructor, models=reconstructor.models, weighted=weighted)


def _measure(
    plan: EvaluationPlan,
    reports: Reports,
    reconstructor: NetworkReconstructor | None,
    models: Path | None,
    worst: dict[str, Any],
    *,
    json: bool,
) -> None:
    from dougagen.evaluation.picture_sheet import write_png
    from dougagen.evaluation.shot_sheet import ShotSheet
    from dougagen.evaluation.suite import evaluate as measure
    from dougagen.evaluation.triplets import unwatched
    from dougagen.evaluation.worst import WorstPictures
    from dougagen.inventory import note_in_pair

    pictures = None if reports.sheet is None else WorstPictures(**worst)
    shots = None if reports.shot_sheet is None else ShotSheet()
    report = measure(
        plan,
        reconstructor,
        models=reconstructor.models if reconstructor else "",
        on_stage=say,
        watch=pictures or unwatched,
        watch_shots=shots,
    )
    _show(report, reports.markdown, json=json)
    if reports.sheet is not None and pictures is not None:
        write_png(pictures.sheet(), reports.sheet)
        say(f"picture sheet in {quoted(reports.sheet)}")
    if reports.shot_sheet is not None and shots is not None:
        write_png(shots.picture(), reports.shot_sheet)
        say(f"sheet of shots in {quoted(reports.shot_sheet)}")
    if reports.note_scores:
        for path in note_in_pair(
            models, lambda partner: report.noted(partner=partner), measured=report.models
        ):
            say(f"scores noted in {quoted(path)}")


def _picture_features(
    plan: EvaluationPlan,
    path: Path,
    models: Path | None,
    layer: str | None,
    device: str | None,
    *,
    seed: int | None,
    json: bool,
) -> None:
    from dougagen.evaluation.features import picture_features
    from dougagen.reconstruction.responses import feature_layers

    layers = feature_layers(models, **given(layer=layer, device=device))
    portraits = picture_features(plan, path, layers, on_stage=say, **given(seed=seed))
    say(f"features in {quoted(path)}")
    if json:
        show_json({"features": [one.to_json() for one in portraits]})


def _show(report: EvaluationReport | ThesisReport, markdown: Path | None, *, json: bool) -> None:
    from dougagen.evaluation.reports import STANDARD_OUTPUT

    if json:
        show_json(report.to_json())
    elif markdown == STANDARD_OUTPUT:
        out.out(report.to_markdown(), highlight=False, end="")
    else:
        show_tables(report.tables())
    if markdown is not None and markdown != STANDARD_OUTPUT:
        with refused_as(UsageError, markdown, what="cannot be written"):
            write_file(markdown, report.to_markdown())
        say(f"tables in {quoted(markdown)}")
