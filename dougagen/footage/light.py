"""Fades, exposure changes and flashes: the picture stays, its light changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.differences import AnalysisPlane

_ROUNDS = 2
_TONE = 12.0  # levels; cells within them are one tone
_LEAST_OF_TONE = 4  # cells; fewer have no median
_KEPT = 0.6  # share of the cells that a fit is judged by: a new drawing takes up the others
_LEAST = 0.75  # levels by which the mean of a cell changes at least; coding moves it by less
_LEAST_SHARE = 0.008  # share of the cells that another light changes at least …
_LEAST_CELLS = 10  # … and so many of them
_EXPLAINED = 0.4  # share of its change that the fit may leave in the median cell
_BETTER = 0.7  # share of the change that the fit may leave over the whole picture
_WEAKEST = 0.03  # gain; less than that is left of a picture only where it is as good as gone
_STRONGER = 0.3  # gain; a weaker one is believed only where …
_UNEXPLAINED = 0.35  # … the fit leaves less than this share of what varies in the picture
_BLANK = 1.5  # levels, standard deviation; a picture with less shows nothing


@dataclass(frozen=True, slots=True, eq=False)
class Lit:
    """Two pictures in one light: that of the one with less contrast, which has no detail to spare."""

    current: AnalysisPlane
    before: AnalysisPlane
    relit: bool
    """Whether their light differed at all."""


def is_blank(plane: AnalysisPlane) -> bool:
    """Whether a picture shows nothing: black, white, one colour."""
    return float(cv2.meanStdDev(plane.luma)[1][0, 0]) < _BLANK


def in_one_light(current: AnalysisPlane, before: AnalysisPlane) -> Lit:
    """The two pictures without their difference in light: the gain and offset that fit most of them."""
    fit = _fitted_light(before.cells.ravel(), current.cells.ravel())
    if fit is None:
        return Lit(current, before, relit=False)
    gain, offset = fit
    if gain <= 1:
        return Lit(current, _graded(before, gain, offset), relit=True)
    return Lit(_graded(current, 1 / gain, -offset / gain), before, relit=True)


def _fitted_light(then: NDArray[np.float32], now: NDArray[np.float32]) -> tuple[float, float] | None:
    """Gain and offset from ``then`` to ``now``, both float32[cells]; None where light does not explain them.

    The fit is made on cells that changed: a dark shot has few of them, and the rest would hide those.
    """
    apart = np.abs(now - then)
    changed = apart > _LEAST
    if np.count_nonzero(changed) < max(_LEAST_SHARE * changed.size, _LEAST_CELLS):
        return None
    x, y = then[changed], now[changed]
    fit = _line_through_tones(x, y)
    if fit is None:
        return None
    gain, offset = fit
    error = np.abs(y - (gain * x + offset))
    kept = error <= np.quantile(error, _KEPT)
    if not _WEAKEST < gain < 1 / _WEAKEST:
        return None
    left = float(error[kept].mean()) / max(float(y[kept].std()), 1e-3)
    if not _STRONGER < gain < 1 / _STRONGER and left > _UNEXPLAINED:
        return None
    explains = float(np.median(error)) < _EXPLAINED * float(np.median(apart[changed]))
    everywhere = float(np.abs(now - (gain * then + offset)).mean()) < _BETTER * float(apart.mean())
    return (gain, offset) if explains and everywhere else None


def _line_through_tones(x: NDArray[np.float32], y: NDArray[np.float32]) -> tuple[float, float] | None:
    """The line through the median of ``y`` for each tone of ``x``, tones that lie off it left out.

    Tone by tone, because half of the cells may be one flat wall, and each median forgets redrawn cells.
    """
    tone = (x // _TONE).astype(np.int64)
    order = np.argsort(tone, kind="stable")
    bounds = np.flatnonzero(np.diff(tone[order])) + 1
    groups = [group for group in np.split(order, bounds) if len(group) >= _LEAST_OF_TONE]
    if len(groups) < 2:
        return None
    at = np.array([x[group].mean() for group in groups], np.float64)
    to = np.array([np.median(y[group]) for group in groups], np.float64)
    weight = np.sqrt([len(group) for group in groups])
    gain, offset = np.polyfit(at, to, 1, w=weight)
    for _ in range(_ROUNDS):
        error = np.abs(to - (gain * at + offset))
        kept = error <= max(2 * float(np.median(error)), _LEAST)
        if np.count_nonzero(kept) < 2:
            break
        gain, offset = np.polyfit(at[kept], to[kept], 1, w=weight[kept])
    return float(gain), float(offset)


def _graded(plane: AnalysisPlane, gain: float, offset: float) -> AnalysisPlane:
    table = np.clip(np.round(gain * np.arange(256) + offset), 0, 255).astype(np.uint8)
    return AnalysisPlane(cast("NDArray[np.uint8]", cv2.LUT(plane.luma, table)))
