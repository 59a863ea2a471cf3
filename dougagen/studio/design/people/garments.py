"""Garments: collars, lapels, fronts, ties, obi, plates."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.strokes import ellipse, smooth
from dougagen.studio.design.curves import bow, curve, leaf, points, tube, xy
from dougagen.studio.design.people.tailor import Tailor
from dougagen.studio.design.people.wardrobe import Kind


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


def _tie(t: Tailor, *, stop: float) -> None:
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


def _sailor(t: Tailor) -> None:
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


def _blazer(t: Tailor) -> None:
    f, y0, n, easel = t.f, t.y0, t.n, t.easel
    low = y0 + 0.5 * f.torso
    shirt = t.on(points((-1.25 * n, y0 - 0.28), (1.25 * n, y0 - 0.28), (0.03, low), (-0.03, low)))
    inner = easel.part(shirt, t.outfit.inner, within=t.part)
    easel.shade(inner, shirt * (1, 1) + xy(0.09 * -np.sign(easel.light[0]), 0), t.outfit.inner)
    _tie(t, stop=low - 0.05)
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


def _gakuran(t: Tailor) -> None:
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


def _tee(t: Tailor) -> None:
    n, y0 = t.n, t.y0
    ring = tube(
        curve(
            (-1.35 * n, y0 - 0.2),
            (-0.85 * n, y0 - 0.06),
            (0, y0),
            (0.85 * n, y0 - 0.06),
            (1.35 * n, y0 - 0.2),
        ),
        np.full(33, 0.024),
    )
    t.easel.part(t.on(ring), t.outfit.trim if t.outfit.cuffs else t.outfit.top, 0.8)


def _hoodie(t: Tailor) -> None:
    n, y0, easel = t.n, t.y0, t.easel
    for side in t.both(
        curve(
            (1.3 * n, y0 - 0.36),
            (2.5 * n, y0 - 0.18),
            (2.3 * n, y0 + 0.08),
            (0.02, y0 + 0.22),
            (0.2 * n, y0 + 0.05),
            (1.0 * n, y0 - 0.12),
            closed=True,
            steps=5,
        )
    ):
        lobe = easel.part(side, t.outfit.top)
        easel.model(lobe, side, t.outfit.top, 0.09)
    for s in (1.0, -1.0):
        cord = bow((s * 0.09, y0 + 0.14), (s * 0.13, y0 + 0.6), bend=0.05 * s)
        easel.part(t.on(tube(cord, np.full(8, 0.016))), t.outfit.trim, 0.8)
    t.line(points((0, y0 + 0.2), (0, t.f.crotch)), 0.8)
    pocket_y = t.f.waist_y + 0.05
    for side in t.both(curve((0.25 * t.f.hips, pocket_y), (0.7 * t.f.hips, pocket_y + 0.3))):
        easel.line(side, t.outfit.top, 0.9)


def _dress(t: Tailor) -> None:
    y0, n, f, easel = t.y0, t.n, t.f, t.easel
    if t.outfit.checks:  # a round collar
        for side in t.both(
            curve(
                (1.0 * n, y0 - 0.27),
                (2.3 * n, y0 - 0.1),
                (1.7 * n, y0 + 0.13),
                (0.03, y0 + 0.08),
                closed=True,
                steps=6,
            )
        ):
            collar = easel.part(side, t.outfit.inner)
            easel.shade(collar, side + xy(0.05 * -np.sign(easel.light[0]), 0.1), t.outfit.inner)
        _tie(t, stop=y0 + 0.5)
    else:
        frill = tube(
            curve(
                (-1.7 * n, y0 - 0.16),
                (-1.1 * n, y0 + 0.0),
                (0, y0 + 0.06),
                (1.1 * n, y0 + 0.0),
                (1.7 * n, y0 - 0.16),
            ),
            np.full(33, 0.03),
        )
        easel.part(t.on(frill), t.outfit.trim)
    sash = t.on(
        curve(
            (-1, f.waist_y - 0.07),
            (0, f.waist_y - 0.03),
            (1, f.waist_y - 0.07),
            (1, f.waist_y + 0.1),
            (0, f.waist_y + 0.12),
            (-1, f.waist_y + 0.1),
        )
    )
    part = easel.part(sash, t.outfit.accent, within=t.part)
    easel.shade(part, sash + xy(0, 0.1), t.outfit.accent)


def _kimono(t: Tailor) -> None:
    y0, n, f, easel = t.y0, t.n, t.f, t.easel
    over = easel.facing
    for s in (-over, over):
        band = tube(
            bow((s * 1.05 * n, y0 - 0.28), (-s * 0.4 * f.waist, f.waist_y), bend=-0.05 * s, steps=10),
            np.full(10, 0.07),
        )
        collar = easel.part(t.on(band), t.outfit.inner)
        easel.shade(collar, t.on(band) + xy(0.08 * -np.sign(easel.light[0]), 0.02), t.outfit.inner)
        path = bow((s * 1.05 * n, y0 - 0.28), (-s * 0.4 * f.waist, f.waist_y), bend=-0.05 * s, steps=10)
        t.line(path + xy(s * 0.09, 0.02), 0.8)
    obi = t.on(
        curve(
            (-1, f.waist_y - 0.22),
            (0, f.waist_y - 0.18),
            (1, f.waist_y - 0.22),
            (1, f.waist_y + 0.2),
            (0, f.waist_y + 0.2),
            (-1, f.waist_y + 0.2),
        )
    )
    part = easel.part(obi, t.outfit.accent, within=t.part)
    easel.shade(part, obi + xy(0, 0.25), t.outfit.accent)
    cord = t.on(
        curve(
            (-1, f.waist_y - 0.03),
            (0, f.waist_y),
            (1, f.waist_y - 0.03),
            (1, f.waist_y + 0.03),
            (0, f.waist_y + 0.06),
            (-1, f.waist_y + 0.03),
        )
    )
    easel.part(cord, t.outfit.trim, 0.8, within=part)


def _armour(t: Tailor) -> None:
    y0, n, f, easel = t.y0, t.n, t.f, t.easel
    plate = t.on(
        curve(
            (-0.8 * f.shoulders, y0 + 0.02),
            (0, y0 + 0.1),
            (0.8 * f.shoulders, y0 + 0.02),
            (0.95 * f.shoulders, y0 + 0.45),
            (0.5 * f.waist, f.waist_y - 0.1),
            (0, f.waist_y),
            (-0.5 * f.waist, f.waist_y - 0.1),
            (-0.95 * f.shoulders, y0 + 0.45),
            closed=True,
            steps=5,
        )
    )
    part = easel.part(plate, t.outfit.metal)
    easel.model(part, plate, t.outfit.metal, 0.16)
    easel.line(t.on(points((0, y0 + 0.1), (0, f.waist_y))), t.outfit.metal)
    glint = t.on(
        leaf(
            bow((-0.5 * f.shoulders, y0 + 0.2), (-0.55 * f.waist, f.waist_y - 0.25), bend=0.1, steps=12), 0.05
        )
    )
    if easel.guide.shine:
        easel.highlight(part, glint, t.outfit.metal)
    gem = t.on(ellipse(0, y0 + 0.3, 0.07, 0.09, steps=18))
    stone = easel.part(gem, t.outfit.accent)
    easel.highlight(stone, t.on(ellipse(-0.02, y0 + 0.27, 0.025, 0.025, steps=12)), t.outfit.accent)
    for s in (1.0, -1.0):
        at = f.at(s * f.shoulders, y0 + 0.06, t.turn)
        for k, (rx, ry) in enumerate(((0.3, 0.24), (0.24, 0.16))):
            shell = ellipse(
                float(at[0]) + 0.03 * s, float(at[1]) - 0.05 * k, rx * f.shoulders / 0.5, ry, turn=0.35 * s
            )
            pauldron = easel.part(shell, t.outfit.metal)
            easel.model(pauldron, shell, t.outfit.metal, 0.07)
    neck = t.on(tube(curve((-1.2 * n, y0 - 0.26), (0, y0 - 0.02), (1.2 * n, y0 - 0.26)), np.full(17, 0.05)))
    easel.part(neck, t.outfit.trim)


def _coat(t: Tailor) -> None:
    y0, n, f, easel = t.y0, t.n, t.f, t.easel
    gap = points(
        (-1.0 * n, y0 - 0.22), (1.0 * n, y0 - 0.22), (1.3 * n, f.crotch + 0.1), (-1.3 * n, f.crotch + 0.1)
    )
    shirt = t.on(gap)
    inner = easel.part(shirt, t.outfit.inner)
    easel.shade(inner, shirt + xy(0.8 * n * -np.sign(easel.light[0]), 0), t.outfit.inner)
    neck = t.on(tube(curve((-1.0 * n, y0 - 0.26), (0, y0 - 0.06), (1.0 * n, y0 - 0.26)), np.full(17, 0.03)))
    easel.part(neck, t.outfit.inner)
    collar = points(
        (1.1 * n, y0 - 0.42),
        (2.2 * n, y0 - 0.26),
        (2.6 * n, y0 + 0.1),
        (1.5 * n, y0 + 0.34),
        (1.1 * n, y0 + 0.5),
        (0.9 * n, y0 - 0.1),
    )
    for side in t.both(collar):
        part = easel.part(side, t.outfit.top)
        easel.shade(part, side + xy(0.12 * -np.sign(easel.light[0]), 0.1), t.outfit.top)
    for side in t.both(
        curve(
            (1.0 * n, y0 + 0.3),
            (1.2 * n, f.waist_y),
            (1.4 * n, f.crotch),
            (1.85 * n, f.crotch),
            (1.6 * n, f.waist_y),
            (1.3 * n, y0 + 0.4),
            closed=True,
            steps=4,
        )
    ):
        flap = easel.part(side, t.outfit.top, 0.9)
        easel.shade(flap, side + xy(0.07, 0), t.outfit.top)


def _shirt(t: Tailor) -> None:
    y0 = t.y0
    t.line(points((0.035, y0), (0.04, t.f.crotch)), 0.8)
    _placket(t, y0 + 0.22, t.f.crotch - 0.25, t.outfit.inner, count=5)
    _tie(t, stop=y0 + 0.85)
    _wings(t, t.outfit.top)
    u, y = 0.3 * t.f.shoulders, y0 + 0.42
    t.line(
        points((u, y), (u, y + 0.22), (u + 0.1, y + 0.26), (u + 0.2, y + 0.22), (u + 0.2, y), (u, y)), 0.75
    )


def _sweater(t: Tailor) -> None:
    n, y0, easel = t.n, t.y0, t.easel
    roll = t.on(
        curve(
            (-1.3 * n, y0 - 0.08),
            (-1.2 * n, y0 - 0.3),
            (0, y0 - 0.2),
            (1.2 * n, y0 - 0.3),
            (1.3 * n, y0 - 0.08),
            (0, y0 + 0.04),
            closed=True,
            steps=5,
        )
    )
    part = easel.part(roll, t.outfit.top)
    easel.shade(part, roll + xy(0, 0.14), t.outfit.top)
    if easel.detail > 120:
        for u in np.linspace(-0.9, 0.9, 7):
            t.easel.line(
                t.on(points((u * n, y0 - 0.2), (u * n * 1.05, y0 - 0.05))), t.outfit.top, 0.6, within=part
            )


def draw_scarf(t: Tailor, sway: float) -> None:
    n, y0, easel, paint = t.n, t.y0, t.easel, t.outfit.accent
    end = points(
        (-1.1 * n, y0), (-0.2 * n, y0), (0.3 * n + 0.3 * sway, y0 + 1.05), (-0.9 * n + 0.3 * sway, y0 + 1.1)
    )
    tail = easel.part(t.on(end), paint)
    easel.shade(tail, t.on(end) + xy(0.1 * -np.sign(easel.light[0]), 0), paint)
    for k in (0.0, 1.0):
        wrap = t.on(
            curve(
                (-1.9 * n, y0 - 0.14 - 0.15 * k),
                (0, y0 + 0.06 - 0.17 * k),
                (1.9 * n, y0 - 0.14 - 0.15 * k),
                (1.75 * n, y0 - 0.32 - 0.1 * k),
                (0, y0 - 0.14 - 0.17 * k),
                (-1.75 * n, y0 - 0.32 - 0.1 * k),
                closed=True,
                steps=6,
            )
        )
        part = easel.part(wrap, paint)
        easel.shade(part, wrap + xy(0, 0.11), paint)
        easel.line(
            t.on(bow((0.2 * n, y0 - 0.2 - 0.15 * k), (0.9 * n, y0 - 0.02 - 0.15 * k), bend=0.1)),
            paint,
            0.8,
            within=part,
        )


GARMENTS: dict[Kind, Callable[[Tailor], None]] = {
    "sailor": _sailor,
    "blazer": _blazer,
    "suit": _blazer,
    "gakuran": _gakuran,
    "tee": _tee,
    "hoodie": _hoodie,
    "dress": _dress,
    "kimono": _kimono,
    "armour": _armour,
    "coat": _coat,
    "shirt": _shirt,
    "sweater": _sweater,
}
