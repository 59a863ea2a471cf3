"""What the networks and the studio make of a picture: cel mask, douga, triplet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dougagen.domain.arrays import described, require_array
from dougagen.domain.display import shown
from dougagen.domain.douga_classes import CLASS_COUNT, PALETTE
from dougagen.domain.shots import LayerMove
from dougagen.errors import DomainError


@dataclass(frozen=True, slots=True, eq=False)
class CelMask:
    """The visible pixels of the moving layers: outline included, books cut out."""

    pixels: NDArray[np.bool_]
    """bool[H, W]: True where the composite shows cel with alpha ≥ 0.5."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "pixels", require_array("CelMask.pixels", self.pixels, np.bool_, ("H", "W")))

    @property
    def fraction(self) -> float:
        """Share of the picture that is cel, in [0, 1]."""
        return float(self.pixels.mean())

    def __array__(self, dtype: object = None, copy: bool | None = None) -> NDArray[np.bool_]:
        return np.array(self.pixels, dtype=dtype, copy=copy)  # type: ignore[call-overload,no-any-return]

    def picture(self) -> NDArray[np.uint8]:
        """uint8[H, W, 3]: the cel white on black."""
        grey = self.pixels.view(np.uint8) * np.uint8(255)
        return np.repeat(grey[..., None], 3, axis=2)  # [H, W] -> [H, W, 3]

    def __repr__(self) -> str:
        return f"CelMask({described(self.pixels)})"

    def _repr_png_(self) -> bytes:
        return shown(self.picture())


@dataclass(frozen=True, slots=True, eq=False)
class Douga:
    """Colour-coded line art: one of ten classes a pixel."""

    classes: NDArray[np.uint8]
    """uint8[H, W] of ``DougaClass`` values, [0, 9]."""

    def __post_init__(self) -> None:
        classes = require_array("Douga.classes", self.classes, np.uint8, ("H", "W"))
        if int(classes.max()) >= CLASS_COUNT:
            raise DomainError(f"Douga.classes must be in [0, {CLASS_COUNT - 1}], got {int(classes.max())}")
        object.__setattr__(self, "classes", classes)

    def class_fractions(self) -> tuple[float, ...]:
        """Share of the picture that each of the ten classes takes; sums to 1."""
        counts = np.bincount(self.classes.ravel(), minlength=CLASS_COUNT)
        return tuple(float(n) / self.classes.size for n in counts)

    def __array__(self, dtype: object = None, copy: bool | None = None) -> NDArray[np.uint8]:
        return np.array(self.classes, dtype=dtype, copy=copy)  # type: ignore[call-overload,no-any-return]

    def picture(self) -> NDArray[np.uint8]:
        """uint8[H, W, 3]: the classes in the colours of ``PALETTE``."""
        return PALETTE[self.classes]

    def __repr__(self) -> str:
        return f"Douga({described(self.classes)})"

    def _repr_png_(self) -> bytes:
        return shown(self.picture())


@dataclass(frozen=True, slots=True, eq=False)
class Triplet:
    """Colour, cel mask and douga of one picture, all of one size."""

    color: NDArray[np.uint8]
    """uint8[H, W, 3], RGB."""
    cel_mask: CelMask
    douga: Douga

    def __post_init__(self) -> None:
        color = require_array("Triplet.color", self.color, np.uint8, ("H", "W", 3))
        require_array("Triplet.cel_mask", self.cel_mask.pixels, np.bool_, color.shape[:2])
        require_array("Triplet.douga", self.douga.classes, np.uint8, color.shape[:2])
        object.__setattr__(self, "color", color)

    @property
    def height(self) -> int:
        return int(self.color.shape[0])

    @property
    def width(self) -> int:
        return int(self.color.shape[1])

    def __repr__(self) -> str:
        return f"Triplet({self.width}×{self.height})"

    def _repr_png_(self) -> bytes:
        """The three pictures side by side."""
        return shown(self.color, self.cel_mask.picture(), self.douga.picture())


@dataclass(frozen=True, slots=True, eq=False)
class Reconstruction:
    """What the networks read in one picture, and how sure they were."""

    cel_mask: CelMask
    douga: Douga
    cel_confidence: float
    """1 − mean normalised entropy of the cel network's prediction over the picture, [0, 1]."""
    douga_confidence: float
    """1 − mean normalised entropy of the douga network's prediction over the cel, [0, 1]."""
    flags: tuple[str, ...] = ()
    """What else a reader of the record should know of how it was read."""
    layer_moves: tuple[LayerMove, ...] = ()
    """Where the layers of its shot lie in it; empty where it was read alone, or no move is known."""
