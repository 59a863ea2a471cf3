"""The trunk in its cloth: collars behind the neck, patterns, folds, hems."""

from __future__ import annotations

import numpy as np

from dougagen.studio.cel.strokes import Points, ellipse
from dougagen.studio.design.curves import bow, curve, leaf, mixed, points, tube, xy
from dougagen.studio.design.guide import Easel
from dougagen.studio.design.people.figure import Figure
from dougagen.studio.design.people.garments import GARMENTS, draw_scarf
from dougagen.studio.design.people.tailor import Tailor
from dougagen.studio.design.people.wardrobe import Outfit

_NECK_DEPTH = {
    "sailor": 0.45,
    "tee": 0.08,
    "dress": 0.14,
    "kimono": 0.5,
    "coat": 0.3,
    "sweater": -0.02,
    "shirt": 0.1,
}


def draw_collar_behind(easel: Easel, figure: Figure, outfit: Outfit, turn: float) -> None:
    """What of a collar or hood lies behind the neck."""
    y0, n = figure.shoulder_y, figure.neck
    if outfit.kind == "hoodie":
        hood = curve(
            (-2.6 * n, y0 + 0.05),
            (-2.9 * n, y0 - 0.22),
            (-1.6 * n, y0 - 0.42),
            (1.6 * n, y0 - 0.42),
            (2.9 * n, y0 - 0.22),
            (2.6 * n, y0 + 0.05),
        )
        part = easel.part(figure.laid(hood, turn), outfit.top)
        easel.shade(part, figure.laid(hood * (0.72, 1) + xy(0, 0.03), turn), outfit.top)
    elif outfit.kind in ("coat", "gakuran", "shirt", "blazer", "suit", "kimono"):
        height = 0.36 if outfit.kind == "coat" else 0.24
        back = curve(
            (-1.5 * n, y0), (-1.35 * n, y0 - height), (1.35 * n, y0 - height), (1.5 * n, y0), steps=5
        )
        paint = outfit.inner if outfit.kind in ("blazer", "suit") else outfit.top
        part = easel.part(figure.laid(back, turn), paint)
        easel.shade(part, figure.laid(back, turn), paint)


def draw_trunk(
    easel: Easel, figure: Figure, outfit: Outfit, turn: float, *, is_behind: bool
) -> Tailor | None:
    """The trunk in its cloth, and who goes on sewing; None off the sheet."""
    wide = 1.3 * figure.shoulders + 0.5
    if not easel.sees(-wide, figure.shoulder_y - 0.6, wide, figure.crotch + 0.3):
        return None
    t = Tailor(easel, figure, outfit, turn)
    outline = _trunk(t, is_behind=is_behind)
    t.part = easel.part(outline, outfit.top)
    if easel.detail > 45 and outfit.pattern != "none" and not (is_behind and outfit.pattern == "emblem"):
        _draw_pattern(t)
    easel.model(t.part, outline, outfit.top, 0.17)
    _draw_folds(t)
    return t


def draw_garment(t: Tailor, *, sway: float) -> None:
    """Collars, fronts, buttons, ties: what lies on the trunk and over the shoulders."""
    easel, figure, outfit = t.easel, t.f, t.outfit
    if easel.detail > 30:
        GARMENTS[outfit.kind](t)
        if outfit.kind not in ("kimono", "dress", "coat"):
            _draw_hem(t)
        if outfit.strap:
            strap = t.on(
                tube(
                    bow((0.75 * figure.shoulders, t.y0), (-figure.waist, figure.waist_y + 0.3), bend=0.06),
                    np.full(8, 0.06),
                )
            )
            easel.part(strap, outfit.accent, within=t.part)
        if outfit.scarf:
            draw_scarf(t, sway)


def draw_back(t: Tailor) -> None:
    """What lies on the back: collars, hoods, seams, straps, bows."""
    easel, f, outfit, y0, n = t.easel, t.f, t.outfit, t.y0, t.n
    top = outfit.top
    kind = outfit.kind
    if kind == "sailor":
        flap = curve((-0.8 * f.shoulders, y0 - 0.06), (-0.7 * f.shoulders, y0 + 0.5), steps=6)
        square = np.concatenate([flap, flap[::-1] * (-1, 1)])
        collar = easel.part(t.on(square), outfit.trim, within=t.part)
        for inset in (0.06, 0.11):
            band = (square - (0, y0)) * (1 - inset, 1 - inset) + (0, y0)
            easel.sheet.patch(collar, t.on(tube(band, np.full(len(band), 0.011))), outfit.accent.base)
        easel.shade(collar, t.on(square * (1, 1) + xy(0.0, -0.34)), outfit.trim)
    elif kind == "hoodie":
        hood = curve(
            (-2.0 * n, y0 - 0.26), (-2.3 * n, y0 + 0.12), (-1.1 * n, y0 + 0.5), (0, y0 + 0.62),
            (1.1 * n, y0 + 0.5), (2.3 * n, y0 + 0.12), (2.0 * n, y0 - 0.26), steps=6,
        )  # fmt: skip
        lobe = easel.part(t.on(hood), top)
        easel.model(lobe, t.on(hood), top, 0.1)
        easel.line(t.on(bow((0, y0 - 0.2), (0.04, y0 + 0.45), bend=0.04)), top, 0.8, within=lobe)
    elif kind in ("coat", "gakuran", "shirt", "blazer", "suit", "sweater", "kimono"):
        high = 0.36 if kind == "coat" else 0.24
        band = curve(
            (-1.35 * n, y0 + 0.0), (-1.25 * n, y0 - high), (0, y0 - high - 0.03), (1.25 * n, y0 - high),
            (1.35 * n, y0 + 0.0), (0, y0 + 0.06), closed=True, steps=5,
        )  # fmt: skip
        collar = easel.part(t.on(band), outfit.inner if kind == "kimono" else top)
        easel.shade(collar, t.on(band + xy(0, 0.14)), top)
    else:
        ring = tube(curve((-1.2 * n, y0 - 0.2), (0, y0 - 0.1), (1.2 * n, y0 - 0.2)), np.full(17, 0.024))
        easel.part(t.on(ring), outfit.trim)
    if kind in ("kimono", "dress"):
        low = f.waist_y
        sash = points((-1, low - 0.2), (1, low - 0.2), (1, low + 0.16), (-1, low + 0.16))
        easel.part(t.on(sash), outfit.accent, within=t.part)
        for s in (-1.0, 1.0):
            loop = curve(
                (0, low), (s * 0.3, low - 0.24), (s * 0.42, low - 0.02), (s * 0.26, low + 0.14), closed=True
            )
            knot = easel.part(t.on(loop), outfit.accent)
            easel.shade(knot, t.on(loop + xy(0, 0.12)), outfit.accent)
        easel.part(t.on(ellipse(0, low, 0.07, 0.08, steps=16)), outfit.accent)
    if kind in ("suit", "blazer", "coat", "shirt", "gakuran", "armour"):
        t.line(bow((0.0, y0 + 0.1), (0.0, f.crotch), bend=0.02), 0.8)
    blade = bow((0.5 * f.shoulders, y0 + 0.28), (0.3 * f.shoulders, y0 + 0.75), bend=0.12)
    for side in t.both(blade):
        easel.line(side, top, 0.8, within=t.part)
    if outfit.strap:
        for side in t.both(bow((0.6 * f.shoulders, y0 - 0.1), (0.4 * f.waist, f.waist_y), bend=0.04)):
            easel.part(tube(side, np.full(len(side), 0.05)), outfit.accent, within=t.part)


def _trunk(t: Tailor, *, is_behind: bool) -> Points:
    f, y0, n = t.f, t.y0, t.n
    loose = 1.0 if t.outfit.kind in ("dress", "armour", "kimono") else 1.14
    bottom = t.hem
    chest = f.shoulders * (0.82 + 0.1 * f.bust)
    half = curve(
        (1.12 * n, y0 - 0.24), (0.45 * f.shoulders + 0.4 * n, y0 - 0.1), (0.92 * f.shoulders, y0 - 0.03),
        (1.02 * f.shoulders, y0 + 0.1), (0.93 * f.shoulders, y0 + 0.26), (chest, y0 + 0.4),
        (f.waist * loose, f.waist_y), (mixed(f.waist, f.hips, 0.95) * loose, f.crotch - 0.12), steps=5,
    )  # fmt: skip
    half = half[half[:, 1] <= bottom]
    half = np.concatenate([half, [[half[-1, 0], bottom]]])
    depth = _NECK_DEPTH.get(t.outfit.kind, 0.0)
    if is_behind:
        neck = curve((-0.8 * n, y0 - 0.22), (0, y0 - 0.16), (0.8 * n, y0 - 0.22), steps=4)
    elif t.outfit.kind in ("sailor", "kimono", "coat"):
        neck = points(
            (-0.5 * n, y0 - 0.24 + 0.5 * (depth + 0.1)),
            (0, y0 - 0.14 + depth),
            (0.5 * n, y0 - 0.24 + 0.5 * (depth + 0.1)),
        )
    else:
        neck = curve(
            (-0.8 * n, y0 - 0.16 + 0.7 * depth),
            (0, y0 - 0.1 + depth),
            (0.8 * n, y0 - 0.16 + 0.7 * depth),
            steps=4,
        )
    hem = bow(half[-1], half[-1] * (-1, 1), bend=-0.04, steps=8)[1:-1]
    return t.f.around(np.concatenate([half, hem, half[::-1] * (-1, 1), neck]), t.turn)


_PULLS = 14


def _pulls(f: Figure) -> Points:
    """float64[14, 2, 2]: where folds begin and end: armpits, shoulders, bust, waist, hem."""
    s, w, h, y0, y1 = f.shoulders, f.waist, f.hips, f.shoulder_y, f.waist_y
    right = [
        [(0.9 * s, y0 + 0.32), (0.45 * s, y0 + 0.52)],
        [(w, y1), (0.35 * w, y1 + 0.1)],
        [(0.6 * s, y0 + 0.45), (0.5 * w, y1 - 0.1)],
        [(0.6 * s, y0), (0.35 * s, y0 + 0.27)],
        [(w, y1 - 0.16), (0.5 * w, y1 - 0.04)],
        [(0.35 * s, y0 + 0.7), (0.4 * w, f.crotch - 0.3)],
        [(0.5 * h, f.crotch - 0.03), (0.45 * w, y1 + 0.25)],
    ]
    pulls = np.array(right)
    return np.concatenate([pulls, pulls * (-1, 1) + (0.0, 0.03)])


def _draw_folds(t: Tailor) -> None:
    """Folds pull from the armpits, the bust and the waist."""
    f, y0, easel = t.f, t.y0, t.easel
    if easel.detail < 50:
        return
    rng = np.random.default_rng(t.outfit.seed)
    for a, b in _pulls(f)[rng.permutation(_PULLS)[: t.outfit.folds]] + rng.normal(0, 0.03, (1, 2, 2)):
        bend = float(rng.normal(0, 0.1))
        spine = bow(a, b, bend=bend, steps=10)
        if (
            rng.uniform() < 0.7
        ):  # the shade leaves the line: one edge is the fold, the other fades out beside it
            away = bow(b, a, bend=-bend - float(rng.uniform(0.04, 0.22)), steps=10)
            easel.shade(t.part, t.on(np.concatenate([spine, away])), t.outfit.top)
        if rng.uniform() < 0.8:
            easel.line(t.on(spine[: int(rng.integers(6, 11))]), t.outfit.top, 0.85, within=t.part)
        for k in range(int(rng.integers(0, 3))):  # folds come in bundles that fan out from one pull
            fan = spine[:1] + (spine - spine[:1]) * rng.uniform(0.5, 0.95) + xy(0.0, 0.045 * (k + 1))
            easel.line(t.on(fan[int(rng.integers(0, 3)) : 9]), t.outfit.top, 0.75, within=t.part)
        if rng.uniform() < 0.45:  # a second, shorter fold leaves the first
            branch = bow(spine[3], spine[3] + (b - a) * 0.4 + rng.normal(0, 0.05, 2), bend=-bend, steps=6)
            easel.line(t.on(branch), t.outfit.top, 0.7, within=t.part)
        if easel.guide.shine > 0.75:
            glint = leaf(spine + xy(0.0, -0.05), 0.016, belly=0.5)
            easel.highlight(t.part, t.on(glint), t.outfit.top)
    if f.bust > 0.25:
        for s in (1.0, -1.0):
            under = bow(
                (s * 0.85 * f.shoulders, y0 + 0.62),
                (s * 0.12 * f.shoulders, y0 + 0.66),
                bend=s * 0.22,
                steps=12,
            )
            easel.shade(
                t.part,
                t.on(np.concatenate([under, bow(under[-1], under[0], bend=-s * 0.36, steps=12)])),
                t.outfit.top,
            )


def _draw_hem(t: Tailor) -> None:
    y = t.hem - 0.12
    if t.outfit.kind in ("hoodie", "sweater"):
        band = points((-1, y - 0.08), (1, y - 0.08), (1, y + 0.4), (-1, y + 0.4))
        rib = t.easel.part(t.on(band), t.outfit.top, within=t.part)
        for u in np.linspace(-0.9, 0.9, 9):
            t.easel.line(
                t.on(points((u * t.f.hips, y - 0.07), (u * t.f.hips, y + 0.2))), t.outfit.top, 0.6, within=rib
            )


def _draw_pattern(t: Tailor) -> None:
    f, y0, sheet, color = t.f, t.y0, t.easel.sheet, t.outfit.trim.base
    pattern = t.outfit.pattern
    if pattern in ("stripes", "checks"):
        for y in np.arange(y0 + 0.1, f.crotch, 0.19):
            sheet.patch(
                t.part,
                t.on(
                    curve(
                        (-1.2, y), (0, y + 0.05), (1.2, y), (1.2, y + 0.08), (0, y + 0.13), (-1.2, y + 0.08)
                    )
                ),
                color,
            )
    if pattern == "checks":
        for u in np.arange(-0.9, 0.9, 0.2):
            sheet.patch(
                t.part,
                t.on(points((u, y0 - 0.3), (u + 0.04, y0 - 0.3), (u + 0.04, f.crotch), (u, f.crotch))),
                color,
            )
    if pattern == "dots":
        for k, y in enumerate(np.arange(y0 + 0.05, f.crotch, 0.17)):
            for u in np.arange(-0.7 + 0.1 * (k % 2), 0.7, 0.2):
                sheet.patch(t.part, t.on(ellipse(u, y, 0.04, 0.04, steps=14)), color)
    if pattern == "chest band":
        sheet.patch(
            t.part,
            t.on(
                curve(
                    (-1.2, y0 + 0.42),
                    (0, y0 + 0.47),
                    (1.2, y0 + 0.42),
                    (1.2, y0 + 0.6),
                    (0, y0 + 0.65),
                    (-1.2, y0 + 0.6),
                )
            ),
            color,
        )
    if pattern == "emblem":
        arms = 2 * (3 + t.outfit.seed % 4)
        a = np.linspace(0, 2 * np.pi, arms, endpoint=False)
        r = np.where(np.arange(arms) % 2 == 0, 0.2, 0.09 + 0.11 * (t.outfit.seed % 3) / 2)
        sheet.patch(t.part, t.on(np.stack([r * np.sin(a), y0 + 0.5 - r * np.cos(a)], 1)), color)
