"""Clips of a few kilobytes and networks without torch, importable in the workers of a run."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

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


class FakeShotNetworks(FakeNetworks):
    """``FakeNetworks`` that read shots together, and miss the cel in a third of the drawings when alone."""

    reads_shots = True

    def __init__(self, facts: Mapping[str, str], *, batch_size: int, together: bool) -> None:
        super().__init__(facts, 0.0)
        self.batch_size, self.reads_shots = batch_size, together

    def window_of(self, height: int, width: int) -> int:
        return 4

    def open_shot(self) -> Any:
        from dougagen.reconstruction.shot_config import ShotConfig
        from dougagen.reconstruction.shot_reader import NetworkShotReader

        return NetworkShotReader(self, ShotConfig(window=4, context=2))

    def odds_of_each(self, pictures: Sequence[np.ndarray]) -> list[np.ndarray]:
        bright = [picture[..., 1] > 128 for picture in pictures]
        missed = [crc32(picture.tobytes()) % 3 == 0 for picture in pictures]
        return [
            np.where(mask, np.float16(-0.5 if lost else 3.0), np.float16(-3.0))
            for mask, lost in zip(bright, missed, strict=True)
        ]

    def drawn_of_each(self, pictures: Sequence[np.ndarray], odds: Sequence[Any], added: Sequence[Any]) -> Any:
        from dougagen.reconstruction.shot_reader import Drawn

        masks = [one.astype(np.float32) + more > 0 for one, more in zip(odds, added, strict=True)]
        fills = [np.zeros((4, *mask.shape), np.float16) for mask in masks]
        return [Drawn(m, m.view(np.uint8), f, 1.0, 1.0) for m, f in zip(masks, fills, strict=True)]

    def finished(self, pictures: Sequence[np.ndarray], drawn: Sequence[Any]) -> list[Reconstruction]:
        return [Reconstruction(CelMask(one.cel), Douga(one.classes), 0.5, 0.5) for one in drawn]

    def reconstruct(self, pictures: Sequence[np.ndarray]) -> list[Reconstruction]:
        odds = self.odds_of_each(pictures)
        return self.finished(pictures, self.drawn_of_each(pictures, odds, [np.zeros_like(o) for o in odds]))


@dataclass(frozen=True)
class LoadForShots:
    """What a run pickles to its workers, for networks that read shots."""

    batch_size: int = 2
    together: bool = True

    def __call__(self, number: int, jobs: int) -> FakeShotNetworks:
        return FakeShotNetworks({"fake": "shots"}, batch_size=self.batch_size, together=self.together)

    def devices(self) -> int:
        return 1


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
