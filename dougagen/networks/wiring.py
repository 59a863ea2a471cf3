"""How the two networks are joined (thesis section 5.6, figure 5.8), and the wiring that goes past it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import torch
import torch.nn.functional as F
from torch import Tensor

FILL = 0.5
"""What stands where no cel is: mid grey, which both networks' normalisation brings near zero, so that it
looks to a convolution like the padding at the border of the picture."""


class Wiring(StrEnum):
    """What a network reads."""

    COLOR = "color"
    """The picture alone: every cel network, and the thesis's Color Model."""
    SYNTHETIC_CEL = "synthetic cel"
    """The picture with everything off the cel network's mask removed. With hand-made masks it is the
    thesis's Manual Cel Model."""
    CONCATENATED = "concatenated"
    """The picture, with the mask as a fourth channel."""
    GUIDED = "guided"
    """The synthetic cel, the picture, and how likely each pixel is cel; beside the classes the network says
    anew which pixels are cel. The mask was read at a few hundred lines; here it is corrected at full size."""

    @property
    def channels(self) -> int:
        """Of the network's input."""
        return {Wiring.CONCATENATED: 4, Wiring.GUIDED: 7}.get(self, 3)

    @property
    def mask_logits(self) -> int:
        """Channels of the output beside the classes: 1 where the mask is corrected."""
        return int(self is Wiring.GUIDED)

    @property
    def reads_mask(self) -> bool:
        """Whether a cel network must have read the picture before."""
        return self is not Wiring.COLOR


def wired(wiring: Wiring, color: Tensor, likelihood: Tensor) -> Tensor:
    """What the douga network reads, in training and at work: float [N, ``wiring.channels``, H, W].

    Args:
        color: float [N, 3, H, W] in [0, 1].
        likelihood: float [N, 1, H, W] in [0, 1], that the pixel is cel; the mask is where it is at least 1/2.
    """
    if wiring is Wiring.COLOR:
        return color
    mask = likelihood >= 0.5
    if wiring is Wiring.SYNTHETIC_CEL:
        return synthetic_cel(color, mask)
    if wiring is Wiring.CONCATENATED:
        return torch.cat([color, mask.to(color.dtype)], dim=1)
    shape = (len(color), wiring.channels, *color.shape[2:])
    seen = torch.empty(  # filled part by part: torch.cat lays mixed formats out twice
        shape, dtype=color.dtype, device=color.device, memory_format=torch.channels_last
    )
    seen[:, :3] = color
    seen[:, :3].masked_fill_(~mask, FILL)
    seen[:, 3:6], seen[:, 6:] = color, likelihood
    return seen


WORKING_LINES = "working_lines"
"""The fact beside a network's weights that says at how many lines it reads a picture; absent: at its own."""


_MOST_ENLARGED = 2
"""A bound for strips of a few lines, which would grow to any width."""


def logits_at_lines(network: Callable[[Tensor], Tensor], color: Tensor, lines: int) -> Tensor:
    """``network(color)`` with the picture read at ``lines`` lines, and its logits brought back to full size.

    Whether black hair or a dark wall is before us shows in the whole figure, not in its pixels, and at 360
    lines a network of the same cost sees all of it. Measured on studio pictures, 100 CPU seconds of training
    each: cel IoU 0.57 against 0.45 at the pictures' own size. A smaller picture is enlarged: a network that
    learned figures at 360 lines finds them worse at 259 (real drawings, IoU 0.51 against 0.55). 0 means that
    every picture is read at its own size.

    Args:
        color: float [N, 3, H, W] in [0, 1].
    """
    height, width = color.shape[-2:]
    lines = min(lines, _MOST_ENLARGED * height)
    if lines in (0, height):
        return network(color)
    size = (lines, max(1, round(width * lines / height)))
    small = F.interpolate(color, size, mode="bilinear", antialias=True)
    return F.interpolate(network(small), (height, width), mode="bilinear")


def synthetic_cel(color: Tensor, mask: Tensor) -> Tensor:
    """The picture with everything off the cel replaced by mid grey; training and inference both use this.

    Args:
        color: float [N, 3, H, W] in [0, 1].
        mask: bool [N, 1, H, W], True on the cel.
    """
    return color.masked_fill(~mask, FILL)
