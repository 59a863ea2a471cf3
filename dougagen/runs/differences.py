"""Which options differ, in a line: an episode is in the dataset, and this run would make other rows of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dougagen.config import LIMITS, NOT_GIVEN
from dougagen.errors import ShardError
from dougagen.shards import LedgerEntry

_MOST_NAMED = 5
_LONGEST_VALUE = 40  # characters; a pattern of chapters may be long, and a hash is known by its beginning
_ON_THE_LINE = {
    "max_drawings": "--max-drawings",
    "start": "--start",
    "stop": "--stop",
    "reject": "--reject",
    "repeats": "--repeats",
    "square_pixels": "--square-pixels",
    "keep_bars": "--keep-bars",
    "skip_chapters": "--skip-chapters",
    "precision": "--precision",
    "backend": "--backend",
    "color_cut": "--color-cut",
    "refinement": "--refine",
    "cel_weights": "the cel network",
    "douga_weights": "the douga network",
    "schema_version": "the version of the columns",
}
"""What people call an option; others go by their names in the ledger."""
_REDO_OR_SKIP = "--on-existing redo replaces it, --on-existing skip keeps it"


@dataclass(frozen=True, slots=True)
class Difference:
    """One option that two runs had different."""

    name: str
    then: str
    """Its value when the episode was committed; ``NOT_GIVEN`` where there was none."""
    now: str

    def __str__(self) -> str:
        name = _ON_THE_LINE.get(self.name, self.name)
        return f"{name} was {_short(self.then)}, now {_short(self.now)}"


def differences(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Difference]:
    """The options that differ, in the order of ``now``. Of a stage that was switched on or off its switch is
    named alone, and not all that is set in it."""
    switched: list[str] = []
    for name in (*now, *(name for name in then if name not in now)):
        old, new = then.get(name, NOT_GIVEN), now.get(name, NOT_GIVEN)
        if old == new or any(name.startswith(f"{stage}.") for stage in switched):
            continue
        switched.append(name)
        yield Difference(name, old, new)


def under_other_options(entry: LedgerEntry, options: Mapping[str, str], *, source: Path) -> ShardError:
    """The line for ``source``, which is in the dataset as ``entry`` says, and not as ``options`` ask for."""
    if not entry.options:
        what = "already in the dataset under other options; its ledger is of a version that did not note them"
        return ShardError(what, where=source, remedy=_REDO_OR_SKIP)
    found = list(differences(entry.options, options))
    if not found:  # two versions of dougagen
        what = f"already in the dataset, made by dougagen {entry.dougagen_version} in another way"
        return ShardError(what, where=source, remedy=_REDO_OR_SKIP)
    named = "; ".join(map(str, found[:_MOST_NAMED]))
    more = f"; and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    if all(one.name in LIMITS for one in found):
        what = "already in the dataset, but this run reads another part of it"
        if all(options.get(name, NOT_GIVEN) == NOT_GIVEN for name in LIMITS):
            what = "only a part of it is in the dataset, as a trial leaves it"
        remedy = "--on-existing redo replaces it with what is asked for now, --on-existing skip keeps it"
    else:
        what, remedy = "already in the dataset under other options", _REDO_OR_SKIP
    return ShardError(f"{what} ({named}{more})", where=source, remedy=remedy)


def _short(value: str) -> str:
    if value in ("", NOT_GIVEN):
        return "not given"
    if len(value) == 64 and set(value) <= set("0123456789abcdef"):
        return value[:8]
    return value if len(value) <= _LONGEST_VALUE else f"{value[: _LONGEST_VALUE - 1]}…"
