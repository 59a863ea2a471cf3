"""How the background moves from drawing to drawing: points where no cel is believed, and what most follow.

The moves that ``footage`` finds say that a drawing begins; here the cel mask is known too, so that the points
of the background alone can be asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.reconstruction.places import largest_channel
from dougagen.reconstruction.shot_config import FollowConfig

Picture = NDArray[np.uint8]
Similarity = NDArray[np.float64]
"""float64[3, 3]: scale, turn and shift in pixels of the picture."""

STANDING: Similarity = np.eye(3)


def stands(
    before: tuple[Picture, Picture],
    after: tuple[Picture, Picture],
    background: NDArray[np.bool_],
    config: FollowConfig,
) -> bool:
    """Whether nearly all of the background is the same in both.

    Args:
        before, after: luma uint8[H, W], and the same smaller in colour, uint8[h, w, 3]: soft paint of one
            lightness slides without a trace in luma.
        background: bool[H, W]: where no cel is believed in either.
    """
    if float(background.mean()) <= config.enough:
        return False
    smooth = [[cv2.GaussianBlur(one, (0, 0), 1) for one in pictures] for pictures in (before, after)]
    differ = cv2.absdiff(smooth[0][0], smooth[1][0])
    if float(np.mean(differ[background] <= config.same)) <= config.still:
        return False
    height, width = before[1].shape[:2]
    where = cv2.resize(background.view(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
    differ = largest_channel(cv2.absdiff(smooth[0][1], smooth[1][1]).astype(np.uint8, copy=False))
    return not where.any() or float(np.mean(differ[where] <= config.same_color)) > config.still


def followed(
    before: NDArray[np.uint8],
    after: NDArray[np.uint8],
    where: NDArray[np.uint8],
    config: FollowConfig,
    *,
    without: Similarity | None = None,
) -> Similarity | None:
    """The similarity that most points of ``where`` (uint8[H, W], 0 or more) follow.

    Points that go ``without`` are left out: a painted window that is taken for cel has more of them than a
    face, and moves with its wall.
    """
    start = cv2.goodFeaturesToTrack(before, config.most_points, 0.005, 5, mask=where)
    if start is None or len(start) < config.fewest_points:
        return None
    nowhere = cast("NDArray[np.float32]", None)
    window = {"winSize": (15, 15), "maxLevel": 4}
    end, there, _ = cv2.calcOpticalFlowPyrLK(before, after, start, nowhere, **window)  # type: ignore[call-overload]
    again, back, _ = cv2.calcOpticalFlowPyrLK(after, before, end, nowhere, **window)  # type: ignore[call-overload]
    kept = (there.ravel() == 1) & (back.ravel() == 1) & (np.abs(start - again).max(axis=(1, 2)) < config.back)
    if without is not None:
        there_by = cv2.transform(start, without[:2])
        kept &= np.hypot(*(there_by - end).transpose(2, 0, 1)).ravel() > config.others
    if kept.sum() < config.fewest_points:
        return None
    cv2.setRNGSeed(0)
    found, follows = cv2.estimateAffinePartial2D(
        start[kept], end[kept], method=cv2.RANSAC, ransacReprojThreshold=config.follows, maxIters=500
    )
    if found is None or follows.sum() < max(config.fewest_points, config.share * kept.sum()):
        return None
    return _straightened(np.vstack([found, [0.0, 0.0, 1.0]]), before.shape, config)


def matched(
    before: Picture,
    after: Picture,
    background: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    config: FollowConfig,
    *,
    guesses: Iterable[Similarity] = (),
) -> Similarity | None:
    """The shift that lays two backgrounds without corners over each other: clouds, a blurred wall.

    Correlation of the whole finds it, or it lies near one of the ``guesses``. It is believed only where what
    it lays over each other is the same, and where standing is far from that.

    Args:
        before, after: uint8[h, w, 3].
        background: bool[h, w] of each: where no cel is believed.
    """
    shown = [cv2.erode(one.view(np.uint8), np.ones((5, 5), np.uint8)) for one in background]
    if min(float(one.mean()) for one in shown) <= config.enough:
        return None
    smooth = [cv2.GaussianBlur(one, (0, 0), 1) for one in (before, after)]
    plain = _along_their_contrast(smooth, shown)
    most = min(1 - config.laid, config.better * _left_by(STANDING, smooth, shown, config))
    for first in (_correlated(plain, shown), *guesses):
        move = _fitted(first, plain, shown)
        if move is not None:  # once more without what it does not explain: cel that was taken for background
            explained = shown[0] & (_differences(move, smooth) <= 2 * config.same)
            move = _fitted(move, plain, (explained, shown[1]))
        if move is not None and _left_by(move, smooth, shown, config) <= most:
            return move
    return None


def _along_their_contrast(
    pictures: Sequence[NDArray], shown: Sequence[NDArray[np.uint8]]
) -> list[NDArray[np.float32]]:
    """Both pictures as float32[h, w], along the axis of colour along which the background of the first
    differs most: soft paint of one lightness has next to no luma."""
    colors = pictures[0][shown[0] > 0].astype(np.float64)
    axis = np.linalg.eigh(np.cov(colors, rowvar=False))[1][:, -1].astype(np.float32)
    return [(one.astype(np.float32) - colors.mean(axis=0).astype(np.float32)) @ axis for one in pictures]


def _correlated(plain: Sequence[NDArray[np.float32]], shown: Sequence[NDArray[np.uint8]]) -> Similarity:
    """The whole shift at which two backgrounds correlate best, where cels weigh nothing."""
    height, width = plain[0].shape
    window, around = cv2.createHanningWindow((width, height), cv2.CV_32F), (height // 8 * 2 + 1,) * 2
    weighed = []
    for picture, where in zip(plain, shown, strict=True):
        share = where.astype(np.float32)
        local = cv2.blur(picture * share, around) / (cv2.blur(share, around) + np.float32(1e-3))
        weighed.append((picture - local) * cv2.GaussianBlur(share, (0, 0), 2) * share * window)
    (x, y), _ = cv2.phaseCorrelate(*weighed)
    move = np.eye(3)
    move[:2, 2] = x, y
    return move


def _fitted(
    first: Similarity, plain: Sequence[NDArray[np.float32]], shown: Sequence[NDArray[np.uint8]]
) -> Similarity | None:
    """``first`` to a fraction of a pixel (enhanced correlation, Evangelidis and Psarakis 2008)."""
    size = plain[0].shape[::-1]
    reaches = cv2.warpAffine(shown[1], first[:2], size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 1e-3)
    try:
        _, found = cv2.findTransformECC(
            plain[0],
            plain[1],
            first[:2].astype(np.float32),
            cv2.MOTION_TRANSLATION,
            stop,
            reaches & shown[0],
            5,
        )
    except cv2.error:  # it does not converge: nothing correlates here
        return None
    return np.vstack([found, [0.0, 0.0, 1.0]]).astype(np.float64)


def _left_by(
    move: Similarity, smooth: Sequence[NDArray], shown: Sequence[NDArray[np.uint8]], config: FollowConfig
) -> float:
    """Share of what lies over each other by ``move`` that is not the same, 1 where too little does."""
    back = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    both = (cv2.warpAffine(shown[1], move[:2], shown[1].shape[::-1], flags=back) > 0) & (shown[0] > 0)
    if float(both.mean()) <= config.enough:
        return 1.0
    return float(np.mean(_differences(move, smooth)[both] > config.same))


def _differences(move: Similarity, smooth: Sequence[NDArray]) -> NDArray[np.uint8]:
    """Levels [h, w] by which the second picture, moved back, differs from the first."""
    back = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(smooth[1], move[:2], smooth[0].shape[1::-1], flags=back)
    return largest_channel(cv2.absdiff(smooth[0], moved).astype(np.uint8, copy=False))


def _straightened(move: Similarity, shape: tuple[int, ...], config: FollowConfig) -> Similarity | None:
    """A shift where it hardly scales or turns, and none where it hardly shifts."""
    scale, turn = float(np.hypot(move[0, 0], move[1, 0])), float(abs(move[1, 0]))
    if not 0.5 < scale < 2.0:
        return None
    if abs(scale - 1) >= config.straight or turn >= config.straight:
        return move
    middle = np.array([shape[1] / 2, shape[0] / 2, 1.0])
    shift = (move @ middle - middle)[:2]
    straight = np.eye(3)
    if float(np.hypot(*shift)) >= config.stands:
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
