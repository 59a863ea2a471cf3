"""Pictures as PNG, with or without alpha, the same bytes for the same pixels."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.errors import DougagenError


def png_of(picture: NDArray[np.uint8]) -> bytes:
    """uint8[H, W, 3] RGB or uint8[H, W, 4] RGBA as PNG, lossless."""
    turned = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR if picture.shape[2] == 3 else cv2.COLOR_RGBA2BGRA)
    coded, data = cv2.imencode(".png", turned)  # no parameters: any explicit level is slower
    if not coded:
        raise DougagenError(f"OpenCV could not code a picture of shape {picture.shape} as PNG")
    return bytes(data)


def scaled_into(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """The picture made smaller until its longer side has ``side`` pixels; never larger."""
    height, width = picture.shape[:2]
    factor = min(1.0, side / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return cast(NDArray[np.uint8], cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
