"""Layers that part: which displacement owns which part of the picture, and what none of them explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.differences import BLOCK, AnalysisPlane, beyond_neighbourhood, block_levels
from dougagen.footage.motion import STANDING, MotionConfig, Move, residual_after


@dataclass(frozen=True, slots=True, kw_only=True)
class LayersConfig:
    """Which move owns which part of the picture."""

    sure: float = 4.0  # levels that a displacement must take off a block to explain it
    gained: float = 1.0  # levels that a further move must take off a block that others explain less well …
    usual_contrast: float = 100.0  # levels, strong contrast of an ordinary shot; the first move of a darker …
    faintest: float = 0.25  # … must take off less, down to this share of it
    # levels by which a block must fit one displacement better than any other to belong to it
    owned: float = 2.5
    # share of the blocks that a move must explain better than those before it do
    least_support: float = 0.001
    # share of the changed blocks that displacements must explain, or nothing is held to move
    moving: float = 0.6
    standing: float = 0.001  # share of the blocks that stand while others move, above which there are layers
    standing_beside_turning: float = 0.01  # the same where something turns, parts of which seem to stand
    margin: int = 2  # blocks around a border; where both layers are smooth nothing shows whose a block is
    apart: float = 0.5  # px; layers that move by less against each other move as one
    line: int = 2  # blocks; what sampling leaves of a thin line that moves by parts of a pixel is narrower
    forgetting: float = 0.2  # weight of the newest frame in the memory of borders
    turning: int = 8  # frames for which it is believed that something turns in place
    grid: tuple[int, int] = (8, 12)  # cells down and across, by which is told how far a move spreads
    shows: int = 2  # blocks of a cell that follow a move where it is there
    rim_weight: float = 8.0  # so many times a cell at the rim of the picture counts, where the background is
    most_reach: int = 12  # px; relative displacement up to which uncovered pixels are looked for


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """What is left of a frame when its layers may have moved."""

    levels: NDArray[np.float32]
    """float32[rows, columns]: levels of each block that no displacement explains."""
    moves: tuple[Move, ...]
    """The moves that own a part of the picture; empty where nothing moved."""
    borders: NDArray[np.bool_]
    """bool[rows, columns]: where layers move against each other, so that strips are left unexplained."""
    wide: NDArray[np.float32]
    """float32[rows, columns]: the levels of what is wider than such a strip, or than a thin line."""
    shares: tuple[float, ...] = ()
    """Over how much of the picture something stands, then over how much something follows each of ``moves``,
    [0, 1] each; its rim counts more, because that is where the background is. Empty where it moves as one."""
    stands: NDArray[np.bool_] | None = None
    """bool[rows, columns]: what surely stands beside layers that move, off their borders; None where nothing
    moves, or all of it."""

    def without(self, blocks: NDArray[np.bool_]) -> Explained:
        """The same with nothing left of some blocks, bool[rows, columns]."""
        levels, wide = (np.where(blocks, np.float32(0), plane) for plane in (self.levels, self.wide))
        return replace(self, levels=levels, wide=wide)


class BorderMemory:
    """Where layers met in the last frames of the shot.

    A mouth that opens before a moving background may by chance look as if it moved along. The layers did not
    meet there before, so that it is no border; and where they met for long, they meet although both are
    smooth there now.
    """

    def __init__(self, config: LayersConfig) -> None:
        self._config = config
        self._last: NDArray[np.bool_] | None = None
        self._often = np.zeros(0, np.float32)  # [rows, columns], running mean, biased towards 0 …
        self._weight = 0.0  # … by this factor
        self._turns_for = 0  # frames in which something is still believed to turn in place

    @property
    def parted(self) -> bool:
        """Whether layers met in most of the last frames."""
        return self._last is not None and bool((self._often > 0.5 * self._weight).any())

    @property
    def turning(self) -> bool:
        """Whether something turned in place in one of the last frames."""
        return self._turns_for > 0

    def turns(self, opposite: bool, inside: bool) -> bool:
        """Whether what moves is a stiff thing that turns or sways: drawings of it, be it by a pixel each.

        Its parts go opposite ways, in this frame or one of the last, and the rim of the picture stands.
        Layers that pass each other are seen at the rim, too; through a window they are not, but they go one
        way there.
        """
        self._turns_for = self._config.turning if opposite and inside else max(self._turns_for - 1, 0)
        return inside and self._turns_for > 0

    def settled(self, borders: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The borders seen in this frame and the one before, and those seen in most frames of late."""
        if self._last is None or self._last.shape != borders.shape:
            self._often, self._weight, settled = np.zeros(borders.shape, np.float32), 0.0, borders
        else:
            near = cv2.dilate(self._last.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.bool_)
            settled = (borders & near) | (self._often > 0.5 * self._weight)
        self._last = borders
        self._often = self._config.forgetting * borders + (1 - self._config.forgetting) * self._often
        self._weight = self._config.forgetting + (1 - self._config.forgetting) * self._weight
        return settled


def explain(
    current: AnalysisPlane,
    before: AnalysisPlane,
    still: NDArray[np.float32],
    candidates: Sequence[Move],
    *,
    tolerance: float,
    memory: BorderMemory,
    config: LayersConfig,
    motion: MotionConfig,
    left_by: dict[Move, NDArray[np.float32]] | None = None,
) -> Explained:
    """Take for each block the displacement that leaves the least.

    ``still``, float32[rows, columns], is what no displacement at all leaves of each block; ``left_by`` what
    some moves leave, and takes in what others do.
    """
    known = {} if left_by is None else left_by
    for move in candidates:
        if move not in known:
            known[move] = residual_after(current, before, move, tolerance=tolerance, config=motion)
    contrast = max(current.strong_contrast, before.strong_contrast) / config.usual_contrast
    gained = config.gained * float(np.clip(contrast, config.faintest, 1.0))
    believed, residuals = _believed(still, candidates, known, gained=gained, config=config)
    stack = np.stack(residuals)  # [moves, rows, columns]
    least = stack.min(axis=0)
    changed = still > min(config.sure, 0.5 * float(still.max()))
    nowhere = np.zeros(still.shape, np.bool_)
    if len(believed) == 1 or float(np.mean(least[changed] <= 0.5 * still[changed])) < config.moving:
        return Explained(still, (), nowhere, still)
    moves, moved = tuple(believed[1:]), stack[1:].min(axis=0)
    standing = config.standing_beside_turning if memory.turning else config.standing
    if not memory.parted and not _parts(moves, still, moved, current.luma.shape, standing, config=config):
        # Nothing stands still here, so that a change is not to be excused by what stood there before.
        memory.settled(nowhere)
        return Explained(moved, moves, nowhere, _without_lines(moved, moves[0], config=config))
    owner = stack.argmin(axis=0)
    if memory.turns(_go_opposite_ways(moves), _stay_inside(still, stack, config=config)):
        return Explained(still, (), nowhere, still)
    others = np.where(np.arange(len(stack))[:, np.newaxis, np.newaxis] == owner, np.inf, stack).min(axis=0)
    fields = np.stack([move.field(still.shape) for move in believed])  # [moves, rows, columns, 2]
    travel = np.take_along_axis(fields, owner[np.newaxis, ..., np.newaxis], axis=0)[0]
    border, reach = _borders(travel, others > least + config.owned, config=config)
    border = memory.settled(border)
    # Where layers meet, pixels come out from behind one that no move finds again. They are
    # excused when their level exists within the relative displacement in the other picture.
    beyond = block_levels(beyond_neighbourhood(current, before, radius=reach))
    levels = np.where(border, np.minimum(least, beyond), least)
    shares = _shares(owner, others > least + config.gained, len(stack), config=config)
    wide = _wider_than_strips(levels, believed, config=config)
    return Explained(levels, moves, border, wide, shares, _stands(believed, stack, current, config) & ~border)


def _stands(
    believed: Sequence[Move], stack: NDArray[np.float32], plane: AnalysisPlane, config: LayersConfig
) -> NDArray[np.bool_]:
    """The blocks that a layer which moves surely explains worse than one that hardly does."""
    far = np.array([move.farthest(plane.luma.shape) > config.apart for move in believed])
    if not far.any():
        return np.zeros(stack.shape[1:], np.bool_)
    surely = stack[far].min(axis=0) > stack[~far].min(axis=0) + config.owned
    closed = cv2.morphologyEx(surely.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return np.asarray(closed > 0)


def _go_opposite_ways(moves: Sequence[Move]) -> bool:
    return any(one.dx * other.dx + one.dy * other.dy < 0 for one in moves for other in moves)


def _stay_inside(still: NDArray[np.float32], stack: NDArray[np.float32], *, config: LayersConfig) -> bool:
    """Whether nothing moves at the rim of the picture, where a background and layers before it are seen."""
    moved = still > stack[1:].min(axis=0) + config.gained
    down, across = (-(-length // cells) for length, cells in zip(still.shape, config.grid, strict=True))
    moved[down:-down, across:-across] = False
    return bool(np.count_nonzero(moved) < config.least_support * moved.size)


def _shares(
    owner: NDArray[np.intp], sure: NDArray[np.bool_], moves: int, *, config: LayersConfig
) -> tuple[float, ...]:
    """How far each move spreads over the picture, by the cells of a grid in which blocks surely follow it.

    A painted background may be so soft that few blocks show its move, and a cel that stands before it so
    sharp that many show that it stands. But the background is everywhere, and the cel in one place.
    """
    rows, columns = owner.shape
    cell = (np.arange(rows) * config.grid[0] // rows)[:, np.newaxis] * config.grid[1] + np.arange(
        columns
    ) * config.grid[1] // columns
    cells = config.grid[0] * config.grid[1]
    counts = np.bincount((owner * cells + cell)[sure], minlength=moves * cells).reshape(moves, *config.grid)
    weight = np.full(config.grid, config.rim_weight)  # [cells down, cells across]
    weight[1:-1, 1:-1] = 1.0
    spread = ((counts >= config.shows) * weight).sum(axis=(1, 2)) / weight.sum()  # [moves]
    return tuple(spread.tolist())


def _parts(
    moves: Sequence[Move],
    still: NDArray[np.float32],
    moved: NDArray[np.float32],
    shape: tuple[int, int],
    standing: float,
    *,
    config: LayersConfig,
) -> bool:
    """Whether the picture moves other than as one: by several moves, or beside layers that stand."""
    apart = max(one.off(other, shape) for one in moves for other in moves)
    return bool(apart > config.apart or float(np.mean(moved > still + config.sure)) > standing)


def _believed(
    still: NDArray[np.float32],
    candidates: Sequence[Move],
    left_by: Mapping[Move, NDArray[np.float32]],
    *,
    gained: float,
    config: LayersConfig,
) -> tuple[list[Move], list[NDArray[np.float32]]]:
    """Standing still, then the moves that explain enough of what is left; and what each leaves.

    ``gained``: levels that the first of them must take off a block, fewer in the dark. There a further one
    would soon excuse a drawing.
    """
    chosen, residuals, left = [STANDING], [still], still
    # In their order, most points first: half a pixel beside the right one, a move is judged less strictly
    # than the right one and explains as much.
    for move in candidates:
        levels = left_by[move]
        enough = gained if len(chosen) == 1 else config.gained
        if float(np.mean(left > levels + enough)) >= config.least_support:
            chosen.append(move)
            residuals.append(levels)
            left = np.minimum(left, levels)
    return chosen, residuals


def _without_lines(levels: NDArray[np.float32], move: Move, *, config: LayersConfig) -> NDArray[np.float32]:
    """The levels of what is wider than a thin line that moves by parts of a pixel, as sampling leaves it."""
    if move.is_shift:
        return _eroded(levels, (move.dx, move.dy), length=config.line)
    across, down = (_eroded(levels, way, length=config.line) for way in ((1.0, 0.0), (0.0, 1.0)))
    return cast("NDArray[np.float32]", cv2.min(across, down))


def _wider_than_strips(
    levels: NDArray[np.float32], moves: Sequence[Move], *, config: LayersConfig
) -> NDArray[np.float32]:
    """The levels eroded along the greatest relative displacement, by more than a strip it uncovers is wide.

    Where both layers are smooth no border is seen, yet something comes out from behind one of them.
    """
    pairs = [(one.dx - other.dx, one.dy - other.dy) for one in moves for other in moves]
    dx, dy = max(pairs, key=lambda pair: np.hypot(*pair))
    reach = min(float(np.hypot(dx, dy)), config.most_reach) / BLOCK
    return _eroded(levels, (dx, dy), length=int(np.ceil(reach)) + 2)  # a strip one block wide may lie in two


def _eroded(
    levels: NDArray[np.float32], direction: tuple[float, float], *, length: int
) -> NDArray[np.float32]:
    """The least level of each ``length`` blocks in a row along ``direction``."""
    longest = max(abs(direction[0]), abs(direction[1]), 1e-6)
    steps = np.arange(length) - length // 2
    columns, rows = (np.round(steps * component / longest).astype(int) for component in direction)
    line = np.zeros((2 * length + 1, 2 * length + 1), np.uint8)
    line[rows + length, columns + length] = 1
    return cast("NDArray[np.float32]", cv2.erode(levels, line))


def _borders(
    motion: NDArray[np.float32], sure: NDArray[np.bool_], *, config: LayersConfig
) -> tuple[NDArray[np.bool_], int]:
    """The blocks near which layers move by over half a pixel against each other, and by how much at most, px.

    ``motion``: float32[rows, columns, 2], the displacement that owns each block; only ``sure`` ones count,
    as far away as the fastest of them moves in a frame.
    """
    if not sure.any():
        return sure, 0
    fastest = min(float(np.abs(motion[sure]).max()), config.most_reach)
    width = 2 * (int(np.ceil(fastest / BLOCK)) + config.margin) + 1  # blocks
    window = np.ones((width, width), np.uint8)
    spread = np.zeros(sure.shape, np.float32)
    far = np.float32(1e4)
    for axis in range(2):
        most = cv2.dilate(np.where(sure, motion[..., axis], -far), window)
        least = cv2.erode(np.where(sure, motion[..., axis], far), window)
        spread = np.maximum(spread, np.where(most > -far, most - least, 0))
    border = spread > config.apart
    return border, min(int(np.ceil(float(spread.max()))) + 1, config.most_reach)
