"""Which device and which number format this machine offers."""

from __future__ import annotations

import torch

from dougagen.errors import DeviceError

_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def usable_gpus() -> int:
    """How many GPUs torch can use on this machine."""
    return torch.cuda.device_count() if torch.cuda.is_available() else 0


def chosen_device(wanted: str) -> torch.device:
    """``auto``, ``cpu``, ``cuda`` or ``cuda:N`` as a device with its index.

    Raises DeviceError where the name means nothing or the device is not on this machine.
    """
    gpus = usable_gpus()
    if wanted == "auto":
        return torch.device("cuda", 0) if gpus else torch.device("cpu")
    kind, _, index = wanted.partition(":")
    if wanted == "cpu":
        return torch.device("cpu")
    if kind != "cuda" or wanted == "cuda:" or (index and not index.isdecimal()):
        raise DeviceError(f"unknown device {wanted!r}", remedy="use auto, cpu, cuda or cuda:N")
    number = int(index or 0)
    if number >= gpus:
        found = f"this machine has {gpus} usable GPUs" if gpus else "this machine has no usable GPU"
        raise DeviceError(f"{found}, --device {wanted} was asked for", remedy="use --device cpu")
    return torch.device("cuda", number)


def chosen_dtype(wanted: str, device: torch.device) -> torch.dtype:
    """The number format of the networks; ``auto`` takes the fastest that the device computes natively.

    bf16 on a CPU without matrix units for it is slower than float32. Raises DeviceError for fp16 on a CPU.
    """
    if wanted == "auto":
        if device.type == "cuda":
            return torch.float16
        return torch.bfloat16 if _cpu_has_fast_bf16() else torch.float32
    if wanted == "fp16" and device.type == "cpu":
        raise DeviceError("half precision needs a GPU", remedy="use --precision fp32 or --device cuda")
    return _DTYPES[wanted]


def trains_in_bf16(device: torch.device) -> bool:
    """Whether a training step is quicker in bfloat16: on a GPU, and on a CPU with instructions for it (a step
    of LiteUNet takes 0.7 of the time in AVX-512 BF16)."""
    return device.type == "cuda" or _cpu_has_fast_bf16() or _cpu_says("_is_avx512_bf16_supported")


def _cpu_has_fast_bf16() -> bool:
    return _cpu_says("_is_amx_tile_supported")


def _cpu_says(question: str) -> bool:
    ask = getattr(torch.cpu, question, None)  # older and newer torch ask under other names
    return bool(ask()) if ask is not None else False
