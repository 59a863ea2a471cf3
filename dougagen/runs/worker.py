"""One worker: the networks loaded once, one episode after another, each with a decoder of its own.

``do_episode`` is the work on one episode, in whatever process; ``main`` is a worker's process.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol, get_args

from dougagen.choices import OnExisting
from dougagen.config import ExtractConfig, config_digest, config_options
from dougagen.domain import Reconstructor
from dougagen.errors import ConfigError, DougagenError, EpisodeError, ShardError, Stopped, printable, unwind
from dougagen.files import StorePath, refused_as
from dougagen.footage import on_this_machine, require_likeness
from dougagen.pipeline import DrawingSource, extract_episode
from dougagen.processes.headway import Progress
from dougagen.runs.decoder import DecoderLimits, DecoderProcess
from dougagen.runs.messages import Forward, Receiver, Sender
from dougagen.runs.parts import read_in_parts
from dougagen.runs.standing import Standing, standing_of
from dougagen.runs.words import (
    AlreadyThere,
    Began,
    Busy,
    Extracted,
    Failed,
    FileIdentity,
    Hashed,
    Job,
    Moved,
    Noticed,
    Opened,
    Outcome,
    Ready,
)
from dougagen.shards import SCHEMA_VERSION, EpisodeBusy, lock_episode, recover_episode
from dougagen.shards.durable import make_folders, refusals_named, remove_if_empty, stops_everything

_SECONDS_BETWEEN_MOVES = 0.2


class DigestedReconstructor(Reconstructor, Protocol):
    """A reconstructor that says what of it changes rows."""

    @property
    def digest_facts(self) -> Mapping[str, str]:
        """Hashes of the weights, wiring, precision."""
        ...


class LoadReconstructor(Protocol):
    """How a worker gets its networks; pickled to it, so nothing heavy is loaded before."""

    def __call__(self, number: int, jobs: int) -> DigestedReconstructor:
        """The networks of worker ``number``, one of ``jobs`` on this machine. Raises DougagenError."""
        ...

    def devices(self) -> int:
        """How many workers have a device each; called in a worker."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does with each episode."""

    out: Path
    config: ExtractConfig = field(default_factory=ExtractConfig)
    on_existing: OnExisting = "error"
    repair: bool = False
    """Do episodes again whose shards are not as their ledger says."""
    limits: DecoderLimits = field(default_factory=DecoderLimits)

    def __post_init__(self) -> None:
        if self.on_existing not in get_args(OnExisting):
            known = ", ".join(get_args(OnExisting))
            raise ConfigError(f"--on-existing must be one of {known}, got {self.on_existing!r}")

    def options(self, reconstructor: DigestedReconstructor) -> dict[str, str]:
        """What the digest sums up, in words."""
        return config_options(
            self.config, schema_version=SCHEMA_VERSION, reconstruction=reconstructor.digest_facts
        )

    def digest(self, reconstructor: DigestedReconstructor) -> str:
        return config_digest(
            self.config, schema_version=SCHEMA_VERSION, reconstruction=reconstructor.digest_facts
        )


@dataclass(frozen=True, slots=True)
class Setup:
    """Run → worker, first of all."""

    plan: Plan
    load: LoadReconstructor
    number: int
    jobs: int


def do_episode(
    path: Path,
    *,
    plan: Plan,
    reconstructor: DigestedReconstructor,
    digest: str,
    decoders: int = 1,
    tell: Callable[[object], None] = lambda _: None,
) -> Outcome:
    """Extract one file, unless it is in the dataset or another run has it; a failure is an outcome.

    ``decoders`` processes read its footage, which changes no row.
    """
    try:
        with on_this_machine(path) as here:
            there = _identity_in_store(path) if isinstance(path, StorePath) else None
            _require_likeness(here, seconds=plan.limits.stall_seconds)
            another = partial(DecoderProcess, here, limits=plan.limits, notice=_once(tell))
            with another() as decoder:
                opened = decoder.open()
                tell(Hashed(path, there or opened.identity, opened.episode.episode_id))
                opened = replace(opened, episode=replace(opened.episode, path=path))
                most = plan.config.max_drawings
                read = read_in_parts(decoder, opened, another, decoders=decoders, max_drawings=most)
                return _extract(opened, read, plan, reconstructor, digest, tell)
    except EpisodeBusy:
        return Busy()
    except DougagenError as error:
        return Failed(error, fatal=isinstance(error, ShardError) and stops_everything(error))


def _identity_in_store(path: StorePath) -> FileIdentity:
    with refused_as(EpisodeError, path, what="cannot be read"):
        return FileIdentity.of(path)


def _require_likeness(path: Path, *, seconds: float) -> None:
    """Raise EpisodeError for what is plainly no video: a folder of ten thousand other files should not cost
    a process each. A disk of the network that does not answer is given up like a decoder that hangs."""
    problems: list[EpisodeError] = []

    def look() -> None:
        try:
            require_likeness(path)
        except EpisodeError as error:
            problems.append(error)

    looking = threading.Thread(target=look, name="likeness", daemon=True)
    looking.start()
    looking.join(seconds)
    if looking.is_alive():
        raise EpisodeError(
            f"cannot be read: nothing arrived for {seconds:g} s", where=path, remedy="check the disk"
        )
    if problems:
        raise problems[0]


def _extract(
    opened: Opened,
    read: Callable[..., DrawingSource],
    plan: Plan,
    reconstructor: DigestedReconstructor,
    digest: str,
    tell: Callable[[object], None],
) -> Outcome:
    episode = opened.episode
    options = plan.options(reconstructor)
    standing = partial(
        standing_of, episode.episode_id, plan.out, source=episode.path, digest=digest, options=options
    )
    rules: dict[str, Any] = {"on_existing": plan.on_existing, "repair": plan.repair}
    if standing(**rules) is Standing.DONE:
        return AlreadyThere()
    with refusals_named(plan.out):
        created = make_folders(plan.out)
    try:
        with lock_episode(plan.out, episode.episode_id) as lock:
            with refusals_named(plan.out):  # a run that died with the lock may have promised a commit
                recover_episode(plan.out, episode.episode_id)
            found = standing(**rules)  # again: the run that held the lock may have committed it
            if found is Standing.DONE:
                return AlreadyThere()
            if found is Standing.DAMAGED:
                tell(Noticed("is in the dataset, but damaged there: it is extracted again"))
            tell(Began(episode))
            replaces = found is not Standing.ABSENT
            return Extracted(
                extract_episode(
                    episode,
                    plan.out,
                    reconstructor=reconstructor,
                    config=plan.config,
                    digest=digest,
                    options=options,
                    on_existing="redo" if replaces else "error",
                    lock=lock,
                    read=read,
                    on_progress=_seldom(tell),
                )
            )
    finally:
        remove_if_empty(created)


def _once(tell: Callable[[object], None]) -> Callable[[Noticed], None]:
    """What several decoders notice of one file is told once."""
    told: set[str] = set()

    def notice(noticed: Noticed) -> None:
        if noticed.what not in told:
            told.add(noticed.what)
            tell(noticed)

    return notice


def _seldom(tell: Callable[[object], None]) -> Callable[[Progress], None]:
    """Progress, a few times a second."""
    spoke = 0.0

    def told(progress: Progress) -> None:
        nonlocal spoke
        if time.monotonic() - spoke >= _SECONDS_BETWEEN_MOVES:
            spoke = time.monotonic()
            tell(
                Moved(
                    progress.frames,
                    progress.frames_expected,
                    progress.records,
                    progress.stage,
                    progress.seconds_left,
                )
            )

    return told


def main(requests: Receiver, answers: Sender) -> None:
    """A worker's process: the setup, then one job after another until nobody asks any more."""
    signal.signal(signal.SIGTERM, unwind)
    logging.getLogger("dougagen").addHandler(Forward(answers))
    try:
        setup = requests.receive_trusted()
        assert isinstance(setup, Setup)
        reconstructor = setup.load(setup.number, setup.jobs)
        digest = setup.plan.digest(reconstructor)
        answers.send(Ready(digest, setup.load.devices()))
        while True:
            job = requests.receive_trusted()
            assert isinstance(job, Job)
            try:
                outcome = do_episode(
                    job.path,
                    plan=setup.plan,
                    reconstructor=reconstructor,
                    digest=digest,
                    decoders=job.decoders,
                    tell=answers.send,
                )
            except Exception as error:  # noqa: BLE001 - a fault of ours takes one episode, not the run
                outcome = Failed(_fault(error, job.path))
            answers.send(outcome)
    except (EOFError, BrokenPipeError, Stopped):
        return
    except DougagenError as error:
        answers.send(Failed(error, fatal=True))
    except Exception as error:  # noqa: BLE001 - the run says in one line what stopped it
        answers.send(Failed(_fault(error, None), fatal=True))


def _fault(error: Exception, path: Path | None) -> EpisodeError:
    if os.environ.get("DOUGAGEN_DEBUG"):
        for line in "".join(traceback.format_exception(error)).splitlines():
            sys.stderr.write(f"{printable(line)}\n")
    lines = str(error).splitlines() or [""]
    return EpisodeError(
        f"unexpected failure ({type(error).__name__}: {lines[0][:200]})",
        where=path,
        remedy="--debug shows more",
    )
