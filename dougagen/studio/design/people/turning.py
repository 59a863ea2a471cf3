"""A head turned in space: from places on the face and the skull to the drawing (2.5-D)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dougagen.studio.cel.strokes import Points

_PROFILE = 1.31
"""Radians of turn at yaw 1: a full 90° would be flatter than anime draws profiles."""
_BACK = 1.25
"""Radians by which a head seen from behind turns towards its profile at yaw 1."""
_NOD = 0.38
"""Radians of nod at pitch 1."""
_FACE_HALF, _FACE_DEPTH = 0.42, 0.225
"""The face is a shallow ellipse, or the far eye would vanish too early."""
SKULL_HALF, SKULL_DEPTH, SKULL_BACK, SKULL_Y, SKULL_TALL = 0.40, 0.40, -0.085, -0.09, 0.41
"""The skull: half-width, half-depth, how far its centre lies behind the neck's axis, its height, half."""


@dataclass(frozen=True)
class Turn:
    """A head in the frame that it faces right in: yaw 0 front … 1 profile, pitch −1 down … 1 up."""

    yaw: float
    pitch: float
    is_behind: bool = False
    """Seen from behind: yaw 0 is the back of the head, 1 the lost profile."""

    @cached_property
    def _trig(self) -> tuple[float, float, float, float]:
        psi, theta = self.yaw * _PROFILE, self.pitch * _NOD
        if self.is_behind:
            psi = np.pi - self.yaw * _BACK
        return float(np.cos(psi)), float(np.sin(psi)), float(np.cos(theta)), float(np.sin(theta))

    def project(self, u: ArrayLike, v: ArrayLike, w: ArrayLike) -> Points:
        """float64[N, 2] of points at (u right, v down, w towards the viewer), before the head turned."""
        cy, sy, cp, sp = self._trig
        u, v, w = np.asarray(u, np.float64), np.asarray(v, np.float64), np.asarray(w, np.float64)
        x = u * cy + w * sy
        depth = w * cy - u * sy
        return np.stack(np.broadcast_arrays(x, v * cp - depth * sp), axis=-1)

    def on_face(self, shape: Points) -> Points:
        """A shape (u, v) laid on the face."""
        u = shape[:, 0]
        w = _FACE_DEPTH * np.sqrt(np.maximum(0.0, 1 - (u / _FACE_HALF) ** 2))
        return self.project(u, shape[:, 1], w)

    def on_skull(self, longitude: ArrayLike, v: ArrayLike, *, volume: float = 0.0) -> Points:
        """Places at ``longitude`` (radians, 0 = face, positive = right) and height on the skull.

        Below its middle the surface hangs straight down like hair; ``volume`` units stand off it.
        """
        lon, y = np.asarray(longitude, np.float64), np.asarray(v, np.float64)
        above = np.minimum((y - SKULL_Y) / (SKULL_TALL + volume), 0.0)
        s = np.sqrt(np.maximum(0.0, 1 - above**2))
        u = (SKULL_HALF + volume) * s * np.sin(lon)
        w = SKULL_BACK + (SKULL_DEPTH + volume) * s * np.cos(lon)
        return self.project(u, y, w)

    @cached_property
    def far_edge(self) -> float:
        """The longitude at which the skull's far side ends for the viewer; the near one is π less."""
        cy, sy, _, _ = self._trig
        return float(np.arctan2(SKULL_HALF * cy, SKULL_DEPTH * sy))

    def dome(self, volume: float, *, start: float, stop: float, steps: int = 30) -> Points:
        """The skull's outline from angle ``start`` to ``stop``, radians clockwise from the right, y down."""
        cy, sy, cp, sp = self._trig
        rx = np.hypot((SKULL_HALF + volume) * cy, (SKULL_DEPTH + volume) * sy)
        a = np.linspace(start, stop, steps)
        x = SKULL_BACK * sy + rx * np.cos(a)
        y = SKULL_Y * cp - SKULL_BACK * cy * sp + (SKULL_TALL + volume) * np.sin(a)
        return np.stack([x, y], axis=1)

    def nodded(self, outline: Points) -> Points:
        """A contour drawn for pitch 0 as it looks nodded: the chin reaches out, the temples do not."""
        _, _, cp, sp = self._trig
        y = outline[:, 1]
        reach = 0.24 * np.clip(y / 0.5, 0.0, 1.0)
        return np.stack([outline[:, 0], y * cp - reach * sp], axis=1)


def resampled(path: Points, heights: NDArray[np.float64]) -> Points:
    """A path that runs down in y, at the given ``heights``."""
    return np.stack([np.interp(heights, path[:, 1], path[:, 0]), heights], axis=1)
