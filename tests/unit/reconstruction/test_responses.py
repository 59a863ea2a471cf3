"""What the channels of a layer respond to: on networks whose channels were written by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from dougagen.errors import UsageError
from dougagen.networks import LoadedNetwork, Task, Wiring, build_network, network_options
from dougagen.reconstruction.responses import FeatureLayer, second_to_last

RED, VERTICAL = 0, 1
EVERYWHERE = np.ones((32, 48), np.bool_)


def loaded(module, *, task=Task.CEL, architecture="by hand", wiring=Wiring.COLOR, lines="0"):
    facts = {"working_lines": lines}
    return LoadedNetwork(module.eval(), "net", task, architecture, task.classes, wiring, facts, "0" * 64)


def by_hand(**facts):
    """Two channels, a ReLU in place, two logits: redder than green, and darker on the left."""
    read = nn.Conv2d(3, 2, 3, padding=1, bias=False)
    with torch.no_grad():
        read.weight.zero_()
        read.weight[RED, :, 1, 1] = torch.tensor([1.0, -1.0, 0.0])
        read.weight[VERTICAL, :, :, 0], read.weight[VERTICAL, :, :, 2] = -1.0, 1.0
    layers = {"read": read, "rectify": nn.ReLU(inplace=True), "classify": nn.Conv2d(2, 2, 1)}
    network = nn.Sequential()
    for name, layer in layers.items():
        network.add_module(name, layer)
    return loaded(network, **facts)


def painted(color, size=(32, 48)):
    return np.full((*size, 3), color, np.uint8)


def test_a_response_is_what_the_layer_says_before_its_relu():
    green = FeatureLayer(by_hand(), "read").responses(painted((0, 255, 0)), EVERYWHERE)
    assert green.shape == (2, 32, 48)
    assert np.allclose(green[RED], -1.0)


def test_a_picture_is_read_at_the_lines_of_its_network():
    assert FeatureLayer(by_hand(lines="16"), "read").responses(painted(9), EVERYWHERE).shape == (2, 16, 24)


def test_a_dream_shows_what_its_channel_was_made_to_like():
    red, vertical = FeatureLayer(by_hand(), "read").dreams(
        [RED, VERTICAL], spreads=[1.0, 1.0], size=32, steps=48
    )
    assert red.shape == (32, 32, 3)
    assert red.dtype == np.uint8
    assert red[..., 0].mean() > red[..., 1].mean() + 10
    assert abs(vertical[..., 0].mean() - vertical[..., 1].mean()) < 5
    steps = vertical.astype(int).sum(axis=2)
    assert np.abs(np.diff(steps, axis=1)).mean() > np.abs(np.diff(steps, axis=0)).mean()


def test_the_same_seed_dreams_the_same_and_another_seed_another_dream():
    layer = FeatureLayer(by_hand(), "read")
    first, again, other = (
        layer.dreams([VERTICAL], spreads=[1.0], size=16, steps=4, seed=seed) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_network_that_reads_masks_dreams_of_cel_everywhere():
    told = []

    class Watched(nn.Module):
        def __init__(self):
            super().__init__()
            self.read = nn.Conv2d(7, 2, 1)

        def forward(self, x):
            told.append(x[:, -1:].detach().clone())
            return self.read(x)

    FeatureLayer(loaded(Watched(), wiring=Wiring.GUIDED), "read").dreams([0], spreads=[1.0], size=16, steps=2)
    assert all(bool((likelihood == 1).all()) for likelihood in told)


@pytest.mark.parametrize(
    ("architecture", "task", "layer", "channels"),
    [
        ("thinline", Task.CEL, "up_half.refine", 16),
        ("thinline", Task.DOUGA, "head.fuse", 8),
        ("gcn", Task.CEL, "refine_up.4", 21),
    ],
)
def test_the_second_to_last_layer_feeds_the_classifying_one(architecture, task, layer, channels):
    with torch.device("meta"):
        network = build_network(architecture, network_options(architecture, task))
    name = second_to_last(loaded(network, task=task, architecture=architecture))
    assert name == layer
    convolutions = [m for m in network.get_submodule(name).modules() if isinstance(m, nn.Conv2d)]
    assert convolutions[-1].out_channels == channels
    last = [m for m in network.modules() if isinstance(m, nn.Conv2d)][-1]
    assert last.in_channels == channels


def test_a_layer_that_is_not_there_is_one_line_with_the_names_of_those_that_are():
    with pytest.raises(UsageError, match="has no layer 'eyes'; name one of read, rectify, classify") as told:
        FeatureLayer(by_hand(), "eyes")
    assert "\n" not in str(told.value)


def test_a_layer_without_feature_maps_is_refused():
    class Pooled(nn.Module):
        def __init__(self):
            super().__init__()
            self.mean = nn.AdaptiveAvgPool2d(1)

        def forward(self, x):
            return x + self.mean(x)

    with pytest.raises(UsageError, match="'mean' has no feature maps"):
        FeatureLayer(loaded(Pooled()), "mean")


def test_the_second_to_last_layer_of_an_unknown_architecture_must_be_named():
    with pytest.raises(UsageError, match="not known; name it"):
        FeatureLayer(by_hand())
