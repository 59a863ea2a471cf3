"""What a douga and its cel mask owe each other, on drawings of a few pixels."""

import numpy as np
import pytest

from dougagen.domain import CelMask, Douga
from dougagen.errors import LabelError
from dougagen.labels.agreement import agreed

CLASSES = {".": 0, "l": 1, "s": 2, "k": 5, "S": 6, "b": 9}


def douga(*rows):
    return Douga(np.array([[CLASSES[c] for c in row] for row in rows], np.uint8))


def mask(*rows):
    return CelMask(np.array([[c == "#" for c in row] for row in rows]))


def shown(douga):
    names = {number: c for c, number in CLASSES.items()}
    return ["".join(names[int(c)] for c in row) for row in douga.classes]


def test_what_agrees_stays_as_it_is():
    drawn, cel = douga("lll...", "lSl.bb", "lll.bb"), mask("###...", "###...", "###...")
    read, seen, notes = agreed(drawn, cel)
    assert (read.classes == drawn.classes).all()
    assert (seen.pixels == cel.pixels).all()
    assert notes == ()


def test_an_outline_that_runs_beside_its_mask_is_cel():
    read, seen, (note,) = agreed(douga("lllll.", "lS..l.", "lllll."), mask("####..", "####..", "####.."))
    assert seen.pixels.sum(axis=1).tolist() == [5, 5, 5]
    assert shown(read) == ["lllll.", "lS..l.", "lllll."]
    assert note == "outline beside the mask was added to it: 3 pixels in 1 place, the first at x 4, y 0"


def test_a_fill_that_spills_over_its_mask_becomes_flat():
    read, seen, (note,) = agreed(douga("llll..", "lSSSS.", "llll.."), mask("####..", "####..", "####.."))
    assert shown(read) == ["llll..", "lSSS..", "llll.."]
    assert seen.pixels.sum() == 12
    assert note.startswith("off the mask became flat area: 1 pixel in 1 place")


def test_a_book_over_the_mask_hides_the_cel():
    read, seen, (note,) = agreed(douga("llkbb", "lSkbb"), mask("#####", "#####"))
    assert shown(read) == ["llkbb", "lSkbb"]
    assert seen.pixels.sum() == 6
    assert note.startswith("a book hides cel")


def test_an_inverted_mask_is_refused():
    with pytest.raises(LabelError, match="lies beside its cel mask with 100% of its drawing: 9 pixels"):
        agreed(douga("lll.........", "lSl.........", "lll........."), mask(*["......######"] * 3))


def test_a_cel_without_a_line_is_refused_and_a_picture_without_a_cel_is_not():
    with pytest.raises(LabelError, match="shows no line, yet its cel mask has 3 pixels"):
        agreed(douga("...."), mask("###."))
    assert agreed(douga("...."), mask("...."))[2] == ()
