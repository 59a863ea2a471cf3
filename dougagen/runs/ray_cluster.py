"""The connection to a Ray cluster, or one that is started for the run. Ray is imported here and nowhere else.

Ray is made quiet: it contacts no host but those of the cluster, and prints nothing.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dougagen.errors import DougagenError, UsageError
from dougagen.files import own_folder
from dougagen.processes.pools import spare_cores
from dougagen.runs.signals import PostponedSignals

_CONNECT_SECONDS, _PROBE_SECONDS = 6.0, 20.0
_HEAD_SECONDS = 20.0
"""For which the head may be silent."""
_STORE_BYTES = 100_000_000
"""Of Ray's memory for objects: what goes through it are words."""
_LONGEST_FOLDER = 45
"""Characters: Ray puts sockets below it, whose paths have 107 at most."""
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # else a warning, at each start
    "RAY_worker_niceness": "0",  # of a cluster that we start: as workers without Ray have it
}
_PRINTS = "_worker_logs_enabled"
"""Of Ray's module: whether it prints what nodes say. Its own debugger turns it off by that name, too."""
_PROBE = "import sys; from ray._raylet import GcsClient; GcsClient(address=sys.argv[1])"


@dataclass(frozen=True, slots=True)
class Node:
    """A machine of the cluster."""

    id: str
    name: str
    cpus: float
    gpus: float


def load_ray() -> Any:
    """The module. Raises UsageError where it is not installed."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray
    except ImportError as error:
        raise UsageError(
            "--ray needs Ray, which is not installed", remedy="pip install 'dougagen[ray]'"
        ) from error
    return ray


class Cluster:
    """A connection; a context manager. Raises UsageError, DougagenError where there is none to be had."""

    def __init__(self, address: str | None, *, slots: int = 0) -> None:
        """``address``: as in ``ClusterConfig``; ``slots``: CPUs that a cluster of our own has at least."""
        self._address, self._slots = address, slots
        self._closing = ExitStack()
        self.ray: Any = None
        self.is_ours = address is None
        self._signals = PostponedSignals()
        self._answered, self._is_lost = float("-inf"), False

    def __enter__(self) -> Self:
        with self._closing:
            fresh = "ray" not in sys.modules
            if self._address is None and fresh:  # whoever can reach our ports could run programs
                os.environ.setdefault("RAY_AUTH_MODE", "token")
                if os.environ["RAY_AUTH_MODE"] == "token":
                    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
            self.ray = load_ray()
            self._closing.enter_context(_silence())
            self._closing.enter_context(self._signals)
            if self.ray.is_initialized():
                self._require_same()
            elif self._address is None:
                self._start()
            else:
                self._connect(self._address)
            self._closing = self._closing.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def check_signals(self) -> None:
        """Do what a signal asks for that came meanwhile: the interpreter's own way leads through Ray's code,
        which swallows exceptions."""
        self._signals.check()

    def nodes(self) -> list[Node] | None:
        """Those that are alive; None where the head does not answer just now. Raises DougagenError where it
        has not for so long that it is gone: Ray would end this process, in the middle of a word."""
        if not self._head_answers():
            if time.monotonic() - self._answered < _HEAD_SECONDS:
                return None
            self._is_lost = True
            remedy = "start it again, then run the same command again"
            raise DougagenError("the head of the Ray cluster does not answer any more", remedy=remedy)
        self._answered = time.monotonic()
        return [
            Node(
                one["NodeID"],
                one.get("NodeManagerHostname") or one["NodeManagerAddress"],
                one["Resources"].get("CPU", 0.0),
                one["Resources"].get("GPU", 0.0),
            )
            for one in self.ray.nodes()
            if one["Alive"]
        ]

    def _head_answers(self) -> bool:
        try:
            _knock_at(self.ray.get_runtime_context().gcs_address)
        except OSError:
            return False
        return True

    def actor(self, kind: type, node: Node, *, cpus: float, gpus: float) -> Any:
        """One of ``kind`` on a node, once it has room; sent as it is here."""
        cloudpickle: Any = importlib.import_module("ray.cloudpickle")
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        module = sys.modules[kind.__module__]
        cloudpickle.register_pickle_by_value(module)
        try:
            return (
                self.ray.remote(kind)
                .options(
                    num_cpus=cpus,
                    num_gpus=gpus,
                    max_concurrency=2,
                    max_restarts=0,
                    scheduling_strategy=NodeAffinitySchedulingStrategy(node.id, soft=False),
                )
                .remote()
            )
        finally:
            cloudpickle.unregister_pickle_by_value(module)

    def with_news(self, streams: Sequence[Any], *, seconds: float) -> list[Any]:
        """Those that have something to say, as soon as one has."""
        found, _ = self.ray.wait([*streams], num_returns=1, timeout=seconds)
        if found:
            found, _ = self.ray.wait([*streams], num_returns=len(streams), timeout=0)
        return list(found)

    def next_of(self, stream: Any) -> Any:
        """What it says. Raises DougagenError, in Ray's words, where it has died."""
        from ray.exceptions import RayError

        try:
            return self.ray.get(next(stream))
        except StopIteration:
            raise DougagenError("it ended") from None
        except RayError as error:
            raise DougagenError(_first_line(error)) from error

    def wait(self, calls: Sequence[Any], *, seconds: float) -> None:
        """Until all have come back, or nobody can expect it any more."""
        self.ray.wait([*calls], num_returns=len(calls), timeout=seconds)

    def kill(self, actor: Any) -> None:
        if not self._is_lost:
            with contextlib.suppress(Exception):  # it is dead
                self.ray.kill(actor)

    def _require_same(self) -> None:
        """A program that calls us is connected already."""
        self.is_ours = False
        there = self.ray.get_runtime_context().gcs_address
        if self._address not in (None, "auto", there):
            raise UsageError(f"this program is connected to the Ray cluster {there}", remedy="name that one")

    def _start(self) -> None:
        folder = self._closing.enter_context(_folder_for_sockets())
        self._init(
            "local",
            num_cpus=max(spare_cores(), self._slots),
            object_store_memory=_STORE_BYTES,
            include_dashboard=False,
            _temp_dir=str(folder),
            _node_ip_address="127.0.0.1",
        )

    def _connect(self, address: str) -> None:
        if address == "auto":
            address = os.environ.get("RAY_ADDRESS") or address
        if address.startswith("ray://"):
            raise UsageError(
                "RAY_ADDRESS is of Ray Client", remedy="name the cluster with --ray-address HOST:PORT"
            )
        if address != "auto":
            _require_reachable(address)
        self._init(address)

    def _init(self, address: str, **options: Any) -> None:
        """Raises DougagenError in one line."""
        debug = bool(os.environ.get("DOUGAGEN_DEBUG"))
        self._closing.callback(self.ray.shutdown)
        before = signal.getsignal(signal.SIGTERM)
        # a Ctrl-C goes to all processes of a terminal: those of Ray never hear it, and end when we say so
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            self.ray.init(
                address=address,
                log_to_driver=debug,
                logging_level="CRITICAL",
                configure_logging=False,
                **options,
            )
        except Exception as error:
            what = f"no Ray cluster can be used ({_first_line(error)})"
            remedy = "start one on this machine: ray start --head, or ray start --address=HOST:PORT"
            raise DougagenError(what, where=None if address == "local" else address, remedy=remedy) from error
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            if before is not None and threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGTERM, before)  # Ray puts its own there


def _knock_at(address: str) -> None:
    """Raise OSError where nothing listens at ``HOST:PORT``, OverflowError where no port has that number."""
    host, _, port = address.rpartition(":")
    socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_SECONDS).close()


def _require_reachable(address: str) -> None:
    """Raise DougagenError where no head of a Ray cluster answers: Ray itself takes two minutes to say so, and
    hears no signal meanwhile."""
    remedy = "check the address and the network; ray status on the head says more"
    try:
        _knock_at(address)
    except (OSError, OverflowError) as error:
        reason = (getattr(error, "strerror", None) or str(error) or "no answer").lower()
        raise DougagenError(
            f"the Ray cluster cannot be reached ({reason})", where=address, remedy=remedy
        ) from error
    try:
        words = [sys.executable, "-c", _PROBE, address]
        quiet = subprocess.DEVNULL
        done = subprocess.run(
            words, stdin=quiet, stdout=quiet, stderr=quiet, timeout=_PROBE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        done = None
    if done is None or done.returncode:
        or_busy = ", or it is too busy to say so" if done is None else ""
        raise DougagenError(f"what answers there is no Ray cluster{or_busy}", where=address, remedy=remedy)


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[0][:200]


@contextmanager
def _folder_for_sockets() -> Iterator[Path]:
    with own_folder() as folder:
        if len(str(folder)) <= _LONGEST_FOLDER:
            yield folder
            return
    with tempfile.TemporaryDirectory(prefix="dougagen-ray-", dir="/tmp", ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def _silence() -> Iterator[None]:
    """Nothing that Ray logs is shown: what matters comes as an error. Nor is what it prints of dead nodes,
    on standard output, where a report is to stand."""
    logger = logging.getLogger("ray")
    before = logger.level, logger.propagate
    logger.setLevel(logging.CRITICAL + 1)
    logger.propagate = False
    printer: Any = importlib.import_module("ray._private.worker")
    printed = getattr(printer, _PRINTS, True)
    setattr(printer, _PRINTS, False)
    try:
        yield
    finally:
        logger.level, logger.propagate = before
        setattr(printer, _PRINTS, printed)
