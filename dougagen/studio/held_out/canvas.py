"""The held-out painters' own tools: distance fields, cosine palettes, textures from spectra and cells.

Nothing here is shared with the training family but numpy and cv2: a network that has learnt the traces of
``Board``'s polygons, of value noise or of ``any_color`` finds none of them on these pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.floating[Any]]
"""float[H, W], float32 where it is stored."""
Tone = NDArray[np.float32]
"""float32[3]: RGB in [0, 1]."""


@dataclass(frozen=True, slots=True, eq=False)
class Palette:
    """Colours on a cosine curve: ``a + b · cos(2π(c·t + d))`` in each channel."""

    a: Tone
    b: Tone
    c: Tone
    d: Tone

    def tone(self, t: float, light: float = 1.0) -> Tone:
        """float32[3] at ``t``, ``light`` times as bright."""
        wave = self.a + self.b * np.cos(2 * np.pi * (self.c * np.float32(t) + self.d))
        return np.clip(wave * np.float32(light), 0, 1).astype(np.float32)


def any_palette(rng: np.random.Generator) -> Palette:
    """Half of them close to one hue and quiet, as sets are; the others up to loud, from dark to pale."""
    quiet = rng.uniform() < 0.5
    a = np.float32(rng.uniform(0.35, 0.8)) + rng.normal(0, 0.06, 3)
    b = np.float32(rng.uniform(0.1, 0.35)) + rng.normal(0, 0.05, 3)
    c = rng.choice([0.5, 1.0, 1.0, 2.0]) * (1 + rng.normal(0, 0.08, 3))
    spread = rng.uniform(0.01, 0.06) if quiet else rng.uniform(0.05, 0.3)
    d = rng.uniform() + rng.permutation(3) * spread
    return Palette(*(v.astype(np.float32) for v in (a, b, c, d)))


@dataclass(frozen=True, slots=True)
class Pen:
    """How contours are drawn on one picture; width 0 = no contours."""

    width: float
    """Picture heights."""
    darkness: float
    """Share of the fill's light that the contour takes."""
    flat: bool
    """Fills without bevel or texture."""


class Canvas:
    """float32[H, W, 3] in [0, 1]; y runs from 0 to 1 downwards, x from 0 to width over height."""

    def __init__(self, rng: np.random.Generator, *, height: int, width: int, pen: Pen) -> None:
        self.rng, self.pen = rng, pen
        self.height, self.width = height, width
        self.aspect = width / height
        self.x: Field = ((np.arange(width, dtype=np.float32) + 0.5) / height)[None].repeat(height, 0)
        self.y: Field = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None].repeat(width, 1)
        self.pixels = np.zeros((height, width, 3), np.float32)

    def wash(self, shade: Field, *tones: Tone) -> None:
        """The whole canvas by ``shade`` in [0, 1] through ``tones`` at equal steps."""
        at = np.clip(shade, 0, 1) * np.float32(len(tones) - 1)
        self.pixels[:] = tones[0]
        for i in range(1, len(tones)):
            part = np.clip(at - np.float32(i - 1), 0, 1)[..., None]
            self.pixels += part * (tones[i] - tones[i - 1])

    def window(self, x0: float, y0: float, x1: float, y1: float) -> tuple[slice, slice]:
        """The pixels of a box in picture heights, cut to the canvas; may be empty."""
        n = self.height
        rows = slice(int(np.clip(y0 * n, 0, n)), int(np.clip(y1 * n + 1, 0, n)))
        return rows, slice(int(np.clip(x0 * n, 0, self.width)), int(np.clip(x1 * n + 1, 0, self.width)))

    def lay(
        self,
        distance: Field,
        tone: Tone,
        *,
        at: tuple[slice, slice] = np.s_[:, :],
        bevel: float = 0.0,
        low: Tone | None = None,
        alpha: float = 1.0,
        soft: float = 0.0,
        contour: bool = True,
    ) -> None:
        """Paint where ``distance`` (picture heights, negative inside) is negative.

        ``bevel`` rounds the rim over that many picture heights; ``low`` is the tone at the bottom.
        """
        if distance.size == 0:
            return
        edge = np.float32(1.0 / self.height + soft)
        inside = np.clip(np.float32(0.5) - distance / edge, 0, 1) * np.float32(alpha)
        fill: Field = np.broadcast_to(tone, (*distance.shape, 3)).astype(np.float32)
        if low is not None and not self.pen.flat:
            y = self.y[at]
            span = np.float32(max(float(y[-1, 0] - y[0, 0]), 1e-3))
            part = ((y - y[0, 0]) / span)[..., None]
            fill = fill + part * (low - tone)
        if bevel > 0:
            rim = np.clip(1 + distance / np.float32(bevel), 0, 1)
            if self.pen.flat:
                rim = (rim > 0.55).astype(np.float32)
            fill = fill * (1 - np.float32(0.45) * rim**2)[..., None]
        pixels = self.pixels[at]
        pixels += (fill - pixels) * inside[..., None]
        if self.pen.width > 0 and contour and soft == 0:
            line = np.clip(np.float32(0.5) - (np.abs(distance) - self.pen.width / 2) / edge, 0, 1)
            ink = tone * np.float32(1 - self.pen.darkness)
            pixels += (ink - pixels) * (line * np.float32(alpha))[..., None]

    def light(self, field: Field, tone: Tone, at: tuple[slice, slice] = np.s_[:, :]) -> None:
        """Add ``field`` times ``tone``."""
        self.pixels[at] += field[..., None] * tone

    def textured(self, field: Field, amount: float) -> None:
        """Lighten and darken by ``field`` (about −1 … 1)."""
        if not self.pen.flat:
            self.pixels *= (1 + np.float32(amount) * field)[..., None]

    def finished(self) -> NDArray[np.uint8]:
        """uint8[H, W, 3]."""
        return np.ascontiguousarray((np.clip(self.pixels, 0, 1) * 255 + 0.5).astype(np.uint8))


# ---- distances, in the units of their arguments --------------------------------------------------------
def disc(x: Field, y: Field, cx: float, cy: float, r: float) -> Field:
    """A circle."""
    return np.asarray(np.hypot(x - np.float32(cx), y - np.float32(cy)) - np.float32(r))


def box(x: Field, y: Field, x0: float, y0: float, x1: float, y1: float, *, round_by: float = 0.0) -> Field:
    """A box with rounded corners."""
    dx = np.abs(x - np.float32((x0 + x1) / 2)) - np.float32((x1 - x0) / 2 - round_by)
    dy = np.abs(y - np.float32((y0 + y1) / 2)) - np.float32((y1 - y0) / 2 - round_by)
    outside = np.hypot(np.maximum(dx, 0), np.maximum(dy, 0))
    return np.asarray(outside + np.minimum(np.maximum(dx, dy), 0) - np.float32(round_by))


def capsule(
    x: Field, y: Field, a: tuple[float, float], b: tuple[float, float], r0: float, r1: float
) -> Field:
    """A thick line from ``a`` to ``b`` whose radius runs from ``r0`` to ``r1``."""
    vx, vy = np.float32(b[0] - a[0]), np.float32(b[1] - a[1])
    px, py = x - np.float32(a[0]), y - np.float32(a[1])
    t = np.clip((px * vx + py * vy) / max(float(vx * vx + vy * vy), 1e-9), 0, 1)
    return np.asarray(np.hypot(px - t * vx, py - t * vy) - (np.float32(r0) + t * np.float32(r1 - r0)))


def melted(one: Field, other: Field, k: float) -> Field:
    """The union of two shapes with a soft joint ``k`` wide."""
    h = np.clip(0.5 + 0.5 * (other - one) / np.float32(k), 0, 1)
    return np.asarray(other + h * (one - other) - np.float32(k) * h * (1 - h))


# ---- textures ------------------------------------------------------------------------------------------
def spectral(
    rng: np.random.Generator, height: int, width: int, *, beta: float, stretch: float = 1.0, cells: int = 256
) -> Field:
    """Noise with a power spectrum 1/f^``beta``, unit deviation, ``stretch`` times as wide as high."""
    n = min(cells, 512)
    fy = np.fft.fftfreq(n)[:, None]
    fx = np.fft.rfftfreq(n)[None] * stretch
    size = np.hypot(fx, fy)
    size[0, 0] = 1.0
    wave = np.exp(2j * np.pi * rng.uniform(size=size.shape)) * size ** (-beta / 2)
    wave[0, 0] = 0
    field = np.fft.irfft2(wave, s=(n, n)).astype(np.float32)
    field /= field.std() + 1e-6
    return np.asarray(cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def cells(
    rng: np.random.Generator, height: int, width: int, count: int
) -> tuple[NDArray[np.int32], Field, NDArray[np.int64]]:
    """Voronoi cells: label and distance to its seed in pixels for every pixel, and the seeds' (x, y)."""
    seeds = np.stack([rng.integers(0, width, count), rng.integers(0, height, count)], 1)
    sheet = np.full((height, width), 255, np.uint8)
    sheet[seeds[:, 1], seeds[:, 0]] = 0
    distance, labels = cv2.distanceTransformWithLabels(sheet, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    return np.asarray(labels, np.int32), np.asarray(distance, np.float32), seeds


def combed(rng: np.random.Generator, angle: Field, *, steps: int, length: float) -> Field:
    """Strokes that follow ``angle``: white noise smeared along it, about −1 … 1."""
    height, width = angle.shape
    noise = rng.normal(0, 1, (height, width)).astype(np.float32)
    px, py = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    dx, dy = np.cos(angle) * np.float32(length), np.sin(angle) * np.float32(length)
    total = noise.copy()
    for i in range(1, steps + 1):
        total += cv2.remap(noise, px + i * dx, py + i * dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(total / np.float32(np.sqrt(steps + 1) * 1.6), np.float32)
