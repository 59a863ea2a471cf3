"""The compositing stand: background, cel, book; one picture, its coverage and the focus of each layer."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.cel.cel import Cel

LARGEST_BLUR = 3.2
"""σ in pixels at 1080 lines of a cel out of focus: beyond it nobody can say where its thin lines run."""


def composited(
    cel: Cel, background: NDArray[np.uint8], book: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """uint8[H, W, 3]: the cel over ``background`` (uint8[H, W, 3]), ``book`` (uint8[H, W, 4]) over both."""
    left = cv2.cvtColor(255 - cel.coverage, cv2.COLOR_GRAY2RGB)
    picture = cv2.add(cel.color, cv2.multiply(background, left, scale=1 / 255))
    if book is not None:
        alpha = cv2.cvtColor(np.ascontiguousarray(book[..., 3]), cv2.COLOR_GRAY2RGB)
        over = cv2.multiply(np.ascontiguousarray(book[..., :3]), alpha, scale=1 / 255)
        picture = cv2.add(over, cv2.multiply(picture, 255 - alpha, scale=1 / 255))
    return picture


def visible_coverage(cel: Cel, book: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """uint8[H, W]: what of the cel the composite shows, books cut out; 255 = all."""
    if book is None:
        return cel.coverage
    free = cv2.bitwise_not(np.ascontiguousarray(book[..., 3]))
    return np.asarray(cv2.multiply(cel.coverage, free, scale=1 / 255), np.uint8)


def background_out_of_focus(
    rng: np.random.Generator, background: NDArray[np.uint8], *, lines: int
) -> NDArray[np.uint8]:
    """The camera looks at the cel: the background, drawn or painted, blurs."""
    return np.asarray(
        cv2.GaussianBlur(background, (0, 0), max(lines / 1080 * rng.uniform(2.0, 9.0), 0.5)), np.uint8
    )


def cel_out_of_focus(rng: np.random.Generator, cel: Cel, *, lines: int) -> Cel:
    """The camera looks past the cel. Its truth stays that of the drawing, but the mask is what still covers
    half a pixel (dougagen/README.md#words)."""
    sigma = max(lines / 1080 * rng.uniform(1.0, LARGEST_BLUR), 0.4)
    return replace(
        cel,
        color=np.asarray(cv2.GaussianBlur(cel.color, (0, 0), sigma), np.uint8),
        coverage=np.asarray(cv2.GaussianBlur(cel.coverage, (0, 0), sigma), np.uint8),
    )


def bars(rng: np.random.Generator, *, height: int, width: int) -> tuple[slice, slice]:
    """Where the picture lies between black bars: 4:3 in 16:9, or wide screen; rows and columns."""
    if rng.uniform() < 0.6 and width > height * 4 / 3:
        side = max(round((width - height * float(rng.choice([4 / 3, 1.37, 1.44]))) / 2), 1)
        return slice(0, height), slice(side, width - side)
    side = max(round((height - width / float(rng.choice([1.85, 2.0, 2.35, 2.39]))) / 2), 1)
    return slice(side, max(height - side, side + 1)), slice(0, width)
