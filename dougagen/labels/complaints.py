"""Where in a picture something is wrong: how much of it, in how many places, and where the first one is."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def places(wrong: NDArray[np.bool_]) -> str:
    """``"34 pixels in 2 places, the first at x 120, y 45"`` for bool[H, W]; the first as one reads."""
    count, _, _, _ = cv2.connectedComponentsWithStats(wrong.astype(np.uint8), connectivity=8)
    pixels, regions = int(np.count_nonzero(wrong)), count - 1
    y, x = divmod(int(wrong.argmax()), wrong.shape[1])
    return (
        f"{pixels:,} pixel{'s' if pixels > 1 else ''} in {regions:,} place{'s' if regions > 1 else ''}, "
        f"the first at x {x}, y {y}"
    )


def color_at_first(wrong: NDArray[np.bool_], rgb: NDArray[np.uint8]) -> str:
    """``"RGB 240 120 60"``: what uint8[H, W, 3] shows where ``wrong`` begins."""
    y, x = divmod(int(wrong.argmax()), wrong.shape[1])
    red, green, blue = rgb[y, x].tolist()
    return f"RGB {red} {green} {blue}"
