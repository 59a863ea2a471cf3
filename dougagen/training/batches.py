"""Triplets → batches of tensors, made in threads ahead of the network and always in the same order."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dougagen.domain import BOOK_CLASSES, DougaClass
from dougagen.networks import Task, Wiring, wired
from dougagen.training.augment import (
    Crop,
    change_colors,
    degrade,
    erase_rectangle,
    levels_of,
    paste_cel,
    random_crop,
)
from dougagen.training.config import TrainingConfig
from dougagen.training.layered_augment import (
    change_levels,
    lay_textures,
    replace_background,
    replaces_background,
    studio_background,
)
from dougagen.training.perturbed_masks import perturb_mask, soften
from dougagen.training.sources import Sampler, TripletSource


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What a step learns from."""

    pictures: Tensor
    """uint8 [N, H, W, 3], RGB."""
    likelihoods: Tensor
    """uint8 [N, 1, H, W]: how likely each pixel is cel, as the douga network is told; 255 for certain."""
    targets: Tensor
    """uint8 [N, H, W]: classes; a loss wants them as int64, which would be 8 bytes a pixel on the way."""
    cels: Tensor
    """bool [N, H, W]: the true cel."""
    wiring: Wiring

    def tensors(self) -> dict[str, Tensor]:
        """The fields that are tensors, by name."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, Tensor)}

    def holding(self, tensors: dict[str, Tensor]) -> Batch:
        """The same with other tensors: of another device, or of another step."""
        return replace(self, **tensors)  # type: ignore[arg-type]

    def color(self, device: torch.device) -> Tensor:
        """float [N, 3, H, W] in [0, 1], channels_last."""
        pictures = self.pictures.to(device).permute(0, 3, 1, 2)  # [N, H, W, 3] -> [N, 3, H, W], channels_last
        return pictures.float() / 255.0

    def inputs(self, device: torch.device) -> Tensor:
        """float [N, C, H, W] in [0, 1], channels_last: what the network reads, through the shared wiring."""
        return wired(self.wiring, self.color(device), self.likelihoods.to(device).float() / 255.0)


def batches_by_threads(
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


def make_batch(
    config: TrainingConfig, source: Sampler, step: int, *, numbers: Iterable[int] | None = None
) -> Batch:
    """The batch of one step, or the crops of it that ``numbers`` names; each has a generator of its own."""
    examples = [
        _example(config, source, np.random.default_rng((config.seed, step, n)))
        for n in (range(config.crops_a_step) if numbers is None else numbers)
    ]
    pictures, likelihoods, targets, cels = (np.stack(part) for part in zip(*examples, strict=True))
    return Batch(
        pictures=torch.from_numpy(pictures),
        likelihoods=torch.from_numpy(likelihoods)[:, None],  # [N, H, W] -> [N, 1, H, W]
        targets=torch.from_numpy(targets),
        cels=torch.from_numpy(cels),
        wiring=config.chosen_wiring,
    )


def _example(
    config: TrainingConfig, source: Sampler, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8], NDArray[np.bool_]]:
    crop = _crop(config, source, rng)
    if rng.random() < config.paste_probability:
        crop = paste_cel(crop, _crop(config, source, rng))
    if config.backgrounds:
        _behind(crop, config, rng, examples=len(source.pictures))
    if config.texture_probability:
        lay_textures(crop, rng, probability=config.texture_probability)
    is_erased = rng.random() < config.erase_probability
    if is_erased and config.erase_fill == "random":
        erase_rectangle(crop, rng)
    crop.color = _other_colors(crop.color, config, rng)
    if crop.inside is not None:  # what is put around a picture is black whatever was done to the picture
        crop.color[~crop.inside] = 0
    if is_erased and config.erase_fill == "black":  # after all else: black is to stay black
        erase_rectangle(crop, rng, fill="black")
    color = crop.color
    if config.task is Task.CEL:
        return color, np.full(crop.cel.shape, 255, np.uint8), crop.cel.astype(np.uint8), crop.cel
    likelihood = _told_likelihood(config, crop, rng)
    sees_all = config.chosen_wiring is not Wiring.SYNTHETIC_CEL or config.whole_truth
    truth = crop.classes if sees_all else visible_truth(crop.classes, likelihood >= 128)
    return color, likelihood, truth, crop.cel


def _behind(crop: Crop, config: TrainingConfig, rng: np.random.Generator, *, examples: int) -> None:
    """Now and then another background (thesis 4.2)."""
    number = replaces_background(rng, backgrounds=config.backgrounds, examples=examples)
    if number is not None:
        height, width = crop.cel.shape
        background = studio_background(number, height=height, width=width)
        replace_background(crop, background[:, ::-1] if rng.random() < 0.5 else background)


def _other_colors(
    color: NDArray[np.uint8], config: TrainingConfig, rng: np.random.Generator
) -> NDArray[np.uint8]:
    if rng.random() < config.color_probability:
        color = change_colors(color, rng, strength=config.color_change)
    brightness, contrast, hue = (
        config.brightness_deviation,
        config.contrast_deviation,
        config.hue_deviation,
    )
    if brightness or contrast or hue:
        color = change_levels(color, rng, brightness=brightness, contrast=contrast, hue=hue)
    return degrade(color, rng, share=config.degradation)


def _told_likelihood(config: TrainingConfig, crop: Crop, rng: np.random.Generator) -> NDArray[np.uint8]:
    """uint8[H, W]: what the cel network says of the crop, or could have said."""
    if config.masks == "true":
        return levels_of(crop.cel)
    if crop.likelihood is not None and config.masks == "predicted" and rng.random() >= config.perturbed_share:
        return crop.likelihood
    mask = levels_of(perturb_mask(crop.cel, rng))
    if config.chosen_wiring is Wiring.GUIDED:
        mask = soften(mask, rng)
    return mask


def _crop(config: TrainingConfig, source: Sampler, rng: np.random.Generator) -> Crop:
    example = source.sample(rng)
    return random_crop(
        example.triplet,
        rng,
        likelihood=example.likelihood,
        size=config.crop_shape,
        scale_range=config.scale_range,
        rotate_probability=config.rotate_probability,
        focus=config.focus,
        border="black" if config.pads else "reflected",
    )


def visible_truth(classes: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The truth inside the mask that is given; outside it only books stand, as in every douga."""
    kept = mask | np.isin(classes, BOOK_CLASSES)
    return np.where(kept, classes, np.uint8(DougaClass.FLAT_AREA))
