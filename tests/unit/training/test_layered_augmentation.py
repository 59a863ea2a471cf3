"""The thesis's augmentations (4.2): its figures, and layers that know of each other."""

from __future__ import annotations

import numpy as np
import pytest

from dougagen.domain import CelMask, Douga, DougaClass, Triplet
from dougagen.training import TrainingConfig, TripletPool
from dougagen.training.augment import Crop, erase_rectangle, random_crop
from dougagen.training.batches import make_batch
from dougagen.training.layered_augment import (
    change_levels,
    lay_textures,
    replace_background,
    replaces_background,
    studio_background,
)
from dougagen.training.textures import SIDE, overlaid, texture, texture_count

SHADE = int(DougaClass.SHADING_FILL)


def half_cel(side: int = 64, level: int = 100) -> Crop:
    """Cel on the left, shaded; background on the right, with a book fill in its upper half."""
    cel = np.zeros((side, side), bool)
    cel[:, : side // 2] = True
    classes = np.where(cel, SHADE, 0).astype(np.uint8)
    classes[: side // 2, side // 2 :] = int(DougaClass.BOOK_FILL)
    color = np.full((side, side, 3), level, np.uint8)
    return Crop(color, cel, classes, likelihood=np.full((side, side), 200, np.uint8))


# ---- brightness, contrast, hue ---------------------------------------------------------------------
def test_brightness_contrast_and_hue_deviate_by_the_figures_that_are_asked_for():
    picture = np.zeros((8, 8, 3), np.uint8)
    picture[:, :4], picture[:, 4:] = 90, 110  # mean 100: far from black and white, which would cut the tails
    lights, spreads = [], []
    for seed in range(600):
        rng = np.random.default_rng(seed)
        lights.append(change_levels(picture, rng, brightness=0.25, contrast=0.0, hue=0.0).mean() / 100)
        changed = change_levels(picture, rng, brightness=0.0, contrast=0.5, hue=0.0).astype(float)
        spreads.append((changed[0, 7, 0] - changed[0, 0, 0]) / 20)
    assert (np.mean(lights), np.std(lights)) == pytest.approx((1.0, 0.25), abs=0.04)
    assert (np.mean(spreads), np.std(spreads)) == pytest.approx((1.0, 0.5), abs=0.06)


def test_the_hue_turns_by_about_45_degrees_and_grey_stays_grey():
    red, grey = np.full((1, 1, 3), (180, 90, 90), np.uint8), np.full((1, 1, 3), 120, np.uint8)
    angles = []
    for seed in range(600):
        turned = change_levels(red, np.random.default_rng(seed), brightness=0, contrast=0, hue=45)[0, 0]
        r, g, b = turned.astype(float)
        angles.append(np.rad2deg(np.arctan2(np.sqrt(3) * (g - b), 2 * r - g - b)))
        unturned = change_levels(grey, np.random.default_rng(seed), brightness=0, contrast=0, hue=45)
        assert np.ptp(unturned.astype(int)) <= 1
    assert np.std(angles) == pytest.approx(45, abs=5)
    assert abs(np.mean(angles)) < 6


# ---- backgrounds -------------------------------------------------------------------------------------
def test_every_background_is_as_likely_as_every_picture_is_with_its_own():
    rng = np.random.default_rng(0)
    drawn = [replaces_background(rng, backgrounds=3, examples=6) for _ in range(9000)]
    counts = {number: drawn.count(number) for number in (0, 1, 2, None)}
    assert all(abs(counts[number] - 1000) < 120 for number in (0, 1, 2))
    assert abs(counts[None] - 6000) < 240  # six pictures, each as often as each background


def test_a_replaced_background_leaves_the_cel_and_takes_the_books_with_it():
    crop = half_cel()
    replace_background(crop, np.full((64, 64, 3), 7, np.uint8))
    assert (crop.color[:, :32] == 100).all()
    assert (crop.color[:, 32:] == 7).all()
    assert (crop.classes == np.where(crop.cel, SHADE, 0)).all()
    assert (crop.likelihood[:, 32:] < 128).all()  # no cel network would call the new background cel


def test_a_background_of_the_studio_is_the_same_each_time_and_another_for_another_number():
    one, again, other = (studio_background(n, height=40, width=64) for n in (4, 4, 5))
    assert one.shape == (40, 64, 3)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


# ---- textures ----------------------------------------------------------------------------------------
def test_there_are_fifteen_textures_of_mean_one_that_change_no_brightness():
    assert texture_count() == 15
    for number in range(15):
        levels = texture(number)
        assert levels.shape == (SIDE, SIDE, 3)
        assert np.allclose(levels.mean((0, 1)), 1.0, atol=1e-3)
        assert levels.min() > 0
        assert levels.std() > 0.03  # and yet one sees it
    flat = np.full((SIDE, SIDE, 3), 100, np.uint8)
    everywhere = np.ones((SIDE, SIDE), bool)
    means = [overlaid(flat, n, top=3, left=200, where=everywhere).mean() for n in range(15)]
    assert all(abs(mean - 100) < 1 for mean in means)


@pytest.mark.parametrize("number", [0, 3, 6, 9, 12])
def test_textures_tile_without_a_seam(number):
    levels = texture(number).mean(axis=2)
    for axis in (0, 1):
        inside = np.abs(np.diff(levels, axis=axis)).mean()
        seam = np.abs(levels.take(0, axis) - levels.take(-1, axis)).mean()
        assert seam < 1.5 * inside


def test_a_texture_larger_than_its_tile_goes_on_from_its_offset():
    flat = np.full((SIDE + 40, 30, 3), 100, np.uint8)
    laid = overlaid(flat, 2, top=10, left=500, where=np.ones(flat.shape[:2], bool))
    assert np.array_equal(laid[:40], laid[SIDE:])


def test_cel_and_background_get_textures_of_their_own():
    changed, rng = [], np.random.default_rng(0)
    for _ in range(200):
        crop = half_cel()
        lay_textures(crop, rng, probability=0.5)
        changed.append(((crop.color[:, :32] != 100).any(), (crop.color[:, 32:] != 100).any()))
        assert (crop.classes[:, :32] == SHADE).all()
    counts = [changed.count(case) for case in ((False, False), (False, True), (True, False), (True, True))]
    assert all(25 < count < 75 for count in counts)  # 50 of each


# ---- erasure, black borders, wide crops --------------------------------------------------------------
def test_the_thesis_erases_with_zeros_up_to_half_of_either_side():
    heights, widths = [], []
    for seed in range(200):
        crop = Crop(np.full((40, 100, 3), 9, np.uint8), np.ones((40, 100), bool),
                    np.full((40, 100), SHADE, np.uint8))  # fmt: skip
        erase_rectangle(crop, np.random.default_rng(seed), fill="black")
        erased = ~crop.cel
        assert (crop.color[erased] == 0).all()
        assert (crop.color[~erased] == 9).all()
        assert (crop.classes[erased] == 0).all()
        heights.append(erased.any(axis=1).sum())
        widths.append(erased.any(axis=0).sum())
    assert (min(heights), min(widths)) <= (3, 5)
    assert (max(heights), max(widths)) == (20, 50)


def test_black_of_an_erasure_survives_every_change_of_colour():
    white = Triplet(np.full((64, 64, 3), 255, np.uint8), CelMask(np.ones((64, 64), bool)),
                    Douga(np.zeros((64, 64), np.uint8)))  # fmt: skip
    config = TrainingConfig.of(
        {
            "task": "cel", "steps": 1, "crop": 64, "batch_size": 8, "erase_probability": 1.0,
            "erase_fill": "black", "brightness_deviation": 0.1, "color_probability": 1.0,
        }
    )  # fmt: skip
    batch = make_batch(config, TripletPool([white]), 0)
    erased = ~batch.cels
    assert erased.flatten(1).any(1).all()
    assert (batch.pictures[erased] == 0).all()


def test_a_picture_smaller_than_the_crop_stands_in_the_middle_of_black():
    triplet = Triplet(np.full((40, 60, 3), 200, np.uint8), CelMask(np.ones((40, 60), bool)),
                      Douga(np.full((40, 60), SHADE, np.uint8)))  # fmt: skip
    crop = random_crop(
        triplet,
        np.random.default_rng(0),
        size=(64, 100),
        scale_range=(1.0, 1.0),
        rotate_probability=0.0,
        focus=0.0,
        border="black",
    )
    assert crop.color.shape == (64, 100, 3)
    inside = np.zeros((64, 100), bool)
    inside[12:52, 20:80] = True
    assert np.abs((crop.color[..., 0] > 100).astype(int) - inside).sum() <= 2 * (40 + 60)  # half a pixel off
    assert crop.cel.sum() == pytest.approx(40 * 60, rel=0.06)
    assert not crop.cel[:10].any()
    assert (crop.classes[~crop.cel] == 0).all()


def test_what_is_put_around_a_picture_stays_black_whatever_is_done_to_the_picture():
    grey = Triplet(np.full((32, 64, 3), 128, np.uint8), CelMask(np.zeros((32, 64), bool)),
                   Douga(np.zeros((32, 64), np.uint8)))  # fmt: skip
    config = TrainingConfig.of(
        {
            "task": "cel", "steps": 1, "crop": 64, "batch_size": 8, "pads": True, "focus": 0.0,
            "scale_range": [1.0, 1.0], "rotate_probability": 0.0, "color_probability": 1.0,
            "brightness_deviation": 0.25, "texture_probability": 1.0, "backgrounds": 1,
        }
    )  # fmt: skip
    pictures = make_batch(config, TripletPool([grey]), 0).pictures.numpy()
    assert (pictures[:, :15] == 0).all()
    assert (pictures[:, 49:] == 0).all()
    assert (pictures[:, 18:46].max(axis=(1, 2, 3)) > 0).all()


def test_crops_may_be_wider_than_high():
    triplet = Triplet(np.zeros((90, 160, 3), np.uint8), CelMask(np.zeros((90, 160), bool)),
                      Douga(np.zeros((90, 160), np.uint8)))  # fmt: skip
    config = TrainingConfig.of({"task": "douga", "steps": 1, "crop": 36, "crop_width": 64, "batch_size": 2})
    batch = make_batch(config, TripletPool([triplet]), 0)
    assert {name: tuple(part.shape) for name, part in batch.tensors().items()} == {
        "pictures": (2, 36, 64, 3),
        "likelihoods": (2, 1, 36, 64),
        "targets": (2, 36, 64),
        "cels": (2, 36, 64),
    }
