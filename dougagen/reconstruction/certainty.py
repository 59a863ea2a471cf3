"""How likely the networks find what was said of each pixel: what calibration compares with the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dougagen.domain import Reconstruction
from dougagen.domain.arrays import require_array


@dataclass(frozen=True, slots=True, eq=False)
class Certainty:
    """Of one picture; probabilities in [0, 1]."""

    cel: NDArray[np.float32]
    """float32[H, W]: that the pixel is cel where the mask says so, that it is none elsewhere."""
    douga: NDArray[np.float32]
    """float32[H, W]: on the cel, of the class that the douga says, after refinement too; off it the douga
    follows from the mask, and this is as ``cel``."""

    def __post_init__(self) -> None:
        for name in ("cel", "douga"):
            require_array(f"Certainty.{name}", getattr(self, name), np.float32, self.cel.shape)


def certainty_of(odds: Tensor, logits: Tensor, read: Reconstruction) -> Certainty:
    """What the networks think of their own reading.

    Args:
        odds: [1, H, W], log odds that a pixel is cel.
        logits: [10, H, W] of the classes.
        read: what was made of the two.
    """
    on_cel = torch.from_numpy(np.array(read.cel_mask.pixels)).to(odds.device)
    cel = torch.sigmoid(torch.where(on_cel, odds[0], -odds[0]))
    said = torch.from_numpy(np.array(read.douga.classes)).to(odds.device).long()
    chosen = logits.gather(0, said[None])[0]  # [10, H, W] -> [H, W]
    of_class = (chosen - logits.logsumexp(dim=0)).exp()
    douga = torch.where(on_cel, of_class, cel)
    return Certainty(*(each.float().clamp(0, 1).cpu().numpy() for each in (cel, douga)))
