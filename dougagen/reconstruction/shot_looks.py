"""What is remembered of the drawings of a shot, and where each lies in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.reconstruction.alignment import (
    STANDING,
    Similarity,
    followed,
    inverse,
    matched,
    moved_by,
    scaled,
    stands,
)
from dougagen.reconstruction.shot_config import FollowConfig, ShotConfig


@dataclass(slots=True, eq=False)
class Look:
    """What is remembered of a drawing: small pictures, a place in the shot, and odds."""

    luma: NDArray[np.uint8]
    """uint8[H, W] at ``follow_lines``."""
    small: NDArray[np.uint8]
    """uint8[h, w, 3] at ``lines``."""
    odds: NDArray[np.float32]
    """float32[h, w]: log odds of cel."""
    in_plain_light: bool
    """Neither fading nor flashing: light is no evidence."""
    move: Similarity = field(default_factory=STANDING.copy)
    """Of the background, from the drawing before, in pixels at ``lines``."""
    place: Similarity = field(default_factory=STANDING.copy)
    """From the drawing into its stretch of the shot, in pixels at ``lines``."""
    stretch: int = 0
    """Where the background cannot be followed another stretch begins, with places of its own."""
    fills: NDArray[np.float16] | None = None
    """float16[4, h, w]: log odds of the fills, once the douga is read."""
    cel: NDArray[np.bool_] | None = None
    """bool[h, w]: the mask, once it is read."""
    figures: Similarity | None = None
    """Of the figures, from the drawing before; None where they move with the background, or none is known."""
    told: Similarity | None = None
    """Where footage says that the background lies, against the shot's first frame; None where it does not."""

    @classmethod
    def at(
        cls,
        picture: NDArray[np.uint8],
        odds: NDArray,
        *,
        in_plain_light: bool,
        config: ShotConfig,
        told: Similarity | None = None,
    ) -> Look:
        """Of a picture uint8[H, W, 3] and its log odds [H, W]; ``told`` in pixels of the picture."""
        luma = cv2.cvtColor(_at_lines(picture, config.follow_lines), cv2.COLOR_RGB2GRAY)
        small = _at_lines(picture, config.lines)
        look = cls(luma, small, _at_lines(odds.astype(np.float32), config.lines), in_plain_light)
        look.told = None if told is None else scaled(told, small.shape[0] / picture.shape[0])
        return look

    @property
    def smooth(self) -> NDArray[np.uint8]:
        """The small picture without its finest grain."""
        return cv2.blur(self.small, (3, 3))


def follow(before: Look | None, look: Look, config: FollowConfig) -> None:
    """Note where ``look`` lies in the shot, by the drawing before it. The first lies where the shot does."""
    if before is None:
        return
    zoom = look.luma.shape[0] / look.small.shape[0]
    odds = [cv2.resize(one.odds, one.luma.shape[::-1]) for one in (before, look)]
    background = [one < -config.believed for one in odds]
    move = _move_of_the_background(before, look, background, config)
    look.stretch = before.stretch
    if move is None:
        look.stretch += 1
        return
    look.move = move
    look.place = before.place @ inverse(look.move)
    cel = cv2.erode((odds[0] > config.believed).view(np.uint8), np.ones((9, 9), np.uint8))
    figures = (
        followed(before.luma, look.luma, cel, config, without=scaled(look.move, zoom)) if cel.any() else None
    )
    if figures is not None:
        figures = scaled(figures, 1 / zoom)
        if moved_by(figures, look.move, look.small.shape)[0] > config.apart:
            look.figures = figures


def _move_of_the_background(
    before: Look, look: Look, background: Sequence[NDArray[np.bool_]], config: FollowConfig
) -> Similarity | None:
    """From the drawing before, in pixels at ``lines``; None where it cannot be followed."""
    still = background[0] & background[1]
    if stands((before.luma, before.small), (look.luma, look.small), still, config):
        return STANDING
    where = cv2.erode(background[0].view(np.uint8), np.ones((11, 11), np.uint8))
    move = followed(before.luma, look.luma, where, config)
    if move is not None and not np.array_equal(move, STANDING):
        return scaled(move, look.small.shape[0] / look.luma.shape[0])
    # No points, or they stand and the background does not: they may lie along a figure that is held.
    small = (before.odds < -config.believed, look.odds < -config.believed)
    by_all = matched(before.small, look.small, small, config, guesses=_guesses(before, look))
    return move if by_all is None else by_all


def _guesses(before: Look, look: Look) -> Iterator[Similarity]:
    """What the background may do where no point of it is found again: go on, or what footage says."""
    yield before.move
    if before.told is not None and look.told is not None:
        yield look.told @ inverse(before.told)


def _at_lines(picture: NDArray, lines: int) -> NDArray:
    height, width = picture.shape[:2]
    if height <= lines:
        return picture
    size = (max(1, round(width * lines / height)), lines)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
