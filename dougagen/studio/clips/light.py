"""Light over time: fades, exposure changes, flashes and flicker. None of them begins a drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.cel.cel import Rgb


@dataclass(frozen=True, slots=True)
class Light:
    """What the light of one frame does to the composite."""

    gain: float = 1.0
    """Factor on every channel."""
    veil: Rgb = (0, 0, 0)
    """A colour mixed over the picture."""
    share: float = 0.0
    """How much of it, 0 … 1."""
    glow: float = 0.0
    """How much the bright parts bloom, 0 … 1."""

    @property
    def plain(self) -> bool:
        return self.gain == 1.0 and self.share == 0.0 and self.glow == 0.0


PLAIN = Light()


def plain_light(frames: int) -> tuple[Light, ...]:
    """Nothing happens."""
    return (PLAIN,) * frames


def faded(lights: Sequence[Light], *, start: int, stop: int, veil: Rgb, into: bool) -> tuple[Light, ...]:
    """``lights`` with a fade between the frames ``start`` and ``stop``: into the colour, or out of it.

    The picture is untouched at one end and gone, before or after, at the other.
    """
    fading = list(lights)
    for i in range(len(fading)):
        t = float(np.clip((i - start + 1) / max(stop - start, 1), 0.0, 1.0))
        share = t if into else 1 - t
        if share > fading[i].share:
            fading[i] = replace(fading[i], veil=veil, share=share)
    return tuple(fading)


def exposed(lights: Sequence[Light], gains: Sequence[float]) -> tuple[Light, ...]:
    """``lights`` with another exposure at each frame."""
    return tuple(replace(light, gain=light.gain * gain) for light, gain in zip(lights, gains, strict=True))


def flashed(
    lights: Sequence[Light], at: int, *, strength: Sequence[float] = (1.0,), color: Rgb = (255, 255, 255)
) -> tuple[Light, ...]:
    """``lights`` with a flash from frame ``at`` on: one share of ``color`` a frame."""
    flashing = list(lights)
    for i, share in enumerate(strength):
        if 0 <= at + i < len(flashing):
            flashing[at + i] = replace(flashing[at + i], veil=color, share=share)
    return tuple(flashing)


def flickering(
    rng: np.random.Generator, lights: Sequence[Light], *, glow: float, every: int = 2
) -> tuple[Light, ...]:
    """``lights`` with a glow that changes every few frames (transmitted light, fire, neon)."""
    strengths = rng.uniform(0.3, 1.0, len(lights) // every + 1) * glow
    return tuple(replace(light, glow=float(strengths[i // every])) for i, light in enumerate(lights))


def lit(picture: NDArray[np.uint8], light: Light) -> NDArray[np.uint8]:
    """``picture`` (uint8[H, W, 3]) in ``light``; the input is not changed."""
    if light.plain:
        return picture
    if light.glow > 0:
        picture = _bloomed(picture, light.glow)
    levels = np.arange(256.0)[:, None] * light.gain * (1 - light.share)
    table = np.clip(np.rint(levels + light.share * np.array(light.veil, np.float64)), 0, 255)
    return np.asarray(cv2.LUT(picture, table.astype(np.uint8)[None]), np.uint8)


def _bloomed(picture: NDArray[np.uint8], glow: float) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    bright = cv2.LUT(small, np.clip((np.arange(256.0) - 150) * 2.4, 0, 255).astype(np.uint8))
    bloom = cv2.resize(cv2.GaussianBlur(bright, (0, 0), max(height / 160, 0.8)), (width, height))
    return np.asarray(cv2.addWeighted(picture, 1, bloom, glow, 0), np.uint8)
