"""The stack of layers that a drawing is taken apart into, and what it looks like laid over each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dougagen.exports.unmixing import Picture

Blend = Literal["normal", "multiply"]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One sheet of the stack."""

    key: str
    """A short English name: ``shade``."""
    japanese: str
    """What a studio calls it: ``影``."""
    pixels: NDArray[np.uint8]
    """uint8[H, W, 4]: RGB that is not multiplied, and alpha."""
    blend: Blend = "normal"
    visible: bool = True
    """False for layers that are there to be used, and would change the picture."""

    @property
    def name(self) -> str:
        """Both names, for programs: ``影 shade``."""
        return f"{self.japanese} {self.key}"

    def cropped(self) -> tuple[int, int, NDArray[np.uint8]]:
        """Top, left and the smallest part with all that is not transparent; one pixel where nothing is."""
        seen = self.pixels[..., 3] > 0
        rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
        if not rows.size:
            return 0, 0, self.pixels[:1, :1]
        top, left = int(rows[0]), int(columns[0])
        return top, left, self.pixels[top : rows[-1] + 1, left : columns[-1] + 1]


@dataclass(frozen=True, slots=True)
class Group:
    """Layers that belong together, by name."""

    key: str
    japanese: str

    @property
    def name(self) -> str:
        return f"{self.japanese} {self.key}"


CEL = Group("cel", "セル")
"""All that was painted on the cel: the part that moves."""


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """All layers of a drawing, from the lowest to the highest. ``cel`` is the group that moves."""

    background: Layer
    cel: tuple[Layer, ...]
    over: tuple[Layer, ...]
    """What lies over the cel: a book, the camera's light, the douga to work from."""

    def __iter__(self) -> Iterator[Layer]:
        yield self.background
        yield from self.cel
        yield from self.over

    def __getitem__(self, key: str) -> Layer:
        for layer in self:
            if layer.key == key:
                return layer
        raise KeyError(key)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        height, width = self.background.pixels.shape[:2]
        return height, width


def flattened(layers: Layers) -> Picture:
    """uint8[H, W, 3]: what a program shows of the stack, over black."""
    color, alpha = blended([layer for layer in layers if layer.visible], layers.shape)
    return _rounded(color.astype(np.int32) * alpha[..., None].astype(np.int32))


def blended(layers: list[Layer], shape: tuple[int, int]) -> tuple[Picture, NDArray[np.uint8]]:
    """Colour and alpha of visible normal layers over each other."""
    color = np.zeros((*shape, 3), np.float32)
    alpha = np.zeros((*shape, 1), np.float32)
    for layer in layers:
        own = layer.pixels[..., 3:].astype(np.float32) / np.float32(255)
        color += own * (layer.pixels[..., :3] - color)
        alpha += own * (1 - alpha)
    # colour is multiplied by alpha here: it began as black and transparent
    straight = color / np.maximum(alpha, np.float32(1e-6))
    return (
        np.clip(np.rint(straight), 0, 255).astype(np.uint8),
        np.rint(alpha[..., 0] * 255).astype(np.uint8),
    )


def _rounded(times_255: NDArray[np.int32]) -> Picture:
    return ((times_255 + 127) // 255).astype(np.uint8)


def what_is_missing(picture: Picture, stacked: Picture) -> Picture:
    """The weakest layer, uint8[H, W, 4], that turns ``stacked`` into ``picture`` by normal blending: alpha is
    as small as the step of the strongest channel allows."""
    have, want = stacked.astype(np.float32), picture.astype(np.float32)
    room = np.where(want > have, 255 - have, have)
    need = np.abs(want - have) / np.maximum(room, 1)
    alpha = np.ceil(need.max(axis=2) * 255)
    share = np.maximum(alpha, 1)[..., None] / 255
    color = np.clip(np.rint(have + (want - have) / share), 0, 255).astype(np.uint8)
    return np.dstack([np.where(alpha[..., None] > 0, color, np.uint8(0)), alpha.astype(np.uint8)])
