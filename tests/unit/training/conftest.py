"""Pictures drawn here and a small configuration, for every test of the loop."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from dougagen.domain import CelMask, Douga, Triplet
from dougagen.training import TrainingConfig, TripletPool
from dougagen.training.presets import read_preset

SMALL = {"widths": [8, 8, 8, 8], "context_width": 8, "context_blocks": 1}


def disc(seed: int, side: int) -> Triplet:
    """One outlined disc on a coloured ground."""
    rng = np.random.default_rng(seed)
    color, classes = np.empty((side, side, 3), np.uint8), np.zeros((side, side), np.uint8)
    color[...] = rng.integers(0, 100, 3)
    centre, mask = tuple(int(n) for n in rng.integers(20, side - 20, 2)), np.zeros((side, side), np.uint8)
    for picture, value in ((color, (200, 180, 160)), (mask, 1)):
        cv2.circle(picture, centre, 15, value, -1)
    cv2.circle(color, centre, 15, (20, 10, 10), 2)
    cv2.circle(classes, centre, 15, 1, 2)
    cv2.circle(mask, centre, 15, 1, 2)
    return Triplet(color, CelMask(mask.astype(bool)), Douga(classes))


@pytest.fixture
def discs() -> TripletPool:
    """Three pictures, of two sizes."""
    return TripletPool((disc(n, side) for n, side in enumerate((64, 80, 64))), name="discs")


@pytest.fixture
def small() -> Callable[..., TrainingConfig]:
    """A configuration for a network of a few thousand weights, crops of 32 px, two a step."""

    def of(task: str = "cel", **options: object) -> TrainingConfig:
        base = {"task": task, "crop": 32, "batch_size": 2, "network": SMALL, "log_steps": 1, "device": "cpu"}
        budget = {} if "minutes" in options else {"steps": 4}
        return TrainingConfig.of({**base, **budget, **options})

    return of


@pytest.fixture
def smoke_config() -> Callable[..., TrainingConfig]:
    """A configuration that ships, small enough for twenty steps on one core, its choice untouched.

    Crops of 64 px (of 36 × 64 where their shape is the choice), ResNets of an eighth of their width.
    """

    def of(name: str, **options: object) -> TrainingConfig:
        said = {key: value for key, value in read_preset(name).training.items() if key != "minutes"}
        is_wide = bool(said.get("crop_width"))
        small = {
            "crop": 36 if is_wide else 64,
            "crop_width": 64 if is_wide else 0,
            "batch_size": min(int(said.get("batch_size", 2)), 4),
            "backgrounds": min(int(said.get("backgrounds", 0)), 3),
            "epoch_steps": 10,
            "evaluate_minutes": 0,
            "log_steps": 5,
            "steps": 20,
            "device": "cpu",
        }
        if said.get("architecture") == "gcn":
            small["network"] = {**said["network"], "width": 8, "channels": 4}
        if said.get("adversarial"):
            small["adversarial"] = {**said["adversarial"], "width": 8}
        return TrainingConfig.of({"task": "cel", **said, **small, **options})

    return of
