"""The options of an export: all that decides what is written."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

from dougagen.errors import ConfigError, ShardError
from dougagen.shards import require_lines, shares_of

SplitBy = Literal["episode", "shot"]
"""What stays together when a dataset is split. Drawings of one shot are too alike to be told apart."""
PICTURES = ("color", "cel_mask", "douga")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportConfig:
    """A default is written here and nowhere else. Raises ConfigError for values that cannot be."""

    to: str = "webdataset"
    """Name of the format."""
    where: str = ""
    """A condition on columns; empty takes all drawings."""
    lines: int = 0
    """Pictures of more lines are scaled to so many; 0 leaves them as they are."""
    split: str = ""
    """Shares of train, val and test, as ``90/5/5``; empty puts all into train."""
    split_by: SplitBy = "episode"
    """What a split never divides."""
    shard_megabytes: int = 256
    """A tar file has at most so many million bytes, unless one sample alone takes more."""
    pairs: str = ""
    """For ``folders``: two pictures side by side in one, as ``color/douga``."""

    def __post_init__(self) -> None:
        shares_of(self.split)
        if self.lines:
            try:
                require_lines(self.lines)
            except ShardError as error:
                raise ConfigError(error.what) from error
        if self.split_by not in ("episode", "shot"):
            raise ConfigError(f"a dataset is split by episode or by shot, got {self.split_by!r}")
        if self.shard_megabytes < 1:
            raise ConfigError(f"a tar file has at least 1 MB, got {self.shard_megabytes}")
        if self.pairs:
            self.pair()

    def pair(self) -> tuple[str, str]:
        """The two pictures of ``pairs``. Raises ConfigError."""
        left, _, right = self.pairs.partition("/")
        if left == right or not {left, right} <= {*PICTURES}:
            names = ", ".join(PICTURES)
            raise ConfigError(f"a pair is two of {names} as in color/douga, got {self.pairs!r}")
        return left, right

    def refuse(self, name: str, *, because: str) -> None:
        """For a format that has no use for the option ``name``. Raises ConfigError where it is given."""
        default = next(field.default for field in fields(self) if field.name == name)
        if getattr(self, name) != default:
            raise ConfigError(f"--{name.replace('_', '-')} does not go with --to {self.to}", remedy=because)

    def facts(self) -> dict[str, Any]:
        """Option → value, plain, for the record of an export."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
