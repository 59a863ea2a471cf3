"""Pictures of what a reconstructor saw, for people: sheets to judge by eye and strips for a README."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from dougagen.domain import CelMask, Douga, Reconstruction, Triplet
from dougagen.errors import UsageError
from dougagen.evaluation.error_pictures import (
    FALSE_CEL,
    MISSED_CEL,
    OTHER_CLASS,
    RIGHT_BACKGROUND,
    RIGHT_CEL,
    Picture,
    Verdict,
    cel_mask_picture,
    douga_errors,
    douga_picture,
    line_verdicts,
)
from dougagen.files import refused_as, write_file

HEADINGS = ("picture", "cel mask against the truth", "douga, found", "douga, true", "douga against the truth")
LEGEND = (
    (RIGHT_BACKGROUND, "right: nothing"),
    (RIGHT_CEL, "right: cel, line"),
    (FALSE_CEL, "found, not there"),
    (MISSED_CEL, "there, not found"),
    (OTHER_CLASS, "there, of another class"),
)
GAP = 4
"""Pixels between cells."""
BAR = 30
"""Pixels: the height of a line of text."""
DETAIL_LINES = 176
"""Pixels: the height of the strip below each picture that shows its worst place at its own size."""
_GROUND, _INK, _MARK = (38, 38, 38), (235, 235, 235), (255, 230, 0)


def sheet_row(truth: Triplet, read: Reconstruction, label: str = "", *, cell_width: int = 480) -> Picture:
    """uint8[h, 5·(cell_width + GAP) + GAP, 3]: the label, the whole picture five times, and its worst place.

    Five times: the picture, the cel mask against the truth, the douga found, the true douga, one against the
    other. The worst place is the window with the most wrong pixels, shown without scaling.
    """
    height, width = truth.color.shape[:2]
    size = (cell_width, max(1, round(height * cell_width / width)))
    mask = cel_mask_picture(read.cel_mask, truth.cel_mask)
    window = _worst_window(truth, read, (min(cell_width, width), min(DETAIL_LINES, height)))
    whole = [
        _scaled(truth.color, size),
        _scaled(mask, size),
        douga_picture(read.douga, size),
        douga_picture(truth.douga, size),
        douga_errors(read.douga, truth.douga, size),
    ]
    top, left = (round(v * size[0] / width) for v in (window[0].start, window[1].start))
    bottom, right = (round(v * size[0] / width) for v in (window[0].stop, window[1].stop))
    cv2.rectangle(whole[0], (left, top), (right - 1, bottom - 1), _MARK, 1)
    full_size = [
        truth.color,
        mask,
        douga_picture(read.douga),
        douga_picture(truth.douga),
        douga_errors(read.douga, truth.douga),
    ]
    detail = [_fitted(picture[window], cell_width) for picture in full_size]
    return np.concatenate(
        [labelled((label,), cell_width, cells=len(whole)), side_by_side(whole), side_by_side(detail)]
    )


def picture_sheet(sections: Sequence[tuple[str, Sequence[Picture]]], *, cell_width: int = 480) -> Picture:
    """Rows as ``sheet_row`` makes them under the titles of their sections, below a legend.

    Raises UsageError where there is no picture.
    """
    filled = [(title, rows) for title, rows in sections if rows]
    if not filled:
        raise UsageError("there is no picture for the sheet")
    parts = [_legend(cell_width)]
    for title, rows in filled:
        parts += [_title(title, cell_width), labelled(HEADINGS, cell_width), *rows]
    return np.concatenate(parts, axis=0)


def strip(color: Picture, mask: CelMask, douga: Douga, *, cell_width: int = 480) -> Picture:
    """Color, cel mask and douga side by side."""
    height, width = color.shape[:2]
    size = (cell_width, max(1, round(height * cell_width / width)))
    cells = [_scaled(color, size), _scaled(cel_mask_picture(mask), size), douga_picture(douga, size)]
    return side_by_side(cells)


def side_by_side(cells: Iterable[Picture]) -> Picture:
    """Pictures of one size in a row: uint8[h + GAP, n·(w + GAP) + GAP, 3]."""
    framed = [cv2.copyMakeBorder(c, 0, GAP, GAP, 0, cv2.BORDER_CONSTANT, value=_GROUND) for c in cells]
    row = cv2.copyMakeBorder(np.concatenate(framed, axis=1), 0, 0, 0, GAP, cv2.BORDER_CONSTANT, value=_GROUND)
    return row.astype(np.uint8, copy=False)


def labelled(words: Sequence[str], cell_width: int, *, cells: int | None = None) -> Picture:
    """A bar with a word over each of ``cells`` pictures, one for each word unless more are named."""
    bar = _blank(len(words) if cells is None else cells, cell_width)
    for i, word in enumerate(words):
        _write(bar, word, i * (cell_width + GAP) + GAP + 2)
    return bar


def write_png(picture: Picture, path: Path) -> None:
    """Write uint8[H, W, 3] RGB as PNG. Raises UsageError where the file cannot be written."""
    encoded, data = cv2.imencode(".png", np.ascontiguousarray(picture[..., ::-1]))  # RGB -> BGR
    if not encoded:
        raise UsageError("cannot be coded as PNG", where=path)
    with refused_as(UsageError, path, what="cannot be written"):
        write_file(path, data.tobytes())


def _worst_window(truth: Triplet, read: Reconstruction, size: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns of the window of ``size`` (width, height) with the most wrong pixels.

    A wrong line counts ten times a wrong pixel of the mask: lines are thin.
    """
    wrong = (read.cel_mask.pixels != truth.cel_mask.pixels).astype(np.float32)
    wrong += 10 * (line_verdicts(read.douga, truth.douga) >= Verdict.OTHER_CLASS)
    wrong += 2 * ((read.douga.classes != truth.douga.classes) & truth.cel_mask.pixels)
    sums = cv2.integral(wrong)  # [H + 1, W + 1]
    width, height = size
    inside = sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width] + sums[:-height, :-width]
    top, left = np.unravel_index(int(inside.argmax()), inside.shape)
    return slice(int(top), int(top) + height), slice(int(left), int(left) + width)


def _scaled(picture: Picture, size: tuple[int, int]) -> Picture:
    smaller = size[0] < picture.shape[1]
    method = cv2.INTER_AREA if smaller else cv2.INTER_NEAREST
    return cv2.resize(picture, size, interpolation=method).astype(np.uint8, copy=False)


def _fitted(picture: Picture, width: int) -> Picture:
    """The picture at its own size in a cell of ``width``, or enlarged by a whole number where it fits."""
    times = max(1, width // picture.shape[1])
    large = cv2.resize(picture, None, fx=times, fy=times, interpolation=cv2.INTER_NEAREST)
    return cv2.copyMakeBorder(
        large, 0, 0, 0, width - large.shape[1], cv2.BORDER_CONSTANT, value=_GROUND
    ).astype(np.uint8, copy=False)


def _blank(cells: int, cell_width: int, height: int = BAR) -> Picture:
    return np.full((height, cells * (cell_width + GAP) + GAP, 3), _GROUND, dtype=np.uint8)


def _write(bar: Picture, words: str, x: int, *, size: float = 0.5, weight: int = 1) -> None:
    """OpenCV's own letters know ASCII alone: everything else becomes a question mark."""
    plain = words.encode("ascii", "replace").decode()
    at = (x, bar.shape[0] - BAR // 3)
    cv2.putText(bar, plain, at, cv2.FONT_HERSHEY_SIMPLEX, size, _INK, weight, cv2.LINE_AA)


def _title(words: str, cell_width: int) -> Picture:
    bar = _blank(len(HEADINGS), cell_width, BAR + 18)
    _write(bar, words, GAP + 2, size=0.75, weight=2)
    return bar


def _legend(cell_width: int) -> Picture:
    bar = _blank(len(HEADINGS), cell_width, BAR + 8)
    for i, (color, words) in enumerate(LEGEND):
        x = GAP + 2 + i * (cell_width // 2 + 40)
        cv2.rectangle(bar, (x, 12), (x + 30, 28), color, -1)
        _write(bar, words, x + 40)
    _write(bar, "fills: the same, half as strong", GAP + 2 + len(LEGEND) * (cell_width // 2 + 40))
    return bar


__all__ = [
    "GAP",
    "HEADINGS",
    "LEGEND",
    "Picture",
    "cel_mask_picture",
    "douga_errors",
    "douga_picture",
    "labelled",
    "picture_sheet",
    "sheet_row",
    "side_by_side",
    "strip",
    "write_png",
]
