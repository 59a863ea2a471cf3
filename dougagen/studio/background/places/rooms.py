"""Rooms seen by a camera: floors, walls, windows, and furniture as boxes."""

from __future__ import annotations

import numpy as np

from dougagen.studio.background.board.board import Board
from dougagen.studio.background.board.perspective import Block, Camera, camera, draw_block
from dougagen.studio.background.board.surface import Surface
from dougagen.studio.background.board.texture import wood_grain
from dougagen.studio.background.board.tones import any_color, lit, plaster_color, wood_color
from dougagen.studio.background.places.claddings import paint_ceiling, paint_floor, wall_style
from dougagen.studio.background.places.furniture import (
    decorate_cabinet,
    hang_blackboard,
    hang_curtains,
    hang_picture,
    hang_things,
    paint_bookshelf,
    paint_door,
    paint_lockers,
    paint_shoji,
    paint_window,
)
from dougagen.studio.background.places.seats import any_piece
from dougagen.studio.cel.cel import Rgb


def paint_room(board: Board, rng: np.random.Generator) -> None:
    """A room, corridor or hall with furniture, seen from within."""
    wide, deep, high = rng.uniform(3, 9), rng.uniform(3, 12), rng.uniform(2.3, 3.6)
    if rng.uniform() < 0.15:
        wide = rng.uniform(1.6, 2.6)  # a corridor
    far = deep
    eye = -rng.uniform(0.35, 2.3)
    frontal = rng.uniform() < 0.4
    view = camera(
        board, (rng.uniform(-0.35, 0.35) * wide, eye, 0.0),
        yaw=0.0 if frontal else float(rng.normal(0, 0.4)),
        focal=float(np.exp(rng.uniform(np.log(0.75), np.log(4.5 if frontal else 2.2)))),
        horizon=float(rng.uniform(0.2, 0.75)), middle=float(rng.uniform(0.3, 0.7)),
        tilt=float(rng.choice([0.0, rng.normal(0, 0.08)], p=[0.8, 0.2])),
    )  # fmt: skip
    wall = plaster_color(rng)
    board.wash(wall)
    board.cover[:] = 255
    left, right = -wide / 2, wide / 2
    ground = view.plane(board, (left, 0, -1), (1, 0, 0), (0, 0, 1))
    paint_floor(ground, rng, wide, far + 1)
    ground.lighting(wide, far + 1)
    above = view.plane(board, (left, -high, -1), (1, 0, 0), (0, 0, 1), light=0.95)
    paint_ceiling(above, rng, wide, far + 1, wall)
    above.lighting(wide, far + 1)
    style = wall_style(rng, wall)
    shade = rng.uniform(0.72, 1.0, 2)
    sides = (
        (view.plane(board, (left, -high, -1), (0, 0, 1), (0, 1, 0), light=float(shade[0])), far + 1),
        (view.plane(board, (right, -high, far), (0, 0, -1), (0, 1, 0), light=float(shade[1])), far + 1),
        (view.plane(board, (left, -high, far), (1, 0, 0), (0, 1, 0)), wide),
    )
    for surface, length in sides:
        style(surface, length, high)
        surface.lighting(length, high)
        furnish_wall(surface, rng, length, high)
    _light_on_floor(ground, rng, wide, far + 1)
    _furnish_floor(view, board, rng, (left, right, far))


def _light_on_floor(s: Surface, rng: np.random.Generator, w: float, d: float) -> None:
    """The windows' light, in slanting panes on the floor."""
    if rng.uniform() < 0.65:
        return
    bright = float(rng.uniform(1.15, 1.6))
    v, h, lean = rng.uniform(0, 0.6) * d, rng.uniform(0.5, 1.6), rng.uniform(-1.0, 1.0)
    slanted = Surface(s.board, s.matrix @ np.array([[1, 0, 0], [lean, 1, 0], [0, 0, 1.0]]), s.light)
    reach = w * rng.uniform(0.2, 0.6)
    for _ in range(int(rng.integers(1, 5))):
        slanted.tinted([[0.1, v], [0.1 + reach, v], [0.1 + reach, v + h], [0.1, v + h]], bright)
        v += h + rng.uniform(0.1, 0.5)


# ---- things ------------------------------------------------------------------------------------------
def furnish_wall(s: Surface, rng: np.random.Generator, length: float, high: float) -> None:
    """Windows, doors, shelves and pictures from one end of the wall to the other."""
    u = rng.uniform(0.0, 0.8)
    while u < length - 0.5:
        room = length - u
        kind = rng.choice(
            [
                "window",
                "door",
                "shelf",
                "picture",
                "board",
                "lockers",
                "shoji",
                "cabinet",
                "things",
                "gap",
                "curtain",
            ],
            p=[0.2, 0.1, 0.13, 0.12, 0.07, 0.05, 0.08, 0.09, 0.07, 0.06, 0.03],
        )
        w = float(min(rng.uniform(0.7, 2.4), room))
        if kind == "window":
            top, h = high * rng.uniform(0.1, 0.3), high * rng.uniform(0.35, 0.55)
            paint_window(s, rng, u, top, w, h)
            if rng.uniform() < 0.5:
                hang_curtains(s, rng, u, top, w, h + rng.uniform(0.0, 0.8))
        elif kind == "door":
            w = min(w, 1.1)
            paint_door(s, rng, u, high - 2.05, w, 2.05)
        elif kind == "shelf":
            h = rng.uniform(0.8, 2.1)
            paint_bookshelf(s, rng, u, high - h, w, h)
        elif kind == "picture":
            hang_picture(s, rng, u + 0.1, high * rng.uniform(0.15, 0.4), min(w, 1.1), rng.uniform(0.4, 1.0))
        elif kind == "board":
            w = min(2.2 * w, room)
            hang_blackboard(s, rng, u, high * 0.28, w, high * 0.42)
        elif kind == "lockers":
            paint_lockers(s, rng, u, high - 1.8, w, 1.8)
        elif kind == "shoji":
            w = min(1.6 * w, room)
            paint_shoji(s, rng, u, high - 2.0, w, 2.0)
        elif kind == "cabinet":
            h = rng.uniform(0.6, 2.0)
            s.rect(u, high - h, w, h, any_color(rng) if rng.uniform() < 0.4 else wood_color(rng))
            decorate_cabinet(s, rng, u, high - h, w, h)
        elif kind == "things":
            hang_things(s, rng, u, high * 0.3, w, high * 0.35)
        elif kind == "curtain":
            hang_curtains(s, rng, u, 0.1, w, high - 0.15)
        u += w + rng.choice([0.02, rng.uniform(0.05, 0.7)])


def _furnish_floor(
    view: Camera, board: Board, rng: np.random.Generator, room: tuple[float, float, float]
) -> None:
    left, right, far = room
    blocks: list[tuple[Block, str, Rgb]] = []
    wood = wood_color(rng)
    if rng.uniform() < 0.18:  # rows of desks
        for z in np.arange(2.0, far - 0.5, 1.3):
            for x in np.arange(left + 0.6, right - 0.8, 1.25):
                blocks.append((Block(x, x + 0.65, -0.72, 0, z, z + 0.45), "table", wood))
    else:
        for _ in range(int(rng.integers(1, 9))):
            kind = str(
                rng.choice(["piece", "table", "cabinet", "sofa", "crate"], p=[0.5, 0.25, 0.15, 0.05, 0.05])
            )
            w, d = rng.uniform(0.4, 2.0), rng.uniform(0.4, 1.2)
            h = {
                "table": rng.uniform(0.35, 0.8),
                "cabinet": rng.uniform(0.6, 1.9),
                "sofa": 0.45,
                "crate": rng.uniform(0.2, 0.8),
                "piece": 0.5,
            }[kind]
            z = rng.uniform(min(1.6, far - 1), max(far - d, 1.7))
            x = rng.choice([left + 0.02, right - w, rng.uniform(left, max(right - w, left + 0.1))])
            color = wood if kind in ("table", "cabinet") and rng.uniform() < 0.6 else any_color(rng)
            blocks.append((Block(x, x + w, -h, 0, z, z + d), kind, color))
    blocks.sort(key=lambda b: -view.distance(b[0].middle))
    for block, kind, color in blocks:
        _floor_shadow(view, board, block)
        if kind == "piece":
            any_piece(rng)(
                view.plane(board, (block.left, 0, block.near), (1, 0, 0), (0, 1, 0)), rng, 0.0, 0.0
            )
            continue
        if kind == "table":
            _table(view, board, rng, block, color)
            continue
        seen = draw_block(view, board, block, color)
        if kind == "sofa":
            back = Block(block.left, block.right, -0.95, -0.0, block.far, block.far + 0.2)
            draw_block(view, board, back, lit(color, 0.95))
            draw_block(view, board, block, color)
        elif kind == "cabinet":
            for name in ("front", "left", "right"):
                if name in seen and rng.uniform() < 0.7:
                    surface, w, h = seen[name]
                    decorate_cabinet(surface, rng, 0, 0, w, h)
                    break


def _floor_shadow(view: Camera, board: Board, block: Block) -> None:
    ground = view.plane(board, (block.left - 0.08, 0, block.near - 0.1), (1, 0, 0), (0, 0, 1))
    w, d = block.right - block.left + 0.16, block.far - block.near + 0.2
    ground.tinted([[0, 0], [w, 0], [w, d], [0, d]], 0.55)


def _table(view: Camera, board: Board, rng: np.random.Generator, block: Block, color: Rgb) -> None:
    leg = 0.06
    for z in (block.far - leg, block.near):
        for x in (block.left, block.right - leg):
            draw_block(view, board, Block(x, x + leg, block.top, 0, z, z + leg), lit(color, 0.75))
    top = Block(
        block.left - 0.03,
        block.right + 0.03,
        block.top - 0.05,
        block.top,
        block.near - 0.03,
        block.far + 0.03,
    )
    seen = draw_block(view, board, top, color)
    if "top" in seen:
        s, w, d = seen["top"]
        s.texture(0, 0, w, d, wood_grain(rng, size=256), size=1.3, strength=s.board.look.texture)
        for _ in range(int(rng.integers(0, 4))):
            u, v = rng.uniform(0, 0.8) * w, rng.uniform(0, 0.7) * d
            s.rect(u, v, rng.uniform(0.1, 0.3), rng.uniform(0.1, 0.25), any_color(rng))
