"""From the planes of a decoded picture to right colours: matrix, range, full-range RGB."""

from __future__ import annotations

from threading import Lock
from typing import cast

import numpy as np
from av import VideoFrame
from av.video.format import VideoFormat
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from dougagen.footage.chroma import PlaneConverter, has_yuv_planes

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

HD_HEIGHT, HD_WIDTH = 720, 1280  # px; from either on an untagged picture is taken for BT.709 (1280×536 films)

UNTAGGED = 2  # AVCOL_SPC_UNSPECIFIED
UNTAGGED_RANGE = 0  # AVCOL_RANGE_UNSPECIFIED

_EXACT = Interpolation.POINT | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND
"""For what has no planes of its own (``chroma`` converts those). Colour patches are at most 2 levels off, 0.4
on average; FFmpeg's fast path: 3 and 1.1."""

_RESAMPLED = Interpolation.BICUBIC | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND
"""For a stretch of another size than the episode's; points would leave stairs."""

_TO_FULL = np.clip((np.arange(256) - 16) * 255 / 219 + 0.5, 0, 255).astype(np.uint8)  # limited grey → full

_FULL, _LIMITED = int(ColorRange.JPEG), int(ColorRange.MPEG)


def matrix_of(tag: int, *, width: int, height: int, pixel_format: VideoFormat) -> tuple[str, Colorspace]:
    """The matrix to convert with, by its tag, or by the size as stored where there is none.

    FFmpeg takes BT.601 for everything untagged, which is wrong by up to 23 levels in HD (measured).
    """
    if pixel_format.is_rgb:
        return "rgb", Colorspace.ITU709
    if tag in MATRICES:
        return MATRICES[tag]
    name, coefficients = MATRICES[1 if height >= HD_HEIGHT or width >= HD_WIDTH else 6]
    return f"{name} (assumed)", coefficients


def is_full_range(tag: int, *, pixel_format: VideoFormat) -> bool:
    """Whether luma spans 0–255 (RGB and the ``yuvj`` formats always do) rather than 16–235."""
    return tag == _FULL or pixel_format.is_rgb or pixel_format.name.startswith("yuvj")


class ColorConverter:
    """Converts decoded frames, from any thread: what is reused between calls stands behind a lock."""

    def __init__(
        self, *, width: int, height: int, matrix_tag: int = UNTAGGED, range_tag: int = UNTAGGED_RANGE
    ) -> None:
        """``width`` and ``height`` as stored. The tags are the container's: they hold for frames that carry
        none of their own (HEVC without video usability information in a Matroska file that has colours)."""
        self._width, self._height = width, height
        self._matrix_tag, self._range_tag = matrix_tag, range_tag
        self._reformatter, self._planes = VideoReformatter(), PlaneConverter()
        self._lock = Lock()

    def rgb(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """The picture as uint8[H, W, 3], full-range RGB, at the size of the episode as stored."""
        if frame.format.name.startswith("gray"):  # FFmpeg takes all grey for full range
            luma = self.luma(frame)
            full = luma if self._is_full(frame) else _TO_FULL[luma]
            return np.repeat(full[:, :, np.newaxis], 3, axis=2)  # [H, W] -> [H, W, 3]
        if (frame.width, frame.height) == (self._width, self._height) and has_yuv_planes(frame.format):
            matrix, full_range = self._matrix(frame), self._is_full(frame)
            with self._lock:
                return self._planes.rgb(frame, matrix=matrix, full_range=full_range)
        converted = self._convert(frame, "rgb24", target_full=True)
        return cast(NDArray[np.uint8], converted.to_ndarray())  # [H, W, 3]

    def luma(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """The Y plane as uint8[H, W] in the file's own range; free for 8-bit planar formats.

        The array keeps the decoder's buffer alive (array → plane → frame) and the decoder never writes
        into a picture that it has handed out.
        """
        layout = frame.format
        if (frame.width, frame.height) != (self._width, self._height) or not _has_y_plane(layout):
            if layout.is_rgb:
                return _plane(self._convert(frame, "gray", target_full=True), self._width, self._height)
            # to YUV, not to grey: FFmpeg stretches grey to the full range whatever it is asked for
            target = "yuvj420p" if self._is_full(frame) else "yuv420p"
            converted = self._convert(frame, target, target_full=self._is_full(frame))
            return _plane(converted, self._width, self._height)
        return _plane(frame, self._width, self._height)

    def _is_full(self, frame: VideoFrame) -> bool:
        tag = int(frame.color_range) or self._range_tag
        return is_full_range(tag, pixel_format=frame.format)

    def _matrix(self, frame: VideoFrame) -> Colorspace:
        tag = int(frame.colorspace)
        tag = self._matrix_tag if tag == UNTAGGED else tag
        return matrix_of(tag, width=frame.width, height=frame.height, pixel_format=frame.format)[1]

    def _convert(self, frame: VideoFrame, target: str, *, target_full: bool) -> VideoFrame:
        matrix = self._matrix(frame)
        same_size = (frame.width, frame.height) == (self._width, self._height)
        with self._lock:
            return self._reformatter.reformat(
                frame,
                width=self._width,
                height=self._height,
                format=target,
                src_colorspace=matrix,
                dst_colorspace=matrix,
                interpolation=_EXACT if same_size else _RESAMPLED,
                src_color_range=_FULL if self._is_full(frame) else _LIMITED,
                dst_color_range=_FULL if target_full else _LIMITED,
                threads=1,
            )


def _plane(frame: VideoFrame, width: int, height: int) -> NDArray[np.uint8]:
    """The first plane of a planar frame as uint8[H, W]; no copy where it has 8 bits."""
    layout, plane = frame.format, frame.planes[0]
    stored: NDArray[np.uint8] = np.frombuffer(memoryview(plane), np.uint8)
    rows = stored.reshape(-1, plane.line_size)[:height]  # [H, line_size]
    bits = layout.components[0].bits
    if bits == 8:
        return rows[:, :width]
    words = rows.view(np.uint16)[:, :width]  # [H, W]
    high_bits = layout.name.startswith(("p0", "p2", "p4"))  # P010: the value lies in the high bits
    shifted: NDArray[np.uint8] = (words >> (8 if high_bits else bits - 8)).astype(np.uint8)
    return shifted


def _has_y_plane(layout: VideoFormat) -> bool:
    """Whether component 0 has a plane of its own, as in yuv420p and nv12 but not in yuyv422 or rgb24."""
    if layout.is_rgb or layout.has_palette or layout.is_big_endian or layout.is_bit_stream:
        return False
    if not 8 <= layout.components[0].bits <= 16:  # grayf32
        return False
    return layout.name.startswith("gray") or (
        layout.is_planar and all(component.plane != 0 for component in layout.components[1:])
    )
