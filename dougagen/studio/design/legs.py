"""Hips to shoes: trousers, shorts, skirts with pleats, socks and shoes."""

from __future__ import annotations

import numpy as np

from dougagen.studio.celsheet import Paint
from dougagen.studio.design.curves import bow, curve, leaf, points, sides, widths, xy, zigzag
from dougagen.studio.design.figure import Figure
from dougagen.studio.design.guide import Easel
from dougagen.studio.design.wardrobe import Outfit
from dougagen.studio.strokes import Points, smooth


def draw_legs(easel: Easel, figure: Figure, outfit: Outfit, skin: Paint, turn: float, *, sway: float) -> None:
    """Both legs, then the skirt over them."""
    for side in (1.0, -1.0):
        _draw_leg(easel, figure, outfit, skin, turn, side)
    if outfit.bottom in ("skirt", "long skirt"):
        _draw_skirt(easel, figure, outfit, turn, sway)


def _draw_leg(easel: Easel, f: Figure, outfit: Outfit, skin: Paint, turn: float, side: float) -> None:
    hip = f.at(side * f.hips * 0.47, f.crotch - 0.25, turn)
    knee = hip + xy(side * (0.03 + 0.45 * f.stance) + 0.03 * turn, 0.25 + 0.48 * f.legs)
    ankle = f.at(side * (f.hips * 0.5 + f.stance), f.sole - 0.16, turn)
    path = smooth(
        np.array([hip, (hip + knee) / 2, knee, (knee + ankle) / 2 - (0.02, 0), ankle]), closed=False, steps=5
    )
    bare = outfit.bottom != "trousers"
    radii = (
        widths((1.0, 0.92, 0.68, 0.66, 0.42) if bare else (1.02, 0.98, 0.8, 0.76, 0.72), len(path))
        * f.hips
        * 0.47
    )
    _draw_shoe(easel, f, outfit, ankle, turn, side)
    leg = _limb(easel, path, radii, skin if bare else outfit.lower)
    if not bare and easel.detail > 60:
        i = len(path) // 2
        left, right = sides(path, radii)
        for k, (edge, at) in enumerate(((left, 3), (right, i), (left, i + 1), (right, len(path) - 4))):
            fold = leaf(
                bow(edge[at], path[at] + (path[at + 2] - path[at]) * 0.8, bend=0.12 - 0.08 * k),
                0.05,
                belly=0.2,
            )
            easel.shade(leg, fold, outfit.lower)
        easel.line(bow(left[i], path[i + 1], bend=0.1), outfit.lower, 0.85, within=leg)
        easel.line(bow(right[2], path[4], bend=-0.1), outfit.lower, 0.8, within=leg)
        easel.line(bow(right[i + 1], path[i + 2], bend=-0.1), outfit.lower, 0.85, within=leg)
        easel.line(
            np.stack([path[2:-2, 0], path[2:-2, 1]], axis=1)
            if outfit.crease
            else bow(left[-4], path[-2], bend=0.1),
            outfit.lower,
            0.7,
            within=leg,
        )
    if bare and outfit.socks > 0:
        start = round((1 - outfit.socks) * (len(path) - 1))
        _limb(easel, path[start:], radii[start:] * 1.03, outfit.sock, top=True)
    if outfit.bottom == "shorts":
        stop = 2 + round(0.36 * len(path))
        _limb(easel, path[:stop], radii[:stop] * 1.12, outfit.lower, hem=True)


def _limb(
    easel: Easel, path: Points, radii: Points, paint: Paint, *, top: bool = False, hem: bool = False
) -> int:
    left, right = sides(path, radii)
    outline = np.concatenate([left, right[::-1]])
    part = easel.sheet.part(outline, paint, None)
    easel.model(part, outline, paint, 0.6 * float(radii.mean()))
    ink = easel.ink(paint)
    if ink is not None:
        for edge in (left, right):
            easel.sheet.stroke(edge, ink)
        if top:
            easel.sheet.stroke(np.array([left[0], right[0]]), ink)
        if hem:
            easel.sheet.stroke(np.array([left[-1], right[-1]]), ink)
    return part


def _draw_shoe(easel: Easel, f: Figure, outfit: Outfit, ankle: Points, turn: float, side: float) -> None:
    toe = 0.3 * turn + side * 0.05
    x, y = float(ankle[0]), f.sole
    w = 0.24 * f.hips + 0.02
    shape = curve(
        (x - w, y - 0.2), (x + w, y - 0.2), (x + w + 0.3 * max(toe, 0), y - 0.08), (x + w + toe, y + 0.06),
        (x + 0.5 * toe, y + 0.12), (x - w + toe, y + 0.06), (x - w + 0.3 * min(toe, 0), y - 0.08),
        closed=True, steps=4,
    )  # fmt: skip
    shoe = easel.part(shape, outfit.shoes)
    easel.model(shoe, shape, outfit.shoes, 0.06)
    if easel.detail > 70:
        easel.line(
            bow((x - w + 0.6 * toe, y + 0.03), (x + w + 0.8 * toe, y + 0.03), bend=-0.12),
            outfit.shoes,
            0.8,
            within=shoe,
        )


def _draw_skirt(easel: Easel, f: Figure, outfit: Outfit, turn: float, sway: float) -> None:
    top = f.waist_y + 0.02
    long = outfit.bottom == "long skirt"
    length = (0.72 if long else 0.32) * f.legs + (f.crotch - f.waist_y)
    flare = outfit.flare * (1.25 if long else 1.0)
    count = outfit.pleats
    waist = [f.at(u * f.waist, top, turn) for u in (-1.0, 1.0)]
    drift = 0.12 * sway * length
    x = (
        np.linspace(
            float(waist[1][0]) + flare * f.hips * 0.55,
            float(waist[0][0]) - flare * f.hips * 0.55,
            2 * count + 1,
        )
        + drift
    )
    arch = 0.07 * np.sin(np.linspace(0, np.pi, 2 * count + 1))
    y = top + length + arch + 0.035 * (np.arange(2 * count + 1) % 2)
    hem = zigzag(np.stack([x[1::2], y[1::2]], 1), np.stack([x[0::2], y[0::2]], 1), bend=0.03, steps=4)
    right = bow(waist[1], hem[0], bend=0.06)
    left = bow(hem[-1], waist[0], bend=0.06)
    outline = np.concatenate([right[:-1], hem, left[1:]])
    skirt = easel.part(outline, outfit.lower)
    pleats = zip(
        np.linspace(waist[1], waist[0], count + 1),
        np.stack([x[0::2], y[0::2]], 1),
        np.stack([x[1::2], y[1::2]], 1),
        strict=False,
    )
    lx = easel.light[0]
    for k, (start, notch, peak) in enumerate(pleats):
        easel.shade(
            skirt,
            points(tuple(start), tuple(notch), tuple(notch + (peak - notch) * (0.6 if lx > 0 else 0.9))),
            outfit.lower,
        )
        if 0 < k < count and easel.detail > 40:
            easel.line(
                bow(notch, start + (notch - start) * 0.12, bend=0.02), outfit.lower, 0.85, within=skirt
            )
    if outfit.checks and easel.detail > 60:
        centre = (waist[0] + waist[1]) / 2
        for t in (0.3, 0.55, 0.8, 0.9):
            band = np.concatenate(
                [centre + (hem - centre) * (1.3, t), (centre + (hem - centre) * (1.3, t + 0.03))[::-1]]
            )
            easel.sheet.patch(skirt, band, outfit.trim.base)
    easel.model(skirt, outline, outfit.lower, 0.12)
    if easel.guide.levels and outfit.kind != "dress":  # the shade below the hem falls on the waist
        easel.shade(skirt, points((-2, top), (2, top), (2, top + 0.1), (-2, top + 0.12)), outfit.lower)
