"""What is asked of a painted drawing: colours, features, the look of its patches, the lines that it shows.

The published systems took features from an ImageNet VGG; here they are those of EfficientNet-Lite0, and every
figure that is made of them is named so.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dougagen.colorization.samples import ColorBatch
from dougagen.networks import begin_from_imagenet
from dougagen.networks.efficientnet_lite import LiteEncoder

_STRIDE = 32
_SLOPE = 0.2
_MEANS = (4.8, 6.6, 6.4, 4.7)
"""Mean absolute value of the features of EfficientNet-Lite0 at 1/2 to 1/16, over crops of drawings."""
_MEAN_OF_VGG = 0.3
"""The same of a VGG behind its ReLUs, roughly."""
_SAME = 0.12
"""Euclidean distance of RGB in [0, 1] within which paint is from a pot."""
_OFF, _THIN = 0.02, 0.3
"""Shares of a pixel at half size: less cel than this is paper, less line is paint."""
_LEAST = -1e4


class PretrainedFeatures(nn.Module):
    """float[N, 3, H, W] in [0, 1] → features at 1/2, 1/4, 1/8, 1/16 of EfficientNet-Lite0, frozen.

    Raises WeightsError where its ImageNet weights, which come with ``dougagen[train]``, are not installed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.encoder = LiteEncoder(0)
        self.source = begin_from_imagenet(self.encoder, 0)
        """What to say of the weights."""
        self.encoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.eval().requires_grad_(False)

    def train(self, mode: bool = True) -> PretrainedFeatures:  # noqa: ARG002
        """Never: its norms stay as they were published."""
        super().train(False)
        return self

    def forward(self, picture: Tensor) -> list[Tensor]:
        height, width = picture.shape[-2:]
        picture = F.pad(picture, (0, -width % _STRIDE, 0, -height % _STRIDE), mode="replicate")
        features: list[Tensor] = self.encoder(picture.contiguous(memory_format=torch.channels_last))
        return [one.float() for one in features[:-1]]


def like_vgg(features: list[Tensor]) -> list[Tensor]:
    """Features in the size that those of a VGG have, for which the weights of both papers were chosen.

    Taken as they are, a thousand times their Gram matrices outweigh all else a hundredfold, and paper turns
    grey.
    """
    return [one * (_MEAN_OF_VGG / mean) for one, mean in zip(features, _MEANS, strict=True)]


def pixel_loss(painted: Tensor, truth: Tensor, cel: Tensor, *, paper_weight: float) -> Tensor:
    """Mean absolute difference, a pixel of paper counting less than one of the cel."""
    weight = cel + paper_weight * (1.0 - cel)
    difference = (painted - truth).abs().mean(dim=1, keepdim=True)
    return (difference * weight).sum() / weight.sum().clamp_min(1.0)


def pot_loss(odds: Tensor, batch: ColorBatch, *, paper_weight: float) -> Tensor:
    """Cross entropy of the pot that each pixel was painted from; lines, and paint that is in no pot, say
    nothing.

    Args:
        odds: float[N, 9, h, w], the last of paper.
        batch: with the true colours and the colour models.
        paper_weight: what a pixel off the cel counts against one on it.
    """
    paints = batch.inputs.paints
    planes = (batch.truth, batch.inputs.drawn(), batch.cel)
    truth, drawn, cel = (F.interpolate(one, odds.shape[-2:], mode="area") for one in planes)
    pots = torch.cat([paints[..., :3], paints.new_ones(len(paints), 1, 3)], dim=1)  # [N, 9, 3]
    away = torch.stack([(truth - pot[..., None, None]).norm(dim=1) for pot in pots.unbind(dim=1)], dim=1)
    distance, nearest = away.masked_fill(torch.isneginf(odds.detach()), torch.inf).min(dim=1)
    is_paper = cel[:, 0] < _OFF
    pot = torch.where(is_paper, pots.shape[1] - 1, nearest)
    is_told = ((distance < _SAME) | is_paper) & (drawn[:, 0] < _THIN)
    is_told &= (paints[..., 3].amax(dim=1) > 0)[:, None, None]
    weight = torch.where(is_paper, paper_weight, 1.0) * is_told
    each = F.cross_entropy(odds.clamp_min(_LEAST), pot, reduction="none")
    return (each * weight).sum() / weight.sum().clamp_min(1.0)


def content_loss(found: list[Tensor], wanted: list[Tensor]) -> Tensor:
    """Mean absolute difference of the features, the mean over their sizes."""
    return torch.stack([F.l1_loss(one, other) for one, other in zip(found, wanted, strict=True)]).mean()


def style_loss(found: list[Tensor], wanted: list[Tensor]) -> Tensor:
    """Mean absolute difference of the Gram matrices, the mean over their sizes."""
    losses = [F.l1_loss(gram(one), gram(other)) for one, other in zip(found, wanted, strict=True)]
    return torch.stack(losses).mean()


def gram(features: Tensor) -> Tensor:
    """[N, C, H, W] → [N, C, C]: which features go together, over all places."""
    flat = features.flatten(2)  # [N, C, H, W] -> [N, C, H·W]
    return flat @ flat.transpose(1, 2) / (flat.shape[1] * flat.shape[2])


class PatchDiscriminator(nn.Module):
    """[N, C, H, W] → log odds of each 70×70 patch that a person painted it, [N, 1, h, w]; spectral norms."""

    def __init__(self, channels: int, width: int = 48) -> None:
        super().__init__()
        widths = (channels, width, 2 * width, 4 * width, 8 * width)
        layers: list[nn.Module] = []
        for number, (inputs, outputs) in enumerate(itertools.pairwise(widths)):
            stride = 2 if number < 3 else 1
            layers.append(_normed(nn.Conv2d(inputs, outputs, 4, stride=stride, padding=1)))
            layers.append(nn.LeakyReLU(_SLOPE, inplace=True))
        layers.append(_normed(nn.Conv2d(widths[-1], 1, 4, padding=1)))
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        odds: Tensor = self.layers(x.contiguous(memory_format=torch.channels_last))
        return odds.float()


def _normed(convolution: nn.Conv2d) -> nn.Module:
    return nn.utils.parametrizations.spectral_norm(convolution)


def line_loss(detector: nn.Module, painted: Tensor, truth: Tensor) -> Tensor:
    """How far the lines that the detector finds in a painted picture are from those that it finds in the true
    one; the detector learns nothing from it."""
    with frozen(detector):
        return F.l1_loss(detector(painted), detector(truth).detach())


@contextmanager
def frozen(network: nn.Module) -> Iterator[None]:
    """The gradient goes through, none is kept for the network's own parameters."""
    network.requires_grad_(False)
    try:
        yield
    finally:
        network.requires_grad_(True)
