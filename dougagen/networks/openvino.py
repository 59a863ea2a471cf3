"""A network that OpenVINO runs on the CPU in torch's place: the extra ``dougagen[openvino]``.

Measured on one AVX2 core without bf16, CPU seconds of a 1080p picture: cel network 0.044 for torch's 0.062,
douga network 0.71 for 0.73. It pays where the CPU has bf16: a third of the time.
"""

from __future__ import annotations

import importlib
import warnings
from collections import OrderedDict
from typing import Any

import torch
from torch import Tensor, nn

from dougagen.errors import DeviceError
from dougagen.networks.layers import at_multiple_of
from dougagen.networks.strides import stride_of

_SIZES_KEPT = 2
"""Compiled sizes, of 0.3 GB each at 1080p: an episode has one. Another one is compiled in 0.3 s."""
_PRECISIONS = {torch.float32: "f32", torch.bfloat16: "bf16"}


class OpenVinoNetwork:
    """Float [N, inputs, H, W] → logits float32 [N, outputs, H, W], as the module that it was made of."""

    def __init__(self, network: nn.Module, *, inputs: int, dtype: torch.dtype, threads: int) -> None:
        """``inputs``: channels; ``threads`` of OpenVINO, at least 1.

        Raises DeviceError where OpenVINO is not installed or cannot run the network.
        """
        self._openvino = _library()
        self._stride = stride_of(network)
        self._options = {
            "INFERENCE_NUM_THREADS": threads,
            "INFERENCE_PRECISION_HINT": _PRECISIONS[dtype],
            "PERFORMANCE_HINT": "LATENCY",
        }
        self._requests: OrderedDict[tuple[int, ...], Any] = OrderedDict()
        example = torch.full((1, inputs, 2 * self._stride, 3 * self._stride), 0.5)
        try:
            self._model = _converted(network.cpu().float().eval(), example)
            self._core = self._openvino.Core()
        except RuntimeError as error:
            raise _refusal(error) from error

    def __call__(self, x: Tensor) -> Tensor:
        """The logits; their memory is taken again by the next call."""
        return at_multiple_of(self._stride, x, self._logits)

    def _logits(self, x: Tensor) -> Tensor:
        """For sizes that are multiples of the stride. In and out in channels_last: nothing is copied."""
        given = x.float().permute(0, 2, 3, 1).contiguous()  # [N, C, H, W] -> [N, H, W, C]
        try:
            request = self._request(tuple(given.shape))
            said = request.infer([given.numpy()], share_inputs=True, share_outputs=True)[0]
        except RuntimeError as error:
            raise _refusal(error) from error
        return torch.from_numpy(said).permute(0, 3, 1, 2)  # [N, H, W, K] -> [N, K, H, W]

    def _request(self, shape: tuple[int, ...]) -> Any:
        """For pictures of one size: what is compiled for any is slower by a sixth (1080p, one core)."""
        if shape not in self._requests:
            while len(self._requests) >= _SIZES_KEPT:
                self._requests.popitem(last=False)
            model = self._model.clone()
            model.reshape(list(shape))
            compiled = self._core.compile_model(model, "CPU", self._options)
            self._requests[shape] = compiled.create_infer_request()
        self._requests.move_to_end(shape)
        return self._requests[shape]


def _library() -> Any:
    try:
        return importlib.import_module("openvino")
    except ImportError as error:
        raise DeviceError(
            "OpenVINO is not installed", remedy="pip install 'dougagen[openvino]', or use --backend torch"
        ) from error


def _converted(network: nn.Module, example: Tensor) -> Any:
    """The model of OpenVINO for any size, channels last on both sides.

    By its front end and not by ``openvino.convert_model``, which tells Intel that it was called.
    """
    front_ends = importlib.import_module("openvino.frontend")
    decoders = importlib.import_module("openvino.frontend.pytorch.ts_decoder")
    preprocessing = importlib.import_module("openvino.preprocess")
    layouts = importlib.import_module("openvino").Layout
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of each branch on a size; no size here takes one
        traced = torch.jit.trace(network, example, check_trace=False)  # type: ignore[no-untyped-call]
    decoder = decoders.TorchScriptPythonDecoder(traced)  # held: the front end does not
    front_end = front_ends.FrontEndManager().load_by_framework("pytorch")
    steps = preprocessing.PrePostProcessor(front_end.convert(front_end.load(decoder)))
    steps.input().tensor().set_layout(layouts("NHWC"))
    steps.input().model().set_layout(layouts("NCHW"))
    steps.output().model().set_layout(layouts("NCHW"))
    steps.output().tensor().set_layout(layouts("NHWC"))
    return steps.build()


def _refusal(error: RuntimeError) -> DeviceError:
    lines = [line for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return DeviceError(f"OpenVINO cannot run this network ({lines[-1][:200]})", remedy="use --backend torch")
