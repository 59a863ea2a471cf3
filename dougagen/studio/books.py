"""Books: painted layers in front of the cel, from tree trunks to table edges."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.board import Board, front, random_look
from dougagen.studio.background.foliage import (
    clump_cloud,
    hedge,
    leaf_tile,
    paint_canopy,
    paint_grass_edge,
    paint_trunk,
)
from dougagen.studio.background.furniture import decorate_cabinet, hang_curtains, paint_bookshelf
from dougagen.studio.background.texture import as_grey, fractal_noise, gradient, shifted
from dougagen.studio.background.tones import any_color, leaf_palette, lit, plaster_color, wood_color

COVER = (0.03, 0.35)
"""Share of the picture that a book covers."""


def paint_book(rng: np.random.Generator, *, height: int, width: int) -> NDArray[np.uint8]:
    """A layer for the front: uint8[height, width, 4] RGBA, straight alpha, covering a share in ``COVER``."""
    outlined = bool(rng.uniform() < 0.4)
    for _ in range(12):
        board = Board(rng, height=height, width=width, look=random_look(rng, outlined=outlined))
        _PAINTERS[rng.choice(len(_PAINTERS), p=_SHARES)](board, rng)
        alpha = board.finished_cover()
        if COVER[0] <= alpha.mean() / 255 <= COVER[1]:
            break
    else:
        board = Board(rng, height=height, width=width, look=random_look(rng, outlined=outlined))
        front(board).shape([[-1, 0.85], [4, 0.85], [4, 2], [-1, 2]], wood_color(rng))
        alpha = board.finished_cover()
    return _developed(rng, board.finished(), alpha, outlined=outlined)


def _developed(
    rng: np.random.Generator, premultiplied: NDArray[np.uint8], alpha: NDArray[np.uint8], *, outlined: bool
) -> NDArray[np.uint8]:
    """Texture, the hour's light, focus; then straight alpha."""
    height, width = alpha.shape
    if not outlined and rng.uniform() < 0.7:
        grain = as_grey(fractal_noise(rng, height, width, height * rng.uniform(0.02, 0.12), octaves=5))
        premultiplied = shifted(premultiplied, grain, rng.uniform(5, 25))
    light = rng.choice([1.0, rng.uniform(0.15, 0.6), rng.uniform(0.6, 1.0)], p=[0.4, 0.25, 0.35])
    premultiplied = cv2.multiply(
        premultiplied, gradient(height, width, rng.uniform(160, 255, (4, 1)) * np.ones(3)), scale=light / 225
    )
    if rng.uniform() < 0.3:
        radius = height * rng.uniform(0.002, 0.015)
        premultiplied = cv2.GaussianBlur(premultiplied, (0, 0), radius)
        alpha = cv2.GaussianBlur(alpha, (0, 0), radius)
    thick = cv2.merge([alpha, alpha, alpha])
    straight = cv2.divide(premultiplied, thick, scale=255)  # cv2 gives 0 where alpha is 0
    return np.dstack([straight, alpha])


# ---- what stands there -------------------------------------------------------------------------------
def _trunks(board: Board, rng: np.random.Generator) -> None:
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
        _leaves(board, rng)


def _leaves(board: Board, rng: np.random.Generator) -> None:
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


def _bushes(board: Board, rng: np.random.Generator) -> None:
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


def _pillars(board: Board, rng: np.random.Generator) -> None:
    s = front(board, tilt=float(rng.normal(0, 0.02)))
    color = wood_color(rng) if rng.uniform() < 0.5 else plaster_color(rng)
    for _ in range(int(rng.integers(1, 3))):
        u, w = rng.uniform(-0.05, board.aspect), rng.uniform(0.04, 0.3)
        s.shape([[u, -0.3], [u + w, -0.3], [u + w, 1.3], [u, 1.3]], lit(color, 0.7), to=color, sideways=True)
        s.fill(
            [[u + 0.65 * w, -0.3], [u + 0.97 * w, -0.3], [u + 0.97 * w, 1.3], [u + 0.65 * w, 1.3]],
            lit(color, 0.6),
        )
        if rng.uniform() < 0.4:
            s.rect(u - 0.2 * w, rng.uniform(0, 0.9), 1.4 * w, 0.06, lit(color, 0.9))


def _window_frame(board: Board, rng: np.random.Generator) -> None:
    s = front(board)
    color = wood_color(rng) if rng.uniform() < 0.6 else any_color(rng)
    bar, a = rng.uniform(0.02, 0.08), board.aspect
    s.rect(-0.1, -0.1, a + 0.2, 0.1 + bar, color)
    s.rect(-0.1, 1 - 1.4 * bar, a + 0.2, 2 * bar, color)
    for u in (-0.05, a - bar, *rng.uniform(0.2, 0.8, int(rng.integers(0, 3))) * a):
        s.rect(float(u), -0.1, bar + 0.03, 1.2, color, to=lit(color, 0.8))
    if rng.uniform() < 0.4:
        s.rect(-0.1, rng.uniform(0.3, 0.7), a + 0.2, 0.6 * bar, color)
    if rng.uniform() < 0.3:
        hang_curtains(s, rng, -0.05, 0.0, 0.4 * a, 1.05)


def _railing(board: Board, rng: np.random.Generator) -> None:
    s = front(board, tilt=float(rng.choice([0.0, rng.normal(0, 0.08)])))
    color = any_color(rng)
    top, step, w = rng.uniform(0.3, 0.85), rng.uniform(0.05, 0.3), rng.uniform(0.008, 0.04)
    for u in np.arange(-0.3, board.aspect + 0.3, step):
        s.rect(float(u), top, w, 1.6 - top, color)
    s.rect(-0.5, top - 0.02, board.aspect + 1, rng.uniform(0.02, 0.08), lit(color, 1.08))
    if rng.uniform() < 0.4:
        s.rect(-0.5, 0.93, board.aspect + 1, 0.03, color)


def _fence(board: Board, rng: np.random.Generator) -> None:
    """Wire mesh or bars over the whole picture."""
    s = front(board, tilt=np.pi / 4 if rng.uniform() < 0.6 else 0.0)
    color = any_color(rng)
    step, w = rng.uniform(0.06, 0.2), rng.uniform(1.5, 6)
    for u in np.arange(-1.5, 3.5, step):
        s.stroke([[u, -2], [u, 3]], color, w)
        if rng.uniform() < 0.97:
            s.stroke([[-2, u - 1], [4, u - 1]], lit(color, 0.9), w)


def _table(board: Board, rng: np.random.Generator) -> None:
    s = front(board, tilt=float(rng.normal(0, 0.06)))
    color = wood_color(rng) if rng.uniform() < 0.7 else any_color(rng)
    top = rng.uniform(0.7, 0.93)
    s.shape([[-1, top], [4, top], [4, 2], [-1, 2]], color, to=lit(color, 0.8))
    s.fill([[-1, top + 0.05], [4, top + 0.05], [4, 2], [-1, 2]], lit(color, 0.8))
    for _ in range(int(rng.integers(0, 7))):
        u, w, h = rng.uniform(0, board.aspect), rng.uniform(0.03, 0.14), rng.uniform(0.04, 0.2)
        thing = any_color(rng)
        if rng.uniform() < 0.5:
            s.rect(u, top - h + 0.02, w, h, thing, to=lit(thing, 0.8))
        else:
            s.shape(
                [[u, top - h], [u + w, top - h], [u + 0.85 * w, top + 0.02], [u + 0.15 * w, top + 0.02]],
                thing,
            )


def _furniture(board: Board, rng: np.random.Generator) -> None:
    s = front(board, zoom=0.5, y=1.0)
    side = rng.choice([-0.35, board.aspect - 0.3])
    w, h = rng.uniform(0.4, 1.0), rng.uniform(0.5, 2.2)
    kind = rng.choice(["shelf", "cabinet", "curtain"])
    u = float(side) - (0.5 * w if side > 0 else 0)
    if kind == "shelf":
        paint_bookshelf(s, rng, u, 1.1 - h, w, h)
    elif kind == "cabinet":
        s.rect(u, 1.1 - h, w, h, wood_color(rng))
        decorate_cabinet(s, rng, u, 1.1 - h, w, h)
    else:
        hang_curtains(s, rng, u, -1.2, 2 * w, 2.4)


def _plant(board: Board, rng: np.random.Generator) -> None:
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


def _soft_object(board: Board, rng: np.random.Generator) -> None:
    """A large smooth thing close to the lens."""
    a = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    r = (
        rng.uniform(0.2, 0.5)
        * board.tall
        * (1 + 0.2 * np.sin(2 * a + rng.uniform(0, 6)) + 0.1 * np.sin(3 * a + rng.uniform(0, 6)))
    )
    x, y = board.wide * rng.uniform(-0.05, 1.05), board.tall * float(rng.choice([-0.05, 1.1, 1.0]))
    color = any_color(rng)
    board.shape(np.stack([x + r * np.cos(a), y + r * np.sin(a)], 1), color, to=lit(color, 0.6))
    board.polygon(
        np.stack([x - 0.1 * r + 0.6 * r * np.cos(a), y - 0.25 * r + 0.5 * r * np.sin(a)], 1), lit(color, 1.1)
    )


_CHOICES: tuple[tuple[Callable[[Board, np.random.Generator], None], float], ...] = (
    (_trunks, 0.13), (_leaves, 0.14), (_bushes, 0.15), (_pillars, 0.12), (_window_frame, 0.09),
    (_railing, 0.08), (_fence, 0.04), (_table, 0.1), (_furniture, 0.06), (_plant, 0.05), (_soft_object, 0.04),
)  # fmt: skip
_PAINTERS = [painter for painter, _ in _CHOICES]
_SHARES = np.array([share for _, share in _CHOICES]) / sum(share for _, share in _CHOICES)
