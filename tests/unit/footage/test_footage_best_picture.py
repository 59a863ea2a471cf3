"""The best picture of a hold: less noise, no ghost, and the frame that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.domain import Frame
from dougagen.footage.best_picture import BestPicture, PictureConfig

Picture = NDArray[np.uint8]


def frame(index: int, rgb: Picture, *, damaged: bool = False) -> Frame:
    luma = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    return Frame(index, index, luma, lambda: rgb, damaged)  # type: ignore[arg-type]


def noisy(picture: Picture, seed: int, *, level: float = 4.0) -> Picture:
    noise = np.random.default_rng(seed).normal(0, level, picture.shape)
    return np.clip(np.round(picture + noise), 0, 255).astype(np.uint8)


def best_of(
    frames: Iterable[Frame], *, moved: Iterable[int] = (), config: PictureConfig | None = None
) -> tuple[Picture, int]:
    maker = BestPicture(config) if config else BestPicture()
    changed = set(moved)
    for number, one in enumerate(frames):
        if number == 0:
            maker.begin(one)
        else:
            maker.add(one, any(number >= first for first in changed))
    image, stands_for = maker.finish()
    return image, stands_for.index


def error(image: Picture, truth: Picture) -> float:
    return float(np.mean((image.astype(np.float64) - truth) ** 2))


@pytest.fixture
def scene(painted: Callable[..., Picture], drawn: Callable[..., Picture]) -> Picture:
    return drawn(painted(), "a")


def test_grain_is_averaged_away_over_a_hold(scene: Picture) -> None:
    frames = [frame(10 + i, noisy(scene, i)) for i in range(8)]
    image, index = best_of(frames)
    assert index == 10
    assert error(image, scene) < 0.35 * error(frames[0].rgb(), scene)


def test_frames_that_an_encoder_copied_are_taken_as_they_are(scene: Picture) -> None:
    converted: list[int] = []

    def counted(index: int) -> Frame:
        luma = np.asarray(cv2.cvtColor(scene, cv2.COLOR_RGB2GRAY), np.uint8)

        def rgb() -> Picture:
            converted.append(index)
            return scene

        return Frame(index, index, luma, rgb)  # type: ignore[arg-type]

    image, _ = best_of(counted(i) for i in range(12))
    assert np.array_equal(image, scene)
    assert converted == [0]


def test_a_mouth_that_nobody_noticed_leaves_no_ghost(painted, drawn) -> None:
    closed, opened = (drawn(painted(), "a", mouth=mouth) for mouth in ("closed", "open"))
    frames = [frame(i, noisy(opened if i >= 3 else closed, i, level=2.0)) for i in range(6)]
    image, _ = best_of(frames)
    changed = cv2.dilate(np.abs(opened.astype(int) - closed).max(axis=2).astype(np.uint8), np.ones((3, 3)))
    mouth = changed > 30
    assert np.abs(image.astype(int) - closed)[mouth].mean() < 2.5
    assert error(image, closed) < 0.8 * error(frames[0].rgb(), closed)


def test_a_subtitle_that_comes_in_the_hold_is_not_mixed_in(scene: Picture) -> None:
    written = scene.copy()
    cv2.putText(written, "What is it?", (70, 220), cv2.FONT_HERSHEY_DUPLEX, 0.9, (255, 255, 255), 2)
    image, index = best_of(frame(i, noisy(written if i >= 6 else scene, i, level=2.0)) for i in range(12))
    assert index == 0
    letters = (written != scene).any(axis=2)
    assert np.abs(image.astype(int) - scene)[letters].mean() < 2.5


def test_a_moved_camera_is_not_blurred(scene: Picture) -> None:
    panned = [np.roll(scene, 3 * i, axis=1) for i in range(6)]
    image, index = best_of((frame(i, one) for i, one in enumerate(panned)), moved=[1])
    assert index == 0
    assert np.array_equal(image, scene)


def test_a_picture_that_fades_in_from_black_is_taken_in_full_light(scene: Picture) -> None:
    lights = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.0, 1.0, 1.0]
    frames = [frame(i, (scene * light).astype(np.uint8)) for i, light in enumerate(lights)]
    image, index = best_of(frames, moved=[1])
    assert index == 5
    assert np.array_equal(image, scene)


def test_a_picture_that_fades_out_is_taken_before_it_does(scene: Picture) -> None:
    lights = [1.0, 1.0, 1.0, 0.8, 0.6, 0.4, 0.2, 0.0]
    frames = [frame(i, (scene * light).astype(np.uint8)) for i, light in enumerate(lights)]
    image, index = best_of(frames, moved=[3])
    assert index == 0
    assert np.array_equal(image, scene)


def test_the_end_of_a_dissolve_is_taken_rather_than_its_middle(painted, drawn) -> None:
    old, new = drawn(painted(), "a"), drawn(painted()[:, ::-1].copy(), "b")
    mixed = [cv2.addWeighted(new, share, old, 1 - share, 0) for share in (0.5, 0.7, 0.9)] + [new] * 5
    image, index = best_of((frame(i, np.asarray(one)) for i, one in enumerate(mixed)), moved=[1])
    assert index == 3
    assert np.array_equal(image, new)


def test_a_damaged_frame_does_not_stand_for_a_drawing_that_has_a_whole_one(scene: Picture) -> None:
    broken = scene.copy()
    broken[120:] = 128
    frames = [frame(0, broken, damaged=True), *(frame(i, scene) for i in range(1, 4))]
    image, index = best_of(frames)
    assert index == 1
    assert np.array_equal(image, scene)


def test_one_frame_is_enough_where_one_is_asked_for(scene: Picture) -> None:
    first = noisy(scene, 0)
    frames = [frame(0, first), *(frame(i, noisy(scene, i)) for i in range(1, 6))]
    image, index = best_of(frames, config=PictureConfig(most_frames=1))
    assert index == 0
    assert np.array_equal(image, first)


def test_a_long_hold_keeps_few_frames_from_all_over_it(scene: Picture) -> None:
    maker = BestPicture()
    maker.begin(frame(0, scene))
    most = 0
    for i in range(1, 500):
        maker.add(frame(i, scene), False)
        running = maker._running
        assert running is not None
        most = max(most, len(running.frames))
    assert most <= PictureConfig().most_frames
    indices = [one.index for one in running.frames]
    assert len(indices) >= 1
    assert indices[-1] > 200
