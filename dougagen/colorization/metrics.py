"""How near a painted drawing comes to the true one, and how quiet a shot is.

The features behind two of the measures are those of EfficientNet-Lite0 with ImageNet weights, not those of
the networks that LPIPS and FID are defined on, so the figures bear other names and compare with no paper's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from dougagen.colorization.losses import PretrainedFeatures
from dougagen.errors import DomainError

SAME_PAINT = 4.0
"""8-bit levels by which two true drawings may differ where they show the same paint, in the channel that
differs most, over a 5×5 mean."""
_FLAT = 96.0
_DEEP = 3
"""Which features the Fréchet distance is taken of: those at 1/16, 112 channels."""
_REGULAR = 1e-6

Picture = NDArray[np.uint8]


def psnr(painted: Picture, truth: Picture) -> float:
    """Decibels between two uint8[H, W, 3]; equal ones have 96."""
    _require_one_size(painted, truth)
    error = float(np.square(painted.astype(np.float64) - truth).mean())
    return _FLAT if error == 0 else min(_FLAT, 10 * float(np.log10(255**2 / error)))


def ssim(painted: Picture, truth: Picture) -> float:
    """Structural similarity as scikit-image has it, 7×7 windows, the mean over the channels."""
    _require_one_size(painted, truth)
    value: float = structural_similarity(painted, truth, channel_axis=2)  # type: ignore[no-untyped-call]
    return float(value)


class FeatureMeasures:
    """Distances on features. Raises WeightsError where their weights are not installed."""

    def __init__(self) -> None:
        self._features = PretrainedFeatures()

    @torch.inference_mode()
    def features(self, picture: Picture) -> list[NDArray[np.float32]]:
        """float32[C, h, w] at 1/2, 1/4, 1/8 and 1/16."""
        tensor = torch.from_numpy(picture).permute(2, 0, 1)[None]  # [H, W, 3] -> [1, 3, H, W]
        return [one[0].numpy() for one in self._features(tensor.float() / 255.0)]

    def distance(self, painted: Picture, truth: Picture) -> float:
        """As LPIPS without its learned weights: squared difference of features of length 1 at each place, the
        mean over places, the sum over sizes."""
        _require_one_size(painted, truth)
        return unit_distance(self.features(painted), self.features(truth))

    def places(self, picture: Picture) -> NDArray[np.float32]:
        """float32[N, 112]: what the encoder says at every 16th pixel, for ``frechet``."""
        deep = self.features(picture)[_DEEP]
        return deep.reshape(len(deep), -1).T  # [C, h, w] -> [h·w, C]


def unit_distance(one: Sequence[NDArray[np.float32]], other: Sequence[NDArray[np.float32]]) -> float:
    """Of two lists of features; 0 for equal ones."""
    total = 0.0
    for a, b in zip(one, other, strict=True):
        a, b = (x / (np.sqrt(np.square(x).sum(axis=0, keepdims=True)) + 1e-8) for x in (a, b))
        total += float(np.square(a - b).sum(axis=0).mean())
    return total


def frechet(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Fréchet distance of two clouds of features, float32[N, C] and float32[M, C], as if both were normal."""
    if min(len(one), len(other)) < 2 or one.shape[1] != other.shape[1]:
        raise DomainError(f"two clouds of features are needed, got {one.shape} and {other.shape}")
    (mean, spread), (mean_too, spread_too) = (
        (x.mean(axis=0, dtype=np.float64), np.cov(x, rowvar=False) + _REGULAR * np.eye(x.shape[1]))
        for x in (one, other)
    )
    # trace of the root of a product of covariances = sum of the roots of its eigenvalues
    values = np.linalg.eigvals(spread @ spread_too)
    root = float(np.sqrt(np.maximum(values.real, 0)).sum())
    apart = float(np.square(mean - mean_too).sum())
    return max(0.0, apart + float(np.trace(spread) + np.trace(spread_too)) - 2 * root)


@dataclass(frozen=True, slots=True)
class ColorFlicker:
    """How much the colour of the same paint changes between two drawings; adds up."""

    pixels: int = 0
    """Of the cel in both drawings, with the same true paint at the same place, and a line in neither."""
    change: float = 0.0
    """Sum over them of the mean absolute difference of the painted colours, 8-bit levels."""

    @classmethod
    def of(
        cls,
        painted: tuple[Picture, Picture],
        truth: tuple[Picture, Picture],
        inside: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    ) -> ColorFlicker:
        """Of two neighbouring drawings; ``inside`` is where each is cel and no line."""
        _require_one_size(*truth)
        _require_one_size(*painted)
        means = [cv2.blur(picture, (5, 5)).astype(np.int16) for picture in truth]
        same = np.abs(means[0] - means[1]).max(axis=2) < SAME_PAINT
        same &= inside[0] & inside[1]
        difference = np.abs(painted[0].astype(np.int16) - painted[1]).mean(axis=2)
        return cls(int(np.count_nonzero(same)), float(difference[same].sum()))

    def __add__(self, other: ColorFlicker) -> ColorFlicker:
        return ColorFlicker(self.pixels + other.pixels, self.change + other.change)

    @property
    def levels(self) -> float | None:
        """Mean change in 8-bit levels; None where no two drawings show the same paint: in a shot of one."""
        return self.change / self.pixels if self.pixels else None


def _require_one_size(one: Picture, other: Picture) -> None:
    if one.shape != other.shape:
        raise DomainError(f"two pictures of one size are needed, got {one.shape} and {other.shape}")
