"""How far pictures lie apart, and what a plate says of a picture: for plates and for recomposition."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import ABSENT, Placement, Plate

HIGHEST_PSNR = 100.0
"""dB, where nothing differs: JSON knows no infinity."""
_WHOLE = 0.02  # px; a place so near to whole pixels is not resampled


@dataclass(frozen=True, slots=True)
class Difference:
    """Squared differences of pixels, which add up over pictures."""

    squared: float = 0.0
    """Sum over pixels and their three channels, 8-bit levels squared."""
    pixels: int = 0

    @classmethod
    def of(cls, one: NDArray[np.uint8], other: NDArray[np.uint8], where: NDArray[np.bool_]) -> Difference:
        """Two uint8[H, W, 3] pictures over the pixels of a bool[H, W] mask."""
        chosen = np.ascontiguousarray(where).view(np.uint8)
        pixels = cv2.countNonZero(chosen)
        return cls(cv2.norm(one, other, cv2.NORM_L2SQR, chosen) if pixels else 0.0, pixels)

    def __add__(self, other: Difference) -> Difference:
        return Difference(self.squared + other.squared, self.pixels + other.pixels)

    @property
    def psnr(self) -> float | None:
        """dB, at most ``HIGHEST_PSNR``; None where no pixel was compared."""
        if not self.pixels:
            return None
        mean = self.squared / (3 * self.pixels)
        return HIGHEST_PSNR if mean == 0 else min(HIGHEST_PSNR, 10 * math.log10(255**2 / mean))


def decibels(value: float | None) -> str:
    """``38.24`` -> ``38.2``, its unit stands in the heading; a dash for None."""
    return ABSENT if value is None else f"{value:.1f}"


def seen_in(
    plate: Plate, at: Placement, *, height: int, width: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """What the plate shows of a picture, uint8[H, W, 3], and where it is known, bool[H, W]."""
    x, y = (round(v) if abs(v - round(v)) < _WHOLE else v for v in (at.x, at.y))
    move = np.array([[at.scale, 0, x], [0, at.scale, y]], np.float64)
    known = plate.known.view(np.uint8) * np.uint8(255)
    flags, size = cv2.WARP_INVERSE_MAP, (width, height)
    picture = cv2.warpAffine(plate.image, move, size, flags=flags | cv2.INTER_CUBIC)
    reach = cv2.warpAffine(known, move, size, flags=flags | cv2.INTER_LINEAR)
    return picture.astype(np.uint8, copy=False), reach == 255
