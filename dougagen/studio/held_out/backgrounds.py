"""The held-out family of backgrounds: other subjects, other textures, other colours, other code.

Frozen before any training that is measured on it: it changes only in a commit of its own. It shares no
painter, palette, noise or rasteriser with the training family (``canvas`` says how).
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.held_out import fields as fields
from dougagen.studio.held_out import places as places
from dougagen.studio.held_out import rooms as rooms
from dougagen.studio.held_out.canvas import Canvas, Field, Palette, Pen, any_palette, combed, spectral

Painter = Callable[[Canvas, np.random.Generator, Palette], None]
PAINTERS: tuple[tuple[Painter, float], ...] = (
    (rooms.paint_flat_room, 0.16),
    (rooms.paint_desk, 0.1),
    (places.paint_sea_floor, 0.06),
    (places.paint_snow, 0.1),
    (places.paint_canyon, 0.08),
    (places.paint_stage, 0.09),
    (places.paint_pipes, 0.09),
    (places.paint_arches, 0.09),
    (places.paint_containers, 0.1),
    (places.paint_quilt, 0.08),
    (places.paint_lanterns, 0.06),
    (fields.paint_space, 0.04),
    (fields.paint_marble, 0.03),
    (fields.paint_facets, 0.04),
    (fields.paint_arcs, 0.03),
    (fields.paint_panels, 0.03),
    (fields.paint_brushed, 0.03),
    (fields.paint_void, 0.03),
)
"""Painter and its share."""
_CONTOUR_SHARE = 0.4


def paint_held_out(rng: np.random.Generator, *, height: int, width: int) -> NDArray[np.uint8]:
    """uint8[height, width, 3] RGB; the same generator state gives the same bytes."""
    drawn = rng.uniform() < _CONTOUR_SHARE
    pen = Pen(
        width=float(np.exp(rng.uniform(np.log(1.0), np.log(5.0)))) / 1080 if drawn else 0.0,
        darkness=float(rng.uniform(0.5, 1.0)),
        flat=bool(drawn and rng.uniform() < 0.7),
    )
    canvas = Canvas(rng, height=height, width=width, pen=pen)
    shares = np.array([share for _, share in PAINTERS])
    painter = PAINTERS[rng.choice(len(PAINTERS), p=shares / shares.sum())][0]
    painter(canvas, rng, any_palette(rng))
    _surfaced(canvas, rng)
    picture = canvas.finished()
    if rng.uniform() < 0.15:
        side = max(round(height * rng.uniform(0.004, 0.03)), 1)
        for _ in range(2):  # two boxes: a lens whose disc is no Gaussian
            picture = np.asarray(cv2.blur(picture, (side, side)), np.uint8)
    return picture


def paint_held_out_ridge(rng: np.random.Generator, *, height: int, width: int) -> NDArray[np.uint8]:
    """A ridge or hedge before a held-out background: uint8[height, width, 4] RGBA, straight alpha."""
    beta, top = float(rng.uniform(1.2, 3.0)), float(rng.uniform(0.7, 0.95))
    line = top + 0.05 * spectral(rng, 1, width, beta=beta)
    y = (np.arange(height, dtype=np.float32)[:, None] + 0.5) / height
    return _toned(rng, np.clip(0.5 + (y - line) * height, 0, 1))


def paint_held_out_book(rng: np.random.Generator, *, height: int, width: int) -> NDArray[np.uint8]:
    """A held-out layer before the cel: a ridge, posts, an arch, a sill; uint8[height, width, 4] as above."""
    kind = rng.choice(["ridge", "posts", "arch", "sill"])
    if kind == "ridge":
        return paint_held_out_ridge(rng, height=height, width=width)
    y = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None]
    x = ((np.arange(width, dtype=np.float32) + 0.5) / height)[None]
    aspect = width / height
    if kind == "posts":
        step, lean = float(rng.uniform(0.35, 0.9)), float(rng.normal(0, 0.1))
        half = step * float(rng.uniform(0.04, 0.12))
        distance = np.abs((x + lean * y) % step - step / 2) - half
    elif kind == "arch":
        distance = 0.55 * aspect - np.hypot(
            x - aspect / 2, (y - 0.75) * float(rng.uniform(0.6, 0.8)) * aspect
        )
    else:
        distance = float(rng.uniform(0.75, 0.9)) + 0.05 * x - y
    soft = float(rng.choice([1.0, rng.uniform(3, 12)])) / height
    return _toned(rng, np.broadcast_to(np.clip(0.5 - distance / soft, 0, 1), (height, width)))


def _toned(rng: np.random.Generator, alpha: Field) -> NDArray[np.uint8]:
    """A layer of one colour from top to bottom getting darker: uint8[H, W, 4] of a float alpha [H, W]."""
    height, width = alpha.shape
    tone = any_palette(rng).tone(float(rng.uniform()), float(rng.uniform(0.1, 0.9)))
    fall = np.linspace(1, float(rng.uniform(0.4, 1.0)), height, dtype=np.float32)
    layer = np.empty((height, width, 4), np.uint8)
    layer[..., :3] = (tone * fall[:, None] * 255).astype(np.uint8)[:, None]
    layer[..., 3] = (alpha * 255 + 0.5).astype(np.uint8)
    return layer


def _surfaced(canvas: Canvas, rng: np.random.Generator) -> None:
    """Canvas, combing, uneven light; nothing of it on flat pictures."""
    if rng.uniform() < 0.35:
        corner = rng.uniform(-0.3, 0.3, 2).astype(np.float32)
        canvas.pixels *= (1 + corner[0] * (canvas.x / canvas.aspect - 0.5) + corner[1] * (canvas.y - 0.5))[
            ..., None
        ]
    if canvas.pen.flat:
        return
    kind = rng.choice(["none", "grain", "weave", "combed"], p=[0.35, 0.3, 0.15, 0.2])
    amount = float(rng.uniform(0.01, 0.06))
    if kind == "grain":
        beta = float(rng.uniform(0.5, 2.0))
        canvas.textured(spectral(rng, canvas.height, canvas.width, beta=beta, cells=512), amount)
    elif kind == "weave":
        k = np.float32(rng.uniform(350, 700))
        canvas.textured(np.sin(canvas.x * k) * np.sin(canvas.y * k), amount)
    elif kind == "combed":
        angle = np.full((canvas.height, canvas.width), rng.uniform(0, np.pi), np.float32)
        angle += np.float32(0.6) * spectral(rng, canvas.height, canvas.width, beta=3.5)
        canvas.textured(combed(rng, angle, steps=8, length=1.0), 1.5 * amount)
