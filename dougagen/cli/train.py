"""``dougagen train cel|douga``: shards or the studio in, weights out."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dougagen.cli import options
from dougagen.cli.console import Watch, say, show_json, show_tables
from dougagen.errors import ConfigError, UsageError, quoted
from dougagen.files import open_file

if TYPE_CHECKING:
    from dougagen.training import Scores, TrainingConfig, TrainingProgress, TrainingResult


class Task(StrEnum):
    """What the network is to read in a picture."""

    CEL = "cel"
    DOUGA = "douga"


_PICTURES, _MACHINE, _SCORES = "Pictures", "Machine", "Scores"
_BARS = "▁▂▃▄▅▆▇█"


def train(
    task: Annotated[
        Task | None,
        typer.Argument(
            help="cel: which pixels move. douga: the line art of the cel.", show_default="what --config says"
        ),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(
            help="cel, douga, light, cel-gpu, douga-gpu, a row of the thesis, or a TOML file of your own; "
            "options go before it.",
            metavar="NAME|FILE",
        ),
    ] = None,
    configs: Annotated[
        bool, typer.Option("--configs", help="Name every configuration, a line each, and train nothing.")
    ] = False,
    shards: Annotated[
        list[Path] | None,
        typer.Option(
            help="A dataset with truth, as `dougagen synth` makes; may be repeated.",
            show_default=False,
            rich_help_panel=_PICTURES,
        ),
    ] = None,
    studio: Annotated[
        bool,
        typer.Option(
            "--studio",
            help="Draw fresh scenes while training; with --shards among their pictures, so that nothing is "
            "forgotten while --from learns a style.",
            rich_help_panel=_PICTURES,
        ),
    ] = False,
    own_share: Annotated[
        float | None,
        typer.Option(
            help="With --shards and --studio: the share of crops from --shards; default 0.5.",
            rich_help_panel=_PICTURES,
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            help="Of the studio: training (rare classes raised, default), natural or hard.",
            rich_help_panel=_PICTURES,
        ),
    ] = None,
    crops_a_scene: Annotated[
        float | None,
        typer.Option(
            help="Crops that a scene serves before a new one is due; more where drawing cannot keep up.",
            rich_help_panel=_PICTURES,
        ),
    ] = None,
    standing_scenes: Annotated[
        int | None,
        typer.Option(min=1, help="Scenes that stand ready at most, 3 MB each.", rich_help_panel=_PICTURES),
    ] = None,
    first_scenes: Annotated[
        int | None,
        typer.Option(min=1, help="Scenes drawn before the first step.", rich_help_panel=_PICTURES),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, help="Processes that draw for --studio; default: the cores left.", rich_help_panel=_MACHINE
        ),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for weights, logs, checkpoint.")] = Path(
        "trained"
    ),
    minutes: Annotated[
        float | None, typer.Option(help="Wall time of the run, resumed parts included.")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Or so many steps.")] = None,
    stop_after: Annotated[
        float | None,
        typer.Option(
            help="Leave with a checkpoint after so many minutes, 20 s early; the same command goes on.",
            metavar="MINUTES",
        ),
    ] = None,
    start: Annotated[
        Path | None, typer.Option("--from", help="Weights to begin with, instead of random ones.")
    ] = None,
    architecture: Annotated[
        str | None, typer.Option(help="thinline (default), or gcn (the thesis's).")
    ] = None,
    wiring: Annotated[
        str | None,
        typer.Option(
            help="What a douga network reads: guided (default), color, synthetic cel, concatenated.",
            show_default=False,
        ),
    ] = None,
    masks: Annotated[
        str | None,
        typer.Option(help="Given to a douga network: predicted (by --cel, default), perturbed or true."),
    ] = None,
    cel: Annotated[
        Path | None,
        typer.Option(help="Weights whose masks a douga network learns from; default: those of dougagen."),
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(min=0, help="Crops a step; 0: the task's default.")
    ] = None,
    crop: Annotated[int | None, typer.Option(min=0, help="Side of a crop; 0: the task's default.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="After the warm-up.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of weights and crops.")] = None,
    evaluate_minutes: Annotated[
        float | None,
        typer.Option(
            help="Score the weights every so many minutes, on the held-out family; 0: never.",
            rich_help_panel=_SCORES,
        ),
    ] = None,
    evaluate_scenes: Annotated[
        int,
        typer.Option(
            min=1, help="Held-out scenes of an evaluation, or of a validation.", rich_help_panel=_SCORES
        ),
    ] = 12,
    real: Annotated[
        Path | None,
        typer.Option(
            help="Score on real drawings, too: folders of NN_cut.png with NN_sketch.png.",
            rich_help_panel=_SCORES,
        ),
    ] = None,
    best: Annotated[
        str | None,
        typer.Option(
            help="The score that chooses TASK.best.safetensors; default: cel_iou, mean_iou for douga.",
            metavar="SCORE",
            rich_help_panel=_SCORES,
        ),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(help="auto (default), cpu, cuda or cuda:N.", metavar="DEVICE", rich_help_panel=_MACHINE),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(min=0, help="Of torch on the CPU; 0: its own choice.", rich_help_panel=_MACHINE),
    ] = None,
    loaders: Annotated[
        int | None,
        typer.Option(min=1, help="Threads that make crops, where no processes do.", rich_help_panel=_MACHINE),
    ] = None,
    crop_processes: Annotated[
        int | None,
        typer.Option(
            min=-1,
            help="Processes that make crops; -1 (default): for a GPU three quarters of the cores, else none.",
            rich_help_panel=_MACHINE,
        ),
    ] = None,
    checkpoint_minutes: Annotated[
        float | None, typer.Option(help="Between checkpoints; default 5.", rich_help_panel=_MACHINE)
    ] = None,
    json: options.Json = False,
) -> None:
    """Train a network on shards, or on scenes drawn meanwhile; a run that was stopped goes on where it was.

    Example:  dougagen train cel --studio --out trained/ --minutes 45

    Example:  dougagen train --config own-douga --shards labelled/ --studio --from models/douga.safetensors
    """
    began = time.monotonic()
    from dougagen.networks import load_weights
    from dougagen.reconstruction import CelReader
    from dougagen.training import StudioSource, TripletPool, TripletSource
    from dougagen.training import train as learn
    from dougagen.training.crop_processes import drawing_processes
    from dougagen.training.masks import asks_for_masks
    from dougagen.training.mixed_source import OWN_SHARE, MixedSource
    from dougagen.training.presets import Preset, preset_descriptions, read_preset, supply_of
    from dougagen.training.validation import held_out_pictures

    if configs:
        _show_configs(dict(preset_descriptions()), json=json)
        return
    if own_share is not None and not (shards and studio):
        raise UsageError("--own-share mixes --shards and --studio", remedy="give both, or leave it out")
    said = Preset(
        "",
        training=_given(
            task=None if task is None else task.value,
            minutes=minutes,
            steps=steps,
            architecture=architecture,
            wiring=wiring,
            masks=masks,
            batch_size=batch_size,
            crop=crop,
            learning_rate=learning_rate,
            seed=seed,
            device=device,
            threads=threads,
            loaders=loaders,
            crop_processes=crop_processes,
            checkpoint_minutes=checkpoint_minutes,
            evaluate_minutes=evaluate_minutes,
            best_by=best,
        ),
        studio=_given(
            profile=profile,
            workers=workers,
            crops_a_scene=crops_a_scene,
            scenes=standing_scenes,
            first=first_scenes,
        ),
    )
    if config is not None:
        below = read_preset(config)
        _require_same_task(task, below.training.get("task"), config)
        said = said.over(below)
    if not shards and not studio and not (config is not None and said.studio):
        raise UsageError("a training needs pictures", remedy="give --shards DIR, --studio or both")
    plan = _plan(said.training)
    reader = None
    if asks_for_masks(plan, offered=cel is not None):
        reader = CelReader.load(cel, device=plan.device)
    with ExitStack() as stack:
        watch = stack.enter_context(Watch(unit="steps"))
        source: TripletSource | None = None
        told = []
        if shards:
            say(f"reading {', '.join(quoted(folder) for folder in shards)}")
            pool = source = TripletPool.read(*shards, reader=reader)
            told.append(f"{len(pool)} pictures")
        if studio or source is None:
            supply = supply_of(said.studio, workers=drawing_processes(plan))
            drawn = stack.enter_context(
                StudioSource(supply, crops_a_step=plan.crops_a_step, seed=plan.seed, reader=reader)
            )
            told.append(f"the studio draws, {supply.workers} at a time")
            share = OWN_SHARE if own_share is None else own_share
            source = drawn if source is None else MixedSource(source, drawn, share=share)
        watch.begin(f"{plan.task}: {', '.join(told)}", plan.steps)
        result = learn(
            plan,
            source,
            out=out,
            start=None if start is None else load_weights(start),
            progress=_Moves(watch, plan.steps),
            evaluate=_QuickScores(evaluate_scenes, real, cel, plan.device) if plan.evaluate_minutes else None,
            scored=_say_scores,
            stop_after=None if stop_after is None else 60 * stop_after - (time.monotonic() - began),
            validation=held_out_pictures(evaluate_scenes, reader=reader) if plan.patience else None,
        )
    _say_result(result, json=json)


def _show_configs(descriptions: Mapping[str, str], *, json: bool) -> None:
    if json:
        show_json(descriptions)
        return
    from dougagen.domain import Table

    rows = tuple((f"{name}\n  {description}",) for name, description in descriptions.items())
    show_tables([Table("What --config can be", ("name",), rows)])


def _given(**values: object) -> dict[str, Any]:
    """The options that stood on the line."""
    return {name: value for name, value in values.items() if value is not None}


def _plan(training: Mapping[str, Any]) -> TrainingConfig:
    from dougagen.training import TrainingConfig

    if "task" not in training:
        raise UsageError("what is to be trained?", remedy="say cel or douga: dougagen train cel …")
    if (training.get("minutes") is None) == (training.get("steps") is None):
        raise ConfigError("a training needs a budget", remedy="give --minutes or --steps, not both")
    return TrainingConfig.of(training)


def _require_same_task(task: Task | None, configured: str | None, name: str) -> None:
    if task is not None and configured is not None and task.value != configured:
        raise UsageError(f"the configuration {name!r} trains {configured}, not {task.value}")


def _say_result(result: TrainingResult, *, json: bool) -> None:
    say(
        f"{quoted(result.weights)}: {result.steps} steps in {result.seconds / 60:.1f} min, "
        f"loss {result.loss:.4f} {_curve(result.log)}".rstrip()
    )
    if result.best is not None:
        say(f"{quoted(result.best)}: the weights with the best score")
    if not result.is_finished:
        say("stopped with a checkpoint before the end of the run: the same command goes on")
    if json:
        show_json(
            {
                "weights": str(result.weights),
                "best": None if result.best is None else str(result.best),
                "log": str(result.log),
                "steps": result.steps,
                "seconds": result.seconds,
                "loss": result.loss,
                "finished": result.is_finished,
            }
        )


def _curve(log: Path, width: int = 40) -> str:
    """The loss over the run as a line of bars; each is the mean of a stretch."""
    try:
        with io.TextIOWrapper(open_file(log, below=log.parent), encoding="utf-8", newline="") as file:
            losses = [float(row["loss"]) for row in csv.DictReader(file)]
    except OSError:
        return ""
    count = min(width, len(losses))
    if count < 2:
        return ""
    ends = [len(losses) * n // count for n in range(count + 1)]
    means = [sum(losses[a:b]) / (b - a) for a, b in pairwise(ends)]
    low, span = min(means), max(max(means) - min(means), 1e-9)
    return "".join(_BARS[min(int((mean - low) / span * len(_BARS)), len(_BARS) - 1)] for mean in means)


_SHOWN = ("cel_iou", "mean_iou", "line_f1", "real_cel_iou", "real_line_f1")


def _say_scores(scores: Scores) -> None:
    figures = ", ".join(f"{name} {scores.figures[name]:.3f}" for name in _SHOWN if name in scores.figures)
    say(f"step {scores.step}: {figures}{', the best so far' if scores.is_best else ''}")


@dataclass(frozen=True, slots=True)
class _QuickScores:
    """What a training asks of its weights, in a process of its own: evaluation and training meet here."""

    scenes: int
    real: Path | None
    cel: Path | None
    device: str

    def __call__(self, weights: Path) -> dict[str, float]:
        from dougagen.evaluation import quick_scores
        from dougagen.networks import default_models_folder

        if self.cel is not None:
            copyfile(self.cel, weights.parent / f"{Task.CEL}.safetensors")
        return quick_scores(
            weights.parent,
            scenes=self.scenes,
            lines=_SCORED_LINES,
            real=self.real,
            partner=default_models_folder(),
            device=self.device,
        )


_SCORED_LINES = 480
"""Of the held-out scenes while training: a quarter of a second each on one core."""


class _Moves:
    """Training progress as a bar or as lines."""

    def __init__(self, watch: Watch, steps: int | None) -> None:
        self._watch, self._steps = watch, steps

    def __call__(self, progress: TrainingProgress) -> None:
        total = self._steps or (round(progress.step / progress.fraction) if progress.fraction else None)
        note = f"loss {progress.loss:.4f}, mean IoU of the batch {progress.mean_iou:.2f}"
        self._watch.move(progress.step, total, note)
