"""Masks as a cel network might have told them: what a douga network has to live with."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.training.augment import Rng


def perturb_mask(cel: NDArray[np.bool_], rng: Rng) -> NDArray[np.bool_]:
    """A mask as a cel network might have predicted it: border off by pixels, parts missing, parts too many.

    A quarter stays exact, one in twelve keeps the whole picture (the thesis's network sometimes removed
    no background at all, section 5.8).
    """
    draw = rng.random()
    if draw < 0.25:
        return cel
    if draw < 0.33:
        return np.ones_like(cel)
    mask = cel.astype(np.uint8)
    radius = int(rng.integers(0, 5))
    if radius:
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
        mask = (cv2.erode if rng.random() < 0.25 else cv2.dilate)(mask, disc)  # type: ignore[assignment]
    if rng.random() < 0.5:
        missing = _blobs(cel.shape, rng)
        mask[missing] = 0
    if rng.random() < 0.6:
        extra = _blobs(cel.shape, rng)
        mask[extra] = 1
    return mask.astype(np.bool_)


def soften(mask: NDArray[np.uint8], rng: Rng) -> NDArray[np.uint8]:
    """A mask as a network that read it at fewer lines would be sure of it: blurred, and seldom certain."""
    blurred = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.5, 4.0)))
    doubt = rng.uniform(0.0, 0.15, 2) * 255
    return cv2.convertScaleAbs(blurred, alpha=1 - doubt.sum() / 255, beta=doubt[0]).astype(
        np.uint8, copy=False
    )


def _blobs(shape: tuple[int, ...], rng: Rng) -> NDArray[np.bool_]:
    """Smooth patches over a tenth of the picture or so: thresholded noise of low frequency."""
    cells = int(rng.integers(3, 14))
    field = rng.random((cells, cells), dtype=np.float32)
    coarse = cv2.resize(field, (shape[1] // 4 + 1, shape[0] // 4 + 1), interpolation=cv2.INTER_CUBIC)
    smooth = np.asarray(
        cv2.resize(coarse, (shape[1], shape[0]))
    )  # cubic all the way takes seven times longer
    return smooth > rng.uniform(0.75, 0.95)
