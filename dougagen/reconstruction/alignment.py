"""How the background moves from drawing to drawing: points where no cel is believed, and what most follow.

The moves that ``footage`` finds say that a drawing begins; here the cel mask is known too, so that the points
of the background alone can be asked.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

Similarity = NDArray[np.float64]
"""float64[3, 3]: scale, turn and shift in pixels of the picture."""

_MOST_POINTS = 400
_FEWEST_POINTS = 8
_BACK = 0.5  # px; a point that is not found again on the way back is lost
_FOLLOWS = 0.7  # px from where the similarity brings a point
_OTHERS = 1.5  # px from where another move brings a point, for it not to follow that one
_SHARE = 0.35  # of the points that must follow it
_STRAIGHT = 0.002  # scale or turn below which a move is a shift …
_STANDS = 0.25  # … and px below which it is none
_SAME = 5  # levels
_STILL = 0.97  # share of the background that is the same where nothing moved
_ENOUGH = 0.002  # share of the picture that must be background to say so

STANDING: Similarity = np.eye(3)


def background_move(
    before: NDArray[np.uint8],
    after: NDArray[np.uint8],
    background: NDArray[np.bool_],
    still: NDArray[np.bool_],
) -> Similarity | None:
    """From the one picture to the next; None where nothing can be followed.

    Args:
        before, after: uint8[H, W] luma.
        background: bool[H, W], of ``before``: where no cel is believed.
        still: bool[H, W]: where none is believed in either.
    """
    if float(still.mean()) > _ENOUGH:
        differ = cv2.absdiff(cv2.GaussianBlur(before, (0, 0), 1), cv2.GaussianBlur(after, (0, 0), 1))
        if float(np.mean(differ[still] <= _SAME)) > _STILL:
            return STANDING
    return followed(before, after, cv2.erode(background.view(np.uint8), np.ones((11, 11), np.uint8)))


def followed(
    before: NDArray[np.uint8],
    after: NDArray[np.uint8],
    where: NDArray[np.uint8],
    *,
    without: Similarity | None = None,
) -> Similarity | None:
    """The similarity that most points of ``where`` (uint8[H, W], 0 or more) follow.

    Points that go ``without`` are left out: a painted window that is taken for cel has more of them than a
    face, and moves with its wall.
    """
    start = cv2.goodFeaturesToTrack(before, _MOST_POINTS, 0.005, 5, mask=where)
    if start is None or len(start) < _FEWEST_POINTS:
        return None
    nowhere = cast("NDArray[np.float32]", None)
    window = {"winSize": (15, 15), "maxLevel": 4}
    end, there, _ = cv2.calcOpticalFlowPyrLK(before, after, start, nowhere, **window)  # type: ignore[call-overload]
    again, back, _ = cv2.calcOpticalFlowPyrLK(after, before, end, nowhere, **window)  # type: ignore[call-overload]
    kept = (there.ravel() == 1) & (back.ravel() == 1) & (np.abs(start - again).max(axis=(1, 2)) < _BACK)
    if without is not None:
        there_by = cv2.transform(start, without[:2])
        kept &= np.hypot(*(there_by - end).transpose(2, 0, 1)).ravel() > _OTHERS
    if kept.sum() < _FEWEST_POINTS:
        return None
    cv2.setRNGSeed(0)
    found, follows = cv2.estimateAffinePartial2D(
        start[kept], end[kept], method=cv2.RANSAC, ransacReprojThreshold=_FOLLOWS, maxIters=500
    )
    if found is None or follows.sum() < max(_FEWEST_POINTS, _SHARE * kept.sum()):
        return None
    return _straightened(np.vstack([found, [0.0, 0.0, 1.0]]), before.shape)


def _straightened(move: Similarity, shape: tuple[int, ...]) -> Similarity | None:
    """A shift where it hardly scales or turns, and none where it hardly shifts."""
    scale, turn = float(np.hypot(move[0, 0], move[1, 0])), float(abs(move[1, 0]))
    if not 0.5 < scale < 2.0:
        return None
    if abs(scale - 1) >= _STRAIGHT or turn >= _STRAIGHT:
        return move
    middle = np.array([shape[1] / 2, shape[0] / 2, 1.0])
    shift = (move @ middle - middle)[:2]
    straight = np.eye(3)
    if float(np.hypot(*shift)) >= _STANDS:
        straight[:2, 2] = shift
    return straight


def moved_by(move: Similarity, other: Similarity, shape: tuple[int, ...]) -> tuple[float, float]:
    """Pixels by which two moves differ at the corners of a picture [H, W]: least and most."""
    height, width = shape[:2]
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], np.float64).T
    apart = np.hypot(*((move - other) @ corners)[:2])
    return float(apart.min()), float(apart.max())


def inverse(move: Similarity) -> Similarity:
    """The way back."""
    return np.linalg.inv(move).astype(np.float64)


def scaled(move: Similarity, by: float) -> Similarity:
    """The same move in a picture ``by`` times as large."""
    larger = move.copy()
    larger[:2, 2] *= by
    return larger
