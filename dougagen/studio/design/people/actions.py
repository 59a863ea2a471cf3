"""Actions: what a body does, as angles of its limbs in two key drawings (gesture −1 and 1)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dougagen.errors import ConfigError
from dougagen.studio.design.people.hands import HandShape

Angles = tuple[float, float, float, float]
"""Degrees: the upper segment forwards and outwards from hanging down, then the lower segment the same."""


@dataclass(frozen=True, slots=True)
class Gesture:
    """One arm in two key drawings."""

    keys: tuple[Angles, Angles]
    hand: HandShape


@dataclass(frozen=True, slots=True)
class Carriage:
    """Trunk and legs in two key drawings, by degrees."""

    legs: tuple[tuple[Angles, Angles], tuple[Angles, Angles]]
    """The right leg's two keys, then the left one's."""
    lean: tuple[float, float] = (0.0, 0.0)
    """To the wearer's left."""
    stoop: tuple[float, float] = (0.0, 0.0)
    """Forwards."""
    twist: float = 0.0
    """The trunk against the head, to the wearer's left."""


@dataclass(frozen=True, slots=True)
class Action:
    """What a whole body does."""

    carriage: Carriage
    arms: tuple[Gesture, Gesture]
    """The wearer's right arm, then the left one."""


def _both(first: Angles, second: Angles) -> tuple[tuple[Angles, Angles], tuple[Angles, Angles]]:
    return (first, second), (first, second)


def _swung(one: Angles, other: Angles) -> tuple[tuple[Angles, Angles], tuple[Angles, Angles]]:
    """Legs that change places."""
    return (one, other), (other, one)


_STANCES: tuple[tuple[float, Carriage], ...] = (
    (0.5, Carriage(_both((0, 3, 0, 2), (0, 4, 0, 2)))),
    (0.3, Carriage((((4, 7, -8, 3), (4, 8, -8, 3)), ((0, 1, 0, 4), (0, 1, 0, 4))), lean=(3, 6))),
    (0.2, Carriage(_both((5, 14, -6, 10), (5, 16, -6, 10)))),
)
_CARRIAGES: dict[str, Carriage] = {
    "walk": Carriage(_swung((28, 2, 6, 0), (-20, 2, -40, 0)), stoop=(4, 4)),
    "run": Carriage(_swung((78, 3, -12, 0), (-28, 3, -105, 0)), lean=(-4, 4), stoop=(22, 16)),
    "sit": Carriage(_both((84, 8, 3, 4), (84, 12, 3, 4)), stoop=(0, 14)),
    "slouch": Carriage(
        (((80, 14, -12, 5), (80, 16, -12, 5)), ((96, -12, 20, 30), (96, -12, 20, 30))), lean=(4, 8)
    ),
    "seiza": Carriage(_both((82, 9, -82, 2), (82, 11, -82, 2)), stoop=(0, 25)),
    "cross-legged": Carriage(_both((72, 48, 50, -62), (72, 52, 50, -62)), stoop=(10, 20)),
    "hug knees": Carriage(_both((138, 5, 28, 2), (138, 8, 28, 2)), stoop=(22, 30)),
    "crouch": Carriage(
        (((118, 12, -25, 6), (118, 14, -25, 6)), ((70, 20, -60, 4), (70, 20, -60, 4))), stoop=(20, 34)
    ),
    "kneel": Carriage((((88, 8, 2, 4), (88, 8, 2, 4)), ((-8, 6, -86, 2), (-8, 6, -86, 2))), stoop=(4, 16)),
    "jump": Carriage(
        (((65, 14, -48, 8), (30, 14, -60, 8)), ((15, 18, -75, 6), (60, 18, -30, 6))), lean=(-8, 8)
    ),
    "fight": Carriage(
        (((30, 24, 2, 10), (34, 28, 2, 12)), ((-18, 26, -30, 20), (-14, 26, -30, 20))),
        lean=(5, 9),
        stoop=(14, 22),
        twist=20,
    ),
    "lunge": Carriage(
        (((72, 12, 2, 6), (78, 12, 2, 6)), ((-40, 12, -48, 12), (-44, 12, -48, 12))),
        stoop=(26, 40),
        twist=-15,
    ),
    "kick": Carriage(
        (((95, 20, 80, 12), (110, 20, 96, 14)), ((-8, 8, -20, 6), (-8, 8, -20, 6))), lean=(-16, -20)
    ),
    "bow": Carriage(_both((2, 3, 0, 2), (2, 3, 0, 2)), stoop=(30, 62)),
    "lean in": Carriage(_both((4, 6, -4, 3), (4, 6, -4, 3)), lean=(-12, 14), stoop=(30, 46)),
    "turn": Carriage(_both((0, 6, 0, 4), (0, 8, 0, 4)), lean=(4, 8), twist=42),
}
_HANG = Gesture(((0, 9, 4, 4), (2, 17, 8, 8)), "relaxed")
_GESTURES: dict[str, Gesture] = {
    "hang": _HANG,
    "hip": Gesture(((-12, 44, 18, -44), (-12, 52, 18, -50)), "fist"),
    "wave": Gesture(((30, 40, 150, 22), (30, 44, 160, -6)), "open"),
    "chest": Gesture(((18, 10, 66, -52), (18, 16, 80, -62)), "relaxed"),
    "chin": Gesture(((34, 8, 142, -24), (38, 12, 150, -30)), "fist"),
    "raise": Gesture(((10, 140, 10, 160), (10, 160, 10, 176)), "open"),
    "stretch": Gesture(((10, 78, 20, 84), (10, 92, 20, 100)), "point"),
    "reach": Gesture(((62, 14, 72, 4), (84, 8, 92, -4)), "reach"),
    "thrust": Gesture(((60, 20, 84, -8), (86, 4, 90, -2)), "front fist"),
    "peace": Gesture(((24, 34, 145, 24), (24, 40, 155, 10)), "peace"),
    "shrug": Gesture(((8, 26, 60, 62), (8, 34, 74, 66)), "open"),
    "pocket": Gesture(((-14, 22, 20, -10), (-12, 24, 20, -12)), "none"),
    "fold": Gesture(((26, 10, 70, -68), (28, 12, 72, -68)), "relaxed"),
    "behind head": Gesture(((28, 128, -150, -72), (28, 136, -150, -76)), "none"),
    "behind back": Gesture(((-22, 16, -30, -44), (-22, 18, -30, -44)), "none"),
    "hold": Gesture(((26, 8, 88, -22), (32, 8, 98, -24)), "fist"),
    "phone": Gesture(((20, 26, 158, -16), (22, 26, 158, -18)), "fist"),
    "face": Gesture(((48, 4, 158, -14), (52, 6, 162, -18)), "open"),
    "knee": Gesture(((36, 10, 52, -4), (40, 12, 56, -6)), "relaxed"),
    "prop": Gesture(((-16, 24, -8, 12), (-18, 26, -8, 12)), "open"),
    "run": Gesture(((52, 8, 128, -14), (-48, 12, 30, 4)), "fist"),
    "run back": Gesture(((-48, 12, 30, 4), (52, 8, 128, -14)), "fist"),
    "swing": Gesture(((-18, 8, -8, 6), (22, 8, 32, 4)), "relaxed"),
    "swing back": Gesture(((22, 8, 32, 4), (-18, 8, -8, 6)), "relaxed"),
    "guard": Gesture(((36, 16, 128, -18), (44, 14, 112, -16)), "fist"),
    "flail": Gesture(((20, 96, 90, 120), (-10, 120, 30, 150)), "open"),
}
_STANDING = {
    "hang": 0.4, "hip": 0.08, "wave": 0.08, "chest": 0.07, "chin": 0.06, "raise": 0.05, "stretch": 0.04,
    "reach": 0.05, "peace": 0.03, "shrug": 0.03, "pocket": 0.04, "hold": 0.03, "phone": 0.02, "face": 0.02,
}  # fmt: skip
_PAIRED = {"fold": 0.2, "behind head": 0.12, "behind back": 0.14, "hold": 0.24, "raise": 0.1, "shrug": 0.1,
           "chest": 0.1}  # fmt: skip
"""Gestures of both arms at once."""
_FITTING: dict[str, tuple[tuple[str, str], ...]] = {
    "walk": (("swing back", "swing"), ("pocket", "swing"), ("hold", "hang")),
    "run": (("run back", "run"), ("reach", "run"), ("prop", "prop")),
    "sit": (("knee", "knee"), ("chin", "knee"), ("hold", "hold"), ("knee", "prop"), ("fold", "fold")),
    "slouch": (("prop", "knee"), ("chin", "prop"), ("behind head", "behind head")),
    "seiza": (("knee", "knee"), ("hold", "hold"), ("chest", "knee")),
    "cross-legged": (("knee", "knee"), ("fold", "fold"), ("hold", "knee"), ("chin", "knee")),
    "hug knees": (("fold", "fold"), ("knee", "knee")),
    "crouch": (("knee", "prop"), ("reach", "knee"), ("fold", "fold")),
    "kneel": (("hang", "knee"), ("chest", "hang"), ("reach", "knee")),
    "jump": (("raise", "raise"), ("flail", "flail"), ("thrust", "prop"), ("raise", "run")),
    "fight": (("guard", "guard"), ("thrust", "guard"), ("guard", "thrust"), ("reach", "hip")),
    "lunge": (("thrust", "prop"), ("reach", "prop"), ("guard", "run")),
    "kick": (("guard", "flail"), ("flail", "guard"), ("prop", "guard")),
    "bow": (("hang", "hang"), ("chest", "hang"), ("behind back", "behind back")),
    "lean in": (("behind back", "behind back"), ("hip", "reach"), ("hip", "hip"), ("prop", "chin")),
    "turn": (("hang", "hang"), ("hip", "hang"), ("hang", "wave"), ("reach", "hang")),
}  # fmt: skip
ACTIONS: dict[str, Action] = {
    name: Action(carriage, (_GESTURES[_FITTING[name][0][0]], _GESTURES[_FITTING[name][0][1]]))
    for name, carriage in _CARRIAGES.items()
} | {"stand": Action(_STANCES[0][1], (_HANG, _HANG))}
"""By name, each with its first pair of gestures; ``Pose.action`` takes one of these names."""


def action_named(name: str) -> Action:
    """One of ``ACTIONS``. Raises ConfigError."""
    try:
        return ACTIONS[name]
    except KeyError:
        raise ConfigError(f"unknown action {name!r}", remedy=f"one of {', '.join(sorted(ACTIONS))}") from None


def random_action(rng: np.random.Generator, *, share: float) -> Action:
    """What somebody does: ``share`` of them more than standing."""
    if rng.uniform() < share:
        name = str(rng.choice(sorted(_CARRIAGES)))
        pairs = _FITTING[name]
        pair = pairs[rng.integers(len(pairs))]
        if rng.uniform() < 0.3:
            pair = (_drawn(rng, _STANDING), pair[1])
        carriage = _CARRIAGES[name]
    else:
        carriage = _STANCES[rng.choice(len(_STANCES), p=[weight for weight, _ in _STANCES])][1]
        if rng.uniform() < 0.22:
            pair = (_drawn(rng, _PAIRED),) * 2
        else:
            pair = (_drawn(rng, _STANDING), "hang" if rng.uniform() < 0.45 else _drawn(rng, _STANDING))
    arms = (_varied(rng, _GESTURES[pair[0]]), _varied(rng, _GESTURES[pair[1]]))
    return Action(carriage, arms if rng.uniform() < 0.5 else arms[::-1])


def _drawn(rng: np.random.Generator, shares: dict[str, float]) -> str:
    weights = np.array(list(shares.values()))
    return list(shares)[rng.choice(len(shares), p=weights / weights.sum())]


def _varied(rng: np.random.Generator, gesture: Gesture) -> Gesture:
    drift = rng.normal(0, 5, 4)
    first, second = (tuple(float(a) for a in np.array(key) + drift) for key in gesture.keys)
    return replace(gesture, keys=(first, second))  # type: ignore[arg-type]


def directions(keys: tuple[Angles, Angles], gesture: float, *, side: float) -> NDArray[np.float64]:
    """float64[2, 3]: unit vectors (x right, y down, z forwards) of the upper and the lower segment.

    ``side`` is −1 for the wearer's right limb, 1 for the left one; between the key drawings angles mix.
    """
    t = (gesture + 1) / 2
    angles = np.radians(np.array(keys[0]) * (1 - t) + np.array(keys[1]) * t).reshape(2, 2)
    fore, out = angles[:, 0], angles[:, 1]
    return np.stack([side * np.sin(out), np.cos(out) * np.cos(fore), np.cos(out) * np.sin(fore)], axis=1)
