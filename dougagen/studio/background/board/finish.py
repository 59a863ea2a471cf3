"""What is done to a whole background at the end: harmony, light, the hour's grade, focus."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.board.texture import gradient

Picture = NDArray[np.uint8]


def harmonised(rng: np.random.Generator, picture: Picture) -> Picture:
    """The painter's few tubes: every colour drawn towards one key, from a little to almost all of the way."""
    if rng.uniform() < 0.25:
        return picture
    own = float(
        rng.choice(
            [rng.uniform(0.7, 1.0), rng.uniform(0.35, 0.8), rng.uniform(0.05, 0.35)], p=[0.4, 0.45, 0.15]
        )
    )
    key = np.clip(1 + rng.normal(0, 0.14, 3), 0.55, 1.35)
    luma = np.array([0.299, 0.587, 0.114])
    matrix = own * np.eye(3) + (1 - own) * key[:, None] * luma[None]
    return np.asarray(cv2.transform(picture, matrix), np.uint8)


def lighted(rng: np.random.Generator, picture: Picture) -> Picture:
    """Light that falls unevenly: from a corner, from above, in shafts."""
    height, width = picture.shape[:2]
    h, w = max(height // 8, 2), max(width // 8, 2)
    if rng.uniform() < 0.7:
        corners = rng.uniform(150, 255, (4, 1)) * np.ones(3)
        light = gradient(h, w, corners)
        picture = cv2.multiply(picture, cv2.resize(light, (width, height)), scale=1 / 232)
    if rng.uniform() < 0.15:
        shafts = np.zeros((h, w), np.uint8)
        x, lean, step = rng.uniform(-0.3, 0.8) * w, rng.uniform(0.2, 1.2) * h, rng.uniform(0.08, 0.25) * w
        for i in range(int(rng.integers(1, 5))):
            a = x + 2 * i * step
            corners_of_shaft = np.array([[a, 0], [a + step, 0], [a + step + lean, h], [a + lean, h]])
            cv2.fillPoly(shafts, [corners_of_shaft.astype(np.int32)], float(rng.uniform(18, 60)))
        soft = cv2.resize(cv2.GaussianBlur(shafts, (0, 0), h * 0.03), (width, height))
        picture = cv2.add(picture, cv2.merge([soft, soft, soft]))
    return np.asarray(picture, np.uint8)


def graded(rng: np.random.Generator, picture: Picture) -> Picture:
    """The hour: neutral mostly, or a tint with its own darkness and contrast."""
    mood = rng.choice(["none", "dusk", "night", "dim", "pale", "tint"], p=[0.52, 0.09, 0.13, 0.1, 0.08, 0.08])
    if picture.mean() < 75 and mood in ("night", "dim"):  # it is night already
        mood = "none"
    if mood == "none":
        return picture
    gain: dict[str, tuple[float, float, float]] = {
        "dusk": (1.05, 0.8, 0.6),
        "night": (0.36, 0.46, 0.68),
        "dim": (0.5, 0.47, 0.47),
        "pale": (0.6, 0.62, 0.63),
        "tint": tuple(rng.uniform(0.5, 1.05, 3)),  # type: ignore[dict-item]
    }
    lift = 95.0 if mood == "pale" else 0.0
    strength = rng.uniform(0.7, 1.15)
    table = np.stack([np.clip(np.arange(256) * g * strength + lift, 0, 255) for g in gain[str(mood)]], 1)
    return np.asarray(cv2.LUT(picture, table.round().astype(np.uint8)[None]), np.uint8)


def defocused(rng: np.random.Generator, picture: Picture, *, strong: bool) -> Picture:
    """Out of focus: small enough pictures blur as well and much faster."""
    height, width = picture.shape[:2]
    radius = height * (rng.uniform(0.006, 0.03) if strong else rng.uniform(0.0006, 0.004))
    if radius < 3:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), max(radius, 0.4)), np.uint8)
    small = cv2.resize(picture, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), radius / 4)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
