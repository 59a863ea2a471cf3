"""The synthetic cel, and the allocator that is told to keep its memory."""

import platform

import pytest
import torch

from dougagen.networks import FILL, reuse_freed_memory, synthetic_cel


def test_a_synthetic_cel_is_the_picture_on_the_mask_and_grey_elsewhere():
    color = torch.rand(1, 3, 2, 2)
    mask = torch.tensor([[[[True, False], [False, True]]]])
    cel = synthetic_cel(color, mask)
    assert torch.equal(cel[..., 0, 0], color[..., 0, 0])
    assert torch.equal(cel[..., 1, 1], color[..., 1, 1])
    assert (cel[..., 0, 1] == FILL).all()
    assert (cel[..., 1, 0] == FILL).all()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
def test_glibc_accepts_to_keep_freed_memory():
    assert reuse_freed_memory() is True
