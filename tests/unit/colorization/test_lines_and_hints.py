"""Four kinds of lines of one drawing, and hints as papers and people give them."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest
from painted import COAT, HEIGHT, SKIN, WIDTH, face

from dougagen.choices import LINE_KINDS, LineKindName
from dougagen.colorization import LineArt, LineKind, read_hints
from dougagen.colorization.hints import dots, patch_hints, pixel_hints, region_hints
from dougagen.colorization.inputs import Inputs, Seen
from dougagen.colorization.lines import filtered_lines, lines_of, on_paper, pencil_lines, pencilled
from dougagen.errors import DomainError, UsageError


def test_the_words_of_the_command_line_are_the_kinds() -> None:
    assert tuple(LineKind) == LINE_KINDS == get_args(LineKindName)


@pytest.mark.parametrize("kind", LineKind)
def test_every_kind_draws_the_outline_of_the_face(kind: LineKind) -> None:
    color, cel, classes = face()
    art = lines_of(kind, on_paper(color, cel), classes, np.random.default_rng(0))
    near = cv2.dilate(art.lines.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    outline = classes == 1
    assert near[outline].mean() > 0.95
    assert art.lines.mean() < 0.35


@pytest.mark.parametrize("which", range(5))
def test_each_of_the_five_filters_leaves_flat_paint_empty(which: int) -> None:
    color, cel, _ = face()
    art = filtered_lines(on_paper(color, cel), which)
    assert art.has_lines
    assert not art.lines[26:40, 55:65].any()  # the middle of the face


def test_filters_never_see_what_is_behind_the_cel() -> None:
    color, cel, classes = face()
    noisy = np.where(cel[..., None], color, np.random.default_rng(1).integers(0, 255, color.shape)).astype(
        np.uint8
    )
    for kind in (LineKind.CANNY, LineKind.XDOG):
        one, other = (
            lines_of(kind, on_paper(c, cel), classes, np.random.default_rng(0)).strength
            for c in (color, noisy)
        )
        assert np.array_equal(one, other)


def test_plain_lines_keep_the_visible_ones_alone() -> None:
    classes = face()[2]
    plain = LineArt.of_classes(classes).plain()
    assert plain.is_plain
    assert np.array_equal(plain.lines, classes == 1)


def test_a_pale_pencil_on_grey_paper_is_read_as_full_lines() -> None:
    picture = np.full((HEIGHT, WIDTH, 3), 236, np.uint8)
    cv2.circle(picture, (60, 50), 20, (150, 160, 190), 1)
    art = pencil_lines(picture)
    assert 100 < art.lines.sum() < 200
    assert art.strength[art.lines].max() == 255


def test_empty_paper_has_no_line() -> None:
    noise = np.random.default_rng(0).integers(240, 255, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    assert not pencil_lines(noise).has_lines


def test_a_pencil_changes_how_dark_lines_are_and_nothing_else() -> None:
    art = LineArt.of_classes(face()[2])
    drawn = pencilled(art, np.random.default_rng(0))
    assert np.array_equal(drawn.classes, art.classes)
    assert np.array_equal(drawn.lines, art.lines)
    assert np.array_equal(drawn.strength[~art.lines], art.strength[~art.lines])
    assert drawn.strength[art.lines].std() > 20


def test_a_class_that_is_none_is_refused() -> None:
    with pytest.raises(DomainError, match="classes must be in"):
        LineArt.of_classes(np.full((4, 4), 10, np.uint8))


def test_patches_are_a_hundredth_of_the_picture_with_their_mean_colour() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (400, 400, 3)).astype(np.uint8)
    hints = patch_hints(picture, np.random.default_rng(1))
    assert 0.007 < hints.known.mean() < 0.013
    y, x = np.argwhere(hints.known)[0]
    block = picture[y - y % 4 :, x - x % 4 :][:4, :4]
    assert np.abs(hints.colors[y, x] - block.mean((0, 1))).max() <= 1


def test_there_are_up_to_128_pixels_and_28_fixed_ones() -> None:
    picture = np.zeros((256, 256, 3), np.uint8)
    counts = {
        cv2.connectedComponents(pixel_hints(picture, np.random.default_rng(s)).known.astype(np.uint8))[0]
        for s in range(8)
    }
    assert max(counts) <= 129
    assert len(counts) > 4
    rows, columns = slice(40, 240), slice(0, 256)
    fixed = region_hints(picture, rows=rows, columns=columns).known
    assert cv2.connectedComponents(fixed.astype(np.uint8))[0] - 1 == 28
    assert not fixed[:40].any()
    assert np.array_equal(fixed, region_hints(picture + np.uint8(9), rows=rows, columns=columns).known)


@pytest.mark.parametrize("lines", [160, 256, 480])
def test_dots_are_dots_at_every_size_that_a_network_reads(lines: int) -> None:
    picture = np.full((1080, 1920, 3), (200, 40, 90), np.uint8)
    hints = dots(picture, np.array([(500, 700), (30, 1800)]))
    art = LineArt.of_strength(np.zeros((1080, 1920), np.uint8))
    found = Inputs.of([Seen(art, hints)]).at_lines(lines).hints[0].numpy()
    known = found[3] > 0
    assert set(np.unique(found[3])) == {0.0, 1.0}
    count, _, facts, _ = cv2.connectedComponentsWithStats(known.astype(np.uint8))
    assert count == 3
    assert all(3 <= side <= 6 for side in facts[1:, 2:4].ravel())
    assert np.allclose(found[:3, known].T * 255, (200, 40, 90), atol=0.01)


def dots_on(path: Path, height: int, width: int, *places: tuple[int, int], alpha: bool = False) -> Path:
    picture = np.full((height, width, 4), 255, np.uint8)
    picture[..., 3] = 0 if alpha else 255
    for x, y in places:
        cv2.circle(picture, (x, y), 4, (*SKIN[::-1], 255), -1)
    cv2.imwrite(str(path), picture if alpha else picture[..., :3])
    return path


@pytest.mark.parametrize("alpha", [True, False])
def test_dots_are_read_from_transparent_and_from_white_pictures(tmp_path: Path, alpha: bool) -> None:
    path = dots_on(tmp_path / "dots.png", HEIGHT, WIDTH, (60, 34), (60, 74), alpha=alpha)
    hints = read_hints(path, height=HEIGHT, width=WIDTH)
    assert hints.known[34, 60]
    assert hints.known[74, 60]
    assert not hints.known[10, 10]
    assert tuple(hints.colors[34, 60]) == SKIN


def test_dots_over_the_drawing_leave_its_thin_lines_out(tmp_path: Path) -> None:
    picture = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    cv2.circle(picture, (60, 34), 22, (0, 0, 0), 2)
    cv2.circle(picture, (60, 34), 4, COAT[::-1], -1)
    cv2.imwrite(str(tmp_path / "dots.png"), picture)
    hints = read_hints(tmp_path / "dots.png", height=HEIGHT, width=WIDTH)
    assert tuple(hints.colors[34, 60]) == COAT
    assert not hints.known[12, 60]


def test_a_dot_off_the_picture_is_a_line_that_says_where(tmp_path: Path) -> None:
    path = dots_on(tmp_path / "dots.png", 200, 200, (20, 20), (150, 180))
    with pytest.raises(UsageError, match=r"hint at x 1\d\d, y 17\d, which lies off the picture of 128×96"):
        read_hints(path, height=HEIGHT, width=WIDTH)


def test_a_picture_without_a_dot_is_a_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no dot of colour"):
        read_hints(dots_on(tmp_path / "dots.png", HEIGHT, WIDTH), height=HEIGHT, width=WIDTH)
