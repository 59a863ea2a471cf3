"""The options of ``train``, by whom they belong to; a default is the one of ``Owner``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dougagen.choices import LineKindName, Trained
from dougagen.cli import completion
from dougagen.cli.groups import Options
from dougagen.cli.owners import Owner

_PICTURES, _MACHINE, _SCORES = "Pictures", "Machine", "Scores"
_CONFIG = "training.config:TrainingConfig"
_SUPPLY = "training.studio_source:StudioSupply"

TaskArgument = Annotated[
    Trained | None,
    typer.Argument(
        help="cel: which pixels move. douga: the line art of the cel. areas: which fill an area takes, "
        "by the word of a douga network. cel-areas: which areas are cel, by the word of a cel network. "
        "colorizer: from line art to colour.",
        show_default="what --config says",
    ),
]
Config = Annotated[
    str | None,
    typer.Option(
        help="cel, douga, light, cel-gpu, douga-gpu, a row of the thesis, or a TOML file of your own; "
        "of a colorizer ours, artist-guided or two-stage. Options on the line override it.",
        metavar="NAME|FILE",
        autocompletion=completion.presets,
    ),
]
Configs = Annotated[
    bool, typer.Option("--configs", help="Name every configuration, a line each, and train nothing.")
]
Shards = Annotated[
    list[Path] | None,
    typer.Option(
        help="A dataset with truth, as `dougagen synth` makes; may be repeated.",
        show_default=False,
        rich_help_panel=_PICTURES,
    ),
]
Studio = Annotated[
    bool,
    typer.Option(
        "--studio",
        help="Draw fresh scenes while training; with --shards among their pictures, so that nothing is "
        "forgotten while --from learns a style.",
        rich_help_panel=_PICTURES,
    ),
]
OwnShare = Annotated[
    float | None,
    typer.Option(
        help="With --shards and --studio: the share of crops from --shards.", rich_help_panel=_PICTURES
    ),
    Owner("training.mixed_source:OWN_SHARE"),
]
Lines = Annotated[
    LineKindName | None,
    typer.Option(
        help="Of a colorizer: the lines that it learns from. canny, xdog: filters of the painted cel. "
        "douga: as the shards have it. exact: the same, and it must be the truth.",
        show_default="what --config says",
        rich_help_panel=_PICTURES,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="Folder for weights, logs, checkpoint."),
    Owner("training.plan:FOLDER"),
]
StopAfter = Annotated[
    float | None,
    typer.Option(
        help="Leave with a checkpoint after so many minutes, 20 s early; the same command carries on.",
        metavar="MINUTES",
    ),
]
Start = Annotated[
    str | None,
    typer.Option(
        "--from",
        help="Weights to begin with, instead of random ones: a file, or cel, douga or shipped for those that "
        "dougagen comes with.",
        metavar="FILE|NAME",
        autocompletion=completion.shipped_weights,
        show_default=False,
    ),
]
Cel = Annotated[
    Path | None,
    typer.Option(help="Weights whose masks a douga network learns from; default: those of dougagen."),
]
EvaluateScenes = Annotated[
    int | None,
    typer.Option(
        min=1, help="Held-out scenes of an evaluation, or of a validation.", rich_help_panel=_SCORES
    ),
    Owner("evaluation.quick:QuickScores.scenes"),
]
Real = Annotated[
    Path | None,
    typer.Option(
        help="Score on real drawings, too: folders of NN_cut.png with NN_sketch.png.",
        rich_help_panel=_SCORES,
    ),
]


class StudioOptions(Options):
    """Of ``StudioSupply``, by the names of its fields."""

    profile: Annotated[
        str | None,
        typer.Option(
            help="Of the studio: training (rare classes raised, default), natural, frames, relations, hard.",
            rich_help_panel=_PICTURES,
        ),
    ]
    crops_a_scene: Annotated[
        float | None,
        typer.Option(
            help="Crops that a scene serves before a new one is due; more where drawing cannot keep up.",
            rich_help_panel=_PICTURES,
        ),
        Owner(f"{_SUPPLY}.crops_a_scene"),
    ]
    scenes: Annotated[
        int | None,
        typer.Option(
            "--standing-scenes",
            min=1,
            help="Scenes that stand ready at most, 3 MB each.",
            rich_help_panel=_PICTURES,
        ),
        Owner(f"{_SUPPLY}.scenes"),
    ]
    first: Annotated[
        int | None,
        typer.Option(
            "--first-scenes", min=1, help="Scenes drawn before the first step.", rich_help_panel=_PICTURES
        ),
        Owner(f"{_SUPPLY}.first"),
    ]
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, help="Processes that draw for --studio; default: the cores left.", rich_help_panel=_MACHINE
        ),
    ]


class TrainingOptions(Options):
    """Of ``TrainingConfig``, by the names of its fields."""

    minutes: Annotated[float | None, typer.Option(help="Wall time of the run, resumed parts included.")]
    steps: Annotated[int | None, typer.Option(min=1, help="Or so many steps.")]
    architecture: Annotated[
        str | None,
        typer.Option(help="thinline, lite (a pretrained encoder) or gcn (the thesis's)."),
        Owner(f"{_CONFIG}.architecture"),
    ]
    encoder: Annotated[
        str | None,
        typer.Option(help="lite0, lite1 or lite2: EfficientNet-Lite of that size, with --architecture lite."),
    ]
    pretrained: Annotated[
        bool | None,
        typer.Option(
            "--pretrained/--no-pretrained",
            help="Begin with the encoder's ImageNet weights; they come with 'dougagen[train]'.",
        ),
        Owner(f"{_CONFIG}.pretrained"),
    ]
    wiring: Annotated[
        str | None,
        typer.Option(
            help="What a douga network reads: guided (default), color, synthetic cel, concatenated.",
            show_default=False,
        ),
    ]
    masks: Annotated[
        str | None,
        typer.Option(help="Given to a douga network: predicted (by --cel), perturbed or true."),
        Owner(f"{_CONFIG}.masks"),
    ]
    batch_size: Annotated[
        int | None,
        typer.Option(min=0, help="Crops a step; 0: the task's default."),
        Owner(f"{_CONFIG}.batch_size"),
    ]
    crop: Annotated[
        int | None,
        typer.Option(min=0, help="Side of a crop; 0: the task's default."),
        Owner(f"{_CONFIG}.crop"),
    ]
    learning_rate: Annotated[float | None, typer.Option(help="After the warm-up; default: the task's.")]
    seed: Annotated[int | None, typer.Option(help="Of weights and crops."), Owner(f"{_CONFIG}.seed")]
    evaluate_minutes: Annotated[
        float | None,
        typer.Option(
            help="Score the weights every so many minutes, on the held-out family; 0: never.",
            rich_help_panel=_SCORES,
        ),
        Owner(f"{_CONFIG}.evaluate_minutes"),
    ]
    best_by: Annotated[
        str | None,
        typer.Option(
            "--best",
            help="The score that chooses TASK.best.safetensors; default: cel_iou, mean_iou for douga.",
            metavar="SCORE",
            rich_help_panel=_SCORES,
        ),
    ]
    device: Annotated[
        str | None,
        typer.Option(
            help="auto, cpu, cuda or cuda:N.",
            metavar="DEVICE",
            autocompletion=completion.devices,
            rich_help_panel=_MACHINE,
        ),
        Owner(f"{_CONFIG}.device"),
    ]
    threads: Annotated[
        int | None,
        typer.Option(min=0, help="Of torch on the CPU; 0: its own choice.", rich_help_panel=_MACHINE),
        Owner(f"{_CONFIG}.threads"),
    ]
    loaders: Annotated[
        int | None,
        typer.Option(min=1, help="Threads that make crops, where no processes do.", rich_help_panel=_MACHINE),
        Owner(f"{_CONFIG}.loaders"),
    ]
    crop_processes: Annotated[
        int | None,
        typer.Option(
            min=-1,
            help="Processes that make crops; -1: for a GPU three quarters of the cores, else none.",
            rich_help_panel=_MACHINE,
        ),
        Owner(f"{_CONFIG}.crop_processes"),
    ]
    checkpoint_minutes: Annotated[
        float | None,
        typer.Option(help="Between checkpoints.", rich_help_panel=_MACHINE),
        Owner(f"{_CONFIG}.checkpoint_minutes"),
    ]
