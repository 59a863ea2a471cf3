"""What every delivery shares: how an RGB picture becomes the YUV frame of a codec, and says so."""

from __future__ import annotations

from typing import Any

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""uint8[H, W, 3], RGB."""
MATRICES = {"bt709": Colorspace.ITU709, "bt601": Colorspace.ITU601}
H273 = {"bt709": (1, 1, 1), "bt601": (6, 6, 6)}
"""Primaries, transfer and matrix as code points of ITU-T H.273."""
LIMITED, FULL = 1, 2
"""Colour ranges as FFmpeg numbers them."""
REPEATABLE_X264 = "mbtree=0"
"""x264-params with which the same pictures give the same bytes: its macroblock tree (in assembly) reads
memory that was never written. Found by filling fresh memory with MALLOC_PERTURB_."""


def yuv_frame(
    reformatter: VideoReformatter, rgb: Picture, pixel_format: str, matrix: str, color_range: ColorRange
) -> Any:
    """``rgb`` (full range) as an av.VideoFrame of ``pixel_format`` by ``matrix`` (``bt709``, ``bt601``)."""
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
    yuv: Any = reformatter.reformat(
        frame, format=pixel_format, src_colorspace=Colorspace.ITU709, dst_colorspace=MATRICES[matrix],
        src_color_range=ColorRange.JPEG, dst_color_range=color_range, interpolation="BICUBIC",
    )  # fmt: skip
    return yuv


def joined_options(ours: dict[str, str], theirs: dict[str, str]) -> dict[str, str]:
    """Options of an encoder, where ``theirs`` win; of ``x264-params`` the later of two settings wins."""
    joined = ours | theirs
    if "x264-params" in ours and "x264-params" in theirs:
        joined["x264-params"] = ours["x264-params"] + ":" + theirs["x264-params"]
    return joined
