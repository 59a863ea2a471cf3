"""Picture files from strangers: what the header announces is checked before anything is decoded.

A PNG of a few kilobytes can announce a picture of gigabytes; OpenCV allocates what is announced and fills
what is missing with grey. So the size limit looks at the header, and a PNG's chunks are checked to its end.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.errors import LabelError
from dougagen.files import read_file, refused_as

LARGEST_FILE = 128 * 2**20
"""Bytes."""
LARGEST_PICTURE = 8192 * 4320
"""Pixels: 8K. Reading a douga takes some 30 bytes a pixel."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""Markers that carry the picture's size: SOF0 to SOF15 without DHT, JPG and DAC."""


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """What a file says of its picture."""

    kind: str
    """``png`` or ``jpeg``."""
    width: int
    height: int
    bits: int
    """Of one channel, or of a palette index."""


def read_rgb(path: Path, *, kinds: tuple[str, ...] = ("png", "jpeg")) -> NDArray[np.uint8]:
    """The picture as uint8[H, W, 3] RGB or [H, W, 4] RGBA, its samples as they stand: gamma and colour
    profile are not applied, since a palette names samples.

    Raises LabelError where the file is none of ``kinds`` by its content, has more than 8 bits a channel, is
    too large, damaged or incomplete.
    """
    data = _read_bytes(path)
    header = read_header(data, path)
    if header.kind not in kinds:
        what = f"is a {header.kind.upper()}, which smears thin lines"
        raise LabelError(
            what, where=path, remedy="draw in PNG from the start: what JPEG has smeared stays smeared"
        )
    if header.bits > 8:
        what = f"has {header.bits} bits a channel"
        raise LabelError(what, where=path, remedy="save it with 8 bits a channel, where rounding can be seen")
    if header.kind == "png":
        _require_whole_png(data, path)
    # IMREAD_UNCHANGED keeps alpha and depth, and does not turn a picture by its EXIF orientation
    try:
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise LabelError(f"cannot be decoded ({error.err})", where=path) from error
    if decoded is None or decoded.shape[:2] != (header.height, header.width):
        raise LabelError("is damaged: its picture cannot be decoded", where=path, remedy="save it again")
    return _as_rgb(decoded.astype(np.uint8, copy=False))


def read_picture(path: Path) -> NDArray[np.uint8]:
    """The picture as uint8[H, W, 3] RGB, what is transparent laid over white. Raises LabelError."""
    image = read_rgb(path)
    if image.shape[2] == 3:
        return image
    alpha = image[..., 3:].astype(np.float32) / 255
    return np.rint(image[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)


def read_header(data: bytes, path: Path) -> PictureHeader:
    """Kind and size from the first bytes; raises LabelError for other files and for too many pixels."""
    if data.startswith(_PNG) and data[12:16] == b"IHDR" and len(data) >= 26:
        width, height, bits = struct.unpack(">IIB", data[16:25])
        header = PictureHeader("png", width, height, bits)
    elif data.startswith(_JPEG):
        header = _jpeg_header(data, path)
    else:
        raise LabelError("is neither PNG nor JPEG", where=path, remedy="save it as PNG")
    if header.width < 1 or header.height < 1:
        raise LabelError("announces a picture without pixels", where=path)
    if header.width * header.height > LARGEST_PICTURE:
        raise LabelError(
            f"announces {header.width}×{header.height} pixels, more than {LARGEST_PICTURE:,}",
            where=path,
            remedy="labels have the size of a video frame",
        )
    return header


def _read_bytes(path: Path) -> bytes:
    with refused_as(LabelError, path, what="cannot be read"):
        return read_file(path, most=LARGEST_FILE)


def _jpeg_header(data: bytes, path: Path) -> PictureHeader:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte before the marker
            at += 1
            continue
        if marker in _JPEG_FRAMES:
            bits, height, width = struct.unpack(">BHH", data[at + 4 : at + 9])
            return PictureHeader("jpeg", width, height, bits)
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    raise LabelError("is damaged: a JPEG without a frame header", where=path, remedy="save it again")


def _require_whole_png(data: bytes, path: Path) -> None:
    """Every chunk is there with its right checksum, and the last one is IEND."""
    at, kind = len(_PNG), b""
    while at + 12 <= len(data) and kind != b"IEND":
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, end = data[at + 4 : at + 8], at + 12 + length
        checksum = zlib.crc32(memoryview(data)[at + 4 : end - 4])
        if end > len(data) or checksum != int.from_bytes(data[end - 4 : end], "big"):
            break
        at = end
    else:
        if kind == b"IEND":
            return
    raise LabelError("is damaged or incomplete", where=path, remedy="copy or save it again")


def _as_rgb(decoded: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8[H, W], BGR or BGRA -> RGB or RGBA."""
    if decoded.ndim == 2:
        return np.repeat(decoded[..., None], 3, axis=2)  # [H, W] -> [H, W, 3]
    order = [2, 1, 0] if decoded.shape[2] == 3 else [2, 1, 0, 3]
    return np.ascontiguousarray(decoded[..., order])
