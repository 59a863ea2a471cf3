"""The best picture of a drawing: a hold shows it several times, with other coding noise and grain each time.

Measured on studio clips against the uncompressed frames (``tests/bench/test_bench_best_picture.py``). Where
an encoder copies a held frame, as x264 and x265 do of clean material, all frames of a hold have the same
noise and one is as good as the mean (0.00 to 0.05 dB). With grain, or where the encoder spends bits anew on
every frame (MPEG-2 discs and broadcasts), the mean of four gains 0.1 to 2.3 dB, the last single frame far
less. So frames are averaged where they differ, and one is converted where they do not.

Nothing is blurred for it: pixels around which a frame shows something else than the reference are left out of
the mean, frames between which camera or light moved are not mixed at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureConfig:
    """How the picture of a drawing is made of the frames that show it."""

    most_frames: int = 4
    """Frames averaged at most, spread over the hold; 1 takes the reference as it is. Each costs a conversion
    to RGB (1080p: 10 ms); six instead of four gain 0.1 dB."""
    least_noise: float = 0.15
    """8-bit levels: mean difference between the frames of a hold below which averaging gains under 0.1 dB."""
    stride: int = 8  # px; every eighth pixel of every eighth row tells whether a frame still shows the same
    same_light: float = 0.75  # levels by which the mean may drift in a hold: a fade takes more, grain 0.02
    exactly_still: float = 1.0  # levels of mean difference within which frames after a movement still stand
    region: int = 5  # px; noise is everywhere, what was redrawn fills a region
    least_change: float = 4.0  # levels of mean difference in a region that are no noise in a clean picture …
    noise_factor: float = 10.0  # … and in a noisy one so many times the picture's own (it sits at edges)
    most_changed: float = 0.02  # share of the picture; a frame that differs in more is not mixed at all
    steady: int = 4  # frames; what stands so long is not given up for what stands longer
    more_light: float = 1.2  # times the contrast: what comes out of a fade or a flash is taken instead


_USUAL = PictureConfig()


@dataclass(slots=True, eq=False)
class _Stretch:
    """Frames in a row between which nothing moved; the first is the reference."""

    reference: Frame
    sample: NDArray[np.int16]
    """int16[h, w]: luma of the reference, thinned out."""
    length: int = 1
    frames: list[Frame] = field(default_factory=list)
    """Spread evenly over the stretch; the reference is not among them."""
    apart: int = 1
    """Frames from one of them to the next."""

    @property
    def contrast(self) -> float:
        return float(self.sample.std())


class BestPicture:
    """Makes the picture of each exposure; a ``PictureOfHold``. Keeps at most ``2 × most_frames`` frames."""

    def __init__(self, config: PictureConfig = _USUAL) -> None:
        self._config = config
        self._best: _Stretch | None = None
        self._running: _Stretch | None = None

    def begin(self, frame: Frame) -> None:
        """An exposure begins with ``frame``."""
        self._best, self._running = None, _Stretch(frame, _thinned(frame, config=self._config))

    def add(self, frame: Frame, moved: bool) -> None:
        """``frame`` shows the same drawing; ``moved``: elsewhere or in another light than the first one."""
        assert self._running is not None, "begin comes before add"
        sample = _thinned(frame, config=self._config)
        if frame.damaged == self._running.reference.damaged and _stands(
            self._running, sample, moved=moved, config=self._config
        ):
            _lengthen(self._running, frame, most=self._config.most_frames - 1)
            return
        self._best = _better(self._best, self._running, config=self._config)
        self._running = _Stretch(frame, sample)

    def finish(self) -> tuple[NDArray[np.uint8], Frame]:
        """The picture, uint8[H, W, 3] RGB, and the frame that it stands for, the first of its stretch."""
        assert self._running is not None, "begin comes before finish"
        best = _better(self._best, self._running, config=self._config)
        self._best = self._running = None
        return self._picture_of(best), best.reference

    def _picture_of(self, stretch: _Stretch) -> NDArray[np.uint8]:
        reference = stretch.reference.rgb()
        noise = [
            float(np.abs(_thinned(other, config=self._config) - stretch.sample).mean())
            for other in stretch.frames
        ]
        if not noise or max(noise) < self._config.least_noise:
            return reference
        return _mean_where_alike(reference, stretch, max(noise), config=self._config)


def _thinned(frame: Frame, *, config: PictureConfig) -> NDArray[np.int16]:
    return frame.luma[:: config.stride, :: config.stride].astype(np.int16)


def _stands(stretch: _Stretch, sample: NDArray[np.int16], *, moved: bool, config: PictureConfig) -> bool:
    """Whether a frame shows the same, in the same place and light, as the stretch's reference."""
    if sample.shape != stretch.sample.shape:
        return False
    difference = sample - stretch.sample
    if abs(float(difference.mean())) > config.same_light:
        return False
    return not moved or float(np.abs(difference).mean()) < config.exactly_still


def _lengthen(stretch: _Stretch, frame: Frame, *, most: int) -> None:
    """One frame more; when there are too many, every other one is let go."""
    if stretch.length % stretch.apart == 0 and most > 0:
        stretch.frames.append(frame)
        if len(stretch.frames) > most:
            stretch.frames = stretch.frames[1::2]
            stretch.apart *= 2
    stretch.length += 1


def _better(best: _Stretch | None, other: _Stretch, *, config: PictureConfig) -> _Stretch:
    """The stretch to take the picture from: undamaged, then in full light, then standing; else the first."""
    if best is None:
        return other
    if best.reference.damaged != other.reference.damaged:
        return other if best.reference.damaged else best
    if other.contrast > config.more_light * best.contrast:
        return other
    longer = best.length < config.steady and other.length > best.length
    return other if longer and config.more_light * other.contrast > best.contrast else best


def _mean_where_alike(
    reference: NDArray[np.uint8], stretch: _Stretch, noise: float, *, config: PictureConfig
) -> NDArray[np.uint8]:
    """The mean of the stretch's frames, pixel by pixel of those that show there what the reference shows."""
    luma = stretch.reference.luma
    if reference.shape[:2] != luma.shape:  # resampled to square pixels: the planes do not lie on each other
        return reference
    most = max(config.least_change, config.noise_factor * noise)
    total: Any = reference.astype(np.uint16)
    count = np.ones(luma.shape, np.uint16)
    for frame in stretch.frames:
        difference = cv2.blur(cv2.absdiff(luma, frame.luma), (config.region, config.region))
        alike = (difference <= most).view(np.uint8)
        if cv2.countNonZero(alike) < (1 - config.most_changed) * alike.size:
            continue
        total = cv2.add(total, frame.rgb(), dst=total, mask=alike, dtype=cv2.CV_16U)
        count += alike
    return cast("NDArray[np.uint8]", cv2.divide(total, cv2.merge([count] * 3), dtype=cv2.CV_8U))
