"""Mixed pixels: how much of a near colour lies over a far one, and how a known picture goes on where it is
not known. Arrays in, arrays out."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Picture = NDArray[np.uint8]
Colors = NDArray[np.float32]

_TOO_ALIKE = 15.0  # levels between two paints, as a length in RGB; below it coding noise decides the share


def share_of(picture: Colors, over: Colors, under: Colors) -> tuple[NDArray[np.float32], Mask]:
    """How much of ``over`` lies in each pixel, as if it were mixed from it and ``under``: float32[N] in
    [0, 1], and where that can be said: bool[N], False where the two are too alike. All float32[N, 3]."""
    way = over - under
    length = np.einsum("nc,nc->n", way, way)
    clear = length >= _TOO_ALIKE**2
    share = np.einsum("nc,nc->n", picture - under, way) / np.maximum(length, 1.0)
    return np.clip(share, 0.0, 1.0).astype(np.float32), clear


def distance_to(mask: Mask) -> NDArray[np.float32]:
    """float32[H, W]: pixels to the nearest one of ``mask``, 0 on it; very far where it is empty."""
    if not mask.any():
        return np.full(mask.shape, 1e6, np.float32)
    away = (~mask).view(np.uint8)
    return cast(NDArray[np.float32], cv2.distanceTransform(away, cv2.DIST_L2, 5))


def nearest_of(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """int32[H, W]: the label of the nearest labelled pixel; 0 is no label, and stays where there is none."""
    known = labels > 0
    if known.all() or not known.any():
        return labels
    _, places = cv2.distanceTransformWithLabels(
        (~known).view(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    at = np.zeros(int(places.max()) + 1, np.int32)
    at[places[known]] = labels[known]
    return at[places]


def continued(picture: Picture, known: Mask, *, softness: int) -> Picture:
    """The picture, and where it is not ``known`` the colour of the nearest known pixel, made soft over
    ``softness`` pixels so that no streaks show. Black where nothing is known."""
    if known.all():
        return picture
    if not known.any():
        return np.zeros_like(picture)
    _, places = cv2.distanceTransformWithLabels(
        (~known).view(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    at = np.zeros((int(places.max()) + 1, 3), np.uint8)
    at[places[known]] = picture[known]
    filled = at[places]
    soft = cv2.blur(filled, (2 * softness + 1,) * 2)
    return np.where(known[..., None], picture, soft).astype(np.uint8, copy=False)


def grown(mask: Mask, radius: int) -> Mask:
    """The mask with a rim of ``radius`` pixels around it, corners cut."""
    if radius < 1:
        return mask
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2)
    return cast(Mask, cv2.dilate(mask.view(np.uint8), kernel) > 0)
