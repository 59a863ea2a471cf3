"""Fills by what areas border (``networks.area_network``): between the douga network and the shot's vote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from dougagen.networks import AreaNetwork
from dougagen.reconstruction.area_graph import PictureAreas, areas_in
from dougagen.reconstruction.refinement_areas import FILLS, IS_FILL
from dougagen.reconstruction.refinement_config import RefinementConfig
from dougagen.reconstruction.shot_reader import Drawn
from dougagen.reconstruction.side_by_side import side_by_side

Bytes = NDArray[np.uint8]


class AreaReader:
    """Decides the fills of pictures: on the CPU, in float32, wherever the networks run."""

    def __init__(self, network: AreaNetwork, config: RefinementConfig) -> None:
        self._network, self._config = network, config

    def decided(
        self, pictures: Sequence[Bytes], drawn: Sequence[Drawn], shares: Sequence[NDArray[np.float32]]
    ) -> list[Drawn]:
        """The drawings with classes and logits of the fills in which an area says one thing throughout; lines
        and books stay, and the logits off every area.

        Args:
            pictures: uint8[H, W, 3] RGB each.
            drawn: what the douga network says of each.
            shares: float32[10, ⌈H/s⌉, ⌈W/s⌉] probabilities of each, s as ``area_graph.step_at`` says.
        """
        areas = side_by_side(self._areas_in, pictures, drawn, shares)
        with torch.inference_mode():  # one after the other: torch has threads of its own
            said = [None if found is None else self._network(found.graph).numpy() for found in areas]
        return side_by_side(_with_fills, drawn, areas, said)

    def _areas_in(self, picture: Bytes, drawn: Drawn, shares: NDArray[np.float32]) -> PictureAreas | None:
        return areas_in(picture, drawn.cel, drawn.classes, shares, self._config)


def _with_fills(drawn: Drawn, found: PictureAreas | None, logits: NDArray[np.float32] | None) -> Drawn:
    """``logits`` are float32[N, 4] of the areas."""
    if found is None or logits is None:
        return drawn
    said = np.array(FILLS, np.uint8)[logits.argmax(axis=1)]
    settled = drawn.classes.copy()
    view, cel = settled[found.window], drawn.cel[found.window]
    view[...] = np.where(cel & IS_FILL[view] & (found.number >= 0), said[found.number], view)
    whole = np.full(settled.shape, -1, np.float32)
    whole[found.window] = np.where(cel, found.number, -1)
    size = (drawn.fills.shape[2], drawn.fills.shape[1])
    few = cv2.resize(whole, size, interpolation=cv2.INTER_NEAREST).astype(np.int32)
    fills = np.where(few >= 0, logits[few].transpose(2, 0, 1), drawn.fills).astype(np.float16)
    return replace(drawn, classes=settled, fills=fills)
