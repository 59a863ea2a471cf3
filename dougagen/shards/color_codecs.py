"""COLOUR ⇄ PNG, WebP, JPEG XL: the same pixels, bit for bit, in fewer bytes.

A picture says itself which of them it is. Of each, one form is read, the one that is written here: 8-bit RGB
without loss, one frame as large as the picture, no transparency. Its size is read from the header, and
bounded, before anything is allocated for its pixels. guide/dataset.md#size-on-disk has what each costs.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.choices import ColorCodec
from dougagen.errors import ShardError, UsageError
from dougagen.shards import codec

_JXL_EFFORT = 7
"""Of [1, 9]: less than 4 codes faster than PNG and leaves more bytes than WebP, which then is the better
choice; 9 takes ten times as long for 2 % (measured)."""
_WEBP_LARGEST = 16_383  # px a side; its header has 14 bits for it
_WEBP = struct.Struct("<4sI4s4sIBI")  # RIFF, bytes after this, WEBP, VP8L, bytes of the chunk, 0x2f, sizes
_JXL = b"\xff\x0a"
_JXL_WANTED = "color must be an 8-bit JPEG XL without loss, of one frame and no transparency"
_RATIOS = ((0, 1), (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
"""Width to height, as JPEG XL abbreviates it; the first: not abbreviated."""


def require_color_codec(name: str) -> ColorCodec:
    """``name`` where pictures can be coded so here. Raises UsageError: what there is, or what to install."""
    for known in get_args(ColorCodec):
        if name == known:
            if name == "jxl":
                _jpeg_xl()
            return known
    raise UsageError(f"--color-codec must be {', '.join(get_args(ColorCodec))}, got {name!r}")


def encode_color(color: NDArray[np.uint8], color_codec: ColorCodec = "png") -> bytes:
    """uint8[H, W, 3] RGB → a picture without loss. Raises ShardError, UsageError."""
    return _ENCODE[color_codec](color)


def decode_color(data: bytes) -> NDArray[np.uint8]:
    """A picture that ``encode_color`` made → uint8[H, W, 3] RGB. Raises ShardError."""
    return _DECODE[color_codec_of(data)](data)


def color_codec_of(data: bytes) -> ColorCodec:
    """By the first bytes; what is none of them is taken for a PNG, whose reader says what is wrong."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return "jxl" if data[:2] == _JXL or data[4:8] == b"JXL " else "png"


def color_size(data: bytes) -> tuple[int, int]:
    """Width and height, from the header alone. Raises ShardError, also for more than ``MAX_PIXELS``."""
    return _SIZE[color_codec_of(data)](data)


def _encode_webp(color: NDArray[np.uint8]) -> bytes:
    from PIL import (
        Image,
    )  # OpenCV's lossless WebP takes ten times as long as a PNG, at any setting (measured)

    height, width = color.shape[:2]
    if max(height, width) > _WEBP_LARGEST:
        raise ShardError(
            f"a WebP has at most {_WEBP_LARGEST} pixels a side, the picture is {width}×{height}",
            remedy="use --color-codec png",
        )
    coded = io.BytesIO()
    Image.fromarray(color).save(coded, "WEBP", lossless=True, method=0, quality=0)
    return coded.getvalue()


def _webp_size(data: bytes) -> tuple[int, int]:
    if len(data) < _WEBP.size:
        raise ShardError("the WebP is cut short")
    _, after, _, kind, length, signature, sizes = _WEBP.unpack_from(data)
    if kind != b"VP8L" or signature != 0x2F:
        raise ShardError("color must be a WebP without loss and nothing else in it")
    if after != len(data) - 8 or length > after - 12:
        raise ShardError("the WebP is cut short, or longer than it says")
    if sizes >> 28:
        raise ShardError("color must not be transparent")
    return _bounded(1 + (sizes & 0x3FFF), 1 + (sizes >> 14 & 0x3FFF))


def _decode_webp(data: bytes) -> NDArray[np.uint8]:
    width, height = _webp_size(data)
    try:
        bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise ShardError(f"color does not decode: {error.err}") from error
    if bgr is None:
        raise ShardError("color does not decode: the WebP is damaged")
    return _of_size(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), width, height)


def _jpeg_xl() -> Any:
    try:
        import pillow_jxl
    except ImportError as error:
        remedy = "pip install 'dougagen[jxl]'"
        raise UsageError("JPEG XL needs a library that is not installed", remedy=remedy) from error
    return pillow_jxl


def _encode_jxl(color: NDArray[np.uint8]) -> bytes:
    height, width = color.shape[:2]
    encoder = _jpeg_xl().Encoder(
        mode="RGB", lossless=True, quality=100, decoding_speed=0, effort=_JXL_EFFORT,
        use_container=False, use_original_profile=True, num_threads=0,  # the records are coded side by side
    )  # fmt: skip
    nothing = {"exif": None, "jumb": None, "xmp": None, "compress": False}
    data = bytes(encoder(color.tobytes(), width, height, jpeg_encode=False, **nothing))
    _require_one_frame(data)  # what this reader would refuse is not written either
    return data


def _jxl_size(data: bytes) -> tuple[int, int]:
    """Width and height of the picture. Its frame may be larger: see ``_require_one_frame``."""
    return _jxl_header(data)[:2]


def _jxl_header(data: bytes) -> tuple[int, int, _Bits | None]:
    """ISO/IEC 18181-1, the size header and the metadata up to the extra channels; what comes after them, or
    None where the metadata are those of a picture with loss."""
    if data[:2] != _JXL:
        raise ShardError(f"{_JXL_WANTED}, in no container")
    bits = _Bits(data[2:66])
    in_eights = bits.take(1)
    height = bits.side(in_eights)
    across, down = _RATIOS[bits.take(3)]
    width = height * across // down if across else bits.side(in_eights)
    is_default = bits.take(1)
    # further fields (orientation, preview, animation), floats, more than 8 bits; buffers; extra channels
    if not is_default and any((bits.take(1), bits.take(1), bits.take(2), bits.take(1) * 0, bits.take(2))):
        raise ShardError(_JXL_WANTED)
    return *_bounded(width, height), None if is_default else bits


def _require_one_frame(data: bytes) -> None:
    """Raise ShardError unless the first frame is the last, and as large as the picture.

    Frames say their own sizes. One that is never shown, of 2³⁰ pixels a side, would take what memory there
    is, whatever size the picture has; so do several of them.
    """
    bits = _jxl_header(data)[2]
    # no XYB, sRGB, no extensions, the usual upsampling; the frame begins with a byte
    is_plain = bits is not None and (bits.take(1), bits.take(1), bits.take(2), bits.take(1)) == (0, 1, 0, 1)
    if bits is None or not is_plain:
        raise ShardError(_JXL_WANTED)
    bits.to_byte()
    # not all default; a regular frame; modular; no patches, splines or noise; no YCbCr; no upsampling
    kind = tuple(bits.take(width) for width in (1, 2, 1, 2, 1, 2))
    bits.take(2)  # how large the groups are
    # one pass; no place of its own; in place of what was there; the last
    if kind != (0, 0, 1, 0, 0, 0) or tuple(bits.take(width) for width in (2, 1, 2, 1)) != (0, 0, 0, 1):
        raise ShardError(_JXL_WANTED)


class _Bits:
    """Numbers from the lowest bit of the first byte on; zeros after the end."""

    def __init__(self, data: bytes) -> None:
        self._left, self._taken = int.from_bytes(data, "little"), 0

    def take(self, bits: int) -> int:
        value = self._left & (1 << bits) - 1
        self._left >>= bits
        self._taken += bits
        return value

    def to_byte(self) -> None:
        """Pass over what is left of a byte that was begun."""
        self.take(-self._taken % 8)

    def side(self, in_eights: int) -> int:
        """A length in pixels: in eights, or in a number of one of four widths."""
        return 8 * (1 + self.take(5)) if in_eights else 1 + self.take((9, 13, 18, 30)[self.take(2)])


def _decode_jxl(data: bytes) -> NDArray[np.uint8]:
    width, height = _jxl_size(data)
    try:
        library = _jpeg_xl()
    except UsageError as error:
        raise ShardError(f"color is a JPEG XL: {error.what}", remedy=error.remedy) from error
    _require_one_frame(data)
    try:
        _, facts, pixels, _, _ = library.Decoder(num_threads=0)(data)
    except Exception as error:
        raise ShardError(f"color does not decode: {error}") from error
    if facts.mode != "RGB" or len(pixels) != 3 * width * height:
        raise ShardError(
            f"color decodes to {len(pixels)} bytes of {facts.mode}, wanted RGB of {width}×{height}"
        )
    return np.frombuffer(pixels, np.uint8).reshape(height, width, 3)


def _bounded(width: int, height: int) -> tuple[int, int]:
    if not 0 < width * height <= codec.MAX_PIXELS:
        raise ShardError(
            f"a picture of {width}×{height} pixels is outside the limit of {codec.MAX_PIXELS} pixels"
        )
    return width, height


def _of_size(image: NDArray[Any], width: int, height: int) -> NDArray[np.uint8]:
    if image.dtype != np.uint8 or image.shape != (height, width, 3):
        wanted = f"uint8[{height}, {width}, 3]"
        raise ShardError(f"color decodes to {image.dtype}{list(image.shape)}, wanted {wanted}")
    return image.astype(np.uint8, copy=False)


_ENCODE: dict[ColorCodec, Callable[[NDArray[np.uint8]], bytes]] = {
    "png": codec.encode_color,
    "webp": _encode_webp,
    "jxl": _encode_jxl,
}
_DECODE: dict[ColorCodec, Callable[[bytes], NDArray[np.uint8]]] = {
    "png": codec.decode_color,
    "webp": _decode_webp,
    "jxl": _decode_jxl,
}
_SIZE: dict[ColorCodec, Callable[[bytes], tuple[int, int]]] = {
    "png": codec.png_size,
    "webp": _webp_size,
    "jxl": _jxl_size,
}
