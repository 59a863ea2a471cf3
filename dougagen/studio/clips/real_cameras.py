"""Categories of what real cameras do: occlusion, turns, little light, weather, and frames that repeat."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dougagen.studio.clips.category import Category, some_frames
from dougagen.studio.clips.shot_plan import ShotPlan
from dougagen.studio.delivery.clips import ClipDelivery


def _somebody(rng: np.random.Generator) -> str:
    return str(rng.choice(["character", "creature", "machine"], p=[0.7, 0.18, 0.12]))


def _layers(rng: np.random.Generator) -> list[ShotPlan]:
    """Three and four painted layers, each at its own speed, under a cel that stands in its place."""
    return [
        ShotPlan(
            0, some_frames(rng), action, rate=rate, camera="layers pan", layers=layers, book=book,  # type: ignore[arg-type]
            speed=float(rng.uniform(2, 12)), framing=framing, subject=subject, light=light,  # type: ignore[arg-type]
        )
        for action, rate, layers, book, framing, subject, light in (
            ("moves", "threes", 3, False, "medium", _somebody(rng), "plain"),
            ("talks", "twos", 3, True, "bust", "character", "plain"),
            ("moves", "held", 4, False, "bust", _somebody(rng), "plain"),
            ("cycles", "threes", 3, True, "medium", "character", "exposure"),
        )
    ]  # fmt: skip


def _occlusion(rng: np.random.Generator) -> list[ShotPlan]:
    """Somebody or something passes before the lens and hides all; behind it the shot goes on."""
    return [
        ShotPlan(0, some_frames(rng), action, rate=rate, camera=work, passes=passes, subject=_somebody(rng))  # type: ignore[arg-type]
        for action, rate, work, passes in (
            ("moves", "held", "still", True),
            ("moves", "threes", "still", True),
            ("moves", "twos", "still", False),
            ("talks", "twos", "pan", True),
        )
    ]


def _turn(rng: np.random.Generator) -> list[ShotPlan]:
    return [
        ShotPlan(0, some_frames(rng), action, rate=rate, camera="turn", light=light, subject=_somebody(rng))  # type: ignore[arg-type]
        for action, rate, light in (
            ("moves", "threes", "plain"),
            ("moves", "held", "plain"),
            ("talks", "twos", "plain"),
            ("no cel", "held", "night"),
        )
    ]


def _low_light(rng: np.random.Generator) -> list[ShotPlan]:
    return [
        ShotPlan(0, some_frames(rng), action, rate=rate, camera=work, light=light, subject=_somebody(rng))  # type: ignore[arg-type]
        for action, rate, work, light in (
            ("moves", "threes", "still", "night"),
            ("talks", "twos", "still", "night"),
            ("moves", "threes", "pan", "night"),
            ("moves", "twos", "turn", "dying light"),
        )
    ]


def _double_outlines(rng: np.random.Generator) -> list[ShotPlan]:
    return [
        ShotPlan(0, some_frames(rng), action, rate=rate, camera=work, frames_on_wall=True, cast=cast)  # type: ignore[arg-type]
        for action, rate, work, cast in (
            ("moves", "threes", "still", 1),
            ("speaks", "twos", "still", 2),
            ("moves", "twos", "tilt", 1),
            ("moves", "threes", "still", 1),
        )
    ]


def _repeated(rng: np.random.Generator) -> list[ShotPlan]:
    return [
        ShotPlan(0, some_frames(rng), action, rate=rate, camera=work, speed=float(rng.uniform(3, 9)))  # type: ignore[arg-type]
        for action, rate, work in (
            ("moves", "twos", "still"),
            ("moves", "threes", "pan"),
            ("talks", "twos", "background pans"),
            ("no cel", "held", "pan and zoom"),
        )
    ]


def _stop_and_go(rng: np.random.Generator) -> list[ShotPlan]:
    return [
        ShotPlan(
            0, some_frames(rng), action, rate=rate, camera="stop and go", speed=float(rng.uniform(3, 14)),  # type: ignore[arg-type]
            layers=layers, subject=_somebody(rng),
        )
        for action, rate, layers in (
            ("moves", "threes", 1), ("moves", "held", 1), ("talks", "twos", 1), ("moves", "twos", 2),
        )
    ]  # fmt: skip


def _strobe(rng: np.random.Generator) -> list[ShotPlan]:
    return [
        ShotPlan(0, some_frames(rng), action, rate=rate, light="strobe", camera=work, subject=_somebody(rng))  # type: ignore[arg-type]
        for action, rate, work in (
            ("moves", "threes", "still"),
            ("moves", "held", "still"),
            ("talks", "twos", "still"),
            ("moves", "threes", "pan"),
        )
    ]


def _weather(veil: str) -> list[ShotPlan]:
    kinds = (
        ("moves", "threes", "still"),
        ("moves", "held", "still"),
        ("talks", "twos", "still"),
        ("moves", "threes", "pan"),
    )
    return [ShotPlan(0, 0, action, rate=rate, camera=work, veil=veil) for action, rate, work in kinds]  # type: ignore[arg-type]


def _smoke(rng: np.random.Generator) -> list[ShotPlan]:
    return [replace(p, frames=some_frames(rng), subject=_somebody(rng)) for p in _weather("smoke")]


def _rain(rng: np.random.Generator) -> list[ShotPlan]:
    return [replace(p, frames=some_frames(rng), subject=_somebody(rng)) for p in _weather("rain")]


def _crowd(rng: np.random.Generator) -> list[ShotPlan]:
    """Three to six people whose eyes blink whenever they like, also on the second frame of a three."""
    return [
        ShotPlan(
            0, some_frames(rng), action, rate=rate, framing=framing, cast=int(rng.integers(3, most)),  # type: ignore[arg-type]
            crowd=True, camera=work,  # type: ignore[arg-type]
        )
        for action, rate, framing, most, work in (
            ("moves", "threes", "medium", 7, "still"),
            ("blinks", "twos", "bust", 5, "still"),
            ("speaks", "threes", "medium", 6, "still"),
            ("moves", "held", "bust", 5, "pan"),
        )
    ]  # fmt: skip


REAL_CAMERAS: tuple[Category, ...] = (
    Category("layers under a standing cel", _layers),
    Category("occlusion", _occlusion),
    Category("turning camera", _turn),
    Category("low light", _low_light),
    Category("double outlines", _double_outlines),
    Category("pulldown 30p", _repeated, ClipDelivery(scan="repeated")),
    Category("doubled frames", _repeated, ClipDelivery(scan="doubled")),
    Category("stop and go", _stop_and_go),
    Category("strobe", _strobe),
    Category("smoke", _smoke),
    Category("rain", _rain),
    Category("crowd", _crowd),
)
"""In the order in which they were added."""
