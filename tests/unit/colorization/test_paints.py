"""One paint an area, from the pots of the shot."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from painted import COAT, INK, SHADE, SKIN, face

from dougagen.colorization import LineArt
from dougagen.colorization.areas import areas_of
from dougagen.colorization.bucket import poured
from dougagen.colorization.hints import Hints
from dougagen.colorization.inputs import Inputs, Seen
from dougagen.colorization.lines import on_paper
from dougagen.colorization.paints import flat_paint
from dougagen.colorization.pots import Pots, mixed_once, model_with, paints_of


def muddy(picture: np.ndarray, seed: int = 0) -> np.ndarray:
    """As a network says it: right on the whole, and never the same twice."""
    wrong = np.random.default_rng(seed).normal(0, 9, picture.shape)
    return np.clip(picture + wrong, 0, 255).astype(np.uint8)


def test_a_muddy_draft_becomes_flat_paint_with_ink_over_it() -> None:
    color, cel, classes = face()
    paper = on_paper(color, cel)
    flat = flat_paint(muddy(paper), LineArt.of_classes(classes), Pots(), cel=cel)
    for (y, x), paint in {
        (34, 60): SKIN,
        (75, 45): COAT,
        (75, 75): SHADE,
        (12, 60): INK,
        (5, 5): (255, 255, 255),
    }.items():
        assert np.abs(flat[y, x].astype(int) - paint).max() <= 4
    assert len(np.unique(flat.reshape(-1, 3), axis=0)) <= 6


def test_lines_that_nobody_inks_leave_no_seam() -> None:
    color, cel, classes = face()
    flat = flat_paint(muddy(on_paper(color, cel)), LineArt.of_classes(classes), Pots(), cel=cel)
    seam = flat[70, 63].astype(int)
    assert min(np.abs(seam - COAT).max(), np.abs(seam - SHADE).max()) <= 4


def test_the_next_drawing_takes_the_pots_of_the_one_before() -> None:
    pots = Pots()
    first, second = (
        flat_paint(muddy(on_paper(c, cel), seed), LineArt.of_classes(classes), pots, cel=cel)
        for seed, (c, cel, classes) in enumerate((face(), face(shift=4)))
    )
    assert tuple(first[34, 60]) == tuple(second[34, 64])
    assert tuple(first[75, 45]) == tuple(second[75, 49])


def test_a_colour_model_gives_its_paints_to_what_is_near_them() -> None:
    color, cel, classes = face()
    sheet = np.zeros((40, 40, 3), np.uint8) + np.uint8(255)
    sheet[:20], sheet[20:30] = (232, 190, 160), (70, 100, 180)
    pots = Pots(model=paints_of(sheet)[:2, :3] * np.float32(255))
    flat = flat_paint(muddy(on_paper(color, cel)), LineArt.of_classes(classes), pots, cel=cel)
    assert tuple(flat[34, 60]) == (232, 190, 160)
    assert tuple(flat[75, 45]) == (70, 100, 180)


def test_a_dot_paints_its_whole_area_and_no_other() -> None:
    color, _, classes = face()
    art = LineArt.of_classes(classes)
    hints = dotted(classes.shape, {(34, 60): (77, 77, 77)})
    told = flat_paint(on_paper(color, face()[1]), art, Pots(), hints=hints)
    assert tuple(told[25, 55]) == (77, 77, 77)
    assert tuple(told[75, 45]) == COAT


def test_a_dot_that_reaches_over_a_line_means_what_is_under_its_middle() -> None:
    art = square_with_a_gap(0)
    told = poured(art, dotted(art.classes.shape, {(60, 97): (10, 200, 90)}, size=9))
    assert told.known[60, 50]
    assert not told.known[60, 130]
    on_the_line = poured(art, dotted(art.classes.shape, {(60, 100): (10, 200, 90)}))
    assert not on_the_line.known.any()  # a small dot on a line is ink
    large = poured(art, dotted(art.classes.shape, {(60, 103): (10, 200, 90)}, size=11))
    assert large.known[60, 130]
    assert not large.known[60, 50]


def test_two_dots_in_an_area_that_was_left_open_meet_in_the_opening() -> None:
    art = square_with_a_gap(24)
    labels, _ = areas_of(art)
    assert labels[60, 50] == labels[60, 130]
    dots = {(50, 60): (200, 40, 40), (40, 130): (255, 255, 255)}
    told = poured(art, dotted(art.classes.shape, dots))
    for inside in ((35, 45), (85, 95), (60, 90)):
        assert tuple(told.colors[inside]) == (200, 40, 40)
    for outside in ((5, 5), (60, 112), (115, 70)):
        assert tuple(told.colors[outside]) == (255, 255, 255)


def test_two_dots_of_one_paint_are_one() -> None:
    art = square_with_a_gap(0)
    told = poured(art, dotted(art.classes.shape, {(40, 50): (200, 40, 40), (80, 90): (204, 44, 38)}))
    assert len(np.unique(told.colors[told.known], axis=0)) == 1


def test_areas_end_at_lines_and_at_the_border_of_a_class() -> None:
    labels, count = areas_of(LineArt.of_classes(face()[2]))
    named = {int(labels[y, x]) for y, x in ((34, 60), (75, 45), (75, 75), (5, 5))}
    assert len(named) == 4 == count - 1
    assert labels[12, 60] == 0


def dotted(shape: tuple[int, ...], dots: dict[tuple[int, int], tuple[int, int, int]], size: int = 5) -> Hints:
    known, colors = np.zeros(shape, bool), np.zeros((*shape, 3), np.uint8)
    for (y, x), color in dots.items():
        window = np.s_[y - size // 2 : y + size // 2 + 1, x - size // 2 : x + size // 2 + 1]
        known[window], colors[window] = True, color
    return Hints.at(colors, known)


def square_with_a_gap(gap: int) -> LineArt:
    """A square of 60 pixels whose right side is open for ``gap`` pixels in the middle."""
    strength = np.zeros((120, 160), np.uint8)
    cv2.rectangle(strength, (40, 30), (100, 90), 255, 2)
    strength[60 - gap // 2 : 60 + (gap + 1) // 2, 95:106] = 0
    return LineArt.of_strength(strength)


@pytest.mark.parametrize("gap", [0, 1, 4, 9])
def test_paint_does_not_run_out_of_a_gap(gap: int) -> None:
    labels, _ = areas_of(square_with_a_gap(gap))
    assert labels[60, 50] != labels[60, 130]
    for inside in ((35, 45), (85, 95), (60, 90)):
        assert labels[inside] == labels[60, 50]
    for outside in ((5, 5), (60, 110), (115, 70)):
        assert labels[outside] == labels[60, 130]


def test_what_is_open_for_half_its_side_is_one_area() -> None:
    labels, _ = areas_of(square_with_a_gap(30))
    assert labels[60, 50] == labels[60, 130]


def test_a_sleeve_that_narrows_is_one_area() -> None:
    strength = np.zeros((120, 160), np.uint8)
    cv2.polylines(strength, [np.array([(10, 40), (150, 58), (150, 62), (10, 80)])], True, 255, 2)
    labels, _ = areas_of(LineArt.of_strength(strength))
    assert labels[60, 20] == labels[60, 80] == labels[60, 140] > 0


def test_a_hint_paints_no_paper_through_a_gap() -> None:
    art = square_with_a_gap(6)
    paper = np.full((*art.classes.shape, 3), 255, np.uint8)
    told = flat_paint(paper, art, Pots(), hints=dotted(art.classes.shape, {(60, 62): (77, 77, 77)}))
    assert tuple(told[40, 50]) == (77, 77, 77)
    assert tuple(told[60, 130]) == (255, 255, 255)


def test_a_draft_that_runs_over_paper_leaves_it_white_and_a_doubt_is_no_shade() -> None:
    art = square_with_a_gap(0)
    draft = np.full((120, 160, 3), 255, np.uint8)
    draft[50:70, 103:120] = 190  # run out of the figure
    draft[30:90, 40:100] = np.linspace(90, 150, 60).astype(np.uint8)[None, :, None]  # a doubt
    flat = flat_paint(draft, art, Pots())
    assert tuple(flat[60, 110]) == (255, 255, 255)
    assert len(np.unique(flat[33:88, 43:98].reshape(-1, 3), axis=0)) == 1


def test_paints_that_nearly_agree_are_mixed_once_and_a_model_keeps_paper_white() -> None:
    paints = np.array([[200, 60, 60], [206, 66, 58], [40, 40, 90]], np.float32)
    once = mixed_once(paints, np.array([10, 90, 50]))
    assert once.tolist() == [[206, 66, 58], [206, 66, 58], [40, 40, 90]]
    pots = Pots.of_model(paints_of(np.full((8, 8, 3), 220, np.uint8)))
    assert pots.matched(np.array([[250, 249, 251]], np.float32)).tolist() == [[255, 255, 255]]


def test_dots_come_first_in_a_model_that_nobody_named() -> None:
    stock = model_with(None)
    assert stock[:, 3].sum() == pytest.approx(1)
    known = np.zeros((20, 20), bool)
    known[2:7, 2:7] = True
    told = model_with(Hints.at(np.full((20, 20, 3), (10, 200, 90), np.uint8), known))
    assert np.allclose(told[0, :3] * 255, (10, 200, 90), atol=0.01)
    assert np.allclose(told[1:, :3], stock[:7, :3])
    assert told[:, 3].sum() <= 1.001


def test_shades_are_mixed_from_their_bases_where_nobody_has_named_a_model() -> None:
    color, cel, classes = face()
    art = LineArt.of_classes(classes)
    flat = flat_paint(on_paper(color, cel), art, Pots.of_nobody(), cel=cel)
    base, shade = flat[75, 45].astype(int), flat[75, 80].astype(int)
    assert np.abs(base - COAT).max() <= 2
    assert (shade < base).all()
    assert not (shade == SHADE).all()
    green = dotted(classes.shape, {(75, 45): (60, 200, 80)})
    told = flat_paint(on_paper(color, cel), art, Pots.of_nobody(), hints=green, cel=cel)
    assert told[75, 80].argmax() == 1  # the shade of a green coat is green
    both = dotted(classes.shape, {(75, 45): (60, 200, 80), (75, 80): (200, 10, 10)})
    assert tuple(flat_paint(on_paper(color, cel), art, Pots.of_nobody(), hints=both)[80, 75]) == (200, 10, 10)
    named = flat_paint(on_paper(color, cel), art, Pots.of_model(paints_of(on_paper(color, cel))), cel=cel)
    assert np.abs(named[75, 80].astype(int) - SHADE).max() <= 2


def test_a_picture_of_nothing_but_paper_has_no_paints() -> None:
    assert not paints_of(np.full((20, 20, 3), 255, np.uint8)).any()


def test_a_bucket_pours_a_hint_over_its_area_alone() -> None:
    known = np.zeros(face()[2].shape, bool)
    known[33:36, 59:62] = True
    hints = Hints.at(np.full((*known.shape, 3), 77, np.uint8), known)
    filled = Inputs.of([Seen(LineArt.of_classes(face()[2]), hints)]).filled[0]
    assert float(filled[3, 25, 55]) == 1
    assert float(filled[0, 25, 55]) == np.float32(77 / 255)
    assert float(filled[3, 75, 45]) == float(filled[3, 5, 5]) == 0
