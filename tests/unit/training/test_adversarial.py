"""The adversarial loss (thesis 5.5.2): encodings that one can write down, two networks, one checkpoint."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest
import torch

from dougagen.domain import PALETTE
from dougagen.errors import ConfigError
from dougagen.networks import Task, build_network, load_weights, network_options
from dougagen.training import TrainingConfig, train
from dougagen.training.adversarial import (
    AdversarialConfig,
    Adversary,
    Discriminator,
    Encoding,
    drawn,
    one_hot,
    read_by_color,
    truly_drawn,
)

CPU = torch.device("cpu")
TARGETS = torch.tensor([[[0, 1], [6, 4]]])


def adversary(**options: object) -> Adversary:
    torch.manual_seed(0)
    return Adversary(AdversarialConfig.of({"width": 8, **options}), CPU, half=False, fused=None)


# ---- encodings ---------------------------------------------------------------------------------------
def test_three_channels_are_the_colours_of_the_palette():
    seen = truly_drawn(TARGETS, Encoding.THREE_CHANNEL)
    wanted = torch.tensor(PALETTE[TARGETS.numpy()] / 255.0).permute(0, 3, 1, 2)
    assert torch.allclose(seen, wanted.float(), atol=1e-6)
    assert torch.allclose(drawn(one_hot(TARGETS), Encoding.THREE_CHANNEL), seen)  # ones mix the same picture


@pytest.mark.parametrize("encoding", [Encoding.TEN_CHANNEL, Encoding.SOFTMAX, Encoding.ARGMAX])
def test_the_truth_of_ten_channels_is_ones_and_zeros(encoding):
    seen = truly_drawn(TARGETS, encoding)
    assert seen.shape == (1, 10, 2, 2)
    assert seen[0, :, 1, 0].tolist() == [0, 0, 0, 0, 0, 0, 1, 0, 0, 0]


def test_a_network_may_say_any_number_shares_or_ones_and_zeros():
    logits = torch.randn(2, 10, 3, 3, generator=torch.Generator().manual_seed(1)) * 3
    assert torch.equal(drawn(logits, Encoding.TEN_CHANNEL), logits)
    shares = drawn(logits, Encoding.SOFTMAX)
    assert torch.allclose(shares.sum(1), torch.ones(2, 3, 3))
    ones = drawn(logits, Encoding.ARGMAX)
    assert torch.allclose(ones, one_hot(logits.argmax(1)), atol=1e-6)


def test_the_gradient_through_argmax_is_that_of_softmax():
    weights = torch.randn(1, 10, 2, 2, generator=torch.Generator().manual_seed(2))
    gradients = []
    for encoding in (Encoding.ARGMAX, Encoding.SOFTMAX):
        logits = torch.randn(1, 10, 2, 2, generator=torch.Generator().manual_seed(3)).requires_grad_()
        (drawn(logits, encoding) * weights).sum().backward()
        gradients.append(logits.grad)
    assert gradients[0].abs().sum() > 0
    assert torch.allclose(*gradients, atol=1e-6)


def test_a_network_of_three_channels_is_read_by_the_nearest_colour():
    torch.manual_seed(0)
    options = network_options("gcn", Task.DOUGA, {"depth": 34, "width": 8, "channels": 4})
    network = build_network("gcn", options).eval()
    picture = torch.rand(1, 3, 40, 40)
    with torch.no_grad():  # channels around 0.1 mix colours around grey, of every kind
        network.classify.weight.normal_()
        network.classify.bias.zero_()
        said = network(picture)
        scale = 0.3 / said.std((0, 2, 3))
        network.classify.weight.mul_(scale[:, None, None, None])
        network.classify.bias.copy_(0.1 - said.mean((0, 2, 3)) * scale)
        mixed = drawn(network(picture), Encoding.THREE_CHANNEL)
        said = read_by_color(network)(picture).argmax(1)
    colors = torch.tensor(PALETTE / 255.0, dtype=torch.float32)
    nearest = (mixed[:, None] - colors[None, :, :, None, None]).square().sum(2).argmin(1)
    assert len(nearest.unique()) > 4
    assert (said == nearest).float().mean() > 0.999
    with pytest.raises(ConfigError, match="take a gcn"):
        read_by_color(torch.nn.Conv2d(3, 10, 1))


# ---- two networks ------------------------------------------------------------------------------------
def test_the_loss_is_minus_the_logarithm_of_what_the_discriminator_says_and_weighted():
    judge = adversary(encoding="softmax", weight=0.5, pixel_weight=2.0)
    with torch.no_grad():
        judge.network.judge.weight.zero_()
        judge.network.judge.bias.fill_(math.log(0.2 / 0.8))  # it believes one in five
    logits, color = torch.zeros(2, 10, 32, 32), torch.zeros(2, 3, 32, 32)
    joined = judge.joined(torch.tensor(3.0), logits, color)
    assert joined.item() == pytest.approx(0.5 * -math.log(0.2) + 2.0 * 3.0, rel=1e-5)
    assert judge.parts["adversarial_loss"].item() == pytest.approx(-math.log(0.2), rel=1e-5)
    alone = adversary(encoding="softmax", pixel_weight=0.0).joined(torch.tensor(math.nan), logits, color)
    assert math.isfinite(alone.item())


def test_each_network_learns_from_its_own_loss_alone():
    judge = adversary(encoding="argmax")
    logits = torch.randn(2, 10, 32, 32, generator=torch.Generator().manual_seed(0)).requires_grad_()
    color = torch.zeros(2, 3, 32, 32)
    judge.joined(torch.tensor(0.0), logits, color).backward()
    assert logits.grad.abs().sum() > 0
    assert all(weight.grad is None for weight in judge.network.parameters())
    logits.grad = None
    before = judge.network.judge.weight.detach().clone()
    judge.learn(logits, torch.zeros(2, 32, 32, dtype=torch.int64), color)
    assert logits.grad is None
    assert not torch.equal(before, judge.network.judge.weight)


def test_a_discriminator_learns_to_tell_noise_from_a_drawing():
    judge = adversary(encoding="argmax", learning_rate=3e-3)
    rng = torch.Generator().manual_seed(0)
    losses = []
    for _ in range(15):
        targets = torch.zeros(2, 48, 48, dtype=torch.int64)
        targets[:, 10:30, 12:14] = 1
        logits = torch.randn(2, 10, 48, 48, generator=rng)
        judge.learn(logits, targets, torch.zeros(2, 3, 48, 48))
        losses.append(judge.parts["discriminator_loss"].item())
    assert losses[0] > 0.9  # 2 log 2 is not to know
    assert losses[-1] < 0.3


@pytest.mark.parametrize(("encoding", "channels"), [("three-channel", 3), ("argmax", 10)])
def test_a_conditional_discriminator_reads_the_picture_too(encoding, channels):
    for conditional in (False, True):
        options = AdversarialConfig.of({"encoding": encoding, "conditional": conditional})
        assert options.channels == channels + 3 * conditional
        network = Discriminator(options.channels, width=8)
        assert network(torch.zeros(2, options.channels, 40, 72)).shape == (2,)  # pictures of any shape


# ---- in a run ----------------------------------------------------------------------------------------
JUDGED = {"encoding": "argmax", "conditional": True, "optimizer": "rmsprop", "width": 8}


def test_a_run_with_a_discriminator_goes_on_to_the_bit_where_it_was_interrupted(discs, small, tmp_path):
    def config() -> TrainingConfig:
        return small("douga", steps=4, adversarial=JUDGED, optimizer="rmsprop", learning_rate=1e-3, threads=1)

    def interrupt(progress) -> None:
        if progress.step == 2:
            raise KeyboardInterrupt

    whole = train(config(), discs, out=tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(config(), discs, out=tmp_path / "parts", progress=interrupt)
    state = torch.load(tmp_path / "parts" / "douga.checkpoint", weights_only=True)
    assert set(state["adversary"]) == {"network", "optimizer"}
    parts = train(config(), discs, out=tmp_path / "parts")
    one, two = (load_weights(result.weights).module.state_dict() for result in (whole, parts))
    assert all(torch.equal(one[name], two[name]) for name in one)
    logs = [list(csv.DictReader(result.log.open())) for result in (whole, parts)]
    names = ("loss", "pixel_loss", "adversarial_loss", "discriminator_loss")
    assert [[row[name] for name in names] for row in logs[0]] == [
        [row[name] for name in names] for row in logs[1]
    ]
    assert len(logs[0]) == 4


def test_a_discriminator_changes_what_the_network_learns(discs, small, tmp_path):
    plain = train(small("douga", threads=1), discs, out=tmp_path / "a")
    judged = train(small("douga", threads=1, adversarial=JUDGED), discs, out=tmp_path / "b")
    one, two = (load_weights(result.weights).module.state_dict() for result in (plain, judged))
    assert any(not torch.equal(one[name], two[name]) for name in one)
    assert "discriminator_loss" not in plain.log.read_text()
    assert np.isfinite(judged.loss)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"encoding": "jpeg"},
            "adversarial.encoding must be one of three-channel, ten-channel, softmax, argmax",
        ),
        ({"optimizer": "sgd"}, "adversarial.optimizer must be one of adamw, adam, rmsprop"),
        ({"learning_rate": 0}, "adversarial.learning_rate must be in"),
        ({"weight": 0}, "adversarial.weight must be above 0"),
        ({"pixel_weight": -1}, "adversarial.pixel_weight must be at least 0"),
        ({"conditional": 1}, "'adversarial.conditional' has the wrong type"),
        ({"depth": 18}, "adversarial.depth must be one of 34, 50, 101"),
        ({"width": 0}, "adversarial.width must be in"),
        ({"view": 3}, "unknown adversarial option 'view'; known: .*encoding"),
    ],
)
def test_a_wrong_discriminator_is_refused_in_a_line(options, message, small):
    with pytest.raises(ConfigError, match=message):
        small("douga", adversarial=options)


def test_the_discriminator_of_the_thesis_is_a_resnet_of_34_layers():
    network = Discriminator(10)
    layers = [name for name, p in network.named_parameters() if p.ndim > 1 and "shortcut" not in name]
    assert len(layers) == 34
    assert sum(p.numel() for p in network.parameters()) == pytest.approx(21.3e6, rel=0.01)


def test_a_cel_network_has_no_discriminator(small):
    with pytest.raises(ConfigError, match="judges douga, not cels"):
        small("cel", adversarial=JUDGED)
