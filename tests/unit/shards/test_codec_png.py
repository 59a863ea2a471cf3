"""PNG by our coder, read by another: what PIL sees is what a stranger's tool sees."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from dougagen.domain import PALETTE, CelMask, Douga
from dougagen.errors import DomainError, ShardError
from dougagen.shards import codec

SIZES = [(1, 1), (1, 9), (5, 7), (33, 2), (64, 300)]


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def noise(height: int, width: int, levels: int, channels: int | None = None) -> np.ndarray:
    shape = (height, width) if channels is None else (height, width, channels)
    return np.random.default_rng(height * width).integers(0, levels, shape, dtype=np.uint8)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_a_color_png_is_rgb_and_lossless_for_another_decoder(height: int, width: int) -> None:
    color = noise(height, width, 256, 3)
    image = opened(codec.encode_color(color))
    assert image.mode == "RGB"
    assert np.array_equal(np.asarray(image), color)
    assert np.array_equal(codec.decode_color(codec.encode_color(color)), color)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_a_cel_mask_png_is_grey_with_0_and_255(height: int, width: int) -> None:
    pixels = noise(height, width, 2).astype(bool)
    image = opened(codec.encode_cel_mask(CelMask(pixels)))
    assert image.mode == "L"
    assert np.array_equal(np.asarray(image), np.where(pixels, 255, 0))
    assert np.array_equal(codec.decode_cel_mask(codec.encode_cel_mask(CelMask(pixels))).pixels, pixels)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_a_douga_png_is_a_palette_image_whose_pixel_is_the_class(height: int, width: int) -> None:
    classes = noise(height, width, 10)
    image = opened(codec.encode_douga(Douga(classes)))
    assert image.mode == "P"
    assert np.array_equal(np.asarray(image), classes)
    assert image.getpalette()[:30] == PALETTE.ravel().tolist()
    assert np.array_equal(np.asarray(image.convert("RGB")), PALETTE[classes])
    assert np.array_equal(codec.decode_douga(codec.encode_douga(Douga(classes))).classes, classes)


@pytest.mark.parametrize("optimize", [False, True])
def test_a_palette_png_of_another_writer_is_read_by_its_indices(optimize: bool) -> None:
    classes = noise(40, 60, 10)
    image = Image.fromarray(classes, mode="P")
    image.putpalette(PALETTE.ravel().tolist() + [7] * (768 - 30))
    file = io.BytesIO()
    image.save(file, "PNG", bits=8, optimize=optimize, transparency=0)
    assert np.array_equal(codec.decode_douga(file.getvalue()).classes, classes)


def test_a_pixel_that_is_no_class_is_refused() -> None:
    image = Image.fromarray(np.full((4, 4), 10, np.uint8), mode="P")
    image.putpalette([0] * 768)
    file = io.BytesIO()
    image.save(file, "PNG", bits=8)
    with pytest.raises(DomainError, match=r"\[0, 9\], got 10"):
        codec.decode_douga(file.getvalue())


def test_a_mask_with_a_third_value_is_refused() -> None:
    file = io.BytesIO()
    Image.fromarray(np.array([[0, 255, 128]], np.uint8)).save(file, "PNG")
    with pytest.raises(ShardError, match="other than 0 and 255"):
        codec.decode_cel_mask(file.getvalue())


@pytest.mark.parametrize("decode", [codec.decode_color, codec.decode_cel_mask, codec.decode_douga])
def test_a_png_of_the_wrong_kind_is_refused(decode) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (3, 3)).save(file, "PNG")
    with pytest.raises(ShardError, match="must be an 8-bit"):
        decode(file.getvalue())


def test_a_transparent_colour_adds_no_channel() -> None:
    color = noise(9, 11, 256, 3)
    file = io.BytesIO()
    Image.fromarray(color).save(file, "PNG", transparency=tuple(color[0, 0].tolist()))
    assert b"tRNS" in file.getvalue()
    assert np.array_equal(codec.decode_color(file.getvalue()), color)


@pytest.mark.parametrize(
    ("decode", "data"),
    [
        (codec.decode_color, codec.encode_color(noise(20, 20, 256, 3))),
        (codec.decode_cel_mask, codec.encode_cel_mask(CelMask(noise(20, 20, 2).astype(bool)))),
        (codec.decode_douga, codec.encode_douga(Douga(noise(20, 20, 10)))),
    ],
)
def test_a_png_cut_or_changed_anywhere_is_refused(decode, data: bytes, capfd) -> None:
    for length in range(0, len(data), 7):
        with pytest.raises((ShardError, DomainError)):
            decode(data[:length])
    for at in range(len(data)):
        with pytest.raises((ShardError, DomainError)):
            decode(data[:at] + bytes([data[at] ^ 16]) + data[at + 1 :])
    assert capfd.readouterr().err == ""


def test_a_png_that_announces_a_huge_picture_is_refused_before_it_is_decoded() -> None:
    def chunk(kind: bytes, payload: bytes) -> bytes:
        return (
            struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 200_000, 200_000, 8, 2, 0, 0, 0))
    with pytest.raises(ShardError, match="200000×200000"):
        codec.decode_color(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IEND", b""))


def test_an_orientation_tag_does_not_turn_the_picture() -> None:
    color = noise(4, 9, 256, 3)
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    Image.fromarray(color).save(file, "PNG", exif=exif)
    assert np.array_equal(codec.decode_color(file.getvalue()), color)
