"""Pictures → edge images: small pictures of where lines are, by which frames are told apart (thesis 4.1)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

EDGE_WIDTH, EDGE_HEIGHT = 64, 36
"""Pixels of an edge image."""
_WORKING = (256, 144)  # px; gradients are taken here: finer ones are grain and coding, not drawing
_BLUR = 1.0  # px of an edge image; two frames whose lines lie a pixel apart are alike
_DIMENSIONS = 256  # distances between frames keep within about a tenth (Johnson-Lindenstrauss)
_PROJECTION_SEED = 41  # of the thesis's section; the same always: only k-means draws by the user's seed


def edge_image(color: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8[H, W, 3] RGB → uint8[36, 64]: how strong the edges are in each cell, whatever its light."""
    grey = cv2.cvtColor(color, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, _WORKING, interpolation=cv2.INTER_AREA).astype(np.float32)
    gradients = [cv2.Sobel(small, cv2.CV_32F, dx, dy, ksize=3) for dx, dy in ((1, 0), (0, 1))]
    cells = cv2.resize(np.hypot(*gradients), (EDGE_WIDTH, EDGE_HEIGHT), interpolation=cv2.INTER_AREA)
    strength = np.sqrt(cells)  # one hard edge is not worth a face of soft ones
    scaled: NDArray[np.uint8] = (
        (strength * (64 / max(float(strength.mean()), 1.0))).clip(0, 255).astype(np.uint8)
    )
    return scaled


def edge_vectors(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """uint8[N, 36, 64] → float32[N, 256]: points whose distances are those of the blurred edge images."""
    blurred = np.stack([cv2.GaussianBlur(image.astype(np.float32), (0, 0), _BLUR) for image in images])
    flat = blurred.reshape(len(images), -1)  # [N, 36, 64] -> [N, 2304]
    rng = np.random.default_rng(_PROJECTION_SEED)
    projection = rng.standard_normal((flat.shape[1], _DIMENSIONS)).astype(np.float32) / np.float32(16)  # √256
    vectors: NDArray[np.float32] = flat @ projection
    return vectors
