"""The colour script: the hour, the mood and the exposure that fall on a whole composite."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.cel.colors import rgb

Picture = NDArray[np.uint8]
"""uint8[H, W, 3], RGB."""
Coverage = NDArray[np.float32]
"""float32[H, W], 0 … 1: how much of each pixel is cel."""

_GAINS = {"dusk": (1.08, 0.82, 0.62), "night": (0.42, 0.52, 0.78), "moon": (0.58, 0.7, 0.87)}


def levels() -> NDArray[np.float64]:
    """float64[256, 3]: every level as it is."""
    return np.repeat(np.arange(256.0)[:, None], 3, axis=1)


def curved(picture: Picture, table: NDArray[np.float64]) -> Picture:
    """Each level through ``table`` (float64[256, 3])."""
    return np.asarray(cv2.LUT(picture, np.clip(np.round(table), 0, 255).astype(np.uint8)[None]), np.uint8)


def hour(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Dusk, night, sepia, or any tint: a gain for each channel."""
    kind = str(rng.choice(["dusk", "night", "moon", "tint", "sepia"], p=[0.28, 0.2, 0.14, 0.26, 0.12]))
    if kind == "sepia":
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        tint = np.array(rgb(rng.uniform(0.06, 0.13), rng.uniform(0.0, 0.4), 1.0)) / 255
        toned = curved(cv2.merge([grey, grey, grey]), levels() * tint)
        return np.asarray(cv2.addWeighted(toned, 0.85, picture, 0.15, 0), np.uint8)
    if kind == "tint":
        gain = np.asarray(rgb(rng.uniform(), rng.uniform(0.2, 0.6), 1.0), np.float64) / 255
    else:
        gain = np.asarray(_GAINS[kind])
    return curved(picture, levels() * (1 + (gain - 1) * rng.uniform(0.5, 1.0)))


def darkened(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """A room without light: down to a third; with less a codec leaves nothing of dark hair and its lines."""
    return curved(picture, levels() * rng.uniform(0.32, 0.8))


def exposed(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Over or under, by gain and gamma."""
    gain, gamma = rng.uniform(0.8, 1.3), rng.uniform(0.7, 1.4)
    return curved(picture, 255 * np.clip(levels() / 255 * gain, 0, 1) ** gamma)


def hazy(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Low contrast: memories, fog, faded prints."""
    veil = np.array(rgb(rng.uniform(), rng.uniform(0, 0.25), rng.uniform(0.35, 1.0)), np.float64)
    share = rng.uniform(0.1, 0.5)
    return curved(picture, levels() * (1 - share) + veil * share)


def saturated(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """More or less colour."""
    grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    amount = rng.uniform(0.3, 1.4)
    return np.asarray(cv2.addWeighted(picture, amount, grey, 1 - amount, 0), np.uint8)


def flashed(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """A frame of a flash or of a fade: white, black or a colour laid over, the drawing still seen."""
    veil = [(255.0, 255.0, 255.0), (0.0, 0.0, 0.0), rgb(rng.uniform(), rng.uniform(0.3, 1.0), 1.0)]
    color = np.asarray(veil[rng.choice(3, p=[0.5, 0.3, 0.2])], np.float64)
    share = rng.uniform(0.25, 0.75)
    return curved(picture, levels() * (1 - share) + color * share)


def negative(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """The shock frame: colours turned round, or only two tones left."""
    if rng.uniform() < 0.6:
        return np.asarray(cv2.bitwise_not(picture), np.uint8)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    share = np.clip((grey - np.float32(rng.uniform(70, 150))) / 40 + 0.5, 0, 1)[..., None]
    dark, light = (np.asarray(rgb(rng.uniform(), 0.8, v), np.float32) for v in (0.25, 0.95))
    return np.rint(dark + (light - dark) * share).astype(np.uint8)
