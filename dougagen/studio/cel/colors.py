"""The colour model of the style guide: a base colour and the shades and highlight that go with it."""

from __future__ import annotations

import colorsys

import numpy as np

from dougagen.studio.cel.cel import Paint, Recolor, Rgb


def rgb(hue: float, saturation: float, value: float) -> Rgb:
    """uint8 RGB of a colour in HSV, all in [0, 1]; hue wraps, the others are clipped."""
    s, v = min(max(saturation, 0.0), 1.0), min(max(value, 0.0), 1.0)
    r, g, b = colorsys.hsv_to_rgb(hue % 1.0, s, v)
    return round(r * 255), round(g * 255), round(b * 255)


def hsv(color: Rgb) -> tuple[float, float, float]:
    """Hue, saturation and value in [0, 1] of a uint8 RGB colour."""
    return colorsys.rgb_to_hsv(*(c / 255 for c in color))


_DARK = 0.3
"""HSV value below which paint counts as dark."""
_UNSHADED_DARK = 0.5
"""Share of dark paints that are one flat colour: dark must not mean shade to a network
(black fills are class 0)."""


_LIFTED = 0.25
"""Share of the paints of another role that are lifted; the others are darkened."""


def paint_from(rng: np.random.Generator, base: Rgb) -> Paint:
    """Shade, deep shade and highlight for ``base``: shades lean to blue or red, highlights to white."""
    h, s, v = hsv(base)
    lean = rng.choice([-1.0, 1.0]) * rng.uniform(0.0, 0.05)
    drop, gain = rng.uniform(0.68, 0.86), rng.uniform(1.05, 1.35)
    shade = rgb(h + lean, s * gain + rng.uniform(0.0, 0.08), v * drop)
    deep = rgb(h + 1.6 * lean, s * gain**1.5 + 0.08, v * drop * rng.uniform(0.68, 0.85))
    if v < _DARK and rng.uniform() < _UNSHADED_DARK:
        shade = deep = base
    lift = rng.uniform(0.25, 0.8)
    light = (
        (round(c + (255 - c) * lift) for c in base)
        if v > 0.25
        else (min(255, round(c * rng.uniform(1.8, 2.6) + rng.uniform(25, 60))) for c in base)
    )
    highlight: Rgb = tuple(light)  # type: ignore[assignment]
    return Paint(base, shade, deep, highlight)


def other_role(rng: np.random.Generator) -> Recolor:
    """A paint moved as a whole to where shades lie, or highlights: its base has the colour that a shade has
    elsewhere, and its own shade is darker still.

    Without it the most saturated and the darkest paints of a studio are shades and never bases, and a network
    learns the colour where it should compare an area with its neighbour (measured: whole red clothes were
    read as shade).
    """
    if rng.uniform() < _LIFTED:
        lift = rng.uniform(0.2, 0.6)
        return lambda color: _mixed_with_white(color, lift)
    steps = int(rng.choice((1, 2), p=(0.7, 0.3)))
    drop, gain = rng.uniform(0.68, 0.86) ** steps, rng.uniform(1.05, 1.35) ** steps
    lean = rng.choice([-1.0, 1.0]) * rng.uniform(0.0, 0.05) * steps
    more = rng.uniform(0.0, 0.08)

    def darker(color: Rgb) -> Rgb:
        h, s, v = hsv(color)
        return rgb(h + lean, s * gain + more * (s > 0), v * drop)

    return darker


def dark_costume(rng: np.random.Generator) -> Recolor:
    """A paint moved as a whole to near-black, as black cloth and leather are: its shades are hardly seen, its
    highlights stand alone. Dark figures before dark boards are what masks lose first."""
    value, saturation = rng.uniform(0.08, 0.3), rng.uniform(0.1, 1.0)

    def darker(color: Rgb) -> Rgb:
        h, s, v = hsv(color)
        return rgb(h, s * saturation, v * value + 0.02)

    return darker


def _mixed_with_white(color: Rgb, share: float) -> Rgb:
    r, g, b = (round(c + (255 - c) * share) for c in color)
    return r, g, b


def any_paint(rng: np.random.Generator) -> Paint:
    """A colour that clothes, hair and things have: many greys, blacks and whites beside the hues."""
    family = rng.choice(
        ["hue", "pale", "dark", "black", "white", "grey"], p=[0.36, 0.16, 0.17, 0.11, 0.1, 0.1]
    )
    hue = rng.uniform()
    base = {
        "hue": lambda: rgb(hue, rng.uniform(0.35, 0.9), rng.uniform(0.45, 0.95)),
        "pale": lambda: rgb(hue, rng.uniform(0.05, 0.35), rng.uniform(0.8, 1.0)),
        "dark": lambda: rgb(hue, rng.uniform(0.2, 0.8), rng.uniform(0.15, 0.45)),
        "black": lambda: rgb(hue, rng.uniform(0.0, 0.4), rng.uniform(0.05, 0.22)),
        "white": lambda: rgb(hue, rng.uniform(0.0, 0.06), rng.uniform(0.92, 1.0)),
        "grey": lambda: rgb(hue, rng.uniform(0.0, 0.12), rng.uniform(0.3, 0.85)),
    }[str(family)]()
    return paint_from(rng, base)


def skin_paint(rng: np.random.Generator) -> Paint:
    """Skin from pale to dark; now and then a fantastic one."""
    if rng.uniform() < 0.04:
        return any_paint(rng)
    tone = rng.beta(1.3, 4.0)
    base = rgb(rng.uniform(0.03, 0.09), 0.12 + 0.45 * tone + rng.uniform(-0.04, 0.06), 1.0 - 0.6 * tone)
    return paint_from(rng, base)
