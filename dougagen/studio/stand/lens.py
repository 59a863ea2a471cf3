"""Lens and print: what glass and film did to the whole picture before anybody coded it."""

from __future__ import annotations

import cv2
import numpy as np

from dougagen.studio.background.board.texture import as_grey, fractal_noise
from dougagen.studio.stand.color_script import Coverage, Picture, curved, levels


def soft_focus(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Everything a little out of focus: mild, the truth of thin lines must stay true."""
    sigma = max(picture.shape[0] / 1080 * rng.uniform(0.7, 1.7), 0.35)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def chromatic_aberration(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Red a little larger and blue a little smaller than green; up to 0.8 pixels in the corners."""
    height, width = picture.shape[:2]
    reach = float(np.hypot(height, width)) / 2
    part = rng.uniform(0.2, 0.8) * rng.choice([-1.0, 1.0]) / reach
    planes = list(cv2.split(picture))
    for channel, share in ((0, part), (2, -part)):
        scale = 1 + share
        turn = np.array([[scale, 0, (1 - scale) * width / 2], [0, scale, (1 - scale) * height / 2]])
        planes[channel] = cv2.warpAffine(
            planes[channel], turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
    return np.asarray(cv2.merge(planes), np.uint8)


def woven(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Gate weave: the film lay up to 0.4 pixels off, less than what the truth can say."""
    dx, dy = rng.uniform(-0.28, 0.28, 2)
    move = np.array([[1, 0, dx], [0, 1, dy]])
    size = (picture.shape[1], picture.shape[0])
    moved = cv2.warpAffine(picture, move, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def grain(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Film grain: soft noise, in all channels alike or coloured."""
    height, width = picture.shape[:2]
    size = float(rng.uniform(1.0, 2.5) * max(height / 1080, 0.5))
    h, w = max(int(height / size), 2), max(int(width / size), 2)
    noise = cv2.resize(
        rng.standard_normal((h, w), np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    noise = noise * np.float32(rng.uniform(2, 9))
    gains = (1.0, 1.0, 1.0) if rng.uniform() < 0.5 else tuple(rng.uniform(0.7, 1.3, 3))
    tinted = cv2.merge([noise * np.float32(gain) for gain in gains])
    return np.asarray(cv2.add(picture, tinted, dtype=cv2.CV_8U), np.uint8)


def dirt(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Dust, hairs and scratches of a cel-era print."""
    dirty = picture.copy()
    height, width = picture.shape[:2]
    for _i in range(int(rng.integers(3, 40))):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        v = int(rng.choice([rng.integers(0, 60), rng.integers(190, 256)]))
        if rng.uniform() < 0.85:
            r = max(int(height * rng.uniform(0.0, 0.0025)), 0)
            cv2.circle(dirty, (x, y), r, (v, v, v), -1, cv2.LINE_AA)
        else:
            a = np.cumsum(rng.normal(0, 0.4, 8)) + rng.uniform(0, 6.3)
            path = np.cumsum(np.stack([np.cos(a), np.sin(a)], 1) * height * 0.006, axis=0) + np.array([x, y])
            cv2.polylines(dirty, [path.astype(np.int32)], False, (v, v, v), 1, cv2.LINE_AA)
    if rng.uniform() < 0.2:  # a scratch along the film
        x, v = int(rng.integers(0, width)), int(rng.integers(170, 256))
        cv2.line(dirty, (x, 0), (x + int(rng.integers(-2, 3)), height), (v, v, v), 1, cv2.LINE_AA)
    return np.asarray(cv2.addWeighted(dirty, 0.75, picture, 0.25, 0), np.uint8)


def old_print(rng: np.random.Generator, picture: Picture, cel_alpha: Coverage) -> Picture:
    """The cel era: soft, faded, grainy, uneven in density, never quite where it was."""
    faded = curved(picture, levels() * rng.uniform(0.78, 0.95, 3) + rng.uniform(5, 26, 3))
    density = fractal_noise(rng, picture.shape[0], picture.shape[1], picture.shape[0] / 3, octaves=2)
    uneven = as_grey(density, gain=5)
    faded = np.asarray(cv2.multiply(faded, cv2.merge([uneven, uneven, uneven]), scale=1 / 128), np.uint8)
    faded = woven(rng, soft_focus(rng, faded, cel_alpha), cel_alpha)
    faded = grain(rng, faded, cel_alpha)
    return dirt(rng, faded, cel_alpha) if rng.uniform() < 0.6 else faded
