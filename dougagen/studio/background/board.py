"""The painter's board: polygons, lines and textures on planes seen in perspective.

Everything a scenery painter draws is a polygon on a ``Surface``: a plane with its own coordinates (metres,
v down) and a homography to the board. A wall with windows is the same whether seen from the front or
from the side. The ``Look`` says whether shapes get outlines and flat fills, as cels do, or texture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.texture import gradient, shifted
from dougagen.studio.background.tones import lit
from dougagen.studio.celsheet import Rgb

Points = NDArray[np.float64]
"""float64[N, 2]: (x, y)."""
_BITS = 4
_FAR = 12000.0
"""Pixels: cv2 draws in 16.16 fixed point and wraps beyond ±32768."""
_NEAR = 1e-3


@dataclass(frozen=True, slots=True)
class Look:
    """The hand of the painter."""

    outlined: bool
    ink: Rgb | None = None
    """None: a dark tone of the fill beside it."""
    width: float = 2.0
    """Outlines, in pixels at 1080 lines."""
    texture: float = 12.0
    """8-bit levels that textures add or take."""

    def ink_for(self, color: Rgb) -> Rgb:
        """The outline's colour on ``color``."""
        return lit(color, 0.35) if self.ink is None else self.ink


def random_look(rng: np.random.Generator, *, outlined: bool) -> Look:
    """Outlined and flat, or painted; outlines are black, dark or coloured to the fill."""
    if not outlined:
        return Look(False, texture=float(rng.uniform(6, 30)))
    v = int(rng.integers(0, 60))
    ink: Rgb | None = [None, (0, 0, 0), (v, v * 2 // 3, v // 2)][rng.choice(3, p=[0.4, 0.25, 0.35])]
    texture = 0.0 if rng.uniform() < 0.75 else float(rng.uniform(3, 10))
    return Look(True, ink, float(np.exp(rng.uniform(0.0, np.log(6.0)))), texture)


class Board:
    """A picture in the making; ``cover`` records what was touched, for layers that are not full."""

    def __init__(self, rng: np.random.Generator, *, height: int, width: int, look: Look) -> None:
        self.rng, self.look = rng, look
        self.oversampling = 2 if look.outlined and height <= 640 else 1
        self.tall, self.wide = height * self.oversampling, width * self.oversampling
        self._size = (width, height)
        self.pixels = np.zeros((self.tall, self.wide, 3), np.uint8)
        self.cover = np.zeros((self.tall, self.wide), np.uint8)

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.wide / self.tall

    def finished(self) -> NDArray[np.uint8]:
        """uint8[H, W, 3] at picture size."""
        if self.oversampling == 1:
            return self.pixels
        return np.asarray(cv2.resize(self.pixels, self._size, interpolation=cv2.INTER_AREA), np.uint8)

    def finished_cover(self) -> NDArray[np.uint8]:
        """uint8[H, W]: how much of each pixel was touched."""
        return np.asarray(cv2.resize(self.cover, self._size, interpolation=cv2.INTER_AREA), np.uint8)

    # ---- in pixels of the board ------------------------------------------------------------------
    def polygon(self, points: Points, color: Rgb, *, to: Rgb | None = None, sideways: bool = False) -> None:
        """Fill; with ``to`` as a gradient from top to bottom of its box, or from left to right."""
        if not self._sees(points):
            return
        fixed = _fixed(points)
        if fixed is None:
            return
        cv2.fillPoly(self.cover, [fixed], 255, cv2.LINE_AA, _BITS)
        if to is None:
            cv2.fillPoly(self.pixels, [fixed], color, cv2.LINE_AA, _BITS)
            return
        box = self._box(points)
        if box is None:
            return
        at, corner = box
        mask = np.zeros((at[0].stop - at[0].start, at[1].stop - at[1].start), np.uint8)
        cv2.fillPoly(mask, [fixed - np.int32(corner * (1 << _BITS))], 255, cv2.LINE_AA, _BITS)
        ends = (color, to, color, to) if sideways else (color, color, to, to)
        self.blend(at, gradient(mask.shape[0], mask.shape[1], ends), mask)

    def blend(self, at: tuple[slice, slice], over: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> None:
        """Lay ``over`` (uint8[h, w, 3]) on the box ``at`` by ``alpha`` (uint8[h, w])."""
        below = self.pixels[at]
        thick = cv2.merge([alpha, alpha, alpha])
        below[:] = cv2.add(
            cv2.multiply(over, thick, scale=1 / 255),
            cv2.multiply(below, cv2.bitwise_not(thick), scale=1 / 255),
        )
        touched = self.cover[at]
        touched[:] = cv2.add(touched, cv2.multiply(cv2.bitwise_not(touched), alpha, scale=1 / 255))

    def stroke(self, points: Points, color: Rgb, width: float, *, closed: bool = False) -> None:
        """A line ``width`` pixels (at 1080 lines) wide."""
        if not self._sees(points):
            return
        fixed = _fixed(points, closed=closed)
        if fixed is None:
            return
        thick = max(round(width * self.tall / 1080), 1)
        cv2.polylines(self.pixels, [fixed], closed, color, thick, cv2.LINE_AA, _BITS)
        cv2.polylines(self.cover, [fixed], closed, 255, thick, cv2.LINE_AA, _BITS)

    def shape(self, points: Points, color: Rgb, *, to: Rgb | None = None, sideways: bool = False) -> None:
        """A thing: a fill, and an outline where the look has outlines."""
        if self.look.outlined:
            self.polygon(points, color)
            self.stroke(points, self.look.ink_for(color), self.look.width, closed=True)
        else:
            self.polygon(points, color, to=to, sideways=sideways)

    def glow(self, center: tuple[float, float], radius: float, color: Rgb, strength: float) -> None:
        """Add light around ``center``, fading to nothing at ``radius`` pixels."""
        cx, cy = center
        box = self._box(np.array([[cx - radius, cy - radius], [cx + radius, cy + radius]]))
        if box is None or radius < 1:
            return
        at, _ = box
        y = np.arange(at[0].start, at[0].stop, dtype=np.float32)[:, None] - np.float32(cy)
        x = np.arange(at[1].start, at[1].stop, dtype=np.float32)[None] - np.float32(cx)
        fall = np.clip(1 - np.sqrt(x * x + y * y) / np.float32(radius), 0, 1) ** 2 * np.float32(strength)
        light = cv2.merge([fall * np.float32(c) for c in color])
        self.pixels[at] = cv2.add(self.pixels[at], light, dtype=cv2.CV_8U)

    def _sees(self, points: Points) -> bool:
        """Whether the points' box touches the board: most of a room is outside a close shot."""
        if len(points) < 2:
            return False
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        margin = 0.01 * self.tall
        return bool(x1 > -margin and y1 > -margin and x0 < self.wide + margin and y0 < self.tall + margin)

    def _box(self, points: Points) -> tuple[tuple[slice, slice], NDArray[np.float64]] | None:
        low = np.maximum(np.floor(points.min(axis=0)) - 1, 0)
        high = np.minimum(np.ceil(points.max(axis=0)) + 2, (self.wide, self.tall))
        if (high <= low).any():
            return None
        (x0, y0), (x1, y1) = low.astype(int), high.astype(int)
        return (slice(y0, y1), slice(x0, x1)), low


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A plane on the board: (u, v, 1) → homogeneous pixels; what lies behind the viewer is cut off."""

    board: Board
    matrix: NDArray[np.float64]
    """float64[3, 3]."""
    light: float = 1.0
    """How much light falls on it: colours are ``lit`` by this."""

    def placed(self, points: Any, *, closed: bool = True) -> Points:
        """float64[M, 2] in pixels; M may be 0."""
        uv = np.asarray(points, np.float64)
        world = uv @ self.matrix[:, :2].T + self.matrix[:, 2]  # [N, 3]
        if (world[:, 2] < _NEAR).any():
            world = _in_front(world, closed=closed)
        flat: Points = world[:, :2] / world[:, 2:]
        return flat

    def fill(self, points: Any, color: Rgb, *, to: Rgb | None = None, sideways: bool = False) -> None:
        """A fill without outline in any look."""
        end = None if to is None else lit(to, self.light)
        self.board.polygon(self.placed(points), lit(color, self.light), to=end, sideways=sideways)

    def shape(self, points: Any, color: Rgb, *, to: Rgb | None = None, sideways: bool = False) -> None:
        """A thing, outlined where the look is."""
        end = None if to is None else lit(to, self.light)
        self.board.shape(self.placed(points), lit(color, self.light), to=end, sideways=sideways)

    def scatter(self, quads: NDArray[np.float64], color: Rgb) -> None:
        """Many separate polygons (float64[N, K, 2]) without outlines, in one stroke of cv2."""
        if not len(quads):
            return
        world = quads @ self.matrix[:, :2].T + self.matrix[:, 2]  # [N, K, 2] -> [N, K, 3]
        depth = np.maximum(world[..., 2:], _NEAR)
        flat = world[..., :2] / depth
        safe = (world[..., 2] > _NEAR).all(axis=1) & (np.abs(flat).max(axis=(1, 2)) < _FAR)
        low, high = flat.min(axis=1), flat.max(axis=1)
        seen = safe & (high > 0).all(axis=1) & (low < (self.board.wide, self.board.tall)).all(axis=1)
        fixed = list(np.round(flat[seen] * (1 << _BITS)).astype(np.int32))
        if fixed:
            cv2.fillPoly(self.board.pixels, fixed, lit(color, self.light), cv2.LINE_AA, _BITS)
            cv2.fillPoly(self.board.cover, fixed, 255, cv2.LINE_AA, _BITS)
        for quad in quads[~safe]:
            self.fill(quad, color)

    def rect(self, u: float, v: float, w: float, h: float, color: Rgb, *, to: Rgb | None = None) -> None:
        """A thing with four right angles."""
        self.shape(_rectangle(u, v, w, h), color, to=to)

    def bar(self, u: float, v: float, w: float, h: float, color: Rgb, *, to: Rgb | None = None) -> None:
        """The same without outline."""
        self.fill(_rectangle(u, v, w, h), color, to=to)

    def stroke(self, points: Any, color: Rgb, width: float) -> None:
        """A line of ``width`` pixels at 1080 lines."""
        self.board.stroke(self.placed(points, closed=False), lit(color, self.light), width)

    def disc(self, u: float, v: float, r: float, color: Rgb, *, squash: float = 1.0) -> None:
        """A thing that is round."""
        a = np.linspace(0, 2 * np.pi, 28, endpoint=False)
        self.shape(np.stack([u + r * np.cos(a), v + r * squash * np.sin(a)], 1), color)

    def edge(self, points: Any, color: Rgb) -> None:
        """A line that only the outlined look draws boldly; the painted look hints at it."""
        look = self.board.look
        ink = look.ink_for(color) if look.outlined else lit(color, 0.72)
        self.stroke(points, ink, look.width if look.outlined else 1.3)

    def texture(
        self, u: float, v: float, w: float, h: float, tile: NDArray[np.uint8], *, size: float, strength: float
    ) -> None:
        """Lighten and darken the rectangle by ``tile`` (uint8 around 128), one tile per ``size`` metres."""
        self._textured(u, v, w, h, tile, (size, size), strength)

    def lighting(self, w: float, h: float) -> None:
        """Uneven light on the rectangle from the origin, and the dark of its corners; painted looks only."""
        if self.board.look.outlined:
            return
        rng = self.board.rng
        spread = cv2.resize(
            rng.uniform(96, 150, (3, 3)).astype(np.float32), (64, 64), interpolation=cv2.INTER_CUBIC
        )
        x = np.minimum(np.linspace(0, w, 64), np.linspace(w, 0, 64))
        y = np.minimum(np.linspace(0, h, 64), np.linspace(h, 0, 64))
        reach = rng.uniform(0.25, 0.8)
        corner = (1 - 0.45 * np.exp(-x / reach))[None] * (1 - 0.45 * np.exp(-y / reach))[:, None]
        tile = np.clip(spread * corner, 0, 255).astype(np.uint8)
        self._textured(0, 0, w, h, tile, (w, h), float(rng.uniform(70, 125)))

    def _textured(
        self,
        u: float,
        v: float,
        w: float,
        h: float,
        tile: NDArray[np.uint8],
        size: tuple[float, float],
        strength: float,
    ) -> None:
        if strength < 1:
            return
        outline = self.placed(_rectangle(u, v, w, h))
        fixed = _fixed(outline)
        box = None if fixed is None else self.board._box(np.clip(outline, -_FAR, _FAR))
        if box is None or fixed is None:
            return
        at, corner = box
        shape = (at[1].stop - at[1].start, at[0].stop - at[0].start)
        n = tile.shape[0]
        to_tile = np.diag([n / size[0], n / size[1], 1.0]) @ np.linalg.inv(self.matrix)
        to_tile = to_tile @ np.array([[1, 0, corner[0]], [0, 1, corner[1]], [0, 0, 1.0]])
        laid = cv2.warpPerspective(
            tile, to_tile, shape, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_WRAP
        )
        mask = np.zeros(shape[::-1], np.uint8)
        cv2.fillPoly(mask, [fixed - np.int32(corner * (1 << _BITS))], 255, cv2.LINE_8, _BITS)
        below = self.board.pixels[at]
        cv2.copyTo(shifted(below, np.asarray(laid, np.uint8), strength), mask, below)


def front(board: Board, *, zoom: float = 1.0, x: float = 0.5, y: float = 0.5, tilt: float = 0.0) -> Surface:
    """The plane parallel to the board: v 0 … 1 from top to bottom, u 0 … aspect; zoomed about (x, y)."""
    k = board.tall * zoom
    c, s = k * np.cos(tilt), k * np.sin(tilt)
    cx, cy = x * board.aspect, y
    tx = board.wide * x - c * cx + s * cy
    ty = board.tall * y - s * cx - c * cy
    return Surface(board, np.array([[c, -s, tx], [s, c, ty], [0, 0, 1.0]]))


def _rectangle(u: float, v: float, w: float, h: float) -> Points:
    return np.array([[u, v], [u + w, v], [u + w, v + h], [u, v + h]], np.float64)


def _fixed(points: Points, *, closed: bool = True) -> NDArray[np.int32] | None:
    """cv2's fixed point; polygons that reach far out are cut so that nothing wraps."""
    if len(points) < 2 or not np.isfinite(points).all():
        return None
    if np.abs(points).max() > _FAR:
        for axis, sign in ((0, 1.0), (0, -1.0), (1, 1.0), (1, -1.0)):
            points = _cut(points, _FAR - sign * points[:, axis], closed=closed)
            if len(points) < 2:
                return None
    return np.round(points * (1 << _BITS)).astype(np.int32)


def _in_front(world: NDArray[np.float64], *, closed: bool) -> NDArray[np.float64]:
    return _cut(world, world[:, 2] - _NEAR, closed=closed)


def _cut(points: NDArray[np.float64], inside: NDArray[np.float64], *, closed: bool) -> NDArray[np.float64]:
    """Sutherland-Hodgman against one plane; ``inside`` ≥ 0 is kept."""
    kept: list[NDArray[np.float64]] = []
    n = len(points)
    for i in range(n):
        if inside[i] >= 0:
            kept.append(points[i])
        j = i + 1
        if j == n:
            if not closed:
                break
            j = 0
        if (inside[i] >= 0) != (inside[j] >= 0):
            t = inside[i] / (inside[i] - inside[j])
            kept.append(points[i] + t * (points[j] - points[i]))
    return np.asarray(kept, np.float64).reshape(-1, points.shape[1])
