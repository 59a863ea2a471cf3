"""ThinLineNet: full-resolution detail beside a context of several hundred pixels, for two CPU cores.

A U-Net that begins at half resolution (pixel unshuffle), so that most of its work is done where the tensors
are small, and a head of few channels at full resolution that reads the picture again: thin lines live there.
The 1/32 stage mixes rows and columns with long separable kernels, as the thesis's global convolutions do
(sections 4.3 and 5.4: the larger kernel finds more of the shading), and adds a term pooled over the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dougagen.errors import ConfigError
from dougagen.networks.layers import ConvNorm, FusedConv, ReadiesItself, at_multiple_of

_DOUBT = 0.05
"""Probability of error that a told mask is always granted: 2.9 of log odds can be corrected."""
_WIDEST = 1024  # a bound for options that come out of a file
_MOST_BLOCKS = 64  # another: a thousand take seconds to build, before a tensor is found missing


@dataclass(frozen=True, slots=True)
class ThinLineConfig:
    """Everything that shapes a ThinLineNet; stored with the weights."""

    classes: int
    """Channels of the logits: 2 for cels (background, cel), 10 for douga."""
    widths: tuple[int, ...] = (24, 32, 64, 128)
    """Channels of the four stages, each at half the size of the one before."""
    fold: int = 2
    """The first stage has one place for fold × fold pixels: 2 begins at half resolution; 4 at a quarter, for
    a quarter of the work and twice the reach."""
    context_width: int = 128
    """Channels of the coarsest stage, at 1/16 of the first."""
    context_blocks: int = 3
    """Of ``WideContext``; 0 leaves 3×3 convolutions alone to look around."""
    context_kernel: int = 15
    """Length of the row and column kernels of the coarsest stage: 15 spans 240 × fold pixels."""
    detail_width: int = 8
    """Channels at full resolution; 0 reads the logits of fold × fold pixels from the first stage."""
    inputs: int = 3
    """Channels of the picture and of what the wiring adds to it."""
    mask_logits: int = 0
    """Channels beside the classes; 1 says anew which pixels are cel."""

    @property
    def outputs(self) -> int:
        """Channels of the logits: the classes, then the corrected mask."""
        return self.classes + self.mask_logits

    def __post_init__(self) -> None:
        sizes = (
            self.classes,
            *self.widths,
            self.context_width,
            self.context_kernel,
            self.fold,
            self.inputs,
        )
        optional = (self.context_blocks, self.detail_width, self.mask_logits)
        if len(self.widths) != 4 or min(sizes) < 1 or min(optional) < 0 or max(sizes + optional) > _WIDEST:
            raise ConfigError(f"ThinLineNet needs four widths and sizes in [1, {_WIDEST}], got {self}")
        if self.context_blocks > _MOST_BLOCKS:
            raise ConfigError(
                f"ThinLineNet takes at most {_MOST_BLOCKS} context_blocks, got {self.context_blocks}"
            )
        if self.context_kernel % 2 == 0:
            raise ConfigError(f"ThinLineNet context_kernel must be odd, got {self.context_kernel}")


class Residual(nn.Module):
    """Two 3×3 convolutions with a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = ConvNorm(width, width, 3, activation="relu")
        self.second = ConvNorm(width, width, 3)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(self.first(x)), inplace=True)


class WideContext(nn.Module):
    """Each place looks along its row and its column and at the mean of the whole picture."""

    def __init__(self, width: int, kernel: int) -> None:
        super().__init__()
        half = kernel // 2
        self.local = nn.Conv2d(width, width, 3, padding=1, groups=width, bias=False)
        self.row = nn.Conv2d(width, width, (1, kernel), padding=(0, half), groups=width, bias=False)
        self.column = nn.Conv2d(width, width, (kernel, 1), padding=(half, 0), groups=width, bias=False)
        self.mixed = nn.BatchNorm2d(width)
        self.widen = ConvNorm(width, 2 * width, 1)
        self.pooled = nn.Linear(width, 2 * width)
        self.narrow = ConvNorm(2 * width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        mixed: Tensor = self.mixed(self.local(x) + self.column(self.row(x)))
        everywhere = self.pooled(mixed.mean(dim=(2, 3)))[:, :, None, None]  # [N, 2C] -> [N, 2C, 1, 1]
        mixed = self.narrow(F.relu(self.widen(mixed) + everywhere, inplace=True))
        return x + mixed


class Decode(nn.Module):
    """Carry the coarse stage up by two, add the fine stage, refine."""

    def __init__(self, coarse: int, fine: int) -> None:
        super().__init__()
        self.carry = ConvNorm(coarse, fine, 1)
        self.refine = ConvNorm(fine, fine, 3, activation="relu")

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        carried = F.interpolate(self.carry(coarse), scale_factor=2.0, mode="nearest")
        refined: Tensor = self.refine(F.relu(carried + fine, inplace=True))
        return refined


class FullResolutionHead(ReadiesItself):
    """Logits from the half-resolution features and a second look at the picture itself.

    Without batch norm: at full resolution its backward pass alone took an eighth of a training step.
    """

    def __init__(self, width: int, detail: int, inputs: int, outputs: int, fold: int) -> None:
        super().__init__()
        self.detail_width, self.fold = detail, fold
        self.classify: nn.Conv2d | FusedConv
        if detail:
            self.unfold: nn.Conv2d | FusedConv = nn.Conv2d(width, detail * fold**2, 1)
            self.look: nn.Conv2d | FusedConv = nn.Conv2d(inputs, detail, 3, padding=1)
            self.fuse: nn.Conv2d | FusedConv = nn.Conv2d(detail, detail, 3, padding=1)
            self.classify = nn.Conv2d(detail, outputs, 3, padding=1)
        else:
            self.classify = nn.Conv2d(width, outputs * fold**2, 1)

    def forward(self, features: Tensor, picture: Tensor) -> Tensor:
        if not self.detail_width:
            whole: Tensor = F.pixel_shuffle(self.classify(features), self.fold)
            return whole  # [N, K·F², H/F, W/F] -> [N, K, H, W], K outputs
        if isinstance(self.look, FusedConv):
            merged = self.look.plus(picture, self._unfolded(self.unfold(features)))
            said: Tensor = self.classify(self.fuse(merged))
            return said
        unfolded = F.pixel_shuffle(self.unfold(features), self.fold)  # [N, D·F², H/F, W/F] -> [N, D, H, W]
        merged = F.relu(self.look(picture) + unfolded, inplace=True)
        logits: Tensor = self.classify(F.relu(self.fuse(merged), inplace=True))
        return logits

    def ready(self) -> None:
        """Activations go into the convolutions, and channels lie so that unfolding copies whole rows."""
        if not self.detail_width:
            return
        convolutions = (self.unfold, self.look, self.fuse, self.classify)
        unfold, look, fuse, classify = (conv for conv in convolutions if isinstance(conv, nn.Conv2d))
        unfold.weight, unfold.bias = (  # [D·F², …] -> [F²·D, …]
            nn.Parameter(part.reshape(self.detail_width, -1, *part.shape[1:]).transpose(0, 1).flatten(0, 1))
            for part in (unfold.weight, unfold.bias)
            if part is not None
        )
        self.unfold, self.classify = FusedConv(unfold), FusedConv(classify)
        self.look, self.fuse = FusedConv(look, "relu"), FusedConv(fuse, "relu")

    def _unfolded(self, folded: Tensor) -> Tensor:
        """[N, F²·D, H/F, W/F] -> [N, D, H, W], in half of the time of a pixel shuffle."""
        fold, (count, _, height, width) = self.fold, folded.shape
        rows = folded.permute(0, 2, 3, 1).reshape(count, height, width, fold, -1).transpose(2, 3)
        return rows.reshape(count, height * fold, width * fold, -1).permute(0, 3, 1, 2)


def corrected(logits: Tensor, *, told: Tensor) -> Tensor:
    """The last channel plus the log odds of the mask that was told: what is learned is its correction."""
    told = told.clamp(_DOUBT, 1 - _DOUBT)
    logits[:, -1:] += torch.log(told / (1 - told))  # OpenVINO has no torch.logit
    return logits


class ThinLineNet(nn.Module):
    """[N, inputs, H, W] in [0, 1], RGB first → logits [N, outputs, H, W]; any H, W ≥ 1."""

    def __init__(self, config: ThinLineConfig) -> None:
        super().__init__()
        self.config = config
        half, quarter, eighth, sixteenth = config.widths  # the stages' names are those for a fold of 2
        self.stem = ConvNorm(config.inputs * config.fold**2, half, 3, activation="relu")
        self.to_quarter = ConvNorm(half, quarter, 3, stride=2, activation="relu")
        self.quarter = Residual(quarter)
        self.to_eighth = ConvNorm(quarter, eighth, 3, stride=2, activation="relu")
        self.eighth = Residual(eighth)
        self.to_sixteenth = ConvNorm(eighth, sixteenth, 3, stride=2, activation="relu")
        self.sixteenth = Residual(sixteenth)
        self.to_context = ConvNorm(sixteenth, config.context_width, 3, stride=2, activation="relu")
        self.context = nn.Sequential(
            *(WideContext(config.context_width, config.context_kernel) for _ in range(config.context_blocks))
        )
        self.up_sixteenth = Decode(config.context_width, sixteenth)
        self.up_eighth = Decode(sixteenth, eighth)
        self.up_quarter = Decode(eighth, quarter)
        self.up_half = Decode(quarter, half)
        self.head = FullResolutionHead(half, config.detail_width, config.inputs, config.outputs, config.fold)

    def forward(self, x: Tensor) -> Tensor:
        return at_multiple_of(16 * self.config.fold, x, self._logits)

    def _logits(self, x: Tensor) -> Tensor:
        picture = (x - 0.5) * 4.0  # mid grey, the fill of the synthetic cel, becomes 0
        half = self.stem(self._folded(picture))
        quarter = self.quarter(self.to_quarter(half))
        eighth = self.eighth(self.to_eighth(quarter))
        sixteenth = self.sixteenth(self.to_sixteenth(eighth))
        context = self.context(self.to_context(sixteenth))
        y = self.up_sixteenth(context, sixteenth)
        y = self.up_eighth(y, eighth)
        y = self.up_quarter(y, quarter)
        y = self.up_half(y, half)
        logits: Tensor = self.head(y, picture)
        return corrected(logits, told=x[:, -1:]) if self.config.mask_logits else logits

    def _folded(self, picture: Tensor) -> Tensor:
        """[N, C, H, W] -> [N, C·F², H/F, W/F]: pixels become channels, none is lost."""
        folded = F.pixel_unshuffle(picture, self.config.fold)
        return folded.contiguous(memory_format=torch.channels_last)
