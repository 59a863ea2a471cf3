"""What stands along a road and never moves in its shot: parked cars, machines, signs, benches, planters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dougagen.studio.background.board.shapes import blob, curve, oval, rounded
from dougagen.studio.background.board.surface import Surface
from dougagen.studio.background.board.tones import (
    any_color,
    jittered,
    leaf_palette,
    lit,
    mixed,
    wood_color,
)
from dougagen.studio.background.places.furniture import write_lines
from dougagen.studio.cel.cel import Rgb
from dougagen.studio.cel.colors import rgb

Piece = Callable[[Surface, np.random.Generator, float, float], float]
"""Stands with its left foot at (u, v), draws itself and returns its width in metres."""


def car(s: Surface, rng: np.random.Generator, u: float, v: float) -> float:
    """A parked car from its side: saloon, van or a small box on wheels."""
    w, high = rng.uniform(3.2, 4.6), rng.uniform(1.35, 1.9)
    color = mixed(any_color(rng), (225, 225, 228), rng.choice([0.0, 0.6, 0.9]))
    nose, hood, cab = rng.uniform(0.0, 0.06), rng.uniform(0.5, 0.6) * high, rng.uniform(0.0, 0.3)
    left, right = cab * w * 0.6, w * (1 - cab)
    body = [
        [0, -0.25],
        [nose * w, -hood],
        [left, -hood - 0.06],
        [left + 0.1 * w, -high],
        [right - 0.16 * w, -high],
        [right, -hood - 0.02],
        [w, -hood + 0.12],
        [w, -0.25],
    ]
    glass = rgb(rng.uniform(0.5, 0.62), rng.uniform(0.1, 0.4), rng.uniform(0.25, 0.8))
    pane = np.array(
        [
            [left + 0.03 * w, -hood - 0.08],
            [left + 0.11 * w, -high + 0.12],
            [right - 0.18 * w, -high + 0.12],
            [right - 0.05 * w, -hood - 0.08],
        ]
    )
    outline = curve(body, steps=3) + np.array([u, v])
    s.fill([[u, v], [u + w, v], [u + w + 0.1, v + 0.1], [u - 0.1, v + 0.1]], (30, 30, 35))
    s.body(outline, color, to=lit(color, 0.75), bulk=0.12, gloss=rng.uniform(0, 0.6))
    s.body(pane + np.array([u, v]), glass, to=lit(glass, 1.2), bulk=0)
    for x in np.linspace(0.35, 0.7, int(rng.integers(1, 3))):
        s.bar(u + x * w, v - high + 0.1, 0.07, high - hood, color)
        s.seam([[u + x * w, v - hood], [u + x * w, v - 0.3]], color, width=0.8)
    s.body(rounded(u + 0.02 * w, v - hood + 0.1, 0.06 * w, 0.12, 0.05), (250, 240, 215))
    s.body(rounded(u + 0.94 * w, v - hood + 0.15, 0.05 * w, 0.12, 0.03), (190, 40, 35))
    for x in (0.2, 0.78):
        s.body(oval(u + x * w, v - 0.28, 0.32, 0.3), (28, 28, 32), bulk=0.1)
        s.body(oval(u + x * w, v - 0.28, 0.17, 0.16), (160, 162, 168), bulk=0.2)
    return w


def vending_machine(s: Surface, rng: np.random.Generator, u: float, v: float) -> float:
    """Rows of cans behind glass, a slot, a lit sign."""
    w, high, color = 1.0, 1.85, any_color(rng)
    s.body(rounded(u, v - high, w, high, 0.03), color, to=lit(color, 0.85), bulk=0.05)
    s.body(rounded(u + 0.08, v - high + 0.25, w - 0.16, 0.85, 0.02), (240, 245, 250), bulk=0)
    for j in range(3):
        for x in np.linspace(u + 0.15, u + w - 0.15, 6):
            s.body(
                rounded(float(x) - 0.04, v - high + 0.32 + 0.26 * j, 0.08, 0.17, 0.02),
                any_color(rng),
                bulk=0.3,
            )
    s.body(rounded(u + 0.15, v - 0.45, w - 0.3, 0.2, 0.03), (30, 30, 35))
    s.body(rounded(u + 0.08, v - high + 0.05, w - 0.16, 0.15, 0.01), lit(color, 1.4), bulk=0)
    return w


def bicycle(s: Surface, rng: np.random.Generator, u: float, v: float) -> float:
    """Two wheels, a frame, a basket."""
    color, r = any_color(rng), 0.33
    a, b = (u + r, v - r), (u + r + 1.02, v - r)
    dark: Rgb = (38, 38, 42)
    for x, y in (a, b):
        s.stroke(np.concatenate([oval(x, y, r, r), oval(x, y, r, r)[:1]]), dark, 4)
        s.stroke([[x - r, y], [x + r, y]], (150, 150, 155), 1)
        s.stroke([[x, y - r], [x, y + r]], (150, 150, 155), 1)
    crank, seat, bar = (u + 0.78, v - r + 0.04), (u + 0.6, v - 0.85), (u + 1.15, v - 0.9)
    for one, other in ((a, crank), (crank, b), (a, seat), (seat, crank), (crank, bar), (seat, bar), (bar, b)):
        s.stroke([one, other], lit(color, 0.9), 4)
    s.body(rounded(seat[0] - 0.15, seat[1] - 0.06, 0.3, 0.07, 0.03), dark)
    s.body(
        [[u + 1.1, v - 0.95], [u + 1.5, v - 0.95], [u + 1.44, v - 0.65], [u + 1.16, v - 0.65]],
        (170, 168, 160),
    )
    return 1.7


def road_sign(s: Surface, rng: np.random.Generator, u: float, v: float) -> float:
    """A post with a disc, triangle or board."""
    high, r = rng.uniform(1.8, 3.2), rng.uniform(0.25, 0.45)
    face, rim = any_color(rng), any_color(rng)
    s.body(rounded(u + r - 0.035, v - high, 0.07, high, 0), (165, 168, 170), bulk=0.35)
    kind = rng.choice(["disc", "triangle", "board", "mirror"])
    x, y = u + r, v - high
    if kind == "triangle":
        s.body([[x - r, y - 0.5 * r], [x + r, y - 0.5 * r], [x, y + 1.1 * r]], rim)
        s.body([[x - 0.75 * r, y - 0.36 * r], [x + 0.75 * r, y - 0.36 * r], [x, y + 0.8 * r]], face)
    elif kind == "board":
        s.body(rounded(x - 1.6 * r, y - r, 3.2 * r, 1.7 * r, 0.04), face, bulk=0.04)
        write_lines(
            s, rng, x - 1.4 * r, y - 0.8 * r, 2.8 * r, 1.3 * r, lit(face, 0.2 if sum(face) > 380 else 1.8)
        )
    else:
        s.body(oval(x, y, r, r), rim, bulk=0.1)
        s.body(oval(x, y, 0.78 * r, 0.78 * r), face, gloss=0.6 if kind == "mirror" else 0.0, bulk=0)
    return 2 * r


def bench(s: Surface, rng: np.random.Generator, u: float, v: float) -> float:
    """Slats on two feet."""
    w, wood = rng.uniform(1.2, 2.0), wood_color(rng)
    for x in (u + 0.12, u + w - 0.2):
        s.body(rounded(x, v - 0.8, 0.08, 0.8, 0.01), (70, 72, 76), bulk=0.3)
    for y in (0.85, 0.7, 0.55, 0.42):
        s.body(rounded(u, v - y, w, 0.1, 0.01), jittered(rng, wood, 4), bulk=0.2)
    return w


def planter(s: Surface, rng: np.random.Generator, u: float, v: float) -> float:
    """A box or pot with a bush in it."""
    w, green = rng.uniform(0.5, 1.6), leaf_palette(rng)
    for k, tone in enumerate((1, 2, 3, 4)):
        for _ in range(4):
            x, r = u + rng.uniform(0.1, 0.9) * w, rng.uniform(0.12, 0.3) * (1 - 0.15 * k)
            s.body(
                blob(rng, x, v - 0.5 - 0.1 * k - rng.uniform(0, 0.25), r, r, uneven=0.25, knots=12),
                green[tone],
                bulk=0.3,
            )
    pot = wood_color(rng) if rng.uniform() < 0.5 else any_color(rng)
    s.body([[u, v - 0.42], [u + w, v - 0.42], [u + 0.93 * w, v], [u + 0.07 * w, v]], pot, bulk=0.2)
    return w


def crates(s: Surface, rng: np.random.Generator, u: float, v: float) -> float:
    """Boxes, barrels, sacks or bins in a heap."""
    w, rows, color = rng.uniform(0.4, 0.8), int(rng.integers(1, 4)), wood_color(rng)
    barrels = rng.uniform() < 0.35
    for j in range(rows):
        for i in range(rows - j):
            x, y = u + (i + 0.5 * j) * w, v - j * w
            tone = jittered(rng, color, 8)
            if barrels:
                s.body(
                    curve(
                        [
                            [x + 0.08 * w, y],
                            [x, y - 0.5 * w],
                            [x + 0.08 * w, y - w],
                            [x + 0.88 * w, y - w],
                            [x + 0.96 * w, y - 0.5 * w],
                            [x + 0.88 * w, y],
                        ],
                        steps=3,
                    ),
                    tone,
                    bulk=0.3,
                )
                for k in (0.2, 0.75):
                    s.seam([[x, y - k * w], [x + 0.95 * w, y - k * w]], tone)
            else:
                s.body(rounded(x, y - w, 0.97 * w, 0.98 * w, 0.02), tone, bulk=0.1)
                s.seam([[x, y], [x + w, y - w]], tone)
                s.body(rounded(x, y - w, 0.97 * w, 0.14 * w, 0), lit(tone, 0.9), bulk=0)
    return rows * w


def stone_lantern(s: Surface, rng: np.random.Generator, u: float, v: float) -> float:
    """A stone lantern, statue's plinth or gate post."""
    h, stone = rng.uniform(1.0, 2.2), rgb(rng.uniform(), rng.uniform(0, 0.15), rng.uniform(0.4, 0.8))
    for y, wide, tall in ((0.0, 0.5, 0.1), (0.1, 0.2, 0.4), (0.5, 0.5, 0.1), (0.6, 0.34, 0.2)):
        s.body(
            rounded(u + 0.3 * h - 0.5 * wide * h, v - (y + tall) * h, wide * h, tall * h, 0.01),
            stone,
            bulk=0.3,
        )
    s.fill(
        rounded(u + 0.22 * h, v - 0.77 * h, 0.16 * h, 0.14 * h, 0.01),
        (255, 225, 150) if rng.uniform() < 0.4 else (40, 40, 40),
    )
    roof = curve(
        [
            [u - 0.02 * h, v - 0.78 * h],
            [u + 0.3 * h, v - 0.95 * h],
            [u + 0.62 * h, v - 0.78 * h],
            [u + 0.3 * h, v - 0.82 * h],
        ],
        steps=3,
    )
    s.body(roof, lit(stone, 0.9), bulk=0.2)
    return 0.6 * h


def banner(s: Surface, rng: np.random.Generator, u: float, v: float) -> float:
    """A flag on a pole, an awning stand, a sandwich board with writing."""
    high, w = rng.uniform(1.6, 2.6), rng.uniform(0.4, 0.7)
    cloth = any_color(rng)
    s.body(rounded(u, v - high - 0.1, 0.04, high + 0.1, 0), (200, 200, 200))
    wave = 0.03 * np.sin(np.linspace(0, 5, 10))
    y = np.linspace(v - high, v - 0.4, 10)
    s.body(
        np.concatenate([np.stack([u + 0.05 + 0 * y, y], 1), np.stack([u + w + wave, y], 1)[::-1]]),
        cloth,
        bulk=0.1,
    )
    write_lines(
        s, rng, u + 0.12, v - high + 0.1, w - 0.2, high - 0.7, lit(cloth, 0.2 if sum(cloth) > 380 else 1.8)
    )
    return w


OUTDOORS: tuple[tuple[Piece, float], ...] = (
    (car, 0.26),
    (vending_machine, 0.1),
    (bicycle, 0.1),
    (road_sign, 0.12),
    (bench, 0.08),
    (planter, 0.14),
    (crates, 0.1),
    (stone_lantern, 0.04),
    (banner, 0.06),
)
"""What stands outside and how often."""


def any_outdoors(rng: np.random.Generator) -> Piece:
    """One of ``OUTDOORS``."""
    shares = np.array([share for _, share in OUTDOORS])
    return OUTDOORS[rng.choice(len(OUTDOORS), p=shares / shares.sum())][0]
