"""Hairstyles: the strands around a skull, length, tails, colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.colors import paint_from, rgb
from dougagen.studio.design.curves import mixed
from dougagen.studio.design.people.locks import Lock, random_locks
from dougagen.studio.design.ranges import NATURAL, DesignRanges

Shine = Literal["none", "ring", "patches", "streaks"]
Extra = Literal["none", "ponytail", "twin tails", "buns", "side tail"]


@dataclass(frozen=True, slots=True)
class Strand:
    """One pointed lock on the skull."""

    longitude: float
    """Radians, 0 = over the nose, positive = the wearer's left; within ±π."""
    tip: float
    """How far down it reaches, in head units (0 = the head's centre)."""
    notch: float
    """Where the gap to the next strand begins, as a share of the way from the hairline to the tip."""
    lean: float
    """Radians by which the tip stands beside the root."""


@dataclass(frozen=True, slots=True)
class HairDesign:
    """A hairstyle."""

    paint: Paint
    bald: bool
    volume: float
    strands: tuple[Strand, ...]
    """By longitude."""
    locks: tuple[Lock, ...]
    """Clumps over the strands."""
    bend: float
    """How much the strands' edges curve."""
    parting: float
    """Longitude at which the strand lines meet at the top."""
    hairline: float
    spikes: int
    spike_height: float
    long: float
    """Where the back hair ends; 0 = no longer than the strands."""
    long_width: float
    teeth: int
    wave: float
    extra: Extra
    extra_length: float
    ahoge: float
    tufts: int
    """Locks that stand off the outline."""
    shine: Shine
    shine_y: float
    shading: Literal["half", "strands", "low", "all"]
    """Where the cap is dark: the side away from the light, single strands, below the brow, all of these."""
    ribbon: Paint | None
    band: Paint | None
    seed: int


def hair_paint(rng: np.random.Generator, *, dark: float = 1.0) -> Paint:
    """Black and very dark hair in four of ten (times ``dark``), brown, blond, colours of fantasy, white."""
    shares = np.array([0.24 * dark, 0.16 * dark, 0.16, 0.12, 0.24, 0.08])
    family = rng.choice(["black", "dark", "brown", "blond", "fantasy", "white"], p=shares / shares.sum())
    hue = rng.uniform()
    base = {
        "black": rgb(rng.choice([hue, 0.64, 0.75]), rng.uniform(0, 0.4), rng.uniform(0.06, 0.2)),
        "dark": rgb(rng.choice([hue, 0.05, 0.62]), rng.uniform(0.25, 0.7), rng.uniform(0.18, 0.36)),
        "brown": rgb(rng.uniform(0.02, 0.09), rng.uniform(0.35, 0.7), rng.uniform(0.35, 0.65)),
        "blond": rgb(rng.uniform(0.09, 0.14), rng.uniform(0.3, 0.65), rng.uniform(0.82, 0.98)),
        "fantasy": rgb(hue, rng.uniform(0.3, 0.8), rng.uniform(0.5, 0.95)),
        "white": rgb(hue, rng.uniform(0, 0.1), rng.uniform(0.8, 0.97)),
    }[str(family)]
    return paint_from(rng, base)


def random_hair(rng: np.random.Generator, *, boyish: bool, ranges: DesignRanges = NATURAL) -> HairDesign:
    """A hairstyle: strands, length, tails, light."""
    paint = hair_paint(rng, dark=ranges.dark)
    lengths = ["crop", "short", "bob", "long"]
    length = str(rng.choice(lengths, p=[0.3, 0.52, 0.1, 0.08] if boyish else [0.04, 0.2, 0.3, 0.46]))
    cut = str(rng.choice(["strands", "straight", "parted", "swept"], p=[0.5, 0.15, 0.17, 0.18]))
    spiky = length in ("crop", "short") and rng.uniform() < 0.5
    extras: list[Extra] = ["none", "ponytail", "twin tails", "buns", "side tail"]
    extra = extras[rng.choice(5, p=[0.95, 0.05, 0, 0, 0] if boyish else [0.5, 0.2, 0.15, 0.08, 0.07])]
    if extra in ("ponytail", "twin tails", "buns") and length == "long" and rng.uniform() < 0.75:
        length = "short"
    fringe_tip = float(rng.uniform(-0.14, 0.06))
    return HairDesign(
        paint=paint,
        bald=bool(boyish and rng.uniform() < 0.04),
        volume=rng.uniform(0.03, 0.1) if length != "crop" else rng.uniform(0.02, 0.06),
        strands=_strands(rng, length=length, cut=cut, fringe_tip=fringe_tip),
        locks=random_locks(rng, cut=cut, length=length, fringe_tip=fringe_tip)
        if rng.uniform() < 0.86
        else (),
        bend=rng.uniform(0.05, 0.17),
        parting=float(rng.normal(0, 0.35)),
        hairline=rng.uniform(-0.3, -0.24),
        spikes=int(rng.integers(5, 12)) if spiky else 0,
        spike_height=rng.uniform(0.05, 0.18),
        long={"crop": 0.0, "short": 0.0, "bob": rng.uniform(0.45, 0.75), "long": rng.uniform(1.0, 3.0)}[
            length
        ],
        long_width=rng.uniform(0.42, 0.6) if length == "long" else rng.uniform(0.4, 0.52),
        teeth=int(rng.integers(4, 9)),
        wave=float(rng.choice([0.0, rng.uniform(0.03, 0.08)], p=[0.65, 0.35])),
        extra=extra,
        extra_length=rng.uniform(0.7, 2.6),
        ahoge=float(rng.choice([0.0, rng.uniform(0.12, 0.35)], p=[0.7, 0.3])),
        tufts=int(rng.choice([0, 1, 2, 3], p=[0.4, 0.25, 0.2, 0.15])),
        shine=rng.choice(["none", "ring", "patches", "streaks"], p=[0.25, 0.37, 0.22, 0.16]),
        shine_y=rng.uniform(-0.36, -0.26),
        shading=rng.choice(["half", "strands", "low", "all"], p=[0.06, 0.5, 0.26, 0.18]),
        ribbon=_bright(rng) if rng.uniform() < (0.05 if boyish else 0.35) else None,
        band=_bright(rng) if not boyish and rng.uniform() < 0.1 else None,
        seed=int(rng.integers(2**31)),
    )


def _bright(rng: np.random.Generator) -> Paint:
    return paint_from(rng, rgb(rng.uniform(), rng.uniform(0, 0.9), rng.choice([0.2, 0.6, 0.95])))


def _strands(rng: np.random.Generator, *, length: str, cut: str, fringe_tip: float) -> tuple[Strand, ...]:
    """Strands around the head: fringe, side locks, back."""
    count = int(rng.integers(4, 11))
    parting = float(rng.normal(0, 0.4))
    uneven = rng.uniform(0.01, 0.07)
    notch = rng.uniform(0.35, 0.85)
    swept = rng.choice([-1.0, 1.0]) * rng.uniform(0.1, 0.3)
    strands = []
    for lon in np.linspace(-1.0, 1.0, count):
        lon = float(lon + rng.normal(0, 0.3 / count))
        tip, gap = fringe_tip + rng.normal(0, uneven), notch * rng.uniform(0.75, 1.15)
        lean = 0.14 * float(np.sign(lon - parting)) + rng.normal(0, 0.07)
        if cut == "straight":
            tip, gap, lean = fringe_tip + rng.normal(0, 0.006), 0.9, 0.0
        elif cut == "parted":
            tip = mixed(-0.2, fringe_tip + 0.2, min(1.0, abs(lon)))
            lean = 0.3 * float(np.sign(lon))
        elif cut == "swept":
            lean = swept
        strands.append(Strand(lon, float(tip), float(min(gap, 0.95)), float(lean)))
    lock = {"crop": rng.uniform(0.0, 0.08), "short": rng.uniform(0.08, 0.34)}.get(
        length, rng.uniform(0.2, 0.75)
    )
    back = {"crop": rng.uniform(0.16, 0.26), "short": rng.uniform(0.24, 0.4)}.get(
        length, rng.uniform(0.5, 0.75)
    )
    for side in (-1.0, 1.0):
        for k, lon in enumerate((1.2, 1.48)):
            strands.append(
                Strand(
                    side * lon,
                    float(lock * (1 - 0.25 * k) + rng.normal(0, 0.03)),
                    rng.uniform(0.3, 0.6),
                    side * rng.normal(0.0, 0.06),
                )
            )
        for lon in np.linspace(1.95, 3.0, 4):
            strands.append(
                Strand(
                    float(side * lon),
                    float(back + rng.normal(0, 0.03)),
                    rng.uniform(0.5, 0.8),
                    float(rng.normal(0, 0.06)),
                )
            )
    return tuple(sorted(strands, key=lambda s: s.longitude))
