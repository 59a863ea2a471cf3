"""The fringe: where the hair ends on the face, at every turn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dougagen.studio.cel.strokes import Points
from dougagen.studio.design.curves import bow, xy, zigzag
from dougagen.studio.design.people.hairstyle import HairDesign
from dougagen.studio.design.people.turning import Turn


@dataclass(frozen=True, slots=True, eq=False)
class Fringe:
    """The visible strands of one drawing."""

    outline: Points
    """Closed: over the top and back along the tips."""
    edge: Points
    """The part of the outline that is not the top: the strands."""
    tips: Points
    notches: Points
    roots: Points
    """Where the strand lines run to, one for each notch."""


def fringe_of(design: HairDesign, turn: Turn, *, facing: float, sway: float) -> Fringe:
    """The hair that lies on the head, as the viewer sees it."""
    low, high = turn.far_edge - np.pi, turn.far_edge
    strands = [(s.longitude * facing - 2 * np.pi * (s.longitude * facing > high), s) for s in design.strands]
    seen = sorted((p for p in strands if low + 0.1 <= p[0] <= high - 0.06), key=lambda p: -p[0])
    lon = np.array([p[0] for p in seen])
    tip_v = np.array([p[1].tip for p in seen])
    lean = np.array([p[1].lean * facing for p in seen]) + 0.1 * sway * np.clip(tip_v + 0.2, 0, 1)
    tips = turn.on_skull(np.clip(lon + lean, low - 0.05, high + 0.05), tip_v, volume=design.volume + 0.015)
    middles = np.concatenate([[high], (lon[:-1] + lon[1:]) / 2, [low]])
    share = np.array([p[1].notch for p in seen])
    gap_v = np.minimum(
        np.concatenate([tip_v[:1], np.minimum(tip_v[:-1], tip_v[1:]), tip_v[-1:]]),
        design.hairline + 0.6,
    )
    gap_share = np.concatenate([share[:1], share])
    notch_v = design.hairline + (gap_v - design.hairline) * np.clip(gap_share, 0.1, 0.95)
    notches = turn.on_skull(middles, notch_v, volume=design.volume)
    crown = -np.pi + 0.5 * design.parting if turn.is_behind else design.parting * facing
    roots = turn.on_skull(
        mixed_longitudes(middles, crown, 0.45), np.full(len(middles), -0.36), volume=design.volume
    )
    side = np.where(lean == 0, 0.0, np.sign(lean))
    full = 0.05 if design.bend > 0 else 0.02
    edge = zigzag(tips, notches, bend=full - side * design.bend, back=full + side * design.bend)
    top = _top(design, turn, edge[-1], edge[0])
    return Fringe(np.concatenate([top, edge]), edge, tips, notches, roots)


def mixed_longitudes(longitudes: NDArray[np.float64], goal: float, t: float) -> NDArray[np.float64]:
    """Longitudes moved to ``goal`` by the share ``t``."""
    return longitudes + (goal - longitudes) * t


def _top(design: HairDesign, turn: Turn, near_end: Points, far_end: Points) -> Points:
    """The hair's outline from the near end over the top to the far end, with spikes."""
    dome = turn.dome(design.volume, start=-np.pi, stop=0.0, steps=40)
    rng = np.random.default_rng(design.seed)
    lumps = np.interp(np.linspace(0, 1, 40), np.linspace(0, 1, 9), rng.uniform(-0.018, 0.022, 9))
    dome = dome * (1 + lumps[:, None] * np.sin(np.linspace(0, np.pi, 40))[:, None])
    if design.tufts:
        dome = _with_tufts(dome, rng, design.tufts)
    if design.spikes:
        dome = turn.dome(design.volume, start=-np.pi - 0.1, stop=0.1, steps=design.spikes * 2 + 1)
        centre = dome.mean(axis=0) + xy(0, 0.15)
        outward = dome - centre
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        jitter = np.random.default_rng(design.seed).uniform(0.6, 1.4, len(dome))
        lift = design.spike_height * jitter * (np.arange(len(dome)) % 2)
        middle = (len(dome) - 1) * (0.5 + 0.3 * design.parting)
        away = np.where(np.arange(len(dome)) < middle, -1.0, 1.0)
        sweep = np.stack([-outward[:, 1], outward[:, 0]], axis=1) * (0.9 * away * lift)[:, None]
        peaks = dome + outward * lift[:, None] + sweep
        lean = away[1::2]
        dome = zigzag(peaks[1::2], peaks[0::2], bend=0.03 + 0.13 * lean, back=0.03 - 0.13 * lean)
    return np.concatenate([near_end[None], dome, far_end[None]])


def _with_tufts(dome: Points, rng: np.random.Generator, count: int) -> Points:
    """``dome`` with a few locks that do not lie down."""
    at = np.sort(rng.permutation(np.arange(4, len(dome) - 5, 5))[:count])
    heights = rng.uniform(1.03, 1.13, count)
    pieces, start = [], 0
    for i, height in zip(at, heights, strict=True):
        lean = 1.0 if i > len(dome) / 2 else -1.0
        tip = dome[i] * height + xy(0.06 * lean, 0.02)
        near, far = dome[i - 2], dome[i + 2]
        pieces += [dome[start : i - 2], bow(near, tip, bend=0.1 * lean), bow(tip, far, bend=-0.1 * lean)[1:]]
        start = int(i) + 3
    return np.concatenate([*pieces, dome[start:]])
