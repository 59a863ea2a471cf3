"""Shifts of layers that have no points to follow: bars, soft skies, grain. All of their pixels still tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.differences import AnalysisPlane
from dougagen.footage.motion import Move, apart


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelationConfig:
    """How shifts of tiles are found."""

    grid: tuple[int, int] = (3, 4)  # rows, columns of tiles; a layer fills at least one of them nearly alone
    least_changed: float = 0.002  # share of its blocks; where fewer changed a tile says nothing new
    flat_tile: float = 2.0  # levels, standard deviation; below it a tile only correlates noise
    most_shifts: int = 4
    same: float = 0.4  # px of the analysis plane; nearer shifts are one …
    same_refined: float = 0.15  # px; … and nearer ones after refinement
    reaches: tuple[float, float, float, float] = (
        2.0,
        1.0,
        0.5,
        0.25,
    )  # px that a pixel may still be off in each round of refinement
    # share of the gradients across it that those along a pattern have, be it stripes; how far it moved along
    # itself nobody can see, and nothing is what is taken
    one_way: float = 0.01
    most_pixels: int = 6_000  # pixels that a refinement looks at; more say the same; cv2.remap takes 32 767


def correlated_shifts(
    current: AnalysisPlane, before: AnalysisPlane, changed: NDArray[np.bool_], *, config: CorrelationConfig
) -> list[Move]:
    """The strongest shifts of a grid of tiles by phase correlation at half size, then refined.

    ``changed``: bool[rows, columns] of blocks, on whose pixels they are refined.
    """
    return _refined(
        current,
        before,
        _peaks(current.small.luma, before.small.luma, changed, config=config),
        changed,
        config=config,
    )


def _peaks(
    current: NDArray[np.uint8],
    before: NDArray[np.uint8],
    changed: NDArray[np.bool_],
    *,
    config: CorrelationConfig,
) -> list[Move]:
    """The shifts of the tiles in which something changed, the surest first."""
    rows, columns = current.shape[0] // config.grid[0], current.shape[1] // config.grid[1]
    if min(rows, columns) < 8:
        return []
    window = cv2.createHanningWindow((columns, rows), cv2.CV_32F)
    size = (config.grid[1], config.grid[0])
    share = cv2.resize(changed.astype(np.float32), size, interpolation=cv2.INTER_AREA)  # [tiles down, across]
    peaks: list[tuple[float, float, float]] = []
    for y in range(0, rows * config.grid[0], rows):
        for x in range(0, columns * config.grid[1], columns):
            if share[y // rows, x // columns] < config.least_changed:
                continue
            # Copies: with a window, OpenCV writes into inputs of an optimal DFT size (240×180 is one).
            tile, past = (p[y : y + rows, x : x + columns].astype(np.float32) for p in (current, before))
            if min(float(tile.std()), float(past.std())) >= config.flat_tile:
                (dx, dy), response = cv2.phaseCorrelate(past, tile, window)
                peaks.append((response, 2 * dx, 2 * dy))
    shifts = (Move(dx, dy) for _, dx, dy in sorted(peaks, reverse=True))
    return apart(shifts, current.shape, by=config.same)[: config.most_shifts]


def _refined(
    current: AnalysisPlane,
    before: AnalysisPlane,
    shifts: Sequence[Move],
    changed: NDArray[np.bool_],
    *,
    config: CorrelationConfig,
) -> list[Move]:
    """The shifts after Gauss-Newton steps on the pixels of changed blocks (Lucas and Kanade, 1981).

    The gradient is the current picture's, so that it is measured once for all shifts and rounds. A pixel
    whose difference is more than its gradient explains within 2 px, at last a quarter, belongs to another
    layer. The shift that keeps most pixels comes first.
    Stripes are taken to move across themselves.
    """
    height, width = current.luma.shape
    where = cv2.resize(changed.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    chosen = np.flatnonzero(where)
    chosen = chosen[:: chosen.size // config.most_pixels + 1]
    if not shifts or chosen.size == 0:
        return list(shifts)
    rows, columns = (axis.astype(np.float32) for axis in np.divmod(chosen, width))
    along = [
        cv2.Sobel(current.luma, cv2.CV_16S, *axes, ksize=3).ravel()[chosen].astype(np.float32) / 8
        for axes in ((1, 0), (0, 1))
    ]
    levels = current.luma.ravel()[chosen].astype(np.float32)
    explainable = np.abs(along[0]) + np.abs(along[1])  # levels in one pixel
    ends: list[tuple[int, float, float]] = []
    for shift in shifts:
        dx, dy, followed = shift.dx, shift.dy, 0
        for reach in config.reaches:
            past = cv2.remap(
                before.luma, columns - dx, rows - dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            )
            difference = past.ravel() - levels
            kept = np.abs(difference) <= reach * explainable + 1.0
            gradients = np.stack([gradient[kept] for gradient in along])  # [2, pixels]
            structure = gradients @ gradients.T
            followed = int(np.count_nonzero(kept))
            spread, ways = np.linalg.eigh(structure)
            if spread[1] < 1.0:
                break
            if spread[0] <= config.one_way * spread[1]:
                dx, dy = (float(part) for part in ways[:, 1] * (ways[:, 1] @ (dx, dy)))
                step = ways[:, 1] * float(ways[:, 1] @ (gradients @ difference[kept])) / spread[1]
            else:
                step = np.linalg.solve(structure, gradients @ difference[kept])
            dx, dy = (at + float(np.clip(by, -1, 1)) for at, by in ((dx, step[0]), (dy, step[1])))
        ends.append((followed, dx, dy))
    best = (Move(dx, dy) for _, dx, dy in sorted(ends, reverse=True))
    return apart(best, current.luma.shape, by=config.same_refined)
