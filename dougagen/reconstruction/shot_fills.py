"""One colour model for a shot: which fill a paint has is decided over all drawings that show it.

A network that sees one picture calls a paint the base in one drawing and its shade in the next. Two things
speak against that: the same paint at the same place is the same fill, and so, less surely, is the same paint
anywhere in the shot: the shade of a shirt may be the base of the trousers. Only the inside of areas is heard.
Beside ink a place shows a mixture, in which every paint is like every other: an eye's highlight would take
what its iris is in the next drawing.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.reconstruction.places import Paints, largest_channel
from dougagen.reconstruction.refinement_areas import FILLS, IS_FILL
from dougagen.reconstruction.shot_config import PaintConfig

_SQUARE = np.ones((3, 3), np.uint8)
_MIXES = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], np.uint64)
"""Four odds become one number, the same for the same four."""


def settled_fills(
    odds: NDArray[np.float32],
    smooth: NDArray[np.uint8],
    cel: NDArray[np.bool_],
    paints: Paints,
    config: PaintConfig,
) -> NDArray[np.float32]:
    """Log odds of the fills once the drawings have spoken for each other.

    Args:
        odds: float32[K, 4, h, w] in the order of ``FILLS``. Pixels of one drawing with the same odds are one
            area, and stay one.
        smooth: uint8[K, h, w, 3], the pictures.
        cel: bool[K, h, w].
    """
    flat = cel & np.stack([_contrast(picture) < config.flat for picture in smooth])
    shared = _by_paint(_by_place(odds, flat, paints), odds, smooth, flat, config)
    for own, said, inside in zip(odds, shared, flat, strict=True):
        _as_areas(said, own, inside)
    return shared + np.float32(config.own) * (odds - shared)


def _by_place(odds: NDArray[np.float32], flat: NDArray[np.bool_], paints: Paints) -> NDArray[np.float32]:
    """The mean over the drawings that show a paint at a place."""
    inside = Paints(np.where(flat, paints.of, np.int8(-1)), paints.most)
    return np.stack([inside.shared(odds[:, fill]) for fill in range(len(FILLS))], axis=1)


def _by_paint(
    odds: NDArray[np.float32],
    own: NDArray[np.float32],
    smooth: NDArray[np.uint8],
    flat: NDArray[np.bool_],
    config: PaintConfig,
) -> NDArray[np.float32]:
    """With what each paint has elsewhere in the shot, where it has one fill in each drawing, by ``own``."""
    count = -(-256 // config.levels)
    bins = (smooth.astype(np.int32) + config.levels // 2).clip(0, 255) // config.levels
    number = (bins[..., 0] * count + bins[..., 1]) * count + bins[..., 2]  # [K, h, w]
    seen = np.bincount(number[flat], minlength=count**3)
    alike = sum(_alike(*one, paints=count**3) for one in zip(own, number, flat, strict=True))
    heard = np.clip((alike / np.maximum(seen, 1) - config.alike) / (1 - config.alike), 0, 1)
    weight = (config.weight * np.where(seen >= config.fewest, heard, 0)).astype(np.float32)[number] * flat
    for fill in range(len(FILLS)):
        total = np.bincount(number[flat], odds[:, fill][flat], minlength=count**3)
        of_paint = (total / np.maximum(seen, 1)).astype(np.float32)[number]
        odds[:, fill] += weight * (of_paint - odds[:, fill])
    return odds


def _alike(
    odds: NDArray[np.float32], number: NDArray[np.int32], flat: NDArray[np.bool_], *, paints: int
) -> NDArray[np.int64]:
    """Pixels of each paint of one drawing, int64[paints], whose fill is the one that most of them have."""
    fill = odds.argmax(axis=0)[flat]
    each = np.bincount(number[flat] * len(FILLS) + fill, minlength=paints * len(FILLS))
    return each.reshape(paints, len(FILLS)).max(axis=1)


def _as_areas(said: NDArray[np.float32], own: NDArray[np.float32], inside: NDArray[np.bool_]) -> None:
    """Make each area of ``said``, float32[4, h, w], the mean of its ``inside``, or as ``own``.

    The network for areas says one thing of an area, so that its pixels are those with the same ``own``.
    """
    bits = np.ascontiguousarray(own, np.float32).view(np.uint32).astype(np.uint64)
    _, number = np.unique(np.einsum("fhw,f->hw", bits, _MIXES), return_inverse=True)
    number = number.reshape(inside.shape)
    pixels = np.bincount(number[inside], minlength=int(number.max()) + 1)
    heard = (pixels > 0)[number]
    for fill in range(len(FILLS)):
        total = np.bincount(number[inside], said[fill][inside], minlength=len(pixels))
        said[fill] = np.where(heard, (total / np.maximum(pixels, 1))[number], own[fill])


def _contrast(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    steps = cv2.subtract(cv2.dilate(picture, _SQUARE), cv2.erode(picture, _SQUARE))
    return largest_channel(steps.astype(np.uint8, copy=False))


def with_fills(
    classes: NDArray[np.uint8],
    cel: NDArray[np.bool_],
    before: NDArray[np.float32],
    after: NDArray[np.float32],
) -> NDArray[np.uint8]:
    """Classes uint8[H, W] with what the vote changes on the cel: lines stay, and so does, at the size of the
    picture, every fill on which a drawing and its shot agree.

    Args:
        before, after: float32[4, h, w], the fills' odds before the vote and after it.
    """
    named = np.array(FILLS, np.uint8)
    said, settled = (
        cv2.resize(named[odds.argmax(axis=0)], classes.shape[::-1], interpolation=cv2.INTER_NEAREST)
        for odds in (before, after)
    )
    return np.where(cel & IS_FILL[classes] & (classes == said), settled, classes).astype(np.uint8, copy=False)


def stacked_fills(odds: Sequence[NDArray[np.float16]]) -> NDArray[np.float32]:
    """float16[4, h, w] each → float32[K, 4, h, w], of each place against the mean of its four."""
    together = np.stack(odds).astype(np.float32)
    return together - together.mean(axis=1, keepdims=True)
