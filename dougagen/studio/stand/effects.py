"""What falls on a finished composite without moving an edge: colour script, light, lens and print."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from dougagen.studio.stand import color_script, lens, lighting
from dougagen.studio.stand.color_script import Coverage, Picture

Effect = Callable[[np.random.Generator, Picture, Coverage], Picture]
_CHOICES: tuple[tuple[Effect, float], ...] = (
    # in the order in which a production lays them on: light on the stand, colour of the hour, lens, film
    (lighting.airbrushed, 0.06), (lighting.gradient_over, 0.12), (lighting.cast_shadow, 0.05),
    (lighting.backlight, 0.05), (lighting.transmitted, 0.03), (lighting.flare, 0.05),
    (color_script.hour, 0.15), (color_script.darkened, 0.08), (color_script.exposed, 0.07),
    (color_script.hazy, 0.06), (color_script.saturated, 0.05), (color_script.flashed, 0.03),
    (color_script.negative, 0.008), (lighting.glow, 0.07), (lighting.diffusion, 0.08),
    (lighting.vignette, 0.03), (lens.soft_focus, 0.03), (lens.chromatic_aberration, 0.02),
    (lens.grain, 0.04), (lens.dirt, 0.01), (lens.old_print, 0.04),
)  # fmt: skip
EFFECTS = tuple(effect for effect, _ in _CHOICES)
"""Everything that may fall on a picture."""
_SHARES = np.array([share for _, share in _CHOICES]) / sum(share for _, share in _CHOICES)
_COUNTS = (0.3, 0.40, 0.23, 0.07)
"""How often none, one, two, three fall on a picture."""


def apply_effects(rng: np.random.Generator, picture: Picture, *, cel_alpha: Coverage) -> Picture:
    """``picture`` (uint8[H, W, 3]) with up to three effects, a third of the time none.

    ``cel_alpha`` (float32[H, W], 0 … 1) says where the cel is, for what a studio lays on cels alone.
    """
    count = int(rng.choice(len(_COUNTS), p=_COUNTS))
    changed = picture.copy()
    for index in sorted(rng.choice(len(EFFECTS), size=count, replace=False, p=_SHARES)):
        changed = EFFECTS[index](rng, changed, cel_alpha)
    return np.ascontiguousarray(_still_legible(picture, changed)) if count else changed


def _still_legible(picture: Picture, changed: Picture) -> Picture:
    """Take an effect back in part where nobody could see the drawing any more: burnt out, or black."""
    lines = max(picture.shape[0] // 135, 1)
    before = cv2.cvtColor(np.ascontiguousarray(picture[::lines, ::lines]), cv2.COLOR_RGB2GRAY)
    after = cv2.cvtColor(np.ascontiguousarray(changed[::lines, ::lines]), cv2.COLOR_RGB2GRAY)
    contrast = float(after.std()) / max(float(before.std()), 1.0)
    burnt = float((after > 250).mean() - (before > 250).mean())
    back = max(0.35 - contrast if contrast < 0.2 else 0.0, min(burnt, 1.0) if burnt > 0.12 else 0.0)
    if back <= 0:
        return changed
    return np.asarray(cv2.addWeighted(changed, 1 - back, picture, back, 0), np.uint8)
