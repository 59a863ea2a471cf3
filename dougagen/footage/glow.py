"""Light that glows: transmitted light, fire, neon. The bright parts of a picture shine over their borders.

A glow is no gain of the whole picture (``light``): it is as strong as what shines nearby, and where a paint
is as bright as the film can show it adds nothing. But it only adds light or only takes some away, softly or
paint by paint, so that what changes has its edges where both pictures have theirs. A drawing leaves edges
where only one of them has any.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.differences import SCALE, AnalysisPlane, block_levels


@dataclass(frozen=True, slots=True, kw_only=True)
class GlowConfig:
    """When two pictures are one that glows more or less."""

    changed: float = 1.5  # levels, mean of a block; coding changes it by less
    least_share: float = 0.05  # share of the blocks that a glow changes at least
    one_way: float = 0.93  # share of the change that is lighter, or that is darker
    correlated: float = 0.9  # correlation of the cells; below it is another picture
    edges: float = 0.7  # share of the contrast common to both pictures that edges of the glow may have
    left: float = 0.35  # share of the change that may be left


def glow_levels(
    current: AnalysisPlane, before: AnalysisPlane, still: NDArray[np.float32], *, config: GlowConfig
) -> NDArray[np.float32] | None:
    """The edges of what changed that a glow does not explain, levels of each block; None where none glows.

    ``still``, float32[rows, columns], is what standing still leaves of each block.
    """
    if float(np.mean(still > config.changed)) < config.least_share:
        return None
    apart = cv2.subtract(current.luma, before.luma, dtype=cv2.CV_16S)
    means = cv2.resize(apart, (still.shape[1], still.shape[0]), interpolation=cv2.INTER_AREA)
    lighter, darker = (float(np.maximum(way - config.changed, 0).sum()) for way in (means, -means))
    if max(lighter, darker) < config.one_way * (lighter + darker):
        return None
    one, other = (plane.cells - plane.cells.mean() for plane in (current, before))
    alike = float((one * other).sum()) / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-6)
    if alike < config.correlated:
        return None
    edges = cv2.morphologyEx(apart, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    shared = cv2.min(current.contrast, before.contrast)
    left = cv2.addWeighted(edges, SCALE, shared.astype(np.int16), -SCALE * config.edges, 0)
    levels = block_levels(np.clip(left, 0, 255).astype(np.uint8))
    return levels if float(levels.mean()) < config.left * float(still.mean()) else None
