"""Eyes: whites, irises in layers, pupils, lights, lashes, lids and brows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dougagen.studio.cel.cel import Paint, Rgb
from dougagen.studio.cel.colors import hsv, paint_from, rgb
from dougagen.studio.cel.strokes import Ink, Points, ellipse
from dougagen.studio.design.curves import bow, curve, leaf, mixed, xy
from dougagen.studio.design.guide import Easel

Mapping = Callable[[Points], Points]
"""From the eye's own plane (x from the inner to the outer corner, y down, in head units) to the drawing."""


@dataclass(frozen=True, slots=True)
class EyeDesign:
    """One pair of eyes."""

    half_width: float
    height: float
    """From the lower to the upper lid, in head units."""
    slant: float
    """Outer corner up > 0, in head units."""
    roundness: float
    """Where the upper lid is highest: 0 near the nose … 1 at the outer corner."""
    iris: Paint
    iris_width: float
    """Half-width of the iris over the half-width of the eye."""
    layers: int
    pupil: float
    """Over the iris's size; 0 none."""
    rays: int
    """Spokes of the iris in close-up."""
    lights: int
    white: Paint
    lash: Rgb
    lash_weight: float
    wing: float
    lower_lash: bool
    fold: bool
    brow: Rgb
    brow_weight: float
    brow_tilt: float
    brow_height: float
    simple: bool
    """Dots or ovals of ink, as mascots and comic faces have."""


_CLOSE = 220.0
"""Pixels of a head at 1080 lines from which a black spot is a fill with a border."""


def random_eyes(rng: np.random.Generator, *, hair: Rgb, cute: float, ink: Rgb) -> EyeDesign:
    """Eyes from narrow and real (``cute`` 0) to huge and round (1)."""
    hue, _, value = hsv(hair)
    iris = rgb(rng.uniform(), rng.uniform(0.35, 0.9), rng.uniform(0.35, 0.9))
    if rng.uniform() < 0.45:
        iris = rgb(rng.choice([0.06, 0.08, 0.58, 0.33, 0.0]), rng.uniform(0.4, 0.8), rng.uniform(0.2, 0.6))
    dark_hair = rgb(hue, 0.5, min(0.5 * value, 0.3))
    white = rgb(rng.uniform(0.5, 0.7), rng.uniform(0, 0.05), rng.uniform(0.94, 1.0))
    return EyeDesign(
        half_width=mixed(0.068, 0.098, cute) * rng.uniform(0.92, 1.08),
        height=mixed(0.062, 0.2, cute) * rng.uniform(0.88, 1.12),
        slant=rng.normal(0.008, 0.014),
        roundness=rng.uniform(0.35, 0.65),
        iris=paint_from(rng, iris),
        iris_width=mixed(0.52, 0.72, cute) * rng.uniform(0.9, 1.08),
        layers=int(rng.choice([1, 2, 3, 4], p=[0.1, 0.25, 0.35, 0.3])),
        pupil=float(rng.choice([0.0, rng.uniform(0.35, 0.55)], p=[0.12, 0.88])),
        rays=int(rng.choice([0, int(rng.integers(4, 12))], p=[0.6, 0.4])),
        lights=int(rng.choice([0, 1, 2, 3], p=[0.08, 0.37, 0.4, 0.15])),
        white=paint_from(rng, white),
        lash=ink if rng.uniform() < 0.7 else dark_hair,
        lash_weight=mixed(0.009, 0.024, rng.uniform()) * mixed(0.7, 1.25, cute),
        wing=float(rng.choice([0.0, rng.uniform(0.01, 0.04)])),
        lower_lash=bool(rng.uniform() < 0.75),
        fold=bool(rng.uniform() < 0.65),
        brow=dark_hair if rng.uniform() < 0.6 else ink,
        brow_weight=rng.uniform(0.005, 0.018) * (1.5 if rng.uniform() < 0.15 else 1.0),
        brow_tilt=rng.normal(0.0, 0.025),
        brow_height=rng.uniform(0.05, 0.1),
        simple=bool(rng.uniform() < 0.05),
    )


def draw_eye(
    easel: Easel,
    design: EyeDesign,
    skin: Paint,
    to: Mapping,
    *,
    face: int,
    opened: float,
    gaze: float,
) -> None:
    """One eye; ``gaze`` is towards the outer corner > 0."""
    upper, lower = _lids(design, opened)
    if opened < 0.12:
        _draw_closed(easel, design, to, upper)
    elif design.simple:
        w, h = 0.42 * design.half_width, 0.4 * design.height * opened
        dot = to(ellipse(0.3 * gaze * w, 0.0, w, max(h, 0.02)))
        if easel.detail < _CLOSE:
            easel.sheet.solid(dot, design.lash)
        else:
            easel.sheet.part(dot, Paint(*(design.lash,) * 4), Ink(design.lash, 2.0))
        if design.lights:
            shine = Paint((255, 255, 255), (255, 255, 255), (255, 255, 255), (255, 255, 255))
            easel.sheet.part(to(ellipse(0.3 * gaze * w - 0.2 * w, -0.4 * h, 0.35 * w, 0.3 * h)), shine, None)
    else:
        outline = to(np.concatenate([upper, lower[::-1]]))
        white = easel.sheet.part(outline, design.white, None, within=face)
        if easel.detail > 130:
            cast = to(np.concatenate([upper, upper[::-1] + xy(0, 0.2 * design.height)]))
            easel.shade(white, cast, design.white)
        _draw_iris(easel, design, to, white, gaze=gaze, opened=opened)
        _draw_lashes(easel, design, skin, to, upper, lower)
    if design.fold and easel.detail > 170 and opened > 0.12:
        crease = upper[3:-1] + xy(0, -0.02 - 0.12 * design.height)
        easel.line(to(crease), skin, 0.6)
    _draw_brow(easel, design, to)


def _lids(design: EyeDesign, opened: float) -> tuple[Points, Points]:
    w, h, tilt = design.half_width, design.height, design.slant
    top = mixed(0.34 * h, -0.56 * h, opened)
    peak = mixed(-0.3, 0.3, design.roundness) * w
    inner, outer = (-w, 0.12 * h), (w, 0.02 * h - tilt)
    upper = curve(
        inner,
        (mixed(inner[0], peak, 0.45), mixed(inner[1], top, 0.82)),
        (peak, top),
        (mixed(peak, outer[0], 0.62), mixed(top, outer[1], 0.3)),
        outer,
    )
    bottom = 0.44 * h
    lower = curve(
        (inner[0] * 0.96, inner[1]),
        (-0.5 * w, bottom * 0.9),
        (0.15 * w, bottom),
        (0.72 * w, mixed(bottom, outer[1], 0.3)),
        (outer[0] * 0.96, outer[1]),
    )
    return upper, lower


def _draw_iris(
    easel: Easel, design: EyeDesign, to: Mapping, white: int, *, gaze: float, opened: float
) -> None:
    sheet, iris = easel.sheet, design.iris
    rx = design.half_width * design.iris_width
    ry = max(0.5 * design.height * mixed(0.95, 1.02, opened), rx * 1.02)
    cx, cy = gaze * 0.38 * design.half_width - 0.05 * design.half_width, -0.04 * design.height
    ring = easel.ink(iris, 0.7)
    number = sheet.part(to(ellipse(cx, cy, rx, ry)), iris, ring, within=white)
    if easel.detail < 110:
        return
    if design.layers >= 2:  # the lid's shade on the iris is an iris layer whatever the light
        dark = np.concatenate([ellipse(cx, cy, rx, ry)[24:], bow((cx + rx, cy), (cx - rx, cy), bend=-0.12)])
        sheet.shade(number, to(dark), iris.shade)
    if design.layers >= 3:
        glow = ellipse(cx, cy + 0.55 * ry, 0.72 * rx, 0.42 * ry)
        sheet.highlight(number, to(glow), iris.highlight)
    if design.layers >= 4:
        band = np.concatenate(
            [
                ellipse(cx, cy, rx, ry)[28:44],
                bow((cx + 0.7 * rx, cy - 0.4 * ry), (cx - 0.9 * rx, cy - 0.4 * ry), bend=-0.1),
            ]
        )
        sheet.shade(number, to(band), iris.deep_shade, deep=True)
    if design.rays and easel.detail > _CLOSE:
        _draw_rays(easel, design, to, number, (cx, cy, rx, ry))
    lit = [number]
    if design.pupil:
        lit += _draw_pupil(easel, design, to, number, (cx, cy, rx, ry))
    _draw_lights(easel, design, to, lit, (cx, cy, rx, ry))


def _draw_rays(
    easel: Easel, design: EyeDesign, to: Mapping, iris: int, where: tuple[float, float, float, float]
) -> None:
    """The spokes of the iris, and a lighter ring around the pupil."""
    cx, cy, rx, ry = where
    for a in np.linspace(0.15, np.pi - 0.15, design.rays):
        way = xy(rx * float(np.cos(a)), ry * float(np.sin(a)))
        spoke = leaf(np.linspace(xy(cx, cy) + 0.9 * way, xy(cx, cy) + 0.5 * way, 6), 0.07 * rx, belly=0.2)
        easel.sheet.highlight(iris, to(spoke), design.iris.highlight)


def _draw_pupil(
    easel: Easel, design: EyeDesign, to: Mapping, iris: int, where: tuple[float, float, float, float]
) -> list[int]:
    """A spot of ink; in close-up a black fill, which is class 0 with its border 1."""
    cx, cy, rx, ry = where
    dark: Rgb = tuple(round(c * 0.35) for c in design.iris.deep_shade)  # type: ignore[assignment]
    outline = to(ellipse(cx, cy, rx * design.pupil, ry * design.pupil))
    if easel.detail < _CLOSE:
        easel.sheet.solid(outline, dark, within=iris)
        return []
    return [easel.sheet.part(outline, Paint(dark, dark, dark, dark), Ink(dark, 2.0), within=iris)]


def _draw_lights(
    easel: Easel,
    design: EyeDesign,
    to: Mapping,
    lit: list[int],
    where: tuple[float, float, float, float],
) -> None:
    """The lights are highlights of whatever they fall on."""
    cx, cy, rx, ry = where
    side = 1.0 if easel.light[0] > 0 else -1.0
    spots = ((0.42 * side, -0.45, 0.34, 0.3), (-0.42 * side, 0.45, 0.2, 0.18), (0.1, 0.6, 0.12, 0.1))
    for x, y, a, b in spots[: design.lights]:
        spot = ellipse(cx + x * rx, cy + y * ry, a * rx, b * ry, steps=20)
        for part in lit:
            easel.sheet.highlight(part, to(spot), (255, 255, 255))


def _draw_lashes(
    easel: Easel, design: EyeDesign, skin: Paint, to: Mapping, upper: Points, lower: Points
) -> None:
    end = upper[-1] + xy(design.wing + 0.012, -0.5 * design.wing + 0.004)
    path = np.concatenate([upper, end[None]])
    weight = design.lash_weight
    thick = leaf(path, weight, belly=0.6, start=0.04) + xy(0, -0.35 * weight)
    easel.sheet.solid(to(thick), design.lash)
    if design.wing and easel.detail > 150:
        for k in (0.0, 0.4):
            root = upper[-3 - int(10 * k)]
            tip = root + xy(design.wing * 0.9, -design.wing * (0.5 + k))
            easel.sheet.solid(to(leaf(bow(root, tip, bend=0.15), weight * 0.6, belly=0.1)), design.lash)
    if design.lower_lash:
        ink = easel.ink(skin, 0.75)
        if ink is not None:
            easel.sheet.stroke(to(lower[10:]), ink)


def _draw_closed(easel: Easel, design: EyeDesign, to: Mapping, upper: Points) -> None:
    easel.sheet.solid(to(leaf(upper, design.lash_weight * 0.9, belly=0.55, start=0.3)), design.lash)
    if design.wing:
        root = upper[-6]
        tip = root + xy(design.wing, design.wing * 0.9)
        easel.sheet.solid(
            to(leaf(bow(root, tip, bend=0.1), design.lash_weight * 0.5, belly=0.1)), design.lash
        )


def _draw_brow(easel: Easel, design: EyeDesign, to: Mapping) -> None:
    w = design.half_width
    y = -0.56 * design.height - design.brow_height
    inner, outer = (-0.95 * w, y + design.brow_tilt), (1.15 * w, y - design.brow_tilt + 0.01)
    path = bow(inner, outer, bend=0.09, steps=10)
    weight = max(design.brow_weight, 1.0 / easel.detail)
    easel.sheet.solid(to(leaf(path, weight, belly=0.35, start=0.55)), design.brow)
