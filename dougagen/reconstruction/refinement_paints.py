"""Two paints in what looks like one area: a shade whose edge is too faint to be one (thesis 5.7).

An area ends where its paint changes within two pixels. The edge of a dark shade on dark hair is fainter than
light and grain elsewhere, and one gap in it is enough: both run together, and the larger outvotes the
shade. But the network saw the shade, and all over it the paint is a little darker. So where an area votes
for a second fill, its colours are asked whether they are two.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
Levels = NDArray[np.float32]

_GRAIN = 5  # pixels of the median that takes grain off
_ASKED = 4000  # pixels of an area that are asked at most
_FEWEST = 8  # of them that a paint needs
_ROUNDS = 4  # of two means; they settle within that
_LEAST_APART = 2.5  # levels: nearer paints are one that was coded twice
_VOTES_APART = 0.35  # share of votes for the second fill by which the two must differ


def where_two_paints_meet(
    owner: NDArray[np.int32],
    area: Bools,
    color: Bytes,
    classes: Bytes,
    wanted: dict[int, tuple[int, int]],
    *,
    apart: float,
) -> Bools:
    """bool[H, W]: pixels of areas on the border between their two paints; none where an area has only one.

    Args:
        owner: int32[H, W]: the area of each pixel.
        area: bool[H, W]: where areas are asked.
        color: uint8[H, W, 3].
        classes: uint8[H, W]: what the network says.
        wanted: the areas to ask, each with the two fills that most of its pixels vote for.
        apart: the two paints lie this many times as far from each other as they scatter, both together.
    """
    side = np.zeros(owner.size, np.uint8)
    calm, said = cv2.medianBlur(color, _GRAIN).reshape(-1, 3), classes.ravel()
    for number, at in _pixels_of(owner, area, np.array(sorted(wanted), np.int32)):
        some = at[:: max(1, len(at) // _ASKED)]
        first, second = (said[some] == fill for fill in wanted[number])
        means = _two_means(calm[some].astype(np.float32), first, second, apart=apart)
        if means is not None:
            side[at] = 1 + _nearer_second(calm[at].astype(np.float32), *means)
    return _border(side.reshape(owner.shape))


def _pixels_of(
    owner: NDArray[np.int32], area: Bools, wanted: NDArray[np.int32]
) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Each wanted area with the flat indices of its pixels."""
    is_wanted = np.zeros(int(owner.max()) + 1, np.bool_)
    is_wanted[wanted] = True
    flat = owner.ravel()
    at = np.flatnonzero(is_wanted[flat] & area.ravel())
    order = np.argsort(flat[at], kind="stable")
    at, numbers = at[order], flat[at][order]
    starts, stops = np.searchsorted(numbers, wanted), np.searchsorted(numbers, wanted, side="right")
    for number, start, stop in zip(wanted.tolist(), starts.tolist(), stops.tolist(), strict=True):
        yield number, at[start:stop]


def _two_means(paints: Levels, first: Bools, second: Bools, *, apart: float) -> tuple[Levels, Levels] | None:
    """The two paints float32[3] of ``paints``, float32[N, 3]; None where they are one.

    Begun where the votes lie: the network often fills a shade by half only, so that votes alone would draw
    the border through the middle of it.
    """
    if min(first.sum(), second.sum()) < _FEWEST:
        return None
    one, other = np.median(paints[first], axis=0), np.median(paints[second], axis=0)
    for _ in range(_ROUNDS):
        is_other = _nearer_second(paints, one, other)
        if not _FEWEST <= is_other.sum() <= len(paints) - _FEWEST:
            return None
        one, other = paints[~is_other].mean(axis=0), paints[is_other].mean(axis=0)
    distance = float(np.linalg.norm(other - one))
    if distance < _LEAST_APART or second[is_other].mean() - second[~is_other].mean() < _VOTES_APART:
        return None
    along = paints @ ((other - one) / distance)
    scatter = float(along[~is_other].std() + along[is_other].std())
    return (one, other) if distance >= apart * scatter else None


def _nearer_second(paints: Levels, one: Levels, other: Levels) -> Bools:
    """bool[N]: the paints float32[N, 3] that are nearer to ``other`` than to ``one``."""
    middle = (one + other) / 2
    nearer: Bools = (paints - middle) @ (other - one) > 0
    return nearer


def _border(side: Bytes) -> Bools:
    """bool[H, W]: pixels of side 1 or 2 with the other side to the right or below; 0 is no side."""
    border = np.zeros(side.shape, np.bool_)
    for one, other in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        border[one] |= (side[one] != side[other]) & (side[one] > 0) & (side[other] > 0)
    return border
