"""What a background is painted with: gouache dabs, watercolour, airbrush, a rendered set, pencil, or nothing.

A texture that lies over every picture would tell a network where the cel ends; so each medium comes only
sometimes, and a third of the painted pictures are as clean as paint on a cel.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.board.texture import (
    as_grey,
    brushwork,
    dead_leaves,
    fractal_noise,
    shifted,
    tiled,
    wobbled,
)

Picture = NDArray[np.uint8]
_MEDIA = ("clean", "wash", "gouache", "watercolour", "render", "dry brush", "pencil")
_SHARES = (0.3, 0.17, 0.19, 0.09, 0.13, 0.08, 0.04)


def painted(rng: np.random.Generator, picture: Picture, texture: float) -> Picture:
    """``picture`` in one medium; ``texture`` is its strength in 8-bit levels."""
    medium = str(rng.choice(_MEDIA, p=_SHARES))
    height = picture.shape[0]
    if medium == "wash":
        return _wash(rng, picture, texture)
    if medium == "gouache":
        return _gouache(rng, picture, texture)
    if medium == "watercolour":
        return _watercolour(rng, picture, texture)
    if medium == "render":
        return _render(rng, picture)
    if medium == "dry brush":
        size = height * rng.uniform(0.02, 0.1)
        marks = brushwork(rng, *picture.shape[:2], length=size, angle=float(rng.uniform(0, np.pi)), count=900)
        return shifted(picture, marks, texture * rng.uniform(0.2, 0.6))
    if medium == "pencil":
        return _pencil(rng, picture)
    return picture


def _wash(rng: np.random.Generator, picture: Picture, texture: float) -> Picture:
    """Pigment that settles in clouds, and the shake of a hand."""
    height, width = picture.shape[:2]
    if rng.uniform() < 0.5:
        amount, cell = height * rng.uniform(0.0005, 0.003), height * rng.uniform(0.015, 0.06)
        picture = wobbled(rng, picture, amount=amount, cell=cell)
    cloud = fractal_noise(rng, height, width, height * rng.uniform(0.01, 0.2), octaves=5, gain=0.7)
    picture = shifted(picture, as_grey(cloud), texture * rng.uniform(0.2, 0.8))
    if rng.uniform() < 0.3:
        paper = as_grey(fractal_noise(rng, height, width, 4.0, octaves=2))
        picture = shifted(picture, paper, texture * rng.uniform(0.2, 0.6))
    return picture


def _gouache(rng: np.random.Generator, picture: Picture, texture: float) -> Picture:
    """Each dab of a flat brush takes one place's colour and lays it beside where it belongs."""
    height, width = picture.shape[:2]
    size = max(height * float(np.exp(rng.uniform(np.log(0.008), np.log(0.035)))), 6.0)
    direction = None if rng.uniform() < 0.4 else float(rng.uniform(0, np.pi))
    slim = (0.25, 0.6) if direction is not None else (0.5, 0.9)
    dabs = dead_leaves(
        rng, size=256, length=(0.7 * size, 1.5 * size), slim=slim, direction=direction, soft=False
    )
    place = tiled(rng, dabs, height, width)
    reach = size * rng.uniform(0.12, 0.32)
    x, y = (cv2.LUT(place, rng.normal(0, reach, 256).astype(np.float32)) for _ in range(2))
    x += np.arange(width, dtype=np.float32)[None]
    y += np.arange(height, dtype=np.float32)[:, None]
    moved = np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.uint8)
    if rng.uniform() < 0.4:  # thick and thin: half of the first drawing shows through
        moved = np.asarray(cv2.addWeighted(moved, 0.6, picture, 0.4, 0), np.uint8)
    return shifted(moved, place, texture * rng.uniform(0.1, 0.5))


def _watercolour(rng: np.random.Generator, picture: Picture, texture: float) -> Picture:
    """Thin colour on paper: rims where it dried, grain where the paper is rough, pale all over."""
    height, width = picture.shape[:2]
    picture = wobbled(rng, picture, amount=height * rng.uniform(0.001, 0.004), cell=height * 0.03)
    wet = cv2.blur(picture, (2 * (height // 90) + 1,) * 2)
    rims = cv2.addWeighted(picture, 1 + rng.uniform(0.3, 0.9), wet, -rng.uniform(0.3, 0.9), 0)
    pools = as_grey(fractal_noise(rng, height, width, height * rng.uniform(0.05, 0.2), octaves=4))
    picture = shifted(np.asarray(rims, np.uint8), pools, texture + rng.uniform(5, 20))
    paper = as_grey(fractal_noise(rng, height, width, 3.0, octaves=2))
    picture = shifted(picture, paper, rng.uniform(2, 10))
    pale = rng.uniform(0.6, 0.95)
    return np.asarray(cv2.convertScaleAbs(picture, alpha=pale, beta=252 * (1 - pale)), np.uint8)


def _render(rng: np.random.Generator, picture: Picture) -> Picture:
    """A set built in a computer: hard contrast, bloom, a lens that darkens its corners."""
    height, width = picture.shape[:2]
    k = 2 * (height // rng.integers(12, 40)) + 1
    small = cv2.resize(picture, (width // 4 + 1, height // 4 + 1), interpolation=cv2.INTER_AREA)
    soft = cv2.resize(cv2.blur(small, (k // 4 * 2 + 1,) * 2), (width, height))
    local = rng.uniform(0.1, 0.5)
    picture = np.asarray(cv2.addWeighted(picture, 1 + local, soft, -local, 0), np.uint8)
    if rng.uniform() < 0.6:
        bloom = cv2.subtract(soft, (150.0, 150.0, 150.0, 0.0))
        picture = np.asarray(cv2.scaleAdd(bloom, float(rng.uniform(0.3, 1.2)), picture), np.uint8)
    curve = np.arange(256) / 255
    bent = curve + rng.uniform(0, 0.12) * -np.sin(2 * np.pi * curve)
    return np.asarray(cv2.LUT(picture, np.clip(bent * 255, 0, 255).astype(np.uint8)), np.uint8)


def _pencil(rng: np.random.Generator, picture: Picture) -> Picture:
    """Contours in pencil and hatching in the dark places."""
    height, width = picture.shape[:2]
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    thick = max(round(height * rng.uniform(0.001, 0.003)), 1)
    edges = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((thick + 1, thick + 1), np.uint8))
    lines = cv2.convertScaleAbs(edges, alpha=rng.uniform(1.5, 4))
    step, lean = height * rng.uniform(0.005, 0.015), rng.uniform(0.4, 1.6)
    x, y = np.arange(width, dtype=np.float32)[None], np.arange(height, dtype=np.float32)[:, None]
    hatch = as_grey(np.sin((x + lean * y) * np.float32(2 * np.pi / step)), gain=60, middle=60)
    hatch = cv2.multiply(hatch, 255 - grey, scale=1 / 400)
    dark = cv2.add(lines, np.asarray(hatch, np.uint8))
    if rng.uniform() < 0.5:  # on bare paper
        pale = rng.uniform(0.1, 0.5)
        picture = np.asarray(cv2.convertScaleAbs(picture, alpha=pale, beta=250 * (1 - pale)), np.uint8)
    return np.asarray(cv2.subtract(picture, cv2.merge([dark, dark, dark])), np.uint8)
