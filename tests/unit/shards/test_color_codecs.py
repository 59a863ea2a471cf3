"""Colour as PNG, WebP and JPEG XL: the same pixels from each, bounded before they are decoded."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from records import entry_of, noise, record_of

import dougagen as dg
from dougagen.errors import ShardError, UsageError
from dougagen.shards import EpisodeWriter, encode_record, require_color_codec, verify_dataset
from dougagen.shards.color_codecs import color_codec_of, color_size, decode_color, encode_color

CODECS = ("png", "webp", "jxl")
SIZES = [(1, 1), (9, 16), (16, 8), (33, 512), (135, 240), (1, 300), (8, 9000)]


@pytest.fixture(autouse=True)
def _with_jpeg_xl(request: pytest.FixtureRequest) -> None:
    if "jxl" in request.node.name:
        pytest.importorskip("pillow_jxl", reason="needs pillow-jxl-plugin: pip install '.[jxl]'")


def as_webp(image: np.ndarray, **options: object) -> bytes:
    data = io.BytesIO()
    Image.fromarray(image).save(data, "WEBP", **options)
    return data.getvalue()


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_the_pixels_come_back_and_the_header_says_the_size(codec: str, height: int, width: int) -> None:
    for color in (noise(1, height, width), noise(2, height, width) // 64 * 64):
        data = encode_color(color, codec)
        assert color_codec_of(data) == codec
        assert color_size(data) == (width, height)
        assert np.array_equal(decode_color(data), color)


def test_pillow_reads_our_webp_without_a_plug_in() -> None:
    color = noise(3, 33, 50)
    image = Image.open(io.BytesIO(encode_color(color, "webp")))
    assert (image.format, image.mode) == ("WEBP", "RGB")
    assert np.array_equal(np.asarray(image), color)


@pytest.mark.parametrize("codec", CODECS)
def test_a_picture_that_is_cut_anywhere_is_refused(codec: str) -> None:
    data = encode_color(noise(4, 24, 40), codec)
    for length in [*range(0, 60), len(data) // 2, len(data) - 1]:
        with pytest.raises(ShardError):
            decode_color(data[:length])


@pytest.mark.parametrize("codec", CODECS)
def test_a_picture_with_any_byte_changed_is_refused_or_has_its_size(codec: str) -> None:
    data = encode_color(noise(5, 24, 40) // 64 * 64, codec)
    for at in range(0, len(data), max(1, len(data) // 150)):
        spoilt = bytearray(data)
        spoilt[at] ^= 0x5A
        try:
            width, height = color_size(bytes(spoilt))
            if width * height > 1_000_000:
                continue
            assert decode_color(bytes(spoilt)).shape == (height, width, 3)
        except ShardError:
            pass


def test_a_webp_with_loss_with_transparency_or_in_motion_is_refused() -> None:
    with pytest.raises(ShardError, match="without loss"):
        decode_color(as_webp(noise(6, 16, 16)))
    with pytest.raises(ShardError, match="transparent"):
        decode_color(as_webp(np.dstack([noise(6, 16, 16), noise(7, 16, 16)[..., 0]]), lossless=True))
    moving = as_webp(
        noise(6, 16, 16), lossless=True, save_all=True, append_images=[Image.fromarray(noise(8, 16, 16))]
    )
    with pytest.raises(ShardError, match="nothing else"):
        decode_color(moving)


def test_a_webp_and_a_jxl_that_say_they_are_enormous_are_refused_by_their_header() -> None:
    webp = bytearray(encode_color(noise(9, 16, 16), "webp"))
    webp[21:25] = (0x3FFF | 0x3FFF << 14).to_bytes(4, "little")
    with pytest.raises(ShardError, match="16384×16384 pixels is outside the limit"):
        decode_color(bytes(webp))
    bits = 0b0 | 0b11 << 1 | (2**30 - 1) << 3 | 0b001 << 33  # not in eights, 30 bits of height, a square
    with pytest.raises(ShardError, match="outside the limit"):
        color_size(b"\xff\x0a" + bits.to_bytes(8, "little"))


def test_a_jxl_with_transparency_or_deeper_pixels_is_refused_before_it_is_decoded() -> None:
    import pillow_jxl  # noqa: F401 - registers itself with Pillow

    for image in (np.dstack([noise(6, 16, 16), noise(7, 16, 16)[..., 0]]), np.zeros((16, 16), np.uint16)):
        data = io.BytesIO()
        Image.fromarray(image).save(data, "JXL", lossless=True)
        with pytest.raises(ShardError, match="8-bit JPEG XL"):
            color_size(data.getvalue())


def jxl_of(frame: list[tuple[int, int]], *, xyb: int = 0) -> bytes:
    """The headers of a JPEG XL of 8×8 pixels: value and width of each field of its first frame."""
    fields = [(1, 1), (0, 5), (1, 3), (0, 1), (0, 1), (0, 1), (0, 2), (1, 1), (0, 2)]  # 8×8, 8 bits
    fields += [(xyb, 1), (1, 1), (0, 2), (1, 1)]  # sRGB
    fields += [(0, -sum(width for _, width in fields) % 8), *frame]
    number = at = 0
    for value, width in fields:
        number |= value << at
        at += width
    return b"\xff\x0a" + number.to_bytes(64, "little")


REGULAR = [(0, 1), (0, 2), (1, 1), (0, 2), (0, 1), (0, 2), (1, 2), (0, 2)]
"""A modular frame up to whether it has a size of its own."""


def test_a_jxl_whose_frame_has_another_size_or_is_not_the_last_is_refused_unread_jxl() -> None:
    place = [(0, 2), (0, 8)] * 2 + [(3, 2), ((1 << 30) - 1, 30)] * 2  # at 0, 0; 2³⁰ pixels a side
    hidden = [*REGULAR[:1], (2, 2), *REGULAR[2:7], (1, 1), *place]  # kept for others, never shown
    for said in (
        jxl_of([*REGULAR, (1, 1), *place]),
        jxl_of(hidden),
        jxl_of([*REGULAR, (0, 1), (0, 2), (0, 1)]),  # another one follows
        jxl_of([*REGULAR[:3], (1, 2), (1, 4), *REGULAR[4:], (0, 1), (0, 2), (1, 1)]),  # with patches
        jxl_of([(1, 1)]),  # the usual frame, which has loss
        jxl_of([*REGULAR, (0, 1), (0, 2), (1, 1)], xyb=1),
    ):
        assert color_size(said) == (8, 8)
        with pytest.raises(ShardError, match="of one frame") as refused:
            decode_color(said)
        assert "\n" not in str(refused.value)
    with pytest.raises(ShardError, match="does not decode"):  # the form that is read; there is nothing in it
        decode_color(jxl_of([*REGULAR, (0, 1), (0, 2), (1, 1)]))


def test_a_webp_of_more_than_its_header_holds_says_what_to_do() -> None:
    with pytest.raises(ShardError, match=r"at most 16383 pixels a side.*--color-codec png"):
        encode_color(np.zeros((2, 16_384, 3), np.uint8), "webp")


def test_a_codec_that_is_not_there_is_refused_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="png, webp, jxl, got 'gif'"):
        require_color_codec("gif")
    monkeypatch.setitem(sys.modules, "pillow_jxl", None)
    with pytest.raises(UsageError, match=r"not installed; pip install 'dougagen\[jxl\]'"):
        require_color_codec("jxl")
    with pytest.raises(ShardError, match=r"pip install 'dougagen\[jxl\]'"):
        decode_color(b"\xff\x0a" + (0b1 | 0b00000 << 1 | 0b001 << 6 | 1 << 9).to_bytes(4, "little"))


@pytest.mark.parametrize("codec", CODECS)
def test_a_dataset_of_any_codec_is_read_and_verified(codec: str, tmp_path: Path) -> None:
    record = record_of(noise(1, 20, 30), np.ones((20, 30), bool), np.zeros((20, 30), np.uint8))
    coded = encode_record(record, color_codec=codec)
    assert coded.row["color"]["path"].endswith(f"_color.{codec}")
    assert coded.row["douga"]["path"].endswith("_douga.png")
    with EpisodeWriter(tmp_path, episode_id=record.provenance.episode_id) as writer:
        writer.write(coded)
        writer.commit(entry_of(1))
    assert np.array_equal(dg.open_dataset(tmp_path)[0].triplet.color, record.triplet.color)
    assert verify_dataset(tmp_path).damages == ()


def test_a_row_is_as_large_as_its_pictures_at_fewer_lines_and_its_area_is_of_the_frame() -> None:
    record = record_of(noise(1, 40, 60), np.ones((40, 60), bool), np.zeros((40, 60), np.uint8))
    row = encode_record(record, lines=20).row
    assert (row["height"], row["width"]) == (20, 30)
    assert row["picture_area"] == {"x": 0, "y": 0, "width": 60, "height": 40}
    assert encode_record(record, lines=90).row == encode_record(record).row
