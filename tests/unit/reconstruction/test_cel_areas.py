"""A picture is divided by its paints, and each area is cel or background throughout."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from dougagen.networks import CEL_AREAS, AreaNetwork, AreaNetworkConfig
from dougagen.reconstruction.cel_area_graph import cel_areas_in, true_cel
from dougagen.reconstruction.cel_area_reader import CelAreaReader
from dougagen.reconstruction.paint_areas import lab_of, paint_areas

HEIGHT, WIDTH = 120, 200
SKY, COAT, FACE, INK = (150, 190, 230), (60, 40, 50), (240, 210, 190), (20, 15, 15)


@pytest.fixture(scope="module")
def figure() -> np.ndarray:
    """A face over a coat before a sky, each outlined."""
    picture = np.full((HEIGHT, WIDTH, 3), SKY, np.uint8)
    cv2.rectangle(picture, (60, 60), (140, HEIGHT), COAT, -1)
    cv2.rectangle(picture, (60, 60), (140, HEIGHT), INK, 1)
    cv2.circle(picture, (100, 40), 22, FACE, -1)
    cv2.circle(picture, (100, 40), 22, INK, 1)
    return picture


@pytest.fixture(scope="module")
def untaught() -> AreaNetwork:
    """What it learned is nothing: it says half of what the cel network says on the mean of each area."""
    network = AreaNetwork(AreaNetworkConfig(8, 1), CEL_AREAS)
    torch.nn.init.zeros_(network.classify.weight)
    torch.nn.init.zeros_(network.classify.bias)
    return network.eval()


def test_every_paint_is_an_area_and_most_ink_goes_to_the_paints_beside_it(figure: np.ndarray) -> None:
    number = paint_areas(lab_of(figure))
    assert number.min() == 0
    assert len(np.unique(number)) == number.max() + 1
    assert np.sort(np.bincount(number.ravel()))[-3:].sum() > 0.98 * number.size
    sky, coat, face = number[10, 10], number[100, 100], number[40, 100]
    assert len({sky, coat, face}) == 3
    for area, paint in ((sky, SKY), (coat, COAT), (face, FACE)):
        assert (number[(figure == paint).all(axis=2)] == area).mean() > 0.95


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (2, 2), (3, 500)])
def test_the_smallest_pictures_are_divided_or_left_whole(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    for picture in (np.zeros((*shape, 3), np.uint8), rng.integers(0, 256, (*shape, 3)).astype(np.uint8)):
        number = paint_areas(lab_of(picture))
        assert number.shape == shape
        assert len(np.unique(number)) == number.max() + 1


def test_noise_is_divided_into_pieces_of_no_great_size() -> None:
    noise = np.random.default_rng(5).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    found = cel_areas_in(noise, np.zeros((HEIGHT, WIDTH), np.float32))
    assert found is None or found.sizes.max() < noise[..., 0].size / 2
    assert found is None or all(
        bool(torch.isfinite(each).all()) for each in (found.graph.areas, found.graph.of_pairs)
    )


def test_a_graph_has_the_numbers_that_the_network_reads_and_knows_who_touches_whom(
    figure: np.ndarray,
) -> None:
    odds = np.where((figure == FACE).all(axis=2), 4, -4).astype(np.float32)
    found = cel_areas_in(figure, odds)
    assert found is not None
    graph = found.graph
    assert graph.areas.shape == (len(found.sizes), CEL_AREAS.areas)
    assert graph.of_pairs.shape[1] == CEL_AREAS.neighbours
    assert graph.of_alike.shape[1] == CEL_AREAS.alike
    sky, coat, face = found.number[10, 10], found.number[100, 100], found.number[40, 100]
    touching = {tuple(pair) for pair in graph.pairs.T.tolist()}
    assert touching >= {(a, b) for a in (sky, coat, face) for b in (sky, coat, face) if a != b}
    assert found.sizes.sum() == HEIGHT * WIDTH
    of_face = true_cel(found, (odds > 0).astype(np.float32))
    assert of_face[face, 1] > 0.9 * found.sizes[face]
    assert of_face[sky, 1] == 0


def test_areas_add_to_the_cel_and_take_nothing_away(figure: np.ndarray, untaught: AreaNetwork) -> None:
    odds = np.full((HEIGHT, WIDTH), -3, np.float32)
    odds[70:, 60:140] = 4  # all of the coat but a strip
    odds[20:24, 10:14] = 2  # a spot in the sky
    decided = (
        CelAreaReader(untaught, most_added=0.12)
        .decided(torch.from_numpy(odds)[None, None], figure[None])[0, 0]
        .numpy()
    )
    found = cel_areas_in(figure, odds)
    assert found is not None
    strip = np.s_[63:68, 70:130]
    of_coat = odds[found.number == found.number[100, 100]].mean() / 2
    assert of_coat > 0
    np.testing.assert_allclose(decided[strip], of_coat, atol=0.05)
    assert (decided >= odds - 1e-4).all()
    np.testing.assert_allclose(decided[20:24, 10:14], 2, atol=1e-4)


def test_areas_that_want_half_of_the_picture_are_not_heard(figure: np.ndarray, untaught: AreaNetwork) -> None:
    odds = np.where(paint_areas(lab_of(figure)) == paint_areas(lab_of(figure))[10, 10], -1, 3)
    odds = odds.astype(np.float32)
    odds[:, :50] = 5  # of the sky a third, so surely that all of it would follow
    said = torch.from_numpy(odds)[None, None]
    assert torch.equal(CelAreaReader(untaught, most_added=0.12).decided(said, figure[None]), said)


def test_a_picture_of_one_paint_keeps_the_network_s_word(untaught: AreaNetwork) -> None:
    odds = torch.randn((2, 1, 30, 50))
    pictures = np.full((2, 30, 50, 3), 90, np.uint8)
    torch.testing.assert_close(CelAreaReader(untaught, most_added=0.12).decided(odds, pictures), odds)
