"""One picture through a codec, in memory, as it would look in a file of that codec.

An encoder for every picture costs 1.5 to 3 ms of the 5 to 35 ms (measured at 432 lines): none is kept, and
a picture depends on nothing that was coded before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from dougagen.errors import ConfigError
from dougagen.studio.delivery.coding import FULL, H273, LIMITED, MATRICES, Picture, yuv_frame

_ENCODERS = {
    "h264": "libx264",
    "hevc": "libx265",
    "mpeg2video": "mpeg2video",
    "mjpeg": "mjpeg",
    "mpeg4": "mpeg4",
    "vp9": "libvpx-vp9",
}
_DEEP = {"h264": "yuv420p10le", "hevc": "yuv420p10le"}


@dataclass(frozen=True, slots=True)
class Coding:
    """How a picture is coded."""

    codec: str = "h264"
    crf: int = 23
    """libx264's scale, translated for the other codecs."""
    preset: str = "superfast"
    """h264 only."""
    matrix: Literal["bt709", "bt601"] = "bt709"
    """Tagged and honoured: no colour cast."""
    ten_bit: bool = False
    """h264 and hevc only."""
    moved: tuple[int, int] | None = None
    """Coded as the difference to the same picture so many pixels (x, y) aside; None: an intra picture."""

    def __post_init__(self) -> None:
        if self.codec not in _ENCODERS:
            raise ConfigError(f"unknown codec {self.codec!r}", remedy=f"one of {', '.join(_ENCODERS)}")

    @property
    def pixel_format(self) -> str:
        """What the encoder is given."""
        if self.ten_bit:
            return _DEEP.get(self.codec, "yuv420p")
        return "yuvj420p" if self.codec == "mjpeg" else "yuv420p"


def coded(rgb: Picture, coding: Coding) -> Picture:
    """Encode and decode ``rgb`` (uint8[H, W, 3]); the result has the same size."""
    height, width = rgb.shape[:2]
    padded = cv2.copyMakeBorder(rgb, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    pictures = [np.ascontiguousarray(padded)]
    if coding.moved is not None:
        dx, dy = coding.moved
        pictures.insert(0, np.ascontiguousarray(np.roll(padded, (dy, dx), axis=(0, 1))))
    color_range = ColorRange.JPEG if coding.codec == "mjpeg" else ColorRange.MPEG
    encoder, to_yuv = _encoder(coding, *padded.shape[:2]), VideoReformatter()
    packets = []
    for index, picture in enumerate(pictures):
        frame = yuv_frame(to_yuv, picture, coding.pixel_format, coding.matrix, color_range)
        frame.pts = index
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    decoder: Any = av.CodecContext.create(coding.codec, "r")
    decoder.thread_count = 1
    if encoder.extradata:
        decoder.extradata = encoder.extradata
    decoded = [frame for packet in [*packets, None] for frame in decoder.decode(packet)]
    shown = VideoReformatter().reformat(
        decoded[-1], format="rgb24", src_colorspace=MATRICES[coding.matrix], dst_colorspace=Colorspace.ITU709,
        src_color_range=color_range, dst_color_range=ColorRange.JPEG, interpolation="BICUBIC",
    )  # fmt: skip
    return np.ascontiguousarray(shown.to_ndarray()[:height, :width])


def _encoder(coding: Coding, height: int, width: int) -> Any:
    encoder: Any = av.CodecContext.create(_ENCODERS[coding.codec], "w")
    encoder.height, encoder.width = height, width
    encoder.pix_fmt = coding.pixel_format
    encoder.time_base, encoder.framerate = Fraction(1, 24), Fraction(24)
    encoder.thread_count = 1
    encoder.color_primaries, encoder.color_trc, encoder.colorspace = H273[coding.matrix]
    encoder.color_range = FULL if coding.codec == "mjpeg" else LIMITED
    if coding.codec == "h264":
        encoder.options = {"crf": str(coding.crf), "preset": coding.preset, "tune": "zerolatency"}
    elif coding.codec == "hevc":
        quiet = "log-level=none:pools=none:frame-threads=1:bframes=0:rc-lookahead=0"
        encoder.options = {"preset": "ultrafast", "x265-params": f"crf={coding.crf}:{quiet}"}
    elif coding.codec == "vp9":
        crf = round(float(np.interp(coding.crf, [12, 30], [18, 48])))
        encoder.options = {
            "crf": str(crf), "b": "0", "deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0",
        }  # fmt: skip
    else:
        # quantiser scales: crf 12 looks like q 2, crf 30 like q 12
        q = round(float(np.interp(coding.crf, [12, 30], [2, 12])))
        encoder.qmin = encoder.qmax = max(q, 1)
        encoder.options = {"flags": "+qscale"}
        encoder.gop_size = 12
    return encoder
