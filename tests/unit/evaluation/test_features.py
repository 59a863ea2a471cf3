"""Portraits of features: scenes that one can draw by hand, seen through a layer that was written by hand."""

import numpy as np
import pytest
import torch
from tiny_weights import write_tiny_weights
from torch import nn

from dougagen.domain import CelMask, Douga, DougaClass, Triplet
from dougagen.errors import UsageError
from dougagen.evaluation.features import (
    BACKGROUND,
    PATCH_SIZE,
    PATCHES,
    feature_sheet,
    portrait,
)
from dougagen.networks import LoadedNetwork, Task, Wiring
from dougagen.reconstruction.responses import FeatureLayer, feature_layers

HEIGHT, WIDTH = 160, 320


class ByHand(nn.Module):
    """Channel 0 likes red, channel 1 dislikes it."""

    def __init__(self):
        super().__init__()
        self.read = nn.Conv2d(3, 2, 1, bias=False)
        with torch.no_grad():
            self.read.weight[0, :, 0, 0] = torch.tensor([1.0, -1.0, -1.0])
            self.read.weight[1] = -self.read.weight[0]

    def forward(self, x):
        return self.read(x)


def scene(left):
    """Blue paper with a red square, all of it cel, whose upper edge is a line."""
    color = np.full((HEIGHT, WIDTH, 3), (0, 0, 200), np.uint8)
    square = np.s_[60:100, left : left + 40]
    color[square] = (250, 0, 0)
    cel, classes = np.zeros((HEIGHT, WIDTH), np.bool_), np.zeros((HEIGHT, WIDTH), np.uint8)
    cel[square] = True
    classes[60:66, left : left + 40] = DougaClass.VISIBLE_LINE
    return Triplet(color, CelMask(cel), Douga(classes))


@pytest.fixture(scope="module")
def seen():
    network = LoadedNetwork(ByHand().eval(), "net", Task.CEL, "by hand", 2, Wiring.COLOR, {}, "12345678" * 8)
    return portrait(FeatureLayer(network, "read"), [scene(20), scene(230)], seed=3)


def test_a_feature_is_described_by_the_pixels_it_responds_to(seen):
    likes = next(one for one in seen.features if one.number == 0)
    assert set(likes.responses) == {BACKGROUND, "flat area", "visible line"}
    assert likes.responses["flat area"] == pytest.approx(likes.responses["visible line"])
    assert likes.responses["flat area"] > 3 > 0 > likes.responses[BACKGROUND]
    assert likes.words.endswith(f"least {BACKGROUND} {likes.responses[BACKGROUND]:+.1f}")


def test_features_of_the_cel_come_before_those_of_the_background(seen):
    assert [one.number for one in seen.features] == [0, 1]


def test_the_place_that_excites_a_feature_most_is_shown_from_every_picture(seen):
    likes = seen.features[0]
    assert len(likes.patches) == 2
    for patch in likes.patches:
        assert patch.shape == (PATCH_SIZE, PATCH_SIZE, 3)
        assert (patch == (250, 0, 0)).all(axis=2).sum() == 40 * 40
    dislikes = seen.features[1]
    assert (dislikes.patches[0][PATCH_SIZE // 2, PATCH_SIZE // 2] == (0, 0, 200)).all()


def test_the_sheet_has_a_row_for_two_features_and_the_dream_at_its_left(seen):
    sheet = feature_sheet([seen])
    assert sheet.dtype == np.uint8
    assert sheet.shape[1] > 2 * (1 + PATCHES) * PATCH_SIZE
    assert sheet.shape[0] > PATCH_SIZE
    assert sheet.shape[0] < 2 * PATCH_SIZE + 150
    dream = seen.features[0].dream
    corner = sheet[-PATCH_SIZE - 4 : -4, 4 : 4 + PATCH_SIZE]
    assert np.array_equal(corner, dream)
    assert dream[..., 0].mean() > dream[..., 2].mean()


def test_what_is_no_picture_is_there_for_programs(seen):
    told = seen.to_json()
    assert told["network"] == "net@12345678"
    assert [one["feature"] for one in told["features"]] == [0, 1]


def test_nothing_to_look_at_is_an_error():
    network = LoadedNetwork(ByHand().eval(), "net", Task.CEL, "by hand", 2, Wiring.COLOR, {}, "0" * 64)
    with pytest.raises(UsageError, match="no picture to look at"):
        portrait(FeatureLayer(network, "read"), [])


def test_a_network_without_the_layer_is_left_out_while_the_other_has_it(tmp_path):
    write_tiny_weights(tmp_path, "cel")
    write_tiny_weights(tmp_path, "douga", detail_width=4)
    (only,) = feature_layers(tmp_path, "head.look")
    assert (only.network.task, only.name, only.channels) == (Task.DOUGA, "head.look", 4)
    assert [layer.name for layer in feature_layers(tmp_path)] == ["up_half.refine", "head.fuse"]


def test_the_weights_that_ship_have_a_second_to_last_layer():
    assert [(layer.name, layer.channels) for layer in feature_layers(None)] == [
        ("head.fuse", 8),
        ("head.fuse", 12),
    ]
