"""Random changes of a training picture that leave its truth exact (thesis 4.2, 5.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import BOOK_CLASSES, CLASS_COUNT, LINE_CLASSES, DougaClass, Triplet

Rng = np.random.Generator
_LINES = frozenset({*LINE_CLASSES, DougaClass.BOOK_LINE})
_RARE = (DougaClass.COLOR_EDGE, DougaClass.HIGHLIGHT_LINE, DougaClass.HIGHLIGHT_FILL, DougaClass.COLOR_FILL)
_IS_RARE = np.isin(np.arange(CLASS_COUNT), _RARE)
_LINE_ADVANTAGE = 4.0
"""A line wins a pixel from a cover of 1/5. At a scale of 0.7 a line of one pixel can lie 0.71 pixels from the
nearest samples, which then see a cover of 0.29, less at the steps of a slanted one: it stays unbroken."""
_BORDERS = {"reflected": cv2.BORDER_REFLECT_101, "black": cv2.BORDER_CONSTANT}
_MARGIN = 8  # pixels; the widest blur before warping reaches 3
_THUMB = 4  # places to look at are found on every fourth pixel: 16 times less to search


@dataclass(slots=True, eq=False)
class Crop:
    """A piece of a triplet, free to be changed."""

    color: NDArray[np.uint8]
    """uint8[H, W, 3], RGB."""
    cel: NDArray[np.bool_]
    """bool[H, W]."""
    classes: NDArray[np.uint8]
    """uint8[H, W] of ``DougaClass`` values."""
    likelihood: NDArray[np.uint8] | None = None
    """uint8[H, W]: how likely a cel network calls it cel, 255 for certain; None where none was asked."""
    inside: NDArray[np.bool_] | None = None
    """bool[H, W]: where there is a picture and no black border; None where it fills the crop."""


def random_crop(
    triplet: Triplet,
    rng: Rng,
    *,
    size: int | tuple[int, int],
    scale_range: tuple[float, float],
    rotate_probability: float,
    likelihood: NDArray[np.uint8] | None = None,
    focus: float = 1.0,
    border: Literal["reflected", "black"] = "reflected",
) -> Crop:
    """``size`` pixels (height and width, or both) around a place worth looking at: scaled, turned by up to
    10°, mirrored.

    Args:
        focus: 0 for places anywhere in the picture.
        border: what stands where the picture ends; it is enlarged to fill the crop unless that is black.
    """
    size = (size, size) if isinstance(size, int) else size
    low, high = scale_range
    scale = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    if border == "reflected":  # not smaller than what the picture can fill
        scale = max(scale, min(max(size[0] / triplet.height, size[1] / triplet.width), high))
    angle = float(rng.uniform(-10, 10)) if rng.random() < rotate_probability else 0.0
    mirrored = rng.random() < 0.5
    x, y = _centre(triplet, rng, focus=focus)
    x = _within(x, size[1] / (2 * scale), triplet.width, centred=border == "black")
    y = _within(y, size[0] / (2 * scale), triplet.height, centred=border == "black")
    matrix = cv2.getRotationMatrix2D((x, y), angle, scale)
    matrix[:, 2] += np.array([size[1] / 2 - x, size[0] / 2 - y])
    if mirrored:
        matrix[0] = -matrix[0]
        matrix[0, 2] += size[1] - 1
    area, matrix = _seen_area(triplet, matrix, size)
    color = triplet.color[area]
    if scale < 0.8:  # what area averaging would do before the samples are taken
        color = cv2.GaussianBlur(color, (0, 0), 0.35 / scale)  # type: ignore[assignment]
    planes = [*cv2.split(color), levels_of(triplet.cel_mask.pixels[area])]
    if likelihood is not None:
        planes.append(likelihood[area])
    classes = triplet.douga.classes[area]
    present = _present(classes)
    covers = [levels_of(classes == value) for value in present]
    warped = _warped(planes + covers, matrix, size, border=_BORDERS[border])
    return Crop(
        color=cv2.merge(warped[:3]).astype(np.uint8, copy=False),
        cel=warped[3] >= 128,
        classes=_classes_of(warped[len(planes) :], present, enlarged=scale >= 1.0),
        likelihood=None if likelihood is None else warped[4],
        inside=None if border == "reflected" else _inside(classes.shape, matrix, size),
    )


def _inside(shape: tuple[int, ...], matrix: NDArray, size: tuple[int, int]) -> NDArray[np.bool_]:
    """bool[size]: where a picture of ``shape`` comes to lie."""
    seen = _warped([np.full(shape, 255, np.uint8)], matrix, size, border=cv2.BORDER_CONSTANT)[0]
    return seen >= 128


def _within(place: float, half: float, length: int, *, centred: bool) -> float:
    """The middle of a crop of 2 · ``half`` near ``place``, inside ``length`` pixels where it fits in."""
    if half * 2 <= length:
        return float(np.clip(place, half, length - half))
    return length / 2 if centred else place


def _seen_area(
    triplet: Triplet, matrix: NDArray, size: tuple[int, int]
) -> tuple[tuple[slice, slice], NDArray]:
    """The part of the picture that the crop shows, with a margin for the blurs, and the matrix from there."""
    height, width = size
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], np.float64)
    seen = corners @ cv2.invertAffineTransform(matrix).T  # [4, 2] x, y
    low = np.floor(seen.min(axis=0)).astype(int) - _MARGIN
    high = np.ceil(seen.max(axis=0)).astype(int) + _MARGIN
    left, top = (int(n) for n in low.clip(0, (triplet.width - 1, triplet.height - 1)))
    right, bottom = (int(n) for n in high.clip((left + 1, top + 1), (triplet.width, triplet.height)))
    moved = matrix.copy()
    moved[:, 2] += matrix[:, :2] @ (left, top)
    return (slice(top, bottom), slice(left, right)), moved


def _centre(triplet: Triplet, rng: Rng, *, focus: float) -> tuple[float, float]:
    """Mostly a pixel of the cel, often one of a rare class, else anywhere; ``focus`` scales these chances."""
    draw = rng.random()
    if draw < 0.3 * focus:
        found = np.flatnonzero(_IS_RARE[triplet.douga.classes[::_THUMB, ::_THUMB]])
    elif draw < 0.75 * focus:
        found = np.flatnonzero(triplet.cel_mask.pixels[::_THUMB, ::_THUMB])
    else:
        found = np.empty(0, np.int64)
    if not found.size:
        return float(rng.uniform(0, triplet.width)), float(rng.uniform(0, triplet.height))
    row, column = divmod(int(found[rng.integers(found.size)]), -(-triplet.width // _THUMB))
    shift = rng.uniform(-80, 80, 2)  # else every rare pixel would sit in the middle of its crop
    return float(column * _THUMB + shift[0]), float(row * _THUMB + shift[1])


def levels_of(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """0 and 255."""
    return np.multiply(mask, np.uint8(255), dtype=np.uint8)


def warped_classes(
    classes: NDArray[np.uint8], matrix: NDArray, size: int, *, enlarged: bool
) -> NDArray[np.uint8]:
    """uint8[size, size]: each pixel takes the class that covers most of it, a line from 1/5 upwards.

    Nearest sampling would break thin lines when it makes a picture smaller and step them when larger.
    """
    present = _present(classes)
    covers = _warped([levels_of(classes == value) for value in present], matrix, (size, size))
    return _classes_of(covers, present, enlarged=enlarged)


def _present(classes: NDArray[np.uint8]) -> list[int]:
    counts = cv2.calcHist([classes], [0], None, [CLASS_COUNT], [0, CLASS_COUNT])  # twice as fast as bincount
    return [int(value) for value in np.flatnonzero(counts)]


def _classes_of(
    covers: Sequence[NDArray[np.uint8]], values: Sequence[int], *, enlarged: bool
) -> NDArray[np.uint8]:
    """The class with the largest cover at each pixel."""
    best, chosen = np.zeros_like(covers[0]), np.zeros_like(covers[0])
    for value, cover in zip(values, covers, strict=True):
        if not enlarged and value in _LINES:
            cover = cv2.convertScaleAbs(cover, alpha=_LINE_ADVANTAGE).astype(np.uint8, copy=False)
        better = cv2.compare(cover, best, cv2.CMP_GT)
        best = cv2.max(cover, best).astype(np.uint8, copy=False)
        cv2.copyTo(np.full_like(chosen, value), better, chosen)  # all three a fourth of numpy's time
    return chosen


def _warped(
    planes: Sequence[NDArray[np.uint8]],
    matrix: NDArray,
    size: tuple[int, int],
    *,
    border: int = cv2.BORDER_REFLECT_101,
) -> list[NDArray[np.uint8]]:
    """Each of ``planes``, uint8[H, W], at the places of ``matrix``: uint8[size].

    By fours: OpenCV 5 warps four channels in the time of one (0.30 ms and 0.27 ms; three take 0.98 ms), and
    to the same levels.
    """
    warped: list[NDArray[np.uint8]] = []
    for begin in range(0, len(planes), 4):
        four = [*planes[begin : begin + 4], *[planes[begin]] * 3][:4]
        together = cv2.warpAffine(
            cv2.merge(four), matrix, size[::-1], flags=cv2.INTER_LINEAR, borderMode=border
        )
        warped.extend(cv2.split(together))  # type: ignore[arg-type]
    return warped[: len(planes)]


def paste_cel(above: Crop, below: Crop) -> Crop:
    """The cel of one crop, with the books that hide it, over another crop (thesis 4.2: backgrounds replaced).

    What the lower picture shows of its own cel keeps its truth, so that no separate backgrounds are needed.
    """
    pasted = above.cel | np.isin(above.classes, BOOK_CLASSES)
    soft = cv2.GaussianBlur(pasted.astype(np.float32), (3, 3), 0.6)[..., None]
    color = above.color * soft + below.color * (1.0 - soft)
    likelihood = None
    if above.likelihood is not None and below.likelihood is not None:
        likelihood = np.where(pasted, above.likelihood, below.likelihood)
    return Crop(
        color=np.rint(color).astype(np.uint8),
        cel=np.where(pasted, above.cel, below.cel),
        classes=np.where(pasted, above.classes, below.classes),
        likelihood=likelihood,
    )


def erase_rectangle(crop: Crop, rng: Rng, *, fill: Literal["random", "black"] = "random") -> None:
    """Fill a rectangle of up to half of either side with one colour and call it background (thesis 4.2).

    The thesis fills with black; a random colour leaves black to hair and shadow.
    """
    rows, columns = crop.cel.shape
    height, width = (int(n) for n in rng.integers(1, (rows // 2 + 1, columns // 2 + 1)))
    top, left = int(rng.integers(0, rows - height + 1)), int(rng.integers(0, columns - width + 1))
    area = (slice(top, top + height), slice(left, left + width))
    crop.color[area] = 0 if fill == "black" else rng.integers(0, 256, 3)
    crop.cel[area] = False
    crop.classes[area] = DougaClass.FLAT_AREA
    if crop.likelihood is not None:
        crop.likelihood[area] = 0


def change_colors(color: NDArray[np.uint8], rng: Rng, *, strength: float = 1.0) -> NDArray[np.uint8]:
    """Brightness, contrast, gamma, tint, saturation, hue; one in ten pictures becomes a night scene.

    ``strength`` scales every deviation; at 1 they are about half the thesis's, its turn of the hue excepted.
    """
    if rng.random() < 0.5:
        color = _turn_hue(color, rng, strength)
    level = np.linspace(0.0, 1.0, 256)[:, None]  # [256, 1]
    gamma = np.exp(rng.normal(0, 0.25 * strength))
    contrast = np.exp(rng.normal(0, 0.25 * strength))
    tint = np.exp(rng.normal(0, 0.05 * strength, 3))  # [3]
    curve = ((level**gamma - 0.5) * contrast + 0.5 + rng.normal(0, 0.1 * strength)) * tint
    if rng.random() < 1 / 10:
        curve = curve * rng.uniform(0.15, 0.6) * np.exp(rng.normal(0, 0.15, 3))
    table = np.rint(curve.clip(0, 1) * 255).astype(np.uint8)[None]  # [1, 256, 3]
    return cv2.LUT(color, table).astype(np.uint8, copy=False)


def _turn_hue(color: NDArray[np.uint8], rng: Rng, strength: float) -> NDArray[np.uint8]:
    """Rotate about the grey axis (normal, 45°: thesis 4.2) and scale the distance from it."""
    angle = np.deg2rad(rng.normal(0, 45 * strength))
    return turned_hue(color, angle=angle, saturation=np.exp(rng.normal(0, 0.3 * strength)))


def turned_hue(color: NDArray[np.uint8], *, angle: float, saturation: float = 1.0) -> NDArray[np.uint8]:
    """``color`` turned about the grey axis by ``angle`` radians, at ``saturation`` times the distance."""
    grey = np.full((3, 3), 1 / 3)
    cross = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)
    turned = np.cos(angle) * (np.eye(3) - grey) + np.sin(angle) * cross
    return cv2.transform(color, grey + saturation * turned).astype(np.uint8, copy=False)


def degrade(color: NDArray[np.uint8], rng: Rng, *, share: float = 1.0) -> NDArray[np.uint8]:
    """Now and then a little blur, grain or blocks; the studio's delivery already did most of it.

    ``share`` scales the chances.
    """
    if rng.random() < 0.2 * share:
        color = cv2.GaussianBlur(color, (0, 0), float(rng.uniform(0.4, 1.0)))  # type: ignore[assignment]
    if rng.random() < 0.25 * share:
        color = cv2.add(color, _grain(color.shape, rng), dtype=cv2.CV_8U)  # type: ignore[assignment]
    if rng.random() < 0.25 * share:
        _, coded = cv2.imencode(".jpg", color, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))])
        color = cv2.imdecode(coded, cv2.IMREAD_COLOR)  # type: ignore[assignment]
    return color


@lru_cache(maxsize=1)
def _normals() -> NDArray[np.float32]:
    """float32[2²¹], the same in every process. Drawing fresh ones takes 3.5 ms a crop of 320 px."""
    return np.random.default_rng(0).standard_normal(2**21, dtype=np.float32)


def _grain(shape: tuple[int, ...], rng: Rng) -> NDArray[np.float32]:
    """Normal noise of 1 to 6 levels: a stretch of the same numbers from a random place on, of either sign."""
    normals, count = _normals(), int(np.prod(shape))
    if count > len(normals):
        return rng.standard_normal(shape, dtype=np.float32) * np.float32(rng.uniform(1, 6))
    begin = int(rng.integers(len(normals) - count + 1))
    strength = np.float32(rng.uniform(1, 6) * rng.choice((-1, 1)))
    return normals[begin : begin + count].reshape(shape) * strength
