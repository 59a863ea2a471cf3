"""Light that glows: transmitted light, fire, neon. The bright parts of a picture shine over their borders.

A glow is no gain of the whole picture (``light``): it is as strong as what shines nearby, and where a paint
is as bright as the film can show it adds nothing. But it only adds light or only takes some away, softly or
paint by paint, so that what changes has its edges where both pictures have theirs. A drawing leaves edges
where only one of them has any. And it comes from what shines: what passes before the lens takes light away
too, yet not most where bright parts are near.
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
    bright: tuple[float, ...] = (80.0, 140.0, 200.0)  # levels above which a part of the picture may shine …
    soft: tuple[float, ...] = (0.75, 2.0)  # … over parts beside it, standard deviations in blocks
    full: float = 248.0  # levels; brighter the film shows no more light
    fits: float = 0.7  # share of the blocks that the fit of what shines is made by: a cel may be redrawn
    unexplained: float = 0.75  # share of the change that it leaves at most: 0.4 to 0.6, where drawn anew 0.85


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
    if not _shines(current, before, means, config=config):
        return None
    edges = cv2.morphologyEx(apart, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    shared = cv2.min(current.contrast, before.contrast)
    left = cv2.addWeighted(edges, SCALE, shared.astype(np.int16), -SCALE * config.edges, 0)
    levels = block_levels(np.clip(left, 0, 255).astype(np.uint8))
    return levels if float(levels.mean()) < config.left * float(still.mean()) else None


def _shines(
    current: AnalysisPlane, before: AnalysisPlane, change: NDArray[np.int16], *, config: GlowConfig
) -> bool:
    """Whether ``change``, levels of each block, is as strong as the bright parts nearby are in the picture
    that glows less, for most of the blocks."""
    size = change.shape[::-1]
    one, other = (cv2.resize(plane.luma, size, interpolation=cv2.INTER_AREA) for plane in (current, before))
    less = (one if change.mean() < 0 else other).astype(np.float32)
    shines = [
        cv2.GaussianBlur(np.maximum(less - level, 0), (0, 0), soft).ravel()
        for level in config.bright
        for soft in config.soft
    ]
    light = np.stack(shines, axis=1)  # [blocks, 6]
    apart = change.astype(np.float32).ravel()
    shown = np.maximum(one, other).ravel() < config.full
    if np.count_nonzero(shown) < light.shape[1] or not np.any(np.abs(apart[shown]) > config.changed):
        return False
    light, apart = light[shown], apart[shown]
    error, changed = np.zeros_like(apart), np.abs(apart) > config.changed
    for _ in range(3):  # what did not change counts each time
        kept = ~changed | (error <= np.quantile(error[changed], config.fits))
        by, *_rest = np.linalg.lstsq(light[kept], apart[kept], rcond=None)
        error = np.abs(apart - light @ by)
    return float(error.mean()) < config.unexplained * float(np.abs(apart).mean())
