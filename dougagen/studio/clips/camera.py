"""The camera over the stack: where it looks at every frame, and where that brings each layer.

World coordinates are pixels of the frame at rest: (0, 0) is its top left corner, x right, y down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
"""float64[2, 3]: an affine map of corner coordinates (the middle of pixel 0 is 0.5)."""
Point = tuple[float, float]
Ease = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class View:
    """What the camera sees at one frame."""

    x: float = 0.0
    """Pixels that the middle of the view lies right of the middle at rest."""
    y: float = 0.0
    """The same downwards."""
    zoom: float = 1.0
    """Enlargement: 2 shows half the field."""
    turn: float = 0.0
    """Radians, clockwise on screen."""


REST = View()


def linear(t: float) -> float:
    """Even speed."""
    return t


def eased(t: float) -> float:
    """Slow in, slow out."""
    return t * t * (3 - 2 * t)


def slow_out(t: float) -> float:
    """Fast at first, then ever slower."""
    return 1 - (1 - t) ** 2


def move(
    frames: int, begin: View, end: View, *, start: int = 0, stop: int | None = None, ease: Ease = eased
) -> tuple[View, ...]:
    """From ``begin`` to ``end`` between the frames ``start`` and ``stop``, at rest before and after.

    The zoom runs in even ratios: a linear zoom seems to slow down.
    """
    last = frames - 1 if stop is None else stop
    views = []
    for i in range(frames):
        t = ease(float(np.clip((i - start) / max(last - start, 1), 0.0, 1.0)))
        views.append(
            View(
                begin.x + t * (end.x - begin.x),
                begin.y + t * (end.y - begin.y),
                begin.zoom * (end.zoom / begin.zoom) ** t,
                begin.turn + t * (end.turn - begin.turn),
            )
        )
    return tuple(views)


def shaken(
    rng: np.random.Generator,
    views: Sequence[View],
    *,
    size: float,
    start: int,
    stop: int,
    every: int = 1,
    turn: float = 0.0,
) -> tuple[View, ...]:
    """``views`` shaken by up to ``size`` pixels from ``start`` to ``stop``, dying away, every few frames."""
    shaking = list(views)
    dx = dy = roll = 0.0
    sign = 1.0
    for i in range(max(start, 0), min(stop, len(shaking))):
        if (i - start) % every == 0:
            left = 1 - (i - start) / max(stop - start, 1)
            sign = -sign
            dx, dy = size * left * rng.uniform(-0.7, 0.7), sign * size * left * rng.uniform(0.4, 1.0)
            roll = turn * left * rng.uniform(-1, 1)
        v = shaking[i]
        shaking[i] = View(v.x + dx, v.y + dy, v.zoom, v.turn + roll)
    return tuple(shaking)


def gate_weave(rng: np.random.Generator, frames: int, *, size: float) -> tuple[Point, ...]:
    """Gate weave: how far the film hangs beside its place at each frame, in pixels; ``size`` is its σ."""
    place = np.zeros(2)
    path = []
    for _ in range(frames):
        place = 0.6 * place + 0.8 * size * rng.standard_normal(2)
        path.append((float(place[0]), float(place[1])))
    return tuple(path)


def to_screen(
    view: View,
    *,
    height: int,
    width: int,
    depth: float = 1.0,
    slide: Point = (0.0, 0.0),
    weave: Point = (0, 0),
) -> Matrix:
    """World → screen for a layer: ``depth`` 1 moves with the camera, 0 not at all (the far sky).

    ``slide`` moves the layer itself, in world pixels; ``weave`` the finished picture, in screen pixels.
    """
    zoom = 1 + (view.zoom - 1) * depth
    c, s = zoom * np.cos(view.turn), zoom * np.sin(view.turn)
    x, y = slide[0] - depth * view.x - width / 2, slide[1] - depth * view.y - height / 2
    return np.array(
        [
            [c, -s, c * x - s * y + width / 2 + weave[0]],
            [s, c, s * x + c * y + height / 2 + weave[1]],
        ]
    )


def inverted(matrix: Matrix) -> Matrix:
    """The map back."""
    back = np.linalg.inv(matrix[:, :2])
    return np.hstack([back, -back @ matrix[:, 2:]])


def joined(first: Matrix, then: Matrix) -> Matrix:
    """``first``, ``then`` the other."""
    return np.hstack([then[:, :2] @ first[:, :2], then[:, :2] @ first[:, 2:] + then[:, 2:]])


def seen_by(matrices: Sequence[Matrix], *, height: int, width: int) -> tuple[float, float, float, float]:
    """left, top, right, bottom in the layer's world of all that a camera with these maps ever sees."""
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], np.float64)
    points = np.concatenate([corners @ (m := inverted(matrix))[:, :2].T + m[:, 2] for matrix in matrices])
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return float(left), float(top), float(right), float(bottom)
