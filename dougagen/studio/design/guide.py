"""The style guide's page on line and light, and the easel that draws by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from dougagen.studio.cel.cel import Paint, Rgb
from dougagen.studio.cel.colors import hsv, rgb
from dougagen.studio.cel.sheet import CelSheet
from dougagen.studio.cel.strokes import Ink, Points
from dougagen.studio.design.curves import XY, outside, xy
from dougagen.studio.design.ranges import NATURAL, DesignRanges

InkMode = Literal["one", "coloured", "bright", "none"]


@dataclass(frozen=True, slots=True)
class Guide:
    """How the whole design is inked and lit."""

    ink_mode: InkMode
    ink: Rgb
    width: float
    """Pixels at 1080 lines of an outline in a bust shot."""
    taper: float
    broken: float
    """Share of the lines that have a gap."""
    light: XY
    """Unit vector towards the light, y down."""
    levels: int
    """Shades beside the base: 0 flat, 1, 2."""
    depth: float
    """How far shades reach into a part, as a factor."""
    shine: float
    """0 no highlights … 1 many."""
    rim: bool
    """A thin highlight along the lit edges."""
    soft: float
    """Units over which the edges of shades and highlights fade, 0 = hard."""
    air: Literal["none", "down", "up", "shade", "warm"]
    """An air-brushed gradient over the larger parts: towards their ends, their roots, the dark side, red."""
    seed: int
    ranges: DesignRanges = NATURAL

    def line(self, paint: Paint, weight: float = 1.0, *, inner: bool = False) -> Ink | None:
        """The pen for a line on or around ``paint``; None where the guide wants no line."""
        if self.ink_mode == "none":
            return None
        color = self.ink
        h, s, v = hsv(paint.base)
        if self.ink_mode == "coloured":
            color = rgb(h, min(1.0, s * 1.25 + 0.12), 0.42 * v + 0.02)
        elif self.ink_mode == "bright":
            color = rgb(h + 0.02, min(1.0, s * 1.5 + 0.3), max(0.5, v * 0.75))
        if v < 0.3 and sum(color) < 240 and inner:  # a black line inside a black coat is drawn lighter
            color = rgb(h, s * 0.8, v + 0.22)
        return Ink(color, self.width * weight, taper=self.taper)


def random_guide(rng: np.random.Generator, ranges: DesignRanges = NATURAL) -> Guide:
    """A style guide's line and light."""
    inked = 1.0 - ranges.unlined
    modes: list[InkMode] = ["one", "coloured", "bright", "none"]
    mode = modes[rng.choice(4, p=[0.715 * inked, 0.24 * inked, 0.045 * inked, ranges.unlined])]
    flat, two = ranges.unshaded, min(ranges.two_shades, 1.0 - ranges.unshaded)
    dark = rng.choice(["black", "brown", "blue"], p=[0.62, 0.28, 0.1])
    ink = {
        "black": rgb(rng.uniform(), rng.uniform(0, 0.3), rng.uniform(0.0, 0.16)),
        "brown": rgb(rng.uniform(0.0, 0.07), rng.uniform(0.45, 0.8), rng.uniform(0.15, 0.38)),
        "blue": rgb(rng.uniform(0.55, 0.8), rng.uniform(0.3, 0.7), rng.uniform(0.15, 0.4)),
    }[str(dark)]
    angle = rng.uniform(-2.6, -0.55)
    return Guide(
        ink_mode=mode,
        ink=ink,
        width=float(np.clip(rng.lognormal(np.log(2.5), 0.32), 1.1, 6.0)),
        taper=float(rng.choice([0.0, rng.uniform(0.3, 0.95)], p=[0.3, 0.7])),
        broken=float(rng.choice([0.0, rng.uniform(0.05, 0.3)], p=[0.6, 0.4])),
        light=(float(np.cos(angle)), float(np.sin(angle))),
        levels=int(rng.choice([0, 1, 2], p=[flat, 1.0 - flat - two, two])),
        depth=float(rng.uniform(0.6, 1.5)) * ranges.shade_depth,
        shine=float(rng.uniform(0.4, 1.0)) if rng.uniform() < 0.6 * ranges.highlights else 0.0,
        rim=bool(rng.uniform() < ranges.rim),
        soft=float(rng.uniform(0.006, 0.03)) if rng.uniform() < ranges.soft else 0.0,
        air=str(rng.choice(["down", "up", "shade", "warm"])) if rng.uniform() < ranges.gradients else "none",  # type: ignore[arg-type]
        seed=int(rng.integers(2**31)),
        ranges=ranges,
    )


_SEEN_SHADE = 10
"""8-bit levels: a shade or highlight closer to its base is none."""
_SMALLEST_SOFT = 30.0
"""Pixels at 1080 lines: smaller parts keep hard edges and no gradient."""


class Easel:
    """A sheet on which one design is drawn by its guide, in the frame that the design faces right in."""

    def __init__(self, sheet: CelSheet, guide: Guide, *, facing: float) -> None:
        self.sheet, self.guide = sheet, guide
        self.facing = facing
        """−1 where the frame is mirrored."""
        self.light = (guide.light[0] * facing, guide.light[1])
        self.detail = sheet.scale / sheet.line_scale
        """Pixels at 1080 lines of one unit (a head): small things are left out in long shots."""
        self.pen = float(np.clip((self.detail / 330) ** 0.4, 0.45, 1.5))
        """Lines are finer in long shots and bolder in close-ups."""
        self._broken = np.random.default_rng(guide.seed)

    def sees(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether any of a box in the design's units may be on the sheet: what is not need not be drawn."""
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
        placed = corners @ self.sheet.placement[:, :2].T + self.sheet.placement[:, 2]
        low, high = placed.min(axis=0), placed.max(axis=0)
        return bool((high >= 0).all() and low[0] <= self.sheet.width and low[1] <= self.sheet.height)

    def ink(self, paint: Paint, weight: float = 1.0, *, inner: bool = False) -> Ink | None:
        """The guide's pen for ``paint`` at this size of the figure."""
        return self.guide.line(paint, weight * self.pen, inner=inner)

    def part(self, outline: Points, paint: Paint, weight: float = 1.0, *, within: int | None = None) -> int:
        """A filled part; ``weight`` 0 leaves the line out (a color edge)."""
        ink = self.ink(paint, weight) if weight > 0 else None
        if within is not None and self._is_unlined(paint):
            ink = None
        if ink is not None:
            ink = Ink(ink.color, ink.width)  # a closed outline does not taper at its arbitrary start
        return self.fill(outline, paint, ink, within=within)

    def fill(self, outline: Points, paint: Paint, ink: Ink | None, *, within: int | None = None) -> int:
        """A part with exactly this pen, finished as the guide finishes parts: soft edges, air brush."""
        part = self.sheet.part(outline, paint, ink, within=within)
        if self.guide.soft == 0 and self.guide.air == "none":
            return part
        low, high = outline.min(axis=0), outline.max(axis=0)
        if float(np.ptp(outline, axis=0).min()) * self.detail > _SMALLEST_SOFT:
            if self.guide.soft > 0:
                self.sheet.soften(part, self.guide.soft)
            self._brush(part, low, high, paint)
        return part

    def _brush(self, part: int, low: Points, high: Points, paint: Paint) -> None:
        """The guide's gradient; the same for the same paint in every drawing."""
        air, taste = self.guide.air, hash((self.guide.seed, paint.base)) % 8
        if air == "none" or taste < 3:
            return
        middle = (low + high) / 2
        strength = 0.3 + 0.1 * taste
        if air in ("down", "up"):
            start, end = (low, high) if air == "down" else (high, low)
            color = paint.highlight if taste % 2 else paint.shade
            self.sheet.brush(
                part, xy(middle[0], 0.6 * start[1] + 0.4 * end[1]), xy(middle[0], end[1]), color, strength
            )
        elif air == "shade":
            reach = np.array(self.light) * (high - low) * 0.5
            self.sheet.brush(part, middle, middle - reach, paint.deep_shade, strength)
        else:
            self.sheet.brush(part, middle, xy(middle[0], high[1]), (255, 150, 120), 0.5 * strength)

    def _is_unlined(self, paint: Paint) -> bool:
        """Whether inner parts of this paint have no line; the same in every drawing of the design."""
        return hash((paint.base, self.guide.seed)) % 1000 < 1000 * self.guide.ranges.unlined_parts

    def line(self, path: Points, paint: Paint, weight: float = 1.0, *, within: int | None = None) -> None:
        """An inner line."""
        ink = self.ink(paint, weight, inner=True)
        lift = self._broken.uniform(0, 1, 3)
        if ink is None:
            return
        if lift[0] < self.guide.broken:
            middle, half = 0.2 + 0.6 * lift[1], 0.01 + 0.05 * lift[2]
            ink = Ink(ink.color, ink.width, ink.taper, ((middle - half, middle + half),))
        self.sheet.stroke(path, ink, within=within)

    def shade(self, part: int, outline: Points, paint: Paint, *, deep: bool = False) -> None:
        """A shade, if the guide has one at that level and anybody would see it.

        Black and near-black paint has none: its fills are class 0, and a shade two levels
        darker than black would teach that all dark paint is shade.
        """
        color, lighter = (paint.deep_shade, paint.shade) if deep else (paint.shade, paint.base)
        is_seen = max(abs(a - b) for a, b in zip(color, lighter, strict=True)) >= _SEEN_SHADE
        if is_seen and self.guide.levels >= (2 if deep else 1):
            self.sheet.shade(part, outline, color, deep=deep)

    def model(self, part: int, outline: Points, paint: Paint, reach: float) -> None:
        """Shade a part on the side away from the light, ``reach`` units deep, and light its rim."""
        guide, (lx, ly) = self.guide, self.light
        d = reach * guide.depth
        if guide.levels >= 1:
            away = (-lx, -ly)
            self.shade(part, outside(outline + xy(d * lx, d * ly), direction=away, margin=1.5 * d), paint)
            if guide.levels >= 2:
                core = outline + xy(0.45 * d * lx, 0.45 * d * ly)
                self.shade(part, outside(core, direction=away, margin=d), paint, deep=True)
        if guide.rim and self.detail > 90:
            thin = min(0.03, 0.3 * reach)
            lit = outside(outline - (thin * lx, thin * ly), direction=(lx, ly), margin=2 * thin)
            self.highlight(part, lit, paint)

    def highlight(self, part: int, outline: Points, paint: Paint) -> None:
        """A highlight, where it is lighter than its base for the eye (white has none)."""
        if max(a - b for a, b in zip(paint.highlight, paint.base, strict=True)) >= _SEEN_SHADE:
            self.sheet.highlight(part, outline, paint.highlight)
