"""DRAWINGS OF A SHOT → cel masks, dougas and the background plate: the shot is read as one piece.

A window of drawings is in memory at full size, with the odds of their masks; of those before it only small
pictures stay (``ShotConfig.context``). So memory is bounded however long the shot is: five bytes a pixel for
each drawing of a window, at most 256 MiB, and the plate. What is said of a drawing depends on its shot alone,
not on batches, jobs, or where an extraction began.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Drawing, LayerMove, Plate, Reconstruction
from dougagen.reconstruction.alignment import Similarity, scaled
from dougagen.reconstruction.plate_maker import PlateMaker
from dougagen.reconstruction.shot_config import ShotConfig
from dougagen.reconstruction.shot_evidence import Look, changes_of, follow

Picture = NDArray[np.uint8]
Odds = NDArray[np.float16]
OddsOf = Callable[[Sequence[Picture]], list[Odds]]
"""Pictures → log odds [H, W] of cel, of each alone."""
ReadWith = Callable[[Sequence[Picture], Sequence[Odds], Sequence[Odds]], list[Reconstruction]]
"""Pictures, their odds, what the shot adds to them → what is read."""

_NO_EVIDENCE = {"in_fade", "in_flash", "in_dissolve"}
_SLID = 0.5  # px that a layer must lie beside its first place for a move to be known


class NetworkShotReader:
    """Reads one shot, window by window, in order."""

    def __init__(self, odds_of: OddsOf, read_with: ReadWith, config: ShotConfig) -> None:
        self._odds_of, self._read_with, self._config = odds_of, read_with, config
        self._looks: list[Look] = []
        self._plates: PlateMaker | None = None
        self._slid = False
        self._figures: Similarity | None = None

    def read(self, drawings: Sequence[Drawing]) -> list[Reconstruction]:
        """The next drawings of the shot, all of one size, at most a window of them."""
        pictures = [drawing.image for drawing in drawings]
        odds = self._odds_of(pictures)
        looks = [self._look(drawing, said) for drawing, said in zip(drawings, odds, strict=True)]
        together = self._looks + looks
        changes = changes_of(together, self._config)[len(self._looks) :]
        size = pictures[0].shape[1::-1]
        added = [cv2.resize(c, size, interpolation=cv2.INTER_LINEAR).astype(np.float16) for c in changes]
        results = self._read_with(pictures, odds, added)
        for drawing, look, result in zip(drawings, looks, results, strict=True):
            self._lay(drawing, look, result)
        self._looks = together[-self._config.context :] if self._config.context else []
        return [
            replace(result, layer_moves=self._moves(drawing, look))
            for drawing, look, result in zip(drawings, looks, results, strict=True)
        ]

    def plates(self) -> tuple[Plate, ...]:
        """The background of what has been read; called once, at the end of the shot."""
        return () if self._plates is None else self._plates.plates()

    def _look(self, drawing: Drawing, odds: Odds) -> Look:
        plain = not _NO_EVIDENCE & {measure.name for measure in drawing.measures}
        look = Look.at(drawing.image, odds, in_plain_light=plain, config=self._config)
        follow(self._last, look)
        self._last = look
        return look

    _last: Look | None = None

    def _lay(self, drawing: Drawing, look: Look, result: Reconstruction) -> None:
        """On the plate, where it is known where the drawing lies, and its light is the shot's."""
        if look.place is None or not look.in_plain_light:
            return
        if self._plates is None:
            self._plates = PlateMaker(drawing.episode_id, drawing.shot_index, self._config.largest_plate)
        place = scaled(look.place, drawing.image.shape[0] / look.small.shape[0])
        self._plates.lay(drawing.image, result.cel_mask.pixels, place, drawing.frame_index)

    def _moves(self, drawing: Drawing, look: Look) -> tuple[LayerMove, ...]:
        """Where the background lies, once it has moved, and the figures where they part from it."""
        if look.place is None:
            return ()
        zoom = drawing.image.shape[0] / look.small.shape[0]
        step: Similarity = np.linalg.inv(look.place)
        before = step @ np.linalg.inv(look.move) if self._figures is None else self._figures
        self._figures = None if look.figures is None else look.figures @ before
        found = [(0, scaled(step, zoom))]
        if self._figures is not None:
            found.append((1, scaled(self._figures, zoom)))
        self._slid |= any(float(np.hypot(*move[:2, 2])) > _SLID for _, move in found)
        if not self._slid:
            return ()
        return tuple(
            LayerMove(
                layer,
                drawing.frame_index,
                float(move[0, 2]),
                float(move[1, 2]),
                float(np.hypot(move[0, 0], move[1, 0])),
            )
            for layer, move in found
        )
