"""Fades, exposure changes and flashes: the picture stays, its light changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.differences import AnalysisPlane


@dataclass(frozen=True, slots=True, kw_only=True)
class LightConfig:
    """When two pictures are one in another light."""

    rounds: int = 2
    tone: float = 12.0  # levels; cells within them are one tone
    least_of_tone: int = 4  # cells; fewer have no median
    kept: float = 0.6  # share of the cells that a fit is judged by: a new drawing takes up the others
    least: float = 0.75  # levels by which the mean of a cell changes at least; coding moves it by less
    least_share: float = 0.008  # share of the cells that another light changes at least …
    least_cells: int = 10  # … and so many of them
    explained: float = 0.4  # share of its change that the fit may leave in the median cell
    better: float = 0.7  # share of the change that the fit may leave over the whole picture
    weakest: float = 0.03  # gain; less than that is left of a picture only where it is as good as gone
    stronger: float = 0.3  # gain; a weaker one is believed only where …
    unexplained: float = 0.35  # … the fit leaves less than this share of what varies in the picture
    blank: float = 1.5  # levels, standard deviation; a picture with less shows nothing


@dataclass(frozen=True, slots=True, eq=False)
class Lit:
    """Two pictures in one light: that of the one with less contrast, which has no detail to spare."""

    current: AnalysisPlane
    before: AnalysisPlane
    relit: bool
    """Whether their light differed at all."""


def is_blank(plane: AnalysisPlane, *, config: LightConfig) -> bool:
    """Whether a picture shows nothing: black, white, one colour."""
    return float(cv2.meanStdDev(plane.small.luma)[1][0, 0]) < config.blank


def in_one_light(current: AnalysisPlane, before: AnalysisPlane, *, config: LightConfig) -> Lit:
    """The two pictures without their difference in light: the gain and offset that fit most of them."""
    fit = _fitted_light(before.cells.ravel(), current.cells.ravel(), config=config)
    if fit is None:
        return Lit(current, before, relit=False)
    gain, offset = fit
    if gain <= 1:
        return Lit(current, _graded(before, gain, offset), relit=True)
    return Lit(_graded(current, 1 / gain, -offset / gain), before, relit=True)


def _fitted_light(
    then: NDArray[np.float32], now: NDArray[np.float32], *, config: LightConfig
) -> tuple[float, float] | None:
    """Gain and offset from ``then`` to ``now``, both float32[cells]; None where light does not explain them.

    The fit is made on cells that changed: a dark shot has few of them, and the rest would hide those.
    """
    apart = np.abs(now - then)
    changed = apart > config.least
    if np.count_nonzero(changed) < max(config.least_share * changed.size, config.least_cells):
        return None
    if not _any_tone_shifted(then, now, config=config):
        return None
    x, y = then[changed], now[changed]
    fit = _line_through_tones(x, y, config=config)
    if fit is None:
        return None
    gain, offset = fit
    error = np.abs(y - (gain * x + offset))
    kept = error <= np.quantile(error, config.kept)
    if not config.weakest < gain < 1 / config.weakest:
        return None
    left = float(error[kept].mean()) / max(float(y[kept].std()), 1e-3)
    if not config.stronger < gain < 1 / config.stronger and left > config.unexplained:
        return None
    explains = float(np.median(error)) < config.explained * float(np.median(apart[changed]))
    everywhere = float(np.abs(now - (gain * then + offset)).mean()) < config.better * float(apart.mean())
    return (gain, offset) if explains and everywhere else None


def _any_tone_shifted(then: NDArray[np.float32], now: NDArray[np.float32], *, config: LightConfig) -> bool:
    """Whether the cells of some tone became lighter or darker together: what moves only trades places."""
    tone = (then // config.tone).astype(np.int64)
    counts = np.bincount(tone)
    shifts = (
        np.bincount(tone, weights=now - then)[counts >= config.least_of_tone]
        / counts[counts >= config.least_of_tone]
    )
    return bool(shifts.size and np.abs(shifts).max() > config.least)


def _line_through_tones(
    x: NDArray[np.float32], y: NDArray[np.float32], *, config: LightConfig
) -> tuple[float, float] | None:
    """The line through the median of ``y`` for each tone of ``x``, tones that lie off it left out.

    Tone by tone, because half of the cells may be one flat wall, and each median forgets redrawn cells.
    """
    tone = (x // config.tone).astype(np.int64)
    counts = np.bincount(tone)
    full = np.flatnonzero(counts >= config.least_of_tone)
    if len(full) < 2:
        return None
    starts = np.cumsum(counts) - counts
    at = np.bincount(tone, weights=x)[full] / counts[full]
    to = y[np.lexsort((y, tone))][starts[full] + counts[full] // 2].astype(np.float64)  # medians
    weight = np.sqrt(counts[full])
    gain, offset = _line(at, to, weight)
    for _ in range(config.rounds):
        error = np.abs(to - (gain * at + offset))
        kept = error <= max(2 * float(np.median(error)), config.least)
        if np.count_nonzero(kept) < 2:
            break
        gain, offset = _line(at[kept], to[kept], weight[kept])
    return gain, offset


def _line(x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and offset of the weighted least squares line; ``x`` holds two values at least."""
    square = weight**2 / (weight**2).sum()
    middle, height = float(square @ x), float(square @ y)
    slope = float(square @ ((x - middle) * (y - height))) / max(float(square @ (x - middle) ** 2), 1e-9)
    return slope, height - slope * middle


def _graded(plane: AnalysisPlane, gain: float, offset: float) -> AnalysisPlane:
    table = np.clip(np.round(gain * np.arange(256) + offset), 0, 255).astype(np.uint8)
    return AnalysisPlane(cast("NDArray[np.uint8]", cv2.LUT(plane.luma, table)))
