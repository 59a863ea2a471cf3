"""Garments with a collar, buttons or a tie: school, office, the navy."""

from __future__ import annotations

import numpy as np

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.strokes import ellipse, smooth
from dougagen.studio.design.curves import bow, curve, points, tube, xy
from dougagen.studio.design.people.tailor import Tailor


def _placket(t: Tailor, top: float, bottom: float, paint: Paint, *, count: int, u: float = 0.0) -> None:
    for y in np.linspace(top, bottom, count):
        t.button(float(y), paint, u=u)


def _wings(t: Tailor, paint: Paint, *, drop: float = 0.2, spread: float = 1.5) -> None:
    """The two points of a shirt's collar."""
    y0, n = t.y0, t.n
    for wing in t.both(
        points((1.0 * n, y0 - 0.3), (0.05, y0 - 0.08), (0.75 * n, y0 - 0.08 + drop), (spread * n, y0 - 0.1))
    ):
        part = t.easel.part(wing, paint)
        t.easel.shade(part, wing + xy(0.03 * np.sign(t.easel.light[0]) * -1, 0.09), paint)


def tie(t: Tailor, *, stop: float) -> None:
    y, easel, paint = t.y0 - 0.07, t.easel, t.outfit.accent
    kind = t.outfit.necktie
    if kind == "none":
        return
    if kind == "tie":
        blade = t.on(
            points(
                (-0.045, y + 0.06), (0.045, y + 0.06), (0.085, stop - 0.1), (0.0, stop), (-0.085, stop - 0.1)
            )
        )
        part = easel.part(blade, paint)
        easel.shade(part, blade + xy(0.06 * -np.sign(easel.light[0]), 0.0), paint)
        for k in range(4 if t.outfit.checks else 0):
            stripe = points(
                (-0.1, y + 0.2 + 0.16 * k),
                (0.1, y + 0.1 + 0.16 * k),
                (0.1, y + 0.15 + 0.16 * k),
                (-0.1, y + 0.25 + 0.16 * k),
            )
            easel.sheet.patch(part, t.on(stripe), t.outfit.trim.base)
    else:
        size = 0.2 if kind == "ribbon" else 0.14
        for s in (1.0, -1.0):
            if kind == "ribbon":
                tail = t.on(
                    points(
                        (0.01 * s, y + 0.05), (s * 0.17, y + 0.42), (s * 0.1, y + 0.4), (s * 0.05, y + 0.46)
                    )
                )
                easel.part(tail, paint)
            loop = t.on(
                smooth(
                    points(
                        (0, y + 0.06),
                        (s * 0.7 * size, y - 0.04),
                        (s * size * 1.1, y + 0.0),
                        (s * size, y + 0.17),
                        (s * 0.4 * size, y + 0.12),
                    ),
                    closed=True,
                    steps=5,
                )
            )
            part = easel.part(loop, paint)
            easel.shade(
                part,
                t.on(points((0, y + 0.05), (s * size, y + 0.1), (s * size, y + 0.2), (0, y + 0.1))),
                paint,
            )
    knot = t.on(points((-0.06, y), (0.06, y), (0.042, y + 0.11), (-0.042, y + 0.11)))
    easel.part(knot, paint)


def sailor(t: Tailor) -> None:
    f, y0, n = t.f, t.y0, t.n
    flap = points(
        (1.0 * n, y0 - 0.27),
        (0.8 * f.shoulders, y0 - 0.08),
        (0.78 * f.shoulders, y0 + 0.12),
        (0.42 * f.shoulders, y0 + 0.34),
        (0.0, y0 + 0.44),
        (0.42 * n, y0 + 0.1),
    )
    for side in t.both(flap):
        collar = t.easel.part(side, t.outfit.trim)
        t.easel.shade(collar, side + xy(0.05 * -np.sign(t.easel.light[0]), 0.12), t.outfit.trim)
        for inset in (0.05, 0.09):
            path = side[1:5] * (1, 1) + (side[5] - side[1:5]) * (inset / 0.35)
            stripe = tube(path, np.full(4, 0.011))
            t.easel.sheet.patch(collar, stripe, t.outfit.accent.base)
    knot_y = y0 + 0.44
    for s in (1.0, -1.0):
        t.easel.part(
            t.on(points((0, knot_y), (s * 0.2, knot_y + 0.38), (s * 0.07, knot_y + 0.42))), t.outfit.accent
        )
        loop = t.on(
            smooth(
                points((0, knot_y), (s * 0.2, knot_y - 0.09), (s * 0.22, knot_y + 0.1)), closed=True, steps=5
            )
        )
        part = t.easel.part(loop, t.outfit.accent)
        t.easel.shade(part, loop + xy(0, 0.06), t.outfit.accent)
    t.easel.part(t.on(ellipse(0, knot_y, 0.045, 0.055, steps=16)), t.outfit.accent)


def blazer(t: Tailor) -> None:
    f, y0, n, easel = t.f, t.y0, t.n, t.easel
    low = y0 + 0.5 * f.torso
    shirt = t.on(points((-1.25 * n, y0 - 0.28), (1.25 * n, y0 - 0.28), (0.03, low), (-0.03, low)))
    inner = easel.part(shirt, t.outfit.inner, within=t.part)
    easel.shade(inner, shirt * (1, 1) + xy(0.09 * -np.sign(easel.light[0]), 0), t.outfit.inner)
    tie(t, stop=low - 0.05)
    _wings(t, t.outfit.inner)
    lapel = points(
        (1.05 * n, y0 - 0.27),
        (1.3 * n, y0 - 0.05),
        (0.02, low + 0.02),
        (0.5 * f.shoulders, y0 + 0.36),
        (0.42 * f.shoulders, y0 + 0.24),
        (0.6 * f.shoulders, y0 + 0.18),
        (0.42 * f.shoulders, y0 - 0.12),
    )
    for side in t.both(lapel):
        part = easel.part(side, t.outfit.top)
        easel.shade(part, side + xy(0.1 * -np.sign(easel.light[0]), 0.1), t.outfit.top)
        if t.outfit.checks and t.outfit.kind == "blazer":
            easel.sheet.patch(part, tube(side[2:4], np.full(2, 0.014)), t.outfit.trim.base)
    t.line(bow((0.0, low), (0.1, f.crotch), bend=0.04))
    _placket(t, low + 0.1, low + 0.1 + 0.22 * f.torso, t.outfit.metal, count=2, u=-0.05)
    t.line(points((0.4 * f.shoulders, y0 + 0.62), (0.72 * f.shoulders, y0 + 0.6)), 0.7)


def gakuran(t: Tailor) -> None:
    y0, n, easel = t.y0, t.n, t.easel
    band = t.on(
        curve(
            (-1.25 * n, y0 - 0.1),
            (-1.15 * n, y0 - 0.34),
            (0, y0 - 0.24),
            (1.15 * n, y0 - 0.34),
            (1.25 * n, y0 - 0.1),
            (0, y0 + 0.02),
            steps=5,
        )
    )
    collar = easel.part(band, t.outfit.top)
    easel.shade(collar, band + xy(0.08 * -np.sign(easel.light[0]), 0.04), t.outfit.top)
    t.line(points((0, y0 - 0.24), (0, t.f.crotch)))
    _placket(t, y0 + 0.1, t.f.crotch - 0.3, t.outfit.metal, count=5)


def shirt(t: Tailor) -> None:
    y0 = t.y0
    t.line(points((0.035, y0), (0.04, t.f.crotch)), 0.8)
    _placket(t, y0 + 0.22, t.f.crotch - 0.25, t.outfit.inner, count=5)
    tie(t, stop=y0 + 0.85)
    _wings(t, t.outfit.top)
    u, y = 0.3 * t.f.shoulders, y0 + 0.42
    t.line(
        points((u, y), (u, y + 0.22), (u + 0.1, y + 0.26), (u + 0.2, y + 0.22), (u + 0.2, y), (u, y)), 0.75
    )
