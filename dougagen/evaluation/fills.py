"""Fills judged area by area: is this area read as the base, the shade, the highlight or a patch of its paint?

Pixels flatter: one large coat read right outweighs every eye and lock of hair that is read wrong. Someone who
colours by the dataset sees areas. And what a mask costs the lines shows along its border, where outlines lie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import DougaClass, Reconstruction, Triplet, hairline_width
from dougagen.evaluation.boundaries import boundary_of
from dougagen.evaluation.metrics import LINE_TOLERANCE, PrecisionRecall, disc, line_pixels

FILLS: Sequence[tuple[str, DougaClass]] = (
    ("base", DougaClass.FLAT_AREA),
    ("shade", DougaClass.SHADING_FILL),
    ("highlight", DougaClass.HIGHLIGHT_FILL),
    ("color", DougaClass.COLOR_FILL),
)
"""What an area can be, in the order of the rows and columns."""
OFF_THE_CEL = "background"
"""The last column: most of the area was not found to be cel."""
UNDECIDED = "line"
"""The column before it: no pixel of the area was read as a fill."""
_SMALLEST = 12.0
"""Pixels at 1080 lines that an area must have: smaller ones are gaps between lines."""


@dataclass(frozen=True, slots=True, eq=False)
class FillConfusion:
    """Areas of the truth by what most of their pixels were read as."""

    counts: NDArray[np.int64]
    """int64[4, 6]: rows of ``FILLS``; columns the same, then line, then background."""

    @classmethod
    def empty(cls) -> Self:
        """The zero of ``+``."""
        return cls(np.zeros((len(FILLS), len(FILLS) + 2), np.int64))

    @classmethod
    def of(cls, truth: Triplet, read: Reconstruction) -> Self:
        """One picture. An area is a connected piece of one fill of the true cel; each counts once."""
        smallest = _SMALLEST * (truth.height / 1080) ** 2
        said = _said(read)
        counts = np.zeros((len(FILLS), len(FILLS) + 2), np.int64)
        for row, (_, fill) in enumerate(FILLS):
            area = truth.cel_mask.pixels & (truth.douga.classes == np.uint8(fill))
            count, regions = cv2.connectedComponents(area.view(np.uint8), connectivity=4)
            votes = np.bincount(
                regions.ravel() * counts.shape[1] + said.ravel(), minlength=count * counts.shape[1]
            ).reshape(count, counts.shape[1])[1:]
            sizes = votes.sum(axis=1)
            for winner in _winners(votes[sizes >= max(smallest, 1.0)]):
                counts[row, winner] += 1
        return cls(counts)

    def __add__(self, other: FillConfusion) -> FillConfusion:
        return FillConfusion(self.counts + other.counts)

    @property
    def areas(self) -> int:
        """How many were judged."""
        return int(self.counts.sum())

    @property
    def accuracy(self) -> float | None:
        """Share of the areas that were read as what they are; None where there is none."""
        return float(np.trace(self.counts[:, : len(FILLS)])) / self.areas if self.areas else None

    def recall(self) -> dict[str, float | None]:
        """The same for each fill."""
        totals = self.counts.sum(axis=1)
        return {
            name: float(self.counts[n, n] / totals[n]) if totals[n] else None
            for n, (name, _) in enumerate(FILLS)
        }

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names."""
        columns = [*(name for name, _ in FILLS), UNDECIDED, OFF_THE_CEL]
        return {
            "areas": self.areas,
            "accuracy": self.accuracy,
            "recall": self.recall(),
            "confusion": {
                name: dict(zip(columns, map(int, self.counts[n]), strict=True))
                for n, (name, _) in enumerate(FILLS)
            },
        }


def outline_recall(truth: Triplet, read: Reconstruction) -> PrecisionRecall:
    """How much of the ink along the border of the true mask is drawn, within ``LINE_TOLERANCE`` pixels.

    The ink along the border: visible lines within two lines' width inside it. Of precision nothing is said:
    ``found`` repeats what was found of the truth.
    """
    reach = disc(2 * hairline_width(truth.height))
    border = boundary_of(truth.cel_mask.pixels).view(np.uint8)
    near = cv2.dilate(border, reach) > 0
    outline = near & (truth.douga.classes == np.uint8(DougaClass.VISIBLE_LINE))
    drawn = line_pixels(read.douga.classes).view(np.uint8)
    reached = cv2.dilate(drawn, disc(LINE_TOLERANCE)) > 0
    total, found = int(np.count_nonzero(outline)), int(np.count_nonzero(outline & reached))
    return PrecisionRecall(found, found, total, found)


def _said(read: Reconstruction) -> NDArray[np.int64]:
    """int64[H, W]: the column of every pixel."""
    columns = np.full(256, len(FILLS), np.int64)
    for n, (_, fill) in enumerate(FILLS):
        columns[int(fill)] = n
    said: NDArray[np.int64] = columns[read.douga.classes]
    said[~read.cel_mask.pixels] = len(FILLS) + 1
    return said


def _winners(votes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The column of each area: background where most of it is, else the fill with the most pixels."""
    fills, sizes = votes[:, : len(FILLS)], votes.sum(axis=1)
    winners = np.where(fills.max(axis=1, initial=0) > 0, fills.argmax(axis=1), len(FILLS))
    lost: NDArray[np.int64] = np.where(2 * votes[:, -1] > sizes, len(FILLS) + 1, winners)
    return lost
