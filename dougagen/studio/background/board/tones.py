"""Colours of painted scenery: mixing, and palettes that hang together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dougagen.studio.cel.cel import Rgb
from dougagen.studio.cel.colors import rgb

BLACK: Rgb = (0, 0, 0)
WHITE: Rgb = (255, 255, 255)


def mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    """``one`` with a ``share`` of ``other``."""
    r, g, b = (min(max(round(p + (q - p) * share), 0), 255) for p, q in zip(one, other, strict=True))
    return r, g, b


def lit(color: Rgb, factor: float) -> Rgb:
    """Below 1 darker and a little bluer, above 1 towards white."""
    if factor >= 1:
        return mixed(color, WHITE, min(factor - 1, 1.0))
    r, g, b = color
    return round(r * factor), round(g * factor), round(min(b * (factor + 0.06 * (1 - factor)), 255))


def jittered(rng: np.random.Generator, color: Rgb, amount: float) -> Rgb:
    """A colour near ``color``: ``amount`` in 8-bit levels."""
    common = rng.normal(0, amount)
    r, g, b = (int(np.clip(c + common + rng.normal(0, amount / 3), 0, 255)) for c in color)
    return r, g, b


def any_color(rng: np.random.Generator) -> Rgb:
    """Anything a set painter mixes, the colours of hair, skin, black cloth and white shirts among it."""
    kind = rng.choice(
        ["hue", "pale", "earth", "dark", "white", "skin", "grey", "black"],
        p=[0.2, 0.18, 0.17, 0.14, 0.09, 0.08, 0.09, 0.05],
    )
    hue = rng.uniform()
    ranges: dict[str, tuple[float, tuple[float, float], tuple[float, float]]] = {
        "hue": (hue, (0.3, 0.85), (0.4, 0.95)),
        "pale": (hue, (0.05, 0.3), (0.75, 1.0)),
        "earth": (rng.uniform(0.03, 0.13), (0.25, 0.65), (0.3, 0.8)),
        "dark": (hue, (0.15, 0.6), (0.12, 0.4)),
        "white": (hue, (0.0, 0.05), (0.9, 1.0)),
        "skin": (rng.uniform(0.03, 0.1), (0.12, 0.4), (0.75, 1.0)),
        "grey": (hue, (0.0, 0.1), (0.3, 0.85)),
        "black": (hue, (0.0, 0.4), (0.03, 0.16)),
    }
    h, s, v = ranges[str(kind)]
    return rgb(h, rng.uniform(*s), rng.uniform(*v))


def wood_color(rng: np.random.Generator) -> Rgb:
    """From black-brown through red-brown to pale birch."""
    return rgb(rng.uniform(0.03, 0.115), rng.uniform(0.25, 0.7), rng.uniform(0.25, 0.92))


def plaster_color(rng: np.random.Generator) -> Rgb:
    """Walls: mostly pale and warm, sometimes any colour."""
    if rng.uniform() < 0.25:
        return any_color(rng)
    return rgb(rng.uniform(0.04, 0.6), rng.uniform(0.02, 0.25), rng.uniform(0.6, 0.98))


def leaf_palette(rng: np.random.Generator) -> tuple[Rgb, ...]:
    """Five tones of foliage from deep shadow to sunlit leaf; mostly green, also autumn and cherry."""
    season = rng.choice(["summer", "spring", "autumn", "cherry", "blue"], p=[0.5, 0.2, 0.13, 0.08, 0.09])
    hue, sat = {
        "summer": (rng.uniform(0.26, 0.4), rng.uniform(0.45, 0.8)),
        "spring": (rng.uniform(0.2, 0.28), rng.uniform(0.45, 0.8)),
        "autumn": (rng.uniform(0.02, 0.12), rng.uniform(0.55, 0.85)),
        "cherry": (rng.uniform(0.9, 0.97), rng.uniform(0.15, 0.35)),
        "blue": (rng.uniform(0.42, 0.58), rng.uniform(0.3, 0.6)),
    }[str(season)]
    top = rng.uniform(0.62, 0.97)
    low = rng.uniform(0.12, 0.3) if season != "cherry" else rng.uniform(0.45, 0.6)
    tones = np.linspace(0, 1, 5)
    lean = rng.uniform(0.02, 0.09)
    return tuple(
        rgb(hue + lean * (1 - t) - 0.03 * t, sat * (1.1 - 0.35 * t), low + (top - low) * t**0.9)
        for t in tones
    )


def ramp(colors: Sequence[Rgb], *, steps: int | None = None) -> NDArray[np.uint8]:
    """uint8[1, 256, 3] for ``cv2.LUT``: grey to colour, smooth or in hard ``steps``."""
    key = np.asarray(colors, np.float32)[None]  # [1, N, 3]
    if steps is not None:
        index = (np.arange(256) * steps // 256) / max(steps - 1, 1) * (len(colors) - 1)
    else:
        index = np.linspace(0, len(colors) - 1, 256)
    low = np.floor(index).astype(int)
    high = np.minimum(low + 1, len(colors) - 1)
    part = (index - low)[:, None]
    return np.round(key[0][low] * (1 - part) + key[0][high] * part).astype(np.uint8)[None]
