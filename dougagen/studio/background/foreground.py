"""What stands before the cel: trunks, leaves, pillars, railings, furniture, heads of a crowd, doors.

Each painter draws on an empty board and leaves in its ``cover`` exactly what it touched.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background import undergrowth
from dougagen.studio.background.board.board import Board
from dougagen.studio.background.board.shapes import blob, curve, moved, oval, rounded
from dougagen.studio.background.board.surface import front
from dougagen.studio.background.board.texture import as_grey, fractal_noise, gradient, shifted
from dougagen.studio.background.board.tones import (
    any_color,
    jittered,
    lit,
    plaster_color,
    wood_color,
)
from dougagen.studio.background.places.closeups import metres
from dougagen.studio.background.places.furniture import hang_curtains
from dougagen.studio.background.places.roadside import any_outdoors
from dougagen.studio.background.places.seats import any_piece, cloth_color, drape
from dougagen.studio.background.places.small_things import set_things


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


def _table(board: Board, rng: np.random.Generator) -> None:
    """The edge of a table or counter with what stands on it."""
    shown = rng.uniform(0.5, 1.3)
    s = metres(board, shown, tilt=float(rng.normal(0, 0.06)))
    color = wood_color(rng) if rng.uniform() < 0.7 else any_color(rng)
    top, wide = rng.uniform(0.72, 0.97) * shown, shown * board.aspect
    set_things(s, rng, -0.1, top, wide + 0.2, count=int(rng.integers(0, 6)), largest=0.5 * shown)
    s.body(rounded(-1, top, wide + 2, 1.5 * shown, 0), color, to=lit(color, 0.75), bulk=0)
    s.bar(-1, top, wide + 2, 0.03 * shown, lit(color, 1.1))


def _things_near(board: Board, rng: np.random.Generator) -> None:
    """A cup, a bottle, a toy right before the lens."""
    shown = rng.uniform(0.25, 0.5)
    s = metres(board, shown)
    side = rng.choice([0.0, 0.55]) * shown * board.aspect
    set_things(
        s,
        rng,
        side,
        shown * rng.uniform(1.0, 1.25),
        0.45 * shown * board.aspect,
        count=int(rng.integers(1, 4)),
    )


def _furniture(board: Board, rng: np.random.Generator) -> None:
    """The back of a sofa, a chair, a shelf at the side; outside a car or a machine."""
    shown = rng.uniform(0.8, 2.2)
    s = metres(board, shown)
    foot, wide = shown * rng.uniform(1.05, 1.9), shown * board.aspect
    piece = any_piece(rng) if rng.uniform() < 0.75 else any_outdoors(rng)
    piece(s, rng, float(rng.choice([rng.uniform(-0.6, 0.1), rng.uniform(0.6, 0.95)]) * wide), foot)


def _seat_backs(board: Board, rng: np.random.Generator) -> None:
    """A row of seats seen from the row behind."""
    s, cloth = front(board, tilt=float(rng.normal(0, 0.04))), lit(cloth_color(rng), rng.uniform(0.15, 1))
    w, top = rng.uniform(0.2, 0.7), rng.uniform(0.65, 0.92)
    for u in np.arange(-w * rng.uniform(0, 1), board.aspect + w, w):
        s.body(
            rounded(float(u) + 0.05 * w, top, 0.9 * w, 1.5, 0.25 * w), cloth, to=lit(cloth, 0.7), bulk=0.12
        )


def _heads(board: Board, rng: np.random.Generator) -> None:
    """Heads and shoulders of people who watch, dark and without features: never on cels."""
    s, tone = front(board), lit(any_color(rng), rng.uniform(0.02, 0.4))
    size = rng.uniform(0.08, 0.3)
    for u in np.arange(-size, board.aspect + size, size * rng.uniform(1.3, 2.4)):
        x, y, r = (
            float(u + rng.normal(0, 0.3 * size)),
            1.0 - size * rng.uniform(0.2, 1.0),
            size * rng.uniform(0.4, 0.55),
        )
        shade = jittered(rng, tone, 3)
        s.body(
            moved(curve([[-2.1, 4], [-1.9, 2], [-0.6, 1.2], [0.6, 1.2], [1.9, 2], [2.1, 4]]), x, y, r),
            shade,
            bulk=0,
        )
        s.body(blob(rng, x, y, 0.95 * r, 1.15 * r, uneven=0.06), shade, bulk=0)


def _door(board: Board, rng: np.random.Generator) -> None:
    """The leaf of a door or a sliding screen, a wall that ends, a curtain drawn aside."""
    if rng.uniform() < 0.3:
        drape(metres(board, 2.2), rng, float(rng.choice([-0.4, 2.0 * board.aspect])), 2.3)
        return
    s, color = (
        front(board, tilt=float(rng.normal(0, 0.03))),
        wood_color(rng) if rng.uniform() < 0.5 else plaster_color(rng),
    )
    color = lit(color, rng.uniform(0.2, 1.0))
    w = rng.uniform(0.08, 0.5)
    u = -0.5 if rng.uniform() < 0.5 else board.aspect - w
    s.body(rounded(u, -0.5, w + 0.5, 2, 0), color, to=lit(color, 0.85), bulk=0)
    edge = u + w + 0.44 if u < 0 else u
    s.body(rounded(edge, -0.5, 0.06, 2, 0), lit(color, 0.75), bulk=0.2)
    if rng.uniform() < 0.5:
        s.body(oval(edge + (-0.08 if u < 0 else 0.12), 0.55, 0.025, 0.03), (205, 185, 120), gloss=0.7)


def _hangings(board: Board, rng: np.random.Generator) -> None:
    """A short curtain in panels, lanterns, or a blind at the top of the picture."""
    s, color = front(board), any_color(rng)
    kind, drop = rng.choice(["panels", "lanterns", "blind"]), rng.uniform(0.08, 0.35)
    if kind == "panels":
        w = rng.uniform(0.2, 0.5)
        for u in np.arange(-0.1, board.aspect, w):
            s.body(
                [[u, -0.1], [u + 0.96 * w, -0.1], [u + 0.94 * w, drop], [u + 0.02 * w, drop]],
                color,
                to=lit(color, 0.8),
                bulk=0.05,
            )
    elif kind == "lanterns":
        for u in np.arange(rng.uniform(0, 0.3), board.aspect, rng.uniform(0.25, 0.6)):
            s.bar(float(u) - 0.004, -0.1, 0.008, 0.2, (40, 40, 40))
            s.body(
                oval(float(u), 0.5 * drop, 0.4 * drop, 0.5 * drop),
                jittered(rng, color, 8),
                bulk=0.3,
                gloss=0.3,
            )
    else:
        for v in np.arange(-0.02, 1.3 * drop, 0.028):
            s.bar(-0.1, float(v), board.aspect + 0.2, 0.018, color)


FOREGROUNDS: tuple[tuple[Callable[[Board, np.random.Generator], None], float], ...] = (
    (undergrowth.trunks, 0.09),
    (undergrowth.leaves, 0.1),
    (undergrowth.bushes, 0.1),
    (_pillars, 0.08),
    (_window_frame, 0.07),
    (_railing, 0.06),
    (_fence, 0.03),
    (_table, 0.1),
    (_furniture, 0.1),
    (undergrowth.plant, 0.04),
    (_soft_object, 0.03),
    (_things_near, 0.04),
    (_seat_backs, 0.03),
    (_heads, 0.03),
    (_door, 0.05),
    (undergrowth.rocks, 0.03),
    (undergrowth.fronds, 0.05),
    (_hangings, 0.03),
)
"""What may stand there and how often."""


def developed(
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
