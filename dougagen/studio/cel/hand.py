"""Another hand draws the same design: straight facets instead of curves, wavering contours, heavier lines.

A network that has seen one draughtsman learns his curves. What a design is stays; every outline, shade and
line of it goes through the hand before it is laid on the sheet, and the truth is read off that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.cel.strokes import Ink, Points

_NO_SIZE = 1e-6
"""Units: an outline smaller than that has no shape to keep."""


@dataclass(frozen=True, slots=True)
class Hand:
    """What a draughtsman does to outlines; the default draws them as designed."""

    facet: float = 0.0
    """How far an outline may be from the straight edges drawn instead, as a share of its own diagonal;
    0 keeps curves."""
    waver: float = 0.0
    """Pixels at 1080 lines by which contours stray."""
    wave: float = 100.0
    """Pixels at 1080 lines from one stray to the next."""
    phase: float = 0.0
    weight: float = 1.0
    """Factor on the width of lines; 0 draws none."""
    wide: float = 1.0
    """How much broader figures are."""
    lean: float = 0.0
    """How far they lean, as a share of their height."""

    def outline(self, points: Points) -> Points:
        """A closed outline (float64[N, 2] in the design's units) as this hand draws it."""
        return self._faceted(points, closed=True)

    def path(self, points: Points) -> Points:
        """An open one."""
        return self._faceted(points, closed=False)

    def ink(self, ink: Ink) -> Ink | None:
        """This hand's pen; None where it draws no line."""
        if self.weight == 1.0:
            return ink
        return replace(ink, width=ink.width * self.weight) if self.weight > 0 else None

    def strayed(self, placed: Points, *, scale: float) -> Points:
        """Points on the sheet (float64[N, 2]), ``scale`` sub-pixels to a pixel at 1080 lines."""
        if self.waver <= 0:
            return placed
        turn = 2 * np.pi / (self.wave * scale)
        x, y = placed[:, 0], placed[:, 1]
        drift = np.stack(
            [
                np.sin(turn * (y + 0.4 * x) + self.phase) + 0.5 * np.sin(2.3 * turn * x + 2 * self.phase),
                np.sin(turn * (x - 0.3 * y) + 1.7 * self.phase) + 0.5 * np.sin(1.9 * turn * y - self.phase),
            ],
            axis=1,
        )
        strayed: Points = placed + self.waver * scale * drift
        return strayed

    def placement(self, placed: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where a subject stands (float64[2, 3]) with this hand's proportions."""
        figure = np.array([[self.wide, self.lean], [0.0, 1.0]])
        return np.concatenate([placed[:, :2] @ figure, placed[:, 2:]], axis=1)

    def _faceted(self, points: Points, *, closed: bool) -> Points:
        if self.facet <= 0 or len(points) < 4:
            return points
        points = np.asarray(points, np.float64)
        size = float(np.hypot(*np.ptp(points, axis=0)))
        if size < _NO_SIZE:
            return points
        low = points.min(axis=0)
        unit = ((points - low) / size).astype(np.float32)
        kept = np.asarray(cv2.approxPolyDP(unit, self.facet, closed), np.float64)[:, 0]
        if len(kept) < (3 if closed else 2):
            return points
        faceted: Points = kept * size + low
        return faceted


AS_DESIGNED = Hand()


def another_hand(rng: np.random.Generator) -> Hand:
    """Facets in three of five, contours that waver in two, other lines or none, other proportions."""
    return Hand(
        facet=float(np.exp(rng.uniform(np.log(0.012), np.log(0.11)))) if rng.uniform() < 0.6 else 0.0,
        waver=float(np.exp(rng.uniform(np.log(1.5), np.log(14.0)))) if rng.uniform() < 0.4 else 0.0,
        wave=float(np.exp(rng.uniform(np.log(60.0), np.log(500.0)))),
        phase=float(rng.uniform(0, 2 * np.pi)),
        weight=float(rng.choice([1.0, np.exp(rng.normal(0.1, 0.45)), 0.0], p=[0.3, 0.6, 0.1])),
        wide=float(np.exp(rng.normal(0, 0.22))),
        lean=float(rng.normal(0, 0.12)),
    )
