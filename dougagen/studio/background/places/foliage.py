"""Leaves, trees and grass: masses of overlapping leaves in a few tones, lit from above."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.board.board import Board
from dougagen.studio.background.board.texture import as_grey, dead_leaves, fractal_noise, tiled
from dougagen.studio.background.board.tones import lit, ramp
from dougagen.studio.cel.cel import Rgb


def leaf_tile(rng: np.random.Generator, board: Board, *, size: float | None = None) -> NDArray[np.uint8]:
    """A tile of leaves of about ``size`` board heights."""
    length = board.tall * (float(np.exp(rng.uniform(np.log(0.008), np.log(0.06)))) if size is None else size)
    length = max(length, 5.0 if not board.look.outlined else 0.025 * board.tall)
    slim = float(rng.uniform(0.25, 0.75))
    side = 512 if length > 14 else 256
    return dead_leaves(rng, size=side, length=(0.6 * length, 1.4 * length), slim=(0.7 * slim, 1.3 * slim))


def paint_canopy(
    board: Board,
    rng: np.random.Generator,
    clumps: NDArray[np.float64],
    palette: Sequence[Rgb],
    tile: NDArray[np.uint8],
    *,
    ragged: float = 0.9,
) -> None:
    """A mass of leaves over ``clumps`` (float64[N, 3]: x, y, radius in board pixels), back to front."""
    reach = float(clumps[:, 2].max()) * 1.25
    low = np.floor(np.maximum(clumps[:, :2].min(axis=0) - reach, 0)).astype(int)
    high = np.ceil(np.minimum(clumps[:, :2].max(axis=0) + reach, (board.wide, board.tall))).astype(int)
    if (high - low < 8).any():
        return
    (x0, y0), (x1, y1) = low, high
    h, w, q = int(y1 - y0), int(x1 - x0), 4
    field = np.zeros((h // q + 1, w // q + 1), np.uint8)
    light = np.full_like(field, 60)
    for x, y, r in clumps:
        cx, cy, radius = (x - x0) / q, (y - y0) / q, r / q
        cv2.circle(field, (int(cx), int(cy)), max(int(radius), 1), 255, -1)
        base = int(rng.integers(10, 60))
        for share, grey in ((1.05, base), (0.8, base + 60), (0.6, base + 110), (0.35, base + 165)):
            drop = radius * (1 - share) * 0.9
            cv2.circle(
                light, (int(cx - 0.4 * drop), int(cy - drop)), max(int(radius * share), 1), min(grey, 255), -1
            )
    soft = max(float(np.median(clumps[:, 2])) / q * 0.22, 0.8)
    field = cv2.GaussianBlur(field, (0, 0), soft)
    light = cv2.GaussianBlur(light, (0, 0), soft * 0.8)
    leaves = tiled(rng, tile, h, w)
    edge = cv2.addWeighted(cv2.resize(field, (w, h)), 1.0, leaves, ragged, -128.0 * ragged)
    alpha = cv2.convertScaleAbs(cv2.subtract(edge, 100.0), alpha=6.0)
    tone = cv2.addWeighted(cv2.resize(light, (w, h)), 0.85, leaves, 0.75, -90)
    steps = int(rng.integers(2, 5)) if board.look.outlined else None
    if steps is not None:
        leaves = cv2.blur(leaves, (3, 3))
    colors = cv2.LUT(cv2.merge([tone, tone, tone]), ramp(palette, steps=steps))
    board.blend((slice(int(y0), int(y1)), slice(int(x0), int(x1))), np.asarray(colors), np.asarray(alpha))
    if board.look.outlined:
        _contours(board, np.asarray(alpha), (int(x0), int(y0)), board.look.ink_for(palette[1]))


def _contours(board: Board, alpha: NDArray[np.uint8], corner: tuple[int, int], ink: Rgb) -> None:
    found, _ = cv2.findContours((alpha > 127).view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    thick = max(round(board.look.width * board.tall / 1080), 1)
    shapes = [c + np.array(corner, np.int32) for c in found if len(c) > 12]
    cv2.polylines(board.pixels, shapes, True, ink, thick, cv2.LINE_AA)
    cv2.polylines(board.cover, shapes, True, 255, thick, cv2.LINE_AA)


def clump_cloud(
    rng: np.random.Generator, x: float, y: float, rx: float, ry: float, *, count: int, radius: float
) -> NDArray[np.float64]:
    """``count`` clumps scattered in an ellipse, the upper ones first: float64[N, 3]."""
    a, d = rng.uniform(0, 2 * np.pi, count), np.sqrt(rng.uniform(0, 1, count))
    points = np.stack(
        [x + rx * d * np.cos(a), y + ry * d * np.sin(a), radius * rng.uniform(0.6, 1.3, count)], axis=1
    )
    return np.asarray(points[np.argsort(points[:, 1])], np.float64)


def hedge(
    rng: np.random.Generator, wide: float, y: float, radius: float, *, depth: float
) -> NDArray[np.float64]:
    """Clumps along the whole width, from ``y`` down by ``depth``."""
    rows = max(int(depth / radius), 1)
    xs, ys = [], []
    for row in range(rows + 1):
        count = max(int(wide / radius / 0.9), 3)
        xs.append(np.linspace(-radius, wide + radius, count) + rng.normal(0, 0.5 * radius, count))
        ys.append(y + row * radius + rng.normal(0, 0.45 * radius, count))
    x, yy = np.concatenate(xs), np.concatenate(ys)
    return np.asarray(np.stack([x, yy, radius * rng.uniform(0.6, 1.4, len(x))], 1), np.float64)


def paint_trunk(
    board: Board, rng: np.random.Generator, x: float, *, foot: float, top: float, width: float, color: Rgb
) -> None:
    """A trunk from ``foot`` up to ``top`` (board pixels), with bark, forks and a lit side."""
    n = 9
    t = np.linspace(0, 1, n)
    lean = rng.normal(0, 0.06) * (foot - top)
    sway = np.cumsum(rng.normal(0, width * 0.12, n))
    cx = x + lean * t + sway
    y = foot + (top - foot) * t
    half = 0.5 * width * (1.25 - 0.5 * t + 0.7 * np.exp(-9 * t))
    left, right = np.stack([cx - half, y], 1), np.stack([cx + half, y], 1)
    outline = np.concatenate([left, right[::-1]])
    for _ in range(int(rng.integers(0, 4))):
        i = int(rng.integers(n // 2, n))
        side = rng.choice([-1.0, 1.0])
        reach = width * rng.uniform(2, 6)
        tip = (cx[i] + side * reach, y[i] - reach * rng.uniform(0.3, 1.0))
        thick = half[i] * rng.uniform(0.4, 0.8)
        board.shape(np.array([[cx[i], y[i] - thick], tip, [cx[i], y[i] + thick]]), lit(color, 0.85))
    board.shape(outline, lit(color, 0.75), to=color, sideways=True)
    middle = np.stack([cx + half * 0.2, y], 1)
    board.polygon(
        np.concatenate([middle, right[::-1] - [1, 0]]), lit(color, 1.12 if rng.uniform() < 0.5 else 0.6)
    )
    for _ in range(int(rng.integers(4, 16))):
        k, off = int(rng.integers(0, n - 2)), rng.uniform(-0.8, 0.8)
        board.stroke(
            np.stack([cx + half * off, y], 1)[k : k + 3],
            lit(color, rng.uniform(0.4, 0.75)),
            rng.uniform(1, 4),
        )


def paint_grass_edge(
    board: Board, rng: np.random.Generator, y: float, palette: Sequence[Rgb], length: float
) -> None:
    """Blades growing up from ``y``, all sizes in board pixels."""
    count = int(np.clip(board.wide / max(length, 4) * 9, 40, 420))
    xs = rng.uniform(-0.02, 1.02, count) * board.wide
    tall = length * rng.uniform(0.35, 1.2, count)
    bend = length * rng.normal(0, 0.25, count)
    half = np.maximum(length * rng.uniform(0.02, 0.07, count), 0.7)
    for i in range(count):
        foot = y + length * rng.uniform(0, 0.8)
        color = palette[int(rng.integers(1, len(palette)))]
        tip = [xs[i] + bend[i], foot - tall[i]]
        middle = [xs[i] + 0.25 * bend[i], foot - 0.55 * tall[i]]
        blade = np.array([[xs[i] - half[i], foot], [middle[0] - 0.7 * half[i], middle[1]], tip,
                          [middle[0] + 0.7 * half[i], middle[1]], [xs[i] + half[i], foot]])  # fmt: skip
        if board.look.outlined and length > board.tall * 0.08:
            board.shape(blade, color)
        else:
            board.polygon(blade, color)


def paint_meadow(
    board: Board, rng: np.random.Generator, horizon: float, palette: Sequence[Rgb], haze: Rgb
) -> None:
    """Grass from the horizon to the viewer, patches growing with nearness."""
    start = int(np.clip(horizon, 0, 1) * board.tall)
    h, w = board.tall - start, board.wide
    if h < 6:
        return
    tile = dead_leaves(rng, size=256, length=(8, 30), slim=(0.12, 0.3), direction=np.pi / 2)
    y = np.linspace(0.04, 1, h, dtype=np.float32)[:, None]
    depth = np.broadcast_to(180 / (y * 0.9 + 0.05), (h, w)).astype(np.float32) * np.float32(
        rng.uniform(0.7, 2.0)
    )
    x = (np.arange(w, dtype=np.float32)[None] - w / 2) / (0.15 + y) * np.float32(256 / h)
    grass = cv2.remap(tile, np.ascontiguousarray(x), depth, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    patches = as_grey(fractal_noise(rng, h, w, max(h / 4, 8), octaves=4, stretch=3.0), gain=90)
    tone = cv2.addWeighted(grass, 0.45, patches, 0.65, 0)
    steps = int(rng.integers(2, 5)) if board.look.outlined else None
    colors = cv2.LUT(cv2.merge([tone, tone, tone]), ramp(palette, steps=steps))
    far = np.clip(np.linspace(1.15, -0.6, h, dtype=np.float32), 0, 1)[:, None] * np.float32(0.6)
    board.pixels[start:] = cv2.add(
        cv2.multiply(
            colors, cv2.merge([np.ascontiguousarray(np.broadcast_to(1 - far, (h, w)))] * 3), dtype=cv2.CV_8U
        ),
        cv2.merge([np.ascontiguousarray(np.broadcast_to(far * c, (h, w))).astype(np.float32) for c in haze]),
        dtype=cv2.CV_8U,
    )
    board.cover[start:] = 255
