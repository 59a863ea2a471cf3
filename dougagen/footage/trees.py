"""Boosted trees that were grown on the studio's truth, and what they say of a row of traits.

Every tree asks the same few questions of every row (oblivious trees, Prokhorenkova et al., 2018); all
answers together name a leaf, and the leaves of all trees add up to the logarithm of the odds (Friedman,
2001). How they are grown: ``tests/bench/boosting.py``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Trees of one height."""

    traits: tuple[str, ...]
    """What the columns of a row are called, as when they were grown."""
    start: float
    trait: NDArray[np.int64]
    """int64[trees, levels]: the column that a question is about."""
    above: NDArray[np.float64]
    """float64[trees, levels]: the question is whether the trait lies above it."""
    leaves: NDArray[np.float64]
    """float64[trees, 2^levels]: what each adds to the logarithm of the odds."""

    def odds(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The logarithm of the odds of each of ``rows``, float64[rows, traits]: float64[rows]."""
        above = rows[:, self.trait] > self.above  # [rows, trees, levels]
        leaf = above @ (1 << np.arange(above.shape[2]))
        added = self.leaves[np.arange(len(self.leaves)), leaf].sum(axis=1)
        return np.asarray(self.start + added, np.float64)


@cache
def trees(name: str) -> Trees:
    """The trees that this room keeps under ``name``."""
    kept = json.loads(files("dougagen.footage").joinpath(f"{name}.json").read_text())
    return Trees(
        tuple(kept["traits"]),
        float(kept["start"]),
        np.array(kept["trait"], np.int64),
        np.array(kept["above"], np.float64),
        np.array(kept["leaves"], np.float64),
    )
