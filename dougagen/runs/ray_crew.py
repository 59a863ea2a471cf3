"""The workers of a Ray cluster: an actor holds each, and an episode is one task of it.

An actor (``far_worker``) holds a worker's process, the same as on this machine, so that the rows are the
same, too. It is given an episode when it has none: nothing waits on the cluster. Who does what is decided
here, and the dataset's own locks stand behind it: a worker that is taken for dead and is not has its episode
until its lock ends, and of two only one commits.

* An episode whose worker or node died is given to another. The dead may hold its lock for a while yet.
* Where the head dies the run ends, in a line; workers tidy up.
* A node that cannot work (another dougagen, no access to the files) is left out, with a warning. Where no
  node can, that is the error of the run.
"""

from __future__ import annotations

import os
import pickle
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dougagen import __version__
from dougagen.errors import DougagenError, EpisodeError, UsageError
from dougagen.files import StorePath
from dougagen.runs.cluster_config import ClusterConfig
from dougagen.runs.crew import GRACE_SECONDS, MOST_DEATHS_IN_A_ROW
from dougagen.runs.far_worker import FarWorker
from dougagen.runs.ray_cluster import Cluster, Node
from dougagen.runs.words import (
    AlreadyThere,
    Began,
    Busy,
    Extracted,
    Failed,
    Hashed,
    Job,
    Lost,
    Noticed,
    Outcome,
    Ready,
    Refused,
    Unseen,
)
from dougagen.runs.worker import LoadReconstructor, Plan, Setup
from dougagen.shards import Lock, read_ledger
from dougagen.shards.durable import make_folders, refusals_named, remove_if_empty
from dougagen.shards.locks import lock_path

_TURN_SECONDS = 0.5
"""What ``heard`` waits at most: a signal is heard, and a new node seen, in this time."""
_NODES_SECONDS = 2.0
"""Between two looks at which nodes there are."""
_PATIENCE_SECONDS = 60.0
"""For a cluster that has lost its last node: it may get another."""
_MOST_DEATHS = 5
"""Of workers at one episode: by then it is the episode."""
_LOCKED_SECONDS = 180.0
"""For which a dead worker's lock may keep others off: two minutes in a store, less on a disk."""
_LONGEST_PAUSE = 16.0
"""Between two looks whether it still does."""
_SENT = ("OMP_NUM_THREADS", "DOUGAGEN_DEBUG")
"""Variables that workers have as we do. Ray sets the first to the CPUs of an actor, and convolutions round by
the number of threads: rows would not be those of a run without Ray."""


@dataclass(slots=True)
class _Worker:
    """An actor and what it is at."""

    number: int
    node: Node
    actor: Any
    stream: Any
    """Its answer to what it was asked last; None: it has answered."""
    ready: Ready | None = None
    path: Path | None = None

    @property
    def idle(self) -> bool:
        return self.ready is not None and self.path is None


@dataclass(slots=True)
class _Episode:
    """An episode that was given and has no outcome yet."""

    decoders: int
    deaths: int = 0
    began: bool = False
    """A worker has found that it is to be done."""
    content: str = ""
    pause: float = 0.5
    due: float = 0.0
    """When it may be given again; on the monotonic clock, as all times here."""
    locked_until: float = 0.0
    waits: bool = False


class RayCrew:
    """The workers of a cluster."""

    def __init__(self, plan: Plan, load: LoadReconstructor, config: ClusterConfig, *, jobs: int) -> None:
        """``jobs`` workers at most, 0: as many as the cluster holds."""
        self._plan = replace(plan, out=plan.out.absolute())
        models = getattr(load, "models", None)
        self._load = load if models is None else replace(load, models=models.absolute())  # type: ignore[type-var]
        self._config, self._jobs = config, jobs
        slots = jobs * max(1, int(config.cpus or 1))
        self._cluster = Cluster(config.address, slots=slots)
        self._closing = ExitStack()
        self._workers: dict[int, _Worker] = {}
        self._episodes: dict[Path, _Episode] = {}
        self._refused: dict[str, UsageError] = {}
        self._deaths: Counter[str] = Counter()  # node → of workers in a row, that did nothing
        self._news: list[tuple[Path | None, object]] = []
        self._nodes: list[Node] = []
        self._looked = self._alone_since = float("-inf")
        self._digest: tuple[str, str] | None = None  # and the name of the node that gave it
        self._cpus = self._gpus = 0.0

    # ---- beginning and end -------------------------------------------------------------------------------
    def __enter__(self) -> Self:
        if isinstance(self._plan.out, StorePath) and self._plan.out.scheme == "memory":
            raise UsageError(
                "no other process sees it", where=self._plan.out, remedy="name a place that all see"
            )
        with self._closing:
            self._closing.enter_context(self._cluster)
            with refusals_named(self._plan.out):
                self._closing.callback(remove_if_empty, make_folders(self._plan.out))
            # a file of ours in the output folder: whoever does not see it writes into another folder
            self._token = lock_path(self._plan.out, f"run-{secrets.token_hex(8)}")
            lock = Lock.take(self._token)
            assert lock is not None
            self._closing.enter_context(lock)
            self._look_at_nodes()
            self._share()
            self._cluster.check_signals()
            self._closing = self._closing.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._closing:
            grace = GRACE_SECONDS if error is not None else 0.0
            calls = [worker.actor.stop.remote(grace) for worker in self._workers.values() if worker.ready]
            if calls:
                self._cluster.wait(calls, seconds=grace + 5.0)
            for worker in self._workers.values():
                self._cluster.kill(worker.actor)
            self._workers.clear()

    def _share(self) -> None:
        """What of a node each worker takes. Raises UsageError where no node has so much."""
        may_be_gpu = self._config.device != "cpu" and any(node.gpus for node in self._nodes)
        self._gpus = float(may_be_gpu) if self._config.gpus is None else self._config.gpus
        if self._config.cpus is not None:
            self._cpus = self._config.cpus
        elif self._gpus or (self._cluster.is_ours and self._jobs):
            self._cpus = 1.0
        else:
            least = min((node.cpus for node in self._nodes if node.cpus >= 1), default=1.0)
            self._cpus = float(max(1, min(4, int(least) // 2)))
        if not self._capacity:
            raise UsageError(
                f"no node of the Ray cluster has room for a worker ({self._share_in_words})",
                remedy="ray status shows what it has; --ray-cpus and --ray-gpus say what a worker takes",
            )

    @property
    def _share_in_words(self) -> str:
        gpus = f" and {self._gpus:g} GPUs" if self._gpus else ""
        return f"{self._cpus:g} CPUs{gpus}"

    # ---- nodes -------------------------------------------------------------------------------------------
    def _look_at_nodes(self) -> None:
        now = time.monotonic()
        if now - self._looked >= _NODES_SECONDS:
            self._nodes = self._cluster.nodes() or self._nodes
            self._looked = time.monotonic()

    def _room_on(self, node: Node) -> int:
        """How many workers a node can hold."""
        if node.id in self._refused:
            return 0
        by_cpus = int(node.cpus / self._cpus + 1e-6)
        return min(by_cpus, int(node.gpus / self._gpus + 1e-6)) if self._gpus else by_cpus

    @property
    def _capacity(self) -> int:
        return sum(map(self._room_on, self._nodes))

    def _emptiest(self) -> Node | None:
        """The node with the most room left."""
        held = Counter(worker.node.id for worker in self._workers.values())
        nodes = [node for node in self._nodes if self._room_on(node) > held[node.id]]
        return max(nodes, key=lambda node: self._room_on(node) - held[node.id], default=None)

    def grow(self, *, waiting: int) -> None:
        """Raises DougagenError where no node is left."""
        self._look_at_nodes()
        waiting += sum(episode.waits for episode in self._episodes.values())
        starting = sum(worker.ready is None for worker in self._workers.values())
        for _ in range(max(0, waiting - starting)):
            if self._jobs and len(self._workers) >= self._jobs:
                break
            node = self._emptiest()
            if node is None:
                break
            self._hire(node)
        if self._workers or self._capacity or not (waiting or self._episodes):
            self._alone_since = time.monotonic()
        elif self._refused:
            raise next(iter(self._refused.values()))
        elif time.monotonic() - self._alone_since > _PATIENCE_SECONDS:
            raise DougagenError(
                f"the Ray cluster has no node left that can hold a worker ({self._share_in_words})",
                remedy="run the same command again once it has",
            )

    def _hire(self, node: Node) -> None:
        number = next(n for n in range(len(self._workers) + 1) if n not in self._workers)
        actor = self._cluster.actor(FarWorker, node, cpus=self._cpus, gpus=self._gpus)
        setup = pickle.dumps(Setup(self._plan, self._load, number, self._room_on(node)))
        environment = {name: os.environ.get(name) for name in _SENT}
        stream = actor.begin.options(num_returns="streaming").remote(
            __version__, str(self._token), environment, setup
        )
        self._workers[number] = _Worker(number, node, actor, stream)

    def _let_go(self, worker: _Worker) -> None:
        self._cluster.kill(worker.actor)
        del self._workers[worker.number]

    def _refuse(self, node: Node, refused: Refused) -> None:
        """No worker is tried there any more."""
        error = UsageError(f"the node {node.name} {refused.what}", remedy=refused.remedy)
        if node.id not in self._refused and any(
            self._room_on(one) for one in self._nodes if one.id != node.id
        ):
            self._news.append((None, Noticed(f"{error.what}: it is left out; {error.remedy}")))
        self._refused[node.id] = error

    # ---- the crew's words --------------------------------------------------------------------------------
    @property
    def preparing(self) -> str:
        if any(worker.ready is not None for worker in self._workers.values()):
            return ""
        nodes = len({worker.node.id for worker in self._workers.values()})
        return f"starting workers on {nodes} node{'s' * (nodes != 1)}"

    @property
    def free(self) -> int:
        idle = sum(worker.idle for worker in self._workers.values())
        return max(0, idle - sum(self._is_due(episode) for episode in self._episodes.values()))

    @property
    def at_work(self) -> list[Path]:
        return [*self._episodes]

    def give(self, path: Path, *, decoders: int = 1) -> None:
        least = min((int(node.cpus) for node in self._nodes), default=1)
        self._episodes[path] = _Episode(max(1, min(decoders, least)))
        self._send(path)

    def _send(self, path: Path) -> None:
        worker = next(worker for worker in self._workers.values() if worker.idle)
        worker.path, self._episodes[path].waits = path, False
        job = Job(path.absolute(), self._episodes[path].decoders)
        worker.stream = worker.actor.do.options(num_returns="streaming").remote(job)

    def _is_due(self, episode: _Episode) -> bool:
        return episode.waits and episode.due <= time.monotonic()

    def heard(self) -> Iterator[tuple[Path | None, object]]:
        self._cluster.check_signals()
        for path in [path for path, episode in self._episodes.items() if self._is_due(episode)]:
            if any(worker.idle for worker in self._workers.values()):
                self._send(path)
        asked = [worker for worker in self._workers.values() if worker.stream is not None]
        if asked:
            streams = [worker.stream for worker in asked]
            speaking = self._cluster.with_news(streams, seconds=_TURN_SECONDS)
            for worker in [one for one in asked if any(one.stream is stream for stream in speaking)]:
                self._hear(worker)
        else:
            time.sleep(_TURN_SECONDS)
        self._cluster.check_signals()
        while self._news:
            yield self._news.pop(0)

    # ---- what is said ------------------------------------------------------------------------------------
    def _hear(self, worker: _Worker) -> None:
        message = self._message_of(worker)
        if worker.path is not None:
            self._hear_of_episode(worker, worker.path, message)
        elif isinstance(message, Ready):
            self._take_on(worker, message)
        elif isinstance(message, Refused):
            self._let_go(worker)
            self._refuse(worker.node, message)
        elif isinstance(message, Failed):
            where = f"{message.error.what} (on the node {worker.node.name})"
            raise type(message.error)(where, where=message.error.where, remedy=message.error.remedy)
        elif isinstance(message, Lost):
            self._bury(worker, message.how)

    def _message_of(self, worker: _Worker) -> object:
        try:
            message = self._cluster.next_of(worker.stream)
        except DougagenError as error:
            self._looked = float("-inf")
            self._look_at_nodes()
            alive = any(node.id == worker.node.id for node in self._nodes)
            return Lost(error.what if alive else f"the node {worker.node.name} is gone")
        return Refused(*message[1:]) if isinstance(message, tuple) else message

    def _take_on(self, worker: _Worker, ready: Ready) -> None:
        """It has its networks; unless it would write other rows than the others."""
        digest, name = self._digest = self._digest or (ready.digest, worker.node.name)
        if ready.digest != digest:
            self._let_go(worker)
            remedy = "say --precision and --backend, and give all nodes the same weights"
            self._refuse(worker.node, Refused(f"would write other rows than the node {name}", remedy))
            return
        worker.ready, worker.stream = ready, None
        self._deaths[worker.node.id] = 0
        self._news.append((None, ready))

    def _bury(self, worker: _Worker, how: str) -> None:
        """One that had no episode."""
        self._let_go(worker)
        self._deaths[worker.node.id] += 1
        if self._deaths[worker.node.id] >= MOST_DEATHS_IN_A_ROW:
            self._refuse(worker.node, Refused(f"cannot keep a worker ({how})", "--debug shows why"))

    def _hear_of_episode(self, worker: _Worker, path: Path, message: object) -> None:
        episode = self._episodes[path]
        match message:
            case Lost(how):
                self._let_go(worker)
                self._again_after_death(path, episode, how)
                return
            case Unseen():
                worker.path = worker.stream = None
                self._again_elsewhere(worker, path, episode)
                return
            case Busy() if time.monotonic() < episode.locked_until:
                worker.path = worker.stream = None
                episode.pause = min(2 * episode.pause, _LONGEST_PAUSE)
                episode.due, episode.waits = time.monotonic() + episode.pause, True
                return
            case Began():
                episode.began = True
            case Hashed():
                episode.content = message.episode_id
            case AlreadyThere() if episode.began and episode.deaths:
                message = self._committed_by_the_dead(episode) or message
            case Failed(error, fatal):
                message = Failed(_as_given(error, path), fatal)
        if isinstance(message, Outcome):
            worker.path = worker.stream = None
            del self._episodes[path]
            self._deaths[worker.node.id] = 0
        self._news.append((path, message))

    def _again_after_death(self, path: Path, episode: _Episode, how: str) -> None:
        episode.deaths += 1
        if episode.deaths >= _MOST_DEATHS:
            del self._episodes[path]
            what = f"its worker died {episode.deaths} times, the last time so: {how}"
            error = EpisodeError(what, where=path, remedy="run the same command again")
            self._news.append((path, Failed(error)))
            return
        now = time.monotonic()
        episode.waits, episode.due, episode.pause = True, now, 0.5
        episode.locked_until = now + _LOCKED_SECONDS
        self._news.append((path, Noticed(f"its worker died ({how}): it is done again")))

    def _again_elsewhere(self, worker: _Worker, path: Path, episode: _Episode) -> None:
        """The worker's machine does not see the file: it is of no use, unless nobody does."""
        if path.exists():
            remedy = "put videos where all nodes see them under the same path, or into a store"
            self._let_go(worker)
            self._refuse(worker.node, Refused(f"does not see '{path}'", remedy))
            episode.waits, episode.due = True, time.monotonic()
        else:
            del self._episodes[path]
            self._news.append((path, Failed(EpisodeError("there is no such file", where=path))))

    def _committed_by_the_dead(self, episode: _Episode) -> Extracted | None:
        """The commit was the last thing that it did."""
        entry = read_ledger(self._plan.out, episode.content)
        return None if entry is None else Extracted(entry.report())


def _as_given(error: DougagenError, path: Path) -> DougagenError:
    """The error with the path as it stands in the command."""
    if error.where is None or str(error.where) != str(path.absolute()):
        return error
    return type(error)(error.what, where=path, remedy=error.remedy)
