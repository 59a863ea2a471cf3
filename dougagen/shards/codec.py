"""PICTURES ⇄ PNG: colour as RGB, the cel mask as grey 0 and 255, douga as palette whose pixel is the class.

OpenCV and zlib release the interpreter's lock, so a pool of threads codes pictures side by side.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import PALETTE, CelMask, Douga
from dougagen.domain.png import IHDR, SIGNATURE, PngColor, encode_png, png_chunk
from dougagen.errors import ShardError

MAX_PIXELS = 64_000_000
"""Larger pictures are refused before anything is allocated for them; an 8K frame has half as many. To read a
record takes some 10 bytes a pixel."""


@dataclass(frozen=True, slots=True)
class PngHeader:
    """What the first chunk of a PNG says."""

    width: int
    height: int
    bit_depth: int
    color_type: int
    interlace: int


def png_header(data: bytes) -> PngHeader:
    """Read the header and nothing else. Raises ShardError where the bytes are no PNG or too many pixels."""
    if len(data) < 33 or data[:8] != SIGNATURE or data[12:16] != b"IHDR":
        raise ShardError("the picture is not a PNG")
    width, height, bit_depth, color_type, _, _, interlace = IHDR.unpack(data[16:29])
    if not 0 < width * height <= MAX_PIXELS:
        raise ShardError(f"a PNG of {width}×{height} pixels is outside the limit of {MAX_PIXELS} pixels")
    return PngHeader(width, height, bit_depth, color_type, interlace)


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height, from the header alone. Raises ShardError."""
    header = png_header(data)
    return header.width, header.height


def _opencv_png(image: NDArray[np.uint8]) -> bytes:
    # No parameters on purpose: any explicit level is slower (1080p: 46 ms; measured).
    coded, data = cv2.imencode(".png", image)
    if not coded:
        raise ShardError(f"OpenCV could not code a picture of shape {image.shape} as PNG")
    return data.tobytes()


def encode_color(color: NDArray[np.uint8]) -> bytes:
    """uint8[H, W, 3] RGB → RGB PNG, lossless."""
    return _opencv_png(cv2.cvtColor(color, cv2.COLOR_RGB2BGR).astype(np.uint8, copy=False))


def encode_cel_mask(cel_mask: CelMask) -> bytes:
    """The mask as 8-bit grey PNG, 0 off the cel and 255 on it (a bilevel one reads as bool in PIL)."""
    return encode_mask(cel_mask.pixels)


def encode_mask(pixels: NDArray[np.bool_]) -> bytes:
    """bool[H, W] → 8-bit grey PNG of 0 and 255."""
    return _opencv_png(pixels.view(np.uint8) * np.uint8(255))


def encode_douga(douga: Douga) -> bytes:
    """The class map as 8-bit palette PNG: the pixel is the class, a viewer shows ``PALETTE``.

    OpenCV writes no palettes.
    """
    return encode_png(douga.classes, palette=PALETTE)


def _raw_chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Kind and whole bytes of every chunk up to the end, checksums compared.

    libpng would print about a damaged one to stderr and, for some kinds, go on.
    """
    view, at = memoryview(data), len(SIGNATURE)
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 12 + length
        if end > len(data):
            break
        kind = data[at + 4 : at + 8]
        if zlib.crc32(view[at + 4 : end - 4]) != struct.unpack_from(">I", data, end - 4)[0]:
            raise ShardError(f"the PNG is damaged (checksum of its chunk {kind!r})")
        yield kind, view[at:end]
        if kind == b"IEND":
            return
        at = end
    raise ShardError("the PNG is cut short")


def _pixels(data: bytes, column: str, color_type: PngColor) -> NDArray[np.uint8]:
    """The samples of an 8-bit PNG as they are stored: uint8[H, W], or uint8[H, W, 3] in BGR for RGB.

    Only header and samples reach OpenCV, a palette image as a grey one: so indices are not turned into
    colours, a transparent entry adds no channel, and no other chunk of a stranger's file is looked at.
    """
    header = png_header(data)
    if (header.bit_depth, header.color_type) != (8, color_type):
        raise ShardError(
            f"{column} must be an 8-bit {color_type.name} PNG,"
            f" got {header.bit_depth} bits and colour type {header.color_type}"
        )
    shown = PngColor.RGB if color_type == PngColor.RGB else PngColor.GREY
    first = png_chunk(b"IHDR", IHDR.pack(header.width, header.height, 8, shown, 0, 0, header.interlace))
    kept = [chunk for kind, chunk in _raw_chunks(data) if kind in (b"IDAT", b"IEND")]
    shape = (header.height, header.width, 3) if shown == PngColor.RGB else (header.height, header.width)
    try:
        coded = np.frombuffer(b"".join((SIGNATURE, first, *kept)), np.uint8)
        image = cv2.imdecode(coded, cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise ShardError(f"{column} does not decode: {error.err}") from error
    if image is None:
        raise ShardError(f"{column} does not decode")
    if image.dtype != np.uint8 or image.shape != shape:
        raise ShardError(f"{column} decodes to {image.dtype}{list(image.shape)}, wanted uint8{list(shape)}")
    return image.astype(np.uint8, copy=False)


def decode_color(data: bytes, *, column: str = "color") -> NDArray[np.uint8]:
    """RGB PNG → uint8[H, W, 3] RGB. Raises ShardError, which names the ``column``."""
    bgr = _pixels(data, column, PngColor.RGB)
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)


def decode_cel_mask(data: bytes) -> CelMask:
    """Grey PNG of 0 and 255 → the mask. Raises ShardError, also for any third value."""
    return CelMask(decode_mask(data, column="cel_mask"))


def decode_mask(data: bytes, *, column: str) -> NDArray[np.bool_]:
    """Grey PNG of 0 and 255 → bool[H, W]. Raises ShardError, also for any third value."""
    grey = _pixels(data, column, PngColor.GREY)
    pixels: NDArray[np.bool_] = grey == 255
    if cv2.countNonZero(grey) != np.count_nonzero(pixels):
        raise ShardError(f"{column} holds values other than 0 and 255")
    return pixels


def decode_douga(data: bytes) -> Douga:
    """Palette PNG → the class map. Raises ShardError; DomainError for a pixel that is no class."""
    return Douga(_pixels(data, "douga", PngColor.PALETTE))
