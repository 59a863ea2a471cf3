"""What the light does in a shot, by the words of a storyboard."""

from __future__ import annotations

import itertools
from typing import Literal

import numpy as np

from dougagen.studio.clips.light import Light, exposed, faded, flashed, flickering, plain_light

LightWork = Literal[
    "plain", "fade in", "fade out", "slow fade", "white fade", "flash", "lightning", "flicker", "exposure"
]


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
    return lights


def _moments(rng: np.random.Generator, frames: int, *, count: int) -> list[int]:
    """Frames well apart, away from both ends."""
    edges = np.linspace(4, max(frames - 8, 6), count + 1)
    return [int(rng.uniform(a, max(b - 6, a + 1))) for a, b in itertools.pairwise(edges)]
