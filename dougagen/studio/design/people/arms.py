"""Arms from the shoulder to the hand: bare, in sleeves, bent, folded."""

from __future__ import annotations

import numpy as np

from dougagen.studio.cel.cel import Paint, Rgb
from dougagen.studio.cel.strokes import Points, smooth
from dougagen.studio.design.curves import bow, hull, sides, widths
from dougagen.studio.design.guide import Easel
from dougagen.studio.design.people.body_design import BodyDesign
from dougagen.studio.design.people.hands import draw_hand
from dougagen.studio.design.people.head_design import HeadDesign
from dougagen.studio.design.people.held_things import draw_held_thing
from dougagen.studio.design.people.stance import Limb
from dougagen.studio.design.people.wardrobe import Outfit

_FOLDED = 2.0
"""Radians from which a bent arm is drawn as two segments: one outline would cross itself."""


def bend(limb: Limb) -> float:
    """Radians between the segments as they are seen."""
    a, b = np.diff(limb.joints, axis=0)
    cross, dot = a[0] * b[1] - a[1] * b[0], float(a @ b)
    return abs(float(np.arctan2(cross, dot)))


def draw_arm(
    easel: Easel, body: BodyDesign, head: HeadDesign, limb: Limb, index: int, *, is_behind: bool = False
) -> None:
    """An arm in its sleeve; one behind the trunk is inked all around, others run into the shoulder."""
    figure, outfit = body.figure, body.outfit
    joints, side = limb.joints, index * 2.0 - 1.0
    low, high = joints.min(axis=0) - figure.hand - 0.4, joints.max(axis=0) + figure.hand + 0.4
    if not easel.sees(float(low[0]), float(low[1]), float(high[0]), float(high[1])):
        return
    if limb.end_depth < -0.2:  # the hand points away: the sleeve hides part of it
        _hand(easel, body, head, limb, side)
    bare = outfit.sleeve in ("none", "short", "puff")
    if bare:
        sleeve_widths = (1.0, 0.95, 0.8, 0.62)
        _draw_sleeve(easel, limb, sleeve_widths, figure.limb, head.skin, side, stop=1.0, whole=is_behind)
    if limb.end_depth >= -0.2 and bare:
        _hand(easel, body, head, limb, side)
    if outfit.sleeve != "none":
        stop = {"short": 0.36, "puff": 0.32}.get(outfit.sleeve, 1.0)
        bands = outfit.trim.base if outfit.pattern in ("stripes", "checks") and easel.detail > 45 else None
        if limb.end_depth >= -0.2 and not bare and limb.end_depth < 0.75:
            _hand(easel, body, head, limb, side)
        path = _draw_sleeve(
            easel, limb, _SLEEVE_WIDTHS[outfit.sleeve], figure.limb, outfit.top, side, stop=stop, cloth=True,
            bands=bands, whole=is_behind,
        )  # fmt: skip
        if outfit.cuffs and not bare and path is not None:
            radius = _SLEEVE_WIDTHS[outfit.sleeve][-1] * figure.limb * float(limb.size[2])
            _draw_cuff(easel, path, radius, outfit)
        if limb.end_depth >= 0.75 and not bare:  # the hand comes at the viewer, before the sleeve
            _hand(easel, body, head, limb, side)


_SLEEVE_WIDTHS: dict[str, tuple[float, ...]] = {
    "short": (1.35, 1.4, 1.5, 1.55), "puff": (1.3, 2.0, 2.1, 1.1), "tight": (1.25, 1.15, 0.95, 0.85),
    "loose": (1.45, 1.5, 1.45, 1.25), "wide": (1.45, 1.7, 2.1, 3.0), "rolled": (1.4, 1.4, 1.3, 1.3),
}  # fmt: skip


def _hand(easel: Easel, body: BodyDesign, head: HeadDesign, limb: Limb, side: float) -> None:
    worn = 0 if side * easel.facing < 0 else 1
    shape = body.action.arms[worn].hand
    if shape == "none":
        return
    if limb.end_depth > 0.8 and shape in ("relaxed", "open", "point"):
        shape = "reach"
    elif limb.end_depth > 0.8 and shape == "fist":
        shape = "front fist"
    lower = limb.joints[2] - limb.joints[1]
    length = float(np.hypot(*lower))
    way = lower if length > 0.12 else limb.end
    size = body.figure.hand * float(limb.size[2]) * (1.05 if body.outfit.gloves else 1.0)
    if shape not in ("reach", "front fist"):
        size *= 0.45 + 0.55 * min(1.0, float(np.hypot(*limb.end)) * 1.3)
    angle = float(np.arctan2(way[1], way[0]))
    if shape in ("fist", "front fist"):
        palm = limb.joints[2] + 0.35 * size * np.array([np.cos(angle), np.sin(angle)])
        draw_held_thing(easel, body.held[worn], palm=palm, angle=angle, size=size)
    draw_hand(
        easel,
        shape,
        body.outfit.trim if body.outfit.gloves else head.skin,
        wrist=limb.joints[2] - 0.05 * lower,
        angle=angle,
        size=size,
        flip=side if bend(limb) > 1.2 else -side,
    )


def _arm_path(limb: Limb, bent: float) -> Points:
    shoulder, elbow, wrist = limb.joints
    if bent < 0.25:
        return smooth(np.array([shoulder, elbow, wrist]), closed=False, steps=10)
    near, far = elbow + 0.16 * (shoulder - elbow), elbow + 0.16 * (wrist - elbow)
    return smooth(
        np.array([shoulder, (shoulder + elbow) / 2, near, far, (wrist + elbow) / 2, wrist]),
        closed=False,
        steps=5,
    )


def _draw_sleeve(
    easel: Easel,
    limb: Limb,
    knots: tuple[float, ...],
    radius: float,
    paint: Paint,
    side: float,
    *,
    stop: float,
    cloth: bool = False,
    bands: Rgb | None = None,
    whole: bool = False,
) -> Points | None:
    """A bare arm or its sleeve up to the share ``stop``; its path, or None where it comes at the viewer."""
    bent = bend(limb)
    if limb.is_foreshortened or bent > _FOLDED:
        _draw_capsules(easel, limb, knots, radius, paint, stop=stop, cloth=cloth)
        return None
    path = _arm_path(limb, bent)
    size = np.interp(np.linspace(0, 2, len(path)), np.arange(3), limb.size)
    count = max(4, round(stop * len(path)))
    path, size = path[:count], size[:count]
    upper = limb.joints[1] - limb.joints[0]
    raised = bool(np.arctan2(side * upper[0], upper[1]) > 0.8)
    radii = widths(knots, len(path)) * radius * size
    _draw_limb(easel, path, radii, paint, side, bent, raised=raised, cloth=cloth, bands=bands, whole=whole)
    return path


def _draw_capsules(
    easel: Easel,
    limb: Limb,
    knots: tuple[float, ...],
    radius: float,
    paint: Paint,
    *,
    stop: float,
    cloth: bool,
) -> None:
    """A limb that comes at the viewer: its segments overlap, the nearer one lies on top."""
    radii = np.interp([0.0, 0.5, 1.0], np.linspace(0, 1, len(knots)), knots) * radius * limb.size
    segments = [(0, 1)] if stop < 0.5 else [(0, 1), (1, 2)]
    for a, b in sorted(segments, key=lambda s: float(limb.depth[s[0]] + limb.depth[s[1]])):
        start, end = limb.joints[a], limb.joints[b]
        if stop < 0.5:
            end = start + (end - start) * (2 * stop)
        outline = hull([(start, float(radii[a])), (end, float(radii[b]))])
        part = easel.part(outline, paint)
        easel.model(part, outline, paint, 0.6 * float(radii[a]))
        if cloth and easel.detail > 70:  # folds run around a sleeve that is seen along its length
            way = end - start
            for share in (0.35, 0.7):
                middle = start + share * way
                across = np.array([-way[1], way[0]]) / max(float(np.hypot(*way)), 1e-6) * radii[a]
                fold = bow(middle + 0.9 * across, middle - 0.25 * across, bend=0.3)
                easel.shade(part, np.concatenate([fold, (fold + 0.3 * way)[::-1]]), paint)
                easel.line(fold, paint, 0.85, within=part)


def _draw_limb(
    easel: Easel,
    path: Points,
    radii: Points,
    paint: Paint,
    side: float,
    bent: float,
    *,
    raised: bool,
    cloth: bool = False,
    bands: Rgb | None = None,
    whole: bool = False,
) -> None:
    """A limb without a line where it leaves the shoulder."""
    left, right = sides(path, radii)
    outer, inner = (right, left) if side < 0 else (left, right)
    a = np.linspace(0.0, np.pi, 9)[1:-1, None]
    out, along = outer[0] - path[0], path[1] - path[0]
    along *= radii[0] / np.linalg.norm(along)
    cap = path[0] + np.cos(a) * out - np.sin(a) * along  # round the shoulder, from the outer edge inwards
    outline = np.concatenate([outer[::-1], cap, inner])
    ink = easel.ink(paint)
    part = easel.fill(outline, paint, None)
    if bands is not None:
        for i in range(2, len(path) - 1, 3):
            easel.sheet.patch(part, np.array([left[i - 1], right[i - 1], right[i], left[i]]), bands)
    easel.model(part, outline, paint, 0.55 * float(radii.mean()))
    if ink is not None and whole:
        easel.sheet.stroke(np.concatenate([cap[::-1], outer]), ink)
        easel.sheet.stroke(inner, ink)
        if cloth:
            easel.sheet.stroke(np.array([outer[-1], inner[-1]]), ink)
    elif ink is not None:
        skip = max(1, len(path) // (4 if raised else 9))
        lead = outer if raised else np.concatenate([cap[3::-1], outer])
        if cloth:
            easel.sheet.stroke(np.concatenate([lead, inner[skip:][::-1]]), ink)
        else:  # the hand goes on without a line
            easel.sheet.stroke(lead, ink)
            easel.sheet.stroke(inner[skip:], ink)
    if cloth and easel.detail > 90:
        _draw_elbow_folds(easel, part, path, radii, paint, bent)


def _draw_elbow_folds(
    easel: Easel, part: int, path: Points, radii: Points, paint: Paint, bent: float
) -> None:
    """Folds inside the elbow, pulls from the shoulder, cloth piled up above the cuff."""
    count = len(path)
    left, right = sides(path, radii)
    taste = np.random.default_rng(easel.guide.seed % 997 + sum(paint.base))
    spots = (0.42, 0.5, 0.55, 0.62) if bent > 0.4 else (0.12, 0.3, 0.55, 0.66)
    for k, spot in enumerate((*spots, 0.84, 0.92)):
        skipped, side, reach, sag = taste.uniform(0, 1, 4)
        i = min(int(spot * count), count - 2)
        j = min(i + max(1, count // 10), count - 1)
        edge = left if side < 0.5 else right
        end = edge[i] + (path[j] - edge[i]) * (0.6 + 0.9 * reach)
        if skipped < 0.3:
            continue
        fold = bow(edge[i], end, bend=0.3 * (sag - 0.5))
        easel.line(fold, paint, 0.85, within=part)
        if k % 2 == 0:
            back = bow(end, edge[i] + 0.5 * (path[min(j + 1, count - 1)] - path[i]), bend=0.1)
            easel.shade(part, np.concatenate([fold, back]), paint)


def _draw_cuff(easel: Easel, path: Points, radius: float, outfit: Outfit) -> None:
    end = path[-3:]
    left, right = sides(end, np.full(len(end), radius * 1.08))
    band = np.concatenate([left, right[::-1]])
    cuff = easel.part(band, outfit.trim)
    easel.model(cuff, band, outfit.trim, 0.4 * radius)
