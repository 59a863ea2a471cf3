"""The proof for the eye: a row a drawing, a column a kind of lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.colorization.hints import Hints
from dougagen.colorization.lines import LineArt
from dougagen.colorization.proof.judged import box_of

_CELL = 220
"""Pixels of a cell's height; its width is that of the widest drawing, at most twice as much."""
_GAP, _BAR = 6, 26
_GROUND, _INK = 38, (235, 235, 235)


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A drawing, and what each network made of it."""

    art: LineArt
    hints: Hints | None
    truth: NDArray[np.uint8]
    """uint8[H, W, 3], on white."""
    painted: tuple[NDArray[np.uint8], ...]


def sheet_of(rows: Sequence[Row], names: Sequence[str]) -> NDArray[np.uint8]:
    """uint8[H, W, 3]: lines, hints, a painted drawing for each network, and the truth of every drawing."""
    titles = ["lines", "28 hints", *names, "truth"]
    width = max((_width_of(row) for row in rows), default=_CELL)
    return np.concatenate([_bar(titles, width), *(_row(row, width) for row in rows)])


def _row(row: Row, width: int) -> NDArray[np.uint8]:
    lines = np.repeat(row.art.picture()[..., None], 3, axis=2)  # [H, W] -> [H, W, 3]
    dotted = np.full_like(lines, 255)
    if row.hints is not None:
        dotted = np.where(row.hints.known[..., None], row.hints.colors, lines).astype(np.uint8, copy=False)
    box = box_of(row.truth)
    return np.concatenate(
        [_cell(cell[box], width) for cell in (lines, dotted, *row.painted, row.truth)], axis=1
    )


def _width_of(row: Row) -> int:
    height, width = row.truth[box_of(row.truth)].shape[:2]
    return min(2 * _CELL, max(_CELL // 2, round(width * _CELL / height)))


def _cell(picture: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """The picture in the middle of its cell."""
    scale = min(width / picture.shape[1], _CELL / picture.shape[0])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    cell = np.full((_CELL + _GAP, width + _GAP, 3), _GROUND, np.uint8)
    top, left = (_CELL - size[1]) // 2, (width - size[0]) // 2
    cell[top : top + size[1], left : left + size[0]] = small
    return cell


def _bar(titles: Sequence[str], width: int) -> NDArray[np.uint8]:
    bar = np.full((_BAR, len(titles) * (width + _GAP), 3), _GROUND, np.uint8)
    for number, title in enumerate(titles):
        at = (number * (width + _GAP) + 4, _BAR - 8)
        cv2.putText(bar, title, at, cv2.FONT_HERSHEY_SIMPLEX, 0.5, _INK, 1, cv2.LINE_AA)
    return bar
