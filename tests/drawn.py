"""A drawing whose layers are known: painted by hand at many times its size, then made small."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import CelMask, Douga, DougaClass, Triplet

HEIGHT, WIDTH = 120, 160
BASE, SHADE, LIGHT, INK = (236, 190, 160), (176, 128, 112), (255, 240, 225), (40, 24, 20)
_FINE = 8
_MIDDLE, _RADIUS, _LINE = (80, 60), 40, 5  # px


def _disc(middle: tuple[float, float], radius: float) -> NDArray[np.float32]:
    """How much of each pixel a disc covers: float32[HEIGHT, WIDTH] in [0, 1]."""
    fine = np.zeros((HEIGHT * _FINE, WIDTH * _FINE), np.uint8)
    cv2.circle(fine, (round(middle[0] * _FINE), round(middle[1] * _FINE)), round(radius * _FINE), 255, -1)
    return cv2.resize(fine, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def ground(*, level: int) -> NDArray[np.uint8]:
    """A painted background: uint8[HEIGHT, WIDTH, 3], a slope of colours."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return np.stack([level + x // 4, 90 + y // 2, 200 - x // 4], axis=2).astype(np.uint8)


@dataclass(frozen=True)
class Parts:
    """How much of each pixel each part covers."""

    cel: NDArray[np.float32]
    ink: NDArray[np.float32]
    shade: NDArray[np.float32]
    light: NDArray[np.float32]

    def over(self, behind: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The drawing over a background."""
        picture = behind.astype(np.float32)
        paint = np.full_like(picture, 0) + np.array(BASE, np.float32)
        for share, color in ((self.shade, SHADE), (self.light, LIGHT), (self.ink, INK)):
            paint += share[..., None] * (np.array(color, np.float32) - paint)
        return np.rint(picture + self.cel[..., None] * (paint - picture)).astype(np.uint8)


def parts() -> Parts:
    """A ball with an outline, a shade at its right and a highlight at its left."""
    cel, inner = _disc(_MIDDLE, _RADIUS), _disc(_MIDDLE, _RADIUS - _LINE)
    shade = np.clip(inner - _disc((66, 54), 34), 0, 1)
    return Parts(cel, np.clip(1 - inner, 0, 1), shade, _disc((62, 46), 6))


def drawn(*, level: int = 60) -> Triplet:
    """The ball as a triplet, its douga as an animator would write it."""
    of = parts()
    mask = of.cel >= 0.5
    classes = np.zeros((HEIGHT, WIDTH), np.uint8)
    classes[mask & (of.shade >= 0.5)] = DougaClass.SHADING_FILL
    classes[mask & (of.light >= 0.5)] = DougaClass.HIGHLIGHT_FILL
    for of_kind, line in ((of.shade, DougaClass.SHADING_LINE), (of.light, DougaClass.HIGHLIGHT_LINE)):
        inside = (of_kind >= 0.5).astype(np.uint8)
        edge = cv2.dilate(inside, np.ones((3, 3), np.uint8)) > inside
        classes[mask & edge] = line
    classes[mask & (of.ink >= 0.5)] = DougaClass.VISIBLE_LINE
    return Triplet(of.over(ground(level=level)), CelMask(mask), Douga(classes))
