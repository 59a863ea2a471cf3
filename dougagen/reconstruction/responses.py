"""What the channels of a layer respond to (thesis 4.8): measured on pictures, and dreamt up.

The thesis adapts *deep dream* (Mordvintsev et al. 2015): an input is changed by gradient ascent towards the
activation of one channel of the second-to-last layer. The input is held here as a spectrum whose high
frequencies are dear (Olah et al. 2017) and shifted a little at every step: without either, what excites a
channel most is noise that no eye can read.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from dougagen.errors import UsageError
from dougagen.networks import (
    LiteUNet,
    LoadedNetwork,
    Task,
    ThinLineNet,
    find_weights,
    lines_read_by,
    load_weights,
    wired,
)
from dougagen.networks.devices import chosen_device

DREAM_SIZE = 128
"""Pixels a side: at the lines that a network reads, a third of the picture's height."""
DREAM_STEPS = 64
_AT_ONCE = 8
"""Dreams made together: 8 of 128 px take 0.3 GB."""
_RATE = 0.05
_JITTER = 16
"""Pixels, as many as the stride of a ThinLineNet's coarsest stage for a fold of 1: no place is special."""
_FINEST = 0.4
"""Cycles a pixel at which a frequency is held down to 1/e: the checkerboard of single pixels is at 0.71."""
_RESTRAINT = 0.5
"""How dear it is to leave mid grey, against the response in units of its own spread."""
_COLORS = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
"""Root of the covariance of colours in natural pictures (Olah et al. 2017): channels vary together."""


class FeatureLayer:
    """A layer of a network, in evaluation mode, that tells what its channels respond to."""

    def __init__(self, network: LoadedNetwork, layer: str = "", *, device: str = "auto") -> None:
        """``layer``: a module by its dotted name; empty: the one before the classifying one.

        Raises UsageError for a layer that is not there or has no feature maps, DeviceError, WeightsError.
        """
        self.network, self._device = network, chosen_device(device)
        self.lines = lines_read_by(network)
        """At how many lines it reads a picture; 0: at the picture's own."""
        self._module = network.module.to(self._device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._module.requires_grad_(False)
        self.name = layer or second_to_last(network)
        named = dict(self._module.named_modules())
        if self.name not in named or not self.name:
            raise UsageError(
                f"{network.name} ({network.task}, {network.architecture}) has no layer {self.name!r}",
                remedy=f"name one of {_blocks(self._module)}, or a layer inside it",
            )
        self._layer = named[self.name]
        self.channels = self._count()

    def responses(self, picture: NDArray[np.uint8], cel: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Every channel's response, before the layer's ReLU: float32[C, h, w], h and w as the layer has them.

        Args:
            picture: uint8[H, W, 3] RGB.
            cel: bool[H, W], told to a network that reads masks.
        """
        color, likelihood = self._tensors(picture, cel)
        with torch.inference_mode():
            response = self._run(wired(self.network.wiring, color, likelihood))
        return response[0].cpu().numpy()

    def dreams(
        self,
        features: Sequence[int],
        *,
        spreads: Sequence[float],
        seed: int = 0,
        size: int = DREAM_SIZE,
        steps: int = DREAM_STEPS,
    ) -> NDArray[np.uint8]:
        """A picture for each of ``features`` that excites it: uint8[N, size, size, 3] RGB.

        From mid grey and a trace of noise of ``seed``; the same seed dreams the same on one machine. A
        network that reads masks is told that everything is cel.

        Args:
            spreads: of each feature, the standard deviation of its responses: what counts as much.
        """
        made = []
        for at in range(0, len(features), _AT_ONCE):
            some, scale = features[at : at + _AT_ONCE], spreads[at : at + _AT_ONCE]
            generator = torch.Generator().manual_seed(seed)  # every feature begins with the same noise
            spectrum = _Spectrum(len(some), size, generator, self._device)
            channel = torch.tensor(some, device=self._device)
            unit = torch.tensor(scale, dtype=torch.float32, device=self._device).clamp(min=1e-6)
            optimizer = torch.optim.Adam([spectrum.values], lr=_RATE)
            for _ in range(steps):
                shift = torch.randint(-_JITTER, _JITTER + 1, (2,), generator=generator).tolist()
                picture = spectrum.picture()
                likelihood = torch.ones_like(picture[:, :1])
                shown = picture.roll(shift, dims=(2, 3))
                response = self._run(wired(self.network.wiring, shown, likelihood))
                reached = (
                    response[torch.arange(len(some), device=self._device), channel].mean(dim=(1, 2)) / unit
                )
                restraint = _RESTRAINT * ((picture - 0.5) ** 2).mean(dim=(1, 2, 3))
                optimizer.zero_grad(set_to_none=True)
                (restraint - reached).sum().backward()  # type: ignore[no-untyped-call]
                optimizer.step()
            with torch.no_grad():
                made.append((spectrum.picture() * 255).round().to(torch.uint8).cpu().numpy())
        return np.ascontiguousarray(
            np.concatenate(made).transpose(0, 2, 3, 1)
        )  # [N, 3, S, S] -> [N, S, S, 3]

    def _run(self, x: Tensor) -> Tensor:
        """What the layer says of ``x``: [N, C, h, w]."""
        said: list[Tensor] = []

        def keep(_: nn.Module, __: object, output: Tensor) -> Tensor:
            said.append(output)
            return output.clone()  # what follows may be a ReLU in place

        handle = self._layer.register_forward_hook(keep)
        try:
            self._module(x)
        finally:
            handle.remove()
        return said[-1]

    def _tensors(self, picture: NDArray[np.uint8], cel: NDArray[np.bool_]) -> tuple[Tensor, Tensor]:
        """float [1, 3, h, w] in [0, 1] at the lines that the network reads, and [1, 1, h, w] of the mask."""
        color = torch.from_numpy(np.array(picture)).to(self._device).permute(2, 0, 1)[None].float() / 255
        likelihood = torch.from_numpy(np.array(cel)).to(self._device)[None, None].float()
        height, width = picture.shape[:2]
        if self.lines and self.lines != height:
            size = (self.lines, max(1, round(width * self.lines / height)))
            color = F.interpolate(color, size, mode="bilinear", antialias=True)
            likelihood = F.interpolate(likelihood, size, mode="bilinear", antialias=True)
        return color.contiguous(memory_format=torch.channels_last), likelihood

    def _count(self) -> int:
        side = 64
        grey = torch.full((1, 3, side, side), 0.5, device=self._device)
        with torch.inference_mode():
            response = self._run(wired(self.network.wiring, grey, torch.ones_like(grey[:, :1])))
        if not isinstance(response, Tensor) or response.ndim != 4 or min(response.shape[2:]) < 2:
            raise UsageError(
                f"the layer {self.name!r} has no feature maps",
                remedy="name one whose output has height and width",
            )
        return int(response.shape[1])


def second_to_last(network: LoadedNetwork) -> str:
    """The dotted name of the layer whose channels the last convolution makes classes of, before its ReLU.

    Raises UsageError for an architecture that this does not know.
    """
    if isinstance(network.module, ThinLineNet | LiteUNet):
        return "head.fuse" if network.module.config.detail_width else "up_half.refine"
    if network.architecture == "gcn":
        return f"refine_up.{len(network.module.refine_up) - 1}"  # type: ignore[arg-type]
    raise UsageError(
        f"which layer of a {network.architecture!r} is the second to last is not known",
        remedy="name it: --layer",
    )


class _Spectrum:
    """Pictures held as their Fourier coefficients, the fine ones scaled down as in natural pictures."""

    def __init__(self, count: int, size: int, generator: torch.Generator, device: torch.device) -> None:
        one = torch.randn((1, 3, size, size // 2 + 1, 2), generator=generator) * 0.01
        self.values = one.repeat(count, 1, 1, 1, 1).to(device).requires_grad_()
        rows, columns = torch.fft.fftfreq(size)[:, None], torch.fft.rfftfreq(size)[None]
        frequency = (rows**2 + columns**2).sqrt().clamp(min=1 / size)
        smooth = torch.exp(-((frequency / _FINEST) ** 2))
        self._scale = (smooth * size / frequency)[..., None].to(device)  # [S, S/2 + 1, 1]
        self._size = size
        self._colors = (_COLORS / _COLORS.norm(dim=0).max()).to(device)

    def picture(self) -> Tensor:
        """float [N, 3, S, S] in (0, 1); mid grey for no coefficients."""
        scaled = torch.view_as_complex((self.values * self._scale).contiguous())
        plain = torch.fft.irfft2(scaled, s=(self._size, self._size)) / 4
        colored = torch.einsum("nchw,kc->nkhw", plain, self._colors)
        return torch.sigmoid(colored)


def _blocks(network: nn.Module) -> str:
    """The names of a network's blocks, those in lists by their numbers, for a message."""
    names = []
    for name, child in network.named_children():
        if isinstance(child, nn.ModuleList):
            names.append(f"{name}.0 to {name}.{len(child) - 1}")
        else:
            names.append(name)
    return ", ".join(names)


def feature_layers(models: Path | None, layer: str = "", *, device: str = "auto") -> list[FeatureLayer]:
    """The layer of each network of a folder of weights (None: those of dougagen), or of one weights file.

    ``layer`` names a module; a network that has none of that name is left out. Raises WeightsError where
    there are no weights, UsageError where no network has the layer.
    """
    if models is not None and models.is_file():
        return [FeatureLayer(load_weights(models), layer, device=device)]
    found, missing = [], []
    for task in Task:
        network = load_weights(find_weights(models, task))
        try:
            found.append(FeatureLayer(network, layer, device=device))
        except UsageError as error:
            if not layer:
                raise
            missing.append(error)
    if not found:
        raise missing[0]
    return found
