"""How sure the networks are of each pixel, and networks that say nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from dougagen.errors import WeightsError
from dougagen.networks import LoadedNetwork, Task, Wiring
from dougagen.reconstruction import NetworkReconstructor, ReconstructionConfig

LOG_3 = float(np.log(3.0))


class RedIsCel(nn.Module):
    """Three to one that red is cel, nine to one that the rest is none."""

    def forward(self, color: torch.Tensor) -> torch.Tensor:
        odds = torch.where(color[:, :1] > 0.9, LOG_3, -2 * LOG_3)
        return torch.cat([torch.zeros_like(odds), odds], dim=1)


class AllIsLine(nn.Module):
    """A visible line with probability 1/4: three times as likely as each of the other nine."""

    def forward(self, color: torch.Tensor) -> torch.Tensor:
        logits = torch.zeros(color.shape[0], 10, *color.shape[2:])
        logits[:, 1] = LOG_3
        return logits


class Overflows(AllIsLine):
    """As a network in half precision does."""

    def forward(self, color: torch.Tensor) -> torch.Tensor:
        return super().forward(color) * torch.inf


def reconstructor(cel: nn.Module, douga: nn.Module, **options: object) -> NetworkReconstructor:
    networks = (
        LoadedNetwork(module.eval(), str(task), task, "by hand", task.classes, Wiring.COLOR, {}, "0" * 64)
        for task, module in ((Task.CEL, cel), (Task.DOUGA, douga))
    )
    plain = {"device": "cpu", "precision": "fp32", "refinement": None, "color_cut": None}
    return NetworkReconstructor(*networks, ReconstructionConfig(**plain | options))


def test_certainty_is_the_probability_of_what_is_said():
    picture = np.array([[(255, 0, 0), (0, 0, 0)]], np.uint8)
    [(read, certain)] = reconstructor(RedIsCel(), AllIsLine()).certainties([picture])
    assert read.cel_mask.pixels.tolist() == [[True, False]]
    assert read.douga.classes.tolist() == [[1, 0]]
    assert certain.cel[0].tolist() == pytest.approx([3 / 4, 9 / 10])
    assert certain.douga[0].tolist() == pytest.approx([1 / 4, 9 / 10])


def test_certainty_is_of_the_refined_class():
    """A cel that is all line is none when it is refined: what is said then is less likely than the line."""
    picture = np.full((40, 40, 3), (255, 0, 0), np.uint8)
    raw, refined = (
        reconstructor(RedIsCel(), AllIsLine(), **options).certainties([picture])[0]
        for options in ({}, {"refinement": ReconstructionConfig().refinement})
    )
    assert (raw[0].douga.classes == 1).all()
    changed = refined[0].douga.classes != 1
    assert changed.any()
    assert np.allclose(refined[1].douga[changed], 1 / 12)
    assert np.allclose(refined[1].douga[~changed], 1 / 4)


def test_the_reading_is_that_of_reconstruct_and_the_order_is_kept():
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (*size, 3), dtype=np.uint8) for size in ((4, 6), (4, 6), (2, 2))]
    networks = reconstructor(RedIsCel(), AllIsLine(), batch_size=2)
    for (read, certain), plain in zip(
        networks.certainties(pictures), networks.reconstruct(pictures), strict=True
    ):
        assert np.array_equal(read.douga.classes, plain.douga.classes)
        assert certain.douga.shape == plain.douga.classes.shape


@pytest.mark.parametrize("task", list(Task))
def test_a_network_that_says_what_is_no_number_is_one_line(task):
    networks = {Task.CEL: RedIsCel(), Task.DOUGA: AllIsLine(), task: Overflows()}
    picture = np.full((9, 9, 3), 255, np.uint8)
    with pytest.raises(WeightsError, match=f"the {task} network {task} says what is no number, in float32"):
        reconstructor(networks[Task.CEL], networks[Task.DOUGA]).reconstruct([picture])
