"""The thesis's augmentations with its figures (4.2), where they differ from ours (``augment``).

All are off unless a configuration gives them a figure. Those of layers know the cel from what is behind it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import DougaClass
from dougagen.studio import deliver, paint_background, plan_delivery
from dougagen.training.augment import Crop, Rng, turned_hue
from dougagen.training.textures import SIDE, overlaid, texture_count

_BACKGROUNDS = 0x6B67
"""Seeds the replacement backgrounds apart from everything else."""


def change_levels(
    color: NDArray[np.uint8], rng: Rng, *, brightness: float, contrast: float, hue: float
) -> NDArray[np.uint8]:
    """Brightness, then contrast about the mean grey, by factors drawn around 1, and the hue turned.

    Args:
        brightness, contrast: standard deviations of the factors; one below 0.1 counts as 0.1: of so wide a
            contrast as the thesis's, 1 picture in 44 would be one flat grey.
        hue: standard deviation of the turn in degrees.
    """
    light, spread = (max(0.1, rng.normal(1.0, deviation)) for deviation in (brightness, contrast))
    angle = np.deg2rad(rng.normal(0.0, hue))
    changed = color.astype(np.float32) * np.float32(light)
    grey = float(changed.mean())
    changed = (changed - grey) * np.float32(spread) + np.float32(grey)
    levels: NDArray[np.uint8] = np.rint(changed.clip(0, 255)).astype(np.uint8)
    return turned_hue(levels, angle=float(angle)) if hue else levels


def replaces_background(rng: Rng, *, backgrounds: int, examples: int) -> int | None:
    """Which of so many backgrounds replaces that of a picture; None: it keeps its own.

    Every background, and every picture's own, is as likely as any other: ``backgrounds`` in
    ``backgrounds + examples`` are replaced.
    """
    number = int(rng.integers(backgrounds + examples))
    return number if number < backgrounds else None


def replace_background(crop: Crop, background: NDArray[np.uint8]) -> None:
    """Another picture, uint8[H, W, 3], wherever the mask is off; books go with the background that they were
    part of (thesis 4.2: composited by the hand-made mask)."""
    behind = ~crop.cel
    crop.color = np.where(behind[..., None], background, crop.color)
    crop.classes = np.where(behind, np.uint8(DougaClass.FLAT_AREA), crop.classes)
    if crop.likelihood is not None:
        crop.likelihood = np.where(behind, np.minimum(crop.likelihood, 127), crop.likelihood)


def studio_background(number: int, *, height: int, width: int) -> NDArray[np.uint8]:
    """uint8[H, W, 3]: the same picture for the same number and size, coded as pictures of a video are.

    Painted anew each time, 0.1 s at 540 lines: hundreds of them would not fit beside every process that cuts.
    """
    rng = np.random.default_rng([_BACKGROUNDS, number])
    painted = paint_background(rng, height=height, width=width)
    return deliver(painted, plan_delivery(rng))


def lay_textures(crop: Crop, rng: Rng, *, probability: float) -> None:
    """One of the textures over the cel and one over the rest, each with a chance of its own."""
    for layer in (crop.cel, ~crop.cel):
        if rng.random() < probability:
            number = int(rng.integers(texture_count()))
            top, left = (int(n) for n in rng.integers(0, SIDE, 2))
            crop.color = overlaid(crop.color, number, top=top, left=left, where=layer)
