"""Pictures stand upright, in the shape asked for, and the episode says what was done to them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from dougagen.domain import PictureArea
from dougagen.footage import DecodeConfig, decode, open_episode
from dougagen.footage.geometry import Geometry, Orientation, believable_aspect

RED, GREEN, BLUE, GREY = (200, 30, 30), (30, 160, 40), (30, 40, 200), (120, 120, 120)


def corners() -> np.ndarray:
    """96×64: red top left, green top right, blue bottom left, grey bottom right."""
    picture = np.empty((64, 96, 3), np.uint8)
    picture[:32, :48], picture[:32, 48:], picture[32:, :48], picture[32:, 48:] = RED, GREEN, BLUE, GREY
    return picture


def clockwise_from_top_left(picture: np.ndarray) -> list[str]:
    names = {RED: "red", GREEN: "green", BLUE: "blue", GREY: "grey"}
    height, width = picture.shape[:2]
    points = [(height // 4, width // 4), (height // 4, width * 3 // 4)]
    points += [(height * 3 // 4, width * 3 // 4), (height * 3 // 4, width // 4)]
    return [names[min(names, key=lambda c: np.abs(picture[p].astype(int) - c).sum())] for p in points]


@pytest.mark.parametrize(
    ("turned", "hflip", "vflip", "size", "order"),
    [
        (0, False, False, (96, 64), "red green grey blue"),
        (90, False, False, (64, 96), "blue red green grey"),
        (180, False, False, (96, 64), "grey blue red green"),
        (270, False, False, (64, 96), "green grey blue red"),
        (0, True, False, (96, 64), "green red blue grey"),
        (0, False, True, (96, 64), "blue grey green red"),
    ],
)
@pytest.mark.parametrize(("codec", "pixel_format"), [("libx264", "yuv420p"), ("prores_ks", "yuv422p10le")])
def test_a_turned_or_mirrored_picture_is_put_upright(
    turned, hflip, vflip, size, order, codec, pixel_format, encode
):
    def prepare(container, stream):
        stream.sample_aspect_ratio = Fraction(4, 3)
        if turned or hflip or vflip:
            stream.set_display_rotation(
                -turned, hflip=hflip, vflip=vflip
            )  # counterclockwise, as FFmpeg counts

    clip = encode("clip.mov", codec, pixel_format=pixel_format, pictures=[corners()] * 3, prepare=prepare)
    episode = open_episode(clip)
    assert (episode.width, episode.height) == size
    assert episode.sample_aspect_ratio == (Fraction(3, 4) if turned in (90, 270) else Fraction(4, 3))
    stream = decode(episode)
    assert stream.picture_area == PictureArea(0, 0, *size)
    frame = next(stream)
    assert clockwise_from_top_left(frame.rgb()) == order.split()
    assert frame.luma.shape == frame.rgb().shape[:2] == (size[1], size[0])
    red, green, blue, grey = (int(np.array(c) @ (0.299, 0.587, 0.114)) for c in (RED, GREEN, BLUE, GREY))
    lumas = {"red": red, "green": green, "blue": blue, "grey": grey}
    quarter = frame.luma[: size[1] // 2, : size[0] // 2].mean()
    assert min(lumas, key=lambda name: abs(16 + lumas[name] * 219 / 255 - quarter)) == order.split()[0]


@pytest.mark.parametrize(
    ("aspect", "size"),
    [
        (Fraction(1), (96, 64)),
        (Fraction(4, 3), (128, 64)),
        (Fraction(8, 9), (96, 72)),
        (Fraction(32, 27), (114, 64)),
    ],
)
def test_square_pixels_lengthen_the_short_side_of_luma_and_colour_alike(aspect, size, encode):
    clip = encode(
        "clip.mkv",
        pictures=[corners()] * 2,
        prepare=lambda c, s: setattr(s, "sample_aspect_ratio", aspect),
    )
    episode = open_episode(clip)
    assert (episode.width, episode.height) == (96, 64)
    assert episode.sample_aspect_ratio == aspect
    stream = decode(episode, config=DecodeConfig(square_pixels=True))
    frame = next(stream)
    assert stream.picture_area == PictureArea(0, 0, 96, 64)
    assert frame.luma.shape == frame.rgb().shape[:2] == (size[1], size[0])
    assert clockwise_from_top_left(frame.rgb()) == ["red", "green", "grey", "blue"]
    assert next(decode(episode)).luma.shape == (64, 96)


@pytest.mark.parametrize(
    ("told", "believed"),
    [
        (None, None),
        (Fraction(0), None),
        (Fraction(1000), None),
        (Fraction(1, 1000), None),
        (Fraction(32, 27), Fraction(32, 27)),
    ],
)
def test_an_aspect_ratio_that_cannot_be_is_not_believed(told, believed):
    assert believable_aspect(told) == believed


def test_a_picture_is_turned_then_cut_then_stretched():
    stored = np.arange(4 * 6, dtype=np.uint8).reshape(4, 6)
    upright = np.rot90(stored, -1)  # 6 rows of 4
    geometry = Geometry(Orientation(90), PictureArea(1, 2, 3, 4), 3, 4)
    assert np.array_equal(geometry.picture(stored), upright[2:6, 1:4])
    stretched = Geometry(Orientation(90), PictureArea(1, 2, 3, 4), 6, 4).picture(stored)
    assert stretched.shape == (4, 6)
