"""LINES → PAINTED DRAWINGS: a trained network, what it keeps in mind over a shot, and the paints of areas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from dougagen.colorization.choosing import Choice
from dougagen.colorization.hints import Hints
from dougagen.colorization.inputs import Inputs, Seen
from dougagen.colorization.lines import LineArt
from dougagen.colorization.ours import Ours
from dougagen.colorization.paints import flat_paint
from dougagen.colorization.pots import Pots, paints_of
from dougagen.colorization.systems import SYSTEMS
from dougagen.colorization.weights import LoadedColorizer, find_colorizer, load_colorizer
from dougagen.errors import DomainError, WeightsError
from dougagen.networks import fuse_for_inference, reuse_freed_memory
from dougagen.networks.devices import chosen_device, chosen_dtype


class Colorizer:
    """A colouriser on one device."""

    def __init__(self, loaded: LoadedColorizer, *, device: str = "auto") -> None:
        """Raises DeviceError."""
        reuse_freed_memory()
        self.loaded = loaded
        self._device = chosen_device(device)
        self._dtype = chosen_dtype("auto", self._device)
        self._network = fuse_for_inference(loaded.module).to(self._device)
        self._system = SYSTEMS[loaded.architecture]

    @classmethod
    def load(cls, models: Path | None = None, *, device: str = "auto") -> Colorizer:
        """With ``colorizer.safetensors`` of a folder, or the file itself; None takes those that ship.

        Raises WeightsError, DeviceError.
        """
        return cls(load_colorizer(find_colorizer(models)), device=device)

    @torch.inference_mode()
    def draft(self, seen: Seen) -> tuple[NDArray[np.uint8], Choice | None]:
        """uint8[H, W, 3], what the network says of each pixel, and what it says of the pots of a model.

        Raises WeightsError where it says no numbers.
        """
        height, width = seen.art.classes.shape
        inputs = Inputs.of([seen]).to(self._device).at_lines(self._system.lines)
        with torch.autocast(self._device.type, self._dtype, enabled=self._dtype != torch.float32):
            if isinstance(self._network, Ours):
                painted, odds = self._network.paint_and_choose(inputs)
            else:
                painted, odds = self._network(inputs), None
        painted = painted.float()
        if not bool(torch.isfinite(painted[..., ::8, ::8]).all()):
            raise WeightsError("the colouriser returned values that are not numbers", where=self.loaded.path)
        if painted.shape[-2:] != (height, width):
            painted = F.interpolate(painted, (height, width), mode="bilinear")
        levels = (painted[0] * 255.0).round().clamp(0, 255).to(torch.uint8)
        picture = levels.permute(1, 2, 0).cpu().numpy()  # [3, H, W] -> [H, W, 3]
        if odds is None or seen.paints is None:
            return picture, None
        return picture, Choice(odds[0].float().cpu().numpy(), seen.paints)

    def open_shot(
        self,
        *,
        like: NDArray[np.uint8] | None = None,
        model: NDArray[np.float32] | None = None,
        pots: Pots | None = None,
    ) -> ShotPainter:
        """For the drawings of one shot, in order. ``like`` is a uint8[H, W, 3] picture whose paints are the
        colour model, ``model`` such paints, float32[8, 4]; ``pots`` are those of a shot before, which are
        used on."""
        return ShotPainter(self, paints_of(like) if model is None and like is not None else model, pots)

    @property
    def paints_flat(self) -> bool:
        """Whether areas get one paint each."""
        return self._system.paints_flat


class ShotPainter:
    """Paints one drawing after the other; each knows how the one before was painted."""

    def __init__(self, colorizer: Colorizer, model: NDArray[np.float32] | None, pots: Pots | None) -> None:
        self._colorizer = colorizer
        self._model = model
        self._previous: NDArray[np.uint8] | None = None
        if pots is None:
            pots = Pots() if self._model is None else Pots.of_model(self._model)
        self.pots = pots
        """The paints in use."""

    def paint(
        self,
        art: LineArt,
        *,
        hints: Hints | None = None,
        plate: Hints | None = None,
        cel: NDArray[np.bool_] | None = None,
        keeps_in_mind: bool = True,
    ) -> NDArray[np.uint8]:
        """uint8[H, W, 3]: the painted drawing on white paper.

        ``cel`` says where the drawing is, if anybody knows; ``plate`` is what is seen behind it. Without
        ``keeps_in_mind`` it is painted as if it were the first of its shot. Raises DomainError where a hint
        or a plate has another size, WeightsError.
        """
        shape = art.classes.shape
        for name, known in (("hints", hints), ("plate", plate)):
            if known is not None and known.known.shape != shape:
                raise DomainError(
                    f"{name} must be of {shape[1]}×{shape[0]} as the drawing, got {known.known.shape[::-1]}"
                )
        previous = self._previous
        if not keeps_in_mind or (previous is not None and previous.shape[:2] != shape):
            previous = None
        draft, choice = self._colorizer.draft(Seen(art, hints, previous, plate, self._model))
        if self._colorizer.paints_flat:
            pots = self.pots if keeps_in_mind else Pots(self.pots.model, mixes_shades=self.pots.mixes_shades)
            painted = flat_paint(
                draft, art, pots, choice=choice if previous is None else None, hints=hints, cel=cel
            )
        else:
            painted = draft
        self._previous = painted
        return painted
