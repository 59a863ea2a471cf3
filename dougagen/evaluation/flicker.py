"""Flicker: what two neighbouring drawings of a shot say of the same paint at the same place.

It needs no truth, so it can be counted on any footage; and it counts only together with the truth of others,
because nothing flickers less than a mask that is always empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import DougaClass, Drawing, Reconstruction, Triplet
from dougagen.errors import DomainError

SAME_PAINT = 4.0
"""8-bit levels by which a place may differ, in the channel that differs most."""
_MEAN = (5, 5)
_BASE = int(DougaClass.FLAT_AREA)
_FILLS = (_BASE, *map(int, (DougaClass.SHADING_FILL, DougaClass.COLOR_FILL, DougaClass.HIGHLIGHT_FILL)))


@dataclass(frozen=True, slots=True)
class Flicker:
    """Pixels that show the same paint in two drawings, and those on which the two disagree; adds up."""

    cel_pixels: int = 0
    """In either mask, with the same paint."""
    cel_disagree: int = 0
    """Of these, the ones in one mask only."""
    fill_pixels: int = 0
    """In both masks, with the same paint, a line in neither, and not the base in both."""
    fill_disagree: int = 0
    """Of these, the ones of two classes."""

    @classmethod
    def of(cls, one: Triplet, other: Triplet) -> Flicker:
        """Two neighbouring drawings of a shot. Raises DomainError where their sizes differ."""
        if one.color.shape != other.color.shape:
            raise DomainError(f"Flicker needs pictures of one size, got {one!r} and {other!r}")
        same = _same_paint(one.color, other.color)
        cel, cel_too = one.cel_mask.pixels, other.cel_mask.pixels
        either = same & (cel | cel_too)
        classes, classes_too = one.douga.classes, other.douga.classes
        fills = same & cel & cel_too & np.isin(classes, _FILLS) & np.isin(classes_too, _FILLS)
        fills &= (classes != _BASE) | (classes_too != _BASE)
        return cls(
            int(np.count_nonzero(either)),
            int(np.count_nonzero(either & (cel != cel_too))),
            int(np.count_nonzero(fills)),
            int(np.count_nonzero(fills & (classes != classes_too))),
        )

    def __add__(self, other: Flicker) -> Flicker:
        return Flicker(
            self.cel_pixels + other.cel_pixels,
            self.cel_disagree + other.cel_disagree,
            self.fill_pixels + other.fill_pixels,
            self.fill_disagree + other.fill_disagree,
        )

    @property
    def masks(self) -> float | None:
        """Share on which the masks disagree, [0, 1]; None where no paint is seen twice."""
        return self.cel_disagree / self.cel_pixels if self.cel_pixels else None

    @property
    def fills(self) -> float | None:
        """Share on which the fills disagree, [0, 1]; None where none is seen twice."""
        return self.fill_disagree / self.fill_pixels if self.fill_pixels else None

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names."""
        return {
            "masks": self.masks,
            "fills": self.fills,
            "cel_pixels": self.cel_pixels,
            "fill_pixels": self.fill_pixels,
        }


class NeighbourFlicker:
    """Adds up the flicker of drawings as they pass, in order; two drawings are held."""

    def __init__(self) -> None:
        self.total = Flicker()
        self._before: tuple[int, Triplet] | None = None

    def watching(
        self, read: Iterable[tuple[Drawing, Reconstruction]]
    ) -> Iterator[tuple[Drawing, Reconstruction]]:
        """The same drawings; neighbours of one shot and one size are compared."""
        for drawing, result in read:
            this = Triplet(drawing.image, result.cel_mask, result.douga)
            if self._before is not None:
                shot, before = self._before
                if shot == drawing.shot_index and before.color.shape == this.color.shape:
                    self.total += Flicker.of(before, this)
            self._before = (drawing.shot_index, this)
            yield drawing, result


def _same_paint(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """bool[H, W]: where the 5×5 means of two uint8[H, W, 3] pictures differ by less than ``SAME_PAINT``."""
    smooth, smooth_too = (cv2.blur(picture.astype(np.float32), _MEAN) for picture in (one, other))
    same: NDArray[np.bool_] = cv2.absdiff(smooth, smooth_too).max(axis=-1) < SAME_PAINT
    return same
