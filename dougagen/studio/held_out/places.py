"""Held-out places: sea floor, snow, canyon, stage, pipes, arches, containers, quilted walls, lanterns."""

from __future__ import annotations

import numpy as np

from dougagen.studio.held_out.canvas import Canvas, Palette, box, capsule, cells, disc, melted, spectral


def paint_sea_floor(c: Canvas, rng: np.random.Generator, p: Palette) -> None:
    """Light from above through water, corals, weeds."""
    c.wash(c.y, p.tone(0.1, 1.3), p.tone(0.25), p.tone(0.4, 0.45))
    rays = np.sin(c.x * np.float32(rng.uniform(8, 20)) - c.y * np.float32(rng.uniform(1, 5)))
    c.light(np.clip(rays, 0, 1) ** 3 * np.clip(0.8 - c.y, 0, 1) * np.float32(0.2), p.tone(0.1, 1.4))
    for layer in range(3):
        ground = np.float32(rng.uniform(0.62, 0.75) + 0.1 * layer)
        line = c.y - ground + 0.05 * spectral(rng, c.height, c.width, beta=3.0, cells=128)
        c.lay(-line, p.tone(0.55 + 0.1 * layer, 0.5 + 0.25 * layer), bevel=0.1)
        for _ in range(int(rng.integers(2, 5))):
            x0, y0 = float(rng.uniform(0, c.aspect)), float(ground) + 0.12
            tone = p.tone(float(rng.uniform()), 0.6 + 0.2 * layer)
            reach = 0.28
            at = c.window(x0 - reach, y0 - 2 * reach, x0 + reach, y0 + 0.1)
            x, y = c.x[at], c.y[at]
            shape = disc(x, y, x0, y0, 0.03)
            for _ in range(int(rng.integers(4, 11))):
                a = rng.uniform(-2.6, -0.5)
                tip = (x0 + reach * 0.8 * np.cos(a), y0 + reach * rng.uniform(0.7, 1.6) * np.sin(a))
                shape = melted(shape, capsule(x, y, (x0, y0), tip, 0.022, 0.012), 0.03)
            c.lay(shape, tone, at=at, bevel=0.02)


def paint_snow(c: Canvas, rng: np.random.Generator, p: Palette) -> None:
    """Slopes of snow, firs made of cones, flakes."""
    night = rng.uniform() < 0.35
    sky = 0.25 if night else 1.0
    c.wash(c.y + 0.1 * spectral(rng, c.height, c.width, beta=3.0), p.tone(0.6, sky), p.tone(0.75, 1.3 * sky))
    white = np.full(3, 0.95 if not night else 0.45, np.float32)
    for layer in range(4):
        slope = rng.normal(0, 0.12)
        ridge = 0.4 + 0.16 * layer + slope * (c.x - c.aspect / 2)
        line = c.y - ridge + 0.02 * spectral(rng, c.height, c.width, beta=3.5, cells=64)
        for _ in range(int(rng.integers(1, 8))):
            x0, size = float(rng.uniform(-0.1, c.aspect + 0.1)), 0.08 + 0.09 * layer
            foot = 0.42 + 0.16 * layer + slope * (x0 - c.aspect / 2)
            green = p.tone(float(rng.uniform(0.2, 0.3)), (0.2 if night else 0.45) * (1.3 - 0.2 * layer))
            at = c.window(x0 - 0.5 * size, foot - 1.3 * size, x0 + 0.5 * size, foot)
            x, y = np.abs(c.x[at] - np.float32(x0)), c.y[at]
            for tier in range(4):
                top = foot - size * (1.25 - 0.27 * tier)
                drop = (y - np.float32(top)) / np.float32(0.45 * size)
                cone = np.maximum(
                    x - np.clip(drop, 0, 1) * np.float32((0.2 + 0.07 * tier) * size),
                    y - np.float32(top + 0.45 * size),
                )
                c.lay(np.maximum(cone, np.float32(top) - y), green, at=at, low=green * 0.6)
                cap = np.maximum(cone, y - np.float32(top + 0.2 * size) + 0.3 * x)
                c.lay(np.maximum(cap, np.float32(top) - y), white, at=at, contour=False)
        tint = p.tone(0.6, 0.9 * float(white[0]))
        c.lay(-line, white * (0.7 + 0.075 * layer) + tint * 0.12, bevel=0.14)
    for _ in range(int(rng.choice([0, 90]))):
        x0, y0, r = rng.uniform(0, c.aspect), rng.uniform(), rng.uniform(0.002, 0.008)
        at = c.window(x0 - 2 * r, y0 - 2 * r, x0 + 2 * r, y0 + 2 * r)
        c.lay(disc(c.x[at], c.y[at], x0, y0, r), np.ones(3, np.float32), at=at, soft=r, alpha=0.8)


def paint_canyon(c: Canvas, rng: np.random.Generator, p: Palette) -> None:
    """Cliffs in strata under a bare sky."""
    c.wash(c.y, p.tone(0.5, 0.9), p.tone(0.6, 1.4))
    for layer in range(int(rng.integers(2, 5))):
        steps = spectral(rng, 1, c.width, beta=2.0, cells=128)
        edge = np.round(steps * 2.5) / 2.5 * 0.09 + 0.02 * spectral(rng, 1, c.width, beta=1.2, cells=256)
        top = np.float32(0.3 + 0.17 * layer) + edge
        depth = c.y - top
        warp = 0.02 * spectral(rng, c.height, c.width, beta=2.5)
        band = 0.5 + 0.5 * np.sin((c.y + warp) * np.float32(rng.uniform(40, 110)))
        if c.pen.flat:
            band = np.round(band * 2) / 2
        face = p.tone(0.05 * layer, 0.55 + 0.2 * layer)
        c.lay(-depth, face)
        inside = (depth > 0)[..., None]
        c.pixels *= np.where(inside, 1 - 0.3 * band[..., None], 1)
        cracks = np.clip(spectral(rng, c.height, c.width, beta=1.8, stretch=0.2) - 0.8, 0, 1)
        c.pixels *= np.where(inside, 1 - 0.5 * cracks[..., None], 1)


def paint_stage(c: Canvas, rng: np.random.Generator, p: Palette) -> None:
    """Heavy curtains, boards, cones of light."""
    phase = c.x * np.float32(rng.uniform(15, 40)) + 0.6 * spectral(rng, c.height, c.width, beta=4.0, cells=32)
    folds = 0.5 + 0.5 * np.cos(phase)
    if c.pen.flat:
        folds = np.where(folds > 0.6, 1.0, 0.35).astype(np.float32)
    cloth = p.tone(float(rng.uniform()), 0.8)
    c.wash(folds, cloth * 0.35, cloth)
    floor = float(rng.uniform(0.7, 0.85))
    boards = np.sin((c.x - c.aspect / 2) / (c.y - floor + 0.25) * 12) > 0.97
    wood = p.tone(0.1, 0.7)
    c.lay(floor - c.y, wood, bevel=0.05)
    c.pixels *= np.where((boards & (c.y > floor))[..., None], 0.6, 1)
    hang = 0.12 + 0.05 * np.abs(np.sin(c.x * np.float32(rng.uniform(4, 9))))
    c.lay(c.y - hang, p.tone(float(rng.uniform()), 0.7), bevel=0.03)
    for _ in range(int(rng.integers(0, 4))):
        x0, lean = rng.uniform(0, c.aspect), rng.normal(0, 0.5)
        across = np.abs(c.x - np.float32(x0) - lean * c.y) - (0.02 + 0.16 * c.y)
        c.light(np.clip(-across / 0.08, 0, 1) * np.float32(0.22), p.tone(0.15, 1.4))


def paint_pipes(c: Canvas, rng: np.random.Generator, p: Palette) -> None:
    """A wall of pipes with flanges, gauges and rivets."""
    dark = rng.uniform(0.2, 0.9)
    c.wash(c.y, p.tone(0.2, 0.5 * dark), p.tone(0.25, 0.3 * dark))
    for _ in range(int(rng.integers(6, 16))):
        tone, r = p.tone(float(rng.uniform()), float(rng.uniform(0.5, 1.1)) * dark), rng.uniform(0.012, 0.07)
        upright = rng.uniform() < 0.5
        at = rng.uniform(0, c.aspect if upright else 1)
        across = (c.x if upright else c.y) - np.float32(at)
        d = np.abs(across) - np.float32(r)
        c.lay(d, tone)
        if not c.pen.flat:
            round_light = 0.55 + 0.6 * np.sqrt(np.clip(1 - (across / np.float32(r) + 0.35) ** 2 / 1.9, 0, 1))
            c.pixels *= np.where(d < 0, round_light, 1)[..., None]
        else:
            c.lay(np.maximum(d, 0.3 * np.float32(r) - across), tone * 0.65, contour=False)
        along = c.y if upright else c.x
        for stop in rng.uniform(0, c.aspect, 3):
            c.lay(
                np.maximum(np.abs(across) - 1.3 * r, np.abs(along - np.float32(stop)) - 0.4 * r), tone * 0.8
            )
    for _ in range(int(rng.integers(0, 5))):
        x0, y0, r = rng.uniform(0, c.aspect), rng.uniform(), rng.uniform(0.03, 0.09)
        c.lay(disc(c.x, c.y, x0, y0, r), p.tone(0.3, dark), bevel=0.02)
        c.lay(disc(c.x, c.y, x0, y0, 0.8 * r), np.full(3, 0.9 * dark, np.float32))
        a = rng.uniform(0, 6.28)
        c.lay(
            capsule(c.x, c.y, (x0, y0), (x0 + 0.6 * r * np.cos(a), y0 + 0.6 * r * np.sin(a)), 0.006, 0.001),
            p.tone(0.0, 0.4),
        )


def paint_arches(c: Canvas, rng: np.random.Generator, p: Palette) -> None:
    """A nave: arch behind arch towards a window of coloured glass."""
    stone, cx, horizon = (
        p.tone(float(rng.uniform()), 0.9),
        rng.uniform(0.3, 0.7) * c.aspect,
        rng.uniform(0.4, 0.6),
    )
    c.wash(c.y, stone * 0.9, stone * 0.7)
    depth = int(rng.integers(4, 8))
    glass = rng.uniform() < 0.7
    for i in range(depth):
        k = 0.78**i
        half, top, foot = 0.62 * k, horizon - 0.5 * k, horizon + 0.75 * k
        opening = melted(
            box(c.x, c.y, cx - half, top + 0.2 * k, cx + half, foot),
            disc(c.x, c.y, cx, top + 0.3 * k, half),
            0.01,
        )
        light = 0.85 - 0.6 * (i + 1) / depth if not glass else 0.5 + 0.5 * (i + 1) / depth
        if i == depth - 1 and glass:
            labels, _, _ = cells(rng, c.height, c.width, int(120 / k))
            tones = np.stack([p.tone(float(t), 1.3) for t in rng.uniform(size=int(labels.max()) + 1)])
            picture = tones[labels]
            lead = (np.abs(_borders(labels)) > 0)[..., None]
            inside = np.clip(0.5 - opening * c.height, 0, 1)[..., None]
            c.pixels += (np.where(lead, 0.1, picture) - c.pixels) * inside
        else:
            c.lay(opening, stone * light, low=stone * light * 0.7)
    tiles = np.sin((c.x - cx) / (c.y - horizon + 1e-3) * 9) * np.sin(3.0 / (np.abs(c.y - horizon) + 0.02))
    ground = c.y > horizon + 0.75 * 0.78**depth
    c.pixels *= np.where(ground & (tiles > 0), 0.82, 1)[..., None]


def _borders(labels: np.ndarray) -> np.ndarray:
    """bool[H, W]: where the label differs from the pixel above or to the left."""
    edge = np.zeros(labels.shape, np.bool_)
    edge[1:] |= labels[1:] != labels[:-1]
    edge[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    return edge


def paint_containers(c: Canvas, rng: np.random.Generator, p: Palette) -> None:
    """Stacked boxes with ribs at a quay, cranes, water."""
    hour = rng.uniform(0.25, 1.0)
    c.wash(
        c.y * 1.4 + 0.06 * spectral(rng, c.height, c.width, beta=3.0, stretch=0.3),
        p.tone(0.5, hour),
        p.tone(0.62, 1.4 * hour),
    )
    for _ in range(int(rng.integers(0, 3))):
        x0, h = rng.uniform(0, c.aspect), rng.uniform(0.5, 0.9)
        steel, r = p.tone(0.9, 0.6 * hour), 0.008
        for a, b in (
            ((x0, 1.0), (x0, 1 - h)),
            ((x0 + 0.12, 1.0), (x0 + 0.12, 1 - h)),
            ((x0 - 0.3, 1 - h), (x0 + 0.4, 1 - h)),
            ((x0 + 0.06, 0.85 - h), (x0 - 0.3, 1 - h)),
        ):
            c.lay(capsule(c.x, c.y, a, b, r, r), steel)
    unit = rng.uniform(0.09, 0.3)
    for row in range(int(rng.integers(1, 5))):
        x0 = -rng.uniform(0, unit * 2)
        while x0 < c.aspect:
            wide = unit * 2.3
            if rng.uniform() < 0.85:
                y0 = 0.92 - (row + 1) * unit
                at = c.window(x0 - 0.02, y0 - 0.02, x0 + wide + 0.02, y0 + unit + 0.02)
                x, y = c.x[at], c.y[at]
                tone = p.tone(float(rng.uniform()), float(rng.uniform(0.5, 1.0)) * hour)
                body = box(x, y, x0, y0, x0 + wide - 0.01, y0 + unit - 0.004)
                c.lay(body, tone, at=at, low=tone * 0.8)
                ribs = np.sin((x - np.float32(x0)) * np.float32(2 * np.pi * 18 / wide)) > 0.2
                c.pixels[at] *= np.where(ribs & (body < -0.008), 0.82, 1)[..., None]
            x0 += wide
    quay = p.tone(0.3, 0.5 * hour)
    c.lay(np.float32(0.9) - c.y, quay, low=quay * 0.7)


def paint_quilt(c: Canvas, rng: np.random.Generator, p: Palette) -> None:
    """A padded wall or the back of a seat, close by: cushions in a lattice with buttons."""
    step, skew = rng.uniform(0.12, 0.5), rng.choice([0.0, 1.0])
    u, v = (c.x + skew * c.y) / step, (c.y - skew * c.x) / step * rng.choice([1.0, 0.6])
    u, v = u + np.float32(rng.uniform()), v + np.float32(rng.uniform())
    fu, fv = np.abs(u - np.round(u)), np.abs(v - np.round(v))
    swell = 1 - 0.55 * np.exp(-np.minimum(0.5 - fu, 0.5 - fv) * np.float32(rng.uniform(8, 20)))
    lean = 1 + 0.3 * (np.round(v) - v) + 0.12 * (np.round(u) - u)
    cloth = p.tone(float(rng.uniform()), float(rng.uniform(0.3, 1.2)))
    shade = swell * lean
    if c.pen.flat:
        shade = np.where(shade > 0.75, 1.0, 0.72).astype(np.float32)
    c.wash(np.clip(shade, 0, 1), cloth * 0.25, cloth, np.minimum(cloth * 1.3, 1))
    buttons = np.hypot(0.5 - fu, 0.5 - fv) * step - 0.06 * step
    c.lay(buttons.astype(np.float32), cloth * 0.7, bevel=0.01)
    if rng.uniform() < 0.5:
        c.lay(
            c.y - np.float32(rng.uniform(0.1, 0.5)) + 0.05 * np.cos(c.x * 3),
            p.tone(float(rng.uniform()), 0.9),
            bevel=0.05,
        )


def paint_lanterns(c: Canvas, rng: np.random.Generator, p: Palette) -> None:
    """Strings of lamps at night, their light on what is near."""
    c.wash(c.y, p.tone(0.6, 0.12), p.tone(0.7, 0.35))
    for _ in range(int(rng.integers(2, 6))):
        y0, sag, r = rng.uniform(0.02, 0.7), rng.uniform(0.02, 0.2), rng.uniform(0.015, 0.07)
        a, b = rng.uniform(-0.3, 0.1), c.aspect + rng.uniform(-0.1, 0.4)
        lamp = p.tone(float(rng.uniform(0, 0.3)), 1.4)
        for t in np.linspace(0, 1, int(rng.integers(5, 14))):
            x0, y1 = a + (b - a) * t, y0 + sag * 4 * t * (1 - t)
            at = c.window(x0 - 4 * r, y1 - 4 * r, x0 + 4 * r, y1 + 4 * r)
            x, y = c.x[at], c.y[at]
            glow = np.clip(1 - np.hypot(x - np.float32(x0), y - np.float32(y1)) / np.float32(4 * r), 0, 1)
            c.light(glow**2 * np.float32(0.5), lamp, at)
            body = disc((x - np.float32(x0)) * 1.15 + np.float32(x0), y, x0, y1, r)
            c.lay(body, np.minimum(lamp, 1), at=at, bevel=0.5 * r)
            c.lay(box(x, y, x0 - 0.4 * r, y1 - 1.15 * r, x0 + 0.4 * r, y1 - 0.9 * r), lamp * 0.2, at=at)
