"""Which drawings go on to the networks and into the dataset, and what is kept of those that do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from dougagen.domain import Drawing, FrameSpan, Record


class Sieve:
    """Lets through what no flag in ``reject`` speaks against; keeps every exposure that it has seen."""

    def __init__(self, reject: tuple[str, ...] = ()) -> None:
        self._reject = reject
        self._exposures: list[tuple[int, FrameSpan, int]] = []  # shot, frames, drawing
        self._rejected: dict[str, list[int]] = {}

    def drawings(self, drawings: Iterable[Drawing]) -> Iterator[Drawing]:
        """The drawings that go to the networks."""
        for drawing in drawings:
            self._exposures += ((drawing.shot_index, e, drawing.drawing_index) for e in drawing.exposures)
            if not self._rejects(drawing.flags, drawing.drawing_index):
                yield drawing

    def records(self, records: Iterable[Record]) -> Iterator[Record]:
        """The records that are kept by what the networks found."""
        for record in records:
            if not self._rejects(record.provenance.flags, record.provenance.drawing_index):
                yield record

    def _rejects(self, flags: Sequence[str], drawing_index: int) -> bool:
        reason = next((flag for flag in self._reject if flag in flags), None)
        if reason is not None:
            self._rejected.setdefault(reason, []).append(drawing_index)
        return reason is not None

    @property
    def frames(self) -> int:
        """Frames in exposures so far, those of rejected drawings included."""
        return sum(len(span) for _, span, _ in self._exposures)

    @property
    def rejected(self) -> Mapping[str, tuple[int, ...]]:
        """Reason → index of each drawing that became no record."""
        return {reason: tuple(which) for reason, which in self._rejected.items()}

    def timesheet(self) -> tuple[str, ...]:
        """Every exposure as the ledger keeps it: a line a shot, ``drawing:start-stop`` a word."""
        shots = 1 + max((shot for shot, _, _ in self._exposures), default=-1)
        lines: list[list[str]] = [[] for _ in range(shots)]
        for shot, span, drawing in sorted(self._exposures):
            lines[shot].append(f"{drawing}:{span.start}-{span.stop}")
        return tuple(" ".join(words) for words in lines)
