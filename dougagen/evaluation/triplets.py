"""Score a reconstructor against triplets whose truth is known: studio scenes or the records of shards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Reconstruction, Reconstructor, Record, Triplet
from dougagen.errors import UsageError
from dougagen.evaluation.boundaries import boundary_score
from dougagen.evaluation.calibration import Reliability
from dougagen.evaluation.classical import CLASSICAL, LineExtractor
from dougagen.evaluation.fills import FillConfusion, outline_recall
from dougagen.evaluation.metrics import (
    NOTHING_COUNTED,
    CelConfusion,
    Confusion,
    LineScore,
    PrecisionRecall,
    line_pixels,
    line_score,
)
from dougagen.evaluation.reconstructor import douga_within, reconstruct_each


@dataclass(frozen=True, slots=True)
class Trust:
    """What the confidences that stand in every record are worth: those of pictures against their scores."""

    cel: Reliability
    """``cel_confidence`` against the share of the picture's pixels on the right side of the mask."""
    cel_iou: Reliability
    """``cel_confidence`` against the picture's cel IoU."""
    douga: Reliability
    """``douga_confidence`` against the share of right classes on the predicted cel, which is where that
    confidence is taken; pictures without predicted cel are left out."""

    @classmethod
    def empty(cls) -> Trust:
        """The zero of ``+``."""
        return cls(Reliability.empty(), Reliability.empty(), Reliability.empty())

    @classmethod
    def of(cls, truth: Triplet, read: Reconstruction, cel: CelConfusion) -> Trust:
        """One picture, whose cel is scored already."""
        seen = read.cel_mask.pixels
        right = np.count_nonzero((read.douga.classes == truth.douga.classes) & seen)
        area = np.count_nonzero(seen)
        return cls(
            Reliability.of(read.cel_confidence, cel.accuracy),
            Reliability.of(read.cel_confidence, cel.iou),
            Reliability.of(read.douga_confidence, right / area) if area else Reliability.empty(),
        )

    def __add__(self, other: Trust) -> Trust:
        return Trust(self.cel + other.cel, self.cel_iou + other.cel_iou, self.douga + other.douga)

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names."""
        return {
            "cel_accuracy": self.cel.to_json(),
            "cel_iou": self.cel_iou.to_json(),
            "douga_accuracy_on_cel": self.douga.to_json(),
        }


@dataclass(frozen=True, slots=True)
class TripletScore:
    """What the thesis's chapters 4.8 and 5.8 report, over all pixels of all triplets together."""

    triplets: int
    cel: CelConfusion
    boundary: PrecisionRecall
    """Of the cel mask; see ``boundaries``."""
    douga: Confusion
    fills: FillConfusion
    lines: LineScore
    lines_within: LineScore
    """Where the networks were told the true cel; empty where nobody told them."""
    outlines: PrecisionRecall
    """Recall of the ink along the border of the mask."""
    trust: Trust
    classical: Mapping[str, PrecisionRecall]
    """Line extractors without a network on the same whole frames, all line classes merged."""

    @classmethod
    def empty(cls) -> TripletScore:
        """The zero of ``+``."""
        return cls(
            0,
            CelConfusion.empty(),
            NOTHING_COUNTED,
            Confusion.empty(),
            FillConfusion.empty(),
            LineScore.empty(),
            LineScore.empty(),
            NOTHING_COUNTED,
            Trust.empty(),
            {},
        )

    @classmethod
    def of(
        cls,
        truth: Triplet,
        read: Reconstruction,
        extractors: Mapping[str, LineExtractor],
        *,
        within: NDArray[np.uint8] | None = None,
    ) -> TripletScore:
        """The score of one picture; ``within`` is uint8[H, W], its douga as drawn with the true cel."""
        found, true = read.douga.classes, truth.douga.classes
        true_lines = line_pixels(true)
        classical = {
            name: line_score(extract(truth.color), true_lines) for name, extract in extractors.items()
        }
        cel = CelConfusion.of(read.cel_mask.pixels, truth.cel_mask.pixels)
        return cls(
            1,
            cel,
            boundary_score(read.cel_mask.pixels, truth.cel_mask.pixels),
            Confusion.of(found, true),
            FillConfusion.of(truth, read),
            LineScore.of(found, true),
            LineScore.empty() if within is None else LineScore.of(within, true),
            outline_recall(truth, read),
            Trust.of(truth, read, cel),
            classical,
        )

    def __add__(self, other: TripletScore) -> TripletScore:
        return TripletScore(
            self.triplets + other.triplets,
            self.cel + other.cel,
            self.boundary + other.boundary,
            self.douga + other.douga,
            self.fills + other.fills,
            self.lines + other.lines,
            self.lines_within + other.lines_within,
            self.outlines + other.outlines,
            self.trust + other.trust,
            added(self.classical, other.classical),
        )

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names."""
        return {
            "triplets": self.triplets,
            "cel": self.cel.to_json(),
            "boundary": self.boundary.to_json(),
            "douga": self.douga.to_json(),
            "fills": self.fills.to_json(),
            "lines": self.lines.to_json(),
            "lines_within_the_true_cel": self.lines_within.to_json(),
            "outline_recall": self.outlines.recall,
            "calibration": self.trust.to_json(),
            "classical": {name: score.to_json() for name, score in self.classical.items()},
        }


Watcher = Callable[[str, Triplet, Reconstruction, TripletScore], None]
"""Is shown every picture: its name, the truth, what was read, the score of it alone."""


def unwatched(name: str, truth: Triplet, read: Reconstruction, score: TripletScore) -> None:
    """The watcher that looks at nothing."""


def score_triplets(
    triplets: Iterable[tuple[str, Triplet]],
    reconstructor: Reconstructor,
    *,
    batch_size: int = 4,
    extractors: Mapping[str, LineExtractor] = CLASSICAL,
    watch: Watcher = unwatched,
    told_the_cel: bool = False,
) -> TripletScore:
    """Let the reconstructor read every named triplet's color and compare; pictures are read lazily.

    With ``told_the_cel`` lines are also scored where the true mask stands in place of the cel network's.

    Raises UsageError where there is no triplet: a score of nothing would look perfect.
    """
    score = TripletScore.empty()
    colors = ((named, named[1].color) for named in triplets)
    for (name, truth), color, read in reconstruct_each(colors, reconstructor, batch_size=batch_size):
        within = douga_within(color, truth.cel_mask.pixels, reconstructor) if told_the_cel else None
        of_this = TripletScore.of(truth, read, extractors, within=within)
        score += of_this
        watch(name, truth, read, of_this)
    if not score.triplets:
        raise UsageError("there is no triplet to evaluate", remedy="name a dataset that holds records")
    return score


def triplets_of(records: Iterable[Record]) -> Iterator[tuple[str, Triplet]]:
    """Name and pictures of records, as ``dougagen.shards.read_records`` yields them."""
    return ((record.record_id, record.triplet) for record in records)


def added(
    one: Mapping[str, PrecisionRecall], other: Mapping[str, PrecisionRecall]
) -> dict[str, PrecisionRecall]:
    """Scores summed by name."""
    names = [*one, *(name for name in other if name not in one)]
    return {name: one.get(name, NOTHING_COUNTED) + other.get(name, NOTHING_COUNTED) for name in names}
