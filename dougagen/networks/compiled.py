"""A network compiled by torch, for runs that are long enough to win back the time that it takes."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from importlib.util import find_spec

import torch
from torch import Tensor, nn

from dougagen.errors import DeviceError
from dougagen.networks.layers import at_multiple_of
from dougagen.networks.strides import stride_of

_log = logging.getLogger(__name__)


class CompiledNetwork:
    """[N, C, H, W] → logits of the same module, compiled once for pictures of every size.

    A network that does not compile runs as it is, after a warning: what it says is the same.
    """

    def __init__(self, network: nn.Module, *, name: str, by: str | Callable = "inductor") -> None:
        """Nothing is compiled before the first picture. ``by``: a backend of torch.compile.

        Sizes and batches are variables from the start: torch would compile anew for each of them first, and
        give up after eight episodes of different sizes.
        """
        self._network, self._name, self._stride = network, name, stride_of(network)
        self._run: Callable[[Tensor], Tensor] = torch.compile(network, backend=by, dynamic=True)

    def __call__(self, x: Tensor) -> Tensor:
        """The logits. Raises what the network raises: torch.OutOfMemoryError above all.

        Borders are added here: with them there would be a graph for each side that lacks some.
        """
        return at_multiple_of(self._stride, x, self._logits)

    def _logits(self, x: Tensor) -> Tensor:
        try:
            return self._run(x)
        except torch.OutOfMemoryError:
            raise
        except torch._dynamo.exc.TorchDynamoException as error:
            first = (str(error).strip().splitlines() or [type(error).__name__])[0]
            _log.warning(
                "torch.compile failed for the %s network, which runs without it: %s", self._name, first[:200]
            )
            self._run = self._network
            return self._run(x)


def can_compile(device: torch.device) -> bool:
    """Whether torch.compile has what it needs there."""
    return not _missing(device)


def require_compiler(device: torch.device) -> None:
    """Raise DeviceError where torch.compile lacks what it needs."""
    missing = _missing(device)
    if missing:
        raise DeviceError(
            f"networks cannot be compiled here: {' and '.join(missing)} not found",
            remedy="install what is missing, or use --backend torch",
        )


def _missing(device: torch.device) -> list[str]:
    """Of a C++ compiler for a CPU; for a GPU of Triton, and a C compiler for its launchers."""
    missing = []
    if device.type == "cuda" and find_spec("triton") is None:
        missing.append("Triton")
    if not any(map(shutil.which, ("cc", "gcc", "clang") if device.type == "cuda" else ("g++", "clang++"))):
        missing.append("a C compiler" if device.type == "cuda" else "a C++ compiler")
    return missing
