"""Pictures → cel masks → douga: batches, shots, and devices that run out of memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from dougagen.domain import CLASS_COUNT, Reconstruction, Triplet
from dougagen.domain.arrays import require_array
from dougagen.errors import DeviceError, DomainError, WeightsError
from dougagen.networks import (
    AreaGraph,
    LoadedNetwork,
    Task,
    find_weights,
    load_weights,
)
from dougagen.reconstruction.area_graph import areas_in, true_fills
from dougagen.reconstruction.color_cut import ColorCutConfig
from dougagen.reconstruction.config import ReconstructionConfig
from dougagen.reconstruction.consistency import (
    classes_of,
    mask_of,
)
from dougagen.reconstruction.enormous import enlarged, parts_of, reduced
from dougagen.reconstruction.refinement_config import RefinementConfig
from dougagen.reconstruction.shot_config import ShotConfig
from dougagen.reconstruction.shot_reader import Drawn, NetworkShotReader, Odds
from dougagen.reconstruction.stages import Stages, name_of, shares_of

Picture = NDArray[np.uint8]
Bools = NDArray[np.bool_]
_SURE = 6.0
"""Log odds of a cel that somebody knows: as sure as the networks' odds may be."""
_BATCH_OF_GPU, _ROUNDS_OF_CPU = 8, 2
_USUAL = ReconstructionConfig()
T = TypeVar("T")
R = TypeVar("R")


class NetworkReconstructor:
    """Reads drawings with a cel network and a douga network on one device."""

    def __init__(self, cel: LoadedNetwork, douga: LoadedNetwork, config: ReconstructionConfig) -> None:
        """Raises DeviceError where the device, its number format or the backend is not to be had."""
        for network, task in ((cel, Task.CEL), (douga, Task.DOUGA)):
            if network.task is not task:
                raise WeightsError(f"{network.name} is a {network.task} network where a {task} one is needed")
        self._config, self._loaded = config, (cel, douga)
        self._stages = Stages(cel, douga, config)
        self.batch_size: int = config.batch_size or self._usual_batch()
        """Pictures that one call of ``reconstruct`` should be given; it takes any number."""

    def _usual_batch(self) -> int:
        lanes, on_cpu = self._stages.lanes.count, self._stages.device.type == "cpu"
        if on_cpu:
            return _ROUNDS_OF_CPU * lanes if lanes > 1 else 1
        return _BATCH_OF_GPU

    @property
    def part_seconds(self) -> dict[str, float]:
        """Part of the work → seconds that it has taken so far; what is left of the time is the shot's."""
        return self._stages.part_seconds

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
        return str(self._stages.device)

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
            "precision": ", ".join(dict.fromkeys(map(name_of, self._stages.dtypes))),
            "wiring": str(douga.wiring),
            "book_odds": f"{self._config.book_odds:g}",
            "color_cut": _in_words(self._config.color_cut),
            "refinement": _in_words(self._config.refinement),
            "shot": _in_words(self._config.shot),
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

    @torch.inference_mode()
    def areas_of(self, example: Triplet) -> tuple[AreaGraph, NDArray[np.float64], NDArray[np.int64]] | None:
        """The areas of a picture before anything decides about them, for learning to decide.

        Their graph, their sizes float64[N], and how many of their pixels are which fill by the truth,
        int64[N, 4]. None where there are fewer than two areas, or the picture is over 13 million pixels.
        Raises as ``reconstruct`` does.
        """
        self._require(example.color)
        if parts_of(example.height, example.width) > 1:
            return None
        small = np.stack([example.color])
        odds, drawn = self._stages.said_of(small)
        mask, _ = mask_of(odds)
        classes, _ = classes_of(drawn, mask)
        cel = mask[0, 0].cpu().numpy()
        refinement = self._config.refinement or RefinementConfig()
        found = areas_in(small[0], cel, classes[0].cpu().numpy(), shares_of(drawn)[0], refinement)
        if found is None:
            return None
        return found.graph, found.sizes, true_fills(found, cel, example.douga.classes)

    # ---- a shot ------------------------------------------------------------------------------------
    @property
    def reads_shots(self) -> bool:
        """Whether the drawings of a shot speak for each other."""
        return self._config.shot is not None

    def window_of(self, height: int, width: int) -> int:
        """Drawings of a size that are read together."""
        return (self._config.shot or ShotConfig()).window_of(height, width)

    def open_shot(self) -> NetworkShotReader:
        """A reader for the drawings of one shot. Its ``read`` raises as ``reconstruct`` does."""
        return NetworkShotReader(self, self._config.shot or ShotConfig())

    def odds_of_each(self, pictures: Sequence[Picture]) -> list[Odds]:
        """Log odds float16 [H, W] of cel, of each picture alone, at the size at which it is read."""
        for picture in pictures:
            self._require(picture)
        small = [_readable(picture) for picture in pictures]
        odds: list[Odds] = []
        for batch in _same_size(small, self.batch_size):
            odds += self._within_memory(self._cel_odds_on_host, batch)
        return odds

    @torch.inference_mode()
    def _cel_odds_on_host(self, pictures: Sequence[Picture]) -> list[Odds]:
        stacked = np.stack(pictures)
        return list(self._stages.cel_odds(stacked, self._stages.colors(stacked))[:, 0].half().cpu().numpy())

    def drawn_of_each(
        self, pictures: Sequence[Picture], odds: Sequence[Odds], added: Sequence[Odds]
    ) -> list[Drawn]:
        """What the douga network draws where the masks are those of the odds and what the shot adds; at the
        size at which the pictures are read."""
        todo = [
            (_readable(picture), one, more) for picture, one, more in zip(pictures, odds, added, strict=True)
        ]
        drawn: list[Drawn] = []
        for batch in _same_size([picture for picture, _, _ in todo], self.batch_size):
            some = todo[len(drawn) : len(drawn) + len(batch)]
            drawn += self._within_memory(self._draw_with, some)
        return drawn

    @torch.inference_mode()
    def _draw_with(self, todo: Sequence[tuple[Picture, Odds, Odds]]) -> list[Drawn]:
        pictures = np.stack([picture for picture, _, _ in todo])
        added = torch.from_numpy(np.stack([more for _, _, more in todo])).to(self._stages.device).float()
        said = torch.from_numpy(np.stack([one for _, one, _ in todo])).to(self._stages.device).float()
        more = added[:, None]  # [N, H, W] -> [N, 1, H, W]
        before = said[:, None]  # [N, H, W] -> [N, 1, H, W]
        odds, drawn = self._stages.drawn_of(self._stages.colors(pictures), before + more)
        if drawn.shape[1] > CLASS_COUNT:
            # The douga network corrects the mask by one picture; where the shot turned it, it knows more.
            turned = (before > 0) != (before + more > 0)
            odds = torch.where(turned, odds + more, odds)
        return self._stages.drawn(pictures, odds, drawn[:, :CLASS_COUNT])

    def finished(self, pictures: Sequence[Picture], drawn: Sequence[Drawn]) -> list[Reconstruction]:
        """Line art of what was drawn, at the size of the pictures."""
        small = [_readable(picture) for picture in pictures]
        read = self._stages.finished(small, drawn)
        return [_at_size_of(picture, one) for picture, one in zip(pictures, read, strict=True)]

    def drawn_within(self, pictures: Sequence[Picture], cels: Sequence[Bools]) -> list[Reconstruction]:
        """What is read where somebody knows the cel, bool[H, W] of each picture: no cel network is asked.

        Raises DomainError for a cel of another size and for pictures over 13 million pixels, and as
        ``reconstruct`` does.
        """
        for picture, cel in zip(pictures, cels, strict=True):
            self._require(picture)
            require_array("drawn_within(cels)", cel, np.bool_, picture.shape[:2])
            if parts_of(*picture.shape[:2]) > 1:
                raise DomainError("a cel is drawn within at its own size, up to 13 million pixels")
        odds = [np.where(cel, _SURE, -_SURE).astype(np.float16) for cel in cels]
        return self.finished(pictures, self.drawn_of_each(pictures, odds, [np.zeros_like(o) for o in odds]))

    # ---- pictures ----------------------------------------------------------------------------------
    def _read(self, pictures: Sequence[Picture]) -> list[Reconstruction]:
        """One batch."""
        return self._within_memory(self._infer, pictures)

    def _within_memory(self, work: Callable[[Sequence[T]], list[R]], items: Sequence[T]) -> list[R]:
        """``work`` on a batch, or picture by picture in lanes. Where the device runs out of memory there is
        one lane, and its batch is halved, and halved again."""
        lanes = self._stages.lanes
        try:
            if lanes.count == 1:
                return work(items)
            return [read for one in lanes.map(work, [[item] for item in items]) for read in one]
        except torch.OutOfMemoryError as error:
            shortage: Exception = error
        except (RuntimeError, MemoryError) as error:  # torch on the CPU: "not enough memory: you tried to …"
            if "memory" not in str(error).lower() and not isinstance(error, MemoryError):
                raise DeviceError(
                    f"{self.device} failed: {_first_line(error)}", remedy="try --device cpu"
                ) from error
            shortage = error
        if self._stages.device.type == "cuda":
            torch.cuda.empty_cache()
        if lanes.count > 1:
            lanes.count = 1
            return self._within_memory(work, items)
        if len(items) == 1:
            raise DeviceError(
                f"{self.device} has not enough memory for one picture{_size_of(items[0])}",
                remedy="use --device cpu or free its memory",
            ) from shortage
        middle = len(items) // 2
        self.batch_size = max(1, min(self.batch_size, middle))  # the next batch begins where this one fitted
        return self._within_memory(work, items[:middle]) + self._within_memory(work, items[middle:])

    @torch.inference_mode()
    def _infer(self, pictures: Sequence[Picture]) -> list[Reconstruction]:
        small = np.stack([_readable(picture) for picture in pictures])
        read = self._stages.finished(small, self._stages.drawn(small, *self._stages.said_of(small)))
        return [_at_size_of(picture, one) for picture, one in zip(pictures, read, strict=True)]


def _readable(picture: Picture) -> Picture:
    """The picture at the size at which it is read."""
    parts = parts_of(*picture.shape[:2])
    return picture if parts == 1 else reduced(picture, parts)


def _at_size_of(picture: Picture, read: Reconstruction) -> Reconstruction:
    """What was read in ``_readable(picture)``, at the size of the picture."""
    parts = parts_of(*picture.shape[:2])
    return read if parts == 1 else enlarged(read, parts, *picture.shape[:2])


def _size_of(item: object) -> str:
    shape: tuple[int, ...] = getattr(item[0] if isinstance(item, tuple) else item, "shape", ())
    return f" of {shape[1]}×{shape[0]}" if len(shape) > 1 else ""


def _same_size(pictures: Sequence[Picture], largest: int) -> Iterator[Sequence[Picture]]:
    """Runs of neighbours of one shape, at most ``largest`` long."""
    start = 0
    for stop in range(1, len(pictures) + 1):
        ends = stop == len(pictures) or pictures[stop].shape != pictures[start].shape
        if ends or stop - start == largest:
            yield pictures[start:stop]
            start = stop


def _in_words(stage: RefinementConfig | ColorCutConfig | ShotConfig | None) -> str:
    return "none" if stage is None else json.dumps(asdict(stage), sort_keys=True)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
