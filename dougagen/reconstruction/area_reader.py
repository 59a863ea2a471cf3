"""Fills by what areas border (``networks.area_network``): between the douga network and the shot's vote."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from dougagen.networks import AreaNetwork
from dougagen.reconstruction.area_graph import areas_in
from dougagen.reconstruction.refinement_areas import FILLS, IS_FILL
from dougagen.reconstruction.refinement_config import RefinementConfig

Bytes = NDArray[np.uint8]


class AreaReader:
    """Decides the fills of a picture: on the CPU, in float32, wherever the networks run."""

    def __init__(self, network: AreaNetwork, config: RefinementConfig) -> None:
        self._network, self._config = network, config

    def decided(
        self,
        picture: Bytes,
        cel: NDArray[np.bool_],
        classes: Bytes,
        shares: NDArray[np.float32],
        fills: NDArray[np.float16],
    ) -> tuple[Bytes, NDArray[np.float16]]:
        """Classes uint8[H, W] and logits float16[4, h, w] of the fills, an area saying one thing throughout.

        Args:
            picture: uint8[H, W, 3] RGB.
            cel: bool[H, W].
            classes: uint8[H, W] of the douga network; lines and books stay.
            shares: float32[10, ⌈H/s⌉, ⌈W/s⌉] probabilities, s as ``area_graph.step_at`` says.
            fills: float16[4, h, w] logits of a smaller picture, in the order of ``FILLS``; those off every
                area stay.
        """
        found = areas_in(picture, cel, classes, shares, self._config)
        if found is None:
            return classes, fills
        with torch.inference_mode():
            logits = self._network(found.graph).numpy()  # [N, 4]
        said = np.array(FILLS, np.uint8)[logits.argmax(axis=1)]
        settled = classes.copy()
        view = settled[found.window]
        view[...] = np.where(
            cel[found.window] & IS_FILL[view] & (found.number >= 0), said[found.number], view
        )
        whole = np.full(classes.shape, -1, np.int32)
        whole[found.window] = np.where(cel[found.window], found.number, -1)
        few = cv2.resize(
            whole.astype(np.float32), (fills.shape[2], fills.shape[1]), interpolation=cv2.INTER_NEAREST
        ).astype(np.int32)
        return settled, np.where(few >= 0, logits[few].transpose(2, 0, 1), fills).astype(np.float16)
