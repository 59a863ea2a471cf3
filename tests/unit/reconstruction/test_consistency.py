"""Logits that one can write by hand → masks, classes and confidences."""

import math

import numpy as np
import pytest
import torch

from dougagen.domain import DougaClass
from dougagen.reconstruction.consistency import (
    _near_a_border,
    _near_a_border_on_host,
    classes_of,
    mask_of,
    odds_of,
    with_rarer_books,
    without_loose_books,
)


def logits_of(classes: list[list[int]], *, count: int = 10, height: float = 20.0) -> torch.Tensor:
    """Logits [1, K, H, W] that are sure of the classes given."""
    return torch.nn.functional.one_hot(torch.tensor(classes), count).permute(2, 0, 1)[None] * height


def everywhere(rows: int, columns: int, value: bool) -> torch.Tensor:
    return torch.full((1, 1, rows, columns), value)


def test_a_pixel_is_cel_from_one_half():
    mask, _ = mask_of(odds_of(torch.tensor([[[[1.0, 0.0, 0.0]], [[0.0, 0.0, 1.0]]]])))
    assert mask.tolist() == [[[[False, True, True]]]]


def test_confidence_is_one_where_the_network_is_sure_and_nought_where_it_guesses():
    assert mask_of(odds_of(logits_of([[0, 1]], count=2, height=50.0)))[1].item() == pytest.approx(1.0)
    assert mask_of(torch.zeros(1, 1, 3, 3))[1].item() == pytest.approx(0.0, abs=1e-6)
    assert classes_of(torch.zeros(1, 10, 3, 3), everywhere(3, 3, True))[1].item() == pytest.approx(
        0.0, abs=1e-6
    )


def test_confidence_is_the_normalised_entropy():
    odds = math.log(3)  # probabilities 3/4 and 1/4
    entropy = -(0.75 * math.log2(0.75) + 0.25 * math.log2(0.25))
    assert mask_of(torch.tensor([[[[odds]]]]))[1].item() == pytest.approx(1 - entropy)


def test_the_douga_confidence_is_a_mean_over_the_cel_alone():
    logits = logits_of([[1, 1, 1, 1]], height=50.0)
    logits[..., 2:] = 0.0  # a guess, but off the cel
    mask = torch.tensor([[[[True, True, False, False]]]])
    assert classes_of(logits, mask)[1].item() == pytest.approx(1.0)


def test_without_a_cel_the_douga_is_flat_and_sure():
    classes, confidence = classes_of(logits_of([[1, 2], [6, 8]]), everywhere(2, 2, False))
    assert classes.tolist() == [[[0, 0], [0, 0]]]
    assert confidence.item() == 1.0


def test_off_the_mask_only_book_classes_stay():
    mask = torch.tensor([[[[True, False, False, False, False]]]])
    classes, _ = classes_of(logits_of([[1, 1, 5, 9, 7]]), mask)
    assert classes.tolist() == [[[1, 0, 5, 9, 0]]]


def test_a_book_fill_on_the_cel_becomes_the_next_best_class():
    logits = logits_of([[9, 9]])
    logits[0, 6] = 3.0
    classes, _ = classes_of(logits, torch.tensor([[[[True, False]]]]))
    assert classes.tolist() == [[[6, 9]]]


def test_a_book_that_touches_no_cel_is_dropped_and_one_that_hides_cel_stays():
    picture = np.array([list("cc99..99"), list("cc55..9."), list("........")])
    classes = np.zeros(picture.shape, np.uint8)
    classes[picture == "9"], classes[picture == "5"] = DougaClass.BOOK_FILL, DougaClass.BOOK_LINE
    kept = without_loose_books(classes, picture == "c")
    assert kept.tolist() == [[0, 0, 9, 9, 0, 0, 0, 0], [0, 0, 5, 5, 0, 0, 0, 0], [0] * 8]


def test_book_lines_on_the_cel_are_left_alone():
    classes = np.full((2, 2), DougaClass.BOOK_LINE, np.uint8)
    assert without_loose_books(classes, np.ones((2, 2), bool)).tolist() == [[5, 5], [5, 5]]


def test_rarer_books_lose_where_they_were_barely_ahead_and_stand_where_they_are_sure():
    logits = torch.zeros(1, 10, 1, 2)
    logits[0, 9, 0] = torch.tensor([1.0, 6.0])
    classes, _ = classes_of(with_rarer_books(logits, -2.6), torch.zeros(1, 1, 1, 2, dtype=torch.bool))
    assert classes.tolist() == [[[0, 9]]]


@pytest.mark.parametrize("reach", [1, 3])
def test_the_border_of_a_mask_is_the_same_on_any_device(reach):
    """OpenCV finds it on the CPU, torch elsewhere; masks touch the edges of their pictures."""
    blocks = torch.from_numpy(np.random.default_rng(0).random((3, 1, 6, 9)) < 0.5)
    cel = blocks.repeat_interleave(5, dim=2).repeat_interleave(4, dim=3)
    assert torch.equal(_near_a_border(cel, reach), _near_a_border_on_host(cel, reach))
    assert not _near_a_border_on_host(torch.ones(1, 1, 8, 8, dtype=torch.bool), reach).any()
