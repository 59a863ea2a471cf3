"""One run of ``extract`` over many episodes: a failure takes one episode, never the run.

Several runs may work on one folder. Each takes the episodes that no other has; one that is told to do exactly
what a living run on the same machine is doing ends at once.
"""

from __future__ import annotations

import hashlib
import socket
import time
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from dougagen.domain import Episode, ExtractReport, Table
from dougagen.errors import DougagenError, ShardError, UsageError, printable
from dougagen.files import StorePath, StoreRefused, conditional
from dougagen.runs.cluster_config import ClusterConfig
from dougagen.runs.crew import Crew, LocalCrew
from dougagen.runs.hashes import HashCache
from dougagen.runs.standing import Standing, standing_of
from dougagen.runs.words import (
    AlreadyThere,
    Began,
    Busy,
    Extracted,
    Failed,
    Hashed,
    Moved,
    Noticed,
    Outcome,
    Ready,
)
from dougagen.runs.worker import LoadReconstructor, Plan
from dougagen.shards import Lock, Recovered, Settled, read_ledger, recover, settle_repeats, write_card
from dougagen.shards.durable import make_folders, refusals_named, remove_if_empty
from dougagen.shards.ledger import EPISODES, committed_ids
from dougagen.shards.locks import lock_path

_SECONDS_BETWEEN_SAVES = 60.0


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


class RunEvents(Protocol):
    """What a run tells the person who watches it."""

    def working_on(self, what: str) -> None: ...

    def episode_began(self, episode: Episode, path: Path, number: int, total: int) -> None: ...

    def episode_moved(self, path: Path, moved: Moved) -> None: ...

    def episode_ended(self, path: Path, report: ExtractReport) -> None: ...

    def episode_skipped(self, path: Path) -> None: ...

    def episode_elsewhere(self, path: Path) -> None: ...

    def episode_failed(self, failure: EpisodeFailure) -> None: ...

    def recovered(self, found: Recovered) -> None: ...

    def warned(self, what: str) -> None: ...


class Silent(RunEvents):
    """Hears all and says nothing; a listener that wants a few of them begins here."""

    def working_on(self, what: str) -> None:
        """What the run is at beside its episodes: ``loading the networks``; empty: nothing."""

    def episode_began(self, episode: Episode, path: Path, number: int, total: int) -> None:
        """The episode is being extracted, file ``number`` of ``total``."""

    def episode_moved(self, path: Path, moved: Moved) -> None:
        """So many frames and records so far."""

    def episode_ended(self, path: Path, report: ExtractReport) -> None:
        """It is committed."""

    def episode_skipped(self, path: Path) -> None:
        """It is in the dataset already."""

    def episode_elsewhere(self, path: Path) -> None:
        """Another run is at work on it."""

    def episode_failed(self, failure: EpisodeFailure) -> None:
        """It came to nothing."""

    def recovered(self, found: Recovered) -> None:
        """What a dead run had left was put right."""

    def warned(self, what: str) -> None:
        """Something a person should know."""


SILENT = Silent()


def require_output_folder(out: Path) -> None:
    """Raise UsageError where ``out`` cannot be the folder of a dataset; writes nothing that stays."""
    try:
        if isinstance(out, StorePath):
            conditional(out)
            if not out.is_file():
                return
            raise UsageError("the output path is a file", where=out, remedy="name a folder with --out")
        for place in (out, *out.absolute().parents):
            if place.exists():
                if not place.is_dir():
                    raise UsageError(
                        "the output path is a file", where=place, remedy="name a folder with --out"
                    )
                return
    except StoreRefused as error:
        what = f"cannot be the output folder ({error.strerror})"
        raise UsageError(what, where=out, remedy=error.remedy) from error
    except OSError as error:
        raise UsageError(
            f"cannot be the output folder ({error.strerror})", where=out, remedy="name another"
        ) from error


def extract_all(
    paths: Sequence[Path],
    plan: Plan,
    *,
    load: LoadReconstructor,
    events: RunEvents,
    jobs: int = 0,
    cluster: ClusterConfig | None = None,
    command: str = "",
) -> RunReport:
    """Extract every episode, ``jobs`` at a time (0: one a device). Failures are collected, interrupts not.

    Where there are more jobs than episodes, several decoders read parts of each. On a ``cluster`` 0 jobs are
    as many as it can hold; an episode whose worker or node dies there is done again by another.
    ``command`` is what makes this run the same as another one on this machine; empty: it is like no other.
    Raises DougagenError where nothing can be done at all: weights, device, output folder.
    """
    require_output_folder(plan.out)
    with ExitStack() as stack:
        if command:
            with refusals_named(plan.out):
                stack.callback(remove_if_empty, make_folders(plan.out))
            lock = Lock.take(lock_path(plan.out, _name_of_run(command)))
            if lock is None:
                return RunReport(same_run=True)
            stack.enter_context(lock)
        run = _Run(paths, plan, events)
        run.recover()
        with _crew(plan, load, cluster, jobs=min(jobs, max(len(paths), 1)), events=events) as crew:
            run.work(crew, decoders=max(1, jobs // max(len(paths), 1)))
        run.settle()
        run.keep()
        return run.report()


def _crew(
    plan: Plan, load: LoadReconstructor, cluster: ClusterConfig | None, *, jobs: int, events: RunEvents
) -> Crew:
    if cluster is None:
        return LocalCrew(plan, load, jobs=jobs)
    from dougagen.runs.ray_crew import RayCrew

    events.working_on("connecting to the Ray cluster" if cluster.address else "starting Ray on this machine")
    return RayCrew(plan, load, cluster, jobs=jobs)


def _name_of_run(command: str) -> str:
    words = f"{socket.gethostname()}\0{command}".encode("utf-8", "surrogateescape")
    return f"run-{hashlib.sha256(words).hexdigest()[:16]}"


@dataclass
class _Run:
    """A run while it goes on."""

    paths: Sequence[Path]
    plan: Plan
    events: RunEvents
    extracted: list[ExtractReport] = field(default_factory=list)
    already_there: list[Path] = field(default_factory=list)
    failed: list[EpisodeFailure] = field(default_factory=list)
    elsewhere: list[Path] = field(default_factory=list)
    recovered: list[Recovered] = field(default_factory=list)
    settled: Settled = field(default_factory=Settled)
    unsettled: tuple[DougagenError, ...] = ()

    def __post_init__(self) -> None:
        self._began = self._saved = time.monotonic()
        self._waiting: deque[Path] = deque(self.paths)
        self._numbers = {path: number for number, path in enumerate(self.paths, start=1)}
        self._asked_twice: set[Path] = set()
        self._contents: dict[Path, str] = {}  # of the files that our workers are at
        self._twins: list[tuple[Path, str]] = []  # files whose content another of our workers is at
        self._hashes = HashCache(self.plan.out)
        self._begun: set[Path] = set()
        self._halted = self._warned_of_card = False

    def report(self) -> RunReport:
        return RunReport(
            extracted=tuple(self.extracted),
            already_there=tuple(self.already_there),
            failed=tuple(self.failed),
            elsewhere=tuple(self.elsewhere),
            not_begun=tuple(self._waiting),
            recovered=tuple(self.recovered),
            repeats=self.settled,
            unsettled=self.unsettled,
            seconds=time.monotonic() - self._began,
        )

    def recover(self) -> None:
        """Put right what dead runs left."""
        with refusals_named(self.plan.out):
            if not isinstance(self.plan.out, StorePath) and not (self.plan.out / EPISODES).is_dir():
                return
        for found in recover(self.plan.out):
            self.recovered.append(found)
            if found.trouble:
                self.events.warned(f"what a dead run left cannot be put right: {found.trouble}")
            else:
                self.events.recovered(found)

    def work(self, crew: Crew, *, decoders: int) -> None:
        """Give out episodes and hear what becomes of them, until there is nothing left to give or to hear."""
        while self._to_give or crew.at_work:
            for _ in range(crew.free):
                if self._to_give:
                    crew.give(self._waiting.popleft(), decoders=decoders)
            crew.grow(waiting=len(self._waiting) if self._to_give else 0)
            self._say_what_is_done(crew)
            for path, message in crew.heard():
                if isinstance(message, Ready):
                    self._skip_known(message.digest)
                elif path is not None:
                    self._take(path, message)
                elif isinstance(message, Noticed):
                    self.events.warned(message.what)

    def _say_what_is_done(self, crew: Crew) -> None:
        """What takes time while no episode moves."""
        opening = [path for path in crew.at_work if path not in self._begun]
        if crew.preparing:
            self.events.working_on(crew.preparing)
        elif len(opening) == 1:
            self.events.working_on(f"opening {printable(opening[0].name)}")
        else:
            self.events.working_on(f"opening {len(opening)} files" if opening else "")

    def settle(self) -> None:
        """Of equal drawings one stays, over all that is committed by now; the reports say what came of it."""
        if not committed_ids(self.plan.out):
            return
        self.events.working_on("comparing episodes")
        try:
            self.settled = settle_repeats(self.plan.out, repair=self.plan.repair)
            self.unsettled = self.settled.troubles
            self.extracted = [self._as_settled(report) for report in self.extracted]
        except ShardError as error:
            self.unsettled = (error,)
        for trouble in self.unsettled:
            self.events.warned(f"repeats are not settled: {trouble}")

    def _as_settled(self, report: ExtractReport) -> ExtractReport:
        entry = read_ledger(self.plan.out, report.episode_id)
        return report if entry is None else entry.report()

    @property
    def _to_give(self) -> bool:
        return bool(self._waiting) and not self._halted

    def _skip_known(self, digest: str) -> None:
        """What is remembered to be in the dataset needs no worker."""
        waiting = list(self._waiting)
        self._waiting.clear()
        for path in waiting:
            if path not in self._asked_twice and self._is_known_to_be_done(path, digest):
                self._take(path, AlreadyThere())
            else:
                self._waiting.append(path)

    def _is_known_to_be_done(self, path: Path, digest: str) -> bool:
        """Whether the file's remembered content is in the dataset as it should be; opens no video."""
        episode_id = None if self.plan.repair else self._hashes.episode_id(path)
        if episode_id is None:
            return False
        try:
            standing = standing_of(
                episode_id,
                self.plan.out,
                source=path,
                digest=digest,
                options={},
                on_existing=self.plan.on_existing,
                repair=False,
            )
        except ShardError:
            return False  # a worker looks at it in earnest
        return standing is Standing.DONE

    def _take(self, path: Path, message: object) -> None:
        content = self._contents.pop(path, None) if isinstance(message, Outcome) else None
        if content is not None:
            self._bring_back_twins_of(content)
        match message:
            case Began(episode):
                self._begun.add(path)
                self.events.episode_began(episode, path, self._numbers[path], len(self.paths))
            case Moved():
                self.events.episode_moved(path, message)
            case Hashed(_, identity, episode_id):
                self._hashes.remember(path, identity, episode_id)
                self._contents[path] = episode_id
            case Noticed(what):
                self.events.warned(DougagenError(what, where=path).args[0])
            case Extracted(report):
                self.extracted.append(report)
                self.events.episode_ended(path, report)
                self.keep()
            case AlreadyThere():
                self.already_there.append(path)
                self.events.episode_skipped(path)
            case Busy():
                if content is not None and content in self._contents.values():
                    self._twins.append((path, content))
                else:
                    self._leave(path)
            case Failed(error, fatal):
                self.failed.append(EpisodeFailure(path, error))
                self.events.episode_failed(self.failed[-1])
                self._halted |= fatal

    def _bring_back_twins_of(self, content: str) -> None:
        """One of our workers has ended with it: files that hold the same are asked about again."""
        self._waiting.extend(path for path, held in self._twins if held == content)
        self._twins = [twin for twin in self._twins if twin[1] != content]

    def _leave(self, path: Path) -> None:
        """Another run has it: asked for once more at the end."""
        if path not in self._asked_twice:
            self._asked_twice.add(path)
            self._waiting.append(path)
            return
        self.elsewhere.append(path)
        self.events.episode_elsewhere(path)

    def keep(self) -> None:
        """Write the card anew, and now and then the hashes."""
        try:
            if committed_ids(self.plan.out):
                write_card(self.plan.out)
        except ShardError as error:
            if not self._warned_of_card:
                self.events.warned(f"the dataset card was not written: {error}")
            self._warned_of_card = True
        if time.monotonic() - self._saved > _SECONDS_BETWEEN_SAVES or not self._waiting:
            self._hashes.save()
            self._saved = time.monotonic()
