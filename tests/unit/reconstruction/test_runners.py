"""Which backend runs the networks, where, and what the digest says of it."""

from __future__ import annotations

import shutil
import sys

import numpy as np
import pytest

from dougagen.errors import ConfigError, DeviceError
from dougagen.reconstruction import NetworkReconstructor, ReconstructionConfig
from dougagen.reconstruction.runners import device_of


def on_cpu(backend: str) -> ReconstructionConfig:
    return ReconstructionConfig(device="cpu", precision="fp32", backend=backend)


def test_an_unknown_backend_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match="backend must be one of torch, compiled, openvino, got 'tpu'"):
        ReconstructionConfig(backend="tpu")


@pytest.mark.parametrize("device", ["cuda", "cuda:1"])
def test_openvino_on_a_gpu_is_refused_with_the_remedy(device):
    config = ReconstructionConfig(device=device, backend="openvino")
    with pytest.raises(DeviceError, match=f"on the CPU, --device {device} was asked for; use"):
        device_of(config)


def test_openvino_is_on_the_cpu_where_there_is_a_gpu_too():
    assert device_of(ReconstructionConfig(backend="openvino")).type == "cpu"


def test_a_backend_that_is_not_installed_is_said_when_the_networks_are_loaded(models, monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(DeviceError, match="OpenVINO is not installed"):
        NetworkReconstructor.load(models, on_cpu("openvino"))


@pytest.mark.skipif(not any(map(shutil.which, ("g++", "clang++"))), reason="needs a C++ compiler")
def test_the_digest_of_torch_is_the_same_compiled_or_not(models):
    plain, compiled = (
        NetworkReconstructor.load(models, on_cpu(backend)).digest_facts for backend in ("torch", "compiled")
    )
    assert plain == compiled
    assert "backend" not in plain  # datasets from before there were backends keep their digest


def test_openvino_reads_the_same_and_says_so_in_the_digest(models):
    pytest.importorskip("openvino")
    torch_, other = (NetworkReconstructor.load(models, on_cpu(name)) for name in ("torch", "openvino"))
    assert dict(other.digest_facts) == {**torch_.digest_facts, "backend": "openvino"}
    rng = np.random.default_rng(1)
    pictures = [rng.integers(0, 256, (*size, 3), dtype=np.uint8) for size in ((37, 61), (48, 64), (1, 1))]
    for one, same in zip(torch_.reconstruct(pictures), other.reconstruct(pictures), strict=True):
        assert (one.cel_mask.pixels == same.cel_mask.pixels).mean() > 0.999
        assert (one.douga.classes == same.douga.classes).mean() > 0.99
        assert one.douga_confidence == pytest.approx(same.douga_confidence, abs=1e-3)
