"""Backgrounds that show no place: gradients, speed lines, screens, patterns, bokeh, brushwork, paper."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.board.board import Board
from dougagen.studio.background.board.clipping import Points
from dougagen.studio.background.board.surface import front
from dougagen.studio.background.board.texture import as_grey, brushwork, fractal_noise, gradient, shifted
from dougagen.studio.background.board.tones import any_color, jittered, lit, mixed, ramp
from dougagen.studio.cel.cel import Rgb
from dougagen.studio.cel.colors import rgb


def paint_flat(board: Board, rng: np.random.Generator) -> None:
    """One colour, white paper, black, or a split into two or three flat fields."""
    kind = rng.choice(["white", "black", "color", "split"], p=[0.28, 0.18, 0.29, 0.25])
    color = {"white": (255, 255, 255), "black": (0, 0, 0)}.get(str(kind), any_color(rng))
    if rng.uniform() < 0.4:
        color = jittered(rng, color, 6)
    board.wash(color)
    board.cover[:] = 255
    if kind == "split":
        s = front(board, tilt=float(rng.uniform(-0.8, 0.8)))
        for _ in range(int(rng.integers(1, 4))):
            s.rect(-2, rng.uniform(0, 1), 6, rng.uniform(0.1, 1.2), any_color(rng))


def paint_gradient(board: Board, rng: np.random.Generator) -> None:
    """Two to four corner colours, linear or round; the plain background of a thought."""
    one = any_color(rng)
    other = mixed(one, any_color(rng), rng.uniform(0.3, 1.0))
    if rng.uniform() < 0.5:
        corners = (
            [one, one, other, other] if rng.uniform() < 0.5 else [one, other, mixed(one, other, 0.4), other]
        )
        board.pixels[:] = gradient(board.tall, board.wide, corners)
    else:
        board.wash(one)
        center = (board.wide * rng.uniform(0.2, 0.8), board.tall * rng.uniform(0.2, 0.8))
        y, x = np.ogrid[: board.tall, : board.wide]
        far = np.sqrt((x - center[0]) ** 2 + (y - center[1]) ** 2).astype(np.float32) / board.tall
        grey = as_grey(np.clip(far * np.float32(rng.uniform(0.6, 1.6)), 0, 1), gain=255, middle=0)
        board.pixels[:] = cv2.LUT(cv2.merge([grey, grey, grey]), ramp([one, other]))
    if rng.uniform() < 0.3:
        grain = as_grey(fractal_noise(rng, board.tall, board.wide, board.tall / 3, octaves=5))
        board.pixels[:] = shifted(board.pixels, grain, rng.uniform(8, 50))
    board.cover[:] = 255


def paint_speed_lines(board: Board, rng: np.random.Generator) -> None:
    """Lines of flight, parallel or towards a point."""
    ground, line = any_color(rng), any_color(rng)
    if rng.uniform() < 0.4:
        ground, line = ((255, 255, 255), (0, 0, 0)) if rng.uniform() < 0.6 else ((0, 0, 0), (255, 255, 255))
    tall, wide = board.tall, board.wide
    board.pixels[:] = gradient(
        tall, wide, (ground, ground, mixed(ground, line, 0.3), mixed(ground, line, 0.3))
    )
    board.cover[:] = 255
    count = int(rng.integers(40, 300))
    thick = float(np.exp(rng.uniform(np.log(0.002), np.log(0.03)))) * tall
    if rng.uniform() < 0.5:
        cx, cy = wide * rng.uniform(0.2, 0.8), tall * rng.uniform(0.2, 0.8)
        hole = tall * rng.uniform(0.05, 0.5)
        a = rng.uniform(0, 2 * np.pi, count)
        inner = hole * rng.uniform(1, 1.8, count)
        half = thick * rng.uniform(0.3, 2.5, count) / tall
        for angle, r, w in zip(a, inner, half, strict=True):
            far = 2.2 * max(wide, tall)
            points = [[cx + r * np.cos(angle), cy + r * np.sin(angle)],
                      [cx + far * np.cos(angle - w), cy + far * np.sin(angle - w)],
                      [cx + far * np.cos(angle + w), cy + far * np.sin(angle + w)]]  # fmt: skip
            board.polygon(np.array(points), mixed(line, ground, rng.uniform(0, 0.5)))
        return
    s = front(board, tilt=float(rng.choice([0.0, rng.uniform(-1.6, 1.6)])))
    for _ in range(count):
        v, w = rng.uniform(-1, 2), thick / tall * rng.uniform(0.1, 1.0)
        u, length = rng.uniform(-1.5, 2.5), rng.uniform(0.3, 3)
        s.fill(
            [[u, v], [u + length / 2, v - w / 2], [u + length, v], [u + length / 2, v + w / 2]],
            mixed(line, ground, rng.uniform(0, 0.7)),
        )


def paint_pattern(board: Board, rng: np.random.Generator) -> None:
    """Stripes, checks, dots, stars, hearts, zigzags: wallpaper, cloth, screen tone."""
    ground = any_color(rng)
    ink = mixed(ground, any_color(rng), rng.uniform(0.15, 1.0))
    board.wash(ground)
    board.cover[:] = 255
    s = front(board, tilt=float(rng.choice([0.0, 0.0, rng.uniform(-0.8, 0.8), np.pi / 4])))
    step = float(np.exp(rng.uniform(np.log(0.025), np.log(0.3))))
    kind = rng.choice(
        ["stripes", "plaid", "checks", "motifs", "zigzag", "waves"], p=[0.28, 0.12, 0.12, 0.3, 0.08, 0.1]
    )
    lines = np.arange(-1.2, 3.2, step)
    draw = s.shape if rng.uniform() < 0.5 else s.fill
    share = float(rng.uniform(0.12, 0.6))
    if kind in ("stripes", "plaid"):
        for u in lines:
            draw([[u, -2], [u + step * share, -2], [u + step * share, 3], [u, 3]], ink)
            if kind == "plaid":
                s.fill(
                    [[-2, u], [4, u], [4, u + step * share * 0.5], [-2, u + step * share * 0.5]],
                    mixed(ink, ground, 0.4),
                )
    elif kind == "checks":
        for i, u in enumerate(lines):
            for v in lines[i % 2 :: 2][: int(2.6 / step)]:
                s.fill([[u, v], [u + step, v], [u + step, v + step], [u, v + step]], ink)
    elif kind == "motifs":
        unit = _motif(rng)
        grow = float(rng.choice([0.0, rng.uniform(-0.3, 0.3)]))
        for i, v in enumerate(np.arange(-0.4, 1.5, step)):
            for u in np.arange(-0.6, board.aspect + 0.6, step) + (i % 2) * step / 2:
                draw(unit * step * max(share + grow * v, 0.05) + [u, v], ink)
    else:
        u = np.arange(-1.0, 3.0, step / (2 if kind == "zigzag" else 8))
        for v in np.arange(-1, 2, step):
            wave = (
                (np.arange(len(u)) % 2) * step * 0.5
                if kind == "zigzag"
                else 0.25 * step * np.sin(u / step * np.pi)
            )
            top = np.stack([u, v + wave], 1)
            draw(np.concatenate([top, top[::-1] + np.array([0.0, share * step])]), ink)


def _motif(rng: np.random.Generator) -> Points:
    """A closed outline of about unit size around the origin."""
    a = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    kind = rng.choice(["dot", "star", "heart", "flower", "diamond", "cross"])
    if kind == "heart":
        return np.stack(
            [
                0.06 * 8 * np.sin(a) ** 3,
                -0.03 * (13 * np.cos(a) - 5 * np.cos(2 * a) - 2 * np.cos(3 * a) - np.cos(4 * a)),
            ],
            1,
        )
    if kind == "cross":
        b, e = 0.15, 0.5
        arm = np.array([[-b, -e], [b, -e], [b, -b]])
        quarter = np.array([[0.0, -1.0], [1.0, 0.0]])
        turns = [np.linalg.matrix_power(quarter, k) for k in range(4)]
        return np.concatenate([arm @ turn.T for turn in turns])
    r = np.full(40, 0.5)
    if kind == "star":
        a = np.linspace(0, 2 * np.pi, 10, endpoint=False)
        r = np.where(np.arange(10) % 2, 0.22, 0.52)
    elif kind == "flower":
        r = 0.35 + 0.14 * np.cos(int(rng.integers(4, 8)) * a)
    elif kind == "diamond":
        a, r = np.arange(4) * np.pi / 2, np.array([0.35, 0.5, 0.35, 0.5])
    return np.stack([r * np.cos(a), r * np.sin(a)], 1)


def paint_bokeh(board: Board, rng: np.random.Generator) -> None:
    """Discs of light out of focus over a soft gradient."""
    dark = any_color(rng)
    board.pixels[:] = gradient(
        board.tall, board.wide, [jittered(rng, lit(dark, rng.uniform(0.3, 1)), 15) for _ in range(4)]
    )
    board.cover[:] = 255
    hue = rng.uniform()
    layer = np.zeros((board.tall // 2, board.wide // 2, 3), np.uint8)
    for _ in range(int(rng.integers(8, 70))):
        at = (int(layer.shape[1] * rng.uniform(0, 1)), int(layer.shape[0] * rng.uniform(0, 1)))
        r = max(int(layer.shape[0] * rng.uniform(0.01, 0.12)), 2)
        disc = np.zeros_like(layer)
        color = rgb(hue + rng.normal(0, 0.08), rng.uniform(0.1, 0.7), rng.uniform(0.15, 0.6))
        x0, y0, x1, y1 = max(at[0] - r - 2, 0), max(at[1] - r - 2, 0), at[0] + r + 2, at[1] + r + 2
        disc = disc[y0:y1, x0:x1]
        cv2.circle(disc, (at[0] - x0, at[1] - y0), r, color, -1, cv2.LINE_AA)
        if rng.uniform() < 0.5:
            cv2.circle(disc, (at[0] - x0, at[1] - y0), r, lit(color, 1.15), max(r // 8, 1), cv2.LINE_AA)
        layer[y0:y1, x0:x1] = cv2.add(layer[y0:y1, x0:x1], disc)
    soft = cv2.GaussianBlur(layer, (0, 0), float(rng.uniform(0.6, 4)))
    board.pixels[:] = cv2.add(board.pixels, cv2.resize(soft, (board.wide, board.tall)))


def paint_strokes(board: Board, rng: np.random.Generator) -> None:
    """Watercolour wash or dry brush: colour fields without things."""
    tall, wide = board.tall, board.wide
    colors = [any_color(rng) for _ in range(int(rng.integers(2, 5)))]
    if rng.uniform() < 0.6:
        colors = [mixed(colors[0], c, 0.35) for c in colors]
    field = as_grey(fractal_noise(rng, tall, wide, tall * rng.uniform(0.15, 0.6), octaves=5), gain=150)
    board.pixels[:] = cv2.LUT(
        cv2.merge([field, field, field]), ramp(colors, steps=len(colors) if board.look.outlined else None)
    )
    angle = float(rng.uniform(0, np.pi))
    for length, strength in ((0.5, 40), (0.2, 30), (0.07, 22)):
        if rng.uniform() < 0.7:
            marks = brushwork(rng, tall, wide, length=tall * length, angle=angle, count=int(60 / length))
            board.pixels[:] = shifted(board.pixels, marks, strength * rng.uniform(0.3, 1.3))
    board.cover[:] = 255


def paint_rays(board: Board, rng: np.random.Generator) -> None:
    """Sectors around a point in two or three flat colours, or rings."""
    tall, wide = board.tall, board.wide
    colors: list[Rgb] = [any_color(rng) for _ in range(int(rng.integers(2, 4)))]
    board.wash(colors[0])
    board.cover[:] = 255
    cx, cy = wide * rng.uniform(0.1, 0.9), tall * rng.uniform(0.1, 1.1)
    far = 2.0 * max(wide, tall)
    if rng.uniform() < 0.65:
        n = int(rng.integers(6, 24)) * len(colors)
        turn = rng.uniform(0, 1)
        for i in range(n):
            a, b = (np.array([i, i + 1]) + turn) * 2 * np.pi / n
            board.shape(
                np.array(
                    [
                        [cx, cy],
                        [cx + far * np.cos(a), cy + far * np.sin(a)],
                        [cx + far * np.cos(b), cy + far * np.sin(b)],
                    ]
                ),
                colors[i % len(colors)],
            )
        return
    radii: NDArray[np.float64] = np.arange(1.6, 0, -rng.uniform(0.06, 0.3))
    a = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    for i, r in enumerate(radii):
        board.shape(
            np.stack([cx + r * tall * np.cos(a), cy + r * tall * np.sin(a)], 1), colors[i % len(colors)]
        )
