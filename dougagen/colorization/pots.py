"""POTS: the paints of a design (its colour model), and those that are open while a shot is painted."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dougagen.colorization.hints import Hints

MODEL_PAINTS = 8
"""Paints by which a colour model is told to a network."""
WHITE_PAPER = 246
"""8-bit levels from which on paper is unpainted."""
_STEP = 32
"""8-bit levels of a channel that count as one paint when paints are counted."""
_SAME_POT = 28.0
"""Euclidean 8-bit levels within which two areas of neighbouring drawings were filled from one pot."""
_LIKE_POT = 56.0
"""The same for the colours of a picture that was named as the model: a network only comes near them."""
_ONE_POT = 20.0
"""The same within a drawing: nobody mixes a paint twice."""
_STOCK = (
    (246, 216, 196, 0.18), (70, 58, 74, 0.20), (76, 98, 148, 0.18), (236, 236, 240, 0.14),
    (188, 84, 84, 0.10), (128, 124, 136, 0.11), (228, 188, 108, 0.09),
)  # fmt: skip
"""RGB and share: skin, dark hair, blue and white cloth, red, grey and yellow things."""


def stock_paints() -> NDArray[np.float32]:
    """float32[8, 4]: paints for drawings of which nobody says how they are painted."""
    model = np.zeros((MODEL_PAINTS, 4), np.float32)
    model[: len(_STOCK)] = _STOCK
    model[:, :3] /= 255.0
    return model


def paints_of(picture: NDArray[np.uint8], *, count: int = MODEL_PAINTS) -> NDArray[np.float32]:
    """float32[count, 4]: the paints that cover most of uint8[H, W, 3], RGB in [0, 1] and their share of what
    is no paper; zeros where there are fewer."""
    pixels = picture.reshape(-1, 3)  # [H, W, 3] -> [H·W, 3]
    pixels = pixels[pixels.min(axis=1) < WHITE_PAPER]
    model = np.zeros((count, 4), np.float32)
    if not len(pixels):
        return model
    key = (pixels // _STEP).astype(np.int64) @ np.array([64, 8, 1])
    sizes = np.bincount(key, minlength=512)
    most = np.argsort(-sizes, kind="stable")[: 2 * count]
    most = most[sizes[most] > 0]
    medians = np.array([np.median(pixels[key == bin_], axis=0) for bin_ in most], np.float32)
    once = mixed_once(medians, sizes[most])
    kept, of = np.unique(once, axis=0, return_inverse=True)
    shares = np.bincount(of, sizes[most]) / len(pixels)
    order = np.argsort(-shares, kind="stable")[:count]
    model[: len(order), :3] = kept[order] / 255.0
    model[: len(order), 3] = shares[order]
    return model


def model_with(hints: Hints | None) -> NDArray[np.float32]:
    """float32[8, 4]: the stock, in which the paints of the hints take the first places."""
    model = stock_paints()
    if hints is None or not hints.known.any():
        return model
    told = paints_of(hints.colors[hints.known][None])  # [dots] -> [1, dots]
    told = told[told[:, 3] > 0]
    rest = model[: MODEL_PAINTS - len(told)] * (1, 1, 1, 0.3)
    return np.concatenate([told * (1, 1, 1, 0.7), rest]).astype(np.float32)


@dataclass(slots=True)
class Pots:
    """The paints in use in a shot: a drawing takes from them before it opens a new one."""

    model: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    """float32[M, 3], 8-bit levels: those of the colour model, paper among them."""
    opened: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    """float32[K, 3]: those of the drawings before."""
    mixes_shades: bool = False
    """Whether shades and highlights are mixed from their bases: nobody has named a model that has them."""

    @classmethod
    def of_model(cls, paints: NDArray[np.float32]) -> Pots:
        """Those of ``paints_of``, and paper: an area that stays white is not painted."""
        colors = paints[paints[:, 3] > 0, :3] * np.float32(255)
        return cls(np.concatenate([colors, np.full((1, 3), 255, np.float32)]))

    @classmethod
    def of_nobody(cls) -> Pots:
        """For drawings whose colour model nobody has named."""
        return cls(mixes_shades=True)

    def matched(self, paints: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32[N, 3] paints, each taken from the nearest pot where one is near enough."""
        taken = _nearest(paints, self.model, within=_LIKE_POT)
        return _nearest(taken, self.opened, within=_SAME_POT)

    def open(self, paints: NDArray[np.float32], sizes: NDArray[np.int64], *, most: int = 96) -> None:
        """The paints of a drawing, by the area they cover, are in use from now on."""
        order = np.argsort(-sizes, kind="stable")
        together = np.concatenate([self.opened, paints[order]])
        _, first = np.unique(np.rint(together), axis=0, return_index=True)
        self.opened = together[np.sort(first)][:most]


def mixed_once(paints: NDArray[np.float32], sizes: NDArray[np.int64]) -> NDArray[np.float32]:
    """float32[N, 3]: paints that are nearly those of a larger area are those."""
    result = paints.copy()
    kept = np.zeros((0, 3), np.float32)
    for number in np.argsort(-sizes, kind="stable"):
        result[number] = _nearest(paints[number : number + 1], kept, within=_ONE_POT)[0]
        if not len(kept) or bool((np.abs(kept - result[number]).max(axis=1) > 0).all()):
            kept = np.concatenate([kept, result[number : number + 1]])
    return result


def _nearest(paints: NDArray[np.float32], pots: NDArray[np.float32], *, within: float) -> NDArray[np.float32]:
    if not len(pots) or not len(paints):
        return paints
    distances = np.linalg.norm(paints[:, None] - pots[None], axis=2)  # [N, K]
    nearest = distances.argmin(axis=1)
    is_near = distances[np.arange(len(paints)), nearest] <= within
    return np.where(is_near[:, None], pots[nearest], paints).astype(np.float32)
