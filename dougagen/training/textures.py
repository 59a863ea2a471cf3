"""Fifteen textures to lay over cels and backgrounds: paper, wood, concrete, dirt and metal, three of each.

The thesis collected its fifteen from Texture.com (4.2); these are made from noise, so that they can ship. All
of it has periods that divide the side: they tile without a seam.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 512
"""Pixels after which a texture repeats."""
Rng = np.random.Generator
Field = NDArray[np.float64]


def texture_count() -> int:
    """How many there are."""
    return len(_KINDS) * _OF_EACH


@lru_cache(maxsize=32)
def texture(number: int) -> NDArray[np.float32]:
    """float32[512, 512, 3] > 0: what a picture is multiplied by; every channel has the mean 1."""
    kind, sort = list(_KINDS)[number // _OF_EACH], number % _OF_EACH
    rng = np.random.default_rng([ord(kind[0]), sort])
    relief, depth, tint = _KINDS[kind](rng)
    relief = (relief - relief.mean()) / max(relief.std(), 1e-9)
    levels = np.exp(depth * relief.clip(-3.5, 3.5))[..., None] ** np.asarray(
        tint
    )  # darker is deeper in colour
    levels = levels / levels.mean((0, 1))
    levels.setflags(write=False)
    return levels.astype(np.float32)


def overlaid(
    color: NDArray[np.uint8], number: int, *, top: int, left: int, where: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """``color`` times a texture tiled from (``top``, ``left``) on, ``where`` it is to be; uint8[H, W, 3]."""
    height, width = where.shape
    rows, columns = (np.arange(height) + top) % SIDE, (np.arange(width) + left) % SIDE
    tiled = texture(number)[rows[:, None], columns]  # [H, W, 3]
    laid = cv2.multiply(color, tiled, dtype=cv2.CV_8U)
    return np.where(where[..., None], laid, color).astype(np.uint8, copy=False)


# ---- noise that repeats ------------------------------------------------------------------------------
def _noise(rng: Rng, *, power: float, across: float = 1.0, low: float = 1.0, high: float = SIDE) -> Field:
    """Noise whose amplitude falls as frequency^−``power``, [SIDE, SIDE]; ``across`` > 1 draws it out along x.

    ``low`` and ``high`` are the cycles over the side between which there is any.
    """
    y, x = np.meshgrid(np.fft.fftfreq(SIDE) * SIDE, np.fft.rfftfreq(SIDE) * SIDE, indexing="ij")
    frequency = np.hypot(y, x * across)
    amplitude = np.where((frequency >= low) & (frequency <= high), np.maximum(frequency, 1.0) ** -power, 0.0)
    waves = amplitude * (rng.standard_normal(y.shape) + 1j * rng.standard_normal(y.shape))
    field = np.fft.irfft2(waves, (SIDE, SIDE))
    return (field - field.mean()) / max(field.std(), 1e-9)


def _bent(field: Field, rng: Rng, *, reach: float, power: float = 2.0) -> Field:
    """``field`` sampled where slow noise moves it, by ``reach`` pixels or so."""
    rows, columns = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    dy, dx = (reach * _noise(rng, power=power, high=12).astype(np.float32) for _ in range(2))
    wrapped = np.pad(field.astype(np.float32), 64, mode="wrap")
    bent = cv2.remap(wrapped, columns + dx + 64, rows + dy + 64, cv2.INTER_LINEAR)
    return bent.astype(np.float64)


def _scratches(rng: Rng, *, count: int, length: int, straight: bool) -> Field:
    """Thin strokes on zero, drawn over the borders so that they tile."""
    plate = np.zeros((SIDE, SIDE), np.float32)
    for _ in range(count):
        angle = rng.normal(0, 0.04) if straight else rng.uniform(0, np.pi)
        start = rng.uniform(0, SIDE, 2)
        end = start + rng.uniform(0.3, 1.0) * length * np.array([np.cos(angle), np.sin(angle)])
        weight = float(rng.uniform(0.3, 1.0))
        for shift in ((dx, dy) for dx in (-SIDE, 0, SIDE) for dy in (-SIDE, 0, SIDE)):
            (left, top), (right, bottom) = np.rint(np.stack([start, end]) + shift).astype(int).tolist()
            cv2.line(plate, (left, top), (right, bottom), weight, 1)
    return plate.astype(np.float64)


# ---- what they are of --------------------------------------------------------------------------------
Made = tuple[Field, float, tuple[float, float, float]]
"""Relief, depth of its shade as a deviation of the logarithm, and how deep that is in red, green and blue."""


def _paper(rng: Rng) -> Made:
    """Tooth, fibres every way, and the clouds that hold against light shows."""
    fibres = _noise(rng, power=0.5, low=20) + 1.6 * _scratches(rng, count=500, length=26, straight=False)
    return fibres + 0.7 * _noise(rng, power=1.2, high=24), rng.uniform(0.05, 0.09), (0.95, 1.0, 1.1)


def _wood(rng: Rng) -> Made:
    """Rings cut lengthwise, bent, with pores along them."""
    rows = np.mgrid[:SIDE, :SIDE][0]
    rings = int(rng.integers(7, 16))
    phase = 2 * np.pi * rings * rows / SIDE + 2.2 * _noise(rng, power=2.0, across=5.0, high=20)
    grain = 2.0 * np.abs(np.sin(phase / 2)) ** 0.6
    pores = _noise(rng, power=0.3, across=24.0, low=24)
    return _bent(grain, rng, reach=5) * 1.3 + 0.7 * pores, rng.uniform(0.14, 0.2), (0.85, 1.0, 1.2)


def _concrete(rng: Rng) -> Made:
    """Clouds, sand, and pits where air stood."""
    pits = _noise(rng, power=0.6, low=16, high=90)
    holes = -np.maximum(pits - 2.1, 0.0) * 3.0
    return (
        _noise(rng, power=1.3) + 0.5 * _noise(rng, power=0.0) + holes,
        rng.uniform(0.1, 0.15),
        (1.0, 1.0, 1.0),
    )


def _dirt(rng: Rng) -> Made:
    """Blotches with crumbs on them."""
    blotches = np.tanh(2.0 * _bent(_noise(rng, power=1.7, low=3), rng, reach=14))
    crumbs = np.maximum(_noise(rng, power=0.9, low=30) - 1.0, 0.0)
    return (
        blotches + 0.8 * _noise(rng, power=0.8, low=8) - 1.2 * crumbs,
        rng.uniform(0.12, 0.2),
        (0.9, 1.0, 1.15),
    )


def _metal(rng: Rng) -> Made:
    """Brushed one way, scratched another, stained."""
    brushed = _noise(rng, power=0.25, across=60.0, low=8)
    scratched = _scratches(rng, count=60, length=200, straight=False)
    stains = _noise(rng, power=2.0, high=16)
    return brushed + 2.5 * scratched + 0.5 * stains, rng.uniform(0.09, 0.15), (1.0, 1.0, 0.97)


_OF_EACH = 3
_KINDS: dict[str, Callable[[Rng], Made]] = {
    "paper": _paper,
    "wood": _wood,
    "concrete": _concrete,
    "dirt": _dirt,
    "metal": _metal,
}
