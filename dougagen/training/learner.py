"""What learns: a network, the moving average of its weights, and their optimiser, on one device."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

from dougagen.errors import ConfigError
from dougagen.networks import (
    LiteUNet,
    LoadedNetwork,
    begin_from_imagenet,
    build_network,
    grown_state,
    network_options,
)
from dougagen.networks.compiled import can_compile
from dougagen.networks.devices import chosen_device, trains_in_bf16
from dougagen.training.adversarial import Adversary, read_by_color
from dougagen.training.batches import Batch
from dougagen.training.config import TrainingConfig
from dougagen.training.losses import loss_for
from dougagen.training.optimizers import optimizer_of, restore_optimizer


class Learner:
    """One step at a time; knows nothing of budgets, logs and files.

    Everything is in channels_last: the backward pass of a (25, 1) convolution in NCHW corrupts the heap on
    the CPU, and tensor cores want it on a GPU.
    """

    def __init__(
        self, config: TrainingConfig, frequencies: NDArray[np.float64], *, start: LoadedNetwork | None
    ) -> None:
        """With the weights of ``start`` or random ones. Raises ConfigError, DeviceError."""
        self._config = config
        self.device = chosen_device(config.device)
        torch.manual_seed(config.seed)
        self.options = network_options(
            config.architecture, config.task, config.network_said, wiring=config.chosen_wiring
        )
        network = build_network(config.architecture, self.options)
        self.started_from = ""
        if start is not None:
            _require_same_kind(start, config)
            network.load_state_dict(grown_state(start, network))
            self.started_from = f"{start.name}@{start.sha256[:8]}"
        elif config.pretrained:
            assert isinstance(network, LiteUNet)
            self.started_from = begin_from_imagenet(network.encoder, network.config.encoder)
        self.network = network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        require_channels_last(self.network)
        self.average = deepcopy(self.network).eval().requires_grad_(False)
        self.network.train()
        on_gpu = self.device.type == "cuda"
        self._fused = True if on_gpu else None
        self._optimizer = optimizer_of(
            config.optimizer,
            self.network,
            rate=config.learning_rate,
            weight_decay=config.weight_decay,
            fused=self._fused,
        )
        self._criterion = loss_for(config, frequencies).to(self.device)
        self._half = config.precision == "bf16" or (
            config.precision == "auto" and trains_in_bf16(self.device)
        )
        judged = config.discriminator
        self._adversary = (
            None if judged is None else Adversary(judged, self.device, half=self._half, fused=self._fused)
        )
        self._forward = self.network
        if on_gpu:
            torch.backends.cudnn.benchmark = True  # every batch has the same shape
            torch.set_float32_matmul_precision("high")
        if config.compile == "on" or (config.compile == "auto" and on_gpu and can_compile(self.device)):
            self._forward = torch.compile(self.network)  # type: ignore[assignment]
        self._followed = _Followed(self.average, self.network)

    def learn_from(self, batch: Batch, *, step: int, rate: float) -> tuple[Tensor, Tensor, Tensor]:
        """Step number ``step``; returns loss, logits of the classes and targets, detached, on the device.

        Nothing in here waits for a GPU.
        """
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        inputs, targets = batch.inputs(self.device), batch.targets.to(self.device).long()
        if not inputs.is_contiguous(memory_format=torch.channels_last):
            inputs = inputs.contiguous(memory_format=torch.channels_last)
        with (
            _told_of_lone_values(batch),
            torch.autocast(self.device.type, torch.bfloat16, enabled=self._half),
        ):
            logits = self._forward(inputs)
        loss: Tensor = self._criterion(logits, targets, batch.cels.to(self.device))
        adversary, classes = self._adversary, self._config.task.classes
        if adversary is not None:
            color = batch.color(self.device)
            with _told_of_lone_values(batch):
                loss = adversary.joined(loss, logits[:, :classes], color)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), self._config.largest_gradient)
        self._optimizer.step()
        # quickly at the beginning, when there is nothing to keep
        self._followed.follow(min(self._config.average_decay, (2 + step) / (11 + step)))
        drawn = logits.detach()[:, :classes]
        if adversary is not None:
            adversary.learn(drawn, targets, color)
        return loss.detach(), drawn, targets

    @property
    def parts(self) -> Mapping[str, Tensor]:
        """What the loss of the last step was made of, where it has a discriminator."""
        return {} if self._adversary is None else self._adversary.parts

    @torch.no_grad()
    def loss_on(self, batches: Sequence[Batch]) -> float:
        """The pixel-wise loss of the average, the mean over ``batches``; learns nothing."""
        losses = []
        for batch in batches:
            inputs = batch.inputs(self.device).contiguous(memory_format=torch.channels_last)
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self._half):
                logits = self.average(inputs)
            targets, cels = batch.targets.to(self.device).long(), batch.cels.to(self.device)
            losses.append(self._criterion(logits, targets, cels) * len(targets))
        return float(torch.stack(losses).sum() / sum(len(batch.targets) for batch in batches))

    @torch.no_grad()
    def is_finite(self) -> bool:
        """Whether every weight still is a number, those of the discriminator included."""
        networks = [self.network, *([] if self._adversary is None else [self._adversary.network])]
        sums = [tensor.sum() for network in networks for tensor in network.parameters()]
        return bool(torch.stack(sums).isfinite().all())

    def kept(self) -> nn.Module:
        """The average as it is to be saved. Raises ConfigError where no classes could be read from it."""
        judged = self._config.discriminator
        return read_by_color(self.average) if judged and judged.is_read_by_color else self.average

    def state(self) -> dict[str, Any]:
        """Tensors and plain values: the same run goes on with them on any machine."""
        state = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "random": torch.get_rng_state(),
        }
        return state if self._adversary is None else {**state, "adversary": self._adversary.state()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from ``state``, which another kind of device may have written."""
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        restore_optimizer(self._optimizer, state["optimizer"], fused=self._fused)
        if self._adversary is not None:
            self._adversary.restore(state["adversary"])
        torch.set_rng_state(state["random"])


class _Followed:
    """The average and the network as flat lists of tensors, made once: a step has no time for names."""

    def __init__(self, average: nn.Module, network: nn.Module) -> None:
        pairs = list(zip(average.state_dict().values(), network.state_dict().values(), strict=True))
        self._kept, self._new = [], []
        self._counts = [(kept, new) for kept, new in pairs if not kept.is_floating_point()]
        for kept, new in pairs:
            if kept.is_floating_point():
                self._kept.append(kept)
                self._new.append(new)

    @torch.no_grad()
    def follow(self, decay: float) -> None:
        """kept ← decay · kept + (1 − decay) · new, in a few kernels; counts are copied."""
        get_ema_multi_avg_fn(decay)(self._kept, self._new, None)  # type: ignore[no-untyped-call]
        for kept, new in self._counts:
            kept.copy_(new)


@contextmanager
def _told_of_lone_values(batch: Batch) -> Iterator[None]:
    """A batch norm has nothing to norm where a channel has one value: said in words that are ours."""
    try:
        yield
    except ValueError as error:
        if "more than 1 value per channel" not in str(error):
            raise
        count, height, width = batch.targets.shape
        raise ConfigError(
            f"a batch of {count} and crops of {height}×{width} px leave one value a channel "
            "where the network is coarsest",
            remedy="take a larger batch or larger crops",
        ) from error


def require_channels_last(network: nn.Module) -> None:
    """Raises ConfigError where a kernel of ``network`` lies in another order. A few microseconds a layer."""
    for name, kernel in network.named_parameters():
        if kernel.ndim == 4 and not kernel.is_contiguous(memory_format=torch.channels_last):
            raise ConfigError(
                f"the kernel {name!r} is not in channels_last, in which alone training is safe on the CPU"
            )


def _require_same_kind(start: LoadedNetwork, config: TrainingConfig) -> None:
    if (start.task, start.architecture) != (config.task, config.architecture):
        raise ConfigError(
            f"cannot start from {start.name}: it is a {start.task} network of architecture "
            f"{start.architecture!r}, this run trains {config.task}, {config.architecture!r}",
            remedy="start from weights of the same task and architecture, or from random ones",
        )
