"""The plates of a dataset as an export needs them: in the size of its pictures, and cut to one drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import BOOK_CLASSES, Placement, Plate, Triplet
from dougagen.errors import ShardError
from dougagen.exports.unmixing import Mask, Picture, continued, grown
from dougagen.shards import Dataset, SelectedRow, decode_plate, plate_at_lines
from dougagen.shards.ledger import REPAIR

_FARTHEST = 1e6  # px between a plate's corner and a picture's; what is farther off shows nothing of it
_WHOLE = 0.02  # px; a place so near to whole pixels is not resampled
_RIM = 1 / 180  # of the lines; so near to a cel its colour is mixed with the background's
_ENOUGH = 500  # pixels on which frame and plate are compared
_SAME_LIGHT = 0.02  # a difference in light that nobody sees
Lost = Callable[[str], object]
"""Gets a line for each plate that is damaged."""


@dataclass(slots=True)
class PlateReader:
    """The plates of one shot after the other. Those of a shot stay coded in memory, one is decoded."""

    dataset: Dataset
    lines: int
    """Pictures of more lines are scaled to so many, and their plates with them; 0 leaves them."""
    _shot: tuple[str, int] | None = None
    _coded: list[Mapping[str, Any]] = field(default_factory=list)
    _decoded: tuple[Mapping[str, Any], Plate] | None = None
    _said: set[str] = field(default_factory=set)

    def of_shot(self, row: SelectedRow, lost: Lost) -> Iterator[Plate]:
        """The plates of the shot that ``row`` is of, in order; ``lost`` gets what is damaged, once."""
        for coded in self._rows(row, lost):
            if (plate := self._plate(coded, row.height, lost)) is not None:
                yield plate

    def behind(self, row: SelectedRow, triplet: Triplet, lost: Lost) -> Picture | None:
        """uint8[H, W, 4]: what the plate shows behind the cel of a drawing, in the light of its frame.

        ``triplet`` has been scaled, ``row`` says how many lines it had. None where the drawing lies on no
        plate. What is damaged is told to ``lost`` once for each shot.
        """
        for coded in self._rows(row, lost):
            if row.frame_index not in _frames(coded):
                continue
            if (plate := self._plate(coded, row.height, lost)) is not None:
                at = next(one for one in plate.placements if one.frame_index == row.frame_index)
                return _in_light_of(triplet, seen_of(plate, at, triplet.height, triplet.width))
        return None

    def _rows(self, row: SelectedRow, lost: Lost) -> list[Mapping[str, Any]]:
        """The rows of the shot's plates, pictures still coded."""
        shot = (row.episode_id, row.shot_index)
        if self._shot != shot:
            self._shot, self._coded, self._decoded, self._said = shot, [], None, set()
            try:
                # what is damaged is raised, so that it is known what it is missing from
                for coded in replace(self.dataset, on_damage=None).plates.coded(*shot):
                    self._coded.append(coded)
            except ShardError as error:
                lost(str(error))
        return self._coded

    def _plate(self, coded: Mapping[str, Any], height: int, lost: Lost) -> Plate | None:
        """Decoded, for pictures that had ``height`` lines; None where it is damaged."""
        if self._decoded is None or self._decoded[0] is not coded:
            try:
                plate = decode_plate(coded)
            except ShardError as error:
                line = str(ShardError(error.what, where=self.dataset.root, remedy=REPAIR))
                if line not in self._said:
                    self._said.add(line)
                    lost(line)
                return None
            if self.lines:
                plate = plate_at_lines(plate, self.lines, height=height)
            self._decoded = coded, plate
        return self._decoded[1]


def _frames(coded: Mapping[str, Any]) -> set[int]:
    """Frames whose pictures lie on the plate of a row."""
    return {one["frame_index"] for one in coded["placements"] or ()}


def seen_of(plate: Plate, at: Placement, height: int, width: int) -> Picture:
    """uint8[H, W, 4]: the part of a plate behind one picture, transparent where it is not known. Pixels are
    not mixed where the camera stands on whole ones."""
    x, y = (float(np.clip(value, -_FARTHEST, _FARTHEST)) for value in (at.x, at.y))
    x, y = (float(round(value)) if abs(value - round(value)) < _WHOLE else value for value in (x, y))
    move = np.array([[at.scale, 0, x], [0, at.scale, y]])
    stands = at.scale == 1 and x == int(x) and y == int(y)
    how = (cv2.INTER_NEAREST if stands else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP
    # the border is repeated and not mixed with black: its alpha says that nothing is known there
    color = cv2.warpAffine(plate.image, move, (width, height), flags=how, borderMode=cv2.BORDER_REPLICATE)
    reach = cv2.warpAffine(plate.known.view(np.uint8) * np.uint8(255), move, (width, height), flags=how)
    known = reach == 255
    return np.dstack([np.where(known[..., None], color, 0), known.view(np.uint8) * np.uint8(255)])


def on_under_edges(view: Picture) -> Picture:
    """The part of a plate, on for some pixels where it is not known: no drawing shows what is close beside
    its cel unmixed, and a cel that is laid over it would have a gap around it."""
    known = view[..., 3] > 0
    near = grown(known, max(1, round(len(view) * _RIM)) + 1)
    color = np.where(near[..., None], continued(view[..., :3], known, softness=1), 0)
    return np.dstack([color, near.view(np.uint8) * np.uint8(255)]).astype(np.uint8, copy=False)


def rgba_of(plate: Plate) -> Picture:
    """uint8[H, W, 4]: the whole plate, transparent where no drawing shows it."""
    return np.dstack([plate.image, plate.known.view(np.uint8) * np.uint8(255)])


def _in_light_of(triplet: Triplet, behind: Picture) -> Picture:
    """The plate as bright as what the frame shows of it beside the cel: in a fade, else a cel that is taken
    away would leave its shape behind."""
    hidden = triplet.cel_mask.pixels | np.isin(triplet.douga.classes, BOOK_CLASSES)
    both = ~grown(hidden, max(1, round(triplet.height * _RIM))) & (behind[..., 3] > 0)
    if np.count_nonzero(both) < _ENOUGH:
        return behind
    gain = _gain(triplet.color, behind[..., :3], both)
    if np.abs(gain - 1).max() < _SAME_LIGHT:
        return behind
    lit = np.clip(np.rint(behind[..., :3] * gain), 0, 255).astype(np.uint8)
    return np.dstack([lit, behind[..., 3]])


def _gain(frame: Picture, plate: Picture, where: Mask) -> NDArray[np.float32]:
    """float32[3]: how much brighter the frame is than the plate in most places."""
    places = np.flatnonzero(where)
    places = places[:: max(1, len(places) // 20_000)]
    ratio = (frame.reshape(-1, 3)[places] + np.float32(1)) / (plate.reshape(-1, 3)[places] + np.float32(1))
    return np.median(ratio, axis=0).astype(np.float32)
