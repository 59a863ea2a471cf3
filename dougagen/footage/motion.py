"""How layers move: translations from one frame to the next, found, refined and undone.

Camera, background, book and a sliding cel begin no drawing (DESIGN section 1). Each moves a layer as a
whole, so a part of the picture is found again in the frame before, at one of a few displacements.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.differences import AnalysisPlane, block_levels, residual

_TILES = (3, 4)  # rows, columns; a layer fills at least one of them nearly alone
_MOST_CANDIDATES = 6
_FLAT_TILE = 2.0  # levels, standard deviation; below it a tile only correlates noise
_STILL = 0.25  # px of the analysis plane; a smaller displacement is covered by the tolerance
_SAME = 0.4  # px; nearer candidates are one …
_SAME_REFINED = 0.15  # px; … and nearer ones after refinement
_REACHES = (2.0, 1.0, 0.5, 0.25)  # px that a pixel may still be off in each round of refinement
_MOST_PIXELS = 20_000  # pixels that a refinement looks at; cv2.remap takes 32 767 in a row
_HALFWAY_TOLERANCE = 0.35  # share of the local contrast that sampling half a pixel apart may take up more
_WHOLE = 0.02  # px; a displacement so near to whole pixels is taken as whole

Displacement = tuple[float, float]
"""(dx, dy) in px of the analysis plane, from the frame before to the current one."""


def candidate_displacements(current: AnalysisPlane, before: AnalysisPlane) -> list[Displacement]:
    """The strongest displacements of a 3×4 grid of tiles by phase correlation at half size (DESIGN 7)."""
    now, then = (
        cv2.resize(plane.luma, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.float32)
        for plane in (current, before)
    )
    rows, columns = now.shape[0] // _TILES[0], now.shape[1] // _TILES[1]
    if min(rows, columns) < 8:
        return []
    window = cv2.createHanningWindow((columns, rows), cv2.CV_32F)
    peaks: list[tuple[float, float, float]] = []
    for y in range(0, rows * _TILES[0], rows):
        for x in range(0, columns * _TILES[1], columns):
            # Copies: with a window, OpenCV writes into inputs of an optimal DFT size (DESIGN 7).
            tile, past = (plane[y : y + rows, x : x + columns].copy() for plane in (now, then))
            if min(float(tile.std()), float(past.std())) < _FLAT_TILE:
                continue
            (dx, dy), response = cv2.phaseCorrelate(past, tile, window)
            peaks.append((response, 2 * dx, 2 * dy))
    moving = [(dx, dy) for _, dx, dy in sorted(peaks, reverse=True) if max(abs(dx), abs(dy)) >= _STILL]
    return apart(moving, by=_SAME)[:_MOST_CANDIDATES]


def apart(displacements: Iterable[Displacement], *, by: float) -> list[Displacement]:
    """Each displacement that differs by ``by`` px or more from those before it."""
    chosen: list[Displacement] = []
    for dx, dy in displacements:
        if all(max(abs(dx - x), abs(dy - y)) >= by for x, y in chosen):
            chosen.append((dx, dy))
    return chosen


def lasting(candidates: Sequence[Displacement], neighbours: Iterable[Displacement]) -> list[Displacement]:
    """The candidates that go on in a frame nearby: a layer moves for longer than from one frame to the next.

    Between two drawings of a cel, phase correlation finds displacements too; those do not repeat.
    """
    known = list(neighbours)
    return [
        (dx, dy)
        for dx, dy in candidates
        if any(np.hypot(dx - x, dy - y) <= 1.0 + 0.2 * np.hypot(dx, dy) for x, y in known)
    ]


def refined(
    current: AnalysisPlane,
    before: AnalysisPlane,
    candidates: Sequence[Displacement],
    changed: NDArray[np.bool_],
) -> list[Displacement]:
    """The candidates after Gauss-Newton steps on the pixels of changed blocks (Lucas and Kanade, 1981).

    The gradient is the current picture's, so that it is measured once for all candidates and rounds. A pixel
    whose difference is more than its gradient explains within 2 px, at last a quarter, belongs to another
    layer. The displacement that keeps most pixels comes first.
    """
    height, width = current.luma.shape
    where = cv2.resize(changed.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    chosen = np.flatnonzero(where)
    chosen = chosen[:: chosen.size // _MOST_PIXELS + 1]
    if not candidates or chosen.size == 0:
        return list(candidates)
    rows, columns = (axis.astype(np.float32) for axis in np.divmod(chosen, width))
    along = [
        cv2.Sobel(current.luma, cv2.CV_16S, *axes, ksize=3).ravel()[chosen].astype(np.float32) / 8
        for axes in ((1, 0), (0, 1))
    ]
    levels = current.luma.ravel()[chosen].astype(np.float32)
    explainable = np.abs(along[0]) + np.abs(along[1])  # levels in one pixel
    ends: list[tuple[int, Displacement]] = []
    for dx, dy in candidates:
        for reach in _REACHES:
            past = cv2.remap(
                before.luma, columns - dx, rows - dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            )
            difference = past.ravel() - levels
            kept = np.abs(difference) <= reach * explainable + 1.0
            gradients = np.stack([gradient[kept] for gradient in along])  # [2, pixels]
            structure = gradients @ gradients.T
            if np.linalg.eigvalsh(structure)[0] < 1.0:
                break
            step_x, step_y = np.linalg.solve(structure, gradients @ difference[kept])
            dx, dy = dx + float(np.clip(step_x, -1, 1)), dy + float(np.clip(step_y, -1, 1))
        ends.append((int(np.count_nonzero(kept)), (dx, dy)))
    return apart((end for _, end in sorted(ends, reverse=True)), by=_SAME_REFINED)


def residual_after(
    current: AnalysisPlane, before: AnalysisPlane, displacement: Displacement, *, tolerance: float
) -> NDArray[np.float32]:
    """Block residuals once ``before`` is displaced; what came in over the rim of the picture is excused.

    The farther a displacement is from whole pixels, the more of the contrast its sampling may take up.
    """
    dx, dy = displacement
    height, width = current.luma.shape
    halfway = max(_off_grid(dx), _off_grid(dy))  # [0, 1]
    moved = AnalysisPlane.of(displaced(before.luma, displacement))
    scaled = residual(current, moved, tolerance=tolerance + _HALFWAY_TOLERANCE * halfway)
    left, right = int(np.ceil(max(dx, 0))), int(np.ceil(max(-dx, 0)))
    top, bottom = int(np.ceil(max(dy, 0))), int(np.ceil(max(-dy, 0)))
    scaled[:, :left] = scaled[:, width - right :] = 0
    scaled[:top] = scaled[height - bottom :] = 0
    return block_levels(scaled)


def displaced(plane: NDArray[np.uint8], displacement: Displacement) -> NDArray[np.uint8]:
    """The plane [h, w] displaced by (dx, dy) px, cubic between pixels, its rim repeated.

    Linear interpolation takes half of a thin line's contrast away at half a pixel, cubic a quarter.
    """
    height, width = plane.shape
    (whole_x, part_x), (whole_y, part_y) = (
        _split(shift, most) for shift, most in zip(displacement, (width, height), strict=True)
    )
    top, bottom, left, right = max(whole_y, 0), max(-whole_y, 0), max(whole_x, 0), max(-whole_x, 0)
    inside = plane[bottom : height - top or None, right : width - left or None]
    moved = cv2.copyMakeBorder(inside, top, bottom, left, right, cv2.BORDER_REPLICATE)
    if part_x or part_y:
        moved = cv2.sepFilter2D(
            moved, cv2.CV_8U, _cubic(part_x), _cubic(part_y), borderType=cv2.BORDER_REPLICATE
        )
    return cast("NDArray[np.uint8]", moved)


def _off_grid(shift: float) -> float:
    """0 for whole pixels, 1 halfway between two."""
    part = abs(shift - round(shift))
    return 2 * part


def _split(shift: float, most: int) -> tuple[int, float]:
    """The nearest whole pixels, within the picture, and what is left, [-0.5, 0.5] px."""
    whole = int(np.clip(round(shift), 1 - most, most - 1))
    part = float(np.clip(shift - whole, -0.5, 0.5))
    return whole, part if abs(part) > _WHOLE else 0.0


def _cubic(part: float) -> NDArray[np.float32]:
    """Five taps that displace by ``part`` of a pixel (Keys 1981, a = -0.5)."""
    distance = np.abs(np.arange(-2, 3) + part)
    near = (1.5 * distance - 2.5) * distance**2 + 1
    far = ((-0.5 * distance + 2.5) * distance - 4) * distance + 2
    return np.where(distance < 1, near, np.where(distance < 2, far, 0)).astype(np.float32)
