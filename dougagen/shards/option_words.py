"""Which options differ between two ledgers, or between a ledger and a run, in the words of people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dougagen.domain import ABSENT

NOT_GIVEN = ABSENT
"""Stands for an option that was not given and changes nothing then."""
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
    "color_codec": "--color-codec",
    "lines": "--lines",
    "precision": "--precision",
    "backend": "--backend",
    "color_cut": "--color-cut",
    "refinement": "--refine",
    "shot": "--together",
    "cel_weights": "the cel network",
    "douga_weights": "the douga network",
    "schema_version": "the version of the columns",
}
"""What people call an option; others go by their names in the ledger."""


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


def in_a_clause(found: Sequence[Difference]) -> str:
    """The first few, and how many more there are."""
    named = "; ".join(map(str, found[:_MOST_NAMED]))
    return named + (f"; and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else "")


def _short(value: str) -> str:
    if value in ("", NOT_GIVEN):
        return "not given"
    if len(value) == 64 and set(value) <= set("0123456789abcdef"):
        return value[:8]
    return value if len(value) <= _LONGEST_VALUE else f"{value[: _LONGEST_VALUE - 1]}…"
