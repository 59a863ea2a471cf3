"""DRAWINGS OF A SHOT → cel masks, dougas and the background plate: the shot is read as one piece.

A window of drawings is in memory at full size, with the odds of their masks; of those before it only small
pictures stay (``ShotConfig.context``). So memory is bounded however long the shot is: ten bytes a pixel for
each drawing of a window, at most 256 MiB or two drawings, and the plate. What is said of a drawing depends on
its shot alone, not on batches, jobs, or where an extraction began.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import DougaClass, Drawing, LayerMove, Plate, Reconstruction
from dougagen.reconstruction.alignment import Similarity, inverse, scaled
from dougagen.reconstruction.borders import along_the_plate
from dougagen.reconstruction.plate_maker import PlateMaker
from dougagen.reconstruction.shot_config import ShotConfig
from dougagen.reconstruction.shot_evidence import Evidence, evidence_of, of_some_width
from dougagen.reconstruction.shot_fills import settled_fills, stacked_fills, with_fills
from dougagen.reconstruction.shot_looks import Look, follow
from dougagen.reconstruction.side_by_side import side_by_side

Picture = NDArray[np.uint8]
Odds = NDArray[np.float16]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A drawing once both networks have spoken, before its line art is made."""

    cel: NDArray[np.bool_]
    """bool[H, W]."""
    classes: Picture
    """uint8[H, W]."""
    fills: NDArray[np.float16]
    """float16[4, h, w] at ``ShotConfig.lines``: logits in the order of ``FILLS``."""
    cel_confidence: float
    douga_confidence: float


class Networks(Protocol):
    """What a shot asks of the two networks; pictures are uint8[H, W, 3]."""

    def odds_of_each(self, pictures: Sequence[Picture], /) -> list[Odds]:
        """Log odds [H, W] of cel, of each picture alone."""
        ...

    def drawn_of_each(
        self, pictures: Sequence[Picture], odds: Sequence[Odds], added: Sequence[Odds], /
    ) -> list[Drawn]:
        """What the douga network draws where the masks are those of the odds and what the shot adds."""
        ...

    def finished(self, pictures: Sequence[Picture], drawn: Sequence[Drawn], /) -> list[Reconstruction]:
        """Line art of what was drawn."""
        ...


_NO_EVIDENCE = {"in_fade", "in_flash", "in_dissolve"}
_CEL_SHARE, _LOOKED, _DRAWN = 0.43, 0.53, 0.93  # of the time of a window, where each step ends (one core)


class NetworkShotReader:
    """Reads one shot, window by window, in order."""

    def __init__(self, networks: Networks, config: ShotConfig) -> None:
        self._networks, self._config = networks, config
        self._looks: list[Look] = []
        self._last: Look | None = None
        self._plates: PlateMaker | None = None
        self._slid = False
        self._stretch = 0
        self._figures: Similarity | None = None
        self._how_far: Callable[[float], object] = lambda _: None

    def tell(self, how_far: Callable[[float], object]) -> None:
        """Have ``how_far`` called with the share of each ``read`` that is done."""
        self._how_far = how_far

    def read(self, drawings: Sequence[Drawing]) -> list[Reconstruction]:
        """The next drawings of the shot, all of one size, at most a window of them."""
        pictures = [drawing.image for drawing in drawings]
        self._how_far(0.0)
        odds: list[Odds] = []
        while len(odds) < len(pictures):
            odds += self._networks.odds_of_each(pictures[self._batch(len(odds))])
            self._how_far(_CEL_SHARE * len(odds) / len(pictures))
        looks = side_by_side(self._look, drawings, odds)
        for look in looks:
            follow(self._last, look, self._config.follow)
            self._last = look
        together = self._looks + looks
        evidence = evidence_of(together, self._config)
        changes = evidence.changes[len(self._looks) :]
        added = side_by_side(self._at_full_size, changes, odds)
        drawn: list[Drawn] = []
        while len(drawn) < len(pictures):
            some = self._batch(len(drawn))
            drawn += self._networks.drawn_of_each(pictures[some], odds[some], added[some])
            self._how_far(_LOOKED + (_DRAWN - _LOOKED) * len(drawn) / len(pictures))
        drawn = self._in_one_model(together, looks, drawn, evidence)
        results = self._networks.finished(pictures, self._along_the_plate(drawings, looks, drawn))
        self._how_far(1.0)
        self._looks = together[-self._config.context :] if self._config.context else []
        return [
            replace(result, layer_moves=self._moves(drawing, look))
            for drawing, look, result in zip(drawings, looks, results, strict=True)
        ]

    def _batch(self, start: int) -> slice:
        """The next drawings of a window that the networks read at a time; all, where none is said."""
        size: int | None = getattr(self._networks, "batch_size", None)
        return slice(start, None if size is None else start + size)

    def _at_full_size(self, change: NDArray[np.float32], odds: Odds) -> Odds:
        """A change of the small picture at the size of ``odds``, float16 [H, W].

        Enlarged it reaches over the borders of figures by half a pixel of its own: what it turns over in such
        strips stays as the drawing alone was read.
        """
        height, width = odds.shape
        large = np.asarray(cv2.resize(change, (width, height), interpolation=cv2.INTER_LINEAR))
        core = max(1, round(self._config.core * height / change.shape[0]))
        return of_some_width(odds, large, core).astype(np.float16)

    def _in_one_model(
        self, together: Sequence[Look], looks: Sequence[Look], drawn: Sequence[Drawn], evidence: Evidence
    ) -> list[Drawn]:
        """The drawings with the fills on which the shot agrees."""
        for look, one in zip(looks, drawn, strict=True):
            size = look.odds.shape[::-1]
            look.fills = one.fills
            look.cel = cv2.resize(one.cel.view(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
        if evidence.paints is None:
            return list(drawn)
        chosen = [together[i] for i in evidence.usable]
        fills = [look.fills for look in chosen if look.fills is not None]
        cel = [look.cel for look in chosen if look.cel is not None]
        alone = stacked_fills(fills)
        smooth = np.stack([look.smooth for look in chosen])
        settled = settled_fills(alone, smooth, np.stack(cel), evidence.paints, self._config.paints)
        of_look = {
            id(look): both for look, both in zip(chosen, zip(alone, settled, strict=True), strict=True)
        }
        return side_by_side(lambda look, one: _agreed(one, of_look.get(id(look))), looks, drawn)

    def plates(self) -> tuple[Plate, ...]:
        """The background of what has been read; called once, at the end of the shot."""
        return () if self._plates is None else self._plates.plates()

    def _look(self, drawing: Drawing, odds: Odds) -> Look:
        plain = not _NO_EVIDENCE & {measure.name for measure in drawing.measures}
        return Look.at(drawing.image, odds, in_plain_light=plain, config=self._config, told=_told(drawing))

    def _along_the_plate(
        self, drawings: Sequence[Drawing], looks: Sequence[Look], drawn: Sequence[Drawn]
    ) -> list[Drawn]:
        """The drawings with borders where they part from the plate, on which they are laid.

        A plate knows more once all drawings of a stretch are on it: so first they are laid, then compared.
        """
        mended = list(drawn)
        for _, part in groupby(range(len(looks)), key=lambda i: looks[i].stretch):
            laid = [i for i in part if looks[i].in_plain_light]
            for i in laid:
                self._lay(drawings[i], looks[i], drawn[i].cel)
            if self._config.mends_borders:
                beside = side_by_side(
                    self._beside_the_plate,
                    [drawings[i].image for i in laid],
                    [looks[i] for i in laid],
                    [drawn[i] for i in laid],
                )
                for i, one in zip(laid, beside, strict=True):
                    mended[i] = one
        return mended

    def _lay(self, drawing: Drawing, look: Look, cel: NDArray[np.bool_]) -> None:
        """On the plate, where it is known where the drawing lies, and its light is the shot's."""
        if self._plates is not None and look.stretch != self._stretch:
            self._plates.close()
        self._stretch = look.stretch
        if self._plates is None:
            self._plates = PlateMaker(
                drawing.episode_id, drawing.shot_index, self._config.plate, self._config.borders
            )
        height, width = drawing.image.shape[:2]
        if cel.shape != (height, width):  # an enormous picture, read at a fraction of its size
            large = cv2.resize(cel.view(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
            cel = large.astype(np.bool_)
        self._plates.lay(drawing.image, cel, _place_in(drawing.image, look), drawing.frame_index)

    def _beside_the_plate(self, picture: Picture, look: Look, drawn: Drawn) -> Drawn:
        """A drawing with its border mended; what its mask gains there is ink of the outline."""
        if self._plates is None or drawn.cel.shape != picture.shape[:2]:
            return drawn
        plate, known = self._plates.seen_from(_place_in(picture, look), *drawn.cel.shape)
        cel = along_the_plate(picture, plate, known, drawn.cel, self._config.borders)
        classes = np.where(drawn.cel & ~cel, np.uint8(DougaClass.FLAT_AREA), drawn.classes)
        classes[cel & ~drawn.cel] = DougaClass.VISIBLE_LINE
        return replace(drawn, cel=cel, classes=classes)

    def _moves(self, drawing: Drawing, look: Look) -> tuple[LayerMove, ...]:
        """Where the background lies, once it has moved, and the figures where they part from it."""
        if look.stretch:
            return ()  # against the first drawing nothing is known any more
        zoom = drawing.image.shape[0] / look.small.shape[0]
        step: Similarity = inverse(look.place)
        before: Similarity = self._figures if self._figures is not None else step @ inverse(look.move)
        self._figures = None if look.figures is None else look.figures @ before
        found = [(0, scaled(step, zoom))]
        if self._figures is not None:
            found.append((1, scaled(self._figures, zoom)))
        self._slid |= any(float(np.hypot(*move[:2, 2])) > self._config.follow.slid for _, move in found)
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


def _agreed(one: Drawn, fills: tuple[NDArray[np.float32], NDArray[np.float32]] | None) -> Drawn:
    """A drawing with the fills on which its shot settled; ``fills`` are its own odds and those."""
    return one if fills is None else replace(one, classes=with_fills(one.classes, one.cel, *fills))


def _told(drawing: Drawing) -> Similarity | None:
    """Where footage says that the background lies in the frame which the drawing shows."""
    for move in drawing.layer_moves:
        if move.layer == 0 and move.frame_index == drawing.frame_index:
            along, across = move.scale * np.cos(move.turn), move.scale * np.sin(move.turn)
            return np.array([[along, -across, move.x], [across, along, move.y], [0, 0, 1.0]])
    return None


def _place_in(picture: Picture, look: Look) -> Similarity:
    """Where a drawing lies in its stretch, in pixels of its picture."""
    return scaled(look.place, picture.shape[0] / look.small.shape[0])
