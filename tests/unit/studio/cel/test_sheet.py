"""The cel sheet draws what it says, to the pixel."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from dougagen.domain import DougaClass
from dougagen.studio.cel.cel import DEEP, Cel, Paint, stacked
from dougagen.studio.cel.douga_truth import douga_of
from dougagen.studio.cel.sheet import CelSheet, oversampling_for
from dougagen.studio.cel.strokes import Ink, ellipse

RED = Paint((200, 60, 50), (130, 30, 40), (80, 15, 30), (250, 220, 210))
BLUE = Paint((40, 60, 190), (20, 30, 120), (10, 15, 70), (200, 210, 250))
BLACK = (0, 0, 0)


def square(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float64)


def drawn(height: int = 60, width: int = 80, *, ink: Ink | None = None) -> CelSheet:
    sheet = CelSheet(height=height, width=width, lines=1080)
    part = sheet.part(square(10, 10, 70, 50), RED, ink)
    sheet.shade(part, square(40, 0, 80, 60), RED.shade)
    sheet.shade(part, square(60, 0, 80, 60), RED.deep_shade, deep=True)
    sheet.highlight(part, square(15, 15, 25, 25), RED.highlight)
    sheet.patch(part, square(15, 35, 30, 45), BLUE.base)
    return sheet


@pytest.mark.parametrize(
    ("x", "y", "kind", "color"),
    [
        (35, 30, DougaClass.FLAT_AREA, RED.base),
        (50, 30, DougaClass.SHADING_FILL, RED.shade),
        (65, 30, DougaClass.SHADING_FILL + DEEP, RED.deep_shade),
        (20, 20, DougaClass.HIGHLIGHT_FILL, RED.highlight),
        (22, 40, DougaClass.COLOR_FILL, BLUE.base),
    ],
)
def test_every_level_of_a_part_has_its_kind_and_its_colour(
    x: int, y: int, kind: int, color: tuple[int, int, int]
) -> None:
    cel = drawn().developed()
    assert cel.kind[y, x] == kind
    assert tuple(cel.color[y, x]) == color
    assert tuple(cel.paint[y, x]) == color
    assert cel.coverage[y, x] == 255
    assert cel.part[y, x] == 1


def test_off_the_cel_there_is_nothing() -> None:
    cel = drawn().developed()
    outside = np.ones((60, 80), bool)
    outside[9:51, 9:71] = False
    for field in (cel.color, cel.coverage, cel.ink, cel.part, cel.kind):
        assert not field[outside].any()


def test_an_empty_sheet_develops_to_an_empty_cel() -> None:
    cel = CelSheet(height=8, width=12).developed()
    assert not cel.coverage.any()
    assert cel.color.shape == (8, 12, 3)


def test_what_lies_off_the_sheet_leaves_no_trace_and_no_error() -> None:
    sheet = CelSheet(height=20, width=20)
    part = sheet.part(square(100, 100, 140, 140), RED, Ink(BLACK, 3))
    sheet.shade(part, square(-1e9, -1e9, 1e9, 1e9), RED.shade)
    sheet.stroke(np.array([(-50.0, -50.0), (-10.0, -80.0)]), Ink(BLACK, 3), within=part)
    assert not sheet.developed().coverage.any()


@pytest.mark.parametrize(("lines", "oversampling"), [(360, 4), (540, 3), (1080, 2)])
def test_fewer_lines_have_more_sub_pixels(lines: int, oversampling: int) -> None:
    assert oversampling_for(lines) == oversampling
    assert CelSheet(height=10, width=10, lines=lines).oversampling == oversampling


@pytest.mark.parametrize("oversampling", [2, 3, 4])
def test_a_flat_fill_keeps_its_exact_colour_at_every_oversampling(oversampling: int) -> None:
    sheet = CelSheet(height=30, width=30, oversampling=oversampling)
    sheet.part(square(-5, -5, 40, 40), BLUE, None)
    cel = sheet.developed()
    assert (cel.color == BLUE.base).all()
    assert (cel.coverage == 255).all()


def test_half_a_pixel_of_cel_is_half_covered() -> None:
    sheet = CelSheet(height=10, width=10, oversampling=4)
    sheet.part(square(-5, -5, 4.375, 15), BLUE, None)  # cv2 paints the sub-pixel on the border too
    cel = sheet.developed()
    assert cel.coverage[5, 3:6].tolist() == [255, 128, 0]
    assert cel.color[5, 4].tolist() == pytest.approx([c / 2 for c in BLUE.base], abs=1)


def test_a_later_part_covers_an_earlier_one_and_its_ink() -> None:
    sheet = CelSheet(height=60, width=60, lines=1080)
    sheet.part(square(10, 10, 40, 40), RED, Ink(BLACK, 4))
    sheet.part(square(20, 20, 50, 50), BLUE, None)
    cel = sheet.developed()
    assert cel.part[30, 30] == 2
    assert not cel.ink[25:49, 25:49].any()
    assert cel.ink[10, 30]


def test_a_part_within_another_stays_in_it_with_its_ink() -> None:
    sheet = CelSheet(height=60, width=60, lines=1080)
    eye = sheet.part(square(20, 20, 40, 40), RED, None)
    iris = sheet.part(square(30, 25, 55, 35), BLUE, Ink(BLACK, 4), within=eye)
    cel = sheet.developed()
    assert cel.part[30, 37] == iris
    assert not cel.coverage[:, 42:].any()
    assert cel.ink[30, 30]
    assert not cel.ink[30, 42:].any()


def test_ink_survives_shades_highlights_and_patches() -> None:
    before = drawn(ink=Ink(BLACK, 4)).developed()
    bare = CelSheet(height=60, width=80, lines=1080)
    bare.part(square(10, 10, 70, 50), RED, Ink(BLACK, 4))
    assert np.array_equal(before.ink, bare.developed().ink)
    assert (before.color[before.ink & (before.coverage == 255)].max(axis=1) <= 110).all()


def test_a_repaint_touches_its_own_part_alone() -> None:
    sheet = CelSheet(height=40, width=80)
    one = sheet.part(square(5, 5, 40, 35), RED, None)
    other = sheet.part(square(40, 5, 75, 35), BLUE, None)
    sheet.shade(one, square(0, 0, 80, 40), RED.shade)
    cel = sheet.developed()
    assert (cel.kind[cel.part == one] == DougaClass.SHADING_FILL).all()
    assert (cel.kind[cel.part == other] == DougaClass.FLAT_AREA).all()


@pytest.mark.parametrize("width", [1.0, 2.0, 3.0, 6.0])
@pytest.mark.parametrize(("lines", "turn"), [(1080, 0.0), (1080, 0.5), (540, 0.0), (540, 0.8), (360, 0.3)])
def test_a_line_has_the_inked_width(width: float, lines: int, turn: float) -> None:
    sheet = CelSheet(height=120, width=120, lines=lines)
    way = 40 * np.array([np.cos(turn), np.sin(turn)])
    sheet.stroke(np.array([60.3 - way, 60.4 + way * 0, 60.3 + way]), Ink(BLACK, width))
    cel = sheet.developed()
    wanted = max(width * lines / 1080, 1.0)
    assert cel.coverage.sum() / 255 / 80 == pytest.approx(wanted, abs=0.35)
    assert cel.ink.sum() / 81 == pytest.approx(wanted, abs=1.0)  # the ends round outwards


def test_a_thin_line_is_whole_at_every_angle() -> None:
    for angle in np.linspace(0, np.pi, 13):
        sheet = CelSheet(height=100, width=100, lines=540)
        way = 35 * np.array([np.cos(angle), np.sin(angle)])
        sheet.stroke(np.array([50 - way, 50 + way]), Ink(BLACK, 1.0))
        pieces = cv2.connectedComponents(sheet.developed().ink.view(np.uint8), connectivity=8)[0] - 1
        assert pieces == 1, f"a line at {np.degrees(angle):.0f}° falls into {pieces} pieces"


def test_line_width_follows_the_lines_of_the_frame_and_not_the_placement() -> None:
    areas = []
    for scale in (1.0, 3.0):
        sheet = CelSheet(height=200, width=200, lines=1080)
        sheet.placement = np.array([[scale, 0, 0], [0, scale, 0]])
        sheet.stroke(np.array([(20.0, 100.0), (180.0, 100.0)]) / scale, Ink(BLACK, 4))
        areas.append(int(sheet.developed().ink.sum()))
    assert areas[0] == areas[1]


def test_the_placement_carries_a_drawing_to_its_place() -> None:
    sheet = CelSheet(height=100, width=100)
    sheet.placement = np.array([[20.0, 0.0, 60.0], [0.0, 20.0, 30.0]])
    assert sheet.scale == pytest.approx(20.0)
    sheet.part(square(-1, -1, 1, 1), RED, None)
    ys, xs = np.nonzero(sheet.developed().coverage >= 128)
    assert (xs.min(), xs.max() + 1, ys.min(), ys.max() + 1) == (40, 80, 10, 50)


def test_a_solid_is_all_ink() -> None:
    sheet = CelSheet(height=40, width=40)
    sheet.solid(square(10, 10, 30, 30), (20, 10, 30))
    cel = sheet.developed()
    assert cel.ink[12:28, 12:28].all()
    assert (cel.color[12:28, 12:28] == (20, 10, 30)).all()


def test_developing_changes_nothing_on_the_sheet() -> None:
    sheet = drawn(ink=Ink((90, 40, 20), 3))
    first, second = sheet.developed(), sheet.developed()
    for one, other in zip(arrays(first), arrays(second), strict=True):
        assert np.array_equal(one, other)
    sheet.part(ellipse(40, 30, 30, 30), BLUE, None)  # and it can be drawn on
    assert tuple(sheet.developed().color[30, 40]) == BLUE.base


def test_the_same_drawing_gives_the_same_bytes() -> None:
    one, other = (drawn(ink=Ink(BLACK, 3, 0.5, ((0.2, 0.3),))).developed() for _ in range(2))
    assert all(a.tobytes() == b.tobytes() for a, b in zip(arrays(one), arrays(other), strict=True))


def test_a_cel_laid_over_another_hides_it() -> None:
    sheets = [CelSheet(height=40, width=60) for _ in range(2)]
    sheets[0].part(square(5, 5, 40, 35), RED, None)
    sheets[1].part(square(20, 5, 55, 35), BLUE, None)
    red, blue = (sheet.developed() for sheet in sheets)
    for stack, front in (((red, blue), BLUE), ((blue, red), RED)):
        cel = stacked(stack)
        assert tuple(cel.color[20, 30]) == front.base
        assert tuple(cel.paint[20, 30]) == front.base
        assert cel.part[20, 10] != cel.part[20, 50]
        assert cel.coverage[20, 10] == cel.coverage[20, 50] == 255
    assert not stacked((red, blue)).coverage[2].any()


def arrays(cel: Cel) -> tuple[np.ndarray, ...]:
    return cel.color, cel.coverage, cel.ink, cel.part, cel.kind, cel.paint


def test_the_line_of_a_part_within_another_keeps_its_outer_half() -> None:
    sheet = CelSheet(height=60, width=80, lines=1080)
    face = sheet.part(square(5, 5, 75, 55), RED, None)
    sheet.part(square(20, 20, 60, 40), BLUE, Ink(BLACK, 4.0), within=face)
    row = sheet.developed().ink[30]
    assert row[:40].sum() == row[40:].sum() == 4


def test_a_patch_that_nobody_can_tell_from_its_base_is_none() -> None:
    sheet = CelSheet(height=20, width=20, lines=1080)
    part = sheet.part(square(0, 0, 20, 20), RED, None)
    sheet.patch(part, square(0, 0, 10, 20), (RED.base[0] - 5, RED.base[1] + 5, RED.base[2]))
    assert (sheet.developed().kind == DougaClass.FLAT_AREA).all()


def locks(*, joined: bool) -> np.ndarray:
    """Two parts of one paint side by side, the right one in shade."""
    sheet = CelSheet(height=20, width=40, lines=1080)
    cap = sheet.part(square(0, 0, 40, 20), RED, None)
    lock = sheet.part(square(20, 0, 40, 20), RED, None)
    if joined:
        sheet.join(lock, cap)
    sheet.shade(lock, square(0, 0, 40, 20), RED.shade)
    return douga_of(sheet.developed(), lines=1080)[10, 5:35]


def test_shade_against_base_is_a_shading_line_in_one_piece_and_a_color_edge_between_two() -> None:
    assert set(locks(joined=True)) == {
        DougaClass.FLAT_AREA, DougaClass.SHADING_LINE, DougaClass.SHADING_FILL,
    }  # fmt: skip
    assert DougaClass.COLOR_EDGE in locks(joined=False)


def half_shaded(*, soft: float = 0.0, air: bool = False) -> Cel:
    sheet = CelSheet(height=40, width=80, lines=1080)
    part = sheet.part(square(0, 0, 80, 40), RED, Ink(BLACK, 3.0))
    sheet.shade(part, square(40, 0, 80, 40), RED.shade)
    if soft:
        sheet.soften(part, soft)
    if air:
        sheet.brush(part, np.array([40.0, 0.0]), np.array([40.0, 40.0]), (255, 255, 255), 0.8)
    return sheet.developed()


@pytest.mark.parametrize("change", [{"soft": 12.0}, {"air": True}, {"soft": 12.0, "air": True}])
def test_soft_edges_and_the_air_brush_change_the_picture_and_not_the_truth(change: dict[str, float]) -> None:
    hard, other = half_shaded(), half_shaded(**change)
    assert (hard.color != other.color).any()
    for name in ("coverage", "ink", "part", "kind", "paint"):
        assert np.array_equal(getattr(hard, name), getattr(other, name)), name


def test_a_soft_edge_has_its_middle_where_the_truth_has_the_shading_line() -> None:
    row = half_shaded(soft=12.0).color[20, :, 0].astype(float)
    assert row[28] == RED.base[0]
    assert row[52] == RED.shade[0]
    assert np.diff(row[28:53]).max() <= 0  # from light to dark without a step back
    assert abs(row[39:41].mean() - (RED.base[0] + RED.shade[0]) / 2) < 2
    line = np.flatnonzero(douga_of(half_shaded(soft=12.0))[20] == DougaClass.SHADING_LINE)
    assert abs(line.mean() - 39.5) <= 1
