"""Scores as plain tables, with the thesis's figures beside ours where it has them.

A table is text and nothing else: the command line renders it, a README takes it as Markdown. Figures for
programs are the scores' own ``to_json``, unrounded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dougagen.domain import LINE_CLASSES, SCORED_CLASSES, DougaClass, Table
from dougagen.evaluation.metrics import CelConfusion, Confusion, LineScore, PrecisionRecall

if TYPE_CHECKING:  # only names: a table needs neither video nor studio
    from dougagen.evaluation.clips import ClipScore
    from dougagen.evaluation.real_drawings import RealScore
    from dougagen.evaluation.triplets import TripletScore

ABSENT = "–"

THESIS_CEL_ACCURACY = 0.939
"""Section 4.8, table 4.2, its best run."""
THESIS_CEL_IOU = 38.1 / (38.1 + 4.2 + 1.8)
"""From table 4.1. Its precision and recall are not cited: they belong to the transposed table."""
THESIS_DOUGA_ACCURACY = 0.954
"""Section 5.8, table 5.3, Synthetic Cel Model."""
THESIS_MEAN_IOU = 0.326
"""Table 5.3, Synthetic Cel Model, validation."""
THESIS_RECALL = dict(zip(SCORED_CLASSES, (97.9, 60.4, 37.6, 1.3, 16.7, 90.4, 23.4, 70.8), strict=True))
"""Per cent, table 5.1."""
THESIS_PRECISION = dict(zip(SCORED_CLASSES, (98.1, 72.7, 53.4, 24.6, 31.5, 80.1, 52.1, 57.3), strict=True))
"""Per cent, table 5.1."""
THESIS_EDGES = {
    "thesis": ("94.1 %", "94.3 %", "34.7 %"),
    "Manga Line Extraction": ("95.6 %", "32.7 %", "28.9 %"),
    "SketchKeras": ("77.7 %", "92.4 %", "11.2 %"),
}
"""Name -> accuracy, recall of edges, precision of edges; table 5.5, on the thesis's own frames."""


def percent(share: float | None) -> str:
    """``0.954`` -> ``95.4 %``; a dash for None and NaN."""
    return ABSENT if share is None or np.isnan(share) else f"{share:.1%}".replace("%", " %")


def triplet_tables(score: TripletScore) -> tuple[Table, ...]:
    """Everything about a set of triplets, in the order of the thesis's chapters."""
    return (
        cel_table(score.cel),
        douga_table(score.douga),
        class_table(score.douga),
        confusion_table(score.douga),
        edges_table(score.douga),
        line_table(score.lines, score.classical),
    )


def cel_table(cel: CelConfusion) -> Table:
    """Thesis section 4.8."""
    return Table(
        "Cel mask",
        ("measure", "dougagen", "thesis"),
        (
            ("accuracy", percent(cel.accuracy), percent(THESIS_CEL_ACCURACY)),
            ("IoU", percent(cel.iou), percent(THESIS_CEL_IOU)),
            ("precision of cel", percent(cel.cel.precision), ABSENT),
            ("recall of cel", percent(cel.cel.recall), ABSENT),
        ),
    )


def douga_table(douga: Confusion) -> Table:
    """Thesis section 5.8, table 5.3."""
    rows = (
        ("accuracy", percent(douga.accuracy), percent(THESIS_DOUGA_ACCURACY)),
        ("mean IoU", percent(douga.mean_iou), percent(THESIS_MEAN_IOU)),
    )
    return Table("Douga", ("measure", "dougagen", "thesis"), rows)


def class_table(douga: Confusion) -> Table:
    """The margins of the thesis's table 5.1."""
    iou, precision, recall = douga.iou(), douga.precision(), douga.recall()
    classes = tuple(
        (
            c.label,
            percent(iou[c]),
            percent(precision[c]),
            percent(recall[c]),
            f"{THESIS_PRECISION[c]} %" if c in THESIS_PRECISION else ABSENT,
            f"{THESIS_RECALL[c]} %" if c in THESIS_RECALL else ABSENT,
        )
        for c in DougaClass
    )
    columns = ("class", "IoU", "precision", "recall", "thesis precision", "thesis recall")
    return Table("Douga by class", columns, classes)


def confusion_table(douga: Confusion) -> Table:
    """Per cent of all pixels, rows truth, columns prediction, as the thesis's table 5.1 (with books)."""
    shares = 100 * douga.counts / max(1, douga.pixels)
    rows = tuple((c.label, *(_small_percent(share) for share in shares[c])) for c in DougaClass)
    return Table("Confusion, % of all pixels", ("true \\ found", *(c.label for c in DougaClass)), rows)


def edges_table(douga: Confusion) -> Table:
    """Thesis table 5.5: all lines against all areas, exact pixels. Its rows are of other frames."""
    edges = douga.edges_and_areas()
    ours = (percent(edges.accuracy), percent(edges.recall()[0]), percent(edges.precision()[0]))
    rows = (("dougagen", *ours), *((name, *theirs) for name, theirs in THESIS_EDGES.items()))
    return Table("Edges against areas", ("method", "accuracy", "edge recall", "edge precision"), rows)


def line_table(lines: LineScore, classical: Mapping[str, PrecisionRecall]) -> Table:
    """Line F1 at 2 px over the whole frame; the classical extractors know one class."""
    rows = [("all lines", *_ratios(lines.merged))]
    rows += [(c.label, *_ratios(score)) for c, score in zip(LINE_CLASSES, lines.per_class, strict=True)]
    rows += [(f"{name}, all lines", *_ratios(score)) for name, score in classical.items()]
    return Table("Lines within 2 px, whole frame", ("lines", "precision", "recall", "F1"), tuple(rows))


def timing_table(clips: Sequence[ClipScore]) -> Table:
    """Which frames begin a drawing, clip by clip."""
    rows = tuple(
        (clip.name, str(clip.frames), str(clip.timing.truth), str(clip.timing.found), *_ratios(clip.timing))
        for clip in clips
    )
    columns = ("clip", "frames", "true starts", "found", "precision", "recall", "F1")
    return Table("Timing, exact frames, frame 0 left out", columns, rows)


def real_table(scores: Sequence[RealScore]) -> Table:
    """Animators' drawings over studio backgrounds; extractors without a network below each."""
    rows: list[tuple[str, ...]] = []
    for score in scores:
        frames = str(score.frames)
        rows.append((score.name, "dougagen", frames, percent(score.cel.iou), *_ratios(score.lines)))
        rows += [(score.name, name, frames, ABSENT, *_ratios(pr)) for name, pr in score.classical.items()]
        rows += [
            (score.name, f"{name}, inside the true cel", frames, ABSENT, *_ratios(pr))
            for name, pr in score.classical_in_cel.items()
        ]
    columns = ("drawings", "method", "frames", "cel IoU", "line precision", "line recall", "line F1 at 2 px")
    return Table("Real drawings over backgrounds", columns, tuple(rows))


def _ratios(score: PrecisionRecall) -> tuple[str, str, str]:
    if not score.found and not score.truth:
        return ABSENT, ABSENT, ABSENT
    return percent(score.precision), percent(score.recall), f"{score.f1:.3f}"


def _small_percent(value: float) -> str:
    """The thesis's way: one decimal, ``<0.1`` for what would round to nothing."""
    return "0" if value == 0 else "<0.1" if value < 0.05 else f"{value:.1f}"
