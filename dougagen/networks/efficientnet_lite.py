"""The trunk of EfficientNet-Lite (Tan and Le 2019, as TensorFlow published it for phones): inverted
bottlenecks with ReLU6 and no squeeze-and-excitation. It is here for its ImageNet weights (``pretrained``).

What the published weights need to say what they said in TensorFlow: pictures as (level − 127) / 128, norms
with ε = 1e-3, and at stride 2 the padding below and to the right.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dougagen.networks.layers import Activation, ConvNorm, FusedConv

GREY = 127.0 / 255.0
"""What is 0 to the published weights, and what they are padded with."""
_EPSILON = 1e-3
_MOMENTUM = 0.01  # TensorFlow's 0.99, counted from the other end
_STEM = 32
_STAGES = (
    # expansion, kernel, stride, channels, blocks of Lite0
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)
_SCALES = {0: (1.0, 1.0), 1: (1.0, 1.1), 2: (1.1, 1.2)}
"""Size → factors on the channels and on the blocks of a stage; the first and the last keep their blocks."""
_LAST_OF_SCALE = (0, 1, 2, 4, 6)
"""The stages after which the picture is halved, and the last: their outputs are the features."""
LITE_SIZES = tuple(_SCALES)


class LiteEncoder(nn.Module):
    """[N, inputs, H, W] in [0, 1], H and W multiples of 32 → features at 1/2, 1/4, 1/8, 1/16 and 1/32.

    ``channels`` names their widths. ``size`` is 0, 1 or 2: 2.9, 3.7 and 4.5 million parameters.
    """

    def __init__(self, size: int, *, inputs: int = 3) -> None:
        super().__init__()
        self._takes_centred = False
        wider, deeper = _SCALES[size]
        self.stem = SameConv(inputs, _STEM, 3, stride=2, activation="relu6")
        self.stages = nn.ModuleList()
        widths, reaching = [], _STEM
        for index, (expansion, kernel, stride, channels, count) in enumerate(_STAGES):
            is_end = index in (0, len(_STAGES) - 1)
            blocks: list[nn.Module] = []
            for number in range(count if is_end else _rounded_up(count * deeper)):
                width = rounded_channels(channels, wider)
                blocks.append(Bottleneck(reaching, width, expansion, kernel, 1 if number else stride))
                reaching = width
            self.stages.append(nn.Sequential(*blocks))
            widths.append(reaching)
        self.channels = tuple(widths[index] for index in _LAST_OF_SCALE)

    def take_centred(self) -> None:
        """From now on pictures come as [0, 1] − ``GREY``; norms have gone into the convolutions already."""
        first = self.stem.convolution
        assert isinstance(first, FusedConv)
        first.convolution.weight.data *= 255.0 / 128.0
        self._takes_centred = True

    def forward(self, x: Tensor) -> list[Tensor]:
        x = self.stem(x if self._takes_centred else centred(x))
        features = []
        for index, stage in enumerate(self.stages):
            x = stage(x)
            if index in _LAST_OF_SCALE:
                features.append(x)
        return features


class Bottleneck(nn.Module):
    """Widened by 1×1, mixed by one k×k kernel a channel, narrowed by 1×1; a shortcut where sizes allow it."""

    def __init__(self, inputs: int, outputs: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        wide = inputs * expansion
        self.widen = SameConv(inputs, wide, 1, activation="relu6") if expansion > 1 else nn.Identity()
        self.mix = SameConv(wide, wide, kernel, stride=stride, groups=wide, activation="relu6")
        self.narrow = SameConv(wide, outputs, 1)
        self.has_shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.narrow(self.mix(self.widen(x)))
        return x + y if self.has_shortcut else y


class SameConv(nn.Module):
    """Convolution, norm and activation with TensorFlow's padding "same": of an even picture at stride 2,
    k − 2 pixels of padding, the odd one of them below and to the right."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        *,
        stride: int = 1,
        groups: int = 1,
        activation: Activation = "none",
    ) -> None:
        super().__init__()
        before = (kernel - stride) // 2
        after = kernel - stride - before
        self.is_depthwise = groups > 1
        self.convolution: nn.Module = ConvNorm(
            inputs,
            outputs,
            kernel,
            stride=stride,
            groups=groups,
            padding=(before, after) if stride > 1 else kernel // 2,
            activation=activation,
            epsilon=_EPSILON,
            momentum=_MOMENTUM,
        )

    def forward(self, x: Tensor) -> Tensor:
        if self.is_depthwise and self.training and x.device.type == "cpu":
            # Backwards a depthwise kernel takes a CPU twice as long in bfloat16 as in float32.
            with torch.autocast("cpu", enabled=False):
                return self._convolved(x.float())
        return self._convolved(x)

    def _convolved(self, x: Tensor) -> Tensor:
        y: Tensor = self.convolution(x)
        return y


def centred(picture: Tensor) -> Tensor:
    """[0, 1] as the published weights want it: (255 · x − 127) / 128."""
    return picture * (255.0 / 128.0) - 127.0 / 128.0


def rounded_channels(channels: int, factor: float) -> int:
    """``channels`` · ``factor`` to the nearest multiple of 8, never more than a tenth below it."""
    wanted = channels * factor
    rounded = max(8, int(wanted + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * wanted else rounded


def _rounded_up(count: float) -> int:
    return -int(-count // 1)
