"""What props are made of, and how they lie in the hand."""

from __future__ import annotations

import numpy as np

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.colors import paint_from, rgb
from dougagen.studio.design.subject import Pose

METAL_SHINE, GLASS_SHINE, CLOTH_SHINE = 0.9, 1.0, 0.1


def tilt(rng: np.random.Generator, pose: Pose, most: float = 0.5) -> float:
    return float(rng.normal(0, most) + 0.25 * pose.gesture)


def metal(rng: np.random.Generator) -> Paint:
    return paint_from(rng, rgb(rng.choice([0.6, 0.12]), rng.uniform(0, 0.35), rng.uniform(0.35, 0.95)))


def wood(rng: np.random.Generator) -> Paint:
    return paint_from(rng, rgb(rng.uniform(0.04, 0.1), rng.uniform(0.3, 0.75), rng.uniform(0.25, 0.85)))


def paper(rng: np.random.Generator) -> Paint:
    return paint_from(rng, rgb(rng.uniform(0.08, 0.2), rng.uniform(0, 0.12), rng.uniform(0.88, 1.0)))


def glass(rng: np.random.Generator) -> Paint:
    return paint_from(rng, rgb(rng.uniform(0.25, 0.7), rng.uniform(0.1, 0.6), rng.uniform(0.3, 0.95)))
