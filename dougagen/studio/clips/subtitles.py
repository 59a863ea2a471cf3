"""Burnt-in subtitles over time: they may change in the middle of a hold and begin no drawing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.cel.cel import Rgb
from dougagen.studio.stand.typesetting import Script, sentence, typeset


@dataclass(frozen=True, slots=True)
class Subtitle:
    """A line of text and when it is on screen."""

    start: int
    stop: int
    seed: int
    """Which text."""


@dataclass(frozen=True, slots=True)
class SubtitleStyle:
    """How all subtitles of an episode look."""

    fill: Rgb
    edge: Rgb
    script: Script
    size: float
    """Height of the letters as a share of the lines."""
    weight: float
    edge_width: float
    """Share of the letters' height."""
    face: int
    """Seed of the typeface."""

    @classmethod
    def random(cls, rng: np.random.Generator) -> SubtitleStyle:
        """White or yellow, with a dark edge."""
        return cls(
            fill=((255, 255, 255), (255, 236, 80), (235, 235, 240))[rng.choice(3, p=[0.6, 0.25, 0.15])],
            edge=((0, 0, 0), (20, 20, 60), (60, 10, 10))[rng.choice(3, p=[0.7, 0.2, 0.1])],
            script=cast(Script, str(rng.choice(["latin", "japanese"], p=[0.65, 0.35]))),
            size=float(rng.uniform(0.045, 0.07)),
            weight=float(rng.uniform(0.08, 0.14)),
            edge_width=float(rng.uniform(0.06, 0.12)),
            face=int(rng.integers(1 << 31)),
        )


def subtitle_picture(style: SubtitleStyle, seed: int, *, height: int, width: int) -> NDArray[np.uint8]:
    """uint8[H, W, 4] premultiplied: one or two rows of text in the middle of the frame's lower edge."""
    rng = np.random.default_rng(seed)
    cover = np.zeros((height, width), np.uint8)
    size = style.size * height
    most = int(0.8 * width / size * (1.0 if style.script == "japanese" else 2.0))
    rows = int(rng.integers(1, 3))
    for row in range(rows):
        text = sentence(rng, style.script, int(rng.integers(most // 3, most)))
        letters = typeset(
            np.random.default_rng(style.face), text, style.script, size=size, weight=style.weight
        )
        letters = letters[:height, : width - 4]
        top = int(0.95 * height - (rows - row) * 1.25 * size - (letters.shape[0] - size) / 2)
        top = int(np.clip(top, 0, height - letters.shape[0]))
        left = (width - letters.shape[1]) // 2
        at = (slice(top, top + letters.shape[0]), slice(left, left + letters.shape[1]))
        cover[at] = np.maximum(cover[at], letters)
    reach = 2 * max(round(style.edge_width * size), 1) + 1
    wide = cv2.dilate(cover, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    share = cover.astype(np.float32)[..., None] / 255
    color = np.array(style.edge, np.float32) * (1 - share) + np.array(style.fill, np.float32) * share
    premultiplied = color * (wide.astype(np.float32)[..., None] / 255)
    return np.dstack([np.rint(premultiplied).astype(np.uint8), wide])


def laid(
    subtitles: Sequence[Subtitle], style: SubtitleStyle, *, height: int, width: int
) -> Callable[[NDArray[np.uint8], int], NDArray[np.uint8]]:
    """A function that burns the subtitles of a frame into its picture."""
    pictures: dict[int, NDArray[np.uint8]] = {}

    def burn(picture: NDArray[np.uint8], frame: int) -> NDArray[np.uint8]:
        for subtitle in subtitles:
            if subtitle.start <= frame < subtitle.stop:
                if subtitle.seed not in pictures:
                    size = {"height": height, "width": width}
                    pictures[subtitle.seed] = subtitle_picture(style, subtitle.seed, **size)
                text = pictures[subtitle.seed]
                thin = cv2.cvtColor(255 - cv2.extractChannel(text, 3), cv2.COLOR_GRAY2RGB)
                below = cv2.multiply(picture, thin, scale=1 / 255)
                picture = np.asarray(cv2.add(below, np.ascontiguousarray(text[..., :3])), np.uint8)
        return picture

    return burn
