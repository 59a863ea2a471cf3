"""Light on the composite: glows, filters, gradients, shafts, backlight; some on the cel layer alone."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.board.texture import as_grey, gradient
from dougagen.studio.cel.colors import rgb
from dougagen.studio.stand.color_script import Coverage, Picture, curved, levels

Level = NDArray[np.uint8]
"""uint8[H, W]."""


def glow(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Bright parts bloom over their surroundings."""
    start = rng.uniform(120, 225)
    bright = curved(picture, np.clip((levels() - start) * 255 / (255 - start), 0, 255))
    bloom = _soft(bright, picture.shape[0] * rng.uniform(0.008, 0.04))
    return np.asarray(cv2.addWeighted(picture, 1, bloom, rng.uniform(0.3, 0.9), 0), np.uint8)


def transmitted(rng: np.random.Generator, picture: Picture, cel_alpha: Coverage) -> Picture:
    """Transmitted light (tōkakō): a few spots so bright that they burn, on the cel or behind it."""
    height, width = picture.shape[:2]
    spots = np.zeros((max(height // 2, 2), max(width // 2, 2)), np.uint8)
    for _ in range(int(rng.integers(1, 5))):
        at = (int(rng.uniform(0, width / 2)), int(rng.uniform(0, height / 2)))
        axes = (
            max(int(height * rng.uniform(0.004, 0.05)), 1),
            max(int(height * rng.uniform(0.002, 0.02)), 1),
        )
        cv2.ellipse(spots, at, axes, float(rng.uniform(0, 180)), 0, 360, (255,), -1, cv2.LINE_AA)
    halo = cv2.GaussianBlur(spots, (0, 0), max(height * rng.uniform(0.008, 0.03), 0.5))
    light = np.asarray(cv2.resize(cv2.add(spots, cv2.multiply(halo, 2)), (width, height)), np.uint8)
    if rng.uniform() < 0.5:
        light = np.asarray(cv2.multiply(light, 1 - cel_alpha, dtype=cv2.CV_8U), np.uint8)
    return _colored(picture, rgb(rng.uniform(), rng.uniform(0, 0.5), 1.0), light, "add")


def diffusion(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """The diffusion filter: a blurred copy screened over the sharp one, or in the dark parts multiplied."""
    soft = _soft(picture, picture.shape[0] * rng.uniform(0.005, 0.025))
    if rng.uniform() < 0.8:
        laid = cv2.bitwise_not(cv2.multiply(cv2.bitwise_not(picture), cv2.bitwise_not(soft), scale=1 / 255))
    else:
        laid = soft
    share = rng.uniform(0.15, 0.55)
    return np.asarray(cv2.addWeighted(picture, 1 - share, laid, share, 0), np.uint8)


def gradient_over(rng: np.random.Generator, picture: Picture, cel_alpha: Coverage) -> Picture:
    """Parafin: a colour that comes in from one side, over everything or over the cel alone."""
    veil = _veil(rng, *picture.shape[:2])
    if rng.uniform() < 0.45:
        veil = _on_cel(veil, cel_alpha)
    mode = str(rng.choice(["add", "multiply", "blend"], p=[0.3, 0.5, 0.2]))
    value = rng.uniform(0.1, 0.6) if mode != "multiply" else rng.uniform(0.3, 1.0)
    veil = np.asarray(cv2.convertScaleAbs(veil, alpha=float(rng.uniform(0.3, 0.9))), np.uint8)
    return _colored(picture, rgb(rng.uniform(), rng.uniform(0.1, 0.8), value), veil, mode)


def airbrushed(rng: np.random.Generator, picture: Picture, cel_alpha: Coverage) -> Picture:
    """Soft spots of colour on the cel alone: no edge, so no line and no shade in the douga."""
    height, width = picture.shape[:2]
    low, narrow = max(height // 8, 2), max(width // 8, 2)
    y, x = np.mgrid[0:low, 0:narrow].astype(np.float32)
    spots = np.zeros((low, narrow), np.float32)
    for _ in range(int(rng.integers(1, 5))):
        r = low * rng.uniform(0.08, 0.5)
        spots += np.exp(
            -((x - narrow * rng.uniform()) ** 2 + (y - low * rng.uniform()) ** 2) / np.float32(r * r)
        )
    strength = rng.uniform(70, 190)
    spread = cv2.resize((spots.clip(0, 1) * strength).astype(np.float32), (width, height))
    alpha = np.asarray(cv2.multiply(spread, cel_alpha, dtype=cv2.CV_8U), np.uint8)
    mode = str(rng.choice(["multiply", "add", "blend"], p=[0.6, 0.2, 0.2]))
    return _colored(picture, rgb(rng.uniform(), rng.uniform(0.2, 0.8), rng.uniform(0.3, 0.9)), alpha, mode)


def backlight(rng: np.random.Generator, picture: Picture, cel_alpha: Coverage) -> Picture:
    """The cel against the light: darker itself, light spilling over its edge."""
    alpha = as_grey(cel_alpha, gain=255, middle=0)
    dark = curved(picture, levels() * rng.uniform(0.85, 1.0, 3) * rng.uniform(0.3, 0.75))
    shaded = _mixed(picture, dark, alpha)
    light = cv2.multiply(shaded, _thick(cv2.bitwise_not(alpha)), scale=1 / 255)
    spill = _soft(np.asarray(light, np.uint8), picture.shape[0] * rng.uniform(0.01, 0.04))
    return np.asarray(cv2.addWeighted(shaded, 1, spill, rng.uniform(0.1, 0.4), 0), np.uint8)


def flare(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Shafts or a pool of light."""
    height, width = picture.shape[:2]
    h, w = max(height // 4, 2), max(width // 4, 2)
    light = _shafts(rng, h, w) if rng.uniform() < 0.5 else _pool(rng, h, w)
    wide = np.asarray(cv2.resize(light, (width, height)), np.uint8)
    return _colored(picture, rgb(rng.uniform(0.05, 0.6), rng.uniform(0, 0.3), 1.0), wide, "add")


def _shafts(rng: np.random.Generator, h: int, w: int) -> Level:
    light = np.zeros((h, w), np.uint8)
    x, lean = rng.uniform(-0.3, 0.7) * w, rng.uniform(0.2, 1.0) * h
    for _ in range(int(rng.integers(1, 5))):
        step = rng.uniform(0.04, 0.2) * w
        shaft = np.array([[x, 0], [x + step, 0], [x + step + lean, h], [x + lean, h]]).astype(np.int32)
        cv2.fillPoly(light, [shaft], (int(rng.uniform(20, 80)),))
        x += step * rng.uniform(1.3, 3)
    return np.asarray(cv2.GaussianBlur(light, (0, 0), h * 0.02 + 0.5), np.uint8)


def _pool(rng: np.random.Generator, h: int, w: int) -> Level:
    light = np.zeros((h, w), np.uint8)
    at = (int(w * rng.uniform(0, 1)), int(h * rng.uniform(0, 0.6)))
    cv2.circle(light, at, int(h * rng.uniform(0.05, 0.4)), (150,), -1)
    return np.asarray(cv2.GaussianBlur(light, (0, 0), h * rng.uniform(0.08, 0.25)), np.uint8)


def vignette(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Corners fall off."""
    height, width = picture.shape[:2]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None]
    fall = as_grey(1 - np.float32(rng.uniform(0.15, 0.5)) * (x * x + y * y) * 0.5, gain=255, middle=0)
    return np.asarray(cv2.multiply(picture, _thick(fall), scale=1 / 255), np.uint8)


def cast_shadow(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Uneven light over the whole stand."""
    height, width = picture.shape[:2]
    light = gradient(max(height // 8, 2), max(width // 8, 2), rng.uniform(110, 255, (4, 1)) * np.ones(3))
    return np.asarray(cv2.multiply(picture, cv2.resize(light, (width, height)), scale=1 / 240), np.uint8)


def _colored(picture: Picture, color: tuple[int, int, int], alpha: Level, mode: str) -> Picture:
    """``color`` times ``alpha`` added, multiplied or blended."""
    full = np.empty_like(picture)
    full[:] = color
    if mode == "add":
        return np.asarray(cv2.add(picture, cv2.multiply(full, _thick(alpha), scale=1 / 255)), np.uint8)
    if mode == "multiply":
        full = np.asarray(cv2.multiply(picture, full, scale=1 / 255), np.uint8)
    return _mixed(picture, full, alpha)


def _mixed(below: Picture, over: Picture, alpha: Level) -> Picture:
    keep = cv2.multiply(below, _thick(cv2.bitwise_not(alpha)), scale=1 / 255)
    return np.asarray(cv2.add(keep, cv2.multiply(over, _thick(alpha), scale=1 / 255)), np.uint8)


def _thick(alpha: NDArray) -> Picture:
    return np.asarray(cv2.merge([alpha, alpha, alpha]), np.uint8)


def _on_cel(alpha: Level, cel_alpha: Coverage) -> Level:
    return np.asarray(cv2.multiply(alpha, cel_alpha, dtype=cv2.CV_8U), np.uint8)


def _soft(picture: Picture, radius: float) -> Picture:
    """A wide blur, made small."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(width // 4, 1), max(height // 4, 1)), interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), max(radius / 4, 0.5))
    return np.asarray(cv2.resize(blurred, (width, height)), np.uint8)


def _veil(rng: np.random.Generator, height: int, width: int) -> Level:
    """uint8[H, W] ramp from 0 to 255 in any direction."""
    a, shift = rng.uniform(0, 2 * np.pi), np.float32(rng.uniform(-0.4, 0.3))
    x, y = np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32)
    ramp = 0.5 + np.float32(0.5 * np.cos(a)) * x[None] + np.float32(0.5 * np.sin(a)) * y[:, None] + shift
    return np.asarray(np.clip(ramp, 0, 1) * 255, np.uint8)
