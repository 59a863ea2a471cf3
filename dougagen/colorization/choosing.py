"""CHOOSING: which pot each area of a first drawing is painted from.

What a network says of each pixel for itself is always the paint that most pixels have, and a figure becomes
one dark coat. A colour model knows better how much of a drawing each of its paints takes.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_ROUNDS = 60
_HEATS = (1.0, 0.5, 0.25)
"""Sooner an area may be of several pots, later of one."""
_PULL = 0.5
"""How much of what is amiss a round mends."""
_HEEDED = 0.6
"""How much the shares of a model count: in full, a face turns red because something must."""
_LEAST_SHARE = 0.01
_LEAST_ODDS = -30.0


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """What a network says of the pots."""

    odds: NDArray[np.float32]
    """float32[K + 1, h, w]: log odds of each pot and, last, of paper; of a picture of any size."""
    model: NDArray[np.float32]
    """float32[K, 4] of ``paints_of``."""


def chosen_paints(
    paints: NDArray[np.float32], labels: NDArray[np.int32], sizes: NDArray[np.int64], choice: Choice
) -> NDArray[np.float32]:
    """float32[N, 3]: the paints of N areas, 8-bit levels, each of a pot or of paper.

    Pots come nearer to the shares of the figure that the model says (Sinkhorn and Knopp 1967); what is paper
    is settled before. Areas that are too small to be asked keep theirs of ``paints``, float32[N, 3].
    """
    said, is_asked = _of_areas(labels, len(paints), choice.odds)
    shares = choice.model[:, 3]
    pots = np.flatnonzero(shares > 0)
    is_paper = said.argmax(axis=1) == len(shares)
    is_painted = is_asked & ~is_paper
    is_painted[0] = False
    result = paints.copy()
    result[is_asked & is_paper] = 255.0
    if len(pots) and is_painted.any():
        taken = balanced(said[is_painted][:, pots], sizes[is_painted].astype(np.float64), shares[pots])
        result[is_painted] = choice.model[pots[taken], :3] * np.float32(255)
    return result


def balanced(
    log_odds: NDArray[np.float64], sizes: NDArray[np.float64], shares: NDArray[np.float32]
) -> NDArray[np.int64]:
    """int64[N]: the pot of each of N areas, so that K pots come nearer to their shares of all sizes.

    ``log_odds`` is float64[N, K], ``sizes`` float64[N], ``shares`` float32[K].
    """
    wanted = np.maximum(shares / shares.sum(), _LEAST_SHARE) * sizes.sum()
    bias = np.zeros(len(shares))
    for heat in _HEATS:
        for _ in range(_ROUNDS):
            mass = sizes @ _softmax((log_odds + bias) / heat)
            bias += _PULL * heat * np.log(wanted / np.maximum(mass, 1e-9))
    return np.asarray((log_odds + _HEEDED * bias).argmax(axis=1), np.int64)


def _of_areas(
    labels: NDArray[np.int32], count: int, odds: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """float64[count, K + 1], the mean log likelihood of each pot in each area, and which areas were asked."""
    size = (odds.shape[2], odds.shape[1])
    few = cv2.resize(labels.astype(np.float32), size, interpolation=cv2.INTER_NEAREST).ravel().astype(int)
    flat = np.maximum(odds.reshape(len(odds), -1), _LEAST_ODDS).astype(np.float64)  # [K + 1, h·w]
    flat -= np.log(np.exp(flat - flat.max(axis=0)).sum(axis=0)) + flat.max(axis=0)
    asked = np.bincount(few, minlength=count)
    sums = [np.bincount(few, one, count) for one in flat]
    return np.stack(sums, axis=1) / np.maximum(asked, 1)[:, None], asked > 0


def _softmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
