"""Bars are cut where they are constant over the whole episode, and nothing is cut where that is in doubt."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest

from dougagen.domain import PictureArea
from dougagen.footage import DecodeConfig, FootageConfig, decode, open_episode, read_footage
from dougagen.footage.bars import BarConfig, find_picture_area

WIDTH, HEIGHT, BAR = 192, 128, 16
INSIDE = PictureArea(0, BAR, WIDTH, HEIGHT - 2 * BAR)
WHOLE = PictureArea(0, 0, WIDTH, HEIGHT)
Picture = np.ndarray


def shot(number: int, *, level: float = 1.0, width: int = WIDTH, height: int = HEIGHT) -> Picture:
    """A painted background, another one for each number."""
    noise = np.random.default_rng(number).normal(0, 1, (height, width, 3)).astype(np.float32)
    painted = 130 + 25 * number % 60 + 300 * cv2.GaussianBlur(noise, (0, 0), 6)
    return (np.clip(painted, 20, 255) * level).astype(np.uint8)


def boxed(picture: Picture, *, rows: int = BAR, columns: int = 0) -> Picture:
    boxed = np.zeros_like(picture)
    inside = (slice(rows, picture.shape[0] - rows), slice(columns, picture.shape[1] - columns))
    boxed[inside] = picture[inside]
    return boxed


def film(*shots: Picture, frames: int = 8) -> Iterator[Picture]:
    """Each shot held for some frames."""
    return (picture for picture in shots for _ in range(frames))


def black() -> Picture:
    return np.zeros((HEIGHT, WIDTH, 3), np.uint8)


def with_subtitle(picture: Picture, row: int) -> Picture:
    return cv2.putText(picture.copy(), "what?", (70, row), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 255), 1)


def night() -> Picture:
    """A lit window in the middle of a black night."""
    scene = black()
    cv2.rectangle(scene, (80, 40), (120, 90), (240, 220, 140), -1)
    return scene


def moonlit(x: int) -> Picture:
    """A hill whose ragged edge is lit, under a black sky and over a black meadow."""
    scene = black()
    points = [(0, 90), (x, 20), (x + 30, 60), (WIDTH, 90), (WIDTH, 95), (0, 95)]
    return cv2.fillPoly(scene, [np.array(points)], (90, 110, 140))


CASES: dict[str, tuple[Callable[[], Iterator[Picture]], PictureArea]] = {
    "letterbox": (lambda: film(*(boxed(shot(i)) for i in range(4))), INSIDE),
    "pillarbox": (
        lambda: film(*(boxed(shot(i), rows=0, columns=24) for i in range(4))),
        PictureArea(24, 0, WIDTH - 48, HEIGHT),
    ),
    "both": (
        lambda: film(*(boxed(shot(i), columns=24) for i in range(4))),
        PictureArea(24, BAR, WIDTH - 48, HEIGHT - 2 * BAR),
    ),
    "black opening": (lambda: film(black(), black(), *(boxed(shot(i)) for i in range(4))), INSIDE),
    "credits on black first": (
        lambda: film(with_subtitle(black(), 64), *(boxed(shot(i)) for i in range(4))),
        INSIDE,
    ),
    "dark scenes": (
        lambda: film(*(boxed(shot(i, level=0.2)) for i in range(3)), *(boxed(shot(i)) for i in range(4))),
        INSIDE,
    ),
    "fades": (lambda: film(*(boxed(shot(1, level=v / 12)) for v in range(13)), frames=1), INSIDE),
    "one shot uses the bars": (lambda: film(*(boxed(shot(i)) for i in range(4)), shot(5)), WHOLE),
    "bars come late": (lambda: film(shot(5), *(boxed(shot(i)) for i in range(4))), WHOLE),
    "a subtitle in the bar": (
        lambda: film(*(boxed(shot(i)) for i in range(4)), with_subtitle(boxed(shot(4)), HEIGHT - 4)),
        WHOLE,
    ),
    "a bar on one side": (
        lambda: film(*(np.vstack([shot(i)[:-BAR], black()[:BAR]]) for i in range(4))),
        WHOLE,
    ),
    "no bars": (lambda: film(*(shot(i) for i in range(4))), WHOLE),
    "black all the way": (lambda: film(black(), black()), WHOLE),
    "a lit window at night": (lambda: film(night(), night()), WHOLE),
    "a ragged edge": (lambda: film(moonlit(60), moonlit(60)), WHOLE),
    "two frames": (lambda: film(boxed(shot(0)), frames=2), WHOLE),
}


@pytest.mark.parametrize("case", CASES)
def test_bars_are_cut_only_where_the_whole_episode_has_them(case, encode):
    pictures, area = CASES[case]
    clip = encode("clip.mkv", pictures=pictures(), options={"crf": "28"})
    assert find_picture_area(open_episode(clip)) == area


@pytest.mark.parametrize(
    ("codec", "pixel_format"), [("libx264", "yuv420p10le"), ("mpeg2video", "yuv420p"), ("ffv1", "yuv444p")]
)
def test_bars_are_found_behind_coding_noise_and_at_every_depth(codec, pixel_format, encode):
    clip = encode(
        "clip.mkv",
        codec,
        pictures=film(*(boxed(shot(i)) for i in range(4))),
        pixel_format=pixel_format,
        options={"crf": "34"} if codec == "libx264" else {},
    )
    assert find_picture_area(open_episode(clip)) == INSIDE


def test_frames_are_cut_to_the_picture_and_keep_bars_leaves_them(encode):
    episode = open_episode(encode("clip.mkv", pictures=film(*(boxed(shot(i)) for i in range(4)))))
    with decode(episode) as stream:
        frame = next(stream)
        assert stream.picture_area == INSIDE
    assert frame.luma.shape == (96, WIDTH)
    assert frame.rgb().shape == (96, WIDTH, 3)
    assert np.abs(frame.rgb().astype(int) - shot(0)[BAR:-BAR]).mean() < 12
    with decode(episode, config=DecodeConfig(keep_bars=True)) as whole:
        assert next(whole).luma.shape == (HEIGHT, WIDTH)
        assert whole.picture_area == WHOLE


def test_drawings_and_their_provenance_name_the_same_area(encode):
    episode = open_episode(encode("clip.mkv", pictures=film(*(boxed(shot(i)) for i in range(3)))))
    with read_footage(episode) as footage:
        assert footage.picture_area == INSIDE
        assert {drawing.image.shape for drawing in footage} == {(96, WIDTH, 3)}
    config = FootageConfig(decoding=DecodeConfig(keep_bars=True))
    with read_footage(episode, config=config) as footage:
        assert footage.picture_area == WHOLE


LONG = {"g": "60", "x264-params": "scenecut=40"}


def test_in_a_long_episode_the_keyframes_decide(encode):
    """Only keyframes are looked at, and each cut has one."""
    config = BarConfig(short=100)
    pictures = film(*(boxed(shot(i)) for i in range(4)), frames=30)
    kept = open_episode(encode("clip.mkv", pictures=pictures, options=LONG))
    assert find_picture_area(kept, config=config) == INSIDE
    used = film(*(boxed(shot(i)) for i in range(4)), shot(5), boxed(shot(6)), frames=25)
    lost = open_episode(encode("used.mkv", pictures=used, options=LONG))
    assert find_picture_area(lost, config=config) == WHOLE


def test_what_cut_bars_hid_is_said(encode, caplog):
    """Twelve frames in the middle of one group, which no keyframe shows."""
    steady = [boxed(shot(0))] * 760
    for i in range(510, 522):
        steady[i] = with_subtitle(steady[i], HEIGHT - 4)
    options = {"g": "250", "sc_threshold": "1000000000", "qscale": "3", "flags": "+qscale"}
    clip = encode("clip.mkv", "mpeg4", pictures=steady, options=options)
    with caplog.at_level(logging.WARNING), decode(open_episode(clip)) as stream:
        assert len(list(stream)) == 760
        assert stream.picture_area == INSIDE
    assert "12 frames show something in the bars that were cut; --keep-bars keeps it" in caplog.text
