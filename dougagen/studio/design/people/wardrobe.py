"""The wardrobe: what a character wears, from school uniforms to armour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.colors import any_paint, paint_from, rgb
from dougagen.studio.design.ranges import NATURAL, DesignRanges

Kind = Literal[
    "sailor", "blazer", "gakuran", "tee", "hoodie", "dress",
    "kimono", "armour", "coat", "shirt", "sweater", "suit",
]  # fmt: skip
Bottom = Literal["trousers", "shorts", "skirt", "long skirt"]
Pattern = Literal["none", "stripes", "dots", "emblem", "checks", "chest band"]
Sleeve = Literal["none", "short", "puff", "tight", "loose", "wide", "rolled"]


@dataclass(frozen=True, slots=True)
class Outfit:
    """What a character wears."""

    kind: Kind
    top: Paint
    inner: Paint
    trim: Paint
    accent: Paint
    """Ties, ribbons, scarves."""
    lower: Paint
    sock: Paint
    shoes: Paint
    metal: Paint
    sleeve: Sleeve
    cuffs: bool
    gloves: bool
    bottom: Bottom
    crease: bool
    socks: float
    """Share of the leg, from the foot up."""
    pleats: int
    flare: float
    checks: bool
    pattern: Pattern
    necktie: Literal["none", "tie", "ribbon", "bow tie"]
    scarf: bool
    strap: bool
    folds: int
    seed: int


_KINDS: dict[Kind, tuple[float, float]] = {  # how often girls and boys wear it
    "sailor": (13, 0), "blazer": (14, 14), "gakuran": (0, 8), "tee": (12, 13),
    "hoodie": (8, 11), "dress": (14, 0), "kimono": (8, 7), "armour": (5, 7),
    "coat": (9, 12), "shirt": (9, 12), "sweater": (8, 6), "suit": (0, 10),
}  # fmt: skip
_SLEEVES: dict[Kind, tuple[Sleeve, ...]] = {
    "tee": ("short",),
    "dress": ("puff", "none", "tight", "loose"),
    "kimono": ("wide",),
    "sailor": ("short", "loose", "tight"),
    "shirt": ("short", "loose", "tight"),
    "armour": ("tight", "none"),
    "gakuran": ("loose",),
}
_FORMAL: tuple[Kind, ...] = ("blazer", "suit", "gakuran", "coat", "sailor", "armour")
_PATTERNS: tuple[Pattern, ...] = ("none", "stripes", "dots", "emblem", "checks", "chest band")


def random_outfit(rng: np.random.Generator, *, boyish: bool, ranges: DesignRanges = NATURAL) -> Outfit:
    """Clothes with the colours of the style guide."""
    kinds = list(_KINDS)
    weights = np.array([_KINDS[kind][int(boyish)] for kind in kinds], np.float64)
    kind = kinds[rng.choice(len(kinds), p=weights / weights.sum())]
    white = paint_from(rng, rgb(rng.uniform(), rng.uniform(0, 0.05), rng.uniform(0.93, 1)))
    black = paint_from(rng, rgb(rng.uniform(0.5, 0.9), rng.uniform(0, 0.45), rng.uniform(0.08, 0.24)))
    metal = paint_from(rng, rgb(rng.choice([0.12, 0.6, 0.1]), rng.uniform(0.05, 0.6), rng.uniform(0.6, 0.9)))
    top = _top_paint(rng, kind, white, black, ranges.dark)
    formal_shirt = kind in ("blazer", "suit") and rng.uniform() < 0.8
    lower = (
        top
        if kind in ("dress", "kimono", "suit")
        else black
        if rng.uniform() < ranges.chance(0.35, ranges.dark)
        else any_paint(rng)
    )
    sleeves = _SLEEVES.get(kind, ("loose", "tight"))
    patterned = ranges.chance(0.06 if kind in _FORMAL else 0.45, ranges.patches)
    shares = [0.5, 0.0, 0.5, 0.0, 0.0] if kind in _FORMAL else [0.26, 0.14, 0.3, 0.1, 0.2]
    patterns = [1 - patterned, *(patterned * share for share in shares)]
    gown = kind == "kimono"
    return Outfit(
        kind=kind,
        top=top,
        inner=white if formal_shirt else any_paint(rng),
        trim=any_paint(rng),
        accent=any_paint(rng),
        lower=lower,
        sock=white if rng.uniform() < 0.4 else black,
        shoes=any_paint(rng),
        metal=metal,
        sleeve=sleeves[rng.integers(len(sleeves))],
        cuffs=bool(rng.uniform() < 0.4),
        gloves=bool(rng.uniform() < 0.08),
        bottom=_bottom(rng, kind, boyish=boyish),
        crease=bool(rng.uniform() < 0.5),
        socks=float(rng.choice([0.0, 0.3, 0.55, 0.8, 1.0])),
        pleats=1 if gown else int(rng.integers(3, 12)),
        flare=float(rng.uniform(0.2, 0.6) if gown else rng.uniform(0.9, 2.3)),
        checks=bool(rng.uniform() < 0.25),
        pattern=_PATTERNS[rng.choice(len(_PATTERNS), p=patterns)],
        necktie=rng.choice(["none", "tie", "ribbon", "bow tie"], p=[0.2, 0.42, 0.28, 0.1]),
        scarf=bool(rng.uniform() < 0.08),
        strap=bool(rng.uniform() < 0.08),
        folds=int(rng.integers(1, 12)),
        seed=int(rng.integers(2**31)),
    )


def _top_paint(rng: np.random.Generator, kind: Kind, white: Paint, black: Paint, dark: float) -> Paint:
    if kind in ("gakuran", "suit") or (kind in ("coat", "blazer") and rng.uniform() < 0.4):
        return black
    if kind in ("shirt", "sailor") and rng.uniform() < 0.65:
        return white
    return black if rng.uniform() < min(1.0, 0.1 * dark) else any_paint(rng)


def _bottom(rng: np.random.Generator, kind: Kind, *, boyish: bool) -> Bottom:
    if kind == "kimono":
        return "long skirt"
    if kind == "dress":
        return "long skirt" if rng.uniform() < 0.5 else "skirt"
    bottoms: tuple[Bottom, ...] = ("skirt", "long skirt", "trousers", "shorts")
    return bottoms[rng.choice(4, p=[0, 0, 0.88, 0.12] if boyish else [0.4, 0.2, 0.2, 0.2])]
