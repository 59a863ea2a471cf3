"""Scores as plain tables, with the thesis's figures beside ours where it has them.

A table is text and nothing else: the command line renders it, a README takes it as Markdown. Figures for
programs are the scores' own ``to_json``, unrounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dougagen.domain import ABSENT, LINE_CLASSES, SCORED_CLASSES, DougaClass, Table, percent
from dougagen.evaluation.calibration import BINS
from dougagen.evaluation.fills import FILLS, OFF_THE_CEL, UNDECIDED, FillConfusion
from dougagen.evaluation.metrics import CelConfusion, Confusion, LineScore, PrecisionRecall

if TYPE_CHECKING:  # only names: a table needs neither video nor studio
    from dougagen.evaluation.clips import ClipScore
    from dougagen.evaluation.real_drawings import RealScore
    from dougagen.evaluation.triplets import TripletScore, Trust

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

WITH_TRUE_CEL = "with the true cel"
"""Lines where the true mask stands in place of the cel network's: what the mask costs."""


def triplet_tables(scores: Mapping[str, TripletScore]) -> tuple[Table, ...]:
    """Everything about sets of triplets by their names, in the order of the thesis's chapters.

    What is one figure stands side by side, a column a set; matrices follow one after the other.
    """
    per_set: list[Table] = []
    for name, score in scores.items():
        ending = f", {name}"
        per_set += [
            cel_confusion_table(score.cel, ending=ending),
            line_table(score.lines, score.classical, within=score.lines_within, ending=ending),
            class_table(score.douga, ending=ending),
            confusion_table(score.douga, ending=ending),
            fill_table(score.fills, ending=ending),
            reliability_table(score.trust, ending=ending),
        ]
    return (
        cel_table(scores),
        douga_table(scores),
        *([line_f1_table(scores)] if len(scores) > 1 else []),
        edges_table(scores),
        calibration_table(scores),
        *per_set,
    )


def cel_table(scores: Mapping[str, TripletScore]) -> Table:
    """Thesis section 4.8, and where the mask ends."""
    measures: tuple[tuple[str, Callable[[TripletScore], str], float | None], ...] = (
        ("accuracy", lambda s: percent(s.cel.accuracy), THESIS_CEL_ACCURACY),
        ("IoU", lambda s: percent(s.cel.iou), THESIS_CEL_IOU),
        ("precision of cel", lambda s: percent(s.cel.cel.precision), None),
        ("recall of cel", lambda s: percent(s.cel.cel.recall), None),
        ("boundary precision", lambda s: _ratios(s.boundary)[0], None),
        ("boundary recall", lambda s: _ratios(s.boundary)[1], None),
        ("boundary F within a line's width", lambda s: _ratios(s.boundary)[2], None),
    )
    return _compared("Cel mask", scores, measures)


def douga_table(scores: Mapping[str, TripletScore]) -> Table:
    """Thesis section 5.8, table 5.3, and the IoU of each class."""
    measures: list[tuple[str, Callable[[TripletScore], str], float | None]] = [
        ("accuracy", lambda s: percent(s.douga.accuracy), THESIS_DOUGA_ACCURACY),
        ("mean IoU", lambda s: percent(s.douga.mean_iou), THESIS_MEAN_IOU),
    ]
    measures += [(f"IoU of {c.label}", _iou_of(c), None) for c in SCORED_CLASSES]
    measures += [
        ("areas of the right fill", lambda s: percent(s.fills.accuracy), None),
        ("recall of outlines along the mask", lambda s: percent(s.outlines.recall), None),
    ]
    return _compared("Douga", scores, measures)


def cel_confusion_table(cel: CelConfusion, *, ending: str = "") -> Table:
    """Per cent of all pixels, rows truth, columns prediction, as the thesis's table 4.1."""
    shares = 100 * cel.counts / max(1, int(cel.counts.sum()))
    names = ("background", "cel")
    rows = tuple(
        (name, *(_small_percent(share) for share in row)) for name, row in zip(names, shares, strict=True)
    )
    return Table(f"Cel confusion in %{ending}", ("true \\ found", *names), rows)


def class_table(douga: Confusion, *, ending: str = "") -> Table:
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
    return Table(f"Douga by class{ending}", columns, classes)


def confusion_table(douga: Confusion, *, ending: str = "") -> Table:
    """Per cent of all pixels, rows truth, columns prediction, as the thesis's table 5.1 (with books).

    Columns bear the number of the class, which is the value of its pixels: ten names fit no terminal.
    """
    shares = 100 * douga.counts / max(1, douga.pixels)
    rows = tuple((f"{int(c)} {c.label}", *(_small_percent(share) for share in shares[c])) for c in DougaClass)
    columns = ("true \\ found", *(str(int(c)) for c in DougaClass))
    return Table(f"Douga confusion, % of all pixels{ending}", columns, rows)


def fill_table(fills: FillConfusion, *, ending: str = "") -> Table:
    """Areas of each true fill, and as what they were read, per cent of the row."""
    columns = [*(name for name, _ in FILLS), UNDECIDED, OFF_THE_CEL]
    rows = []
    for (name, _), row in zip(FILLS, fills.counts, strict=True):
        total = int(row.sum())
        shares = [percent(count / total) if total else ABSENT for count in row.tolist()]
        rows.append((name, str(total), *shares))
    return Table(f"Fills by area{ending}", ("true \\ found", "areas", *columns), tuple(rows))


def edges_table(scores: Mapping[str, TripletScore]) -> Table:
    """Thesis table 5.5: all lines against all areas, exact pixels. Its rows are of other frames."""
    rows = []
    for name, score in scores.items():
        edges = score.douga.edges_and_areas()
        ours = (percent(edges.accuracy), percent(edges.recall()[0]), percent(edges.precision()[0]))
        rows.append((f"dougagen, {name}" if len(scores) > 1 else "dougagen", *ours))
    rows += [(name, *theirs) for name, theirs in THESIS_EDGES.items()]
    title = f"Edges against areas{_only(scores)}"
    return Table(title, ("method", "accuracy", "edge recall", "edge precision"), tuple(rows))


def line_table(
    lines: LineScore,
    classical: Mapping[str, PrecisionRecall],
    *,
    within: LineScore | None = None,
    ending: str = "",
) -> Table:
    """Line F1 at 2 px over the whole frame, beside it with the true cel; the classical extractors know one
    class."""
    rows = [("all lines", *_ratios(lines.merged))]
    if within is not None and within.merged.truth:
        rows.append((WITH_TRUE_CEL, *_ratios(within.merged)))
    rows += [(c.label, *_ratios(score)) for c, score in zip(LINE_CLASSES, lines.per_class, strict=True)]
    rows += [(f"{name}, all lines", *_ratios(score)) for name, score in classical.items()]
    title = f"Lines within 2 px, whole frame{ending}"
    return Table(title, ("lines", "precision", "recall", "F1"), tuple(rows))


def line_f1_table(scores: Mapping[str, TripletScore]) -> Table:
    """Line F1 at 2 px, merged and of each class, a column a set."""
    rows: dict[str, list[str]] = {}
    for score in scores.values():
        for name, *_, f1 in line_table(score.lines, score.classical, within=score.lines_within).rows:
            rows.setdefault(name, []).append(f1)
    table_rows = tuple((name, *f1s) for name, f1s in rows.items())
    return Table("Line F1 within 2 px, whole frame", ("lines", *scores), table_rows)


def calibration_table(scores: Mapping[str, TripletScore]) -> Table:
    """What the confidences in the records are worth, picture by picture.

    ``error`` is the expected calibration error; ``correlation`` says whether a low confidence points to a
    bad picture, whatever its level.
    """
    rows = []
    for name, score in scores.items():
        trust = score.trust
        for words, one in (
            ("cel, accuracy", trust.cel),
            ("cel, IoU", trust.cel_iou),
            ("douga, accuracy on the cel", trust.douga),
        ):
            figures = (percent(one.mean_confidence), percent(one.mean_outcome), percent(one.error))
            words = f"{words}, {name}" if len(scores) > 1 else words
            rows.append((words, str(one.count), *figures, _signed(one.correlation)))
    columns = ("confidence, outcome", "n", "confidence", "outcome", "error", "correlation")
    return Table(f"Calibration{_only(scores)}", columns, tuple(rows))


def reliability_table(trust: Trust, *, ending: str = "") -> Table:
    """Outcomes bin by bin of the confidence; a calibrated network has them within the bin."""
    cel, iou, douga = ({b.low: b for b in r.bins()} for r in (trust.cel, trust.cel_iou, trust.douga))
    rows = []
    for low in sorted({*cel, *douga}):
        of_cel, of_douga = ("0", ABSENT, ABSENT), ("0", ABSENT)
        if low in cel:
            of_cel = (str(cel[low].count), percent(cel[low].outcome), percent(iou[low].outcome))
        if low in douga:
            of_douga = (str(douga[low].count), percent(douga[low].outcome))
        span = f"{100 * low:.0f}–{100 * (low + 1 / BINS):.0f} %"
        rows.append((span, *of_cel, *of_douga))
    columns = (
        "confidence",
        "cel: n",
        "accuracy",
        "IoU",
        "douga: n",
        "accuracy on the cel",
    )
    return Table(f"Reliability{ending}", columns, tuple(rows))


def timing_table(clips: Sequence[ClipScore]) -> Table:
    """Which frames begin a drawing, clip by clip."""
    rows = tuple(
        (clip.name, str(clip.frames), str(clip.timing.truth), str(clip.timing.found), *_ratios(clip.timing))
        for clip in clips
    )
    columns = ("clip", "frames", "true starts", "found", "precision", "recall", "F1")
    return Table("Timing, exact frames, frame 0 left out", columns, rows)


def real_table(scores: Sequence[RealScore]) -> Table:
    """Animators' drawings over studio backgrounds; extractors without a network below each.

    "In the cel" tells them the true mask: what they find in the background does not cost.
    """
    rows: list[tuple[str, ...]] = []
    for score in scores:
        frames = str(score.frames)
        cel = (percent(score.cel.iou), _ratios(score.boundary)[2])
        nothing = (ABSENT, ABSENT)
        rows.append((score.name, "dougagen", frames, *cel, *_ratios(score.lines)))
        if score.lines_within.truth:
            rows.append((score.name, WITH_TRUE_CEL, frames, *nothing, *_ratios(score.lines_within)))
        rows += [(score.name, name, frames, *nothing, *_ratios(pr)) for name, pr in score.classical.items()]
        rows += [
            (score.name, f"{name}, in the cel", frames, *nothing, *_ratios(pr))
            for name, pr in score.classical_in_cel.items()
        ]
    columns = (
        "drawings",
        "method",
        "frames",
        "cel IoU",
        "boundary F",
        "precision",
        "recall",
        "line F1",
    )
    return Table("Real drawings over backgrounds, lines within 2 px", columns, tuple(rows))


def _compared(
    title: str,
    scores: Mapping[str, TripletScore],
    measures: Iterable[tuple[str, Callable[[TripletScore], str], float | None]],
) -> Table:
    """A row a measure, a column a set, the thesis at the end."""
    columns = tuple(scores) if len(scores) > 1 else ("dougagen",)
    rows = tuple(
        (name, *(figure(score) for score in scores.values()), percent(thesis))
        for name, figure, thesis in measures
    )
    return Table(f"{title}{_only(scores)}", ("measure", *columns, "thesis"), rows)


def _only(scores: Mapping[str, TripletScore]) -> str:
    """The name of the only set for a title; of several each has a column."""
    return f", {next(iter(scores))}" if len(scores) == 1 else ""


def _iou_of(c: DougaClass) -> Callable[[TripletScore], str]:
    return lambda score: percent(score.douga.iou()[c])


def _signed(value: float) -> str:
    return ABSENT if np.isnan(value) else f"{value:+.2f}"


def _ratios(score: PrecisionRecall) -> tuple[str, str, str]:
    if not score.found and not score.truth:
        return ABSENT, ABSENT, ABSENT
    return percent(score.precision), percent(score.recall), f"{score.f1:.3f}"


def _small_percent(value: float) -> str:
    """The thesis's way: one decimal, ``<0.1`` for what would round to nothing."""
    return "0" if value == 0 else "<0.1" if value < 0.05 else f"{value:.1f}"
