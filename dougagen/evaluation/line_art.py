"""How line art looks, whatever it shows: whether an area is one fill, and how wide its lines are.

No truth is needed; the thesis's figure 5.9 shows the same to the eye.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.morphology import skeletonize

from dougagen.domain import LINE_CLASSES, DougaClass

_EVERY_LINE = (*LINE_CLASSES, DougaClass.BOOK_LINE)
_IS_AREA = ~np.isin(np.arange(256), _EVERY_LINE)


@dataclass(frozen=True, slots=True)
class LineArt:
    """Counts over pictures of douga classes; ``+`` adds them up."""

    area: int = 0
    """Pixels between the lines, in components that hold more than the class 0 alone."""
    agreeing: int = 0
    """Of these, the ones with the class of most pixels of their component."""
    line_pixels: tuple[int, ...] = (0,) * len(LINE_CLASSES)
    """Of each line class, in the order of ``LINE_CLASSES``."""
    line_lengths: tuple[int, ...] = (0,) * len(LINE_CLASSES)
    """Pixels of their skeletons."""

    @classmethod
    def of(cls, classes: NDArray[np.uint8]) -> LineArt:
        """One uint8[H, W] picture of douga classes."""
        between = _IS_AREA[classes]
        count, labels = cv2.connectedComponents(between.view(np.uint8), connectivity=4)
        key = labels.astype(np.int64) * 16 + classes
        table = np.bincount(key[between], minlength=16 * count).reshape(count, 16)
        filled = table[:, 1:].any(axis=1)  # empty paper and bare flat areas agree by themselves
        pixels = tuple(int(np.count_nonzero(classes == c)) for c in map(int, LINE_CLASSES))
        return cls(
            int(table[filled].sum()),
            int(table[filled].max(axis=1).sum()),
            pixels,
            tuple(
                _length(classes == c) if n else 0 for c, n in zip(map(int, LINE_CLASSES), pixels, strict=True)
            ),
        )

    def __add__(self, other: LineArt) -> LineArt:
        return LineArt(
            self.area + other.area,
            self.agreeing + other.agreeing,
            tuple(a + b for a, b in zip(self.line_pixels, other.line_pixels, strict=True)),
            tuple(a + b for a, b in zip(self.line_lengths, other.line_lengths, strict=True)),
        )

    @property
    def consistency(self) -> float:
        """Share of the pixels of filled components that have their component's class, [0, 1]; 1.0 where
        there is none. Components of nothing but class 0 do not count: they would make it look high."""
        return self.agreeing / self.area if self.area else 1.0

    def width(self, line: DougaClass) -> float:
        """Mean width in pixels: area over length; NaN where there is no such line."""
        at = LINE_CLASSES.index(line)
        return self.line_pixels[at] / self.line_lengths[at] if self.line_lengths[at] else math.nan

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names; None where there is no such line."""
        widths = {c.label: self.width(c) for c in LINE_CLASSES}
        return {
            "component_consistency": self.consistency,
            "width": {name: None if math.isnan(value) else value for name, value in widths.items()},
        }


def _length(lines: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(skeletonize(lines)))  # type: ignore[no-untyped-call]
