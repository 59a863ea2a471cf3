"""What floors, ceilings and walls are made of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.board.surface import Surface
from dougagen.studio.background.board.texture import as_grey, fractal_noise, seamless, wood_grain
from dougagen.studio.background.board.tones import any_color, jittered, lit, mixed, wood_color
from dougagen.studio.cel.cel import Rgb
from dougagen.studio.cel.colors import rgb


def paint_floor(s: Surface, rng: np.random.Generator, w: float, d: float) -> None:
    """Planks, tiles, tatami, carpet or concrete."""
    kind = rng.choice(["planks", "tiles", "tatami", "carpet", "concrete"], p=[0.38, 0.2, 0.16, 0.16, 0.1])
    color = any_color(rng) if rng.uniform() < 0.25 else wood_color(rng)
    if kind == "planks":
        _planks(s, rng, w, d, color)
    elif kind == "tiles":
        _tiles(s, rng, w, d)
    elif kind == "tatami":
        _tatami(s, rng, w, d)
    else:
        color = mixed(any_color(rng), (150, 150, 150), 0.7) if kind == "concrete" else color
        s.fill([[0, 0], [w, 0], [w, d], [0, d]], lit(color, 0.85), to=color)
        s.texture(
            0,
            0,
            w,
            d,
            as_grey(seamless(fractal_noise(rng, 256, 256, 40, octaves=6))),
            size=1.7,
            strength=0.9 * s.board.look.texture,
        )
        if kind == "carpet" and rng.uniform() < 0.5:
            u, v = rng.uniform(0, 0.4) * w, rng.uniform(0, 0.5) * d
            _rug(s, rng, u, v, w * rng.uniform(0.3, 0.6), d * rng.uniform(0.25, 0.5))
    if kind != "carpet" and rng.uniform() < 0.25:
        _rug(
            s,
            rng,
            rng.uniform(0, 0.4) * w,
            rng.uniform(0, 0.6) * d,
            w * rng.uniform(0.3, 0.6),
            d * rng.uniform(0.15, 0.4),
        )


def _rug(s: Surface, rng: np.random.Generator, u: float, v: float, w: float, d: float) -> None:
    color = any_color(rng)
    s.rect(u, v, w, d, color)
    rim = any_color(rng)
    s.rect(u + 0.1, v + 0.1, w - 0.2, d - 0.2, rim)
    s.rect(u + 0.16, v + 0.16, w - 0.32, d - 0.32, color)
    if rng.uniform() < 0.5:
        for x in np.arange(u + 0.3, u + w - 0.3, rng.uniform(0.12, 0.4)):
            s.bar(float(x), v + 0.16, 0.06, d - 0.32, rim)


def _planks(s: Surface, rng: np.random.Generator, w: float, d: float, color: Rgb) -> None:
    step = rng.uniform(0.1, 0.35)
    lengthwise = rng.uniform() < 0.5
    scatter = rng.uniform(1, 14)
    s.fill([[0, 0], [w, 0], [w, d], [0, d]], color)
    long, short = (d, w) if lengthwise else (w, d)
    seam = lit(color, rng.uniform(0.35, 0.8))
    planks = []
    for a in np.arange(0, short, step):
        b = -rng.uniform(0, 2)
        while b < long:
            run = rng.uniform(1.2, 4.0)
            planks.append([[a, b], [a + step, b], [a + step, b + run], [a, b + run]])
            b += run
    quads = np.array(planks).clip(0, (short, long))
    if not lengthwise:
        quads = quads[..., ::-1]
    scatter_in_tones(s, rng, quads, color, scatter)
    for quad in quads:
        s.stroke(quad[[3, 0, 1]], seam, 1.3)
    grain = wood_grain(rng, size=256)
    s.texture(
        0,
        0,
        w,
        d,
        np.ascontiguousarray(grain.T) if lengthwise else grain,
        size=1.2,
        strength=1.3 * s.board.look.texture,
    )


def _tiles(s: Surface, rng: np.random.Generator, w: float, d: float) -> None:
    step = rng.uniform(0.28, 0.9)
    one, joint = any_color(rng), any_color(rng)
    other = mixed(one, any_color(rng), rng.choice([0.0, rng.uniform(0.1, 1.0)]))
    s.fill([[0, 0], [w, 0], [w, d], [0, d]], joint)
    gap = step * rng.uniform(0.005, 0.05)
    i, j = (a.ravel() for a in np.meshgrid(np.arange(int(w / step) + 1), np.arange(int(d / step) + 1)))
    tile = np.array([[gap, gap], [step - gap, gap], [step - gap, step - gap], [gap, step - gap]])
    quads = np.minimum(np.stack([i, j], 1)[:, None] * step + tile, (w, d))  # [N, 4, 2]
    scatter_in_tones(s, rng, quads[(i + j) % 2 == 0], one, 3)
    scatter_in_tones(s, rng, quads[(i + j) % 2 == 1], other, 3)


def _tatami(s: Surface, rng: np.random.Generator, w: float, d: float) -> None:
    mat = rgb(rng.uniform(0.11, 0.22), rng.uniform(0.2, 0.5), rng.uniform(0.5, 0.88))
    rim = rgb(rng.uniform(0.1, 0.6), rng.uniform(0.2, 0.6), rng.uniform(0.1, 0.4))
    s.fill([[0, 0], [w, 0], [w, d], [0, d]], mat)
    for j, v in enumerate(np.arange(0, d, 0.9)):
        for u in np.arange(-0.9 * (j % 2), w, 1.8):
            s.shape([[u, v], [u + 1.8, v], [u + 1.8, v + 0.9], [u, v + 0.9]], jittered(rng, mat, 4))
            s.bar(float(u), v, 1.8, 0.045, rim)
            s.bar(float(u), v + 0.855, 1.8, 0.045, rim)
    weave = np.tile(np.array([[118, 118, 140, 140]], np.uint8).T, (16, 64))
    s.texture(0, 0, w, d, np.ascontiguousarray(weave), size=0.35, strength=2.0 * s.board.look.texture)


def paint_ceiling(s: Surface, rng: np.random.Generator, w: float, d: float, wall: Rgb) -> None:
    color = lit(wall, rng.uniform(0.75, 1.05))
    s.fill([[0, 0], [w, 0], [w, d], [0, d]], color, to=lit(color, 0.88))
    kind = rng.choice(["plain", "beams", "panels", "lamps"])
    if kind in ("beams", "panels"):
        beam = wood_color(rng) if kind == "beams" else lit(color, 0.85)
        thick = rng.uniform(0.08, 0.25) if kind == "beams" else 0.02
        for v in np.arange(0.3, d, rng.uniform(0.5, 1.2)):
            s.rect(0, float(v), w, thick, beam)
        if kind == "panels":
            for u in np.arange(0, w, 0.6):
                s.bar(float(u), 0, 0.02, d, beam)
    elif kind == "lamps":
        for v in np.arange(1, d, 1.8):
            s.rect(w * 0.3, float(v), w * 0.4, 0.16, (250, 250, 240))


def wall_style(rng: np.random.Generator, wall: Rgb) -> Callable[[Surface, float, float], None]:
    """One way to clad all walls of the room."""
    kind = rng.choice(
        ["plain", "stripes", "wainscot", "boards", "bricks", "tiles"], p=[0.4, 0.12, 0.18, 0.12, 0.08, 0.1]
    )
    step, second = float(rng.uniform(0.08, 0.4)), mixed(wall, any_color(rng), rng.uniform(0.1, 0.5))
    wood = wood_color(rng)
    skirting = wood if rng.uniform() < 0.5 else lit(wall, rng.uniform(0.5, 1.2))
    sill = rng.uniform(0.6, 1.4)

    def clad(s: Surface, length: float, high: float) -> None:
        s.fill([[0, 0], [length, 0], [length, high], [0, high]], wall, to=lit(wall, 0.9))
        if kind == "stripes":
            for u in np.arange(0, length, 2 * step):
                s.bar(float(u), 0, step, high, second)
        elif kind == "wainscot":
            s.rect(0, high - sill, length, sill, wood, to=lit(wood, 0.85))
            for u in np.arange(0, length, step * 2):
                s.edge([[u, high - sill], [u, high]], wood)
            s.rect(0, high - sill - 0.05, length, 0.07, lit(wood, 1.08))
        elif kind == "boards":
            for v in np.arange(0, high, step):
                s.rect(0, float(v), length, step, jittered(rng, wood, 5), to=lit(wood, 0.7))
        elif kind in ("bricks", "tiles"):
            lay_bricks(
                s, rng, length, high, second if kind == "tiles" else wood, size=step, square=kind == "tiles"
            )
        s.texture(
            0,
            0,
            length,
            high,
            as_grey(seamless(fractal_noise(rng, 256, 256, 60, octaves=5))),
            size=2.5,
            strength=0.45 * s.board.look.texture,
        )
        s.rect(0, high - 0.1, length, 0.1, skirting)
        if rng.uniform() < 0.5:
            s.rect(0, 0, length, 0.08, skirting)

    return clad


def lay_bricks(
    s: Surface, rng: np.random.Generator, w: float, h: float, color: Rgb, *, size: float, square: bool
) -> None:
    """Courses of bricks, or square tiles."""
    long = size if square else 2.2 * size
    joint = lit(color, 0.6) if rng.uniform() < 0.5 else mixed(color, (235, 235, 230), 0.7)
    s.fill([[0, 0], [w, 0], [w, h], [0, h]], joint)
    size, long = max(size, h / 40), max(long, w / 50)
    quads = []
    for j, v in enumerate(np.arange(0, h, size)):
        for u in np.arange(0 if square else -(j % 2) * long / 2, w, long):
            a, b, low = max(u, 0.0), min(u + long * 0.95, w), min(v + size * 0.93, h)
            quads.append([[a, v], [b, v], [b, low], [a, low]])
    scatter_in_tones(s, rng, np.array(quads), color, 2 if square else 8)


def scatter_in_tones(
    s: Surface, rng: np.random.Generator, quads: NDArray[np.float64], color: Rgb, amount: float
) -> None:
    """Many polygons (float64[N, K, 2]) in a handful of tones around ``color``."""
    tone = rng.integers(0, 5, len(quads))
    for k in range(5):
        s.scatter(quads[tone == k], jittered(rng, color, amount))
