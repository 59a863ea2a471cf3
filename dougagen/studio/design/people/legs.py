"""Hips to shoes: trousers, shorts, socks, shoes, and skirts over whatever the legs do."""

from __future__ import annotations

import numpy as np

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.strokes import Points, smooth
from dougagen.studio.design.curves import bow, hull, leaf, points, sides, widths, xy, zigzag
from dougagen.studio.design.guide import Easel
from dougagen.studio.design.people.figure import Figure
from dougagen.studio.design.people.stance import Limb, Stance
from dougagen.studio.design.people.wardrobe import Outfit


def draw_legs(easel: Easel, figure: Figure, outfit: Outfit, skin: Paint, stance: Stance) -> None:
    """Both legs, the farther one first."""
    for leg in sorted(stance.legs, key=lambda leg: float(leg.depth[1] + leg.depth[2])):
        _draw_leg(easel, figure, outfit, skin, leg, stance)


def _draw_leg(easel: Easel, f: Figure, outfit: Outfit, skin: Paint, leg: Limb, stance: Stance) -> None:
    bare = outfit.bottom != "trousers"
    knots = (1.0, 0.92, 0.68, 0.66, 0.42) if bare else (1.02, 0.98, 0.8, 0.76, 0.72)
    radius = f.hips * 0.47
    sole_first = bool(leg.depth[2] <= leg.depth[1])
    if sole_first:
        _draw_shoe(easel, f, outfit, leg, stance)
    paint = skin if bare else outfit.lower
    if leg.is_foreshortened:
        _draw_bent(easel, leg, knots, radius, paint, outfit, bare=bare)
    else:
        _draw_straight(easel, leg, knots, radius, paint, outfit, bare=bare)
    if not sole_first:
        _draw_shoe(easel, f, outfit, leg, stance)


def _draw_straight(
    easel: Easel,
    leg: Limb,
    knots: tuple[float, ...],
    radius: float,
    paint: Paint,
    outfit: Outfit,
    *,
    bare: bool,
) -> None:
    hip, knee, ankle = leg.joints
    path = smooth(np.array([hip, (hip + knee) / 2, knee, (knee + ankle) / 2, ankle]), closed=False, steps=5)
    size = np.interp(np.linspace(0, 2, len(path)), np.arange(3), leg.size)
    radii = widths(knots, len(path)) * radius * size
    part = _limb(easel, path, radii, paint)
    if not bare and easel.detail > 60:
        _draw_trouser_folds(easel, part, path, radii, outfit)
    if bare and outfit.socks > 0:
        start = round((1 - outfit.socks) * (len(path) - 1))
        _limb(easel, path[start:], radii[start:] * 1.03, outfit.sock, top=True)
    if outfit.bottom == "shorts":
        stop = 2 + round(0.36 * len(path))
        _limb(easel, path[:stop], radii[:stop] * 1.12, outfit.lower, hem=True)


def _draw_bent(
    easel: Easel,
    leg: Limb,
    knots: tuple[float, ...],
    radius: float,
    paint: Paint,
    outfit: Outfit,
    *,
    bare: bool,
) -> None:
    """Thigh and shin as they overlap when a leg comes at the viewer or folds."""
    radii = np.interp([0.0, 0.5, 1.0], np.linspace(0, 1, len(knots)), knots) * radius * leg.size
    order = sorted(((0, 1), (1, 2)), key=lambda s: float(leg.depth[s[0]] + leg.depth[s[1]]))
    for a, b in order:
        outline = hull([(leg.joints[a], float(radii[a])), (leg.joints[b], float(radii[b]))])
        thigh = a == 0
        covered = bare and outfit.bottom == "shorts" and thigh
        sock = bare and outfit.socks >= 0.5 and not thigh
        cloth = outfit.lower if covered else outfit.sock if sock else paint
        part = easel.part(outline, cloth)
        easel.model(part, outline, cloth, 0.6 * float(radii[b]))
        if (not bare or covered) and easel.detail > 60:
            way, knee = leg.joints[b] - leg.joints[a], leg.joints[1]
            for k, spread in enumerate((0.5, -0.35, 0.1)):
                across = np.array([-way[1], way[0]]) * spread
                start = knee + (0.2 if thigh else -0.1) * way * (-1 if thigh else 1) + 0.9 * across
                fold = bow(
                    start, start + (0.5 - 0.1 * k) * (leg.joints[0] - knee if thigh else way), bend=0.15
                )
                easel.shade(part, leaf(fold, 0.05, belly=0.2), cloth)
                easel.line(fold[: 6 - k], cloth, 0.85, within=part)


def _draw_trouser_folds(easel: Easel, leg: int, path: Points, radii: Points, outfit: Outfit) -> None:
    i = len(path) // 2
    left, right = sides(path, radii)
    for k, (edge, at) in enumerate(((left, 3), (right, i), (left, i + 1), (right, len(path) - 4))):
        way = (path[at + 2] - path[at]) * 0.8
        fold = leaf(bow(edge[at], path[at] + way, bend=0.12 - 0.08 * k), 0.05, belly=0.2)
        easel.shade(leg, fold, outfit.lower)
    paint = outfit.lower
    easel.line(bow(left[i], path[i + 1], bend=0.1), paint, 0.85, within=leg)
    easel.line(bow(right[2], path[4], bend=-0.1), paint, 0.8, within=leg)
    easel.line(bow(right[i + 1], path[i + 2], bend=-0.1), paint, 0.85, within=leg)
    for k in (4, 6):  # the cloth piles up above the shoe
        ends = (left[-k], path[-k + 2]) if k == 4 else (right[-k], path[-k + 2])
        easel.line(bow(*ends, bend=0.15), paint, 0.75, within=leg)
    if outfit.crease:
        easel.line(path[2:-2], paint, 0.7, within=leg)


def _limb(
    easel: Easel, path: Points, radii: Points, paint: Paint, *, top: bool = False, hem: bool = False
) -> int:
    left, right = sides(path, radii)
    outline = np.concatenate([left, right[::-1]])
    part = easel.fill(outline, paint, None)
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


def _draw_shoe(easel: Easel, f: Figure, outfit: Outfit, leg: Limb, stance: Stance) -> None:
    """Heel, ball and toe, wrapped; the foot follows the shin where the leg is lifted."""
    ankle, size = leg.joints[2], float(leg.size[2])
    w = (0.2 * f.hips + 0.035) * size
    shin = leg.joints[2] - leg.joints[1]
    shin = shin / max(float(np.hypot(*shin)), 1e-6)
    forward = np.array([np.sin(stance.turn), 0.32 * np.cos(stance.turn)])
    if abs(shin[1]) < 0.75:  # a lifted foot hangs on
        forward = 0.5 * forward + 0.6 * np.array([abs(shin[1]) * np.sign(forward[0] or 1.0), abs(shin[0])])
    long = 0.52 * f.hips * size
    heel = ankle + 0.5 * w * shin
    toe = heel + long * forward + 0.4 * w * shin
    shape = hull([(heel, w), ((heel + 1.6 * toe) / 2.6, 1.05 * w), (toe, 0.8 * w)])
    shoe = easel.part(shape, outfit.shoes)
    easel.model(shoe, shape, outfit.shoes, 0.06)
    if easel.detail > 70:
        sole = np.array([heel - forward * w + shin * 0.55 * w, toe + forward * w + shin * 0.45 * w])
        easel.line(sole, outfit.shoes, 0.8, within=shoe)
        easel.line(bow(ankle - xy(w, 0.0), ankle + xy(w, 0.0), bend=-0.25), outfit.shoes, 0.7, within=shoe)


# ---- skirts ---------------------------------------------------------------------------------------
def draw_skirt(easel: Easel, f: Figure, outfit: Outfit, stance: Stance, *, sway: float) -> None:
    """A skirt hangs from the waist where the thighs hang, and lies over them where they are lifted."""
    long = outfit.bottom == "long skirt"
    lifted = max(_lifted(leg) for leg in stance.legs)
    waist = (
        stance.trunk[:, :2] @ np.array([[-f.waist, f.waist], [f.waist_y + 0.02] * 2]) + stance.trunk[:, 2:]
    )
    ends = waist.T  # [2, 2]: left, right
    wide = 0.72 + 0.28 * abs(float(np.cos(stance.turn)))
    middle = ends.mean(axis=0)
    ends = middle + (ends - middle) * wide
    if lifted < 0.35:
        _hanging(easel, f, outfit, (ends[1], ends[0]), stance, long=long, sway=sway)
    else:
        _lying(easel, f, outfit, (ends[1], ends[0]), stance, long=long)


def _lifted(leg: Limb) -> float:
    """0 a thigh that hangs straight down … 1 one that does not go down at all in the drawing."""
    drop = float(leg.joints[1, 1] - leg.joints[0, 1])
    return 1.0 - drop / max(float(leg.lengths[0] * leg.size[1]), 1e-6)


def _hanging(
    easel: Easel,
    f: Figure,
    outfit: Outfit,
    waist: tuple[Points, Points],
    stance: Stance,
    *,
    long: bool,
    sway: float,
) -> None:
    flare = outfit.flare * (1.25 if long else 1.0)
    count = outfit.pleats
    feet = np.mean([leg.joints[2] for leg in stance.legs], axis=0)
    hips = np.mean([leg.joints[0] for leg in stance.legs], axis=0)
    share = 0.72 if long else 0.34
    length = float(feet[1] - hips[1]) * share + float(hips[1] - waist[0][1])
    centre = hips + (feet - hips) * share
    half = flare * f.hips * 0.55 + 0.5 * float(waist[0][0] - waist[1][0])
    spread = 0.5 * float(np.ptp([leg.joints[1, 0] for leg in stance.legs])) * (share + 0.2)
    x = np.linspace(half + spread, -half - spread, 2 * count + 1) + centre[0] + 0.12 * sway * length
    arch = 0.07 * np.sin(np.linspace(0, np.pi, 2 * count + 1))
    y = float(waist[0][1]) + length + arch + 0.035 * (np.arange(2 * count + 1) % 2)
    hem = zigzag(np.stack([x[1::2], y[1::2]], 1), np.stack([x[0::2], y[0::2]], 1), bend=0.03, steps=4)
    _cut(easel, outfit, waist, hem, np.stack([x, y], 1))


def _lying(
    easel: Easel, f: Figure, outfit: Outfit, waist: tuple[Points, Points], stance: Stance, *, long: bool
) -> None:
    """Cloth over lifted thighs: from the waist around both legs."""
    reach = 1.25 if long else 0.72
    circles = [(waist[0], 0.03), (waist[1], 0.03)]
    for leg in stance.legs:
        thigh = leg.joints[1] - leg.joints[0]
        circles.append((leg.joints[0], f.hips * 0.62))
        circles.append((leg.joints[0] + min(reach, 1.0) * thigh, f.hips * 0.5 * float(leg.size[1])))
        if long:
            shin = leg.joints[2] - leg.joints[1]
            circles.append((leg.joints[1] + 0.55 * shin, f.hips * 0.55 * float(leg.size[2])))
    outline = hull(circles)
    skirt = easel.part(outline, outfit.lower)
    easel.model(skirt, outline, outfit.lower, 0.2)
    middle = (waist[0] + waist[1]) / 2
    far = outline[np.argsort(-np.linalg.norm(outline - middle, axis=1))]
    rng = np.random.default_rng(outfit.seed + 1)
    for end in far[: 2 * outfit.pleats : 2]:
        start = waist[0] + (waist[1] - waist[0]) * rng.uniform(0.1, 0.9)
        inner = start + (end - start) * rng.uniform(0.1, 0.5)
        easel.shade(
            skirt, leaf(bow(end, inner, bend=rng.normal(0, 0.1)), 0.07, belly=0.2, start=0.7), outfit.lower
        )
        if easel.detail > 40:
            easel.line(bow(end, inner, bend=rng.normal(0, 0.08)), outfit.lower, 0.85, within=skirt)


def _cut(easel: Easel, outfit: Outfit, waist: tuple[Points, Points], hem: Points, notches: Points) -> None:
    """The hanging skirt with pleats from the waist to the hem's notches."""
    count, paint = outfit.pleats, outfit.lower
    right, left = bow(waist[0], hem[0], bend=0.06), bow(hem[-1], waist[1], bend=0.06)
    outline = np.concatenate([right[:-1], hem, left[1:]])
    skirt = easel.part(outline, paint)
    lx = easel.light[0]
    pleats = zip(np.linspace(waist[0], waist[1], count + 1), notches[0::2], notches[1::2], strict=False)
    for k, (start, notch, peak) in enumerate(pleats):
        edge = notch + (peak - notch) * (0.6 if lx > 0 else 0.9)
        easel.shade(skirt, points(tuple(start), tuple(notch), tuple(edge)), paint)
        if 0 < k < count and easel.detail > 40:
            easel.line(bow(notch, start + (notch - start) * 0.12, bend=0.02), paint, 0.85, within=skirt)
    if outfit.checks and easel.detail > 60:
        centre = (waist[0] + waist[1]) / 2
        for t in (0.3, 0.55, 0.8, 0.9):
            upper, lower = centre + (hem - centre) * (1.3, t), centre + (hem - centre) * (1.3, t + 0.03)
            easel.sheet.patch(skirt, np.concatenate([upper, lower[::-1]]), outfit.trim.base)
    easel.model(skirt, outline, paint, 0.12)
    if easel.guide.levels and outfit.kind != "dress":  # the shade of what hangs over the waist
        y = float(waist[0][1])
        easel.shade(skirt, points((-3, y - 1), (3, y - 1), (3, y + 0.1), (-3, y + 0.12)), paint)
