"""Skies by day, dusk and night; clouds, sun, moon, stars; sea and distant mountains."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.board.board import Board
from dougagen.studio.background.board.clipping import Points
from dougagen.studio.background.board.surface import front
from dougagen.studio.background.board.texture import as_grey, fractal_noise, gradient, value_noise
from dougagen.studio.background.board.tones import WHITE, lit, mixed, ramp
from dougagen.studio.cel.cel import Rgb
from dougagen.studio.cel.colors import rgb

_HOURS = ("day", "dusk", "night", "overcast", "fantastic")


def sky_colors(rng: np.random.Generator, hour: str) -> tuple[Rgb, Rgb, Rgb, Rgb]:
    """Zenith, horizon, lit cloud and shaded cloud."""
    if hour == "day":
        hue = rng.uniform(0.53, 0.63)
        return (
            rgb(hue, rng.uniform(0.45, 0.9), rng.uniform(0.6, 0.95)),
            rgb(hue - 0.04, rng.uniform(0.08, 0.4), rng.uniform(0.88, 1.0)),
            rgb(0.12, 0.03, 1.0),
            rgb(hue, rng.uniform(0.12, 0.3), rng.uniform(0.75, 0.92)),
        )
    if hour == "dusk":
        return (
            rgb(rng.uniform(0.6, 0.85), rng.uniform(0.25, 0.65), rng.uniform(0.35, 0.75)),
            rgb(rng.uniform(0.02, 0.13), rng.uniform(0.5, 0.85), rng.uniform(0.85, 1.0)),
            rgb(rng.uniform(0.0, 0.12), rng.uniform(0.15, 0.5), 1.0),
            rgb(rng.uniform(0.75, 1.0), rng.uniform(0.25, 0.5), rng.uniform(0.4, 0.7)),
        )
    if hour == "night":
        hue, v = rng.uniform(0.56, 0.75), rng.uniform(0.05, 0.28)
        return (
            rgb(hue, rng.uniform(0.4, 0.9), v),
            rgb(hue - 0.04, rng.uniform(0.3, 0.75), v + rng.uniform(0.05, 0.3)),
            rgb(hue, rng.uniform(0.2, 0.5), v + 0.25),
            rgb(hue, 0.5, v + 0.07),
        )
    if hour == "overcast":
        hue, v = rng.uniform(0.5, 0.65), rng.uniform(0.45, 0.85)
        return rgb(hue, 0.14, v), rgb(hue, 0.06, v + 0.12), rgb(hue, 0.04, v + 0.14), rgb(hue, 0.14, v - 0.14)
    hue = rng.uniform()
    v = rng.uniform(0.2, 1.0)
    other = hue + rng.choice([0.08, 0.3, 0.5])
    return (
        rgb(hue, 0.6, v * 0.7),
        rgb(other, 0.5, v),
        rgb(other, 0.2, min(v + 0.2, 1)),
        rgb(hue, 0.5, v * 0.8),
    )


def any_hour(rng: np.random.Generator) -> str:
    """Mostly day."""
    return str(rng.choice(_HOURS, p=[0.46, 0.19, 0.2, 0.08, 0.07]))


def paint_sky(board: Board, rng: np.random.Generator, hour: str, *, horizon: float = 1.0) -> tuple[Rgb, Rgb]:
    """Fill the board with sky down to ``horizon`` (share of the height); return zenith and horizon colour."""
    zenith, low, bright, dim = sky_colors(rng, hour)
    tall, wide = board.tall, board.wide
    end = int(np.clip(horizon * tall, 8, tall))
    if board.look.outlined and rng.uniform() < 0.35:  # bands of flat colour
        n = int(rng.integers(1, 5))
        for i in range(n):
            band = mixed(zenith, low, i / max(n - 1, 1))
            cv2.rectangle(board.pixels, (0, end * i // n), (wide, end * (i + 1) // n), band, -1)
    else:
        board.pixels[:end] = gradient(end, wide, (zenith, zenith, low, low))
    if end < tall:
        cv2.rectangle(board.pixels, (0, end), (wide, tall), low, -1)
    if hour == "night":
        _stars(board, rng, end)
    if rng.uniform() < (0.5 if hour in ("night", "dusk") else 0.15):
        _moon_or_sun(board, rng, hour, end, mixed(WHITE, low, 0.15))
    kind = rng.choice(["heaps", "fleece", "streaks", "none"], p=[0.4, 0.3, 0.15, 0.15])
    if kind == "heaps":
        _heaps(board, rng, end, bright, dim)
    elif kind != "none":
        _fleece(
            board,
            rng,
            end,
            bright,
            dim,
            stretch=float(rng.uniform(6, 14) if kind == "streaks" else rng.uniform(1.5, 3.5)),
        )
    board.cover[:] = 255
    return zenith, low


def _stars(board: Board, rng: np.random.Generator, end: int) -> None:
    count = int(rng.integers(20, 350))
    for x, y, size in zip(
        rng.integers(0, board.wide, count), rng.integers(0, end, count), rng.uniform(0, 1, count), strict=True
    ):
        v = int(rng.integers(90, 256))
        if size < 0.93:
            cv2.circle(
                board.pixels,
                (int(x), int(y)),
                int(size > 0.75) * board.oversampling,
                (v, v, 255),
                -1,
                cv2.LINE_AA,
            )
        else:
            board.glow((float(x), float(y)), board.tall * 0.02, (v, v, 255), 0.9)


def _moon_or_sun(board: Board, rng: np.random.Generator, hour: str, end: int, color: Rgb) -> None:
    x, y = board.wide * rng.uniform(0.08, 0.92), end * rng.uniform(0.08, 0.8)
    r = board.tall * rng.uniform(0.02, 0.16)
    board.glow((x, y), r * rng.uniform(2.5, 6), color, 0.5)
    cv2.circle(board.pixels, (int(x), int(y)), int(r), color, -1, cv2.LINE_AA)
    if hour == "night" and rng.uniform() < 0.5:  # craters
        for _ in range(int(rng.integers(3, 9))):
            a, d = rng.uniform(0, 6.3), r * rng.uniform(0, 0.75)
            cv2.circle(
                board.pixels,
                (int(x + d * np.cos(a)), int(y + d * np.sin(a))),
                max(int(r * rng.uniform(0.05, 0.18)), 1),
                lit(color, 0.9),
                -1,
                cv2.LINE_AA,
            )


def _fleece(
    board: Board, rng: np.random.Generator, end: int, bright: Rgb, dim: Rgb, *, stretch: float
) -> None:
    """Clouds from noise: thick where it is high, lit from above."""
    h, w = end // 2 + 1, board.wide // 2 + 1
    noise = fractal_noise(rng, h, w, h / rng.uniform(2.0, 5.0), octaves=6, gain=0.58, stretch=stretch)
    level, soft = rng.uniform(-0.25, 0.3), rng.uniform(0.08, 0.35)
    density = as_grey(np.clip((noise - np.float32(level)) / np.float32(soft), 0, 1), gain=255, middle=0)
    above = np.roll(noise, max(h // 40, 1), axis=0)
    side = as_grey((noise - above) * np.float32(3.0), gain=110, middle=150)
    steps = int(rng.integers(2, 4)) if board.look.outlined else None
    if steps:
        density = np.where(density > 128, np.uint8(255), np.uint8(0))
    clouds = cv2.LUT(cv2.merge([side, side, side]), ramp([dim, mixed(dim, bright, 0.5), bright], steps=steps))
    size = (board.wide, end)
    board.blend(
        (slice(0, end), slice(0, board.wide)),
        np.asarray(cv2.resize(clouds, size)),
        np.asarray(cv2.resize(density, size)),
    )


def _heaps(board: Board, rng: np.random.Generator, end: int, bright: Rgb, dim: Rgb) -> None:
    """Cumulus: heaps of balls, a tone for the shadow, one for the body, one for the light."""
    for _ in range(int(rng.integers(1, 6))):
        _heap(board, rng, end, bright, dim)


def _heap(board: Board, rng: np.random.Generator, end: int, bright: Rgb, dim: Rgb) -> None:
    k = board.oversampling
    span = board.tall * rng.uniform(0.2, 1.3) / k
    h, w = int(span * rng.uniform(0.35, 0.7)) + 8, int(span) + 8
    n = int(rng.integers(14, 40))
    x = rng.uniform(0.12, 0.88, n)
    room = 1 - np.abs(2 * x - 1) ** 1.6
    y = 1 - rng.uniform(0.05, 0.8, n) * room
    r = h * rng.uniform(0.06, 0.2, n) * (0.5 + 0.6 * room)
    order = np.argsort(y)
    body = np.zeros((h, w), np.uint8)
    tone = np.zeros((h, w), np.uint8)
    side = rng.uniform(-0.35, 0.35)
    for cx, cy, radius in zip(x[order] * w, y[order] * h * 0.86, r[order], strict=True):
        spot = (int(cx), int(cy))
        cv2.circle(body, spot, int(radius), 255, -1, cv2.LINE_AA)
        for share, grey in ((1.0, 30), (0.92, 110), (0.75, 190), (0.5, 255)):
            shift = radius * (1 - share) * 1.1
            cv2.circle(
                tone,
                (int(cx + side * shift), int(cy - shift)),
                max(int(radius * share), 1),
                grey,
                -1,
                cv2.LINE_AA,
            )
    wob = max(h * 0.045, 1.0)
    grid_x, grid_y = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    cell = h / 7
    fx = grid_x + np.float32(wob) * fractal_noise(rng, h, w, cell, octaves=4, gain=0.7)
    fy = grid_y + np.float32(wob) * fractal_noise(rng, h, w, cell, octaves=4, gain=0.7)
    body = cv2.remap(body, fx, fy, cv2.INTER_LINEAR)
    if not board.look.outlined:
        tone = cv2.GaussianBlur(tone, (0, 0), max(h * rng.uniform(0.004, 0.02), 0.3))
    tone = cv2.remap(tone, fx, fy, cv2.INTER_LINEAR)
    steps = int(rng.integers(2, 5)) if board.look.outlined else None
    colors = cv2.LUT(
        cv2.merge([tone, tone, tone]), ramp([dim, mixed(dim, bright, 0.45), bright, bright], steps=steps)
    )
    fade = np.clip(np.linspace(3.2, 0.0 if not board.look.outlined else 2.0, h, dtype=np.float32), 0, 1)[
        :, None
    ]
    alpha = cv2.multiply(
        np.asarray(body), np.ascontiguousarray(np.broadcast_to(fade, body.shape)), dtype=cv2.CV_8U
    )
    place_layer(
        board,
        colors,
        alpha,
        board.wide * rng.uniform(-0.15, 0.95),
        end * rng.uniform(0.05, 0.98) - h * k * 0.8,
        scale=k,
    )


def place_layer(board: Board, colors: NDArray, alpha: NDArray, x: float, y: float, *, scale: int = 1) -> None:
    """Lay a small picture on the board with its corner at (x, y), cut at the board's edge."""
    if scale != 1:
        size = (alpha.shape[1] * scale, alpha.shape[0] * scale)
        colors, alpha = cv2.resize(colors, size), cv2.resize(alpha, size)
    left, top = int(x), int(y)
    a, b = max(-left, 0), max(-top, 0)
    right, bottom = min(board.wide - left, alpha.shape[1]), min(board.tall - top, alpha.shape[0])
    if right <= a or bottom <= b:
        return
    at = (slice(top + b, top + bottom), slice(left + a, left + right))
    board.blend(
        at, np.ascontiguousarray(colors[b:bottom, a:right]), np.ascontiguousarray(alpha[b:bottom, a:right])
    )


def ridge(rng: np.random.Generator, aspect: float, y: float, height: float, *, rough: float) -> Points:
    """A mountain ridge across the picture, closed below: (x, y) in picture heights."""
    n = 96
    line = np.zeros(n)
    size = 1.0
    for octave in range(6):
        count = 3 * 2**octave
        knots = rng.uniform(-1, 1, count + 1)
        line += size * np.interp(np.linspace(0, count, n), np.arange(count + 1), knots)
        size *= rough
    xs = np.linspace(-0.5, aspect + 0.5, n)
    top = np.stack([xs, y - height * (0.5 + 0.5 * line / 1.6)], 1)
    return np.concatenate([top, [[aspect + 0.5, 2.0], [-0.5, 2.0]]])


def paint_mountains(board: Board, rng: np.random.Generator, horizon: float, haze: Rgb, hour: str) -> None:
    """Layers of hills, bluer and paler with distance."""
    base = rgb(
        rng.uniform(0.25, 0.68), rng.uniform(0.2, 0.6), 0.12 if hour == "night" else rng.uniform(0.2, 0.55)
    )
    plane = front(board)
    layers = int(rng.integers(1, 5))
    rough = float(rng.uniform(0.35, 0.62))
    for i in range(layers):
        nearness = (i + 1) / layers
        color = mixed(haze, base, 0.25 + 0.7 * nearness)
        y = horizon + 0.02 + 0.1 * nearness * rng.uniform(0.3, 1.0)
        points = ridge(rng, board.aspect, y, rng.uniform(0.08, 0.35) * (1.2 - 0.7 * nearness), rough=rough)
        plane.shape(points, color, to=mixed(color, haze, 0.45))


def paint_sea(board: Board, rng: np.random.Generator, horizon: float, sky: Rgb, hour: str) -> None:
    """Water to the horizon: darker below, glints stretched by perspective."""
    start = int(horizon * board.tall)
    if start >= board.tall - 4:
        return
    h, w = board.tall - start, board.wide
    deep = rgb(
        rng.uniform(0.47, 0.64), rng.uniform(0.4, 0.85), 0.2 if hour == "night" else rng.uniform(0.35, 0.75)
    )
    near = mixed(deep, sky, rng.uniform(0.0, 0.4))
    board.pixels[start:] = gradient(h, w, (mixed(deep, sky, 0.5),) * 2 + (near, near))
    rows = 70
    small = np.concatenate([value_noise(rng, 1, w // 2, 6 + 0.9 * i) for i in range(rows)])
    stretch = np.linspace(0, 1, h, dtype=np.float32)[:, None] ** 0.55 * (rows - 1)
    xs = np.broadcast_to(np.linspace(0, w // 2 - 1, w, dtype=np.float32), (h, w))
    waves = cv2.remap(
        small,
        np.ascontiguousarray(xs),
        np.ascontiguousarray(np.broadcast_to(stretch, (h, w))),
        cv2.INTER_LINEAR,
    )
    level = np.float32(rng.uniform(0.3, 0.65))
    glints = as_grey(
        np.clip((waves - level) * (200 if board.look.outlined else 6), 0, 1),
        gain=float(rng.uniform(90, 255)),
        middle=0,
    )
    light = np.empty((h, w, 3), np.uint8)
    cv2.rectangle(light, (0, 0), (w, h), mixed(WHITE, sky, 0.35), -1)
    board.blend((slice(start, board.tall), slice(0, w)), light, glints)
