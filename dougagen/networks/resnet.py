"""The trunk of a ResNet (He et al. 2016): the features of stages 2 to 5. Ours: torchvision does not import
with the CPU build of torch."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from dougagen.networks.layers import ConvNorm

BLOCKS = {34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3)}
"""Depth → residual blocks in stages 2 to 5."""


class BasicBlock(nn.Module):
    """Two 3×3 convolutions and a shortcut (ResNet-34)."""

    expansion = 1

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        self.first = ConvNorm(inputs, width, 3, stride=stride)
        self.second = ConvNorm(width, width, 3)
        same = stride == 1 and inputs == width
        self.shortcut = nn.Identity() if same else ConvNorm(inputs, width, 1, stride=stride)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.first(x), inplace=True)
        return F.relu(self.second(y) + self.shortcut(x), inplace=True)


class Bottleneck(nn.Module):
    """1×1, 3×3, 1×1 convolutions and a shortcut (ResNet-50 and deeper); the stride sits on the 3×3."""

    expansion = 4

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        outputs = width * self.expansion
        self.narrow = ConvNorm(inputs, width, 1)
        self.middle = ConvNorm(width, width, 3, stride=stride)
        self.widen = ConvNorm(width, outputs, 1)
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else ConvNorm(inputs, outputs, 1, stride=stride)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.narrow(x), inplace=True)
        y = F.relu(self.middle(y), inplace=True)
        return F.relu(self.widen(y) + self.shortcut(x), inplace=True)


class ResNetTrunk(nn.Module):
    """[N, inputs, H, W] → four feature maps at 1/4, 1/8, 1/16 and 1/32; ``channels`` names their widths.

    ``width`` is that of the stem: 64 in the paper.
    """

    def __init__(self, depth: int, *, inputs: int = 3, width: int = 64) -> None:
        super().__init__()
        block: type[BasicBlock | Bottleneck] = BasicBlock if depth == 34 else Bottleneck
        self.stem = ConvNorm(inputs, width, 7, stride=2)
        self.stages = nn.ModuleList()
        self.channels: tuple[int, ...] = ()
        inputs = width
        for index, count in enumerate(BLOCKS[depth]):
            strides = [1 if index == 0 else 2] + [1] * (count - 1)
            blocks: list[nn.Module] = []
            for stride in strides:
                blocks.append(block(inputs, width << index, stride))
                inputs = (width << index) * block.expansion
            self.stages.append(nn.Sequential(*blocks))
            self.channels += (inputs,)

    def forward(self, x: Tensor) -> list[Tensor]:
        x = F.max_pool2d(F.relu(self.stem(x), inplace=True), 3, stride=2, padding=1)
        features = []
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        return features
