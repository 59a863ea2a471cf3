"""Pictures larger than 4K are read at a fraction of their size, and what was read is enlarged again.

The networks, the cut and refinement take some 400 bytes a pixel: 3.2 GB for 4K and 13 GB for 8K, more than a
laptop has. Nothing was ever drawn so finely, and networks trained at 1080 lines see less in such a picture,
not more.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import CelMask, Douga, Reconstruction

MOST_PIXELS_READ = 13_000_000
"""Up to a film scanned at 4096×3112 a picture is read as it is."""
SCALED = "scaled"
"""The flag of a drawing that was read at a fraction of its size."""


def parts_of(height: int, width: int) -> int:
    """By how much the sides of a picture are divided before it is read: 1 up to 4K, 2 for 8K."""
    return math.ceil(math.sqrt(height * width / MOST_PIXELS_READ))


def reduced(picture: NDArray[np.uint8], parts: int) -> NDArray[np.uint8]:
    """uint8[H, W, 3] → uint8[⌈H / parts⌉, ⌈W / parts⌉, 3]: each pixel the mean of a square of ``parts``."""
    height, width = picture.shape[:2]
    below, right = -height % parts, -width % parts
    if below or right:  # the last squares are filled up with the border
        picture = cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_REPLICATE).astype(
            np.uint8, copy=False
        )
    size = (picture.shape[1] // parts, picture.shape[0] // parts)
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def enlarged(read: Reconstruction, parts: int, height: int, width: int) -> Reconstruction:
    """What was read in a picture of ``height`` × ``width`` that had been ``reduced``, at its size."""
    return Reconstruction(
        cel_mask=CelMask(_repeated(read.cel_mask.pixels, parts)[:height, :width]),
        douga=Douga(_repeated(read.douga.classes, parts)[:height, :width]),
        cel_confidence=read.cel_confidence,
        douga_confidence=read.douga_confidence,
        flags=(*read.flags, SCALED),
    )


def _repeated(pixels: NDArray, parts: int) -> NDArray:
    return pixels.repeat(parts, axis=0).repeat(parts, axis=1)  # [h, w] -> [h * parts, w * parts]
