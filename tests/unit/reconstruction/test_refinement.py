"""Classes that a network might predict → strokes of one width and areas of one fill (thesis 5.7)."""

import cv2
import numpy as np
import pytest

from dougagen.domain import DougaClass, hairline_width
from dougagen.errors import ConfigError, DomainError
from dougagen.reconstruction import RefinementConfig, refine
from dougagen.reconstruction.refinement_lines import ink_depth, ink_of, skeleton_of, without_spurs

LINES, COLUMNS = 1080, 160  # a tall strip, so that lengths are those at 1080 lines
SKIN, SHADE, INK = (230, 190, 160), (180, 130, 110), (30, 20, 20)


def canvas(value=0):
    return np.full((LINES, COLUMNS), value, np.uint8)


def paint(color=SKIN):
    return np.full((LINES, COLUMNS, 3), color, np.uint8)


EVERYWHERE = np.ones((LINES, COLUMNS), np.bool_)


def shaded():
    """A face with a shade from row 400 on, and its true douga."""
    picture, truth = paint(), canvas()
    picture[400:], truth[400:] = SHADE, DougaClass.SHADING_FILL
    truth[399:402] = DougaClass.SHADING_LINE
    return picture, truth


def outlined(width):
    """A vertical line of ``width`` pixels from row 100 to 900, and its true douga."""
    picture, truth = paint(), canvas()
    picture[100:900, 70 : 70 + width], truth[100:900, 70 : 70 + width] = INK, DougaClass.VISIBLE_LINE
    return picture, truth


def fattened(truth, by=5):
    """Every line ``by`` − 1 pixels wider, as networks draw them."""
    lines = np.where(truth <= 5, truth, 0).astype(np.uint8)
    fat = cv2.dilate(lines, np.ones((by, by), np.uint8))
    return np.where(fat > 0, fat, truth)


def width_of(classes, kind):
    """Pixels of a class in the middle row."""
    return int((classes[500] == kind).sum())


@pytest.mark.parametrize("width", [2, 4, 7])
def test_a_visible_line_gets_the_width_of_its_ink(width):
    picture, truth = outlined(width)
    refined = refine(fattened(truth), EVERYWHERE, color=picture)
    assert width_of(fattened(truth), 1) == width + 4
    assert width_of(refined, 1) == width


def test_a_fixed_width_is_that_of_a_hairline_as_in_the_thesis():
    picture, truth = outlined(7)
    config = RefinementConfig(visible_width="fixed")
    assert width_of(refine(fattened(truth), EVERYWHERE, color=picture, config=config), 1) == 3


def test_a_kept_width_is_the_predicted_one():
    picture, truth = outlined(4)
    config = RefinementConfig(visible_width="kept")
    assert width_of(refine(fattened(truth), EVERYWHERE, color=picture, config=config), 1) == 8


def test_a_shading_line_is_a_hairline_on_the_edge_of_the_shade():
    picture, truth = shaded()
    refined = refine(np.roll(fattened(truth), 2, axis=0), EVERYWHERE, color=picture)  # fat, and 2 px off
    rows = np.flatnonzero((refined == DougaClass.SHADING_LINE).all(axis=1))
    assert rows.tolist() == [399, 400, 401]
    assert hairline_width(LINES) == 3


def test_an_area_takes_the_fill_of_most_of_its_pixels():
    picture, truth = shaded()
    noisy = truth.copy()
    noisy[500:600, 20:120] = DougaClass.HIGHLIGHT_FILL
    noisy[100:200:2, ::2] = DougaClass.SHADING_FILL
    assert (refine(noisy, EVERYWHERE, color=picture) == truth).mean() == 1.0


def test_a_gap_in_a_line_does_not_let_a_fill_leak():
    picture, truth = shaded()
    leaky = truth.copy()
    leaky[399:402, 60:100] = DougaClass.SHADING_FILL
    assert (refine(leaky, EVERYWHERE, color=picture) == truth).all()


def test_where_two_fills_meet_without_a_line_the_line_is_drawn():
    picture, truth = shaded()
    without = np.where(truth == DougaClass.SHADING_LINE, DougaClass.SHADING_FILL, truth).astype(np.uint8)
    assert (refine(without, EVERYWHERE, color=picture) == truth).all()


def test_without_the_picture_an_area_of_mixed_evidence_stays_as_predicted():
    _, truth = shaded()
    without = np.where(truth == DougaClass.SHADING_LINE, DougaClass.SHADING_FILL, truth).astype(np.uint8)
    assert (refine(without, EVERYWHERE) == without).all()


def test_without_the_picture_a_clear_majority_decides():
    noisy = canvas()
    noisy[::4, ::2] = DougaClass.SHADING_FILL
    assert not refine(noisy, EVERYWHERE).any()


def test_averaged_probabilities_decide_against_the_most_pixels():
    """60 % of the pixels lean slightly to flat, 40 % are sure of shade: the average is shade (thesis 5.7)."""
    classes = canvas()
    classes[:, ::5] = classes[:, 1::5] = DougaClass.SHADING_FILL
    shade = np.where(classes == DougaClass.SHADING_FILL, 1.0, 0.45)
    probabilities = np.zeros((10, LINES, COLUMNS), np.float16)
    probabilities[0], probabilities[6] = 1 - shade, shade
    assert not refine(classes, EVERYWHERE, color=paint()).any()
    by_average = refine(classes, EVERYWHERE, color=paint(), probabilities=probabilities)
    assert (by_average == DougaClass.SHADING_FILL).all()
    as_bytes = (probabilities * 255).astype(np.uint8)
    assert (refine(classes, EVERYWHERE, color=paint(), probabilities=as_bytes) == by_average).all()


def soft_shade():
    """Dark hair with a shade from row 400 on that is 14 levels darker, and its true douga."""
    picture, truth = paint((60, 45, 40)), canvas()
    picture[400:], truth[400:] = (46, 33, 28), DougaClass.SHADING_FILL
    truth[399:402] = DougaClass.SHADING_LINE
    return picture, truth


def test_a_faint_edge_divides_an_area_whose_pixels_do_not_agree():
    picture, truth = soft_shade()
    read = truth.copy()
    read[399:402] = 0  # the line was not seen
    refined = refine(read, EVERYWHERE, color=picture)
    assert (refined[500:] == DougaClass.SHADING_FILL).all()
    assert (refined[:300] == 0).all()
    leaked = refine(read, EVERYWHERE, color=picture, config=RefinementConfig(faint_contrast=20, two_paints=0))
    assert len(np.unique(leaked)) == 1


def test_two_paints_without_an_edge_between_them_are_two_areas_where_both_were_seen():
    picture, truth = soft_shade()
    read = truth.copy()
    read[399:402] = 0
    read[560:, :60] = 0  # of the shade the network filled a part
    one_area = RefinementConfig(edge_contrast=60, faint_contrast=60)  # no step in the picture ends an area
    refined = refine(read, EVERYWHERE, color=picture, config=one_area)
    assert (refined[500:] == DougaClass.SHADING_FILL).all()
    assert (refined[:300] == 0).all()


def test_one_paint_that_was_read_as_two_fills_stays_one_area():
    picture = np.full((*EVERYWHERE.shape, 3), (180, 120, 90), np.uint8)
    picture = np.clip(picture + np.random.default_rng(1).normal(0, 3, picture.shape), 0, 255).astype(np.uint8)
    read = canvas()
    read[600:] = DougaClass.SHADING_FILL
    assert len(np.unique(refine(read, EVERYWHERE, color=picture))) == 1


def test_an_airbrushed_area_is_no_two_paints():
    rows = np.linspace(200, 120, EVERYWHERE.shape[0])[:, None, None]
    picture = np.broadcast_to(rows, (*EVERYWHERE.shape, 3)).astype(np.uint8)
    read = canvas()
    read[: EVERYWHERE.shape[0] // 5] = DougaClass.SHADING_FILL
    assert (refine(read, EVERYWHERE, color=picture) == 0).all()


def test_a_faint_edge_where_the_pixels_agree_is_none():
    picture, _ = soft_shade()
    assert (refine(canvas(), EVERYWHERE, color=picture) == 0).all()


def test_a_wide_shade_that_was_seen_at_its_edge_alone_is_a_shade():
    picture, truth = shaded()
    read = truth.copy()
    read[680:] = 0  # 40 % of it, on the side of the edge, were seen
    refined = refine(read, EVERYWHERE, color=picture)
    assert (refined[410:] == DougaClass.SHADING_FILL).all()
    assert (refined[:390] == 0).all()


def test_a_wide_area_that_is_lighter_than_its_neighbour_is_no_shade():
    picture, truth = shaded()
    read = np.where(truth == DougaClass.SHADING_FILL, 0, truth).astype(np.uint8)
    read[240:398] = DougaClass.SHADING_FILL  # 40 % of the light side
    refined = refine(read, EVERYWHERE, color=picture)
    assert (refined[:390] == 0).all()


def test_a_small_area_takes_what_most_of_its_pixels_say():
    picture, truth = shaded()
    read = truth.copy()
    read[680:] = 0
    refined = refine(read, EVERYWHERE, color=picture, config=RefinementConfig(wide=1e9))
    assert (refined[410:] == 0).all()


def test_a_stroke_takes_one_class():
    picture, truth = outlined(3)
    dashed = truth.copy()
    dashed[300:320][dashed[300:320] == 1] = DougaClass.SHADING_LINE
    assert (refine(dashed, EVERYWHERE, color=picture) == truth).all()


def test_an_outline_that_goes_on_as_the_edge_of_a_shade_keeps_both_classes():
    picture, truth = shaded()
    picture[399:402, :80], truth[399:402, :80] = INK, DougaClass.VISIBLE_LINE
    refined = refine(truth, EVERYWHERE, color=picture)
    assert refined[400, 40] == DougaClass.VISIBLE_LINE
    assert refined[400, 120] == DougaClass.SHADING_LINE


def test_a_line_where_the_picture_shows_nothing_is_dropped():
    classes = canvas()
    classes[300:303, 20:140] = DougaClass.VISIBLE_LINE
    assert not refine(classes, EVERYWHERE, color=paint()).any()


def test_a_line_that_ends_goes_on_along_its_ink():
    picture, truth = outlined(4)
    cut = truth.copy()
    cut[500:512] = 0
    assert (refine(cut, EVERYWHERE, color=picture) == truth).all()


def test_off_the_cel_there_is_nothing_but_books_and_books_stay_as_they_are():
    picture, truth = shaded()
    cel = EVERYWHERE.copy()
    cel[:, 100:] = False
    classes = np.where(cel, truth, 0).astype(np.uint8)
    classes[200:300, 100:130], classes[200:300, 100:103] = DougaClass.BOOK_FILL, DougaClass.BOOK_LINE
    refined = refine(classes, cel, color=picture)
    book = np.isin(classes, (DougaClass.BOOK_FILL, DougaClass.BOOK_LINE))
    assert (refined[book] == classes[book]).all()
    assert not refined[~cel & ~book].any()


def test_grain_does_not_part_an_area():
    picture, truth = shaded()
    rng = np.random.default_rng(3)
    grainy = np.clip(picture + rng.normal(0, 5, picture.shape), 0, 255).astype(np.uint8)
    assert (refine(truth, EVERYWHERE, color=grainy) == truth).mean() > 0.99


def test_refining_twice_changes_next_to_nothing():
    picture, truth = shaded()
    once = refine(fattened(truth), EVERYWHERE, color=picture)
    assert (refine(once, EVERYWHERE, color=picture) == once).mean() > 0.999


def test_a_picture_without_cel_stays_as_it_is():
    assert not refine(canvas(), ~EVERYWHERE, color=paint()).any()
    assert not refine(np.zeros((1, 1), np.uint8), np.ones((1, 1), np.bool_)).any()


def test_the_input_is_left_alone():
    picture, truth = shaded()
    given = fattened(truth)
    before = given.copy()
    refine(given, EVERYWHERE, color=picture)
    assert (given == before).all()


def test_spurs_of_a_skeleton_are_dropped_and_ends_of_lines_stay():
    lines = np.zeros((40, 60), np.bool_)
    lines[20, 5:55] = True
    lines[17:20, 30] = True  # a spur of 3 pixels
    clean = without_spurs(skeleton_of(lines), shortest=6)
    assert clean[20, [6, 53]].all()
    assert not clean[17, 30]


def test_ink_ends_half_way_up_its_flank_and_a_step_of_paint_has_none():
    row = np.array([200] * 8 + [140, 40, 40, 90] + [200] * 8 + [100] * 12, np.uint8)
    color = np.repeat(np.repeat(row[None, :, None], 20, axis=0), 3, axis=2)
    ink = ink_of(ink_depth(color, widest=7), least=16, reach=3)
    assert np.flatnonzero(ink[10]).tolist() == [9, 10, 11]


@pytest.mark.parametrize(
    ("option", "value"),
    [("hairline", 0), ("stroke_share", 0.2), ("visible_width", "wide"), ("edge_contrast", 0), ("gap", -1)],
)
def test_an_option_out_of_bounds_is_an_error_that_names_it(option, value):
    with pytest.raises(ConfigError, match=option):
        RefinementConfig(**{option: value})


def test_lengths_are_those_of_1080_lines_and_scale_with_the_picture():
    full, half, tiny = (RefinementConfig().at(lines) for lines in (1080, 540, 60))
    assert (full.hairline, full.spur, full.gap, full.speck) == (3, 8, 16, 20)
    assert (half.spur, half.gap, half.speck, half.wide) == (4, 8, 5, 10_000)
    assert half.edge_contrast == full.edge_contrast
    assert tiny.gap == 0  # less than a pixel
    assert (tiny.hairline, tiny.ink_reach, tiny.window) == (1, 1, 1)


def test_arrays_that_do_not_fit_are_named():
    with pytest.raises(DomainError, match=r"refine\(color\)"):
        refine(canvas(), EVERYWHERE, color=paint()[:5])
    with pytest.raises(DomainError, match=r"refine\(probabilities\)"):
        refine(canvas(), EVERYWHERE, probabilities=np.zeros((2, LINES, COLUMNS), np.float16))
