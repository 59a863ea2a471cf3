"""What is behind a face: one wall, one seat, one shelf near the lens, filling the picture.

Most shots of a series are medium shots and close-ups: their backgrounds are a few large shapes, not a room.
"""

from __future__ import annotations

import numpy as np

from dougagen.studio.background.board.board import Board
from dougagen.studio.background.board.perspective import Camera, camera
from dougagen.studio.background.board.shapes import curve, rounded
from dougagen.studio.background.board.surface import Surface, front
from dougagen.studio.background.board.tones import any_color, lit, mixed, plaster_color, wood_color
from dougagen.studio.background.places.claddings import wall_style
from dougagen.studio.background.places.rooms import furnish_wall
from dougagen.studio.background.places.seats import any_piece, cloth_color
from dougagen.studio.background.places.small_things import set_things


def paint_wall_view(board: Board, rng: np.random.Generator) -> None:
    """A wall a few metres off and the furniture before it."""
    distance = float(rng.uniform(1.5, 5.0))
    high, shown = float(rng.uniform(2.3, 3.4)), float(np.exp(rng.uniform(np.log(0.7), np.log(3.2))))
    eye = float(rng.uniform(0.5, 1.6))
    view = camera(
        board, (0.0, -eye, 0.0), yaw=float(rng.choice([0.0, rng.normal(0, 0.35)])), focal=distance / shown,
        horizon=float(rng.uniform(0.25, 0.8)), middle=float(rng.uniform(0.3, 0.7)),
        tilt=float(rng.choice([0.0, rng.normal(0, 0.07)], p=[0.75, 0.25])),
    )  # fmt: skip
    paint = plaster_color(rng) if rng.uniform() < 0.7 else lit(any_color(rng), rng.uniform(0.1, 0.9))
    board.wash(paint)
    reach = max(3.0, 0.9 * shown * board.aspect + 0.6 * distance)  # metres to each side that may be seen
    _floor(view, board, rng, reach, distance)
    wall = view.plane(board, (-reach, -high, distance), (1, 0, 0), (0, 1, 0))
    if rng.uniform() < 0.75:
        wall_style(rng, paint)(wall, 2 * reach, high)
    else:
        wall.fill([[0, 0], [2 * reach, 0], [2 * reach, high], [0, high]], paint, to=lit(paint, 0.8))
    wall.lighting(2 * reach, high)
    if rng.uniform() < 0.75:
        furnish_wall(wall, rng, 2 * reach, high)
    rows = int(rng.integers(0, 3))
    for i in range(rows):
        z = distance - 0.25 - 0.35 * (i + rng.uniform()) * distance / 2
        stand_row(view, board, rng, z, reach * max(z / distance, 0.4))


def _floor(view: Camera, board: Board, rng: np.random.Generator, reach: float, distance: float) -> None:
    color = wood_color(rng) if rng.uniform() < 0.6 else any_color(rng)
    ground = view.plane(board, (-reach, 0, 0.3), (1, 0, 0), (0, 0, 1))
    ground.fill([[0, 0], [2 * reach, 0], [2 * reach, distance], [0, distance]], color, to=lit(color, 0.8))
    for v in np.arange(0, distance, rng.uniform(0.1, 0.5)):
        ground.edge([[0, v], [2 * reach, v]], color)


def stand_row(
    view: Camera, board: Board, rng: np.random.Generator, z: float, reach: float, *, light: float = 1.0
) -> None:
    """Furniture side by side at the distance ``z`` metres, with gaps."""
    u = -reach + rng.uniform(0, 2)
    while u < reach:
        s = view.plane(board, (u, 0, z), (1, 0, 0), (0, 1, 0), light=light)
        width = any_piece(rng)(s, rng, 0.0, 0.0)
        u += width + float(rng.choice([0.05, rng.uniform(0.2, 1.8)]))


def paint_still_life(board: Board, rng: np.random.Generator) -> None:
    """A table top, counter or shelf close by, crowded with things; what is behind is a tone or a wall."""
    shown = float(rng.uniform(0.25, 1.1))
    wall = any_color(rng)
    board.wash(wall)
    s = metres(board, shown, tilt=float(rng.choice([0.0, rng.normal(0, 0.08)])))
    wide = shown * board.aspect
    s.fill([[-2, -2], [wide + 2, -2], [wide + 2, shown + 2], [-2, shown + 2]], wall, to=lit(wall, 0.8))
    if rng.uniform() < 0.4:
        wall_style(rng, wall)(s, 3 * wide, shown + 0.5)
    s.lighting(wide, shown)
    deep = rng.uniform() < 0.6
    if deep and rng.uniform() < 0.4:
        set_things(s, rng, -0.1, 0.3 * shown, wide + 0.2, count=int(rng.integers(3, 9)), largest=0.28 * shown)
        s.body(rounded(-1, 0.3 * shown, wide + 2, 0.03 * shown, 0), wood_color(rng), bulk=0.2)
    rows, top = int(rng.integers(1, 4)), float(rng.uniform(0.45, 0.85)) * shown
    wood = wood_color(rng) if rng.uniform() < 0.6 else any_color(rng)
    s.fill([[-1, top], [wide + 1, top], [wide + 1, shown + 1], [-1, shown + 1]], wood, to=lit(wood, 0.75))
    s.edge([[-1, top], [wide + 1, top]], wood)
    for i in range(rows):
        y = top + (shown - top) * (i + 0.4) / rows
        set_things(
            s,
            rng,
            -0.1,
            y,
            wide + 0.2,
            count=int(rng.integers(1, 3 + int(4 * shown + 3))),
            largest=0.75 * shown,
        )


def paint_big_shapes(board: Board, rng: np.random.Generator) -> None:
    """A few large flat fields: a dark room, a lit door, the back of a seat, pillars."""
    shown = 2.0
    s = metres(board, shown, tilt=float(rng.normal(0, 0.06)))
    wide = shown * board.aspect
    base = lit(any_color(rng), rng.uniform(0.05, 1.0))
    board.wash(base)
    s.fill([[-1, -1], [wide + 1, -1], [wide + 1, 3], [-1, 3]], base, to=lit(base, rng.uniform(0.5, 1.1)))
    for _ in range(int(rng.integers(1, 7))):
        color = lit(mixed(base, any_color(rng), rng.uniform(0.05, 0.8)), rng.uniform(0.4, 1.15))
        kind = rng.choice(["pillar", "beam", "slab", "seat", "door", "round"])
        u, w = rng.uniform(-0.3, wide), rng.uniform(0.1, 1.4)
        if kind == "pillar":
            s.body(rounded(u, -0.5, w, 3, 0), color, bulk=rng.choice([0.0, 0.3]))
        elif kind == "beam":
            s.body(rounded(-1, rng.uniform(0, 2), wide + 2, 0.3 * w, 0), color, bulk=rng.choice([0.0, 0.3]))
        elif kind == "slab":
            lean = rng.normal(0, 0.4)
            s.body([[u, -0.5], [u + w, -0.5], [u + w + lean, 2.6], [u + lean, 2.6]], color, bulk=0)
        elif kind == "seat":
            top, cloth = rng.uniform(0.3, 1.4), cloth_color(rng)
            back = curve(
                [[u - 0.1, 2.4], [u, top + 0.2], [u + 0.5 * w, top], [u + w, top + 0.2], [u + w + 0.1, 2.4]],
                closed=False,
            )
            s.body(back, lit(cloth, rng.uniform(0.3, 1)), bulk=0.15, gloss=rng.choice([0.0, 0.4]))
            s.seam(curve(back * (0.8, 0.96) + (0.2 * (u + 0.5 * w), 0.1), closed=False), cloth)
        elif kind == "door":
            bright = mixed(any_color(rng), (255, 250, 230), rng.uniform(0, 0.8))
            s.body(
                rounded(u, rng.uniform(0, 0.8), 0.6 * w + 0.2, 2.5, 0), bright, to=lit(bright, 0.8), bulk=0
            )
        else:
            top = rng.uniform(0.2, 1.8)
            s.body(
                curve([[u, top], [u + w, top - 0.4 * w], [u + 1.6 * w, top + 0.3 * w], [u + w, top + w]]),
                color,
                bulk=0.2,
            )


def metres(board: Board, shown: float, *, tilt: float = 0.0) -> Surface:
    """The plane of the picture in metres: ``shown`` of them from top to bottom."""
    flat = front(board, tilt=tilt)
    return Surface(board, flat.matrix @ np.diag([1 / shown, 1 / shown, 1.0]))
