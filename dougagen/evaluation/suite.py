"""The whole evaluation in one call: held-out scenes, real drawings, clips with truth, whole episodes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dougagen import __version__
from dougagen.domain import Reconstructor, Table, Triplet
from dougagen.errors import UsageError
from dougagen.evaluation.clips import ClipScore, clips_with_truth, score_clip
from dougagen.evaluation.quick import flat_figures
from dougagen.evaluation.real_drawings import (
    RealScore,
    drawing_folders,
    read_drawings,
    score_real_drawings,
)
from dougagen.evaluation.recomposition import Recomposition, ShotPictures, recompose
from dougagen.evaluation.shot_clips import (
    CLIP_LINES,
    ShotScore,
    require_categories,
    score_held_out_clips,
    score_shots_of,
    truth_folder,
)
from dougagen.evaluation.shot_tables import recomposition_tables, shot_tables
from dougagen.evaluation.tables import real_table, timing_table, triplet_tables
from dougagen.evaluation.triplets import TripletScore, Watcher, score_triplets, triplets_of, unwatched
from dougagen.footage import open_episode
from dougagen.shards import count_records, read_records
from dougagen.studio import HELD_OUT_FAMILY, HELD_OUT_SEEDS, make_scene, whole_frame

BACKGROUNDS = 6
"""How many backgrounds each real drawing is laid over."""
LINES = (720,)
"""Height of the held-out scenes where none is asked for."""
_BACKGROUND_LINES = 720


@dataclass(frozen=True, slots=True)
class EvaluationPlan:
    """What to measure on; an empty field is left out."""

    scenes: int = 0
    """Held-out studio scenes, from seed 1,000,000 on."""
    lines: tuple[int, ...] = LINES
    """Heights of those scenes: the same scenes are measured at each."""
    shards: Path | None = None
    """A dataset whose records are the truth."""
    real: Path | None = None
    """A folder of folders of real drawings."""
    clips: tuple[Path, ...] = ()
    """Folders of clips with truth files."""
    clip_masks: bool = False
    """Whether clips with true pictures beside them are also read, a drawing alone and as shots."""
    held_out_clips: int = 0
    """Clips of each category that are shot for this and read both ways."""
    clip_category: tuple[str, ...] = ()
    """Of ``held_out_clips``; empty means every category."""
    clip_lines: int = CLIP_LINES
    """Height of ``held_out_clips``."""
    recompose: tuple[Path, ...] = ()
    """Episodes whose frames are composed again."""

    def __post_init__(self) -> None:
        for name in ("clips", "clip_category", "recompose"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not (self.needs_networks or self.clips):
            raise UsageError(
                "nothing to evaluate on",
                remedy="name --scenes, --shards, --real, --clips, --held-out-clips or --recompose",
            )
        require_categories(self.clip_category)
        if self.clip_category and not self.held_out_clips:
            raise UsageError("--clip-category is for held-out clips", remedy="add --held-out-clips 1")
        if self.clip_masks and not self.clips:
            raise UsageError("--clip-masks is for clips", remedy="name their folder with --clips")
        if self.scenes > len(HELD_OUT_SEEDS):
            raise UsageError(f"there are {len(HELD_OUT_SEEDS)} held-out scenes, {self.scenes} were asked for")
        object.__setattr__(self, "lines", tuple(dict.fromkeys(self.lines)))

    @property
    def needs_networks(self) -> bool:
        """Whether anything but the timing of clips is measured."""
        return bool(self.scenes or self.shards or self.real or self.reads_shots)

    @property
    def reads_shots(self) -> bool:
        """Whether clips or episodes are read, and not pictures alone."""
        return bool(self.clip_masks or self.held_out_clips or self.recompose)

    def check_paths(self) -> None:
        """Raise UsageError or ShardError where a folder is missing or empty: before an hour of work."""
        if self.shards is not None and not count_records(self.shards):
            raise UsageError("holds no record", where=self.shards, remedy="name a dataset that holds records")
        if self.real is not None:
            drawing_folders(self.real)
        for folder in self.clips:
            if not folder.is_dir():
                raise UsageError("there is no such folder", where=folder, remedy="name a folder of clips")
            if self.clip_masks and not _clips_with_pictures(folder):
                raise UsageError(
                    "holds no clip with true pictures",
                    where=folder,
                    remedy="synth --clip NAME --pictures --every-frame writes CLIP.truth beside CLIP.mkv",
                )
            clips_with_truth(folder)
        for path in self.recompose:
            open_episode(path)


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """Everything that was measured."""

    models: str
    held_out: Mapping[int, TripletScore] = field(default_factory=dict)
    """By the height of the scenes in lines."""
    shards: TripletScore | None = None
    real: tuple[RealScore, ...] = ()
    clips: tuple[ClipScore, ...] = ()
    clip_masks: tuple[ShotScore, ...] = ()
    """A clip each."""
    held_out_clips: tuple[ShotScore, ...] = ()
    """A category each."""
    recomposition: tuple[Recomposition, ...] = ()
    """An episode each."""

    def tables(self) -> tuple[Table, ...]:
        """In the order of the thesis: cels, douga, lines; then real drawings and timing."""
        sets = {f"{lines} lines": score for lines, score in self.held_out.items()}
        if self.shards is not None:
            sets["shards"] = self.shards
        found: tuple[Table, ...] = triplet_tables(sets) if sets else ()
        if self.real:
            found += (real_table(self.real),)
        if self.clips:
            found += (timing_table(self.clips),)
        for scores in (self.clip_masks, self.held_out_clips):
            found += shot_tables(scores) if scores else ()
        found += recomposition_tables(self.recomposition)
        return found

    def noted(self, *, partner: str) -> dict[str, object]:
        """What is worth noting in the headers of the weights: flat figures by height and by folder of real
        drawings; NaN, of a class that occurs nowhere, is None.

        Args:
            partner: ``tensors_digest`` of the other network of the pair: douga is read on its masks.
        """
        return {
            "dougagen_version": __version__,
            "partner": partner,
            "held_out": {str(lines): _noted_held_out(score) for lines, score in self.held_out.items()},
            "real": {score.name: _noted_real(score) for score in self.real},
        }

    def to_markdown(self) -> str:
        """The tables below a line that says what was measured with what."""
        head = f"Measured by dougagen {__version__}{f' with {self.models}' if self.models else ''}."
        return "\n\n".join([head, *(table.to_markdown() for table in self.tables())]) + "\n"

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names; ``held_out`` by height."""
        return {
            "models": self.models,
            "held_out": {str(lines): score.to_json() for lines, score in self.held_out.items()},
            "shards": None if self.shards is None else self.shards.to_json(),
            "real": [score.to_json() for score in self.real],
            "clips": [score.to_json() for score in self.clips],
            "clip_masks": [score.to_json() for score in self.clip_masks],
            "held_out_clips": [score.to_json() for score in self.held_out_clips],
            "recomposition": [score.to_json() for score in self.recomposition],
        }


def _noted_held_out(score: TripletScore) -> dict[str, object]:
    figures = flat_figures(score).items()
    return {
        "scenes": score.triplets,
        **{name: None if math.isnan(value) else value for name, value in figures},
    }


def _noted_real(score: RealScore) -> dict[str, object]:
    return {
        "frames": score.frames,
        "cel_iou": score.cel.iou,
        "boundary_f": score.boundary.f1,
        "line_f1": score.lines.f1,
    }


def held_out_scenes(count: int, *, lines: int) -> Iterator[tuple[str, Triplet]]:
    """Name and truth of the first ``count`` scenes of the held-out family, whole frames of ``lines``."""
    for seed in HELD_OUT_SEEDS[:count]:
        yield f"seed {seed}", make_scene(seed, window=whole_frame(lines))


@cache
def held_out_backgrounds() -> tuple[NDArray[np.uint8], ...]:
    """uint8[720, 1280, 3] each: the backgrounds of the held-out family that real drawings are laid over.

    Painted once in a process, 2 s each: every folder and every evaluation of a training lies over the same.
    """
    painted = []
    for seed in HELD_OUT_SEEDS[:BACKGROUNDS]:
        rng = np.random.default_rng([seed, 0xBAC])
        width = _BACKGROUND_LINES * 16 // 9
        painted.append(HELD_OUT_FAMILY.background(rng, height=_BACKGROUND_LINES, width=width))
        painted[-1].setflags(write=False)
    return tuple(painted)


def evaluate(
    plan: EvaluationPlan,
    reconstructor: Reconstructor | None,
    *,
    models: str,
    on_stage: Callable[[str], None] = lambda _: None,
    watch: Watcher = unwatched,
    watch_shots: Callable[[ShotPictures], None] | None = None,
) -> EvaluationReport:
    """Measure what ``plan`` names; pictures pass through one by one, whatever their number.

    Args:
        reconstructor: may be None where only clips are scored.
        models: what the report calls it.
        on_stage: is told what is measured next.
        watch: is shown every picture with its score, as a picture sheet wants it.
        watch_shots: is shown every shot that is composed again, as a sheet of shots wants it.

    Raises UsageError, ShardError, EpisodeError and what the reconstructor raises.
    """
    if reconstructor is None and plan.needs_networks:
        raise UsageError("scenes, shards, real drawings and shots need networks", remedy="name --models")
    plan.check_paths()
    held_out: dict[int, TripletScore] = {}
    shards: TripletScore | None = None
    real: tuple[RealScore, ...] = ()
    of_shots: dict[str, Any] = {}
    if reconstructor is not None:
        for lines in plan.lines if plan.scenes else ():
            on_stage(f"{plan.scenes} held-out scenes at {lines} lines")
            scenes = held_out_scenes(plan.scenes, lines=lines)
            held_out[lines] = score_triplets(scenes, reconstructor, watch=watch, told_the_cel=True)
        if plan.shards is not None:
            on_stage("records of the dataset")
            shards = score_triplets(
                triplets_of(read_records(plan.shards)), reconstructor, watch=watch, told_the_cel=True
            )
        if plan.real is not None:
            real = tuple(_real_scores(plan.real, reconstructor, on_stage, watch))
        of_shots = _scores_of_shots(plan, reconstructor, on_stage, watch_shots)
    clips = tuple(_clip_scores(plan.clips, on_stage))
    return EvaluationReport(models, held_out, shards, real, clips, **of_shots)


def _scores_of_shots(
    plan: EvaluationPlan,
    reconstructor: Reconstructor,
    on_stage: Callable[[str], None],
    watch: Callable[[ShotPictures], None] | None,
) -> dict[str, Any]:
    """The fields of ``EvaluationReport`` for which drawings are read as shots."""
    masks = list[ShotScore]()
    for folder in plan.clips if plan.clip_masks else ():
        for clip in _clips_with_pictures(folder):
            on_stage(f"drawings alone and as shots: {clip.name}")
            masks.append(score_shots_of(clip, reconstructor))
    held_out = score_held_out_clips(
        plan.held_out_clips,
        reconstructor,
        categories=plan.clip_category,
        lines=plan.clip_lines,
        on_clip=on_stage,
    )
    recomposed = list[Recomposition]()
    for path in plan.recompose:
        on_stage(f"composing again: {path.name}")
        recomposed.append(
            recompose(
                path,
                reconstructor,
                on_shot=lambda shot: on_stage(f"shot {shot.shot_index} done"),
                watch=watch,
            )
        )
    return {
        "clip_masks": tuple(masks),
        "held_out_clips": tuple(held_out) if plan.held_out_clips else (),
        "recomposition": tuple(recomposed),
    }


def _clips_with_pictures(folder: Path) -> list[Path]:
    return [clip for clip in clips_with_truth(folder) if truth_folder(clip).is_dir()]


def _real_scores(
    folder: Path, reconstructor: Reconstructor, on_stage: Callable[[str], None], watch: Watcher
) -> Iterator[RealScore]:
    for group in drawing_folders(folder):
        on_stage(f"real drawings: {group.name}")
        yield score_real_drawings(
            read_drawings(group),
            held_out_backgrounds(),
            reconstructor,
            name=group.name,
            background_count=BACKGROUNDS,
            watch=watch,
            told_the_cel=True,
        )


def _clip_scores(folders: Sequence[Path], on_stage: Callable[[str], None]) -> Iterator[ClipScore]:
    for folder in folders:
        for clip in clips_with_truth(folder):
            on_stage(f"timing: {clip.name}")
            yield score_clip(clip)
