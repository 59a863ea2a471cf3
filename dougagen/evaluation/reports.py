"""What is to be made of an evaluation, and whether that can be done: said before an hour of work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dougagen.errors import UsageError
from dougagen.evaluation.suite import EvaluationPlan

SCENES = 24
"""Held-out scenes where no number is asked for."""
STANDARD_OUTPUT = Path("-")
_OF_SHOTS = {"clip_masks", "held_out_clips", "recompose"}
"""With one of them scenes are measured only where a number is asked for: each takes its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """Which reports are wanted, and where they go; names as on the command line."""

    sheet: Path | None = None
    """A PNG of the worst pictures."""
    shot_sheet: Path | None = None
    """A PNG of shots that are composed again."""
    markdown: Path | None = None
    """The tables as text; ``STANDARD_OUTPUT`` is the terminal."""
    tables: bool = False
    """The thesis's tables instead."""
    weighted: Path | None = None
    """For table 5.2: weights trained with weighted cross entropy."""
    features: Path | None = None
    """A PNG of what the networks respond to instead."""
    layer: str | None = None
    """Of ``features``."""
    note_scores: bool = False
    """In the headers of the weights."""

    def plan(self, chosen: Mapping[str, Any]) -> EvaluationPlan:
        """What to measure on, from fields of ``EvaluationPlan``.

        ``SCENES`` where no number is among them; none beside whatever is read as shots.

        Raises UsageError for a plan that cannot be, and for reports that do not fit it or each other.
        """
        values = {"scenes": 0 if _OF_SHOTS & set(chosen) else SCENES, **chosen}
        if (self.tables or self.features is not None) and not values["scenes"] and "shards" not in values:
            what = "the thesis's tables" if self.tables else "features"
            raise UsageError(f"{what} need pictures", remedy="name --scenes or --shards")
        plan = EvaluationPlan(**values)
        self._require_pictures_for_reports(plan)
        self._require_tables_alone(plan)
        self._require_features_alone(plan)
        return plan

    def reading(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Options for ``ReconstructionConfig.of``: the tables show line art with and without refinement."""
        return {**said, "refine": False} if self.tables else dict(said)

    def _require_pictures_for_reports(self, plan: EvaluationPlan) -> None:
        if self.sheet is not None and not (plan.scenes or plan.shards or plan.real):
            raise UsageError(
                "a sheet shows scenes, records, drawings", remedy="name --scenes, --shards, --real"
            )
        if self.note_scores and not plan.scenes:
            raise UsageError("--note-scores notes held-out scenes", remedy="name --scenes")
        if self.shot_sheet is not None and not plan.recompose:
            raise UsageError("--shot-sheet shows shots of episodes", remedy="name one with --recompose")
        for path in (self.sheet, self.shot_sheet, self.markdown):
            if path is not None and path != STANDARD_OUTPUT:
                _require_writable(path)

    def _require_tables_alone(self, plan: EvaluationPlan) -> None:
        others = plan.real is not None or plan.clips or self.sheet is not None or self.note_scores
        others = others or plan.reads_shots
        if self.tables and others:
            raise UsageError(
                "--tables is a report of its own on scenes and shards",
                remedy="leave out --real, --clips, --held-out-clips, --recompose, --sheet and --note-scores",
            )
        if self.weighted is not None and not self.tables:
            raise UsageError("--weighted is for table 5.2", remedy="add --tables")

    def _require_features_alone(self, plan: EvaluationPlan) -> None:
        if self.features is None:
            if self.layer:
                raise UsageError("--layer is for --features", remedy="add --features FILE")
            return
        others = {
            "--tables": self.tables,
            "--sheet": self.sheet is not None,
            "--markdown": self.markdown is not None,
            "--note-scores": self.note_scores,
        }
        if named := [name for name, is_wanted in others.items() if is_wanted]:
            raise UsageError("--features is a report of its own", remedy=f"leave out {' and '.join(named)}")
        if plan.real is not None or plan.clips or plan.reads_shots:
            raise UsageError(
                "features are pictured on scenes and records", remedy="name --scenes or --shards"
            )
        _require_writable(self.features)


def _require_writable(path: Path) -> None:
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(
            "cannot be written there", where=path, remedy="name a file in a folder that is there"
        )
