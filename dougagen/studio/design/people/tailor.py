"""The tailor: places things on the front of a turned trunk."""

from __future__ import annotations

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.strokes import Points, ellipse
from dougagen.studio.design.guide import Easel
from dougagen.studio.design.people.figure import Figure
from dougagen.studio.design.people.wardrobe import Outfit


class Tailor:
    """The trunk of one drawing: where things on its front lie, and the part that they lie on."""

    def __init__(self, easel: Easel, figure: Figure, outfit: Outfit, turn: float) -> None:
        self.easel, self.f, self.outfit, self.turn = easel, figure, outfit, turn
        self.y0 = figure.shoulder_y
        self.n = figure.neck
        self.part = 0
        long = outfit.kind in ("hoodie", "coat", "sweater") or not outfit.bottom.endswith("skirt")
        self.hem = figure.crotch - 0.02 if long else figure.waist_y + 0.06

    def on(self, shape: Points) -> Points:
        """A shape in (u, y) laid on the trunk."""
        return self.f.laid(shape, self.turn)

    def both(self, shape: Points) -> list[Points]:
        """A shape and its mirror image, laid on the trunk, the far one first."""
        return [self.on(shape * (s, 1)) for s in (1.0, -1.0)]

    def line(self, path: Points, weight: float = 0.85) -> None:
        """A line of the main cloth."""
        self.easel.line(self.on(path), self.outfit.top, weight)

    def button(self, y: float, paint: Paint, u: float = 0.0, r: float = 0.028) -> None:
        """A round button with its light."""
        if self.easel.detail < 80:
            return
        x, y = (float(c) for c in self.f.at(u, y, self.turn))
        knob = self.easel.part(ellipse(x, y, r, r, steps=16), paint, 0.7)
        if self.easel.detail > 200:
            self.easel.highlight(knob, ellipse(x - 0.3 * r, y - 0.3 * r, 0.4 * r, 0.4 * r, steps=10), paint)
