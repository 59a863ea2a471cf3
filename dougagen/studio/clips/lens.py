"""What comes between the lens and the scene: smoke, rain, something that passes. None begins a drawing."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.veils import rain_over, smoke_over
from dougagen.studio.clips.artists import LayerPainter
from dougagen.studio.clips.camera import REST, Point
from dougagen.studio.clips.plates import Canvas, Plate
from dougagen.studio.clips.shot import Scenery, canvas_for, premultiplied

VeilWork = Literal["none", "smoke", "rain"]


def veil_over(rng: np.random.Generator, work: VeilWork, *, frames: int, height: int, width: int) -> Scenery:
    """Smoke that drifts by up to 6 pixels at 1080 lines a frame, or rain that falls by 40 to 110."""
    side = float(rng.choice([-1, 1]))
    if work == "rain":
        pace = height / 1080 * float(rng.uniform(40, 110))
        step = (side * pace * float(rng.uniform(0, 0.25)), pace)
    else:
        pace = height / 1080 * float(rng.uniform(1.5, 6))
        step = (side * pace, pace * float(rng.uniform(-0.5, 0.2)))
    slides: tuple[Point, ...] = tuple((step[0] * i, step[1] * i) for i in range(frames))
    canvas = canvas_for((REST,) * frames, height=height, width=width, depth=0.0, slides=slides)
    size = {"height": canvas.height, "width": canvas.width, "lines": height}
    layer = rain_over(rng, lean=step[0] / step[1], **size) if work == "rain" else smoke_over(rng, **size)
    return Scenery(work, Plate(canvas, premultiplied(layer)), 0.0, slides)


def passer_by(
    rng: np.random.Generator, painter: LayerPainter, *, frames: int, height: int, width: int
) -> Scenery:
    """A wagon, a wall or somebody near the lens, wider than the picture, that passes within a second."""
    wide = int(width * rng.uniform(1.15, 1.7))
    canvas = Canvas(float(-wide), 0.0, wide, height, 1.0)
    if rng.uniform() < 0.6:
        color = painter(rng, height=height, width=wide)
    else:  # a body too near to be more than a dark shape
        tone = np.array(rng.uniform(8, 90, 3), np.float32)
        slope = np.linspace(0.6, 1.2, wide, dtype=np.float32)[np.newaxis, :, np.newaxis]
        color = np.broadcast_to(np.clip(tone * slope, 0, 255).astype(np.uint8), (height, wide, 3))
    plate = np.dstack([color, _rim(rng, height=height, width=wide)])
    passes = min(int(rng.integers(12, 26)), max(frames - 12, 6))
    start = int(rng.integers(4, max(frames - passes - 4, 5)))
    way = np.clip((np.arange(frames) - start) / passes, 0, 1) * (width + wide + 2)
    right = rng.uniform() < 0.5
    at = way - 1 if right else width + wide + 1 - way
    slides = tuple((float(x), 0.0) for x in at)
    return Scenery("passer-by", Plate(canvas, premultiplied(plate)), 0.0, slides)


def _rim(rng: np.random.Generator, *, height: int, width: int) -> NDArray[np.uint8]:
    """uint8[height, width]: opaque up to two uneven edges."""
    alpha = np.zeros((height, width), np.uint8)
    lean, bulge = width * rng.uniform(-0.05, 0.05), width * rng.uniform(0, 0.06)
    down = np.linspace(0, 1, 24)
    ends = 0.07 * width - lean * (down - 0.5) - bulge * np.sin(np.pi * down)
    left = np.stack([ends + 2, down * height], axis=1)
    right = np.stack([width - ends - 2, down * height], axis=1)[::-1]
    points = np.round(np.concatenate([left, right]) * 16).astype(np.int32)
    cv2.fillPoly(alpha, [points], 255.0, cv2.LINE_AA, 4)
    return alpha
