"""Places with a plan of their own: trains, stairs, aisles, rows of seats, roofs with fences, shrines."""

from __future__ import annotations

import numpy as np

from dougagen.studio.background.board.board import Board
from dougagen.studio.background.board.perspective import Block, camera, draw_block
from dougagen.studio.background.board.shapes import curve, moved, rounded
from dougagen.studio.background.board.surface import Surface, front
from dougagen.studio.background.board.tones import (
    any_color,
    jittered,
    leaf_palette,
    lit,
    mixed,
    plaster_color,
    wood_color,
)
from dougagen.studio.background.places.claddings import paint_floor
from dougagen.studio.background.places.foliage import clump_cloud, hedge, leaf_tile, paint_canopy
from dougagen.studio.background.places.furniture import hang_picture, paint_door, paint_window
from dougagen.studio.background.places.painted_people import paint_poster
from dougagen.studio.background.places.roadside import stone_lantern
from dougagen.studio.background.places.rocks import stone_color
from dougagen.studio.background.places.seats import cloth_color, shelf
from dougagen.studio.background.places.skies import any_hour, paint_mountains, paint_sky


def paint_train(board: Board, rng: np.random.Generator) -> None:
    """Inside a train, bus or lift: windows and benches along the sides, straps, lamps."""
    wide, high, far = rng.uniform(2.2, 3.0), rng.uniform(2.1, 2.6), float(rng.uniform(6, 16))
    eye = -rng.uniform(0.9, 1.7)
    view = camera(
        board,
        (rng.uniform(-0.5, 0.5), eye, 0.0),
        yaw=float(rng.choice([0.0, rng.uniform(-1.4, 1.4)])),
        focal=float(rng.uniform(0.6, 1.8)),
        horizon=float(rng.uniform(0.3, 0.6)),
    )
    wall, cloth, metal = plaster_color(rng), cloth_color(rng), (200, 204, 208)
    board.wash(wall)
    floor = view.plane(board, (-wide / 2, 0, -3), (1, 0, 0), (0, 0, 1))
    paint_floor(floor, rng, wide, far + 3)
    above = view.plane(board, (-wide / 2, -high, -3), (1, 0, 0), (0, 0, 1))
    above.fill([[0, 0], [wide, 0], [wide, far + 3], [0, far + 3]], lit(wall, 1.1), to=wall)
    for v in np.arange(0.5, far + 3, 1.6):
        above.rect(0.42 * wide, float(v), 0.16 * wide, 1.3, (255, 253, 242))
    end = view.plane(board, (-wide / 2, -high, far), (1, 0, 0), (0, 1, 0))
    end.shape([[0, 0], [wide, 0], [wide, high], [0, high]], lit(wall, 0.92))
    paint_door(end, rng, wide / 2 - 0.4, high - 1.9, 0.8, 1.9)
    bay = rng.uniform(1.1, 2.0)
    for side in (-1, 1):
        s = view.plane(
            board, (side * wide / 2, -high, -3), (0, 0, 1), (0, 1, 0), light=0.95 if side < 0 else 0.85
        )
        s.fill([[0, 0], [far + 3, 0], [far + 3, high], [0, high]], wall, to=lit(wall, 0.85))
        for u in np.arange(far + 3 - bay, -bay, -bay):
            paint_window(s, rng, float(u) + 0.1, 0.75, bay - 0.2, 0.8)
            if rng.uniform() < 0.5:
                hang_picture(s, rng, float(u) + 0.2, 0.3, 0.5, 0.3)
        _bench_along(board, view, side, wide, far, cloth)
    for z in np.arange(far - 0.4, 0.8, -0.55):
        for side in (-1, 1):
            strap = view.plane(board, (side * 0.5, -high, float(z)), (1, 0, 0), (0, 1, 0))
            strap.bar(-0.015, 0.1, 0.03, 0.3, (225, 225, 220))
            strap.stroke(moved([[0, 0.4], [0.08, 0.55], [-0.08, 0.55], [0, 0.4]], 0, 0), metal, 3)
        if z % 2 < 0.5:
            draw_block(view, board, Block(0.7, 0.75, -high, 0, float(z), float(z) + 0.04), metal)


def _bench_along(
    board: Board, view: object, side: int, wide: float, far: float, cloth: tuple[int, int, int]
) -> None:
    a, b = sorted((side * wide / 2, side * (wide / 2 - 0.5)))
    draw_block(view, board, Block(a, b, -0.45, -0.25, -2.5, far - 1), cloth)  # type: ignore[arg-type]
    c, d = sorted((side * wide / 2, side * (wide / 2 - 0.12)))
    draw_block(view, board, Block(c, d, -0.95, -0.45, -2.5, far - 1), lit(cloth, 0.95))  # type: ignore[arg-type]


def paint_stairs(board: Board, rng: np.random.Generator) -> None:
    """A flight of stairs seen from its foot, walls or trees beside it."""
    wide, step, rise = float(rng.uniform(1.6, 5.0)), float(rng.uniform(0.28, 0.45)), rng.uniform(0.13, 0.2)
    count, stone = int(rng.integers(8, 30)), stone_color(rng) if rng.uniform() < 0.6 else wood_color(rng)
    indoors = rng.uniform() < 0.5
    view = camera(
        board,
        (rng.normal(0, 0.3), -rng.uniform(1.0, 2.2), -rng.uniform(0.5, 2.0)),
        yaw=float(rng.normal(0, 0.2)),
        focal=float(rng.uniform(0.8, 1.8)),
        horizon=float(rng.uniform(0.5, 0.85)),
    )
    wall = plaster_color(rng)
    if indoors:
        board.wash(lit(wall, 0.8))
    else:
        paint_sky(board, rng, any_hour(rng))
    far = float(1 + count * step)
    for side in (-1, 1):
        s = view.plane(board, (side * wide / 2, -8, 0), (0, 0, 1), (0, 1, 0), light=0.9 if side < 0 else 0.75)
        if indoors:
            s.fill([[0, 0], [far + 3, 0], [far + 3, 9], [0, 9]], wall, to=lit(wall, 0.7))
        rail = wood_color(rng)
        s.shape([[0, 7.0], [far, 7.0 - count * rise], [far, 7.15 - count * rise], [0, 7.15]], rail)
    if not indoors:
        palette, tile = leaf_palette(rng), leaf_tile(rng, board)
        for edge in (-0.05, 1.05):
            clumps = clump_cloud(
                rng,
                board.wide * edge,
                board.tall * 0.5,
                board.wide * 0.25,
                board.tall * 0.5,
                count=40,
                radius=board.tall * 0.1,
            )
            paint_canopy(board, rng, clumps, palette, tile)
    for i in range(count - 1, -1, -1):
        z, y = 1 + i * step, -i * rise
        tone = jittered(rng, stone, 2)
        draw_block(view, board, Block(-wide / 2, wide / 2, y - rise, y + 2, z, z + step * 1.05), tone)
    ground = view.plane(board, (-20, 0, -3), (1, 0, 0), (0, 0, 1))
    ground.shape([[0, 0], [40, 0], [40, 4], [0, 4]], lit(stone, 0.85))


def paint_aisle(board: Board, rng: np.random.Generator) -> None:
    """Between shelves: shop, library, store room; or a corridor of doors and posters."""
    wide, high, far = rng.uniform(1.6, 3.2), rng.uniform(2.1, 2.8), float(rng.uniform(4, 11))
    shelves = rng.uniform() < 0.6
    view = camera(
        board,
        (rng.normal(0, 0.2), -rng.uniform(0.8, 1.7), 0.0),
        yaw=float(rng.choice([0.0, rng.uniform(-1.3, 1.3)])),
        focal=float(rng.uniform(0.6, 1.8)),
        horizon=float(rng.uniform(0.3, 0.65)),
    )
    wall = plaster_color(rng)
    board.wash(wall)
    paint_floor(view.plane(board, (-wide / 2, 0, -1), (1, 0, 0), (0, 0, 1)), rng, wide, far + 1)
    above = view.plane(board, (-wide / 2, -high - 0.3, -1), (1, 0, 0), (0, 0, 1))
    above.fill([[0, 0], [wide, 0], [wide, far + 1], [0, far + 1]], lit(wall, 1.1))
    for v in np.arange(0.5, far, 2.0):
        above.rect(0.4 * wide, float(v), 0.2 * wide, 1.2, (255, 254, 245))
    end = view.plane(board, (-wide / 2, -high - 0.3, far), (1, 0, 0), (0, 1, 0), light=0.9)
    end.shape([[0, 0], [wide, 0], [wide, high + 0.3], [0, high + 0.3]], wall)
    paint_door(end, rng, wide / 2 - 0.5, high - 1.7, 1.0, 2.0)
    for side in (-1, 1):
        s = view.plane(
            board, (side * wide / 2, -high - 0.3, -1), (0, 0, 1), (0, 1, 0), light=0.95 if side < 0 else 0.82
        )
        s.fill([[0, 0], [far + 1, 0], [far + 1, high + 0.3], [0, high + 0.3]], wall, to=lit(wall, 0.85))
        u = 0.1
        while u < far + 0.5:
            u += _on_aisle(s, rng, u, high + 0.3, shelves=shelves) + 0.1


def _on_aisle(s: Surface, rng: np.random.Generator, u: float, foot: float, *, shelves: bool) -> float:
    if shelves:
        return shelf(s, rng, u, foot)
    kind = rng.choice(["door", "window", "poster", "gap"])
    if kind == "door":
        paint_door(s, rng, u, foot - 2.05, 1.0, 2.05)
    elif kind == "window":
        paint_window(s, rng, u, foot - 2.0, 1.4, 1.0)
    elif kind == "poster":
        paint_poster(s, rng, u, foot - 1.9, 0.7, 1.0)
    return 1.4


def paint_seats(board: Board, rng: np.random.Generator) -> None:
    """Rows of seat backs: cinema, hall, stand, coach; dark before, lit behind."""
    cloth, light = cloth_color(rng), rng.uniform(0.3, 1.0)
    back = lit(any_color(rng), rng.uniform(0.1, 1.0))
    board.wash(back)
    s = front(board, tilt=float(rng.normal(0, 0.05)))
    s.fill([[-1, -1], [5, -1], [5, 2], [-1, 2]], back, to=lit(back, 0.7))
    if rng.uniform() < 0.4:
        bright = mixed(any_color(rng), (255, 255, 255), 0.5)
        s.body(rounded(0.2 * board.aspect, 0.05, 0.6 * board.aspect, 0.4, 0.01), bright, bulk=0)
    rows = int(rng.integers(2, 7))
    for i in range(rows):
        near = (i + 1) / rows
        w, top = 0.08 + 0.28 * near * rng.uniform(0.8, 1.1), 0.35 + 0.6 * near**1.5
        tone = lit(cloth, light * (0.75 + 0.25 * near))
        for u in np.arange(-w * rng.uniform(0, 1), board.aspect + w, w):
            s.body(
                rounded(float(u) + 0.04 * w, top, 0.92 * w, 1.4 * w, 0.2 * w),
                tone,
                to=lit(tone, 0.7),
                bulk=0.12,
            )
            s.seam(
                curve(
                    [
                        [u + 0.2 * w, top + 0.25 * w],
                        [u + 0.5 * w, top + 0.2 * w],
                        [u + 0.8 * w, top + 0.25 * w],
                    ],
                    closed=False,
                ),
                tone,
            )


def paint_roof(board: Board, rng: np.random.Generator) -> None:
    """A flat roof or bridge with a railing before the sky."""
    hour = any_hour(rng)
    _, low = paint_sky(board, rng, hour)
    dark = {"night": 0.35, "dusk": 0.7}.get(hour, 1.0)
    horizon = float(rng.uniform(0.4, 0.8))
    if rng.uniform() < 0.5:
        paint_mountains(board, rng, horizon, low, hour)
    view = camera(
        board, (0, -1.4, 0), yaw=float(rng.normal(0, 0.5)), focal=float(rng.uniform(0.8, 2)), horizon=horizon
    )
    grey = stone_color(rng)
    ground = view.plane(board, (-40, 0, -2), (1, 0, 0), (0, 0, 1), light=dark)
    far = rng.uniform(3, 12)
    ground.shape([[0, 0], [80, 0], [80, far + 2], [0, far + 2]], grey, to=lit(grey, 0.85))
    for v in np.arange(0, far + 2, 1.5):
        ground.edge([[0, v], [80, v]], grey)
    s = view.plane(board, (-40, 0, far), (1, 0, 0), (0, 1, 0), light=dark)
    steel, high = mixed(any_color(rng), (210, 214, 216), 0.6), rng.uniform(1.0, 2.6)
    s.rect(0, -0.3, 80, 0.3, lit(grey, 0.9))
    step = rng.uniform(0.12, 0.4)
    quads = np.array(
        [[[u, -high], [u + 0.03, -high], [u + 0.03, -0.3], [u, -0.3]] for u in np.arange(20, 60, step)]
    )
    s.scatter(quads, steel)
    for y in (high, 0.5 * high):
        s.rect(0, -y, 80, 0.05, steel)
    for u in np.arange(20, 60, 2.0):
        s.body(rounded(float(u), -high - 0.05, 0.09, high, 0), steel, bulk=0.3)
    if rng.uniform() < 0.6:
        x = rng.uniform(-6, 4)
        seen = draw_block(
            view, board, Block(x, x + 2.6, -2.6, 0, far - 2.4, far - 0.2), plaster_color(rng), light=dark
        )
        if "front" in seen:
            paint_door(seen["front"][0], rng, 0.8, 0.5, 0.95, 2.1)


def paint_shrine(board: Board, rng: np.random.Generator) -> None:
    """A gate, shrine or old house under a wide roof, seen from the front, trees behind."""
    hour = any_hour(rng)
    paint_sky(board, rng, hour)
    dark = {"night": 0.35, "dusk": 0.7}.get(hour, 1.0)
    palette, tile = [lit(c, dark) for c in leaf_palette(rng)], leaf_tile(rng, board)
    paint_canopy(
        board,
        rng,
        hedge(rng, board.wide, board.tall * rng.uniform(0.2, 0.5), board.tall * 0.08, depth=board.tall * 0.3),
        palette,
        tile,
    )
    flat = front(board, zoom=float(rng.uniform(0.1, 0.3)), y=float(rng.uniform(0.75, 1.0)))
    s = Surface(board, flat.matrix @ np.array([[1, 0, board.aspect / 2], [0, 1, 0.85], [0, 0, 1.0]]), dark)
    ground = stone_color(rng)
    s.fill([[-40, -0.2], [40, -0.2], [40, 9], [-40, 9]], ground, to=lit(ground, 0.7))
    timber = (190, 60, 40) if rng.uniform() < 0.4 else wood_color(rng)
    if rng.uniform() < 0.4:  # a gate of two posts and two beams
        half, high = rng.uniform(1.2, 2.2), rng.uniform(3.0, 4.5)
        for side in (-1, 1):
            s.body(rounded(side * half - 0.16, -high, 0.32, high, 0.02), timber, bulk=0.35)
        s.body(rounded(-half - 0.5, -0.75 * high, 2 * half + 1.0, 0.26, 0), timber, bulk=0.2)
        s.body(
            curve(
                [
                    [-half - 1, -high - 0.5],
                    [0, -high - 0.28],
                    [half + 1, -high - 0.5],
                    [half + 0.9, -high - 0.1],
                    [0, -high + 0.1],
                    [-half - 0.9, -high - 0.1],
                ],
                steps=4,
            ),
            lit(timber, 0.8),
            bulk=0.2,
        )
    else:
        _temple(s, rng, timber)
    for side in (-1, 1):
        if rng.uniform() < 0.6:
            stone_lantern(s, rng, side * rng.uniform(2.6, 5.0), 0.3)


def _temple(s: Surface, rng: np.random.Generator, timber: tuple[int, int, int]) -> None:
    half, high, wall = rng.uniform(2.5, 4.5), rng.uniform(2.0, 3.0), plaster_color(rng)
    stone = stone_color(rng)
    for i in range(4):
        s.body(rounded(-1.2 - 0.1 * i, -0.6 + 0.2 * i, 2.4 + 0.2 * i, 0.2, 0), stone, bulk=0.2)
    s.shape([[-half, -high - 0.6], [half, -high - 0.6], [half, -0.5], [-half, -0.5]], wall, to=lit(wall, 0.6))
    n = int(rng.integers(4, 8))
    for i in range(n):
        x = -half + 2 * half * i / (n - 1)
        if i < n - 1 and rng.uniform() < 0.8:
            s.rect(
                x + 0.3,
                -high - 0.2,
                2 * half / (n - 1) - 0.45,
                high - 0.5,
                mixed(wall, (250, 245, 225), 0.7) if rng.uniform() < 0.5 else lit(timber, 0.5),
            )
        s.body(rounded(x - 0.1, -high - 0.6, 0.2, high + 0.1, 0), timber, bulk=0.3)
    tile = lit(any_color(rng), 0.6)
    over, rise = half + rng.uniform(0.8, 1.6), rng.uniform(1.0, 2.4)
    eaves = [
        [-over, -high - 0.75],
        [-0.6 * over, -high - 0.55 - 0.35 * rise],
        [-0.3 * over, -high - 0.6 - rise],
        [0.3 * over, -high - 0.6 - rise],
        [0.6 * over, -high - 0.55 - 0.35 * rise],
        [over, -high - 0.75],
        [0.9 * over, -high - 0.4],
        [0, -high - 0.3],
        [-0.9 * over, -high - 0.4],
    ]
    s.body(curve(eaves, steps=4), tile, to=lit(tile, 0.7), bulk=0.15)
    for t in np.linspace(-0.85, 0.85, 18):
        s.seam([[t * 0.32 * over, -high - 0.55 - rise], [t * over * 0.95, -high - 0.5]], tile, width=0.7)
    s.body(rounded(-0.33 * over, -high - 0.75 - rise, 0.66 * over, 0.25, 0.05), lit(tile, 0.85), bulk=0.2)
