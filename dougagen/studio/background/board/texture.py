"""Paper, pigment and leaves: random fields that are cheap because they grow from small grids."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
"""float32[H, W], about −1 … 1."""


def value_noise(
    rng: np.random.Generator, height: int, width: int, cell: float, *, stretch: float = 1.0
) -> Field:
    """Smooth noise with bumps of ``cell`` pixels, ``stretch`` times as wide as high."""
    rows = max(round(height / cell) + 2, 2)
    columns = max(round(width / (cell * stretch)) + 2, 2)
    grid = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
    return np.asarray(cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def fractal_noise(
    rng: np.random.Generator,
    height: int,
    width: int,
    cell: float,
    *,
    octaves: int = 4,
    gain: float = 0.55,
    stretch: float = 1.0,
) -> Field:
    """Value noise of several sizes, doubled and summed; about −1 … 1."""
    rows, columns = max(round(height / cell) + 2, 2), max(round(width / (cell * stretch)) + 2, 2)
    field = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
    weight, total = 1.0, 1.0
    for _ in range(octaves - 1):
        rows, columns = rows * 2, columns * 2
        if rows > height or columns > width:
            break
        weight *= gain
        total += weight * 0.6
        field = cv2.resize(field, (columns, rows), interpolation=cv2.INTER_CUBIC)
        field += weight * rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
    field *= 1 / total
    return np.asarray(cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def seamless(field: Field) -> Field:
    """The field mirrored both ways: the same size, and it tiles."""
    height, width = field.shape
    half = field[: height // 2, : width // 2]
    wide = np.hstack([half, half[:, ::-1]])
    return np.ascontiguousarray(np.vstack([wide, wide[::-1]]))


def as_grey(field: Field, *, gain: float = 127.0, middle: float = 128.0) -> NDArray[np.uint8]:
    """A field as uint8 around ``middle``."""
    return np.asarray(cv2.add(field * np.float32(gain), float(middle), dtype=cv2.CV_8U), np.uint8)


def dead_leaves(
    rng: np.random.Generator,
    *,
    size: int = 512,
    length: tuple[float, float] = (10, 26),
    slim: tuple[float, float] = (0.3, 0.6),
    direction: float | None = None,
    soft: bool = True,
) -> NDArray[np.uint8]:
    """uint8[size, size] that tiles: overlapping leaves of random grey (the dead leaves model of images).

    ``slim`` is width over length; ``direction`` in radians with a little scatter, or any.
    """
    tile = np.full((size, size), 90, np.uint8)
    middle = sum(length) / 2
    count = int(np.clip(3.2 * size * size / (middle * middle * sum(slim) / 2 * 2.4), 60, 1500))
    reach = int(max(length))
    centers = rng.integers(0, size, (count, 2))
    axes = rng.uniform(*length, count)
    slims = rng.uniform(*slim, count)
    turns = (
        rng.uniform(0, 180, count)
        if direction is None
        else np.degrees(direction + rng.normal(0, 0.25, count))
    )
    greys = np.clip(rng.normal(128, 62, count), 0, 255)
    halves = np.maximum(np.stack([axes, axes * slims], 1) / 2, 1).astype(int).tolist()
    leaves = zip(centers.tolist(), halves, turns.tolist(), greys.tolist(), strict=True)
    for (x, y), half, turn, grey in leaves:
        for sx in (0,) if reach <= x <= size - reach else (0, size if x < reach else -size):
            for sy in (0,) if reach <= y <= size - reach else (0, size if y < reach else -size):
                cv2.ellipse(tile, (x + sx, y + sy), half, turn, 0, 360, grey, -1)
    return np.asarray(cv2.blur(tile, (2, 2)), np.uint8) if soft else tile


def tiled(rng: np.random.Generator, tile: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """``tile`` laid over [height, width] from a random start."""
    n = tile.shape[0]
    rolled = np.roll(tile, tuple(int(v) for v in rng.integers(0, n, 2)), axis=(0, 1))
    return np.tile(rolled, (-(-height // n), -(-width // n)))[:height, :width]


def wood_grain(rng: np.random.Generator, *, size: int = 512) -> NDArray[np.uint8]:
    """uint8[size, size]: fibres along x, with growth rings that wander."""
    rings = value_noise(rng, size, size, size / 6, stretch=5.0) * rng.uniform(4, 12)
    rows = np.linspace(0, rng.uniform(8, 40), size, dtype=np.float32)[:, None]
    fibres = value_noise(rng, size, size, 2.5, stretch=40.0)
    grain = as_grey(0.5 * np.sin(rings + rows).astype(np.float32) + 0.5 * fibres, gain=100)
    half = cv2.resize(grain, (size // 2, size // 2), interpolation=cv2.INTER_AREA)
    mirrored = np.hstack([half, half[:, ::-1]])  # so that it tiles without a seam
    return np.ascontiguousarray(np.vstack([mirrored, mirrored[::-1]]))


def brushwork(
    rng: np.random.Generator, height: int, width: int, *, length: float, angle: float, count: int
) -> NDArray[np.uint8]:
    """uint8[H, W] around 128: strokes of a flat brush, each lighter or darker than what it covers."""
    canvas = np.full((height, width), 128, np.uint8)
    starts = rng.uniform(0, 1, (count, 2)) * (width, height)
    turns = angle + rng.normal(0, 0.35, count)
    lengths = rng.uniform(0.4, 1.3, count) * length
    ends = starts + np.stack([np.cos(turns), np.sin(turns)], 1) * lengths[:, None]
    widths = np.maximum(rng.uniform(0.08, 0.3, count) * length, 1).astype(int)
    greys = np.clip(rng.normal(128, 45, count), 0, 255)
    for a, b, thick, grey in zip(starts.astype(int), ends.astype(int), widths, greys, strict=True):
        cv2.line(canvas, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), float(grey), int(thick))
    bristles = fractal_noise(rng, height, width, 6, octaves=2)
    return np.asarray(cv2.add(canvas, bristles * np.float32(14), dtype=cv2.CV_8U), np.uint8)


def shifted(picture: NDArray[np.uint8], grey: NDArray[np.uint8], strength: float) -> NDArray[np.uint8]:
    """``picture`` (uint8[H, W, 3]) made lighter or darker by ``grey`` − 128, ``strength`` levels at most.

    Dark places take less of it, as pigment does: the change is a share of the pixel.
    """
    gain = cv2.add(np.zeros_like(grey), 0)  # a copy with cv2's own layout
    cv2.addWeighted(grey, strength / 128, grey, 0, 128 - strength, dst=gain)
    return np.asarray(cv2.multiply(picture, cv2.merge([gain, gain, gain]), scale=1 / 128), np.uint8)


def wobbled(
    rng: np.random.Generator, picture: NDArray[np.uint8], *, amount: float, cell: float
) -> NDArray[np.uint8]:
    """Straight edges get the shake of a hand: displaced by up to ``amount`` pixels."""
    height, width = picture.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    x += np.float32(amount) * fractal_noise(rng, height, width, cell, octaves=3)
    y += np.float32(amount) * fractal_noise(rng, height, width, cell, octaves=3)
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.uint8)


def gradient(
    height: int, width: int, corners: Sequence[Sequence[float]] | NDArray[np.float64]
) -> NDArray[np.uint8]:
    """uint8[H, W, 3] between four corner colours: top left, top right, bottom left, bottom right."""
    small = np.asarray(corners, np.float32).reshape(2, 2, 3)
    ys, xs = np.linspace(0, 1, height, dtype=np.float32), np.linspace(0, 1, width, dtype=np.float32)
    left = small[0, 0] + (small[1, 0] - small[0, 0]) * ys[:, None]  # [H, 3]
    right = small[0, 1] + (small[1, 1] - small[0, 1]) * ys[:, None]
    if np.array_equal(left, right):
        column = np.ascontiguousarray(np.round(left).astype(np.uint8)[:, None])  # [H, 3] -> [H, 1, 3]
        return np.asarray(cv2.resize(column, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
    picture = left[:, None] + (right - left)[:, None] * xs[None, :, None]
    return np.asarray(np.round(picture), np.uint8)
