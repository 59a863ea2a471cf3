"""What every network here is built from: convolution with norm, padding to the stride, one memory format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

Activation = Literal["none", "relu", "relu6"]
"""What follows a norm: ``relu6`` is ReLU up to 6."""
_ONEDNN = bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]
_OF_ONEDNN = {"none": ("none", []), "relu": ("relu", []), "relu6": ("hardtanh", [0.0, 6.0])}


class ConvNorm(nn.Sequential):
    """Convolution without bias, batch norm, activation; ``fuse_for_inference`` makes one of the three."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        *,
        stride: int = 1,
        groups: int = 1,
        padding: int | tuple[int, int] | None = None,
        activation: Activation = "none",
        epsilon: float = 1e-5,
        momentum: float = 0.1,
    ) -> None:
        """``padding``: pixels on each side; two numbers are those before (left, above) and after."""
        pads = padding if isinstance(padding, tuple) else None
        even = kernel // 2 if padding is None else padding
        super().__init__(
            nn.Conv2d(
                inputs,
                outputs,
                kernel,
                stride=stride,
                padding=even if isinstance(even, int) else 0,
                groups=groups,
                bias=False,
            ),
            nn.BatchNorm2d(outputs, eps=epsilon, momentum=momentum),
        )
        self.pads: tuple[int, int] | None = pads
        self.activation: Activation = activation

    def forward(self, x: Tensor) -> Tensor:
        if self.pads is not None:
            before, after = self.pads
            x = F.pad(x, (before, after, before, after))
        for layer in self:
            x = layer(x)
        return activated(x, self.activation)


class FusedConv(nn.Module):
    """A convolution and the activation after it as one operation, for inference alone.

    On a CPU oneDNN takes the activation along: as an operation of its own it reads and writes the largest
    tensors of a network once more (108 instead of 312 ms for a 1×1 convolution to 96 channels at 960×544).
    """

    def __init__(self, convolution: nn.Conv2d, activation: Activation = "none") -> None:
        super().__init__()
        self.convolution = convolution
        self.activation: Activation = activation
        self._cast: dict[torch.dtype, tuple[Tensor, Tensor | None]] = {}

    @classmethod
    def of(cls, block: ConvNorm) -> FusedConv:
        """The same as ``block``, whose norm goes into the weights, and its padding into the kernel."""
        conv, norm = block[0], block[1]
        assert isinstance(conv, nn.Conv2d)
        assert isinstance(norm, nn.BatchNorm2d)
        fused = cls(fuse_conv_bn_eval(conv, norm), block.activation)
        if block.pads is not None:
            _pad_within(fused.convolution, *block.pads)
        return fused

    def forward(self, x: Tensor) -> Tensor:
        dtype = _dtype_of_onednn(x)
        if dtype is None:
            return activated(self.convolution(x), self.activation)
        y: Tensor = torch.ops.mkldnn._convolution_pointwise(
            x.to(dtype), *self._at_work(dtype), *_OF_ONEDNN[self.activation], ""
        )
        return y

    def plus(self, x: Tensor, other: Tensor) -> Tensor:
        """What the convolution says of ``x`` and ``other``, of the size of that, together; then activated."""
        dtype = _dtype_of_onednn(x)
        if dtype is None:
            return activated(self.convolution(x) + other, self.activation)
        y: Tensor = torch.ops.mkldnn._convolution_pointwise.binary(
            x.to(dtype),
            other.to(dtype),
            *self._at_work(dtype),
            "add",
            1.0,
            *_OF_ONEDNN[self.activation],
            "",
        )
        return y

    def _at_work(self, dtype: torch.dtype) -> tuple[object, ...]:
        """Weights in a number format, cast once, and the numbers of the convolution."""
        conv = self.convolution
        if dtype not in self._cast:
            self._cast[dtype] = conv.weight.to(dtype), None if conv.bias is None else conv.bias.to(dtype)
        return *self._cast[dtype], conv.padding, conv.stride, conv.dilation, conv.groups


class ReadiesItself(nn.Module):
    """What is more than its convolutions, and has a quicker form for inference."""

    def ready(self) -> None:
        """Take that form, for good; norms have gone into the convolutions already."""
        raise NotImplementedError


def activated(x: Tensor, activation: Activation) -> Tensor:
    """``x`` itself, changed in place."""
    if activation == "none":
        return x
    return F.relu(x, inplace=True) if activation == "relu" else F.relu6(x, inplace=True)


def fuse_for_inference(network: nn.Module) -> nn.Module:
    """Fold every batch norm, and the activation after it, into the convolution before it, in place, and have
    modules take the form in which they infer; the network must only infer after this.

    At 1080p a batch norm of 24 channels at half size costs 3 to 6 ms on one core; folded it costs nothing.
    """
    network.eval()
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, ConvNorm):
                setattr(module, name, FusedConv.of(child))
    for module in reversed(list(network.modules())):  # the parts before the whole
        if isinstance(module, ReadiesItself):
            module.ready()
    return network


def _pad_within(conv: nn.Conv2d, before: int, after: int) -> None:
    """Have a convolution pad by itself, where it is to be padded by one more after than before: its kernel
    begins with a row and a column of zeros. Padding apart copies the picture (80 against 11 ms for a
    depthwise 5×5 kernel at 480×272 and stride 2)."""
    if after != before + 1:
        raise ValueError(f"padding must be one more after than before, got {before} and {after}")
    conv.weight = nn.Parameter(F.pad(conv.weight, (1, 0, 1, 0)), requires_grad=False)
    conv.kernel_size = tuple(conv.weight.shape[-2:])  # type: ignore[assignment]
    conv.padding = (after, after)


def _dtype_of_onednn(x: Tensor) -> torch.dtype | None:
    """The number format in which oneDNN convolves ``x`` here; None where it does not, or where somebody
    writes down what is done to it."""
    if x.device.type != "cpu" or torch.is_grad_enabled() or not _ONEDNN:
        return None
    if torch.compiler.is_compiling() or torch._C._get_tracing_state() is not None:
        return None
    dtype = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else x.dtype
    return dtype if dtype in (torch.float32, torch.bfloat16) else None


def at_multiple_of(stride: int, x: Tensor, network: Callable[[Tensor], Tensor]) -> Tensor:
    """``network(x)`` for any H, W ≥ 1: the border is replicated up to a multiple of ``stride``, then cropped.

    The padded picture is laid out in channels_last whatever came in: with torch 2.13 on CPU the backward
    pass of a (25, 1) convolution in NCHW corrupts the heap.
    """
    height, width = x.shape[-2:]
    down, right = -height % stride, -width % stride
    if down or right:
        x = F.pad(x, (0, right, 0, down), mode="replicate")
    y = network(x.contiguous(memory_format=torch.channels_last))
    return y[..., :height, :width] if down or right else y
