"""OURS: a small U-Net that reads douga by its classes and says a colour a pixel; its areas are evened out.

Beside its own colours it says how far to take those of the drawing before, and of the hints as a paint bucket
would pour them: what is known need not be invented. It is small enough for a CPU: half of its work is done at
a quarter of the picture's size or less, and only a light head sees every pixel. What the drawing before was
painted with, what is behind the cel, hints, and a colour model each come as channels or as numbers that may
be absent.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dougagen.colorization.inputs import Inputs
from dougagen.colorization.paints import MODEL_PAINTS
from dougagen.errors import ConfigError
from dougagen.networks.layers import ConvNorm, at_multiple_of

_CHANNELS = 26  # ten of lines, four each of hints, hints poured, the drawing before and the plate
_FILLED, _PREVIOUS = slice(14, 18), slice(18, 22)
_NEARLY_WHITE = 2.0
"""Log odds with which a network begins: most of a drawing is paper."""
_WIDEST = 1024
_STRIDE = 32


@dataclass(frozen=True, slots=True)
class OursConfig:
    """Everything that shapes the network; stored with the weights."""

    widths: tuple[int, ...] = (24, 48, 72, 112, 160)
    """Channels at 1/2, 1/4, 1/8, 1/16 and 1/32."""
    detail_width: int = 12
    """Channels at full size."""
    coarse_blocks: int = 2
    """Residual blocks at 1/32, where hints travel across the figure."""

    def __post_init__(self) -> None:
        sizes = (*self.widths, self.detail_width)
        if (
            len(self.widths) != 5
            or min(sizes) < 1
            or max(sizes) > _WIDEST
            or not 0 <= self.coarse_blocks <= 64
        ):
            raise ConfigError(f"ours needs five widths and sizes in [1, {_WIDEST}], got {self}")


class Ours(nn.Module):
    """``Inputs`` of any size → float[N, 3, H, W] in (0, 1)."""

    def __init__(self, config: OursConfig) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth, deepest = config.widths
        self.look = _Mixed(_CHANNELS, config.detail_width)
        self.down = nn.ModuleList(
            nn.Sequential(_Mixed(inputs, outputs, stride=2), _Residual(outputs))
            for inputs, outputs in zip((config.detail_width, *config.widths), config.widths, strict=False)
        )
        self.model = nn.Sequential(
            nn.Linear(4 * MODEL_PAINTS, 2 * deepest),
            nn.ReLU(inplace=True),
            nn.Linear(2 * deepest, 2 * deepest),
        )
        self.coarse = nn.Sequential(*(_Residual(deepest) for _ in range(config.coarse_blocks)))
        self.up = nn.ModuleList(
            _Up(below, beside)
            for below, beside in (
                (deepest, sixteenth),
                (sixteenth, eighth),
                (eighth, quarter),
                (quarter, half),
            )
        )
        self.last = _Up(half, config.detail_width)
        self.paint = nn.Conv2d(config.detail_width, 3 + 2, 3, padding=1)
        nn.init.constant_(self.paint.bias[:3], _NEARLY_WHITE)  # type: ignore[index]

    def forward(self, inputs: Inputs) -> Tensor:
        x = torch.cat([inputs.lines, inputs.hints, inputs.filled, inputs.previous, inputs.plate], dim=1)
        return at_multiple_of(_STRIDE, x, lambda seen: self._painted(seen, inputs.paints))

    def _painted(self, x: Tensor, paints: Tensor) -> Tensor:
        detail = self.look(x)
        features = []
        y = detail
        for down in self.down:
            y = down(y)
            features.append(y)
        scale, shift = self.model(paints.flatten(1)).chunk(2, dim=1)  # [N, 8, 4] -> [N, 32] -> two [N, C]
        y = y * (1.0 + scale[..., None, None]) + shift[..., None, None]
        y = self.coarse(y)
        for up, beside in zip(self.up, reversed(features[:-1]), strict=True):
            y = up(y, beside)
        y = self.last(y, detail)
        said = self.paint(y).float()
        painted = torch.sigmoid(said[:, :3])
        for number, told in enumerate((x[:, _PREVIOUS], x[:, _FILLED])):  # the bucket has the last word
            taken = torch.sigmoid(said[:, 3 + number : 4 + number]) * told[:, 3:]
            painted = painted + taken * (told[:, :3] - painted)
        return painted


class _Mixed(nn.Module):
    def __init__(self, inputs: int, outputs: int, *, stride: int = 1) -> None:
        super().__init__()
        self.convolution = ConvNorm(inputs, outputs, 3, stride=stride)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.convolution(x), inplace=True)


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = ConvNorm(width, width, 3)
        self.second = ConvNorm(width, width, 3)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(F.relu(self.first(x), inplace=True)), inplace=True)


class _Up(nn.Module):
    """Twice the size: what came from below, and what stands beside it."""

    def __init__(self, below: int, beside: int) -> None:
        super().__init__()
        self.narrow = ConvNorm(below, beside, 1)
        self.mix = ConvNorm(2 * beside, beside, 3)

    def forward(self, below: Tensor, beside: Tensor) -> Tensor:
        grown = F.interpolate(self.narrow(below), scale_factor=2.0, mode="nearest")
        return F.relu(self.mix(torch.cat([grown, beside], dim=1)), inplace=True)
