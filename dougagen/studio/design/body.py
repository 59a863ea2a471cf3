"""Bodies: a skeleton in proportions from chibi to real, arms and legs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dougagen.studio.celsheet import Paint, Rgb
from dougagen.studio.design.clothes import draw_collar_behind, draw_garment, draw_trunk
from dougagen.studio.design.curves import XY, bow, mixed, sides, widths
from dougagen.studio.design.figure import Figure
from dougagen.studio.design.guide import Easel
from dougagen.studio.design.hands import HandShape, draw_hand
from dougagen.studio.design.head import HeadDesign
from dougagen.studio.design.legs import draw_legs
from dougagen.studio.design.subject import Pose
from dougagen.studio.design.wardrobe import Outfit, random_outfit
from dougagen.studio.strokes import Points, smooth


@dataclass(frozen=True, slots=True)
class ArmDesign:
    """What one arm does: angles in radians from hanging straight down, outwards positive."""

    shoulder: tuple[float, float]
    """At gesture −1 and 1."""
    elbow: tuple[float, float]
    """Added to the shoulder's angle."""
    reach: float
    """Foreshortening of the lower arm."""
    hand: HandShape

    def angles(self, gesture: float) -> tuple[float, float]:
        """The upper and the lower arm's angle."""
        t = (gesture + 1) / 2
        upper = mixed(*self.shoulder, t)
        return upper, upper + mixed(*self.elbow, t)


_BEHIND = 0.2
"""Turn of the trunk from which the far arm lies behind it."""
_ARMS: tuple[tuple[float, ArmDesign], ...] = (
    (0.34, ArmDesign((0.08, 0.3), (-0.05, 0.05), 1.0, "relaxed")),
    (0.1, ArmDesign((0.5, 0.65), (-1.7, -1.9), 0.85, "fist")),  # hand on the hip
    (0.14, ArmDesign((0.25, 0.5), (2.2, 2.75), 0.95, "open")),  # waving, hand beside the head
    (0.1, ArmDesign((0.1, 0.3), (-2.2, -2.6), 0.95, "relaxed")),  # hand on the chest
    (0.08, ArmDesign((0.2, 0.45), (-2.55, -2.85), 1.0, "fist")),  # fist below the chin
    (0.08, ArmDesign((2.3, 2.8), (0.1, 0.3), 1.0, "open")),  # raised
    (0.06, ArmDesign((1.2, 1.7), (0.0, 0.3), 1.0, "point")),  # stretched out
    (0.06, ArmDesign((0.3, 0.5), (2.3, 2.6), 0.9, "peace")),
    (0.04, ArmDesign((0.6, 1.1), (0.6, 1.0), 1.0, "open")),
)


@dataclass(frozen=True, slots=True)
class BodyDesign:
    """Proportions, clothes, and what the arms do."""

    figure: Figure
    outfit: Outfit
    arms: tuple[ArmDesign, ArmDesign]
    """The wearer's right arm, left in the picture at yaw 0, then the left one."""

    def hand_at(self) -> XY:
        """Where the picture's left hand is in the middle of its gesture."""
        joints = _joints(self.figure, self.arms[0], side=-1.0, turn=0.0, gesture=0.0)
        return float(joints[2, 0]), float(joints[2, 1]) + 0.1


def random_body(rng: np.random.Generator, *, boyish: bool, cute: float) -> BodyDesign:
    """A body and its clothes."""
    small = float(rng.choice([0.0, rng.uniform(0.3, 1.0)], p=[0.86, 0.14]))
    k = mixed(1.0, 0.42, small)
    wide = (
        (0.6 if boyish else 0.47) * rng.uniform(0.92, 1.18) * mixed(1.12, 0.95, cute) * mixed(1, 0.72, small)
    )
    shares = [share for share, _ in _ARMS]
    first, second = (_ARMS[rng.choice(len(_ARMS), p=shares)][1] for _ in range(2))
    if rng.uniform() < 0.5:
        second = _ARMS[0][1]
    figure = Figure(
        shoulder_y=mixed(0.84, 0.66, small),
        shoulders=wide,
        torso=1.75 * k * rng.uniform(0.95, 1.08),
        waist=wide * (0.8 if boyish else 0.66),
        hips=wide * (0.82 if boyish else 0.9),
        legs=2.6 * k * rng.uniform(0.92, 1.18),
        arm=1.0 * mixed(1, 0.5, small) * rng.uniform(0.94, 1.06),
        limb=(0.135 if boyish else 0.1) * mixed(1, 0.9, small),
        neck=(0.155 if boyish else 0.118) * rng.uniform(0.92, 1.12) * mixed(1, 0.8, small),
        bust=0.0 if boyish else rng.uniform(0.0, 1.0),
        hand=mixed(0.53, 0.36, max(small, 0.4 * cute)),
        stance=float(rng.choice([0.0, rng.uniform(0.05, 0.35)])),
    )
    return BodyDesign(figure, random_outfit(rng, boyish=boyish), (first, second))


def draw_body(easel: Easel, body: BodyDesign, head: HeadDesign, yaw: float, pose: Pose) -> None:
    """Everything below the head that lies behind the near arm."""
    turn = 0.5 * yaw
    draw_collar_behind(easel, body.figure, body.outfit, turn)
    far = _arm_of(body, easel, side=1.0)
    if _hangs(far) and turn >= _BEHIND:
        _draw_arm(easel, body, head, far, side=1.0, turn=turn, pose=pose)
    wide = 2.2 * body.figure.hips + 0.5
    if easel.sees(-wide, body.figure.waist_y - 0.1, wide, body.figure.sole + 0.2):
        draw_legs(easel, body.figure, body.outfit, head.skin, turn, sway=pose.sway)
    trunk = draw_trunk(easel, body.figure, body.outfit, turn)
    near = _arm_of(body, easel, side=-1.0)
    for side, arm in ((1.0, far), (-1.0, near)):
        if _hangs(arm) and (side < 0 or turn < _BEHIND):
            _draw_arm(easel, body, head, arm, side=side, turn=turn, pose=pose)
    if trunk is not None:
        draw_garment(trunk, sway=pose.sway)


def draw_arms(easel: Easel, body: BodyDesign, head: HeadDesign, yaw: float, pose: Pose) -> None:
    """The arms in front of the torso."""
    for side in (1.0, -1.0):
        arm = _arm_of(body, easel, side=side)
        if not _hangs(arm):
            _draw_arm(easel, body, head, arm, side=side, turn=0.5 * yaw, pose=pose)


def _arm_of(body: BodyDesign, easel: Easel, *, side: float) -> ArmDesign:
    return body.arms[0 if side * easel.facing < 0 else 1]


def _hangs(arm: ArmDesign) -> bool:
    """Whether the arm is straight: it lies under collars and shoulder pieces then."""
    return max(abs(a) for a in arm.elbow) < 0.5


def _joints(figure: Figure, arm: ArmDesign, *, side: float, turn: float, gesture: float) -> Points:
    upper, lower = arm.angles(gesture)
    shoulder = figure.at(
        side * (figure.shoulders - 0.55 * figure.limb), figure.shoulder_y + 1.15 * figure.limb, turn
    )
    elbow = shoulder + figure.arm * np.array([side * np.sin(upper), np.cos(upper)])
    wrist = elbow + figure.arm * 0.92 * arm.reach * np.array([side * np.sin(lower), np.cos(lower)])
    return np.array([shoulder, elbow, wrist])


def _draw_arm(
    easel: Easel,
    body: BodyDesign,
    head: HeadDesign,
    arm: ArmDesign,
    *,
    side: float,
    turn: float,
    pose: Pose,
) -> None:
    figure, outfit = body.figure, body.outfit
    joints = _joints(figure, arm, side=side, turn=turn, gesture=pose.gesture)
    low, high = joints.min(axis=0) - figure.hand - 0.4, joints.max(axis=0) + figure.hand + 0.4
    if not easel.sees(float(low[0]), float(low[1]), float(high[0]), float(high[1])):
        return
    lower = joints[2] - joints[1]
    bent = abs(arm.angles(pose.gesture)[0] - arm.angles(pose.gesture)[1])
    path = _arm_path(joints, bent)
    angle = float(np.arctan2(lower[1], lower[0]))
    flip = side if bent > 1.2 else -side
    sleeve = outfit.sleeve
    raised = arm.angles(pose.gesture)[0] > 0.8
    bands = outfit.trim.base if outfit.pattern in ("stripes", "checks") and easel.detail > 45 else None
    bare = sleeve in ("none", "short", "puff")
    if not outfit.gloves:
        draw_hand(
            easel,
            arm.hand,
            head.skin,
            wrist=joints[2] - 0.05 * lower,
            angle=angle,
            size=figure.hand,
            flip=flip,
        )
    else:
        draw_hand(
            easel,
            arm.hand,
            outfit.trim,
            wrist=joints[2] - 0.05 * lower,
            angle=angle,
            size=figure.hand * 1.05,
            flip=flip,
        )
    if bare:
        _draw_limb(
            easel,
            path,
            widths((1.0, 0.95, 0.8, 0.62), len(path)) * figure.limb,
            head.skin,
            side,
            bent,
            raised=raised,
        )
    if sleeve == "none":
        return
    stop = {"short": 0.36, "puff": 0.32}.get(sleeve, 1.0)
    cloth = path[: max(4, round(stop * len(path)))]
    knots = {
        "short": (1.35, 1.4, 1.5, 1.55), "puff": (1.3, 2.0, 2.1, 1.1), "tight": (1.25, 1.15, 0.95, 0.85),
        "loose": (1.45, 1.5, 1.45, 1.25), "wide": (1.45, 1.7, 2.1, 3.0), "rolled": (1.4, 1.4, 1.3, 1.3),
    }[sleeve]  # fmt: skip
    _draw_limb(
        easel,
        cloth,
        widths(knots, len(cloth)) * figure.limb,
        outfit.top,
        side,
        bent,
        raised=raised,
        cloth=True,
        bands=bands,
    )
    if outfit.cuffs and not bare:
        _draw_cuff(easel, cloth, knots[-1] * figure.limb, outfit)


def _arm_path(joints: Points, bent: float) -> Points:
    shoulder, elbow, wrist = joints
    if bent < 0.25:
        return smooth(np.array([shoulder, elbow, wrist]), closed=False, steps=10)
    near, far = elbow + 0.16 * (shoulder - elbow), elbow + 0.16 * (wrist - elbow)
    return smooth(
        np.array([shoulder, (shoulder + elbow) / 2, near, far, (wrist + elbow) / 2, wrist]),
        closed=False,
        steps=5,
    )


def _draw_limb(
    easel: Easel,
    path: Points,
    radii: Points,
    paint: Paint,
    side: float,
    bent: float,
    *,
    raised: bool,
    cloth: bool = False,
    bands: Rgb | None = None,
) -> None:
    """A limb without a line where it leaves the shoulder."""
    left, right = sides(path, radii)
    outer, inner = (right, left) if side < 0 else (left, right)
    a = np.linspace(0.0, np.pi, 9)[1:-1, None]
    out, along = outer[0] - path[0], path[1] - path[0]
    along *= radii[0] / np.linalg.norm(along)
    cap = path[0] + np.cos(a) * out - np.sin(a) * along  # round the shoulder, from the outer edge inwards
    outline = np.concatenate([outer[::-1], cap, inner])
    ink = easel.ink(paint)
    part = easel.sheet.part(outline, paint, None)
    if bands is not None:
        for i in range(2, len(path) - 1, 3):
            easel.sheet.patch(part, np.array([left[i - 1], right[i - 1], right[i], left[i]]), bands)
    easel.model(part, outline, paint, 0.55 * float(radii.mean()))
    if ink is not None:
        skip = max(1, len(path) // (4 if raised else 9))
        lead = outer if raised else np.concatenate([cap[3::-1], outer])
        if cloth:
            easel.sheet.stroke(np.concatenate([lead, inner[skip:][::-1]]), ink)
        else:  # the hand goes on without a line
            easel.sheet.stroke(lead, ink)
            easel.sheet.stroke(inner[skip:], ink)
    if cloth and easel.detail > 90:
        _draw_elbow_folds(easel, part, path, radii, paint, bent)


def _draw_elbow_folds(
    easel: Easel, part: int, path: Points, radii: Points, paint: Paint, bent: float
) -> None:
    count = len(path)
    left, right = sides(path, radii)
    spots = (0.5, 0.58) if bent > 0.4 else (0.3, 0.62, 0.85)
    for k, spot in enumerate(spots):
        i = min(int(spot * count), count - 2)
        j = min(i + max(1, count // 10), count - 1)
        a, b = (left[i], path[j]) if k % 2 == 0 else (right[i], path[j])
        easel.line(bow(a, b, bend=0.12), paint, 0.85, within=part)
        wedge = np.concatenate(
            [bow(a, b, bend=0.12), bow(b, a + 0.35 * (path[min(j + 1, count - 1)] - path[i]), bend=0.1)]
        )
        easel.shade(part, wedge, paint)


def _draw_cuff(easel: Easel, path: Points, radius: float, outfit: Outfit) -> None:
    end = path[-3:]
    left, right = sides(end, np.full(len(end), radius * 1.08))
    band = np.concatenate([left, right[::-1]])
    cuff = easel.part(band, outfit.trim)
    easel.model(cuff, band, outfit.trim, 0.4 * radius)
