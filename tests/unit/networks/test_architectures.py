"""The networks' promises: sizes, published parts, fusing, and a backward pass that does not crash."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from dougagen.errors import ConfigError
from dougagen.networks import Task, ThinLineNet, build_network, fuse_for_inference, network_options
from dougagen.networks.layers import ConvNorm, FusedConv
from dougagen.networks.resnet import ResNetTrunk

SMALL = {"widths": [8, 8, 16, 16], "context_width": 16, "context_blocks": 1, "detail_width": 4}


def small_network(classes: int = 10, **options: object) -> nn.Module:
    torch.manual_seed(0)
    return build_network("thinline", {"classes": classes, **SMALL, **options}).eval()


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 70), (33, 47), (64, 32)])
@pytest.mark.parametrize("detail_width", [0, 4])
def test_a_picture_of_any_size_gets_logits_of_its_size(height, width, detail_width):
    network = small_network(detail_width=detail_width)
    assert network(torch.rand(2, 3, height, width)).shape == (2, 10, height, width)


@pytest.mark.parametrize("task", list(Task))
def test_the_gcn_gives_logits_of_the_pictures_size(task):
    network = build_network("gcn", network_options("gcn", task)).eval()
    with torch.inference_mode():
        assert network(torch.rand(1, 3, 33, 50)).shape == (1, task.classes, 33, 50)


def test_the_gcn_has_the_kernels_of_the_thesis():
    assert network_options("gcn", Task.CEL)["kernel"] == 25
    assert network_options("gcn", Task.DOUGA)["kernel"] == 49


@pytest.mark.parametrize(("depth", "published"), [(34, 21_284_672), (50, 23_508_032), (101, 42_500_160)])
def test_the_trunk_has_as_many_weights_as_the_published_resnet_without_its_classifier(depth, published):
    with torch.device("meta"):
        trunk = ResNetTrunk(depth)
    assert sum(p.numel() for p in trunk.parameters()) == published


def test_the_light_networks_hold_about_a_million_weights():
    for task in Task:
        network = build_network("thinline", network_options("thinline", task))
        assert 0.8e6 < sum(p.numel() for p in network.parameters()) < 1.5e6


def with_norms_of_any_size(network: nn.Module) -> nn.Module:
    torch.manual_seed(1)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -1, 1)
            nn.init.uniform_(module.running_var, 0.5, 2)
            nn.init.uniform_(module.weight, 0.5, 2)
    return network.eval()


def lite(**options: object) -> nn.Module:
    small = {"widths": [8, 8, 16, 16], "context_width": 16, "context_blocks": 1, "detail_width": 6}
    return build_network("lite", network_options("lite", Task.DOUGA, small | options))


def test_fusing_batch_norm_changes_no_logits():
    for network in map(with_norms_of_any_size, (small_network(), small_network(detail_width=0))):
        picture = torch.rand(1, 3, 70, 50)
        with torch.inference_mode():
            before = network(picture)
            fused = fuse_for_inference(network)
            assert torch.allclose(fused(picture), before, atol=1e-4)
        left = [name for name, m in fused.named_modules() if isinstance(m, nn.BatchNorm2d)]
        assert all("context" in name for name in left)  # the sum of three convolutions has none to fold into


@pytest.mark.parametrize("detail_width", [6, 0])
@pytest.mark.parametrize("size", [(64, 96), (70, 50)])
def test_what_infers_says_what_was_trained(size: tuple[int, int], detail_width: int) -> None:
    """Padding, activations and the scale of the picture go into the convolutions. Along the picture's end the
    head's padding is grey of 127 instead of 127.5 levels."""
    network = with_norms_of_any_size(lite(detail_width=detail_width, inputs=7, mask_logits=1))
    picture = torch.rand(1, 7, *size)
    with torch.inference_mode():
        before = network(picture)
        after = fuse_for_inference(network)(picture)
    assert torch.allclose(after, before, atol=0.01 * float(before.abs().max()))
    inside = np.s_[..., 3:-3, 3:-3]
    assert torch.allclose(after[inside], before[inside], atol=1e-4 * float(before.abs().max()))


def test_what_infers_is_the_same_whether_onednn_is_asked_or_torch() -> None:
    """Where gradients are wanted, or somebody writes down what is done, torch convolves."""
    network = fuse_for_inference(with_norms_of_any_size(lite()))
    picture = torch.rand(1, 3, 64, 96)
    with torch.inference_mode():
        asked = network(picture)
    by_torch = network(picture).detach()
    assert torch.allclose(asked, by_torch, atol=1e-4)


def test_a_convolution_that_is_padded_by_more_after_than_before_pads_itself() -> None:
    torch.manual_seed(0)
    for kernel, pads in ((3, (0, 1)), (5, (1, 2))):
        block = ConvNorm(4, 6, kernel, stride=2, padding=pads, activation="relu6")
        with_norms_of_any_size(block)
        x = torch.randn(2, 4, 32, 64)
        with torch.inference_mode():
            assert torch.allclose(FusedConv.of(block)(x), block(x), atol=1e-5)
    with pytest.raises(ValueError, match="one more after than before, got 0 and 2"):
        FusedConv.of(ConvNorm(4, 6, 3, padding=(0, 2)).eval())


def test_the_memory_format_of_the_input_changes_nothing():
    network, picture = small_network(), torch.rand(2, 3, 64, 64)
    with torch.inference_mode():
        as_channels_last = network(picture.contiguous(memory_format=torch.channels_last))
        assert torch.equal(network(picture), as_channels_last)


@pytest.mark.parametrize(("kernel", "is_felt"), [(15, True), (1, False)])
def test_the_long_kernels_carry_what_happens_300_pixels_away(kernel, is_felt):
    """With the term that is pooled over the picture switched off."""
    network = small_network(context_kernel=kernel).double()
    for name, parameter in network.named_parameters():
        if "pooled" in name:
            nn.init.zeros_(parameter)
    picture = torch.full((1, 3, 64, 512), 0.5, dtype=torch.float64)
    changed = picture.clone()
    changed[..., :32] = 1.0
    with torch.inference_mode():
        change = (network(picture) - network(changed))[..., 332:].abs().max()
    assert (change > 1e-12) == is_felt


def test_every_long_convolution_works_in_channels_last_whatever_came_in():
    network = build_network("gcn", network_options("gcn", Task.CEL)).eval()
    formats = []

    def note(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        formats.append(inputs[0].is_contiguous(memory_format=torch.channels_last))

    for module in network.globals.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_pre_hook(note)
    with torch.inference_mode():
        network(torch.rand(2, 3, 96, 96))
    assert formats == [True] * 16


def test_training_the_gcn_on_nchw_input_does_not_corrupt_the_heap():
    """In NCHW the backward pass of a (25, 1) kernel did on some CPUs, on maps of 10×10 and 12×12."""
    code = """
import torch
from dougagen.networks import GCN, GCNConfig
torch.set_num_threads(1)
network = GCN(GCNConfig(classes=2)).train().to(memory_format=torch.channels_last)
for side in (160, 96):  # maps of 10×10 at 1/16 and of 12×12 at 1/8
    for _ in range(2):
        network(torch.rand(2, 3, side, side)).square().mean().backward()
print("alive", all(torch.isfinite(p.grad).all() for p in network.parameters()))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "alive True"), done.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"classes": 2, "depht": 3}, "unknown option 'depht'"),
        ({}, "needs option 'classes'"),
        ({"classes": "2"}, "must be int"),
        ({"classes": True}, "must be int"),
        ({"classes": 2, "widths": [8, 8, 8]}, "four widths"),
        ({"classes": 2, "widths": [8, 8, 8, 10**9]}, r"in \[1, 1024\]"),
        ({"classes": 2, "context_kernel": 14}, "must be odd"),
    ],
)
def test_options_that_make_no_network_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        build_network("thinline", options)


def test_an_unknown_architecture_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match="thinline, lite, gcn"):
        build_network("unet", {})


def test_lists_from_json_become_the_tuples_of_the_config():
    network = small_network()
    assert isinstance(network, ThinLineNet)
    assert network.config.widths == (8, 8, 16, 16)
