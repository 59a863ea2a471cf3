"""Streets in perspective, by day and by night."""

from __future__ import annotations

import numpy as np

from dougagen.studio.background.board.board import Board
from dougagen.studio.background.board.perspective import Block, Camera, camera, draw_block, faces
from dougagen.studio.background.board.texture import as_grey, fractal_noise, seamless
from dougagen.studio.background.board.tones import any_color, leaf_palette, lit, mixed, plaster_color
from dougagen.studio.background.places.claddings import lay_bricks
from dougagen.studio.background.places.facades import paint_facade
from dougagen.studio.background.places.foliage import clump_cloud, leaf_tile, paint_canopy
from dougagen.studio.background.places.roadside import any_outdoors
from dougagen.studio.background.places.skies import any_hour, paint_mountains, paint_sky
from dougagen.studio.cel.cel import Rgb
from dougagen.studio.cel.colors import rgb


def paint_street(board: Board, rng: np.random.Generator) -> None:
    """Buildings on one or both sides of a road, with walls, poles and wires."""
    hour = any_hour(rng)
    horizon = float(rng.uniform(0.35, 0.75))
    view = camera(
        board, (rng.uniform(-2, 2), -rng.uniform(0.8, 5.0), 0.0), yaw=float(rng.normal(0, 0.3)),
        focal=float(rng.uniform(0.6, 2.0)), horizon=horizon, middle=float(rng.uniform(0.3, 0.7)),
        tilt=float(rng.choice([0.0, rng.normal(0, 0.08)], p=[0.8, 0.2])),
    )  # fmt: skip
    _, low = paint_sky(board, rng, hour, horizon=1.0)
    if rng.uniform() < 0.4:
        paint_mountains(board, rng, horizon, low, hour)
    light = {"night": 0.28, "dusk": 0.65}.get(hour, 1.0)
    half = rng.uniform(2.0, 6.0)
    _road(view, board, rng, half, light)
    end = float(rng.uniform(25, 70))
    blocks = _buildings(rng, half, end)
    blocks.sort(key=lambda b: -view.distance(b[0].middle))
    for block, color, kind in blocks:
        far = min(view.distance(block.middle) / end, 1.0)
        tone = mixed(color, low, 0.4 * far) if hour != "night" else color
        _building(view, board, rng, block, tone, kind, light, night=hour in ("night", "dusk"))
    if rng.uniform() < 0.5:
        _trees_along(view, board, rng, half, end, light)
    _stand_along(view, board, rng, half, end, light)
    if rng.uniform() < 0.6:
        _poles(view, board, rng, half, light)
    if hour == "night":
        for _ in range(int(rng.integers(2, 12))):
            at = view.pixel((rng.choice([-1.0, 1.0]) * half, -rng.uniform(2, 6), rng.uniform(4, end)))
            if at is not None:
                board.glow(at, board.tall * rng.uniform(0.04, 0.2), (255, 225, 160), rng.uniform(0.3, 0.9))


def _road(view: Camera, board: Board, rng: np.random.Generator, half: float, light: float) -> None:
    ground = view.plane(board, (-60, 0, -2), (1, 0, 0), (0, 0, 1), light=light)
    grey = rgb(rng.uniform(), rng.uniform(0.02, 0.2), rng.uniform(0.35, 0.75))
    earth = mixed(grey, any_color(rng), 0.4)
    ground.fill([[0, 0], [120, 0], [120, 400], [0, 400]], earth)
    road = view.plane(board, (-half, 0, -2), (1, 0, 0), (0, 0, 1), light=light)
    road.fill([[0, 0], [2 * half, 0], [2 * half, 400], [0, 400]], grey, to=lit(grey, 0.9))
    road.texture(
        0,
        0,
        2 * half,
        120,
        as_grey(seamless(fractal_noise(rng, 256, 256, 30, octaves=6))),
        size=4.0,
        strength=1.2 * board.look.texture,
    )
    walk = lit(grey, 1.12)
    for u in (-1.5, 2 * half):
        road.rect(u, 0, 1.5, 400, walk)
        for v in np.arange(0, 40, 1.2):
            road.edge([[u, v], [u + 1.5, v]], walk)
    mark = (235, 235, 225)
    kind = rng.choice(["dashes", "line", "zebra", "none"])
    if kind == "dashes":
        for v in np.arange(0, 90, 6):
            road.bar(half - 0.08, float(v), 0.16, 3, mark)
    elif kind == "line":
        road.bar(0.3, 0, 0.14, 300, mark)
        road.bar(2 * half - 0.45, 0, 0.14, 300, mark)
    elif kind == "zebra":
        start = rng.uniform(3, 14)
        for u in np.arange(0.3, 2 * half - 0.4, 0.9):
            road.rect(float(u), start, 0.45, 3.5, mark)


def _buildings(rng: np.random.Generator, half: float, end: float) -> list[tuple[Block, Rgb, str]]:
    found: list[tuple[Block, Rgb, str]] = []
    kind_of_street = rng.choice(["houses", "city", "walls"], p=[0.45, 0.35, 0.2])
    for side in (-1, 1):
        if rng.uniform() < 0.12:
            continue
        z = float(rng.uniform(-1, 3))
        while z < end:
            depth, width = rng.uniform(5, 13), rng.uniform(6, 12)
            gap = half + 1.5 + rng.uniform(0, 1.5)
            near_edge, far_edge = sorted((side * gap, side * (gap + width)))
            high = rng.uniform(8, 40) if kind_of_street == "city" else rng.uniform(3, 8.5)
            if kind_of_street == "walls" or rng.uniform() < 0.2:
                a, b = sorted((side * (half + 1.5), side * (half + 1.7)))
                found.append(
                    (Block(a, b, -rng.uniform(1.2, 2.2), 0, z, z + depth), plaster_color(rng), "wall")
                )
                near_edge, far_edge = near_edge + side * 2, far_edge + side * 2
            if rng.uniform() < 0.88:
                found.append(
                    (Block(near_edge, far_edge, -high, 0, z, z + depth), plaster_color(rng), "house")
                )
            z += depth + rng.choice([0.0, rng.uniform(0.5, 4)])
    if rng.uniform() < 0.5:
        found.append(
            (Block(-half * 3, half * 2, -rng.uniform(5, 30), 0, end, end + 8), plaster_color(rng), "house")
        )
    return found


def _building(
    view: Camera,
    board: Board,
    rng: np.random.Generator,
    block: Block,
    color: Rgb,
    kind: str,
    light: float,
    *,
    night: bool,
) -> None:
    seen = faces(view, board, block, light=light)
    near = view.distance(block.middle) < 30
    if kind == "house" and rng.uniform() < 0.4 and block.bottom - block.top < 9:
        _roof(view, board, rng, block, light)
    for name, (s, w, h) in seen.items():
        s.shape([[0, 0], [w, 0], [w, h], [0, h]], color, to=lit(color, 0.85))
        if name not in ("front", "left", "right"):
            continue
        if kind == "wall":
            if rng.uniform() < 0.4 and near:
                lay_bricks(s, rng, w, h, color, size=0.25, square=False)
            s.rect(0, -0.08, w, 0.12, lit(color, 0.8))
            continue
        s.texture(
            0,
            0,
            w,
            h,
            as_grey(seamless(fractal_noise(rng, 128, 128, 40, octaves=5))),
            size=5.0,
            strength=board.look.texture,
        )
        paint_facade(s, rng, w, h, color, night=night, near=near)


def _roof(view: Camera, board: Board, rng: np.random.Generator, block: Block, light: float) -> None:
    color = lit(any_color(rng), 0.7)
    rise = rng.uniform(1.0, 2.6)
    mid = (block.left + block.right) / 2
    over = 0.5
    left = (block.left - over, block.top + 0.2)
    right = (block.right + over, block.top + 0.2)
    ridge_y = block.top - rise
    planes = [(left, (mid, ridge_y), 0.8), (right, (mid, ridge_y), 0.95)]
    planes.sort(key=lambda p: abs(p[0][0] - view.position[0]), reverse=True)
    for (x, y), (rx, ry), shade in planes:
        length = float(np.hypot(rx - x, ry - y))
        s = view.plane(
            board,
            (x, y, block.near - over),
            ((rx - x) / length, (ry - y) / length, 0),
            (0, 0, 1),
            light=light * shade,
        )
        d = block.far - block.near + 2 * over
        s.shape([[0, 0], [length, 0], [length, d], [0, d]], color)
        for v in np.arange(0, d, 0.7):
            s.edge([[0, v], [length, v]], color)
    gable = view.plane(board, (block.left, block.top, block.near), (1, 0, 0), (0, 1, 0), light=light * 0.9)
    w = block.right - block.left
    gable.shape([[0, 0.05], [w / 2, -rise], [w, 0.05]], lit(color, 1.1))


def _stand_along(
    view: Camera, board: Board, rng: np.random.Generator, half: float, end: float, light: float
) -> None:
    """Parked cars, machines, signs and planters at the edge of the road, the far ones first."""
    count = int(rng.choice([0, 2, 5, 9]))
    for z in sorted(rng.uniform(3.5, 0.7 * end, count), reverse=True):
        side = float(rng.choice([-1.0, 1.0]))
        u = side * (half + rng.uniform(-0.8, 0.9)) - (0.0 if side > 0 else 2.5)
        plane = view.plane(board, (u, 0, float(z)), (1, 0, 0), (0, 1, 0), light=light)
        any_outdoors(rng)(plane, rng, 0.0, 0.0)


def _trees_along(
    view: Camera, board: Board, rng: np.random.Generator, half: float, end: float, light: float
) -> None:
    palette = [lit(c, light) for c in leaf_palette(rng)]
    tile = leaf_tile(rng, board)
    side = rng.choice([-1.0, 1.0])
    for z in sorted(rng.uniform(4, end, int(rng.integers(1, 6))), reverse=True):
        foot, top = (
            view.pixel((side * (half + 1.2), 0, float(z))),
            view.pixel((side * (half + 1.2), -4.0, float(z))),
        )
        if foot is None or top is None:
            continue
        size = foot[1] - top[1]
        if not 8 < size < 3 * board.tall:
            continue
        draw_block(
            view,
            board,
            Block(side * (half + 1.2) - 0.12, side * (half + 1.2) + 0.12, -3.4, 0, float(z), float(z) + 0.2),
            (90, 70, 55),
            light=light,
        )
        clumps = clump_cloud(rng, top[0], top[1], size * 0.45, size * 0.35, count=16, radius=size * 0.2)
        paint_canopy(board, rng, clumps, palette, tile)


def _poles(view: Camera, board: Board, rng: np.random.Generator, half: float, light: float) -> None:
    side = rng.choice([-1.0, 1.0]) * (half + 0.4)
    step, color = rng.uniform(8, 20), lit(rgb(rng.uniform(), 0.06, rng.uniform(0.3, 0.7)), light)
    zs = np.arange(rng.uniform(2, 7), 80, step)
    wires = [(-8.0 + 0.5 * i, rng.uniform(-0.9, 0.9)) for i in range(int(rng.integers(2, 6)))]
    dark = lit((50, 50, 55), light)
    for z in zs[::-1]:
        for y, off in wires:
            t = np.linspace(0, 1, 12)
            sag = y + 0.7 * 4 * t * (1 - t)
            points = [
                view.pixel((side + off, float(s), float(z - step + step * q)))
                for s, q in zip(sag, t, strict=True)
            ]
            line = np.array([p for p in points if p is not None])
            if len(line) > 2:
                board.stroke(line, dark, rng.uniform(1, 2.5))
        draw_block(view, board, Block(side - 0.14, side + 0.14, -9, 0, float(z), float(z) + 0.28), color)
        draw_block(
            view, board, Block(side - 1.1, side + 1.1, -8.1, -7.9, float(z), float(z) + 0.15), lit(color, 0.8)
        )
        if rng.uniform() < 0.4:
            draw_block(
                view,
                board,
                Block(side - 0.4, side + 0.4, -7.2, -6.2, float(z) - 0.5, float(z)),
                lit(color, 0.9),
            )
