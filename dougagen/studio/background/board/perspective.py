"""A pinhole camera for rooms and streets: metres, X right, Y down, Z away from the viewer at yaw 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.board.board import Board
from dougagen.studio.background.board.surface import Surface
from dougagen.studio.cel.cel import Rgb

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """Where the scene is seen from. Verticals stay vertical: height is set by shifting, not by pitch."""

    position: NDArray[np.float64]
    matrix: NDArray[np.float64]
    """float64[3, 3]: directions in the world to homogeneous pixels."""

    def plane(
        self, board: Board, origin: Vector, across: Vector, down: Vector, *, light: float = 1.0
    ) -> Surface:
        """The plane with (u, v) → origin + u·across + v·down."""
        columns = np.stack([across, down, np.asarray(origin) - self.position], axis=1)
        return Surface(board, self.matrix @ columns, light)

    def pixel(self, point: Vector) -> tuple[float, float] | None:
        """Where a point is seen, or None behind the viewer."""
        x, y, w = self.matrix @ (np.asarray(point) - self.position)
        return (float(x / w), float(y / w)) if w > 0.05 else None

    def distance(self, point: Vector) -> float:
        """Metres from the viewer."""
        return float(np.linalg.norm(np.asarray(point) - self.position))


def camera(
    board: Board,
    position: Vector,
    *,
    yaw: float,
    focal: float,
    horizon: float = 0.5,
    middle: float = 0.5,
    tilt: float = 0.0,
) -> Camera:
    """``focal`` in picture heights, ``horizon`` and ``middle`` as shares of the picture, radians."""
    c, s = np.cos(yaw), np.sin(yaw)
    turn = np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])
    f = focal * board.tall
    k = np.array([[f, 0, middle * board.wide], [0, f, horizon * board.tall], [0, 0, 1.0]])
    ct, st = np.cos(tilt), np.sin(tilt)
    roll = np.array([[ct, -st, 0], [st, ct, 0], [0, 0, 1]])
    return Camera(np.asarray(position, np.float64), k @ roll @ turn)


@dataclass(frozen=True, slots=True)
class Block:
    """An upright box; y grows downwards, so ``top`` < ``bottom``."""

    left: float
    right: float
    top: float
    bottom: float
    near: float
    far: float

    @property
    def middle(self) -> Vector:
        """Its centre."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2, (self.near + self.far) / 2


def faces(
    view: Camera, board: Board, block: Block, *, light: float = 1.0
) -> dict[str, tuple[Surface, float, float]]:
    """The faces that can be seen: name → (surface, width, height) in metres."""
    x, y, z = view.position
    w, h, d = block.right - block.left, block.bottom - block.top, block.far - block.near
    found: dict[str, tuple[Surface, float, float]] = {}
    low, top = block.bottom, block.top

    def add(
        name: str, origin: Vector, across: Vector, down: Vector, shade: float, a: float, b: float
    ) -> None:
        found[name] = (view.plane(board, origin, across, down, light=light * shade), a, b)

    if y < top:
        add("top", (block.left, top, block.far), (1, 0, 0), (0, 0, -1), 1.05, w, d)
    if y > low:
        add("under", (block.left, low, block.near), (1, 0, 0), (0, 0, 1), 0.6, w, d)
    if x > block.right:
        add("right", (block.right, top, block.near), (0, 0, 1), (0, 1, 0), 0.72, d, h)
    if x < block.left:
        add("left", (block.left, top, block.far), (0, 0, -1), (0, 1, 0), 0.8, d, h)
    if z < block.near:
        add("front", (block.left, top, block.near), (1, 0, 0), (0, 1, 0), 0.92, w, h)
    return found


def draw_block(
    view: Camera, board: Board, block: Block, color: Rgb, *, light: float = 1.0
) -> dict[str, tuple[Surface, float, float]]:
    """Draw the box in one colour, its faces lit differently, and return the faces."""
    seen = faces(view, board, block, light=light)
    for surface, w, h in seen.values():
        surface.rect(0, 0, w, h, color)
    return seen
