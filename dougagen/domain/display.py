"""How pictures show themselves in a notebook: small PNGs, for eyes alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dougagen.domain.png import encode_png

SHOWN_LINES = 360
"""Pixels: the greatest height of a picture that is shown."""
_GAP = 8  # px of white between pictures side by side


def shown(*pictures: NDArray[np.uint8]) -> bytes:
    """A PNG of uint8[H, W, 3] pictures of one height side by side, each made small by averaging."""
    return encode_png(beside([made_small(picture) for picture in pictures]))


def made_small(picture: NDArray[np.uint8], *, lines: int = SHOWN_LINES) -> NDArray[np.uint8]:
    """uint8[H, W, 3] → uint8[h, w, 3] with h ≤ ``lines``: blocks of whole pixels averaged, so that hairlines
    fade and do not break. Rows and columns that fill no block are left out."""
    height, width, _ = picture.shape
    side = min(-(-height // lines), width)
    if side == 1:
        return picture
    rows, columns = height // side, width // side
    whole = picture[: rows * side, : columns * side]
    total = np.zeros((rows, columns, 3), np.uint32)
    for y in range(side):
        for x in range(side):  # many times faster than a mean over two axes
            total += whole[y::side, x::side]
    return np.rint(total / side**2).astype(np.uint8)


def beside(pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Pictures of one height as one, with a white gap between neighbours."""
    gap = np.full((pictures[0].shape[0], _GAP, 3), 255, np.uint8)
    parts = [part for picture in pictures for part in (gap, picture)]
    return np.concatenate(parts[1:], axis=1)
