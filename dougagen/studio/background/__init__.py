"""SEED → BACKGROUND: painted places and non-places, a third of them outlined and flat like cels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.abstracts import (
    paint_bokeh,
    paint_flat,
    paint_gradient,
    paint_pattern,
    paint_rays,
    paint_speed_lines,
    paint_strokes,
)
from dougagen.studio.background.board import Board, random_look
from dougagen.studio.background.facades import paint_frontage, paint_skyline
from dougagen.studio.background.finish import defocused, graded, lighted, painted
from dougagen.studio.background.nature import paint_forest, paint_landscape, paint_leaf_wall
from dougagen.studio.background.rooms import paint_room
from dougagen.studio.background.skies import any_hour, paint_sky
from dougagen.studio.background.streets import paint_street

Painter = Callable[[Board, np.random.Generator], None]


def _paint_only_sky(board: Board, rng: np.random.Generator) -> None:
    paint_sky(board, rng, any_hour(rng))


# painter, share among the painted, share among the outlined
_PAINTERS: tuple[tuple[Painter, float, float], ...] = (
    (paint_room, 0.24, 0.38),
    (paint_street, 0.11, 0.14),
    (paint_frontage, 0.04, 0.07),
    (paint_skyline, 0.06, 0.06),
    (paint_landscape, 0.14, 0.06),
    (paint_forest, 0.10, 0.06),
    (paint_leaf_wall, 0.05, 0.05),
    (_paint_only_sky, 0.07, 0.03),
    (paint_gradient, 0.05, 0.0),
    (paint_flat, 0.03, 0.03),
    (paint_pattern, 0.02, 0.07),
    (paint_rays, 0.01, 0.03),
    (paint_speed_lines, 0.03, 0.02),
    (paint_bokeh, 0.025, 0.0),
    (paint_strokes, 0.025, 0.0),
)
OUTLINED_SHARE = 0.38
"""With fewer a network learns that an outline means a cel."""


def paint_background(rng: np.random.Generator, *, height: int, width: int) -> NDArray[np.uint8]:
    """A background nobody has seen before: uint8[height, width, 3] RGB."""
    outlined = bool(rng.uniform() < OUTLINED_SHARE)
    board = Board(rng, height=height, width=width, look=random_look(rng, outlined=outlined))
    shares = np.array([share[2 if outlined else 1] for share in _PAINTERS])
    painter = _PAINTERS[rng.choice(len(_PAINTERS), p=shares / shares.sum())][0]
    painter(board, rng)
    picture = board.finished()
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


def paint_wide_background(rng: np.random.Generator, *, height: int, width: int) -> NDArray[np.uint8]:
    """A background wider (or higher) than the picture, for pans: uint8[height, width, 3] RGB."""
    return paint_background(rng, height=height, width=width)


__all__ = ["OUTLINED_SHARE", "paint_background", "paint_wide_background"]
