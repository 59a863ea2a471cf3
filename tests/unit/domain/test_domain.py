"""The types keep their promises from construction on."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from dougagen.domain import (
    PALETTE,
    CelMask,
    Douga,
    DougaClass,
    Drawing,
    Episode,
    ExtractReport,
    Frame,
    FrameSpan,
    Triplet,
    hairline_width,
)
from dougagen.errors import DomainError, DougagenError, quoted


def picture(height: int = 4, width: int = 6) -> np.ndarray:
    return np.zeros((height, width, 3), np.uint8)


def test_a_span_is_half_open_and_never_empty() -> None:
    assert list(FrameSpan(2, 5)) == [2, 3, 4]
    assert len(FrameSpan(2, 5)) == 3
    assert 4 in FrameSpan(2, 5)
    assert 5 not in FrameSpan(2, 5)
    with pytest.raises(DomainError, match=r"got \[5, 5\)"):
        FrameSpan(5, 5)


def test_a_triplet_says_wanted_and_got() -> None:
    with pytest.raises(DomainError, match=r"Triplet.douga must be uint8\[4, 6\], got uint8\[4, 5\]"):
        Triplet(picture(), CelMask(np.zeros((4, 6), bool)), Douga(np.zeros((4, 5), np.uint8)))


def test_a_douga_holds_ten_classes_and_no_eleventh() -> None:
    with pytest.raises(DomainError, match=r"Douga.classes must be in \[0, 9\], got 10"):
        Douga(np.full((2, 2), 10, np.uint8))


def test_what_flows_cannot_be_written_to() -> None:
    mask = CelMask(np.zeros((2, 2), bool))
    with pytest.raises(ValueError, match="read-only"):
        mask.pixels[0, 0] = True


def test_class_fractions_sum_to_one() -> None:
    douga = Douga(np.array([[0, 0], [1, 8]], np.uint8))
    assert douga.class_fractions() == (0.5, 0.25, 0, 0, 0, 0, 0, 0, 0.25, 0)


def test_a_drawing_counts_the_frames_of_all_its_exposures() -> None:
    drawing = Drawing("0" * 16, 0, (FrameSpan(0, 2), FrameSpan(6, 9)), picture())
    assert drawing.held_frames == 5
    assert drawing.frame_index == 0


def test_a_drawing_stands_for_a_frame_of_its_own() -> None:
    with pytest.raises(DomainError, match="frame_index 4"):
        Drawing("0" * 16, 0, (FrameSpan(0, 2),), picture(), frame_index=4)


def test_exposures_are_in_order_and_apart() -> None:
    with pytest.raises(DomainError, match="in order and disjoint"):
        Drawing("0" * 16, 0, (FrameSpan(0, 3), FrameSpan(2, 4)), picture())


def test_a_frame_made_from_luma_alone_has_no_colour() -> None:
    frame = Frame(3, Fraction(1, 8), np.zeros((2, 2), np.uint8))
    with pytest.raises(DomainError, match="Frame 3"):
        frame.rgb()


def test_an_episode_id_is_sixteen_hex_digits() -> None:
    with pytest.raises(DomainError, match="16 hex digits"):
        Episode("xyz", Path("a.mkv"), 4, 4, Fraction(24))


def test_a_report_that_does_not_add_up_cannot_be_made() -> None:
    facts = {
        "episode_id": "0" * 16,
        "source": "a.mkv",
        "frames_decoded": 10,
        "frames_in_exposures": 8,
        "frames_skipped": {},
        "drawings": 3,
        "records": 3,
        "drawings_rejected": {},
        "shots": 1,
    }
    with pytest.raises(DomainError, match="10 frames decoded, 8 accounted for"):
        ExtractReport(**facts)
    ExtractReport(**(facts | {"frames_skipped": {"beyond --max-drawings": 2}}))


@pytest.mark.parametrize(("height", "width"), [(1080, 3), (720, 2), (540, 2), (360, 1), (90, 1), (2160, 6)])
def test_hairlines_scale_with_the_height(height: int, width: int) -> None:
    assert hairline_width(height) == width


def test_the_palette_is_the_one_of_the_design() -> None:
    assert PALETTE.shape == (10, 3)
    assert tuple(PALETTE[DougaClass.SHADING_LINE]) == (80, 0, 130)
    assert tuple(PALETTE[DougaClass.BOOK_FILL]) == (205, 205, 205)


def test_names_from_strangers_are_printed_harmlessly() -> None:
    error = DougagenError("cannot be opened", where="a\nb\x1b[31m.mkv", remedy="check it")
    assert str(error) == "'a\\nb\\x1b[31m.mkv': cannot be opened; check it"
    assert quoted("日本語.mkv") == "'日本語.mkv'"
