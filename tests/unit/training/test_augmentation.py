"""Pictures change, their truth stays true."""

import cv2
import numpy as np
import pytest

from dougagen.domain import CelMask, Douga, DougaClass, Triplet
from dougagen.training.augment import (
    Crop,
    change_colors,
    degrade,
    erase_rectangle,
    paste_cel,
    random_crop,
    warped_classes,
)
from dougagen.training.batches import visible_truth
from dougagen.training.perturbed_masks import perturb_mask

LINE, FLAT, SHADE = DougaClass.VISIBLE_LINE, DougaClass.FLAT_AREA, DougaClass.SHADING_FILL


def disc_triplet(height: int = 120, width: int = 200) -> Triplet:
    """A white disc with a black outline on blue; the right half of the disc is shaded."""
    color = np.zeros((height, width, 3), np.uint8)
    color[...] = (0, 0, 200)
    classes, mask = np.zeros((height, width), np.uint8), np.zeros((height, width), np.uint8)
    centre = (width // 2, height // 2)
    cv2.circle(color, centre, 40, (255, 255, 255), -1)
    cv2.circle(mask, centre, 40, 1, -1)
    classes[(mask == 1) & (np.arange(width) > centre[0])] = SHADE
    cv2.circle(color, centre, 40, (0, 0, 0), 3)
    cv2.circle(classes, centre, 40, int(LINE), 3)
    cv2.circle(mask, centre, 40, 1, 3)
    return Triplet(color, CelMask(mask.astype(bool)), Douga(classes))


def crop_of(cel: list[str], level: int) -> Crop:
    mask = np.array([[c == "c" for c in row] for row in cel])
    color = np.full((*mask.shape, 3), level, np.uint8)
    return Crop(color, mask, mask.astype(np.uint8) * int(SHADE))


@pytest.mark.parametrize("phase", [0.0, 0.25, 0.5, 0.75])
@pytest.mark.parametrize("angle", [0, 17, 45, 80])
def test_a_line_of_one_pixel_survives_a_scale_of_seven_tenths_unbroken_and_thin(angle, phase):
    classes = np.zeros((128, 128), np.uint8)
    reach = (50 * np.cos(np.deg2rad(angle)), 50 * np.sin(np.deg2rad(angle)))
    near, far = (tuple(int(64 + sign * r) for r in reach) for sign in (-1, 1))
    cv2.line(classes, near, far, int(DougaClass.HIGHLIGHT_LINE), 1)
    smaller = np.array([[0.7, 0, phase], [0, 0.7, phase]])
    small = warped_classes(classes, smaller, 90, enlarged=False)
    line = (small == DougaClass.HIGHLIGHT_LINE).astype(np.uint8)
    assert cv2.connectedComponents(line, connectivity=8)[0] == 2  # the ground and one line
    length = 0.7 * max(abs(far[0] - near[0]), abs(far[1] - near[1]))
    assert length * 0.95 < line.sum() < length * 2.05  # two pixels where it falls between two rows


def test_nearest_sampling_would_lose_lines():
    """Why the labels are not simply sampled."""
    classes = np.zeros((128, 128), np.uint8)
    classes[::6] = LINE
    smaller = np.array([[0.7, 0, 0], [0, 0.7, 0]])
    nearest = cv2.warpAffine(classes, smaller, (80, 80), flags=cv2.INTER_NEAREST)
    kept = warped_classes(classes, smaller, 80, enlarged=False)
    lines = [int((np.diff(np.pad(rows[:, 40], (1, 0)).astype(int)) > 0).sum()) for rows in (nearest, kept)]
    assert lines[0] < lines[1] == len(range(0, int(80 / 0.7), 6))


def test_an_unchanged_size_changes_no_label():
    classes = disc_triplet().douga.classes[:100, :100]
    assert np.array_equal(warped_classes(classes, np.eye(2, 3), 100, enlarged=True), classes)


@pytest.mark.parametrize("seed", range(12))
def test_colour_mask_and_classes_stay_aligned_through_every_crop(seed):
    rng = np.random.default_rng(seed)
    crop = random_crop(disc_triplet(), rng, size=96, scale_range=(0.6, 1.6), rotate_probability=0.7)
    assert crop.color.shape == (96, 96, 3)
    is_blue = (crop.color[..., 2] > 150) & (crop.color[..., 0] < 60)
    is_black = crop.color.max(axis=2) < 40
    assert (is_blue == ~crop.cel).mean() > 0.97
    assert not (is_blue & (crop.classes == SHADE)).any()
    assert (crop.classes[is_black] == LINE).mean() > 0.9 if is_black.any() else True


def test_the_same_seed_gives_the_same_crop():
    one, two = (
        random_crop(
            disc_triplet(), np.random.default_rng(5), size=64, scale_range=(0.5, 2.0), rotate_probability=1.0
        )
        for _ in range(2)
    )
    assert np.array_equal(one.color, two.color)
    assert np.array_equal(one.classes, two.classes)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 200), (40, 40)])
def test_pictures_smaller_than_the_crop_are_filled_by_reflection(height, width):
    triplet = Triplet(
        np.full((height, width, 3), 7, np.uint8),
        CelMask(np.ones((height, width), bool)),
        Douga(np.full((height, width), SHADE, np.uint8)),
    )
    crop = random_crop(
        triplet, np.random.default_rng(0), size=64, scale_range=(0.5, 2.0), rotate_probability=0.5
    )
    assert (crop.color == 7).all()
    assert crop.cel.all()
    assert (crop.classes == SHADE).all()


def test_a_pasted_cel_brings_its_truth_and_leaves_the_rest_its_own():
    above, below = crop_of(["cc....", "cc...."] * 3, 200), crop_of(["....cc", "....cc"] * 3, 50)
    pasted = paste_cel(above, below)
    assert pasted.cel.tolist() == [[True, True, False, False, True, True]] * 6
    assert (pasted.classes == SHADE).tolist() == pasted.cel.tolist()
    assert (pasted.color[:, 0] == 200).all()
    assert (pasted.color[:, 3:] == 50).all()


def test_an_erased_rectangle_is_background():
    crop = crop_of(["c" * 20] * 20, 90)
    erase_rectangle(crop, np.random.default_rng(2))
    erased = ~crop.cel
    assert 0 < erased.sum() <= 100
    assert (crop.classes[erased] == FLAT).all()
    assert (crop.classes[~erased] == SHADE).all()
    assert len(np.unique(crop.color[erased], axis=0)) == 1


def test_colours_change_but_keep_shape_and_order_of_light():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    means = []
    for seed in range(40):
        changed = change_colors(ramp, np.random.default_rng(seed))
        assert changed.shape == ramp.shape
        assert changed.dtype == np.uint8
        assert (np.diff(changed.astype(int), axis=1) >= 0).all()
        means.append(changed.mean())
    assert min(means) < 60  # the night scenes
    assert max(means) > 140


def test_degrading_stays_close_to_the_picture():
    color = cv2.GaussianBlur(
        np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8), (0, 0), 3
    )
    differences = [
        np.abs(degrade(color, np.random.default_rng(s)).astype(int) - color).mean() for s in range(30)
    ]
    assert max(differences) < 12
    assert min(differences) == 0
    assert max(differences) > 1


def test_perturbed_masks_are_often_wrong_and_sometimes_exact():
    cel = disc_triplet().cel_mask.pixels
    wrong = [(perturb_mask(cel, np.random.default_rng(s)) ^ cel).mean() for s in range(60)]
    assert sum(w == 0 for w in wrong) >= 8
    assert sum(w > 0.005 for w in wrong) >= 25


def test_outside_the_given_mask_the_truth_is_flat_except_books():
    classes = np.array([[1, 1, 6, 5, 9, 0]], np.uint8)
    mask = np.array([[True, False, False, False, False, True]])
    assert visible_truth(classes, mask).tolist() == [[1, 0, 0, 5, 9, 0]]
