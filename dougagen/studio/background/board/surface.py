"""Planes seen in perspective: everything a scenery painter draws is a polygon on a ``Surface``.

A surface has its own coordinates (metres, v down) and a homography to the board. A wall with windows is the
same whether seen from the front or from the side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.board.board import Board
from dougagen.studio.background.board.clipping import BITS, FAR, NEAR, Points, fixed_point, in_front
from dougagen.studio.background.board.texture import shifted
from dougagen.studio.background.board.tones import lit
from dougagen.studio.cel.cel import Rgb


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
        world = uv @ self.matrix[:, :2].T  # [N, 3]
        world += self.matrix[:, 2]
        if world[:, 2].min() < NEAR:
            world = in_front(world, closed=closed)
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

    def body(
        self,
        points: Any,
        color: Rgb,
        *,
        to: Rgb | None = None,
        bulk: float = 0.2,
        gloss: float = 0.0,
        inner: Sequence[tuple[Any, Rgb]] = (),
        shade: float = 0.7,
    ) -> None:
        """A thing with volume, see ``Board.body``; ``inner`` in the plane's own units too."""
        self.board.body(
            self.placed(points),
            lit(color, self.light),
            to=None if to is None else lit(to, self.light),
            bulk=bulk,
            gloss=gloss,
            inner=[(self.placed(patch), lit(tone, self.light)) for patch, tone in inner],
            shade=shade,
        )

    def seam(self, points: Any, color: Rgb, *, width: float = 1.0) -> None:
        """A drawn line inside a thing: ink in the outlined look, a dark hint in the painted one."""
        look = self.board.look
        if look.outlined:
            self.board.pen(
                self.placed(points, closed=False), look.ink_for(lit(color, self.light)), width * look.width
            )
        else:
            self.stroke(points, lit(color, 0.62), 1.6 * width)

    def scatter(self, quads: NDArray[np.float64], color: Rgb) -> None:
        """Many separate polygons (float64[N, K, 2]) without outlines, in one stroke of cv2."""
        if not len(quads):
            return
        world = quads @ self.matrix[:, :2].T + self.matrix[:, 2]  # [N, K, 2] -> [N, K, 3]
        depth = np.maximum(world[..., 2:], NEAR)
        flat = world[..., :2] / depth
        safe = (world[..., 2] > NEAR).all(axis=1) & (np.abs(flat).max(axis=(1, 2)) < FAR)
        low, high = flat.min(axis=1), flat.max(axis=1)
        seen = safe & (high > 0).all(axis=1) & (low < (self.board.wide, self.board.tall)).all(axis=1)
        fixed = list(np.round(flat[seen] * (1 << BITS)).astype(np.int32))
        if fixed:
            cv2.fillPoly(self.board.pixels, fixed, lit(color, self.light), self.board.edge, BITS)
            cv2.fillPoly(self.board.cover, fixed, 255, self.board.edge, BITS)
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

    def tinted(self, points: Any, factor: float) -> None:
        """Light or shadow that falls on what is there: its colours times ``factor`` (0 … 2)."""
        outline = self.placed(points)
        fixed = fixed_point(outline)
        box = None if fixed is None else self.board.box(np.clip(outline, -FAR, FAR))
        if box is None or fixed is None:
            return
        at, corner = box
        gain = np.full((at[0].stop - at[0].start, at[1].stop - at[1].start), 128, np.uint8)
        shape = fixed - np.int32(corner * (1 << BITS))
        cv2.fillPoly(gain, [shape], round(127 * factor), self.board.edge, BITS)
        below = self.board.pixels[at]
        cv2.multiply(below, cv2.cvtColor(gain, cv2.COLOR_GRAY2RGB), dst=below, scale=1 / 128)

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
        fixed = fixed_point(outline)
        box = None if fixed is None else self.board.box(np.clip(outline, -FAR, FAR))
        if box is None or fixed is None:
            return
        at, corner = box
        shape = (at[1].stop - at[1].start, at[0].stop - at[0].start)
        n = tile.shape[0]
        to_tile = np.diag([n / size[0], n / size[1], 1.0]) @ np.linalg.inv(self.matrix)
        to_tile = to_tile @ np.array([[1, 0, corner[0]], [0, 1, corner[1]], [0, 0, 1.0]])
        # the lens of a finer grid smooths anyhow, and the nearest sample costs half
        how = cv2.INTER_LINEAR if self.board.oversampling == 1 else cv2.INTER_NEAREST
        laid = cv2.warpPerspective(
            tile, to_tile, shape, flags=how | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_WRAP
        )
        mask = np.zeros(shape[::-1], np.uint8)
        cv2.fillPoly(mask, [fixed - np.int32(corner * (1 << BITS))], 255, cv2.LINE_8, BITS)
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
