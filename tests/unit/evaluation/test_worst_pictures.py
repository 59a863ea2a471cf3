"""Which pictures a sheet keeps, and how many."""

import tracemalloc

import numpy as np
import pytest

from dougagen.domain import CelMask, Douga, Reconstruction, Triplet
from dougagen.errors import UsageError
from dougagen.evaluation.metrics import CelConfusion, PrecisionRecall
from dougagen.evaluation.triplets import TripletScore, score_triplets
from dougagen.evaluation.worst import WorstPictures, cel_merit, line_merit

SIZE = (20, 32)
WIDTH = 32


def shown_to(worst, name, *, missed=0, lost=0, level=100):
    """A cel of ten rows, of which ``missed`` are missed, and a line of 20 px, of which ``lost`` are."""
    mask, classes = np.zeros(SIZE, bool), np.zeros(SIZE, np.uint8)
    mask[:10], classes[15, :20] = True, 1
    truth = Triplet(np.full((*SIZE, 3), level, np.uint8), CelMask(mask), Douga(classes))
    found, drawn = mask.copy(), classes.copy()
    found[:missed], drawn[15, 20 - lost : 20] = False, 0
    read = Reconstruction(CelMask(found), Douga(drawn), 0.5, 0.5)
    worst(name, truth, read, TripletScore.of(truth, read, {}))


def levels(sheet):
    """The grey of the picture in each row of a sheet, from the top."""
    inside = sheet[:, 4 + 4 : 4 + 28]
    plain = inside[(inside == inside[:, :1, :1]).all(axis=(1, 2))][:, 0, 0]
    return list(dict.fromkeys(v for v in plain.tolist() if 100 <= v < 110))


def test_the_worst_by_cel_come_first_and_the_worst_by_lines_of_the_others_after_them():
    worst = WorstPictures(4, cell_width=WIDTH)
    for i, (missed, lost) in enumerate([(1, 4), (9, 20), (5, 0), (0, 10), (2, 6), (0, 0)]):
        shown_to(worst, f"seed {i}", missed=missed, lost=lost, level=100 + i)
    assert levels(worst.sheet()) == [101, 102, 103, 104]


def test_the_order_in_which_pictures_come_does_not_matter():
    sheets = []
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]):
        worst = WorstPictures(2, cell_width=WIDTH)
        for i in order:
            shown_to(worst, f"seed {i}", missed=2 * i, lost=3 * i, level=100 + i)
        sheets.append(worst.sheet())
    assert all((sheet == sheets[0]).all() for sheet in sheets)


def test_no_more_pictures_are_kept_than_the_sheet_holds():
    worst = WorstPictures(2, cell_width=WIDTH)
    for i in range(10):
        shown_to(worst, f"seed {i}", missed=i, lost=i)
        assert len(worst._by_cel) <= 1
        assert len(worst._by_lines) <= 2


def test_memory_does_not_grow_with_the_number_of_pictures():
    def peak(count):
        worst = WorstPictures(2, cell_width=WIDTH)
        tracemalloc.start()
        score_triplets(pictures(count), Half(), extractors={}, watch=worst)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(4)  # what is imported and cached at first is no growth
    assert peak(60) < 1.2 * peak(12)


def pictures(count):
    for i in range(count):
        classes = np.zeros((60, 80), np.uint8)
        classes[i % 50, :] = 1
        yield f"seed {i}", Triplet(np.zeros((60, 80, 3), np.uint8), CelMask(classes == 0), Douga(classes))


class Half:
    """Finds half of everything."""

    def reconstruct(self, images):
        found = np.zeros(images[0].shape[:2], np.uint8)
        found[:, ::2] = 1
        return [Reconstruction(CelMask(found > 0), Douga(found), 0.5, 0.5) for _ in images]


def test_a_picture_that_is_good_enough_is_not_even_drawn(monkeypatch):
    worst = WorstPictures(1, cell_width=WIDTH)
    shown_to(worst, "bad", missed=9, lost=20)
    monkeypatch.setattr("dougagen.evaluation.worst.sheet_row", lambda *_, **__: pytest.fail("drawn"))
    shown_to(worst, "good")


def test_a_frame_without_cel_is_no_disaster_for_a_few_false_pixels():
    few = CelConfusion(np.array([[995, 5], [0, 0]], np.int64))
    assert cel_merit(few) == 0.995
    assert few.iou == 0


def test_a_frame_without_lines_is_judged_by_how_many_are_imagined():
    assert line_merit(PrecisionRecall(0, 0, 0, 0), 720) == 1.0
    assert line_merit(PrecisionRecall(720, 0, 0, 0), 720) == pytest.approx(0.99)
    assert line_merit(PrecisionRecall(9, 9, 9, 9), 720) == 1.0


def test_a_sheet_that_saw_nothing_is_refused():
    with pytest.raises(UsageError, match="no picture"):
        WorstPictures(4).sheet()
