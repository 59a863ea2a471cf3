"""A catalogue of what limited animation does to a timesheet: (category, seed, lines) → clip and truth.

Every clip is three to five shots of two to three seconds, with other subjects for every seed.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from dougagen.errors import UsageError
from dougagen.studio.clips.artists import TRAINING_ARTISTS, Artists
from dougagen.studio.clips.category import Category, Planner
from dougagen.studio.clips.category import some_frames as _frames
from dougagen.studio.clips.clip import ClipPlan, Take
from dougagen.studio.clips.production import PlannedClip, frame_size, takes_of
from dougagen.studio.clips.real_cameras import REAL_CAMERAS
from dougagen.studio.clips.shot_plan import ShotPlan, reseeded
from dougagen.studio.clips.subtitles import Subtitle
from dougagen.studio.delivery.clips import ClipDelivery


def _whoever(rng: np.random.Generator) -> str:
    """Somebody or something that moves: mostly a character."""
    return str(rng.choice(["character", "creature", "machine"], p=[0.7, 0.18, 0.12]))


def _at_rate(rate: str) -> Planner:
    def plan(rng: np.random.Generator) -> list[ShotPlan]:
        least, most = (24, 40) if rate == "ones" else (42, 66)
        return [
            ShotPlan(0, _frames(rng, least, most), "moves", rate=rate, subject=_whoever(rng), cast=1 + i % 2)  # type: ignore[arg-type]
            for i in range(4)
        ]

    return plan


def _mixed(rng: np.random.Generator) -> list[ShotPlan]:
    return [
        ShotPlan(0, _frames(rng), "moves", rate="mixed"),
        ShotPlan(0, _frames(rng), "acts", rate="threes", framing="bust"),
        ShotPlan(0, _frames(rng), "acts", rate="mixed", framing="close-up"),
        ShotPlan(0, _frames(rng), "bursts"),
    ]


def _long_holds(rng: np.random.Generator) -> list[ShotPlan]:
    return [ShotPlan(0, _frames(rng, 60, 84), "rests", book=i == 1, cast=1 + i % 2) for i in range(3)] + [
        ShotPlan(0, _frames(rng), "moves", rate="held")
    ]


def _mouth_only(rng: np.random.Generator) -> list[ShotPlan]:
    framings = ("close-up", "bust", "bust", "medium")
    rates = ("twos", "threes", "twos", "twos")
    return [
        ShotPlan(0, _frames(rng), "talks", rate=rate, framing=framing, cast=1 + i % 2)  # type: ignore[arg-type]
        for i, (framing, rate) in enumerate(zip(framings, rates, strict=True))
    ]


def _blink(rng: np.random.Generator) -> list[ShotPlan]:
    framings = ("extreme close-up", "close-up", "bust", "bust")
    return [
        ShotPlan(0, _frames(rng), "blinks" if i % 2 else "speaks", rate="twos", framing=framing)  # type: ignore[arg-type]
        for i, framing in enumerate(framings)
    ]


def _cycles(rng: np.random.Generator) -> list[ShotPlan]:
    return [
        ShotPlan(0, _frames(rng), "cycles", rate=rate, subject=_whoever(rng))  # type: ignore[arg-type]
        for rate in ("twos", "threes", "fours", "mixed")
    ]


def _pan(rng: np.random.Generator) -> list[ShotPlan]:
    return [
        ShotPlan(0, _frames(rng), action, rate="threes", camera=work, framing=framing)  # type: ignore[arg-type]
        for action, work, framing in (
            ("moves", "pan", "medium"),
            ("walks", "background pans", None),
            ("moves", "tilt", "bust"),
            ("moves", "background pans", "bust"),
        )
    ]


def _parallax(rng: np.random.Generator) -> list[ShotPlan]:
    return [
        ShotPlan(0, _frames(rng), action, rate=rate, camera=work, layers=2, book=True)  # type: ignore[arg-type]
        for action, rate, work in (
            ("moves", "threes", "pan"),
            ("talks", "twos", "pan"),
            ("moves", "held", "pan and zoom"),
            ("cycles", "threes", "pan"),
        )
    ]


def _zoom(rng: np.random.Generator) -> list[ShotPlan]:
    works = ("zoom", "zoom", "pan and zoom", "roll")
    return [ShotPlan(0, _frames(rng), "moves", rate="twos", camera=work) for work in works]  # type: ignore[arg-type]


def _shake(rng: np.random.Generator) -> list[ShotPlan]:
    return [
        ShotPlan(0, _frames(rng), action, rate=rate, camera="shake")  # type: ignore[arg-type]
        for action, rate in (("moves", "threes"), ("bursts", "twos"), ("talks", "twos"), ("moves", "held"))
    ]


def _sliding(rng: np.random.Generator) -> list[ShotPlan]:
    return [
        ShotPlan(0, _frames(rng), action, rate=rate, camera="cel slides", framing=framing, subject=subject)  # type: ignore[arg-type]
        for action, rate, framing, subject in (
            ("moves", "held", "medium", "machine"),
            ("walks", "threes", None, "character"),
            ("moves", "held", "bust", "character"),
            ("moves", "threes", "medium", "creature"),
        )
    ]


def _slow_fade(rng: np.random.Generator) -> list[ShotPlan]:
    return [
        ShotPlan(0, _frames(rng), action, rate=rate, light=light)  # type: ignore[arg-type]
        for action, rate, light in (
            ("moves", "threes", "slow fade"),
            ("moves", "held", "slow fade"),
            ("talks", "twos", "exposure"),
            ("moves", "twos", "fade out"),
            ("moves", "threes", "fade in"),
        )
    ]


def _dissolve(rng: np.random.Generator) -> list[ShotPlan]:
    plans = [
        ShotPlan(0, _frames(rng, 54, 80), action, rate=rate, camera=work)  # type: ignore[arg-type]
        for action, rate, work in (
            ("moves", "threes", "still"),
            ("talks", "twos", "still"),
            ("no cel", "held", "pan"),
            ("moves", "twos", "still"),
        )
    ]
    return [replace(plan, dissolve=int(rng.integers(8, 25)) if i else 0) for i, plan in enumerate(plans)]


def _flash(rng: np.random.Generator) -> list[ShotPlan]:
    return [
        ShotPlan(0, _frames(rng), action, rate=rate, light=light)  # type: ignore[arg-type]
        for action, rate, light in (
            ("moves", "threes", "flash"),
            ("moves", "twos", "lightning"),
            ("talks", "twos", "flash"),
            ("bursts", "twos", "flicker"),
        )
    ]


def _ordinary(rng: np.random.Generator) -> list[ShotPlan]:
    """What an episode is made of: for the categories that are about film, codec or text."""
    return [
        ShotPlan(0, _frames(rng), "speaks", rate="twos", framing="bust"),
        ShotPlan(0, _frames(rng), "moves", rate="threes", cast=2),
        ShotPlan(0, _frames(rng), "moves", rate="threes", camera="pan"),
        ShotPlan(0, _frames(rng), "acts", rate="mixed", framing="close-up"),
    ]


def _held_under_text(rng: np.random.Generator) -> list[ShotPlan]:
    return [
        ShotPlan(0, _frames(rng), "moves", rate="held"),
        ShotPlan(0, _frames(rng), "speaks", rate="threes", framing="bust"),
        ShotPlan(0, _frames(rng, 60, 84), "rests"),
        ShotPlan(0, _frames(rng), "no cel"),
    ]


def _fields(rng: np.random.Generator) -> list[ShotPlan]:
    """Filmed once a field: the drawings stay for whole frames, the camera moves with every field."""
    pairs = (
        ("moves", "threes", "pan"),
        ("talks", "twos", "still"),
        ("no cel", "held", "pan"),
        ("moves", "twos", "background pans"),
    )
    return [
        ShotPlan(
            seed=0,
            frames=2 * _frames(rng, 40, 60),
            action=action,  # type: ignore[arg-type]
            rate=rate,  # type: ignore[arg-type]
            camera=work,  # type: ignore[arg-type]
            speed=float(rng.uniform(1.5, 4)),
            per_field=True,
        )
        for action, rate, work in pairs
    ]


CATEGORIES: dict[str, Category] = {
    category.name: category
    for category in (
        *(Category(rate, _at_rate(rate)) for rate in ("ones", "twos", "threes", "fours")),
        Category("mixed", _mixed),
        Category("long holds", _long_holds),
        Category("mouth only", _mouth_only),
        Category("blink", _blink),
        Category("cycles", _cycles),
        Category("pan over threes", _pan),
        Category("parallax of three layers", _parallax),
        Category("zoom over twos", _zoom),
        Category("shake", _shake),
        Category("sliding cel", _sliding),
        Category("slow fade", _slow_fade),
        Category("dissolve", _dissolve),
        Category("flash", _flash),
        Category("grain", _ordinary, ClipDelivery(crf=18), grain=(1.5, 4.0), weave=0.5),
        Category("crf 28", _ordinary, ClipDelivery(crf=28)),
        Category("10 bit", _ordinary, ClipDelivery("libx265", "yuv420p10le", 21, preset="fast")),
        Category("subtitles changing", _held_under_text, subtitles=True),
        Category(
            "telecined", _ordinary, ClipDelivery("mpeg2video", crf=16, matrix="bt601", scan="telecined")
        ),
        Category("telecined h264", _ordinary, ClipDelivery(scan="telecined")),
        Category("interlaced", _fields, ClipDelivery(scan="interlaced"), frame_rate=Fraction(60000, 1001)),
        Category("vfr", _ordinary, variable_rate=True),
        *REAL_CAMERAS,
    )
}


def plan_category(
    name: str,
    *,
    seed: int,
    lines: int,
    delivery: ClipDelivery | None = None,
    artists: Artists = TRAINING_ARTISTS,
) -> PlannedClip:
    """The clip of (category, seed, lines) before it is shot.

    Raises UsageError for a category that is not in the catalogue.
    """
    category = CATEGORIES.get(name)
    if category is None:
        raise UsageError(f"there is no category named {name!r}", remedy=f"there are {', '.join(CATEGORIES)}")
    rng = np.random.default_rng([seed, *name.encode()])
    plans = reseeded(category.plan(rng), int(rng.integers(1 << 40)), artists=artists)
    delivery = delivery or category.delivery
    height, width = frame_size(lines, delivery)
    takes = takes_of(plans, height=height, width=width)
    frames = sum(take.frames - take.dissolve for take in takes)
    plan = ClipPlan(
        name=name,
        seed=seed,
        height=height,
        width=width,
        takes=takes,
        frame_rate=category.frame_rate,
        grain=float(rng.uniform(*category.grain)),
        weave=category.weave * height / 1080,
        subtitles=_lines_of_text(rng, frames) if category.subtitles else (),
    )
    return PlannedClip(plan, delivery, uneven_times(rng, takes) if category.variable_rate else None)


def _lines_of_text(rng: np.random.Generator, frames: int) -> tuple[Subtitle, ...]:
    """Subtitles of one to two seconds with or without gaps: they know nothing of shots."""
    lines: list[Subtitle] = []
    at = int(rng.integers(3, 14))
    while at < frames - 12:
        stop = min(at + int(rng.integers(20, 46)), frames)
        lines.append(Subtitle(at, stop, int(rng.integers(1 << 31))))
        at = stop + int(rng.choice([0, 0, 1, 5, 12]))
    return tuple(lines)


def uneven_times(rng: np.random.Generator, takes: tuple[Take, ...]) -> tuple[Fraction, ...]:
    """Every shot has another frame rate, and now and then a frame stays twice as long."""
    times: list[Fraction] = []
    now = Fraction(0)
    rates = (Fraction(24000, 1001), Fraction(30000, 1001), Fraction(24000, 1001), Fraction(12000, 1001))
    for index, take in enumerate(takes):
        for _ in range(take.frames - take.dissolve):
            times.append(now)
            now += (2 if rng.uniform() < 0.04 else 1) / rates[index % len(rates)]
    return tuple(times)
