"""Proportions of a figure and the turn of its trunk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dougagen.studio.cel.strokes import Points

_TRUNK_DEPTH = 0.62
"""Of its width."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Lengths in head units; the head's centre is the origin, y down."""

    shoulder_y: float
    shoulders: float
    """Half the distance between the shoulder joints."""
    torso: float
    """From the shoulders to the crotch."""
    waist: float
    hips: float
    legs: float
    arm: float
    """Length of the upper arm."""
    limb: float
    """Half-width of the upper arm."""
    neck: float
    bust: float
    hand: float
    stance: float
    """How far the feet stand apart, beside the hips."""

    @property
    def waist_y(self) -> float:
        return self.shoulder_y + 0.58 * self.torso

    @property
    def crotch(self) -> float:
        return self.shoulder_y + self.torso

    @property
    def sole(self) -> float:
        """Where the figure stands."""
        return self.crotch + self.legs

    def at(self, u: float, y: float, turn: float) -> Points:
        """A place on the trunk's front, u to the right, in the drawing; it faces ``turn`` radians right."""
        place: Points = self.laid(np.array([[u, y]]), turn)[0]
        return place

    def laid(self, shape: Points, turn: float) -> Points:
        """A shape (u, y) laid on the front of the turned trunk."""
        bulge = (
            0.42 * self.shoulders * np.sqrt(np.maximum(0.0, 1 - (shape[:, 0] / (1.3 * self.shoulders)) ** 2))
        )
        return np.stack(
            [shape[:, 0] * np.cos(turn) + (bulge - 0.25 * self.shoulders) * np.sin(turn), shape[:, 1]],
            axis=1,
        )

    def around(self, shape: Points, turn: float) -> Points:
        """An outline (u, y) of the trunk seen from the front as it looks turned: a trunk is deep, too."""
        u = shape[:, 0]
        wide = np.sign(u) * np.hypot(u * np.cos(turn), _TRUNK_DEPTH * u * np.sin(turn))
        return np.stack([wide + 0.17 * self.shoulders * np.sin(turn), shape[:, 1]], axis=1)
