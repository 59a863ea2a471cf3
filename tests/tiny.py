"""Clips of a few kilobytes and networks without torch, importable in the workers of a run."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from dougagen.domain import CelMask, Douga, Reconstruction
from dougagen.errors import WeightsError

DEADLY_WIDTH = 98
"""A worker that sees a picture of this width kills itself."""


def write_tiny_clip(
    path: Path, seed: int, *, frames: int = 12, width: int = 96, height: int = 64, codec: str = "libx264"
) -> Path:
    """A bright square on a dark ground that moves every second frame; every seed another video."""
    rng = np.random.default_rng(seed)
    ground = np.full((height, width, 3), rng.integers(10, 80, 3), np.uint8)
    places = rng.integers(0, [[height - 24, width - 24]] * ((frames + 1) // 2))
    levels = rng.integers(200, 255, len(places))
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=24)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": "12", "preset": "ultrafast"} if codec == "libx264" else {}
        for index in range(frames):
            picture = ground.copy()
            y, x = places[index // 2]
            picture[y : y + 24, x : x + 24] = levels[index // 2]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


class FakeNetworks:
    """Bright is cel, its border is line."""

    batch_size = 2
    models = "fake@00000000"

    def __init__(self, facts: Mapping[str, str], seconds: float) -> None:
        self.digest_facts = facts
        self._seconds = seconds

    def reconstruct(self, pictures: Sequence[np.ndarray]) -> list[Reconstruction]:
        return [self._read(picture) for picture in pictures]

    def _read(self, picture: np.ndarray) -> Reconstruction:
        if picture.shape[1] == DEADLY_WIDTH:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(self._seconds)
        mask = picture[..., 1] > 128
        inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        classes = (mask & ~inner).astype(np.uint8)
        return Reconstruction(CelMask(mask), Douga(classes), 0.5, 0.5)


@dataclass(frozen=True)
class Load:
    """What a run pickles to its workers."""

    fact: str = "one"
    seconds: float = 0.0
    """A picture."""
    broken: bool = False

    def __call__(self, number: int, jobs: int) -> FakeNetworks:
        if self.broken:
            raise WeightsError("these weights are damaged")
        return FakeNetworks({"fake": self.fact}, self.seconds)

    def devices(self) -> int:
        return 1
