"""The colour script and the lens: what falls on a finished composite without moving an edge."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.texture import as_grey, fractal_noise, gradient
from dougagen.studio.colors import rgb

Picture = NDArray[np.uint8]
Coverage = NDArray[np.float32]


def apply_effects(rng: np.random.Generator, picture: Picture, *, cel_alpha: Coverage) -> Picture:
    """``picture`` (uint8[H, W, 3]) with one or two effects, a third of the time none.

    ``cel_alpha`` (float32[H, W], 0 … 1) says where the cel is, for what a studio lays on cels alone.
    """
    count = int(rng.choice([0, 1, 2, 3], p=[0.3, 0.42, 0.22, 0.06]))
    chosen = rng.choice(len(_EFFECTS), size=count, replace=False, p=_SHARES)
    changed = picture.copy()
    for index in chosen:
        changed = _EFFECTS[index](rng, changed, cel_alpha)
    return np.ascontiguousarray(_still_legible(picture, changed)) if count else changed


def _still_legible(picture: Picture, changed: Picture) -> Picture:
    """Take an effect back in part where nobody could see the drawing any more: burnt out, or black."""
    lines = max(picture.shape[0] // 135, 1)
    before = cv2.cvtColor(np.ascontiguousarray(picture[::lines, ::lines]), cv2.COLOR_RGB2GRAY)
    after = cv2.cvtColor(np.ascontiguousarray(changed[::lines, ::lines]), cv2.COLOR_RGB2GRAY)
    contrast = float(after.std()) / max(float(before.std()), 1.0)
    burnt = float((after > 250).mean() - (before > 250).mean())
    back = max(0.3 - contrast if contrast < 0.15 else 0.0, min(burnt, 1.0) if burnt > 0.12 else 0.0)
    if back <= 0:
        return changed
    return np.asarray(cv2.addWeighted(changed, 1 - back, picture, back, 0), np.uint8)


def _curved(picture: Picture, table: NDArray[np.float64]) -> Picture:
    """Each level through ``table`` (float64[256, 3])."""
    return np.asarray(cv2.LUT(picture, np.clip(np.round(table), 0, 255).astype(np.uint8)[None]), np.uint8)


def _levels() -> NDArray[np.float64]:
    return np.repeat(np.arange(256.0)[:, None], 3, axis=1)


# ---- grades ------------------------------------------------------------------------------------------
def _hour(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Dusk, night, sepia, or any tint: a gain for each channel."""
    gains = {
        "dusk": (1.08, 0.82, 0.62),
        "night": (0.36, 0.46, 0.72),
        "moon": (0.55, 0.68, 0.85),
        "tint": rgb(rng.uniform(), rng.uniform(0.2, 0.6), 1.0),
    }
    kind = str(rng.choice(["dusk", "night", "moon", "tint", "sepia"], p=[0.28, 0.2, 0.14, 0.26, 0.12]))
    if kind == "sepia":
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        tint = np.array(rgb(rng.uniform(0.06, 0.13), rng.uniform(0.0, 0.4), 1.0)) / 255
        toned = _curved(cv2.merge([grey, grey, grey]), _levels() * tint)
        return np.asarray(cv2.addWeighted(toned, 0.85, picture, 0.15, 0), np.uint8)
    gain = np.asarray(gains[kind], np.float64) / (255 if kind == "tint" else 1)
    share = rng.uniform(0.5, 1.0)
    return _curved(picture, _levels() * (1 + (gain - 1) * share))


def _darkened(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """A room without light: down to a sixth."""
    return _curved(picture, _levels() * rng.uniform(0.2, 0.75))


def _exposed(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Over or under, by gain and gamma."""
    return _curved(
        picture, 255 * np.clip(_levels() / 255 * rng.uniform(0.8, 1.3), 0, 1) ** rng.uniform(0.7, 1.4)
    )


def _hazy(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Low contrast: memories, fog, faded prints."""
    veil = np.array(rgb(rng.uniform(), rng.uniform(0, 0.25), rng.uniform(0.35, 1.0)), np.float64)
    share = rng.uniform(0.1, 0.5)
    return _curved(picture, _levels() * (1 - share) + veil * share)


def _saturated(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """More or less colour."""
    grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    amount = rng.uniform(0.3, 1.4)
    return np.asarray(cv2.addWeighted(picture, amount, grey, 1 - amount, 0), np.uint8)


# ---- light -------------------------------------------------------------------------------------------
def _soft(picture: Picture, radius: float) -> Picture:
    """A wide blur, made small."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(width // 4, 1), max(height // 4, 1)), interpolation=cv2.INTER_AREA)
    return np.asarray(
        cv2.resize(cv2.GaussianBlur(small, (0, 0), max(radius / 4, 0.5)), (width, height)), np.uint8
    )


def _glow(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Bright parts bloom over their surroundings."""
    start = rng.uniform(120, 225)
    bright = _curved(picture, np.clip((_levels() - start) * 255 / (255 - start), 0, 255))
    bloom = _soft(bright, picture.shape[0] * rng.uniform(0.008, 0.04))
    return np.asarray(cv2.addWeighted(picture, 1, bloom, rng.uniform(0.3, 0.9), 0), np.uint8)


def _diffusion(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """The diffusion filter: a blurred copy screened over the sharp one."""
    soft = _soft(picture, picture.shape[0] * rng.uniform(0.005, 0.025))
    screen = cv2.bitwise_not(cv2.multiply(cv2.bitwise_not(picture), cv2.bitwise_not(soft), scale=1 / 255))
    share = rng.uniform(0.15, 0.55)
    return np.asarray(cv2.addWeighted(picture, 1 - share, screen, share, 0), np.uint8)


def _veil(rng: np.random.Generator, height: int, width: int) -> NDArray[np.uint8]:
    """uint8[H, W] ramp from 0 to 255 in any direction."""
    a = rng.uniform(0, 2 * np.pi)
    x, y = np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32)
    ramp = (
        0.5
        + np.float32(0.5 * np.cos(a)) * x[None]
        + np.float32(0.5 * np.sin(a)) * y[:, None]
        + rng.uniform(-0.4, 0.3)
    )
    return np.asarray(np.clip(ramp, 0, 1) * 255, np.uint8)


def _laid_over(picture: Picture, color: tuple[int, int, int], alpha: NDArray[np.uint8], mode: str) -> Picture:
    """``color`` times ``alpha`` added, multiplied or blended."""
    thick = cv2.merge([alpha, alpha, alpha])
    full = np.empty_like(picture)
    full[:] = color
    if mode == "add":
        return np.asarray(cv2.add(picture, cv2.multiply(full, thick, scale=1 / 255)), np.uint8)
    if mode == "multiply":
        full = cv2.multiply(picture, full, scale=1 / 255)
    keep = cv2.multiply(picture, cv2.bitwise_not(thick), scale=1 / 255)
    return np.asarray(cv2.add(keep, cv2.multiply(full, thick, scale=1 / 255)), np.uint8)


def _gradient_over(rng: np.random.Generator, picture: Picture, cel_alpha: Coverage) -> Picture:
    """A colour that comes in from one side, over everything or (para on the cel) over the cel alone."""
    veil = _veil(rng, *picture.shape[:2])
    if rng.uniform() < 0.4:
        veil = np.asarray(cv2.multiply(veil, cel_alpha, dtype=cv2.CV_8U), np.uint8)
    mode = str(rng.choice(["add", "multiply", "blend"], p=[0.3, 0.5, 0.2]))
    value = rng.uniform(0.1, 0.6) if mode != "multiply" else rng.uniform(0.3, 1.0)
    veil = np.asarray(cv2.convertScaleAbs(veil, alpha=float(rng.uniform(0.3, 0.9))), np.uint8)
    return _laid_over(picture, rgb(rng.uniform(), rng.uniform(0.1, 0.8), value), veil, mode)


def _backlight(rng: np.random.Generator, picture: Picture, cel_alpha: Coverage) -> Picture:
    """The cel against the light: darker itself, light spilling over its edge."""
    alpha = as_grey(cel_alpha, gain=255, middle=0)
    dark = _curved(picture, _levels() * rng.uniform(0.85, 1.0, 3) * rng.uniform(0.3, 0.75))
    shaded = _laid_over_picture(picture, dark, alpha)
    outside = cv2.bitwise_not(alpha)
    light = cv2.multiply(shaded, cv2.merge([outside, outside, outside]), scale=1 / 255)
    spill = _soft(np.asarray(light, np.uint8), picture.shape[0] * rng.uniform(0.01, 0.04))
    return np.asarray(cv2.addWeighted(shaded, 1, spill, rng.uniform(0.1, 0.4), 0), np.uint8)


def _laid_over_picture(below: Picture, over: Picture, alpha: NDArray[np.uint8]) -> Picture:
    thick = cv2.merge([alpha, alpha, alpha])
    keep = cv2.multiply(below, cv2.bitwise_not(thick), scale=1 / 255)
    return np.asarray(cv2.add(keep, cv2.multiply(over, thick, scale=1 / 255)), np.uint8)


def _flare(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Shafts or a pool of light."""
    height, width = picture.shape[:2]
    h, w = max(height // 4, 2), max(width // 4, 2)
    light = np.zeros((h, w), np.uint8)
    if rng.uniform() < 0.5:
        x, lean = rng.uniform(-0.3, 0.7) * w, rng.uniform(0.2, 1.0) * h
        for _i in range(int(rng.integers(1, 5))):
            step = rng.uniform(0.04, 0.2) * w
            cv2.fillPoly(
                light,
                [np.array([[x, 0], [x + step, 0], [x + step + lean, h], [x + lean, h]]).astype(np.int32)],
                int(rng.uniform(20, 80)),
            )
            x += step * rng.uniform(1.3, 3)
        light = cv2.GaussianBlur(light, (0, 0), h * 0.02 + 0.5)
    else:
        cv2.circle(
            light,
            (int(w * rng.uniform(0, 1)), int(h * rng.uniform(0, 0.6))),
            int(h * rng.uniform(0.05, 0.4)),
            150,
            -1,
        )
        light = cv2.GaussianBlur(light, (0, 0), h * rng.uniform(0.08, 0.25))
    return _laid_over(
        picture,
        rgb(rng.uniform(0.05, 0.6), rng.uniform(0, 0.3), 1.0),
        np.asarray(cv2.resize(light, (width, height)), np.uint8),
        "add",
    )


def _vignette(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Corners fall off."""
    height, width = picture.shape[:2]
    y, x = (
        np.linspace(-1, 1, height, dtype=np.float32)[:, None],
        np.linspace(-1, 1, width, dtype=np.float32)[None],
    )
    fall = as_grey(1 - np.float32(rng.uniform(0.15, 0.5)) * (x * x + y * y) * 0.5, gain=255, middle=0)
    return np.asarray(cv2.multiply(picture, cv2.merge([fall, fall, fall]), scale=1 / 255), np.uint8)


def _cast_shadow(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Uneven light over the whole stand."""
    height, width = picture.shape[:2]
    light = gradient(max(height // 8, 2), max(width // 8, 2), rng.uniform(110, 255, (4, 1)) * np.ones(3))
    return np.asarray(cv2.multiply(picture, cv2.resize(light, (width, height)), scale=1 / 240), np.uint8)


# ---- lens and film -----------------------------------------------------------------------------------
def _defocus(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Mild: the truth of thin lines must stay true."""
    return np.asarray(
        cv2.GaussianBlur(picture, (0, 0), max(picture.shape[0] / 1080 * rng.uniform(0.7, 1.7), 0.35)),
        np.uint8,
    )


def _grain(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Film grain: soft noise, stronger in the middle tones."""
    height, width = picture.shape[:2]
    size = float(rng.uniform(1.0, 2.5) * max(height / 1080, 0.5))
    h, w = max(int(height / size), 2), max(int(width / size), 2)
    noise = cv2.resize(
        rng.standard_normal((h, w), np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    noise = noise * np.float32(rng.uniform(2, 9))
    if rng.uniform() < 0.5:
        return np.asarray(cv2.add(picture, cv2.merge([noise, noise, noise]), dtype=cv2.CV_8U), np.uint8)
    tinted = [noise * np.float32(g) for g in rng.uniform(0.7, 1.3, 3)]
    return np.asarray(cv2.add(picture, cv2.merge(tinted), dtype=cv2.CV_8U), np.uint8)


def _dirt(rng: np.random.Generator, picture: Picture, _: Coverage) -> Picture:
    """Dust, hairs and scratches of a cel-era print."""
    dirty = picture.copy()
    height, width = picture.shape[:2]
    for _i in range(int(rng.integers(3, 40))):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        v = int(rng.choice([rng.integers(0, 60), rng.integers(190, 256)]))
        if rng.uniform() < 0.85:
            cv2.circle(
                dirty, (x, y), max(int(height * rng.uniform(0.0, 0.0025)), 0), (v, v, v), -1, cv2.LINE_AA
            )
        else:
            a = np.cumsum(rng.normal(0, 0.4, 8)) + rng.uniform(0, 6.3)
            path = np.cumsum(np.stack([np.cos(a), np.sin(a)], 1) * height * 0.006, axis=0) + np.array([x, y])
            cv2.polylines(dirty, [path.astype(np.int32)], False, (v, v, v), 1, cv2.LINE_AA)
    return np.asarray(cv2.addWeighted(dirty, 0.75, picture, 0.25, 0), np.uint8)


def _old_print(rng: np.random.Generator, picture: Picture, cel_alpha: Coverage) -> Picture:
    """The cel era: soft, faded, grainy, uneven in density."""
    faded = _curved(picture, _levels() * rng.uniform(0.78, 0.95, 3) + rng.uniform(5, 26, 3))
    uneven = as_grey(
        fractal_noise(rng, picture.shape[0], picture.shape[1], picture.shape[0] / 3, octaves=2), gain=5
    )
    faded = np.asarray(cv2.multiply(faded, cv2.merge([uneven, uneven, uneven]), scale=1 / 128), np.uint8)
    faded = _grain(rng, _defocus(rng, faded, cel_alpha), cel_alpha)
    return _dirt(rng, faded, cel_alpha) if rng.uniform() < 0.6 else faded


Effect = Callable[[np.random.Generator, Picture, Coverage], Picture]
_CHOICES: tuple[tuple[Effect, float], ...] = (
    (_hour, 0.15), (_darkened, 0.09), (_exposed, 0.08), (_hazy, 0.07), (_saturated, 0.05), (_glow, 0.08),
    (_diffusion, 0.07), (_gradient_over, 0.12), (_backlight, 0.05), (_flare, 0.05), (_vignette, 0.03),
    (_cast_shadow, 0.05), (_defocus, 0.03), (_grain, 0.04), (_dirt, 0.01), (_old_print, 0.03),
)  # fmt: skip
_EFFECTS = [effect for effect, _ in _CHOICES]
_SHARES = np.array([share for _, share in _CHOICES]) / sum(share for _, share in _CHOICES)
