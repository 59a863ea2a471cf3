"""Locks: the clumps of hair that lie over the cap, each with its own outline, light and dark side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.strokes import Points, smooth
from dougagen.studio.design.guide import Easel
from dougagen.studio.design.people.turning import Turn

_STEPS = np.array([0.0, 0.16, 0.34, 0.52, 0.7, 0.86, 1.0])
"""Along a lock from its root to its tip."""
_LIFT = 0.022
"""Units by which locks stand off the cap."""
_AT_EDGE = 0.55
"""Radians from the edge of what is seen of the skull."""
_INKED_FROM = 2
"""Index in ``_STEPS``: nearer to the crown hair has no line between locks."""


@dataclass(frozen=True, slots=True)
class Lock:
    """One clump on the skull, from near the crown to a point."""

    longitude: float
    """Radians at its root's end of the face, 0 = over the nose."""
    tip: float
    """How far down it reaches, in head units (0 = the head's centre)."""
    width: float
    """Radians, half, at its belly."""
    lean: float
    """Radians by which the tip stands beside the belly."""
    curl: float
    """Radians by which the belly swings out on the way."""
    split: float
    """Length of a second, shorter tip over the first one's; 0 = a single tip."""
    root: float
    """Height at which it begins."""


def random_locks(rng: np.random.Generator, *, cut: str, length: str, fringe_tip: float) -> tuple[Lock, ...]:
    """A few locks in the fringe, some before the ears, some behind them."""
    locks = []
    swept = float(rng.choice([-1.0, 1.0]))
    parting = float(rng.normal(0, 0.35))
    count = 0 if cut == "straight" else int(rng.integers(2, 7))
    for lon in np.linspace(-0.95, 0.95, count) if count else ():
        lon = float(lon + rng.normal(0, 0.12))
        side = swept if cut == "swept" else float(np.sign(lon - parting) or 1.0)
        reach = 0.22 if cut == "parted" else 0.0
        tip = fringe_tip + rng.uniform(-0.02, 0.16) + reach * min(1.0, abs(lon))
        lean = side * rng.uniform(0.02, 0.28)
        split = float(rng.choice([0.0, rng.uniform(0.5, 0.85)]))
        locks.append(
            Lock(lon, float(tip), rng.uniform(0.12, 0.3), lean, side * rng.uniform(0, 0.16), split, -0.43)
        )
    if rng.uniform() < 0.35 and cut != "straight":  # one that falls between the eyes
        lean = rng.normal(0, 0.12)
        locks.append(
            Lock(rng.normal(0, 0.2), fringe_tip + rng.uniform(0.1, 0.28), 0.1, lean, 0.1 * swept, 0.0, -0.4)
        )
    side_tip = {"crop": 0.12, "short": rng.uniform(0.14, 0.4), "bob": rng.uniform(0.35, 0.6)}.get(
        length, rng.uniform(0.4, 1.2)
    )
    for side in (-1.0, 1.0):
        if rng.uniform() < 0.85:
            tip = float(side_tip * rng.uniform(0.85, 1.1))
            lean, curl = -side * rng.uniform(-0.08, 0.16), side * rng.uniform(0.0, 0.14)
            split = float(rng.choice([0.0, rng.uniform(0.55, 0.9)]))
            locks.append(
                Lock(side * rng.uniform(1.15, 1.4), tip, rng.uniform(0.1, 0.2), lean, curl, split, -0.3)
            )
        if length != "crop":
            for lon in (1.85, 2.25):
                tip = float(rng.uniform(0.3, 0.46)) if length == "short" else float(side_tip * 0.9 + 0.1)
                width = rng.uniform(0.2, 0.3)
                locks.append(Lock(side * lon, tip, width, side * rng.normal(0, 0.08), 0.0, 0.7, -0.25))
    return tuple(locks)


@dataclass(frozen=True, slots=True)
class Comb:
    """Whose locks are drawn on which head."""

    easel: Easel
    cap: int
    """The part that the locks lie on."""
    paint: Paint
    turn: Turn
    volume: float
    """Units by which the cap stands off the skull."""
    sway: float
    shine_y: float | None
    """Height of the light on the hair; None = no light."""

    @property
    def limits(self) -> tuple[float, float]:
        """The longitudes between which the skull is seen."""
        return self.turn.far_edge - np.pi, self.turn.far_edge


def draw_locks(comb: Comb, locks: tuple[Lock, ...], *, seed: int) -> None:
    """The locks that are seen, the ones at the sides first."""
    low, high = comb.limits
    placed = [(lock.longitude * comb.easel.facing, lock, i) for i, lock in enumerate(locks)]
    placed = [(lon - 2 * np.pi * (lon > high), lock, i) for lon, lock, i in placed]
    seen = [p for p in placed if low + 0.12 <= p[0] <= high - 0.12]
    for lon, lock, i in sorted(seen, key=lambda p: -abs(p[0] - (low + high) / 2)):
        _draw_lock(comb, lock, lon, np.random.default_rng([seed, i]))


def _sides(comb: Comb, lock: Lock, lon: float) -> tuple[Points, Points, Points]:
    """The two edges of a lock from its root to its tip, and where its second tip forks off and ends."""
    t, low, high = _STEPS, *comb.limits
    drift = 0.14 * comb.sway * max(lock.tip, 0.0) * t**2
    centre = lon + comb.easel.facing * (lock.lean * t**2 + lock.curl * np.sin(np.pi * t)) + drift
    height = lock.root + (lock.tip - lock.root) * t**0.92
    width = lock.width * np.sin(np.pi * np.clip(0.05 + 0.95 * t, 0, 1)) ** 0.8
    width[-1] = 0.0
    edges = []
    for side in (-1.0, 1.0):
        at = np.clip(centre + side * width, low - 0.1, high + 0.1)
        edges.append(
            smooth(comb.turn.on_skull(at, height, volume=comb.volume + _LIFT), closed=False, steps=4)
        )
    left, right = edges
    aside = float(np.clip(centre[-2] + comb.easel.facing * 0.7 * lock.width, low, high))
    second = lock.root + (lock.tip - lock.root) * (0.72 + 0.22 * lock.split)
    end = comb.turn.on_skull([aside], [second], volume=comb.volume + _LIFT)
    return left, right, np.concatenate([0.5 * (left + right)[-9:-8], end])


def _draw_lock(comb: Comb, lock: Lock, lon: float, rng: np.random.Generator) -> None:
    easel, paint = comb.easel, comb.paint
    left, right, fork = _sides(comb, lock, lon)
    back = np.concatenate([fork, right[:-7][::-1]]) if lock.split else right[::-1]
    part = easel.fill(np.concatenate([left, back]), paint, None)
    easel.sheet.join(part, comb.cap)
    dark, inner = (left, right) if easel.light[0] > 0 else (right, left)
    if rng.uniform() < 0.8:
        bite, start = rng.uniform(0.25, 0.6), int(rng.integers(4, 12))
        middle = dark + (inner - dark) * bite * np.sin(np.linspace(0.25, np.pi, len(dark)))[:, None]
        easel.shade(part, np.concatenate([dark[start:], middle[start:][::-1]]), paint)
    if comb.shine_y is not None and lock.tip > comb.shine_y + 0.12 and rng.uniform() < 0.75:
        _shine(comb, part, left, right, comb.shine_y, rng)
    # where a lock makes the head's own outline it is inked from its root
    low, high = comb.limits
    first = 0 if lon - low < _AT_EDGE else _INKED_FROM * 4
    last = 0 if high - lon < _AT_EDGE else _INKED_FROM * 4
    easel.line(np.concatenate([left[first:], back[: len(back) - last]]), paint, 0.9)
    if easel.detail > 110 and rng.uniform() < 0.6:
        inside = left + (right - left) * rng.uniform(0.35, 0.65)
        stop = int(rng.integers(14, 22))
        easel.line(inside[int(rng.integers(6, 11)) : stop], paint, 0.7, within=part)


def _shine(
    comb: Comb, part: int, left: Points, right: Points, shine_y: float, rng: np.random.Generator
) -> None:
    """Light across a lock: a flat upper edge, spikes below."""
    near = int(np.argmin(np.abs(left[:, 1] - shine_y)))
    if near < 2 or near > len(left) - 4:
        return
    a, b = left[near], right[min(near, len(right) - 1)]
    along: NDArray[np.float64] = left[near + 2] - left[near]
    along = along / max(float(np.hypot(*along)), 1e-6) * comb.easel.guide.shine
    count = int(rng.integers(1, 4))
    t = np.linspace(0.08, 0.92, 2 * count + 1)[:, None]
    base = a + (b - a) * t
    down = np.where(np.arange(2 * count + 1) % 2 == 1, rng.uniform(0.03, 0.13, 2 * count + 1), 0.01)[:, None]
    up = np.where(np.arange(2 * count + 1) % 2 == 0, rng.uniform(0.008, 0.04, 2 * count + 1), 0.006)[:, None]
    comb.easel.highlight(part, np.concatenate([base + along * down, (base - along * up)[::-1]]), comb.paint)
