"""Hands: a palm and five fingers in a few shapes, with the lines between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.strokes import Points, ellipse, smooth
from dougagen.studio.design.curves import XY, bow, points, tube, turned, widths, xy
from dougagen.studio.design.guide import Easel

HandShape = Literal["relaxed", "open", "fist", "point", "peace", "reach", "front fist", "none"]
# for thumb, index, middle, ring, little finger: (length, angle in radians)
_FINGERS: dict[str, tuple[tuple[float, float], ...]] = {
    "relaxed": ((0.26, 0.5), (0.38, 0.05), (0.42, 0.0), (0.39, -0.05), (0.31, -0.1)),
    "open": ((0.38, 1.0), (0.46, 0.3), (0.52, 0.08), (0.48, -0.14), (0.38, -0.4)),
    "fist": ((0.2, 0.6), (0.12, 0.05), (0.13, 0.0), (0.12, -0.05), (0.09, -0.1)),
    "point": ((0.22, 0.6), (0.5, 0.05), (0.13, 0.0), (0.12, -0.05), (0.09, -0.1)),
    "peace": ((0.16, 0.4), (0.5, 0.22), (0.52, -0.16), (0.12, -0.05), (0.09, -0.1)),
}
_BASE_Y = (0.2, 0.185, 0.065, -0.06, -0.17)
_BASE_X = (0.2, 0.5, 0.53, 0.5, 0.44)
_HALF = (0.075, 0.062, 0.065, 0.062, 0.052)


@dataclass(frozen=True, slots=True)
class Hand:
    """A hand's outline and inner lines; the wrist at (0, 0), the middle finger along +x, length 1."""

    outline: Points
    lines: tuple[Points, ...]


def hand_of(shape: HandShape) -> Hand:
    """The hand in its own frame, the thumb on the +y side."""
    outline: list[XY] = [(0.0, 0.14), (0.1, 0.17)]
    lines = []
    for i, (length, angle) in enumerate(_FINGERS[shape]):
        base, half = np.array([_BASE_X[i], _BASE_Y[i]]), _HALF[i]
        d = np.array([np.cos(angle), np.sin(angle)])
        n = np.array([-d[1], d[0]])
        tip = base + length * d
        bulge = base + 0.55 * length * d
        finger = [base + half * n, bulge + 1.05 * half * n, tip + 0.72 * half * n, tip + 0.7 * half * d,
                  tip - 0.72 * half * n, bulge - 1.05 * half * n]  # fmt: skip
        outline += [(float(p[0]), float(p[1])) for p in finger]
        valley = base - 1.02 * half * n + xy(-0.02, 0.0)
        if i < 4:
            outline.append((float(valley[0]), float(valley[1])) if i else (0.42, 0.215))
        if length < 0.25 and i:  # a folded finger shows its edge on the palm
            lines.append(
                bow(base + half * n + xy(-0.17, 0.01), base - half * n + xy(-0.17, 0.0), bend=-0.25, steps=6)
            )
        if 0 < i < 4:
            lines.append(bow(valley + xy(0.05, 0.0), valley + xy(-0.1, 0.01), bend=0.05, steps=4))
    lines.append(bow((0.42, 0.16), (0.2, 0.06), bend=-0.2, steps=8))
    outline += [(0.25, -0.2), (0.0, -0.14), (-0.06, -0.12), (-0.06, 0.12)]
    return Hand(smooth(points(*outline), closed=True, steps=4), tuple(lines))


_FLAT: tuple[HandShape, ...] = ("relaxed", "open", "fist", "point", "peace")
HANDS: dict[HandShape, Hand] = {name: hand_of(name) for name in _FLAT}


def draw_hand(
    easel: Easel, shape: HandShape, skin: Paint, *, wrist: Points, angle: float, size: float, flip: float
) -> None:
    """A hand of ``size`` units from the wrist on, fingers towards ``angle``; ``flip`` −1 turns the thumb."""
    if shape == "none":
        return
    if shape in ("reach", "front fist"):
        _draw_coming(easel, shape, skin, wrist=wrist, angle=angle, size=size, flip=flip)
        return
    hand = HANDS[shape]
    to = (float(wrist[0]), float(wrist[1]))
    outline = turned(hand.outline, angle, scale=size, to=to, flip=flip)
    part = easel.part(outline, skin)
    easel.model(part, outline, skin, 0.16 * size)
    if easel.detail * size > 40:
        for line in hand.lines:
            easel.line(turned(line, angle, scale=size, to=to, flip=flip), skin, 0.75, within=part)


_SPREAD = ((-0.62, 0.42), (-0.24, 0.56), (0.06, 0.6), (0.36, 0.54))
"""For each finger of a hand that reaches for the viewer: radians from the hand's way, length."""


def _draw_coming(
    easel: Easel, shape: HandShape, skin: Paint, *, wrist: Points, angle: float, size: float, flip: float
) -> None:
    """A hand that comes at the viewer: fingers before the palm, or the knuckles of a fist."""
    to = (float(wrist[0]), float(wrist[1]))

    def laid(outline: Points) -> Points:
        return turned(outline, angle, scale=size, to=to, flip=flip)

    palm = laid(ellipse(0.1, 0.0, 0.34, 0.32, steps=28))
    part = easel.part(palm, skin)
    easel.model(part, palm, skin, 0.16 * size)
    if shape == "front fist":
        thumb = laid(
            tube(bow((-0.2, 0.18), (0.3, 0.26), bend=0.2, steps=9), widths((0.11, 0.12, 0.09, 0.05), 9))
        )
        for k in range(4):
            knuckle = laid(ellipse(0.16 + 0.05 * (k % 3 > 0), 0.24 - 0.16 * k, 0.2, 0.105, steps=22))
            finger = easel.part(knuckle, skin)
            easel.model(finger, knuckle, skin, 0.09 * size)
        easel.part(thumb, skin)
        return
    for k, (way, length) in enumerate(_SPREAD):
        root = np.array([0.16 * np.cos(way), 0.24 * way / 0.5])
        tip = root + length * np.array([np.cos(way), np.sin(way)])
        path = bow(root, tip, bend=0.08 * (k - 1.5), steps=10)
        finger_outline = laid(tube(path, widths((0.085, 0.1, 0.115, 0.1, 0.05), 10)))
        finger = easel.part(finger_outline, skin)
        easel.model(finger, finger_outline, skin, 0.08 * size)
        if easel.detail * size > 60:
            for at in (4, 7):
                across = (
                    path[at] + np.array([[-np.sin(way), np.cos(way)], [np.sin(way), -np.cos(way)]]) * 0.06
                )
                easel.line(laid(bow(across[0], across[1], bend=0.25, steps=5)), skin, 0.7, within=finger)
    thumb_path = bow((-0.1, 0.26), (0.22, 0.52), bend=-0.2, steps=9)
    outline = laid(tube(thumb_path, widths((0.13, 0.13, 0.11, 0.05), 9)))
    part = easel.part(outline, skin)
    easel.model(part, outline, skin, 0.08 * size)
