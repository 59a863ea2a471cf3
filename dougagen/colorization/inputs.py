"""What every network of this room reads: lines, hints, the drawing before, the plate, and a colour model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from dougagen.colorization.bucket import poured
from dougagen.colorization.hints import Hints, no_hints
from dougagen.colorization.lines import LineArt
from dougagen.colorization.pots import MODEL_PAINTS
from dougagen.domain import CLASS_COUNT

_WIDE_ENOUGH = 0.6
"""Of its size a dot of 5×5 pixels may lose so much; below that it grows again."""
_LEAST = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """All that is told of one drawing before it is painted; what nobody knows is None."""

    art: LineArt
    hints: Hints | None = None
    previous: NDArray[np.uint8] | None = None
    """uint8[H, W, 3]: the painted drawing before it in its shot, on white."""
    plate: Hints | None = None
    """What is behind the cel, where it is known and seen."""
    paints: NDArray[np.float32] | None = None
    """float32[8, 4] of ``paints_of``."""


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """A batch of it; values in [0, 1]."""

    lines: Tensor
    """float[N, 10, H, W]: the strength of each class, and in the place of class 0 a 1 all over where the
    drawing has no classes but lines."""
    hints: Tensor
    """float[N, 4, H, W]: RGB, and 1 where it is a hint."""
    filled: Tensor
    """float[N, 4, H, W]: the hints as a paint bucket would pour them (``bucket.poured``)."""
    previous: Tensor
    """float[N, 4, H, W]: RGB, and 1 all over where there is a drawing before."""
    plate: Tensor
    """float[N, 4, H, W]: RGB, and 1 where it is known."""
    paints: Tensor
    """float[N, 8, 4]: paints of the colour model with their shares; zeros where there is none."""

    @classmethod
    def of(cls, seen: Sequence[Seen]) -> Inputs:
        """On the CPU. All drawings have one size."""
        height, width = seen[0].art.classes.shape
        return cls(
            torch.stack([_line_channels(one.art) for one in seen]),
            torch.stack([_known_channels(one.hints or no_hints(height, width)) for one in seen]),
            torch.stack([_known_channels(poured(one.art, one.hints)) for one in seen]),
            torch.stack([_known_channels(_whole(one.previous, height, width)) for one in seen]),
            torch.stack([_known_channels(one.plate or no_hints(height, width)) for one in seen]),
            torch.stack(
                [
                    torch.zeros(MODEL_PAINTS, 4) if one.paints is None else torch.from_numpy(one.paints)
                    for one in seen
                ]
            ),
        )

    def to(self, device: torch.device) -> Inputs:
        """The same on another device, pictures in channels_last."""
        moved = {item.name: getattr(self, item.name).to(device) for item in fields(self)}
        laid = {
            name: tensor.contiguous(memory_format=torch.channels_last) if tensor.ndim == 4 else tensor
            for name, tensor in moved.items()
        }
        return Inputs(**laid)

    def drawn(self) -> Tensor:
        """float[N, 1, H, W]: the lines of every class, 1 for full ink."""
        return self.lines[:, 1:6].amax(dim=1, keepdim=True)

    def at_lines(self, lines: int) -> Inputs:
        """The same at ``lines`` lines; pictures that have no more stay as they are."""
        height, width = self.lines.shape[-2:]
        if height <= lines:
            return self
        size = (lines, max(1, round(width * lines / height)))
        reduced = {
            item.name: F.interpolate(value, size, mode="bilinear", antialias=True)
            if value.ndim == 4
            else value
            for item in fields(self)
            for value in [getattr(self, item.name)]
        }
        return Inputs(**{**reduced, "hints": _dots_at(self.hints, size)})

    def without_previous(self) -> Inputs:
        """The same with no drawing before."""
        named = {item.name: getattr(self, item.name) for item in fields(self)}
        return Inputs(**{**named, "previous": torch.zeros_like(self.previous)})


def _dots_at(hints: Tensor, size: tuple[int, int]) -> Tensor:
    """[N, 4, H, W] of hints at a smaller size: a dot stays a dot, as sure and about as wide as those that the
    networks learned from. Averaged with what nobody said around it, it would hardly be seen."""
    said = F.interpolate(hints, size, mode="area")
    around = said
    if size[0] < _WIDE_ENOUGH * hints.shape[-2]:
        around = F.avg_pool2d(said, 3, stride=1, padding=1)
    said = torch.where(said[:, 3:] > 0, said, around)
    known = (said[:, 3:] > 0).to(said.dtype)
    return torch.cat([known * said[:, :3] / said[:, 3:].clamp_min(_LEAST), known], dim=1)


def _line_channels(art: LineArt) -> Tensor:
    """[10, H, W]."""
    channels = np.zeros((CLASS_COUNT, *art.classes.shape), np.float32)
    strength = art.strength.astype(np.float32) / 255.0
    for class_ in np.unique(art.classes):
        if class_:
            channels[class_] = np.where(art.classes == class_, strength, 0.0)
    channels[0] = float(art.is_plain)
    return torch.from_numpy(channels)


def _known_channels(hints: Hints) -> Tensor:
    """[4, H, W]."""
    known = hints.known[..., None].astype(np.float32)
    colors = hints.colors.astype(np.float32) / 255.0 * known
    return torch.from_numpy(np.concatenate([colors, known], axis=2)).permute(
        2, 0, 1
    )  # [H, W, 4] -> [4, H, W]


def _whole(picture: NDArray[np.uint8] | None, height: int, width: int) -> Hints:
    return no_hints(height, width) if picture is None else Hints(picture, np.ones((height, width), np.bool_))
