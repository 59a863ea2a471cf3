"""The networks, and what decides between them: a batch of one size in, what is read of it out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

from dougagen.domain import CLASS_COUNT, CelMask, Douga, Reconstruction
from dougagen.errors import WeightsError
from dougagen.networks import LoadedNetwork, Task, lines_read_by, logits_at_lines, reuse_freed_memory, wired
from dougagen.networks.devices import chosen_dtype
from dougagen.reconstruction.area_graph import step_at
from dougagen.reconstruction.area_reader import AreaReader
from dougagen.reconstruction.cel_area_reader import CelAreaReader
from dougagen.reconstruction.color_cut import ColorCutConfig, settled_odds
from dougagen.reconstruction.config import ReconstructionConfig
from dougagen.reconstruction.consistency import (
    beside_borders,
    classes_of,
    mask_of,
    odds_of,
    with_rarer_books,
    without_loose_books,
)
from dougagen.reconstruction.refinement import refine
from dougagen.reconstruction.refinement_areas import FILLS
from dougagen.reconstruction.runners import Runner, device_of, runner_of
from dougagen.reconstruction.shot_config import ShotConfig
from dougagen.reconstruction.shot_reader import Drawn
from dougagen.reconstruction.side_by_side import Lanes, side_by_side

Picture = NDArray[np.uint8]
_LANES = 2
"""Pictures that a CPU reads side by side at most: each takes some 0.8 GB at 1080 lines."""


class Stages:
    """Cel network, its areas, the color cut, douga network, areas of fills, refinement: on one device."""

    def __init__(self, cel: LoadedNetwork, douga: LoadedNetwork, config: ReconstructionConfig) -> None:
        """Raises DeviceError where the device, its number format or the backend is not to be had."""
        if config.threads:
            torch.set_num_threads(config.threads)
        reuse_freed_memory()
        self._config = config
        self.device = device_of(config)
        dtype = chosen_dtype(config.precision, self.device)
        # What a network of a few hundred lines costs is little, and which paint is cel is decided by a hair:
        # in bfloat16 a white table became one (boys: IoU .857 instead of .882).
        exact = self.device.type == "cpu" and config.precision == "auto"
        self.dtypes = (torch.float32 if exact else dtype, dtype)
        """The number formats of the two networks."""
        self._loaded = (cel, douga)
        self._cel, self._douga = (
            runner_of(network, config, device=self.device, dtype=dtype)
            for network, dtype in zip(self._loaded, self.dtypes, strict=True)
        )
        self._areas: AreaReader | None = None
        if douga.areas is not None and config.refinement is not None:
            self._areas = AreaReader(douga.areas, config.refinement)
        cut = config.color_cut or ColorCutConfig()
        self._cel_areas = None if cel.areas is None else CelAreaReader(cel.areas, most_added=cut.most_added)
        self._cel_lines, self._douga_lines = map(lines_read_by, self._loaded)
        # Compiled networks and OpenVINO's are not for two threads at once.
        most = _LANES if self.device.type == "cpu" and config.backend == "torch" else 1
        self.lanes = Lanes(torch.get_num_threads(), most=most)
        """For pictures that are read one by one."""
        self._counting = Lock()
        self.part_seconds: dict[str, float] = {}
        """Part of the work → seconds that it has taken so far; pictures side by side share theirs."""

    def said_of(self, pictures: Picture) -> tuple[Tensor, Tensor]:
        """Log odds [N, 1, H, W] that a pixel is cel, and logits [N, 10, H, W] of the classes."""
        color = self.colors(pictures)
        odds, drawn = self.drawn_of(color, self.cel_odds(pictures, color))
        return odds, drawn[:, :CLASS_COUNT]

    def colors(self, pictures: Picture) -> Tensor:
        """uint8[N, H, W, 3] → float [N, 3, H, W] in [0, 1] on the device."""
        bytes_ = torch.from_numpy(pictures).to(self.device)
        return bytes_.permute(0, 3, 1, 2).float() / 255.0  # [N, H, W, 3] -> [N, 3, H, W], channels_last

    def cel_odds(self, pictures: Picture, color: Tensor) -> Tensor:
        """The cel network's log odds [N, 1, H, W], and what areas and colours of each picture say."""
        with self._timed("cel network"):
            # The odds are enlarged, and not both logits: half of the work, the same odds.
            odds = self._logits(
                lambda small: odds_of(self._cel(small).float()), color, self._cel_lines, self.dtypes[0]
            )
            self._require_numbers(odds, Task.CEL)
        if self._config.color_cut is None:
            return odds
        if self._cel_areas is not None:
            with self._timed("cel areas"):
                odds = self._cel_areas.decided(odds, pictures)
        with self._timed("color cut"):
            return settled_odds(odds, pictures, self._config.color_cut)

    def drawn_of(self, color: Tensor, odds: Tensor) -> tuple[Tensor, Tensor]:
        """The odds, along borders as the douga network sees them, and its logits [N, 10 or 11, H, W]."""
        with self._timed("douga network"):
            seen = wired(self._loaded[1].wiring, color, torch.sigmoid(odds))
            drawn = self._logits(self._douga, seen, self._douga_lines, self.dtypes[1])
            self._require_numbers(drawn, Task.DOUGA)  # waits for the device
        if drawn.shape[1] > CLASS_COUNT:
            odds = beside_borders(odds, drawn[:, CLASS_COUNT:])
        with_rarer_books(drawn[:, :CLASS_COUNT], self._config.book_odds)
        return odds, drawn

    def _require_numbers(self, said: Tensor, task: Task) -> None:
        """A look at every 64th pixel: what is no number spreads, by the mean over the picture too."""
        if not bool(torch.isfinite(said[..., ::8, ::8]).all()):
            which = list(Task).index(task)
            precision = name_of(self.dtypes[which])
            raise WeightsError(
                f"the {task} network {self._loaded[which].name} returned values that are not numbers, "
                f"in {precision}",
                remedy="use other weights, or --precision fp32",
            )

    def drawn(self, pictures: Picture, odds: Tensor, drawn: Tensor) -> list[Drawn]:
        """Masks and classes of uint8[N, H, W, 3] from odds [N, 1, H, W] and logits [N, 10, H, W]; areas take
        one fill each."""
        mask, cel_confidence = mask_of(odds)
        classes, douga_confidence = classes_of(drawn, mask)
        lines = min(drawn.shape[2], (self._config.shot or ShotConfig()).lines)
        size = (lines, max(1, round(drawn.shape[3] * lines / drawn.shape[2])))
        fills = interpolate(drawn[:, list(FILLS)].float(), size, mode="area").half().cpu().numpy()
        read = [
            Drawn(cel, class_, few, _share(sure_of_cel), _share(sure_of_douga))
            for cel, class_, few, sure_of_cel, sure_of_douga in zip(
                mask[:, 0].cpu().numpy(),  # [N, 1, H, W] -> [N, H, W]
                classes.cpu().numpy(),
                fills,
                cel_confidence.tolist(),
                douga_confidence.tolist(),
                strict=True,
            )
        ]
        if self._areas is None:
            return read
        with self._timed("areas"):
            return self._areas.decided(list(pictures), read, list(shares_of(drawn)))

    def finished(self, pictures: Iterable[Picture], drawn: Sequence[Drawn]) -> list[Reconstruction]:
        """Line art of what was drawn in uint8[H, W, 3] each."""
        with self._timed("refinement"):
            dougas = side_by_side(self._line_art, pictures, drawn)
        return [
            Reconstruction(
                cel_mask=CelMask(one.cel),
                douga=Douga(douga),
                cel_confidence=one.cel_confidence,
                douga_confidence=one.douga_confidence,
            )
            for one, douga in zip(drawn, dougas, strict=True)
        ]

    def _line_art(self, picture: Picture, drawn: Drawn) -> Picture:
        kept = without_loose_books(drawn.classes, drawn.cel)
        refinement = self._config.refinement
        return kept if refinement is None else refine(kept, drawn.cel, color=picture, config=refinement)

    @contextmanager
    def _timed(self, part: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            took = (time.perf_counter() - began) / self.lanes.busy
            with self._counting:
                self.part_seconds[part] = self.part_seconds.get(part, 0.0) + took

    def _logits(self, network: Runner, color: Tensor, lines: int, dtype: torch.dtype) -> Tensor:
        with torch.autocast(self.device.type, dtype, enabled=dtype is not torch.float32):
            logits = logits_at_lines(network, color, lines)
        return logits.float()


def name_of(dtype: torch.dtype) -> str:
    """``float32``, ``bfloat16``, ``float16``."""
    return str(dtype).removeprefix("torch.")


def shares_of(drawn: Tensor) -> NDArray[np.float32]:
    """Logits [N, 10, H, W] → probabilities float32[N, 10, h, w] of the pixels at which areas are looked."""
    step = step_at(drawn.shape[2])
    shares: NDArray[np.float32] = drawn[..., ::step, ::step].float().softmax(dim=1).cpu().numpy()
    return shares


def _share(value: float) -> float:
    """In [0, 1], to four digits: those after them are where float sums differ from run to run."""
    return round(min(1.0, max(0.0, value)), 4)
