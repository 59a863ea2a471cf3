"""Who draws and paints a clip: one family or the other, over the same timesheets and camera."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.books import paint_book
from dougagen.studio.background.painting import paint_background
from dougagen.studio.clips.acting import SUBJECTS
from dougagen.studio.design.subject import Subject


class LayerPainter(Protocol):
    """A painted layer: uint8[height, width, 3] RGB, or 4 channels of a book, straight alpha."""

    def __call__(self, rng: np.random.Generator, *, height: int, width: int) -> NDArray[np.uint8]: ...


@dataclass(frozen=True, slots=True)
class Artists:
    """Those who draw the shots of a clip."""

    subject: Callable[[str, np.random.Generator], Subject]
    """A design of a kind that ``SUBJECTS`` names."""
    background: LayerPainter
    book: LayerPainter


def _trained_subject(kind: str, rng: np.random.Generator) -> Subject:
    return SUBJECTS[kind](rng)


TRAINING_ARTISTS = Artists(_trained_subject, paint_background, paint_book)
"""The family that networks learn from."""
