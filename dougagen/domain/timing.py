"""Time on the timesheet: half-open spans of frames."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from dougagen.errors import DomainError


@dataclass(frozen=True, slots=True, order=True)
class FrameSpan:
    """The frames ``start ≤ index < stop`` of an episode; never empty."""

    start: int
    """First frame, 0-based, in presentation order."""
    stop: int
    """The frame after the last."""

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.stop:
            raise DomainError(f"FrameSpan must have 0 <= start < stop, got [{self.start}, {self.stop})")

    def __len__(self) -> int:
        return self.stop - self.start

    def __contains__(self, index: object) -> bool:
        return isinstance(index, int) and self.start <= index < self.stop

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.start, self.stop))


def require_disjoint(name: str, spans: Iterable[FrameSpan]) -> tuple[FrameSpan, ...]:
    """The spans as a tuple, if there is at least one and each begins at or after the end of the last."""
    checked = tuple(spans)
    if not checked:
        raise DomainError(f"{name} must hold at least one FrameSpan, got none")
    for before, after in itertools.pairwise(checked):
        if after.start < before.stop:
            raise DomainError(f"{name} must be in order and disjoint, got {before} then {after}")
    return checked


def clock(seconds: Fraction | float | None) -> str:
    """``1:02.50``, ``0:24:01.02`` from an hour on; a dash where the time is not known."""
    if seconds is None:
        return "–"
    hundredths = round(float(seconds) * 100)
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    lead = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{lead}:{rest / 100:05.2f}"
