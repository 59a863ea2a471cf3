"""One background seen through, above or beside another: a window, an arch, a screen, a split frame."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.board.board import Board, random_look
from dougagen.studio.background.board.clipping import Points
from dougagen.studio.background.board.finish import defocused, graded, harmonised, lighted
from dougagen.studio.background.board.tones import any_color
from dougagen.studio.background.painting import OUTLINED_SHARE, paint_background
from dougagen.studio.background.places.lattices import paint_lattice

Picture = NDArray[np.uint8]


def paint_pattern_wall(rng: np.random.Generator, *, height: int, width: int) -> Picture:
    """A lattice as ``paint_background`` delivers its places: uint8[height, width, 3] RGB."""
    board = Board(rng, height=height, width=width, look=random_look(rng, outlined=bool(rng.uniform() < 0.6)))
    paint_lattice(board, rng)
    picture = harmonised(rng, board.finished())
    if rng.uniform() < 0.5:
        picture = lighted(rng, picture)
    picture = graded(rng, picture)
    if rng.uniform() < 0.15:
        picture = defocused(rng, picture, strong=bool(rng.uniform() < 0.5))
    return np.ascontiguousarray(picture)


def paint_joined(rng: np.random.Generator, *, height: int, width: int) -> Picture:
    """Two backgrounds in one picture, framed or not: uint8[height, width, 3] RGB."""
    size = {"height": height, "width": width}
    below, above = (
        paint_pattern_wall(rng, **size) if rng.uniform() < 0.4 else paint_background(rng, **size)
        for _ in "ab"
    )
    opening = _opening(rng, height, width)
    fixed = np.rint(opening * 16).astype(np.int32)
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, 4)
    share = (mask.astype(np.float32) / np.float32(255))[..., None]
    picture = np.asarray(np.rint(above * share + below * (1 - share)), np.uint8)
    if rng.uniform() < 0.75:
        thick = max(round(height * float(np.exp(rng.uniform(np.log(0.001), np.log(0.05))))), 1)
        cv2.polylines(picture, [fixed], True, any_color(rng), thick, cv2.LINE_AA, 4)
        if rng.uniform() < OUTLINED_SHARE:
            cv2.polylines(picture, [fixed], True, (20, 16, 16), max(thick // 6, 1), cv2.LINE_AA, 4)
    return picture


def _opening(rng: np.random.Generator, height: int, width: int) -> Points:
    """A rectangle, an arch, a round one, or all of one side of a slanted line: float64[N, 2] in pixels."""
    kind = str(rng.choice(["rectangle", "arch", "round", "side"], p=[0.35, 0.2, 0.15, 0.3]))
    if kind == "side":
        at, lean = rng.uniform(0.15, 0.85), rng.normal(0, 0.15)
        if rng.uniform() < 0.6:  # a ground or a ceiling
            corners = [[-1, at - lean], [2, at + lean], [2, 3.0], [-1, 3.0]]
        else:
            corners = [[at - lean, -1], [at + lean, 2], [3.0, 2], [3.0, -1]]
        return np.array(corners) * (width, height)
    half = height * np.exp(rng.uniform(np.log(0.08), np.log(0.45), 2)) * (1.3, 1.0)
    if kind == "rectangle":
        unit = np.array([[-1.0, -1.0], [1, -1], [1, 1], [-1, 1]])
    else:
        a = np.linspace(0, 2 * np.pi, 48, endpoint=False)
        unit = np.stack([np.cos(a), np.sin(a)], 1)
        if kind == "arch":
            unit = np.array([*unit[24:], [1.0, 1.3], [-1.0, 1.3]])
    middle = rng.uniform(0.1, 0.9, 2) * (width, height)
    opening: Points = unit * half + middle
    return opening
