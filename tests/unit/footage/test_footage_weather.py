"""Rain begins no drawing, a drawing in the rain does, and a camera that moves is no rain."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.domain import Frame
from dougagen.footage.change_config import ChangeConfig
from dougagen.footage.differences import AnalysisPlane, block_levels, residual
from dougagen.footage.fair_weather import in_weather
from dougagen.footage.following import Candidate
from dougagen.footage.holds import HoldConfig, collapse_holds
from dougagen.footage.motion import STANDING, Move
from dougagen.footage.pairs import compared
from dougagen.footage.seen import Seen
from dougagen.footage.weather import without_weather

Luma = NDArray[np.uint8]
SIZE = (240, 320)


def room() -> Luma:
    soft = np.random.default_rng(1).integers(40, 200, (12, 16), np.uint8)
    return np.asarray(cv2.resize(soft, SIZE[::-1], interpolation=cv2.INTER_CUBIC), np.uint8)


def drawn(number: int) -> Luma:
    """A room with a dark figure that stands elsewhere in every drawing."""
    picture = room()
    cv2.circle(picture, (100 + 40 * number, 130), 34, 20.0, -1)
    return picture


def rained_on(picture: Luma, seed: int) -> Luma:
    rng = np.random.default_rng(seed)
    wet = picture.copy()
    for _ in range(60):
        x, y = int(rng.integers(0, SIZE[1])), int(rng.integers(-10, SIZE[0]))
        cv2.line(wet, (x, y), (x + 1, y + 16), 250.0, 1)
    return wet


def starts(pictures: list[Luma]) -> list[int]:
    def colors(luma: Luma) -> Callable[[], NDArray[np.uint8]]:
        return lambda: np.dstack([luma] * 3)

    frames = [Frame(i, Fraction(i, 24), p, colors(p)) for i, p in enumerate(pictures)]
    return [hold.span.start for hold in collapse_holds(frames, config=HoldConfig())]


def left_of(pictures: list[Luma]) -> NDArray[np.float32] | None:
    planes = [AnalysisPlane(picture) for picture in pictures]
    still = block_levels(residual(planes[2], planes[1], tolerance=0.35))
    return without_weather((planes[0], planes[1], planes[2], planes[3]), still, tolerance=0.35)


def test_rain_over_a_held_drawing_leaves_nothing() -> None:
    left = left_of([rained_on(drawn(0), seed) for seed in range(4)])
    assert left is not None
    assert float(left.max()) < 5


def test_a_drawing_that_comes_in_the_rain_is_left() -> None:
    left = left_of([rained_on(drawn(seed // 2), seed) for seed in range(4)])
    assert left is not None
    assert float(left.max()) > 30


@pytest.mark.parametrize("what", ["a drawing", "a pan", "an explosion"])
def test_it_is_no_weather(what: str) -> None:
    frames = {
        "a drawing": [drawn(0), drawn(0), drawn(1), drawn(1)],
        "a pan": [np.roll(drawn(0), 5 * i, axis=1) for i in range(4)],
        "an explosion": [room(), room(), 255 - room(), room()],
    }[what]
    assert left_of(frames) is None


def test_drawings_on_threes_are_found_in_the_rain() -> None:
    pictures = [rained_on(drawn(i // 3 % 3), i) for i in range(18)]
    assert starts(pictures)[1:] == [3, 6, 9, 12, 15]


def test_a_mouth_that_is_hardly_wider_than_a_drop_is_found_in_the_rain() -> None:
    pictures = []
    for index in range(18):
        picture = drawn(0)
        if index // 3 % 2:
            cv2.rectangle(picture, (96, 142), (104, 145), 220.0, -1)
        pictures.append(rained_on(picture, 100 + index))
    assert starts(pictures)[1:] == [3, 6, 9, 12, 15]


@pytest.mark.parametrize(("stand", "is_rain"), [(0.45, True), (0.1, False)])
def test_drops_that_fall_evenly_are_no_camera_where_more_stands(stand: float, is_rain: bool) -> None:
    """A quarter of the points goes along with them, more than drops that fall anyhow have."""
    config, falls = ChangeConfig(), Move(-0.1, 31.4)
    one, two, three, four = (AnalysisPlane(rained_on(drawn(0), seed)) for seed in range(4))
    pair, later = (
        compared(Frame(i, Fraction(i, 24), plane.luma), plane, before, config)
        for i, plane, before in ((2, three, two), (3, four, three))
    )
    candidates = (Candidate(STANDING, stand, stand, STANDING), Candidate(falls, 0.25, 0.25, falls))
    pair._candidates = later._candidates = candidates
    seen = Seen(config)
    seen.earlier, seen.last, seen.followed = one, pair, (STANDING, falls)
    fair = in_weather(pair, seen, later, config, stands=False)
    assert (fair is not None) is is_rain


def panned(painting: Luma, index: int, *, drawing: int) -> Luma:
    """A window of the painting, 5 px further on in each frame, with a figure that is pulled along."""
    wide = painting.copy()
    cv2.circle(wide, (150 + 30 * drawing, 130 + 20 * (drawing % 2)), 34, 20.0, -1)
    return np.ascontiguousarray(wide[:, 5 * index : 5 * index + SIZE[1]])


def test_drawings_on_threes_are_found_in_the_rain_under_a_pan() -> None:
    rng = np.random.default_rng(2)
    coarse = rng.integers(40, 180, (12, 24), np.uint8)
    painting = np.asarray(cv2.resize(coarse, (480, SIZE[0]), interpolation=cv2.INTER_CUBIC), np.uint8)
    for _ in range(120):
        x, y = int(rng.integers(480)), int(rng.integers(SIZE[0]))
        cv2.rectangle(painting, (x, y), (x + 12, y + 9), float(rng.integers(30, 190)), -1)
    pictures = [rained_on(panned(painting, i, drawing=i // 3 % 3), i) for i in range(24)]
    assert starts(pictures)[1:] == list(range(3, 24, 3))


@pytest.mark.parametrize("move", [Move(3.5, -2.0), Move(1.0, 4.0, 1.05, 0.02)])
def test_the_inverse_of_a_move_takes_every_point_back(move: Move) -> None:
    there, back = complex(move.a, move.b), move.inverse
    for point in (0j, 100 + 0j, -40 + 70j):
        moved = there * point + complex(move.dx, move.dy)
        assert abs(complex(back.a, back.b) * moved + complex(back.dx, back.dy) - point) < 1e-9
