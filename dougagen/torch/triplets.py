"""What the two datasets have in common: records, epoch, and what was found damaged."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from typing import Any, TypedDict, get_args

import numpy as np
import torch

from dougagen.domain import Record
from dougagen.errors import ConfigError
from dougagen.torch.errors import RecordError
from dougagen.torch.records import LOG, Choice, OnDamage, Records, SplitBy
from dougagen.torch.samples import Crop, CropAt, DType, SampleOptions, sample_of


class Options(TypedDict, total=False):
    """What both datasets take, by name."""

    lines: int | None
    """Pictures of more lines are scaled to so many, before they are cut: ``shards.at_lines``."""
    where: str
    """Take records for which this condition on columns is true, as ``dougagen export --where``."""
    split: str
    """Shares of train, val and test, as ``"90/5/5"``: by a hash, so that a record stays in its part."""
    part: str
    """The part of the split: ``"train"`` (the default), ``"val"`` or ``"test"``."""
    split_by: SplitBy
    """What no split divides: ``"episode"`` (the default) or ``"shot"``."""
    seed: int
    """Says, with the epoch, where crops are and in what order records come."""
    crop_at: CropAt
    """``"random"`` (the default) or ``"center"``, for validation."""
    pad_class: int
    """Of douga where a picture is smaller than the crop: 0 (the default), or a loss's ``ignore_index``."""
    columns: tuple[str, ...]
    """Columns to come along in the dict: ``("record_id", "held_frames")``."""
    transform: Callable[[dict[str, Any]], Any] | None
    """Called with each sample; what it returns is handed out."""
    on_damage: OnDamage
    """``"raise"`` (the default) or ``"skip"``: pass over damaged records, named in the log of
    ``dougagen.torch`` and counted in ``damaged``."""


_CHOICE = ("where", "split", "part", "split_by")


class Triplets:
    """The records, and how each becomes a sample."""

    def __init__(
        self, folder: str | PathLike[str], crop: Crop | None, dtype: DType, options: dict[str, Any]
    ) -> None:
        said = dict(options)
        seed, on_damage = said.pop("seed", 0), said.pop("on_damage", "raise")
        if not isinstance(seed, int) or seed < 0:
            raise ConfigError(f"seed must be a number from 0, got {seed!r}")
        if on_damage not in get_args(OnDamage):
            raise ConfigError(f"on_damage must be raise or skip, got {on_damage!r}")
        if unknown := set(said) - set(Options.__annotations__):
            known = f"the options are {', '.join(Options.__annotations__)}"
            raise ConfigError(f"there is no option {min(unknown)!r}", remedy=known)
        choice = Choice(**{name: said.pop(name) for name in _CHOICE if name in said})
        if "columns" in said:
            said["columns"] = tuple(said["columns"])
        self.options = SampleOptions(crop=crop, dtype=dtype, **said)
        self.seed, self._on_damage = seed, on_damage
        self.records = Records.of(folder, choice, on_damage=on_damage)
        # shared, so that workers that stay from epoch to epoch are told, and tell: one byte a record, which
        # whoever finds damage sets, is right without a lock
        self._epoch = _shared(torch.zeros((), dtype=torch.int64))
        self._bad = _shared(torch.zeros(len(self.records), dtype=torch.uint8))

    @property
    def epoch(self) -> int:
        return int(self._epoch)

    def set_epoch(self, epoch: int) -> None:
        """Before each epoch: crops and order follow from the seed and this number."""
        if epoch < 0:
            raise ConfigError(f"an epoch is counted from 0, got {epoch}")
        self._epoch.fill_(epoch)

    @property
    def damaged(self) -> tuple[int, ...]:
        """The numbers of the records that were found damaged so far, by whichever worker."""
        return tuple(self._bad.nonzero().ravel().tolist())

    def _sample(self, number: int, record: Record) -> Any:
        """The same for the same seed, epoch and number."""
        rng = np.random.default_rng((self.seed, self.epoch, number))
        return sample_of(record, self.options, rng)

    def _passed_over(self, number: int, error: RecordError) -> None:
        """Named once and counted, or raised."""
        if self._on_damage == "raise":
            raise error
        if not self._bad[number]:
            self._bad[number] = 1
            LOG.warning("passed over: %s", error)


def _shared(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.share_memory_()  # type: ignore[no-untyped-call,no-any-return]
