"""The two stages of Lee and Lee (2020): a draft of 128×128, and a network that paints the picture from it.

The draft comes from a U-Net of ResNeXt blocks without norms, with pixel shuffles and leaky ReLUs. A small
auto-encoder, the line detection model, learns meanwhile to find the lines of a painted picture, so that the
draft can be asked for the lines that it was given. The second stage is a plain U-Net that is taught with
drafts whose colours were sprayed, smeared and warped.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dougagen.colorization.inputs import Inputs
from dougagen.errors import ConfigError
from dougagen.networks.layers import at_multiple_of

DRAFT_SIDE = 128
"""Pixels of a side of a draft's picture, or of its longer side."""
_CHANNELS = 5  # one of lines, four of hints (RGBA)
_SLOPE = 0.2
_WIDEST = 512


@dataclass(frozen=True, slots=True)
class TwoStageConfig:
    """Everything that shapes the networks; stored with the weights."""

    width: int = 64
    """Channels of the draft at full size."""
    levels: int = 3
    """Halvings of the draft."""
    blocks: int = 10
    """ResNeXt blocks a level; ten are the published ones."""
    groups: int = 8
    """Of a block's middle convolution."""
    finish_width: int = 32
    """Channels of the second stage at full size."""

    def __post_init__(self) -> None:
        sizes = (self.width, self.finish_width)
        fits = 1 <= self.levels <= 5 and 0 <= self.blocks <= 64 and self.groups >= 1
        if not fits or min(sizes) < 1 or max(sizes) > _WIDEST or (self.width // 2) % self.groups:
            raise ConfigError(
                f"two-stage needs widths in [1, {_WIDEST}], halves that its groups divide, got {self}"
            )


class TwoStage(nn.Module):
    """``Inputs`` of any size → float[N, 3, H, W] in [0, 1]. Only lines and hints are read."""

    def __init__(self, config: TwoStageConfig) -> None:
        super().__init__()
        self.draft_network = _Draft(config)
        self.finish_network = _PlainUNet(_CHANNELS + 3, config.finish_width)
        self.line_detector = LineDetector()

    def forward(self, inputs: Inputs) -> Tensor:
        return self.finish(inputs, self.draft(inputs))

    def draft(self, inputs: Inputs) -> Tensor:
        """float[N, 3, h, w] in [0, 1], its longer side ``DRAFT_SIDE``."""
        x = torch.cat([inputs.drawn(), inputs.hints], dim=1)
        height, width = x.shape[-2:]
        scale = DRAFT_SIDE / max(height, width)
        if scale < 1:
            size = (max(1, round(height * scale)), max(1, round(width * scale)))
            x = F.interpolate(x, size, mode="bilinear", antialias=True)
        return at_multiple_of(2 ** len(self.draft_network.down), x, self.draft_network)

    def finish(self, inputs: Inputs, draft: Tensor) -> Tensor:
        """The picture at full size from any draft."""
        size = inputs.lines.shape[-2:]
        grown = F.interpolate(draft, size, mode="bilinear", antialias=draft.shape[-1] > size[-1])
        x = torch.cat([inputs.drawn(), inputs.hints, grown], dim=1)
        return at_multiple_of(8, x, self.finish_network)


class LineDetector(nn.Module):
    """float[N, 3, H, W] → float[N, 1, H, W]: where lines are in a painted picture; H and W multiples of 4."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, width, 3, padding=1), nn.LeakyReLU(_SLOPE, inplace=True),
            nn.Conv2d(width, 2 * width, 4, stride=2, padding=1), nn.LeakyReLU(_SLOPE, inplace=True),
            nn.Conv2d(2 * width, 2 * width, 3, padding=1), nn.LeakyReLU(_SLOPE, inplace=True),
            nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1), nn.LeakyReLU(_SLOPE, inplace=True),
            nn.Conv2d(width, 1, 3, padding=1),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return at_multiple_of(4, x, lambda picture: torch.sigmoid(self.layers(picture).float()))


class _ResNeXt(nn.Module):
    def __init__(self, width: int, groups: int) -> None:
        super().__init__()
        middle = max(groups, width // 2)
        self.narrow = nn.Conv2d(width, middle, 1)
        self.mix = nn.Conv2d(middle, middle, 3, padding=1, groups=groups)
        self.widen = nn.Conv2d(middle, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = F.leaky_relu(self.narrow(x), _SLOPE, inplace=True)
        return x + self.widen(F.leaky_relu(self.mix(y), _SLOPE, inplace=True))


def _blocks(width: int, config: TwoStageConfig) -> nn.Sequential:
    return nn.Sequential(*(_ResNeXt(width, config.groups) for _ in range(config.blocks)))


class _Draft(nn.Module):
    """[N, 5, H, W] → [N, 3, H, W] in [0, 1]; H and W multiples of 2 to the number of levels."""

    def __init__(self, config: TwoStageConfig) -> None:
        super().__init__()
        widths = [config.width * 2 ** min(level, 2) for level in range(config.levels + 1)]
        self.stem = nn.Conv2d(_CHANNELS, widths[0], 3, padding=1)
        self.down = nn.ModuleList(
            nn.Conv2d(above, below, 4, stride=2, padding=1) for above, below in itertools.pairwise(widths)
        )
        self.deepest = _blocks(widths[-1], config)
        self.up = nn.ModuleList(
            nn.Conv2d(below, 4 * above, 3, padding=1)
            for above, below in zip(reversed(widths[:-1]), reversed(widths), strict=False)
        )
        self.join = nn.ModuleList(nn.Conv2d(2 * width, width, 1) for width in reversed(widths[:-1]))
        self.blocks = nn.ModuleList(_blocks(width, config) for width in reversed(widths[:-1]))
        self.paint = nn.Conv2d(widths[0], 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y = F.leaky_relu(self.stem(x), _SLOPE, inplace=True)
        beside = [y]
        for down in self.down:
            y = F.leaky_relu(down(y), _SLOPE, inplace=True)
            beside.append(y)
        y = self.deepest(y)
        for up, join, blocks, other in zip(
            self.up, self.join, self.blocks, reversed(beside[:-1]), strict=True
        ):
            grown = F.leaky_relu(F.pixel_shuffle(up(y), 2), _SLOPE, inplace=True)
            y = blocks(F.leaky_relu(join(torch.cat([grown, other], dim=1)), _SLOPE, inplace=True))
        return 0.5 * (torch.tanh(self.paint(y).float()) + 1.0)


class _PlainUNet(nn.Module):
    """[N, inputs, H, W] → [N, 3, H, W] in [0, 1]; H and W multiples of 8."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        widths = (width, 2 * width, 4 * width, 4 * width)
        self.stem = nn.Conv2d(inputs, width, 3, padding=1)
        self.down = nn.ModuleList(
            nn.Conv2d(above, below, 4, stride=2, padding=1) for above, below in itertools.pairwise(widths)
        )
        self.up = nn.ModuleList(
            nn.Conv2d(below + above, above, 3, padding=1)
            for above, below in zip(reversed(widths[:-1]), reversed(widths), strict=False)
        )
        self.paint = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y = F.leaky_relu(self.stem(x), _SLOPE, inplace=True)
        beside = [y]
        for down in self.down:
            y = F.leaky_relu(down(y), _SLOPE, inplace=True)
            beside.append(y)
        for up, other in zip(self.up, reversed(beside[:-1]), strict=True):
            grown = F.interpolate(y, scale_factor=2.0, mode="nearest")
            y = F.leaky_relu(up(torch.cat([grown, other], dim=1)), _SLOPE, inplace=True)
        return torch.sigmoid(self.paint(y).float())
