"""Held-out interiors: flat walls and furniture of soft boxes, tables with vessels; all from distances."""

from __future__ import annotations

import numpy as np

from dougagen.studio.held_out.canvas import Canvas, Palette, Tone, box, capsule, disc, melted


def _tone(p: Palette, rng: np.random.Generator, light: float) -> Tone:
    return p.tone(float(rng.uniform()), light * float(rng.uniform(0.55, 1.15)))


def paint_flat_room(c: Canvas, rng: np.random.Generator, p: Palette) -> None:
    """A wall, a floor, a window or a frame, a settee, shelves, a standing lamp; by day or in the dark."""
    light = float(rng.choice([1.0, rng.uniform(0.15, 0.7)]))
    wall, zoom = _tone(p, rng, light), float(rng.uniform(0.7, 2.2))
    c.pixels[:] = wall
    if rng.uniform() < 0.5 and not c.pen.flat:
        c.wash(c.x / c.aspect, wall, wall * float(rng.uniform(0.5, 1.1)))
    foot = float(rng.uniform(0.7, 1.3))
    c.lay(np.float32(foot) - c.y, _tone(p, rng, light), contour=True)
    rail = foot - 0.05 * zoom
    c.lay(box(c.x, c.y, -1, rail, c.aspect + 1, foot), _tone(p, rng, light))
    for _ in range(int(rng.integers(0, 4))):
        _opening(c, rng, p, light, zoom)
    x = float(rng.uniform(-0.4, 0.2))
    while x < c.aspect:
        kind = rng.choice(["settee", "shelves", "lamp", "block", "gap"], p=[0.3, 0.25, 0.12, 0.18, 0.15])
        if kind == "settee":
            x += _settee(c, rng, x, foot, zoom, _tone(p, rng, light))
        elif kind == "shelves":
            x += _shelves(c, rng, p, x, foot, zoom, light)
        elif kind == "lamp":
            x += _lamp(c, rng, x, foot, zoom, _tone(p, rng, light))
        elif kind == "block":
            w, h = zoom * rng.uniform(0.2, 0.5), zoom * rng.uniform(0.2, 0.8)
            tone = _tone(p, rng, light)
            c.lay(box(c.x, c.y, x, foot - h, x + w, foot + 0.02, round_by=0.01), tone, low=tone * 0.7)
            x += w
        x += zoom * float(rng.uniform(0.02, 0.3))


def _opening(c: Canvas, rng: np.random.Generator, p: Palette, light: float, zoom: float) -> None:
    """A window with bars, or a picture in a frame."""
    x0, y0 = float(rng.uniform(-0.1, c.aspect)), float(rng.uniform(-0.1, 0.3))
    w, h, rim = zoom * rng.uniform(0.15, 0.5), zoom * rng.uniform(0.15, 0.4), 0.015 * zoom
    c.lay(box(c.x, c.y, x0, y0, x0 + w, y0 + h), _tone(p, rng, light))
    pane = p.tone(float(rng.uniform()), float(rng.choice([1.4, 0.2, 0.9])))
    c.lay(box(c.x, c.y, x0 + rim, y0 + rim, x0 + w - rim, y0 + h - rim), pane, low=np.minimum(pane * 1.3, 1))
    for k in range(1, int(rng.integers(1, 4))):
        at = x0 + w * k / 3
        c.lay(box(c.x, c.y, at, y0, at + 0.6 * rim, y0 + h), _tone(p, rng, light))


def _settee(c: Canvas, rng: np.random.Generator, x: float, foot: float, zoom: float, tone: Tone) -> float:
    """Back, seat and arms that melt into each other."""
    w, h = zoom * rng.uniform(0.5, 1.1), zoom * rng.uniform(0.35, 0.5)
    soft = 0.05 * zoom
    back = box(c.x, c.y, x, foot - h, x + w, foot - 0.1 * h, round_by=soft)
    arms = melted(
        box(c.x, c.y, x - 0.04 * zoom, foot - 0.6 * h, x + 0.06 * zoom, foot, round_by=soft / 2),
        box(c.x, c.y, x + w - 0.06 * zoom, foot - 0.6 * h, x + w + 0.04 * zoom, foot, round_by=soft / 2),
        0.01,
    )
    c.lay(back, tone, bevel=soft)
    for k in range(int(rng.integers(1, 4))):
        c.lay(
            capsule(
                c.x,
                c.y,
                (x + w * (k + 1) / 4, foot - 0.9 * h),
                (x + w * (k + 1) / 4, foot - 0.5 * h),
                0.004,
                0.001,
            ),
            tone * 0.6,
        )
    seat = box(
        c.x, c.y, x + 0.04 * zoom, foot - 0.42 * h, x + w - 0.04 * zoom, foot - 0.12 * h, round_by=0.4 * soft
    )
    c.lay(seat, np.minimum(tone * 1.1, 1), bevel=0.5 * soft)
    c.lay(arms, tone * 0.92, bevel=0.5 * soft)
    return float(w)


def _shelves(
    c: Canvas, rng: np.random.Generator, p: Palette, x: float, foot: float, zoom: float, light: float
) -> float:
    """A case of compartments, some of them filled."""
    w, h, n = zoom * rng.uniform(0.3, 0.8), zoom * rng.uniform(0.4, 1.0), int(rng.integers(2, 6))
    wood = _tone(p, rng, light)
    c.lay(box(c.x, c.y, x, foot - h, x + w, foot), wood)
    m = max(int(w / zoom * 5), 1)
    for j in range(n):
        for i in range(m):
            x0, y0 = x + (i + 0.08) * w / m, foot - h + (j + 0.1) * h / n
            x1, y1 = x0 + 0.84 * w / m, y0 + 0.8 * h / n
            at = c.window(x0 - 0.01, y0 - 0.01, x1 + 0.01, y1 + 0.01)
            c.lay(box(c.x[at], c.y[at], x0, y0, x1, y1), wood * 0.45, at=at)
            for _ in range(int(rng.integers(0, 4))):
                a, r = rng.uniform(x0, x1), rng.uniform(0.1, 0.4) * (x1 - x0)
                shape = np.maximum(
                    box(c.x[at], c.y[at], a, y1 - 1.6 * r, a + r, y1, round_by=0.2 * r), c.x[at] - x1
                )
                c.lay(shape, _tone(p, rng, light), at=at)
    return float(w)


def _lamp(c: Canvas, rng: np.random.Generator, x: float, foot: float, zoom: float, tone: Tone) -> float:
    """A globe on a pole, and its light on the wall."""
    r, top = 0.07 * zoom, foot - zoom * rng.uniform(0.5, 0.9)
    glow = np.clip(
        1 - np.hypot(c.x - np.float32(x + r), c.y - np.float32(top)) / np.float32(0.5 * zoom), 0, 1
    )
    c.light(glow**2 * np.float32(rng.uniform(0, 0.5)), np.array([1.0, 0.85, 0.6], np.float32))
    c.lay(capsule(c.x, c.y, (x + r, top), (x + r, foot), 0.008 * zoom, 0.008 * zoom), tone * 0.5)
    c.lay(disc(c.x, c.y, x + r, top, r), np.minimum(tone * 1.5 + 0.2, 1), bevel=0.4 * r)
    return float(2 * r)


def paint_desk(c: Canvas, rng: np.random.Generator, p: Palette) -> None:
    """A table top with vessels, balls and boxes before a plain wall, near."""
    light = float(rng.choice([1.0, rng.uniform(0.2, 0.7)]))
    wall = _tone(p, rng, light)
    c.wash(c.y, wall, wall * float(rng.uniform(0.6, 1.0)))
    top = float(rng.uniform(0.45, 0.8))
    board = _tone(p, rng, light)
    c.lay(np.float32(top) + np.float32(rng.normal(0, 0.04)) * c.x - c.y, board, low=board * 0.7)
    for y0 in np.sort(rng.uniform(top, 1.1, int(rng.integers(2, 10)))):
        x0, s = float(rng.uniform(0, c.aspect)), float(rng.uniform(0.05, 0.22))
        at = c.window(x0 - 2 * s, y0 - 3.5 * s, x0 + 2 * s, y0 + s)
        x, y = c.x[at], c.y[at]
        tone = _tone(p, rng, light)
        kind = rng.choice(["vessel", "ball", "carton", "mug"])
        if kind == "ball":
            shape = disc(x, y, x0, float(y0) - s, s)
        elif kind == "carton":
            shape = box(x, y, x0 - s, y0 - 1.8 * s, x0 + 0.8 * s, float(y0), round_by=0.02 * s)
        elif kind == "mug":
            cup = box(x, y, x0 - 0.7 * s, y0 - 1.5 * s, x0 + 0.7 * s, float(y0), round_by=0.2 * s)
            ring = np.abs(disc(x, y, x0 + 0.8 * s, float(y0) - 0.8 * s, 0.45 * s)) - 0.1 * s
            shape = melted(cup, ring, 0.05 * s)
        else:
            body = disc(x, y, x0, float(y0) - 0.9 * s, 0.9 * s)
            neck = capsule(x, y, (x0, y0 - 1.6 * s), (x0, y0 - 2.6 * s), 0.28 * s, 0.22 * s)
            shape = melted(body, neck, 0.4 * s)
        c.lay(shape, tone, at=at, bevel=0.5 * s, low=tone * 0.8)
        if rng.uniform() < 0.6:
            c.lay(
                disc(x, y, x0 - 0.35 * s, float(y0) - 1.2 * s, 0.14 * s),
                np.minimum(tone * 1.5 + 0.2, 1),
                at=at,
                contour=False,
            )
