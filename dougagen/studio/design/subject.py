"""What every design promises: it can be drawn in a pose, and the same pose gives the same drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dougagen.studio.cel.sheet import CelSheet


@dataclass(frozen=True, slots=True)
class Pose:
    """What changes from drawing to drawing while the design stays."""

    yaw: float = 0.0
    """Turn of the head, −1 profile left … 1 profile right; seen from behind 0 is the back of the head."""
    pitch: float = 0.0
    """−1 looking down … 1 looking up; to ±1.9 for worm's and bird's eye views."""
    mouth: float = 0.0
    """0 closed … 1 wide open."""
    eyes: float = 1.0
    """0 closed … 1 open."""
    gaze: float = 0.0
    """−1 left … 1 right."""
    sway: float = 0.0
    """Hair and cloth in the wind, −1 … 1."""
    gesture: float = 0.0
    """Arms, wheels, tails, flames: a phase, −1 … 1."""
    tilt: float = 0.0
    """Radians by which the head leans to a shoulder."""
    is_behind: bool = False
    """Seen from behind."""
    action: str | None = None
    """A name in ``actions.ACTIONS`` (``sit``, ``run``, …); None is the design's own habit."""


class Subject(Protocol):
    """A design. Coordinates are its own: x and y (down), about [−1, 1], what matters most at (0, 0)."""

    def draw(self, sheet: CelSheet, pose: Pose) -> None:
        """Draw on ``sheet``, whose ``placement`` the caller has set."""
        ...


def placement(
    scale: float, x: float, y: float, *, turn: float = 0.0, mirrored: bool = False
) -> NDArray[np.float64]:
    """Scale and turn (radians) about the subject's origin, which comes to (x, y) pixels."""
    c, s = scale * np.cos(turn), scale * np.sin(turn)
    flip = -1.0 if mirrored else 1.0
    return np.array([[flip * c, -s, x], [flip * s, c, y]])
