"""What an artist's douga and cel mask owe each other where they were drawn apart.

The two are drawn by hand in two files, so they never meet to the pixel. A pixel or two are put right by rule
and told; more is a mistake (an inverted mask, another drawing's mask) and refused.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import BOOK_CLASSES, CelMask, Douga, DougaClass, hairline_width
from dougagen.errors import LabelError
from dougagen.labels.complaints import places

OFF_MASK_SHARE = 0.05
"""Share of the drawn pixels (neither flat nor book) that may lie off the mask by more than a line's width."""


def agreed(douga: Douga, cel_mask: CelMask) -> tuple[Douga, CelMask, tuple[str, ...]]:
    """Douga and mask of one size as a record wants them, and a line for each thing that was put right.

    A visible line that runs along the rim of the mask is cel (a mask holds its outline); other drawn pixels
    off the mask become flat; where a book was painted over the mask, the book hides the cel. Raises
    LabelError where the drawing lies beside its mask, or has a cel without a line.
    """
    classes, mask = douga.classes, cel_mask.pixels
    height = classes.shape[0]
    notes = []
    hidden = mask & (classes == DougaClass.BOOK_FILL)
    if hidden.any():
        mask = mask & ~hidden
        notes.append(f"a book hides cel, which left the mask: {places(hidden)}")
    drawn = (classes != DougaClass.FLAT_AREA) & ~np.isin(classes, BOOK_CLASSES)
    _require_on_mask(drawn, mask, width=hairline_width(height))
    outline = (classes == DougaClass.VISIBLE_LINE) & ~mask & _within(mask, hairline_width(height))
    if outline.any():
        mask = mask | outline
        notes.append(f"outline beside the mask was added to it: {places(outline)}")
    off = drawn & ~mask
    if off.any():
        classes = np.where(off, np.uint8(DougaClass.FLAT_AREA), classes)
        notes.append(f"off the mask became flat area: {places(off)}")
    return Douga(classes), CelMask(mask), tuple(notes)


def _require_on_mask(drawn: NDArray[np.bool_], mask: NDArray[np.bool_], *, width: int) -> None:
    if not drawn.any():
        if mask.any():
            raise LabelError(f"shows no line, yet its cel mask has {int(mask.sum()):,} pixels of cel")
        return
    far = drawn & ~_within(mask, width)
    share = np.count_nonzero(far) / np.count_nonzero(drawn)
    if share > OFF_MASK_SHARE:
        raise LabelError(f"lies beside its cel mask with {share:.0%} of its drawing: {places(far)}")


def _within(mask: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    """bool[H, W]: the mask and what lies ``pixels`` beside it."""
    square = np.ones((2 * pixels + 1, 2 * pixels + 1), np.uint8)
    wider: NDArray[np.bool_] = cv2.dilate(mask.astype(np.uint8), square).astype(np.bool_)
    return wider
