"""SEEDS → SCENES by worker processes: in the order of the seeds, whatever the number of workers.

It stands here and not in training: a process that only draws must not load torch (2 s and 300 MB each).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import TypeVar

import cv2

from dougagen.errors import DougagenError

Item = TypeVar("Item")
Made = TypeVar("Made")
_AHEAD = 4
"""Tasks in hand for each worker: fewer starve it while a slow scene is waited for."""
_NICENESS = 5
"""Scenes give way to the network that learns from them."""


class SceneWorkers:
    """Processes that draw; a context manager.

    They begin by spawn, with one OpenCV thread each, and end when this process ends, however it ends.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        context = get_context("spawn")
        end, self._held = context.Pipe(duplex=False)  # closed on this side, by us or by our death: all end
        self._pool = ProcessPoolExecutor(workers, context, initializer=_begin_work, initargs=(end,))

    def __enter__(self) -> SceneWorkers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drop what waits and what is being drawn, and end."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._held.close()

    def in_order(self, make: Callable[[Item], Made], items: Iterable[Item]) -> Generator[Made, None, None]:
        """``map(make, items)``, a few items ahead. Raises DougagenError where a process was killed."""
        waiting = iter(items)
        hand: deque[Future[Made]] = deque()
        try:
            hand.extend(self._pool.submit(make, item) for item in islice(waiting, _AHEAD * self._workers))
            while hand:
                yield hand.popleft().result()
                hand.extend(self._pool.submit(make, item) for item in islice(waiting, 1))
        except BrokenProcessPool as error:
            raise DougagenError(
                "a process that draws scenes was killed", remedy="is there enough memory? use fewer --workers"
            ) from error
        finally:
            for future in hand:
                future.cancel()


def made_in_order(
    make: Callable[[Item], Made], items: Iterable[Item], *, workers: int
) -> Generator[Made, None, None]:
    """``map(make, items)`` by ``workers`` processes; one worker is this process itself."""
    if workers == 1:
        yield from map(make, items)
        return
    with SceneWorkers(workers) as pool:
        yield from pool.in_order(make, items)


def _begin_work(end: Connection) -> None:
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that knows what to do then
    if sys.platform != "win32":
        os.nice(_NICENESS)
    threading.Thread(target=_end_with, args=(end,), daemon=True).start()


def _end_with(end: Connection) -> None:
    connection.wait([end])
    os._exit(0)
