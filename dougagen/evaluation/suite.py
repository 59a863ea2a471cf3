"""The whole evaluation in one call: held-out scenes, real drawings, clips with truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Reconstruction, Table, Triplet
from dougagen.errors import UsageError
from dougagen.evaluation.clips import ClipScore, clips_with_truth, score_clip
from dougagen.evaluation.picture_sheet import picture_sheet
from dougagen.evaluation.real_drawings import RealScore, read_drawings, score_real_drawings
from dougagen.evaluation.reconstructor import Reconstructor
from dougagen.evaluation.tables import real_table, timing_table, triplet_tables
from dougagen.evaluation.triplets import TripletScore, score_triplets, triplets_of
from dougagen.shards import read_records
from dougagen.studio.background import paint_background
from dougagen.studio.scene import HELD_OUT_SEEDS, make_scene, whole_frame

BACKGROUNDS = 6
"""How many backgrounds each real drawing is laid over."""
_BACKGROUND_LINES = 720


@dataclass(frozen=True, slots=True)
class EvaluationPlan:
    """What to measure on; an empty field is left out."""

    scenes: int = 0
    """Held-out studio scenes, from seed 1,000,000 on."""
    lines: int = 720
    """Height of those scenes."""
    shards: Path | None = None
    """A dataset whose records are the truth."""
    real: Path | None = None
    """A folder of folders of real drawings."""
    clips: tuple[Path, ...] = ()
    """Folders of clips with truth files."""


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """Everything that was measured."""

    models: str
    held_out: TripletScore | None = None
    shards: TripletScore | None = None
    real: tuple[RealScore, ...] = ()
    clips: tuple[ClipScore, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """In the order of the thesis: cels, douga, lines; then real drawings and timing."""
        found: tuple[Table, ...] = ()
        for name, score in (("held-out scenes", self.held_out), ("shards", self.shards)):
            if score is not None:
                found += tuple(
                    Table(f"{table.title} ({name})", table.columns, table.rows)
                    for table in triplet_tables(score)
                )
        if self.real:
            found += (real_table(self.real),)
        if self.clips:
            found += (timing_table(self.clips),)
        return found

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names."""
        return {
            "models": self.models,
            "held_out": None if self.held_out is None else self.held_out.to_json(),
            "shards": None if self.shards is None else self.shards.to_json(),
            "real": [score.to_json() for score in self.real],
            "clips": [score.to_json() for score in self.clips],
        }


def held_out_scenes(count: int, *, lines: int) -> Iterator[Triplet]:
    """The first ``count`` scenes of the held-out family as whole frames of ``lines``."""
    if count > len(HELD_OUT_SEEDS):
        raise UsageError(f"there are {len(HELD_OUT_SEEDS)} held-out scenes, {count} were asked for")
    for seed in HELD_OUT_SEEDS[:count]:
        yield make_scene(seed, window=whole_frame(lines))


def held_out_backgrounds() -> Iterator[NDArray[np.uint8]]:
    """Backgrounds of the held-out family, without end."""
    for seed in HELD_OUT_SEEDS:
        rng = np.random.default_rng([seed, 0xBAC])
        yield paint_background(
            rng, height=_BACKGROUND_LINES, width=_BACKGROUND_LINES * 16 // 9, family="held out"
        )


def evaluate(
    plan: EvaluationPlan,
    reconstructor: Reconstructor | None,
    *,
    models: str,
    on_stage: Callable[[str], None] = lambda _: None,
) -> EvaluationReport:
    """Measure what ``plan`` names. ``reconstructor`` may be None where only clips are scored.

    Raises UsageError where nothing is named.
    """
    held_out = shards = None
    real: Sequence[RealScore] = ()
    if reconstructor is not None and plan.scenes:
        on_stage(f"{plan.scenes} held-out scenes at {plan.lines} lines")
        held_out = score_triplets(held_out_scenes(plan.scenes, lines=plan.lines), reconstructor)
    if reconstructor is not None and plan.shards is not None:
        on_stage("records of the dataset")
        shards = score_triplets(triplets_of(read_records(plan.shards)), reconstructor)
    if reconstructor is not None and plan.real is not None:
        real = list(_real_scores(plan.real, reconstructor, on_stage))
    clips = tuple(_clip_scores(plan.clips, on_stage))
    report = EvaluationReport(models, held_out, shards, tuple(real), clips)
    if not report.tables():
        raise UsageError("nothing to evaluate on", remedy="name --scenes, --shards, --real or --clips")
    return report


def sheet_of(count: int, reconstructor: Reconstructor, *, lines: int) -> NDArray[np.uint8]:
    """uint8[H, W, 3]: the first held-out scenes, what was predicted and what is true."""
    rows: list[tuple[Triplet, Reconstruction]] = []
    for triplet in held_out_scenes(count, lines=lines):
        (read,) = reconstructor.reconstruct([triplet.color])
        rows.append((triplet, read))
    return picture_sheet(rows)


def _real_scores(
    folder: Path, reconstructor: Reconstructor, on_stage: Callable[[str], None]
) -> Iterator[RealScore]:
    groups = sorted({path.parent for path in folder.rglob("*_cut.png")})
    if not groups:
        raise UsageError(
            "holds no drawing", where=folder, remedy="a drawing is NN_cut.png with NN_sketch.png"
        )
    for group in groups:
        on_stage(f"real drawings: {group.name}")
        yield score_real_drawings(
            read_drawings(group),
            held_out_backgrounds(),
            reconstructor,
            name=group.name,
            background_count=BACKGROUNDS,
        )


def _clip_scores(folders: Sequence[Path], on_stage: Callable[[str], None]) -> Iterator[ClipScore]:
    for folder in folders:
        for clip in clips_with_truth(folder):
            on_stage(f"timing: {clip.name}")
            yield score_clip(clip)
