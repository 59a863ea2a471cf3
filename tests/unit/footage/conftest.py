"""Clips drawn and encoded by the tests themselves: small, exact, of every codec that matters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def background(width: int = 320, height: int = 240) -> Picture:
    """A painted sky and an old fence: smooth and textured parts, the same at each call."""
    noise = np.random.default_rng(1).normal(0, 1, (height, width, 3)).astype(np.float32)
    picture = 140 + 200 * cv2.GaussianBlur(noise, (0, 0), 9)
    for x in np.cumsum(np.random.default_rng(2).integers(14, 34, width // 14)).tolist():
        cv2.rectangle(picture, (x, height * 2 // 3), (x + 9, height), (90, 120, 170), -1)
        cv2.rectangle(picture, (x, height * 2 // 3), (x + 9, height), (40, 40, 50), 1)
    return np.clip(picture, 0, 255).astype(np.uint8)


def with_drawing(picture: Picture, name: str, *, mouth: str = "closed", left: int = 0) -> Picture:
    """A head whose hair hangs as the letter says: a stand-in for one drawing of a cel."""
    scene = picture.copy()
    turn = np.random.default_rng(ord(name)).integers(-12, 13, (6, 2)).tolist()
    x, y = scene.shape[1] // 2 + left, scene.shape[0] // 2
    cv2.ellipse(scene, (x, y), (44, 58), 0, 0, 360, (235, 205, 185), -1, cv2.LINE_AA)
    cv2.ellipse(scene, (x, y), (44, 58), 0, 0, 360, (50, 35, 30), 2, cv2.LINE_AA)
    for lock in range(5):
        tip = (x - 52 + 26 * lock + turn[lock][0], y + turn[lock][1])
        cv2.line(scene, (x, y - 56), tip, (110, 60, 40), 5, cv2.LINE_AA)
    eyes = 18 + turn[5][0] // 4
    for side in (-eyes, eyes):
        cv2.circle(scene, (x + side, y + 4), 5, (40, 60, 110), -1, cv2.LINE_AA)
    if mouth == "open":
        cv2.ellipse(scene, (x, y + 34), (8, 5), 0, 0, 360, (130, 50, 50), -1, cv2.LINE_AA)
    else:
        cv2.line(scene, (x - 8, y + 34), (x + 8, y + 34), (110, 60, 50), 1, cv2.LINE_AA)
    return scene


@pytest.fixture
def write_clip(tmp_path: Path) -> Callable[..., Path]:
    """Encode RGB pictures to a file; returns its path."""

    def write(
        pictures: Iterable[Picture],
        name: str = "clip.mkv",
        *,
        codec: str = "libx264",
        pixel_format: str = "yuv420p",
        options: dict[str, str] | None = None,
        matrix: int | None = None,
        color_range: int = 1,
        tagged: bool = True,
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            stream = None
            for index, picture in enumerate(pictures):
                if stream is None:
                    stream = container.add_stream(codec, rate=24, options=options or {})
                    stream.height, stream.width = picture.shape[:2]
                    stream.pix_fmt = pixel_format
                    stream.codec_context.thread_count = 1
                    if matrix is not None and tagged:
                        stream.codec_context.colorspace = matrix
                        stream.codec_context.color_range = color_range
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                if matrix is not None:
                    coefficients = {1: 1, 5: 5, 6: 5}[matrix]
                    frame = frame.reformat(
                        format=pixel_format,
                        dst_colorspace=coefficients,
                        src_color_range=2,
                        dst_color_range=color_range,
                        interpolation=av.video.reformatter.Interpolation.BICUBIC
                        | av.video.reformatter.Interpolation.ACCURATE_RND
                        | av.video.reformatter.Interpolation.FULL_CHR_H_INP,
                    )
                    frame.colorspace = matrix if tagged else 2
                    frame.color_range = color_range if tagged else 0
                frame.pts = index
                container.mux(stream.encode(frame))
            assert stream is not None
            container.mux(stream.encode())
        return path

    return write


@pytest.fixture
def painted() -> Callable[..., Picture]:
    """``background`` as a fixture: test folders are no packages, so helpers come this way."""
    return background


@pytest.fixture
def drawn() -> Callable[..., Picture]:
    """``with_drawing`` as a fixture."""
    return with_drawing


def ramp_picture(index: int, width: int = 96, height: int = 64) -> Picture:
    """A flat grey, 3 levels brighter than the one before it: a frame's luma tells its index."""
    return np.full((height, width, 3), 20 + 3 * index, np.uint8)


@pytest.fixture
def shown() -> Callable[..., int]:
    """Which picture of the ramp a limited-range luma plane shows, by its middle."""

    def number(luma: NDArray[np.uint8]) -> int:
        height, width = luma.shape
        middle = luma[height // 4 : height * 3 // 4, width // 4 : width * 3 // 4]
        return round(((float(middle.mean()) - 16) * 255 / 219 - 20) / 3)

    return number


QUIET = {"libx265": {"x265-params": "log-level=none"}, "libsvtav1": {"preset": "10"}}


@pytest.fixture
def encode(tmp_path: Path) -> Callable[..., Path]:
    """Encode pictures, or the ramp, under stamps of one's own choosing, in 24ths of a second."""

    def write(
        name: str,
        codec: str = "libx264",
        *,
        pictures: Iterable[Picture] | None = None,
        frames: int = 60,
        pixel_format: str = "yuv420p",
        options: dict[str, str] | None = None,
        stamps: Callable[[int], int] = lambda index: index,
        prepare: Callable[[av.container.OutputContainer, av.VideoStream], None] = lambda *_: None,
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=24, options=QUIET.get(codec, {}) | (options or {}))
            stream.pix_fmt = pixel_format
            stream.codec_context.thread_count = 1
            stream.codec_context.time_base = Fraction(1, 24)
            for index, picture in enumerate(pictures or (ramp_picture(i) for i in range(frames))):
                if index == 0:
                    stream.height, stream.width = picture.shape[:2]
                    prepare(container, stream)
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts, frame.time_base = stamps(index), Fraction(1, 24)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    return write
