"""Borders of masks where a drawing and the plate part: hand-made boards, figures and mistakes of a mask."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.reconstruction.alignment import STANDING
from dougagen.reconstruction.borders import along_the_plate
from dougagen.reconstruction.plate_maker import PlateMaker
from dougagen.reconstruction.shot_config import BorderConfig, PlateConfig

HEIGHT, WIDTH = 480, 640
BORDERS = BorderConfig()
INK, PAINT = (25, 20, 30), (200, 120, 90)
Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]


def board() -> Picture:
    rng = np.random.default_rng(5)
    rough = rng.integers(90, 190, (HEIGHT // 24 + 1, WIDTH // 24 + 1, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(rough, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)).astype(np.uint8)


def disc(radius: float, *, center: tuple[int, int] = (300, 240)) -> Mask:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return np.hypot(x - center[0], y - center[1]) <= radius


def figure(on: Picture) -> Picture:
    """A painted disc of radius 80 with an outline three pixels wide, soft by half a pixel."""
    picture = np.where(disc(80)[..., None], np.array(INK, np.uint8), on)
    picture = np.where(disc(77)[..., None], np.array(PAINT, np.uint8), picture)
    soft = cv2.GaussianBlur(picture, (0, 0), 0.6)
    return np.where(disc(84)[..., None], soft, on).astype(np.uint8)


EVERYWHERE = np.ones((HEIGHT, WIDTH), np.bool_)


def wrong(found: Mask, truth: Mask) -> int:
    return int(np.count_nonzero(found != truth))


@pytest.mark.parametrize("radius", [78, 82])
def test_a_mask_that_is_two_pixels_too_narrow_or_too_wide_ends_where_the_figure_does(radius: int) -> None:
    ground = board()
    found = along_the_plate(figure(ground), ground, EVERYWHERE, disc(radius), BORDERS)
    assert wrong(found, disc(80)) < 0.15 * wrong(disc(radius), disc(80))


def test_noise_is_no_difference() -> None:
    ground = board()
    rng = np.random.default_rng(2)
    grain = rng.normal(0, 4, (2, HEIGHT, WIDTH, 1))
    seen, plate = (
        np.clip(p + g, 0, 255).astype(np.uint8) for p, g in zip((figure(ground), ground), grain, strict=True)
    )
    found = along_the_plate(seen, plate, EVERYWHERE, disc(82), BORDERS)
    assert wrong(found, disc(80)) < 0.4 * wrong(disc(82), disc(80))


def test_what_the_plate_does_not_know_stays_as_it_was_read() -> None:
    ground = board()
    known = EVERYWHERE.copy()
    known[:240] = False
    found = along_the_plate(figure(ground), ground, known, disc(82), BORDERS)
    assert np.array_equal(found[:238], disc(82)[:238])
    assert wrong(found[244:], disc(80)[244:]) < wrong(disc(82)[244:], disc(80)[244:]) / 3


def test_a_board_in_another_light_turns_nothing_that_was_right() -> None:
    ground = board()
    darker = (ground * 0.8).astype(np.uint8)
    found = along_the_plate(figure(darker), ground, EVERYWHERE, disc(80), BORDERS)
    assert wrong(found, disc(80)) < 0.3 * wrong(disc(81), disc(80))


def test_another_layer_beside_the_figure_does_not_become_cel() -> None:
    ground = board()
    seen = figure(ground)
    seen[:, 370:][~disc(84)[:, 370:]] = (60, 70, 60)  # a tree that the plate does not show there
    found = along_the_plate(seen, ground, EVERYWHERE, disc(82), BORDERS)
    assert not found[:, 384:].any()
    assert np.array_equal(found[235:246, 376:], disc(82)[235:246, 376:])


def test_a_picture_without_cel_has_none_after_it() -> None:
    nothing = np.zeros((HEIGHT, WIDTH), np.bool_)
    assert not along_the_plate(figure(board()), board(), EVERYWHERE, nothing, BORDERS).any()


def test_no_border_is_compared_with_what_the_drawing_itself_put_on_the_plate() -> None:
    """A held figure whose mask misses its ink would find this ink on the plate, and lose it for good."""
    ground = board()
    maker = PlateMaker("0" * 16, 0, PlateConfig(), BORDERS)
    for frame in range(3):
        maker.lay(figure(ground), disc(78), STANDING, frame)
    plate, known = maker.seen_from(STANDING, HEIGHT, WIDTH)
    beside = disc(78 + BORDERS.rim_of(HEIGHT)) & ~disc(78)
    assert not known[beside].any()
    assert np.array_equal(along_the_plate(figure(ground), plate, known, disc(78), BORDERS), disc(78))


def test_a_growing_plate_shows_each_drawing_what_lies_behind_it() -> None:
    wide = np.concatenate([board(), board()[:, ::-1]], axis=1)
    maker = PlateMaker("0" * 16, 0, PlateConfig(), BORDERS)
    places = []
    for frame in range(3):
        place = np.eye(3)
        place[0, 2] = 40 * frame - 17
        places.append(place)
        left = 40 * frame
        maker.lay(wide[:, left : left + WIDTH], disc(60), place, frame)
    for frame, place in enumerate(places):
        plate, known = maker.seen_from(place, HEIGHT, WIDTH)
        assert known.mean() > 0.95
        assert np.array_equal(plate[known], wide[:, 40 * frame : 40 * frame + WIDTH][known])
    far = np.eye(3)
    far[0, 2] = 5 * WIDTH
    assert not maker.seen_from(far, HEIGHT, WIDTH)[1].any()


def test_edges_that_are_known_to_a_fraction_of_a_pixel_leave_no_specks() -> None:
    """Laid a third of a pixel beside each other, the drawings deny each other along every sharp edge."""
    hard = np.full((60, 90, 3), 30, np.uint8)
    hard[:, 20:24] = hard[:, 50:] = 220
    maker, nothing = PlateMaker("0" * 16, 0, PlateConfig(), BORDERS), np.zeros((480, 640), np.bool_)
    picture = np.asarray(cv2.resize(hard, (640, 480), interpolation=cv2.INTER_NEAREST))
    for frame, off in enumerate([0.0, 0.3, -0.3, 0.2, -0.2, 0.1]):
        place = np.eye(3)
        place[0, 2] = off
        maker.lay(picture, nothing, place, frame)
    (plate,) = maker.plates()
    assert plate.known[2:-2, 3:-3].all()
