"""Reels for cuts: many short shots, and between them all that is taken for a cut and is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dougagen.studio.clips.clip import ClipPlan
from dougagen.studio.clips.production import PlannedClip, frame_size, takes_of
from dougagen.studio.clips.shot_plan import ShotPlan, reseeded
from dougagen.studio.delivery.clips import ClipDelivery

_SHOTS = 24


def plan_reel(
    *, seed: int, lines: int, shots: int = _SHOTS, delivery: ClipDelivery | None = None
) -> PlannedClip:
    """A fight as television cuts it: ``shots`` shots of half a second to two and a half seconds.

    Flashes, lightning, fast pans, shakes, explosions that fill the picture, fades through black and white,
    dissolves, and cuts between pictures that are much alike.
    """
    rng = np.random.default_rng([seed, 0x2EE1])
    delivery = delivery or ClipDelivery(crf=int(rng.integers(18, 25)))
    height, width = frame_size(lines, delivery)
    plans = [_shot(rng, first=index == 0) for index in range(shots)]
    plans = list(reseeded(plans, int(rng.integers(1 << 40))))
    for index in range(1, shots):
        before, plan = plans[index - 1], plans[index]
        if plan.dissolve and before.frames - before.dissolve < plan.dissolve + 6:
            plans[index] = plan = replace(plan, dissolve=0)  # no time to be seen between two dissolves
        if before.camera == plan.camera == "still" and rng.uniform() < 0.5:
            plans[index] = replace(plan, place=before.place_seed)  # somebody else in the same place
    takes = takes_of(plans, height=height, width=width)
    reel = ClipPlan(f"reel_{seed}", seed, height, width, takes)
    return PlannedClip(reel, delivery)


def _shot(rng: np.random.Generator, *, first: bool) -> ShotPlan:
    frames = int(rng.choice([rng.integers(10, 24), rng.integers(24, 60)], p=[0.45, 0.55]))
    work = str(
        rng.choice(
            ["still", "pan", "tilt", "zoom", "shake", "background pans", "pan and zoom"],
            p=[0.38, 0.16, 0.06, 0.1, 0.14, 0.12, 0.04],
        )
    )
    light = str(
        rng.choice(
            ["plain", "flash", "lightning", "flicker", "fade in", "fade out", "white fade", "exposure"],
            p=[0.52, 0.16, 0.06, 0.06, 0.05, 0.05, 0.05, 0.05],
        )
    )
    return ShotPlan(
        seed=0,
        frames=frames,
        action=str(
            rng.choice(["moves", "bursts", "talks", "runs", "no cel"], p=[0.5, 0.22, 0.12, 0.1, 0.06])
        ),  # type: ignore[arg-type]
        rate=str(rng.choice(["ones", "twos", "threes"], p=[0.2, 0.4, 0.4])),  # type: ignore[arg-type]
        camera=work,  # type: ignore[arg-type]
        light=light,  # type: ignore[arg-type]
        speed=float(rng.choice([rng.uniform(4, 15), rng.uniform(30, 90)])),
        subject=str(rng.choice(["character", "creature", "machine", "abstract"], p=[0.66, 0.14, 0.12, 0.08])),
        cast=int(rng.choice([1, 2], p=[0.75, 0.25])),
        dissolve=int(rng.integers(6, 13)) if not first and frames > 30 and rng.uniform() < 0.15 else 0,
    )
