"""Forms that things are built from: lit shapes, highlights, patterns and folds, moved by the pose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dougagen.studio.cel.cel import Paint, Rgb
from dougagen.studio.cel.sheet import CelSheet
from dougagen.studio.cel.strokes import Ink, Points, ellipse, smooth
from dougagen.studio.design.curves import XY, bow, leaf, turned, zigzag
from dougagen.studio.design.guide import Easel, Guide
from dougagen.studio.design.subject import Pose

Move = Callable[[Points], Points]
Drawing = Callable[["Bench", np.random.Generator, Pose], None]


@dataclass(frozen=True, slots=True)
class Design:
    """A thing: how it is drawn, its style guide, and the seed that fixes everything else about it."""

    drawing: Drawing
    guide: Guide
    seed: int

    def draw(self, sheet: CelSheet, pose: Pose) -> None:
        """Draw on ``sheet``; the same pose gives the same drawing."""
        self.drawing(Bench(sheet, self.guide), np.random.default_rng(self.seed), pose)


def picked(rng: np.random.Generator, drawings: Sequence[tuple[Drawing, float]], guide: Guide) -> Design:
    """One of several drawings by their weights, with an identity of its own."""
    share = np.array([weight for _, weight in drawings])
    drawing = drawings[int(rng.choice(len(drawings), p=share / share.sum()))][0]
    return Design(drawing, guide, int(rng.integers(2**31)))


class Bench(Easel):
    """An easel for things; ``move`` is applied to all that its own methods are given."""

    def __init__(self, sheet: CelSheet, guide: Guide) -> None:
        super().__init__(sheet, guide, facing=1.0)
        self.move: Move = still

    def form(
        self,
        rng: np.random.Generator,
        outline: Points,
        paint: Paint,
        *,
        weight: float = 1.0,
        reach: float = 0.22,
        shine: float = 0.35,
        within: int | None = None,
    ) -> int:
        """A filled, inked part with its shade and, now and then, its highlight.

        ``reach`` is the depth of the shade as a share of the part's size, 0 = none; ``shine`` the chance
        of a highlight before the guide's own; ``weight`` 0 leaves the line out.
        """
        style, depth, gleam = rng.uniform(0, 1, 3)
        detail = np.random.default_rng(int(rng.integers(2**31)))
        outline = self.move(outline)
        part = self.part(outline, paint, weight, within=within)
        size = float(np.ptp(outline, axis=0).min())
        if reach > 0 and style < 0.5:
            self.model(part, outline, paint, reach * size * (0.5 + depth))
        elif reach > 0 and style < 0.92:
            self.cut(detail, part, outline, paint, share=reach * (1.0 + 1.4 * depth) * self.guide.depth)
        if gleam < shine * self.guide.shine and size * self.detail > 14:
            self.gleam(detail, part, outline, paint, is_glossy=shine >= 1)
        return part

    def cut(
        self, rng: np.random.Generator, part: int, outline: Points, paint: Paint, *, share: float
    ) -> None:
        """Shade the ``share`` of a part that is furthest from the light, up to a wavy edge."""
        light = np.array(self.light)
        wave = rng.normal(0, rng.choice([0.01, 0.04, 0.1]), 6)
        for level in range(self.guide.levels):
            shape = _beyond(outline, light, share * (0.45 if level else 1.0), wave * (0.6 if level else 1.0))
            self.shade(part, shape, paint, deep=level > 0)

    def gleam(
        self, rng: np.random.Generator, part: int, outline: Points, paint: Paint, *, is_glossy: bool = False
    ) -> None:
        """A highlight towards the light: spots, panes, a streak along the edge, or a zig-zag band."""
        low, high = outline.min(axis=0), outline.max(axis=0)
        middle, half = (low + high) / 2, (high - low) / 2
        light = np.array(self.light)
        at = middle + light * half * rng.uniform(0.35, 0.6)
        angle = float(np.arctan2(light[1], light[0])) + np.pi / 2
        r = float(half.min()) * rng.uniform(0.1, 0.24)
        share = [0.2, 0.1, 0.4, 0.3, 0.0] if is_glossy else [0.26, 0.2, 0.1, 0.34, 0.1]
        style = rng.choice(["spot", "spots", "panes", "streak", "band"], p=share)
        shapes: list[Points] = []
        if style in ("spot", "spots"):
            shapes.append(ellipse(at[0], at[1], r * rng.uniform(1.0, 2.0), r, turn=angle, steps=24))
        if style == "spots":
            away = at + r * 2.4 * np.array([np.cos(angle), np.sin(angle)])
            shapes.append(ellipse(away[0], away[1], 0.5 * r, 0.4 * r, turn=angle, steps=16))
        elif style == "panes":
            for shift, thick in ((0.0, 0.5), (0.9, 0.2)):
                way = np.array([shift * r * 2, 0.0])
                lean, tall = np.array([0.6, -1.0]) * half.min() * 0.55, np.array([thick * r * 2, 0.0])
                shapes.append(at + way + np.array([-lean, lean, lean + tall, -lean + tall]))
        elif style == "streak":
            span = rng.uniform(0.35, 0.9)
            turn = np.linspace(-span, span, 11) + np.arctan2(light[1], light[0])
            rim = middle + np.stack([np.cos(turn), np.sin(turn)], axis=1) * half * rng.uniform(0.66, 0.84)
            shapes.append(leaf(rim, r * 0.55, belly=rng.uniform(0.3, 0.7)))
        elif style == "band":
            shapes.append(_band(rng, middle + light * half * 0.35, float(half[0]), float(half.min())))
        for shape in shapes:
            self.highlight(part, shape, paint)

    def mark(self, part: int, outline: Points, color: Rgb) -> None:
        """A colour patch in a part's base."""
        self.sheet.patch(part, self.move(outline), color)

    def crease(self, path: Points, paint: Paint, weight: float = 0.8, *, within: int | None = None) -> None:
        """An inner line."""
        self.line(self.move(path), paint, weight, within=within)

    def cord(self, path: Points, color: Rgb, width: float) -> None:
        """A thing as thin as a line, in its own colour: a string, a whisker, a wire."""
        self.sheet.stroke(self.move(path), Ink(color, width * self.pen))

    def dark(self, outline: Points, color: Rgb, *, within: int | None = None) -> None:
        """A spot of ink."""
        self.sheet.solid(self.move(outline), color, within=within)

    def fold(
        self, rng: np.random.Generator, part: int, start: XY, end: XY, paint: Paint, *, width: float
    ) -> None:
        """A fold of cloth: a shade that runs out, beside it a line that runs out sooner."""
        path = self.move(bow(start, end, bend=rng.normal(0, 0.12), steps=10))
        side = self.move(bow(start, end, bend=rng.normal(0, 0.05), steps=10))
        blade = leaf(path, width, belly=rng.uniform(0.1, 0.5), start=rng.uniform(0, 0.6))
        self.shade(part, blade, paint)
        if rng.uniform() < 0.4:
            self.shade(part, leaf(side, 0.4 * width, belly=0.25), paint, deep=True)
        if rng.uniform() < 0.75:
            first, last = rng.integers(0, 3), rng.integers(6, 10)
            self.line(path[first:last], paint, rng.uniform(0.6, 1.0), within=part)

    def pattern(self, rng: np.random.Generator, part: int, outline: Points, color: Rgb) -> None:
        """Stripes, dots, checks, or a few patches over a whole part."""
        outline = self.move(outline)
        low, high = outline.min(axis=0), outline.max(axis=0)
        middle, size = (low + high) / 2, float(np.hypot(*(high - low)))
        style = rng.choice(["stripes", "dots", "checks", "patches"], p=[0.4, 0.25, 0.15, 0.2])
        turn = float(rng.choice([0.0, np.pi / 2, rng.uniform(0, np.pi)]))
        shapes: list[Points] = []
        if style in ("stripes", "checks"):
            count = int(rng.integers(3, 8))
            for angle in (turn, turn + np.pi / 2) if style == "checks" else (turn,):
                for at in (np.arange(count) + 0.5) / count - 0.5:
                    thick = size / count * rng.uniform(0.08, 0.24)
                    shapes.append(
                        turned(rectangle(-size, -thick, size, thick), angle, to=_on(middle, at * size, angle))
                    )
        elif style == "dots":
            step = size / rng.integers(4, 8)
            for i in np.arange(low[0], high[0] + step, step):
                for k, y in enumerate(np.arange(low[1], high[1] + step, step * 0.87)):
                    shapes.append(ellipse(i + (k % 2) * step / 2, y, step * 0.2, step * 0.2, steps=14))
        else:
            for _ in range(int(rng.integers(1, 4))):
                x, y = rng.uniform(low, high)
                shapes.append(blob(rng, x=x, y=y, rx=size * 0.12, ry=size * 0.1))
        for shape in shapes:
            self.sheet.patch(part, shape, color)


# ---- how things move --------------------------------------------------------------------------------
def still(points: Points) -> Points:
    """No movement."""
    return points


def tilted(angle: float, *, about: XY = (0.0, 0.0), shift: XY = (0.0, 0.0)) -> Move:
    """A stiff thing turned by ``angle`` radians about a point, and moved."""
    to = (about[0] + shift[0], about[1] + shift[1])
    return lambda points: turned(np.asarray(points) - about, angle, to=to)


def blown(rng: np.random.Generator, pose: Pose, *, strength: float = 0.1) -> Move:
    """A soft thing in the wind of ``pose.sway``, lifted by ``pose.gesture``."""
    phase, rate = rng.uniform(0, 2 * np.pi, 2), rng.uniform(0.8, 2.2, 2)

    def move(points: Points) -> Points:
        x, y = points[:, 0], points[:, 1]
        dx = strength * pose.sway * (0.6 + np.sin(rate[0] * y + phase[0] + pose.sway))
        dy = strength * pose.gesture * np.sin(rate[1] * x + phase[1] + pose.gesture)
        return np.stack([x + dx, y + dy], axis=1)

    return move


# ---- shapes -----------------------------------------------------------------------------------------
def rectangle(x0: float, y0: float, x1: float, y1: float, *, round_by: float = 0.0) -> Points:
    """A rectangle with corners of radius ``round_by``."""
    if round_by <= 0:
        return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    r = min(round_by, abs(x1 - x0) / 2, abs(y1 - y0) / 2)
    quarter = np.linspace(0, np.pi / 2, 6)
    centres = ((x1 - r, y1 - r, 0.0), (x0 + r, y1 - r, 0.5), (x0 + r, y0 + r, 1.0), (x1 - r, y0 + r, 1.5))
    arcs = [
        np.stack([cx + r * np.cos(quarter + q * np.pi), cy + r * np.sin(quarter + q * np.pi)], axis=1)
        for cx, cy, q in centres
    ]
    return np.concatenate(arcs)


def blob(
    rng: np.random.Generator,
    *,
    x: float = 0.0,
    y: float = 0.0,
    rx: float = 1.0,
    ry: float = 1.0,
    knots: int = 8,
    rough: float = 0.2,
) -> Points:
    """A smooth closed shape around (x, y)."""
    angle = np.linspace(0, 2 * np.pi, knots, endpoint=False) + rng.uniform(0, 1)
    radius = np.clip(rng.normal(1, rough, knots), 0.4, 1.6)
    return smooth(
        np.stack([x + rx * radius * np.cos(angle), y + ry * radius * np.sin(angle)], axis=1),
        closed=True,
        steps=6,
    )


def star(points: int, outer: float, inner: float, *, turn: float = 0.0) -> Points:
    """A star about the origin."""
    angle = np.linspace(0, 2 * np.pi, 2 * points, endpoint=False) + turn
    radius = np.where(np.arange(2 * points) % 2 == 0, outer, inner)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def lathe(knots: Sequence[XY], *, steps: int = 6) -> Points:
    """A vessel: the half-widths and heights (x, y) of its right side, mirrored."""
    right = smooth(np.array(knots, np.float64), closed=False, steps=steps)
    return np.concatenate([right, right[::-1] * (-1.0, 1.0)])


def clouds(rng: np.random.Generator, *, x: float, y: float, rx: float, ry: float, puffs: int) -> Points:
    """An outline of round puffs, as smoke and trees are drawn."""
    angle = np.sort(np.linspace(0, 2 * np.pi, puffs, endpoint=False) + rng.normal(0, 0.25 / puffs * 6, puffs))
    ring = np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], axis=1)
    swell = rng.uniform(0.25, 0.5, puffs)
    arcs = [bow(ring[i], ring[(i + 1) % puffs], bend=float(swell[i]), steps=9)[:-1] for i in range(puffs)]
    return np.concatenate(arcs)


def _on(middle: Points, along: float, angle: float) -> XY:
    return float(middle[0] - along * np.sin(angle)), float(middle[1] + along * np.cos(angle))


def _beyond(outline: Points, light: Points, share: float, wave: Points) -> Points:
    """The polygon of all that lies in the ``share`` of ``outline`` away from the light."""
    across = np.array([-light[1], light[0]])
    depth, along = outline @ light, outline @ across
    low, size = depth.min(), np.ptp(depth)
    t = np.linspace(along.min() - 0.1 * size, along.max() + 0.1 * size, len(wave))
    edge = smooth(np.outer(t, across) + np.outer(low + size * (share + wave), light), closed=False, steps=6)
    back = light * (low - size)
    return np.concatenate([edge, [across * t[-1] + back, across * t[0] + back]])


def _band(rng: np.random.Generator, at: Points, half: float, size: float) -> Points:
    """A zig-zag highlight across hair or silk."""
    count = int(rng.integers(3, 8))
    x = np.linspace(-0.8, 0.8, count + 1) * half
    dip = 0.12 * size * (1 - (x / half) ** 2)
    tall = size * rng.uniform(0.08, 0.3, count)
    valleys = np.stack([at[0] + x, at[1] - dip], axis=1)
    peaks = np.stack([at[0] + (x[:-1] + x[1:]) / 2, at[1] - (dip[:-1] + dip[1:]) / 2 + tall], axis=1)
    top = np.stack([at[0] + x[::-1], at[1] - dip - size * 0.06], axis=1)
    return np.concatenate([zigzag(peaks, valleys, bend=0.05), top])
