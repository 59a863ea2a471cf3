"""Large furniture seen from the front: sofas, chairs, beds, desks, kitchen units, curtains in heavy folds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dougagen.studio.background.board.shapes import blob, curve, moved, oval, rounded
from dougagen.studio.background.board.surface import Surface
from dougagen.studio.background.board.tones import any_color, jittered, lit, mixed, wood_color
from dougagen.studio.background.places.small_things import set_things
from dougagen.studio.cel.cel import Rgb
from dougagen.studio.cel.colors import rgb

Piece = Callable[[Surface, np.random.Generator, float, float], float]
"""Stands with its left foot at (u, v), draws itself and returns its width in metres."""


def cloth_color(rng: np.random.Generator) -> Rgb:
    """Upholstery: blue, green, red, brown, grey or cream, rarely loud."""
    if rng.uniform() < 0.2:
        return any_color(rng)
    return rgb(rng.uniform(), rng.uniform(0.08, 0.55), rng.uniform(0.25, 0.9))


def sofa(s: Surface, rng: np.random.Generator, u: float, v: float) -> float:
    """Sofa or armchair: a curved back, arms, cushions, seams and buttons."""
    seats = int(rng.integers(1, 4))
    w, high, seat = 0.45 + 0.6 * seats, rng.uniform(0.75, 1.15), 0.42
    color, arm = cloth_color(rng), rng.uniform(0.12, 0.22)
    wing = rng.uniform(-0.05, 0.14)
    swell = rng.uniform(0.0, 0.12)
    back = [
        [u, v - seat],
        [u - 0.02, v - high + wing],
        [u + 0.25 * w, v - high],
        [u + 0.5 * w, v - high - swell],
        [u + 0.75 * w, v - high],
        [u + w + 0.02, v - high + wing],
        [u + w, v - seat],
    ]
    s.body(
        np.concatenate([curve(back, closed=False), [[u + w, v], [u, v]]]),
        color,
        to=lit(color, 0.85),
        bulk=0.1,
    )
    inner = (w - 2 * arm) / seats
    if rng.uniform() < 0.5:  # buttons, and the folds that they pull
        for i in range(1, max(int(w / 0.22), 2)):
            for j, y in enumerate((0.25, 0.5)):
                x, top = u + w * i / max(int(w / 0.22), 2) + 0.1 * j, v - high + y * (high - seat)
                s.disc(x, top, 0.012, lit(color, 0.8))
                s.seam([[x, top], [x + 0.06, top - 0.09]], color, width=0.7)
                s.seam([[x, top], [x - 0.06, top - 0.09]], color, width=0.7)
    for i in range(seats):
        x = u + arm + i * inner
        if rng.uniform() < 0.5:
            s.seam([[x, v - high + 0.1], [x, v - seat]], color)
        s.body(rounded(x, v - seat - 0.06, inner, 0.2, 0.05), lit(color, 1.04), bulk=0.2)
    s.body(
        rounded(u + arm, v - seat + 0.13, w - 2 * arm, seat - 0.17, 0.02),
        lit(color, 0.85),
        to=lit(color, 0.6),
        bulk=0,
    )
    for x in (u - 0.02, u + w - arm + 0.02):
        s.body(rounded(x, v - seat - rng.uniform(0.12, 0.24), arm, 0.6, 0.09), lit(color, 0.96), bulk=0.25)
    for _ in range(int(rng.integers(0, 3))):
        x = u + arm + rng.uniform(0, w - 2 * arm - 0.3)
        cushion = any_color(rng)
        s.body(_cushion(rng, x + 0.2, v - seat - 0.2, 0.21), cushion, bulk=0.25)
    return w


def _cushion(rng: np.random.Generator, u: float, v: float, r: float) -> np.ndarray:
    corners = np.array([[-1, -1], [0, -0.85], [1, -1], [0.88, 0], [1, 1], [0, 0.88], [-1, 1], [-0.88, 0]])
    a = rng.normal(0, 0.25)
    turn = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    return moved(curve(corners) @ turn.T, u, v, r)


def chair(s: Surface, rng: np.random.Generator, u: float, v: float) -> float:
    """A wooden, metal or padded chair."""
    w, seat, high = rng.uniform(0.38, 0.5), 0.44, rng.uniform(0.75, 1.05)
    wood, pad = wood_color(rng) if rng.uniform() < 0.6 else any_color(rng), cloth_color(rng)
    leg = rng.uniform(0.025, 0.05)
    for x in (u, u + w - leg):
        s.body([[x, v], [x + leg, v], [x + leg, v - high], [x, v - high]], wood, bulk=0.3)
    kind = rng.choice(["slats", "bars", "panel"])
    if kind == "slats":
        for y in np.linspace(high - 0.08, seat + 0.12, int(rng.integers(2, 5))):
            s.body(rounded(u, v - y, w, 0.06, 0.01), wood, bulk=0.15)
    elif kind == "bars":
        s.body(rounded(u - 0.01, v - high, w + 0.02, 0.09, 0.04), wood, bulk=0.2)
        for x in np.linspace(u + 0.08, u + w - 0.1, int(rng.integers(3, 7))):
            s.bar(float(x), v - high + 0.09, 0.018, high - seat - 0.09, lit(wood, 0.9))
    else:
        s.body(rounded(u + 0.02, v - high, w - 0.04, 0.4, 0.06), pad, bulk=0.15)
    s.body(
        rounded(u - 0.02, v - seat - 0.03, w + 0.04, 0.07, 0.02),
        pad if rng.uniform() < 0.5 else wood,
        bulk=0.3,
    )
    for x in (u - 0.01, u + w - leg + 0.01):
        s.body(
            [[x, v - seat + 0.03], [x + leg, v - seat + 0.03], [x + leg, v + 0.03], [x, v + 0.03]],
            lit(wood, 0.9),
            bulk=0.3,
        )
    return w


def table(s: Surface, rng: np.random.Generator, u: float, v: float) -> float:
    """A table or desk from the side, laid with things."""
    w, high, thick = rng.uniform(0.7, 2.2), rng.uniform(0.45, 0.95), rng.uniform(0.03, 0.08)
    wood = wood_color(rng) if rng.uniform() < 0.7 else any_color(rng)
    set_things(s, rng, u, v - high, w, count=int(rng.integers(0, 7)))
    for x in (u + 0.04, u + w - 0.1):
        s.body(rounded(x, v - high, 0.06, high, 0.01), lit(wood, 0.85), bulk=0.3)
    if rng.uniform() < 0.4:
        x = u + w * rng.choice([0.06, 0.6])
        n = int(rng.integers(1, 4))
        for i in range(n):
            y, part = v - high + 0.04 + i * 0.6 * high / n, 0.6 * high / n
            s.body(rounded(x, y, 0.34 * w, part, 0.01), lit(wood, 0.95), bulk=0.05)
            s.body(rounded(x + 0.14 * w, y + 0.35 * part, 0.06 * w, 0.12 * part, 0.01), (210, 200, 170))
    if rng.uniform() < 0.25:  # a cloth
        cloth, drop = any_color(rng), high * rng.uniform(0.2, 0.8)
        hem = [[x, v - high + drop + 0.02 * np.sin(9 * x)] for x in np.linspace(u + w, u, 16)]
        s.body(
            np.array([[u - 0.02, v - high - 0.01], [u + w + 0.02, v - high - 0.01], *hem]), cloth, bulk=0.1
        )
    else:
        s.body(rounded(u - 0.03, v - high - 0.01, w + 0.06, thick, 0.01), lit(wood, 1.04), bulk=0.2)
    return w


def bed(s: Surface, rng: np.random.Generator, u: float, v: float) -> float:
    """A bed from its side: head board, pillow, a heap of quilt."""
    w, head = 2.0, rng.uniform(0.7, 1.2)
    wood, sheet, quilt = wood_color(rng), mixed(any_color(rng), (255, 255, 255), 0.7), cloth_color(rng)
    s.body(rounded(u - 0.06, v - head, 0.1, head, 0.03), wood, bulk=0.3)
    s.body(rounded(u, v - 0.36, w, 0.22, 0.01), lit(wood, 0.9), bulk=0.1)
    s.body(rounded(u + 0.02, v - 0.55, w - 0.04, 0.24, 0.06), sheet, bulk=0.15)
    s.body(blob(rng, u + 0.32, v - 0.6, 0.27, 0.1), lit(sheet, 1.1), bulk=0.3)
    hump = rng.uniform(0.02, 0.2)
    line = [
        [u + 0.6, v - 0.55],
        [u + 0.75, v - 0.66],
        [u + 1.1, v - 0.6 - hump],
        [u + 1.6, v - 0.62],
        [u + w, v - 0.56],
        [u + w + 0.03, v - 0.2],
        [u + 1.3, v - 0.24],
        [u + 0.62, v - 0.18],
    ]
    s.body(curve(line), quilt, bulk=0.2)
    for _ in range(4):
        x = u + rng.uniform(0.8, 1.7)
        s.seam(
            curve([[x, v - 0.6], [x + 0.05, v - 0.45], [x - 0.02, v - 0.3]], closed=False), quilt, width=0.8
        )
    return w


def kitchen_unit(s: Surface, rng: np.random.Generator, u: float, v: float) -> float:
    """Counter with cupboards, things on it, tiles and a hanging cupboard above."""
    w, high = rng.uniform(1.2, 2.6), 0.86
    front, top = any_color(rng), mixed(any_color(rng), (220, 220, 220), 0.6)
    s.body(rounded(u, v - high, w, high, 0.0), front, to=lit(front, 0.85), bulk=0)
    n = max(round(w / 0.5), 1)
    for i in range(n):
        x = u + i * w / n
        s.body(
            rounded(x + 0.015, v - high + 0.06, w / n - 0.03, high - 0.12, 0.02),
            jittered(rng, front, 2),
            bulk=0.03,
        )
        s.body(
            rounded(x + 0.4 * w / n, v - high + 0.11, 0.2 * w / n, 0.025, 0.01), (205, 205, 205), gloss=0.6
        )
    set_things(s, rng, u, v - high, w, count=int(rng.integers(2, 9)))
    if rng.uniform() < 0.5:  # tap
        x = u + w * rng.uniform(0.2, 0.8)
        tap = curve(
            [[x, v - high], [x, v - high - 0.28], [x + 0.1, v - high - 0.34], [x + 0.17, v - high - 0.26]],
            closed=False,
        )
        s.stroke(tap, (150, 155, 160), 6)
        s.stroke(tap, (225, 228, 230), 2)
    s.body(rounded(u - 0.02, v - high - 0.01, w + 0.04, 0.05, 0.01), top, bulk=0.2)
    if rng.uniform() < 0.6:
        for i in range(n):
            x = u + i * w / n
            s.body(rounded(x + 0.01, v - 2.1, w / n - 0.02, 0.62, 0.02), jittered(rng, front, 2), bulk=0.05)
    elif rng.uniform() < 0.6:
        s.body(rounded(u, v - 1.5, w, 0.035, 0), wood_color(rng))
        set_things(s, rng, u, v - 1.5, w, count=int(rng.integers(3, 9)), largest=0.3)
    return w


def fridge(s: Surface, rng: np.random.Generator, u: float, v: float) -> float:
    """Refrigerator, vending machine, locker or wardrobe: an upright with doors."""
    w, high = rng.uniform(0.55, 1.0), rng.uniform(1.5, 2.0)
    color = mixed(any_color(rng), (235, 235, 232), rng.uniform(0.2, 1.0))
    s.body(rounded(u, v - high, w, high, 0.04), color, to=lit(color, 0.88), bulk=0.08, gloss=0.2)
    cut = v - high * rng.uniform(0.4, 0.75)
    s.seam([[u, cut], [u + w, cut]], color)
    s.body(rounded(u + 0.06, cut - 0.35, 0.03, 0.3, 0.01), lit(color, 0.7), bulk=0.3)
    if rng.uniform() < 0.4:  # goods behind glass
        s.body(rounded(u + 0.07, v - high + 0.1, w - 0.14, 0.45 * high, 0.02), (225, 240, 245), bulk=0)
        for j in range(3):
            for x in np.linspace(u + 0.13, u + w - 0.13, 5):
                s.body(
                    rounded(float(x) - 0.03, v - high + 0.17 + 0.15 * high * j, 0.06, 0.13, 0.02),
                    any_color(rng),
                    bulk=0.3,
                )
    elif rng.uniform() < 0.5:
        for _ in range(int(rng.integers(1, 6))):
            s.rect(
                u + rng.uniform(0.1, 0.7) * w, v - high * rng.uniform(0.5, 0.95), 0.1, 0.12, any_color(rng)
            )
    return w


def shelf(s: Surface, rng: np.random.Generator, u: float, v: float) -> float:
    """Open shelves with things of all kinds."""
    w, high, rows = rng.uniform(0.7, 2.4), rng.uniform(0.9, 2.2), int(rng.integers(2, 6))
    wood = wood_color(rng) if rng.uniform() < 0.6 else any_color(rng)
    row = high / rows
    s.body(rounded(u, v - high, w, high, 0), lit(wood, 0.55), to=lit(wood, 0.45), bulk=0)
    for i in range(rows):
        y = v - i * row - 0.03
        set_things(
            s, rng, u + 0.05, y, w - 0.1, count=int(rng.integers(1, 3 + int(5 * w))), largest=0.8 * row
        )
        s.body(rounded(u, y, w, 0.035, 0), wood, bulk=0.1)
    for x in (u - 0.03, u + w - 0.01):
        s.body(rounded(x, v - high - 0.02, 0.04, high + 0.02, 0), lit(wood, 0.9), bulk=0.2)
    s.body(rounded(u - 0.05, v - high - 0.04, w + 0.1, 0.04, 0), wood, bulk=0.1)
    return w


def drape(s: Surface, rng: np.random.Generator, u: float, v: float) -> float:
    """A heavy curtain from above: folds that swing, hard shade in the outlined look."""
    w, high, n = rng.uniform(0.5, 2.0), 2.4, int(rng.integers(4, 11))
    color, edge = cloth_color(rng), np.linspace(0, 1, n + 1)
    gather, pull = rng.uniform(0.3, 1.0), rng.uniform(0, 1)
    xs_low = u + w * (pull * (1 - gather) + gather * edge)
    for i in range(n):
        t0, t1, b0, b1 = u + w * edge[i], u + w * edge[i + 1], xs_low[i], xs_low[i + 1]
        mid = 0.5 * (t0 + t1 + b0 + b1) / 2
        left = curve([[t0, v - high], [0.5 * (t0 + mid) - 0.01, v - 0.5 * high], [b0, v]], closed=False)
        right = curve([[t1, v - high], [0.5 * (t1 + mid) + 0.02, v - 0.5 * high], [b1, v]], closed=False)
        dark = right * (0.45, 1) + left * (0.55, 0)
        fold = np.concatenate([left, right[::-1]])
        s.body(
            fold,
            color,
            to=lit(color, 0.85),
            bulk=0,
            inner=[(np.concatenate([dark, right[::-1]]), lit(color, 0.74))],
        )
    return w


def radiator(s: Surface, rng: np.random.Generator, u: float, v: float) -> float:
    """Something ribbed and low: radiator, blind, bench, piano stool."""
    w, high = rng.uniform(0.6, 1.6), rng.uniform(0.4, 0.8)
    color, step = mixed(any_color(rng), (230, 228, 220), 0.6), rng.uniform(0.05, 0.12)
    for x in np.arange(u, u + w, step):
        s.body(rounded(float(x), v - high, 0.9 * step, high - 0.06, 0.02), color, bulk=0.35)
    if rng.uniform() < 0.5:
        set_things(s, rng, u, v - high, w, count=2, largest=0.35)
    return w


def round_table(s: Surface, rng: np.random.Generator, u: float, v: float) -> float:
    """A round table on one leg, seen from a little above."""
    r, high = rng.uniform(0.35, 0.8), rng.uniform(0.5, 0.75)
    wood, flat = wood_color(rng) if rng.uniform() < 0.6 else any_color(rng), rng.uniform(0.12, 0.35)
    x = u + r
    s.body(oval(x, v, 0.5 * r, 0.5 * flat * r), lit(wood, 0.7), bulk=0.2)
    s.body(rounded(x - 0.05, v - high, 0.1, high, 0.02), lit(wood, 0.75), bulk=0.35)
    s.body(oval(x, v - high + 0.04, r, flat * r), lit(wood, 0.7), bulk=0)
    s.body(oval(x, v - high, r, flat * r), wood, bulk=0.05, gloss=0.3)
    set_things(s, rng, x - 0.6 * r, v - high, 1.2 * r, count=int(rng.integers(0, 5)), largest=0.4)
    return 2 * r


PIECES: tuple[tuple[Piece, float], ...] = (
    (sofa, 0.2),
    (chair, 0.14),
    (table, 0.16),
    (bed, 0.06),
    (kitchen_unit, 0.1),
    (fridge, 0.07),
    (shelf, 0.12),
    (drape, 0.08),
    (radiator, 0.04),
    (round_table, 0.05),
)
"""Furniture and how often it stands there."""


def any_piece(rng: np.random.Generator) -> Piece:
    """One of ``PIECES``."""
    shares = np.array([share for _, share in PIECES])
    return PIECES[rng.choice(len(PIECES), p=shares / shares.sum())][0]
