"""A finished cel: its paint, its ink, the part of the design that each pixel shows; cels over each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rgb = tuple[int, int, int]
Recolor = Callable[[Rgb], Rgb]
DEEP = 16
"""Added to a paint kind for its second level: a shade in the shade."""


@dataclass(frozen=True, slots=True)
class Paint:
    """The colours that the style guide gives one part of a design, uint8 RGB."""

    base: Rgb
    shade: Rgb
    deep_shade: Rgb
    highlight: Rgb


@dataclass(frozen=True, slots=True, eq=False)
class Cel:
    """A finished cel at picture size: what the camera sees and what the animator meant."""

    color: NDArray[np.uint8]
    """uint8[H, W, 3], premultiplied by coverage."""
    coverage: NDArray[np.uint8]
    """uint8[H, W]: share of the pixel that is cel, 255 = all."""
    ink: NDArray[np.bool_]
    """bool[H, W]: visible line."""
    part: NDArray[np.uint16]
    """uint16[H, W]: part of the design, 0 = no cel."""
    kind: NDArray[np.uint8]
    """uint8[H, W]: fill class of DougaClass, + DEEP for its second level."""
    paint: NDArray[np.uint8]
    """uint8[H, W, 3]: the flat colour of the sub-pixel that gave ``part`` and ``kind``."""


def stacked(cels: Sequence[Cel]) -> Cel:
    """Several cels laid over each other, the first at the bottom, as one cel."""
    below, *above = cels
    color = below.color.astype(np.uint16)
    coverage = below.coverage.astype(np.uint16)
    ink, part, kind, paint = (below.ink.copy(), below.part.copy(), below.kind.copy(), below.paint.copy())
    for cel in above:
        left = 255 - cel.coverage.astype(np.uint16)
        color = cel.color + (color * left[..., None] + 127) // 255
        coverage = cel.coverage + (coverage * left + 127) // 255
        over = cel.coverage >= 128
        ink[over], kind[over], paint[over] = cel.ink[over], cel.kind[over], cel.paint[over]
        part[over] = cel.part[over] + (part.max() + 1)
    return Cel(
        color=np.minimum(color, 255).astype(np.uint8),
        coverage=np.minimum(coverage, 255).astype(np.uint8),
        ink=ink,
        part=part,
        kind=kind,
        paint=paint,
    )
