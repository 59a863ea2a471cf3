"""Which areas of a picture are cel, by what they border: between the cel network and the color cut."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

from dougagen.domain import Triplet
from dougagen.networks import AreaGraph, AreaNetwork
from dougagen.reconstruction.area_measures import Ints, Numbers
from dougagen.reconstruction.cel_area_graph import CelAreas, cel_areas_in, true_cel
from dougagen.reconstruction.color_cut import at_size, cut_size
from dougagen.reconstruction.side_by_side import side_by_side

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

AreasWithTruth = tuple[AreaGraph, Numbers, Ints]
"""A graph of N areas, their sizes float64[N], and how many of their pixels are each thing, int64[N, 2]."""
LINES = 360
"""Height at which a picture is divided into areas, or its own where it is lower."""
_LARGEST_ODDS = 6.0


class CelAreaReader:
    """Decides by areas: on the CPU, in float32, wherever the networks run.

    A dark sleeve in a dark room, an arm in the colour of the sky, a hole in a face: the cel network misses
    whole paints at a time, and what borders them knows better. Areas are heard only where they say cel. On
    140 scenes of held-out seeds that nothing is scored on, IoU after the cut is .870 without them, .887 so,
    .876 where they may also take away: a white shirt before a pale wall was lost on a real frame. What they
    say is coarse along the border of a figure; the color cut learns from it which paints are cel.
    """

    def __init__(self, network: AreaNetwork, *, most_added: float) -> None:
        """``most_added`` as in ``ColorCutConfig``."""
        self._network, self._most_added = network, most_added

    def decided(self, odds: Tensor, pictures: Bytes) -> Tensor:
        """Log odds of cel float [N, 1, H, W]: the network's, raised where areas know of more cel.

        Args:
            odds: float [N, 1, H, W], the cel network's.
            pictures: uint8 [N, H, W, 3], RGB.

        A picture without two areas keeps the network's word.
        """
        height, width = pictures.shape[1:3]
        small = interpolate(odds.float(), cut_size(height, width, LINES), mode="area")
        read = small[:, 0].cpu().numpy()
        areas = side_by_side(_areas_of, pictures, read)
        # The small networks run one after the other: torch has threads of its own.
        said = [self._said(*one) for one in zip(areas, read, strict=True)]
        found = torch.from_numpy(np.stack(said))[:, None].to(odds.device)  # [N, h, w] -> [N, 1, h, w]
        found = interpolate(found, (height, width), mode="bilinear", align_corners=False)
        known = odds.clamp(-_LARGEST_ODDS, _LARGEST_ODDS)
        raised = torch.where(found > 0, torch.maximum(found, known), known)
        added = ((raised > 0) & (known <= 0)).float().mean(dim=(1, 2, 3), keepdim=True)  # [N, 1, 1, 1]
        return torch.where(added <= self._most_added, raised, known)

    def _said(self, found: CelAreas | None, odds: Floats) -> Floats:
        """float32[h, w] of areas, or the odds float32[h, w] where there are none."""
        if found is None:
            return odds
        with torch.inference_mode():
            background, cel = self._network(found.graph).numpy().T
        return np.clip(cel - background, -_LARGEST_ODDS, _LARGEST_ODDS)[found.number].astype(np.float32)


def _areas_of(picture: Bytes, odds: Floats) -> CelAreas | None:
    """Of a picture of any size and odds float32[h, w]."""
    return cel_areas_in(at_size(picture, odds.shape), odds)


def areas_with_truth(example: Triplet, odds: Tensor) -> AreasWithTruth | None:
    """The areas of a picture by odds float [1, 1, H, W], and what they are; None where there is only one."""
    size = cut_size(example.height, example.width, LINES)
    small = interpolate(odds.float(), size, mode="area")[0, 0].cpu().numpy()
    found = cel_areas_in(at_size(example.color, size), small)
    if found is None:
        return None
    cel = at_size(example.cel_mask.pixels.astype(np.float32), size)
    return found.graph, found.sizes, true_cel(found, cel)
