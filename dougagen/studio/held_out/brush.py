"""The held-out family: drawn by other rules than the studio's own. No network learns from it.

Adults with planes in their faces, big-headed mascots in hoods, and fighting machines of plates, inked with
a brush that is heavy on the side away from the light. Shared with the studio's family are the cel sheet
and the truth that is read off it; shapes, proportions, hair, clothes, light and line are not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dougagen.studio.cel.cel import Paint, Rgb
from dougagen.studio.cel.colors import paint_from, rgb
from dougagen.studio.cel.sheet import CelSheet
from dougagen.studio.cel.strokes import Ink, Points, smooth
from dougagen.studio.design.ranges import DesignRanges
from dougagen.studio.design.subject import Pose


@dataclass(frozen=True, slots=True)
class BrushGuide:
    """Line, light and colours of one held-out design."""

    ink: Rgb
    outer: float
    """Pixels at 1080 lines of the contour on its dark side."""
    inner: float
    light: tuple[float, float]
    shades: int
    lights: bool
    paints: tuple[Paint, ...]
    """Six: skin or shell, hair or plate, coat, cloth, trim, accent."""
    marks: bool
    """Stripes, decals, tattoos: class 7."""
    seed: int


class Brush:
    """Draws parts with a contour that swells away from the light, and shades with broken edges."""

    def __init__(self, sheet: CelSheet, guide: BrushGuide) -> None:
        self.sheet, self.guide = sheet, guide
        self.detail = sheet.scale / sheet.line_scale
        self.press = float(np.clip((self.detail / 300) ** 0.35, 0.5, 1.6))

    def part(self, outline: Points, paint: Paint, *, within: int | None = None, bold: bool = True) -> int:
        """A filled part; ``bold`` parts have a contour, others a thin line."""
        guide = self.guide
        thin = Ink(guide.ink, guide.inner * self.press)
        number = self.sheet.part(outline, paint, thin, within=within)
        if bold and within is None:
            self._swell(outline)
        return number

    def _swell(self, outline: Points) -> None:
        closed = np.concatenate([outline, outline[:1]])
        way = np.diff(closed, axis=0)
        signed = float(np.sum(closed[:-1, 0] * closed[1:, 1] - closed[1:, 0] * closed[:-1, 1]))
        normal = np.stack([way[:, 1], -way[:, 0]], axis=1) * np.sign(signed)
        dark = normal @ np.array(self.guide.light) < -0.25 * np.hypot(way[:, 0], way[:, 1])
        pen = Ink(self.guide.ink, self.guide.outer * self.press, taper=0.8)
        start: int | None = None
        for i in range(len(dark) + 1):
            if i < len(dark) and dark[i]:
                start = i if start is None else start
            elif start is not None:
                if i - start > 2:
                    self.sheet.stroke(closed[start : i + 1], pen)
                start = None

    def line(self, *knots: tuple[float, float], weight: float = 1.0, within: int | None = None) -> None:
        """An inner line that swells in its middle."""
        path = smooth(np.array(knots, np.float64), closed=False, steps=6)
        self.sheet.stroke(
            path, Ink(self.guide.ink, self.guide.inner * weight * self.press, taper=0.9), within=within
        )

    def block(self, part: int, outline: Points, paint: Paint, *, share: float, teeth: int = 0) -> None:
        """Shade the ``share`` of a part away from the light; its edge is straight or has brush ``teeth``."""
        light = np.array(self.guide.light)
        across = np.array([-light[1], light[0]])
        depth, along = outline @ light, outline @ across
        for level in range(self.guide.shades):
            edge = depth.min() + np.ptp(depth) * share * (0.45 if level else 1.0)
            t = np.linspace(along.min(), along.max(), 2 * max(teeth, 1) + 1)
            jag = 0.09 * np.ptp(depth) * (np.arange(len(t)) % 2) * (teeth > 0)
            border = np.outer(t, across) + np.outer(edge + jag, light)
            back = light * (depth.min() - 1.0)
            corner = np.stack([across * t[-1] + back, across * t[0] + back])
            color, lighter = (paint.deep_shade, paint.shade) if level else (paint.shade, paint.base)
            if max(abs(a - b) for a, b in zip(color, lighter, strict=True)) >= 10:
                self.sheet.shade(part, np.concatenate([border, corner]), color, deep=level > 0)

    def glint(self, part: int, *knots: tuple[float, float], paint: Paint) -> None:
        """A hard-edged highlight."""
        if self.guide.lights:
            self.sheet.highlight(part, np.array(knots, np.float64), paint.highlight)


Drawing = Callable[[Brush, np.random.Generator, Pose], None]


@dataclass(frozen=True, slots=True)
class HeldOutDesign:
    """One held-out subject."""

    drawing: Drawing
    guide: BrushGuide

    def draw(self, sheet: CelSheet, pose: Pose) -> None:
        """Draw on ``sheet``; the same pose gives the same drawing."""
        placement = sheet.placement
        facing = -1.0 if pose.yaw < 0 else 1.0
        sheet.placement = placement * np.array([[facing, 1.0, 1.0]])
        try:
            self.drawing(Brush(sheet, self.guide), np.random.default_rng(self.guide.seed), pose)
        finally:
            sheet.placement = placement


def random_brush_guide(rng: np.random.Generator, ranges: DesignRanges) -> BrushGuide:
    """A restrained palette: one hue and its neighbours, one accent, much black and off-white."""
    hue = rng.uniform()
    tones = [
        rgb(rng.uniform(0.05, 0.09), rng.uniform(0.15, 0.5), rng.uniform(0.5, 0.95)),
        rgb(hue, rng.uniform(0.0, 0.3), rng.choice([0.07, 0.12, 0.5, 0.85])),
        rgb(hue + rng.normal(0, 0.05), rng.uniform(0.1, 0.5), rng.choice([0.1, 0.3, 0.55])),
        rgb(hue + rng.normal(0, 0.08), rng.uniform(0.0, 0.25), rng.uniform(0.4, 0.92)),
        rgb(hue + 0.08, rng.uniform(0.2, 0.6), rng.uniform(0.3, 0.8)),
        rgb(hue + 0.5, rng.uniform(0.5, 0.9), rng.uniform(0.5, 0.95)),
    ]
    angle = rng.uniform(-2.5, -0.6)
    width = float(rng.uniform(2.4, 6.0))
    return BrushGuide(
        ink=rgb(rng.uniform(), rng.uniform(0, 0.4), rng.uniform(0.0, 0.15)),
        outer=width,
        inner=width * float(rng.uniform(0.35, 0.6)),
        light=(float(np.cos(angle)), float(np.sin(angle))),
        shades=int(rng.choice([0, 1, 2], p=[0.15, 0.6, 0.25])),
        lights=bool(rng.uniform() < 0.65 * ranges.highlights),
        paints=tuple(paint_from(rng, tone) for tone in tones),
        marks=bool(rng.uniform() < 0.22 * ranges.patches),
        seed=int(rng.integers(2**31)),
    )


def poly(*knots: tuple[float, float], round_by: int = 0) -> Points:
    """A closed polygon, or a closed curve of ``round_by`` steps a side through its corners."""
    flat = np.array(knots, np.float64)
    return smooth(flat, closed=True, steps=round_by) if round_by else flat
