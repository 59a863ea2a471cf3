"""Boulders, cliffs, caves and walls of cut stone: facets of a few tones, cracks, moss."""

from __future__ import annotations

import numpy as np

from dougagen.studio.background.board.board import Board
from dougagen.studio.background.board.clipping import Points
from dougagen.studio.background.board.shapes import moved
from dougagen.studio.background.board.texture import as_grey, fractal_noise, shifted
from dougagen.studio.background.board.tones import jittered, leaf_palette, lit, mixed
from dougagen.studio.background.places.foliage import paint_grass_edge
from dougagen.studio.background.places.skies import any_hour, paint_sea, paint_sky
from dougagen.studio.cel.cel import Rgb
from dougagen.studio.cel.colors import rgb


def stone_color(rng: np.random.Generator) -> Rgb:
    """Grey, brown, red or blue stone."""
    return rgb(
        rng.choice([rng.uniform(0.03, 0.12), rng.uniform(0.5, 0.7)]),
        rng.uniform(0.02, 0.35),
        rng.uniform(0.3, 0.85),
    )


def _jagged(rng: np.random.Generator, x: float, y: float, rx: float, ry: float, knots: int) -> Points:
    a = np.sort(rng.uniform(0, 2 * np.pi, knots))
    r = rng.uniform(0.75, 1.1, knots)
    return np.stack([x + rx * r * np.cos(a), y + ry * r * np.sin(a)], 1)


def paint_boulder(
    board: Board, rng: np.random.Generator, x: float, y: float, rx: float, ry: float, color: Rgb
) -> None:
    """One rock around (x, y) in board pixels: a lit top, a dark side, cracks."""
    outline = _jagged(rng, x, y, rx, ry, int(rng.integers(8, 15)))
    lx, ly = board.light
    facets: list[tuple[Points, Rgb]] = []
    for _ in range(int(rng.integers(2, 6))):
        cx, cy = x + rng.uniform(-0.8, 0.8) * rx, y + rng.uniform(-0.8, 0.8) * ry
        toward = ((cx - x) / rx * lx + (cy - y) / ry * ly) * 0.35
        tone = lit(color, float(np.clip(0.95 + toward + rng.normal(0, 0.05), 0.4, 1.3)))
        facets.append((_jagged(rng, cx, cy, rx * rng.uniform(0.3, 0.7), ry * rng.uniform(0.2, 0.6), 6), tone))
    board.body(outline, color, to=lit(color, 0.75), bulk=0.22, inner=facets, shade=0.6)
    if min(rx, ry) < 0.02 * board.tall:
        return
    for _ in range(int(rng.integers(0, 4))):
        n = int(rng.integers(3, 6))
        way = moved(np.cumsum(rng.normal(0, 0.16, (n, 2)) * (rx, ry), axis=0), x, y)
        board.pen(way, lit(color, 0.45), rng.uniform(1, 3))


def paint_cliffs(board: Board, rng: np.random.Generator) -> None:
    """Rocks at the sea, a gorge, or the mouth of a cave."""
    tall, wide = board.tall, board.wide
    hour, color = any_hour(rng), stone_color(rng)
    dark = {"night": 0.3, "dusk": 0.7}.get(hour, 1.0)
    horizon = float(rng.uniform(0.4, 0.8))
    _, low = paint_sky(board, rng, hour, horizon=min(horizon + 0.1, 1.0))
    if rng.uniform() < 0.4:
        paint_sea(board, rng, horizon, low, hour)
    layers = int(rng.integers(1, 4))
    for i in range(layers):
        near = (i + 1) / layers
        tone = mixed(lit(color, dark), low, 0.6 * (1 - near))
        side, steep = rng.choice([-1.0, 1.0]), rng.uniform(0.2, 0.9)
        size = tall * rng.uniform(0.1, 0.25) * (0.4 + near)
        flank = [
            [-0.1, horizon + 0.1 * near - 0.6 * steep],
            [0.5, horizon + 0.1 * near - 0.25 * steep],
            [1.1, horizon + 0.12 * near],
            [1.1, 1.2],
            [-0.1, 1.2],
        ]
        board.body(
            moved(flank if side > 0 else moved(flank * np.array([-1.0, 1.0]), 1, 0), 0, 0) * (wide, tall),
            lit(tone, 0.7),
            bulk=0,
        )
        for j in range(int(rng.integers(10, 34))):
            t = rng.uniform(0, 1)
            x = wide * (t if side > 0 else 1 - t)
            top = tall * (horizon + 0.1 * near - steep * (1 - t) * 0.7)
            y = rng.uniform(min(top, tall), 1.1 * tall) if j % 3 else top
            paint_boulder(
                board,
                rng,
                x,
                y,
                size * rng.uniform(0.5, 1.4),
                size * rng.uniform(0.4, 1.6),
                jittered(rng, tone, 6),
            )
    if rng.uniform() < 0.4:
        paint_grass_edge(
            board, rng, tall * 1.02, [lit(c, dark) for c in leaf_palette(rng)], tall * rng.uniform(0.05, 0.2)
        )


def paint_cave(board: Board, rng: np.random.Generator) -> None:
    """Rock all around, darker inwards, or light at the end."""
    tall, wide = board.tall, board.wide
    color = lit(stone_color(rng), rng.uniform(0.25, 0.9))
    inside = (8, 8, 12) if rng.uniform() < 0.6 else mixed(color, (255, 250, 225), 0.7)
    board.wash(inside)
    cx, cy = wide * rng.uniform(0.3, 0.7), tall * rng.uniform(0.35, 0.65)
    rings = int(rng.integers(3, 6))
    for i in range(rings):
        near = (i + 1) / rings
        tone = mixed(inside, color, near)
        r = tall * (0.15 + 0.65 * near)
        count = int(rng.integers(14, 26))
        for a in rng.permutation(np.linspace(0, 2 * np.pi, count, endpoint=False)):
            x, y = cx + 1.5 * r * np.cos(a), cy + r * np.sin(a)
            size = r * rng.uniform(0.22, 0.45)
            paint_boulder(board, rng, x, y, size * 1.2, size, jittered(rng, tone, 7))


def paint_stone_wall(board: Board, rng: np.random.Generator) -> None:
    """Cut or broken stones laid in courses, from near; castle, dungeon, embankment."""
    color, tall, wide = stone_color(rng), board.tall, board.wide
    color = lit(color, rng.uniform(0.3, 1.1))
    board.wash(lit(color, 0.4))
    size, rough = tall * float(np.exp(rng.uniform(np.log(0.05), np.log(0.3)))), rng.uniform(0.02, 0.22)
    y, row = -size * rng.uniform(0, 1), 0
    while y < tall:
        high, x = size * rng.uniform(0.7, 1.1), -size * rng.uniform(0, 2)
        while x < wide:
            w = size * rng.uniform(0.8, 2.2)
            box = np.array([[0, 0], [0.5, 0], [1, 0], [1, 0.5], [1, 1], [0.5, 1], [0, 1], [0, 0.5]]) * (
                0.96 * w,
                0.95 * high,
            )
            board.body(
                box + rng.normal(0, rough * 0.25 * size, (8, 2)) + (x, y),
                jittered(rng, color, 8),
                bulk=0.14,
                gloss=0.0,
            )
            x += w
        y, row = y + high, row + 1
    if not board.look.outlined:
        damp = as_grey(fractal_noise(rng, tall, wide, tall / 3, octaves=5))
        board.pixels[:] = shifted(board.pixels, damp, rng.uniform(10, 60))
