"""A cut is where no background goes on; a subtitle that stays is none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.footage.differences import AnalysisPlane, block_levels, residual
from dougagen.footage.shots import CutConfig, is_cut

Luma = NDArray[np.uint8]
HEIGHT, WIDTH = 240, 320


def room(seed: int) -> Luma:
    """Soft furniture with a few lines, and a quarter of bare wall that all rooms share."""
    rng = np.random.default_rng(seed)
    soft = rng.integers(20, 230, (6, 8), np.uint8)
    picture = np.asarray(cv2.resize(soft, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)
    for _ in range(14):
        x, y = (int(v) for v in rng.integers((20, 20), (300, 160)))
        cv2.circle(picture, (x, y), 9, 5.0, 1)
    picture[: HEIGHT // 4] = 128
    return picture


def titled(picture: Luma) -> Luma:
    """Two lines of letters at the bottom."""
    written = picture.copy()
    written[192:236] = 10
    for row in (196, 218):
        for x in range(20, 300, 8):
            cv2.rectangle(written, (x, row), (x + 3, row + 12), 250.0, -1)
    return written


def blown_up(picture: Luma) -> Luma:
    """An explosion over the middle; the room goes on around it."""
    burst = picture.copy()
    cv2.ellipse(burst, (160, 120), (135, 100), 0, 0, 360, 250.0, -1)
    return burst


def busy(seed: int) -> Luma:
    lined = room(seed)
    for x in range(3, WIDTH, 13):
        cv2.line(lined, (x, 60), (x, HEIGHT), 30.0, 1)
    return lined


def cut_between(before: Luma, current: Luma) -> bool:
    planes = AnalysisPlane(current), AnalysisPlane(before)
    return is_cut(*planes, block_levels(residual(*planes, tolerance=0.35)))


@pytest.mark.parametrize("seed", range(2, 14))
def test_another_room_is_a_cut_with_and_without_a_subtitle_that_stays(seed: int) -> None:
    assert cut_between(room(1), room(seed))
    assert cut_between(titled(room(1)), titled(room(seed)))


def test_a_room_that_goes_on_around_an_explosion_is_no_cut() -> None:
    assert not cut_between(busy(1), blown_up(busy(1)))


def hall(light: int, seed: int) -> Luma:
    """Hardly anything but walls, light above and dark below, and a few large things."""
    rng = np.random.default_rng(seed)
    picture = np.linspace(light, light // 2, HEIGHT)[:, None].repeat(WIDTH, axis=1).astype(np.uint8)
    for _ in range(6):
        x, y = (int(v) for v in rng.integers((20, 20), (250, 175)))
        cv2.rectangle(picture, (x, y), (x + 60, y + 40), float(rng.integers(20, 250)), -1)
    return picture


@pytest.mark.parametrize("seed", [2, 3, 7, 8, 9, 10, 11, 12])
def test_two_rooms_are_two_although_light_explains_much_of_their_walls(seed: int) -> None:
    planes = AnalysisPlane(hall(120, 1)), AnalysisPlane(hall(170, seed))
    left = np.zeros((HEIGHT // 4, WIDTH // 4), np.float32)
    left[: len(left) * 3 // 5] = 20
    assert is_cut(*planes, left)
    assert not is_cut(planes[0], planes[0], left), "an explosion over the room"


def garden() -> Luma:
    """Leaves in most of a picture that gets lighter from left to right."""
    rng = np.random.default_rng(3)
    shade = np.linspace(60, 190, 360)[np.newaxis] + np.zeros((280, 1))
    leaves = cv2.GaussianBlur(rng.normal(0, 1, (280, 360)).astype(np.float32), (0, 0), 4)
    shade[70:, :230] += 80 * (leaves / leaves.std())[70:, :230]
    return np.clip(shade, 0, 255).astype(np.uint8)


def test_a_shake_is_no_cut_though_nothing_fine_lies_where_it_did() -> None:
    """Light and shade are somewhat alike, and edges are in the same parts of the picture."""
    before, shaken = garden()[20:260, 20:340], garden()[27:267, 34:354]
    planes = AnalysisPlane(shaken.copy()), AnalysisPlane(before.copy())
    left = block_levels(residual(*planes, tolerance=0.35))
    assert not is_cut(*planes, left)
    assert is_cut(*planes, left, config=CutConfig(same_edges=1.0)), "the rule is asked here"
