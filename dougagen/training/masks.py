"""What a cel network says of training pictures: the douga network learns from the masks it will be given."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from dougagen.errors import ConfigError
from dougagen.networks import (
    LoadedNetwork,
    Task,
    find_weights,
    fuse_for_inference,
    lines_read_by,
    load_weights,
    logits_at_lines,
)
from dougagen.networks.devices import chosen_device
from dougagen.training.config import TrainingConfig


class PredictedMasks:
    """A ``MaskReader``: reads a picture as ``reconstruction`` does, at the lines that the network wants."""

    def __init__(self, cel: LoadedNetwork, device: torch.device) -> None:
        """Raises ConfigError for another network, WeightsError where the lines it wants make no sense."""
        if cel.task is not Task.CEL:
            raise ConfigError(
                f"{cel.name} is a {cel.task} network", remedy="give the weights of a cel network"
            )
        self._device, self._lines = device, lines_read_by(cel)
        network = fuse_for_inference(deepcopy(cel.module))
        self._network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.name = f"{cel.name}@{cel.sha256[:8]}"

    @torch.inference_mode()
    def __call__(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        bytes_ = torch.from_numpy(np.array(picture)).to(self._device)
        color = bytes_.permute(2, 0, 1)[None].float() / 255.0  # [H, W, 3] -> [1, 3, H, W], channels_last
        logits = logits_at_lines(self._network, color, self._lines)
        likelihood = torch.sigmoid(logits[:, 1] - logits[:, 0])  # [1, 2, H, W] -> [1, H, W]
        return (likelihood[0] * 255.0).round().to(torch.uint8).cpu().numpy()


def reader_for(config: TrainingConfig, weights: Path | None) -> PredictedMasks | None:
    """The cel network that a run asks for masks: ``weights``, or those of dougagen; None where it asks none.

    Raises ConfigError, DeviceError, WeightsError.
    """
    if config.masks != "predicted" or not config.chosen_wiring.reads_mask:
        if weights is not None:
            raise ConfigError("this run reads no predicted masks", remedy="leave the cel weights out")
        return None
    cel = load_weights(weights or find_weights(None, Task.CEL))
    return PredictedMasks(cel, chosen_device(config.device))
