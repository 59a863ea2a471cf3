"""The synthetic cel, and the allocator that is told to keep its memory."""

import platform

import pytest
import torch

from dougagen.errors import WeightsError
from dougagen.networks import (
    FILL,
    Task,
    Wiring,
    build_network,
    grown_state,
    load_weights,
    logits_at_lines,
    network_options,
    reuse_freed_memory,
    save_weights,
    synthetic_cel,
    wired,
)

SMALL = {"widths": [8, 8, 8, 8], "context_width": 8, "context_blocks": 1}


def test_a_synthetic_cel_is_the_picture_on_the_mask_and_grey_elsewhere():
    color = torch.rand(1, 3, 2, 2)
    mask = torch.tensor([[[[True, False], [False, True]]]])
    cel = synthetic_cel(color, mask)
    assert torch.equal(cel[..., 0, 0], color[..., 0, 0])
    assert torch.equal(cel[..., 1, 1], color[..., 1, 1])
    assert (cel[..., 0, 1] == FILL).all()
    assert (cel[..., 1, 0] == FILL).all()


@pytest.mark.parametrize("wiring", Wiring)
def test_each_wiring_gives_the_channels_that_it_names(wiring):
    color, likelihood = torch.rand(2, 3, 4, 6), torch.rand(2, 1, 4, 6)
    seen = wired(wiring, color, likelihood)
    assert seen.shape == (2, wiring.channels, 4, 6)
    network = build_network("thinline", network_options("thinline", Task.DOUGA, SMALL, wiring=wiring))
    assert network(seen).shape == (2, 10 + wiring.mask_logits, 4, 6)


def test_a_guided_network_reads_the_cel_the_picture_and_the_likelihood():
    color = torch.rand(1, 3, 1, 2)
    seen = wired(Wiring.GUIDED, color, torch.tensor([[[[0.6, 0.4]]]]))
    assert torch.equal(seen[:, :3, 0, 0], color[:, :, 0, 0])
    assert (seen[:, :3, 0, 1] == FILL).all()
    assert torch.equal(seen[:, 3:6], color)
    assert seen[0, 6, 0].tolist() == pytest.approx([0.6, 0.4])


def loaded(tmp_path, wiring=Wiring.SYNTHETIC_CEL, **options):
    chosen = network_options("thinline", Task.DOUGA, {**SMALL, **options}, wiring=wiring)
    network = build_network("thinline", chosen)
    path = tmp_path / "douga.safetensors"
    save_weights(
        network, path, architecture="thinline", options=chosen, task=Task.DOUGA, facts={}, wiring=wiring
    )
    return load_weights(path)


def test_a_network_that_is_given_more_to_read_begins_by_saying_what_it_said(tmp_path):
    start = loaded(tmp_path)
    guided = build_network(
        "thinline", network_options("thinline", Task.DOUGA, SMALL, wiring=Wiring.GUIDED)
    ).eval()
    guided.load_state_dict(grown_state(start, guided))
    color, likelihood = torch.rand(1, 3, 32, 48), torch.rand(1, 1, 32, 48)
    with torch.no_grad():
        before = start.module(wired(Wiring.SYNTHETIC_CEL, color, likelihood))
        after = guided(wired(Wiring.GUIDED, color, likelihood))
    assert torch.allclose(after[:, :10], before, atol=1e-5)
    assert torch.equal(after[:, 10:] > 0, likelihood > 0.5)  # and the mask by what it is told


def test_a_network_of_other_sizes_cannot_be_begun_with(tmp_path):
    other = build_network("thinline", network_options("thinline", Task.DOUGA, {**SMALL, "context_blocks": 2}))
    with pytest.raises(WeightsError, match="other sizes"):
        grown_state(loaded(tmp_path), other)
    narrower = build_network(
        "thinline", network_options("thinline", Task.DOUGA, {**SMALL, "widths": [4, 8, 8, 8]})
    )
    with pytest.raises(WeightsError, match="other sizes"):
        grown_state(loaded(tmp_path), narrower)


class Seen(torch.nn.Module):
    """Remembers the size that it was given."""

    def forward(self, x):
        self.size = tuple(x.shape[-2:])
        return x[:, :2]


@pytest.mark.parametrize(
    ("size", "lines", "read_at"),
    [
        ((80, 120), 40, (40, 60)),
        ((30, 20), 40, (40, 27)),
        ((10, 400), 40, (20, 800)),  # a strip is enlarged twice at most
        ((80, 120), 0, (80, 120)),
        ((40, 50), 40, (40, 50)),
    ],
)
def test_a_picture_is_read_at_the_lines_of_the_network_and_answered_at_its_own(size, lines, read_at):
    network = Seen()
    assert logits_at_lines(network, torch.rand(1, 3, *size), lines).shape == (1, 2, *size)
    assert network.size == read_at


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
def test_glibc_accepts_to_keep_freed_memory():
    assert reuse_freed_memory() is True
