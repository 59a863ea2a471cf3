"""What grows in front: trunks, leaves, bushes, plants, ferns, rocks."""

from __future__ import annotations

import numpy as np

from dougagen.studio.background.board.board import Board
from dougagen.studio.background.board.shapes import frond
from dougagen.studio.background.board.surface import front
from dougagen.studio.background.board.tones import (
    any_color,
    jittered,
    leaf_palette,
    lit,
    wood_color,
)
from dougagen.studio.background.places.foliage import (
    clump_cloud,
    hedge,
    leaf_tile,
    paint_canopy,
    paint_grass_edge,
    paint_trunk,
)
from dougagen.studio.background.places.rocks import paint_boulder, stone_color


def trunks(board: Board, rng: np.random.Generator) -> None:
    color = wood_color(rng)
    for _ in range(int(rng.integers(1, 3))):
        x = board.wide * float(
            rng.choice([rng.uniform(-0.02, 0.15), rng.uniform(0.85, 1.02), rng.uniform(0, 1)])
        )
        paint_trunk(
            board,
            rng,
            x,
            foot=board.tall * 1.1,
            top=-0.1 * board.tall,
            width=board.tall * rng.uniform(0.05, 0.22),
            color=color,
        )
    if rng.uniform() < 0.5:
        leaves(board, rng)


def leaves(board: Board, rng: np.random.Generator) -> None:
    palette, tile = leaf_palette(rng), leaf_tile(rng, board, size=float(rng.uniform(0.015, 0.09)))
    for _ in range(int(rng.integers(1, 3))):
        x, y = (
            board.wide * float(rng.integers(0, 2)),
            board.tall * float(rng.choice([0.0, 1.0], p=[0.65, 0.35])),
        )
        r = board.tall * rng.uniform(0.05, 0.14)
        clumps = clump_cloud(
            rng,
            x,
            y,
            board.tall * rng.uniform(0.2, 0.6),
            board.tall * rng.uniform(0.12, 0.35),
            count=18,
            radius=r,
        )
        paint_canopy(board, rng, clumps, palette, tile)


def bushes(board: Board, rng: np.random.Generator) -> None:
    palette = leaf_palette(rng)
    depth = rng.uniform(0.02, 0.25)
    if rng.uniform() < 0.7:
        tile = leaf_tile(rng, board, size=float(rng.uniform(0.015, 0.08)))
        r = board.tall * rng.uniform(0.03, 0.09)
        paint_canopy(
            board,
            rng,
            hedge(rng, board.wide, board.tall * (1 - depth), r, depth=board.tall * depth),
            palette,
            tile,
        )
    if rng.uniform() < 0.6:
        paint_grass_edge(board, rng, board.tall * 1.0, palette, board.tall * rng.uniform(0.08, 0.35))


def plant(board: Board, rng: np.random.Generator) -> None:
    """Long leaves from a pot or from the edge of the picture."""
    palette = leaf_palette(rng)
    x, y = board.wide * rng.uniform(0, 1), board.tall * rng.uniform(0.85, 1.1)
    for _ in range(int(rng.integers(8, 26))):
        a = rng.uniform(-2.6, -0.5)
        length, w = board.tall * rng.uniform(0.2, 0.6), board.tall * rng.uniform(0.02, 0.06)
        t = np.linspace(0, 1, 9)
        bend = np.cumsum(np.full(9, rng.normal(0, 0.09)))
        cx, cy = x + np.cumsum(np.cos(a + bend)) * length / 9, y + np.cumsum(np.sin(a + bend)) * length / 9
        half = w * np.sin(np.pi * np.clip(t * 0.9 + 0.1, 0, 1))
        nx, ny = -np.sin(a + bend), np.cos(a + bend)
        left, right = (
            np.stack([cx + nx * half, cy + ny * half], 1),
            np.stack([cx - nx * half, cy - ny * half], 1),
        )
        color = palette[int(rng.integers(1, 5))]
        board.shape(np.concatenate([left, right[::-1]]), color)
        board.polygon(np.concatenate([left, np.stack([cx, cy], 1)[::-1]]), lit(color, 0.8))
    if rng.uniform() < 0.5:
        pot, r = any_color(rng), board.tall * rng.uniform(0.06, 0.14)
        board.shape(
            np.array(
                [
                    [x - r, y - 0.2 * r],
                    [x + r, y - 0.2 * r],
                    [x + 0.7 * r, y + 2 * r],
                    [x - 0.7 * r, y + 2 * r],
                ]
            ),
            pot,
            to=lit(pot, 0.6),
            sideways=True,
        )


def rocks(board: Board, rng: np.random.Generator) -> None:
    """Boulders at the foot of the picture or at one side."""
    color = lit(stone_color(rng), rng.uniform(0.2, 1.0))
    for _ in range(int(rng.integers(2, 9))):
        size = board.tall * rng.uniform(0.08, 0.28)
        paint_boulder(
            board,
            rng,
            board.wide * rng.uniform(0, 1),
            board.tall * rng.uniform(0.95, 1.1),
            1.4 * size,
            size,
            jittered(rng, color, 6),
        )


def fronds(board: Board, rng: np.random.Generator) -> None:
    """Long leaves or reeds that hang in from a corner, or a bough with blossoms."""
    palette, dark = leaf_palette(rng), rng.uniform(0.15, 1.0)
    s = front(board)
    x, y = float(rng.integers(0, 2)) * board.aspect, rng.uniform(-0.1, 1.1)
    inward = 0.0 if x == 0 else np.pi
    for _ in range(int(rng.integers(6, 24))):
        leaf = frond(
            x,
            y + rng.normal(0, 0.15),
            rng.uniform(0.2, 0.6),
            rng.uniform(0.03, 0.12),
            inward + rng.normal(0, 0.6),
            bend=rng.normal(0, 0.5),
        )
        s.body(leaf, lit(palette[int(rng.integers(0, 5))], dark), bulk=0.2)
