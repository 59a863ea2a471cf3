"""Score a reconstructor against triplets whose truth is known: studio scenes or the records of shards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dougagen.domain import Reconstruction, Record, Triplet
from dougagen.errors import UsageError
from dougagen.evaluation.classical import CLASSICAL, LineExtractor
from dougagen.evaluation.metrics import (
    NOTHING_COUNTED,
    CelConfusion,
    Confusion,
    LineScore,
    PrecisionRecall,
    line_pixels,
    line_score,
)
from dougagen.evaluation.reconstructor import Reconstructor, reconstruct_each


@dataclass(frozen=True, slots=True)
class TripletScore:
    """What the thesis's chapters 4.8 and 5.8 report, over all pixels of all triplets together."""

    triplets: int
    cel: CelConfusion
    douga: Confusion
    lines: LineScore
    classical: Mapping[str, PrecisionRecall]
    """Line extractors without a network on the same whole frames, all line classes merged."""

    @classmethod
    def empty(cls) -> TripletScore:
        """The zero of ``+``."""
        return cls(0, CelConfusion.empty(), Confusion.empty(), LineScore.empty(), {})

    @classmethod
    def of(
        cls, truth: Triplet, read: Reconstruction, extractors: Mapping[str, LineExtractor]
    ) -> TripletScore:
        """The score of one picture."""
        found, true = read.douga.classes, truth.douga.classes
        true_lines = line_pixels(true)
        classical = {
            name: line_score(extract(truth.color), true_lines) for name, extract in extractors.items()
        }
        return cls(
            1,
            CelConfusion.of(read.cel_mask.pixels, truth.cel_mask.pixels),
            Confusion.of(found, true),
            LineScore.of(found, true),
            classical,
        )

    def __add__(self, other: TripletScore) -> TripletScore:
        return TripletScore(
            self.triplets + other.triplets,
            self.cel + other.cel,
            self.douga + other.douga,
            self.lines + other.lines,
            added(self.classical, other.classical),
        )

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names."""
        return {
            "triplets": self.triplets,
            "cel": self.cel.to_json(),
            "douga": self.douga.to_json(),
            "lines": self.lines.to_json(),
            "classical": {name: score.to_json() for name, score in self.classical.items()},
        }


def score_triplets(
    triplets: Iterable[Triplet],
    reconstructor: Reconstructor,
    *,
    batch_size: int = 4,
    extractors: Mapping[str, LineExtractor] = CLASSICAL,
) -> TripletScore:
    """Let the reconstructor read every triplet's color and compare; pictures are read lazily.

    Raises UsageError where there is no triplet: a score of nothing would look perfect.
    """
    score = TripletScore.empty()
    colors = ((triplet, triplet.color) for triplet in triplets)
    for truth, _, read in reconstruct_each(colors, reconstructor, batch_size=batch_size):
        score += TripletScore.of(truth, read, extractors)
    if not score.triplets:
        raise UsageError("there is no triplet to evaluate", remedy="name a dataset that holds records")
    return score


def triplets_of(records: Iterable[Record]) -> Iterator[Triplet]:
    """The pictures of records, as ``dougagen.shards.read_records`` yields them."""
    return (record.triplet for record in records)


def added(
    one: Mapping[str, PrecisionRecall], other: Mapping[str, PrecisionRecall]
) -> dict[str, PrecisionRecall]:
    """Scores summed by name."""
    names = [*one, *(name for name in other if name not in one)]
    return {name: one.get(name, NOTHING_COUNTED) + other.get(name, NOTHING_COUNTED) for name in names}
