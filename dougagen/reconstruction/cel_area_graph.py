"""A whole picture's areas as a graph: what the cel network said in each, and how it lies to its neighbours.

No number here is a colour: paints are compared with each other only. Lengths are shares of the height.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from dougagen.networks import AreaGraph
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
from dougagen.reconstruction.paint_areas import lab_of, paint_areas

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

_LARGEST_ODDS = 8.0
_SURE = 2.0
_LARGEST = 4.0
"""Of any number of an area or a border."""
_SQUARE, _FIVE = np.ones((3, 3), np.uint8), np.ones((5, 5), np.uint8)
_FEWEST_INNER = 4
"""Pixels inside an area, away from its borders, that its texture is judged by."""
_ALIKE = 6.0
"""CIE L*a*b* units: paints nearer than that are nearly the same."""
_MOST_ALIKE, _LARGEST_AREAS = 6, 1500
"""Of the so many largest areas, the so many nearest that are alike."""


@dataclass(frozen=True, slots=True, eq=False)
class CelAreas:
    """The areas of one picture, N of them."""

    graph: AreaGraph
    number: Places
    """int32[h, w]: the area of each pixel."""
    sizes: Numbers
    """float64[N]: pixels."""


def cel_areas_in(picture: Bytes, odds: Floats) -> CelAreas | None:
    """The areas of a picture; None where there are fewer than two.

    Args:
        picture: uint8[h, w, 3] RGB, at a few hundred lines.
        odds: float32[h, w]: the cel network's log odds that a pixel is cel.
    """
    lab = lab_of(picture)
    number = paint_areas(lab)
    if number.max() < 1:
        return None
    seen = _Seen(number, lab, np.clip(odds, -_LARGEST_ODDS, _LARGEST_ODDS))
    return CelAreas(seen.graph(), number, seen.of.sizes)


def true_cel(found: CelAreas, cel: Floats) -> Ints:
    """int64[N, 2]: pixels of each area that are background, and that are cel, by the truth.

    ``cel`` is float32[h, w] in [0, 1]: the mask at the size of the areas.
    """
    count = len(found.sizes)
    inside = np.bincount(found.number.ravel(), weights=cel.ravel(), minlength=count).round()
    return np.stack([found.sizes - inside, inside], axis=1).astype(np.int64)


@dataclass(slots=True, eq=False)
class _Seen:
    """A picture and its areas, [h, w] each."""

    number: Places
    lab: Floats
    odds: Floats
    of: AreaMeasures = field(init=False)
    paint: Numbers = field(init=False)
    _edge: Bools = field(init=False)
    """Pixels of areas beside others."""
    _inner: Bools = field(init=False)
    """Pixels away from those."""
    _borders_at: tuple[Ints, Ints] = field(init=False)
    _dark: Floats = field(init=False)
    """How much darker a thin thing is than what lies on either side, in L*: ink."""
    _bright: Floats = field(init=False)
    _step: Floats = field(init=False)

    def __post_init__(self) -> None:
        everywhere = np.ones(self.number.shape, np.bool_)
        self.of = AreaMeasures(self.number, everywhere, int(self.number.max()) + 1)
        self.paint = np.stack([self.of.mean(self.lab[..., i]) for i in range(3)], axis=1)  # [N, 3]
        near, far = self._borders_at = borders_between(self.number, everywhere)
        self._edge = np.zeros(self.number.shape, np.bool_)
        self._edge.ravel()[near] = self._edge.ravel()[far] = True
        self._inner = cv2.dilate(self._edge.view(np.uint8), _SQUARE) == 0
        light = self.lab[..., 0]
        self._dark = _floats(cv2.morphologyEx(light, cv2.MORPH_BLACKHAT, _FIVE))
        self._bright = _floats(cv2.morphologyEx(light, cv2.MORPH_TOPHAT, _FIVE))
        self._step = _floats(cv2.morphologyEx(light, cv2.MORPH_GRADIENT, _SQUARE))

    def graph(self) -> AreaGraph:
        pairs, of_pairs = self._borders()
        said, measured = self._said(), self._measured()
        alike, of_alike = self._alike(measured)
        vote = said[:, :1] * 0.75  # a quarter of the mean log odds, on either side
        return AreaGraph(
            tensor_of(np.concatenate([said, np.clip(measured, -_LARGEST, _LARGEST)], axis=1)),
            tensor_of(np.concatenate([-vote, vote], axis=1)),
            torch.from_numpy(pairs),
            tensor_of(np.clip(of_pairs, -_LARGEST, _LARGEST)),
            torch.from_numpy(alike),
            tensor_of(of_alike),
        )

    def _said(self) -> Numbers:
        """float64[N, CEL_AREAS.said]: what the cel network said."""
        odds, of = self.odds, self.of
        shares = (odds > 0, odds > _SURE, odds < -_SURE, odds > -_SURE)
        return np.column_stack([of.mean(odds) / 3, of.spread(odds) / 3, *map(of.mean, shares)])

    def _measured(self) -> Numbers:
        """float64[N, 28]: what the picture shows: size and place, paint's evenness, texture, ink."""
        of, (height, width) = self.of, self.number.shape
        sizes, edges = of.sizes, of.total(self._edge)
        rows, columns = of.coordinates()
        high, wide = of.spread(rows) / height, of.spread(columns) / height
        chroma = np.hypot(self.paint[:, 1], self.paint[:, 2])
        return np.column_stack(
            [
                np.log(sizes / (height * width)) / 3 + 2,
                of.mean(rows) / height - 0.5,
                np.abs(of.mean(columns) / height - width / height / 2),
                high * 3,
                wide * 3,
                sizes / (12 * (high * height + 0.3) * (wide * height + 0.3)),  # 1 for a rectangle
                np.log1p(edges / np.sqrt(sizes)),
                of.total(self._inner) / sizes,
                *self._at_the_frame(),
                *self._texture(),
                of.total(self._dark * self._edge) / np.maximum(edges, 1) / 10,
                of.share_below(self.paint[:, 0]),
                of.share_below(chroma),
            ]
        )

    def _at_the_frame(self) -> list[Numbers]:
        """Of the picture's upper, lower, left and right side, what each area takes, in heights."""
        taken = []
        for side in (np.s_[:1, :], np.s_[-1:, :], np.s_[:, :1], np.s_[:, -1:]):
            count = np.bincount(self.number[side].ravel(), minlength=self.of.count)
            taken.append(np.minimum(count / self.number.shape[0], 1.5))
        return taken

    def _texture(self) -> list[Numbers]:
        """How even an area's paint is, in all of it and inside of it; grain and thin things in it."""
        of, light = self.of, self.lab[..., 0]
        inner = self._inner
        count = of.total(inner)
        inside, enough = np.maximum(count, 1), count > _FEWEST_INNER

        def mean(values: NDArray[np.floating]) -> Numbers:
            return np.where(enough, of.total(values * inner) / inside, of.mean(values))

        def spread(values: Floats) -> Numbers:
            exact = values.astype(np.float64)
            return np.sqrt(np.maximum(0, mean(exact**2) - mean(exact) ** 2))

        grain = np.abs(cv2.Laplacian(light, cv2.CV_32F, ksize=1))
        noise = float(np.median(grain[::2, ::2])) + 0.05
        fine, coarse = (cv2.GaussianBlur(light, (0, 0), sigma) for sigma in (2, 5))
        return [
            *(of.spread(self.lab[..., i]) / unit for i, unit in enumerate((5, 4, 4))),
            *(spread(self.lab[..., i]) / unit for i, unit in enumerate((4, 3, 3))),
            np.log(mean(grain) + 0.05),
            np.log((mean(grain) + 0.05) / noise),
            np.log(mean(self._step) + 0.1),
            np.log(mean(np.abs(fine - coarse)) + 0.05),
            mean(self._dark) / 4,
            mean(self._bright) / 4,
            np.full(of.count, np.log(noise)),
        ]

    def _borders(self) -> tuple[Ints, Numbers]:
        """int64[2, E] and float64[E, CEL_AREAS.neighbours]: areas that touch, both ways."""
        near, far = self._borders_at
        number = self.number.ravel().astype(np.int64)
        pairs, length, shown = both_ways(
            number[near], number[far], self._along(near, far), count=self.of.count, shortest=1
        )
        mine, its = pairs
        paint, sizes = self.paint, self.of.sizes
        apart = paint[its] - paint[mine]
        chroma = np.hypot(paint[:, 1], paint[:, 2])
        darkest = shown[:, -1]
        compared = [
            (np.minimum(paint[mine, 0], paint[its, 0]) - darkest) / 15,
            apart / 20,
            np.linalg.norm(apart, axis=1) / 20,
            (chroma[its] - chroma[mine]) / 20,
            np.log(paint[its, 0] + 3) - np.log(paint[mine, 0] + 3),
            np.log1p(length / np.sqrt(sizes[mine])),
            np.log1p(length / np.sqrt(sizes[its])),
            length / np.maximum(self.of.total(self._edge)[mine], 1),
            (np.log(sizes[its]) - np.log(sizes[mine])) / 4,
        ]
        return pairs, np.column_stack([shown[:, :-1], *compared])

    def _along(self, near: Ints, far: Ints) -> list[Numbers]:
        """What is seen at each pixel of a border, float64[B]; last the darkest L* around it."""
        dark, bright, step = (each.ravel() for each in (self._dark, self._bright, self._step))
        hue = [cv2.morphologyEx(self.lab[..., i], cv2.MORPH_GRADIENT, _SQUARE) for i in (1, 2)]
        seen = (
            np.maximum(dark[near], dark[far]) / 15,
            np.maximum(bright[near], bright[far]) / 15,
            step[near] / 25,
            np.maximum(*hue).ravel()[near] / 25,
            far - near == 1,  # between columns
            cv2.erode(self.lab[..., 0], _SQUARE).ravel()[near],
        )
        return [row.astype(np.float64) for row in seen]

    def _alike(self, measured: Numbers) -> tuple[Ints, Numbers]:
        """int64[2, K] and float64[K, CEL_AREAS.alike]: for each area the largest and nearest of its paint."""
        paint, sizes = self.paint.astype(np.float32), self.of.sizes
        large = np.argsort(-sizes, kind="stable")[:_LARGEST_AREAS]
        apart = distances(paint, paint[large])  # [N, L]
        rank = np.where(apart > _ALIKE, np.inf, apart - np.log(sizes[large]).astype(np.float32)[None])
        rank[large, np.arange(len(large))] = np.inf  # itself
        most = min(_MOST_ALIKE, len(large))
        best = np.argpartition(rank, most - 1, axis=1)[:, :most].ravel()
        mine = np.repeat(np.arange(self.of.count), most)
        kept = np.isfinite(rank[mine, best])
        mine, best = mine[kept], best[kept]
        its = large[best]
        y, x = (self.of.mean(each) / self.number.shape[0] for each in self.of.coordinates())
        compared = [
            (paint[its, 0] - paint[mine, 0]) / 6,
            apart[mine, best] / 6,
            (np.log(sizes[its]) - np.log(sizes[mine])) / 4,
            np.hypot(y[its] - y[mine], x[its] - x[mine]),
            measured[its, _GRAIN] - measured[mine, _GRAIN],
        ]
        return np.stack([mine, its]), np.column_stack(compared)


_GRAIN = 18
"""Column of ``_measured``: the logarithm of an area's grain."""


def _floats(values: NDArray[np.generic]) -> Floats:
    return np.asarray(values, np.float32)
