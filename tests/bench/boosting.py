"""Trees are grown: boosting (Friedman, 2001) with oblivious trees (Prokhorenkova et al., 2018).

Each tree asks the same few questions of every row (``dougagen/footage/trees.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Growth:
    """How trees are grown."""

    trees: int = 70
    levels: int = 4
    pace: float = 0.15
    ridge: float = 3.0
    bins: int = 24
    ends: float = 0.02
    """Share of the rows on either side between which questions are asked."""
    asked: float = 1.0
    """Share of the traits that a tree may ask about, drawn anew for each."""


def grown(
    names: Sequence[str],
    traits: NDArray[np.float64],
    answers: NDArray[np.float64],
    weight: NDArray[np.float64],
    growth: Growth,
    known: NDArray[np.float64] | None = None,
) -> dict[str, object]:
    """Trees that tell rows whose answer is 1 from those whose answer is 0, as a file of trees holds them.

    ``traits``: float64[rows, traits]; ``answers``, ``weight``: float64[rows]. ``known``, float64[rows]: the
    logarithm of the odds before any tree is asked; without it, that of all rows together.
    """
    rng = np.random.default_rng(0)
    places = np.linspace(growth.ends, 1 - growth.ends, growth.bins)
    marks = [np.unique(np.quantile(column, places)) for column in traits.T]
    bins = [np.searchsorted(mark, column) for mark, column in zip(marks, traits.T, strict=True)]
    start = 0.0 if known is not None else float(np.log((weight @ answers) / (weight @ (1 - answers))))
    odds = np.full(len(answers), start) if known is None else known.copy()
    trait, above, leaves = [], [], []
    for _ in range(growth.trees):
        chance = 1 / (1 + np.exp(-odds))
        slope, bend = weight * (answers - chance), weight * chance * (1 - chance)
        leaf = np.zeros(len(answers), np.int64)
        asked: list[tuple[int, float]] = []
        offered = sorted(rng.permutation(len(marks))[: max(round(growth.asked * len(marks)), 1)].tolist())
        for level in range(growth.levels):
            _, number, mark = max(
                (
                    (gain, number, mark)
                    for number in offered
                    for gain, mark in [best_question(bins[number], leaf, slope, bend, 1 << level, growth)]
                ),
                key=lambda one: one[0],
            )
            asked.append((number, float(marks[number][mark])))
            leaf += (bins[number] > mark).astype(np.int64) << level
        leaf_slope, leaf_bend = (np.bincount(leaf, part, 1 << growth.levels) for part in (slope, bend))
        value = growth.pace * leaf_slope / (leaf_bend + growth.ridge)
        odds += value[leaf]
        trait.append([number for number, _ in asked])
        above.append([float(f"{mark:.5g}") for _, mark in asked])
        leaves.append([round(float(one), 3) for one in value])
    return {
        "traits": list(names),
        "start": round(start, 3),
        "trait": trait,
        "above": above,
        "leaves": leaves,
    }


def best_question(
    bins: NDArray[np.int64], leaf: NDArray[np.int64], slope: NDArray[np.float64], bend: NDArray[np.float64],
    leaves: int, growth: Growth,
) -> tuple[float, int]:  # fmt: skip
    """The greatest gain of a question about one trait, and the mark that it asks about."""
    each = growth.bins + 1
    key, size = leaf * each + bins, leaves * each
    slopes, bends = (
        np.bincount(key, part, size).reshape(leaves, each).cumsum(axis=1) for part in (slope, bend)
    )
    all_slopes, all_bends = slopes[:, -1:], bends[:, -1:]
    ridge = growth.ridge
    gain = slopes**2 / (bends + ridge) + (all_slopes - slopes) ** 2 / (all_bends - bends + ridge)
    total = gain.sum(axis=0)[: int(bins.max())]
    return (float(total.max()), int(total.argmax())) if total.size else (-np.inf, 0)
