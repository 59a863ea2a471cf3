"""One picture's areas as a graph: what the douga network said in each, and how it lies to its neighbours.

What an area is, ``refinement_areas`` says. No number here is a colour: paints are compared with each other
only, since the next studio has other ones. Lengths are shares of the picture's height.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from dougagen.networks import FILL_AREAS, FILL_COUNT, AreaGraph
from dougagen.reconstruction.area_measures import (
    AreaMeasures,
    Bools,
    Ints,
    Numbers,
    Places,
    borders_between,
    both_ways,
    distances,
    tensor_of,
)
from dougagen.reconstruction.paint_areas import lab_of
from dougagen.reconstruction.refinement import Divided, divided
from dougagen.reconstruction.refinement_areas import FILLS, IS_FILL
from dougagen.reconstruction.refinement_config import RefinementConfig

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

_FINE_LINES = 600
_SHORTEST_BORDER = 3
"""Pixels looked at: what touches over less is no neighbour."""
_ALIKE = 8.0
"""CIE L*a*b* units: paints nearer than that are nearly the same."""
_MOST_ALIKE = 6
_MOST_AREAS = 3000
"""Above it nobody looks for areas of nearly the same paint: the table of all pairs would be too large."""
_LINES = (1, 2, 3, 4)
_HAIRLINES = (2, 3, 4)
_SQUARE = np.ones((3, 3), np.uint8)
FILL_OF_CLASS = np.zeros(256, np.int64)
"""Class → place among ``FILLS``; 0 for what is no fill."""
FILL_OF_CLASS[list(FILLS)] = range(FILL_COUNT)


def step_at(lines: int) -> int:
    """Every so many pixels of every so many rows of a picture are looked at: a quarter of the time."""
    return 2 if lines >= _FINE_LINES else 1


@dataclass(frozen=True, slots=True, eq=False)
class PictureAreas:
    """The areas of one picture, N of them."""

    graph: AreaGraph
    number: Places
    """int32[h, w], the window's own pixels: the area of each, -1 where there is none."""
    window: tuple[slice, slice]
    """Rows and columns of the picture that the cel takes, with a margin."""
    sizes: Numbers
    """float64[N]: pixels looked at."""


def areas_in(
    picture: Bytes, cel: Bools, classes: Bytes, shares: Floats, config: RefinementConfig
) -> PictureAreas | None:
    """The areas of a picture; None where there are fewer than two.

    Args:
        picture: uint8[H, W, 3] RGB.
        cel: bool[H, W].
        classes: uint8[H, W] of the douga network.
        shares: float32[10, h, w]: the probabilities of the classes at every ``step_at(H)``-th pixel.
    """
    found = divided(classes, cel, picture, config)
    if found is None:
        return None
    window, parts = found
    step = step_at(len(picture))
    number = _numbered(parts, step)
    if number.max() < 1:
        return None
    grid = np.s_[::step, ::step]
    coarse = tuple(slice(side.start // step, -(-side.stop // step)) for side in window)
    looked = _Looked(
        number=number[grid],
        free=parts.free[grid],
        cel=cel[window][grid],
        ink=(cv2.dilate(parts.strokes.visible.view(np.uint8), _SQUARE) > 0)[grid],
        hairlines=cv2.dilate(parts.strokes.hairlines, np.ones((5, 5), np.uint8))[grid],
        said=FILL_OF_CLASS[classes[window][grid]],
        is_fill=IS_FILL[classes[window][grid]],
        fills=parts.areas.fills[grid],
        shares=np.ascontiguousarray(shares[:, *coarse]),
        lab=lab_of(picture[window][grid]),
        lines=len(picture) / step,
        count=int(number.max()) + 1,
    )
    return PictureAreas(looked.graph(), number, window, looked.sizes)


def true_fills(found: PictureAreas, cel: Bools, classes: Bytes) -> Ints:
    """int64[N, 4]: how many pixels of each area are which fill.

    Args:
        cel: bool[H, W]: where the areas were looked for; what is none is not counted.
        classes: uint8[H, W]: the truth.
    """
    truth = classes[found.window]
    counted = (found.number >= 0) & IS_FILL[truth] & cel[found.window]
    key = found.number[counted].astype(np.int64) * FILL_COUNT + FILL_OF_CLASS[truth[counted]]
    return np.bincount(key, minlength=len(found.sizes) * FILL_COUNT).reshape(-1, FILL_COUNT)


def _numbered(parts: Divided, step: int) -> NDArray[np.int32]:
    """int32[H, W]: areas counted from 0, those that own a pixel looked at; -1 for the others."""
    owner = parts.areas.owner
    seen = np.bincount(owner[::step, ::step][parts.free[::step, ::step]], minlength=int(owner.max()) + 1) > 0
    seen[0] = False
    return np.where(seen, np.cumsum(seen) - 1, -1).astype(np.int32)[owner]


@dataclass(slots=True, eq=False)
class _Looked:
    """The pixels looked at, [h, w] each, and what they come to in each of ``count`` areas."""

    number: Places
    free: Bools
    cel: Bools
    ink: Bools
    """Beside a visible line."""
    hairlines: Bytes
    """The class of a hairline that is near."""
    said: Ints
    """Place among ``FILLS`` of what the douga network says."""
    is_fill: Bools
    fills: Bytes
    """The classes that refinement would give."""
    shares: Floats
    lab: Floats
    lines: float
    count: int
    paint: Numbers = field(init=False)
    _of: AreaMeasures = field(init=False)

    def __post_init__(self) -> None:
        self._of = AreaMeasures(self.number, self.free & (self.number >= 0), self.count)
        self.paint = np.stack([self._of.mean(self.lab[..., i]) for i in range(3)], axis=1)  # [N, 3]

    @property
    def sizes(self) -> Numbers:
        """float64[N]: pixels looked at."""
        return self._of.sizes

    def graph(self) -> AreaGraph:
        pairs, of_pairs = self._borders()
        alike, of_alike = self._alike()
        votes = self._votes()
        return AreaGraph(
            tensor_of(self._areas(votes)),
            tensor_of(votes),
            torch.from_numpy(pairs),
            tensor_of(of_pairs),
            torch.from_numpy(alike),
            tensor_of(of_alike),
        )

    def _votes(self) -> Numbers:
        return np.stack(
            [self._of.mean((self.said == fill) & self.is_fill) for fill in range(FILL_COUNT)], axis=1
        )

    def _areas(self, votes: Numbers) -> Numbers:
        """float64[N, FILL_AREAS.areas]."""
        of, sizes = self._of, self.sizes
        high, wide = map(of.spread, of.coordinates())
        chosen = np.zeros((self.count, FILL_COUNT))
        chosen.ravel()[np.arange(self.count) * FILL_COUNT + self._chosen()] = 1
        return np.concatenate(
            [
                np.stack([of.mean(share) for share in self.shares], axis=1),
                votes,
                chosen,
                np.stack(
                    [
                        of.spread(self.lab[..., 0]) / 5,
                        np.log(sizes / self.lines**2) / 3 + 2,
                        np.log(sizes / sizes.sum()) / 3 + 1,
                        high / self.lines,
                        wide / self.lines,
                        sizes / (12 * (high + 0.3) * (wide + 0.3)),  # 1 for a rectangle
                        of.touching(self.ink),
                        of.touching(self._beside_nothing()),
                        *(of.touching(self.hairlines == line) for line in _HAIRLINES),
                        of.share_below(self.paint[:, 0]),
                    ],
                    axis=1,
                ),
            ],
            axis=1,
        )

    def _chosen(self) -> Ints:
        """int64[N]: place among ``FILLS`` of what refinement would give."""
        chosen = np.zeros(self.count, np.int64)
        counted = self._of.counted
        chosen[self.number[counted]] = FILL_OF_CLASS[self.fills[counted]]
        return chosen

    def _beside_nothing(self) -> Bools:
        return cv2.dilate((~self.cel).view(np.uint8), _SQUARE) > 0

    def _borders(self) -> tuple[Ints, Numbers]:
        """int64[2, E] and float64[E, FILL_AREAS.neighbours]: areas that touch, over ink or not, both ways."""
        near, far = borders_between(self.number, self.cel & (self.number >= 0))
        number = self.number.ravel().astype(np.int64)
        pairs, length, shown = both_ways(
            number[near], number[far], self._along(near, far), count=self.count, shortest=_SHORTEST_BORDER
        )
        return pairs, np.concatenate([shown, self._compared(pairs, length)], axis=1)

    def _along(self, near: Ints, far: Ints) -> list[Numbers]:
        """What the picture and the network show at each pixel of a border, float64[B] nine times."""
        ink, hairlines = self.ink.ravel(), self.hairlines.ravel()[near]
        step = _contrast(self.lab[..., 0]).ravel()[near]
        lines = [cv2.dilate(self.shares[line], _SQUARE).ravel()[near] for line in _LINES]
        rows = [~(ink[near] | ink[far]), *(hairlines == line for line in _HAIRLINES), *lines, step / 25]
        return [row.astype(np.float64) for row in rows]

    def _compared(self, pairs: Ints, length: Numbers) -> Numbers:
        """float64[E, 9]: each area's neighbour against itself."""
        mine, its = pairs
        paint, sizes = self.paint, self.sizes
        apart = paint[its] - paint[mine]
        chroma = np.hypot(paint[:, 1], paint[:, 2])
        return np.column_stack(
            [
                apart / 20,
                np.linalg.norm(apart, axis=1) / 20,
                (chroma[its] - chroma[mine]) / 20,
                np.log(paint[its, 0] + 3) - np.log(paint[mine, 0] + 3),
                np.log1p(length / np.sqrt(sizes[its])),
                np.log1p(length / np.sqrt(sizes[mine])),
                (np.log(sizes[its]) - np.log(sizes[mine])) / 4,
            ]
        )

    def _alike(self) -> tuple[Ints, Numbers]:
        """int64[2, K], float64[K, FILL_AREAS.alike]: for each area the largest and nearest of its paint."""
        if self.count > _MOST_AREAS:
            return np.zeros((2, 0), np.int64), np.zeros((0, FILL_AREAS.alike))
        paint, sizes = self.paint, self.sizes
        apart = distances(paint, paint)  # [N, N]
        rank = np.where(apart > _ALIKE, np.inf, apart - np.log(sizes)[None])
        np.fill_diagonal(rank, np.inf)
        best = np.argsort(rank, axis=1, kind="stable")[:, :_MOST_ALIKE]
        mine = np.repeat(np.arange(self.count), best.shape[1])
        its = best.ravel()
        kept = np.isfinite(rank[mine, its])
        mine, its = mine[kept], its[kept]
        y, x = (self._of.mean(each) / self.lines for each in self._of.coordinates())
        compared = [
            (paint[its, 0] - paint[mine, 0]) / 8,
            apart[mine, its] / 8,
            (np.log(sizes[its]) - np.log(sizes[mine])) / 4,
            np.hypot(y[its] - y[mine], x[its] - x[mine]),
        ]
        return np.stack([mine, its]), np.column_stack(compared)


def _contrast(light: Floats) -> Floats:
    return np.asarray(cv2.subtract(cv2.dilate(light, _SQUARE), cv2.erode(light, _SQUARE)), np.float32)
