"""From the planes of a decoded picture to right colours: matrix, range, full-range RGB."""

from __future__ import annotations

from threading import Lock
from typing import cast

import numpy as np
from av import VideoFrame
from av.video.format import VideoFormat
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

MATRICES: dict[int, tuple[str, Colorspace]] = {
    1: ("bt709", Colorspace.ITU709),
    4: ("fcc", Colorspace.FCC),
    5: ("bt470bg", Colorspace.ITU601),
    6: ("smpte170m", Colorspace.ITU601),
    7: ("smpte240m", Colorspace.SMPTE240M),
    9: ("bt2020nc", Colorspace.BT2020),
    10: ("bt2020c", Colorspace.BT2020),
}
"""AVColorSpace → FFmpeg's name of the matrix, and what the converter calls its coefficients."""

HD_HEIGHT = 720  # px; the least height at which an untagged picture is taken for BT.709

_EXACT = Interpolation.POINT | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND
"""Colour patches are at most 2 levels off, 0.4 on average; FFmpeg's fast path: 3 and 1.1. A 1080p picture
takes 8 to 13 ms on one core, with interpolated chroma 24 ms."""

_FULL, _LIMITED = int(ColorRange.JPEG), int(ColorRange.MPEG)


def matrix_of(tag: int, *, height: int, pixel_format: VideoFormat) -> tuple[str, Colorspace]:
    """The matrix to convert with, by its tag, or by the height where there is none.

    FFmpeg takes BT.601 for everything untagged, which is wrong by up to 23 levels in HD (DESIGN 7).
    """
    if pixel_format.is_rgb:
        return "rgb", Colorspace.ITU709
    if tag in MATRICES:
        return MATRICES[tag]
    name, coefficients = MATRICES[1 if height >= HD_HEIGHT else 6]
    return f"{name} (assumed)", coefficients


def is_full_range(tag: int, *, pixel_format: VideoFormat) -> bool:
    """Whether luma spans 0–255 (RGB and the ``yuvj`` formats always do) rather than 16–235."""
    return tag == _FULL or pixel_format.is_rgb or pixel_format.name.startswith("yuvj")


class ColorConverter:
    """Converts decoded frames, from any thread: one reformatter is reused behind a lock.

    ``VideoReformatter`` keeps its scaling context between calls and is not made for two threads at once.
    """

    def __init__(self, *, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._reformatter = VideoReformatter()
        self._lock = Lock()

    def rgb(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """The picture as uint8[H, W, 3], full-range RGB, at the size of the episode."""
        _, matrix = matrix_of(int(frame.colorspace), height=frame.height, pixel_format=frame.format)
        full = is_full_range(int(frame.color_range), pixel_format=frame.format)
        converted = self._convert(frame, "rgb24", matrix, source_full=full, target_full=True)
        return cast(NDArray[np.uint8], converted.to_ndarray())  # [H, W, 3]

    def luma(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """The Y plane as uint8[H, W] in the file's own range; free for 8-bit planar formats.

        The array keeps the decoder's buffer alive (array → plane → frame) and the decoder never writes
        into a picture that it has handed out.
        """
        layout = frame.format
        same_size = (frame.width, frame.height) == (self._width, self._height)
        if not same_size or not _has_y_plane(layout):
            return self._converted_luma(frame)
        plane = frame.planes[0]
        stored: NDArray[np.uint8] = np.frombuffer(memoryview(plane), np.uint8)
        rows = stored.reshape(-1, plane.line_size)[: self._height]  # [H, line_size]
        bits = layout.components[0].bits
        if bits == 8:
            return rows[:, : self._width]
        words = rows.view(np.uint16)[:, : self._width]  # [H, W]
        high_bits = layout.name.startswith(("p0", "p2", "p4"))  # P010: the value lies in the high bits
        shifted: NDArray[np.uint8] = (words >> (8 if high_bits else bits - 8)).astype(np.uint8)
        return shifted

    def _converted_luma(self, frame: VideoFrame) -> NDArray[np.uint8]:
        _, matrix = matrix_of(int(frame.colorspace), height=frame.height, pixel_format=frame.format)
        full = is_full_range(int(frame.color_range), pixel_format=frame.format)
        converted = self._convert(frame, "gray", matrix, source_full=full, target_full=full)
        return cast(NDArray[np.uint8], converted.to_ndarray())  # [H, W]

    def _convert(
        self, frame: VideoFrame, target: str, matrix: Colorspace, *, source_full: bool, target_full: bool
    ) -> VideoFrame:
        with self._lock:
            return self._reformatter.reformat(
                frame,
                width=self._width,
                height=self._height,
                format=target,
                src_colorspace=matrix,
                dst_colorspace=matrix,
                interpolation=_EXACT,
                src_color_range=_FULL if source_full else _LIMITED,
                dst_color_range=_FULL if target_full else _LIMITED,
                threads=1,
            )


def _has_y_plane(layout: VideoFormat) -> bool:
    """Whether component 0 has a plane of its own, as in yuv420p and nv12 but not in yuyv422 or rgb24."""
    if layout.is_rgb or layout.has_palette or layout.is_big_endian or layout.is_bit_stream:
        return False
    return layout.name.startswith("gray") or (
        layout.is_planar and all(component.plane != 0 for component in layout.components[1:])
    )
