"""PICTURES → A VIDEO FILE: every frame at its place, the same bytes for the same pictures."""

from __future__ import annotations

from fractions import Fraction
from types import TracebackType
from typing import Any, BinaryIO, Literal, Self

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from numpy.typing import NDArray

from dougagen.errors import ExportError

_BT709 = 1  # primaries, transfer and matrix of ITU-T H.273
_LIMITED, _FULL = 1, 2  # colour ranges as FFmpeg numbers them
_REPEATABLE = "mbtree=0"
"""x264's macroblock tree reads memory that was never written: with it the same pictures give other bytes."""
Coding = Literal["color", "exact"]


class VideoFile:
    """One video that is written frame by frame into an open file; a context manager that ends it.

    ``color``: H.264 in MP4, 4:2:0, near lossless, for every player; uint8[H, W, 3] RGB with even sides.
    ``exact``: FFV1 in Matroska, grey, lossless; uint8[H, W].
    """

    def __init__(self, file: BinaryIO, coding: Coding, *, size: tuple[int, int], rate: Fraction) -> None:
        self._coding = coding
        kind, codec, options = (
            ("mp4", "libx264", {"crf": "12", "preset": "fast", "x264-params": _REPEATABLE})
            if coding == "color"
            else ("matroska", "ffv1", {"level": "3", "slices": "4", "slicecrc": "1"})
        )
        self._container: Any = av.open(file, "w", format=kind, options={"fflags": "+bitexact"})
        self._stream: Any
        self._stream = self._container.add_stream(codec, rate=rate)
        self._stream.options = options
        self._stream.height, self._stream.width = size
        self._stream.pix_fmt = "yuv420p" if coding == "color" else "gray"
        context: Any = self._stream.codec_context
        context.thread_count = 1
        context.flags |= int(av.codec.context.Flags.bitexact)
        context.color_range = _LIMITED if coding == "color" else _FULL
        if coding == "color":
            context.color_primaries = context.color_trc = context.colorspace = _BT709
        self._reformatter = VideoReformatter()
        self._base, self._count = 1 / rate, 0
        self._last: tuple[NDArray[np.uint8], Any] | None = None

    def add(self, picture: NDArray[np.uint8]) -> None:
        """The next frame. The very array of the frame before is not converted again."""
        if self._last is None or self._last[0] is not picture:
            self._last = (picture, self._frame(picture))
        frame = self._last[1]
        frame.pts, frame.time_base = self._count, self._base
        self._encode(frame)
        self._count += 1

    def _encode(self, frame: Any) -> None:
        """Raises ExportError for what the encoder does not take, OSError for what the disk does not."""
        try:
            self._container.mux(self._stream.encode(frame))
        except av.FFmpegError as error:
            if isinstance(error, OSError):
                raise
            raise ExportError(f"FFmpeg does not code these pictures ({error.strerror})") from error

    def _frame(self, picture: NDArray[np.uint8]) -> Any:
        if self._coding == "exact":
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="gray")
            frame.color_range = _FULL
            return frame
        rgb = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        return self._reformatter.reformat(
            rgb, format="yuv420p", src_colorspace=Colorspace.ITU709, dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG, dst_color_range=ColorRange.MPEG, interpolation="BICUBIC",
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._encode(None)
        finally:
            self._container.close()
