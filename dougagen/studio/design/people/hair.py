"""Hair on a turned head: strands over the skull, long hair, tails, buns, and the light on them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dougagen.studio.cel.strokes import Points, ellipse, smooth
from dougagen.studio.design.curves import bow, leaf, tube, widths, xy, zigzag
from dougagen.studio.design.guide import Easel
from dougagen.studio.design.people.fringe import Fringe
from dougagen.studio.design.people.hairstyle import HairDesign
from dougagen.studio.design.people.locks import Comb, draw_locks
from dougagen.studio.design.people.turning import Turn

# ---- geometry ----------------------------------------------------------------------------------------


# ---- drawing ---------------------------------------------------------------------------------------
def draw_back_hair(easel: Easel, design: HairDesign, turn: Turn, *, sway: float) -> None:
    """What hangs behind the body: the back of the head, long hair, tails."""
    reach = max(design.long, design.extra_length if design.extra in ("ponytail", "twin tails") else 0.0) + 0.5
    if design.bald or not easel.sees(-1.6, -1.2, 1.6, reach):
        return
    paint = design.paint
    if design.extra == "ponytail" and not turn.is_behind:
        root = turn.on_skull([np.pi], [-0.22], volume=design.volume)[0]
        _draw_tail(easel, design, root, away=-0.25 - 0.3 * turn.yaw, sway=sway, seed=1)
    if design.extra == "twin tails" and not turn.is_behind:
        root = turn.on_skull([1.75], [-0.18], volume=design.volume)[0]
        _draw_tail(easel, design, root, away=0.3, sway=sway, seed=2)
    dome = turn.dome(design.volume - 0.01, start=-np.pi - 0.15, stop=0.15, steps=24)
    left, right = dome[0], dome[-1]
    end = max(design.long, 0.3)
    count = design.teeth
    x = np.linspace(right[0] + design.long_width - 0.45, left[0] - design.long_width + 0.45, count * 2 + 1)
    if design.long == 0.0:
        x = np.linspace(right[0] - 0.1, left[0] + 0.06, count * 2 + 1)
    rng = np.random.default_rng(design.seed + 7)
    drift = sway * 0.16 * max(end - 0.2, 0.0)
    y = (
        end
        + rng.uniform(-0.06, 0.06, len(x)) * (1 + end)
        + np.where(np.arange(len(x)) % 2 == 1, 0.09 + 0.05 * end, 0.0)
    )
    bottom = np.stack([x + drift, y], axis=1)
    wave = design.wave * np.sin(np.linspace(0, 7, 8)) * (end > 0.8)
    right_side = smooth(
        np.stack([_fall(right[0], bottom[0, 0]) + wave, np.linspace(right[1], bottom[0, 1], 8)], 1),
        closed=False,
        steps=4,
    )
    left_side = smooth(
        np.stack([_fall(left[0], bottom[-1, 0]) + wave, np.linspace(left[1], bottom[-1, 1], 8)], 1),
        closed=False,
        steps=4,
    )[::-1]
    teeth = zigzag(bottom[1::2], bottom[0::2], bend=0.07)
    hair = easel.part(np.concatenate([dome, right_side[1:-1], teeth, left_side[1:-1]]), paint)
    lx = easel.light[0]
    if turn.is_behind:
        if design.long > 0.8:
            _draw_flow(easel, design, hair, bottom)
        return
    middle = (left + right) / 2
    deep = 0.45 + 0.3 * min(end, 1.0)
    inner = ellipse(float(middle[0]) - 0.1 * lx, 0.2, 0.36, deep, steps=24)
    tips = zigzag(inner[1:12:2], inner[0:13:2] - (0.0, 0.12), bend=0.1)
    easel.shade(hair, np.concatenate([tips, inner[13:]]), paint)
    if design.long > 0.8:
        _draw_flow(easel, design, hair, bottom)


def _fall(start: float, end: float) -> NDArray[np.float64]:
    t = np.linspace(0, 1, 8)
    return start + (end - start) * np.sin(t * np.pi / 2) ** 0.8


def _draw_flow(easel: Easel, design: HairDesign, hair: int, bottom: Points) -> None:
    """Lines and shades down the length of long hair."""
    flow = 0.45 * (design.long - 0.2)
    for k in range(0, len(bottom) - 2, 2):
        end, notch = bottom[k + 1], bottom[k + 2]
        start = notch * (0.93, 1.0) + xy(0.0, -0.55 * (1.1 + flow))
        middle = (start + end) / 2 + xy(0.03, 0.0)
        wedge = np.concatenate(
            [bow(start, end, bend=0.03), smooth(np.array([end, notch, middle]), closed=False)]
        )
        easel.shade(hair, wedge, design.paint)
        if easel.detail > 70:
            easel.line(bow(notch, start, bend=0.04), design.paint, 0.75, within=hair)


def _draw_tail(
    easel: Easel, design: HairDesign, root: Points, *, away: float, sway: float, seed: int
) -> None:
    rng = np.random.default_rng(design.seed + seed)
    length = design.extra_length
    drift = 0.25 * sway * length
    path = smooth(
        np.array([
            root, root + xy(away * 0.8, -0.06), root + xy(away * 1.25, 0.25 * length),
            root + xy(away * 1.1 + 0.5 * drift, 0.65 * length), root + xy(away * 0.7 + drift, length),
        ]), closed=False,
    )  # fmt: skip
    thick = 0.13 + 0.05 * rng.uniform()
    tail = easel.part(tube(path, widths((0.35, 0.95, 1.1, 0.8, 0.0), len(path)) * thick), design.paint)
    dark = tube(
        path - np.array([thick * 0.6, 0]) * np.sign(easel.light[0]),
        widths((0.2, 0.7, 0.8, 0.5, 0), len(path)) * thick,
    )
    easel.shade(tail, dark, design.paint)
    for k in (-0.35, 0.25):
        easel.line(path[6:-3] + xy(k * thick, 0), design.paint, 0.7, within=tail)
    if design.ribbon is not None:
        easel.part(ellipse(root[0] + 0.25 * away, root[1] - 0.03, 0.07, 0.055, turn=0.5), design.ribbon)


def draw_far_locks(easel: Easel, design: HairDesign, turn: Turn, *, facing: float) -> None:
    """Side locks on the far side, behind the face."""
    if design.bald:
        return
    tips = [s.tip for s in design.strands if 1.1 < s.longitude * facing < 1.7]
    if not tips or max(tips) < 0.15:
        return
    start = turn.on_skull([turn.far_edge - 0.12], [-0.2], volume=design.volume)[0]
    end = np.array([start[0] - 0.1 * turn.yaw - 0.02, max(tips)])
    easel.part(leaf(bow(start, end, bend=-0.08, steps=12), 0.09, belly=0.35), design.paint)


def draw_front_hair(easel: Easel, design: HairDesign, turn: Turn, fringe: Fringe, *, sway: float) -> None:
    """Fringe, side locks, lines, light, ornaments."""
    if design.bald or not easel.sees(
        -1.6, -1.3, 1.6, 3.0 if design.extra.endswith(("tail", "tails")) else 1.0
    ):
        return
    paint = design.paint
    if design.ahoge:
        _draw_ahoge(easel, design, turn, sway=sway)
    if design.extra == "buns":
        for lon in (-0.95, 0.95):
            at = turn.on_skull([lon], [-0.42], volume=design.volume + 0.03)[0]
            bun = easel.part(ellipse(at[0], at[1] - 0.05, 0.14, 0.13), paint)
            easel.model(bun, ellipse(at[0], at[1] - 0.05, 0.14, 0.13), paint, 0.08)
    cap = easel.part(fringe.outline, paint)
    _shade_cap(easel, design, turn, fringe, cap)
    _light_cap(easel, design, turn, cap)
    if easel.detail > 55:
        rng = np.random.default_rng(design.seed + 9)
        for notch, root in zip(fringe.notches[1:-1], fringe.roots[1:-1], strict=True):
            reach = rng.choice([0.25, 0.6, 1.0])
            easel.line(bow(notch, notch + (root - notch) * reach, bend=0.05), paint, 0.8, within=cap)
    is_lit = design.shine != "none" and easel.guide.shine > 0 and easel.detail > 40
    if turn.is_behind and easel.detail > 45:
        _draw_combed(easel, design, turn, fringe, cap)
    if easel.detail > 22:
        light = design.shine_y if is_lit else None
        draw_locks(Comb(easel, cap, paint, turn, design.volume, sway, light), design.locks, seed=design.seed)
    if design.band is not None:
        _draw_band(easel, design, turn)
    _draw_near_extras(easel, design, turn, sway=sway)


def _draw_combed(easel: Easel, design: HairDesign, turn: Turn, fringe: Fringe, cap: int) -> None:
    """Lines from the whorl down the back of the head, dark wedges between some of them."""
    rng = np.random.default_rng(design.seed + 13)
    whorl = turn.on_skull([-np.pi + 0.5 * design.parting], [-0.44], volume=design.volume)[0]
    for tip in fringe.tips:
        first, last = rng.uniform(0.05, 0.4), rng.uniform(0.55, 0.98)
        way = bow(whorl, tip, bend=rng.normal(0, 0.06), steps=14)
        path = way[int(first * 14) : int(last * 14) + 1]
        if len(path) > 2 and rng.uniform() < 0.8:
            easel.line(path, design.paint, 0.75, within=cap)
        if rng.uniform() < 0.35:
            easel.shade(cap, leaf(way[6:], rng.uniform(0.02, 0.06), belly=0.7), design.paint)


def _shade_cap(easel: Easel, design: HairDesign, turn: Turn, fringe: Fringe, cap: int) -> None:
    lx = easel.light[0]
    rng = np.random.default_rng(design.seed + 3)
    # the side away from the light, with a jagged border that follows the strands
    side = -1.0 if lx > 0 else 1.0
    dome = turn.dome(design.volume, start=-np.pi, stop=0, steps=9)
    x_mid = float(dome[4, 0]) + side * (0.24 - 0.06 * easel.guide.depth)
    y = np.linspace(-0.75, 0.6, 9)
    x = (
        x_mid
        + side * (0.04 * np.sin(3 * y) - 0.05 * (np.arange(9) % 2))
        - side * 0.25 * np.clip(-y - 0.15, 0, 1)
    )
    border = zigzag(np.stack([x[1::2], y[1::2]], 1), np.stack([x[0::2], y[0::2]], 1), bend=0.1)
    far = np.array([[side * 1.5, 0.6], [side * 1.5, -0.6]])
    if design.shading in ("half", "all"):
        easel.shade(cap, np.concatenate([border, far]), design.paint)
    if design.shading in ("low", "all"):
        lon = np.linspace(turn.far_edge, turn.far_edge - np.pi, 17)
        v = (
            -0.17
            + 0.05 * np.cos(2 * lon)
            - np.where(np.arange(17) % 2 == 1, rng.uniform(0.02, 0.16, 17), 0.0)
        )
        teeth = turn.on_skull(lon, v, volume=design.volume)
        low = np.concatenate(
            [zigzag(teeth[1::2], teeth[0::2], bend=0.08, back=-0.05), [[-1.5, 1.2], [1.5, 1.2]]]
        )
        easel.shade(cap, low, design.paint)
    for i, tip in enumerate(fringe.tips):  # each strand is dark along one edge, from the notch down
        if rng.uniform() < (0.35 if design.shading == "half" else 0.8):
            a, b = (
                (fringe.notches[i], fringe.notches[i + 1])
                if lx > 0
                else (fringe.notches[i + 1], fringe.notches[i])
            )
            inner = a + (b - a) * rng.uniform(0.35, 0.6)
            up = a + (fringe.roots[i] - a) * rng.uniform(0.1, 0.45)
            easel.shade(
                cap,
                np.concatenate([bow(up, tip, bend=0.05), bow(tip, inner, bend=0.05), up[None]]),
                design.paint,
            )
    if design.long == 0 or turn.yaw > 0.4:
        low = np.array([[-1, 0.12], [-0.3, 0.02], [-0.3, 0.8], [-1, 0.8]])
        easel.shade(cap, low, design.paint, deep=True)


def _light_cap(easel: Easel, design: HairDesign, turn: Turn, cap: int) -> None:
    if design.shine == "none" or easel.guide.shine == 0 or easel.detail < 40:
        return
    rng = np.random.default_rng(design.seed + 5)
    low, high = turn.far_edge - np.pi + 0.35, turn.far_edge - 0.3
    spans = {
        "ring": [(low, high)],
        "patches": [(low * 0.6, low * 0.25), (high * 0.1, high * 0.6)],
        "streaks": [(c, c + 0.1) for c in np.linspace(low * 0.7, high * 0.7, 5)],
    }[design.shine]
    for start, stop in spans:
        count = max(2, round((stop - start) / 0.2))
        lon = np.linspace(start, stop, 2 * count + 1)
        tall = 0.05 * easel.guide.shine + 0.015
        edge = np.where(np.arange(len(lon)) % 2 == 1, rng.uniform(0.8, 1.9, len(lon)), 0.5) * tall
        ends = np.clip(np.minimum(lon - start, stop - lon) / max(stop - start, 1e-6) * 4, 0.05, 1)
        y = design.shine_y + 0.05 * np.cos(lon)
        upper = turn.on_skull(lon, y - 0.7 * edge * ends, volume=design.volume)
        lower = turn.on_skull(lon, y + edge * ends, volume=design.volume)
        band = np.concatenate(
            [zigzag(upper[1::2], upper[0::2], bend=0.05), zigzag(lower[1::2], lower[0::2], bend=0.05)[::-1]]
        )
        easel.highlight(cap, band, design.paint)


def _draw_ahoge(easel: Easel, design: HairDesign, turn: Turn, *, sway: float) -> None:
    root = turn.dome(design.volume, start=-np.pi / 2 - 0.1, stop=-np.pi / 2, steps=2)[0]
    bend = 0.25 + 0.1 * sway
    tip = root + xy(0.16 * (1 if design.parting > 0 else -1) + 0.1 * sway, -design.ahoge)
    easel.part(
        leaf(bow(root + xy(0, 0.05), tip, bend=bend, steps=12), 0.035, belly=0.3, start=0.5), design.paint
    )


def _draw_band(easel: Easel, design: HairDesign, turn: Turn) -> None:
    if design.band is None:
        return
    lon = np.linspace(turn.far_edge - np.pi, turn.far_edge, 20)
    upper = turn.on_skull(lon, np.full(20, -0.38) + 0.12 * (1 - np.cos(lon)), volume=design.volume + 0.01)
    lower = turn.on_skull(lon, np.full(20, -0.31) + 0.12 * (1 - np.cos(lon)), volume=design.volume + 0.01)
    easel.part(np.concatenate([upper, lower[::-1]]), design.band)


def _draw_near_extras(easel: Easel, design: HairDesign, turn: Turn, *, sway: float) -> None:
    if design.extra == "ponytail" and turn.is_behind:
        root = turn.on_skull([np.pi], [-0.22], volume=design.volume)[0]
        _draw_tail(easel, design, root, away=0.12 - 0.35 * turn.yaw, sway=sway, seed=1)
    if design.extra == "twin tails" and turn.is_behind:
        root = turn.on_skull([1.75], [-0.18], volume=design.volume)[0]
        _draw_tail(easel, design, root, away=-0.3 * np.cos(turn.yaw), sway=sway, seed=2)
    if design.extra == "twin tails":
        root = turn.on_skull([-1.75], [-0.18], volume=design.volume)[0]
        _draw_tail(easel, design, root, away=-0.3, sway=sway, seed=2)
    if design.extra == "side tail":
        root = turn.on_skull([-1.4], [0.1], volume=design.volume)[0]
        _draw_tail(easel, design, root, away=-0.08, sway=sway, seed=4)
    if design.ribbon is not None and design.extra == "none" and not turn.is_behind:
        at = turn.on_skull([-0.75], [-0.22], volume=design.volume)[0]
        for s in (-1, 1):
            easel.part(
                leaf(bow(at, at + xy(0.13, 0.09 * s), bend=0.2 * s, steps=10), 0.045, belly=0.7, start=0.2),
                design.ribbon,
            )
