"""The thesis's adversarial loss (5.5.2): a discriminator judges whole pictures, and learns meanwhile.

The thesis ran "several combinations" of its options for 4,000 epochs and found none that worked: "frequently
showing no correlation between the input and the output or being indistinguishable from noise". They are here
so that one can see it, or find the one that does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dougagen.domain import CLASS_COUNT, PALETTE
from dougagen.errors import ConfigError
from dougagen.networks.resnet import BLOCKS, ResNetTrunk
from dougagen.settings import require, require_known, typed
from dougagen.training.optimizers import OPTIMIZERS, optimizer_of, restore_optimizer

_SHARPNESS = 10.0
"""Logits for a squared distance of 1 in colour; black and white are 3 apart."""


class Encoding(StrEnum):
    """How douga is shown to the discriminator."""

    THREE_CHANNEL = "three-channel"
    """A picture in the palette's colours. The network's ten channels mix it: their product with the palette,
    which as a 1×1 convolution after the last one makes every picture that three channels of output make.
    Without a pixel-wise loss the weights that are saved say the nearest colours (``read_by_color``)."""
    TEN_CHANNEL = "ten-channel"
    """The network's ten channels as they are, against ones and zeros."""
    SOFTMAX = "softmax"
    """The probabilities of the classes: ten channels that sum to 1."""
    ARGMAX = "argmax"
    """Ones and zeros on both sides; backwards as if it were softmax (straight through)."""


@dataclass(frozen=True, slots=True)
class AdversarialConfig:
    """The options of ``[adversarial]``. A run has a discriminator where the table says anything."""

    weight: float = 1.0
    """Of the adversarial loss."""
    pixel_weight: float = 1.0
    """Of the pixel-wise loss beside it; 0: the adversarial loss alone."""
    encoding: str = Encoding.ARGMAX
    conditional: bool = False
    """Whether the discriminator sees the color picture, too; Yonetsuji found it better without (5.5.2)."""
    optimizer: str = "adam"
    """Of the discriminator."""
    learning_rate: float = 1e-4
    """Of the discriminator; it stays."""
    depth: int = 34
    """Of the discriminator's ResNet."""
    width: int = 64
    """Of its stem; fewer for a smaller one."""

    def __post_init__(self) -> None:
        for name in ("weight", "pixel_weight"):
            value = getattr(self, name)
            require(f"adversarial.{name}", 0 <= value < float("inf"), "at least 0, finite", value)
        require("adversarial.weight", self.weight > 0, "above 0 (leave the table out for none)", self.weight)
        known = ", ".join(Encoding)
        require("adversarial.encoding", self.encoding in list(Encoding), f"one of {known}", self.encoding)
        wanted = f"one of {', '.join(OPTIMIZERS)}"
        require("adversarial.optimizer", self.optimizer in OPTIMIZERS, wanted, self.optimizer)
        require("adversarial.learning_rate", 0 < self.learning_rate < 1, "in (0, 1)", self.learning_rate)
        require(
            "adversarial.depth", self.depth in BLOCKS, f"one of {', '.join(map(str, BLOCKS))}", self.depth
        )
        require("adversarial.width", 1 <= self.width <= 256, "in [1, 256]", self.width)

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> AdversarialConfig:
        """From a table of TOML. Raises ConfigError for an unknown key or a value that cannot be."""
        kinds = {item.name: str(item.type) for item in fields(cls)}
        require_known("adversarial option", options, kinds)
        return cls(**{name: typed(f"adversarial.{name}", kinds[name], options[name]) for name in options})

    @property
    def is_read_by_color(self) -> bool:
        """Whether nothing but colours ties the network's channels to classes."""
        return self.encoding == Encoding.THREE_CHANNEL and not self.pixel_weight

    @property
    def channels(self) -> int:
        """Of what the discriminator reads."""
        douga = 3 if self.encoding == Encoding.THREE_CHANNEL else CLASS_COUNT
        return douga + 3 * self.conditional


class Discriminator(nn.Module):
    """[N, channels, H, W] → [N], log odds that a human drew it: a ResNet, its last features averaged."""

    def __init__(self, channels: int, *, depth: int = 34, width: int = 64) -> None:
        super().__init__()
        self.trunk = ResNetTrunk(depth, inputs=channels, width=width)
        self.judge = nn.Linear(self.trunk.channels[-1], 1)

    def forward(self, x: Tensor) -> Tensor:
        features = self.trunk(x.contiguous(memory_format=torch.channels_last))[-1]
        odds: Tensor = self.judge(features.float().mean((2, 3)))[:, 0]  # [N, C, h, w] -> [N, C] -> [N]
        return odds


def drawn(logits: Tensor, encoding: str) -> Tensor:
    """A network's ten channels [N, 10, H, W] as the discriminator sees them; the gradient comes back."""
    if encoding == Encoding.TEN_CHANNEL:
        return logits
    if encoding == Encoding.THREE_CHANNEL:
        return in_colors(logits)
    shares = logits.softmax(1)
    if encoding == Encoding.SOFTMAX:
        return shares
    return one_hot(logits.argmax(1)) + shares - shares.detach()  # forward the ones, backward the softmax


def truly_drawn(targets: Tensor, encoding: str) -> Tensor:
    """The truth, int64 [N, H, W], in the same form."""
    ones = one_hot(targets)
    return in_colors(ones) if encoding == Encoding.THREE_CHANNEL else ones


def one_hot(classes: Tensor) -> Tensor:
    """int64 [N, H, W] → float [N, 10, H, W]."""
    return F.one_hot(classes, CLASS_COUNT).permute(0, 3, 1, 2).float()


def in_colors(channels: Tensor) -> Tensor:
    """[N, 10, H, W] → [N, 3, H, W]: the palette, whose colours are columns, times each pixel; 1 is white."""
    palette = torch.tensor(PALETTE / 255.0, dtype=channels.dtype, device=channels.device)  # [10, 3]
    return torch.einsum("nkhw,kc->nchw", channels, palette)


@torch.no_grad()
def read_by_color(network: nn.Module) -> nn.Module:
    """A copy whose classes are the colours of the palette nearest to the picture that its channels mix.

    With x the mixed colour and c a class's, −|x − c|² is 2 x·c − |c|² and what all classes share; that is
    linear in the channels, so the last convolution takes it in. Raises ConfigError where it is not the last.
    """
    copied = deepcopy(network)
    last = [layer for name, layer in copied.named_modules() if name.split(".")[-1] == "classify"][-1:]
    if not last or not isinstance(last[0], nn.Conv2d) or last[0].out_channels > CLASS_COUNT + 1:
        raise ConfigError(
            "only a network that ends in its classes can be read by colour", remedy="take a gcn"
        )
    weight, bias = last[0].weight, last[0].bias
    assert bias is not None
    palette = torch.tensor(PALETTE / 255.0, dtype=weight.dtype, device=weight.device)  # [10, 3]
    nearness = 2.0 * _SHARPNESS * palette @ palette.T  # [10, 10]
    weight[:CLASS_COUNT] = torch.einsum("ij,jchw->ichw", nearness, weight[:CLASS_COUNT].clone())
    bias[:CLASS_COUNT] = nearness @ bias[:CLASS_COUNT].clone() - _SHARPNESS * palette.square().sum(1)
    return copied


class Adversary:
    """A discriminator with its optimiser: adds to the loss of a step, then takes a step of its own."""

    def __init__(
        self, config: AdversarialConfig, device: torch.device, *, half: bool, fused: bool | None
    ) -> None:
        self._config, self._half, self._fused = config, half, fused
        network = Discriminator(config.channels, depth=config.depth, width=config.width)
        self.network = network.to(device, memory_format=torch.channels_last).train()  # type: ignore[call-overload]
        self._optimizer = optimizer_of(config.optimizer, self.network, rate=config.learning_rate, fused=fused)
        self.parts: dict[str, Tensor] = {}
        """What the last step's loss was made of."""

    def joined(self, pixel_loss: Tensor, logits: Tensor, color: Tensor) -> Tensor:
        """The loss of the network that draws: non-saturating, −log of what the discriminator says of it.

        Args:
            logits: [N, 10, H, W]. color: [N, 3, H, W] in [0, 1].
        """
        config = self._config
        with _frozen(self.network):
            odds = self._odds(drawn(logits.float(), config.encoding), color)
        fooled = F.softplus(-odds).mean()
        self.parts = {"pixel_loss": pixel_loss.detach(), "adversarial_loss": fooled.detach()}
        loss = config.weight * fooled
        return loss + config.pixel_weight * pixel_loss if config.pixel_weight else loss

    def learn(self, logits: Tensor, targets: Tensor, color: Tensor) -> None:
        """One step of the discriminator, on the same pictures."""
        encoding = self._config.encoding
        real = self._odds(truly_drawn(targets, encoding), color)
        made = self._odds(drawn(logits.detach().float(), encoding), color)
        loss = F.softplus(-real).mean() + F.softplus(made).mean()
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        self.parts["discriminator_loss"] = loss.detach()

    def _odds(self, douga: Tensor, color: Tensor) -> Tensor:
        seen = torch.cat([douga, color], dim=1) if self._config.conditional else douga
        with torch.autocast(seen.device.type, torch.bfloat16, enabled=self._half):
            odds: Tensor = self.network(seen - 0.5)
        return odds.float()

    def state(self) -> dict[str, Any]:
        """Tensors and plain values."""
        return {"network": self.network.state_dict(), "optimizer": self._optimizer.state_dict()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from ``state``."""
        self.network.load_state_dict(state["network"])
        restore_optimizer(self._optimizer, state["optimizer"], fused=self._fused)


@contextmanager
def _frozen(network: nn.Module) -> Iterator[None]:
    """The gradient goes through, none is kept for the network's own parameters."""
    network.requires_grad_(False)
    try:
        yield
    finally:
        network.requires_grad_(True)
