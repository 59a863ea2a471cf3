"""The background plate of a shot: at each place what its drawings show where no cel is.

Nothing is invented: a place that no drawing shows stays unknown. What a drawing shows beside its cel mask is
left out too, because there cel and background are mixed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Placement, Plate
from dougagen.reconstruction.alignment import STANDING, Similarity, inverse, moved_by
from dougagen.reconstruction.places import largest_channel
from dougagen.reconstruction.shot_config import BorderConfig, PlateConfig
from dougagen.reconstruction.side_by_side import side_by_side

_BAND = 128
"""Rows that are laid at a time."""
_SHARES = (1.0 / (np.arange(256, dtype=np.float32) + 1)).astype(np.float32)


@dataclass(slots=True, eq=False)
class PlateMaker:
    """Grows as drawings are laid on it, in order."""

    episode_id: str
    shot_index: int
    config: PlateConfig
    borders: BorderConfig
    """Their rim shows nothing: cel and background are mixed there."""
    _image: NDArray[np.uint8] | None = None
    _seen: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 0), np.uint8))
    """uint8[H, W]: drawings that agree on a place less those that deny it, 0 where none shows it …"""
    _shown: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 0), np.uint8))
    """… and how many show it, up to ``PlateConfig.most``."""
    _rim: int = 1
    """Pixels that cel and background are mixed over, of the drawing laid last."""
    _corner: tuple[int, int] = (0, 0)
    """Where the plate's upper left corner lies in the shot, x and y."""
    _placements: list[Placement] = field(default_factory=list)
    _finished: list[Plate] = field(default_factory=list)

    def lay(
        self, picture: NDArray[np.uint8], cel: NDArray[np.bool_], place: Similarity, frame_index: int
    ) -> None:
        """A drawing uint8[H, W, 3] with its mask, and where it lies in the shot (pixels of the picture)."""
        height, width = cel.shape
        left, top, right, bottom = _reach(place, height, width)
        most = min(self.config.largest * height * width, max(self.config.largest_pixels, height * width))
        if not self._reaches(left, top, right, bottom, most):
            self._finish()
            if not self._reaches(left, top, right, bottom, most):
                return
        self._rim = self.borders.rim_of(height)
        shown = ~_widened(cel, self._rim)
        shift = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1.0]])
        here, known = _laid(picture, shown, shift @ place, (bottom - top, right - left), self.config.whole)
        self._add(here, known, left - self._corner[0], top - self._corner[1])
        at = place @ np.array([0.0, 0.0, 1.0])
        scale = float(np.hypot(place[0, 0], place[1, 0]))
        self._placements.append(
            Placement(frame_index, float(at[0]) - self._corner[0], float(at[1]) - self._corner[1], scale)
        )

    def seen_from(
        self, place: Similarity, height: int, width: int
    ) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """What the growing plate shows of a drawing at ``place``, uint8[H, W, 3], and where it is known,
        bool[H, W]."""
        picture, known = np.zeros((height, width, 3), np.uint8), np.zeros((height, width), np.bool_)
        if self._image is None:
            return picture, known
        x, y = self._corner
        rows, columns = self._seen.shape
        left, top, right, bottom = _reach(place, height, width)
        left, top = max(0, left - x - 2), max(0, top - y - 2)
        right, bottom = min(columns, right - x + 2), min(rows, bottom - y + 2)
        if left >= right or top >= bottom:
            return picture, known
        part = (slice(top, bottom), slice(left, right))
        image, seen = self._image[part], self._known(part)
        back = inverse(np.array([[1, 0, -left - x], [0, 1, -top - y], [0, 0, 1.0]]) @ place)
        return _laid(image, seen, back, (height, width), self.config.whole)

    def close(self) -> None:
        """What follows lies on another plate."""
        self._finish()

    def plates(self) -> tuple[Plate, ...]:
        """What has been made; the maker begins anew."""
        self._finish()
        done, self._finished = tuple(self._finished), []
        return done

    def _reaches(self, left: int, top: int, right: int, bottom: int, most: float) -> bool:
        """Make room for a piece of the shot; False where the plate would grow too large."""
        if self._image is None:
            if (right - left) * (bottom - top) > most:
                return False
            self._image = np.zeros((bottom - top, right - left, 3), np.uint8)
            self._seen, self._shown = np.zeros((2, bottom - top, right - left), np.uint8)
            self._corner = (left, top)
            return True
        x, y = self._corner
        rows, columns = self._seen.shape
        before = (max(0, x - left), max(0, y - top))
        after = (max(0, right - x - columns), max(0, bottom - y - rows))
        if not any(before + after):
            return True
        if (rows + before[1] + after[1]) * (columns + before[0] + after[0]) > most:
            return False
        sides = ((before[1], after[1]), (before[0], after[0]))
        self._image = np.pad(self._image, (*sides, (0, 0)))
        self._seen, self._shown = np.pad(self._seen, sides), np.pad(self._shown, sides)
        self._corner = (x - before[0], y - before[1])
        self._placements = [
            Placement(p.frame_index, p.x + before[0], p.y + before[1], p.scale) for p in self._placements
        ]
        return True

    def _add(self, here: NDArray[np.uint8], known: NDArray[np.bool_], x: int, y: int) -> None:
        """A majority vote (Boyer and Moore 1981) at every place, the mean of those who agree."""
        assert self._image is not None
        rows, columns = known.shape
        of_plate = [whole[y : y + rows, x : x + columns] for whole in (self._image, self._seen, self._shown)]
        bands = [slice(start, start + _BAND) for start in range(0, rows, _BAND)]
        side_by_side(
            lambda band: self._add_band(here[band], known[band], *(p[band] for p in of_plate)), bands
        )

    def _add_band(
        self,
        here: NDArray[np.uint8],
        known: NDArray[np.bool_],
        image: NDArray[np.uint8],
        seen: NDArray[np.uint8],
        shown: NDArray[np.uint8],
    ) -> None:
        """Some rows of a drawing, and the same of the plate, which change."""
        differ = largest_channel(cv2.absdiff(image, here).astype(np.uint8, copy=False))
        agrees = known & (seen > 0) & (differ <= self.config.same)
        first = known & (seen == 0)
        share = _SHARES[seen] * agrees  # 0 where the place stays as it is
        mixed = image + cv2.subtract(here, image, dtype=cv2.CV_32F) * share[..., None]
        image[...] = np.clip(np.rint(mixed), 0, 255)
        seen[...] = np.minimum(seen + agrees, self.config.most)
        image[first], seen[first] = here[first], 1
        other = known & ~agrees & ~first
        weak = other & (seen == 1)
        image[weak] = here[weak]
        seen[other & ~weak] -= 1
        shown[...] = np.minimum(shown + known, self.config.most)

    def _known(self, part: tuple[slice, slice] = (slice(None), slice(None))) -> NDArray[np.bool_]:
        """Where the drawings are of one mind, bool[h, w] of a part.

        A layer in front that goes its own way shows something else in each. A hair's width of that is only an
        edge, which is known to a fraction of a pixel.
        """
        seen = self._seen[part]
        denied = (seen < np.float32(self.config.agreed) * self._shown[part]).view(np.uint8)
        wide = np.ones((self._rim, self._rim), np.uint8)
        return (seen > 0) & (cv2.morphologyEx(denied, cv2.MORPH_OPEN, wide) == 0)

    def _finish(self) -> None:
        if self._image is not None and (self._seen > 0).any():
            known = self._known()
            image = self._image.copy()
            image[~known] = 0
            placements = tuple(sorted(self._placements, key=lambda one: one.frame_index))
            number = len(self._finished)
            self._finished.append(Plate(self.episode_id, self.shot_index, number, image, known, placements))
        self._image, self._placements = None, []


def _reach(place: Similarity, height: int, width: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what a drawing covers of its shot, in whole pixels."""
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], np.float64).T
    reach = (place @ corners)[:2]
    left, top = (int(v) for v in np.floor(reach.min(axis=1) + 0.01))
    right, bottom = (int(v) for v in np.ceil(reach.max(axis=1) - 0.01))
    return left, top, right, bottom


def _widened(cel: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    return cv2.dilate(cel.view(np.uint8), np.ones((2 * by + 1, 2 * by + 1), np.uint8)) > 0


def _laid(
    picture: NDArray[np.uint8], shown: NDArray[np.bool_], move: Similarity, size: tuple[int, int], near: float
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Picture and mask where the plate has them; not resampled where they shift by ``near`` whole pixels."""
    whole = np.eye(3)
    whole[:2, 2] = np.rint(move[:2, 2])
    if size == shown.shape and moved_by(move, STANDING, shown.shape)[1] < near:
        return picture, shown
    columns_rows = (size[1], size[0])
    if moved_by(move, whole, shown.shape)[1] < near:
        move = whole
    laid = cv2.warpAffine(picture, move[:2], columns_rows, flags=cv2.INTER_CUBIC)
    known = cv2.warpAffine(
        shown.view(np.uint8) * np.uint8(255), move[:2], columns_rows, flags=cv2.INTER_LINEAR
    )
    return laid.astype(np.uint8, copy=False), known == 255
