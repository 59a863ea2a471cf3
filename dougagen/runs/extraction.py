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
from dataclasses import dataclass, field
from pathlib import Path

from dougagen.domain import ExtractReport
from dougagen.errors import DougagenError, ShardError, UsageError, printable
from dougagen.files import StorePath, StoreRefused, conditional
from dougagen.runs.cluster_config import ClusterConfig
from dougagen.runs.crew import Crew, LocalCrew
from dougagen.runs.events import RunEvents
from dougagen.runs.hashes import HashCache
from dougagen.runs.report import EpisodeFailure, RunReport
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
