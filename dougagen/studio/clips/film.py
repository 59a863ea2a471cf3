"""What the cel era's film leaves on every frame: grain."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_TILES = 6
"""Grain patterns that a clip uses, each turned and shifted anew: new noise for each frame costs 20 times as
much and looks the same."""


class Grain:
    """Adds grain of ``sigma`` 8-bit levels, soft by less than a pixel, to a picture; other at every call."""

    def __init__(self, rng: np.random.Generator, *, height: int, width: int, sigma: float) -> None:
        self._rng, self._height, self._width, self._sigma = rng, height, width, sigma
        self._tiles: list[NDArray[np.int16]] = []
        if sigma > 0:
            self._tiles = [self._tile() for _ in range(_TILES)]

    def _tile(self) -> NDArray[np.int16]:
        noise = self._rng.standard_normal((self._height, self._width), np.float32)
        noise = cv2.copyMakeBorder(noise, 8, 8, 8, 8, cv2.BORDER_WRAP)  # tiles are shifted: no seams
        soft = cv2.GaussianBlur(noise, (0, 0), max(self._height / 1080, 0.55))[8:-8, 8:-8]
        soft *= self._sigma / float(soft.std())
        return np.rint(soft * 16).astype(np.int16)

    def __call__(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if not self._tiles:
            return picture
        rng = self._rng
        tile = self._tiles[int(rng.integers(len(self._tiles)))]
        tile = tile[:: int(rng.choice([-1, 1])), :: int(rng.choice([-1, 1]))]
        tile = np.roll(tile, (int(rng.integers(self._height)), int(rng.integers(self._width))), axis=(0, 1))
        grain = cv2.merge([tile, tile, tile])
        return np.asarray(cv2.addWeighted(picture, 1, grain, 1 / 16, 0, dtype=cv2.CV_8U), np.uint8)
