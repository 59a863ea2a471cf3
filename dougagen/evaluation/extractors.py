"""Classical edge extractors with their published parameters, as the thesis compares line art with others.

Each answers with a scalar a pixel, the more the rather an edge. Which answer is an edge is not tuned to
quality: the threshold is where the share of edges over all pictures equals the truth's (thesis 5.8). So that
pictures pass by once, answers are counted by level, and the threshold is laid afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import LINE_CLASSES, DougaClass
from dougagen.domain.arrays import described
from dougagen.errors import DomainError
from dougagen.evaluation.classical import luma
from dougagen.evaluation.metrics import Confusion

Grey = NDArray[np.uint8]
"""uint8[H, W] BT.709 luma."""
Answer = Callable[[Grey], NDArray[np.float32]]
"""Grey -> float32[H, W]: 8-bit levels, the more the rather an edge."""

LEVELS = 1024
"""Steps into which an extractor's range of answers is counted."""
_EDGES = np.isin(np.arange(256), [*LINE_CLASSES, DougaClass.BOOK_LINE])


@dataclass(frozen=True, slots=True)
class Extractor:
    """One published method."""

    answer: Answer
    low: float
    """The least answer that can be."""
    high: float
    """The greatest one."""
    binary: bool = False
    """Says yes or no itself; no threshold is laid."""

    def levels(self, grey: Grey) -> NDArray[np.uint16]:
        """uint16[H, W] in [0, LEVELS): the answers, in equal steps from the least to the greatest."""
        scale = (LEVELS - 1) / (self.high - self.low)
        steps = np.rint((self.answer(grey) - np.float32(self.low)) * np.float32(scale))
        return np.clip(steps, 0, LEVELS - 1).astype(np.uint16)

    def equalized(self) -> Extractor:
        """The same after histogram equalisation of the luma."""
        answer = self.answer
        return Extractor(
            lambda grey: answer(cv2.equalizeHist(grey).astype(np.uint8, copy=False)),
            self.low,
            self.high,
            self.binary,
        )


def canny(grey: Grey) -> NDArray[np.float32]:
    """Canny 1986 with thresholds 100 and 200 on the 3×3 Sobel gradient: 0 or 1."""
    return (cv2.Canny(grey, 100, 200) > 0).astype(np.float32)


def sobel(grey: Grey) -> NDArray[np.float32]:
    """Length of the 3×3 Sobel gradient, [0, 4·255·√2]."""
    across, down = (cv2.Sobel(grey, cv2.CV_32F, *order, ksize=3) for order in ((1, 0), (0, 1)))
    return cv2.magnitude(across, down).astype(np.float32, copy=False)


def laplacian(grey: Grey) -> NDArray[np.float32]:
    """Absolute of the four-neighbour Laplacian, [0, 4·255]."""
    return np.abs(cv2.Laplacian(grey, cv2.CV_32F, ksize=1)).astype(np.float32, copy=False)


def difference_of_gaussians(grey: Grey, *, sigma: float = 1.0, ratio: float = 1.6) -> NDArray[np.float32]:
    """How much darker the narrow mean is than the wide one; a ratio of 1.6 comes next to Marr and Hildreth's
    Laplacian of a Gaussian (1980)."""
    return _blurred(grey, ratio * sigma) - _blurred(grey, sigma)


def xdog(grey: Grey, *, sigma: float, tau: float = 0.95, kappa: float = 4.5) -> NDArray[np.float32]:
    """Winnemöller's extended difference of Gaussians: τ times the wide mean − the narrow one.

    σ 0.3, 0.4 and 0.5, τ 0.95 and κ 4.5 are what anime line art is extracted with (Ci et al. 2018); their
    φ = 10⁹ makes the soft threshold a step, which is laid here where the thesis lays it.
    """
    return np.float32(tau) * _blurred(grey, kappa * sigma) - _blurred(grey, sigma)


def dilate_abs_sub(grey: Grey, *, kernel: int) -> NDArray[np.float32]:
    """|dilated − grey| with a square of ``kernel`` pixels, [0, 255]."""
    dilated = cv2.dilate(grey, np.ones((kernel, kernel), np.uint8))
    return cv2.absdiff(dilated, grey).astype(np.float32)


def _blurred(grey: Grey, sigma: float) -> NDArray[np.float32]:
    return cv2.GaussianBlur(grey.astype(np.float32), (0, 0), sigma).astype(np.float32, copy=False)


def _published() -> dict[str, Extractor]:
    plain = {
        "Canny 100/200": Extractor(canny, 0, 1, binary=True),
        "Sobel": Extractor(sobel, 0, 4 * 255 * 2**0.5),
        "Laplacian": Extractor(laplacian, 0, 4 * 255),
        "difference of Gaussians": Extractor(difference_of_gaussians, -255, 255),
    }
    for sigma in (0.3, 0.4, 0.5):
        plain[f"XDoG σ {sigma}"] = Extractor(lambda grey, s=sigma: xdog(grey, sigma=s), -255, 255)  # type: ignore[misc]
    for kernel in (4, 5):
        plain[f"dilate-abs-sub {kernel}"] = Extractor(
            lambda grey, k=kernel: dilate_abs_sub(grey, kernel=k),  # type: ignore[misc]
            0,
            255,
        )
    return plain | {f"{name}, equalised": one.equalized() for name, one in plain.items()}


EXTRACTORS: Mapping[str, Extractor] = MappingProxyType(_published())
"""Name -> extractor, each once as it is and once after histogram equalisation."""


@dataclass(frozen=True, slots=True, eq=False)
class EdgeLevels:
    """How often an extractor gave each level on true areas and on true edges, summed over pictures."""

    counts: NDArray[np.int64]
    """int64[2, LEVELS]: true areas, true edges."""
    binary: bool = False

    def __post_init__(self) -> None:
        if getattr(self.counts, "shape", None) != (2, LEVELS) or self.counts.dtype != np.int64:
            raise DomainError(f"EdgeLevels.counts must be int64[2, {LEVELS}], got {described(self.counts)}")
        view = self.counts.view()
        view.setflags(write=False)
        object.__setattr__(self, "counts", view)

    @classmethod
    def empty(cls, *, binary: bool = False) -> Self:
        """The zero of ``+``."""
        return cls(np.zeros((2, LEVELS), np.int64), binary)

    @classmethod
    def of(cls, extractor: Extractor, color: NDArray[np.uint8], douga: NDArray[np.uint8]) -> Self:
        """One uint8[H, W, 3] RGB picture against its uint8[H, W] true classes."""
        key = extractor.levels(luma(color)) + np.where(_EDGES[douga], np.uint16(LEVELS), np.uint16(0))
        counts = np.bincount(key.ravel(), minlength=2 * LEVELS).reshape(2, LEVELS)
        return cls(counts.astype(np.int64, copy=False), extractor.binary)

    def __add__(self, other: EdgeLevels) -> EdgeLevels:
        return EdgeLevels(self.counts + other.counts, self.binary)

    @property
    def threshold(self) -> int:
        """The level from which an answer is an edge: where there are as many edges as in the truth, or the
        nearest to it that the levels allow."""
        if self.binary:
            return LEVELS - 1
        edges = self.counts[1].sum()
        found = np.append(self.counts.sum(axis=0)[::-1].cumsum()[::-1], 0)  # [LEVELS + 1], falling
        return int(np.abs(found - edges).argmin())

    def confusion(self) -> Confusion:
        """int64[2, 2] as table 5.5: edges before areas, rows truth, columns found."""
        at = self.threshold
        areas, edges = self.counts
        return Confusion(
            np.array([[edges[at:].sum(), edges[:at].sum()], [areas[at:].sum(), areas[:at].sum()]], np.int64)
        )
