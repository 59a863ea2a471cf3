"""The losses against numbers that one can compute by hand."""

import math

import numpy as np
import pytest
import torch

from dougagen.training import TrainingConfig
from dougagen.training.losses import class_weights, loss_for, near_border

EVEN = np.full(10, 0.1)


def config(task: str, **options: object) -> TrainingConfig:
    return TrainingConfig.of({"task": task, "steps": 1, **options})


def sure(targets: torch.Tensor, classes: int, height: float = 40.0) -> torch.Tensor:
    return torch.nn.functional.one_hot(targets, classes).permute(0, 3, 1, 2).float() * height


@pytest.mark.parametrize(("task", "classes"), [("cel", 2), ("douga", 10)])
def test_a_perfect_prediction_costs_nothing_and_the_opposite_much(task, classes):
    targets = torch.randint(0, classes, (2, 16, 16), generator=torch.Generator().manual_seed(0))
    loss = loss_for(config(task), EVEN)
    assert loss(sure(targets, classes), targets, targets > 0).item() == pytest.approx(0.0, abs=1e-3)
    assert loss(sure((targets + 1) % classes, classes), targets, targets > 0).item() > 10


def test_a_guess_over_ten_classes_costs_the_logarithm_of_ten():
    loss = loss_for(config("douga", overlap_weight=0.0), EVEN)
    targets = torch.zeros(1, 4, 4, dtype=torch.int64)
    assert loss(torch.zeros(1, 10, 4, 4), targets, targets > 0).item() == pytest.approx(
        math.log(10), rel=1e-5
    )


def test_the_dice_term_is_two_overlaps_over_the_sum_averaged_over_the_classes_there():
    targets = torch.tensor([[[0, 0, 0, 1]]])
    logits = torch.zeros(1, 10, 1, 4)  # a tenth everywhere
    with_dice = loss_for(config("douga", overlap_weight=1.0), EVEN)(logits, targets, targets > 0)
    without = loss_for(config("douga", overlap_weight=0.0), EVEN)(logits, targets, targets > 0)
    dice = [(2 * 0.3 + 1) / (0.4 + 3 + 1), (2 * 0.1 + 1) / (0.4 + 1 + 1)]
    assert (with_dice - without).item() == pytest.approx(1 - sum(dice) / 2, rel=1e-5)


def test_rare_classes_weigh_more_but_far_less_than_their_rarity():
    weights = class_weights(np.array([0.9, 0.09, 0.009, 0.0]), power=0.5, largest=8.0)
    assert weights.tolist() == pytest.approx([1.0, math.sqrt(10), 8.0, 8.0])


def test_the_focal_loss_counts_what_is_already_right_less():
    targets = torch.zeros(1, 1, 2, dtype=torch.int64)
    almost = sure(targets, 10, height=4.0)
    plain = loss_for(config("douga", overlap_weight=0.0), EVEN)(almost, targets, targets > 0)
    focal = loss_for(config("douga", overlap_weight=0.0, focal_gamma=2.0), EVEN)(almost, targets, targets > 0)
    right = math.exp(-plain.item())
    assert focal.item() == pytest.approx(plain.item() * (1 - right) ** 2, rel=1e-4)


def test_the_border_is_two_pixels_to_each_side_and_not_the_edge_of_the_picture():
    mask = torch.tensor([[[0.0] * 5 + [1.0] * 5] * 8])
    assert near_border(mask)[0, 4].tolist() == [0, 0, 0, 1, 1, 1, 1, 0, 0, 0]
    assert not near_border(torch.ones(1, 8, 8)).any()
    assert not near_border(torch.zeros(1, 1, 1)).any()


def test_an_error_at_the_border_of_a_cel_costs_more_than_one_inside():
    targets = torch.zeros(1, 20, 20, dtype=torch.int64)
    targets[:, :, 10:] = 1
    at_border, inside = targets.clone(), targets.clone()
    at_border[0, :, 10] = 0
    inside[0, :, 17] = 0
    loss = loss_for(config("cel", overlap_weight=0.0, boundary_weight=2.0), EVEN)
    assert loss(sure(at_border, 2), targets, targets > 0) > 2.5 * loss(sure(inside, 2), targets, targets > 0)


def test_the_memory_format_changes_no_loss():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 10, 8, 8, generator=generator)
    targets = torch.randint(0, 10, (2, 8, 8), generator=generator)
    loss = loss_for(config("douga"), EVEN)
    other = logits.contiguous(memory_format=torch.channels_last)
    assert loss(logits, targets, targets > 0).item() == pytest.approx(
        loss(other, targets, targets > 0).item(), rel=1e-5
    )


def test_a_corrected_mask_is_judged_beside_the_classes():
    targets = torch.zeros(1, 8, 8, dtype=torch.int64)
    cels = torch.zeros(1, 8, 8, dtype=torch.bool)
    cels[:, :4] = True
    loss = loss_for(config("douga"), EVEN)
    right = torch.cat([sure(targets, 10), (cels[:, None].float() - 0.5) * 80], dim=1)
    wrong = torch.cat([sure(targets, 10), (0.5 - cels[:, None].float()) * 80], dim=1)
    assert loss(right, targets, cels).item() == pytest.approx(0.0, abs=1e-3)
    assert loss(wrong, targets, cels).item() > 10
