"""The painter's board: polygons, lines, volumes and light, in pixels.

The ``Look`` says whether shapes get outlines and flat fills, as cels do, or texture and soft shade.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.board.clipping import BITS, FAR, Points, fixed_point
from dougagen.studio.background.board.texture import gradient
from dougagen.studio.background.board.tones import lit
from dougagen.studio.cel.cel import Rgb
from dougagen.studio.cel.sheet import oversampling_for
from dougagen.studio.cel.strokes import Ink, tapered_strip


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
    taper: float = 0.0
    """How much free strokes run out at their ends, as in ``Ink``."""
    bold: float = 1.0
    """How much thicker the outlines of things are than the lines inside them."""

    def ink_for(self, color: Rgb) -> Rgb:
        """The outline's colour on ``color``."""
        return lit(color, 0.35) if self.ink is None else self.ink


def random_look(rng: np.random.Generator, *, outlined: bool) -> Look:
    """Outlined and flat, or painted; outlines are black, dark or coloured to the fill."""
    if not outlined:  # a third is as clean as a cel: flat walls that nobody may take for one
        return Look(False, texture=float(rng.choice([rng.uniform(0, 4), rng.uniform(4, 26)], p=[0.35, 0.65])))
    v = int(rng.integers(0, 60))
    ink: Rgb | None = [None, (0, 0, 0), (v, v * 2 // 3, v // 2)][rng.choice(3, p=[0.4, 0.25, 0.35])]
    texture = 0.0 if rng.uniform() < 0.75 else float(rng.uniform(3, 10))
    width = float(np.exp(rng.uniform(0.0, np.log(6.0))))
    taper = float(rng.choice([0.0, rng.uniform(0.2, 0.9)]))
    return Look(True, ink, width, texture, taper, float(rng.choice([1.0, rng.uniform(1.1, 1.6)])))


class Board:
    """A picture in the making; ``cover`` records what was touched, for layers that are not full."""

    def __init__(
        self, rng: np.random.Generator, *, height: int, width: int, look: Look, fine: bool = True
    ) -> None:
        """``fine=False`` for pictures of leaves and clouds, which need no cel-like edges."""
        self.rng, self.look = rng, look
        # outlines are made as the cel sheet makes them: hard edges on a finer grid, then the lens
        grid = min(oversampling_for(height), 3) if fine else 2 if height <= 640 else 1
        self.oversampling = grid if look.outlined else 1
        self.edge = cv2.LINE_8 if self.oversampling > 1 else cv2.LINE_AA
        self.light = (float(rng.choice([-1.0, 1.0]) * rng.uniform(0.3, 0.9)), float(-rng.uniform(0.3, 0.9)))
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

    def wash(self, color: Rgb) -> None:
        """The whole board in one colour; cv2 does it thirty times quicker than a numpy broadcast."""
        cv2.rectangle(self.pixels, (0, 0), (self.wide, self.tall), color, -1)
        self.cover[:] = 255

    # ---- in pixels of the board ------------------------------------------------------------------
    def polygon(self, points: Points, color: Rgb, *, to: Rgb | None = None, sideways: bool = False) -> None:
        """Fill; with ``to`` as a gradient from top to bottom of its box, or from left to right."""
        if not self._sees(points):
            return
        fixed = fixed_point(points)
        if fixed is None:
            return
        cv2.fillPoly(self.cover, [fixed], 255, self.edge, BITS)
        if to is None:
            cv2.fillPoly(self.pixels, [fixed], color, self.edge, BITS)
            return
        box = self.box(points)
        if box is None:
            return
        at, corner = box
        mask = np.zeros((at[0].stop - at[0].start, at[1].stop - at[1].start), np.uint8)
        cv2.fillPoly(mask, [fixed - np.int32(corner * (1 << BITS))], 255, self.edge, BITS)
        ends = (color, to, color, to) if sideways else (color, color, to, to)
        self._lay(at, gradient(mask.shape[0], mask.shape[1], ends), mask)

    def body(
        self,
        points: Points,
        color: Rgb,
        *,
        to: Rgb | None = None,
        bulk: float = 0.0,
        gloss: float = 0.0,
        inner: Sequence[tuple[Points, Rgb]] = (),
        shade: float = 0.7,
    ) -> None:
        """A thing with volume: ``inner`` patches cut to it, a shaded side, a gleam, an outline.

        ``bulk`` is how far the shade reaches in, as a share of the thing's smaller side; it is hard in the
        outlined look, as a cel's, and soft in the painted one. ``gloss`` in [0, 1]; ``shade`` is the light
        that is left there.
        """
        box = self.box(points) if self._sees(points) else None
        fixed = None if box is None else fixed_point(points)
        if box is None or fixed is None:
            return
        at, corner = box
        h, w = at[0].stop - at[0].start, at[1].stop - at[1].start
        size = float((points.max(axis=0) - points.min(axis=0)).min())
        if size < 10 and not inner:
            self.shape(points, color)
            return
        flat = self.look.outlined
        if to is not None and not flat:
            local = gradient(h, w, (color, color, to, to))
        else:
            local = np.empty((h, w, 3), np.uint8)
            cv2.rectangle(local, (0, 0), (w, h), color, -1)
        shift = np.int32(np.round(corner * (1 << BITS)))
        for patch, tone in inner:
            inlay = fixed_point(patch)
            if inlay is not None:
                cv2.fillPoly(local, [inlay - shift], tone, self.edge, BITS)
        if bulk > 0:
            self._shaded(local, points, corner, size * bulk, shade)
        if gloss > 0:
            self._gleaming(local, points, corner, gloss)
        mask = np.zeros((h, w), np.uint8)
        cv2.fillPoly(mask, [fixed - shift], 255, self.edge, BITS)
        self._lay(at, local, mask)
        if flat:
            self.outline(points, self.look.ink_for(color))

    def _lay(self, at: tuple[slice, slice], over: NDArray[np.uint8], mask: NDArray[np.uint8]) -> None:
        """``blend``, but thirty times quicker where edges are hard."""
        if self.edge == cv2.LINE_AA:
            self.blend(at, over, mask)
            return
        cv2.copyTo(over, mask, self.pixels[at])
        cv2.bitwise_or(self.cover[at], mask, dst=self.cover[at])

    def outline(self, points: Points, ink: Rgb) -> None:
        """The closed contour of a thing."""
        self.stroke(points, ink, self.look.width * self.look.bold, closed=True)

    def _shaded(
        self, local: NDArray[np.uint8], points: Points, corner: Points, reach: float, left: float
    ) -> None:
        """What the thing's own shape, moved towards the light, does not cover is dark."""
        h, w = local.shape[:2]
        lights = np.full((h, w), round(255 * left), np.uint8)
        moved = fixed_point(points - corner + np.array(self.light) * reach)
        if moved is None:
            return
        cv2.fillPoly(lights, [moved], 255, cv2.LINE_8, BITS)
        if not self.look.outlined:
            k = int(reach * 0.6) * 2 + 1
            lights = np.asarray(cv2.blur(lights, (k, k)), np.uint8)
        cv2.multiply(local, cv2.merge([lights, lights, lights]), dst=local, scale=1 / 255)

    def _gleaming(self, local: NDArray[np.uint8], points: Points, corner: Points, gloss: float) -> None:
        """A crescent of light inside the lit rim."""
        h, w = local.shape[:2]
        middle = (points.max(axis=0) + points.min(axis=0)) / 2
        size = float((points.max(axis=0) - points.min(axis=0)).min())
        inset = (points - middle) * 0.8 + middle - corner
        away = np.array(self.light) * -0.09 * size
        gleam = np.zeros((h, w), np.uint8)
        for shape, value in ((inset, round(190 * gloss)), (inset + away, 0)):
            fixed = fixed_point(shape)
            if fixed is not None:
                cv2.fillPoly(gleam, [fixed], value, cv2.LINE_8, BITS)
        if not self.look.outlined:
            k = int(size * 0.03) * 2 + 1
            gleam = np.asarray(cv2.blur(gleam, (k, k)), np.uint8)
        cv2.add(local, cv2.merge([gleam, gleam, gleam]), dst=local)

    def blend(self, at: tuple[slice, slice], over: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> None:
        """Lay ``over`` (uint8[h, w, 3]) on the box ``at`` by ``alpha`` (uint8[h, w])."""
        below = self.pixels[at]
        thick = cv2.cvtColor(alpha, cv2.COLOR_GRAY2RGB)
        laid = cv2.multiply(over, thick, scale=1 / 255)
        cv2.bitwise_not(thick, dst=thick)
        cv2.multiply(below, thick, dst=below, scale=1 / 255)  # in place: fresh memory costs more than this
        cv2.add(below, laid, dst=below)
        touched = self.cover[at]
        cv2.add(touched, cv2.multiply(cv2.bitwise_not(touched), alpha, scale=1 / 255), dst=touched)

    def pen(self, points: Points, color: Rgb, width: float) -> None:
        """A stroke of the cels' own pen: tapered where the look's lines are."""
        if not self._sees(points) or np.abs(points).max() > FAR:
            return
        thick = max(width * self.tall / 1080, 1.0)
        for strip in tapered_strip(points, Ink(color, width, self.look.taper), width=thick):
            fixed = fixed_point(strip)
            if fixed is not None:
                cv2.fillPoly(self.pixels, [fixed], color, self.edge, BITS)
                cv2.fillPoly(self.cover, [fixed], 255, self.edge, BITS)

    def stroke(self, points: Points, color: Rgb, width: float, *, closed: bool = False) -> None:
        """A line ``width`` pixels (at 1080 lines) wide."""
        if not self._sees(points):
            return
        fixed = fixed_point(points, closed=closed)
        if fixed is None:
            return
        thick = max(round(width * self.tall / 1080), 1)
        cv2.polylines(self.pixels, [fixed], closed, color, thick, self.edge, BITS)
        cv2.polylines(self.cover, [fixed], closed, 255, thick, self.edge, BITS)

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
        box = self.box(np.array([[cx - radius, cy - radius], [cx + radius, cy + radius]]))
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
        margin = 0.01 * self.tall
        x0, y0 = points.min(axis=0)
        if x0 > self.wide + margin or y0 > self.tall + margin:
            return False
        x1, y1 = points.max(axis=0)
        return bool(x1 > -margin and y1 > -margin)

    def box(self, points: Points) -> tuple[tuple[slice, slice], Points] | None:
        """The pixels around ``points`` and their upper left corner; None where they miss the board."""
        low = np.maximum(np.floor(points.min(axis=0)) - 1, 0)
        high = np.minimum(np.ceil(points.max(axis=0)) + 2, (self.wide, self.tall))
        if (high <= low).any():
            return None
        (x0, y0), (x1, y1) = low.astype(int), high.astype(int)
        return (slice(y0, y1), slice(x0, x1)), low
