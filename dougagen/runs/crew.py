"""Who does the work of a run: the workers of this machine, each a process; started, given episodes, heard,
and replaced where they die. ``ray_crew`` has those of a cluster behind the same words."""

from __future__ import annotations

import select
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from types import TracebackType
from typing import Protocol, Self

from dougagen.errors import DougagenError, EpisodeError
from dougagen.runs.children import Child, in_words
from dougagen.runs.words import Failed, Job, Outcome, Ready
from dougagen.runs.worker import LoadReconstructor, Plan, Setup

GRACE_SECONDS = 30.0
"""From SIGTERM to SIGKILL: a batch of the networks is finished in between."""
MOST_DEATHS_IN_A_ROW = 3
WORKER = "dougagen.runs.worker"
"""The module whose ``main`` a worker's process runs."""


class Crew(Protocol):
    """The workers of a run, wherever they are; a context manager that leaves none behind.

    Each episode that is given ends in one ``Outcome``. A worker has one episode at a time.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @property
    def preparing(self) -> str:
        """What goes on while no worker is ready yet, in words; empty: one is."""
        ...

    @property
    def free(self) -> int:
        """How many episodes can be given now."""
        ...

    @property
    def at_work(self) -> list[Path]:
        """The episodes that were given and have no outcome yet."""
        ...

    def grow(self, *, waiting: int) -> None:
        """Start the workers that ``waiting`` more episodes can use."""
        ...

    def give(self, path: Path, *, decoders: int = 1) -> None:
        """Let a free worker do an episode, whose footage so many processes read at most."""
        ...

    def heard(self) -> Iterator[tuple[Path | None, object]]:
        """Waits for the next messages, not for ever: what is said, and of which episode (None: of none).

        Raises what a worker says is wrong with every episode: weights that cannot be loaded, a device that
        is not there.
        """
        ...


@dataclass(slots=True)
class Worker:
    """One process and what it is at."""

    number: int
    child: Child
    ready: Ready | None = None
    path: Path | None = None

    @property
    def idle(self) -> bool:
        return self.ready is not None and self.path is None


class LocalCrew:
    """The workers of this machine."""

    def __init__(self, plan: Plan, load: LoadReconstructor, *, jobs: int) -> None:
        """``jobs`` workers, 0: one a device. One is started at once, the others when ``grow`` asks."""
        self._plan, self._load, self._jobs = plan, load, jobs
        self._workers: dict[int, Worker] = {}
        self._deaths = 0

    def __enter__(self) -> Self:
        self._hire(0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            for worker in self._workers.values():
                worker.child.terminate()
            deadline = time.monotonic() + GRACE_SECONDS
            for worker in self._workers.values():
                worker.child.wait(max(0.0, deadline - time.monotonic()))
        for worker in self._workers.values():
            worker.child.kill()
        self._workers.clear()

    def _hire(self, number: int) -> None:
        child = Child(WORKER)
        self._workers[number] = Worker(number, child)
        child.sender.send(Setup(self._plan, self._load, number, max(self._jobs, 1)))

    def grow(self, *, waiting: int) -> None:
        """None is started before the first has its networks."""
        if self._workers and not any(worker.ready for worker in self._workers.values()):
            return
        wanted = self._jobs or max((w.ready.devices for w in self._workers.values() if w.ready), default=1)
        starting = sum(worker.ready is None for worker in self._workers.values())
        free = (n for n in range(wanted) if n not in self._workers)
        for number in list(free)[: max(0, waiting - starting)]:
            self._hire(number)

    @property
    def free(self) -> int:
        return sum(worker.idle for worker in self._workers.values())

    @property
    def preparing(self) -> str:
        is_ready = any(worker.ready is not None for worker in self._workers.values())
        return "" if is_ready else "loading the networks"

    @property
    def at_work(self) -> list[Path]:
        return [worker.path for worker in self._workers.values() if worker.path is not None]

    def give(self, path: Path, *, decoders: int = 1) -> None:
        worker = next(worker for worker in self._workers.values() if worker.idle)
        worker.path = path
        with suppress(BrokenPipeError):  # it has died; ``heard`` finds out
            worker.child.sender.send(Job(path, decoders))

    def heard(self) -> Iterator[tuple[Path | None, object]]:
        """After an outcome the worker is idle again, or, if it has died, gone."""
        poll = select.poll()
        for worker in self._workers.values():
            poll.register(worker.child.receiver.fileno(), select.POLLIN)
        ready = {handle for handle, _ in poll.poll()}
        for worker in [w for w in self._workers.values() if w.child.receiver.fileno() in ready]:
            message = self._message_of(worker)
            path = worker.path
            if isinstance(message, Ready):
                worker.ready, self._deaths = message, 0
            elif isinstance(message, Failed) and message.fatal and path is None:
                raise message.error
            elif isinstance(message, Outcome):
                worker.path = None
            if message is not None:
                yield path, message

    def _message_of(self, worker: Worker) -> object:
        """What it says; where it is dead, that its episode has failed, or None where it had none."""
        try:
            return worker.child.receiver.receive()
        except (EOFError, UnpicklingError):
            pass
        code = worker.child.kill()
        del self._workers[worker.number]
        self._deaths += 1
        how = f"its worker died ({in_words(code)})"
        if worker.path is not None:
            return Failed(EpisodeError(how, where=worker.path, remedy="run the same command again"))
        if self._deaths >= MOST_DEATHS_IN_A_ROW:
            raise DougagenError(f"{how} before it did anything", remedy="--debug shows why")
        if not self._workers:
            self._hire(worker.number)
        return None
