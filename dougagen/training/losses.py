"""What the networks are to minimise (thesis 4.5, 5.5.1), without the fat lines of full class weights."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from dougagen.networks import Task
from dougagen.training.config import TrainingConfig


def loss_for(config: TrainingConfig, frequencies: NDArray[np.float64]) -> nn.Module:
    """The loss of the task: logits [N, K, H, W], targets int64 [N, H, W], cels bool [N, H, W] → a scalar."""
    return CelLoss(config) if config.task is Task.CEL else DougaLoss(config, frequencies)


class CelLoss(nn.Module):
    """Cross entropy, heavier near the mask's border, and 1 − soft IoU of the cel."""

    def __init__(self, config: TrainingConfig) -> None:
        super().__init__()
        self._config = config

    def forward(self, logits: Tensor, targets: Tensor, cels: Tensor) -> Tensor:  # noqa: ARG002
        odds = logits[:, 1].float() - logits[:, 0].float()  # [N, 2, H, W] -> [N, H, W]
        return mask_loss(odds, cels.float(), self._config)


def mask_loss(odds: Tensor, cel: Tensor, config: TrainingConfig) -> Tensor:
    """Of log odds [N, H, W] that a pixel is cel against the truth, 0 or 1."""
    surprise = F.binary_cross_entropy_with_logits(odds, cel, reduction="none")
    if config.focal_gamma:
        surprise = _focal(surprise, config.focal_gamma)
    weights = 1.0 + config.boundary_weight * near_border(cel)
    loss = (surprise * weights).sum() / weights.sum()
    if config.overlap_weight:
        share = torch.sigmoid(odds)
        both = (share * cel).sum()
        overlap = (both + 1.0) / (share.sum() + cel.sum() - both + 1.0)
        loss = loss + config.overlap_weight * (1.0 - overlap)
    return loss


class DougaLoss(nn.Module):
    """Cross entropy with tempered class weights, and 1 − soft Dice over the classes in the batch.

    Where the network corrects the mask too, the loss of that mask is added.
    """

    weights: Tensor

    def __init__(self, config: TrainingConfig, frequencies: NDArray[np.float64]) -> None:
        super().__init__()
        self._config = config
        weights = class_weights(
            frequencies, power=config.class_weight_power, largest=config.largest_class_weight
        )
        self.register_buffer("weights", torch.tensor(weights, dtype=torch.float32))

    def forward(self, logits: Tensor, targets: Tensor, cels: Tensor) -> Tensor:
        config, classes = self._config, len(self.weights)
        if logits.shape[1] > classes:
            drawn = self.forward(logits[:, :classes], targets, cels)
            return drawn + mask_loss(logits[:, classes].float(), cels.float(), config)
        # In channels_last this is a view, and softmax over the last axis is several times faster on the CPU.
        rows = logits.float().permute(0, 2, 3, 1).reshape(-1, classes)  # [N, K, H, W] -> [N·H·W, K]
        flat = targets.reshape(-1)
        logs = F.log_softmax(rows, dim=1)
        truth = logs.gather(1, flat[:, None])[:, 0]  # [P]: log probability of the right class
        surprise = _focal(-truth, config.focal_gamma) if config.focal_gamma else -truth
        weights = self.weights[flat]
        loss = (surprise * weights).sum() / weights.sum()
        if config.overlap_weight:
            loss = loss + config.overlap_weight * (1.0 - _dice(logs, truth, flat))
        return loss


def _dice(logs: Tensor, truth: Tensor, flat: Tensor) -> Tensor:
    predicted = logs.exp().sum(0)  # [K]
    both, true = (sums_by_comparison if flat.is_cuda else sums_by_index)(truth.exp(), flat, len(predicted))
    present = (true > 0).to(predicted.dtype)
    dice = (2.0 * both + 1.0) / (predicted + true + 1.0)
    return (dice * present).sum() / present.sum()


def sums_by_index(shares: Tensor, flat: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    """float [K] each: the sum of ``shares`` [P] and the number of pixels for each class of ``flat`` [P]."""
    sums = torch.zeros(classes, dtype=shares.dtype, device=shares.device).index_add(0, flat, shares)
    return sums, torch.bincount(flat, minlength=classes).to(shares.dtype)


def sums_by_comparison(shares: Tensor, flat: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    """The same for a GPU: there all pixels would add to ten addresses, and ``bincount`` waits for us."""
    is_true = flat[:, None] == torch.arange(classes, device=flat.device)  # [P, K]
    return (shares[:, None] * is_true).sum(0), is_true.sum(0).to(shares.dtype)


def _focal(surprise: Tensor, gamma: float) -> Tensor:
    """Lin et al. 2018: what is already right counts less."""
    return surprise * (1.0 - torch.exp(-surprise)) ** gamma


def class_weights(frequencies: NDArray[np.float64], *, power: float, largest: float) -> NDArray[np.float64]:
    """float64[10]: (1 / frequency) ** power over the same of the most frequent class, at most ``largest``."""
    weights: NDArray[np.float64] = (frequencies.max() / np.maximum(frequencies, 1e-9)) ** power
    return weights.clip(max=largest)


def near_border(mask: Tensor) -> Tensor:
    """float [N, H, W] of 0 and 1 → 1 within two pixels of where it changes."""
    padded = F.pad(mask[:, None], (2, 2, 2, 2), mode="replicate")  # [N, H, W] -> [N, 1, H + 4, W + 4]
    # A box of ones: six times faster than the two max pools of a morphological gradient (one core, 448 px).
    covered = F.conv2d(padded, torch.ones(1, 1, 5, 5, device=mask.device))[:, 0]
    return ((covered > 0.5) & (covered < 24.5)).float()
