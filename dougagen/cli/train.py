"""``dougagen train cel|douga``: shards or the studio in, weights out."""

from __future__ import annotations

import os
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dougagen.cli import options
from dougagen.cli.console import Watch, say, show_json
from dougagen.errors import ConfigError, UsageError, quoted

if TYPE_CHECKING:
    from dougagen.training import TrainingProgress


class Task(StrEnum):
    """What the network is to read in a picture."""

    CEL = "cel"
    DOUGA = "douga"


def train(
    task: Annotated[Task, typer.Argument(help="cel: which pixels move. douga: the line art of the cel.")],
    shards: Annotated[
        list[Path] | None,
        typer.Option(
            help="A dataset with truth, as `dougagen synth` makes; may be repeated.", show_default=False
        ),
    ] = None,
    studio: Annotated[
        bool, typer.Option("--studio", help="Draw fresh scenes while training, instead of --shards.")
    ] = False,
    profile: Annotated[
        str, typer.Option(help="Of the studio: training (rare classes raised) or natural.")
    ] = "training",
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes that draw for --studio; default: one a core, less one."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for weights, log, checkpoint.")] = Path(
        "trained"
    ),
    minutes: Annotated[
        float | None, typer.Option(help="Wall time of the run, resumed parts included.")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Or so many steps.")] = None,
    start: Annotated[
        Path | None, typer.Option("--from", help="Weights to begin with, instead of random ones.")
    ] = None,
    architecture: Annotated[str, typer.Option(help="thinline, or gcn (the thesis's).")] = "thinline",
    wiring: Annotated[
        str,
        typer.Option(
            help="What a douga network reads: guided (default), color, synthetic cel, concatenated.",
            show_default=False,
        ),
    ] = "",
    masks: Annotated[
        str, typer.Option(help="Given to a douga network: predicted (by --cel), perturbed or true.")
    ] = "predicted",
    cel: Annotated[
        Path | None,
        typer.Option(help="Weights whose masks a douga network learns from; default: those of dougagen."),
    ] = None,
    batch_size: Annotated[int, typer.Option(min=0, help="Crops a step; 0: the task's default.")] = 0,
    crop: Annotated[int, typer.Option(min=0, help="Side of a crop; 0: the task's default.")] = 0,
    learning_rate: Annotated[float | None, typer.Option(help="After the warm-up.")] = None,
    seed: Annotated[int, typer.Option(help="Of weights and crops.")] = 0,
    device: options.Device = "auto",
    threads: Annotated[int, typer.Option(min=0, help="Of torch on the CPU; 0: its own choice.")] = 0,
    loaders: Annotated[int, typer.Option(min=1, help="Threads that make crops meanwhile.")] = 1,
    json: options.Json = False,
) -> None:
    """Train a network on shards, or on scenes drawn meanwhile; a run that was stopped goes on where it was.

    Example:  dougagen train cel --studio --out trained/ --minutes 45
    """
    from dougagen.networks import load_weights
    from dougagen.studio.profiles import profile_named
    from dougagen.training import StudioSource, StudioSupply, TrainingConfig, TripletPool, TripletSource
    from dougagen.training import train as learn
    from dougagen.training.masks import reader_for

    if bool(shards) == studio:
        raise UsageError(
            "a training needs pictures from one place", remedy="give --shards DIR or --studio, not both"
        )

    if (minutes is None) == (steps is None):
        raise ConfigError("a training needs a budget", remedy="give --minutes or --steps, not both")
    chosen = {
        "task": task.value,
        "minutes": minutes,
        "steps": steps,
        "architecture": architecture,
        "wiring": wiring,
        "masks": masks,
        "batch_size": batch_size,
        "crop": crop,
        "learning_rate": learning_rate,
        "seed": seed,
        "device": device,
        "threads": threads,
        "loaders": loaders,
    }
    config = TrainingConfig.of({name: value for name, value in chosen.items() if value is not None})
    reader = reader_for(config, cel)
    with ExitStack() as stack:
        watch = stack.enter_context(Watch(unit="steps"))
        source: TripletSource
        if shards:
            say(f"reading {', '.join(quoted(folder) for folder in shards)}")
            pool = source = TripletPool.read(*shards, reader=reader)
            watch.begin(f"{task.value}: {len(pool)} pictures", config.steps)
        else:
            supply = StudioSupply(
                profile_named(profile), workers=workers or max((os.cpu_count() or 2) - 1, 1)
            )
            source = stack.enter_context(
                StudioSource(supply, crops_a_step=config.crops_a_step, seed=config.seed, reader=reader)
            )
            watch.begin(f"{task.value}: the studio draws, {supply.workers} at a time", config.steps)
        begin = None if start is None else load_weights(start)
        result = learn(config, source, out=out, start=begin, progress=_Moves(watch, config.steps))
    say(
        f"{quoted(result.weights)}: {result.steps} steps in {result.seconds / 60:.1f} min, "
        f"loss {result.loss:.4f}"
    )
    if json:
        show_json(
            {
                "weights": str(result.weights),
                "log": str(result.log),
                "steps": result.steps,
                "seconds": result.seconds,
                "loss": result.loss,
            }
        )


class _Moves:
    """Training progress as a bar or as lines."""

    def __init__(self, watch: Watch, steps: int | None) -> None:
        self._watch, self._steps = watch, steps

    def __call__(self, progress: TrainingProgress) -> None:
        total = self._steps or (round(progress.step / progress.fraction) if progress.fraction else None)
        note = f"loss {progress.loss:.4f}, mean IoU of the batch {progress.mean_iou:.2f}"
        self._watch.move(progress.step, total, note)
