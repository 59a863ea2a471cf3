"""Stages that overlap: iterators run ahead in threads behind bounded queues, and the clock that times them.

A stage is an iterator. ``Prefetch`` runs one in a thread of its own, at most ``depth`` items ahead;
``MappedInOrder`` runs a function over items in a pool and gives the results back in order. Both keep a
bounded number of items alive, hand errors of their threads to the reader, and stop when they are closed.
PyAV, OpenCV, torch and zlib release the interpreter lock, so threads are enough.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")
_POLL_SECONDS = 0.1


class Prefetch(Generic[T], Iterator[T]):
    """``items``, produced by a thread at most ``depth`` items ahead of the reader. A context manager."""

    def __init__(self, items: Iterable[T], *, depth: int, name: str) -> None:
        self._items = items
        self._queue: queue.Queue[tuple[str, T | BaseException | None]] = queue.Queue(max(depth, 1))
        self._stop = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._produce, name=f"dougagen-{name}", daemon=True)
        self._thread.start()

    def __enter__(self) -> Prefetch[T]:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __next__(self) -> T:
        if self._ended:
            raise StopIteration
        kind, value = self._queue.get()
        if kind == "item":
            return value  # type: ignore[return-value]
        self._ended = True
        if isinstance(value, BaseException):
            raise value
        raise StopIteration

    @property
    def is_dry(self) -> bool:
        """Whether the next item is still being made: who asks for it now waits."""
        return not self._ended and self._queue.empty()

    def close(self) -> None:
        """Stop producing and wait for the thread, which first finishes the item at hand."""
        self._stop.set()
        self._ended = True
        while self._thread.is_alive():
            try:
                self._queue.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                continue
        self._thread.join()

    def _produce(self) -> None:
        try:
            for item in self._items:
                if not self._offer("item", item):
                    return
            self._offer("end", None)
        except BaseException as error:  # noqa: BLE001 - it is raised again in the reader's thread
            self._offer("error", error)

    def _offer(self, kind: str, value: T | BaseException | None) -> bool:
        while not self._stop.is_set():
            try:
                self._queue.put((kind, value), timeout=_POLL_SECONDS)
            except queue.Full:
                continue
            return True
        return False


class MappedInOrder(Generic[T, R], Iterator[R]):
    """``function`` of every item, ``workers`` at a time, in the order of the items. A context manager."""

    def __init__(
        self,
        function: Callable[[T], R],
        items: Iterable[T],
        *,
        workers: int,
        name: str,
        is_dry: Callable[[], bool] = lambda: False,
    ) -> None:
        """While ``is_dry`` says that the next item would have to be waited for, results that are on their way
        are handed out first."""
        self._function, self._items, self._is_dry = function, iter(items), is_dry
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix=f"dougagen-{name}")
        self._pending: deque[Future[R]] = deque()
        self._window = 2 * workers

    def __enter__(self) -> MappedInOrder[T, R]:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __next__(self) -> R:
        while len(self._pending) < self._window and not (self._pending and self._is_dry()):
            try:
                item = next(self._items)
            except StopIteration:
                break
            self._pending.append(self._pool.submit(self._function, item))
        if not self._pending:
            raise StopIteration
        return self._pending.popleft().result()

    def close(self) -> None:
        """Drop what has not begun and wait for what has."""
        for future in self._pending:
            future.cancel()
        self._pool.shutdown(wait=True)


class Counted(Generic[T], Iterator[T]):
    """``items``, counted as they pass."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = iter(items)
        self.count = 0

    def __next__(self) -> T:
        item = next(self._items)
        self.count += 1
        return item


class StageClock:
    """Busy seconds of each stage. A stage that waits for another inside its own thread is not charged."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._lock = threading.Lock()
        self._running = threading.local()

    def seconds(self) -> dict[str, float]:
        """Stage → busy seconds so far, summed over its threads."""
        with self._lock:
            return dict(self._seconds)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Charge the time inside to ``name``, less what inner stages of the same thread take."""
        stack: list[tuple[str, float]] = getattr(self._running, "stack", [])
        self._running.stack = stack
        now = time.perf_counter()
        if stack:
            self.charge(stack[-1][0], now - stack[-1][1])
        stack.append((name, now))
        try:
            yield
        finally:
            now = time.perf_counter()
            name, since = stack.pop()
            self.charge(name, now - since)
            if stack:
                stack[-1] = (stack[-1][0], now)

    def timed(self, name: str, items: Iterable[T]) -> Iterator[T]:
        """``items``, the time that each takes to come charged to ``name``."""
        iterator = iter(items)
        while True:
            with self.stage(name):
                try:
                    item = next(iterator)
                except StopIteration:
                    return
            yield item

    def timing(self, name: str, function: Callable[[T], R]) -> Callable[[T], R]:
        """``function``, its time charged to ``name``."""

        def timed(item: T) -> R:
            with self.stage(name):
                return function(item)

        return timed

    def charge(self, name: str, seconds: float) -> None:
        """Add what a stage took elsewhere, in a process of its own."""
        with self._lock:
            self._seconds[name] = self._seconds.get(name, 0.0) + seconds
