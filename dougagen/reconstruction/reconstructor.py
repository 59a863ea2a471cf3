"""Pictures → cel masks → douga: the two networks in the wiring that they were trained for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dougagen.domain import CLASS_COUNT, CelMask, Douga, Reconstruction, Triplet
from dougagen.errors import DeviceError, DomainError, WeightsError
from dougagen.networks import (
    LoadedNetwork,
    Task,
    find_weights,
    lines_read_by,
    load_weights,
    logits_at_lines,
    reuse_freed_memory,
    wired,
)
from dougagen.networks.devices import chosen_dtype
from dougagen.reconstruction.color_cut import ColorCutConfig, settled_odds
from dougagen.reconstruction.config import ReconstructionConfig
from dougagen.reconstruction.consistency import (
    classes_of,
    mask_of,
    odds_of,
    with_rarer_books,
    without_loose_books,
)
from dougagen.reconstruction.enormous import enlarged, parts_of, reduced
from dougagen.reconstruction.refinement import refine
from dougagen.reconstruction.refinement_config import RefinementConfig
from dougagen.reconstruction.runners import Runner, device_of, runner_of
from dougagen.reconstruction.side_by_side import side_by_side

Picture = NDArray[np.uint8]
_BATCH = {"cpu": 1, "cuda": 8}
_USUAL = ReconstructionConfig()


class NetworkReconstructor:
    """Reads drawings with a cel network and a douga network on one device."""

    def __init__(self, cel: LoadedNetwork, douga: LoadedNetwork, config: ReconstructionConfig) -> None:
        """Raises DeviceError where the device, its number format or the backend is not to be had."""
        for network, task in ((cel, Task.CEL), (douga, Task.DOUGA)):
            if network.task is not task:
                raise WeightsError(f"{network.name} is a {network.task} network where a {task} one is needed")
        if config.threads:
            torch.set_num_threads(config.threads)
        reuse_freed_memory()
        self._config = config
        self._device = device_of(config)
        self._dtype = chosen_dtype(config.precision, self._device)
        self._loaded = (cel, douga)
        self._cel, self._douga = (
            runner_of(network, config, device=self._device, dtype=self._dtype) for network in self._loaded
        )
        self._cel_lines, self._douga_lines = map(lines_read_by, self._loaded)
        self.batch_size: int = config.batch_size or _BATCH[self._device.type]
        """Pictures that one call of ``reconstruct`` should be given; it takes any number."""

    @classmethod
    def load(cls, models: Path | None = None, config: ReconstructionConfig = _USUAL) -> NetworkReconstructor:
        """With ``cel.safetensors`` and ``douga.safetensors`` of a folder; None takes those of dougagen.

        Raises WeightsError, DeviceError.
        """
        cel, douga = (load_weights(find_weights(models, task)) for task in Task)
        return cls(cel, douga, config)

    @property
    def device(self) -> str:
        """``cpu`` or ``cuda:0``."""
        return str(self._device)

    @property
    def models(self) -> str:
        """Names and the beginnings of the hashes: ``cel@1a2b3c4d douga@5e6f7a8b``."""
        return " ".join(f"{network.name}@{network.sha256[:8]}" for network in self._loaded)

    @property
    def digest_facts(self) -> Mapping[str, str]:
        """Everything here that changes rows, for the configuration's digest: weights, precision, wiring.

        OpenVINO sums in another order, so that a pixel now and then is of another class; torch, compiled or
        not, is one backend on whatever device.
        """
        cel, douga = self._loaded
        other = {"backend": "openvino"} if self._config.backend == "openvino" else {}
        return {
            **other,
            "cel_weights": cel.sha256,
            "douga_weights": douga.sha256,
            "precision": str(self._dtype).removeprefix("torch."),
            "wiring": str(douga.wiring),
            "book_odds": f"{self._config.book_odds:g}",
            "color_cut": _in_words(self._config.color_cut),
            "refinement": _in_words(self._config.refinement),
        }

    def reconstruct(self, pictures: Sequence[Picture]) -> list[Reconstruction]:
        """Cel mask, douga and confidences of each picture, in order.

        Args:
            pictures: uint8 [H, W, 3] RGB each; runs of one size are read in batches of ``batch_size``. Those
                above 13 million pixels, larger than 4K, are read at a fraction of their size and flagged
                ``scaled``.

        Raises DomainError for another shape or dtype and for a picture over the bound, DeviceError where the
        device fails or has no room for a single picture.
        """
        for picture in pictures:
            self._require(picture)
        return [read for batch in _same_size(pictures, self.batch_size) for read in self._read(batch)]

    def triplets(self, pictures: Iterable[Picture]) -> Iterator[Triplet]:
        """Each picture with its cel mask and douga, in order; a batch is in memory at a time.

        Raises as ``reconstruct`` does, at the batch that holds the picture.
        """
        waiting = iter(pictures)
        while batch := list(islice(waiting, self.batch_size)):
            for picture, read in zip(batch, self.reconstruct(batch), strict=True):
                yield Triplet(picture, read.cel_mask, read.douga)

    def _require(self, picture: Picture) -> None:
        shape: tuple[int, ...] = getattr(picture, "shape", ())
        dtype = getattr(picture, "dtype", None)
        if dtype != np.uint8 or len(shape) != 3 or shape[2] != 3 or 0 in shape:
            got = f"{dtype}{list(shape)}"
            raise DomainError(f"a picture must be uint8[H, W, 3], got {got}")
        if shape[0] * shape[1] > self._config.largest_picture:
            bound = f"{self._config.largest_picture / 1e6:g} million pixels"
            raise DomainError(f"a picture of {shape[1]}×{shape[0]} is over the bound of {bound}")

    def _read(self, pictures: Sequence[Picture]) -> list[Reconstruction]:
        """One batch; halved, and halved again, where the device runs out of memory."""
        try:
            return self._infer(np.stack(pictures))
        except torch.OutOfMemoryError as error:
            shortage: Exception = error
        except (RuntimeError, MemoryError) as error:  # torch on the CPU: "not enough memory: you tried to …"
            if "memory" not in str(error).lower() and not isinstance(error, MemoryError):
                raise DeviceError(
                    f"{self.device} failed: {_first_line(error)}", remedy="try --device cpu"
                ) from error
            shortage = error
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        if len(pictures) == 1:
            height, width = pictures[0].shape[:2]
            raise DeviceError(
                f"{self.device} has not enough memory for one picture of {width}×{height}",
                remedy="use --device cpu or free its memory",
            ) from shortage
        middle = len(pictures) // 2
        self.batch_size = max(1, min(self.batch_size, middle))  # the next batch begins where this one fitted
        return self._read(pictures[:middle]) + self._read(pictures[middle:])

    @torch.inference_mode()
    def _infer(self, pictures: Picture) -> list[Reconstruction]:
        height, width = pictures.shape[1:3]
        if (parts := parts_of(height, width)) == 1:
            return self._reconstructions(pictures, *self._said_of(pictures))
        small = np.stack([reduced(picture, parts) for picture in pictures])
        return [
            enlarged(read, parts, height, width)
            for read in self._reconstructions(small, *self._said_of(small))
        ]

    def _said_of(self, pictures: Picture) -> tuple[Tensor, Tensor]:
        """Log odds [N, 1, H, W] that a pixel is cel, and logits [N, 10, H, W] of the classes."""
        bytes_ = torch.from_numpy(pictures).to(self._device)
        color = bytes_.permute(0, 3, 1, 2).float() / 255.0  # [N, H, W, 3] -> [N, 3, H, W], channels_last
        odds = odds_of(self._logits(self._cel, color, self._cel_lines))
        self._require_numbers(odds, self._loaded[0])
        if self._config.color_cut is not None:
            odds = settled_odds(odds, pictures, self._config.color_cut)
        seen = wired(self._loaded[1].wiring, color, torch.sigmoid(odds))
        drawn = self._logits(self._douga, seen, self._douga_lines)
        self._require_numbers(drawn, self._loaded[1])
        if drawn.shape[1] > CLASS_COUNT:
            odds = drawn[:, CLASS_COUNT:]  # the mask, corrected at full size
        return odds, with_rarer_books(drawn[:, :CLASS_COUNT], self._config.book_odds)

    def _require_numbers(self, said: Tensor, network: LoadedNetwork) -> None:
        """A look at every 64th pixel: what is no number spreads, by the mean over the picture too."""
        if not bool(torch.isfinite(said[..., ::8, ::8]).all()):
            precision = str(self._dtype).removeprefix("torch.")
            raise WeightsError(
                f"the {network.task} network {network.name} returned values that are not numbers, "
                f"in {precision}",
                remedy="use other weights, or --precision fp32",
            )

    def _reconstructions(self, pictures: Picture, odds: Tensor, drawn: Tensor) -> list[Reconstruction]:
        mask, cel_confidence = mask_of(odds)
        classes, douga_confidence = classes_of(drawn, mask)
        cels = mask[:, 0].cpu().numpy()  # [N, 1, H, W] -> [N, H, W]
        dougas = side_by_side(self._drawn, classes.cpu().numpy(), cels, pictures)
        return [
            Reconstruction(
                cel_mask=CelMask(cel),
                douga=Douga(douga),
                cel_confidence=_share(sure_of_cel),
                douga_confidence=_share(sure_of_douga),
            )
            for cel, douga, sure_of_cel, sure_of_douga in zip(
                cels, dougas, cel_confidence.tolist(), douga_confidence.tolist(), strict=True
            )
        ]

    def _drawn(self, classes: Picture, cel: NDArray[np.bool_], picture: Picture) -> Picture:
        kept = without_loose_books(classes, cel)
        refinement = self._config.refinement
        return kept if refinement is None else refine(kept, cel, color=picture, config=refinement)

    def _logits(self, network: Runner, color: Tensor, lines: int) -> Tensor:
        with torch.autocast(self._device.type, self._dtype, enabled=self._dtype is not torch.float32):
            logits = logits_at_lines(network, color, lines)
        return logits.float()


def _same_size(pictures: Sequence[Picture], largest: int) -> Iterator[Sequence[Picture]]:
    """Runs of neighbours of one shape, at most ``largest`` long."""
    start = 0
    for stop in range(1, len(pictures) + 1):
        ends = stop == len(pictures) or pictures[stop].shape != pictures[start].shape
        if ends or stop - start == largest:
            yield pictures[start:stop]
            start = stop


def _in_words(stage: RefinementConfig | ColorCutConfig | None) -> str:
    return "none" if stage is None else json.dumps(asdict(stage), sort_keys=True)


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
