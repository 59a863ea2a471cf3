"""What the light does in a shot, by the words of a storyboard."""

from __future__ import annotations

import itertools
from typing import Literal

import numpy as np

from dougagen.studio.clips.light import Light, exposed, faded, flashed, flickering, plain_light

LightWork = Literal[
    "plain", "fade in", "fade out", "slow fade", "white fade", "flash", "lightning", "flicker", "exposure",
    "strobe", "night", "dying light",
]  # fmt: skip
"""``strobe``: light and dark in turn, every one to three frames. ``night``: the whole shot in little light.
``dying light``: little, and it flickers."""


def lights_for(rng: np.random.Generator, work: LightWork, *, frames: int) -> tuple[Light, ...]:
    """The light of every frame."""
    lights = plain_light(frames)
    short = int(rng.integers(8, 20))
    if work == "fade in":
        return faded(lights, start=0, stop=min(short, frames), veil=(0, 0, 0), into=False)
    if work in ("fade out", "white fade"):
        veil = (0, 0, 0) if work == "fade out" else (255, 255, 255)
        return faded(lights, start=max(frames - short, 0), stop=frames, veil=veil, into=True)
    if work == "slow fade":
        into = bool(rng.uniform() < 0.6)
        return faded(lights, start=int(0.1 * frames), stop=frames, veil=(0, 0, 0), into=into)
    if work == "flash":
        for at in _moments(rng, frames, count=int(rng.integers(1, 3))):
            strength = ([1.0], [1.0, 0.5], [0.9, 0.9], [1.0, 0.6, 0.25])[int(rng.integers(4))]
            lights = flashed(lights, at, strength=strength)
        return lights
    if work == "lightning":
        for at in _moments(rng, frames, count=2):
            lights = flashed(lights, at, strength=[0.75, 0.0, 0.55, 0.3, 0.1], color=(225, 235, 255))
        return lights
    if work == "flicker":
        return flickering(rng, lights, glow=float(rng.uniform(0.4, 0.9)), every=int(rng.integers(1, 4)))
    if work == "exposure":
        begin, end = (1.0, float(rng.choice([0.5, 0.65, 1.35]))) if rng.uniform() < 0.7 else (0.55, 1.0)
        t = np.clip((np.arange(frames) - 0.2 * frames) / (0.5 * frames), 0, 1)
        return exposed(lights, [float(g) for g in begin + (end - begin) * t * t * (3 - 2 * t)])
    if work == "strobe":
        return _strobe(rng, lights)
    if work == "night":
        return exposed(lights, [float(rng.uniform(0.16, 0.34))] * frames)
    if work == "dying light":
        base, every = float(rng.uniform(0.2, 0.36)), int(rng.integers(1, 4))
        waves = rng.uniform(0.75, 1.15, frames // every + 1)
        return exposed(lights, [base * float(waves[i // every]) for i in range(frames)])
    return lights


def _strobe(rng: np.random.Generator, lights: tuple[Light, ...]) -> tuple[Light, ...]:
    """Dark and light, or white and plain, in turn for most of the shot."""
    frames, every = len(lights), int(rng.integers(1, 4))
    start, stop = int(rng.integers(0, 10)), frames - int(rng.integers(0, 10))
    on = [start <= i < stop and (i - start) // every % 2 == 0 for i in range(frames)]
    if rng.uniform() < 0.5:
        dark = float(rng.uniform(0.25, 0.6))
        return exposed(lights, [dark if other else 1.0 for other in on])
    share = float(rng.uniform(0.35, 0.8))
    hue = ((255, 255, 255), (255, 240, 200), (200, 220, 255))[int(rng.integers(3))]
    for at in (i for i in range(frames) if on[i]):
        lights = flashed(lights, at, strength=[share], color=hue)
    return lights


def _moments(rng: np.random.Generator, frames: int, *, count: int) -> list[int]:
    """Frames well apart, away from both ends."""
    edges = np.linspace(4, max(frames - 8, 6), count + 1)
    return [int(rng.uniform(a, max(b - 6, a + 1))) for a, b in itertools.pairwise(edges)]
