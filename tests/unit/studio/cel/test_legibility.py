"""What no human could decide is found, on pictures that one can draw by hand."""

from __future__ import annotations

import numpy as np

from dougagen.studio.cel.legibility import SEEN, is_undecidable, lost_border


def disc(*, inside: int, outside: int, line: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """A disc of one grey on another, with a line around it or none; its mask. A white bar gives contrast."""
    y, x = np.mgrid[0:120, 0:160]
    r = np.hypot(x - 80, y - 60)
    color = np.full((120, 160, 3), outside, np.uint8)
    color[r < 40] = inside
    if line is not None:
        color[(r >= 37) & (r < 40)] = line
    color[:6] = 250
    return color, r < 40


def test_a_cel_of_the_colour_of_its_background_cannot_be_decided() -> None:
    for lines in (360, 1080):
        assert is_undecidable(*disc(inside=120, outside=120), lines=lines)
        assert is_undecidable(*disc(inside=120, outside=120 + SEEN - 1), lines=lines)
        assert not is_undecidable(*disc(inside=120, outside=180), lines=lines)


def test_a_line_around_it_is_enough() -> None:
    for lines in (360, 1080):
        assert not is_undecidable(*disc(inside=120, outside=120, line=20), lines=lines)


def test_a_picture_without_contrast_cannot_be_decided() -> None:
    assert is_undecidable(np.full((90, 160, 3), 8, np.uint8), np.zeros((90, 160), bool), lines=360)
    color, mask = disc(inside=120, outside=180)
    assert is_undecidable(color // 12, mask, lines=360)


def test_the_lost_part_of_a_border_is_measured() -> None:
    color, mask = disc(inside=120, outside=120)
    color[:, 80:][~mask[:, 80:]] = 200
    assert 0.4 < lost_border(color, mask, lines=360) < 0.6
    assert lost_border(color, np.zeros_like(mask), lines=360) == 0.0
