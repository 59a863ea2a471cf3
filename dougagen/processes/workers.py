"""Things made by worker processes: in the order of what they are made of, whatever the number of workers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future
from itertools import islice
from typing import TypeVar

from dougagen.processes.pools import HelperProcesses

Item = TypeVar("Item")
Made = TypeVar("Made")
_AHEAD = 4
"""Tasks in hand for each worker: fewer starve it while a slow one is waited for."""
_NICENESS = 5
"""What is made gives way to whoever uses it: scenes to the network that learns from them."""


class Workers(HelperProcesses):
    """Processes that make one thing after the other; a context manager."""

    def __init__(self, workers: int, *, purpose: str) -> None:
        """``purpose`` is for the line about one that was killed: a process that … was killed."""
        super().__init__(
            workers,
            purpose=purpose,
            remedy="is there enough memory? use fewer --workers",
            niceness=_NICENESS,
        )
        self._workers = workers

    def in_order(self, make: Callable[[Item], Made], items: Iterable[Item]) -> Generator[Made, None, None]:
        """``map(make, items)``, a few items ahead. Raises DougagenError where a process was killed.

        Whoever leaves it early closes the workers, which drops the items ahead. They are not cancelled here:
        a pool that breaks meanwhile stumbles over tasks that somebody else has cancelled (CPython 3.11).
        """
        waiting = iter(items)
        hand: deque[Future[Made]] = deque()
        hand.extend(self.submit(make, item) for item in islice(waiting, _AHEAD * self._workers))
        while hand:
            yield self.result(hand.popleft())
            hand.extend(self.submit(make, item) for item in islice(waiting, 1))


def made_in_order(
    make: Callable[[Item], Made], items: Iterable[Item], *, workers: int, purpose: str
) -> Generator[Made, None, None]:
    """``map(make, items)`` by ``workers`` processes; one worker is this process itself."""
    if workers == 1:
        yield from map(make, items)
        return
    with Workers(workers, purpose=purpose) as pool:
        yield from pool.in_order(make, items)
