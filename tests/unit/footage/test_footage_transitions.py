"""Cuts, flashes, fades and dissolves, drawn in grey without a codec: what begins there and what does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.domain import Frame
from dougagen.footage.hold import Hold
from dougagen.footage.holds import HoldConfig, collapse_holds

Picture = NDArray[np.uint8]


def holds_of(pictures: Iterable[Picture]) -> list[Hold]:
    frames = (Frame(index, index / 24, picture) for index, picture in enumerate(pictures))  # type: ignore[arg-type]
    return list(collapse_holds(frames, config=HoldConfig()))


def starts(holds: list[Hold]) -> list[tuple[int, int]]:
    """(shot, first frame) of each exposure."""
    return [(hold.shot_index, hold.span.start) for hold in holds]


@pytest.fixture
def grey(drawn, painted) -> Callable[..., Picture]:
    def picture(name: str, *, other: bool = False) -> Picture:
        scene = 255 - painted()[:, ::-1] // 2 if other else painted()
        return cv2.cvtColor(drawn(scene, name), cv2.COLOR_RGB2GRAY)

    return picture


def veiled(picture: Picture, share: float, level: int) -> Picture:
    return np.rint(picture * (1 - share) + level * share).astype(np.uint8)


@pytest.mark.parametrize("length", [6, 9, 16, 30])
def test_in_a_dissolve_nothing_begins_but_the_shot_where_it_weighs_half(length, grey):
    a, b = grey("A"), grey("B", other=True)
    weights = [0.0] * 12 + [(i + 1) / (length + 1) for i in range(length)] + [1.0] * 12
    mixed = [cv2.addWeighted(a, 1 - w, b, w, 0) for w in weights]
    holds = holds_of(mixed)
    half = next(i for i, w in enumerate(weights) if w >= 0.5)
    assert starts(holds) == [(0, 0), (1, half)]
    assert all(hold.facts.in_dissolve for hold in holds)


def test_a_cut_between_the_same_pictures_is_found_at_once(grey):
    a, b = grey("A"), grey("B", other=True)
    assert starts(holds_of([a] * 5 + [b] * 5)) == [(0, 0), (1, 5)]


@pytest.mark.parametrize("flash", [(1.0,), (1.0, 0.6, 0.3), (0.5, 1.0, 1.0, 0.5)])
def test_a_white_flash_begins_neither_a_shot_nor_a_drawing(flash, grey):
    a = grey("A")
    pictures = [a] * 7 + [veiled(a, share, 255) for share in flash] + [a] * 7
    holds = holds_of(pictures)
    assert starts(holds) == [(0, 0)]
    assert holds[0].facts.in_flash or holds[0].facts.in_fade


def test_a_drawing_that_begins_under_a_flash_begins_when_it_is_seen(grey):
    a, b = grey("A"), grey("B")
    pictures = [a] * 7 + [np.full_like(a, 255)] * 2 + [b] * 7
    assert starts(holds_of(pictures)) == [(0, 0), (0, 9)]


def test_an_explosion_that_covers_the_picture_for_some_frames_is_no_shot(grey, painted):
    a = grey("A")
    burst = np.random.default_rng(5).integers(0, 256, (15, 20), np.uint8)
    burst = cv2.resize(burst, a.shape[::-1], interpolation=cv2.INTER_CUBIC)
    assert starts(holds_of([a] * 8 + [burst, 255 - burst, burst] + [a] * 8)) == [(0, 0)]


@pytest.mark.parametrize(
    ("seen", "lasts", "found"),
    [
        (16, 14, [(0, 0), (0, 8), (0, 22)]),
        (0, 14, [(0, 0), (1, 8), (2, 22)]),
        (16, 4, [(0, 0), (0, 8), (0, 12)]),
        (0, 4, [(0, 0)]),
    ],
)
def test_what_covers_a_picture_is_drawn_where_some_of_it_is_seen_and_no_shot(seen, lasts, found, grey):
    """Where nothing is seen beside it, it is a flash if it is short, and another shot if it is not."""
    a, b = grey("A"), grey("B", other=True)
    a[:16] = np.where(np.indices((16, 320)).sum(axis=0) // 6 % 2, 40, 200)  # a fence
    wave = b.copy()
    wave[:seen] = a[:seen]
    for picture in (a, wave):  # a line of text says nothing
        cv2.putText(picture, "AND SO IT WENT ON", (40, 225), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 235, 2)
    assert starts(holds_of([a] * 8 + [wave] * lasts + [a] * 8)) == found


def test_a_fade_to_black_and_back_begins_nothing(grey):
    a = grey("A")
    shares = (
        [0.0] * 5 + [i / 8 for i in range(1, 9)] + [1.0] * 4 + [1 - i / 8 for i in range(1, 9)] + [0.0] * 5
    )
    holds = holds_of([veiled(a, share, 16) for share in shares])
    assert starts(holds) == [(0, 0)]
    assert holds[0].facts.in_fade


def test_another_shot_out_of_black_begins_after_the_first_black_frame(grey):
    a, b = grey("A"), grey("B", other=True)
    away = [veiled(a, i / 8, 16) for i in range(9)]
    back = [veiled(b, 1 - i / 8, 16) for i in range(1, 9)]
    black = np.full_like(a, 16)
    assert starts(holds_of([a] * 6 + away + [black] * 3 + back + [b] * 8)) == [(0, 0), (1, 15)]


@pytest.mark.parametrize("fading", [0.0, 0.01])
def test_a_shot_that_comes_out_of_black_begins_where_the_one_before_is_cut_to_it(fading, grey):
    a, b = grey("A"), grey("B", other=True)
    lit = [veiled(a, 0.3 - fading * i, 16) for i in range(9)]  # it comes into light itself, or stands
    black = [np.full_like(a, 16)] * 5
    back = [veiled(b, 1 - i / 30, 16) for i in range(1, 31)]
    assert starts(holds_of([*lit, *black, *back])) == [(0, 0), (1, 9)]


def test_two_shots_that_fade_into_each_other_through_black_are_two_though_little_shows_beside_it(grey):
    a, b = grey("A"), cv2.flip(grey("B", other=True), 0)
    away = [veiled(a, i / 16, 16) for i in range(17)]
    back = [veiled(b, 1 - i / 3, 16) for i in range(1, 4)]
    assert starts(holds_of([a] * 6 + away + back + [b] * 8)) == [(0, 0), (1, 23)]


@pytest.mark.parametrize(("level", "shots"), [(255, [0]), (0, [0, 7])])
def test_a_shot_goes_on_behind_a_white_flash_whatever_grows_over_it_after_that(level, shots, grey):
    """Out of the dark the clearest frames on both sides are compared; a flash hides nothing for long."""
    a, burst = grey("A"), np.random.default_rng(5).integers(0, 2, (15, 20), np.uint8) * 255
    covers = cv2.resize(burst, a.shape[::-1], interpolation=cv2.INTER_NEAREST)
    way = np.hypot(*(np.indices(a.shape) - np.array([[[120]], [[160]]]))) / 200
    grown = [np.where(way < share, covers, a) for share in np.linspace(0.05, 1.0, 11)]
    holds = holds_of([a] * 7 + [np.full_like(a, level)] * 2 + [a] + grown + [covers] * 4)
    begun = {hold.shot_index: hold.span.start for hold in reversed(holds)}
    assert [begun[shot] for shot in sorted(begun)] == shots


def test_an_episode_that_comes_out_of_black_is_not_cut(grey):
    back = [veiled(grey("A"), 1 - i / 40, 16) for i in range(1, 41)]
    assert starts(holds_of([np.full((240, 320), 16, np.uint8)] * 3 + back)) == [(0, 0)]


def test_a_slow_fade_keeps_the_drawings_that_begin_in_it(grey):
    names = "AAAAAABBBBBBCCCCCC"
    pictures = [veiled(grey(name), 0.04 * i, 16) for i, name in enumerate(names)]
    assert starts(holds_of(pictures)) == [(0, 0), (0, 6), (0, 12)]


def test_a_slow_pan_is_no_dissolve(drawn, painted):
    wide = cv2.cvtColor(drawn(painted(480, 240), "A"), cv2.COLOR_RGB2GRAY)
    holds = holds_of(np.ascontiguousarray(wide[:, 2 * t : 2 * t + 320]) for t in range(40))
    assert starts(holds) == [(0, 0)]
    assert holds[0].facts.camera == "pan"
    assert holds[0].facts.motion == pytest.approx(2.0, abs=0.2)
    assert holds[0].facts.moving > 0.9
