"""Pictures of what a reconstructor saw, for people: sheets to judge by eye and strips for a README."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import PALETTE, CelMask, Douga, Reconstruction, Triplet
from dougagen.errors import UsageError

Picture = NDArray[np.uint8]
"""uint8[H, W, 3] RGB."""

RIGHT_BACKGROUND, RIGHT_CEL = (128, 128, 128), (255, 255, 255)
FALSE_CEL, MISSED_CEL = (225, 40, 40), (50, 80, 225)
"""The thesis's figure 4.10: red is background taken for cel, blue is cel taken for background."""

HEADINGS = ("color", "cel mask: red false, blue missed", "douga, predicted", "douga, true")
GAP = 4
HEADING_HEIGHT = 28


def cel_mask_picture(predicted: CelMask, truth: CelMask | None = None) -> Picture:
    """The mask in grey and white; compared with the truth also in red and blue (thesis figure 4.10)."""
    true = predicted.pixels if truth is None else truth.pixels
    colors = np.array([RIGHT_BACKGROUND, FALSE_CEL, MISSED_CEL, RIGHT_CEL], dtype=np.uint8)
    picture: Picture = colors[2 * true.astype(np.uint8) + predicted.pixels]  # [H, W] of 0..3 -> [H, W, 3]
    return picture


def douga_picture(douga: Douga) -> Picture:
    """The classes in the palette's colours."""
    picture: Picture = PALETTE[douga.classes]
    return picture


def picture_sheet(pictures: Iterable[tuple[Triplet, Reconstruction]], *, cell_width: int = 480) -> Picture:
    """One row a picture: color, cel mask against the truth, predicted douga, true douga.

    Raises UsageError where there is no picture.
    """
    rows = [
        _row(
            [
                truth.color,
                cel_mask_picture(read.cel_mask, truth.cel_mask),
                douga_picture(read.douga),
                douga_picture(truth.douga),
            ],
            cell_width,
        )
        for truth, read in pictures
    ]
    if not rows:
        raise UsageError("there is no picture for the sheet")
    return np.concatenate([_headings(HEADINGS, cell_width), *rows], axis=0)


def strip(color: Picture, mask: CelMask, douga: Douga, *, cell_width: int = 480) -> Picture:
    """Color, cel mask and douga side by side."""
    return _row([color, cel_mask_picture(mask), douga_picture(douga)], cell_width)


def write_png(picture: Picture, path: Path) -> None:
    """Write uint8[H, W, 3] RGB as PNG. Raises UsageError where the file cannot be written."""
    encoded, data = cv2.imencode(".png", np.ascontiguousarray(picture[..., ::-1]))  # RGB -> BGR
    if not encoded:
        raise UsageError("cannot be coded as PNG", where=path)
    try:
        path.write_bytes(data.tobytes())
    except OSError as error:
        raise UsageError(f"cannot be written ({error.strerror})", where=path) from error


def _row(pictures: list[Picture], cell_width: int) -> Picture:
    """uint8[h, n·(cell_width + GAP), 3]: scaled by area, so that thin lines grow pale and do not vanish."""
    height, width = pictures[0].shape[:2]
    size = (cell_width, max(1, round(height * cell_width / width)))
    method = cv2.INTER_AREA if cell_width < width else cv2.INTER_NEAREST
    cells = [cv2.resize(picture, size, interpolation=method) for picture in pictures]
    framed = [cv2.copyMakeBorder(c, GAP, 0, GAP, 0, cv2.BORDER_CONSTANT, value=(60,) * 3) for c in cells]
    return np.concatenate(framed, axis=1).astype(np.uint8, copy=False)


def _headings(words: tuple[str, ...], cell_width: int) -> Picture:
    bar = np.full((HEADING_HEIGHT, len(words) * (cell_width + GAP), 3), 60, dtype=np.uint8)
    for i, word in enumerate(words):
        corner = (i * (cell_width + GAP) + GAP + 2, HEADING_HEIGHT - 9)
        cv2.putText(bar, word, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.5, (235, 235, 235), 1, cv2.LINE_AA)
    return bar
