"""Delivery: what mastering and broadcast do to a finished picture, and clips written to a file.

Nothing here moves an edge of luma by more than half a pixel, so the truth of the undelivered picture stays
valid. Edges of colour alone move by up to three quarters: 4:2:0 has one chroma sample for two pixels, and
swscale, like most players, repeats it.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from numpy.typing import NDArray

from dougagen.errors import ConfigError

Picture = NDArray[np.uint8]
"""uint8[H, W, 3], RGB."""

_ENCODERS = {"h264": "libx264", "hevc": "libx265", "mpeg2video": "mpeg2video", "mjpeg": "mjpeg"}
_MATRICES = {"bt709": Colorspace.ITU709, "bt601": Colorspace.ITU601}
_H273 = {"bt709": (1, 1, 1), "bt601": (6, 6, 6)}
"""Primaries, transfer and matrix as code points of ITU-T H.273."""
_LIMITED, _FULL = 1, 2


# ---- one picture through a codec -----------------------------------------------------------------
def encode_still(
    rgb: Picture, *, codec: str = "h264", crf: int = 23, rng: np.random.Generator | None = None
) -> Picture:
    """Encode and decode ``rgb`` (uint8[H, W, 3]) in memory; the result has the same size.

    ``crf`` is libx264's scale, translated for the other codecs. With ``rng`` the preset, the matrix
    (tagged and honoured: no colour cast) and whether the picture is coded as a difference to a
    neighbouring one are drawn by chance; without it BT.709 and an intra picture.
    Raises ConfigError for a codec that is not h264, hevc, mpeg2video or mjpeg.
    """
    if codec not in _ENCODERS:
        raise ConfigError(f"unknown codec {codec!r}", remedy=f"one of {', '.join(_ENCODERS)}")
    matrix = "bt709" if rng is None or rng.uniform() < 0.7 else "bt601"
    predicted = rng is not None and codec in ("h264", "mpeg2video") and rng.uniform() < 0.25
    height, width = rgb.shape[:2]
    padded = cv2.copyMakeBorder(rgb, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    padded = np.ascontiguousarray(padded)
    pictures = [_neighbour(rng, padded), padded] if predicted and rng is not None else [padded]
    encoder = _still_encoder(codec, crf, padded.shape, matrix, rng)
    to_yuv, to_rgb = VideoReformatter(), VideoReformatter()
    color_range = ColorRange.JPEG if codec == "mjpeg" else ColorRange.MPEG
    packets = []
    for index, picture in enumerate(pictures):
        frame = _yuv_frame(to_yuv, picture, encoder.pix_fmt, matrix, color_range)
        frame.pts = index
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    decoder: Any = av.CodecContext.create(codec, "r")
    decoder.thread_count = 1
    decoded = [frame for packet in [*packets, None] for frame in decoder.decode(packet)]
    shown = to_rgb.reformat(
        decoded[-1], format="rgb24", src_colorspace=_MATRICES[matrix], dst_colorspace=Colorspace.ITU709,
        src_color_range=color_range, dst_color_range=ColorRange.JPEG, interpolation="BICUBIC",
    )  # fmt: skip
    return np.ascontiguousarray(shown.to_ndarray()[:height, :width])


def _neighbour(rng: np.random.Generator, picture: Picture) -> Picture:
    """The picture a moment earlier: a little to the side."""
    dx, dy = (int(v) for v in rng.integers(-6, 7, 2))
    return np.ascontiguousarray(np.roll(picture, (dy, dx), axis=(0, 1)))


def _still_encoder(
    codec: str, crf: int, shape: tuple[int, ...], matrix: str, rng: np.random.Generator | None
) -> Any:
    encoder: Any = av.CodecContext.create(_ENCODERS[codec], "w")
    encoder.height, encoder.width = shape[0], shape[1]
    encoder.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 24), Fraction(24)
    encoder.thread_count = 1
    encoder.color_primaries, encoder.color_trc, encoder.colorspace = _H273[matrix]
    encoder.color_range = _FULL if codec == "mjpeg" else _LIMITED
    if codec == "h264":
        preset = "superfast" if rng is None else str(rng.choice(["ultrafast", "superfast", "veryfast"]))
        encoder.options = {"crf": str(crf), "preset": preset, "tune": "zerolatency"}
    elif codec == "hevc":
        quiet = "log-level=none:pools=none:frame-threads=1:bframes=0:rc-lookahead=0"
        encoder.options = {"preset": "ultrafast", "x265-params": f"crf={crf}:{quiet}"}
    else:
        # quantiser scales: crf 12 looks like q 2, crf 30 like q 12
        q = round(float(np.interp(crf, [12, 30], [2, 12])))
        encoder.qmin = encoder.qmax = max(q, 1)
        encoder.options = {"flags": "+qscale"}
        encoder.gop_size = 12
    return encoder


def _yuv_frame(
    reformatter: VideoReformatter, rgb: Picture, pixel_format: str, matrix: str, color_range: ColorRange
) -> Any:
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
    yuv: Any = reformatter.reformat(
        frame, format=pixel_format, src_colorspace=Colorspace.ITU709, dst_colorspace=_MATRICES[matrix],
        src_color_range=ColorRange.JPEG, dst_color_range=color_range, interpolation="BICUBIC",
    )  # fmt: skip
    return yuv


# ---- a clip in a file ------------------------------------------------------------------------------
def write_clip(
    path: Path | str,
    frames: Iterable[Picture],
    *,
    frame_rate: Fraction = Fraction(24000, 1001),
    crf: int = 18,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    matrix: str = "bt709",
    preset: str = "medium",
    options: dict[str, str] | None = None,
) -> int:
    """Write ``frames`` (uint8[H, W, 3] RGB, all of one even size) as Matroska; return how many.

    The colour is converted with ``matrix`` and the file says so. One thread and libavformat's bitexact
    mode: the same frames give the same bytes. ``options`` go to the encoder on top of ours.
    Raises ConfigError for no frames, odd sizes, or frames of different sizes.
    """
    stream_of_frames = iter(frames)
    first = next(stream_of_frames, None)
    if first is None:
        raise ConfigError("a clip needs at least one frame", where=path)
    height, width = first.shape[:2]
    if height % 2 or width % 2:
        raise ConfigError(f"{width}×{height} has an odd side", where=path, remedy="crop to even sides")
    reformatter = VideoReformatter()
    count = 0
    with av.open(f"file:{path}", "w", format="matroska", options={"fflags": "+bitexact"}) as container:
        stream = _clip_stream(container, codec, frame_rate, (width, height), pixel_format, matrix)
        stream.options = _clip_options(codec, crf, preset) | (options or {})
        for rgb in chain([first], stream_of_frames):
            if rgb.shape != first.shape:
                raise ConfigError(f"frame {count} is {rgb.shape}, the first was {first.shape}", where=path)
            frame = _yuv_frame(reformatter, rgb, pixel_format, matrix, ColorRange.MPEG)
            frame.pts, frame.time_base = count, 1 / frame_rate
            container.mux(stream.encode(frame))
            count += 1
        container.mux(stream.encode(None))
    return count


def _clip_options(codec: str, crf: int, preset: str) -> dict[str, str]:
    if codec == "libx264":
        return {"crf": str(crf), "preset": preset}
    if codec == "libx265":
        return {"preset": preset, "x265-params": f"crf={crf}:log-level=none:pools=none:frame-threads=1"}
    return {}


def _clip_stream(
    container: Any, codec: str, frame_rate: Fraction, size: tuple[int, int], pixel_format: str, matrix: str
) -> Any:
    stream = container.add_stream(codec, rate=frame_rate)
    stream.width, stream.height = size
    stream.pix_fmt = pixel_format
    context = stream.codec_context
    context.thread_count = 1
    context.color_primaries, context.color_trc, context.colorspace = _H273[matrix]
    context.color_range = _LIMITED
    context.flags |= int(av.codec.context.Flags.bitexact)
    return stream


# ---- any delivery ------------------------------------------------------------------------------------
def degrade(rng: np.random.Generator, picture: Picture) -> Picture:
    """``picture`` (uint8[H, W, 3]) as it may arrive: one random chain of mastering and coding."""
    if rng.uniform() < 0.12:
        return picture.copy()
    if rng.uniform() < 0.35:
        picture = _remastered(rng, picture)
    if rng.uniform() < 0.22:
        picture = _sharpened(rng, picture)
    if rng.uniform() < 0.12:
        picture = _banded(rng, picture)
    if rng.uniform() < 0.2:
        picture = _noisy(rng, picture)
    if rng.uniform() < 0.15:
        picture = _chroma_bled(rng, picture)
    return _coded(rng, picture)


def _coded(rng: np.random.Generator, picture: Picture) -> Picture:
    way = rng.choice(
        ["h264", "hevc", "mpeg2video", "mjpeg", "jpeg", "none"], p=[0.52, 0.08, 0.1, 0.05, 0.15, 0.1]
    )
    if way == "none":
        return picture
    if way == "jpeg":
        quality = int(rng.integers(55, 97))
        bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
        done, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
        assert done, "cv2 encodes every uint8 BGR picture"
        return np.asarray(cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)
    return encode_still(picture, codec=str(way), crf=int(np.clip(rng.normal(20, 4.5), 12, 30)), rng=rng)


def _remastered(rng: np.random.Generator, picture: Picture) -> Picture:
    """Drawn at fewer lines than shown: down, then up again, centres aligned."""
    height, width = picture.shape[:2]
    share = float(rng.choice([0.5, 2 / 3, 0.75, 0.8, 0.83, rng.uniform(0.5, 0.95)]))
    small = (max(round(width * share), 2), max(round(height * share), 2))
    up = int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4], p=[0.3, 0.45, 0.25]))
    return np.asarray(
        cv2.resize(
            cv2.resize(picture, small, interpolation=cv2.INTER_AREA), (width, height), interpolation=up
        ),
        np.uint8,
    )


def _sharpened(rng: np.random.Generator, picture: Picture) -> Picture:
    """An unsharp mask; with a wide one the halo of old masters shows."""
    soft = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.7, 1.8)))
    gain = float(rng.uniform(0.2, 1.0))
    return np.asarray(cv2.addWeighted(picture, 1 + gain, soft, -gain, 0), np.uint8)


def _banded(rng: np.random.Generator, picture: Picture) -> Picture:
    """Fewer levels than eight bits, as after a poor conversion."""
    step = float(rng.choice([2, 3, 4, 6]))
    levels = np.clip(np.round(np.arange(256) / step) * step, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(picture, levels), np.uint8)


def _noisy(rng: np.random.Generator, picture: Picture) -> Picture:
    """Dither or grain: white, or soft by a fraction of a pixel, in luma or in all channels."""
    height, width = picture.shape[:2]
    tile = rng.standard_normal((128, 192, 3 if rng.uniform() < 0.3 else 1), np.float32)
    tile = np.broadcast_to(tile, (128, 192, 3)) * np.float32(rng.choice([0.6, 1.2, 2.5, 4.0, 6.0]))
    noise = np.tile(tile, (height // 128 + 1, width // 192 + 1, 1))[:height, :width]
    if rng.uniform() < 0.5:
        noise = cv2.GaussianBlur(noise, (0, 0), 0.7) * 1.8
    return np.asarray(cv2.add(picture, noise, dtype=cv2.CV_8U), np.uint8)


def _chroma_bled(rng: np.random.Generator, picture: Picture) -> Picture:
    """Chroma with much less resolution than luma (tape, analogue masters); luma is untouched."""
    ycc = cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb)
    soft = cv2.blur(ycc, (int(rng.choice([3, 5, 7, 9])), int(rng.choice([1, 3]))))
    soft[..., 0] = ycc[..., 0]
    return np.asarray(cv2.cvtColor(soft, cv2.COLOR_YCrCb2RGB), np.uint8)
