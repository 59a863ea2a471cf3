"""OURS: a small U-Net that reads douga by its classes and says a colour a pixel; its areas are evened out.

Beside its own colours it says which pot of the colour model each pixel is painted from, and how far to take
those, the colours of the drawing before, and the hints as a paint bucket would pour them: what is known need
not be invented. It is small enough for a CPU: half of its work is done at a quarter of the picture's size or
less, and only a light head sees every pixel. What the drawing before was painted with, what is behind the
cel, hints, and a colour model each come as channels or as numbers that may be absent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dougagen.colorization.inputs import Inputs
from dougagen.colorization.pots import MODEL_PAINTS
from dougagen.errors import ConfigError
from dougagen.networks.layers import ConvNorm

_CHANNELS = 26  # ten of lines, four each of hints, hints poured, the drawing before and the plate
_FILLED, _PREVIOUS = slice(14, 18), slice(18, 22)
_OWN, _TAKES = slice(0, 3), slice(3, 6)
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
    pot_width: int = 16
    """Numbers by which a pixel at half size and a pot of paint find each other."""

    def __post_init__(self) -> None:
        sizes = (*self.widths, self.detail_width, self.pot_width)
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
        self.paint = nn.Conv2d(config.detail_width, 3 + 3, 3, padding=1)
        nn.init.constant_(self.paint.bias[_OWN], _NEARLY_WHITE)  # type: ignore[index]
        self.seek = nn.Conv2d(half, config.pot_width, 1)
        self.pots = nn.Sequential(
            nn.Linear(4, 2 * config.pot_width),
            nn.ReLU(inplace=True),
            nn.Linear(2 * config.pot_width, config.pot_width),
        )

    def forward(self, inputs: Inputs) -> Tensor:
        return self.paint_and_choose(inputs)[0]

    def paint_and_choose(self, inputs: Inputs) -> tuple[Tensor, Tensor]:
        """The painted drawings, and float[N, 9, H', W']: log odds of each pot of the colour model, and of
        paper as the last, at half the size; −∞ for a pot that is not there.

        A network that learns mixes the pots; one that paints takes the likeliest, since nobody mixes them.
        """
        x = torch.cat([inputs.lines, inputs.hints, inputs.filled, inputs.previous, inputs.plate], dim=1)
        height, width = x.shape[-2:]
        x = F.pad(x, (0, -width % _STRIDE, 0, -height % _STRIDE), mode="replicate")
        painted, odds = self._painted(x, inputs.paints)
        return painted[..., :height, :width], odds[..., : -(-height // 2), : -(-width // 2)]

    def _painted(self, x: Tensor, paints: Tensor) -> tuple[Tensor, Tensor]:
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
        odds = self._odds(y, paints)
        said = self.paint(self.last(y, detail)).float()
        painted, takes = torch.sigmoid(said[:, _OWN]), torch.sigmoid(said[:, _TAKES])
        known = (self._poured(odds, paints), x[:, _PREVIOUS], x[:, _FILLED])  # the bucket has the last word
        for number, told in enumerate(known):
            taken = takes[:, number : number + 1] * told[:, 3:]
            painted = painted + taken * (told[:, :3] - painted)
        return painted, odds

    def _odds(self, y: Tensor, paints: Tensor) -> Tensor:
        sought = self.seek(y)
        pots = self.pots(_with_paper(paints)).to(sought.dtype)
        odds = torch.einsum("nchw,npc->nphw", sought, pots).float() / math.sqrt(pots.shape[-1])
        return odds.masked_fill(~_is_there(paints)[..., None, None], -torch.inf)

    def _poured(self, odds: Tensor, paints: Tensor) -> Tensor:
        """float[N, 4, 2H', 2W']: the colours of the pots, and 1 where there is a colour model."""
        shares = odds.softmax(dim=1)
        if not self.training:
            shares = F.one_hot(odds.argmax(dim=1), odds.shape[1]).movedim(3, 1).to(odds.dtype)
        colors = torch.einsum("nphw,npc->nchw", shares, _with_paper(paints)[..., :3].to(shares.dtype))
        there = (paints[..., 3].amax(dim=1) > 0).to(colors.dtype)[:, None, None, None]
        poured = torch.cat([colors, there.expand(-1, 1, *colors.shape[-2:])], dim=1)
        return F.interpolate(poured, scale_factor=2.0, mode="nearest")


def _with_paper(paints: Tensor) -> Tensor:
    """[N, 8, 4] → [N, 9, 4]."""
    paper = paints.new_tensor((1.0, 1.0, 1.0, 0.0)).expand(len(paints), 1, 4)
    return torch.cat([paints, paper], dim=1)


def _is_there(paints: Tensor) -> Tensor:
    """bool[N, 9]: paper always is."""
    return torch.cat([paints[..., 3] > 0, paints.new_ones((len(paints), 1), dtype=torch.bool)], dim=1)


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
