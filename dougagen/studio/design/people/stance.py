"""A body in space: the joints of one drawing, projected, and the sheet of paper that the trunk lies on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dougagen.studio.cel.strokes import Points
from dougagen.studio.design.people.actions import Action, directions
from dougagen.studio.design.people.figure import Figure

_TRUNK_TURN = 0.65
"""Radians by which the trunk follows a head at yaw 1."""
_LEAST_TRUNK = 0.4
"""The trunk is never drawn shorter than this share of its length: it would be a plate."""


@dataclass(frozen=True, slots=True, eq=False)
class Limb:
    """Three joints of an arm or a leg."""

    joints: Points
    """float64[3, 2]: shoulder, elbow, wrist; or hip, knee, ankle."""
    depth: NDArray[np.float64]
    """float64[3]: towards the viewer, in head units."""
    size: NDArray[np.float64]
    """float64[3]: perspective, 1 = at the head's distance."""
    lengths: NDArray[np.float64]
    """float64[2]: of the segments if nothing were foreshortened."""
    end: Points
    """float64[2]: where a hand or foot points, projected, of a unit vector."""
    end_depth: float

    @property
    def is_foreshortened(self) -> bool:
        """A segment comes at the viewer or goes away from him."""
        seen = np.linalg.norm(np.diff(self.joints, axis=0), axis=1)
        return bool((seen < 0.62 * self.lengths * self.size[1:]).any())


@dataclass(frozen=True, slots=True, eq=False)
class Stance:
    """A body in one drawing."""

    turn: float
    """Radians by which the trunk faces right of the viewer; beyond ±π/2 its back is seen."""
    trunk: NDArray[np.float64]
    """float64[2, 3]: from the trunk's own upright drawing to the leaning one."""
    arms: tuple[Limb, Limb]
    """By side in the drawing's frame: −1 first, then 1."""
    legs: tuple[Limb, Limb]

    @property
    def is_behind(self) -> bool:
        """The back is seen."""
        return bool(np.cos(self.turn) < 0)


def stance_of(
    figure: Figure, action: Action, *, yaw: float, gesture: float, facing: float, view: float, is_behind: bool
) -> Stance:
    """The stance for a head at ``yaw`` (0 … 1) in the frame that it faces right in (``facing`` −1: mirrored).

    ``view`` is the height of the camera in radians: positive looks down on the figure.
    """
    t = (gesture + 1) / 2
    carriage = action.carriage
    lean, stoop = (np.radians(key[0] * (1 - t) + key[1] * t) for key in (carriage.lean, carriage.stoop))
    twist = np.radians(carriage.twist) * facing
    turn = float(_TRUNK_TURN * yaw + twist)
    if is_behind:
        turn = float(np.pi - _TRUNK_TURN * (1 - yaw) * 0.5 + 0.5 * twist)
    space = _Space(turn, view)
    neck = np.array([0.0, figure.shoulder_y, 0.0])
    down = np.array([np.sin(lean) * facing, np.cos(lean) * np.cos(stoop), -np.sin(stoop)])
    pelvis = neck + figure.torso * down
    (nx, ny), (px, py) = space.seen(np.stack([neck, pelvis]))[0]
    drop = np.array([px - nx, py - ny]) / figure.torso
    drop *= max(1.0, _LEAST_TRUNK / max(float(np.hypot(*drop)), 1e-6))
    if drop[1] < 0.3:
        drop = np.array([drop[0], 0.3])
    across = np.array([np.cos(0.6 * lean), 0.45 * np.sin(lean) * facing])
    linear = np.stack([across, drop], axis=1)  # [2, 2]
    trunk = np.concatenate(
        [linear, (np.array([nx, ny]) - linear @ (0.0, figure.shoulder_y))[:, None]], axis=1
    )
    arms: list[Limb] = []
    legs: list[Limb] = []
    for side in (-1.0, 1.0):
        worn = 0 if side * facing < 0 else 1
        shoulder = (side * (figure.shoulders - 0.55 * figure.limb), figure.shoulder_y + 1.15 * figure.limb)
        hip = (side * figure.hips * 0.47, figure.crotch - 0.25)
        for found, root, keys, lengths in (
            (arms, shoulder, action.arms[worn].keys, figure.arm * np.array([1.0, 0.92])),
            (legs, hip, carriage.legs[worn], (figure.legs - 0.1) * np.array([0.5, 0.48])),
        ):
            ways = directions(keys, gesture, side=side)
            start = neck + down * (root[1] - figure.shoulder_y) + np.array([root[0], 0.0, 0.0])
            place = _on_trunk(figure, trunk, root, turn)
            found.append(space.limb(start, ways, lengths, place))
    return Stance(turn, trunk, (arms[0], arms[1]), (legs[0], legs[1]))


def _on_trunk(figure: Figure, trunk: NDArray[np.float64], root: tuple[float, float], turn: float) -> Points:
    flat = figure.laid(np.array([root]), turn)[0]
    place: Points = trunk[:, :2] @ flat + trunk[:, 2]
    return place


class _Space:
    """The camera's space: turned about the upright axis, then tipped by the view, then in perspective."""

    def __init__(self, turn: float, view: float) -> None:
        c, s, cv, sv = np.cos(turn), np.sin(turn), np.cos(view), np.sin(view)
        turned = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
        self._camera = np.array([[1.0, 0.0, 0.0], [0.0, cv, sv], [0.0, -sv, cv]]) @ turned
        self._strength = 0.11 + 0.08 * abs(view)

    def seen(self, points: NDArray[np.float64]) -> tuple[Points, NDArray[np.float64], NDArray[np.float64]]:
        """float64[N, 2], depths and perspective of float64[N, 3]; the head's centre stays at (0, 0)."""
        place = points @ self._camera.T
        size = np.clip(1.0 / (1.0 - self._strength * place[:, 2]), 0.62, 1.75)
        return place[:, :2] * size[:, None], place[:, 2], size

    def limb(
        self,
        start: NDArray[np.float64],
        ways: NDArray[np.float64],
        lengths: NDArray[np.float64],
        root: Points,
    ) -> Limb:
        """A limb whose first joint lies at ``root`` in the drawing."""
        joints = start + np.concatenate([np.zeros((1, 3)), np.cumsum(ways * lengths[:, None], axis=0)])
        flat, depth, size = self.seen(joints)
        end = self._camera @ ways[1]
        return Limb(flat - flat[0] + root, depth, size, lengths, end[:2], float(end[2]))
