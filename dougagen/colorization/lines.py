"""LINES: the same drawing as four kinds of line art, and what people draw with a pencil.

Published colourisers learn from lines that a filter took from finished pictures: Canny's edges, or extended
differences of Gaussians and dilate-and-subtract. Here the same pictures also have the douga of dougagen, and
where the studio drew them, the exact one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import CLASS_COUNT, LINE_CLASSES, DougaClass
from dougagen.domain.arrays import require_array
from dougagen.errors import DomainError

_LUMA = np.array([[0.2126, 0.7152, 0.0722]], np.float32)  # BT.709
_SIGMAS = (0.3, 0.4, 0.5)
_KERNELS = (4, 5)
_TAU, _KAPPA = 0.95, 4.5
"""Of XDoG, as anime line art is extracted with it (Ci et al. 2018)."""
_FEWEST_LEVELS = 24
"""Below this darkness a pencil has touched nothing: paper, JPEG and GIF leave a few levels."""
_EVERY_LINE = np.isin(np.arange(256), [*LINE_CLASSES, DougaClass.BOOK_LINE])


class LineKind(StrEnum):
    """Where the lines come from that a network learns to colour."""

    CANNY = "canny"
    """Canny's edges of the painted cel, thresholds 100 and 200."""
    XDOG = "xdog"
    """XDoG with σ 0.3, 0.4 or 0.5, or dilate-and-subtract with 4×4 or 5×5, one of the five at random."""
    DOUGA = "douga"
    """The record's own douga: as ``extract`` read it, or as whoever made the record wrote it."""
    EXACT = "exact"
    """The record's douga, which must be the truth: records of the studio or of an artist."""


@dataclass(frozen=True, slots=True, eq=False)
class LineArt:
    """A drawing before it is painted."""

    classes: NDArray[np.uint8]
    """uint8[H, W] of ``DougaClass``; a plain line drawing has 0 and 1 alone."""
    strength: NDArray[np.uint8]
    """uint8[H, W]: how dark the stroke is, 255 for ink; 255 in fills, 0 in flat areas."""

    def __post_init__(self) -> None:
        classes = require_array("LineArt.classes", self.classes, np.uint8, ("H", "W"))
        strength = require_array("LineArt.strength", self.strength, np.uint8, classes.shape)
        if int(classes.max()) >= CLASS_COUNT:
            raise DomainError(f"LineArt.classes must be in [0, {CLASS_COUNT - 1}], got {int(classes.max())}")
        object.__setattr__(self, "classes", classes)
        object.__setattr__(self, "strength", strength)

    @classmethod
    def of_classes(cls, classes: NDArray[np.uint8]) -> LineArt:
        """Douga as it is written: every pixel is wholly of its class."""
        return cls(classes, np.where(classes == 0, np.uint8(0), np.uint8(255)))

    @classmethod
    def of_strength(cls, strength: NDArray[np.uint8]) -> LineArt:
        """Plain lines of a uint8[H, W] darkness."""
        return cls((strength > 0).astype(np.uint8), strength)

    @property
    def is_plain(self) -> bool:
        """Whether it says nothing but where lines are."""
        return int(self.classes.max()) <= DougaClass.VISIBLE_LINE

    @property
    def lines(self) -> NDArray[np.bool_]:
        """bool[H, W]: lines of every class."""
        return np.asarray(_EVERY_LINE[self.classes])

    @property
    def has_lines(self) -> bool:
        """Whether anything is drawn."""
        return bool(self.lines.any())

    def plain(self) -> LineArt:
        """The visible lines alone: what an animator's pencil leaves of the ten classes."""
        visible = self.classes == DougaClass.VISIBLE_LINE
        return LineArt(visible.astype(np.uint8), np.where(visible, self.strength, np.uint8(0)))

    def picture(self) -> NDArray[np.uint8]:
        """uint8[H, W]: the lines dark on white, as the published systems read them."""
        return np.where(self.lines, 255 - self.strength, np.uint8(255)).astype(np.uint8, copy=False)


def on_paper(color: NDArray[np.uint8], cel: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """uint8[H, W, 3]: the cel cut out and laid on white paper."""
    return np.where(cel[..., None], color, np.uint8(255)).astype(np.uint8, copy=False)


def lines_of(
    kind: LineKind, paper: NDArray[np.uint8], classes: NDArray[np.uint8], rng: np.random.Generator
) -> LineArt:
    """The lines of one drawing.

    Args:
        paper: uint8[H, W, 3], the painted cel on white: what filters are let loose on.
        classes: uint8[H, W], its douga.
        rng: chooses among the filters of ``xdog``; the other kinds do not ask it.
    """
    if kind is LineKind.CANNY:
        return canny_lines(paper)
    if kind is LineKind.XDOG:
        return filtered_lines(paper, int(rng.integers(len(_SIGMAS) + len(_KERNELS))))
    return LineArt.of_classes(classes)


def canny_lines(paper: NDArray[np.uint8]) -> LineArt:
    """Edges of the luma, one pixel wide."""
    return LineArt.of_strength(cv2.Canny(_luma(paper), 100, 200).astype(np.uint8, copy=False))


def filtered_lines(paper: NDArray[np.uint8], which: int) -> LineArt:
    """One of the five filters of Lee and Lee (2020): XDoG by σ, then dilate-and-subtract by square."""
    grey = _luma(paper)
    if which < len(_SIGMAS):
        narrow, wide = (
            cv2.GaussianBlur(grey.astype(np.float32), (0, 0), sigma)
            for sigma in (_SIGMAS[which], _KAPPA * _SIGMAS[which])
        )
        return LineArt.of_strength(np.where(_TAU * wide > narrow, np.uint8(255), np.uint8(0)))
    side = _KERNELS[which - len(_SIGMAS)]
    difference = cv2.absdiff(cv2.dilate(grey, np.ones((side, side), np.uint8)), grey)
    return LineArt.of_strength(_stretched(difference.astype(np.uint8, copy=False)))


def pencil_lines(picture: NDArray[np.uint8]) -> LineArt:
    """The lines of a drawing on paper, uint8[H, W, 3], of whatever colour the pencil is.

    The darkest channel says where the pencil touched; its strokes are stretched to full ink, since pencils
    are pale.
    """
    darkest = picture.min(axis=2)
    paper = int(np.percentile(darkest, 90))
    return LineArt.of_strength(_stretched(cv2.subtract(np.full_like(darkest, paper), darkest)))


def pencilled(art: LineArt, rng: np.random.Generator) -> LineArt:
    """The lines of ``art`` as a pencil would draw them: pale and dark along the stroke, grain, soft edges.

    Fills and other classes stay where they are.
    """
    height, width = art.strength.shape
    coarse = rng.uniform(0.55, 1.0, (max(2, height // 24), max(2, width // 24))).astype(np.float32)
    pressure = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    grain = rng.normal(1.0, 0.18, (height, width)).astype(np.float32)
    soft = cv2.GaussianBlur(art.strength.astype(np.float32), (0, 0), float(rng.uniform(0.3, 0.7)))
    drawn = np.clip(soft * pressure * grain, 0, 255).astype(np.uint8)
    strength = np.where(art.classes == DougaClass.FLAT_AREA, np.uint8(0), art.strength)
    strength = np.where(art.lines, np.maximum(drawn, 1), strength)
    return LineArt(art.classes, strength.astype(np.uint8, copy=False))


def _luma(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return cv2.transform(rgb, _LUMA).reshape(rgb.shape[:2]).astype(np.uint8, copy=False)


def _stretched(darkness: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The strong strokes become full ink, and what is paler than any stroke nothing."""
    touched = darkness[darkness >= _FEWEST_LEVELS]
    if not touched.size:
        return np.zeros_like(darkness)
    full = max(float(np.percentile(touched, 75)), _FEWEST_LEVELS)
    stretched = np.clip(darkness.astype(np.float32) * (255.0 / full), 0, 255).astype(np.uint8)
    return np.where(darkness < _FEWEST_LEVELS, np.uint8(0), stretched).astype(np.uint8, copy=False)
