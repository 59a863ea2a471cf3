"""The thesis's tables 4.1, 5.1, 5.2 and 5.5 with our figures beside its own, and what refinement does (5.7).

A cell is ``ours (the thesis's)``. The thesis's frames are not to be had: its figures are of other pictures.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import (
    ABSENT,
    SCORED_CLASSES,
    DougaClass,
    Reconstruction,
    Reconstructor,
    Table,
    Triplet,
    percent,
)
from dougagen.errors import UsageError
from dougagen.evaluation.extractors import EXTRACTORS, EdgeLevels, Extractor
from dougagen.evaluation.line_art import LineArt
from dougagen.evaluation.metrics import CelConfusion, Confusion, LineScore
from dougagen.evaluation.reconstructor import reconstruct_each

if TYPE_CHECKING:  # only a name: a table needs no studio
    from dougagen.evaluation.suite import EvaluationPlan

THESIS_4_1 = ((55.8, 4.2), (1.8, 38.1))
"""Per cent of all pixels, rows truth, background before cel. The thesis prints its recall and precision the
wrong way round (55.8 of 60.0 is no 96.9 %), so that its margins here are computed from its four shares."""

_S = 0.05
"""Stands for the thesis's ``<0.1``; it is printed as that."""
THESIS_5_1 = (
    (86.6, 0.3, 0.1, _S, _S, 1.2, 0.1, 0.2),
    (0.6, 1.3, _S, _S, _S, 0.2, _S, _S),
    (0.2, _S, 0.2, _S, _S, 0.2, _S, _S),
    (0.1, _S, _S, _S, _S, _S, _S, _S),
    (0.1, _S, _S, _S, _S, _S, _S, _S),
    (0.5, 0.1, 0.1, _S, _S, 7.1, _S, _S),
    (0.1, _S, _S, _S, _S, 0.1, 0.1, _S),
    (0.1, _S, _S, _S, _S, _S, _S, 0.3),
)
"""Per cent of all pixels, rows truth, classes 0 to 4 and 6 to 8; the Synthetic Cel Model."""
THESIS_5_1_RECALL = (97.9, 60.4, 37.6, 1.3, 16.7, 90.4, 23.4, 70.8)
THESIS_5_1_PRECISION = (98.1, 72.7, 53.4, 24.6, 31.5, 80.1, 52.1, 57.3)
THESIS_5_2 = (
    (82.2, 2.5, 1.3, _S, 0.4, 1.8, 0.1, 0.1),
    (_S, 1.9, 0.1, _S, _S, _S, _S, _S),
    (_S, 0.1, 0.5, _S, _S, _S, _S, _S),
    (_S, _S, _S, _S, _S, _S, _S, _S),
    (_S, _S, _S, _S, 0.1, _S, _S, _S),
    (0.8, 0.5, 0.6, _S, _S, 5.9, _S, _S),
    (0.1, _S, _S, _S, _S, 0.1, 0.1, _S),
    (0.1, _S, _S, _S, _S, _S, _S, 0.2),
)
"""The same for weighted cross entropy."""
THESIS_5_2_RECALL = (93.0, 90.8, 85.4, 7.3, 53.4, 75.1, 26.6, 58.2)
THESIS_5_2_PRECISION = (98.7, 37.7, 20.2, 10.8, 15.2, 74.8, 49.0, 66.3)
THESIS_5_5 = {
    "SketchKeras (thesis)": ((2.78, 0.23), (22.05, 74.95)),
    "Manga Line Extraction (thesis)": ((0.98, 2.02), (2.41, 94.59)),
    "the thesis's model (thesis)": ((2.90, 0.18), (5.70, 91.23)),
}
"""Per cent of all pixels, rows truth, edges before areas."""

Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Douga as it was read, or refined: how right it is, and how it looks."""

    douga: Confusion = field(default_factory=Confusion.empty)
    lines: LineScore = field(default_factory=LineScore.empty)
    art: LineArt = field(default_factory=LineArt)

    @classmethod
    def of(cls, found: NDArray[np.uint8], truth: NDArray[np.uint8]) -> Drawn:
        """Two uint8[H, W] pictures of classes."""
        return cls(Confusion.of(found, truth), LineScore.of(found, truth), LineArt.of(found))

    def __add__(self, other: Drawn) -> Drawn:
        return Drawn(self.douga + other.douga, self.lines + other.lines, self.art + other.art)

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names."""
        return {
            "douga": self.douga.to_json(),
            "lines": self.lines.to_json(),
            "line_art": self.art.to_json(),
        }


@dataclass(frozen=True, slots=True)
class ThesisScore:
    """What the tables need, over all pixels of all triplets together."""

    triplets: int = 0
    cel: CelConfusion = field(default_factory=CelConfusion.empty)
    read: Drawn = field(default_factory=Drawn)
    refined: Drawn = field(default_factory=Drawn)
    true_art: LineArt = field(default_factory=LineArt)
    weighted: Confusion | None = None
    """Of weights trained with weighted cross entropy, where there are any (table 5.2)."""
    edges: Mapping[str, EdgeLevels] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names."""
        extractors = {
            name: {"threshold": levels.threshold, "binary": levels.binary, **_edge_json(levels.confusion())}
            for name, levels in self.edges.items()
        }
        return {
            "triplets": self.triplets,
            "cel": self.cel.to_json(),
            "read": self.read.to_json(),
            "refined": self.refined.to_json(),
            "true_line_art": self.true_art.to_json(),
            "weighted": None if self.weighted is None else self.weighted.to_json(),
            "edges": {
                "read": _edge_json(self.read.douga.edges_and_areas()),
                "refined": _edge_json(self.refined.douga.edges_and_areas()),
                **extractors,
            },
        }


def thesis_score(
    triplets: Iterable[tuple[str, Triplet]],
    reconstructor: Reconstructor,
    *,
    weighted: Reconstructor | None = None,
    extractors: Mapping[str, Extractor] = EXTRACTORS,
    batch_size: int = 4,
) -> ThesisScore:
    """Read every named triplet's color, refine it, ask the classical extractors, and compare.

    Pictures are read lazily and pass by once. ``weighted`` reads them, too, for table 5.2.

    Raises UsageError where there is no triplet: a table of nothing would look perfect.
    """
    count, cel, true_art = 0, CelConfusion.empty(), LineArt()
    read, refined = Drawn(), Drawn()
    reweighted = None if weighted is None else Confusion.empty()
    edges = {name: EdgeLevels.empty(binary=one.binary) for name, one in extractors.items()}
    colors = ((triplet, triplet.color) for _, triplet in triplets)
    for truth, color, found in reconstruct_each(colors, reconstructor, batch_size=batch_size):
        true = truth.douga.classes
        count += 1
        cel += CelConfusion.of(found.cel_mask.pixels, truth.cel_mask.pixels)
        read += Drawn.of(found.douga.classes, true)
        refined += Drawn.of(_refined(found, color), true)
        true_art += LineArt.of(true)
        edges = {name: edges[name] + EdgeLevels.of(one, color, true) for name, one in extractors.items()}
        if weighted is not None and reweighted is not None:
            (again,) = weighted.reconstruct([color])
            reweighted += Confusion.of(again.douga.classes, true)
    if not count:
        raise UsageError("there is no triplet to evaluate", remedy="name --scenes or --shards with records")
    return ThesisScore(count, cel, read, refined, true_art, reweighted, edges)


@dataclass(frozen=True, slots=True)
class ThesisReport:
    """``dougagen evaluate --tables``: a score and whose it is."""

    models: str
    score: ThesisScore

    def tables(self) -> tuple[Table, ...]:
        """As ``thesis_tables``."""
        return thesis_tables(self.score)

    def to_markdown(self) -> str:
        """The tables one after the other."""
        head = f"{self.score.triplets} pictures, read by {self.models}\n\n" if self.models else ""
        return head + "".join(f"{table.to_markdown()}\n\n" for table in self.tables())

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names."""
        return {"models": self.models, "thesis": self.score.to_json()}


def thesis_report(
    plan: EvaluationPlan, reconstructor: Reconstructor, *, models: str, weighted: Reconstructor | None = None
) -> ThesisReport:
    """Score the held-out scenes and records that ``plan`` names, all pictures together.

    Raises UsageError where it names neither: real drawings have no classes, and clips no douga.
    """
    from dougagen.evaluation.suite import held_out_scenes
    from dougagen.evaluation.triplets import triplets_of
    from dougagen.shards import read_records

    if not plan.scenes and plan.shards is None:
        raise UsageError("the thesis's tables need pictures", remedy="name --scenes or --shards")
    sources = [held_out_scenes(plan.scenes, lines=lines) for lines in plan.lines] if plan.scenes else []
    if plan.shards is not None:
        sources.append(triplets_of(read_records(plan.shards)))
    triplets = itertools.chain.from_iterable(sources)
    return ThesisReport(models, thesis_score(triplets, reconstructor, weighted=weighted))


def thesis_tables(score: ThesisScore) -> tuple[Table, ...]:
    """Tables 4.1, 5.1, 5.2, 5.5 of the thesis, and refinement (5.7), which it shows as figure 5.9."""
    without = "; none of ours were named with --weighted" if score.weighted is None else ""
    return (
        _cel_table(score.cel),
        _class_matrix(
            "Table 5.1: douga, % of all pixels, ours (thesis)",
            score.read.douga,
            (THESIS_5_1, THESIS_5_1_RECALL, THESIS_5_1_PRECISION),
        ),
        _class_matrix(
            f"Table 5.2: the same with weighted cross entropy, ours (thesis){without}",
            score.weighted,
            (THESIS_5_2, THESIS_5_2_RECALL, THESIS_5_2_PRECISION),
        ),
        _edge_table(score),
        _refinement_table(score),
    )


def _refined(found: Reconstruction, color: NDArray[np.uint8]) -> NDArray[np.uint8]:
    from dougagen.reconstruction.refinement import refine  # its room imports torch; tables alone do not

    return refine(found.douga.classes, found.cel_mask.pixels, color=color)


def _cel_table(cel: CelConfusion) -> Table:
    ours = _shares(cel.counts)
    recall, precision = _margins(ours)
    their_recall, their_precision = _margins(np.array(THESIS_4_1))
    names = ("background or book", "cel")
    rows = [
        (name, *(_beside(f"{ours[i, j]:.1f}", f"{THESIS_4_1[i][j]:.1f}") for j in (0, 1)),
         _beside(f"{recall[i]:.1f}", f"{their_recall[i]:.1f}"))
        for i, name in enumerate(names)
    ]  # fmt: skip
    margin = [_beside(f"{precision[j]:.1f}", f"{their_precision[j]:.1f}") for j in (0, 1)]
    return Table(
        "Table 4.1: cel mask, % of all pixels, ours (thesis)",
        ("true \\ found", *names, "recall"),
        (*rows, ("precision", *margin, "")),
    )


def _class_matrix(
    title: str, ours: Confusion | None, theirs: tuple[Matrix, tuple[float, ...], tuple[float, ...]]
) -> Table:
    """Eight classes, as the thesis leaves books out; our shares are of all pixels, books included."""
    matrix, recall, precision = theirs
    shares = None if ours is None else _shares(ours.counts)
    rows = []
    for i, true in enumerate(SCORED_CLASSES):
        cells = [
            _beside(ABSENT if shares is None else _small(shares[true, found]), _small(matrix[i][j]))
            for j, found in enumerate(SCORED_CLASSES)
        ]
        found_share = ABSENT if ours is None else _percentage(ours.recall()[true])
        rows.append((true.label, *cells, _beside(found_share, f"{recall[i]:.1f}")))
    margin = [
        _beside(ABSENT if ours is None else _percentage(ours.precision()[c]), f"{precision[j]:.1f}")
        for j, c in enumerate(SCORED_CLASSES)
    ]
    columns = ("true \\ found", *(c.label for c in SCORED_CLASSES), "recall")
    return Table(title, columns, (*rows, ("precision", *margin, "")))


def _edge_table(score: ThesisScore) -> Table:
    """One row a method. Its own frames are behind the thesis's rows."""
    rows = [
        _edge_row("dougagen", score.read.douga.edges_and_areas()),
        _edge_row("dougagen, refined", score.refined.douga.edges_and_areas()),
    ]
    rows += [_edge_row(name, levels.confusion()) for name, levels in score.edges.items()]
    for name, matrix in THESIS_5_5.items():
        rows.append(_edge_row(name, Confusion(np.rint(1e4 * np.array(matrix)).astype(np.int64))))
    columns = (
        "method", "edges found", "edges missed", "areas as edges", "areas found", "accuracy",
        "edge recall", "edge precision", "area recall", "area precision",
    )  # fmt: skip
    title = "Table 5.5: edges against areas, % of all pixels; as many edges as in the truth, but for Canny"
    return Table(title, columns, tuple(rows))


def _edge_row(name: str, edges: Confusion) -> tuple[str, ...]:
    shares = _shares(edges.counts)
    recall, precision = edges.recall(), edges.precision()
    sides = [percent(v) for edge in (0, 1) for v in (recall[edge], precision[edge])]
    return (name, *(f"{share:.2f}" for share in shares.ravel()), percent(edges.accuracy), *sides)


def _refinement_table(score: ThesisScore) -> Table:
    """As read, refined, and what the truth itself has."""
    sides = (score.read, score.refined)
    art = (score.read.art, score.refined.art, score.true_art)
    rows = (
        ("accuracy", *(percent(one.douga.accuracy) for one in sides), ABSENT),
        ("mean IoU", *(percent(one.douga.mean_iou) for one in sides), ABSENT),
        ("line F1 at 2 px", *(f"{one.lines.merged.f1:.3f}" for one in sides), ABSENT),
        ("component consistency", *(percent(one.consistency) for one in art)),
        ("width of visible lines, px", *(f"{one.width(DougaClass.VISIBLE_LINE):.2f}" for one in art)),
        ("width of shading lines, px", *(f"{one.width(DougaClass.SHADING_LINE):.2f}" for one in art)),
    )
    columns = ("measure", "as read", "refined", "truth")
    return Table("Refinement (thesis 5.7; there accuracy fell from 95.4 % to 89.4 %)", columns, rows)


def _beside(ours: str, thesis: str) -> str:
    return f"{ours} ({thesis})"


def _small(share: float) -> str:
    return "0" if share == 0 else "<0.1" if share <= 0.05 else f"{share:.1f}"


def _percentage(share: float) -> str:
    return ABSENT if np.isnan(share) else f"{100 * share:.1f}"


def _shares(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    return 100 * counts / max(1, int(counts.sum()))


def _margins(shares: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Recall of each row and precision of each column, per cent; 0 where there is nothing."""
    right = 100 * np.diagonal(shares)
    return right / np.maximum(shares.sum(axis=1), 1e-9), right / np.maximum(shares.sum(axis=0), 1e-9)


def _edge_json(edges: Confusion) -> dict[str, object]:
    return {
        "accuracy": edges.accuracy,
        "recall": float(edges.recall()[0]),
        "precision": float(edges.precision()[0]),
        "confusion": edges.counts.tolist(),
    }
