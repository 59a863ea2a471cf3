"""From the stored picture to the one that is handed out: turned upright, bars cut, pixels squared."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

import cv2
import numpy as np
from av import VideoFrame
from numpy.typing import NDArray

from dougagen.domain import Episode, PictureArea

_FAR_FROM_SQUARE = 5  # times; a sample aspect ratio beyond is a fault of the file (anamorphic film has 2)
_TURN_TOLERANCE = 5.0  # degrees off a quarter turn that are taken for one; others are not undone


@dataclass(frozen=True, slots=True)
class Orientation:
    """How a stored picture is brought upright: mirrored left to right, then turned clockwise."""

    rotation: int = 0
    """Degrees: 0, 90, 180, 270."""
    mirrored: bool = False

    @property
    def swaps_sides(self) -> bool:
        """Whether width becomes height."""
        return self.rotation in (90, 270)

    def upright(self, stored: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """uint8[H, W, …] as stored → upright; a view where nothing is turned."""
        if self.mirrored:
            stored = stored[:, ::-1]
        turned = np.rot90(stored, -(self.rotation // 90)) if self.rotation else stored
        return np.ascontiguousarray(turned) if self.rotation or self.mirrored else turned


def orientation_of(frame: VideoFrame) -> Orientation:
    """By the display matrix of a decoded frame (ISO/IEC 14496-12, 6.2.2); upright where there is none.

    The matrix maps x to a·x + c·y and y to b·x + d·y, y downwards; a negative determinant mirrors.
    """
    data = bytes(cast(Any, frame.side_data).get("DISPLAYMATRIX", b""))
    if len(data) != 36:
        return Orientation()
    a, b, _, c, d, *_ = (int(v) for v in np.frombuffer(data, np.int32))
    mirrored = a * d - b * c < 0
    degrees = math.degrees(math.atan2(-b, -a) if mirrored else math.atan2(b, a))
    quarter = round(degrees / 90)
    if (a == 0 and b == 0) or abs(degrees - 90 * quarter) > _TURN_TOLERANCE:
        return Orientation()
    return Orientation(quarter % 4 * 90, mirrored)


def believable_aspect(ratio: Fraction | None) -> Fraction | None:
    """The sample aspect ratio, if it is one; a file may say 0:1 or 1:1000."""
    if ratio is None or ratio <= 0 or not 1 / _FAR_FROM_SQUARE <= ratio <= _FAR_FROM_SQUARE:
        return None
    return Fraction(ratio)


@dataclass(frozen=True, slots=True)
class Geometry:
    """What happens to every picture of an episode."""

    orientation: Orientation
    area: PictureArea
    """In pixels of the upright frame, before any resampling."""
    width: int
    """Pixels of the picture that is handed out."""
    height: int

    @classmethod
    def of(cls, episode: Episode, area: PictureArea, *, square_pixels: bool) -> Geometry:
        """``square_pixels`` lengthens the side whose samples are too far apart, so that nothing is lost:
        720×480 at 32:27 becomes 853×480, and at 8:9 720×540."""
        width, height = area.width, area.height
        ratio = episode.sample_aspect_ratio
        if square_pixels and ratio is not None:
            width, height = (round(width * ratio), height) if ratio > 1 else (width, round(height / ratio))
        return cls(Orientation(episode.rotation, episode.mirrored), area, width, height)

    def picture(self, stored: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """uint8[H, W, …] as stored → uint8[height, width, …]; a view where nothing is resampled."""
        upright = self.orientation.upright(stored)
        area = self.area
        cut = upright[area.y : area.y + area.height, area.x : area.x + area.width]
        if cut.shape[:2] == (self.height, self.width):
            return cut
        resampled = cv2.resize(cut, (self.width, self.height), interpolation=cv2.INTER_CUBIC)
        return np.asarray(resampled, np.uint8)
