"""Shots as a studio's production, a row each: plate, three cels, the douga, and the frame composed again."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Plate
from dougagen.errors import UsageError
from dougagen.evaluation.error_pictures import Picture, douga_picture
from dougagen.evaluation.picture_sheet import labelled, side_by_side
from dougagen.evaluation.plate_view import decibels
from dougagen.evaluation.recomposition import ShotPictures

SHOTS = 10
"""Rows of a sheet."""
HEADINGS = ("background plate", "cel", "cel", "cel", "douga of the second", "frame composed again")
_LIGHT, _DARK = 236, 208  # the ground of what is transparent, or not known
_NO_CELL = 38  # the sheet's own ground
_SQUARE = 8  # pixels of the sheet


@dataclass(slots=True)
class ShotSheet:
    """Takes the shots of episodes as they pass; keeps small rows of those that the sheet shows.

    Of more shots than ``rows`` it keeps those that want a look and, of the others, those with most
    drawings.
    """

    rows: int = SHOTS
    cell_width: int = 256
    _kept: list[tuple[bool, int, int, Picture]] = field(default_factory=list)
    _seen: int = 0

    def __call__(self, shot: ShotPictures) -> None:
        """Draw the row of a shot, where it is among those to be shown."""
        wanted = (bool(shot.score.problems), shot.score.drawings)
        if len(self._kept) == self.rows:
            least = min(self._kept, key=lambda kept: kept[:2])
            if wanted <= least[:2]:
                return
            self._kept.remove(least)
        self._kept.append((*wanted, self._seen, shot_row(shot, cell_width=self.cell_width)))
        self._seen += 1

    def picture(self) -> Picture:
        """uint8[H, W, 3], shots in their order. Raises UsageError where none has passed."""
        if not self._kept:
            raise UsageError("there is no shot for the sheet")
        rows = [row for *_, row in sorted(self._kept, key=lambda kept: kept[2])]
        return np.concatenate([labelled(HEADINGS, self.cell_width), *rows])


def shot_row(shot: ShotPictures, *, cell_width: int = 256) -> Picture:
    """uint8[h, w, 3]: a line of figures, and the six pictures."""
    height, width = shot.composed.shape[:2]
    size = (cell_width, max(1, round(height * cell_width / width)))
    cels = [_on_squares(picture, mask, size) for picture, mask in shot.cels]
    cels += [np.full((size[1], size[0], 3), _NO_CELL, np.uint8)] * (3 - len(cels))
    plate = max(shot.plates, key=lambda one: int(one.known.sum()), default=None)
    cells = [
        _squares(size) if plate is None else _whole_plate(plate, size),
        *cels,
        douga_picture(shot.douga, size),
        _on_squares(shot.composed, shot.covered, size),
    ]
    bar = labelled((_in_words(shot),), cell_width, cells=len(cells))
    return np.concatenate([bar, side_by_side(cells)])


def _in_words(shot: ShotPictures) -> str:
    score = shot.score
    camera = {True: "camera stands", False: "camera moves", None: "camera unknown"}[score.camera_stands]
    words = [
        f"{shot.episode}: shot {score.shot_index}, frames {score.span.start}-{score.span.stop - 1}",
        f"{score.drawings} drawings" if score.drawings != 1 else "1 drawing",
        camera,
        f"composed again {decibels(score.pictures.psnr)} dB, the plate alone "
        f"{decibels(score.pictures.plate.psnr)} dB",
    ]
    if len(shot.plates) > 1:
        words.append(f"{len(shot.plates)} plates, the largest shown")
    words += score.problems
    return ", ".join(words)


def _whole_plate(plate: Plate, size: tuple[int, int]) -> Picture:
    """The plate as large as fits, squares around it and where it is not known."""
    rows, columns = plate.known.shape
    scale = min(size[0] / columns, size[1] / rows)
    inner = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    left, top = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    picture = np.full((size[1], size[0], 3), _NO_CELL, np.uint8)
    picture[top : top + inner[1], left : left + inner[0]] = _on_squares(plate.image, plate.known, inner)
    return picture


def _on_squares(picture: Picture, shown: NDArray[np.bool_], size: tuple[int, int]) -> Picture:
    """The picture over grey squares, which show where nothing is."""
    share = shown.astype(np.float32)
    weight = cv2.resize(share, size, interpolation=cv2.INTER_AREA)[..., None]
    paint = cv2.resize(picture * share[..., None], size, interpolation=cv2.INTER_AREA)
    mixed = paint + _squares(size) * (1 - weight)
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def _squares(size: tuple[int, int]) -> Picture:
    y, x = np.mgrid[: size[1], : size[0]] // _SQUARE
    level = np.where((x + y) % 2 == 0, np.uint8(_LIGHT), np.uint8(_DARK))
    return np.repeat(level[..., None], 3, axis=2).astype(np.uint8)
