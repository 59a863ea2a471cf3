"""What one sees through: panes of glass, smoke, shafts of light, rain, lace; layers of partial alpha.

Straight alpha as everywhere: the layer's colour, and how much of what lies behind it hides.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.board.texture import as_grey, fractal_noise
from dougagen.studio.background.board.tones import any_color, mixed

Layer = NDArray[np.uint8]
"""uint8[H, W, 4]: RGB and straight alpha."""
_DENSEST = 235
"""Of 255: something is always seen through a veil."""


def paint_veil(rng: np.random.Generator, *, height: int, width: int) -> Layer:
    """A semi-transparent layer; its alpha keeps mostly clear of 0.5, where nobody could decide."""
    kind = rng.choice(["glass", "smoke", "shafts", "rain", "lace"], p=[0.3, 0.28, 0.22, 0.1, 0.1])
    tint = mixed(any_color(rng), (255, 255, 255), rng.uniform(0.3, 0.95))
    if kind == "glass":
        alpha = _glass(rng, height, width)
    elif kind == "smoke":
        alpha = _smoke(rng, height, width)
    elif kind == "shafts":
        alpha = _shafts(rng, height, width)
    elif kind == "rain":
        alpha = _rain(rng, height, width)
    else:
        alpha = _lace(rng, height, width)
    layer = np.empty((height, width, 4), np.uint8)
    layer[..., :3] = tint
    layer[..., 3] = np.minimum(alpha, _DENSEST)
    return layer


def smoke_over(rng: np.random.Generator, *, height: int, width: int, lines: int) -> Layer:
    """Smoke or fog all over a layer that is larger than the picture of ``lines``."""
    field = fractal_noise(rng, height, width, lines * rng.uniform(0.25, 0.6), octaves=5, stretch=1.5)
    density = np.clip(field * np.float32(0.9) + np.float32(rng.uniform(0.15, 0.55)), 0, 1)
    return _tinted(rng, as_grey(density, gain=float(rng.uniform(70, 170)), middle=0))


def rain_over(rng: np.random.Generator, *, height: int, width: int, lines: int, lean: float) -> Layer:
    """Streaks of rain all over a layer, ``lean`` pixels to the side for one down."""
    alpha = np.zeros((height, width), np.uint8)
    share = height * width / (lines * lines * 16 / 9)
    long = lines * float(rng.uniform(0.03, 0.12))
    for _ in range(int(share * rng.integers(60, 260))):
        x, y, k = rng.uniform(0, width), rng.uniform(-0.1, 1) * height, rng.uniform(0.5, 1.3)
        ends = (int(x), int(y)), (int(x + lean * long * k), int(y + long * k))
        thick = max(int(lines * rng.uniform(0, 0.003)), 1)
        cv2.line(alpha, *ends, float(rng.uniform(40, 150)), thick, cv2.LINE_AA)
    return _tinted(rng, alpha)


def _tinted(rng: np.random.Generator, alpha: NDArray[np.uint8]) -> Layer:
    layer = np.empty((*alpha.shape, 4), np.uint8)
    layer[..., :3] = mixed(any_color(rng), (255, 255, 255), rng.uniform(0.5, 0.95))
    layer[..., 3] = np.minimum(alpha, _DENSEST)
    return layer


def _glass(rng: np.random.Generator, height: int, width: int) -> NDArray[np.uint8]:
    """A pane over all or half of the picture, with slanting reflections."""
    alpha = np.zeros((height, width), np.uint8)
    level = float(rng.choice([rng.uniform(20, 70), rng.uniform(150, 220)], p=[0.8, 0.2]))
    x0, x1 = sorted(rng.uniform(-0.3, 1.3, 2) * width)
    if level < 128 and rng.uniform() < 0.5:
        x0, x1 = 0, width
    else:
        x1 = min(x1, x0 + 0.4 * width)
    cv2.rectangle(alpha, (int(x0), 0), (int(x1), height), level, -1)
    for _ in range(int(rng.integers(1, 5))):
        a, w, lean = rng.uniform(x0, x1 + 1), width * rng.uniform(0.01, 0.1), height * rng.uniform(0.2, 0.8)
        band = np.array([[a, height], [a + w, height], [a + w + lean, 0], [a + lean, 0]])
        mask = np.zeros_like(alpha)
        cv2.fillPoly(mask, [np.round(band * 16).astype(np.int32)], 45.0, cv2.LINE_AA, 4)
        alpha = np.asarray(cv2.add(alpha, cv2.copyTo(mask, cv2.compare(alpha, 0, cv2.CMP_GT))), np.uint8)
    return alpha


def _smoke(rng: np.random.Generator, height: int, width: int) -> NDArray[np.uint8]:
    """Drifts of smoke, steam or fog: thick below or at one side."""
    field = fractal_noise(
        rng, height, width, height * rng.uniform(0.2, 0.6), octaves=6, stretch=float(rng.uniform(1, 3))
    )
    way = rng.uniform(0, 2 * np.pi)
    x = np.linspace(-1, 1, width, dtype=np.float32)[None] * np.float32(np.cos(way))
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None] * np.float32(np.sin(way))
    density = np.clip(field * np.float32(0.9) + (x + y) - np.float32(rng.uniform(0.1, 0.7)), 0, 1)
    return as_grey(density, gain=float(rng.uniform(60, 250)), middle=0)


def _shafts(rng: np.random.Generator, height: int, width: int) -> NDArray[np.uint8]:
    """Beams from a window or through leaves, soft at their edges."""
    h, w = height // 4 + 1, width // 4 + 1
    alpha = np.zeros((h, w), np.uint8)
    x, lean = rng.uniform(-0.3, 0.8) * w, rng.uniform(-1.2, 1.2) * h
    for _ in range(int(rng.integers(1, 5))):
        broad = rng.uniform(0.05, 0.25) * w
        band = np.array([[x, 0], [x + broad, 0], [x + 1.4 * broad + lean, h], [x + lean, h]])
        cv2.fillPoly(alpha, [band.astype(np.int32)], float(rng.uniform(30, 100)))
        x += broad * rng.uniform(1.3, 3)
    soft = cv2.GaussianBlur(alpha, (0, 0), h * rng.uniform(0.005, 0.04))
    return np.asarray(cv2.resize(soft, (width, height)), np.uint8)


def _rain(rng: np.random.Generator, height: int, width: int) -> NDArray[np.uint8]:
    """Streaks of rain or snow near the lens."""
    alpha = np.zeros((height, width), np.uint8)
    lean, long = rng.normal(0, 0.3), height * rng.uniform(0.02, 0.3)
    for _ in range(int(rng.integers(60, 400))):
        x, y, k = rng.uniform(-0.2, 1.2) * width, rng.uniform(-0.2, 1) * height, rng.uniform(0.5, 1.3)
        ends = (int(x), int(y)), (int(x + lean * long * k), int(y + long * k))
        cv2.line(
            alpha,
            *ends,
            float(rng.uniform(40, 160)),
            max(int(height * rng.uniform(0, 0.004)), 1),
            cv2.LINE_AA,
        )
    return alpha


def _lace(rng: np.random.Generator, height: int, width: int) -> NDArray[np.uint8]:
    """A thin curtain in folds at one or both sides."""
    x = np.linspace(0, 1, width, dtype=np.float32)
    folds = 0.6 + 0.4 * np.sin(x * np.float32(rng.uniform(40, 160)) + 2 * np.sin(x * 9))
    edge = float(rng.uniform(0.1, 0.4))
    inside = np.maximum(x < edge, (x > 1 - edge) * float(rng.integers(0, 2)))
    row = as_grey((folds * inside).astype(np.float32)[None], gain=float(rng.uniform(40, 110)), middle=0)
    return np.ascontiguousarray(np.repeat(row, height, axis=0))
