"""The scores of an evaluation, noted in both weights files of the pair that reached them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dougagen.errors import WeightsError
from dougagen.evaluation.noted_scores import file_digest, note_scores, scores_of, tensors_digest
from dougagen.evaluation.suite import EvaluationReport


def note_report(report: EvaluationReport, *, cel: Path, douga: Path) -> Iterator[Path]:
    """Note the scores of ``report`` in each file; yields it once that is done.

    Raises WeightsError where a file is not the one that was measured, before anything is noted.
    """
    pair = (cel, douga)
    for path in pair:  # a training may have put better ones there meanwhile
        if f"@{file_digest(path)[:8]}" not in report.models:
            raise WeightsError(
                "the weights changed while they were measured", where=path, remedy="measure again"
            )
    partners = [tensors_digest(path) for path in reversed(pair)]
    for path, partner in zip(pair, partners, strict=True):
        note_scores(path, scores_of(report, partner=partner))
        yield path
