"""The options of an export."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SplitBy = Literal["episode", "shot"]
"""What stays together when a dataset is split. Drawings of one shot are too alike to be told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportConfig:
    """All that decides what is written; a default is written here and nowhere else."""

    to: str = "webdataset"
    """Name of the format."""
    where: str = ""
    """A condition on columns; empty takes all drawings."""
    lines: int = 0
    """Pictures of more lines are scaled to so many; 0 leaves them as they are."""
    split: str = ""
    """Shares of train, val and test, as ``90/5/5``; empty puts all into train."""
    split_by: SplitBy = "episode"
    """What is never divided by a split."""
    shard_megabytes: int = 256
    """Bytes of a tar file at most, in millions, unless one sample alone takes more."""
    pairs: str = ""
    """For ``folders``: two pictures side by side in one, as ``color/douga``."""
