"""The ten classes of douga and their palette (thesis 5.1; dougagen/README.md#classes)."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class DougaClass(IntEnum):
    """What a pixel of line art is; the value is the pixel of a douga image."""

    FLAT_AREA = 0
    VISIBLE_LINE = 1
    SHADING_LINE = 2
    COLOR_EDGE = 3
    HIGHLIGHT_LINE = 4
    BOOK_LINE = 5
    SHADING_FILL = 6
    COLOR_FILL = 7
    HIGHLIGHT_FILL = 8
    BOOK_FILL = 9

    @property
    def label(self) -> str:
        """The class in words, as in the thesis's tables: ``"shading line"``."""
        return self.name.lower().replace("_", " ")


CLASS_COUNT = len(DougaClass)
LINE_CLASSES = (
    DougaClass.VISIBLE_LINE,
    DougaClass.SHADING_LINE,
    DougaClass.COLOR_EDGE,
    DougaClass.HIGHLIGHT_LINE,
)
"""The lines of the cel itself; book lines belong to another layer."""
BOOK_CLASSES = (DougaClass.BOOK_LINE, DougaClass.BOOK_FILL)
SCORED_CLASSES = tuple(c for c in DougaClass if c not in BOOK_CLASSES)
"""The eight classes of the thesis's tables 5.1 to 5.4 (books are under 0.1 % of the pixels)."""

PALETTE: NDArray[np.uint8] = np.array(
    [
        (255, 255, 255),
        (0, 0, 0),
        (80, 0, 130),
        (0, 150, 60),
        (230, 0, 0),
        (110, 110, 110),
        (190, 160, 230),
        (170, 240, 190),
        (255, 245, 150),
        (205, 205, 205),
    ],
    dtype=np.uint8,
)
"""uint8[10, 3]: the RGB colour written for each class."""
PALETTE.setflags(write=False)

ALSO_READ: dict[DougaClass, tuple[tuple[int, int, int], ...]] = {
    DougaClass.VISIBLE_LINE: ((96, 56, 24), (139, 90, 43)),
    DougaClass.SHADING_LINE: ((112, 48, 160), (0, 0, 255)),
    DougaClass.COLOR_EDGE: ((0, 128, 0), (0, 200, 80), (0, 160, 200)),
    DougaClass.HIGHLIGHT_LINE: ((255, 0, 0), (200, 30, 30)),
    DougaClass.BOOK_LINE: ((90, 90, 90), (128, 128, 128)),
    DougaClass.SHADING_FILL: ((170, 140, 210), (160, 190, 240)),
    DougaClass.COLOR_FILL: ((190, 250, 200), (170, 235, 245)),
    DougaClass.HIGHLIGHT_FILL: ((255, 250, 200), (255, 235, 120)),
    DougaClass.BOOK_FILL: ((220, 220, 220), (190, 190, 190)),
}
"""Other colours that artists use for the same class, read as it and never written."""


def hairline_width(height: int) -> int:
    """The width in pixels of line classes 2 to 5 in a picture of ``height`` lines: 3 at 1080, at least 1."""
    return max(1, round(3 * height / 1080))
