"""Calibration: is what a network is sure of right, and is what it doubts wrong?

Everything adds up in a fixed number of bins, so that memory does not grow with what is counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dougagen.domain.arrays import described
from dougagen.errors import DomainError

BINS = 20
"""Bins of one twentieth: the confidences of pictures crowd between 0.7 and 1."""
_MOMENTS = 6


@dataclass(frozen=True, slots=True)
class Bin:
    """What lies in one bin of a reliability table."""

    low: float
    high: float
    count: int
    """Pictures or pixels."""
    confidence: float
    """Their mean, [0, 1]."""
    outcome: float
    """Mean of what they were worth, [0, 1]: share of right pixels, IoU."""


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Confidences in [0, 1] against outcomes in [0, 1], both summed bin by bin."""

    counts: NDArray[np.int64]
    """int64[BINS]: how many fell into each bin by their confidence."""
    sums: NDArray[np.float64]
    """float64[BINS, 2]: of the confidences and of the outcomes."""
    moments: NDArray[np.float64]
    """float64[6]: n, Σx, Σy, Σx², Σy², Σxy of all confidences x and outcomes y."""

    def __post_init__(self) -> None:
        for name, shape in (("counts", (BINS,)), ("sums", (BINS, 2)), ("moments", (_MOMENTS,))):
            array = getattr(self, name)
            if getattr(array, "shape", None) != shape:
                raise DomainError(f"Reliability.{name} must be [{BINS}, …], got {described(array)}")
            view = array.view()
            view.setflags(write=False)
            object.__setattr__(self, name, view)

    @classmethod
    def empty(cls) -> Self:
        """The zero of ``+``."""
        return cls(np.zeros(BINS, np.int64), np.zeros((BINS, 2)), np.zeros(_MOMENTS))

    @classmethod
    def of(cls, confidence: float, outcome: float) -> Self:
        """One picture. Raises DomainError outside [0, 1]."""
        return cls.of_many(np.array([confidence]), np.array([outcome]))

    @classmethod
    def of_many(cls, confidence: NDArray[np.floating], outcome: NDArray[np.floating | np.bool_]) -> Self:
        """Many at once, arrays of one shape; of pixels the outcome is whether the pixel is right."""
        x, y = (np.asarray(values, np.float64).ravel() for values in (confidence, outcome))
        if x.shape != y.shape or not all(np.all((v >= 0) & (v <= 1)) for v in (x, y)):
            raise DomainError("Reliability needs confidences and outcomes of one shape, all in [0, 1]")
        bins = np.minimum((x * BINS).astype(np.intp), BINS - 1)  # 1.0 belongs to the last bin
        sums = np.stack([np.bincount(bins, v, BINS) for v in (x, y)], axis=1).astype(np.float64)
        moments = np.array([len(x), x.sum(), y.sum(), x @ x, y @ y, x @ y], dtype=np.float64)
        return cls(np.bincount(bins, minlength=BINS).astype(np.int64), sums, moments)

    def __add__(self, other: Reliability) -> Reliability:
        return Reliability(self.counts + other.counts, self.sums + other.sums, self.moments + other.moments)

    @property
    def count(self) -> int:
        """Pictures or pixels."""
        return int(self.counts.sum())

    @property
    def mean_confidence(self) -> float:
        """[0, 1]; NaN where nothing was counted."""
        return float(self.sums[:, 0].sum() / self.count) if self.count else math.nan

    @property
    def mean_outcome(self) -> float:
        """[0, 1]; NaN where nothing was counted."""
        return float(self.sums[:, 1].sum() / self.count) if self.count else math.nan

    @property
    def error(self) -> float:
        """Expected calibration error, [0, 1]: |mean confidence − mean outcome| of each bin, weighted by how
        many lie in it (Guo et al. 2017); NaN where nothing was counted."""
        if not self.count:
            return math.nan
        return float(np.abs(self.sums[:, 0] - self.sums[:, 1]).sum() / self.count)

    @property
    def correlation(self) -> float:
        """Pearson's r of confidence and outcome: whether a low confidence points to a bad picture, whatever
        its level; NaN where one of them does not vary."""
        n, x, y, xx, yy, xy = self.moments.tolist()
        spread = (n * xx - x * x) * (n * yy - y * y)
        # a spread within rounding is none: of equal values n·Σx² and (Σx)² differ in the last bits
        if spread <= 1e-18 * max(1.0, n) ** 4:
            return math.nan
        return float((n * xy - x * y) / math.sqrt(spread))

    def bins(self) -> Iterator[Bin]:
        """The bins that hold something, from the lowest confidence up."""
        for i in np.flatnonzero(self.counts).tolist():
            count = int(self.counts[i])
            confidence, outcome = (self.sums[i] / count).tolist()
            yield Bin(i / BINS, (i + 1) / BINS, count, confidence, outcome)

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names; None where nothing was counted."""
        return {
            "count": self.count,
            "mean_confidence": _none_for_nan(self.mean_confidence),
            "mean_outcome": _none_for_nan(self.mean_outcome),
            "expected_calibration_error": _none_for_nan(self.error),
            "correlation": _none_for_nan(self.correlation),
            "bins": [asdict(b) for b in self.bins()],
        }


def _none_for_nan(value: float) -> float | None:
    return None if math.isnan(value) else value
