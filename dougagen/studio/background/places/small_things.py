"""Still life: what stands on tables, shelves and counters, drawn like cels in the outlined look.

Every thing stands with its foot at (u, v) of a surface and is ``h`` metres high. It is background all the
same: a network must learn that an outlined, shaded bottle that belongs to the set is no cel.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dougagen.studio.background.board.shapes import blob, curve, frond, moved, oval, rounded, turned
from dougagen.studio.background.board.surface import Surface
from dougagen.studio.background.board.tones import (
    any_color,
    jittered,
    leaf_palette,
    lit,
    mixed,
    wood_color,
)
from dougagen.studio.cel.cel import Rgb
from dougagen.studio.cel.colors import rgb

Thing = Callable[[Surface, np.random.Generator, float, float, float], float]
"""Draws itself and returns its width."""


def bottle(s: Surface, rng: np.random.Generator, u: float, v: float, h: float) -> float:
    """Bottle, flask or can of spray, with a label."""
    r, neck = rng.uniform(0.12, 0.2), rng.uniform(0.04, 0.07)
    shoulder = rng.uniform(0.5, 0.72)
    profile = [(0, 0.9 * r), (0.03, r), (shoulder, r), (shoulder + 0.14, neck), (0.97, neck), (1.0, neck)]
    color, label = any_color(rng), any_color(rng)
    inner = [(rounded(u - r * h, v - 0.55 * h, 2 * r * h, 0.3 * h, 0), label)] if rng.uniform() < 0.6 else []
    s.body(turned(u, v, h, profile), color, bulk=0.35, gloss=rng.uniform(0.3, 1), inner=inner)
    if rng.uniform() < 0.7:
        cap = any_color(rng)
        s.body(rounded(u - 1.2 * neck * h, v - 1.05 * h, 2.4 * neck * h, 0.12 * h, 0.01), cap)
    return 2 * r * h


def cup(s: Surface, rng: np.random.Generator, u: float, v: float, h: float) -> float:
    """Mug, tea bowl or glass, sometimes steaming."""
    top, foot = rng.uniform(0.35, 0.6), rng.uniform(0.25, 0.45)
    color, drink = any_color(rng), jittered(rng, wood_color(rng), 10)
    if rng.uniform() < 0.6:
        side = rng.choice([-1.0, 1.0])
        handle = curve(moved([[0.9, -0.8], [1.5, -0.75], [1.5, -0.3], [0.85, -0.25]], 0, 0) * (side, 1))
        s.body(moved(handle * (top, 1), u, v, h), lit(color, 0.85), bulk=0.1)
    s.body(
        turned(u, v, h, [(0, 0.8 * foot), (0.08, foot), (1.0, top)]),
        color,
        bulk=0.35,
        gloss=rng.uniform(0, 0.8),
    )
    s.body(
        oval(u, v - h, top * h, 0.16 * h),
        lit(color, 1.1),
        bulk=0,
        inner=[(oval(u, v - 0.97 * h, 0.85 * top * h, 0.11 * h), drink)],
    )
    return 2 * top * h


def bowl(s: Surface, rng: np.random.Generator, u: float, v: float, h: float) -> float:
    """A bowl or plate with food heaped in it."""
    wide = rng.uniform(0.8, 1.7)
    food = [jittered(rng, any_color(rng), 12) for _ in range(3)]
    for i in range(int(rng.integers(0, 8))):
        x, r = u + rng.uniform(-0.6, 0.6) * wide * h, h * rng.uniform(0.2, 0.5)
        s.body(blob(rng, x, v - 0.95 * h, r, 0.8 * r), food[i % 3], bulk=0.3, gloss=0.3)
    color = any_color(rng)
    s.body(turned(u, v, h, [(0, 0.35), (0.1, 0.4), (0.6, 0.8 * wide), (1, wide)]), color, bulk=0.3, gloss=0.4)
    s.seam([[u - 0.9 * wide * h, v - 0.8 * h], [u, v - 0.7 * h], [u + 0.9 * wide * h, v - 0.8 * h]], color)
    return 2 * wide * h


def jar(s: Surface, rng: np.random.Generator, u: float, v: float, h: float) -> float:
    """Vase, jar, urn or teapot: any turned shape."""
    knots = [(float(t), float(rng.uniform(0.12, 0.5))) for t in np.linspace(0, 1, int(rng.integers(4, 7)))]
    color = any_color(rng)
    band = rng.uniform(0.2, 0.7)
    inner = (
        [(rounded(u - h, v - (band + 0.08) * h, 2 * h, 0.08 * h, 0), any_color(rng))]
        if rng.uniform() < 0.5
        else []
    )
    if rng.uniform() < 0.4:
        _flowers(s, rng, u, v - h, h * rng.uniform(0.5, 1.2))
    s.body(turned(u, v, h, knots), color, bulk=0.35, gloss=rng.uniform(0, 1), inner=inner)
    return 2 * max(half for _, half in knots) * h


def _flowers(s: Surface, rng: np.random.Generator, u: float, v: float, h: float) -> None:
    green, petal = leaf_palette(rng), any_color(rng)
    for _ in range(int(rng.integers(3, 9))):
        a = rng.uniform(-2.5, -0.6)
        s.body(
            frond(u, v, h * rng.uniform(0.5, 1), 0.12 * h, a, bend=rng.normal(0, 0.5)),
            green[int(rng.integers(1, 5))],
            bulk=0,
        )
    for _ in range(int(rng.integers(2, 9))):
        a, d = rng.uniform(-2.4, -0.7), h * rng.uniform(0.5, 1.0)
        x, y, r = u + d * np.cos(a), v + d * np.sin(a), h * rng.uniform(0.08, 0.2)
        turns = np.linspace(0, 2 * np.pi, 30, endpoint=False)
        ring = r * (0.75 + 0.25 * np.cos(5 * turns))
        s.body(
            np.stack([x + ring * np.cos(turns), y + ring * np.sin(turns)], 1),
            jittered(rng, petal, 8),
            inner=[(oval(x, y, 0.3 * r, 0.3 * r), (250, 220, 90))],
        )


def potted(s: Surface, rng: np.random.Generator, u: float, v: float, h: float) -> float:
    """A house plant."""
    green = leaf_palette(rng)
    slim = rng.uniform(0.08, 0.3)
    for _ in range(int(rng.integers(7, 22))):
        a = rng.uniform(-2.9, -0.25)
        leaf = frond(u, v - 0.3 * h, h * rng.uniform(0.35, 0.75), slim * h, a, bend=rng.normal(0, 0.7))
        s.body(leaf, green[int(rng.integers(1, 5))], bulk=0.3)
    pot = wood_color(rng) if rng.uniform() < 0.5 else any_color(rng)
    s.body(turned(u, v, 0.35 * h, [(0, 0.4), (0.8, 0.55), (0.82, 0.62), (1, 0.62)], steps=2), pot, bulk=0.3)
    return 0.5 * h


def box_of_goods(s: Surface, rng: np.random.Generator, u: float, v: float, h: float) -> float:
    """Carton, packet, tin or crate with a printed face."""
    w = h * rng.uniform(0.5, 1.6)
    color, mark = any_color(rng), any_color(rng)
    patches = [
        (
            rounded(
                u - w / 2 + w * rng.uniform(0, 0.6),
                v - h * rng.uniform(0.3, 0.95),
                w * rng.uniform(0.2, 0.9),
                h * rng.uniform(0.1, 0.4),
                0,
            ),
            mark,
        ),
        (
            oval(u + w * rng.uniform(-0.3, 0.3), v - 0.5 * h, 0.15 * w, 0.15 * w),
            mixed(mark, (255, 255, 255), 0.5),
        ),
    ]
    s.body(
        rounded(u - w / 2, v - h, w, h, 0.03 * h),
        color,
        to=lit(color, 0.8),
        bulk=0.06,
        inner=patches[: int(rng.integers(0, 3))],
    )
    if rng.uniform() < 0.4:
        s.seam([[u - w / 2, v - 0.75 * h], [u + w / 2, v - 0.75 * h]], color)
    return w


def books(s: Surface, rng: np.random.Generator, u: float, v: float, h: float) -> float:
    """A pile of books, or a few that stand and lean."""
    if rng.uniform() < 0.5:
        n = int(rng.integers(2, 7))
        w, t = h * rng.uniform(0.8, 1.6), h / n
        for i in range(n):
            x, cover = u + w * rng.normal(0, 0.04), any_color(rng)
            s.body(
                rounded(x - w / 2, v - (i + 1) * t, w, t, 0.1 * t),
                cover,
                bulk=0.2,
                inner=[(rounded(x - 0.46 * w, v - (i + 0.85) * t, w, 0.7 * t, 0), (236, 230, 212))]
                if rng.uniform() < 0.5
                else [],
            )
        return w
    x, total = u, 0.0
    for _ in range(int(rng.integers(2, 8))):
        w, tall, cover = h * rng.uniform(0.1, 0.3), h * rng.uniform(0.7, 1.0), any_color(rng)
        lean = tall * rng.choice([0.0, 0.0, rng.uniform(-0.2, 0.2)])
        s.body(
            [[x, v], [x + w, v], [x + w + lean, v - tall], [x + lean, v - tall]],
            cover,
            bulk=0.15,
            inner=[
                (
                    rounded(x + lean * 0.8, v - 0.85 * tall, w, 0.12 * tall, 0),
                    mixed(cover, (245, 235, 200), 0.7),
                )
            ],
        )
        x, total = x + w, total + w
    return total


def lamp(s: Surface, rng: np.random.Generator, u: float, v: float, h: float) -> float:
    """A table or floor lamp with a shade, lit or not."""
    foot, shade = any_color(rng), rgb(rng.uniform(0.05, 0.16), rng.uniform(0.05, 0.5), rng.uniform(0.6, 1.0))
    s.body(
        turned(u, v, h, [(0, 0.2), (0.04, 0.18), (0.08, 0.03), (0.7, 0.025)], steps=2),
        foot,
        bulk=0.3,
        gloss=0.5,
    )
    top, low = rng.uniform(0.1, 0.3), rng.uniform(0.25, 0.42)
    outline = np.array([[-low, -0.62], [low, -0.62], [top, -1], [-top, -1]])
    s.body(moved(outline, u, v, h), shade, to=lit(shade, 0.8), bulk=0.2)
    if rng.uniform() < 0.5:
        at = s.placed([[u, v - 0.75 * h], [u, v]])
        if len(at) == 2:
            size = float(np.hypot(*(at[1] - at[0])))
            s.board.glow(
                (float(at[0, 0]), float(at[0, 1])),
                size * rng.uniform(1, 3),
                (255, 225, 165),
                rng.uniform(0.3, 0.8),
            )
    return 2 * low * h


def screen(s: Surface, rng: np.random.Generator, u: float, v: float, h: float) -> float:
    """A monitor, television or laptop; on or black."""
    w = h * rng.uniform(1.2, 1.9)
    case = rgb(rng.uniform(), 0.08, rng.choice([0.12, 0.3, 0.8, 0.93]))
    s.body(rounded(u - 0.12 * h, v - 0.25 * h, 0.24 * h, 0.25 * h, 0), lit(case, 0.8))
    s.body(rounded(u - 0.3 * h, v - 0.05 * h, 0.6 * h, 0.05 * h, 0.02 * h), case)
    s.body(rounded(u - w / 2, v - h, w, 0.85 * h, 0.04 * h), case, bulk=0.04)
    glass = any_color(rng) if rng.uniform() < 0.55 else (16, 18, 24)
    face = (u - 0.46 * w, v - 0.95 * h, 0.92 * w, 0.72 * h)
    x, y, fw, fh = face
    patches = [
        (
            rounded(
                x + fw * rng.uniform(0, 0.7),
                y + fh * rng.uniform(0, 0.7),
                fw * rng.uniform(0.1, 0.5),
                fh * rng.uniform(0.05, 0.4),
                0,
            ),
            any_color(rng),
        )
        for _ in range(int(rng.integers(0, 5)))
    ]
    if sum(glass) < 80:
        patches = [
            (
                np.array(
                    [[x + 0.1 * fw, y + fh], [x + 0.35 * fw, y + fh], [x + 0.7 * fw, y], [x + 0.45 * fw, y]]
                ),
                lit(glass, 1.12),
            )
        ]
    s.body(rounded(*face, 0.01 * h), glass, to=lit(glass, 1.1), bulk=0, inner=patches)
    return w


def plush(s: Surface, rng: np.random.Generator, u: float, v: float, h: float) -> float:
    """A toy animal that looks at you: eyes and outline, and yet part of the set."""
    fur = mixed(any_color(rng), (250, 235, 220), rng.uniform(0, 0.5))
    inside = mixed(fur, (255, 240, 225), 0.5)
    long_ears = rng.uniform() < 0.5
    for side in (-1, 1):
        s.body(oval(u + side * 0.22 * h, v - 0.12 * h, 0.13 * h, 0.12 * h), fur, bulk=0.2)
        ear = (0.07, 0.22) if long_ears else (0.1, 0.1)
        s.body(
            oval(u + side * 0.17 * h, v - (1.0 if long_ears else 0.9) * h, ear[0] * h, ear[1] * h),
            fur,
            inner=[
                (
                    oval(
                        u + side * 0.17 * h,
                        v - (1.0 if long_ears else 0.9) * h,
                        0.5 * ear[0] * h,
                        0.6 * ear[1] * h,
                    ),
                    inside,
                )
            ],
        )
    s.body(
        oval(u, v - 0.28 * h, 0.24 * h, 0.28 * h),
        fur,
        inner=[(oval(u, v - 0.25 * h, 0.15 * h, 0.19 * h), inside)],
    )
    s.body(
        oval(u, v - 0.68 * h, 0.28 * h, 0.25 * h),
        fur,
        inner=[(oval(u, v - 0.6 * h, 0.13 * h, 0.1 * h), inside)],
    )
    for side in (-1, 1):
        s.fill(oval(u + side * 0.11 * h, v - 0.7 * h, 0.03 * h, 0.035 * h, steps=12), (25, 20, 20))
    s.fill(oval(u, v - 0.63 * h, 0.035 * h, 0.025 * h, steps=12), (60, 35, 35))
    s.seam([[u - 0.06 * h, v - 0.57 * h], [u, v - 0.55 * h], [u + 0.06 * h, v - 0.57 * h]], fur)
    return 0.6 * h


def fruit(s: Surface, rng: np.random.Generator, u: float, v: float, h: float) -> float:
    """A few round fruits, buns or balls."""
    color = rgb(rng.uniform(-0.05, 0.3), rng.uniform(0.5, 0.9), rng.uniform(0.6, 1.0))
    n = int(rng.integers(1, 6))
    for i in range(n):
        x, y = u + (i - n / 2) * 0.75 * h * rng.uniform(0.6, 1), v - 0.4 * h - (0.5 * h if i % 3 == 2 else 0)
        s.body(oval(x, y, 0.4 * h, 0.38 * h), jittered(rng, color, 8), bulk=0.35, gloss=rng.uniform(0.2, 1))
    return n * 0.75 * h


def clock(s: Surface, rng: np.random.Generator, u: float, v: float, h: float) -> float:
    """An alarm clock, a radio or a framed photo."""
    case, w = any_color(rng), h * rng.uniform(0.8, 1.8)
    s.body(rounded(u - w / 2, v - h, w, h, rng.uniform(0, 0.5) * h), case, bulk=0.1, gloss=0.3)
    r, x = 0.34 * h, u + (w / 2 - 0.5 * h) * rng.choice([-1, 0, 1])
    face: Rgb = (245, 243, 235) if rng.uniform() < 0.6 else any_color(rng)
    s.body(oval(x, v - 0.5 * h, r, r), face, bulk=0.08)
    for a, k in ((rng.uniform(0, 6.3), 0.55), (rng.uniform(0, 6.3), 0.8)):
        s.stroke(
            [[x, v - 0.5 * h], [x + k * r * np.cos(a), v - 0.5 * h + k * r * np.sin(a)]], (30, 30, 35), 2
        )
    return w


def bag(s: Surface, rng: np.random.Generator, u: float, v: float, h: float) -> float:
    """A bag or basket with a handle."""
    color, w = any_color(rng), h * rng.uniform(0.5, 0.9)
    grip = curve(
        [
            [u - 0.25 * w, v - 0.7 * h],
            [u - 0.2 * w, v - h],
            [u + 0.2 * w, v - h],
            [u + 0.25 * w, v - 0.7 * h],
        ],
        closed=False,
    )
    s.board.stroke(s.placed(grip, closed=False), lit(color, 0.5 * s.light), 5)
    body = curve(
        [
            [u - 0.5 * w, v],
            [u - 0.48 * w, v - 0.6 * h],
            [u, v - 0.74 * h],
            [u + 0.48 * w, v - 0.6 * h],
            [u + 0.5 * w, v],
            [u, v + 0.02 * h],
        ]
    )
    s.body(body, color, bulk=0.25)
    s.seam([[u - 0.45 * w, v - 0.45 * h], [u, v - 0.4 * h], [u + 0.45 * w, v - 0.45 * h]], color)
    return w


_HEIGHTS: dict[Thing, float] = {
    bottle: 0.26, cup: 0.11, bowl: 0.09, jar: 0.24, potted: 0.38, box_of_goods: 0.2, books: 0.2, lamp: 0.42,
    screen: 0.42, plush: 0.3, fruit: 0.09, clock: 0.16, bag: 0.34,
}  # fmt: skip
"""Metres, about."""
SMALL = tuple(_HEIGHTS)


def set_things(
    s: Surface, rng: np.random.Generator, u: float, v: float, w: float, *, count: int, largest: float = 1.0
) -> None:
    """``count`` things in a row with their feet near v, from u to u + w; none above ``largest`` m."""
    places = np.sort(rng.uniform(u + 0.05 * w, u + 0.95 * w, count))
    family = [SMALL[int(i)] for i in rng.integers(0, len(SMALL), 5)]
    for x in rng.permutation(places):
        thing = family[int(rng.integers(0, 5))]
        thing(
            s,
            rng,
            float(x),
            v + rng.uniform(-0.004, 0.01),
            min(_HEIGHTS[thing] * rng.uniform(0.7, 1.3), largest),
        )
