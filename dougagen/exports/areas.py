"""Areas of paint: where each lies, which paint it has, and which base colour goes on under a shade.

A cel is painted area by area, each with one paint from the character's list of colours. What divides two
areas is a line of the douga, a change of class (base, patch, shade, highlight), or a step of colour that the
douga has missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import DougaClass
from dougagen.exports.unmixing import Mask, Picture, distance_to, grown, nearest_of

BASE, PATCH, SHADE, HIGHLIGHT = 1, 2, 3, 4
"""Kinds of areas; 0 is no area: a line, or off the cel."""
_KIND_OF = np.zeros(10, np.uint8)
_KIND_OF[[DougaClass.FLAT_AREA, DougaClass.COLOR_FILL]] = BASE, PATCH
_KIND_OF[[DougaClass.SHADING_FILL, DougaClass.HIGHLIGHT_FILL]] = SHADE, HIGHLIGHT
_STEP = 6.0  # levels between neighbours of one paint in a clean picture
_NOISE_STEPS = 4.0  # times the usual difference of neighbours
_ONE_PAINT = 5  # levels; areas whose means differ by less have the same paint
_COMPARED_AREAS = 4096  # the largest; smaller ones take the nearest of their paints
_MOST_PAINTS = 512
_TIP = 6  # times the rim: how near a wide area lies to a narrow one that belongs to it
_MIXED = 48.0  # levels that a narrow area may differ by from the paint that it is mixed with
_ROUNDS = 4  # shades on shades
_DARKEST = -1.4  # logarithm of what a shade leaves of its base: a quarter
_OUTLIER = 12.0  # levels from the mean


@dataclass(frozen=True, slots=True, eq=False)
class Areas:
    """The painted areas of one drawing; area 0 is none."""

    labels: NDArray[np.int32]
    """int32[H, W]: the area of each pixel, 0 on lines and off the cel."""
    kinds: NDArray[np.uint8]
    """uint8[N + 1]: BASE, PATCH, SHADE or HIGHLIGHT of each area."""
    paints: NDArray[np.uint8]
    """uint8[N + 1, 3]: RGB of each area."""
    bases: NDArray[np.uint8]
    """uint8[N + 1, 3]: RGB of the base colour that lies there; under a shade the colour that it shades."""
    based: Mask
    """bool[N + 1]: False where no base colour could be told for a shade, highlight or patch; ``bases`` has
    its own paint then."""
    nearest: NDArray[np.int32]
    """int32[H, W]: the nearest area of each pixel."""


def find_areas(color: Picture, mask: Mask, classes: NDArray[np.uint8], inked: Mask, *, rim: int) -> Areas:
    """The areas of a drawing: uint8[H, W, 3], bool[H, W], uint8[H, W]; ``inked`` are the lines that part two
    areas in the picture, ``rim`` the pixels over which an edge may be mixed."""
    kinds = np.where(mask & ~inked, _KIND_OF[classes], 0).astype(np.uint8)
    labels, kind_of = _labels(color, kinds, grown(inked | ~mask, rim + 1), rim)
    sizes = np.bincount(labels.ravel(), minlength=len(kind_of))
    means = _means(color, labels, len(kind_of))
    _as_beside(means, labels, kind_of, rim)
    paints = _one_paint_each(means, sizes)
    nearest = nearest_of(labels)
    reached = np.where(mask & ~inked, nearest, 0)
    bases, based = _bases(kind_of, paints, _borders(reached, len(kind_of)))
    return Areas(labels, kind_of, paints, bases, based, nearest)


def _labels(
    color: Picture, kinds: NDArray[np.uint8], beside_ink: Mask, rim: int
) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """int32[H, W] of areas from 1, and uint8[N + 1]: the kind of each."""
    smooth = _smooth(color, kinds)
    labels = np.zeros(kinds.shape, np.int32)
    kind_of: list[NDArray[np.uint8]] = [np.zeros(1, np.uint8)]
    total = 0

    def add(parts: Mask, kind: int) -> None:
        nonlocal total
        count, found = cv2.connectedComponents(parts.view(np.uint8), connectivity=4, ltype=cv2.CV_32S)
        labels[parts] = found[parts] + total
        total += count - 1
        kind_of.append(np.full(count - 1, kind, np.uint8))

    for kind in (BASE, PATCH, SHADE, HIGHLIGHT):
        of_kind = kinds == kind
        if not of_kind.any():
            continue
        wide = of_kind & smooth
        add(wide & ~_slivers(wide, beside_ink, rim), kind)
        _take_rims(labels, of_kind, 2 * rim)
        rest = of_kind & (labels == 0)
        if total:
            _take_rims(labels, _slivers(rest, beside_ink, rim) | (of_kind & ~rest), 4 * rim)
        add(of_kind & (labels == 0), kind)
    return labels, np.concatenate(kind_of)


def _slivers(parts: Mask, beside_ink: Mask, rim: int) -> Mask:
    """Parts so narrow that no block of pixels fits into them, and mostly beside ink: the mixed pixels of a
    line's edge, or what sharpening has left there. A narrow part elsewhere is a detail that was painted."""
    core = cv2.erode(parts.view(np.uint8), np.ones((2 * rim + 1,) * 2, np.uint8))
    count, found = cv2.connectedComponents(parts.view(np.uint8), connectivity=4, ltype=cv2.CV_32S)
    has_core = np.zeros(count, bool)
    has_core[found[core > 0]] = True
    sizes = np.bincount(found.ravel(), minlength=count)
    beside = np.bincount(found[beside_ink], minlength=count)
    sliver = ~has_core & (2 * beside > sizes)
    sliver[0] = False
    return cast(Mask, sliver[found])


def _smooth(color: Picture, kinds: NDArray[np.uint8]) -> Mask:
    """Pixels that look like all four neighbours of their kind: the inside of an area of one paint."""
    calm = cv2.medianBlur(color, 3).astype(np.int16)
    steps = [np.abs(np.diff(calm, axis=axis)).max(axis=2) for axis in (0, 1)]
    alike = [kinds[1:] == kinds[:-1], kinds[:, 1:] == kinds[:, :-1]]
    painted = [a & (k > 0) for a, k in zip(alike, (kinds[1:], kinds[:, 1:]), strict=True)]
    seen = np.concatenate([step[where] for step, where in zip(steps, painted, strict=True)])
    usual = float(np.median(seen)) if seen.size else 0.0
    limit = max(_STEP, _NOISE_STEPS * usual)
    smooth = np.ones(kinds.shape, bool)
    rough_down, rough_right = (a & (step > limit) for a, step in zip(alike, steps, strict=True))
    smooth[1:] &= ~rough_down
    smooth[:-1] &= ~rough_down
    smooth[:, 1:] &= ~rough_right
    smooth[:, :-1] &= ~rough_right
    return smooth


def _take_rims(labels: NDArray[np.int32], of_kind: Mask, steps: int) -> None:
    """Give the mixed pixels along the edges of areas to the area beside them, step by step and never over a
    line; writes ``labels``."""
    for _ in range(steps):
        waiting = of_kind & (labels == 0)
        if not waiting.any():
            return
        padded = np.pad(np.where(of_kind, labels, 0), 1)
        around = (padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:])
        labels[waiting] = np.maximum.reduce([side[waiting] for side in around])


def _means(color: Picture, labels: NDArray[np.int32], count: int) -> NDArray[np.float64]:
    """float64[N + 1, 3]: mean colour of each area, what is far from it left out in a second round."""
    flat = labels.ravel()
    pixels = color.reshape(-1, 3)
    means = np.zeros((count, 3))
    weights = np.ones(flat.size)
    for _ in range(2):
        total = np.maximum(np.bincount(flat, weights, count), 1e-9)
        for channel in range(3):
            means[:, channel] = np.bincount(flat, weights * pixels[:, channel], count) / total
        far = np.abs(pixels - means[flat]).max(axis=1) > _OUTLIER
        weights = np.where(far, 1e-6, 1.0)
    return means


def _as_beside(
    means: NDArray[np.float64], labels: NDArray[np.int32], kinds: NDArray[np.uint8], rim: int
) -> None:
    """Narrow areas get the paint of the nearest wide one of their kind, where theirs looks like it with some
    of what is around mixed in: the tip of a shade between two lines. Writes ``means``."""
    same = np.ones((2 * rim + 1,) * 2, np.uint8)
    exact = labels.astype(np.float32)
    core = (labels > 0) & (cv2.erode(exact, same) == cv2.dilate(exact, same))
    wide = np.zeros(len(kinds), bool)
    wide[labels[core]] = True
    for kind in (BASE, PATCH, SHADE, HIGHLIGHT):
        of_kind = kinds == kind
        if not (of_kind & wide).any() or not (of_kind & ~wide).any():
            continue
        models = np.where((of_kind & wide)[labels], labels, 0).astype(np.int32)
        narrow = (of_kind & ~wide)[labels]
        close = narrow & (distance_to(models > 0) <= _TIP * rim)
        near, ours = nearest_of(models)[close], labels[close]
        areas, first = np.unique(ours, return_index=True)
        alike = np.abs(means[areas] - means[near[first]]).max(axis=1) <= _MIXED
        means[areas[alike]] = means[near[first[alike]]]


def _one_paint_each(means: NDArray[np.float64], sizes: NDArray[np.int64]) -> NDArray[np.uint8]:
    """uint8[N + 1, 3]: the paint of each area, the same where areas look the same; the largest decides."""
    paints = np.rint(means).astype(np.int32)
    order = np.argsort(-sizes[1:], kind="stable") + 1
    known = np.zeros((0, 3), np.int32)
    for area in order[:_COMPARED_AREAS]:
        away = np.abs(known - paints[area]).max(axis=1) if len(known) else np.zeros(0)
        if away.size and away.min() <= _ONE_PAINT:
            paints[area] = known[int(away.argmin())]
        elif len(known) < _MOST_PAINTS:
            known = np.vstack([known, paints[area]])
    for at in range(_COMPARED_AREAS, len(order), 1 << 14):
        few = order[at : at + (1 << 14)]
        best = np.zeros(len(few), np.int64)
        least = np.full(len(few), 1 << 30)
        for number, paint in enumerate(known):
            away = np.abs(paints[few] - paint).max(axis=1)
            best, least = np.where(away < least, number, best), np.minimum(away, least)
        paints[few] = np.where(least[:, None] <= 4 * _ONE_PAINT, known[best], paints[few])
    return np.clip(paints, 0, 255).astype(np.uint8)


def _borders(reached: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    """int64[M, 3]: area, its neighbour and how many pixels of border they share, both ways; a visible line
    between them parts them."""
    keys = []
    for one, other in ((reached[1:], reached[:-1]), (reached[:, 1:], reached[:, :-1])):
        touch = (one != other) & (one > 0) & (other > 0)
        a, b = one[touch].astype(np.int64), other[touch].astype(np.int64)
        keys += [a * count + b, b * count + a]
    unique, shared = np.unique(np.concatenate(keys), return_counts=True)
    return np.stack([unique // count, unique % count, shared], axis=1)


def _bases(
    kinds: NDArray[np.uint8], paints: NDArray[np.uint8], borders: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], Mask]:
    """The base colour under each area and whether it could be told. A design pairs every shade with one base,
    so a paint goes with the base that all its areas together share most border with, by way of other shades
    where it must be."""
    bases = paints.copy()
    based = kinds <= BASE
    _, paint_of = np.unique(np.column_stack([kinds, paints]), axis=0, return_inverse=True)
    paint_of = paint_of.ravel()
    for _ in range(_ROUNDS):
        ours, theirs, shared = borders[(~based[borders[:, 0]]) & based[borders[:, 1]]].T
        votes = _fit(kinds[ours], paints[ours], bases[theirs]) * shared
        ours, theirs, votes = ours[votes > 0], theirs[votes > 0], votes[votes > 0]
        if not ours.size:
            break
        chosen = _chosen(paint_of[ours], _numbers_of(bases[theirs]), votes)
        found = np.zeros((int(paint_of.max()) + 1, 3), np.uint8)
        told = np.zeros(len(found), bool)
        found[paint_of[ours[chosen]]], told[paint_of[ours[chosen]]] = bases[theirs[chosen]], True
        now = ~based & told[paint_of]
        bases[now], based[now] = found[paint_of[now]], True
    return bases, based


def _numbers_of(paints: NDArray[np.uint8]) -> NDArray[np.int64]:
    """One number for each colour."""
    return cast(NDArray[np.int64], paints.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1]))


def _chosen(
    voters: NDArray[np.int64], choices: NDArray[np.int64], votes: NDArray[np.float64]
) -> NDArray[np.int64]:
    """For each voter the position of one vote for the choice with the most votes; the lesser number wins a
    draw."""
    pairs, first, which = np.unique(
        np.column_stack([voters, choices]), axis=0, return_index=True, return_inverse=True
    )
    total = np.bincount(which.ravel(), votes)
    order = np.lexsort((pairs[:, 1], -total, pairs[:, 0]))
    best = order[np.unique(pairs[order, 0], return_index=True)[1]]
    return first[best]


def _fit(
    kinds: NDArray[np.uint8], paints: NDArray[np.uint8], bases: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """How well each paint goes with a base, [0, 1]: a shade is darker and a highlight lighter, and both like
    to keep the hue; a patch goes with any."""
    ratio = (paints + 8.0) / (bases + 8.0)
    level = np.log(ratio).mean(axis=1)
    hue = np.exp(-np.log(ratio).std(axis=1) / 0.4)
    shade = (kinds == SHADE) & (level < -0.01) & (level > _DARKEST)
    right = (kinds == PATCH) | shade | ((kinds == HIGHLIGHT) & (level > 0.01))
    return cast(NDArray[np.float64], np.where(kinds == PATCH, 1.0, hue) * right)
