"""What the cel stage says of a picture, without the douga: training tells it to the douga network."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dougagen.domain import Triplet
from dougagen.errors import WeightsError
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
from dougagen.reconstruction.cel_area_reader import AreasWithTruth, CelAreaReader, areas_with_truth
from dougagen.reconstruction.color_cut import ColorCutConfig, settled_odds
from dougagen.reconstruction.consistency import odds_of


class CelReader:
    """Reads pictures as ``NetworkReconstructor`` does: the network, its areas, the cut along the colours."""

    def __init__(
        self,
        cel: LoadedNetwork,
        device: torch.device,
        *,
        cut: ColorCutConfig | None = None,
        threads: int = 0,
    ) -> None:
        """``threads`` are torch's on the CPU; 0 leaves its choice.

        Raises WeightsError for another network, or where the lines it wants make no sense.
        """
        if threads:
            torch.set_num_threads(threads)
        if cel.task is not Task.CEL:
            raise WeightsError(
                f"{cel.name} is a {cel.task} network", remedy="give the weights of a cel network"
            )
        self._device, self._lines, self._cut = device, lines_read_by(cel), cut or ColorCutConfig()
        network = fuse_for_inference(deepcopy(cel.module))
        self._network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._areas = None if cel.areas is None else CelAreaReader(cel.areas, most_added=self._cut.most_added)
        self.name = f"{cel.name}@{cel.sha256[:8]}"

    @classmethod
    def load(cls, weights: Path | None, *, device: str) -> CelReader:
        """With the cel weights of a file; None takes those of dougagen. Raises WeightsError, DeviceError."""
        cel = load_weights(weights or find_weights(None, Task.CEL))
        return cls(cel, chosen_device(device))

    @torch.inference_mode()
    def __call__(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """uint8 [H, W, 3] RGB → uint8 [H, W]: how likely each pixel is cel, 255 for certain."""
        odds = self._odds(picture)
        if self._areas is not None:
            odds = self._areas.decided(odds, picture[None])
        likelihood = torch.sigmoid(settled_odds(odds, picture[None], self._cut))
        return (likelihood[0, 0] * 255.0).round().to(torch.uint8).cpu().numpy()

    @torch.inference_mode()
    def areas_of(self, example: Triplet) -> AreasWithTruth | None:
        """The areas of a picture before anything decides about them, for learning to decide; None for one."""
        return areas_with_truth(example, self._odds(example.color))

    def _odds(self, picture: NDArray[np.uint8]) -> Tensor:
        """The network's log odds [1, 1, H, W]."""
        bytes_ = torch.from_numpy(np.array(picture)).to(self._device)
        color = bytes_.permute(2, 0, 1)[None].float() / 255.0  # [H, W, 3] -> [1, 3, H, W], channels_last
        return odds_of(logits_at_lines(self._network, color, self._lines))
