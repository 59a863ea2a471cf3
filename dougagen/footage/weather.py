"""Rain, snow, sparkles: what is in one place for a frame only, all over the picture, begins no drawing.

The middle one of three frames, pixel by pixel, is a picture without it: a drop is in the same place in one of
them. A drawing that comes and stays is in two of the three, and comes in this picture at the same frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.differences import BLOCK, AnalysisPlane, block_levels, residual
from dougagen.footage.motion import MotionConfig, Move, displaced, pixels_after, residual_after

Four = tuple[AnalysisPlane, AnalysisPlane, AnalysisPlane, AnalysisPlane]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherConfig:
    """What is rain and no drawing."""

    changed: float = 2.5  # levels of a block that changed …
    gone: float = 1.25  # … and of one in which nothing did
    most: float = 0.35  # share of the blocks; heavy rain changes 0.2, an explosion over all more
    grid: tuple[int, int] = (6, 4)  # columns and rows of parts of the picture
    parts: float = 0.75  # share of those in which it must come and go: a cel is drawn in some of them
    left: float = 0.75  # share of the changed blocks that may be left, or it is no weather
    left_wide: float = 0.25  # … or share of them that may be left of what is wider than a drop
    # The same as ``left`` where the camera moves; the strips between layers that pass each other leave 0.6
    # and more, rain 0.1, and 0.5 where a drawing begins.
    left_moving: float = 0.4
    left_going_on: float = 0.6  # … and where it rained in the frames before
    shown: float = 0.5  # share of the last frames in which it fell that says that it goes on …
    seen: int = 3  # … and frames, at least
    drop: int = 7  # px across; what is left of a drop that is in one place for two frames is narrower


_USUAL = WeatherConfig()


def without_weather(
    planes: Four,
    still: NDArray[np.float32],
    *,
    tolerance: float,
    goes_on: bool = False,
    config: WeatherConfig = _USUAL,
) -> NDArray[np.float32] | None:
    """What is left of the change from the second to the third of four frames once rain is taken off.

    ``still``, float32[rows, columns]: levels of the plain difference. The result has its shape; None where
    what changed is not weather. ``goes_on``: it fell in the frames before, so that less of it is enough.
    """
    changed = still > config.changed
    if not _is_widespread(changed, goes_on=goes_on, config=config):
        return None
    before, current = _middle(*planes[:3]), _middle(*planes[1:])
    differs = residual(current, before, tolerance=tolerance)
    most_left = 1.0 if goes_on else config.left
    wide = config.left_wide
    return _fair(changed, differs, most_left=most_left, most_wide=wide, goes_on=goes_on, config=config)


def without_weather_under(
    camera: tuple[Move, Move, Move],
    planes: Four,
    *,
    tolerance: float,
    motion: MotionConfig,
    goes_on: bool = False,
    config: WeatherConfig = _USUAL,
) -> NDArray[np.float32] | None:
    """The same where the camera moves: the middle one of three frames where the background lies in each.

    ``camera``: how it moved from each of the four frames to the next.
    """
    one, two, three, four = planes
    plain = residual_after(three, two, camera[1], tolerance=tolerance, config=motion)
    changed = plain > config.changed
    if not _is_widespread(changed, goes_on=goes_on, config=config):
        return None

    def moved(plane: AnalysisPlane, move: Move) -> AnalysisPlane:
        return AnalysisPlane(displaced(plane.luma, move, config=motion))

    before = _middle(moved(one, camera[0]), two, moved(three, camera[1].inverse))
    current = _middle(moved(two, camera[1]), three, moved(four, camera[2].inverse))
    differs = pixels_after(current, before, camera[1], tolerance=tolerance, config=motion)
    reach = [max(abs(move.dx) for move in camera), max(abs(move.dy) for move in camera)]
    columns, rows = (BLOCK * (int(np.ceil(far / BLOCK)) + 1) for far in reach)
    for rim in (np.s_[:, :columns], np.s_[:, -columns:], np.s_[:rows], np.s_[-rows:]):
        differs[rim] = 0  # where one of the three frames shows nothing
    most_left = config.left_going_on if goes_on else config.left_moving
    return _fair(changed, differs, most_left=most_left, most_wide=0.0, goes_on=goes_on, config=config)


def _is_widespread(changed: NDArray[np.bool_], *, goes_on: bool, config: WeatherConfig) -> bool:
    share = float(np.mean(changed))
    return 0 < share <= config.most and (goes_on or _parts(changed, config) >= config.parts)


def _fair(
    changed: NDArray[np.bool_],
    differs: NDArray[np.uint8],
    *,
    most_left: float,
    most_wide: float,
    goes_on: bool,
    config: WeatherConfig,
) -> NDArray[np.float32] | None:
    """The levels of ``differs``, uint8[h, w], without what drops leave of it in two frames.

    None where too little of ``changed`` is gone. Drops are thin, however long: a mouth that is as low as they
    are thin is wider than they are, and is kept whole.
    """
    levels = block_levels(differs)
    gone = changed & (levels < config.gone)
    if not goes_on and _parts(gone, config) < config.parts:
        return None
    wide = np.ones((1, config.drop), np.uint8)
    fair = block_levels(cast("NDArray[np.uint8]", cv2.morphologyEx(differs, cv2.MORPH_OPEN, wide)))
    of_changed = float(np.count_nonzero(changed))
    left, left_wide = (np.count_nonzero(plane > config.changed) / of_changed for plane in (levels, fair))
    # Long drops that fall slowly lie on themselves in two frames: much is left, and all of it narrow.
    return fair if left < most_left or left_wide < most_wide else None


def _parts(blocks: NDArray[np.bool_], config: WeatherConfig) -> float:
    """Share of the parts of the picture that have one of ``blocks`` at least."""
    share = cv2.resize(blocks.astype(np.float32), config.grid, interpolation=cv2.INTER_AREA)
    return float(np.mean(share > 0))


def _middle(one: AnalysisPlane, two: AnalysisPlane, three: AnalysisPlane) -> AnalysisPlane:
    low, high = cv2.min(one.luma, two.luma), cv2.max(one.luma, two.luma)
    return AnalysisPlane(cast("NDArray[np.uint8]", cv2.max(low, cv2.min(high, three.luma))))
