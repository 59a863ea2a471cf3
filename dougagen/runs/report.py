"""What became of every episode of a run, for people and for ``--json``."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path

from dougagen.domain import ExtractReport, Table
from dougagen.errors import DougagenError
from dougagen.shards import Recovered, Settled


@dataclass(frozen=True, slots=True)
class EpisodeFailure:
    """One episode that is not in the dataset, and why: what, where, remedy in one line."""

    path: Path
    error: DougagenError


@dataclass(frozen=True, slots=True)
class RunReport:
    """What became of every episode of a run."""

    extracted: tuple[ExtractReport, ...] = ()
    already_there: tuple[Path, ...] = ()
    failed: tuple[EpisodeFailure, ...] = ()
    elsewhere: tuple[Path, ...] = ()
    """Another run is doing them."""
    not_begun: tuple[Path, ...] = ()
    """The output folder refused, so they were not tried."""
    recovered: tuple[Recovered, ...] = ()
    """What dead runs had left."""
    repeats: Settled = field(default_factory=Settled)
    """What was found, at the end, of drawings that several episodes show."""
    unsettled: tuple[DougagenError, ...] = ()
    """Why some repeats are not settled: the next run tries again."""
    same_run: bool = False
    """The same command is running on this machine already: nothing was done."""
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """0 all done, or left to the run that has it; 1 some episode failed, or repeats are not settled."""
        return 1 if self.failed or self.not_begun or self.unsettled else 0

    @property
    def in_words(self) -> str:
        """``2 extracted, 1 already there, 0 failed; 48 new records``."""
        if self.same_run:
            return "nothing done: the same command is running on this machine already"
        parts = [
            f"{len(self.extracted)} extracted",
            f"{len(self.already_there)} already there",
            f"{len(self.failed)} failed",
        ]
        if self.elsewhere:
            parts.append(f"{len(self.elsewhere)} left to another run")
        if self.repeats.left:
            parts.append(f"repeats of {len(self.repeats.left)} left to another run")
        if self.not_begun:
            parts.append(f"{len(self.not_begun)} not begun")
        if self.unsettled:
            parts.append("repeats not settled")
        return f"{', '.join(parts)}; {sum(report.records for report in self.extracted)} new records"

    def to_table(self) -> Table:
        """A row an episode: what became of it."""
        done = [(r.source, "extracted", str(r.records), str(r.frames_decoded)) for r in self.extracted]
        failed = [(f.path.name, str(f.error), "", "") for f in self.failed]
        others = (
            (self.already_there, "already there"),
            (self.elsewhere, "left to another run"),
            (self.not_begun, "not begun"),
        )
        rest = [(path.name, word, "", "") for paths, word in others for path in paths]
        return Table(self.in_words, ("episode", "", "records", "frames"), (*done, *failed, *rest))

    def __repr__(self) -> str:
        return f"RunReport({self.in_words})"

    def _repr_html_(self) -> str:
        return self.to_table().to_html()

    def to_json(self) -> dict[str, object]:
        """Plain values for ``--json``."""
        return {
            "extracted": [asdict(report) for report in self.extracted],
            "already_there": [str(path) for path in self.already_there],
            "failed": [{"path": str(f.path), "error": str(f.error)} for f in self.failed],
            "left_to_another_run": [str(path) for path in self.elsewhere],
            "not_begun": [str(path) for path in self.not_begun],
            "recovered": [asdict(found) for found in self.recovered],
            "repeats": {
                "episodes_written_anew": self.repeats.episodes,
                "found": self.repeats.found,
                "taken_back": self.repeats.taken_back,
                "prints_made": self.repeats.prints_made,
                "left_to_another_run": list(self.repeats.left),
            },
            "unsettled": [str(error) for error in self.unsettled],
            "same_run_elsewhere": self.same_run,
            "seconds": self.seconds,
            "exit_code": self.exit_code,
        }
