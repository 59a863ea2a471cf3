"""The compositing stand: background, cel, book; one picture and its coverage."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.celsheet import Cel


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
