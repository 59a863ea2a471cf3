"""The generator of Thasarathan and Ebrahimi (2019): temporally coherent colours, guided by an artist's hints.

Two layers down, eight residual blocks, two layers up, instance norms; it reads the line art, the hints, and
the frame that it painted before, which is blank at the first.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dougagen.colorization.inputs import Inputs
from dougagen.errors import ConfigError
from dougagen.networks.layers import at_multiple_of

_CHANNELS = 7  # one of lines, three of hints on black, three of the frame before
_WIDEST = 512
_DILATION = 2
"""Of the first convolution of each block, as in the generator that the paper builds on (EdgeConnect, Nazeri
et al. 2019): without it a pixel sees some 130 px around it, and nothing tells blank paper apart."""


@dataclass(frozen=True, slots=True)
class ArtistGuidedConfig:
    """Everything that shapes the generator; stored with the weights."""

    width: int = 64
    """Channels at full size; twice and four times as many below it. 64 is the published one."""
    blocks: int = 8
    """Residual blocks at a quarter of the size."""

    def __post_init__(self) -> None:
        if not (1 <= self.width <= _WIDEST and 0 <= self.blocks <= 64):
            raise ConfigError(
                f"artist-guided needs a width in [1, {_WIDEST}] and up to 64 blocks, got {self}"
            )


class ArtistGuided(nn.Module):
    """``Inputs`` of any size → float[N, 3, H, W] in [0, 1]. Classes, plate and colour model are not read."""

    def __init__(self, config: ArtistGuidedConfig) -> None:
        super().__init__()
        width = config.width
        self.layers = nn.Sequential(
            *_normed(nn.Conv2d(_CHANNELS, width, 7, padding=3, padding_mode="reflect")),
            *_normed(nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)),
            *_normed(nn.Conv2d(2 * width, 4 * width, 4, stride=2, padding=1)),
            *(_Block(4 * width) for _ in range(config.blocks)),
            *_normed(nn.ConvTranspose2d(4 * width, 2 * width, 4, stride=2, padding=1)),
            *_normed(nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1)),
            nn.Conv2d(width, 3, 7, padding=3, padding_mode="reflect"),
        )

    def forward(self, inputs: Inputs) -> Tensor:
        x = torch.cat([inputs.drawn(), inputs.hints[:, :3], inputs.previous[:, :3]], dim=1)
        return at_multiple_of(4, x, self._painted)

    def _painted(self, x: Tensor) -> Tensor:
        painted: Tensor = self.layers(x)
        return 0.5 * (torch.tanh(painted.float()) + 1.0)


def _normed(convolution: nn.Module) -> tuple[nn.Module, ...]:
    outputs = convolution.out_channels
    assert isinstance(outputs, int)
    return convolution, nn.InstanceNorm2d(outputs), nn.ReLU(inplace=True)


class _Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        reach = _DILATION
        self.first = nn.Conv2d(width, width, 3, padding=reach, dilation=reach, padding_mode="reflect")
        self.second = nn.Conv2d(width, width, 3, padding=1, padding_mode="reflect")

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(F.instance_norm(self.first(x)), inplace=True)
        return x + F.instance_norm(self.second(y))
