"""Processes that help a training: begun by spawn, ended with the process they belong to, however it ends."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, TypeVar

import cv2
import torch

from dougagen.errors import DougagenError

Made = TypeVar("Made")
_NICENESS = 3
"""Behind the network that learns, before the studio that draws (5): a crop that is late stops a GPU."""


def spare_cores() -> int:
    """Cores that this process may use, as the scheduler has it (containers and batch systems bound them)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class HelperProcesses:
    """A few processes with one thread each; a context manager."""

    def __init__(
        self, count: int, *, purpose: str, begin: Callable[..., None] | None = None, arguments: tuple = ()
    ) -> None:
        """``begin(*arguments)`` runs once in each; ``purpose`` is for the line about one that was killed."""
        self._purpose = purpose
        context = get_context("spawn")
        end, self._held = context.Pipe(duplex=False)  # closed on this side, by us or by our death: all end
        self._pool = ProcessPoolExecutor(
            count, context, initializer=_begin_work, initargs=(end, begin, arguments)
        )

    def __enter__(self) -> HelperProcesses:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End them; what they had in hand is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._held.close()

    def submit(self, make: Callable[..., Made], *arguments: object) -> Future[Made]:
        """``make(*arguments)`` in one of them. Raises DougagenError where one was killed."""
        try:
            return self._pool.submit(make, *arguments)
        except BrokenProcessPool as error:
            raise self._killed() from error

    def result(self, future: Future[Made], timeout: float | None = None) -> Made:
        """What a task gave. Raises DougagenError where a process was killed, and what the task raised."""
        try:
            return future.result(timeout)
        except BrokenProcessPool as error:
            raise self._killed() from error

    def _killed(self) -> DougagenError:
        return DougagenError(
            f"a process that {self._purpose} was killed", remedy="is there enough memory? use fewer of them"
        )


def _begin_work(end: Connection, begin: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):  # to the group; the process that knows what to do ends us
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(end,), daemon=True).start()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    if sys.platform != "win32":
        os.nice(_NICENESS)
    if begin is not None:
        begin(*arguments)


def _end_with(end: Connection) -> None:
    connection.wait([end])
    os._exit(0)
