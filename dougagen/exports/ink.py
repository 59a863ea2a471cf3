"""Lines lifted off the paint: the ink of each and how much of it covers every pixel."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import DougaClass
from dougagen.exports.unmixing import Mask, Picture, grown, share_of

_EDGES = (DougaClass.SHADING_LINE, DougaClass.COLOR_EDGE, DougaClass.HIGHLIGHT_LINE)
_DARK = 30  # levels that ink is darker than the paint on both sides
_FAINT = 0.06  # of a share: less is the noise of the paint
_STRANGE = 24.0  # levels between a pixel and the nearest mixture: another ink than its neighbours'
_EAGER = 4  # the power by which a pixel far from the paint knows the ink better than a mixed one


def inked_in(color: Picture, classes: NDArray[np.uint8], *, rim: int) -> Mask:
    """Where a line is to be seen: bool[H, W]. Visible lines of the douga, and edges between paints that are
    darker than both sides of them: ink that a network has taken for a shading line."""
    grey = cv2.cvtColor(color, cv2.COLOR_RGB2GRAY)
    darker = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, np.ones((6 * rim + 1,) * 2, np.uint8)) > _DARK
    return cast(Mask, (classes == DougaClass.VISIBLE_LINE) | (darker & np.isin(classes, _EDGES)))


def lines_of(color: Picture, inked: Mask, under: Picture, *, rim: int) -> Picture:
    """uint8[H, W, 4]: the ink of the lines ``inked`` over the picture ``under`` that has none, which together
    give ``color``. ``rim`` is how far, in pixels, an edge may be mixed."""
    if not inked.any():
        return np.zeros((*inked.shape, 4), np.uint8)
    reach = grown(inked, rim)
    away = color.astype(np.float32) - under
    contrast = np.sqrt(np.einsum("hwc,hwc->hw", away, away))
    picture, paint = color[reach].astype(np.float32), under[reach].astype(np.float32)
    ink = _ink(color, inked, contrast, 4 * rim + 1)[reach]
    share, clear = share_of(picture, ink, paint)
    off = np.abs(paint + share[:, None] * (ink - paint) - picture).max(axis=1)
    strange = inked[reach] & (off > _STRANGE)
    if strange.any():
        ink[strange] = _ink(color, inked, contrast, rim)[reach][strange]
        share, clear = share_of(picture, ink, paint)
    share = np.where(clear, share, inked[reach])  # a dark line on dark paint: all that the douga says is line
    share = np.where(share < _FAINT, 0, np.where(share > 1 - _FAINT, 1, share))
    pixels = np.zeros((*inked.shape, 4), np.uint8)
    opacity = np.rint(share * 255).astype(np.uint8)
    pixels[reach] = np.column_stack(
        [np.where(opacity[:, None] > 0, np.clip(np.rint(ink), 0, 255), 0), opacity]
    )
    return pixels


def _ink(color: Picture, inked: Mask, contrast: NDArray[np.float32], radius: int) -> NDArray[np.float32]:
    """float32[H, W, 3]: the ink near each pixel; of the line's pixels around it those count that are the
    least mixed."""
    # a line's own pixels say more than its soft rim, which is in the neighbourhood too
    weight = np.where(inked, ((contrast + 4) / 64) ** _EAGER, 0).astype(np.float32)
    size = (2 * radius + 1,) * 2
    total = cv2.boxFilter(weight, cv2.CV_32F, size, normalize=False)
    mean = cv2.boxFilter(color.astype(np.float32) * weight[..., None], cv2.CV_32F, size, normalize=False)
    return cast(NDArray[np.float32], mean / np.maximum(total, np.float32(1e-9))[..., None])
