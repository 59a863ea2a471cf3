"""AREAS: what an animator pours paint into, also where the pencil has left a gap.

Published paint tools close gaps with a ball that is too large to leave through them (*trapped-ball
segmentation*, Zhang et al. 2009). So here, from large balls to small: where a ball fits on both sides of an
opening and not through it, two areas meet.
"""

from __future__ import annotations

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.colorization.lines import LineArt
from dougagen.domain import DougaClass

T = TypeVar("T", bound=np.generic)

SMALLEST = 12
"""Pixels of an area that is worth a paint of its own."""
_INKED = 80
"""Strength from which a stroke holds paint back."""
_BALL = 6.0
"""Radius in pixels of the largest ball, in a picture of ``_LINES`` lines or fewer."""
_LINES = 480
_BALLS = (1.0, 0.5, 0.25)
_ROOM = 1.5
"""How much wider than an opening an area must be on either side of it: a sleeve that narrows is one area."""
_FILLS = (
    DougaClass.FLAT_AREA, DougaClass.SHADING_FILL, DougaClass.COLOR_FILL, DougaClass.HIGHLIGHT_FILL,
)  # fmt: skip


def areas_of(art: LineArt, cel: NDArray[np.bool_] | None = None) -> tuple[NDArray[np.int32], int]:
    """int32[H, W], 0 on lines and in areas of a few pixels, and how many labels there are, 0 included.

    Pixels of two classes are never of one area; an opening of up to a fortieth of the picture's height
    parts two areas that are wider than it.
    """
    labels, total = np.zeros(art.classes.shape, np.int32), 1
    drawn = art.lines & (art.strength >= _INKED)
    for fill in _FILLS:
        inside = (art.classes == fill) & ~drawn if fill else ~drawn & ~np.isin(art.classes, _FILLS[1:])
        inside = inside if cel is None else inside & cel
        if not inside.any():
            continue
        found = trapped(inside)
        sizes = np.bincount(found.ravel())
        keeps = sizes >= SMALLEST
        keeps[0] = False
        numbers = np.zeros(len(sizes), np.int32)
        numbers[keeps] = np.arange(total, total + int(keeps.sum()), dtype=np.int32)
        labels += numbers[found]
        total += int(keeps.sum())
    return labels, total


def trapped(inside: NDArray[np.bool_], *, ball: float = _BALL) -> NDArray[np.int32]:
    """int32[H, W]: the areas of bool[H, W], 0 outside. ``ball`` is the radius of the largest, in pixels of a
    picture of 480 lines or fewer."""
    room = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5)
    largest = ball * max(1.0, inside.shape[0] / _LINES)
    radii = [share * largest for share in _BALLS]
    labels = _components(room > radii[0])
    widest = _widest(labels, room)
    for wider, radius in zip(radii, (*radii[1:], 0.0), strict=True):
        around = _components(room > radius)
        labels, widest = _let_through(labels, widest, around, needs=_ROOM * wider)
        labels, widest = _filled(labels, widest, around, room)
    return flooded(labels, inside)


def _components(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    return np.asarray(cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)[1], np.int32)


def _widest(labels: NDArray[np.int32], room: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32[labels]: the radius of the largest ball in each; 0 for label 0."""
    widest = np.zeros(int(labels.max()) + 1, np.float32)
    inside = labels > 0
    np.maximum.at(widest, labels[inside], room[inside])
    return widest


def _let_through(
    labels: NDArray[np.int32], widest: NDArray[np.float32], around: NDArray[np.int32], *, needs: float
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Areas that a smaller ball can leave, and that are hardly wider than the opening, join the widest of
    those that it gets to."""
    of = np.zeros(len(widest), np.int32)  # every label lies within one component of a smaller ball
    inside = labels > 0
    of[labels[inside]] = around[inside]
    order = np.argsort(widest, kind="stable")
    host = np.zeros(int(around.max()) + 1, np.int32)
    host[of[order]] = order  # the widest comes last
    joins = np.where((widest < needs) & (np.arange(len(widest)) > 0), host[of], np.arange(len(widest)))
    joins[0] = 0
    return joins[labels].astype(np.int32), widest


def _filled(
    labels: NDArray[np.int32],
    widest: NDArray[np.float32],
    around: NDArray[np.int32],
    room: NDArray[np.float32],
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """A component with one area in it is that area; one with none is a new one."""
    count = int(around.max()) + 1
    inside = labels > 0
    least, most = np.full(count, len(widest), np.int32), np.zeros(count, np.int32)
    np.minimum.at(least, around[inside], labels[inside])
    np.maximum.at(most, around[inside], labels[inside])
    numbers = np.where(least == most, most, 0).astype(np.int32)
    is_new = most == 0
    is_new[0] = False
    numbers[is_new] = np.arange(len(widest), len(widest) + int(is_new.sum()), dtype=np.int32)
    numbers[0] = 0
    taken = numbers[around]
    labels = np.where(taken > 0, taken, labels)
    fresh = np.zeros(int(is_new.sum()), np.float32)
    at = is_new[around]
    np.maximum.at(fresh, taken[at] - len(widest), room[at])
    return labels, np.concatenate([widest, fresh])


def flooded(labels: NDArray[np.int32], inside: NDArray[np.bool_]) -> NDArray[np.int32]:
    """int32[H, W]: the places of ``inside`` that have no label have that of the place nearest on foot."""
    if bool(((labels > 0) == inside).all()):
        return labels
    wall = int(labels.max()) + 1
    markers = np.where(inside, labels, np.int32(wall))
    flat = np.zeros((*labels.shape, 3), np.uint8)
    found = cv2.watershed(flat, markers)
    found = grown(np.where((found > 0) & (found < wall), found, 0).astype(np.int32))
    return np.where(inside, found, 0).astype(np.int32)


def grown(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Every pixel without an area in the nearest one."""
    return spread(labels, labels > 0)


def spread(values: NDArray[T], known: NDArray[np.bool_]) -> NDArray[T]:
    """[H, W, ...]: every pixel that is not ``known``, bool[H, W], with the value of the nearest that is."""
    if not known.any():
        return values
    _, near = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    of = np.zeros((int(near.max()) + 1, *values.shape[2:]), values.dtype)
    of[near[known]] = values[known]
    return np.asarray(of[near])
