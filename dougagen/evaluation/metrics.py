"""The measures of dougagen/README.md#measures, as counts that add up over pictures.

Every score is a frozen value made from one picture (``of``) and summed with ``+``: the score of many
frames is that of all their pixels together, never a mean of means. Conventions where something is
empty: a ratio 0/0 is 1.0 when truth and prediction are both empty (nothing to find, nothing found)
and 0.0 when only one of them is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import BOOK_CLASSES, CLASS_COUNT, LINE_CLASSES, SCORED_CLASSES, DougaClass
from dougagen.domain.arrays import described
from dougagen.errors import DomainError

LINE_TOLERANCE = 2
"""Pixels: how far a found line may lie from the true one (dougagen/README.md#measures)."""

_LINES = tuple(map(int, LINE_CLASSES))
"""Plain numbers: NumPy compares uint8 with a member of an IntEnum as int64, ten times slower."""


def disc(radius: int) -> NDArray[np.uint8]:
    """uint8[2r+1, 2r+1]: 1 where x² + y² ≤ r². OpenCV's own ellipse is not this disc."""
    steps = np.arange(-radius, radius + 1)
    return (steps[:, None] ** 2 + steps[None, :] ** 2 <= radius * radius).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class PrecisionRecall:
    """How much of what was found is true, and how much of what is true was found."""

    found: int
    """Things predicted: line pixels, start frames."""
    found_true: int
    """Of these, the ones that match the truth."""
    truth: int
    """Things that are there."""
    truth_found: int
    """Of these, the ones that match a prediction."""

    def __post_init__(self) -> None:
        if not (0 <= self.found_true <= self.found and 0 <= self.truth_found <= self.truth):
            raise DomainError(f"PrecisionRecall counts more matches than things: {self}")

    @property
    def precision(self) -> float:
        """In [0, 1]; with nothing found 1.0 if there is nothing to find, else 0.0."""
        return self.found_true / self.found if self.found else float(self.truth == 0)

    @property
    def recall(self) -> float:
        """In [0, 1]; with nothing to find 1.0 if nothing is found, else 0.0."""
        return self.truth_found / self.truth if self.truth else float(self.found == 0)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, [0, 1]."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def to_json(self) -> dict[str, float]:
        """Unrounded figures under stable names."""
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1}

    def __add__(self, other: PrecisionRecall) -> PrecisionRecall:
        return PrecisionRecall(
            self.found + other.found,
            self.found_true + other.found_true,
            self.truth + other.truth,
            self.truth_found + other.truth_found,
        )


NOTHING_COUNTED = PrecisionRecall(0, 0, 0, 0)
"""The zero of ``+``."""


def timing_score(found: Iterable[int], truth: Iterable[int]) -> PrecisionRecall:
    """Timing precision and recall: sets of frames at which an exposure starts, exact, frame 0 left out."""
    found_starts, true_starts = set(found) - {0}, set(truth) - {0}
    both = len(found_starts & true_starts)
    return PrecisionRecall(len(found_starts), both, len(true_starts), both)


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """Pixels of each true class that were predicted as each class, accumulated over pictures."""

    counts: NDArray[np.int64]
    """int64[C, C], rows truth, columns prediction, as in the thesis's tables 5.1 and 5.2."""

    def __post_init__(self) -> None:
        counts = self.counts
        square = isinstance(counts, np.ndarray) and counts.ndim == 2 and counts.shape[0] == counts.shape[1]
        if not square or counts.dtype != np.int64:
            raise DomainError(f"Confusion.counts must be int64[C, C], got {described(counts)}")
        view = counts.view()
        view.setflags(write=False)
        object.__setattr__(self, "counts", view)

    @classmethod
    def empty(cls, class_count: int = CLASS_COUNT) -> Self:
        """The zero of ``+``."""
        return cls(np.zeros((class_count, class_count), dtype=np.int64))

    @classmethod
    def of(
        cls, predicted: NDArray[np.uint8], truth: NDArray[np.uint8], *, class_count: int = CLASS_COUNT
    ) -> Self:
        """Count two uint8[H, W] pictures of classes in [0, class_count)."""
        _require_same_shape(predicted, truth)
        if max(int(predicted.max()), int(truth.max())) >= class_count:
            raise DomainError(f"Confusion.of needs classes in [0, {class_count - 1}]")
        if class_count > 16:
            raise DomainError(f"Confusion.of counts at most 16 classes, got {class_count}")
        # Two classes in the nibbles of one byte: the histogram of a byte picture is the quickest count.
        pairs = cv2.bitwise_or(np.left_shift(truth, 4), predicted)
        histogram = np.bincount(pairs.ravel(), minlength=256).reshape(16, 16)  # [256] -> [truth, predicted]
        return cls(np.ascontiguousarray(histogram[:class_count, :class_count], dtype=np.int64))

    def __add__(self, other: Confusion) -> Confusion:
        return Confusion(self.counts + other.counts)

    @property
    def pixels(self) -> int:
        """How many pixels were counted."""
        return int(self.counts.sum())

    @property
    def accuracy(self) -> float:
        """Share of the pixels with the right class, [0, 1]; 1.0 where nothing was counted."""
        return float(np.trace(self.counts) / self.pixels) if self.pixels else 1.0

    def recall(self) -> NDArray[np.float64]:
        """float64[C]: share of a true class's pixels that were found; NaN where the truth has none."""
        return _ratio(np.diagonal(self.counts), self.counts.sum(axis=1))

    def precision(self) -> NDArray[np.float64]:
        """float64[C]: share of a predicted class's pixels that are right; NaN where none was predicted."""
        return _ratio(np.diagonal(self.counts), self.counts.sum(axis=0))

    def iou(self) -> NDArray[np.float64]:
        """float64[C]: intersection over union; NaN where the class is neither true nor predicted."""
        right = np.diagonal(self.counts)
        return _ratio(right, self.counts.sum(axis=0) + self.counts.sum(axis=1) - right)

    @property
    def mean_iou(self) -> float:
        """Mean IoU over the scored classes 0–4 and 6–8, leaving out a class that occurs nowhere."""
        scored = self.iou()[[c for c in SCORED_CLASSES if c < len(self.counts)]]
        return float(np.nanmean(scored)) if not np.isnan(scored).all() else 1.0

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names; a class that occurs nowhere is None."""
        return {
            "accuracy": self.accuracy,
            "mean_iou": self.mean_iou,
            "iou": _named(self.iou()),
            "precision": _named(self.precision()),
            "recall": _named(self.recall()),
            "confusion": self.counts.tolist(),
        }

    def edges_and_areas(self) -> Confusion:
        """int64[2, 2] as in the thesis's table 5.5: all lines, book lines included, against all fills."""
        edges = [*LINE_CLASSES, min(BOOK_CLASSES)]
        areas = [c for c in range(CLASS_COUNT) if c not in edges]
        blocks = [
            [self.counts[np.ix_(rows, columns)].sum() for columns in (edges, areas)]
            for rows in (edges, areas)
        ]
        return Confusion(np.array(blocks, dtype=np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class CelConfusion:
    """Background and cel pixels, true and predicted, of all scored frames together (thesis table 4.1)."""

    counts: NDArray[np.int64]
    """int64[2, 2], rows truth, columns prediction; 0 is background or book, 1 is cel."""

    def __post_init__(self) -> None:
        if getattr(self.counts, "shape", None) != (2, 2) or self.counts.dtype != np.int64:
            raise DomainError(f"CelConfusion.counts must be int64[2, 2], got {described(self.counts)}")
        view = self.counts.view()
        view.setflags(write=False)
        object.__setattr__(self, "counts", view)

    @classmethod
    def empty(cls) -> Self:
        """The zero of ``+``."""
        return cls(np.zeros((2, 2), dtype=np.int64))

    @classmethod
    def of(cls, predicted: NDArray[np.bool_], truth: NDArray[np.bool_]) -> Self:
        """Count two bool[H, W] cel masks."""
        _require_same_shape(predicted, truth)
        found, true = int(np.count_nonzero(predicted)), int(np.count_nonzero(truth))
        both = int(np.count_nonzero(predicted & truth))
        neither = truth.size - found - true + both
        return cls(np.array([[neither, found - both], [true - both, both]], dtype=np.int64))

    def __add__(self, other: CelConfusion) -> CelConfusion:
        return CelConfusion(self.counts + other.counts)

    @property
    def accuracy(self) -> float:
        """Share of the pixels on the right side, [0, 1]; 1.0 where nothing was counted."""
        total = int(self.counts.sum())
        return float(np.trace(self.counts) / total) if total else 1.0

    @property
    def iou(self) -> float:
        """Intersection over union of the cel, [0, 1]; 1.0 where no frame has any and none was found."""
        union = int(self.counts.sum() - self.counts[0, 0])
        return float(self.counts[1, 1] / union) if union else 1.0

    @property
    def cel(self) -> PrecisionRecall:
        """Precision and recall of the cel's pixels."""
        (_, false), (missed, right) = self.counts.tolist()
        return PrecisionRecall(right + false, right, right + missed, right)

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names."""
        cel = self.cel.to_json()
        return {"accuracy": self.accuracy, "iou": self.iou, "cel": cel, "confusion": self.counts.tolist()}


def line_score(
    predicted: NDArray[np.bool_], truth: NDArray[np.bool_], *, tolerance: int = LINE_TOLERANCE
) -> PrecisionRecall:
    """Line precision and recall of bool[H, W] line pictures.

    A found pixel is right if a true one lies within a disc of ``tolerance`` pixels around it, a true
    pixel is found if a found one does. The whole picture counts, so a line in the background costs.
    """
    _require_same_shape(predicted, truth)
    return _matched(predicted, truth, disc(tolerance))


def line_pixels(classes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """uint8[H, W] douga classes -> bool[H, W], True on the line classes, which are 1 to 4 without a gap."""
    lines: NDArray[np.bool_] = (classes >= _LINES[0]) & (classes <= _LINES[-1])
    return lines


@dataclass(frozen=True, slots=True)
class LineScore:
    """Line F1 at 2 px of douga: all line classes merged, and each with the class right."""

    merged: PrecisionRecall
    per_class: tuple[PrecisionRecall, ...]
    """In the order of ``LINE_CLASSES``: visible line, shading line, color edge, highlight line."""

    @classmethod
    def empty(cls) -> Self:
        """The zero of ``+``."""
        return cls(NOTHING_COUNTED, (NOTHING_COUNTED,) * len(LINE_CLASSES))

    @classmethod
    def of(
        cls, predicted: NDArray[np.uint8], truth: NDArray[np.uint8], *, tolerance: int = LINE_TOLERANCE
    ) -> Self:
        """Score two uint8[H, W] pictures of douga classes over the whole frame."""
        _require_same_shape(predicted, truth)
        kernel = disc(tolerance)
        merged = _matched(line_pixels(predicted), line_pixels(truth), kernel)
        per_class = tuple(_matched(predicted == c, truth == c, kernel) for c in _LINES)
        return cls(merged, per_class)

    def to_json(self) -> dict[str, dict[str, float]]:
        """Unrounded figures of ``merged`` and of each line class by its name."""
        named = {c.label: score.to_json() for c, score in zip(LINE_CLASSES, self.per_class, strict=True)}
        return {"merged": self.merged.to_json(), **named}

    def __add__(self, other: LineScore) -> LineScore:
        per_class = tuple(a + b for a, b in zip(self.per_class, other.per_class, strict=True))
        return LineScore(self.merged + other.merged, per_class)


def _matched(
    predicted: NDArray[np.bool_], truth: NDArray[np.bool_], kernel: NDArray[np.uint8]
) -> PrecisionRecall:
    """Count the pixels of each bool[H, W] picture, and those with one of the other's in reach."""
    found, true = int(np.count_nonzero(predicted)), int(np.count_nonzero(truth))
    if not (found and true):
        return PrecisionRecall(found, 0, true, 0)
    near_truth = cv2.dilate(truth.view(np.uint8), kernel).view(np.bool_)  # 0 and 1 stay 0 and 1
    near_found = cv2.dilate(predicted.view(np.uint8), kernel).view(np.bool_)
    return PrecisionRecall(
        found,
        int(np.count_nonzero(predicted & near_truth)),
        true,
        int(np.count_nonzero(truth & near_found)),
    )


def _named(values: NDArray[np.float64]) -> dict[str, float | None]:
    return {DougaClass(c).label: None if np.isnan(v) else float(v) for c, v in enumerate(values)}


def _ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    ratio = np.full(len(part), np.nan)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio


def _require_same_shape(predicted: NDArray[np.generic], truth: NDArray[np.generic]) -> None:
    if predicted.shape != truth.shape or predicted.dtype != truth.dtype or predicted.ndim != 2:
        raise DomainError(
            f"prediction must have the truth's shape {described(truth)}, got {described(predicted)}"
        )
