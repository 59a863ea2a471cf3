"""Every class of the douga borders what its name says, with the width that its height asks for."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from dougagen.domain import DougaClass, hairline_width
from dougagen.studio.cel.cel import DEEP, Cel, Paint
from dougagen.studio.cel.douga_truth import cel_mask_of, douga_of
from dougagen.studio.cel.sheet import CelSheet
from dougagen.studio.cel.strokes import Ink
from dougagen.studio.design.people.character import random_character
from dougagen.studio.design.ranges import DesignRanges
from dougagen.studio.design.subject import Pose
from dougagen.studio.design.things.abstract import random_abstract
from dougagen.studio.design.things.creatures import random_creature
from dougagen.studio.design.things.machines import random_machine
from dougagen.studio.design.things.phenomena import random_phenomenon
from dougagen.studio.design.things.props import random_prop
from dougagen.studio.held_out.people import random_held_out_person
from dougagen.studio.held_out.things import random_held_out_thing

RED = Paint((200, 60, 50), (130, 30, 40), (80, 15, 30), (250, 220, 210))
BLUE = Paint((40, 60, 190), (20, 30, 120), (10, 15, 70), (200, 210, 250))
D = DougaClass
FAMILIES = (
    random_abstract, random_prop, random_creature, random_machine, random_phenomenon, random_character,
    random_held_out_person, random_held_out_thing,
)  # fmt: skip
HARD = DesignRanges(soft=0.0, gradients=0.0)
"""Flat paint alone: a soft edge and an air-brushed gradient change colours and not the truth."""


def square(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float64)


def sheet_of(lines: int) -> tuple[CelSheet, int]:
    sheet = CelSheet(height=60, width=100, lines=lines)
    return sheet, sheet.part(square(-10, -10, 110, 70), RED, None)


def run(row: np.ndarray, value: int) -> tuple[int, int]:
    """First column and number of columns of ``value`` in a row, which must be one piece."""
    at = np.flatnonzero(row == value)
    assert np.ptp(at) + 1 == len(at)
    return int(at[0]), len(at)


@pytest.mark.parametrize(("lines", "width"), [(1080, 3), (720, 2), (540, 2), (360, 1)])
@pytest.mark.parametrize(
    ("kind", "line", "fill"),
    [
        ("shade", D.SHADING_LINE, D.SHADING_FILL),
        ("highlight", D.HIGHLIGHT_LINE, D.HIGHLIGHT_FILL),
        ("patch", D.COLOR_EDGE, D.COLOR_FILL),
    ],
)
def test_the_edge_of_a_level_is_a_line_of_its_class_centred_on_the_edge(
    lines: int, width: int, kind: str, line: DougaClass, fill: DougaClass
) -> None:
    sheet, part = sheet_of(lines)
    getattr(sheet, kind)(part, square(50, -10, 110, 70), BLUE.base)
    cel = sheet.developed()
    row = douga_of(cel, lines=lines)[30]
    edge = int(np.flatnonzero(cel.kind[30])[0])
    assert abs(edge - 50) <= 1
    start, count = run(row, line)
    assert count == width == hairline_width(lines)
    assert abs(start + count / 2 - edge) <= 0.5
    assert (row[: start - 1] == D.FLAT_AREA).all()
    assert (row[start + count :] == fill).all()


def test_two_levels_of_shade_meet_in_a_shading_line() -> None:
    sheet, part = sheet_of(1080)
    sheet.shade(part, square(30, -10, 110, 70), RED.shade)
    sheet.shade(part, square(70, -10, 110, 70), RED.deep_shade, deep=True)
    row = douga_of(sheet.developed(), lines=1080)[30]
    lines = np.flatnonzero(row == D.SHADING_LINE)
    assert len(lines) == 6
    assert (row[35:65] == D.SHADING_FILL).all()
    assert (row[75:] == D.SHADING_FILL).all()


def test_a_highlight_in_a_shade_is_edged_by_a_highlight_line() -> None:
    sheet, part = sheet_of(1080)
    sheet.shade(part, square(-10, -10, 110, 70), RED.shade)
    sheet.highlight(part, square(40, 20, 60, 40), RED.highlight)
    classes = douga_of(sheet.developed(), lines=1080)
    assert classes[30, 50] == D.HIGHLIGHT_FILL
    assert D.SHADING_LINE not in classes
    assert (classes[30, 38:42] == D.HIGHLIGHT_LINE).any()


def test_two_parts_without_ink_meet_in_a_color_edge_and_with_ink_in_a_visible_line() -> None:
    for ink, line in ((None, D.COLOR_EDGE), (Ink((0, 0, 0), 3), D.VISIBLE_LINE)):
        sheet, _ = sheet_of(1080)
        sheet.part(square(50, -10, 150, 70), BLUE, ink)
        classes = douga_of(sheet.developed(), lines=1080)
        assert set(np.unique(classes)) == {int(D.FLAT_AREA), int(line)}
        start, count = run(classes[30], line)
        assert count == pytest.approx(3, abs=1)
        assert abs(start + count / 2 - 50) <= 1


def test_colours_that_nobody_tells_apart_have_no_edge() -> None:
    sheet, part = sheet_of(1080)
    sheet.shade(part, square(50, -10, 110, 70), (203, 62, 49))
    assert not np.isin(douga_of(sheet.developed(), lines=1080), [1, 2, 3, 4]).any()


def test_a_cel_that_ends_without_ink_ends_in_a_color_edge() -> None:
    sheet = CelSheet(height=60, width=100, lines=1080)
    sheet.part(square(20, 15, 80, 45), RED, None)
    cel = sheet.developed()
    classes, mask = douga_of(cel, lines=1080), cel_mask_of(cel)
    rim = mask & ~cv2.erode(mask.view(np.uint8), np.ones((3, 3), np.uint8)).view(bool)
    assert (classes[rim] == D.COLOR_EDGE).all()
    assert not classes[~mask].any()


def test_an_outline_is_part_of_the_cel_on_both_sides_of_the_edge() -> None:
    sheet = CelSheet(height=60, width=100, lines=1080)
    sheet.part(square(20, 15, 80, 45), RED, Ink((0, 0, 0), 6))
    cel = sheet.developed()
    classes, mask = douga_of(cel, lines=1080), cel_mask_of(cel)
    start, count = run(classes[30, :50], D.VISIBLE_LINE)
    assert (start, count) == (17, 6)
    assert mask[30, 17]
    assert not mask[30, 16]
    assert D.COLOR_EDGE not in classes


def test_a_book_hides_cel_as_book_fill_with_a_book_line_along_the_border() -> None:
    sheet = CelSheet(height=60, width=100, lines=1080)
    sheet.part(square(20, 15, 80, 45), RED, None)
    cel = sheet.developed()
    book = np.zeros((60, 100), np.uint8)
    book[:, 50:90] = 255
    classes, mask = douga_of(cel, book, lines=1080), cel_mask_of(cel, book)
    assert not mask[:, 50:90].any()
    row = classes[30]
    start, count = run(row, D.BOOK_LINE)
    assert (start, count) == (49, 3)
    assert (row[52:78] == D.BOOK_FILL).all()
    assert not row[84:].any()  # a book that hides no cel is no class
    assert not classes[5].any()
    assert (row[25:48] == D.FLAT_AREA).all()


def test_a_window_of_a_large_frame_has_the_line_width_of_the_frame() -> None:
    sheet, part = sheet_of(1080)
    sheet.shade(part, square(50, -10, 110, 70), RED.shade)
    cel = sheet.developed()
    assert (douga_of(cel, lines=1080)[30] == D.SHADING_LINE).sum() == 3
    assert (douga_of(cel)[30] == D.SHADING_LINE).sum() == 1


def cels(count: int) -> list[Cel]:
    found = []
    for seed in range(count):
        rng = np.random.default_rng(seed)
        sheet = CelSheet(height=180, width=240, lines=720)
        sheet.placement = np.array([[80.0, 0, 120], [0, 80.0, 90]])
        FAMILIES[seed % len(FAMILIES)](rng, ranges=HARD).draw(sheet, Pose(gesture=0.3, sway=-0.4))
        found.append(sheet.developed())
    return found


def near(mask: np.ndarray, radius: int) -> np.ndarray:
    side = 2 * radius + 1
    return cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)) > 0


def test_in_any_drawing_every_line_borders_what_its_name_says() -> None:
    reach = hairline_width(720)
    for cel in cels(25):
        classes, on_cel = douga_of(cel, lines=720), cel_mask_of(cel)
        kind = cel.kind % DEEP
        assert not classes[~on_cel].any()
        assert ((classes == D.VISIBLE_LINE) == (on_cel & cel.ink)).all()
        assert (near(on_cel & (kind == D.SHADING_FILL), reach)[classes == D.SHADING_LINE]).all()
        assert (near(on_cel & (kind == D.HIGHLIGHT_FILL), reach)[classes == D.HIGHLIGHT_LINE]).all()
        lit = (kind == D.FLAT_AREA) | (cel.kind == D.SHADING_FILL) | (kind == D.HIGHLIGHT_FILL)
        lit |= kind == D.COLOR_FILL
        assert (near(on_cel & lit, reach)[classes == D.SHADING_LINE]).all()
        fills = classes > D.BOOK_LINE
        assert (classes[fills] == kind[fills]).all()


def test_in_any_drawing_the_picture_inside_a_fill_has_the_colour_of_its_paint() -> None:
    for cel in cels(15):
        same = np.ones(cel.kind.shape, bool)
        for axis in (0, 1):
            for step in (-1, 1):
                same &= (np.roll(cel.paint, step, axis) == cel.paint).all(axis=-1)
                same &= np.roll(cel.coverage, step, axis) == 255
        dry = ~near(_any_ink(cel), 1)
        inner = same & dry & (cel.coverage == 255)
        inner[[0, -1]] = inner[:, [0, -1]] = False
        inner = cv2.erode(inner.view(np.uint8), np.ones((3, 3), np.uint8)).view(bool)
        if inner.any():
            agrees = (cel.color[inner] == cel.paint[inner]).all(axis=-1)
            assert agrees.mean() > 0.995  # a sliver thinner than the samples may hide between them


def _any_ink(cel: Cel) -> np.ndarray:
    return near(cel.ink, 1)
