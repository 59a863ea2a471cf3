"""SEED → SCENE: one still of a production that never was, with its exact truth."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import CelMask, Douga, DougaClass, Triplet
from dougagen.studio.background import paint_background
from dougagen.studio.books import paint_book
from dougagen.studio.celsheet import Cel, CelSheet
from dougagen.studio.composite import composited
from dougagen.studio.delivery import degrade
from dougagen.studio.douga_truth import cel_mask_of, douga_of
from dougagen.studio.effects import apply_effects
from dougagen.studio.framing import Placed, frame_subjects
from dougagen.studio.lettering import burn_text

HELD_OUT_SEEDS = range(1_000_000, 2_000_000)
"""Seeds kept for evaluation: training and ``synth`` without ``--held-out`` stay below them."""
_BOOK_SHARE, _TEXT_SHARE, _EFFECT_SHARE = 0.14, 0.10, 0.55
_TEXT_SEEN = 40
"""8-bit levels by which text changes a pixel that it covers; its soft shadow changes less."""


@dataclass(frozen=True, slots=True)
class Window:
    """The piece of a frame that is drawn, in pixels."""

    lines: int
    """Height of the whole frame: it sets line widths and the size of the subjects."""
    height: int
    width: int


def whole_frame(lines: int) -> Window:
    """The whole 16:9 frame of ``lines``."""
    return Window(lines, lines, 2 * round(lines * 8 / 9))


def random_window(rng: np.random.Generator, *, largest: int = 540) -> Window:
    """A window of at most ``largest`` lines of a frame between 400 and 1080 lines."""
    lines = int(rng.choice([400, 480, 540, 576, 720, 900, 1080], p=[0.06, 0.14, 0.2, 0.08, 0.22, 0.05, 0.25]))
    height = min(lines, largest)
    wide = 4 / 3 if rng.uniform() < 0.15 else 16 / 9
    return Window(lines, height, 2 * round(height * wide / 2))


def draw_cel(placed: tuple[Placed, ...], window: Window) -> Cel:
    """All subjects on one cel, the first at the back."""
    sheet = CelSheet(height=window.height, width=window.width, lines=window.lines)
    for one in placed:
        sheet.placement = one.placement
        one.subject.draw(sheet, one.pose)
    return sheet.developed()


def make_scene(seed: int, *, window: Window | None = None, delivered: bool = True) -> Triplet:
    """The scene of ``seed``; the same seed and window give the same bytes.

    Effects, text and delivery fall on the composite, never on a layer alone: otherwise a network
    learns their traces instead of drawings. ``delivered=False`` leaves out all three.
    """
    rng = np.random.default_rng([seed, 0x0D006A])
    window = window or random_window(rng)
    size = {"height": window.height, "width": window.width}
    background = paint_background(rng, **size)
    cel = draw_cel(frame_subjects(rng, lines=window.lines, **size), window)
    book = paint_book(rng, **size) if rng.uniform() < _BOOK_SHARE else None
    coverage = None if book is None else np.ascontiguousarray(book[..., 3])
    color = composited(cel, background, book)
    mask, classes = cel_mask_of(cel, coverage), douga_of(cel, coverage, lines=window.lines)
    if delivered:
        if rng.uniform() < _EFFECT_SHARE:
            color = apply_effects(rng, color, cel_alpha=mask.astype(np.float32))
        if rng.uniform() < _TEXT_SHARE:
            color = _burnt_in(rng, color, mask, classes)
        color = degrade(rng, color)
    return Triplet(color, CelMask(mask), Douga(classes))


def _burnt_in(
    rng: np.random.Generator,
    color: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    classes: NDArray[np.uint8],
) -> NDArray[np.uint8]:
    """``color`` with text on it; where text covers the cel the truth becomes background: text is no cel."""
    written = burn_text(rng, color)
    covered = cv2.absdiff(written, color).max(axis=-1) >= _TEXT_SEEN
    mask[covered] = False
    classes[covered] = DougaClass.FLAT_AREA
    return written
