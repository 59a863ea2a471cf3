"""People who are painted into the set: far crowds that never move, faces on posters. Background, rarely.

In a still nobody can tell a painted crowd from a crowd on cels but by its hand; so these are far, plain and
few (about one background in fifty), and posters carry frames and letters.
"""

from __future__ import annotations

import numpy as np

from dougagen.studio.background.board.board import Board
from dougagen.studio.background.board.shapes import curve, moved, oval, rounded
from dougagen.studio.background.board.surface import Surface, front
from dougagen.studio.background.board.tones import any_color, jittered, lit, mixed
from dougagen.studio.cel.cel import Rgb
from dougagen.studio.cel.colors import rgb


def skin_color(rng: np.random.Generator) -> Rgb:
    """From pale to dark."""
    return rgb(rng.uniform(0.04, 0.09), rng.uniform(0.15, 0.5), rng.uniform(0.45, 1.0))


def paint_person(
    s: Surface, rng: np.random.Generator, u: float, v: float, h: float, *, veil: Rgb, mist: float
) -> None:
    """A standing figure ``h`` metres high, without a face; a share ``mist`` of ``veil`` in its colours."""
    skin, hair, cloth, legs = (
        mixed(c, veil, mist)
        for c in (skin_color(rng), lit(any_color(rng), 0.6), any_color(rng), any_color(rng))
    )
    r, x = 0.085 * h, u + rng.normal(0, 0.015) * h
    skirt = rng.uniform() < 0.4
    stance = moved(_LEGS, u, v, h)
    s.body(stance, skin if skirt else legs, bulk=0.15)
    s.body(moved(_GOWN if skirt else _JACKET, u, v, h), cloth, bulk=0.15)
    y = v - 0.9 * h
    if rng.uniform() < 0.4:
        s.body(rounded(x - 1.05 * r, y - 0.4 * r, 2.1 * r, 2.6 * r, 0.6 * r), lit(hair, 0.8), bulk=0.2)
    s.body(oval(x, y, 0.85 * r, r, steps=16), skin, bulk=0.2)
    s.body(moved(_CAP, x, y, r), hair, bulk=0.2)


_LEGS = np.array([[-0.08, -0.5], [0.08, -0.5], [0.075, 0], [0.015, 0], [0, -0.42], [-0.015, 0], [-0.075, 0]])
_JACKET = curve(
    [[-0.05, -0.83], [0.05, -0.83], [0.12, -0.76], [0.135, -0.46], [0.08, -0.43], [-0.08, -0.43],
     [-0.135, -0.46], [-0.12, -0.76]], steps=3,
)  # fmt: skip
_GOWN = curve(
    [[-0.05, -0.83], [0.05, -0.83], [0.11, -0.76], [0.1, -0.6], [0.16, -0.3], [-0.16, -0.3], [-0.1, -0.6],
     [-0.11, -0.76]], steps=3,
)  # fmt: skip
_CAP = curve(
    [[-1, 0.1], [-0.9, -0.8], [0, -1.2], [0.9, -0.8], [1, 0.1], [0.5, -0.35], [-0.1, -0.1], [-0.5, -0.4]],
    steps=3,
)
"""Outlines of people one metre high around their feet, and of hair around a head of radius one."""


def paint_crowd(board: Board, rng: np.random.Generator) -> None:
    """Rows of people before a tone: spectators, passers-by, a class photo far away."""
    ground = any_color(rng)
    top = mixed(ground, (255, 255, 255), rng.uniform(0, 0.6))
    board.wash(top)
    s = front(board)
    horizon = rng.uniform(0.15, 0.5)
    s.fill([[-1, horizon], [5, horizon], [5, 2], [-1, 2]], ground, to=lit(ground, 0.7))
    rows, size = int(rng.integers(2, 5)), rng.uniform(0.12, 0.35)
    veil, mist = (
        (top, rng.uniform(0.3, 0.75)) if rng.uniform() < 0.7 else (lit(ground, 0.3), rng.uniform(0.5, 1.0))
    )
    for i in range(rows):
        near = (i + 1) / rows
        h = size * (0.5 + near)
        for u in np.arange(-0.1, board.aspect + 0.1, h * rng.uniform(0.26, 0.6)):
            paint_person(
                s,
                rng,
                float(u + rng.normal(0, 0.06 * h)),
                horizon + h * 0.9 + 0.35 * near + rng.normal(0, 0.02),
                h * rng.uniform(0.9, 1.08),
                veil=veil,
                mist=mist * (1.15 - 0.4 * near),
            )


def paint_portrait(s: Surface, rng: np.random.Generator, u: float, v: float, w: float, h: float) -> None:
    """A drawn face on a poster, cut to the box: hair, eyes, mouth, collar, and yet background."""
    skin, hair, cloth, eye = skin_color(rng), any_color(rng), any_color(rng), any_color(rng)
    skin = mixed(skin, (255, 235, 220), 0.4)
    r = min(w, h) * rng.uniform(0.2, 0.34)
    x, y = u + w * rng.uniform(0.4, 0.6), v + h * rng.uniform(0.38, 0.5)
    inside = rounded(u, v, w, h, 0)

    def cut(points: np.ndarray) -> np.ndarray:
        return np.clip(points, inside.min(axis=0), inside.max(axis=0))

    s.body(
        cut(moved([[-1.7, 3.5], [-1.5, 1.6], [-0.5, 1.2], [0.5, 1.2], [1.5, 1.6], [1.7, 3.5]], x, y, r)),
        cloth,
    )
    length = rng.uniform(0.6, 2.4)
    s.body(
        cut(
            moved(
                curve(
                    [
                        [-1.15, -0.2],
                        [-0.8, -1.1],
                        [0, -1.35],
                        [0.8, -1.1],
                        [1.15, -0.2],
                        [1.2, length],
                        [-1.2, length],
                    ]
                ),
                x,
                y,
                r,
            )
        ),
        lit(hair, 0.85),
    )
    s.body(
        cut(
            moved(
                curve(
                    [
                        [-0.85, -0.3],
                        [-0.8, 0.35],
                        [-0.3, 0.95],
                        [0, 1.08],
                        [0.3, 0.95],
                        [0.8, 0.35],
                        [0.85, -0.3],
                        [0, -0.9],
                    ]
                ),
                x,
                y,
                r,
            )
        ),
        skin,
        bulk=0.12,
    )
    for side in (-1, 1):
        s.body(
            cut(oval(x + side * 0.4 * r, y + 0.2 * r, 0.17 * r, 0.24 * r)),
            eye,
            to=lit(eye, 1.4),
            inner=[
                (oval(x + side * 0.4 * r, y + 0.2 * r, 0.08 * r, 0.12 * r), (20, 18, 25)),
                (oval(x + side * 0.4 * r - 0.05 * r, y + 0.08 * r, 0.05 * r, 0.06 * r), (255, 255, 255)),
            ],
        )
        s.seam(
            cut(moved([[side * 0.2, 0.0], [side * 0.42, -0.1], [side * 0.62, 0.02]], x, y, r)),
            (40, 30, 35),
            width=1.4,
        )
    s.seam(cut(moved(curve([[-0.15, 0.66], [0, 0.72], [0.15, 0.66]], closed=False), x, y, r)), skin)
    fringe = curve(
        [
            [-1, 0.2],
            [-1.05, -0.6],
            [0, -1.4],
            [1.05, -0.6],
            [1, 0.2],
            [0.75, -0.35],
            [0.4, 0.05],
            [0.2, -0.4],
            [-0.15, 0.05],
            [-0.5, -0.4],
        ],
        steps=3,
    )
    s.body(cut(moved(fringe, x, y, r)), hair, bulk=0.15, gloss=rng.choice([0.0, 0.5]))


def paint_poster(s: Surface, rng: np.random.Generator, u: float, v: float, w: float, h: float) -> None:
    """A poster with a face on it: frame, ground, portrait, a band of letters."""
    ground, band = any_color(rng), any_color(rng)
    s.body(rounded(u, v, w, h, 0), ground, to=jittered(rng, ground, 20), bulk=0)
    paint_portrait(s, rng, u, v, w, h)
    top = v + h * rng.choice([0.02, 0.78])
    s.bar(u, top, w, 0.2 * h, band)
    for i in range(int(rng.integers(2, 7))):
        s.bar(
            u + (0.08 + 0.13 * i) * w,
            top + 0.05 * h,
            0.09 * w,
            0.1 * h,
            lit(band, 0.25 if sum(band) > 380 else 1.8),
        )
