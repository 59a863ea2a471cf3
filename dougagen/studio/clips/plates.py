"""Plates: pictures of a layer on a canvas of its own, and what the camera makes of them.

Colour and coverage go through a cubic filter (blurred first where they shrink); what a pixel *is* (part,
kind, paint) comes from the nearest pixel, and where the cel or its ink is from their filtered coverage ≥ 0.5:
the rule for cel masks (dougagen/README.md#words), applied after the camera.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.cel.cel import Cel
from dougagen.studio.clips.camera import Matrix, joined

_MARGIN = 12
"""Canvas pixels painted beyond what the camera sees: a filter's reach and the weave."""
_SHRINKS = 1.08
"""From this reduction on a picture is blurred before it is resampled, or fine lines would sparkle."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """Where a layer's pictures lie in the world, and how finely they are painted."""

    left: float
    """World coordinates of the canvas's corner."""
    top: float
    width: int
    """Canvas pixels."""
    height: int
    scale: float
    """Canvas pixels for a world pixel: more than 1 where the camera comes near."""

    @classmethod
    def over(cls, seen: tuple[float, float, float, float], *, scale: float = 1.0) -> Canvas:
        """A canvas for all that is ``seen`` (left, top, right, bottom in the world), with a margin."""
        left, top = np.floor(seen[0]) - _MARGIN, np.floor(seen[1]) - _MARGIN
        width = int(np.ceil((seen[2] + _MARGIN - left) * scale))
        height = int(np.ceil((seen[3] + _MARGIN - top) * scale))
        return cls(float(left), float(top), width, height, scale)

    @property
    def to_world(self) -> Matrix:
        """Canvas → world, float64[2, 3]."""
        return np.array([[1 / self.scale, 0, self.left], [0, 1 / self.scale, self.top]])

    def placed(self, placement: Matrix) -> Matrix:
        """A placement in the world (float64[2, 3]) on the canvas."""
        from_world = np.array(
            [[self.scale, 0, -self.left * self.scale], [0, self.scale, -self.top * self.scale]]
        )
        return joined(placement, from_world)


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """One picture of a layer."""

    canvas: Canvas
    picture: NDArray[np.uint8]
    """uint8[h, w, 3] opaque, or uint8[h, w, 4] premultiplied."""
    cel: Cel | None = None
    """What the pixels mean, where the plate is a drawing; the size of ``picture``."""

    @property
    def opaque(self) -> bool:
        return self.picture.shape[2] == 3


def drawing_plate(canvas: Canvas, cel: Cel) -> Plate:
    """A drawing as a plate, cut to what is drawn."""
    rows, columns = np.flatnonzero(cel.coverage.any(axis=1)), np.flatnonzero(cel.coverage.any(axis=0))
    if not len(rows):
        top = left = 0
        bottom = right = 1
    else:
        top, left = max(rows[0] - 4, 0), max(columns[0] - 4, 0)
        bottom, right = rows[-1] + 5, columns[-1] + 5
    cut = Cel(*(np.ascontiguousarray(getattr(cel, n)[top:bottom, left:right]) for n in _PLANES))
    height, width = cut.coverage.shape
    place = replace(
        canvas,
        left=canvas.left + left / canvas.scale,
        top=canvas.top + top / canvas.scale,
        width=width,
        height=height,
    )
    return Plate(place, np.dstack([cut.color, cut.coverage]), cut)


_PLANES = ("color", "coverage", "ink", "part", "kind", "paint")


def same_drawing(one: Plate, other: Plate) -> bool:
    """Whether two plates show the same pixels at the same place."""
    return one.canvas == other.canvas and np.array_equal(one.picture, other.picture)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What the camera sees of a plate: only the window of the screen in which it lies."""

    picture: NDArray[np.uint8]
    """uint8[h, w, 3] opaque and as large as the screen, or uint8[h, w, 4] premultiplied."""
    left: int = 0
    """Screen pixels of the window's corner."""
    top: int = 0


def seen_of(plate: Plate, to_screen: Matrix, *, height: int, width: int) -> Seen:
    """The plate as the camera sees it; nothing beyond a drawing's edge, the last row and column beyond a
    background's."""
    matrix = joined(plate.canvas.to_world, to_screen)
    if plate.opaque:
        whole = _moved(
            plate.picture, matrix, (height, width), interpolation=cv2.INTER_CUBIC, border=cv2.BORDER_REPLICATE
        )
        return Seen(whole)
    w, h = plate.canvas.width, plate.canvas.height
    corners = np.array([[0, 0], [w, 0], [0, h], [w, h]]) @ matrix[:, :2].T + matrix[:, 2]
    left, top = (max(int(np.floor(v)) - 3, 0) for v in corners.min(axis=0))
    right, bottom = (int(np.ceil(v)) + 3 for v in corners.max(axis=0))
    right, bottom = min(right, width), min(bottom, height)
    if right <= left or bottom <= top:
        return Seen(np.zeros((0, 0, 4), np.uint8))
    matrix[:, 2] -= (left, top)
    size = (bottom - top, right - left)
    return Seen(_moved(plate.picture, matrix, size, interpolation=cv2.INTER_CUBIC), left, top)


def on_screen(plate: Plate, to_screen: Matrix, *, height: int, width: int) -> NDArray[np.uint8]:
    """uint8[height, width, 3 or 4]: all of the screen."""
    seen = seen_of(plate, to_screen, height=height, width=width)
    if plate.opaque:
        return seen.picture
    whole = np.zeros((height, width, 4), np.uint8)
    h, w = seen.picture.shape[:2]
    whole[seen.top : seen.top + h, seen.left : seen.left + w] = seen.picture
    return whole


def cel_on_screen(plate: Plate, to_screen: Matrix, *, height: int, width: int) -> Cel:
    """The truth of a drawing's plate moved exactly as its picture is."""
    assert plate.cel is not None, "only a drawing has a truth"
    cel, size = plate.cel, (height, width)
    matrix = joined(plate.canvas.to_world, to_screen)
    picture = on_screen(plate, to_screen, height=height, width=width)
    ink = _moved(cel.ink.view(np.uint8) * np.uint8(255), matrix, size, interpolation=cv2.INTER_CUBIC)

    def nearest(plane: NDArray) -> NDArray:
        return _moved(plane, matrix, size, interpolation=cv2.INTER_NEAREST)

    return Cel(
        color=np.ascontiguousarray(picture[..., :3]),
        coverage=np.ascontiguousarray(picture[..., 3]),
        ink=ink >= 128,
        part=nearest(cel.part),
        kind=nearest(cel.kind),
        paint=nearest(cel.paint),
    )


def _moved(
    picture: NDArray,
    matrix: Matrix,
    size: tuple[int, int],
    *,
    interpolation: int,
    border: int = cv2.BORDER_CONSTANT,
) -> NDArray:
    height, width = size
    linear, offset = matrix[:, :2], matrix[:, 2]
    if np.array_equal(linear, np.eye(2)) and np.array_equal(offset, np.rint(offset)):
        whole = _shifted(
            picture, int(offset[0]), int(offset[1]), height, width, fill=border != cv2.BORDER_REPLICATE
        )
        if whole is not None:
            return whole
    shrinks = 1 / float(np.sqrt(abs(np.linalg.det(linear))))
    if shrinks > _SHRINKS and interpolation != cv2.INTER_NEAREST:
        picture = cv2.GaussianBlur(picture, (0, 0), 0.5 * float(np.sqrt(shrinks**2 - 1)))
    centred = matrix.copy()  # cv2 counts from pixel middles
    centred[:, 2] += linear @ np.array([0.5, 0.5]) - 0.5
    moved: NDArray = cv2.warpAffine(picture, centred, (width, height), flags=interpolation, borderMode=border)
    return moved


def _shifted(picture: NDArray, dx: int, dy: int, height: int, width: int, *, fill: bool) -> NDArray | None:
    """``picture`` moved by whole pixels; None where it leaves a gap and may not (``fill`` with nothing)."""
    top, left = max(dy, 0), max(dx, 0)
    bottom, right = min(dy + picture.shape[0], height), min(dx + picture.shape[1], width)
    if (top, left, bottom, right) == (0, 0, height, width):
        return np.ascontiguousarray(picture[-dy : height - dy, -dx : width - dx])
    if not fill:
        return None
    whole = np.zeros((height, width, *picture.shape[2:]), picture.dtype)
    if bottom > top and right > left:
        whole[top:bottom, left:right] = picture[top - dy : bottom - dy, left - dx : right - dx]
    return whole


def laid_over(below: NDArray[np.uint8], above: Seen) -> None:
    """Lay ``above`` (premultiplied) over the opaque picture ``below``, which is changed."""
    h, w = above.picture.shape[:2]
    if not h:
        return
    at = (slice(above.top, above.top + h), slice(above.left, above.left + w))
    left = cv2.cvtColor(cv2.bitwise_not(cv2.extractChannel(above.picture, 3)), cv2.COLOR_GRAY2RGB)
    color = cv2.cvtColor(above.picture, cv2.COLOR_RGBA2RGB)
    below[at] = cv2.add(color, cv2.multiply(np.ascontiguousarray(below[at]), left, scale=1 / 255))
