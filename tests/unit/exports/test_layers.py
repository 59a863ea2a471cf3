"""A drawing taken apart: what each layer holds, and that together they give the frame."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest
from drawn import BASE, INK, LIGHT, SHADE, drawn, ground, parts
from numpy.typing import NDArray

from dougagen.domain import CelMask, Douga, Triplet
from dougagen.errors import DougagenError
from dougagen.exports import layers as layers_module
from dougagen.exports.layers import cel_of, decompose
from dougagen.exports.stack import Layers, flattened, what_is_missing
from dougagen.studio import make_scene, whole_frame


def psnr(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Decibels; infinite where they are the same."""
    error = float(((one.astype(np.float64) - other) ** 2).mean())
    return float("inf") if error == 0 else 10 * np.log10(255**2 / error)


def without_camera(layers: Layers) -> Layers:
    over = tuple(layer for layer in layers.over if layer.key != "camera")
    return dataclasses.replace(layers, over=over)


def farthest(pixels: NDArray[np.uint8], color: tuple[int, int, int], where: NDArray[np.bool_]) -> int:
    """Levels between a layer and a colour, at most."""
    assert where.any()
    return int(np.abs(pixels[where][:, :3].astype(int) - color).max())


@pytest.fixture(scope="module")
def ball() -> tuple[Triplet, Layers]:
    triplet = drawn()
    return triplet, decompose(triplet)


def test_the_layers_laid_over_each_other_give_the_frame(ball: tuple[Triplet, Layers]) -> None:
    triplet, layers = ball
    assert np.abs(flattened(layers).astype(int) - triplet.color).max() <= 1
    assert psnr(flattened(without_camera(layers)), triplet.color) > 38


@pytest.mark.parametrize(("seed", "least"), [(3, 28), (8, 38), (21, 33)])
def test_the_layers_of_studio_scenes_give_the_frame_nearly_without_the_camera(seed: int, least: int) -> None:
    triplet = make_scene(seed, window=whole_frame(360))
    layers = decompose(triplet)
    assert np.abs(flattened(layers).astype(int) - triplet.color).max() <= 1
    assert psnr(flattened(without_camera(layers)), triplet.color) > least


def test_flat_colour_goes_on_under_shade_highlight_and_line(ball: tuple[Triplet, Layers]) -> None:
    triplet, layers = ball
    flat = layers["flat color"].pixels
    inside = cv2.erode(triplet.cel_mask.pixels.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    assert (flat[inside][:, 3] == 255).all(), "no gap"
    assert farthest(flat, BASE, flat[..., 3] > 0) <= 3, "one paint"


def test_each_fill_has_its_paint_and_lies_where_the_douga_says(ball: tuple[Triplet, Layers]) -> None:
    triplet, layers = ball
    of = parts()
    for key, share, paint in (("shade", of.shade, SHADE), ("highlight", of.light, LIGHT)):
        pixels = layers[key].pixels
        assert farthest(pixels, paint, pixels[..., 3] > 0) <= 4
        free = triplet.cel_mask.pixels & (of.ink == 0)
        assert np.abs(pixels[free][:, 3] / 255 - share[free]).mean() < 0.01
    assert not layers["color patches"].pixels[..., 3].any()


def test_a_line_is_ink_alone_with_no_fringe_of_paint_or_background(ball: tuple[Triplet, Layers]) -> None:
    _, layers = ball
    line, of = layers["line"].pixels, parts()
    assert farthest(line, INK, line[..., 3] > 0) <= 12
    wanted = of.ink * of.cel
    assert np.abs(line[..., 3] / 255 - wanted).mean() < 0.01


def test_shade_by_multiplication_turns_the_base_into_the_shade(ball: tuple[Triplet, Layers]) -> None:
    _, layers = ball
    layer = layers["shade multiply"]
    assert (layer.blend, layer.visible) == ("multiply", False)
    solid = layer.pixels[..., 3] == 255
    product = layer.pixels[solid][:, :3].astype(float) * layers["flat color"].pixels[solid][:, :3] / 255
    assert np.abs(product - SHADE).max() <= 4


def test_the_background_is_transparent_under_the_cel_unless_a_plate_is_given() -> None:
    triplet = drawn()
    middle = (60, 80)
    assert decompose(triplet)["background"].pixels[middle][3] == 0
    corner = decompose(triplet)["background"].pixels[2, 2]
    assert corner.tolist() == [*triplet.color[2, 2].tolist(), 255]
    plate = np.dstack([ground(level=60), np.full(triplet.color.shape[:2], 255, np.uint8)])
    layers = decompose(triplet, plate=plate)
    assert layers["background"].pixels[middle].tolist() == [*ground(level=60)[middle].tolist(), 255]
    assert np.abs(flattened(layers).astype(int) - triplet.color).max() <= 1


def test_a_cel_laid_over_another_background_looks_as_if_drawn_there() -> None:
    cel = cel_of(drawn(level=60))
    assert set(np.unique(cel[..., 3])) > {0, 255}, "a soft edge"
    other = ground(level=190)[::-1, ::-1]
    alpha = cel[..., 3:].astype(float) / 255
    laid = np.rint(cel[..., :3] * alpha + other * (1 - alpha)).astype(np.uint8)
    assert psnr(laid, parts().over(other)) > 40
    hard = np.where(drawn(level=60).cel_mask.pixels[..., None], drawn(level=60).color, other)
    assert psnr(laid, parts().over(other)) > psnr(hard.astype(np.uint8), parts().over(other)) + 3


def test_ink_that_the_douga_takes_for_a_shading_line_is_still_a_line() -> None:
    triplet = drawn()
    classes = triplet.douga.classes.copy()
    classes[classes == 1] = 2
    layers = decompose(Triplet(triplet.color, triplet.cel_mask, Douga(classes)))
    line = layers["line"].pixels[..., 3] > 128
    assert (line & (parts().ink > 0.9) & triplet.cel_mask.pixels).sum() > 0.8 * (
        (parts().ink > 0.9) & triplet.cel_mask.pixels
    ).sum()


def test_a_book_that_hides_the_cel_is_a_layer_over_it() -> None:
    triplet = drawn()
    mask, classes = triplet.cel_mask.pixels.copy(), triplet.douga.classes.copy()
    hidden = np.zeros_like(mask)
    hidden[70:90, 60:100] = True
    mask[hidden], classes[hidden] = False, 9
    color = triplet.color.copy()
    color[hidden] = 30, 120, 40
    layers = decompose(Triplet(color, CelMask(mask), Douga(classes)))
    book = layers["book"].pixels
    assert (book[..., 3] > 0).tolist() == hidden.tolist()
    assert np.abs(flattened(layers).astype(int) - color).max() <= 1


def test_the_camera_layer_is_as_weak_as_it_can_be() -> None:
    stacked = np.full((1, 3, 3), 100, np.uint8)
    picture = np.array([[[100, 100, 100], [255, 100, 100], [90, 110, 100]]], np.uint8)
    missing = what_is_missing(picture, stacked)
    assert missing[0, 0].tolist() == [0, 0, 0, 0]
    assert missing[0, 1].tolist() == [255, 100, 100, 255]
    assert missing[0, 2, 3] == 26  # ten levels down from a hundred is a tenth of the way to black


@pytest.mark.parametrize("shape", [(1, 1), (2, 9), (40, 30)])
def test_any_picture_comes_apart_and_together_again(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    color = rng.integers(0, 256, (*shape, 3), dtype=np.uint8)
    noise = rng.integers(0, 10, shape, dtype=np.uint8)
    for mask in (np.zeros(shape, bool), np.ones(shape, bool), rng.random(shape) < 0.5):
        for classes in (np.zeros(shape, np.uint8), np.ones(shape, np.uint8), noise):
            triplet = Triplet(color, CelMask(mask), Douga(classes))
            assert np.abs(flattened(decompose(triplet)).astype(int) - color).max() <= 1
            assert cel_of(triplet).shape == (*shape, 4)


def test_a_picture_too_large_to_be_taken_apart_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers_module, "MOST_PIXELS", 100)
    with pytest.raises(DougagenError, match="too large to be taken apart"):
        decompose(drawn())
