"""What a layer's move is: a shift, a zoom or a small turn from one frame to the next, and how it is undone.

Camera, background, book and a sliding cel begin no drawing. Each moves a layer as a whole,
so that all of its points follow one similarity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.differences import BLOCK, SCALE, AnalysisPlane, block_levels, residual


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionConfig:
    """When something moves, and how a move is undone."""

    still: float = 0.1  # px of the analysis plane; a lesser move is covered by the tolerance
    # share of the local contrast that sampling half a pixel apart may take up more
    halfway_tolerance: float = 0.25
    whole: float = 0.04  # px; a shift so near to whole pixels is taken as whole
    left: float = 2.5  # levels of a block; where more is left of any, lines a pixel apart are looked for
    alternating: float = 0.4  # share of a block's contrast by which they go up and down from pixel to pixel …
    stands_off: float = 4.0  # … and levels, at least …
    length: int = 3  # … in so many blocks along the lines: where fields were joined shorter rows do it, too
    softened: float = 0.25  # weight of the pixels on either side where they are compared softened


@dataclass(frozen=True, slots=True)
class Move:
    """Where a point of the frame before lies now; px of the analysis plane from its middle, y down.

    ``x' = a·x − b·y + dx``, ``y' = b·x + a·y + dy``: a scale and a turn about the middle, and a shift.
    """

    dx: float = 0.0
    dy: float = 0.0
    a: float = 1.0
    b: float = 0.0

    @property
    def is_shift(self) -> bool:
        """Without scale or turn."""
        return self.a == 1.0 and self.b == 0.0

    @property
    def inverse(self) -> Move:
        """What takes each point back."""
        back = 1 / complex(self.a, self.b)
        shift = -back * complex(self.dx, self.dy)
        return Move(shift.real, shift.imag, back.real, back.imag)

    def farthest(self, shape: tuple[int, int]) -> float:
        """Pixels that the farthest moving corner of a plane [h, w] moves."""
        reach = float(np.hypot(*shape)) / 2
        return float(np.hypot(self.dx, self.dy)) + float(np.hypot(self.a - 1, self.b)) * reach

    def off(self, other: Move, shape: tuple[int, int]) -> float:
        """Pixels by which two moves differ at most on a plane [h, w], about."""
        reach = float(np.hypot(*shape)) / 2
        turned = float(np.hypot(self.a - other.a, self.b - other.b)) * reach
        return float(np.hypot(self.dx - other.dx, self.dy - other.dy)) + turned

    def enlarged(self, factor: float) -> Move:
        """The same in pixels of a picture that is so many times as large."""
        return Move(self.dx * factor, self.dy * factor, self.a, self.b)

    def field(self, shape: tuple[int, int]) -> NDArray[np.float32]:
        """float32[rows, columns, 2]: how far each block of a plane cut in rows × columns goes, in px."""
        rows, columns = shape
        y, x = np.mgrid[:rows, :columns].astype(np.float32) * BLOCK
        y, x = y + (1 - rows) * BLOCK / 2, x + (1 - columns) * BLOCK / 2
        return np.stack(
            [(self.a - 1) * x - self.b * y + self.dx, self.b * x + (self.a - 1) * y + self.dy], axis=-1
        ).astype(np.float32)


STANDING = Move()


def moves_at_all(move: Move, shape: tuple[int, int], *, config: MotionConfig) -> bool:
    """Whether a move takes any point of a plane [h, w] farther than standing still explains."""
    return move.farthest(shape) >= config.still


def apart(moves: Iterable[Move], shape: tuple[int, int], *, by: float) -> list[Move]:
    """Each move that differs by ``by`` px or more from those before it, on a plane [h, w]."""
    chosen: list[Move] = []
    for move in moves:
        if all(move.off(other, shape) >= by for other in chosen):
            chosen.append(move)
    return chosen


def residual_after(
    current: AnalysisPlane, before: AnalysisPlane, move: Move, *, tolerance: float, config: MotionConfig
) -> NDArray[np.float32]:
    """Block residuals once ``before`` has moved; what came in over the rim of the picture is excused.

    The farther a shift is from whole pixels, the more of the contrast its sampling may take up. Lines a pixel
    apart are sharp where they lie on whole pixels and gone halfway between them, and no sampling brings them
    back: softened along the way of the move, both pictures are one there.
    """
    moved = AnalysisPlane(displaced(before.luma, move, config=config))
    levels = block_levels(_left_of(current, moved, move, tolerance=tolerance, config=config))
    axes = [not move.is_shift or abs(part - round(part)) > config.whole for part in (move.dx, move.dy)]
    if not any(axes) or float(levels.max()) <= config.left:
        return levels
    fine = _alternates(current, axes, config=config) | _alternates(moved, axes, config=config)
    if not fine.any():
        return levels
    beside = config.softened
    soft, sharp = np.array([beside, 1 - 2 * beside, beside], np.float32), np.ones(1, np.float32)
    across, down = (soft if axis else sharp for axis in axes)
    now, then = (
        AnalysisPlane(cast("NDArray[np.uint8]", cv2.sepFilter2D(plane.luma, cv2.CV_8U, across, down)))
        for plane in (current, moved)
    )
    least = block_levels(_left_of(now, then, move, tolerance=tolerance, config=config))
    return np.where(fine, np.minimum(levels, least), levels)


def _alternates(plane: AnalysisPlane, axes: Sequence[bool], *, config: MotionConfig) -> NDArray[np.bool_]:
    """bool[rows, columns]: blocks most of whose pixels stand off both beside them across or down, and the
    blocks around those."""
    found = np.zeros((-(-plane.luma.shape[0] // BLOCK), -(-plane.luma.shape[1] // BLOCK)), np.bool_)
    shown = np.maximum(config.alternating * block_levels(plane.contrast), config.stands_off / SCALE)
    for moves, axis, along in zip(axes, (1, 0), ((config.length, 1), (1, config.length)), strict=True):
        if moves:
            alternates = (plane.stands_off(axis) > shown).astype(np.uint8)
            found |= cv2.morphologyEx(alternates, cv2.MORPH_OPEN, np.ones(along, np.uint8)) > 0
    return np.asarray(cv2.dilate(found.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)


def pixels_after(
    current: AnalysisPlane, before: AnalysisPlane, move: Move, *, tolerance: float, config: MotionConfig
) -> NDArray[np.uint8]:
    """The same pixel by pixel, not softened: uint8[h, w] in ``SCALE`` × levels."""
    moved = AnalysisPlane(displaced(before.luma, move, config=config))
    return _left_of(current, moved, move, tolerance=tolerance, config=config)


def _left_of(
    current: AnalysisPlane, moved: AnalysisPlane, move: Move, *, tolerance: float, config: MotionConfig
) -> NDArray[np.uint8]:
    """What ``moved``, the picture before displaced by ``move``, leaves of ``current``."""
    height, width = current.luma.shape
    halfway = max(_off_grid(move.dx), _off_grid(move.dy)) if move.is_shift else 1.0  # [0, 1]
    scaled = residual(current, moved, tolerance=tolerance + config.halfway_tolerance * halfway)
    x, y = np.array([0, width - 1.0]), np.array([0, height - 1.0])
    x, y = x - (width - 1) / 2, y - (height - 1) / 2
    left = max(move.a * x[0] - move.b * v + move.dx - x[0] for v in y)
    right = max(x[1] - (move.a * x[1] - move.b * v + move.dx) for v in y)
    top = max(move.b * u + move.a * y[0] + move.dy - y[0] for u in x)
    bottom = max(y[1] - (move.b * u + move.a * y[1] + move.dy) for u in x)
    edges = [int(np.ceil(max(edge - 0.01, 0))) for edge in (left, right, top, bottom)]
    scaled[:, : edges[0]] = scaled[:, width - edges[1] :] = 0
    scaled[: edges[2]] = scaled[height - edges[3] :] = 0
    return scaled


def displaced(plane: NDArray[np.uint8], move: Move, *, config: MotionConfig) -> NDArray[np.uint8]:
    """The plane [h, w] moved, cubic between pixels, its rim repeated.

    Linear interpolation takes half of a thin line's contrast away at half a pixel, cubic a quarter.
    """
    height, width = plane.shape
    if not move.is_shift:
        middle = np.array([(width - 1) / 2, (height - 1) / 2])
        turn = np.array([[move.a, -move.b], [move.b, move.a]])
        shift = middle + np.array([move.dx, move.dy]) - turn @ middle
        matrix = np.hstack([turn, shift[:, np.newaxis]])
        return cast(
            "NDArray[np.uint8]",
            cv2.warpAffine(
                plane, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
            ),
        )
    (whole_x, part_x), (whole_y, part_y) = (
        _split(move.dx, width, config=config),
        _split(move.dy, height, config=config),
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


def _split(shift: float, most: int, *, config: MotionConfig) -> tuple[int, float]:
    """The nearest whole pixels, within the picture, and what is left, [-0.5, 0.5] px."""
    whole = int(np.clip(round(shift), 1 - most, most - 1))
    part = float(np.clip(shift - whole, -0.5, 0.5))
    return whole, part if abs(part) > config.whole else 0.0


def _cubic(part: float) -> NDArray[np.float32]:
    """Five taps that displace by ``part`` of a pixel (Keys 1981, a = -0.5)."""
    distance = np.abs(np.arange(-2, 3) + part)
    near = (1.5 * distance - 2.5) * distance**2 + 1
    far = ((-0.5 * distance + 2.5) * distance - 4) * distance + 2
    return np.where(distance < 1, near, np.where(distance < 2, far, 0)).astype(np.float32)
