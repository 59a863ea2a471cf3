"""Reading an artist's picture by the palette, on drawings whose classes are known."""

import cv2
import numpy as np
import pytest

from dougagen.domain import ALSO_READ, BOOK_CLASSES, LINE_CLASSES, PALETTE, DougaClass
from dougagen.errors import LabelError
from dougagen.labels import read_cel_mask, read_douga

FINE = 5
"""Sub-pixels a pixel: odd, so that no pixel is half covered and its true class is certain."""


def antialiased(fine):
    """(uint8[H, W, 3], uint8[H, W]): a class picture at FINE times the size, as a drawing program smooths it,
    and the class that covers most of each pixel."""
    height, width = fine.shape[0] // FINE, fine.shape[1] // FINE
    blocks = fine.reshape(height, FINE, width, FINE)
    covered = np.stack([(blocks == c).mean(axis=(1, 3)) for c in range(10)], axis=-1)
    return np.rint(covered @ PALETTE.astype(float)).astype(np.uint8), covered.argmax(-1).astype(np.uint8)


def figure(*, height=270, width=480, line=3.0, seed=1):
    """Overlapping shapes with every line and fill class and a book over them, at FINE times the size."""
    rng = np.random.default_rng(seed)
    classes = np.zeros((height * FINE, width * FINE), np.uint8)

    def shape(corners, x, y, radius):
        turns = np.sort(rng.uniform(0, 2 * np.pi, corners))
        reach = radius * rng.uniform(0.7, 1.2, corners)
        points = np.stack([x + reach * np.cos(turns), y + reach * np.sin(turns)], axis=1)
        return [(points * FINE).astype(np.int32)]

    def paint(points, fill, edge):
        cv2.fillPoly(classes, points, fill)
        cv2.polylines(classes, points, True, edge, round(line * FINE))

    for _ in range(8):
        x, y, radius = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0.15, 0.35) * height
        paint(shape(14, x, y, radius), 0, 1)
        for fill, edge in ((6, 2), (7, 3), (8, 4)):
            dx, dy = rng.normal(0, radius * 0.4, 2)
            paint(shape(9, x + dx, y + dy, radius * 0.35), fill, edge)
    paint(shape(6, width * 0.8, height * 0.8, height * 0.3), 9, 5)
    return classes


def line_f1(found, truth):
    """F1 at 2 px of one bool picture against another."""
    reach = np.array([[abs(x) ** 2 + abs(y) ** 2 <= 4 for x in range(-2, 3)] for y in range(-2, 3)], np.uint8)
    near = [cv2.dilate(p.astype(np.uint8), reach) > 0 for p in (truth, found)]
    precision, recall = (found & near[0]).sum() / found.sum(), (truth & near[1]).sum() / truth.sum()
    return 2 * precision * recall / (precision + recall)


# ---- the round trip -----------------------------------------------------------------------------------
@pytest.mark.parametrize("line", [1.0, 1.5, 3.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_an_antialiased_drawing_comes_back(line, seed):
    picture, truth = antialiased(figure(line=line, seed=seed))
    read = read_douga(picture).classes
    for c in (*LINE_CLASSES, DougaClass.BOOK_LINE):
        assert line_f1(read == c, truth == c) >= 0.99, c.label
    lines = np.isin(truth, [*LINE_CLASSES, DougaClass.BOOK_LINE])
    assert (read == truth)[~lines].mean() >= 0.999
    assert (read == truth)[lines].mean() >= 0.98


def test_unmixing_is_what_saves_the_rims():
    picture, truth = antialiased(figure())
    greys = np.isin(read_douga(picture).classes, BOOK_CLASSES) & ~np.isin(truth, BOOK_CLASSES)
    assert greys.sum() <= 10
    gaps = np.abs(picture[:, :, None].astype(int) - PALETTE[None, None].astype(int)).sum(axis=-1)
    naive = np.isin(gaps.argmin(axis=-1), BOOK_CLASSES) & ~np.isin(truth, BOOK_CLASSES)
    assert naive.sum() > 1000  # what the nearest colour alone would call book


def test_the_palette_itself_is_read_exactly_without_any_rule_for_greys():
    classes = np.random.default_rng(0).integers(0, 10, (30, 40), dtype=np.uint8)
    assert (read_douga(PALETTE[classes]).classes == classes).all()


# ---- colours ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("c", "color"), [(c, color) for c, colors in ALSO_READ.items() for color in colors])
def test_other_colours_of_a_class_are_read_as_it(c, color):
    picture = np.full((20, 20, 3), 255, np.uint8)
    picture[5:15, 5:15] = color
    assert (read_douga(picture).classes[5:15, 5:15] == c).all()


def test_a_colour_a_little_off_the_palette_goes_to_the_nearest():
    picture = np.full((20, 20, 3), 255, np.uint8)
    picture[5:15, 5:15] = (200, 168, 236)
    assert (read_douga(picture).classes[6:14, 6:14] == DougaClass.SHADING_FILL).all()


# ---- greys --------------------------------------------------------------------------------------------
def grey_picture(height, width):
    """A grey block of the book line's colour on a paper that holds one off-palette pixel."""
    picture = np.full((30, 30, 3), 255, np.uint8)
    picture[10 : 10 + height, 10 : 10 + width] = 110
    picture[0, 0] = 250
    return read_douga(picture).classes


def test_grey_in_a_3_by_3_block_is_book():
    assert (grey_picture(3, 3)[10:13, 10:13] == DougaClass.BOOK_LINE).all()


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 12), (12, 2), (1, 12)])
def test_grey_narrower_than_the_block_is_no_book(height, width):
    assert not np.isin(grey_picture(height, width), BOOK_CLASSES).any()


def test_a_thin_book_line_that_touches_its_book_is_book():
    picture = np.full((30, 40, 3), 255, np.uint8)
    picture[:, 20:] = 205
    picture[:, 19] = 110
    picture[0, 0] = 250
    read = read_douga(picture).classes
    assert (read[:, 19] == DougaClass.BOOK_LINE).all()
    assert (read[:, 20:] == DougaClass.BOOK_FILL).all()


def test_the_rim_of_a_line_that_runs_into_a_book_stays_line_or_paper():
    fine = np.zeros((60 * FINE, 90 * FINE), np.uint8)
    cv2.line(fine, (2 * FINE, 9 * FINE), (80 * FINE, 40 * FINE), 1, 2 * FINE)
    fine[:, 60 * FINE :] = 9
    fine[:, 57 * FINE : 60 * FINE] = 5
    picture, truth = antialiased(fine)
    read = read_douga(picture).classes
    assert not np.isin(read[:, :55], BOOK_CLASSES).any()
    assert (read == truth).mean() > 0.999


def test_a_soft_book_line_that_never_shows_its_colour_is_no_visible_line():
    fine = np.zeros((60 * FINE, 60 * FINE), np.uint8)
    cv2.circle(fine, (30 * FINE, 30 * FINE), 20 * FINE, 9, -1)
    cv2.circle(fine, (30 * FINE, 30 * FINE), 20 * FINE, 5, 2 * FINE)
    picture, _ = antialiased(fine)
    picture = cv2.GaussianBlur(picture, (0, 0), 0.5)
    assert not (picture == 110).all(axis=-1).any()
    read = read_douga(picture).classes
    assert not (read == DougaClass.VISIBLE_LINE).any()
    assert (read == DougaClass.BOOK_LINE).sum() > 150


# ---- kinds of picture -----------------------------------------------------------------------------------
def test_transparent_paper_is_white_and_a_half_covered_rim_is_unmixed():
    picture = np.zeros((12, 12, 4), np.uint8)
    picture[4:8] = (0, 0, 0, 255)
    picture[3] = (0, 0, 0, 60)
    picture[8] = (0, 0, 0, 200)
    rows = read_douga(picture).classes[:, 5].tolist()
    assert rows == [0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0]


def test_a_grey_picture_is_read_as_its_greys():
    picture = np.full((12, 12), 255, np.uint8)
    picture[4:8] = 0
    assert (read_douga(picture).classes[4:8] == 1).all()


def test_a_photograph_is_refused_as_no_douga():
    sky = np.full((40, 40, 3), (90, 140, 60), np.uint8)
    sky[20:] = (255, 120, 0)
    with pytest.raises(LabelError, match="far from every palette colour: 1,600 pixels in 1 place"):
        read_douga(sky)


def test_a_colour_far_from_the_palette_is_refused_with_its_count_and_its_first_place():
    picture = np.full((40, 60, 3), 255, np.uint8)
    picture[20:24, 30:35] = (255, 120, 0)
    picture[30:33, 2:5] = (0, 255, 255)
    words = r"far from every palette colour: 29 pixels in 2 places, the first at x 30, y 20 \(RGB 255 120 0\)"
    with pytest.raises(LabelError, match=words):
        read_douga(picture)


def test_noise_is_refused_although_no_area_of_it_is_flat():
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    with pytest.raises(LabelError, match="is not a douga"):
        read_douga(noise)


def test_the_rims_of_lines_are_not_taken_for_foreign_colours():
    picture, _ = antialiased(figure(line=2.0, seed=3))
    read_douga(picture)  # thousands of its pixels are far from every palette colour, none of them in an area


def test_a_picture_of_another_type_is_refused_with_its_shape():
    with pytest.raises(LabelError, match=r"float64\[4, 4\]"):
        read_douga(np.zeros((4, 4)))


# ---- cel masks ------------------------------------------------------------------------------------------
def test_a_cel_mask_is_white_from_128():
    column = np.array([0] * 20 + [127, 128] + [255] * 20, np.uint8)
    picture = np.repeat(np.repeat(column[:, None], 3, 1)[:, None], 30, 1)
    assert np.flatnonzero(read_cel_mask(picture)[:, 0])[0] == 21


def test_a_transparent_cel_mask_is_black_where_nothing_is_painted():
    picture = np.full((10, 10, 4), 255, np.uint8)
    picture[:5, :, 3] = 0
    assert read_cel_mask(picture)[:, 0].tolist() == [False] * 5 + [True] * 5


def test_a_grey_cel_mask_is_refused():
    with pytest.raises(LabelError, match="neither black nor white"):
        read_cel_mask(np.full((10, 10, 3), 128, np.uint8))


@pytest.mark.parametrize("color", [(128, 128, 128), (0, 0, 255), (255, 0, 0)])
def test_a_patch_of_a_cel_mask_in_another_colour_is_refused_with_its_place(color):
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[40:60] = 255
    picture[70:74, 20:24] = color
    with pytest.raises(LabelError, match="16 pixels in 1 place, the first at x 20, y 70"):
        read_cel_mask(picture)
