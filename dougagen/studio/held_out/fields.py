"""Held-out non-places: nebulae, marble, facets, tiles of arcs, moiré, panels of light."""

from __future__ import annotations

import numpy as np

from dougagen.studio.held_out.canvas import Canvas, Palette, box, cells, combed, disc, spectral


def paint_space(c: Canvas, rng: np.random.Generator, p: Palette) -> None:
    """Nebula, stars, a planet."""
    cloud = 0.35 + 0.22 * spectral(rng, c.height, c.width, beta=float(rng.uniform(2.2, 3.2)))
    c.wash(cloud, p.tone(0.6, 0.08), p.tone(0.7, 0.3), p.tone(0.2, 0.8))
    stars = rng.uniform(size=(c.height, c.width)) > 0.9985
    c.pixels[stars] = rng.uniform(0.5, 1, (int(stars.sum()), 1)).astype(np.float32)
    if rng.uniform() < 0.6:
        x0, y0, r = rng.uniform(0, c.aspect), rng.uniform(0, 1), rng.uniform(0.1, 0.5)
        d = disc(c.x, c.y, x0, y0, r)
        c.lay(d, p.tone(float(rng.uniform()), 0.9))
        shade = np.clip(0.5 + ((c.x - x0) * 0.8 + (c.y - y0) * 0.5) / (1.2 * r), 0, 1)
        c.pixels *= np.where(d < 0, 1 - 0.9 * shade, 1)[..., None]


def paint_marble(c: Canvas, rng: np.random.Generator, p: Palette) -> None:
    """Veins of stone, or paint that runs: sines of warped noise."""
    warp = spectral(
        rng, c.height, c.width, beta=float(rng.uniform(2.4, 3.4)), stretch=float(rng.uniform(0.3, 2))
    )
    wave = 0.5 + 0.5 * np.sin(c.x * np.float32(rng.uniform(1, 9)) + warp * np.float32(rng.uniform(1, 5)))
    if c.pen.flat:
        wave = np.round(wave * 3) / 3
    pale = rng.uniform(0.5, 1.3)
    c.wash(wave, p.tone(0.1, pale), p.tone(0.35, pale), p.tone(0.5, pale))


def paint_facets(c: Canvas, rng: np.random.Generator, p: Palette) -> None:
    """Crystal, cobbles or stained glass: cells of one tone each, with or without joints."""
    labels, distance, seeds = cells(rng, c.height, c.width, int(np.exp(rng.uniform(np.log(12), np.log(900)))))
    lean = rng.normal(0, 0.3, 2)
    slope = seeds[:, 0] / c.width * lean[0] + seeds[:, 1] / c.height * lean[1]
    t = 0.5 + slope + rng.normal(0, float(rng.uniform(0.02, 0.3)), len(seeds))
    tones = np.stack([p.tone(float(v), float(rng.uniform(0.6, 1.2))) for v in t])
    tones = np.concatenate([tones[:1], tones])[: int(labels.max()) + 1]
    c.pixels[:] = tones[np.minimum(labels, len(tones) - 1)]
    kind = rng.choice(["plain", "joint", "round"])
    if kind == "round" and not c.pen.flat:
        c.pixels *= (1.1 - 0.6 * distance / (distance.max() + 1e-3))[..., None]
    if kind != "plain":
        edge = np.zeros(labels.shape, np.float32)
        edge[1:] = labels[1:] != labels[:-1]
        edge[:, 1:] = np.maximum(edge[:, 1:], labels[:, 1:] != labels[:, :-1])
        c.pixels *= (1 - 0.7 * edge)[..., None]


def paint_arcs(c: Canvas, rng: np.random.Generator, p: Palette) -> None:
    """Waves of concentric arcs in rows, as on old cloth; or Truchet tiles."""
    step, one, other = float(rng.uniform(0.05, 0.3)), p.tone(0.1), p.tone(float(rng.uniform(0.2, 0.6)))
    if rng.uniform() < 0.5:
        c.pixels[:] = one
        rows = int(1.2 / (step / 2)) + 2
        for j in range(rows):
            y0 = (j - 0.5) * step / 2
            u = (c.x / step + 0.5 * (j % 2)) % 1 - 0.5
            r = np.hypot(u * step, c.y - np.float32(y0) - step / 2)
            ring = 0.5 + 0.5 * np.sin(r / step * np.float32(2 * np.pi * 3))
            inside = r < 0.5 * step
            c.pixels[inside] = (one + (other - one) * np.round(ring)[..., None])[inside]
        return
    i, j = np.floor(c.x / step).astype(int), np.floor(c.y / step).astype(int)
    flip = rng.integers(0, 2, (int(1 / step) + 2, int(c.aspect / step) + 2)).astype(bool)[j, i]
    u, v = c.x / step - i, c.y / step - j
    u = np.where(flip, 1 - u, u)
    d = np.minimum(np.abs(np.hypot(u, v) - 0.5), np.abs(np.hypot(1 - u, 1 - v) - 0.5)) - 0.14
    c.pixels[:] = one
    c.lay((d * step).astype(np.float32), other)


def paint_panels(c: Canvas, rng: np.random.Generator, p: Palette) -> None:
    """Screens and instruments: frames, graphs, grids of light on black."""
    c.wash(c.y, p.tone(0.5, 0.06), p.tone(0.5, 0.2))
    lamp = p.tone(float(rng.uniform()), 1.3)
    grid = np.minimum(np.abs((c.x * 12) % 1 - 0.5), np.abs((c.y * 12) % 1 - 0.5))
    c.light((grid < 0.02).astype(np.float32) * np.float32(rng.uniform(0, 0.25)), lamp)
    for _ in range(int(rng.integers(3, 12))):
        x0, y0, w, h = (
            rng.uniform(-0.1, c.aspect),
            rng.uniform(-0.1, 1),
            rng.uniform(0.1, 0.6),
            rng.uniform(0.06, 0.4),
        )
        d = box(c.x, c.y, x0, y0, x0 + w, y0 + h, round_by=0.01)
        c.lay(d, p.tone(float(rng.uniform()), float(rng.uniform(0.1, 0.5))), alpha=0.85)
        c.light(np.clip(1 - np.abs(d) * c.height / 2, 0, 1), lamp * 0.8)
        trace = y0 + h * (0.5 + 0.2 * spectral(rng, 1, c.width, beta=1.5))
        near = np.clip(1 - np.abs(c.y - trace) * c.height / 2, 0, 1) * (d < -0.01)
        c.light(near.astype(np.float32), lamp)


def paint_brushed(c: Canvas, rng: np.random.Generator, p: Palette) -> None:
    """Oil paint: strokes that follow a swirling field."""
    swirl = spectral(rng, c.height, c.width, beta=3.5) * np.float32(rng.uniform(0.5, 2.0)) + np.float32(
        rng.uniform(0, 3)
    )
    strokes = combed(rng, swirl, steps=12, length=1.5)
    field = 0.5 + 0.18 * spectral(rng, c.height, c.width, beta=3.2) + 0.1 * strokes
    if c.pen.flat:
        field = np.round(field * 5) / 5
    c.wash(field, *(p.tone(float(t), float(rng.uniform(0.4, 1.2))) for t in rng.uniform(size=4)))


def paint_void(c: Canvas, rng: np.random.Generator, p: Palette) -> None:
    """Nearly nothing: one tone, or a horizon between two."""
    kind = rng.choice(["one", "two", "vignette"])
    tone = p.tone(float(rng.uniform()), float(rng.uniform(0.05, 1.6)))
    c.pixels[:] = tone
    if kind == "two":
        c.lay(
            np.float32(rng.uniform(0.2, 0.8)) - c.y + np.float32(rng.normal(0, 0.2)) * c.x,
            p.tone(float(rng.uniform())),
            contour=False,
        )
    elif kind == "vignette":
        far = np.hypot(c.x - c.aspect / 2, c.y - 0.5)
        c.pixels *= (1 - np.clip(far - 0.2, 0, 1) * np.float32(rng.uniform(0.3, 1)))[..., None]
