"""Which frames show one drawing: clips whose timing is written as letters, one letter a frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.domain import Frame
from dougagen.footage import HoldConfig, Timesheet, decode, find_drawings, open_episode
from dougagen.footage.holds import collapse_holds, shot_threshold

Picture = NDArray[np.uint8]
Spans = list[tuple[int, int]]


def written(letters: str) -> Spans:
    """``AAKKK`` → ``[(0, 2), (2, 5)]``."""
    stops = np.cumsum([len(list(run)) for _, run in groupby(letters)]).tolist()
    return list(zip([0, *stops[:-1]], stops, strict=True))


def found(path: Path) -> Spans:
    episode = open_episode(path)
    with decode(episode, threads=1) as frames:
        sheet = Timesheet.of(find_drawings(episode, frames))
    return [(line.span.start, line.span.stop) for line in sheet.exposures]


def holds(pictures: Iterable[Picture]) -> Spans:
    """The exposures among grey pictures that no codec touched."""
    frames = (Frame(index, index / 24, picture) for index, picture in enumerate(pictures))  # type: ignore[arg-type]
    return [(h.span.start, h.span.stop) for h in collapse_holds(frames, config=HoldConfig())]


def test_two_frames_of_a_and_three_of_k_are_two_drawings(drawn, painted):
    grey = {name: cv2.cvtColor(drawn(painted(), name), cv2.COLOR_RGB2GRAY) for name in "AK"}
    assert holds(grey[name] for name in "AAKKK") == [(0, 2), (2, 5)]


def test_one_frame_is_one_drawing_and_none_is_none():
    grey = np.full((48, 64), 90, np.uint8)
    assert holds([grey]) == [(0, 1)]
    assert holds([]) == []


@pytest.mark.parametrize(
    "letters", ["AABBCCDDEE", "AAABBBCCCDDD", "ABCDEFGH", "AABBBCDDDDDDDDDDDDEEF", "A" * 30]
)
def test_twos_threes_ones_mixed_rates_and_long_holds_are_found(letters, write_clip, drawn, painted):
    scene = painted()
    clip = write_clip((drawn(scene, name) for name in letters), options={"crf": "23"})
    assert found(clip) == written(letters)


@pytest.mark.parametrize(
    ("codec", "pixel_format", "options"),
    [
        ("libx264", "yuv420p", {"crf": "28"}),
        ("libx264", "yuv420p", {"crf": "18", "bf": "0"}),
        ("libx264", "yuv420p10le", {"crf": "23"}),
        ("mpeg4", "yuv420p", {"qscale": "5", "flags": "+qscale"}),
        ("ffv1", "yuv420p", {}),
    ],
)
def test_the_codec_does_not_change_the_timing(codec, pixel_format, options, write_clip, drawn, painted):
    letters, scene = "AAABBBBCCDEEEEEE", painted()
    pictures = (drawn(scene, name) for name in letters)
    assert found(write_clip(pictures, codec=codec, pixel_format=pixel_format, options=options)) == written(
        letters
    )


@pytest.mark.parametrize("crf", ["20", "28"])
def test_a_mouth_that_opens_is_a_new_drawing(crf, write_clip, drawn, painted):
    letters, scene = "ccccooccoooocccccccc", painted()
    mouths = {"c": drawn(scene, "A"), "o": drawn(scene, "A", mouth="open")}
    assert found(write_clip((mouths[m] for m in letters), options={"crf": crf})) == written(letters)


def test_a_key_frame_in_the_middle_of_a_hold_begins_no_drawing(write_clip, drawn, painted):
    letters, scene = "A" * 14 + "BBB", painted()
    clip = write_clip((drawn(scene, name) for name in letters), options={"crf": "28", "g": "5"})
    assert found(clip) == written(letters)


def test_grain_begins_no_drawing(write_clip, drawn, painted):
    letters, scene, grain = "AAABBBBBBBBBBCC", painted(), np.random.default_rng(3)

    def pictures():
        for name in letters:
            noise = grain.normal(0, 4, scene.shape[:2])[..., np.newaxis]
            yield np.clip(drawn(scene, name) + noise, 0, 255).astype(np.uint8)

    assert found(write_clip(pictures(), options={"crf": "18"})) == written(letters)


def test_a_fade_begins_no_drawing(write_clip, drawn, painted):
    letters, scene = "A" * 12 + "BBBCCCCC", painted()
    pictures = (
        (drawn(scene, name) * min(1.0, 0.2 + 0.06 * index)).astype(np.uint8)
        for index, name in enumerate(letters)
    )
    assert found(write_clip(pictures, options={"crf": "20"})) == written(letters)


def test_a_dark_shot_keeps_its_drawings(write_clip, drawn, painted):
    letters, scene = "AAABBBBBBCC", painted()
    pictures = ((drawn(scene, name) * 0.2).astype(np.uint8) for name in letters)
    assert found(write_clip(pictures, options={"crf": "23"})) == written(letters)


@pytest.mark.parametrize("speed", [(3, 0), (0, 2)])
def test_a_background_that_slides_behind_the_cel_begins_no_drawing(speed, write_clip, drawn, painted):
    letters, wide = "AAABBBCCCDDDEEE", painted(500, 320)
    pictures = (
        drawn(wide[speed[1] * t : speed[1] * t + 240, speed[0] * t : speed[0] * t + 320], name)
        for t, name in enumerate(letters)
    )
    assert found(write_clip(pictures, options={"crf": "20"})) == written(letters)


def test_a_camera_that_pans_over_cel_and_background_begins_no_drawing(write_clip, drawn, painted):
    letters, wide = "AAAABBBBBBCC", painted(420, 300)
    pictures = (
        np.ascontiguousarray(drawn(wide, name)[t : t + 240, 20 + 4 * t : 340 + 4 * t])
        for t, name in enumerate(letters)
    )
    assert found(write_clip(pictures, options={"crf": "20"})) == written(letters)


def test_a_cut_begins_a_shot_and_its_first_drawing(write_clip, drawn, painted):
    scenes = [painted(), 255 - painted()[:, ::-1]]
    letters = "AAABBBAAACCC"
    clip = write_clip(drawn(scenes[index >= 6], name) for index, name in enumerate(letters))
    episode = open_episode(clip)
    stream = find_drawings(episode, decode(episode))
    drawings = list(stream)
    assert [(d.shot_index, d.exposures[0].start) for d in drawings] == [(0, 0), (0, 3), (1, 6), (1, 9)]
    assert [d.drawing_index for d in drawings] == [0, 1, 2, 3]
    assert (stream.shots_found, stream.drawings_found, stream.frames_in_exposures) == (2, 4, 12)


def test_a_drawing_shows_the_picture_of_the_frame_that_it_names(write_clip, drawn, painted):
    letters, scene = "AABBBB", painted()
    episode = open_episode(
        write_clip((drawn(scene, name) for name in letters), codec="ffv1", pixel_format="yuv444p")
    )
    for drawing in find_drawings(episode, decode(episode)):
        wanted = drawn(scene, letters[drawing.frame_index])
        assert np.abs(drawing.image.astype(int) - wanted).mean() < 2
        assert abs(float(drawing.time) - drawing.frame_index / 24) < 1e-3


def test_drawings_come_while_the_episode_still_runs(drawn, painted):
    grey = {name: cv2.cvtColor(drawn(painted(), name), cv2.COLOR_RGB2GRAY) for name in "AB"}
    read = 0

    def endless():
        nonlocal read
        while True:
            yield Frame(read, 0, grey["AB"[read // 3 % 2]])  # type: ignore[arg-type]
            read += 1

    stream = collapse_holds(endless(), config=HoldConfig())
    assert [next(stream).span.start for _ in range(4)] == [0, 3, 6, 9]
    # what covers a picture for most of a second, a dissolve of a second and a half, then the shot's habits
    assert read < 105


def test_the_threshold_lies_in_the_gap_that_the_shot_leaves():
    config = HoldConfig()
    assert 2.1 < shot_threshold([2.0, 1.2, 0.9, 1.7, 13.0, 13.0], config=config) < 13
    assert 0.3 < shot_threshold([0.2, 0.3, 1.3, 0.1, 1.5], config=config) < 1.3
    assert shot_threshold([], config=config) == pytest.approx(1.0, rel=0.05)


def test_every_frame_is_in_exactly_one_exposure_whatever_is_shown():
    noise = np.random.default_rng(0)
    pictures = [noise.integers(0, 256, (50, 70), np.uint8) for _ in range(9)]
    spans = holds(pictures)
    assert [frame for start, stop in spans for frame in range(start, stop)] == list(range(9))


def test_pictures_of_a_few_pixels_are_no_trouble():
    tiny: list[Callable[[], Picture]] = [
        lambda: np.zeros((2, 3), np.uint8),
        lambda: np.full((2, 3), 200, np.uint8),
    ]
    assert holds([tiny[0](), tiny[0](), tiny[1](), tiny[1]()])[0][0] == 0
