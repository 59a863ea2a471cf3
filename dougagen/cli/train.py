"""``dougagen train cel|douga|areas|cel-areas|colorizer``: shards or the studio in, weights out."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from dougagen.choices import COLORIZERS
from dougagen.cli import options
from dougagen.cli.console import Watch, say, show_json, show_tables
from dougagen.cli.groups import given, with_groups
from dougagen.cli.loss_curve import curve_of
from dougagen.cli.train_areas import AREAS, CEL_AREAS, AreaSource, train_areas
from dougagen.cli.train_colorizer import COLORIZER, refuse_lines, train_a_colorizer
from dougagen.cli.train_options import (
    Cel,
    Config,
    Configs,
    EvaluateScenes,
    Lines,
    Out,
    OwnShare,
    Real,
    Shards,
    Start,
    StopAfter,
    Studio,
    StudioOptions,
    TaskArgument,
    TrainingOptions,
)
from dougagen.errors import quoted

if TYPE_CHECKING:
    from dougagen.evaluation import QuickScores
    from dougagen.reconstruction import CelReader
    from dougagen.training import Scores, TrainingPlan, TrainingProgress, TrainingResult


@with_groups
def train(
    task: TaskArgument = None,
    *,
    config: Config = None,
    configs: Configs = False,
    shards: Shards = None,
    lines: Lines = None,
    studio: Studio = False,
    own_share: OwnShare = None,
    training: TrainingOptions,
    supply: StudioOptions,
    out: Out = None,
    stop_after: StopAfter = None,
    start: Start = None,
    cel: Cel = None,
    evaluate_scenes: EvaluateScenes = None,
    real: Real = None,
    json: options.Json = False,
) -> None:
    """Train a network on shards, or on scenes drawn meanwhile; a run that was stopped goes on where it was.

    Example:  dougagen train cel --studio --out trained/ --minutes 45

    Example:  dougagen train --config own-douga --shards labelled/ --studio --from shipped
    """
    stop_at = None if stop_after is None else time.monotonic() + 60 * stop_after
    if configs:
        _show_configs(json=json)
        return
    if task == COLORIZER or (task is None and config in COLORIZERS):
        beside = given(studio=studio or None, own_share=own_share, cel=cel, evaluate_scenes=evaluate_scenes)
        beside |= {**given(real=real, **{"from": start}), **supply}
        train_a_colorizer(config, training, beside, shards or (), lines, out, stop_at=stop_at, json=json)
        return
    refuse_lines(lines)
    if task in AREAS:
        beside = given(config=config, own_share=own_share, stop_after=stop_after, real=real)
        beside |= given(evaluate_scenes=evaluate_scenes)
        beside |= given(cel=cel) if task == CEL_AREAS else {}
        source = AreaSource(shards or (), studio, supply)
        train_areas(task, training, source, beside, cel, out, start=start, json=json)
        return
    from dougagen.reconstruction import CelReader
    from dougagen.training import TrainingPlan

    plan = TrainingPlan.of(
        task=task,
        preset=config,
        training=training,
        studio=supply,
        shards=shards or (),
        draws=studio,
        own_share=own_share,
    )
    device = plan.config.device
    reader = CelReader.load(cel, device=device) if plan.asks_for_masks(offered=cel is not None) else None
    scores = _scores(device, cel=cel, real=real, scenes=evaluate_scenes)
    result = _learn(plan, plan.start_file(start), reader, scores, stop_at=stop_at, **given(out=out))
    _say_result(result, json=json)


def _learn(
    plan: TrainingPlan,
    begin: Path | None,
    reader: CelReader | None,
    scores: QuickScores,
    *,
    stop_at: float | None,
    **where: Path,
) -> TrainingResult:
    with Watch(unit="steps") as watch:
        if plan.shards:
            say(f"reading {', '.join(quoted(folder) for folder in plan.shards)}")
        with plan.source(reader) as (source, words):
            watch.begin(f"{plan.config.task}: {words}", plan.config.steps)
            return plan.learn(
                source,
                start=begin,
                stop_at=stop_at,
                reader=reader,
                validation_scenes=scores.scenes,
                evaluate=scores,
                progress=_Moves(watch, plan.config.steps),
                scored=_say_scores,
                **where,
            )


def _scores(device: str, *, cel: Path | None, real: Path | None, scenes: int | None) -> QuickScores:
    """What the weights are asked while they learn: training and evaluation meet here."""
    from dougagen.evaluation import QuickScores
    from dougagen.networks import default_models_folder

    partner = default_models_folder()
    return QuickScores(real=real, cel=cel, partner=partner, device=device, **given(scenes=scenes))


def _show_configs(*, json: bool) -> None:
    from dougagen.colorization import colorizer_descriptions
    from dougagen.training.presets import preset_descriptions

    descriptions = {**dict(preset_descriptions()), **colorizer_descriptions()}
    if json:
        show_json(descriptions)
        return
    from dougagen.domain import Table

    rows = tuple((f"{name}\n  {description}",) for name, description in descriptions.items())
    show_tables([Table("What --config can be", ("name",), rows)])


def _say_result(result: TrainingResult, *, json: bool) -> None:
    say(
        f"{quoted(result.weights)}: {result.steps} steps in {result.seconds / 60:.1f} min, "
        f"loss {result.loss:.4f} {curve_of(result.log)}".rstrip()
    )
    if result.best is not None:
        say(f"{quoted(result.best)}: the weights with the best score")
    if not result.is_finished:
        say("stopped with a checkpoint before the end of the run: the same command carries on")
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


_SHOWN = ("cel_iou", "mean_iou", "line_f1", "real_cel_iou", "real_line_f1")


def _say_scores(scores: Scores) -> None:
    figures = ", ".join(f"{name} {scores.figures[name]:.3f}" for name in _SHOWN if name in scores.figures)
    say(f"step {scores.step}: {figures}{', the best so far' if scores.is_best else ''}")


class _Moves:
    """Training progress as a bar or as lines."""

    def __init__(self, watch: Watch, steps: int | None) -> None:
        self._watch, self._steps = watch, steps

    def __call__(self, progress: TrainingProgress) -> None:
        total = self._steps or (round(progress.step / progress.fraction) if progress.fraction else None)
        note = f"loss {progress.loss:.4f}, mean IoU of the batch {progress.mean_iou:.2f}"
        self._watch.move(progress.step, total, note)
