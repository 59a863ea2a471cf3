"""Work on several pictures at once: one core cuts and counts while another does the same for the next."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

Made = TypeVar("Made")


def side_by_side(make: Callable[..., Made], *arguments: Iterable[object]) -> list[Made]:
    """``map(make, *arguments)`` by as many threads as there are cores; one picture alone by this one.

    For work that OpenCV and NumPy do without holding the interpreter.
    """
    calls = list(zip(*arguments, strict=True))
    if len(calls) < 2:
        return [make(*call) for call in calls]
    with ThreadPoolExecutor(min(len(calls), os.cpu_count() or 1), thread_name_prefix="pictures") as pool:
        return list(pool.map(lambda call: make(*call), calls))


class Lanes:
    """Pictures read side by side on a CPU, each by a share of torch's threads.

    Two threads at one picture wait for each other at each of a network's three hundred steps, and while one
    of them counts areas the other has nothing to do. What is read is the same.
    """

    def __init__(self, threads: int, *, most: int) -> None:
        """``threads`` are torch's; ``most`` pictures have room."""
        self._threads = threads
        self.count = max(1, min(threads, most))
        self.busy = 1
        """Pictures that are being read at this moment."""

    def map(self, make: Callable[..., Made], *arguments: Iterable[object]) -> list[Made]:
        """``map(make, *arguments)``; one picture alone has all of the threads."""
        calls = list(zip(*arguments, strict=True))
        busy = min(self.count, len(calls))
        if busy < 2:
            return [make(*call) for call in calls]
        self.busy, each = busy, max(1, self._threads // busy)
        try:
            # torch counts threads by the thread that asks, and tells MKL for all of them
            with ThreadPoolExecutor(
                busy, thread_name_prefix="lane", initializer=torch.set_num_threads, initargs=(each,)
            ) as pool:
                return list(pool.map(lambda call: make(*call), calls))
        finally:
            self.busy = 1
            torch.set_num_threads(self._threads)
