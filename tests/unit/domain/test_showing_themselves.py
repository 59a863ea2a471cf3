"""Pictures, records and tables show themselves in a notebook."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from dougagen.domain import PALETTE, CelMask, Douga, Drawing, FrameSpan, Table, Triplet
from dougagen.domain.display import SHOWN_LINES, made_small
from dougagen.domain.png import encode_png
from dougagen.errors import DomainError


def read_back(png: bytes) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    return image if image.ndim == 2 else image[..., ::-1]


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height).integers(0, 256, (height, width, 3), dtype=np.uint8)


def triplet(height: int = 5, width: int = 7) -> Triplet:
    classes = np.arange(height * width, dtype=np.uint8).reshape(height, width) % 10
    return Triplet(noise(height, width), CelMask(classes > 4), Douga(classes))


@pytest.mark.parametrize("shape", [(5, 7, 3), (5, 7), (1, 1), (1, 9, 3)])
def test_another_program_reads_our_png_to_the_pixel(shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    assert np.array_equal(read_back(encode_png(image)), image)


def test_a_png_with_a_palette_shows_its_colours() -> None:
    classes = triplet().douga.classes
    assert np.array_equal(read_back(encode_png(classes, palette=PALETTE)), PALETTE[classes])


def test_what_is_no_picture_makes_no_png() -> None:
    with pytest.raises(DomainError, match=r"got float32\[2, 2\]"):
        encode_png(np.zeros((2, 2), np.float32))  # type: ignore[arg-type]
    with pytest.raises(DomainError, match=r"got uint8\[2, 2, 4\]"):
        encode_png(np.zeros((2, 2, 4), np.uint8))


def test_a_triplet_shows_its_three_pictures_side_by_side() -> None:
    one = triplet()
    strip = read_back(one._repr_png_())
    assert np.array_equal(strip[:, :7], one.color)
    assert np.array_equal(strip[:, 15:22, 0] == 255, one.cel_mask.pixels)
    assert np.array_equal(strip[:, -7:], PALETTE[one.douga.classes])
    assert np.array_equal(read_back(one.douga._repr_png_()), one.douga.picture())
    assert np.array_equal(read_back(one.cel_mask._repr_png_()), one.cel_mask.picture())


def test_a_large_picture_is_shown_small_and_a_hairline_stays_in_it() -> None:
    picture = np.full((1080, 1920, 3), 255, np.uint8)
    picture[:, 960] = 0
    small = made_small(picture)
    assert small.shape == (SHOWN_LINES, 640, 3)
    assert small[:, 320].max() == 170  # one column of three is black
    drawing = Drawing("0" * 16, 0, (FrameSpan(0, 2),), picture)
    assert np.array_equal(read_back(drawing._repr_png_()), small)


def test_a_narrow_picture_is_made_small_without_losing_its_width() -> None:
    assert made_small(noise(2000, 2)).shape == (1000, 1, 3)


def test_markup_in_a_table_is_shown_and_not_run() -> None:
    html = Table("<b>", ("a&b",), (("<script>x</script>",),))._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;x&lt;/script&gt;" in html
    assert "<th>a&amp;b</th>" in html
