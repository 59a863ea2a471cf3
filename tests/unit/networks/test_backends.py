"""Whatever runs a network, it says the same; what is not there is one line with the remedy."""

import logging
import subprocess
import sys
from collections.abc import Callable

import pytest
import torch
from torch import nn

from dougagen.errors import DeviceError
from dougagen.networks import Task, build_network, fuse_for_inference, network_options
from dougagen.networks import compiled as compiling
from dougagen.networks.compiled import CompiledNetwork, require_compiler
from dougagen.networks.wiring import Wiring

SMALL = {"widths": [8, 8, 16, 16], "context_width": 16, "context_blocks": 1, "detail_width": 4}
SIZES = [(64, 96), (65, 97), (1, 1), (33, 200), (64, 96)]


def network(wiring: Wiring = Wiring.GUIDED, architecture: str = "thinline") -> nn.Module:
    torch.manual_seed(0)
    overrides = SMALL if architecture == "thinline" else {"depth": 34, "channels": 4, "kernel": 7}
    options = network_options(architecture, Task.DOUGA, overrides, wiring=wiring)
    built = build_network(architecture, options)
    return fuse_for_inference(built).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def pictures(channels: int, *sizes: tuple[int, int], count: int = 1) -> list[torch.Tensor]:
    torch.manual_seed(1)
    return [torch.rand(count, channels, *size) for size in sizes]


# ---- torch.compile -----------------------------------------------------------------------------------
@pytest.fixture
def graphs() -> tuple[Callable, list[torch.fx.GraphModule]]:
    """A backend of torch.compile that runs each graph as it is, and keeps it."""
    made: list[torch.fx.GraphModule] = []
    torch._dynamo.reset()

    def backend(graph: torch.fx.GraphModule, inputs: list[torch.Tensor]) -> Callable:
        made.append(graph)
        return graph.forward

    return backend, made


def test_a_compiled_network_says_the_same_and_is_not_compiled_for_every_size(graphs):
    backend, made = graphs
    plain = network()
    compiled = CompiledNetwork(plain, name="douga", by=backend)
    with torch.inference_mode():
        for count, size in ((2, (64, 96)), (2, (65, 97)), (3, (96, 64)), (4, (33, 200)), (2, (128, 72))):
            [picture] = pictures(7, size, count=count)
            assert torch.allclose(compiled(picture), plain(picture), atol=1e-5)
    assert len(made) == 1


def test_a_network_that_does_not_compile_runs_as_it_is_after_a_warning(caplog):
    def broken(graph: torch.fx.GraphModule, inputs: list[torch.Tensor]) -> Callable:
        raise NotImplementedError("no compiler\nfor this")

    torch._dynamo.reset()
    plain = network()
    compiled = CompiledNetwork(plain, name="douga", by=broken)
    [picture] = pictures(7, (64, 96))
    with torch.inference_mode(), caplog.at_level(logging.WARNING, "dougagen"):
        assert torch.equal(compiled(picture), plain(picture))
        assert torch.equal(compiled(picture), plain(picture))
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("dougagen")]
    assert len(ours) == 1
    assert "torch.compile failed for the douga network, which runs without it" in ours[0]
    assert "\n" not in ours[0]


def test_out_of_memory_is_no_failure_to_compile():
    class Full(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise torch.OutOfMemoryError("CUDA out of memory")

    torch._dynamo.reset()
    compiled = CompiledNetwork(Full(), name="cel", by="eager")
    compiled._run = compiled._network  # as on a GPU: the graph is compiled, and its run fails
    with pytest.raises(torch.OutOfMemoryError):
        compiled(torch.zeros(1, 3, 4, 4))


def test_a_machine_without_a_compiler_is_one_line(monkeypatch):
    monkeypatch.setattr(compiling.shutil, "which", lambda name: None)
    with pytest.raises(DeviceError, match=r"a C\+\+ compiler not found; install .* --backend torch"):
        require_compiler(torch.device("cpu"))


# ---- OpenVINO ----------------------------------------------------------------------------------------
def test_openvino_that_is_not_installed_is_one_line(monkeypatch):
    from dougagen.networks.openvino import OpenVinoNetwork

    monkeypatch.setitem(sys.modules, "openvino", None)  # importing it fails, as where it is not
    with pytest.raises(DeviceError, match=r"not installed; pip install 'dougagen\[openvino\]'") as refused:
        OpenVinoNetwork(network(), inputs=7, dtype=torch.float32, threads=1)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("wiring", "architecture"),
    [(Wiring.GUIDED, "thinline"), (Wiring.COLOR, "thinline"), (Wiring.CONCATENATED, "gcn")],
)
def test_openvino_says_what_torch_says_at_any_size(wiring, architecture):
    pytest.importorskip("openvino")
    from dougagen.networks.openvino import OpenVinoNetwork

    plain = network(wiring, architecture)
    other = OpenVinoNetwork(plain, inputs=wiring.channels, dtype=torch.float32, threads=1)
    with torch.inference_mode():
        for picture in pictures(wiring.channels, *SIZES):
            said, wanted = other(picture), plain(picture)
            assert said.shape == wanted.shape
            assert torch.allclose(said, wanted, atol=1e-4 * max(1.0, float(wanted.abs().max())))
        batch = torch.cat(pictures(wiring.channels, (40, 56), (40, 56), (40, 56)))
        assert torch.allclose(other(batch), plain(batch), atol=1e-3)
    assert len(other._requests) <= 2


def test_openvino_is_not_imported_before_it_is_asked_for():
    program = (
        "import sys, dougagen.reconstruction, dougagen.cli.app\n"
        "print({'openvino', 'torch._dynamo', 'torch._inductor'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
