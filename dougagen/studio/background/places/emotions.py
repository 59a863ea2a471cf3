"""Boards that show a feeling, not a place: flowers, bubbles, sparkles, screen tone, jags, spirals."""

from __future__ import annotations

import numpy as np

from dougagen.studio.background.board.board import Board
from dougagen.studio.background.board.shapes import blob, frond, moved
from dougagen.studio.background.board.surface import front
from dougagen.studio.background.board.texture import gradient
from dougagen.studio.background.board.tones import any_color, jittered, leaf_palette, lit, mixed


def _ground(board: Board, rng: np.random.Generator) -> tuple[int, int, int]:
    one = mixed(any_color(rng), (255, 250, 250), rng.uniform(0, 0.8))
    other = mixed(one, any_color(rng), rng.uniform(0, 0.7))
    board.pixels[:] = gradient(
        board.tall, board.wide, (one, mixed(one, other, 0.5), mixed(one, other, 0.5), other)
    )
    board.cover[:] = 255
    return one


def paint_flowers(board: Board, rng: np.random.Generator) -> None:
    """Blossoms and leaves around an empty middle, or all over."""
    _ground(board, rng)
    s, green, petal = front(board), leaf_palette(rng), any_color(rng)
    hole = float(rng.choice([0.0, rng.uniform(0.2, 0.5)]))
    for _ in range(int(rng.integers(12, 60))):
        u, v = rng.uniform(-0.05, board.aspect + 0.05), rng.uniform(-0.05, 1.05)
        if np.hypot((u - board.aspect / 2) / board.aspect * 1.6, v - 0.5) < hole:
            continue
        r = float(np.exp(rng.uniform(np.log(0.02), np.log(0.16))))
        for _ in range(int(rng.integers(0, 4))):
            a = rng.uniform(0, 6.3)
            s.body(frond(u, v, 2.2 * r, 0.7 * r, a, bend=rng.normal(0, 0.4)), green[int(rng.integers(1, 5))])
        tone, n = jittered(rng, petal, 10), int(rng.integers(5, 9))
        for a in np.linspace(0, 2 * np.pi, n, endpoint=False) + rng.uniform(0, 1):
            s.body(frond(u, v, r, 0.75 * r, a), tone, to=lit(tone, 1.3), bulk=0.15)
        s.disc(u, v, 0.22 * r, (245, 215, 90))


def paint_sparkles(board: Board, rng: np.random.Generator) -> None:
    """Stars of light, bubbles, feathers, hearts or petals that drift."""
    ground = _ground(board, rng)
    s, kind = front(board), rng.choice(["stars", "bubbles", "petals", "hearts"])
    tone = mixed(ground, (255, 255, 255), rng.uniform(0.5, 1)) if rng.uniform() < 0.7 else any_color(rng)
    for _ in range(int(rng.integers(10, 70))):
        u, v, r = (
            rng.uniform(0, board.aspect),
            rng.uniform(0, 1),
            float(np.exp(rng.uniform(np.log(0.01), np.log(0.1)))),
        )
        if kind == "bubbles":
            s.body(
                blob(rng, u, v, r, r, uneven=0.0), mixed(ground, tone, 0.4), gloss=1.0, bulk=0.2, shade=0.9
            )
        elif kind == "petals":
            s.body(frond(u, v, 1.4 * r, 0.9 * r, rng.uniform(0, 6.3), bend=0.5), jittered(rng, tone, 8))
        elif kind == "hearts":
            a = np.linspace(0, 2 * np.pi, 30)
            heart = np.stack(
                [np.sin(a) ** 3, -(13 * np.cos(a) - 5 * np.cos(2 * a) - 2 * np.cos(3 * a)) / 16], 1
            )
            s.body(heart * r + [u, v], tone, gloss=0.3)
        else:
            points = np.array(
                [[0, -1], [0.12, -0.12], [1, 0], [0.12, 0.12], [0, 1], [-0.12, 0.12], [-1, 0], [-0.12, -0.12]]
            )
            s.fill(points * r + [u, v], tone)
            x, y = s.placed([[u, v], [u, v + 1]])[0]
            board.glow((float(x), float(y)), r * board.tall * 1.2, tone, 0.5)


def paint_screen_tone(board: Board, rng: np.random.Generator) -> None:
    """Dots that grow along one way, as on printed pages."""
    ground, ink = any_color(rng), any_color(rng)
    if rng.uniform() < 0.4:
        ground, ink = (250, 250, 250), (20, 20, 20)
    board.wash(ground)
    step = float(rng.uniform(0.012, 0.06)) * board.tall
    lean, way = rng.uniform(0, np.pi), rng.uniform(0, 2 * np.pi)
    y, x = np.ogrid[: board.tall, : board.wide]
    x, y = x.astype(np.float32), y.astype(np.float32)
    k = np.float32(np.pi / step)
    a, b = np.float32(np.cos(lean)), np.float32(np.sin(lean))
    dots = np.cos((a * x + b * y) * k) * np.cos((a * y - b * x) * k)
    level = (np.cos(way) * x / board.wide + np.sin(way) * y / board.tall) * np.float32(rng.uniform(0.5, 1.6))
    alpha = np.clip((np.abs(dots) - np.float32(0.5) - level + level.mean()) * np.float32(step / 2.5), 0, 1)
    over = np.empty_like(board.pixels)
    over[:] = ink
    board.blend((slice(0, board.tall), slice(0, board.wide)), over, (alpha * 255).astype(np.uint8))


def paint_shock(board: Board, rng: np.random.Generator) -> None:
    """Jags, lightning, a burst or a spiral in hard tones."""
    ground, tone = any_color(rng), any_color(rng)
    board.wash(ground)
    s = front(board)
    u, v = board.aspect * rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.7)
    kind = rng.choice(["burst", "bolts", "spiral", "brush"])
    if kind == "burst":
        n = int(rng.integers(9, 26)) * 2
        a = np.linspace(0, 2 * np.pi, n, endpoint=False)
        for scale, color in ((1.0, tone), (0.75, mixed(tone, (255, 255, 255), 0.6))):
            r = scale * np.where(np.arange(n) % 2, rng.uniform(0.25, 0.4), rng.uniform(0.5, 0.9, n))
            s.shape(np.stack([u + 1.3 * r * np.cos(a), v + r * np.sin(a)], 1), color)
    elif kind == "bolts":
        for _ in range(int(rng.integers(2, 9))):
            steps = np.cumsum(rng.normal((0.0, 0.13), 0.12, (9, 2)), axis=0)
            way = moved(steps, rng.uniform(0, board.aspect), -0.1)
            w = rng.uniform(0.005, 0.03)
            side = np.stack([w * np.linspace(1, 0.1, 9), 0 * way[:, 0]], 1)
            s.shape(np.concatenate([way - side, (way + side)[::-1]]), tone)
    elif kind == "spiral":
        t = np.linspace(0.3, 9, 160)
        near, far = 0.07 * t, 0.02 + 0.082 * t
        inner, outer = (
            np.stack([u + near * np.cos(t), v + near * np.sin(t)], 1),
            np.stack([u + far * np.cos(t), v + far * np.sin(t)], 1),
        )
        for i in range(0, 150, 8):
            s.fill(np.concatenate([inner[i : i + 9], outer[i : i + 9][::-1]]), tone)
    else:
        for _ in range(int(rng.integers(4, 20))):
            y, w = rng.uniform(-0.1, 1.1), rng.uniform(0.02, 0.2)
            x = np.linspace(-0.1, board.aspect + 0.1, 12)
            top = np.stack([x, y + 0.02 * rng.normal(0, 1, 12)], 1)
            s.fill(
                np.concatenate([top, moved(top, 0, w)[::-1] + rng.normal(0, 0.01, (12, 2))]),
                mixed(ground, tone, rng.uniform(0.2, 1)),
            )
