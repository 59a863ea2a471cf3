"""What hides the background is in front of it; what it is seen through is a shadow."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.errors import ConfigError
from dougagen.reconstruction.hiding_votes import words_of_hiding
from dougagen.reconstruction.shot_config import HidingConfig, ShotConfig
from dougagen.reconstruction.shot_evidence import evidence_of
from dougagen.reconstruction.shot_looks import Look

HEIGHT, WIDTH, COUNT = 120, 200, 6
SMOKE = (186, 205, 200)


def curtain(count: int = COUNT) -> NDArray[np.uint8]:
    """A striped board, uint8[K, h, w, 3], each the same."""
    rng = np.random.default_rng(5)
    stripes = np.where(np.arange(WIDTH) // 12 % 2 == 0, 60, 110)[None, :, None] + np.array([20, 0, 30])
    rough = rng.integers(-6, 7, (HEIGHT, WIDTH, 1))
    return np.repeat(np.clip(stripes + rough, 0, 255).astype(np.uint8)[None], count, axis=0)


def puff() -> NDArray[np.bool_]:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.circle(mask, (100, 60), 34, 1, -1)
    return mask > 0


def looks_of(pictures: NDArray[np.uint8], odds: NDArray[np.float32]) -> list[Look]:
    config = ShotConfig()
    return [
        Look.at(one, said, in_plain_light=True, config=config)
        for one, said in zip(pictures, odds, strict=True)
    ]


def shown(covered: NDArray[np.uint8], *, read_as: float) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """The curtain alone in the first drawing, and ``covered`` in the others, with the odds of its puff."""
    pictures, odds = curtain(), np.full((COUNT, HEIGHT, WIDTH), -6, np.float32)
    pictures[1:, puff()] = covered[puff()]
    odds[1:, puff()] = read_as
    return pictures, odds


def smoke() -> NDArray[np.uint8]:
    return np.full((HEIGHT, WIDTH, 3), SMOKE, np.uint8)


def test_smoke_that_the_networks_miss_in_every_drawing_hides_the_curtain_and_is_cel() -> None:
    pictures, odds = shown(smoke(), read_as=-2.0)
    changes = evidence_of(looks_of(pictures, odds), ShotConfig()).changes
    read = (odds + changes)[1:] > 0
    assert (read & puff()).sum() > 0.95 * (COUNT - 1) * puff().sum()
    assert (read & ~puff()).sum() < 0.02 * (COUNT - 1) * puff().sum()
    assert not (odds[0] + changes[0] > 0).any()


def test_a_shadow_through_which_the_curtain_is_seen_hides_nothing() -> None:
    shaded = (curtain(1)[0] * 0.6).astype(np.uint8)
    pictures, odds = shown(shaded, read_as=-2.0)
    assert not words_of_hiding(pictures, odds, ShotConfig()).any()


def test_before_a_board_without_edges_nothing_can_be_said() -> None:
    pictures, odds = shown(smoke(), read_as=-2.0)
    pictures[0] = (60, 50, 80)
    pictures[1:, ~puff()] = (60, 50, 80)
    assert not words_of_hiding(pictures, odds, ShotConfig()).any()


def test_the_surer_background_is_the_one_that_is_hidden() -> None:
    """The smoke stands in one drawing, is surely background, and the curtain is doubtful cel."""
    pictures, odds = shown(smoke(), read_as=-6.0)
    odds[0, puff()] = -2.0
    assert not words_of_hiding(pictures, odds, ShotConfig()).any()


def test_what_is_surely_background_stays_it_although_it_hides() -> None:
    """A cloud of the background, or a page of it that was turned."""
    pictures, odds = shown(smoke(), read_as=-6.0)
    odds[0] = -9.0
    assert words_of_hiding(pictures, odds, ShotConfig()).any()
    changes = evidence_of(looks_of(pictures, odds), ShotConfig()).changes
    assert not (odds + changes > 0).any()


@pytest.mark.parametrize("wrong", [{"edge": 0.0}, {"seen": 1.0}, {"hidden": 0.0}, {"fewest": 0}])
def test_numbers_without_meaning_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="hides"):
        HidingConfig(**wrong)  # type: ignore[arg-type]
