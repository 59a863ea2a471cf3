"""The Global Convolutional Network of the thesis (section 4.3, figure 4.7), after Peng et al. 2017."""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from dougagen.errors import ConfigError
from dougagen.networks.layers import at_multiple_of
from dougagen.networks.resnet import BLOCKS, ResNetTrunk

STRIDE = 32
_MEAN, _DEVIATION = 0.45, 0.225
"""One grey mean and deviation of natural pictures, close to ImageNet's three of each."""


@dataclass(frozen=True, slots=True)
class GCNConfig:
    """Everything that shapes a GCN; stored with the weights."""

    classes: int
    """Channels of the logits: 2 for cels (background, cel), 10 for douga."""
    kernel: int = 25
    """Length of the separable kernels: 25 for cels (thesis 4.3), 49 for douga (thesis 5.4)."""
    depth: int = 34
    """Of the ResNet: 34, 50 or 101."""
    width: int = 64
    """Of the ResNet's stem, and so of all of it; fewer than the paper's 64 for a smaller network."""
    channels: int = 21
    """Between the global convolutions and the logits."""
    dropout: float = 0.0
    """Share of trunk features dropped in training (thesis 4.8: 0.6 points better with it)."""
    inputs: int = 3
    """Channels of the picture and of what the wiring adds to it."""
    mask_logits: int = 0
    """Channels beside the classes; 1 says anew which pixels are cel."""

    def __post_init__(self) -> None:
        if self.depth not in BLOCKS:
            raise ConfigError(f"GCN depth must be one of {', '.join(map(str, BLOCKS))}, got {self.depth}")
        if not 1 <= self.kernel <= 255 or self.kernel % 2 == 0:
            raise ConfigError(f"GCN kernel must be odd and in [1, 255], got {self.kernel}")
        if not 1 <= self.width <= 256:
            raise ConfigError(f"GCN width must be in [1, 256], got {self.width}")
        if not (1 <= self.inputs <= 64 and 0 <= self.mask_logits <= 1):
            raise ConfigError(f"GCN needs inputs and mask_logits in range, got {self}")
        if not (1 <= self.classes <= 256 and 1 <= self.channels <= 1024 and 0.0 <= self.dropout < 1.0):
            raise ConfigError(f"GCN needs classes, channels and dropout in range, got {self}")


class GlobalConvolution(nn.Module):
    """(k×1 then 1×k) + (1×k then k×1): the reach of a k×k kernel for 2k weights a channel."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__()
        half = kernel // 2
        self.tall_then_wide = nn.Sequential(
            nn.Conv2d(inputs, outputs, (kernel, 1), padding=(half, 0)),
            nn.Conv2d(outputs, outputs, (1, kernel), padding=(0, half)),
        )
        self.wide_then_tall = nn.Sequential(
            nn.Conv2d(inputs, outputs, (1, kernel), padding=(0, half)),
            nn.Conv2d(outputs, outputs, (kernel, 1), padding=(half, 0)),
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.tall_then_wide(x) + self.wide_then_tall(x)
        return y


class BoundaryRefinement(nn.Module):
    """x + conv(relu(conv(x)))."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x + self.second(F.relu(self.first(x), inplace=True))
        return y


class GCN(nn.Module):
    """[N, inputs, H, W] in [0, 1], RGB first → logits [N, classes + mask_logits, H, W]; any H, W ≥ 1."""

    def __init__(self, config: GCNConfig) -> None:
        super().__init__()
        self.config = config
        channels = config.channels
        self.trunk = ResNetTrunk(config.depth, inputs=config.inputs, width=config.width)
        self.dropout = nn.Dropout2d(config.dropout)
        self.globals = nn.ModuleList(
            GlobalConvolution(c, channels, config.kernel) for c in self.trunk.channels
        )
        self.refine = nn.ModuleList(BoundaryRefinement(channels) for _ in self.trunk.channels)
        steps = len(self.trunk.channels) + 1  # three sums on the way from 1/32 to 1/4, then two to full size
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(channels, channels, 4, stride=2, padding=1) for _ in range(steps)
        )
        self.refine_up = nn.ModuleList(BoundaryRefinement(channels) for _ in range(steps))
        self.classify = nn.Conv2d(channels, config.classes + config.mask_logits, 1)

    def forward(self, x: Tensor) -> Tensor:
        return at_multiple_of(STRIDE, x, self._logits)

    def _logits(self, x: Tensor) -> Tensor:
        features = self.trunk((x - _MEAN) / _DEVIATION)
        maps = [
            refine(convolve(self.dropout(feature)))
            for feature, convolve, refine in zip(features, self.globals, self.refine, strict=True)
        ]
        y = maps.pop()
        for up, refine in zip(self.up, self.refine_up, strict=True):
            y = up(y)
            y = refine(y + maps.pop() if maps else y)
        logits: Tensor = self.classify(y)
        return logits
