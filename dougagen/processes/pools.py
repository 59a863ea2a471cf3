"""Processes that help: begun by spawn, ended with the process they belong to, however it ends.

A helper loads this file and what its task needs. One that only draws must not load torch (2 s and 300 MB
each), so nothing here does.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self, TypeVar

import cv2

from dougagen.errors import DougagenError

Made = TypeVar("Made")
_ENDING_SECONDS = 60.0
"""How long a pool that is closed is waited for. Processes end at once, but for one that is just beginning."""


def spare_cores() -> int:
    """Cores that this process may use, as the scheduler has it (containers and batch systems bound them)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class HelperProcesses:
    """A few processes with one OpenCV thread each; a context manager."""

    def __init__(
        self,
        count: int,
        *,
        purpose: str,
        remedy: str,
        niceness: int,
        deaf_to: Iterable[signal.Signals] = (signal.SIGINT,),
        begin: Callable[..., None] | None = None,
        arguments: tuple[Any, ...] = (),
    ) -> None:
        """``begin(*arguments)`` runs once in each; ``purpose`` and ``remedy`` are for the line about one that
        was killed. Signals they are ``deaf_to`` come to the whole group; the process that they belong to
        knows what to do then, and ends them."""
        self._killed = f"a process that {purpose} was killed", remedy
        context = get_context("spawn")
        end, self._held = context.Pipe(duplex=False)  # closed on this side, by us or by our death: all end
        work = (end, niceness, tuple(deaf_to), begin, arguments)
        self._count = count
        self._writing = threading.Lock()  # one thread may submit while another closes
        self._pool = ProcessPoolExecutor(count, context, initializer=_begin_work, initargs=work)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drop what waits and what is in hand, and end.

        The pool's own thread is waited for. An interpreter that ends while it closes its pipes writes into
        one of them, and says "Bad file descriptor" after the last line of the run (CPython 3.11).
        """
        self._leave_writing_to_them()
        thread: threading.Thread | None = getattr(self._pool, "_executor_manager_thread", None)
        self._pool.shutdown(wait=False, cancel_futures=True)  # waiting here would be for what is in hand
        self._held.close()
        if thread is not None:
            thread.join(_ENDING_SECONDS)

    def submit(self, make: Callable[..., Made], *arguments: object) -> Future[Made]:
        """``make(*arguments)`` in one of them. Raises DougagenError where one was killed."""
        try:
            future = self._pool.submit(make, *arguments)
        except RuntimeError as error:
            if isinstance(error, BrokenProcessPool) or getattr(self._pool, "_broken", False):
                raise self._told() from error  # a pool calls itself shut down in the moment when it breaks
            raise
        if len(self._pool._processes or ()) == self._count:  # all are begun: each has its own end by now
            self._leave_writing_to_them()
        return future

    def _leave_writing_to_them(self) -> None:
        """Close our copy of the pipe's end that results are written to.

        While it is open, a process that ends in the middle of a result is no end of file to the thread of the
        pool: it waits for the rest without end, and this process for it. With results of 128 MB, 3 of 12
        pools that were closed at work hung (CPython 3.11).
        """
        with self._writing:  # two that close it would close it twice, the second time as another's file
            results: Any = getattr(self._pool, "_result_queue", None)  # None once it is shut down
            if results is not None:
                results._writer.close()

    def result(self, future: Future[Made], timeout: float | None = None) -> Made:
        """What a task gave. Raises DougagenError where a process was killed, and what the task raised."""
        try:
            return future.result(timeout)
        except BrokenProcessPool as error:
            raise self._told() from error

    def _told(self) -> DougagenError:
        what, remedy = self._killed
        return DougagenError(what, remedy=remedy)


def _begin_work(
    end: Connection,
    niceness: int,
    deaf_to: tuple[signal.Signals, ...],
    begin: Callable[..., None] | None,
    arguments: tuple[Any, ...],
) -> None:
    for number in deaf_to:
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(end,), daemon=True).start()
    cv2.setNumThreads(1)
    if sys.platform != "win32":
        os.nice(niceness)
    if begin is not None:
        begin(*arguments)


def _end_with(end: Connection) -> None:
    connection.wait([end])
    os._exit(0)
