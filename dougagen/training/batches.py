"""Triplets → batches of tensors, made in threads ahead of the network and always in the same order."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dougagen.domain import BOOK_CLASSES, DougaClass
from dougagen.networks import Task, synthetic_cel
from dougagen.training.augment import (
    Crop,
    change_colors,
    degrade,
    erase_rectangle,
    paste_cel,
    perturb_mask,
    random_crop,
)
from dougagen.training.config import TrainingConfig
from dougagen.training.sources import Sampler, TripletSource


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What a step learns from."""

    pictures: Tensor
    """uint8 [N, S, S, 3], RGB."""
    masks: Tensor
    """bool [N, 1, S, S]: the cel mask that the douga network is given; all True for the cel network."""
    targets: Tensor
    """int64 [N, S, S]: classes."""

    def inputs(self, device: torch.device) -> Tensor:
        """float [N, 3, S, S] in [0, 1], channels_last: what the network reads, through the shared wiring."""
        pictures = self.pictures.to(device).permute(0, 3, 1, 2)  # [N, S, S, 3] -> [N, 3, S, S], channels_last
        return synthetic_cel(pictures.float() / 255.0, self.masks.to(device))


def batches(
    config: TrainingConfig, source: TripletSource, *, first_step: int
) -> Generator[Batch, None, None]:
    """Endless batches from ``first_step`` on; each follows from the seed and its step: runs can resume."""
    with ThreadPoolExecutor(config.loaders, thread_name_prefix="crops") as pool:
        ahead: deque[Future[Batch]] = deque()
        step = first_step
        try:
            while True:
                while len(ahead) < config.loaders + 2:
                    ahead.append(pool.submit(make_batch, config, source.at(step), step))
                    step += 1
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()


def make_batch(config: TrainingConfig, source: Sampler, step: int) -> Batch:
    """The batch of one step."""
    examples = [
        _example(config, source, np.random.default_rng((config.seed, step, n)))
        for n in range(config.crops_a_step)
    ]
    pictures, masks, targets = (np.stack(part) for part in zip(*examples, strict=True))
    return Batch(
        pictures=torch.from_numpy(pictures),
        masks=torch.from_numpy(masks)[:, None],  # [N, S, S] -> [N, 1, S, S]
        targets=torch.from_numpy(targets.astype(np.int64)),
    )


def _example(
    config: TrainingConfig, source: Sampler, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.uint8]]:
    crop = _crop(config, source, rng)
    if rng.random() < config.paste_probability:
        crop = paste_cel(crop, _crop(config, source, rng))
    if rng.random() < config.erase_probability:
        erase_rectangle(crop, rng)
    color = (
        crop.color
        if rng.random() >= config.color_probability
        else change_colors(crop.color, rng, strength=config.color_change)
    )
    color = degrade(color, rng)
    if config.task is Task.CEL:
        return color, np.ones_like(crop.cel), crop.cel.astype(np.uint8)
    mask = perturb_mask(crop.cel, rng)
    return color, mask, visible_truth(crop.classes, mask)


def _crop(config: TrainingConfig, source: Sampler, rng: np.random.Generator) -> Crop:
    return random_crop(
        source.sample(rng),
        rng,
        size=config.crop_pixels,
        scale_range=config.scale_range,
        rotate_probability=config.rotate_probability,
    )


def visible_truth(classes: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The truth inside the mask that is given; outside it only books stand, as in every douga (DESIGN 4)."""
    kept = mask | np.isin(classes, BOOK_CLASSES)
    return np.where(kept, classes, np.uint8(DougaClass.FLAT_AREA))
