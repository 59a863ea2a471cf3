"""Places without people's work: landscapes, forests, walls of leaves and stones."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from dougagen.studio.background.board.board import Board
from dougagen.studio.background.board.texture import (
    as_grey,
    dead_leaves,
    fractal_noise,
    tiled,
    wood_grain,
)
from dougagen.studio.background.board.tones import leaf_palette, lit, mixed, ramp, wood_color
from dougagen.studio.background.places.foliage import (
    clump_cloud,
    hedge,
    leaf_tile,
    paint_canopy,
    paint_grass_edge,
    paint_meadow,
    paint_trunk,
)
from dougagen.studio.background.places.skies import any_hour, paint_mountains, paint_sea, paint_sky
from dougagen.studio.cel.cel import Rgb
from dougagen.studio.cel.colors import rgb


def paint_landscape(board: Board, rng: np.random.Generator) -> None:
    """Sky over mountains, sea or meadow, with trees and bushes."""
    hour = any_hour(rng)
    horizon = float(rng.uniform(0.35, 1.05))
    _, low = paint_sky(board, rng, hour, horizon=min(horizon + 0.06, 1.0))
    if rng.uniform() < 0.65:
        paint_mountains(board, rng, horizon, low, hour)
    dark = 0.35 if hour == "night" else 0.8 if hour == "dusk" else 1.0
    palette = [lit(mixed(c, low, 0.12 if hour == "dusk" else 0.0), dark) for c in leaf_palette(rng)]
    ground = rng.choice(["meadow", "sea", "trees", "none"], p=[0.35, 0.2, 0.3, 0.15])
    if ground == "sea":
        paint_sea(board, rng, horizon, low, hour)
    elif ground == "meadow":
        paint_meadow(board, rng, horizon, palette, low)
    if ground in ("meadow", "trees") or rng.uniform() < 0.3:
        _tree_lines(board, rng, horizon, palette, low)
    if rng.uniform() < 0.35:
        paint_grass_edge(
            board, rng, board.tall * rng.uniform(0.9, 1.05), palette, board.tall * rng.uniform(0.04, 0.25)
        )


def _tree_lines(
    board: Board, rng: np.random.Generator, horizon: float, palette: Sequence[Rgb], haze: Rgb
) -> None:
    tile = leaf_tile(rng, board)
    rows = int(rng.integers(1, 4))
    for i in range(rows):
        near = (i + 1) / rows
        radius = board.tall * rng.uniform(0.02, 0.09) * (0.4 + near)
        y = board.tall * (horizon + 0.12 * near + rng.uniform(-0.02, 0.05))
        tones = [mixed(c, haze, 0.45 * (1 - near)) for c in palette]
        if rng.uniform() < 0.5:
            clumps = hedge(rng, board.wide, y, radius, depth=radius * rng.uniform(1, 4))
        else:
            x = board.wide * rng.uniform(-0.05, 1.05)
            clumps = clump_cloud(
                rng, x, y, radius * rng.uniform(2, 5), radius * rng.uniform(1.2, 2.5), count=24, radius=radius
            )
        paint_canopy(board, rng, clumps, tones, tile)


def paint_forest(board: Board, rng: np.random.Generator) -> None:
    """Among trees: depth of leaves, trunks, light coming through, undergrowth."""
    palette = list(leaf_palette(rng))
    if rng.uniform() < 0.3:
        palette = [lit(c, rng.uniform(0.3, 0.6)) for c in palette]
    wide, tall = board.wide, board.tall
    back = mixed(palette[0], palette[3], rng.uniform(0, 1))
    light = mixed(palette[4], (255, 255, 240), rng.uniform(0.1, 0.8))
    field = as_grey(
        fractal_noise(rng, tall, wide, tall / 4, octaves=3), gain=100, middle=float(rng.uniform(80, 150))
    )
    far_leaves = tiled(rng, leaf_tile(rng, board, size=float(rng.uniform(0.008, 0.03))), tall, wide)
    field = cv2.addWeighted(field, 0.75, far_leaves, rng.uniform(0.2, 0.7), -35)
    steps = int(rng.integers(2, 5)) if board.look.outlined else None
    board.pixels[:] = cv2.LUT(cv2.merge([field, field, field]), ramp([palette[0], back, light], steps=steps))
    if not board.look.outlined and rng.uniform() < 0.6:
        board.pixels[:] = cv2.GaussianBlur(board.pixels, (0, 0), tall * rng.uniform(0.001, 0.006))
    board.cover[:] = 255
    bark = wood_color(rng)
    bark = lit(bark, rng.uniform(0.3, 0.9))
    ground = tall * rng.uniform(0.6, 1.1)
    layers = int(rng.integers(2, 5))
    for i in range(layers):
        near = (i + 1) / layers
        tones = [mixed(c, light, 0.5 * (1 - near)) for c in palette]
        tile = leaf_tile(rng, board, size=float(rng.uniform(0.006, 0.03) * (0.6 + 1.4 * near)))
        for _ in range(int(rng.integers(0, 6 - layers // 2))):
            thick = tall * rng.uniform(0.02, 0.11) * (0.3 + near)
            color = mixed(bark, light, 0.55 * (1 - near))
            foot = ground + tall * 0.15 * near
            paint_trunk(
                board, rng, wide * rng.uniform(0, 1), foot=foot, top=-0.1 * tall, width=thick, color=color
            )
        radius = tall * rng.uniform(0.03, 0.12)
        for _ in range(int(rng.integers(1, 4))):
            x, y = wide * rng.uniform(0, 1), tall * rng.uniform(-0.1, 0.35)
            rx, ry = wide * rng.uniform(0.1, 0.4), tall * rng.uniform(0.06, 0.2)
            clumps = clump_cloud(rng, x, y, rx, ry, count=26, radius=radius)
            paint_canopy(board, rng, clumps, tones, tile)
        if rng.uniform() < 0.75:
            paint_canopy(
                board,
                rng,
                hedge(rng, wide, ground + 0.12 * tall * near, radius * 0.7, depth=tall * 0.25),
                tones,
                tile,
            )
    if rng.uniform() < 0.4:
        paint_grass_edge(board, rng, tall * 1.0, palette, tall * rng.uniform(0.05, 0.25))
    if rng.uniform() < 0.25 and not board.look.outlined:
        for _ in range(int(rng.integers(3, 12))):
            board.glow(
                (wide * rng.uniform(), tall * rng.uniform()),
                tall * rng.uniform(0.05, 0.3),
                light,
                rng.uniform(0.1, 0.4),
            )


def paint_leaf_wall(board: Board, rng: np.random.Generator) -> None:
    """Leaves, flowers, grass or stones over the whole picture."""
    kind = rng.choice(["leaves", "grass", "stones", "bark"], p=[0.45, 0.2, 0.2, 0.15])
    tall, wide = board.tall, board.wide
    palette: Sequence[Rgb] = leaf_palette(rng)
    if kind == "bark":
        tile = wood_grain(rng)
        tile = np.ascontiguousarray(np.repeat(np.repeat(tile.T, 2, 0), 2, 1))
        palette = [lit(wood_color(rng), f) for f in (0.4, 0.7, 1.0, 1.15)]
    elif kind == "stones":
        size = tall * rng.uniform(0.04, 0.16)
        tile = dead_leaves(
            rng, size=1024 if size > 60 else 512, length=(0.6 * size, 1.4 * size), slim=(0.6, 1.0)
        )
        grey = rgb(rng.uniform(), rng.uniform(0, 0.2), rng.uniform(0.4, 0.85))
        palette = [lit(grey, f) for f in (0.35, 0.6, 0.8, 1.0, 1.1)]
    elif kind == "grass":
        size = tall * rng.uniform(0.05, 0.3)
        tile = dead_leaves(
            rng, size=512, length=(0.5 * size, 1.5 * size), slim=(0.05, 0.16), direction=np.pi / 2
        )
    else:
        tile = leaf_tile(rng, board, size=float(rng.uniform(0.02, 0.12)))
    leaves = tiled(rng, tile, tall, wide)
    field = as_grey(
        fractal_noise(rng, tall, wide, tall / 3, octaves=3), gain=110, middle=float(rng.uniform(90, 170))
    )
    tone = cv2.addWeighted(leaves, 0.6, field, 0.6, -25)
    board.pixels[:] = cv2.LUT(
        cv2.merge([tone, tone, tone]),
        ramp(palette, steps=int(rng.integers(3, 6)) if board.look.outlined else None),
    )
    board.cover[:] = 255
    if board.look.outlined and kind != "bark":
        edges = cv2.Canny(leaves, 60, 140)
        thick = max(round(board.look.width * tall / 1080), 1)
        edges = cv2.blur(cv2.dilate(edges, np.ones((thick, thick), np.uint8)), (2, 2))
        ink = np.empty_like(board.pixels)
        ink[:] = board.look.ink_for(palette[0])
        board.blend((slice(0, tall), slice(0, wide)), ink, np.asarray(edges))
