"""Where a training runs."""

from __future__ import annotations

import torch

from dougagen.errors import DeviceError


def training_device(wanted: str) -> torch.device:
    """``auto``, ``cpu``, ``cuda`` or ``cuda:N`` as a device. Raises DeviceError."""
    if wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wanted)
    except RuntimeError as error:
        raise DeviceError(f"unknown device {wanted!r}", remedy="use auto, cpu, cuda or cuda:N") from error
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise DeviceError(f"there is no device {wanted!r} on this machine", remedy="use --device cpu")
    return device
