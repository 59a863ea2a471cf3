"""Boundary F of the cel mask: does it end where the drawing ends?

IoU hardly sees a mask that is a few pixels too wide: a figure that fills half of a 1080p frame loses less
than 2 % of IoU to a mask 4 px too fat. Whoever composites the cel sees nothing else.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import hairline_width
from dougagen.evaluation.metrics import PrecisionRecall, line_score

_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=np.uint8)


def boundary_tolerance(height: int) -> int:
    """Pixels by which a boundary may miss the true one: the width of a drawn line, 3 px at 1080 lines.

    A cel ends in its outline. Within one line's width the cut still runs through that line, beyond it
    paint is lost or background comes along. It scales with the height, so that one drawing scores alike at
    720 and at 1080 lines (2 and 3 px); DAVIS's 0.8 % of the diagonal would be 18 px at 1080, wider than an
    animator's fingers and hair tips.
    """
    return hairline_width(height)


def boundary_of(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """bool[H, W]: pixels of the mask with one of their four neighbours off it.

    Where a cel runs out of the picture it has no boundary: nobody drew that edge.
    """
    inner = cv2.erode(mask.view(np.uint8), _CROSS)  # OpenCV counts what lies outside as cel
    boundary: NDArray[np.bool_] = mask & (inner == 0)
    return boundary


def boundary_score(predicted: NDArray[np.bool_], truth: NDArray[np.bool_]) -> PrecisionRecall:
    """Boundary precision and recall of two bool[H, W] cel masks; F is its ``f1``."""
    tolerance = boundary_tolerance(truth.shape[0])
    return line_score(boundary_of(predicted), boundary_of(truth), tolerance=tolerance)
