"""The douga of a finished stack of cels, read off its paint (dougagen/README.md#classes).

Where two fills meet without ink, the edge has the class that the two fills give it: two levels of the
same part make a shading or highlight line, two colours a color edge. Widths follow the picture's height.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import DougaClass, hairline_width
from dougagen.studio.cel.cel import DEEP, Cel

_SEEN_DIFFERENCE = 10
"""8-bit levels: two flat colours closer than this in every channel have no edge that anyone sees."""


def cel_mask_of(cel: Cel, book_coverage: NDArray[np.uint8] | None = None) -> NDArray[np.bool_]:
    """bool[H, W]: composite alpha of the cel ≥ 0.5, books cut out."""
    mask = cel.coverage >= 128
    if book_coverage is not None:
        mask &= book_coverage < 128
    return mask


def douga_of(
    cel: Cel, book_coverage: NDArray[np.uint8] | None = None, *, lines: int | None = None
) -> NDArray[np.uint8]:
    """uint8[H, W] of DougaClass for a cel with an optional book (uint8[H, W] coverage) in front of it.

    ``lines`` is the height of the whole frame where the cel is only a window of it; it sets the widths.
    """
    on_cel = cel.coverage >= 128
    classes = np.where(on_cel, cel.kind % DEEP, 0).astype(np.uint8)
    width = hairline_width(lines or cel.coverage.shape[0])
    free = on_cel & ~cel.ink
    for line, edge in _edges(cel, on_cel).items():
        classes[_thickened(edge, width) & free] = line
    classes[on_cel & cel.ink] = DougaClass.VISIBLE_LINE
    if book_coverage is not None:
        _lay_book(classes, cel, on_cel, book_coverage >= 128, width)
    return classes


def _lay_book(
    classes: NDArray[np.uint8],
    cel: Cel,
    on_cel: NDArray[np.bool_],
    book: NDArray[np.bool_],
    width: int,
) -> None:
    hidden, visible = on_cel & book, on_cel & ~book
    classes[hidden] = DougaClass.BOOK_FILL
    border = np.zeros_like(book)
    for one, other in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        border[other] |= (hidden[one] & visible[other]) | (visible[one] & hidden[other])
    line = _thickened(border, width) & on_cel & ~(visible & cel.ink)
    classes[line] = DougaClass.BOOK_LINE


def _edges(cel: Cel, on_cel: NDArray[np.bool_]) -> dict[DougaClass, NDArray[np.bool_]]:
    """One-pixel edges by class, the pixel right of or below the edge; rarer classes come later and win."""
    shape = on_cel.shape
    found = {
        c: np.zeros(shape, np.bool_)
        for c in (DougaClass.SHADING_LINE, DougaClass.COLOR_EDGE, DougaClass.HIGHLIGHT_LINE)
    }
    kind = cel.kind % DEEP
    for one, other in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        dry = ~(cel.ink[one] | cel.ink[other])
        both = on_cel[one] & on_cel[other] & dry
        same_part = cel.part[one] == cel.part[other]
        low, high = np.minimum(kind[one], kind[other]), np.maximum(kind[one], kind[other])
        levels = cel.kind[one] != cel.kind[other]
        differs = both & ((cel.part[one] != cel.part[other]) | levels)
        _drop_unseen(differs, cel.paint[one], cel.paint[other])
        highlight = same_part & (high == DougaClass.HIGHLIGHT_FILL) & (low != DougaClass.COLOR_FILL)
        shading = same_part & (high == DougaClass.SHADING_FILL)
        found[DougaClass.HIGHLIGHT_LINE][other] |= differs & highlight
        found[DougaClass.SHADING_LINE][other] |= differs & shading
        rim = (on_cel[one] != on_cel[other]) & dry  # a cel that ends without ink ends in a color edge
        found[DougaClass.COLOR_EDGE][other] |= (differs & ~highlight & ~shading) | rim
    return found


def _drop_unseen(differs: NDArray[np.bool_], one: NDArray[np.uint8], other: NDArray[np.uint8]) -> None:
    """Clear ``differs`` where nobody sees it; compared only where it is set, which is nearly nowhere."""
    at = np.nonzero(differs)
    difference = np.abs(one[at].astype(np.int16) - other[at])  # [N, 3]
    differs[at] = difference.max(axis=-1, initial=0) >= _SEEN_DIFFERENCE


def _thickened(edge: NDArray[np.bool_], width: int) -> NDArray[np.bool_]:
    """The one-pixel ``edge`` at ``width`` pixels; its pixel lies right of or below the true edge."""
    if width == 1:
        return edge
    kernel = np.ones((width, width), np.uint8)
    anchor = (width // 2, width // 2) if width % 2 else (width // 2 - 1, width // 2 - 1)
    thick = cv2.dilate(edge.view(np.uint8), kernel, anchor=anchor)
    return thick.view(np.bool_)
