"""Pictures on a wall: frames of thin parallel lines, which look like the rows of two fields."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def hung(rng: np.random.Generator, wall: NDArray[np.uint8], *, lines: int) -> NDArray[np.uint8]:
    """``wall`` (uint8[H, W, 3]) with framed pictures, shelves and blinds; ``lines``: those of the frame."""
    wall = wall.copy()
    height, width = wall.shape[:2]
    for _ in range(int(rng.integers(3, 7)) * max(1, width // (2 * height))):
        high = lines * rng.uniform(0.12, 0.34)
        wide = high * rng.uniform(0.6, 1.9)
        x, y = rng.uniform(0, max(width - wide, 1)), rng.uniform(0, max(height - high, 1))
        _framed(rng, wall, (int(x), int(y)), (int(x + wide), int(y + high)), lines=lines)
    return wall


def _framed(
    rng: np.random.Generator,
    wall: NDArray[np.uint8],
    corner: tuple[int, int],
    opposite: tuple[int, int],
    *,
    lines: int,
) -> None:
    """Two to five rectangles within each other, a pixel to three wide, two to six apart."""
    fine = max(1, round(lines / 1080 * float(rng.uniform(1, 3))))
    pitch = fine + max(1, round(lines / 1080 * float(rng.uniform(1, 5))))
    dark, light = (tuple(float(v) for v in rng.uniform(a, b, 3)) for a, b in ((10, 70), (150, 250)))
    cv2.rectangle(wall, corner, opposite, light, -1)
    for ring in range(int(rng.integers(2, 6))):
        inset = ring * pitch
        a, b = (corner[0] + inset, corner[1] + inset), (opposite[0] - inset, opposite[1] - inset)
        if b[0] <= a[0] or b[1] <= a[1]:
            return
        cv2.rectangle(wall, a, b, dark, fine)
    inner = tuple(float(v) for v in rng.uniform(40, 240, 3))
    cv2.rectangle(wall, (a[0] + pitch, a[1] + pitch), (b[0] - pitch, b[1] - pitch), inner, -1)
