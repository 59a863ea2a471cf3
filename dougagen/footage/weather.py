"""Rain, snow, sparkles: what is in one place for a frame only, all over the picture, begins no drawing.

The middle one of three frames, pixel by pixel, is a picture without it: a drop is in the same place in one of
them. A drawing that comes and stays is in two of the three, and comes in this picture at the same frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.differences import AnalysisPlane, block_levels, residual


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherConfig:
    """What is rain and no drawing."""

    changed: float = 2.5  # levels of a block that changed …
    gone: float = 1.25  # … and of one in which nothing did
    most: float = 0.35  # share of the blocks; heavy rain changes 0.2, an explosion over all more
    grid: tuple[int, int] = (6, 4)  # columns and rows of parts of the picture
    parts: float = 0.75  # share of those in which it must come and go: a cel is drawn in some of them
    left: float = 0.75  # share of the changed blocks that may be left, or it is no weather
    drop: int = 3  # blocks; what is left of a drop that is in one place for two frames is narrower


_USUAL = WeatherConfig()


def without_weather(
    planes: tuple[AnalysisPlane, AnalysisPlane, AnalysisPlane, AnalysisPlane],
    still: NDArray[np.float32],
    *,
    tolerance: float,
    config: WeatherConfig = _USUAL,
) -> NDArray[np.float32] | None:
    """What is left of the change from the second to the third of four frames once rain is taken off.

    ``still``, float32[rows, columns]: levels of the plain difference. The result has its shape; None where
    what changed is not weather.
    """
    changed = still > config.changed
    if float(np.mean(changed)) > config.most or _parts(changed, config) < config.parts:
        return None
    before, current = _middle(*planes[:3]), _middle(*planes[1:])
    levels = block_levels(residual(current, before, tolerance=tolerance))
    gone = changed & (levels < config.gone)
    left = float(np.count_nonzero(levels > config.changed)) / float(np.count_nonzero(changed))
    if left >= config.left or _parts(gone, config) < config.parts:
        return None
    return cast("NDArray[np.float32]", cv2.erode(levels, np.ones((1, config.drop), np.uint8)))


def _parts(blocks: NDArray[np.bool_], config: WeatherConfig) -> float:
    """Share of the parts of the picture that have one of ``blocks`` at least."""
    share = cv2.resize(blocks.astype(np.float32), config.grid, interpolation=cv2.INTER_AREA)
    return float(np.mean(share > 0))


def _middle(one: AnalysisPlane, two: AnalysisPlane, three: AnalysisPlane) -> AnalysisPlane:
    low, high = cv2.min(one.luma, two.luma), cv2.max(one.luma, two.luma)
    return AnalysisPlane(cast("NDArray[np.uint8]", cv2.max(low, cv2.min(high, three.luma))))
