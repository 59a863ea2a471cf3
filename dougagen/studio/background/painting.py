"""SEED → BACKGROUND: painted places and non-places, a third of them outlined and flat like cels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.board.board import Board, random_look
from dougagen.studio.background.board.finish import defocused, graded, harmonised, lighted
from dougagen.studio.background.board.media import painted
from dougagen.studio.background.places.abstracts import (
    paint_bokeh,
    paint_flat,
    paint_gradient,
    paint_pattern,
    paint_rays,
    paint_speed_lines,
    paint_strokes,
)
from dougagen.studio.background.places.closeups import (
    paint_big_shapes,
    paint_still_life,
    paint_wall_view,
)
from dougagen.studio.background.places.emotions import (
    paint_flowers,
    paint_screen_tone,
    paint_shock,
    paint_sparkles,
)
from dougagen.studio.background.places.facades import paint_frontage, paint_skyline
from dougagen.studio.background.places.nature import paint_forest, paint_landscape, paint_leaf_wall
from dougagen.studio.background.places.painted_people import paint_crowd
from dougagen.studio.background.places.public_places import (
    paint_aisle,
    paint_roof,
    paint_seats,
    paint_shrine,
    paint_stairs,
    paint_train,
)
from dougagen.studio.background.places.rocks import paint_cave, paint_cliffs, paint_stone_wall
from dougagen.studio.background.places.rooms import paint_room
from dougagen.studio.background.places.skies import any_hour, paint_sky
from dougagen.studio.background.places.streets import paint_street

Painter = Callable[[Board, np.random.Generator], None]


def _paint_only_sky(board: Board, rng: np.random.Generator) -> None:
    paint_sky(board, rng, any_hour(rng))


# painter, share among the painted, share among the outlined
_PAINTERS: tuple[tuple[Painter, float, float], ...] = (
    (paint_room, 0.1, 0.13),
    (paint_wall_view, 0.15, 0.2),
    (paint_still_life, 0.05, 0.09),
    (paint_big_shapes, 0.05, 0.06),
    (paint_train, 0.02, 0.03),
    (paint_stairs, 0.015, 0.02),
    (paint_aisle, 0.025, 0.03),
    (paint_seats, 0.015, 0.02),
    (paint_street, 0.09, 0.1),
    (paint_frontage, 0.04, 0.05),
    (paint_skyline, 0.04, 0.03),
    (paint_roof, 0.02, 0.02),
    (paint_shrine, 0.02, 0.02),
    (paint_landscape, 0.1, 0.04),
    (paint_forest, 0.07, 0.04),
    (paint_leaf_wall, 0.035, 0.03),
    (paint_cliffs, 0.02, 0.02),
    (paint_cave, 0.015, 0.01),
    (paint_stone_wall, 0.02, 0.02),
    (_paint_only_sky, 0.05, 0.02),
    (paint_crowd, 0.02, 0.02),
    (paint_gradient, 0.05, 0.0),
    (paint_flat, 0.03, 0.02),
    (paint_pattern, 0.015, 0.04),
    (paint_rays, 0.01, 0.02),
    (paint_speed_lines, 0.025, 0.015),
    (paint_bokeh, 0.02, 0.0),
    (paint_strokes, 0.02, 0.0),
    (paint_flowers, 0.01, 0.01),
    (paint_sparkles, 0.01, 0.01),
    (paint_screen_tone, 0.01, 0.01),
    (paint_shock, 0.005, 0.015),
)
_COARSE = {paint_landscape, paint_forest, paint_leaf_wall, _paint_only_sky, paint_strokes, paint_screen_tone}
OUTLINED_SHARE = 0.38
"""With fewer a network learns that an outline means a cel."""


def paint_background(rng: np.random.Generator, *, height: int, width: int) -> NDArray[np.uint8]:
    """A background nobody has seen before: uint8[height, width, 3] RGB.

    Any size: a pan wants one that is wider or higher than the picture.
    """
    outlined = bool(rng.uniform() < OUTLINED_SHARE)
    look = random_look(rng, outlined=outlined)
    shares = np.array([share[2 if outlined else 1] for share in _PAINTERS])
    painter = _PAINTERS[rng.choice(len(_PAINTERS), p=shares / shares.sum())][0]
    board = Board(rng, height=height, width=width, look=look, fine=painter not in _COARSE)
    painter(board, rng)
    picture = harmonised(rng, board.finished())
    plain = painter in (paint_flat, paint_pattern, paint_speed_lines, paint_rays)
    if not plain and not outlined:
        picture = painted(rng, picture, board.look.texture)
    if not plain and rng.uniform() < (0.35 if outlined else 0.6):
        picture = lighted(rng, picture)
    picture = graded(rng, picture)
    focus = rng.uniform()
    if not plain and focus < (0.05 if outlined else 0.16):
        picture = defocused(rng, picture, strong=True)
    elif not plain and focus < (0.11 if outlined else 0.4):
        picture = defocused(rng, picture, strong=False)
    return np.ascontiguousarray(picture)
