"""LiteUNet: the trunk of EfficientNet-Lite, which has seen the world, and a light way back to full size.

What a thing is was learned from a million photographs; where its edge lies comes back through 1×1 laterals
and, at full resolution, a second look at the picture (``FullResolutionHead``). Long row and column kernels
at 1/32 look across the whole figure, as the thesis's global convolutions do (4.3).
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from dougagen.errors import ConfigError
from dougagen.networks.efficientnet_lite import GREY, LITE_SIZES, LiteEncoder
from dougagen.networks.layers import ConvNorm, FusedConv, ReadiesItself, at_multiple_of
from dougagen.networks.thinline import Decode, FullResolutionHead, WideContext, corrected
from dougagen.networks.wiring import FILL

_WIDEST = 1024  # a bound for options that come out of a file
_MOST_BLOCKS = 64
_CONTRAST = 4.0
"""By which the head's picture is larger than [−1/2, 1/2]."""


@dataclass(frozen=True, slots=True)
class LiteUNetConfig:
    """Everything that shapes a LiteUNet; stored with the weights."""

    classes: int
    """Channels of the logits: 2 for cels (background, cel), 10 for douga."""
    encoder: int = 0
    """Size of the EfficientNet-Lite: 0, 1 or 2."""
    widths: tuple[int, ...] = (24, 32, 48, 96)
    """Channels on the way back at 1/2, 1/4, 1/8 and 1/16."""
    context_width: int = 128
    """Channels at 1/32."""
    context_blocks: int = 2
    """Of ``WideContext`` there."""
    context_kernel: int = 15
    """Length of its row and column kernels: 15 spans 480 pixels."""
    detail_width: int = 8
    """Channels at full resolution; 0 reads the logits of 2 × 2 pixels from the features at 1/2."""
    inputs: int = 3
    """Channels of the picture and of what the wiring adds to it."""
    mask_logits: int = 0
    """Channels beside the classes; 1 says anew which pixels are cel."""

    @property
    def outputs(self) -> int:
        """Channels of the logits: the classes, then the corrected mask."""
        return self.classes + self.mask_logits

    @property
    def fold(self) -> int:
        """Pixels a side for one place of the finest features."""
        return 2

    def __post_init__(self) -> None:
        sizes = (self.classes, *self.widths, self.context_width, self.context_kernel, self.inputs)
        optional = (self.context_blocks, self.detail_width, self.mask_logits)
        if len(self.widths) != 4 or min(sizes) < 1 or min(optional) < 0 or max(sizes + optional) > _WIDEST:
            raise ConfigError(f"LiteUNet needs four widths and sizes in [1, {_WIDEST}], got {self}")
        if self.encoder not in LITE_SIZES:
            raise ConfigError(f"LiteUNet encoder must be one of {LITE_SIZES}, got {self.encoder}")
        if self.context_blocks > _MOST_BLOCKS:
            raise ConfigError(f"LiteUNet takes at most {_MOST_BLOCKS} blocks, got {self.context_blocks}")
        if self.context_kernel % 2 == 0:
            raise ConfigError(f"LiteUNet context_kernel must be odd, got {self.context_kernel}")


class LiteUNet(ReadiesItself):
    """[N, inputs, H, W] in [0, 1], RGB first → logits [N, outputs, H, W]; any H, W ≥ 1."""

    def __init__(self, config: LiteUNetConfig) -> None:
        super().__init__()
        self.config = config
        self._is_ready = False
        self.encoder = LiteEncoder(config.encoder, inputs=config.inputs)
        *fine, deepest = self.encoder.channels
        half, quarter, eighth, sixteenth = config.widths
        self.laterals = nn.ModuleList(
            ConvNorm(inputs, outputs, 1) for inputs, outputs in zip(fine, config.widths, strict=True)
        )
        self.to_context = ConvNorm(deepest, config.context_width, 1, activation="relu")
        self.context = nn.Sequential(
            *(WideContext(config.context_width, config.context_kernel) for _ in range(config.context_blocks))
        )
        self.up_sixteenth = Decode(config.context_width, sixteenth)
        self.up_eighth = Decode(sixteenth, eighth)
        self.up_quarter = Decode(eighth, quarter)
        self.up_half = Decode(quarter, half)
        self.head = FullResolutionHead(half, config.detail_width, config.inputs, config.outputs, config.fold)

    def forward(self, x: Tensor) -> Tensor:
        return at_multiple_of(32, x, self._logits)

    def ready(self) -> None:
        """The picture is centred once for encoder and head; their weights take what is left of its scale."""
        look = self.head.look if self.head.detail_width else None
        if isinstance(look, FusedConv):
            conv = look.convolution
            assert conv.bias is not None
            conv.weight.data *= _CONTRAST
            conv.bias.data += (GREY - FILL) * conv.weight.sum(dim=(1, 2, 3))
        self.encoder.take_centred()
        self._is_ready = True

    def _logits(self, x: Tensor) -> Tensor:
        centred = x - (GREY if self._is_ready else FILL)
        *fine, deepest = self.encoder(centred if self._is_ready else x)
        half, quarter, eighth, sixteenth = (
            lateral(features) for lateral, features in zip(self.laterals, fine, strict=True)
        )
        y = self.context(self.to_context(deepest))
        y = self.up_sixteenth(y, sixteenth)
        y = self.up_eighth(y, eighth)
        y = self.up_quarter(y, quarter)
        y = self.up_half(y, half)
        logits: Tensor = self.head(y, centred if self._is_ready else centred * _CONTRAST)
        return corrected(logits, told=x[:, -1:]) if self.config.mask_logits else logits
