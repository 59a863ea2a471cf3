"""Garments: what each is made of, from tees and kimonos to armour, and the scarf over them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dougagen.studio.cel.strokes import ellipse
from dougagen.studio.design.curves import bow, curve, leaf, points, tube, xy
from dougagen.studio.design.people import uniforms
from dougagen.studio.design.people.tailor import Tailor
from dougagen.studio.design.people.wardrobe import Kind


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
        uniforms.tie(t, stop=y0 + 0.5)
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
    "sailor": uniforms.sailor,
    "blazer": uniforms.blazer,
    "suit": uniforms.blazer,
    "gakuran": uniforms.gakuran,
    "tee": _tee,
    "hoodie": _hoodie,
    "dress": _dress,
    "kimono": _kimono,
    "armour": _armour,
    "coat": _coat,
    "shirt": uniforms.shirt,
    "sweater": _sweater,
}
