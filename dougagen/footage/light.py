"""Fades and changes of exposure: the picture stays, its light changes."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.differences import AnalysisPlane

_CELL = 16  # px; means over cells this wide have little noise and few edges
_ROUNDS = 4
_KEPT = 0.6  # share of the cells that a fit is made on: a new drawing takes up the others
_LEAST = 0.75  # levels of change in the mean, below which light is taken to be the same


def relit(before: AnalysisPlane, *, like: AnalysisPlane) -> AnalysisPlane:
    """``before`` in the light of ``like``: the gain and offset that fit most of the picture."""
    then, now = (_cells(plane.luma) for plane in (before, like))
    gain, offset = 1.0, 0.0
    kept = np.ones(then.shape, bool)
    for _ in range(_ROUNDS):
        x, y = then[kept], now[kept]
        spread = float(x.var())
        if spread < 1.0:
            return before
        gain = float(((x - x.mean()) * (y - y.mean())).mean()) / spread
        offset = float(y.mean()) - gain * float(x.mean())
        error = np.abs(now - (gain * then + offset))
        kept = error <= np.quantile(error, _KEPT)
    change = np.abs((gain - 1) * then + offset).mean()
    gains = float(np.median(np.abs(now - then))) - float(np.median(np.abs(now - gain * then - offset)))
    if not 0.3 < gain < 3.0 or change < _LEAST or gains < _LEAST / 2:
        return before
    table = np.clip(np.round(gain * np.arange(256) + offset), 0, 255).astype(np.uint8)
    return AnalysisPlane.of(cast("NDArray[np.uint8]", cv2.LUT(before.luma, table)))


def _cells(luma: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Means of 16×16 cells, flattened: [h, w] -> [cells]."""
    size = (max(1, luma.shape[1] // _CELL), max(1, luma.shape[0] // _CELL))
    return cv2.resize(luma, size, interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
